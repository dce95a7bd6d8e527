//! Criteria sets and crosswalks that an administrator loaded beside the shipped ones, and which one is in force.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::criteria::{CriteriaSet, Crosswalk};
use crate::failure::Failure;
use chrono::{DateTime, Utc};

/// Setting: the criteria set that new sheets follow.
const IN_FORCE: &str = "criteria";

impl Db {
    /// The key of the criteria set that new sheets follow; none where nobody chose one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn criteria_in_force(&self) -> Result<Option<String>, Failure> {
        on!(Pool, &self.read, p => sqlx::query_scalar("SELECT value FROM settings WHERE key = $1").bind(IN_FORCE)
            .fetch_optional(p).await)
        .map_err(fault)
    }

    /// All loaded criteria sets.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer or holds something else.
    pub async fn criteria_sets(&self) -> Result<Vec<CriteriaSet>, Failure> {
        let rows: Vec<(String,)> =
            on!(Pool, &self.read, p => sqlx::query_as("SELECT body FROM criteria_sets ORDER BY name").fetch_all(p).await).map_err(fault)?;
        rows.iter()
            .map(|(body,)| serde_json::from_str(body).map_err(|e| Failure::invalid("criteria_sets", &e.to_string())))
            .collect()
    }

    /// The crosswalk between two sets.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn crosswalk(&self, from: &str, to: &str) -> Result<Option<Crosswalk>, Failure> {
        let row: Option<(String,)> = on!(Pool, &self.read, p => sqlx::query_as("SELECT body FROM crosswalks WHERE from_set = $1 AND to_set = $2")
            .bind(from).bind(to).fetch_optional(p).await).map_err(fault)?;
        row.map(|(body,)| serde_json::from_str(&body).map_err(|e| Failure::invalid("crosswalks", &e.to_string())))
            .transpose()
    }
}

impl Tx {
    /// Has new sheets follow a criteria set.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn use_criteria(&mut self, permit: &Permit, key: &str) -> Result<(), Failure> {
        permit.covers(Action::ManageCriteria, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(IN_FORCE).bind(key).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Loads a criteria set. A version that exists is never changed: revisions pin it.
    ///
    /// # Errors
    /// [`Failure::Exists`] where this version is there with other contents; [`Failure::Invalid`] where it cannot be used.
    pub async fn add_criteria(&mut self, permit: &Permit, set: &CriteriaSet, at: DateTime<Utc>) -> Result<(), Failure> {
        permit.covers(Action::ManageCriteria, &Layer::Shared)?;
        set.check()?;
        let body = serde_json::to_string(set).map_err(|e| Failure::invalid("criteria", &e.to_string()))?;
        on!(Tx, self, t => sqlx::query("INSERT INTO criteria_sets (name, body, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(set.key()).bind(&body).bind(at).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        let stored: (String,) =
            on!(Tx, self, t => sqlx::query_as("SELECT body FROM criteria_sets WHERE name = $1").bind(set.key())
            .fetch_one(&mut **t).await)
            .map_err(fault)?;
        if stored.0 == body { Ok(()) } else { Err(Failure::Exists { place: set.key() }) }
    }

    /// Loads a crosswalk, replacing an earlier one of the same two sets.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_crosswalk(&mut self, permit: &Permit, walk: &Crosswalk) -> Result<(), Failure> {
        permit.covers(Action::ManageCriteria, &Layer::Shared)?;
        let body = serde_json::to_string(walk).map_err(|e| Failure::invalid("crosswalk", &e.to_string()))?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO crosswalks (from_set, to_set, body) VALUES ($1, $2, $3) ON CONFLICT (from_set, to_set) DO UPDATE SET body = excluded.body")
            .bind(&walk.from).bind(&walk.to).bind(&body).execute(&mut **t).await.map(|_| ())).map_err(fault)
    }
}
