//! Signing in: password, one-time link, session.

use super::{Desk, SignIn};
use crate::access::Actor;
use crate::change::hex;
use crate::failure::Failure;
use crate::id::{PersonId, opaque};
use crate::store::{Reader, SessionRow, Tx};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use chrono::{DateTime, Duration, Utc};
use sha2::{Digest, Sha256};

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// It ends after this time without a request, to ten minutes.
    pub idle: Duration,
    /// It ends after this time at the latest.
    pub absolute: Duration,
}

impl Default for SessionLimits {
    /// A working day without a request, a week in all.
    fn default() -> SessionLimits {
        SessionLimits { idle: Duration::hours(8), absolute: Duration::days(7) }
    }
}

impl SessionLimits {
    /// Limits as an operator gives them.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for an idle time outside of 1 to 168 hours, or an absolute one outside of 1 to 90 days.
    pub fn new(idle_hours: i64, days: i64) -> Result<SessionLimits, Failure> {
        if !(1..=168).contains(&idle_hours) {
            return Err(Failure::invalid("session-idle-hours", &idle_hours.to_string()));
        }
        if !(1..=90).contains(&days) {
            return Err(Failure::invalid("session-days", &days.to_string()));
        }
        Ok(SessionLimits { idle: Duration::hours(idle_hours), absolute: Duration::days(days) })
    }
}

/// A one-time link can be used for this many days.
const LINK_DAYS: i64 = 3;
/// Failed sign-ins are remembered this long.
const ATTEMPT_MINUTES: i64 = 30;
/// Failures after which the next attempt has to wait.
const FREE_ATTEMPTS: i64 = 4;
/// Characters of the shortest password.
pub const MIN_PASSWORD: usize = 12;

/// A started session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The token for the cookie; only its hash is stored.
    pub token: String,
    /// When the session ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
}

pub(super) fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// argon2 wants salt from outside; work of a tenth of a second stays off the async threads.
async fn hash_password(password: String, salt: [u8; 16]) -> Result<String, Failure> {
    blocking(move || {
        Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|e| Failure::Internal { operation: format!("argon2 {e}") })
    })
    .await?
}

async fn verify_password(password: String, stored: Option<String>) -> Result<bool, Failure> {
    // Unknown addresses cost the same time as known ones.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$LB1rUpXpo6UMNHrO7hAcNSCxLkYqYdZEtzxQp4gkP8s";
    blocking(move || {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let fits = PasswordHash::new(&stored)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    })
    .await
}

pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::Internal { operation: format!("task {error}") })
}

/// An address that was typed, as the audit keeps it: whose it may be can be told, what was typed by mistake cannot.
fn masked(email: &str) -> String {
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(60).collect::<String>();
    match email.split_once('@') {
        Some((name, domain)) => format!("{}…@{}", plain(name).chars().next().unwrap_or('…'), plain(domain)),
        None => "…".into(),
    }
}

