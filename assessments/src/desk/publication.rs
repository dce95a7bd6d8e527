//! Published versions: reading them, what changed between two revisions, and publishing.

use super::copying::taken_over;
use super::review::RoundView;
use super::{Desk, SheetView};
use crate::access::{Action, Actor, Permit, Stage, permit};
use crate::cell::{Layer, SheetKey};
use crate::change::Author;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::sheet::{Cells, content_hash};
use crate::store::{CellDifference, Publication};
use std::sync::Arc;

/// A published version with its text.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its record.
    pub publication: Publication,
    /// The cells as they were published.
    pub cells: Cells,
    /// The criteria set that they follow.
    pub criteria: Arc<CriteriaSet>,
}

impl Published {
    /// Whether the text is still the one that was hashed. A text that was erased from history on request no longer is.
    pub fn holds(&self) -> bool {
        content_hash(&self.cells, &self.publication.criteria) == self.publication.hash
    }
}

/// Where a sheet stands between two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetState {
    /// The newest published version.
    pub published: Option<Publication>,
    /// Cells that differ from it; all of them where there is none.
    pub changed: usize,
    /// The open review round's id.
    pub round: Option<String>,
}

/// Answers that a sheet would be published with although nobody stands behind them today: whoever publishes says that they
/// have seen them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// Categories whose answer was taken over from another sheet and confirmed by nobody.
    pub taken_over: Vec<RowId>,
    /// Categories whose answer's review day has passed.
    pub overdue: Vec<RowId>,
}

impl Unsettled {
    /// Those of a sheet, on a day (`2026-11-24`).
    pub fn of(cells: &Cells, criteria: &CriteriaSet, today: &str) -> Unsettled {
        let rows = criteria.categories.iter().filter_map(|c| RowId::parse(&c.id).ok());
        // Days of one form compare as texts.
        let is_overdue = |row: &RowId| {
            let day = cells.plain("criteria", row, "review_by");
            !day.is_empty() && day < today
        };
        Unsettled { taken_over: taken_over(cells, criteria), overdue: rows.filter(is_overdue).collect() }
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.taken_over.is_empty() && self.overdue.is_empty()
    }

    /// What there was to see: `K07,K08;K09`, taken over and overdue. A publisher confirms this; another answer by the time of
    /// the publication is not confirmed.
    pub fn mark(&self) -> String {
        let ids = |rows: &[RowId]| rows.iter().map(RowId::as_str).collect::<Vec<_>>().join(",");
        format!("{};{}", ids(&self.taken_over), ids(&self.overdue))
    }
}

impl Desk {
    /// What a publisher of the sheet has to have seen.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service.
    pub async fn unsettled(&self, actor: &Actor, service: &ServiceId) -> Result<Unsettled, Failure> {
        let view = self.sheet(actor, &SheetKey::shared(service.clone())).await?;
        Ok(Unsettled::of(&view.cells, &view.criteria, &self.today()))
    }

