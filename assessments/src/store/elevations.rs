//! Requests for a right for a time, and what came of them. None is ever deleted.

use super::notices::unread;
use super::talk::{layers, one_of};
use super::{Db, Pool, Reader, Tx, fault, on};
use crate::access::{Action, Permit, holders};
use crate::cell::Layer;
use crate::elevation::{Act, Elevation, MOST_HOURS, Scope, Stop, Window, Wish};
use crate::failure::Failure;
use crate::id::{GrantId, PersonId};
use chrono::{DateTime, Utc};

/// Most requests of a list.
const MOST: i64 = 10_000;
/// Setting: the longest that a right is lent for, in hours.
const HOURS: &str = "elevation_hours";

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ElevationFilter {
    /// For this right only; empty for all.
    pub scope: String,
    /// Part of a name, reason or ticket, in any case; empty for all.
    pub text: String,
    /// Asked for not before this.
    pub from: Option<DateTime<Utc>>,
    /// Asked for before this.
    pub until: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    layer: String,
    scope: String,
    person: String,
    name: String,
    reason: String,
    ticket: String,
    start_at: Option<DateTime<Utc>>,
    minutes: i64,
    asked_at: DateTime<Utc>,
    emergency: bool,
    approved: Option<bool>,
    decided_at: Option<DateTime<Utc>>,
    decided_by: Option<String>,
    decided_name: Option<String>,
    decision: Option<String>,
    from_at: Option<DateTime<Utc>>,
    until_at: Option<DateTime<Utc>>,
    stopped: Option<String>,
    stopped_at: Option<DateTime<Utc>>,
    stopped_by: Option<String>,
    stopped_name: Option<String>,
    stopping: Option<String>,
    reviewed_at: Option<DateTime<Utc>>,
    reviewed_by: Option<String>,
    reviewed_name: Option<String>,
    review: Option<String>,
}

const COLUMNS: &str = "id, layer, scope, person, name, reason, ticket, start_at, minutes, asked_at, emergency, approved, \
    decided_at, decided_by, decided_name, decision, from_at, until_at, stopped, stopped_at, stopped_by, stopped_name, stopping, \
    reviewed_at, reviewed_by, reviewed_name, review";

fn act(
    at: Option<DateTime<Utc>>,
    by: Option<String>,
    name: Option<String>,
    comment: Option<String>,
) -> Result<Option<Act>, Failure> {
    let Some(at) = at else { return Ok(None) };
    let by = by.as_deref().map(PersonId::parse).transpose()?;
    Ok(Some(Act { by, name: name.unwrap_or_default(), at, comment: comment.unwrap_or_default() }))
}

fn elevation(r: Row) -> Result<Elevation, Failure> {
    let scope = Scope::parse(&r.scope).ok_or_else(|| Failure::invalid("scope", &r.scope))?;
    let stop =
        r.stopped.as_deref().map(|s| Stop::parse(s).ok_or_else(|| Failure::invalid("stopped", s))).transpose()?;
    Ok(Elevation {
        id: GrantId::parse(&r.id)?,
        person: PersonId::parse(&r.person)?,
        name: r.name,
        wish: Wish {
            scope,
            layer: Layer::parse(&r.layer)?,
            reason: r.reason,
            ticket: r.ticket,
            start: r.start_at,
            minutes: r.minutes,
        },
        asked_at: r.asked_at,
        emergency: r.emergency,
        decision: r.approved.zip(act(r.decided_at, r.decided_by, r.decided_name, r.decision)?),
        window: r.from_at.zip(r.until_at).map(|(from, until)| Window { from, until }),
        stop: stop.zip(act(r.stopped_at, r.stopped_by, r.stopped_name, r.stopping)?),
        review: act(r.reviewed_at, r.reviewed_by, r.reviewed_name, r.review)?,
    })
}

fn looks_after(permit: &Permit) -> Result<String, Failure> {
    match permit.action() {
        Action::DecideElevation | Action::ReadAudit => Ok(permit.layer().key()),
        _ => Err(Failure::NotFound),
    }
}

