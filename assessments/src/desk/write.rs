//! Writing: cells, restore, undo. One path for all of them.

use super::{Desk, Event};
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, SheetKey};
use crate::change::{Author, Door};
use crate::failure::Failure;
use crate::id::OperationId;
use crate::store::{ChangeFilter, Follows, NewChange, Tx, Written};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What somebody wants to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteInput {
    /// Which sheet and layer.
    pub key: SheetKey,
    /// The revision that the writer saw.
    pub base: i64,
    /// Cells with the texts they shall have; rows may be placeholders.
    pub cells: Vec<(Address, String)>,
    /// Why.
    pub reason: String,
    /// Through which door.
    pub door: Door,
    /// What the door adds.
    pub source: String,
}

impl Desk {
    /// Writes cells: merged with what others wrote since `base`, all or nothing.
    ///
    /// # Errors
    /// [`Failure::Conflict`] with base, theirs and yours of every cell that needs a person; nothing was written then.
    pub async fn write(&self, actor: &Actor, input: &WriteInput) -> Result<Written, Failure> {
        let permit = permit(actor, Action::WriteCells, &input.key.layer)?;
        self.write_with(actor, &permit, input, &self.operation()?).await
    }

    /// Brings a sheet back to what it was at revision `number`, as a new change set.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a revision that does not exist; [`Failure::Conflict`] where somebody writes meanwhile.
    pub async fn restore(&self, actor: &Actor, key: &SheetKey, number: i64, reason: &str) -> Result<Written, Failure> {
        let permit = permit(actor, Action::WriteCells, &key.layer)?;
        let then = self.sheet_at(actor, key, number).await?;
        let view = self.sheet(actor, key).await?;
        let addresses: BTreeSet<Address> = then.iter().chain(view.cells.iter()).map(|(a, _)| a.clone()).collect();
        let cells = addresses
            .into_iter()
            .filter(|a| then.text(a) != view.cells.text(a) && a.declared_now())
            .map(|a| (a.clone(), then.text(&a).to_owned()))
            .collect();
        let input = WriteInput {
            key: key.clone(),
            base: view.number,
            cells: deletions_last(cells),
            reason: reason.to_owned(),
            door: Door::Restore,
            source: number.to_string(),
        };
        self.write_back(actor, &permit, &input, number).await
    }

    /// Takes one change set back, as a new one. Later changes of other words stay; where the same words were changed
    /// later, the conflict is shown.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a change set that does not exist; [`Failure::Forbidden`] for somebody else's without
    /// the right; [`Failure::Conflict`].
    pub async fn undo(&self, actor: &Actor, key: &SheetKey, number: i64, reason: &str) -> Result<Written, Failure> {
        let filter = ChangeFilter {
            service: Some(key.service.clone()),
            number: Some(number),
            limit: 1,
            ..ChangeFilter::default()
        };
        let set = self.history(actor, &key.layer, &filter).await?.into_iter().next().ok_or(Failure::NotFound)?;
        let own = actor.is(&set.author);
        let action = if own { Action::WriteCells } else { Action::UndoOthers };
        let permit = permit(actor, action, &key.layer)?;
        let cells = set
            .cells
            .iter()
            .filter(|c| c.address.declared_now())
            .filter_map(|c| Some((c.address.clone(), c.old.clone()?)))
            .collect();
        let input = WriteInput {
            key: key.clone(),
            // Its own revision as the base: what came later is merged like anybody's change.
            base: number,
            cells: deletions_last(cells),
            reason: reason.to_owned(),
            door: Door::Undo,
            source: number.to_string(),
        };
        // Where it moved the sheet to another criteria set, taking it back brings the sheet back to the one before.
        let then = if set.criteria == self.sheet(actor, key).await?.criteria.key() { number - 1 } else { number };
        self.write_back(actor, &permit, &input, then).await
    }

    /// Writes what stood at an earlier revision; the sheet follows the criteria set of that revision again.
    async fn write_back(
        &self,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        then: i64,
    ) -> Result<Written, Failure> {
        let reads = crate::access::permit(actor, Action::ReadSheet, &input.key.layer)?;
        let (head, _) = self.db.cells(&reads, &input.key.service).await?;
        let was = self.db.criteria_at(&reads, &input.key.service, then).await?;
        let back = was.filter(|was| *was != head.criteria).map(|was| self.criteria(&was).as_ref().into());
        let mut tx = self.db.begin().await?;
        let written = self.append_moving(&mut tx, actor, permit, input, &self.operation()?, back).await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(written)
    }

    pub(super) async fn write_with(
        &self,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        operation: &OperationId,
    ) -> Result<Written, Failure> {
        let mut tx = self.db.begin().await?;
        let written = self.append(&mut tx, actor, permit, input, operation).await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(written)
    }

    /// Appends inside a transaction of the caller's, who commits and then tells.
    pub(super) async fn append(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        operation: &OperationId,
    ) -> Result<Written, Failure> {
        self.append_moving(tx, actor, permit, input, operation, None).await
    }

    /// The same; the sheet follows another criteria set from then on.
    pub(super) async fn append_moving(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        operation: &OperationId,
        moves_to: Option<Follows>,
    ) -> Result<Written, Failure> {
        let change = NewChange {
            key: input.key.clone(),
            base: input.base,
            cells: input.cells.clone(),
            author: Author { person: actor.person.clone(), name: actor.name.clone() },
            at: self.world.now(),
            reason: input.reason.clone(),
            door: input.door,
            source: input.source.clone(),
            operation: operation.clone(),
            criteria: self.criteria("").as_ref().into(),
            sets: self.criteria_by_key(),
            moves_to,
            seed: self.world.random(),
        };
        tx.append(permit, &change).await
    }

    pub(super) fn tell(&self, actor: &Actor, key: &SheetKey, written: &Written) {
        if written.cells.is_empty() {
            return;
        }
        self.live.tell(Event {
            key: key.clone(),
            number: written.number,
            author: Author { person: actor.person.clone(), name: actor.name.clone() },
            addresses: written.cells.iter().map(|(a, _)| a.clone()).collect(),
        });
    }
}

impl Address {
    /// Whether today's schema still has this place: retired fields replay, but are not written any more.
    fn declared_now(&self) -> bool {
        crate::schema::declared(self).is_ok()
    }
}

/// Rows are made before their cells are written, and emptied before they go.
fn deletions_last(mut cells: Vec<(Address, String)>) -> Vec<(Address, String)> {
    cells.sort_by_key(|(a, text)| match (a.is_order(), text.is_empty()) {
        (true, false) => 0,
        (false, _) => 1,
        (true, true) => 2,
    });
    cells
}
