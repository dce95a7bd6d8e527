//! The audit: what was done, one chain of hashes a layer. Nothing is ever changed in it. Here is what is read of it.

mod chain;

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::audit::Entry;
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::GrantId;
use chrono::{DateTime, Utc};

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
    /// The service that it is about; empty for none.
    pub service: &'a str,
    /// The grant under which it was done.
    pub grant: Option<GrantId>,
}

impl<'a> AuditEntry<'a> {
    /// Done by this permit: where it came from a grant, the entry says from which.
    #[must_use]
    pub fn under(self, permit: &Permit) -> AuditEntry<'a> {
        AuditEntry { grant: permit.grant().cloned(), ..self }
    }

    /// About this service's sheet.
    #[must_use]
    pub fn about(self, service: &'a str) -> AuditEntry<'a> {
        AuditEntry { service, ..self }
    }
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
    /// The form of its hash.
    pub version: i64,
    /// The service that it is about; empty for none.
    pub service: String,
    /// The revision that a change set made; 0 for none.
    pub revision: i64,
    /// Through which door a change set came; empty for none.
    pub door: String,
    /// The operation of a change set; empty for none.
    pub operation: String,
    /// The grant under which it was done; empty for none.
    pub elevation: String,
    /// The hash of the change set; empty for none.
    pub change_hash: String,
    /// The link of the chain.
    pub hash: String,
}

impl From<AuditRow> for Entry {
    fn from(r: AuditRow) -> Entry {
        Entry {
            number: r.number,
            at: r.at,
            person: r.person,
            actor: r.actor,
            action: r.action,
            subject: r.subject,
            detail: r.detail,
            version: r.version,
            service: r.service,
            revision: r.revision,
            door: r.door,
            operation: r.operation,
            elevation: r.elevation,
            change_hash: r.change_hash,
            hash: r.hash,
        }
    }
}

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this kind only; empty for all.
    pub action: String,
    /// Part of a name, subject or detail, in any case; empty for all.
    pub text: String,
    /// Done by this person, or to them; empty for all.
    pub person: String,
    /// Done by people who belong to this institution now; empty for all.
    pub institution: String,
    /// About this service's sheet; empty for all.
    pub service: String,
    /// Not before this.
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub until: Option<DateTime<Utc>>,
    /// Done under this grant; empty for all.
    pub grant: String,
}

/// The columns of an [`AuditRow`] but for `known_as`.
const COLUMNS: &str = "a.number, a.at, a.person, a.actor, a.action, a.subject, a.detail, a.version, a.service, a.revision, \
    a.door, a.operation, a.elevation, a.change_hash, a.hash";

const FROM: &str = " FROM audit a LEFT JOIN people p ON p.id = a.subject WHERE a.layer = ";

macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (q, filter) = ($query, $filter);
        if !filter.action.is_empty() {
            q.push(" AND a.action = ").push_bind(&filter.action);
        }
        if !filter.person.is_empty() {
            q.push(" AND (a.person = ")
                .push_bind(&filter.person)
                .push(" OR a.subject = ")
                .push_bind(&filter.person)
                .push(")");
        }
        if !filter.institution.is_empty() {
            q.push(" AND a.person IN (SELECT r.person FROM roles r WHERE r.institution = ")
                .push_bind(&filter.institution)
                .push(")");
        }
        if !filter.service.is_empty() {
            q.push(" AND (a.service = ")
                .push_bind(&filter.service)
                .push(" OR a.subject = ")
                .push_bind(&filter.service)
                .push(")");
        }
        if let Some(from) = filter.from {
            q.push(" AND a.at >= ").push_bind(from);
        }
        if let Some(until) = filter.until {
            q.push(" AND a.at < ").push_bind(until);
        }
        if !filter.grant.is_empty() {
            q.push(" AND (a.elevation = ")
                .push_bind(&filter.grant)
                .push(" OR a.subject = ")
                .push_bind(&filter.grant)
                .push(")");
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
            let mut q = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS}, p.name AS known_as"));
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

    /// Who did something, and which services were touched, in the permit's layer: what a reader can narrow by.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn audit_facets(&self, permit: &Permit) -> Result<(Vec<(String, String)>, Vec<String>), Failure> {
        permit.covers(Action::ReadAudit, permit.layer())?;
        let layer = permit.layer().key();
        let people = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT person, MAX(actor) AS actor FROM audit WHERE layer = $1 AND person IS NOT NULL
             GROUP BY person ORDER BY actor LIMIT 500").bind(&layer).fetch_all(p).await)
        .map_err(fault)?;
        let services = on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT DISTINCT service FROM audit WHERE layer = $1 AND service <> '' ORDER BY service LIMIT 1000")
            .bind(&layer).fetch_all(p).await)
        .map_err(fault)?;
        Ok((people, services))
    }
}
