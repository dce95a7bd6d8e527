//! The second factor: codes of an authenticator (RFC 6238) and recovery codes; and one's own password.

use super::Desk;
use super::sign_in::{SignedIn, blocking, token_hash};
use crate::access::{Action, Actor, permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{PersonId, opaque};
use crate::link::escape;
use chrono::Duration;
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// Recovery codes of one set.
const RECOVERY_CODES: usize = 10;
/// Minutes that a sign-in waits for its second step.
pub const STEP_MINUTES: i64 = 5;
/// Seconds of a code's time step, and steps of difference between two clocks that are forgiven.
const STEP: u64 = 30;
const SKEW: u16 = 1;

/// How far a sign-in is.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Done.
    In(SignedIn),
    /// The password was right; this token waits for a code.
    Second(String),
}

impl SignIn {
    /// The session, where no second step is asked for.
    pub fn done(self) -> Option<SignedIn> {
        match self {
            SignIn::In(signed) => Some(signed),
            SignIn::Second(_) => None,
        }
    }
}

/// What an authenticator is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// `otpauth://totp/...`, for the picture.
    pub address: String,
    /// The secret in Base32, for typing.
    pub secret: String,
}

/// Whether the second factor is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// No.
    Off,
    /// Yes; so many recovery codes are left.
    On {
        /// How many.
        codes: i64,
    },
}

fn totp(secret: &[u8]) -> Result<Totp, Failure> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(Secret::new(secret.into()))
        .build()
        .map_err(|_| Failure::Internal { operation: "second factor".into() })
}

/// Codes are read aloud and typed by hand: case, blanks and hyphens do not count.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).take(40).collect()
}

impl Desk {
    /// Whether the actor's own second factor is asked for.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody.
    pub async fn own_factor(&self, actor: &Actor) -> Result<Factor, Failure> {
        let person = actor.in_person()?;
        let on = self.db.second_factor(person).await?.is_some_and(|f| f.confirmed_at.is_some());
        Ok(if on { Factor::On { codes: self.db.recovery_codes_left(person).await? } } else { Factor::Off })
    }

    /// Makes a secret for the actor's authenticator. It counts once they have shown a code.
    ///
    /// # Errors
    /// [`Failure::Exists`] where one counts already; [`Failure::SignedOut`].
    pub async fn begin_factor(&self, actor: &Actor) -> Result<Enrolment, Failure> {
        let person = actor.in_person()?;
        let known = self.db.second_factor(person).await?;
        if known.as_ref().is_some_and(|f| f.confirmed_at.is_some()) {
            return Err(Failure::Exists { place: "second factor".into() });
        }
        let secret = match known {
            // The page drawn again, after a wrong code: the picture that was taken stays good.
            Some(begun) => begun.secret,
            None => {
                let secret: Vec<u8> =
                    [self.world.random(), self.world.random()].concat().into_iter().take(20).collect();
                let mut tx = self.db.begin().await?;
                tx.begin_second_factor(person, &secret).await?;
                tx.commit().await?;
                secret
            }
        };
        let text = Secret::new(secret.into()).to_base32();
        let account = escape(&actor.name);
        Ok(Enrolment { address: format!("otpauth://totp/Kyohyo:{account}?secret={text}&issuer=Kyohyo"), secret: text })
    }

