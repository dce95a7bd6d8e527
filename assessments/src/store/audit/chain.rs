//! The chain of a layer's audit: its end, its entries in order, whether it holds, and adding to it.

use super::super::{Db, Pool, Tx, fault, on};
use super::{AuditEntry, AuditRow, COLUMNS};
use crate::access::{Action, Actor, Permit};
use crate::audit::anchors::{Book, compare};
use crate::audit::{Entry, VERSION, Walk};
use crate::change::{ChangeSet, NO_HASH};
use crate::failure::Failure;
use std::collections::{BTreeMap, BTreeSet};

/// How many entries are read at once where a whole chain is.
const CHUNK: i64 = 2_000;

impl Db {
    /// The head of the permit's chain: number and hash; none where nothing was ever noted.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit_head(&self, permit: &Permit) -> Result<Option<(i64, String)>, Failure> {
        permit.covers(Action::ReadAudit, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_as("SELECT number, hash FROM audit_heads WHERE layer = $1")
            .bind(permit.layer().key()).fetch_optional(p).await)
        .map_err(fault)
    }

    /// Chained entries of the permit's layer after a number, in order; at most some two thousand.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit_after(&self, permit: &Permit, after: i64) -> Result<Vec<Entry>, Failure> {
        permit.covers(Action::ReadAudit, permit.layer())?;
        self.chained(&permit.layer().key(), after).await
    }

    async fn chained(&self, layer: &str, after: i64) -> Result<Vec<Entry>, Failure> {
        let rows: Vec<AuditRow> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT {COLUMNS}, NULL AS known_as FROM audit a WHERE a.layer = $1 AND a.number > $2 ORDER BY a.number LIMIT {CHUNK}")))
            .bind(layer).bind(after).fetch_all(p).await)
        .map_err(fault)?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }

    /// The heads of all chains: layer, number, hash. For the program's own anchors and checks, never for a reader.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit_heads(&self) -> Result<Vec<(String, i64, String)>, Failure> {
        on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT layer, number, hash FROM audit_heads WHERE number > 0 ORDER BY layer").fetch_all(p).await)
        .map_err(fault)
    }

    /// Walks the audit chains of every layer: numbers without gaps, every hash over the one before, the head at the end;
    /// that every change set that an entry is about is there as it was; and that the chain is the one which the anchors
    /// know. Gives back how many entries were walked, and
    /// what does not hold.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub(crate) async fn check_audit(&self, book: &Book) -> Result<(usize, Vec<String>), Failure> {
        let (mut entries, mut faults) = (0, Vec::new());
        let heads = self.audit_heads().await?;
        let known: BTreeSet<&str> = heads.iter().map(|(layer, ..)| layer.as_str()).collect();
        let gone: BTreeSet<&str> =
            book.anchors().iter().map(|a| a.layer.as_str()).filter(|l| !known.contains(l)).collect();
        let gone = gone.into_iter().map(|layer| (layer.to_owned(), 0, NO_HASH.to_owned()));
        for (layer, last, head) in heads.iter().cloned().chain(gone) {
            let (mut walk, mut after) = (Walk::new(&layer), 0);
            let anchors = || book.anchors().iter().filter(|a| a.layer == layer);
            let wanted: BTreeSet<i64> = anchors().map(|a| a.number).collect();
            let mut anchored = BTreeMap::new();
            loop {
                let rows = self.chained(&layer, after).await?;
                let Some(end) = rows.last() else { break };
                after = end.number;
                rows.iter().for_each(|row| walk.step(row, None));
                anchored.extend(rows.into_iter().filter(|r| wanted.contains(&r.number)).map(|r| (r.number, r.hash)));
            }
            walk.end(last, &head);
            faults.extend(compare(&layer, anchors(), after, |number| anchored.get(&number).map(String::as_str)));
            entries += walk.entries;
            faults.extend(walk.faults.into_iter().map(|f| f.text));
            faults.extend(self.check_changes(&layer).await?);
        }
        Ok((entries, faults))
    }

    /// Whether a layer's audit and its change sets know of one another.
    async fn check_changes(&self, layer: &str) -> Result<Vec<String>, Failure> {
        let gone: Vec<(i64, String, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT a.number, a.service, a.revision FROM audit a LEFT JOIN change_sets s
               ON s.service = a.service AND s.layer = a.layer AND s.number = a.revision AND s.hash = a.change_hash
             WHERE a.layer = $1 AND a.revision > 0 AND s.hash IS NULL ORDER BY a.number LIMIT 100")
            .bind(layer).fetch_all(p).await)
        .map_err(fault)?;
        let unknown: Vec<(String, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT h.service, h.number FROM heads h
              JOIN (SELECT service, MAX(revision) AS last FROM audit WHERE layer = $1 AND revision > 0 GROUP BY service) a
                ON a.service = h.service
             WHERE h.layer = $1 AND h.number > a.last ORDER BY h.service LIMIT 100").bind(layer).fetch_all(p).await)
        .map_err(fault)?;
        let gone = gone.into_iter().map(|(number, service, revision)| {
            format!("audit {layer}: entry {number} knows another revision {revision} of {service} than is there")
        });
        let unknown = unknown
            .into_iter()
            .map(|(service, number)| format!("audit {layer}: revision {number} of {service} has no entry"));
        Ok(gone.chain(unknown).collect())
    }
}

