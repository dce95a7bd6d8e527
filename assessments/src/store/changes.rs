//! Reading change sets, and checking that their chain holds.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::{Author, CellChange, ChangeSet, Door, NO_HASH, link_hash};
use crate::failure::Failure;
use crate::id::{ChangeId, GrantId, OperationId, PersonId, ServiceId};
use crate::lang::Label;
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::BTreeMap;

/// Which change sets.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Of one service only.
    pub service: Option<ServiceId>,
    /// Only those that touched this cell.
    pub address: Option<Address>,
    /// Only those before this number (with `service`).
    pub before: Option<i64>,
    /// Only this number (with `service`).
    pub number: Option<i64>,
    /// Most change sets.
    pub limit: i64,
}

#[derive(FromRow)]
struct SetRow {
    id: String,
    service: String,
    number: i64,
    base: i64,
    person: Option<String>,
    author: String,
    at: DateTime<Utc>,
    reason: String,
    door: String,
    source: String,
    operation: String,
    criteria: String,
    previous: String,
    hash: String,
    elevation: Option<String>,
}

#[derive(FromRow)]
struct CellRow {
    address: String,
    salt: String,
    old_text: Option<String>,
    new_text: Option<String>,
}

const COLUMNS: &str = "s.id, s.service, s.number, s.base, s.person, s.author, s.at, s.reason, s.door, s.source, s.operation, s.criteria, s.previous, s.hash, s.elevation";

fn set_of(row: SetRow, layer: &Layer, cells: Vec<CellRow>) -> Result<ChangeSet, Failure> {
    let cells = cells.into_iter().map(|c| {
        Ok(CellChange { address: Address::parse(&c.address)?, old: c.old_text, new: c.new_text, salt: c.salt })
    });
    Ok(ChangeSet {
        id: ChangeId::parse(&row.id)?,
        key: SheetKey { service: ServiceId::parse(&row.service)?, layer: layer.clone() },
        number: row.number,
        base: row.base,
        author: Author { person: row.person.as_deref().map(PersonId::parse).transpose()?, name: row.author },
        at: row.at,
        reason: row.reason,
        door: Door::parse(&row.door).ok_or_else(|| Failure::invalid("door", &row.door))?,
        source: row.source,
        operation: OperationId::parse(&row.operation)?,
        criteria: row.criteria,
        grant: row.elevation.as_deref().map(GrantId::parse).transpose()?,
        cells: cells.collect::<Result<_, Failure>>()?,
        previous: row.previous,
        hash: row.hash,
    })
}

/// A change set in one line, without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsLine {
    /// Which service.
    pub service: ServiceId,
    /// The service's name.
    pub name: Label,
    /// The revision that it made.
    pub number: i64,
    /// The criteria set that the sheet followed from then on.
    pub criteria: String,
    /// Who, as shown.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// Through which door.
    pub door: Door,
    /// The first cell that it changed.
    pub first: Option<Address>,
    /// How many cells it changed.
    pub cells: i64,
}

#[derive(FromRow)]
struct NewsRow {
    service: String,
    name_ja: String,
    name_en: String,
    number: i64,
    criteria: String,
    author: String,
    at: DateTime<Utc>,
    reason: String,
    door: String,
    first: Option<String>,
    cells: i64,
}

/// What a walk over the chain of one (sheet, layer) found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// Change sets read.
    pub sets: usize,
    /// What does not hold, in words.
    pub faults: Vec<String>,
}