    /// Shows a first code: from now on one is asked for. Gives back the recovery codes, which are shown once.
    ///
    /// # Errors
    /// [`Failure::WrongCode`]; [`Failure::SlowDown`].
    pub async fn confirm_factor(&self, actor: &Actor, code: &str) -> Result<Vec<String>, Failure> {
        let person = actor.in_person()?;
        let begun = self.db.second_factor(person).await?.filter(|f| f.confirmed_at.is_none());
        begun.ok_or(Failure::NotFound)?;
        self.check_code(person, code, false).await?;
        let codes = self.fresh_codes();
        let mut tx = self.db.begin().await?;
        tx.confirm_second_factor(person, self.world.now()).await?;
        tx.set_recovery_codes(person, &codes.iter().map(|c| token_hash(&plain(c))).collect::<Vec<_>>()).await?;
        self.note(&mut tx, actor, "second_factor_on", person.as_str(), "").await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Takes the actor's own second factor away, by a code.
    ///
    /// # Errors
    /// [`Failure::WrongCode`]; [`Failure::SlowDown`].
    pub async fn end_factor(&self, actor: &Actor, code: &str) -> Result<(), Failure> {
        let person = actor.in_person()?;
        self.check_code(person, code, true).await?;
        let mut tx = self.db.begin().await?;
        tx.end_second_factor(person).await?;
        self.note(&mut tx, actor, "second_factor_off", person.as_str(), "").await?;
        tx.commit().await
    }

    /// Takes it away for somebody who lost their authenticator and their codes. Only for those who belong to this scope
    /// alone, as with [`Desk::new_link`].
    ///
    /// # Errors
    /// [`Failure::Forbidden`] for somebody who belongs elsewhere too; [`Failure::NotFound`].
    pub async fn remove_factor(&self, actor: &Actor, scope: &Layer, person: &PersonId) -> Result<(), Failure> {
        let permit = permit(actor, Action::ManagePeople, scope)?;
        self.alone_here(&permit, scope, person).await?;
        let mut tx = self.db.begin().await?;
        tx.remove_second_factor(&permit, person).await?;
        tx.audit(actor, &self.entry_in(scope, "second_factor_removed", person.as_str(), "")).await?;
        tx.commit().await
    }

    /// The second step of a sign-in: a code of the authenticator, or a recovery code.
    ///
    /// # Errors
    /// [`Failure::WrongCode`]; [`Failure::SlowDown`]; [`Failure::SignedOut`] where the first step is too long ago.
    pub async fn second_step(&self, token: &str, code: &str) -> Result<SignedIn, Failure> {
        let now = self.world.now();
        let person = self.db.sign_in_step(&token_hash(token), now).await?;
        self.check_code(&person, code, true).await?;
        let mut tx = self.db.begin().await?;
        tx.end_sign_in_step(&token_hash(token)).await?;
        tx.commit().await?;
        self.start_session(&person, now).await
    }

    /// Where a second factor counts, the sign-in waits for it; else it is done.
    pub(super) async fn or_second_step(&self, person: &PersonId) -> Result<SignIn, Failure> {
        let now = self.world.now();
        if self.db.second_factor(person).await?.is_none_or(|f| f.confirmed_at.is_none()) {
            return Ok(SignIn::In(self.start_session(person, now).await?));
        }
        let token = format!("{}{}", opaque(self.world.random()), opaque(self.world.random()));
        let mut tx = self.db.begin().await?;
        tx.add_sign_in_step(&token_hash(&token), person, now, now + Duration::minutes(STEP_MINUTES)).await?;
        tx.commit().await?;
        Ok(SignIn::Second(token))
    }

    /// Changes the actor's own password. Their other sessions end.
    ///
    /// # Errors
    /// [`Failure::BadCredentials`] for a wrong present password; [`Failure::Invalid`] for a new one of the wrong length;
    /// [`Failure::SlowDown`].
    pub async fn change_password(&self, actor: &Actor, token: &str, now: &str, new: &str) -> Result<(), Failure> {
        let person = actor.in_person()?;
        self.check_password(person, now).await?;
        let hash = self.new_password(new).await?;
        let mut tx = self.db.begin().await?;
        tx.set_password(person, &hash, &token_hash(token)).await?;
        self.note(&mut tx, actor, "change_password", person.as_str(), "").await?;
        tx.commit().await
    }

    /// Takes a code, once. Wrong ones are slowed like wrong passwords.
    async fn check_code(&self, person: &PersonId, code: &str, recovery: bool) -> Result<(), Failure> {
        let now = self.world.now();
        let subject = format!("code:{person}");
        self.slow_down(&subject, now).await?;
        let factor = self.db.second_factor(person).await?.ok_or(Failure::NotFound)?;
        let code = plain(code);
        let (time, typed) = (now.timestamp().unsigned_abs(), code.clone());
        let step = blocking(move || totp(&factor.secret).map(|totp| totp.check(&typed, time))).await??;
        let mut tx = self.db.begin().await?;
        let taken = match step.and_then(|step| i64::try_from(step).ok()) {
            Some(step) => tx.take_step(person, step).await?,
            None => recovery && tx.take_recovery_code(person, &token_hash(&code), now).await?,
        };
        if taken {
            tx.clear_attempts(&subject).await?;
        } else {
            self.failed_attempt(&mut tx, &subject, now).await?;
            if let Some(actor) = self.db.actor(person, now).await? {
                self.note(&mut tx, &actor, "sign_in_failed", person.as_str(), "second factor").await?;
            }
        }
        tx.commit().await?;
        if taken { Ok(()) } else { Err(Failure::WrongCode) }
    }

    fn fresh_codes(&self) -> Vec<String> {
        let code = |_| {
            let text: String = opaque(self.world.random()).chars().rev().take(12).collect();
            let (first, rest) = text.split_at(4);
            let (second, third) = rest.split_at(4);
            format!("{first}-{second}-{third}")
        };
        (0..RECOVERY_CODES).map(code).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of the eight digits.
        let totp = totp(b"12345678901234567890").unwrap();
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.generate(time).to_string(), code);
            assert!(totp.check(code, time + STEP).is_some() && totp.check(code, time + 3 * STEP).is_none());
        }
    }
}