impl Desk {
    /// Signs in with e-mail address and password. `origin` is where the request comes from; both are slowed after
    /// failures.
    ///
    /// # Errors
    /// [`Failure::BadCredentials`], the same whether the address exists or not; [`Failure::SlowDown`].
    pub async fn sign_in(&self, email: &str, password: &str, origin: &str) -> Result<SignIn, Failure> {
        let email = email.trim().to_lowercase();
        let now = self.world.now();
        let subjects = [
            format!("email:{}", email.chars().take(200).collect::<String>()),
            format!("from:{}", origin.chars().take(80).collect::<String>()),
        ];
        for subject in &subjects {
            self.slow_down(subject, now).await?;
        }
        let person = self.db.person_by_email(&email).await?.filter(|p| p.active);
        let stored = person.as_ref().and_then(|p| p.password.clone());
        let fits = password.len() <= 1_000 && verify_password(password.to_owned(), stored).await?;
        let mut tx = self.db.begin().await?;
        let Some(person) = person.filter(|_| fits) else {
            for subject in &subjects {
                self.failed_attempt(&mut tx, subject, now).await?;
            }
            // One entry at one place, whether the address exists or not. Its institution learns of failures with the next
            // sign-in that succeeds.
            let masked = masked(&email);
            let nobody = Actor { name: masked.clone(), installation: [].into(), ..Actor::command_line() };
            let origin: String = origin.chars().take(80).collect();
            tx.audit(&nobody, &self.entry("sign_in_failed", &masked, &origin)).await?;
            tx.commit().await?;
            return Err(Failure::BadCredentials);
        };
        let (failures, _) = self.db.attempts(&subjects[0], now - Duration::minutes(ATTEMPT_MINUTES)).await?;
        if failures > 0
            && let Some(actor) = self.db.actor(&person.id, now).await?
        {
            let before = format!("{failures} before this sign-in");
            self.note(&mut tx, &actor, "sign_in_failed", person.id.as_str(), &before).await?;
        }
        tx.clear_attempts(&subjects[0]).await?;
        tx.commit().await?;
        self.or_second_step(&person.id).await
    }

    /// Notes that a sign-in through the provider did not work: why, where it came from, and the number that the page showed.
    /// What the provider said, and whole addresses, are not kept. Many from one place are slowed like wrong passwords, and
    /// then not noted one by one.
    ///
    /// # Errors
    /// [`Failure::SlowDown`]; [`Failure::Internal`] where the database does not answer.
    pub async fn provider_failed(&self, failure: &Failure, origin: &str, operation: &str) -> Result<(), Failure> {
        let (reason, told) = match failure {
            Failure::Provider { reason, .. } if reason == "off" => return Ok(()),
            Failure::Provider { reason, detail } if reason == "link_first" => (reason.as_str(), masked(detail)),
            Failure::Provider { reason, .. } => (reason.as_str(), String::new()),
            other => (other.code(), String::new()),
        };
        let now = self.world.now();
        let origin: String = origin.chars().take(80).collect();
        let subject = format!("provider:{origin}");
        self.slow_down(&subject, now).await?;
        let nobody = Actor { name: "sign-in provider".into(), installation: [].into(), ..Actor::command_line() };
        let detail = format!("{reason} {origin} {operation} {told}");
        let mut tx = self.db.begin().await?;
        self.failed_attempt(&mut tx, &subject, now).await?;
        tx.audit(&nobody, &self.entry("sign_in_failed", "provider", detail.trim_end())).await?;
        tx.commit().await
    }

    /// Remembers a failure, so that the next attempt of its subject is slower.
    pub(super) async fn failed_attempt(&self, tx: &mut Tx, subject: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        tx.add_attempt(subject, now, now - Duration::minutes(ATTEMPT_MINUTES)).await
    }

    /// That a password is a person's. Wrong ones are slowed.
    pub(super) async fn check_password(&self, person: &PersonId, password: &str) -> Result<(), Failure> {
        let (now, subject) = (self.world.now(), format!("password:{person}"));
        self.slow_down(&subject, now).await?;
        let stored = self.db.password_of(person).await?;
        let fits = password.len() <= 1_000 && verify_password(password.to_owned(), stored).await?;
        let mut tx = self.db.begin().await?;
        if fits {
            tx.clear_attempts(&subject).await?;
        } else {
            self.failed_attempt(&mut tx, &subject, now).await?;
        }
        tx.commit().await?;
        if fits { Ok(()) } else { Err(Failure::BadCredentials) }
    }

    /// The hash of a new password.
    pub(super) async fn new_password(&self, password: &str) -> Result<String, Failure> {
        let length = password.chars().count();
        if !(MIN_PASSWORD..=200).contains(&length) {
            return Err(Failure::invalid("password", &"*".repeat(length.min(8))));
        }
        hash_password(password.to_owned(), self.world.random()).await
    }