impl Tx {
    /// Notes what was done to a record that is not a cell, at the end of its layer's chain.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit(&mut self, actor: &Actor, entry: &AuditEntry<'_>) -> Result<(), Failure> {
        let row = Entry {
            at: entry.at,
            person: actor.person.as_ref().map(ToString::to_string),
            actor: actor.name.clone(),
            action: entry.action.to_owned(),
            subject: entry.subject.to_owned(),
            detail: entry.detail.to_owned(),
            service: entry.service.to_owned(),
            elevation: entry.grant.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Entry::default()
        };
        self.chain(&entry.id, &entry.layer.key(), row).await
    }

    /// Notes a change set in its layer's audit. Its hash is in the entry: the two chains hold each other.
    pub(in crate::store) async fn audit_change(&mut self, set: &ChangeSet, hash: &str) -> Result<(), Failure> {
        let row = Entry {
            at: set.at,
            person: set.author.person.as_ref().map(ToString::to_string),
            actor: set.author.name.clone(),
            action: "change".into(),
            subject: set.key.service.to_string(),
            detail: format!("r{} {}", set.number, set.reason.chars().take(200).collect::<String>())
                .trim_end()
                .to_owned(),
            service: set.key.service.to_string(),
            revision: set.number,
            door: set.door.key().into(),
            operation: set.operation.to_string(),
            elevation: set.grant.as_ref().map(ToString::to_string).unwrap_or_default(),
            change_hash: hash.to_owned(),
            ..Entry::default()
        };
        self.chain(set.id.as_str(), &set.key.layer.key(), row).await
    }

    /// Takes the next number of a layer's chain, under its head's lock.
    async fn next_entry(&mut self, layer: &str) -> Result<Option<(i64, String)>, Failure> {
        on!(Tx, self, t => sqlx::query_as(
            "UPDATE audit_heads SET number = number + 1 WHERE layer = $1 RETURNING number, hash")
            .bind(layer).fetch_optional(&mut **t).await)
        .map_err(fault)
    }

    async fn chain(&mut self, id: &str, layer: &str, mut row: Entry) -> Result<(), Failure> {
        let taken = match self.next_entry(layer).await? {
            Some(taken) => Some(taken),
            None => {
                on!(Tx, self, t => sqlx::query(
                    "INSERT INTO audit_heads (layer, number, hash) VALUES ($1, 0, $2) ON CONFLICT (layer) DO NOTHING")
                    .bind(layer).bind(NO_HASH).execute(&mut **t).await.map(|_| ()))
                .map_err(fault)?;
                self.next_entry(layer).await?
            }
        };
        let (number, previous) = taken.ok_or_else(|| fault(sqlx::Error::RowNotFound))?;
        (row.number, row.version) = (number, VERSION);
        row.hash = row.link(layer, &previous);
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO audit (id, at, layer, person, actor, action, subject, detail, number, hash, version, service, revision,
               door, operation, elevation, change_hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)")
            .bind(id).bind(row.at).bind(layer).bind(&row.person).bind(&row.actor).bind(&row.action).bind(&row.subject)
            .bind(&row.detail).bind(number).bind(&row.hash).bind(row.version).bind(&row.service).bind(row.revision)
            .bind(&row.door).bind(&row.operation).bind(&row.elevation).bind(&row.change_hash)
            .execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        on!(Tx, self, t => sqlx::query("UPDATE audit_heads SET hash = $2 WHERE layer = $1").bind(layer).bind(&row.hash)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
