//! An institution's decision on a service, and the approvals of it. Everything is of one institution's layer; what is
//! read of the common text is what anybody may read.

mod across;
mod approve;
mod freeze;
mod list;
mod propose;
mod upstream;
mod verify;

pub use across::{AdoptionFilter, AdoptionLine, AdoptionOverview, DueRisk, SystemLine};
pub use approve::PrepareInput;
pub use propose::{Proposal, ProposalInput};
pub use upstream::{ApprovalView, UpstreamChange};
pub use verify::{FileState, Verified};

use super::{Desk, Published, SheetView};
use crate::access::{Action, Actor, Permit, permit};
use crate::adoption::{Approved, Cause, Now, Standing, State, causes, standing};
use crate::cell::{Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{ApprovalId, InstitutionId, ServiceId};
use crate::sheet::Cells;
use crate::store::{Approval, ApprovalFilter, Publication};

/// An approval as it stands today.
#[derive(Clone, Debug)]
pub struct ApprovalLine {
    /// The record.
    pub approval: Approval,
    /// How it stands.
    pub standing: Standing,
    /// Why it should be looked at again.
    pub causes: Vec<Cause>,
}

/// An institution's decision on a service.
#[derive(Clone, Debug)]
pub struct AdoptionView {
    /// Whose.
    pub institution: InstitutionId,
    /// The institution's own layer.
    pub own: SheetView,
    /// Published versions of the common text, newest first.
    pub publications: Vec<Publication>,
    /// The newest of them with its text.
    pub newest: Option<Published>,
    /// Approvals, newest first.
    pub approvals: Vec<ApprovalLine>,
}

impl AdoptionView {
    /// The approval that is in force, outdated or expired as it may be.
    pub fn in_force(&self) -> Option<&ApprovalLine> {
        self.approvals.iter().find(|l| l.approval.state == State::Approved)
    }

    /// The approval that is being prepared or waits.
    pub fn under_way(&self) -> Option<&ApprovalLine> {
        self.approvals.iter().find(|l| matches!(l.approval.state, State::Draft | State::Waiting))
    }
}

impl Desk {
    /// An institution's decision on a service, with its approvals.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the actor's, and for an unknown service.
    pub async fn adoption(
        &self,
        actor: &Actor,
        institution: &InstitutionId,
        service: &ServiceId,
    ) -> Result<AdoptionView, Failure> {
        let reads = own_permit(actor, Action::ReadSheet, institution)?;
        let own = self.sheet(actor, &SheetKey { service: service.clone(), layer: reads.layer().clone() }).await?;
        let publications = self.publications(actor, service).await?;
        let newest = self.newest(actor, &publications).await?;
        let filter = ApprovalFilter { service: Some(service.clone()), ..ApprovalFilter::default() };
        let mut approvals = Vec::new();
        for approval in self.db.approvals(&reads, &filter).await? {
            approvals.push(self.line(actor, &reads, approval, &own.cells, newest.as_ref()).await?);
        }
        Ok(AdoptionView { institution: institution.clone(), own, publications, newest, approvals })
    }

    /// Approvals that wait for this person's decision, in all their institutions.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn approvals_to_decide(&self, actor: &Actor) -> Result<Vec<(InstitutionId, Approval)>, Failure> {
        let mut out = Vec::new();
        for institution in &institutions(actor) {
            let Ok(reads) = own_permit(actor, Action::ReadSheet, institution) else { continue };
            if decider(actor, institution).is_err() {
                continue;
            }
            let filter = ApprovalFilter { states: vec![State::Waiting], ..ApprovalFilter::default() };
            let waiting = self.db.approvals(&reads, &filter).await?;
            out.extend(waiting.into_iter().filter(|a| !actor.is(&a.prepared)).map(|a| (institution.clone(), a)));
        }
        Ok(out)
    }

    /// Approvals that are outdated or have run out, in the institutions in which this person prepares or decides.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn approvals_outdated(&self, actor: &Actor) -> Result<Vec<(InstitutionId, ApprovalLine)>, Failure> {
        let mut out = Vec::new();
        for institution in &institutions(actor) {
            let Ok(reads) = own_permit(actor, Action::ReadSheet, institution) else { continue };
            let acts = own_permit(actor, Action::PrepareApproval, institution).or_else(|_| decider(actor, institution));
            if acts.is_err() {
                continue;
            }
            let lines = self.approved(actor, &reads).await?;
            out.extend(lines.into_iter().filter(|l| !l.standing.holds()).map(|l| (institution.clone(), l)));
        }
        Ok(out)
    }

    /// Every approval in force of a layer, as it stands today.
    pub(super) async fn approved(&self, actor: &Actor, reads: &Permit) -> Result<Vec<ApprovalLine>, Failure> {
        let filter = ApprovalFilter { states: vec![State::Approved], ..ApprovalFilter::default() };
        let newest = self.db.newest_publications(&self.shared(actor, Action::ReadSheet)?).await?;
        let mut out = Vec::new();
        for approval in self.db.approvals(reads, &filter).await? {
            let (_, own) = self.db.cells(reads, &approval.service).await?;
            let newest = match newest.get(&approval.service) {
                Some(p) => Some(self.published(actor, &approval.service, &p.version).await?),
                None => None,
            };
            out.push(self.line(actor, reads, approval, &own, newest.as_ref()).await?);
        }
        Ok(out)
    }

    /// One approval of an institution's.
    pub(super) async fn one_approval(&self, reads: &Permit, id: &ApprovalId) -> Result<Approval, Failure> {
        let filter = ApprovalFilter { id: Some(id.clone()), ..ApprovalFilter::default() };
        self.db.approvals(reads, &filter).await?.into_iter().next().ok_or(Failure::NotFound)
    }

    /// The newest version with its text.
    pub(super) async fn newest(&self, actor: &Actor, all: &[Publication]) -> Result<Option<Published>, Failure> {
        match all.first() {
            Some(newest) => Ok(Some(self.published(actor, &newest.service, &newest.version).await?)),
            None => Ok(None),
        }
    }

    /// How an approval stands today. One that was decided against or taken back stands as it is.
    pub(super) async fn line(
        &self,
        actor: &Actor,
        reads: &Permit,
        approval: Approval,
        own: &Cells,
        newest: Option<&Published>,
    ) -> Result<ApprovalLine, Failure> {
        let today = self.today();
        let lives = matches!(approval.state, State::Draft | State::Waiting | State::Approved);
        let found = match newest.filter(|_| lives) {
            Some(newest) => {
                // The same version has the same text: it is read once.
                let pinned = match newest.publication.version == approval.version {
                    true => None,
                    false => Some(self.published(actor, &approval.service, &approval.version).await?.cells),
                };
                let own_then = self.db.cells_at(reads, &approval.service, approval.own_number).await?;
                let approved = Approved {
                    version: &approval.version,
                    cells: pinned.as_ref().unwrap_or(&newest.cells),
                    criteria: &approval.criteria,
                    own: &own_then,
                };
                let now = Now {
                    version: &newest.publication.version,
                    cells: &newest.cells,
                    criteria: &newest.publication.criteria,
                    own,
                    today: &today,
                };
                causes(&approved, &now)
            }
            None => vec![],
        };
        let standing = standing(approval.state, &approval.valid_until, &today, &found);
        Ok(ApprovalLine { approval, standing, causes: found })
    }
}

/// The institutions whose layers the actor may read: their own, and those that a grant opens.
pub(super) fn institutions(actor: &Actor) -> Vec<InstitutionId> {
    let own = |layer: Layer| match layer {
        Layer::Institution(id) => Some(id),
        Layer::Shared => None,
    };
    actor.layers().into_iter().filter_map(own).collect()
}

/// Leave to do something in an institution's layer.
pub(super) fn own_permit(actor: &Actor, action: Action, institution: &InstitutionId) -> Result<Permit, Failure> {
    permit(actor, action, &Layer::Institution(institution.clone()))
}

/// Leave to decide on an approval: by one's own role, or by a right that was lent for people who are away.
pub(super) fn decider(actor: &Actor, institution: &InstitutionId) -> Result<Permit, Failure> {
    own_permit(actor, Action::DecideApproval, institution)
        .or_else(|refused| own_permit(actor, Action::TakeOverApproval, institution).map_err(|_| refused))
}
