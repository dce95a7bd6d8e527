//! Mail that waits to be sent. A save puts a line here and goes on; whoever sends takes lines that are due, one at a time.

use super::{Db, Pool, Tx, fault, on};
use crate::failure::Failure;
use crate::id::PersonId;
use crate::lang::Lang;
use chrono::{DateTime, Utc};

/// How often somebody wants mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Often {
    /// Never.
    #[default]
    Off,
    /// When something is said to them.
    AtOnce,
    /// Once a day, in the morning.
    Daily,
}

impl Often {
    /// All.
    pub const ALL: [Often; 3] = [Often::Off, Often::AtOnce, Often::Daily];

    /// As stored and in forms.
    pub fn key(self) -> &'static str {
        match self {
            Often::Off => "off",
            Often::AtOnce => "at_once",
            Often::Daily => "daily",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<Often> {
        Often::ALL.into_iter().find(|o| o.key() == text)
    }
}

/// A person's wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailSetting {
    /// How often.
    pub often: Often,
    /// In which language.
    pub lang: Lang,
}

/// A line of the outbox that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Id; the message's own id too, so that a repetition can be told.
    pub id: String,
    /// To whom.
    pub person: PersonId,
    /// Since when it waits.
    pub made_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i64,
}

fn setting((often, lang): (String, String)) -> MailSetting {
    MailSetting { often: Often::parse(&often).unwrap_or_default(), lang: Lang::parse(&lang).unwrap_or_default() }
}

impl Db {
    /// A person's wish; never where they said nothing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_setting(&self, person: &PersonId) -> Result<MailSetting, Failure> {
        let row: Option<(String, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT often, lang FROM mail_settings WHERE person = $1").bind(person.as_str()).fetch_optional(p).await)
        .map_err(fault)?;
        Ok(row.map(setting).unwrap_or_default())
    }

    /// Where a person's mail goes; none where they may not sign in any more.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_address(&self, person: &PersonId) -> Result<Option<String>, Failure> {
        on!(Pool, &self.read, p => sqlx::query_scalar("SELECT email FROM people WHERE id = $1 AND active")
            .bind(person.as_str()).fetch_optional(p).await)
        .map_err(fault)
    }

    /// Who wants mail and for whom none waits.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn without_mail(&self) -> Result<Vec<PersonId>, Failure> {
        let rows: Vec<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT m.person FROM mail_settings m WHERE m.often <> 'off'
               AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.person = m.person AND o.done_at IS NULL)")
            .fetch_all(p).await)
        .map_err(fault)?;
        rows.iter().map(|(id,)| PersonId::parse(id)).collect()
    }

    /// Lines that are due and that nobody is sending, the longest due first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_due(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Waiting>, Failure> {
        let rows: Vec<(String, String, DateTime<Utc>, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id, person, made_at, attempts FROM outbox
             WHERE done_at IS NULL AND due_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
             ORDER BY due_at, id LIMIT $2").bind(now).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(id, person, made_at, attempts)| {
                Ok(Waiting { id, person: PersonId::parse(&person)?, made_at, attempts })
            })
            .collect()
    }

    /// The notices of a person that are unread and that no mail told them of.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn unmailed(&self, person: &PersonId) -> Result<Vec<String>, Failure> {
        let rows: Vec<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT id FROM notices WHERE person = $1 AND read_at IS NULL AND mailed_at IS NULL")
            .bind(person.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

impl Tx {
    /// A person's wish, inside this write.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_setting(&mut self, person: &PersonId) -> Result<MailSetting, Failure> {
        let row: Option<(String, String)> = on!(Tx, self, t =>
            sqlx::query_as("SELECT often, lang FROM mail_settings WHERE person = $1").bind(person.as_str()).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        Ok(row.map(setting).unwrap_or_default())
    }

    /// Keeps a person's wish.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_mail(&mut self, person: &PersonId, setting: MailSetting) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO mail_settings (person, often, lang) VALUES ($1, $2, $3)
             ON CONFLICT (person) DO UPDATE SET often = excluded.often, lang = excluded.lang")
            .bind(person.as_str()).bind(setting.often.key()).bind(setting.lang.code()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// What waits for a person is due at another time.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn move_mail(&mut self, person: &PersonId, due_at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE outbox SET due_at = $2 WHERE person = $1 AND done_at IS NULL AND attempts = 0")
            .bind(person.as_str()).bind(due_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A mail to a person. One says everything that is unread when it is sent: where one waits already, it goes out earlier.
    ///
    /// A line that is being sent was put together before this: it does not count.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn queue_mail(
        &mut self,
        id: &str,
        person: &PersonId,
        made_at: DateTime<Utc>,
        due_at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE outbox SET due_at = $2 WHERE person = $1 AND done_at IS NULL AND attempts = 0 AND due_at > $2")
            .bind(person.as_str()).bind(due_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO outbox (id, person, made_at, due_at) SELECT $1, $2, $3, $4
             WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE person = $2 AND done_at IS NULL
                               AND (claimed_until IS NULL OR claimed_until <= $3))")
            .bind(id).bind(person.as_str()).bind(made_at).bind(due_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes a line for sending until a moment; false where another server has it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn claim_mail(&mut self, id: &str, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE outbox SET claimed_until = $3 WHERE id = $1 AND done_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $2)")
            .bind(id).bind(now).bind(until).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// A line is done with: `sent`, `moot` (nothing left to say), `given_up`.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_mail(&mut self, id: &str, outcome: &str, at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE outbox SET done_at = $3, outcome = $2, claimed_until = NULL WHERE id = $1")
            .bind(id).bind(outcome).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// What a mail told is not told again.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mailed(&mut self, notice: &str, at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE notices SET mailed_at = $2 WHERE id = $1")
            .bind(notice).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A try failed: the line waits on.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn mail_failed(&mut self, id: &str, error: &str, due_at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE outbox SET attempts = attempts + 1, error = $2, due_at = $3, claimed_until = NULL WHERE id = $1")
            .bind(id).bind(error).bind(due_at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
