//! Requests as a list for auditors.

use super::super::csv_file::csv_file;
use super::super::{Desk, Exported};
use crate::access::Actor;
use crate::elevation::{Act, Elevation, State};
use crate::failure::Failure;
use crate::store::ElevationFilter;
use chrono::{DateTime, SecondsFormat, Utc};

/// The columns. Every time is in UTC, as ISO 8601.
const COLUMNS: [&str; 25] = [
    "id",
    "state",
    "scope",
    "layer",
    "person",
    "name",
    "reason",
    "ticket",
    "requested_at",
    "start",
    "minutes",
    "emergency",
    "decision",
    "decided_at",
    "decided_by",
    "decision_comment",
    "from",
    "until",
    "stopped",
    "stopped_at",
    "stopped_by",
    "stop_comment",
    "reviewed_at",
    "reviewed_by",
    "review",
];

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}

fn act(act: Option<&Act>) -> [String; 3] {
    act.map_or_else(Default::default, |a| [time(Some(a.at)), a.name.clone(), a.comment.clone()])
}

fn row(e: &Elevation, now: DateTime<Utc>) -> Vec<String> {
    let decision = e.decision.as_ref().map_or("", |(yes, _)| if *yes { "approved" } else { "rejected" });
    let [decided_at, decided_by, decided] = act(e.decision.as_ref().map(|(_, a)| a));
    let [stopped_at, stopped_by, stopping] = act(e.stop.as_ref().map(|(_, a)| a));
    let [reviewed_at, reviewed_by, review] = act(e.review.as_ref());
    vec![
        e.id.to_string(),
        e.state(now).key().into(),
        e.wish.scope.key().into(),
        e.wish.layer.key(),
        e.person.to_string(),
        e.name.clone(),
        e.wish.reason.clone(),
        e.wish.ticket.clone(),
        time(Some(e.asked_at)),
        time(e.wish.start),
        e.wish.minutes.to_string(),
        e.emergency.to_string(),
        decision.into(),
        decided_at,
        decided_by,
        decided,
        time(e.window.map(|w| w.from)),
        time(e.window.map(|w| w.until)),
        e.stop.as_ref().map_or("", |(s, _)| s.key()).into(),
        stopped_at,
        stopped_by,
        stopping,
        reviewed_at,
        reviewed_by,
        review,
    ]
}

impl Desk {
    /// The requests that the actor may see, as CSV. That it was taken out is in the audit.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn export_elevations(
        &self,
        actor: &Actor,
        filter: &ElevationFilter,
        state: Option<State>,
    ) -> Result<Exported, Failure> {
        let found = self.elevations(actor, filter, state, 1, 100_000).await?;
        let now = self.now();
        let mut tx = self.db().begin().await?;
        self.note(&mut tx, actor, "export_elevations", "elevations", &format!("{} rows", found.total)).await?;
        tx.commit().await?;
        csv_file("elevation", now, &COLUMNS, found.items.iter().map(|request| row(request, now)))
    }
}
