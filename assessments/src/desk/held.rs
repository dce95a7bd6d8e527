//! Texts that met a conflict. Nothing of such a save is written, so what was typed would only stand on the device it was
//! typed on: it is kept for its person until they save that cell, through whatever door, or put the text aside.

use super::{Desk, InboxItem, InboxKind, WriteInput};
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer};
use crate::change::Door;
use crate::failure::{Conflict, Failure};
use crate::id::opaque;
use crate::store::{HeldText, Tx, Written};
use chrono::Duration;
use std::collections::BTreeSet;

/// Most texts that are kept for a person: the newest.
pub const MOST_HELD: i64 = 200;
/// How many days a text is kept.
pub const HELD_DAYS: i64 = 90;
/// What the keys of the inbox's items begin with.
const KEY: &str = "conflict:";

impl Desk {
    /// The texts of the actor's that could not be saved, in the layers that they may read now; the newest first.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] for nobody; [`Failure::NotFound`] for somebody who may read nothing.
    pub async fn held_texts(&self, actor: &Actor) -> Result<Vec<HeldText>, Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let since = self.world.now() - Duration::days(HELD_DAYS);
        self.db.held_texts(&self.reads(actor)?, person, since).await
    }

    /// One of them.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not the actor's, or no longer theirs to read; [`Failure::Forbidden`] for somebody
    /// who writes nowhere.
    pub async fn held_text(&self, actor: &Actor, id: &str) -> Result<HeldText, Failure> {
        let writes = |layer: &Layer| permit(actor, Action::WriteCells, layer);
        if !actor.layers().iter().any(|layer| writes(layer).is_ok()) {
            writes(&Layer::Shared)?;
        }
        let held = self.held_texts(actor).await?.into_iter().find(|h| h.id == id);
        held.ok_or(Failure::NotFound)
    }

    /// The actor does not want a text of theirs any more; by its id or by its key in the inbox.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not theirs, or gone already.
    pub async fn put_aside(&self, actor: &Actor, id: &str) -> Result<(), Failure> {
        let person = actor.person.as_ref().ok_or(Failure::SignedOut)?;
        let mut tx = self.db.begin().await?;
        if !tx.forget_text(person, id.strip_prefix(KEY).unwrap_or(id)).await? {
            return Err(Failure::NotFound);
        }
        tx.commit().await
    }

    /// Source of the inbox: the actor's texts that met a conflict.
    pub(super) async fn conflicts_of(&self, actor: &Actor) -> Result<Vec<InboxItem>, Failure> {
        let item = |held: HeldText| InboxItem {
            key: format!("{KEY}{}", held.id),
            kind: InboxKind::Conflict,
            title: held.name,
            url: format!("/services/{}/edit?held={}", held.key.service, held.id),
            layer: held.key.layer,
            place: Some((held.criteria, held.address)),
            who: String::new(),
            text: super::inbox::excerpt(&held.text),
            at: held.at,
            due: None,
            unread: true,
        };
        Ok(self.held_texts(actor).await?.into_iter().map(item).collect())
    }

    /// Keeps what was typed, where a save failed for a conflict; gives the outcome on. That it is kept is a help beside the
    /// answer: where it fails, the answer is still the conflict.
    pub(super) async fn holding<T>(
        &self,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        done: Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Err(Failure::Conflict { cells }) = &done
            && let Err(failure) = self.hold(actor, permit, input, cells).await
        {
            tracing::warn!(%failure, "a text that met a conflict is not kept");
        }
        done
    }

    pub(super) async fn hold(
        &self,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        conflicts: &[Conflict],
    ) -> Result<(), Failure> {
        // Cells that were typed: not those of a row that was to go, nor where a row stands.
        let asked: BTreeSet<&Address> = input.cells.iter().map(|(a, _)| a).filter(|a| !a.is_order()).collect();
        let typed =
            |c: &Conflict| Some((Address::parse(&c.address).ok().filter(|a| asked.contains(a))?, c.yours.clone()));
        let (now, key) = (self.world.now(), &input.key);
        let mut typed: Vec<(Address, String)> = conflicts.iter().filter_map(typed).collect();
        let Some(person) = actor.person.as_ref().filter(|_| !typed.is_empty()) else { return Ok(()) };
        if input.door == Door::Form {
            // A form of several cells is refused as a whole: what was typed beside is not written either.
            let stands = self.sheet(actor, key).await?.cells;
            let beside = |(a, text): &&(Address, String)| {
                !a.is_order() && stands.text(a) != text && !typed.iter().any(|(typed, _)| typed == a)
            };
            let beside: Vec<(Address, String)> = input.cells.iter().filter(beside).cloned().collect();
            typed.extend(beside);
        }
        typed.truncate(MOST_HELD as usize);
        let reads = crate::access::permit(actor, Action::ReadSheet, &key.layer)?;
        let service = self.db.service(&reads, &key.service).await?;
        let held = |(address, text): (Address, String)| HeldText {
            id: opaque(self.world.random()),
            key: key.clone(),
            name: service.name.clone(),
            address,
            criteria: service.criteria.clone(),
            base: input.base,
            text,
            at: now,
        };
        let held: Vec<HeldText> = typed.into_iter().map(held).collect();
        let mut tx = self.db.begin().await?;
        tx.hold_texts(permit, person, &held, now - Duration::days(HELD_DAYS), MOST_HELD).await?;
        tx.commit().await
    }

    /// Somebody saved cells: what was kept of theirs for these is done with. Taking something back is no saving, nor is a
    /// cell that went along unchanged in the form of a whole row.
    pub(super) async fn release(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        permit: &Permit,
        input: &WriteInput,
        written: &Written,
    ) -> Result<(), Failure> {
        let changed: BTreeSet<&Address> = written.cells.iter().map(|(a, _)| a).collect();
        let saved = input.cells.iter().map(|(a, _)| a).filter(|a| input.cells.len() == 1 || changed.contains(a));
        match &actor.person {
            Some(person) if !matches!(input.door, Door::Undo | Door::Restore | Door::Library) => {
                tx.release_texts(permit, person, &input.key.service, saved).await
            }
            _ => Ok(()),
        }
    }
}