impl Db {
    /// Requests in the permits' layers, and a person's own, newest first. Each permit is one to decide, or to read the
    /// audit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another permit.
    pub async fn elevations(
        &self,
        permits: &[Permit],
        own: Option<&PersonId>,
        filter: &ElevationFilter,
    ) -> Result<Vec<Elevation>, Failure> {
        let layers = permits.iter().map(looks_after).collect::<Result<Vec<_>, _>>()?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM elevations WHERE (person = "));
            q.push_bind(own.map_or("", PersonId::as_str));
            for layer in &layers {
                q.push(" OR layer = ").push_bind(layer);
            }
            q.push(")");
            if !filter.scope.is_empty() {
                q.push(" AND scope = ").push_bind(&filter.scope);
            }
            if let Some(from) = filter.from {
                q.push(" AND asked_at >= ").push_bind(from);
            }
            if let Some(until) = filter.until {
                q.push(" AND asked_at < ").push_bind(until);
            }
            if !filter.text.is_empty() {
                let pattern = super::lists::like(&filter.text);
                for (i, column) in ["name", "reason", "ticket", "id"].into_iter().enumerate() {
                    q.push(if i == 0 { " AND (LOWER(" } else { " OR LOWER(" })
                        .push(column).push(") LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
                }
                q.push(")");
            }
            q.push(" ORDER BY asked_at DESC, id DESC LIMIT ").push_bind(MOST);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(elevation).collect()
    }

    /// Who could decide on a request in a layer, and when a session of theirs was last seen.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that is not one to ask.
    pub async fn deciders(
        &self,
        permit: &Permit,
        layer: &Layer,
    ) -> Result<Vec<(PersonId, Option<DateTime<Utc>>)>, Failure> {
        permit.covers(Action::RequestElevation, permit.layer())?;
        let place = match layer {
            Layer::Shared => "",
            Layer::Institution(id) => id.as_str(),
        };
        let rows: Vec<(String, Option<DateTime<Utc>>)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT p.id, MAX(s.seen_at) FROM people p JOIN roles r ON r.person = p.id LEFT JOIN sessions s ON s.person = p.id
                 WHERE p.active AND r.institution = ");
            q.push_bind(place);
            for (i, role) in holders(Action::DecideElevation, layer).into_iter().enumerate() {
                q.push(if i == 0 { " AND (r.role = " } else { " OR r.role = " }).push_bind(role.key());
            }
            q.push(") GROUP BY p.id ORDER BY p.id");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(|(id, seen)| Ok((PersonId::parse(&id)?, seen))).collect()
    }

    /// The longest that a right is lent for, in hours.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevation_hours(&self) -> Result<i64, Failure> {
        let set: Option<String> =
            on!(Pool, &self.read, p => sqlx::query_scalar("SELECT value FROM settings WHERE key = $1")
            .bind(HOURS).fetch_optional(p).await)
            .map_err(fault)?;
        Ok(set.and_then(|text| text.parse().ok()).unwrap_or(MOST_HOURS).clamp(1, MOST_HOURS))
    }
}

/// Adds where unreviewed emergencies of others stand, in layers, whose alarm a person has not acknowledged.
macro_rules! alarmed {
    ($q:expr, $layers:expr, $person:expr) => {{
        $q.push(" FROM elevations e WHERE emergency AND reviewed_at IS NULL AND person <> ")
            .push_bind($person.to_string());
        $q.push(" AND NOT EXISTS (SELECT 1 FROM elevation_alarms a WHERE a.elevation = e.id AND a.person = ");
        $q.push_bind($person.to_string()).push(") AND");
        one_of!($q, "layer", $layers);
    }};
}

impl Reader {
    /// Unreviewed emergencies of others in the permits' layers whose alarm this person has not acknowledged.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that is not one to decide.
    pub async fn alarms(&mut self, permits: &[Permit], person: &PersonId) -> Result<Vec<Elevation>, Failure> {
        let layers = permits.iter().map(looks_after).collect::<Result<Vec<_>, _>>()?;
        if layers.is_empty() {
            return Ok(vec![]);
        }
        let rows: Vec<Row> = on!(Reader, self, c => {
            let mut q = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS}"));
            alarmed!(q, layers, person);
            q.push(" ORDER BY asked_at DESC LIMIT 20");
            q.build_query_as().fetch_all(&mut **c).await
        })
        .map_err(fault)?;
        rows.into_iter().map(elevation).collect()
    }

    /// How much of what was said to a person in some layers they have not seen, and how many alarms there are for them in
    /// others. A look into two indexes: every page asks.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for permits of something else.
    pub async fn waiting(
        &mut self,
        read: &[Permit],
        decide: &[Permit],
        person: &PersonId,
    ) -> Result<(i64, i64), Failure> {
        let (read, decide) = (layers(read)?, decide.iter().map(looks_after).collect::<Result<Vec<_>, _>>()?);
        on!(Reader, self, c => {
            let mut q = sqlx::QueryBuilder::new("SELECT (SELECT COUNT(*)");
            unread!(q, read, person);
            q.push("), (SELECT COUNT(*)");
            alarmed!(q, decide, person);
            q.push(")");
            q.build_query_as().fetch_one(&mut **c).await
        })
        .map_err(fault)
    }
}

