//! What changed in the common text since an approval, cell by cell, and what the institution makes of it.

use super::super::{Desk, Published};
use super::{ApprovalLine, own_permit};
use crate::access::{Action, Actor};
use crate::adoption::{self, Answer, changed_cells};
use crate::cell::Address;
use crate::failure::Failure;
use crate::id::{ApprovalId, InstitutionId};
use crate::sheet::Cells;
use crate::store::AnswerRow;

/// A cell of the common text that says something else than what was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamChange {
    /// The cell.
    pub address: Address,
    /// As it was approved.
    pub old: String,
    /// As the newest version says it.
    pub new: String,
    /// What was made of it, the last first.
    pub answers: Vec<AnswerRow>,
}

/// An approval with everything that was approved.
#[derive(Clone, Debug)]
pub struct ApprovalView {
    /// Whose.
    pub institution: InstitutionId,
    /// The approval as it stands.
    pub line: ApprovalLine,
    /// The pinned version.
    pub pinned: Published,
    /// The newest version.
    pub newest: Published,
    /// The institution's own layer as it was pinned.
    pub own_then: Cells,
    /// And as it stands.
    pub own_now: Cells,
    /// What changed upstream since.
    pub changes: Vec<UpstreamChange>,
    /// The newest approval that renews this one.
    pub renewed_by: Option<ApprovalId>,
}

impl ApprovalView {
    /// Changes that nobody has answered.
    pub fn open(&self) -> usize {
        self.changes.iter().filter(|c| c.answers.is_empty()).count()
    }

    /// Cells of the adoption that differ from what was pinned: address, then, now.
    pub fn own_changes(&self) -> Vec<(Address, String, String)> {
        let cells = changed_cells(&adoption::of(&self.own_then), &adoption::of(&self.own_now));
        let both = |a: Address| (self.own_then.text(&a).to_owned(), self.own_now.text(&a).to_owned(), a);
        cells.into_iter().map(both).map(|(then, now, a)| (a, then, now)).collect()
    }
}

impl Desk {
    /// An approval, what was approved, and what changed upstream since.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's.
    pub async fn approval(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
    ) -> Result<ApprovalView, Failure> {
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let approval = self.one_approval(&reads, id).await?;
        let service = approval.service.clone();
        let pinned = self.published(actor, &service, &approval.version).await?;
        let newest = self.newest(actor, &self.publications(actor, &service).await?).await?.ok_or(Failure::NotFound)?;
        let (_, own_now) = self.db.cells(&reads, &service).await?;
        let own_then = self.db.cells_at(&reads, &service, approval.own_number).await?;
        let line = self.line(actor, &reads, approval, &own_now, Some(&newest)).await?;
        let answers = self.db.approval_answers(&reads, id).await?;
        let change = |address: Address| UpstreamChange {
            old: pinned.cells.text(&address).to_owned(),
            new: newest.cells.text(&address).to_owned(),
            // An answer is for a text: after another version changed the cell again, it is open again.
            answers: answers
                .iter()
                .rev()
                .filter(|r| r.version == newest.publication.version && r.address == address.to_string())
                .cloned()
                .collect(),
            address,
        };
        let changes = changed_cells(&pinned.cells, &newest.cells).into_iter().map(change).collect();
        let filter = crate::store::ApprovalFilter { service: Some(service), ..Default::default() };
        let all = self.db.approvals(&reads, &filter).await?;
        let renewed_by = all.into_iter().find(|a| a.renews.as_ref() == Some(id)).map(|a| a.id);
        Ok(ApprovalView {
            institution: institution.clone(),
            line,
            pinned,
            newest,
            own_then,
            own_now,
            changes,
            renewed_by,
        })
    }

    /// Notes what the institution makes of changes upstream: taken into the adoption, or noted.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for another institution's approval and for a cell that did not change;
    /// [`Failure::Forbidden`] without the role.
    pub async fn answer_upstream(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
        addresses: &[Address],
        answer: Answer,
        comment: &str,
    ) -> Result<(), Failure> {
        let prepares = own_permit(actor, Action::PrepareApproval, institution)?;
        let person = actor.person.as_ref().ok_or(Failure::NotFound)?;
        let view = self.approval(actor, institution, id).await?;
        if addresses.is_empty() || !addresses.iter().all(|a| view.changes.iter().any(|c| c.address == *a)) {
            return Err(Failure::NotFound);
        }
        let version = view.newest.publication.version.clone();
        let mut tx = self.db.begin().await?;
        for address in addresses {
            let row = AnswerRow {
                version: version.clone(),
                address: address.to_string(),
                answer: answer.key().into(),
                comment: super::approve::text(comment),
                name: actor.name.clone(),
                at: self.world.now(),
            };
            tx.answer_upstream(&prepares, id, person, &row).await?;
        }
        let detail = format!("{version} {} {} {id}", answer.key(), addresses.len());
        let service = view.line.approval.service.as_str().to_owned();
        tx.audit(
            actor,
            &self.entry_in(prepares.layer(), "answer_upstream", &service, &detail).about(&service).under(&prepares),
        )
        .await?;
        tx.commit().await
    }
}
