//! Writing: cells and restore. One path for all of them, undo too.

use super::Desk;
use super::live::Event;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::{Author, Door};
use crate::failure::Failure;
use crate::id::OperationId;
use crate::store::{Follows, LiveLine, NewChange, Tx, Written};
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
    /// [`Failure::Conflict`] with base, theirs and yours of every cell that needs a person; nothing was written then, and
    /// the texts are kept for the actor.
    pub async fn write(&self, actor: &Actor, input: &WriteInput) -> Result<Written, Failure> {
        let permit = permit(actor, Action::WriteCells, &input.key.layer)?;
        let done = self.write_with(actor, &permit, input, &self.operation()?).await;
        self.holding(actor, &permit, input, done).await
    }

    /// Writes into several (sheet, layer) as one operation: everything or nothing, and taken back together by
    /// [`Desk::undo_operation`].
    ///
    /// # Errors
    /// [`Failure::Conflict`] with every cell that needs a person; nothing was written then.
    pub async fn write_together(&self, actor: &Actor, inputs: &[WriteInput]) -> Result<Vec<Written>, Failure> {
        let permits: Vec<Permit> =
            inputs.iter().map(|i| permit(actor, Action::WriteCells, &i.key.layer)).collect::<Result<_, _>>()?;
        let operation = self.operation()?;
        let mut tx = self.db.begin().await?;
        let (mut done, mut conflicts) = (Vec::new(), Vec::new());
        for (input, permit) in inputs.iter().zip(&permits) {
            match self.append(&mut tx, actor, permit, input, &operation).await {
                Ok(written) => done.push(written),
                Err(Failure::Conflict { cells }) => conflicts.push((input, permit, cells)),
                Err(other) => return Err(other),
            }
        }
        if !conflicts.is_empty() {
            drop(tx);
            let mut all = Vec::new();
            for (input, permit, cells) in conflicts {
                let refused = Err::<(), _>(Failure::Conflict { cells: cells.clone() });
                let _ = self.holding(actor, permit, input, refused).await;
                all.extend(cells);
            }
            return Err(Failure::Conflict { cells: all });
        }
        tx.commit().await?;
        for (input, written) in inputs.iter().zip(&done) {
            self.tell(actor, &input.key, written);
        }
        Ok(done)
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

    /// Writes what stood at an earlier revision; the sheet follows the criteria set of that revision again.
    pub(super) async fn write_back(
        &self,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        then: i64,
    ) -> Result<Written, Failure> {
        let back = self.set_of_then(actor, &input.key, then).await?;
        let mut tx = self.db.begin().await?;
        let written = self.append_moving(&mut tx, actor, permit, input, &self.operation()?, back).await?;
        tx.commit().await?;
        self.tell(actor, &input.key, &written);
        Ok(written)
    }

    /// The criteria set of an earlier revision, where the sheet follows another one now.
    pub(super) async fn set_of_then(
        &self,
        actor: &Actor,
        key: &SheetKey,
        then: i64,
    ) -> Result<Option<Follows>, Failure> {
        let reads = crate::access::permit(actor, Action::ReadSheet, &key.layer)?;
        let (head, _) = self.db.cells(&reads, &key.service).await?;
        let was = self.db.criteria_at(&reads, &key.service, then).await?;
        Ok(was.filter(|was| *was != head.criteria).map(|was| self.criteria(&was).as_ref().into()))
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
        crate::adoption::check(&input.cells, &self.today())?;
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
            criteria: self.criteria(&self.asked_by(actor, &input.key).await?).as_ref().into(),
            sets: self.criteria_by_key(),
            moves_to,
            seed: self.world.random(),
        };
        let is_move = change.moves_to.is_some();
        let written = tx.append(permit, &change).await?;
        if !is_move {
            self.release(tx, actor, permit, input, &written).await?;
        }
        Ok(written)
    }

    /// The criteria set that a fresh layer of a sheet follows: that of the common text, else the one in force.
    pub(super) async fn asked_by(&self, actor: &Actor, key: &SheetKey) -> Result<String, Failure> {
        match (&key.layer, self.shared(actor, Action::ReadSheet)) {
            (Layer::Institution(_), Ok(reads)) => {
                Ok(self.db.criteria_at(&reads, &key.service, i64::MAX).await?.unwrap_or_default())
            }
            _ => Ok(String::new()),
        }
    }

    pub(super) fn tell(&self, actor: &Actor, key: &SheetKey, written: &Written) {
        let Some(id) = written.id.clone() else { return };
        let line = LiveLine {
            number: written.number,
            id,
            author: Author { person: actor.person.clone(), name: actor.name.clone() },
            addresses: written.cells.iter().map(|(a, _)| a.clone()).collect(),
        };
        self.live.tell(Event::Change { key: key.clone(), number: written.number, line: Some(line) });
    }
}

impl Address {
    /// Whether today's schema still has this place: retired fields replay, but are not written any more.
    pub(super) fn declared_now(&self) -> bool {
        crate::schema::declared(self).is_ok()
    }
}

/// Rows are made before their cells are written, and emptied before they go.
pub(super) fn deletions_last(mut cells: Vec<(Address, String)>) -> Vec<(Address, String)> {
    cells.sort_by_key(|(a, text)| match (a.is_order(), text.is_empty()) {
        (true, false) => 0,
        (false, _) => 1,
        (true, true) => 2,
    });
    cells
}
