//! Time and chance. They come in from outside, so that every test is repeatable.

use chrono::{DateTime, Utc};

/// Where time and random bytes come from.
pub trait World: Send + Sync + 'static {
    /// Now, to the millisecond.
    fn now(&self) -> DateTime<Utc>;
    /// Sixteen bytes that nobody can guess.
    fn random(&self) -> [u8; 16];
}

/// The machine's clock and the operating system's random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealWorld;

impl World for RealWorld {
    fn now(&self) -> DateTime<Utc> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        if getrandom::fill(&mut bytes).is_err() {
            // A program that cannot get random numbers must not hand out guessable tokens.
            tracing::error!("the operating system gives no random numbers");
            std::process::abort();
        }
        bytes
    }
}