    /// Each failure past the free ones doubles the wait, up to five minutes.
    pub(super) async fn slow_down(&self, subject: &str, now: DateTime<Utc>) -> Result<(), Failure> {
        let (failures, last) = self.db.attempts(subject, now - Duration::minutes(ATTEMPT_MINUTES)).await?;
        // Many people share one origin behind a company's gateway: it gets more room than one address.
        let shared = ["from:", "provider:"].iter().any(|origin| subject.starts_with(origin));
        let free = if shared { FREE_ATTEMPTS * 5 } else { FREE_ATTEMPTS };
        let over = failures - free;
        let Some(last) = last.filter(|_| over >= 0) else { return Ok(()) };
        let wait = Duration::seconds((1_i64 << over.clamp(0, 8)).min(300));
        let left = (last + wait - now).num_seconds();
        if left > 0 { Err(Failure::SlowDown { seconds: left.unsigned_abs() }) } else { Ok(()) }
    }

    pub(super) async fn start_session(&self, person: &PersonId, now: DateTime<Utc>) -> Result<SignedIn, Failure> {
        let actor = self.db.actor(person, now).await?.ok_or(Failure::BadCredentials)?;
        let token = format!("{}{}", opaque(self.world.random()), opaque(self.world.random()));
        let expires_at = now + self.limits.absolute;
        let mut tx = self.db.begin().await?;
        tx.add_session(&token_hash(&token), person, now, expires_at).await?;
        self.note(&mut tx, &actor, "sign_in", person.as_str(), "").await?;
        tx.commit().await?;
        Ok(SignedIn { token, expires_at, actor })
    }

    /// Who a session belongs to, for a page that stays open: looking on is not being there, and keeps nothing alive.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] once it was ended, ran out, or its person was let go.
    pub async fn still_signed_in(&self, token: &str) -> Result<Actor, Failure> {
        Ok(self.live_session(&mut self.db.reader().await?, &token_hash(token)).await?.1)
    }

    pub(super) async fn live_session(&self, reader: &mut Reader, hash: &str) -> Result<(SessionRow, Actor), Failure> {
        let now = self.world.now();
        let (row, actor) = reader.session(hash, now).await?.ok_or(Failure::SignedOut)?;
        let over = row.expires_at <= now || row.seen_at + self.limits.idle <= now;
        if over { Err(Failure::SignedOut) } else { Ok((row, actor)) }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn sign_out(&self, token: &str) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        tx.end_session(&token_hash(token)).await?;
        tx.commit().await
    }

    /// Makes a one-time sign-in link's token for a person.
    pub(super) async fn link_for(&self, person: &PersonId) -> Result<String, Failure> {
        let token = opaque(self.world.random());
        let mut tx = self.db.begin().await?;
        tx.add_link(&token_hash(&token), person, self.world.now() + Duration::days(LINK_DAYS)).await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Whose link this is, without using it: the page greets them by name and asks for a password.
    ///
    /// # Errors
    /// [`Failure::DeadLink`] where it was used, has ended, or never was.
    pub async fn look_at_link(&self, token: &str) -> Result<Actor, Failure> {
        let person = self.db.sign_in_link(&token_hash(token), self.world.now()).await?;
        self.db.actor(&person, self.world.now()).await?.ok_or(Failure::DeadLink)
    }

    /// Uses a link: sets the password and signs in, where a second factor counts with a code. Works once.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for a password under [`MIN_PASSWORD`] characters, which leaves the link usable;
    /// [`Failure::DeadLink`].
    pub async fn use_link(&self, token: &str, password: &str) -> Result<SignIn, Failure> {
        let hash = self.new_password(password).await?;
        let now = self.world.now();
        let mut tx = self.db.begin().await?;
        let person = tx.use_link(&token_hash(token), now).await?;
        tx.set_password(&person, &hash, "").await?;
        tx.commit().await?;
        self.or_second_step(&person).await
    }
}
