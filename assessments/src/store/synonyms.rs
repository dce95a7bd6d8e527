//! The installation's own synonyms, beside those that ship.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;

/// Setting: the number of the list, which grows with each change.
const NUMBER: &str = "synonyms";

/// A group as it is stored: its words, and whether it is in force.
pub type StoredGroup = (Vec<String>, bool);

impl Db {
    /// The list's number; 0 where nobody has changed it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn synonyms_number(&self) -> Result<i64, Failure> {
        let number: Option<String> =
            on!(Pool, &self.read, p => sqlx::query_scalar("SELECT value FROM settings WHERE key = $1")
            .bind(NUMBER).fetch_optional(p).await)
            .map_err(fault)?;
        Ok(number.and_then(|n| n.parse().ok()).unwrap_or(0))
    }

    /// The list, in its order, with its number.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn synonyms(&self) -> Result<(i64, Vec<StoredGroup>), Failure> {
        // The number first: a list that changes meanwhile is read once more later.
        let number = self.synonyms_number().await?;
        let rows: Vec<(String, bool)> =
            on!(Pool, &self.read, p => sqlx::query_as("SELECT words, is_on FROM synonyms ORDER BY ord").fetch_all(p).await)
                .map_err(fault)?;
        Ok((number, rows.into_iter().map(|(w, on)| (w.split('\t').map(str::to_owned).collect(), on)).collect()))
    }
}

impl Tx {
    /// Puts a list in the place of the present one, where that still has the number `base`. Gives back its new number,
    /// or none where somebody else changed it meanwhile.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn set_synonyms(
        &mut self,
        permit: &Permit,
        base: i64,
        groups: &[StoredGroup],
    ) -> Result<Option<i64>, Failure> {
        permit.covers(Action::EditSynonyms, &Layer::Shared)?;
        let number = base + 1;
        // The row is the lock: of two who write at once, one finds another number.
        on!(Tx, self, t => sqlx::query("INSERT INTO settings (key, value) VALUES ($1, '0') ON CONFLICT (key) DO NOTHING")
            .bind(NUMBER).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        let taken = on!(Tx, self, t => sqlx::query("UPDATE settings SET value = $2 WHERE key = $1 AND value = $3")
            .bind(NUMBER).bind(number.to_string()).bind(base.to_string()).execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if taken != 1 {
            return Ok(None);
        }
        on!(Tx, self, t => sqlx::query("DELETE FROM synonyms").execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        for (ord, (words, is_on)) in (0_i64..).zip(groups) {
            on!(Tx, self, t => sqlx::query("INSERT INTO synonyms (ord, words, is_on) VALUES ($1, $2, $3)")
                .bind(ord).bind(words.join("\t")).bind(is_on).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        }
        Ok(Some(number))
    }
}