    /// The published versions of a sheet, newest first.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service.
    pub async fn publications(&self, actor: &Actor, service: &ServiceId) -> Result<Vec<Publication>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        self.db.service(&permit, service).await?;
        self.db.publications(&permit, service).await
    }

    /// A published version with its text.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a version that does not exist.
    pub async fn published(&self, actor: &Actor, service: &ServiceId, version: &str) -> Result<Published, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let all = self.publications(actor, service).await?;
        let publication = all.into_iter().find(|p| p.version == version).ok_or(Failure::NotFound)?;
        let cells = self.db.cells_at(&permit, service, publication.number).await?;
        let criteria = self.criteria(&publication.criteria);
        Ok(Published { publication, cells, criteria })
    }

    /// What changed in the common text from revision `from` to revision `to`: the net change of each cell, in the order of
    /// their addresses.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service or a revision that does not exist.
    pub async fn difference(
        &self,
        actor: &Actor,
        service: &ServiceId,
        from: i64,
        to: i64,
    ) -> Result<Vec<CellDifference>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let newest = self.db.service(&permit, service).await?.number;
        if from < 0 || from > to || to > newest {
            return Err(Failure::NotFound);
        }
        self.db.difference(&permit, service, from, to).await
    }

    /// Where a sheet stands: its newest version, how much changed since, and whether a review round runs.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service.
    pub async fn sheet_state(&self, actor: &Actor, service: &ServiceId) -> Result<SheetState, Failure> {
        self.state_of(actor, &self.sheet(actor, &SheetKey::shared(service.clone())).await?).await
    }

    /// The same for a sheet that was read already.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn state_of(&self, actor: &Actor, view: &SheetView) -> Result<SheetState, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let service = &view.key.service;
        let published = self.db.publications(&permit, service).await?.into_iter().next();
        let changed = match &published {
            None => view.cells.len(),
            Some(p) if p.number == view.number => 0,
            Some(p) => self.db.difference(&permit, service, p.number, view.number).await?.len(),
        };
        let round = self.db.rounds(&permit, service).await?.into_iter().find(|r| r.ended.is_empty()).map(|r| r.id);
        Ok(SheetState { published, changed, round })
    }

    /// Publishes what a review round approved, as a new version of this month. `seen` is the [`Unsettled::mark`] of what the
    /// publisher saw; empty where there was nothing.
    ///
    /// # Errors
    /// [`Failure::NotYet`] without the approvals, where there are unsettled answers that were not seen, over an objection, where the round has ended, and where anything changed
    /// while it was judged; [`Failure::Forbidden`].
    pub async fn publish(
        &self,
        actor: &Actor,
        service: &ServiceId,
        round: &str,
        note: &str,
        seen: &str,
    ) -> Result<Publication, Failure> {
        let permit = permit(actor, Action::Publish, &Layer::Shared)?;
        let view = self.review_round(actor, service, round).await?;
        if !view.round.ended.is_empty() {
            return Err(Failure::not_yet("round_ended"));
        }
        if !view.judgement.objections.is_empty() {
            return Err(Failure::not_yet("objection"));
        }
        if !view.judgement.is_approved() {
            return Err(Failure::not_yet(if view.changed.is_empty() { "nothing_changed" } else { "no_quorum" }));
        }
        if !Stage::round(&view.round.ended, view.judgement.is_approved()).fits(permit.action()) {
            return Err(Failure::not_yet("no_quorum"));
        }
        self.publish_as(actor, &permit, service, Some(&view), (note, seen)).await
    }

    /// Publishes without the approvals, or over an objection: for emergencies, and only with a right that no role holds. The
    /// open round, where there is one, ends with it; its objections stay on record.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where nothing changed, without a reason, and where there are unsettled answers that were not seen;
    /// [`Failure::Forbidden`].
    pub async fn publish_without_quorum(
        &self,
        actor: &Actor,
        service: &ServiceId,
        reason: &str,
        seen: &str,
    ) -> Result<Publication, Failure> {
        let permit = permit(actor, Action::PublishWithoutQuorum, &Layer::Shared)?;
        if reason.trim().is_empty() {
            return Err(Failure::not_yet("no_reason"));
        }
        let state = self.sheet_state(actor, service).await?;
        if state.changed == 0 {
            return Err(Failure::not_yet("nothing_changed"));
        }
        let view = match &state.round {
            Some(id) => Some(self.review_round(actor, service, id).await?),
            None => None,
        };
        self.publish_as(actor, &permit, service, view.as_ref(), (reason, seen)).await
    }

    async fn publish_as(
        &self,
        actor: &Actor,
        permit: &Permit,
        service: &ServiceId,
        view: Option<&RoundView>,
        (note, seen): (&str, &str),
    ) -> Result<Publication, Failure> {
        let month = self.month();
        let mut tx = self.db.begin().await?;
        // Under the head's lock nobody writes, so what is hashed is what was judged.
        let head = tx.hold_head(permit, service).await?;
        if view.is_some_and(|v| v.number != head.number) {
            return Err(Failure::not_yet("moved_on"));
        }
        let cells = tx.held_cells(permit, service).await?;
        let unsettled = Unsettled::of(&cells, &self.criteria(&head.criteria), &self.today());
        if !unsettled.is_empty() && seen != unsettled.mark() {
            return Err(Failure::not_yet("unsettled"));
        }
        let quorum = permit.action() == Action::Publish;
        let publication = Publication {
            service: service.clone(),
            version: tx.next_version(service, &month).await?,
            number: head.number,
            hash: content_hash(&cells, &head.criteria),
            criteria: head.criteria,
            at: self.world.now(),
            author: Author { person: actor.person.clone(), name: actor.name.clone() },
            round: view.filter(|_| quorum).map(|v| v.round.id.clone()).unwrap_or_default(),
            note: note.trim().chars().take(2_000).collect(),
        };
        tx.add_publication(permit, &publication).await?;
        if let Some(view) = view {
            tx.end_round(permit, &view.round, Some(&publication.version), &actor.name, publication.at).await?;
        }
        let (action, detail) = match quorum {
            true => ("publish", publication.version.clone()),
            false => ("publish_without_quorum", format!("{} {}", publication.version, publication.note)),
        };
        self.note_common_on(&mut tx, actor, permit, service, (action, &detail)).await?;
        tx.commit().await?;
        Ok(publication)
    }

    /// `2026.11`, where the program's readers are.
    fn month(&self) -> String {
        let today = self.today();
        let mut parts = today.split('-');
        let year = parts.next().unwrap_or_default();
        let month: u32 = parts.next().and_then(|m| m.parse().ok()).unwrap_or(1);
        format!("{year}.{month}")
    }
}