impl Db {
    /// Change sets of the permit's layer, newest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn changes(&self, permit: &Permit, filter: &ChangeFilter) -> Result<Vec<ChangeSet>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let layer = permit.layer().key();
        let rows: Vec<SetRow> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM change_sets s WHERE s.layer = "));
            q.push_bind(&layer);
            if let Some(service) = &filter.service {
                q.push(" AND s.service = ").push_bind(service.as_str());
            }
            if let Some(before) = filter.before {
                q.push(" AND s.number < ").push_bind(before);
            }
            if let Some(number) = filter.number {
                q.push(" AND s.number = ").push_bind(number);
            }
            if let Some(address) = &filter.address {
                q.push(" AND EXISTS (SELECT 1 FROM cell_changes c WHERE c.service = s.service AND c.layer = s.layer AND c.number = s.number AND c.address = ")
                    .push_bind(address.to_string()).push(")");
            }
            q.push(if filter.service.is_some() { " ORDER BY s.number DESC LIMIT " } else { " ORDER BY s.at DESC, s.service, s.number DESC LIMIT " })
                .push_bind(filter.limit.clamp(1, 1_000));
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mut sets = Vec::with_capacity(rows.len());
        for row in rows {
            let cells = self.change_cells(&layer, &row.service, row.number).await?;
            sets.push(set_of(row, permit.layer(), cells)?);
        }
        Ok(sets)
    }

    /// The newest change sets of the permit's layer in a line each, without what the library brought.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn news(&self, permit: &Permit, limit: i64) -> Result<Vec<NewsLine>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let rows: Vec<NewsRow> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT s.service, v.name_ja, v.name_en, s.number, s.criteria, s.author, s.at, s.reason, s.door,
               (SELECT c.address FROM cell_changes c
                 WHERE c.service = s.service AND c.layer = s.layer AND c.number = s.number AND c.ord = 0) AS first,
               (SELECT COUNT(*) FROM cell_changes c
                 WHERE c.service = s.service AND c.layer = s.layer AND c.number = s.number) AS cells
             FROM change_sets s JOIN services v ON v.id = s.service
             WHERE s.layer = $1 AND s.door <> $2 ORDER BY s.at DESC, s.service, s.number DESC LIMIT $3")
            .bind(permit.layer().key()).bind(Door::Library.key()).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        let line = |r: NewsRow| {
            Ok(NewsLine {
                service: ServiceId::parse(&r.service)?,
                name: Label { ja: r.name_ja, en: r.name_en },
                number: r.number,
                criteria: r.criteria,
                author: r.author,
                at: r.at,
                reason: r.reason,
                door: Door::parse(&r.door).ok_or_else(|| Failure::invalid("door", &r.door))?,
                first: r.first.as_deref().map(Address::parse).transpose()?,
                cells: r.cells,
            })
        };
        rows.into_iter().map(line).collect()
    }

    async fn change_cells(&self, layer: &str, service: &str, number: i64) -> Result<Vec<CellRow>, Failure> {
        on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT address, salt, old_text, new_text FROM cell_changes WHERE service = $1 AND layer = $2 AND number = $3 ORDER BY ord")
            .bind(service).bind(layer).bind(number).fetch_all(p).await).map_err(fault)
    }

    /// The newest numbers of the permit's layer: what a follower such as the search index compares itself with.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn numbers(&self, permit: &Permit) -> Result<BTreeMap<ServiceId, i64>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        numbers(self, &permit.layer().key()).await
    }

    /// Every (sheet, layer) with its newest number. For the program's own followers (index, check), never for a reader.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub(crate) async fn all_numbers(&self) -> Result<Vec<(SheetKey, i64)>, Failure> {
        let rows: Vec<(String, String, i64)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT service, layer, number FROM heads WHERE number > 0 ORDER BY layer, service").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(s, l, n)| Ok((SheetKey { service: ServiceId::parse(&s)?, layer: Layer::parse(&l)? }, n)))
            .collect()
    }

    /// Revision, criteria set and present cells of any layer, for the program's own followers.
    pub(crate) async fn follow(&self, key: &SheetKey) -> Result<(i64, String, Cells), Failure> {
        let mut tx = self.begin_read().await?;
        let head: Option<(i64, String)> =
            on!(Tx, &mut tx, t => sqlx::query_as("SELECT number, criteria FROM heads WHERE service = $1 AND layer = $2")
            .bind(key.service.as_str()).bind(key.layer.key()).fetch_optional(&mut **t).await)
            .map_err(fault)?;
        let cells = tx.cells(&key.service, &key.layer.key()).await?;
        let (number, criteria) = head.unwrap_or_default();
        Ok((number, criteria, cells))
    }

    /// When the revisions were written that present cells come from, for the program's own followers.
    pub(crate) async fn times(&self, key: &SheetKey) -> Result<BTreeMap<i64, DateTime<Utc>>, Failure> {
        let rows: Vec<(i64, DateTime<Utc>)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT number, at FROM change_sets WHERE service = $1 AND layer = $2
             AND number IN (SELECT DISTINCT number FROM cells WHERE service = $1 AND layer = $2)")
            .bind(key.service.as_str()).bind(key.layer.key()).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().collect())
    }

    async fn begin_read(&self) -> Result<Tx, Failure> {
        Ok(match &self.read {
            Pool::Sqlite(p) => Tx::Sqlite(p.begin().await.map_err(fault)?),
            Pool::Postgres(p) => Tx::Postgres(p.begin().await.map_err(fault)?),
        })
    }

    /// Walks a chain: numbers without gaps, every hash over the one before, the stored bytes, and the texts that were
    /// not erased; the head at the end; and that replaying gives the present cells.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub(crate) async fn check_chain(&self, key: &SheetKey) -> Result<ChainReport, Failure> {
        let (service, layer) = (key.service.as_str(), key.layer.key());
        let mut report = ChainReport::default();
        let (mut previous, mut replayed, mut number) = (NO_HASH.to_owned(), Cells::new(), 0);
        loop {
            let row: Option<SetRow> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
                format!("SELECT {COLUMNS} FROM change_sets s WHERE s.service = $1 AND s.layer = $2 AND s.number > $3 ORDER BY s.number LIMIT 1")))
                .bind(service).bind(&layer).bind(number).fetch_optional(p).await).map_err(fault)?;
            let Some(row) = row else { break };
            if row.number != number + 1 {
                report.faults.push(format!("{service} {layer}: revision {} is missing", number + 1));
            }
            number = row.number;
            let stored: (Vec<u8>,) = on!(Pool, &self.read, p => sqlx::query_as(
                "SELECT canonical FROM change_sets WHERE service = $1 AND layer = $2 AND number = $3")
                .bind(service).bind(&layer).bind(number).fetch_one(p).await)
            .map_err(fault)?;
            let hashes: Vec<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(
                "SELECT hash FROM cell_changes WHERE service = $1 AND layer = $2 AND number = $3 ORDER BY ord")
                .bind(service).bind(&layer).bind(number).fetch_all(p).await)
            .map_err(fault)?;
            let hashes: Vec<String> = hashes.into_iter().map(|(h,)| h).collect();
            let cells = self.change_cells(&layer, service, number).await?;
            let set = set_of(row, &key.layer, cells)?;
            let texts_hold = set.cells.iter().zip(&hashes).all(|(c, h)| c.new.is_none() || c.hash() == *h);
            if set.previous != previous
                || set.hash != link_hash(&previous, &stored.0)
                || set.canonical(&hashes) != stored.0
                || !texts_hold
            {
                report.faults.push(format!("{service} {layer}: revision {number} does not match its hash"));
            }
            set.apply_to(&mut replayed);
            previous = set.hash;
            report.sets += 1;
        }
        let (head, _, present) = self.follow(key).await?;
        if head != number {
            report.faults.push(format!("{service} {layer}: head says {head}, the chain ends at {number}"));
        }
        if present != replayed {
            report.faults.push(format!("{service} {layer}: present cells differ from the replayed chain"));
        }
        Ok(report)
    }
}

async fn numbers(db: &Db, layer: &str) -> Result<BTreeMap<ServiceId, i64>, Failure> {
    let rows: Vec<(String, i64)> = on!(Pool, &db.read, p =>
        sqlx::query_as("SELECT service, number FROM heads WHERE layer = $1 AND number > 0").bind(layer).fetch_all(p).await)
    .map_err(fault)?;
    rows.into_iter().map(|(s, n)| Ok((ServiceId::parse(&s)?, n))).collect()
}