impl Tx {
    /// Keeps a request.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that is not one to ask there.
    pub async fn add_elevation(&mut self, permit: &Permit, e: &Elevation) -> Result<(), Failure> {
        permit.covers(Action::RequestElevation, permit.layer())?;
        if *permit.layer() != e.wish.layer && *permit.layer() != Layer::Shared {
            return Err(Failure::NotFound);
        }
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO elevations (id, layer, scope, person, name, reason, ticket, start_at, minutes, asked_at, emergency)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
            .bind(e.id.as_str()).bind(e.wish.layer.key()).bind(e.wish.scope.key()).bind(e.person.as_str()).bind(&e.name)
            .bind(&e.wish.reason).bind(&e.wish.ticket).bind(e.wish.start).bind(e.wish.minutes).bind(e.asked_at).bind(false)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A request, held until the end of the write: of two who act upon it at once, the second sees what the first did.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is none.
    pub async fn elevation(&mut self, id: &GrantId) -> Result<Elevation, Failure> {
        on!(Tx, self, t => sqlx::query("UPDATE elevations SET minutes = minutes WHERE id = $1").bind(id.as_str())
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)?;
        let row: Option<Row> = on!(Tx, self, t => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("SELECT {COLUMNS} FROM elevations WHERE id = $1"))).bind(id.as_str()).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        elevation(row.ok_or(Failure::NotFound)?)
    }

    /// A person's requests, inside a write.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn elevations_of(&mut self, person: &PersonId) -> Result<Vec<Elevation>, Failure> {
        let rows: Vec<Row> = on!(Tx, self, t => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("SELECT {COLUMNS} FROM elevations WHERE person = $1 ORDER BY asked_at, id"))).bind(person.as_str())
            .fetch_all(&mut **t).await)
        .map_err(fault)?;
        rows.into_iter().map(elevation).collect()
    }

    /// Keeps what became of a request. What was asked for never changes.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that has nothing to do with elevation or people.
    pub async fn put_elevation(&mut self, permit: &Permit, e: &Elevation) -> Result<(), Failure> {
        if !matches!(permit.action(), Action::RequestElevation | Action::DecideElevation | Action::ManagePeople) {
            return Err(Failure::NotFound);
        }
        let decided = e.decision.as_ref().map(|(_, act)| act);
        let stopped = e.stop.as_ref().map(|(_, act)| act);
        let by = |act: Option<&Act>| act.and_then(|a| a.by.as_ref()).map(ToString::to_string);
        let name = |act: Option<&Act>| act.map(|a| a.name.clone());
        let said = |act: Option<&Act>| act.map(|a| a.comment.clone());
        let review = e.review.as_ref();
        on!(Tx, self, t => sqlx::query(
            "UPDATE elevations SET emergency = $2, approved = $3, decided_at = $4, decided_by = $5, decided_name = $6,
               decision = $7, from_at = $8, until_at = $9, stopped = $10, stopped_at = $11, stopped_by = $12,
               stopped_name = $13, stopping = $14, reviewed_at = $15, reviewed_by = $16, reviewed_name = $17, review = $18
             WHERE id = $1")
            .bind(e.id.as_str()).bind(e.emergency).bind(e.decision.as_ref().map(|(yes, _)| *yes))
            .bind(decided.map(|a| a.at)).bind(by(decided)).bind(name(decided)).bind(said(decided))
            .bind(e.window.map(|w| w.from)).bind(e.window.map(|w| w.until)).bind(e.stop.as_ref().map(|(s, _)| s.key()))
            .bind(stopped.map(|a| a.at)).bind(by(stopped)).bind(name(stopped)).bind(said(stopped))
            .bind(review.map(|a| a.at)).bind(by(review)).bind(name(review)).bind(said(review))
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// A person has seen an emergency's alarm.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that is not one to decide.
    pub async fn see_alarm(
        &mut self,
        permit: &Permit,
        id: &GrantId,
        person: &PersonId,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        permit.covers(Action::DecideElevation, permit.layer())?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO elevation_alarms (elevation, person, seen_at) VALUES ($1, $2, $3) ON CONFLICT (elevation, person) DO NOTHING")
            .bind(id.as_str()).bind(person.as_str()).bind(at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Sets the longest that a right is lent for, in hours.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a permit that is not the installation's.
    pub async fn set_elevation_hours(&mut self, permit: &Permit, hours: i64) -> Result<(), Failure> {
        permit.covers(Action::ManageInstitutions, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            .bind(HOURS).bind(hours.to_string()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
