//! An institution's decisions as a list that leaves for a spreadsheet.

use super::super::csv_file::csv_file;
use super::super::{Desk, Exported};
use super::across::{AdoptionFilter, AdoptionLine, DueRisk};
use super::{ApprovalLine, own_permit};
use crate::access::{Action, Actor};
use crate::adoption::field;
use crate::failure::Failure;
use crate::id::InstitutionId;

/// The columns. `list` says of each row which of the page's lists it stands in: `decision` (every service of the filter),
/// `outdated` and `expiring` (approvals), `risk` (acceptances that run out). Choices by their key, days as ISO 8601.
const COLUMNS: [&str; 17] = [
    "list",
    "service",
    "name_ja",
    "name_en",
    "verdict",
    "conditions",
    "approval",
    "version",
    "ticket",
    "valid_until",
    "next_review",
    "systems",
    "category",
    "accepted_risk",
    "compensating_control",
    "owner",
    "accepted_until",
];

fn decision(l: &AdoptionLine) -> Vec<String> {
    let approval = l.approval.as_ref();
    let of = |get: fn(&ApprovalLine) -> &str| approval.map(get).unwrap_or_default().to_owned();
    let mut row = vec![
        "decision".into(),
        l.row.service.to_string(),
        l.row.name.ja.clone(),
        l.row.name.en.clone(),
        l.verdict.clone(),
        field(&l.row.cells, "conditions").into(),
        approval.map_or("none", |a| a.standing.key()).into(),
        of(|a| &a.approval.version),
        of(|a| &a.approval.ticket),
        of(|a| &a.approval.valid_until),
        field(&l.row.cells, "next_review").into(),
        l.systems.join(", "),
    ];
    row.resize(COLUMNS.len(), String::new());
    row
}

fn approval(list: &str, l: &ApprovalLine) -> Vec<String> {
    let a = &l.approval;
    let mut row = vec![
        list.to_owned(),
        a.service.to_string(),
        a.name.ja.clone(),
        a.name.en.clone(),
        a.verdict.clone(),
        String::new(),
        l.standing.key().into(),
        a.version.clone(),
        a.ticket.clone(),
        a.valid_until.clone(),
    ];
    row.resize(COLUMNS.len(), String::new());
    row
}

fn risk(due: &DueRisk) -> Vec<String> {
    let mut row = vec!["risk".into(), due.service.to_string(), due.name.ja.clone(), due.name.en.clone()];
    row.resize(COLUMNS.len() - 5, String::new());
    let r = &due.risk;
    row.extend([r.row.to_string(), r.accepted.clone(), r.control.clone(), r.owner.clone(), r.expires.clone()]);
    row
}

impl Desk {
    /// The institution's comparison as CSV: the decisions that fit the filter, then the approvals that are outdated or run
    /// out, then the risks whose acceptance does. That it was taken out is in the institution's audit.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's; [`Failure::Forbidden`] where they may not export.
    pub async fn export_adoptions(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        filter: &AdoptionFilter,
    ) -> Result<Exported, Failure> {
        let reads = own_permit(actor, Action::Export, institution)?;
        let view = self.adoptions(actor, institution, filter).await?;
        let rows: Vec<Vec<String>> = (view.lines.iter().map(decision))
            .chain(view.outdated.iter().map(|l| approval("outdated", l)))
            .chain(view.expiring.iter().map(|l| approval("expiring", l)))
            .chain(view.risks.iter().map(risk))
            .collect();
        let mut tx = self.db.begin().await?;
        let detail = format!("{} rows", rows.len());
        let entry = self.entry_in(reads.layer(), "export", "adoption.csv", &detail);
        tx.audit(actor, &entry).await?;
        tx.commit().await?;
        csv_file("adoption", self.world.now(), &COLUMNS, rows)
    }
}
