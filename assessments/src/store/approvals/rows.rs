//! An approval as it lies in the database.

use super::Approval;
use crate::adoption::State;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{ApprovalId, PersonId, ServiceId};
use crate::lang::Label;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    service: String,
    name_ja: String,
    name_en: String,
    state: String,
    version: String,
    number: i64,
    hash: String,
    criteria: String,
    own_number: i64,
    own_hash: String,
    verdict: String,
    ticket: String,
    comment: String,
    valid_until: String,
    renews: String,
    prepared_by: String,
    prepared_name: String,
    prepared_at: DateTime<Utc>,
    decided_by: Option<String>,
    decided_name: String,
    decided_at: Option<DateTime<Utc>>,
    decision: String,
    taken_over: bool,
    sha256: Option<String>,
}

impl TryFrom<Row> for Approval {
    type Error = Failure;
    fn try_from(r: Row) -> Result<Approval, Failure> {
        let decided_by = r.decided_by.as_deref().map(PersonId::parse).transpose()?;
        Ok(Approval {
            id: ApprovalId::parse(&r.id)?,
            service: ServiceId::parse(&r.service)?,
            name: Label { ja: r.name_ja, en: r.name_en },
            state: State::parse(&r.state).ok_or_else(|| Failure::invalid("state", &r.state))?,
            version: r.version,
            number: r.number,
            hash: r.hash,
            criteria: r.criteria,
            own_number: r.own_number,
            own_hash: r.own_hash,
            verdict: r.verdict,
            ticket: r.ticket,
            comment: r.comment,
            valid_until: r.valid_until,
            renews: (!r.renews.is_empty()).then(|| ApprovalId::parse(&r.renews)).transpose()?,
            prepared: Author { person: Some(PersonId::parse(&r.prepared_by)?), name: r.prepared_name },
            prepared_at: r.prepared_at,
            decided: decided_by.map(|person| Author { person: Some(person), name: r.decided_name }),
            decided_at: r.decided_at,
            decision: r.decision,
            taken_over: r.taken_over,
            sha256: r.sha256,
        })
    }
}

pub(super) const COLUMNS: &str = "SELECT a.id, a.service, v.name_ja, v.name_en, a.state, a.version, a.number, a.hash, a.criteria, a.own_number,
    a.own_hash, a.verdict, a.ticket, a.comment, a.valid_until, a.renews, a.prepared_by, a.prepared_name, a.prepared_at,
    a.decided_by, a.decided_name, a.decided_at, a.decision, a.taken_over, f.sha256
    FROM approvals a JOIN services v ON v.id = a.service LEFT JOIN approval_files f ON f.approval = a.id WHERE a.layer = ";
