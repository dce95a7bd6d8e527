//! Published versions of the common text, and what changed between two revisions.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId};
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// A published version: a name for a revision of the common text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Which service.
    pub service: ServiceId,
    /// `2026.11.1`: year, month, counter within the month.
    pub version: String,
    /// The revision.
    pub number: i64,
    /// The criteria set that it follows, `id@version`.
    pub criteria: String,
    /// Hash of its content, as [`crate::sheet::content_hash`] makes it.
    pub hash: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub author: Author,
    /// The review round that approved it; empty where it was published without a quorum.
    pub round: String,
    /// In the publisher's words.
    pub note: String,
}

/// The net change of one cell between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellDifference {
    /// Which cell.
    pub address: Address,
    /// What stood there at the earlier revision.
    pub old: String,
    /// What stands there at the later one.
    pub new: String,
    /// The revision that changed it last.
    pub number: i64,
    /// Who changed it last.
    pub author: Author,
    /// When that was.
    pub at: DateTime<Utc>,
    /// Everybody who changed it between the two, the first first.
    pub authors: Vec<Author>,
}

/// The head of a sheet, held by this write until it ends.
pub struct HeldHead {
    /// Its revision.
    pub number: i64,
    /// The criteria set that it follows.
    pub criteria: String,
}

#[derive(FromRow)]
struct Row {
    service: String,
    version: String,
    number: i64,
    criteria: String,
    hash: String,
    at: DateTime<Utc>,
    person: Option<String>,
    author: String,
    round: String,
    note: String,
}

fn publication(row: Row) -> Result<Publication, Failure> {
    Ok(Publication {
        service: ServiceId::parse(&row.service)?,
        version: row.version,
        number: row.number,
        criteria: row.criteria,
        hash: row.hash,
        at: row.at,
        author: author(row.person, row.author)?,
        round: row.round,
        note: row.note,
    })
}

pub(super) fn author(person: Option<String>, name: String) -> Result<Author, Failure> {
    Ok(Author { person: person.as_deref().map(PersonId::parse).transpose()?, name })
}

const COLUMNS: &str =
    "SELECT service, version, number, criteria, hash, at, person, author, round, note FROM publications";

impl Db {
    /// The published versions of a sheet, newest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn publications(&self, permit: &Permit, service: &ServiceId) -> Result<Vec<Publication>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("{COLUMNS} WHERE service = $1 ORDER BY number DESC, at DESC, version DESC")))
            .bind(service.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(publication).collect()
    }

    /// The newest published version of every service that has one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn newest_publications(&self, permit: &Permit) -> Result<BTreeMap<ServiceId, Publication>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("{COLUMNS} ORDER BY number, at, version"))).fetch_all(p).await)
        .map_err(fault)?;
        let newest = rows.into_iter().map(publication).map(|p| p.map(|p| (p.service.clone(), p)));
        newest.collect()
    }

    /// The net change of every cell from revision `from` to revision `to`: cells that were changed and changed back are
    /// not in it. Texts that were erased from history read as empty.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn difference(
        &self,
        permit: &Permit,
        service: &ServiceId,
        from: i64,
        to: i64,
    ) -> Result<Vec<CellDifference>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        type Line = (String, Option<String>, Option<String>, i64, Option<String>, String, DateTime<Utc>);
        let rows: Vec<Line> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.address, c.old_text, c.new_text, c.number, s.person, s.author, s.at FROM cell_changes c
             JOIN change_sets s ON s.service = c.service AND s.layer = c.layer AND s.number = c.number
             WHERE c.service = $1 AND c.layer = $2 AND c.number > $3 AND c.number <= $4 ORDER BY c.number, c.ord")
            .bind(service.as_str()).bind(permit.layer().key()).bind(from).bind(to).fetch_all(p).await)
        .map_err(fault)?;
        let mut out: BTreeMap<Address, CellDifference> = BTreeMap::new();
        for (address, old, new, number, person, name, at) in rows {
            let (address, by) = (Address::parse(&address)?, author(person, name)?);
            let cell = out.entry(address.clone()).or_insert_with(|| CellDifference {
                address,
                old: old.unwrap_or_default(),
                new: String::new(),
                number,
                author: by.clone(),
                at,
                authors: vec![],
            });
            cell.new = new.unwrap_or_default();
            (cell.number, cell.at) = (number, at);
            if !cell.authors.contains(&by) {
                cell.authors.push(by.clone());
            }
            cell.author = by;
        }
        Ok(out.into_values().filter(|cell| cell.old != cell.new).collect())
    }
}

impl Tx {
    /// Holds a sheet's head: nobody writes there until this write ends.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where nothing was written there yet.
    pub async fn hold_head(&mut self, permit: &Permit, service: &ServiceId) -> Result<HeldHead, Failure> {
        let row: Option<(i64, String)> = on!(Tx, self, t => sqlx::query_as(
            "UPDATE heads SET number = number WHERE service = $1 AND layer = $2 RETURNING number, criteria")
            .bind(service.as_str()).bind(permit.layer().key()).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        row.map(|(number, criteria)| HeldHead { number, criteria }).ok_or(Failure::NotFound)
    }

    /// The cells of the common text inside this write.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn held_cells(&mut self, permit: &Permit, service: &ServiceId) -> Result<Cells, Failure> {
        self.cells(service, &permit.layer().key()).await
    }

    /// The next version of a month: `2026.11` has `2026.11.1`, `2026.11.2`, ... Ask under the head's lock.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn next_version(&mut self, service: &ServiceId, month: &str) -> Result<String, Failure> {
        let there: (i64,) = on!(Tx, self, t => sqlx::query_as(
            "SELECT COUNT(*) FROM publications WHERE service = $1 AND version LIKE $2")
            .bind(service.as_str()).bind(format!("{month}.%")).fetch_one(&mut **t).await)
        .map_err(fault)?;
        Ok(format!("{month}.{}", there.0 + 1))
    }

    /// Publishes a version.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit of something else; [`Failure::Internal`] where the version is taken.
    pub async fn add_publication(&mut self, permit: &Permit, new: &Publication) -> Result<(), Failure> {
        if !matches!(permit.action(), Action::Publish | Action::PublishWithoutQuorum) {
            return Err(Failure::NotFound);
        }
        permit.covers(permit.action(), &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO publications (service, version, number, criteria, hash, at, person, author, round, note)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(new.service.as_str()).bind(&new.version).bind(new.number).bind(&new.criteria).bind(&new.hash).bind(new.at)
            .bind(new.author.person.as_ref().map(|p| p.as_str())).bind(&new.author.name).bind(&new.round).bind(&new.note)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
