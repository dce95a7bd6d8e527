//! Second factors, recovery codes, and sign-ins that wait for one of them.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::failure::Failure;
use crate::id::PersonId;
use chrono::{DateTime, Utc};

/// A person's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What the authenticator shares, 20 bytes.
    pub secret: Vec<u8>,
    /// Since when it is asked for; none while its owner has not shown a code yet.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Time step of the last code that was taken.
    pub last_step: i64,
}

impl Db {
    /// A person's second factor.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn second_factor(&self, person: &PersonId) -> Result<Option<SecondFactor>, Failure> {
        let row: Option<(Vec<u8>, Option<DateTime<Utc>>, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT secret, confirmed_at, last_step FROM second_factors WHERE person = $1")
            .bind(person.as_str()).fetch_optional(p).await)
        .map_err(fault)?;
        Ok(row.map(|(secret, confirmed_at, last_step)| SecondFactor { secret, confirmed_at, last_step }))
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn recovery_codes_left(&self, person: &PersonId) -> Result<i64, Failure> {
        on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT COUNT(*) FROM recovery_codes WHERE person = $1 AND used_at IS NULL")
            .bind(person.as_str()).fetch_one(p).await)
        .map_err(fault)
    }

    /// Whose sign-in waits for its second step.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] where none does, any more.
    pub async fn sign_in_step(&self, token_hash: &str, now: DateTime<Utc>) -> Result<PersonId, Failure> {
        let row: Option<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT person FROM sign_in_steps WHERE token_hash = $1 AND expires_at > $2")
            .bind(token_hash).bind(now).fetch_optional(p).await)
        .map_err(fault)?;
        PersonId::parse(&row.ok_or(Failure::SignedOut)?.0)
    }
}

impl Tx {
    /// Keeps a fresh secret that does not count yet, in place of an earlier one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn begin_second_factor(&mut self, person: &PersonId, secret: &[u8]) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO second_factors (person, secret, confirmed_at, last_step) VALUES ($1, $2, NULL, 0)
             ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, confirmed_at = NULL, last_step = 0")
            .bind(person.as_str()).bind(secret).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// From now on the second factor is asked for.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn confirm_second_factor(&mut self, person: &PersonId, at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE second_factors SET confirmed_at = $2 WHERE person = $1")
            .bind(person.as_str()).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes the code of a time step; false where that step, or a later one, was taken already.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_step(&mut self, person: &PersonId, step: i64) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE second_factors SET last_step = $2 WHERE person = $1 AND last_step < $2")
            .bind(person.as_str()).bind(step).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Takes a recovery code; false where there is none such left.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn take_recovery_code(
        &mut self,
        person: &PersonId,
        code_hash: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, Failure> {
        on!(Tx, self, t => sqlx::query(
            "UPDATE recovery_codes SET used_at = $3 WHERE person = $1 AND code_hash = $2 AND used_at IS NULL")
            .bind(person.as_str()).bind(code_hash).bind(at).execute(&mut **t).await.map(|r| r.rows_affected() == 1))
        .map_err(fault)
    }

    /// Replaces a person's recovery codes.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_recovery_codes(&mut self, person: &PersonId, hashes: &[String]) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM recovery_codes WHERE person = $1")
            .bind(person.as_str()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        for hash in hashes {
            on!(Tx, self, t => sqlx::query("INSERT INTO recovery_codes (person, code_hash, used_at) VALUES ($1, $2, NULL)")
                .bind(person.as_str()).bind(hash).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        }
        Ok(())
    }

    /// Takes a person's own second factor away, with its recovery codes.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_second_factor(&mut self, person: &PersonId) -> Result<(), Failure> {
        for table in ["second_factors", "recovery_codes"] {
            on!(Tx, self, t => sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE person = $1")))
                .bind(person.as_str()).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        }
        Ok(())
    }

    /// The same by whoever looks after the person.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else.
    pub async fn remove_second_factor(&mut self, permit: &Permit, person: &PersonId) -> Result<(), Failure> {
        permit.covers(Action::ManagePeople, permit.layer())?;
        self.end_second_factor(person).await
    }

    /// A sign-in waits for its second step. Steps that ran out are forgotten.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_sign_in_step(
        &mut self,
        token_hash: &str,
        person: &PersonId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sign_in_steps WHERE expires_at <= $1")
            .bind(now).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        on!(Tx, self, t => sqlx::query("INSERT INTO sign_in_steps (token_hash, person, expires_at) VALUES ($1, $2, $3)")
            .bind(token_hash).bind(person.as_str()).bind(until).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// The second step is done.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn end_sign_in_step(&mut self, token_hash: &str) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query("DELETE FROM sign_in_steps WHERE token_hash = $1")
            .bind(token_hash).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
