//! Searches under a name, and when somebody looked at them for the last time.

use super::own::{private_layers, read_layer, shared_with, sharing};
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId, SavedId, ServiceId};
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A saved search, as one reader has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedRow {
    /// Its id.
    pub id: SavedId,
    /// Who saved it.
    pub person: PersonId,
    /// Their name.
    pub owner: String,
    /// The institution that reads along; none where it is the person's alone.
    pub shared: Option<InstitutionId>,
    /// Its name.
    pub name: String,
    /// The query part of the search page's address.
    pub query: String,
    /// When the reader looked at it for the last time; when it was saved, where they never did.
    pub looked_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Line {
    id: String,
    person: String,
    owner: String,
    layer: String,
    name: String,
    query: String,
    looked_at: DateTime<Utc>,
}

impl TryFrom<Line> for SavedRow {
    type Error = Failure;
    fn try_from(line: Line) -> Result<Self, Failure> {
        Ok(Self {
            id: SavedId::parse(&line.id)?,
            person: PersonId::parse(&line.person)?,
            owner: line.owner,
            shared: shared_with(&line.layer)?,
            name: line.name,
            query: line.query,
            looked_at: line.looked_at,
        })
    }
}

const LINE: &str = "SELECT s.id, s.person, p.name AS owner, s.layer, s.name, s.query,
    COALESCE(l.looked_at, s.created_at) AS looked_at FROM saved_searches s JOIN people p ON p.id = s.person
    LEFT JOIN search_looks l ON l.search = s.id AND l.person = ";

impl Db {
    /// The searches that a person saved, and those that the permits' institutions read along; own ones first, by name.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn saved_searches(&self, reads: &[Permit], person: &PersonId) -> Result<Vec<SavedRow>, Failure> {
        let layers = private_layers(reads)?;
        let lines: Vec<Line> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(LINE);
            q.push_bind(person.as_str()).push(" WHERE s.person = ").push_bind(person.as_str());
            for layer in &layers {
                q.push(" OR s.layer = ").push_bind(layer.as_str());
            }
            q.push(" ORDER BY CASE WHEN s.person = ").push_bind(person.as_str()).push(" THEN 0 ELSE 1 END, s.name, s.id");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        lines.into_iter().map(SavedRow::try_from).collect()
    }

    /// A saved search that is the person's own, or that an institution of the permits reads along.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is neither, or does not exist.
    pub async fn saved_search(&self, reads: &[Permit], person: &PersonId, id: &SavedId) -> Result<SavedRow, Failure> {
        let layers = private_layers(reads)?;
        let line: Option<Line> =
            on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(format!("{LINE} $1 WHERE s.id = $2")))
            .bind(person.as_str()).bind(id.as_str()).fetch_optional(p).await)
            .map_err(fault)?;
        let line = line.filter(|l| l.person == person.as_str() || layers.contains(&l.layer));
        line.ok_or(Failure::NotFound)?.try_into()
    }

    /// Cells of the permit's layer that change sets after a moment touched, with the time of the newest one, the newest
    /// first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn changed_since(
        &self,
        permit: &Permit,
        since: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(DateTime<Utc>, ServiceId, Address)>, Failure> {
        let layer = read_layer(permit)?;
        let rows: Vec<(DateTime<Utc>, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT s.at, c.service, c.address FROM change_sets s
             JOIN cell_changes c ON c.service = s.service AND c.layer = s.layer AND c.number = s.number
             WHERE s.layer = $1 AND s.at > $2 ORDER BY s.at DESC LIMIT $3")
            .bind(layer).bind(since).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(at, service, address)| Ok((at, ServiceId::parse(&service)?, Address::parse(&address)?)))
            .collect()
    }

    /// Comments of the permit's layer that were written after a moment, as `thread#comment`, the newest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn comments_since(
        &self,
        permit: &Permit,
        since: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<(DateTime<Utc>, String)>, Failure> {
        let layer = read_layer(permit)?;
        let rows: Vec<(DateTime<Utc>, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.at, c.thread, c.id FROM comments c JOIN threads t ON t.id = c.thread
             WHERE t.layer = $1 AND c.at > $2 AND c.deleted_at IS NULL ORDER BY c.at DESC LIMIT $3")
            .bind(layer).bind(since).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(|(at, thread, id)| (at, format!("{thread}#{id}"))).collect())
    }

    /// Criteria sets that were loaded after a moment, by their keys.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn criteria_since(
        &self,
        permit: &Permit,
        since: DateTime<Utc>,
    ) -> Result<Vec<(DateTime<Utc>, String)>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        on!(Pool, &self.read, p => sqlx::query_as("SELECT created_at, name FROM criteria_sets WHERE created_at > $1")
            .bind(since).fetch_all(p).await)
        .map_err(fault)
    }
}

impl Tx {
    /// How many searches a person saved.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn count_saved(&mut self, person: &PersonId) -> Result<i64, Failure> {
        on!(Tx, self, t => sqlx::query_scalar("SELECT COUNT(*) FROM saved_searches WHERE person = $1").bind(person.as_str())
            .fetch_one(&mut **t).await)
        .map_err(fault)
    }

    /// Saves a search; `shares` is the permit of the institution that reads along.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_saved(&mut self, shares: Option<&Permit>, row: &SavedRow) -> Result<(), Failure> {
        let layer = sharing(shares)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO saved_searches (id, person, layer, name, query, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(row.id.as_str()).bind(row.person.as_str()).bind(layer).bind(&row.name).bind(&row.query).bind(row.looked_at)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Forgets a search that this person saved.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not theirs.
    pub async fn remove_saved(&mut self, person: &PersonId, id: &SavedId) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "DELETE FROM search_looks WHERE search IN (SELECT id FROM saved_searches WHERE id = $1 AND person = $2)")
            .bind(id.as_str()).bind(person.as_str()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        let gone = on!(Tx, self, t => sqlx::query("DELETE FROM saved_searches WHERE id = $1 AND person = $2")
            .bind(id.as_str()).bind(person.as_str()).execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if gone == 1 { Ok(()) } else { Err(Failure::NotFound) }
    }

    /// Notes that somebody looked.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn looked(&mut self, person: &PersonId, id: &SavedId, at: DateTime<Utc>) -> Result<(), Failure> {
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO search_looks (search, person, looked_at) VALUES ($1, $2, $3)
             ON CONFLICT (search, person) DO UPDATE SET looked_at = excluded.looked_at")
            .bind(id.as_str()).bind(person.as_str()).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
