//! An approval's way: prepared by one person, decided by another, its workbook frozen with the decision.

use super::super::Desk;
use super::{decider, own_permit};
use crate::access::{Action, Actor, Permit, Stage, permit};
use crate::adoption::{self, Rule, State, check_day, refuse};
use crate::cell::{Layer, SheetKey};
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{ApprovalId, ExportId, InstitutionId, PersonId, ServiceId, opaque};
use crate::lang::Lang;
use crate::sheet::{Cells, content_hash};
use crate::store::{Approval, Decision, ExportRecord, FrozenFile, Tx};

/// What an approval is prepared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrepareInput {
    /// The version to pin; empty for the newest.
    pub version: String,
    /// Number in the institution's own system; may be empty.
    pub ticket: String,
    /// For whoever decides.
    pub comment: String,
    /// The last day on which it shall hold.
    pub valid_until: String,
    /// The approval that it renews.
    pub renews: Option<ApprovalId>,
    /// Whether it is put forward at once.
    pub forward: bool,
}

impl Desk {
    /// Prepares an approval of the adoption as it stands, pinned to a published version.
    ///
    /// # Errors
    /// [`Rule::NothingPublished`], [`Rule::NoVerdict`], [`Rule::ReviewTooFar`]; [`Rule::State`] where one is under way;
    /// [`Failure::NotFound`] for an institution that is not the actor's.
    pub async fn prepare_approval(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        service: &ServiceId,
        input: &PrepareInput,
    ) -> Result<Approval, Failure> {
        let prepares = own_permit(actor, Action::PrepareApproval, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        actor.person.as_ref().ok_or(Failure::NotFound)?;
        let valid_until = input.valid_until.trim().to_owned();
        check_day(&valid_until, &self.today())?;
        let all = self.publications(actor, service).await?;
        let version = match (input.version.trim(), all.first()) {
            (_, None) => return Err(refuse(Rule::NothingPublished, service.as_str())),
            ("", Some(newest)) => newest.version.clone(),
            (asked, _) => asked.to_owned(),
        };
        let pinned = all.into_iter().find(|p| p.version == version).ok_or(Failure::NotFound)?;
        if let Some(renews) = &input.renews {
            let before = self.one_approval(&reads, renews).await?;
            if before.service != *service {
                return Err(Failure::NotFound);
            }
        }
        let (own_number, own_hash, verdict, name) = self.own_pin(actor, &reads, service).await?;
        let approval = Approval {
            id: ApprovalId::parse(&opaque(self.world.random()))?,
            service: service.clone(),
            name,
            state: if input.forward { State::Waiting } else { State::Draft },
            version,
            number: pinned.number,
            hash: pinned.hash,
            criteria: pinned.criteria,
            own_number,
            own_hash,
            verdict,
            ticket: line(&input.ticket, 200),
            comment: text(&input.comment),
            valid_until,
            renews: input.renews.clone(),
            prepared: Author { person: actor.person.clone(), name: actor.name.clone() },
            prepared_at: self.world.now(),
            decided: None,
            decided_at: None,
            decision: String::new(),
            taken_over: false,
            sha256: None,
        };
        let mut tx = self.db.begin().await?;
        tx.add_approval(&prepares, &approval).await?;
        let detail = format!("{} {}", approval.version, approval.id);
        tx.audit(
            actor,
            &self
                .entry_in(prepares.layer(), "prepare_approval", service.as_str(), &detail)
                .about(service.as_str())
                .under(&prepares),
        )
        .await?;
        tx.commit().await?;
        Ok(approval)
    }

    /// The adoption as it stands: revision, hash, verdict, and the service's name.
    async fn own_pin(
        &self,
        actor: &Actor,
        reads: &Permit,
        service: &ServiceId,
    ) -> Result<(i64, String, String, crate::lang::Label), Failure> {
        let view = self.sheet(actor, &SheetKey { service: service.clone(), layer: reads.layer().clone() }).await?;
        let verdict = adoption::field(&view.cells, "verdict").to_owned();
        if verdict.is_empty() || verdict == "pending" {
            return Err(refuse(Rule::NoVerdict, service.as_str()));
        }
        Ok((view.number, own_hash(&view.cells, &view.criteria.key()), verdict, view.service.name))
    }

    /// Puts a prepared approval forward, of the adoption as it stands now; only whoever prepared it does.
    ///
    /// # Errors
    /// [`Rule::State`] where it is no draft; [`Failure::NotFound`] for another institution's.
    pub async fn forward_approval(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
    ) -> Result<(), Failure> {
        let prepares = own_permit(actor, Action::PrepareApproval, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let approval = self.one_approval(&reads, id).await?;
        if !actor.is(&approval.prepared) {
            return Err(Failure::Forbidden { action: Action::PrepareApproval.key().into() });
        }
        check_day(&approval.valid_until, &self.today())?;
        let (number, hash, verdict, _) = self.own_pin(actor, &reads, &approval.service).await?;
        let mut tx = self.db.begin().await?;
        tx.forward_approval(&prepares, id, number, &hash, &verdict).await?;
        self.note_approval(&mut tx, actor, &prepares, "forward_approval", &approval).await?;
        tx.commit().await
    }

    /// What was done with an approval, in its institution's audit.
    async fn note_approval(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        did: &str,
        approval: &Approval,
    ) -> Result<(), Failure> {
        let service = approval.service.as_str();
        let detail = format!("{} {}", approval.version, approval.id);
        let entry = self.entry_in(permit.layer(), did, service, &detail).about(service).under(permit);
        tx.audit(actor, &entry).await
    }

    /// Takes an approval back before it is decided.
    ///
    /// # Errors
    /// [`Rule::State`] where it was decided; [`Failure::NotFound`] for another institution's.
    pub async fn withdraw_approval(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
    ) -> Result<(), Failure> {
        let prepares = own_permit(actor, Action::PrepareApproval, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let approval = self.one_approval(&reads, id).await?;
        let mut tx = self.db.begin().await?;
        tx.withdraw_approval(&prepares, id).await?;
        self.note_approval(&mut tx, actor, &prepares, "withdraw_approval", &approval).await?;
        tx.commit().await
    }

    /// Decides on an approval that waits. Its workbook is made and frozen with the decision; what was approved for the
    /// service before gives way.
    ///
    /// # Errors
    /// [`Rule::SamePerson`] for whoever prepared it; [`Rule::State`]; [`Failure::Forbidden`] without the role;
    /// [`Failure::NotFound`] for another institution's.
    pub async fn decide_approval(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        id: &ApprovalId,
        approve: bool,
        comment: &str,
        lang: Lang,
    ) -> Result<(), Failure> {
        let decides = decider(actor, institution)?;
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let person = actor.person.clone().ok_or(Failure::NotFound)?;
        let mut approval = self.one_approval(&reads, id).await?;
        if actor.is(&approval.prepared) {
            return Err(refuse(Rule::SamePerson, &actor.name));
        }
        if !Stage::Approval(approval.state).fits(decides.action()) {
            return Err(refuse(Rule::State, approval.state.key()));
        }
        check_day(&approval.valid_until, &self.today())?;
        approval.state = if approve { State::Approved } else { State::Rejected };
        approval.decided = Some(Author { person: Some(person.clone()), name: actor.name.clone() });
        approval.decided_at = Some(self.world.now());
        approval.decision = text(comment);
        approval.taken_over = decides.action() == Action::TakeOverApproval;
        let (export, file) = self.frozen(actor, &reads, institution, &approval, lang).await?;
        self.store_decision(actor, &decides, &person, &approval, &export, &file).await
    }

    async fn store_decision(
        &self,
        actor: &Actor,
        decides: &Permit,
        person: &PersonId,
        approval: &Approval,
        export: &ExportId,
        file: &FrozenFile,
    ) -> Result<(), Failure> {
        let at = approval.decided_at.unwrap_or_else(|| self.world.now());
        let decision = Decision {
            id: &approval.id,
            to: approval.state,
            person,
            name: &actor.name,
            at,
            comment: &approval.decision,
        };
        // Its three parts are the common text's: read as a workbook, it is one of that revision.
        let record = ExportRecord {
            id: export.clone(),
            key: SheetKey::shared(approval.service.clone()),
            number: approval.number,
            person: actor.person.clone(),
            at,
        };
        let exports = permit(actor, Action::Export, &Layer::Shared)?;
        let mut tx = self.db.begin().await?;
        tx.decide_approval(decides, &decision).await?;
        tx.freeze_approval(decides, &approval.id, file).await?;
        tx.add_export(&exports, &record).await?;
        let action = if approval.state == State::Approved { "approve" } else { "reject" };
        let by = if approval.taken_over { " take_over" } else { "" };
        let detail = format!("{} {} sha256:{}{by}", approval.version, approval.id, file.sha256);
        tx.audit(
            actor,
            &self
                .entry_in(decides.layer(), action, approval.service.as_str(), &detail)
                .about(approval.service.as_str())
                .under(decides),
        )
        .await?;
        tx.commit().await
    }
}

/// The hash of what an institution decided, its notes on answers left out.
pub(super) fn own_hash(cells: &Cells, criteria: &str) -> String {
    content_hash(&adoption::of(cells), criteria)
}

fn line(text: &str, most: usize) -> String {
    crate::canonical::clean(text.trim()).replace('\n', " ").chars().take(most).collect()
}

pub(super) fn text(text: &str) -> String {
    crate::canonical::clean(text.trim()).chars().take(4_000).collect()
}
