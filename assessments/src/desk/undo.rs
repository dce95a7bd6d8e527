//! Taking things back: one change set, one's own last one, or everything that one act wrote. Always as new change sets,
//! merged with what came later like anybody's change.

use super::Desk;
use super::write::{WriteInput, deletions_last};
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::SheetKey;
use crate::change::{ChangeSet, Door};
use crate::failure::Failure;
use crate::id::OperationId;
use crate::store::{ChangeFilter, Written};
use std::collections::BTreeMap;

/// How many revisions back one's own last change is looked for.
const LOOK_BACK: i64 = 500;

/// One change set to be taken back.
struct Back {
    permit: Permit,
    input: WriteInput,
    /// The revision whose criteria set the sheet follows then.
    then: i64,
}

impl Desk {
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
        let Back { permit, input, then } = self.taking_back(actor, &set, reason).await?;
        self.write_back(actor, &permit, &input, then).await
    }

    /// The number of the actor's own last change to a sheet that still stands; none where there is none to take back.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the layer is not the actor's.
    pub async fn last_own(&self, actor: &Actor, key: &SheetKey) -> Result<Option<i64>, Failure> {
        let reads = permit(actor, Action::ReadSheet, &key.layer)?;
        let Some(person) = &actor.person else { return Ok(None) };
        let newest = self.db.newest(&reads, &key.service).await?.map_or(0, |(number, _)| number);
        self.db.last_of(&reads, &key.service, person, newest - LOOK_BACK).await
    }

    /// Takes the actor's own last change of a sheet back; asked again, the one before. `seen` is the one that the page
    /// offered to take back (0 for none): where that one is gone already, a second click takes nothing more.
    ///
    /// # Errors
    /// [`Failure::NothingToUndo`]; otherwise as [`Desk::undo`].
    pub async fn undo_last(&self, actor: &Actor, key: &SheetKey, seen: i64, reason: &str) -> Result<Written, Failure> {
        permit(actor, Action::WriteCells, &key.layer)?;
        let last = self.last_own(actor, key).await?.filter(|last| *last >= seen);
        self.undo(actor, key, last.ok_or(Failure::NothingToUndo)?, reason).await
    }

    /// Takes back everything that one act wrote, such as an import into the common text and into one's own layer: in all
    /// layers where the actor has the right, and either all of it or nothing.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an act that wrote nothing the actor may see; [`Failure::Forbidden`] where they may take
    /// none of it back; [`Failure::Conflict`] with every cell that was changed since and cannot be merged.
    pub async fn undo_operation(
        &self,
        actor: &Actor,
        operation: &OperationId,
        reason: &str,
    ) -> Result<Vec<(SheetKey, Written)>, Failure> {
        let mut sets = Vec::new();
        for layer in actor.layers() {
            sets.extend(self.db.operation(&permit(actor, Action::ReadSheet, &layer)?, operation).await?);
        }
        if sets.is_empty() {
            return Err(Failure::NotFound);
        }
        // Heads are locked in one order, whoever asks; of one sheet the newest goes first.
        sets.sort_by(|a, b| (&a.key, b.number).cmp(&(&b.key, a.number)));
        let mut backs = Vec::new();
        for set in &sets {
            match self.taking_back(actor, set, reason).await {
                Ok(back) => backs.push(back),
                Err(Failure::Forbidden { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        if backs.is_empty() {
            return Err(Failure::Forbidden { action: Action::UndoOthers.key().into() });
        }
        self.write_all_back(actor, backs).await
    }

    /// How many change sets each of these change sets' acts wrote, in the layers that the actor sees.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn operation_sizes(
        &self,
        actor: &Actor,
        sets: &[ChangeSet],
    ) -> Result<BTreeMap<OperationId, i64>, Failure> {
        let operations: Vec<OperationId> = sets.iter().map(|s| s.operation.clone()).collect();
        let mut sizes: BTreeMap<OperationId, i64> = BTreeMap::new();
        for layer in actor.layers() {
            let permit = permit(actor, Action::ReadSheet, &layer)?;
            for (operation, n) in self.db.operation_sizes(&permit, &operations).await? {
                *sizes.entry(operation).or_default() += n;
            }
        }
        Ok(sizes)
    }

    async fn write_all_back(&self, actor: &Actor, backs: Vec<Back>) -> Result<Vec<(SheetKey, Written)>, Failure> {
        let operation = self.operation()?;
        let mut moves = Vec::new();
        for back in &backs {
            moves.push(self.set_of_then(actor, &back.input.key, back.then).await?);
        }
        let mut tx = self.db.begin().await?;
        let (mut done, mut conflicts) = (Vec::new(), Vec::new());
        for (back, moves_to) in backs.iter().zip(moves) {
            match self.append_moving(&mut tx, actor, &back.permit, &back.input, &operation, moves_to).await {
                Ok(written) => done.push((back.input.key.clone(), written)),
                Err(Failure::Conflict { cells }) => conflicts.extend(cells),
                Err(other) => return Err(other),
            }
        }
        if !conflicts.is_empty() {
            return Err(Failure::Conflict { cells: conflicts });
        }
        tx.commit().await?;
        for (key, written) in &done {
            self.tell(actor, key, written);
        }
        Ok(done)
    }

    async fn taking_back(&self, actor: &Actor, set: &ChangeSet, reason: &str) -> Result<Back, Failure> {
        let action = if actor.is(&set.author) { Action::WriteCells } else { Action::UndoOthers };
        let permit = permit(actor, action, &set.key.layer)?;
        let cells = set
            .cells
            .iter()
            .filter(|c| c.address.declared_now())
            .filter_map(|c| Some((c.address.clone(), c.old.clone()?)))
            .collect();
        let input = WriteInput {
            key: set.key.clone(),
            // Its own revision as the base: what came later is merged like anybody's change.
            base: set.number,
            cells: deletions_last(cells),
            reason: reason.to_owned(),
            door: Door::Undo,
            source: set.number.to_string(),
        };
        // Where it moved the sheet to another criteria set, taking it back brings the sheet back to the one before.
        let follows = self.sheet(actor, &set.key).await?.criteria.key();
        let then = if set.criteria == follows { set.number - 1 } else { set.number };
        Ok(Back { permit, input, then })
    }
}
