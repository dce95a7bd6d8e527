//! The audit: what was done to records that are not cells, one chain of hashes a layer. Nothing is ever changed in it.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Actor, Permit};
use crate::cell::Layer;
use crate::change::{NO_HASH, link_hash};
use crate::failure::Failure;
use chrono::{DateTime, SecondsFormat, Utc};

/// What was done to a record, for the audit.
pub struct AuditEntry<'a> {
    /// Id.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whose record.
    pub layer: &'a Layer,
    /// What: `add_person`.
    pub action: &'a str,
    /// To what.
    pub subject: &'a str,
    /// More words.
    pub detail: &'a str,
}

/// An entry as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// 1, 2, 3, ... within the layer; 0 for an entry of before the chain.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The person's id; none for the command line.
    pub person: Option<String>,
    /// Who, as shown then.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what: an id.
    pub subject: String,
    /// More words.
    pub detail: String,
    /// The name or address that readers know the subject by, where it is a person.
    pub known_as: Option<String>,
    /// The link of the chain.
    pub hash: String,
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this kind only; empty for all.
    pub action: String,
    /// Part of a name, subject or detail, in any case; empty for all.
    pub text: String,
}

/// What the hash of an entry covers.
fn canonical(layer: &str, r: &AuditRow) -> Vec<u8> {
    let at = r.at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let parts = (r.number, at, layer, &r.person, &r.actor, &r.action, &r.subject, &r.detail);
    serde_json::to_vec(&parts).unwrap_or_default()
}

const FROM: &str = " FROM audit a LEFT JOIN people p ON p.id = a.subject WHERE a.layer = ";

macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (q, filter) = ($query, $filter);
        if !filter.action.is_empty() {
            q.push(" AND a.action = ").push_bind(&filter.action);
        }
        if !filter.text.is_empty() {
            let pattern = super::lists::like(&filter.text);
            for (i, column) in ["a.actor", "a.subject", "a.detail", "COALESCE(p.name, '')"].into_iter().enumerate() {
                q.push(if i == 0 { " AND (LOWER(" } else { " OR LOWER(" })
                    .push(column)
                    .push(") LIKE ")
                    .push_bind(pattern.clone())
                    .push(" ESCAPE '\\'");
            }
            q.push(")");
        }
    }};
}

impl Db {
    /// Entries of the permit's layer, newest first; and how many fit.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit(
        &self,
        permit: &Permit,
        filter: &AuditFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<AuditRow>, i64), Failure> {
        permit.covers(Action::ReadAudit, permit.layer())?;
        let layer = permit.layer().key();
        let rows: Vec<AuditRow> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT a.number, a.at, a.person, a.actor, a.action, a.subject, a.detail, p.name AS known_as, a.hash");
            q.push(FROM).push_bind(&layer);
            narrowed!(&mut q, filter);
            q.push(" ORDER BY a.at DESC, a.number DESC LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let total: i64 = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT COUNT(*)");
            q.push(FROM).push_bind(&layer);
            narrowed!(&mut q, filter);
            q.build_query_scalar().fetch_one(p).await
        })
        .map_err(fault)?;
        Ok((rows, total))
    }

    /// Walks the audit chains of every layer: numbers without gaps, every hash over the one before, the head at the end.
    /// Gives back how many entries hold, and what does not.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub(crate) async fn check_audit(&self) -> Result<(usize, Vec<String>), Failure> {
        let heads: Vec<(String, i64, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT layer, number, hash FROM audit_heads ORDER BY layer").fetch_all(p).await)
        .map_err(fault)?;
        let (mut entries, mut faults) = (0, Vec::new());
        for (layer, last, head) in heads {
            let rows: Vec<AuditRow> = on!(Pool, &self.read, p => sqlx::query_as(
                "SELECT number, at, person, actor, action, subject, detail, NULL AS known_as, hash FROM audit
                 WHERE layer = $1 AND number > 0 ORDER BY number").bind(&layer).fetch_all(p).await)
            .map_err(fault)?;
            let (mut previous, mut number) = (NO_HASH.to_owned(), 0);
            for row in rows {
                number += 1;
                if row.number != number {
                    faults.push(format!("audit {layer}: entry {number} is missing"));
                    number = row.number;
                }
                if row.hash != link_hash(&previous, &canonical(&layer, &row)) {
                    faults.push(format!("audit {layer}: entry {number} does not match its hash"));
                }
                previous = row.hash;
                entries += 1;
            }
            if number != last || previous != head {
                faults.push(format!("audit {layer}: the head says {last}, the chain ends at {number}"));
            }
        }
        Ok((entries, faults))
    }
}

impl Tx {
    /// Notes what was done to a record that is not a cell, at the end of its layer's chain.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit(&mut self, actor: &Actor, entry: &AuditEntry<'_>) -> Result<(), Failure> {
        let layer = entry.layer.key();
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO audit_heads (layer, number, hash) VALUES ($1, 0, $2) ON CONFLICT (layer) DO NOTHING")
            .bind(&layer).bind(NO_HASH).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        let (number, previous): (i64, String) = on!(Tx, self, t => sqlx::query_as(
            "UPDATE audit_heads SET number = number + 1 WHERE layer = $1 RETURNING number, hash")
            .bind(&layer).fetch_one(&mut **t).await)
        .map_err(fault)?;
        let mut row = AuditRow {
            number,
            at: entry.at,
            person: actor.person.as_ref().map(ToString::to_string),
            actor: actor.name.clone(),
            action: entry.action.to_owned(),
            subject: entry.subject.to_owned(),
            detail: entry.detail.to_owned(),
            known_as: None,
            hash: String::new(),
        };
        row.hash = link_hash(&previous, &canonical(&layer, &row));
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO audit (id, at, layer, person, actor, action, subject, detail, number, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(&entry.id).bind(row.at).bind(&layer).bind(&row.person).bind(&row.actor).bind(&row.action).bind(&row.subject)
            .bind(&row.detail).bind(number).bind(&row.hash).execute(&mut **t).await.map(|_| ())).map_err(fault)?;
        on!(Tx, self, t => sqlx::query("UPDATE audit_heads SET hash = $2 WHERE layer = $1").bind(&layer).bind(&row.hash)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
