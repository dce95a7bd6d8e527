//! Who somebody is now: one question to the database, since every request asks it first.

use super::{Db, Pool, Reader, fault, on};
use crate::access::{Actor, Grant, Role};
use crate::cell::Layer;
use crate::elevation::Scope;
use crate::failure::Failure;
use crate::id::{GrantId, InstitutionId, PersonId};
use chrono::{DateTime, Utc};

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Last seen.
    pub seen_at: DateTime<Utc>,
    /// End.
    pub expires_at: DateTime<Utc>,
}

/// A person with one of their roles and one of the grants that are active at `$2`.
const COLUMNS: &str = "p.id AS person, p.name, r.institution, r.role, e.id AS elevation, e.scope, e.layer, e.until_at";
const TABLES: &str = "people p LEFT JOIN roles r ON r.person = p.id LEFT JOIN elevations e ON e.person = p.id
    AND e.until_at > $2 AND e.from_at <= $2 AND e.stopped IS NULL AND e.approved";

#[derive(sqlx::FromRow)]
struct Row {
    person: String,
    name: String,
    institution: Option<String>,
    role: Option<String>,
    elevation: Option<String>,
    scope: Option<String>,
    layer: Option<String>,
    until_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct SessionLine {
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    #[sqlx(flatten)]
    who: Row,
}

/// The actor that these rows make, every role with every grant.
fn actor(rows: impl IntoIterator<Item = Row>) -> Result<Option<Actor>, Failure> {
    let mut found: Option<Actor> = None;
    for Row { person, name, institution, role, elevation, scope, layer, until_at } in rows {
        let actor = match &mut found {
            Some(actor) => actor,
            None => found.insert(Actor { person: Some(PersonId::parse(&person)?), name, ..Actor::default() }),
        };
        match (institution, role.as_deref().and_then(Role::parse)) {
            (Some(institution), Some(role)) if institution.is_empty() => {
                actor.installation.insert(role);
            }
            (Some(institution), Some(role)) => {
                actor.institutions.entry(InstitutionId::parse(&institution)?).or_default().insert(role);
            }
            _ => {}
        }
        // A scope of a later version lends nothing here.
        let scope = scope.as_deref().and_then(Scope::parse);
        if let (Some(id), Some(scope), Some(layer), Some(until)) = (elevation, scope, layer, until_at) {
            let (id, layer) = (GrantId::parse(&id)?, Layer::parse(&layer)?);
            if actor.grants.iter().all(|known| known.id != id) {
                let grant = |action: &_| Grant { id: id.clone(), action: *action, layer: layer.clone(), until };
                actor.grants.extend(scope.actions().iter().map(grant));
            }
        }
    }
    Ok(found)
}

impl Db {
    /// The actor that a person is now, with roles and the grants that are active. `None` where the person is not active.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn actor(&self, id: &PersonId, now: DateTime<Utc>) -> Result<Option<Actor>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE p.id = $1 AND p.active ORDER BY e.id");
        let rows: Vec<Row> = on!(Pool, &self.read, p =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id.as_str()).bind(now).fetch_all(p).await)
        .map_err(fault)?;
        actor(rows)
    }
}

impl Reader {
    /// A session by the hash of its token, and who its person is now. `None` where there is none, or the person is not
    /// active.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn session(&mut self, hash: &str, now: DateTime<Utc>) -> Result<Option<(SessionRow, Actor)>, Failure> {
        let sql = format!(
            "SELECT s.seen_at, s.expires_at, {COLUMNS} FROM {TABLES} JOIN sessions s ON s.person = p.id
             WHERE s.token_hash = $1 AND p.active ORDER BY e.id"
        );
        let rows: Vec<SessionLine> = on!(Reader, self, c =>
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(hash).bind(now).fetch_all(&mut **c).await)
        .map_err(fault)?;
        let session = rows.first().map(|line| SessionRow { seen_at: line.seen_at, expires_at: line.expires_at });
        Ok(session.zip(actor(rows.into_iter().map(|line| line.who))?))
    }
}
