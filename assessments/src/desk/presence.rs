//! Who is on a sheet, and which cell they edit. Nothing of it is stored: an open page is somebody who is there, and a
//! place that says nothing for a while is empty.
//!
//! A tab is in one (sheet, layer) at a time. Whoever edits in their institution's layer is there and not in the common
//! text meanwhile, so that nobody else can tell that they work, on what, or at all.

use super::Desk;
use super::live::Event;
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::{PersonId, ServiceId, opaque};
use crate::lang::Label;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::mpsc;

/// How long a tab counts as open without a word from it.
const EXPIRY: Duration = Duration::seconds(60);
/// How often the other servers are told again that a tab is open.
const AGAIN: Duration = Duration::seconds(20);

/// Most messages to other servers that wait for the database.
const WAITING: usize = 1024;

/// Somebody who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Their name.
    pub name: String,
    /// Their institutions; none for somebody of the installation.
    pub institutions: Vec<Label>,
    /// In which layer: the common one, or one of the reader's own.
    pub layer: Layer,
    /// The cells that they have open to edit.
    pub cells: Vec<Address>,
}

/// One open tab.
#[derive(Clone, Debug)]
struct Tab {
    /// Where the page is.
    home: SheetKey,
    /// Where its person is at work: there, or in the layer of the cell that they edit.
    key: SheetKey,
    person: PersonId,
    name: String,
    institutions: Vec<Label>,
    cell: Option<Address>,
    until: DateTime<Utc>,
    /// When the other servers were told last; none for a tab of another server.
    said: Option<DateTime<Utc>>,
}

/// All open tabs.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<BTreeMap<String, Tab>>>);

impl Board {
    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Tab>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be said to the other servers, in order. The task that says it is begun with the first.
pub(super) type Said = Arc<OnceLock<mpsc::Sender<String>>>;

/// A place at a sheet, for as long as it is held. Dropped, its person is gone.
pub struct Seat {
    desk: Desk,
    tab: String,
}

impl Desk {
    /// Sits down at a sheet: at its common text, or at a page of one of the actor's own layers, where only those who see
    /// that layer see them.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read it, and for the command line, which sits nowhere.
    pub async fn sit_down(&self, actor: &Actor, key: &SheetKey) -> Result<Seat, Failure> {
        permit(actor, Action::ReadSheet, &key.layer)?;
        let person = actor.person.clone().ok_or(Failure::NotFound)?;
        let institutions = self.own_institutions(actor).await?.into_iter().map(|(_, name)| name).collect();
        let (home, key, now) = (key.clone(), key.clone(), self.world.now());
        let name = actor.name.clone();
        let new = Tab { home, key, person, name, institutions, cell: None, until: now + EXPIRY, said: Some(now) };
        let tab = opaque(self.world.random());
        self.tabs.open().insert(tab.clone(), new);
        self.say_presence(&tab);
        Ok(Seat { desk: self.clone(), tab })
    }

    /// Says which cell a tab of the actor's has open to edit, or none.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a tab that is not the actor's or not at this sheet; [`Failure::Forbidden`] where they may
    /// not write there.
    pub fn edits(&self, actor: &Actor, tab: &str, key: &SheetKey, cell: Option<&Address>) -> Result<(), Failure> {
        permit(actor, Action::WriteCells, &key.layer)?;
        let now = self.world.now();
        let before = {
            let mut tabs = self.tabs.open();
            let found = tabs.get_mut(tab).ok_or(Failure::NotFound)?;
            if Some(&found.person) != actor.person.as_ref() || found.key.service != key.service {
                return Err(Failure::NotFound);
            }
            let before = found.key.clone();
            found.key = if cell.is_some() { key.clone() } else { found.home.clone() };
            found.cell = cell.cloned();
            found.until = now + EXPIRY;
            before
        };
        self.live.tell(Event::Presence(before));
        self.say_presence(tab);
        Ok(())
    }

    /// Who else is at a sheet, of what this reader may see. Oneself is not listed.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub fn present(&self, actor: &Actor, service: &ServiceId) -> Result<Vec<Present>, Failure> {
        permit(actor, Action::ReadSheet, &Layer::Shared)?;
        let (layers, now) = (actor.layers(), self.world.now());
        let mut tabs = self.tabs.open();
        tabs.retain(|_, tab| tab.until > now);
        let mut people: BTreeMap<(PersonId, Layer), Present> = BTreeMap::new();
        for tab in tabs.values() {
            let seen = tab.key.service == *service && layers.contains(&tab.key.layer);
            if !seen || Some(&tab.person) == actor.person.as_ref() {
                continue;
            }
            let layer = tab.key.layer.clone();
            let one = people.entry((tab.person.clone(), layer.clone())).or_insert_with(|| Present {
                name: tab.name.clone(),
                institutions: tab.institutions.clone(),
                layer,
                cells: vec![],
            });
            one.cells.extend(tab.cell.clone());
        }
        let mut out: Vec<Present> = people.into_values().collect();
        for one in &mut out {
            one.cells.sort();
            one.cells.dedup();
        }
        out.sort_by(|a, b| (&a.name, &a.layer).cmp(&(&b.name, &b.layer)));
        Ok(out)
    }

    /// Tells pages here, and the other servers, how it stands with a tab.
    fn say_presence(&self, tab: &str) {
        let found = self.tabs.open().get(tab).cloned();
        let Some(found) = found else { return };
        self.live.tell(Event::Presence(found.key.clone()));
        let cell = found.cell.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let (service, layer) = (&found.key.service, found.key.layer.key());
        self.say_later(format!("p {} {tab} {} {service} {layer} {cell}", self.origin(), found.person));
    }

    /// This server's own mark on what it says. Made when it is first needed: the embedded database has one server.
    fn origin(&self) -> &str {
        self.origin.get_or_init(|| opaque(self.world.random()))
    }

    /// Says something to the other servers after everything that was said before: somebody who came and went at once
    /// must not be heard to go and then to come.
    fn say_later(&self, message: String) {
        // One server: nobody else to tell, and no task for it.
        if self.db.is_embedded() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let messages = self.said.get_or_init(|| {
            let (messages, mut waiting) = mpsc::channel::<String>(WAITING);
            let db = self.db.clone();
            runtime.spawn(async move {
                while let Some(message) = waiting.recv().await {
                    if let Err(error) = db.say(&message).await {
                        tracing::debug!(%error, "presence");
                    }
                }
            });
            messages
        });
        // While the database does not answer they are let go, not kept: what is still true is said again.
        let _ = messages.try_send(message);
    }

    /// Another server's word about one of its tabs, or about one of ours that was answered there.
    pub(super) async fn heard_presence(&self, message: &str) {
        let words: Vec<&str> = message.split(' ').collect();
        let [_, origin, tab, person, service, layer, cell] = words.as_slice() else { return };
        if *origin == self.origin() {
            return;
        }
        let (Ok(person), Ok(service), Ok(layer)) =
            (PersonId::parse(person), ServiceId::parse(service), Layer::parse(layer))
        else {
            return;
        };
        let key = SheetKey { service, layer };
        let before = self.tabs.open().get(*tab).map(|t| t.key.clone());
        if *cell == "gone" {
            self.tabs.open().remove(*tab);
        } else {
            // Names do not travel: each server reads them itself, and only of people who may still read this.
            let Ok(Some(actor)) = self.db.actor(&person, self.world.now()).await else { return };
            let Ok(institutions) = self.own_institutions(&actor).await else { return };
            if !actor.layers().contains(&key.layer) {
                return;
            }
            let institutions = institutions.into_iter().map(|(_, name)| name).collect();
            let (cell, until) = (Address::parse(cell).ok(), self.world.now() + EXPIRY);
            let mut tabs = self.tabs.open();
            let known = tabs.get(*tab);
            let said = known.and_then(|t| t.said);
            // A page that edits nothing is at home.
            let home = known.filter(|_| cell.is_some()).map_or_else(|| key.clone(), |t| t.home.clone());
            let new = Tab { home, key: key.clone(), person, name: actor.name, institutions, cell, until, said };
            tabs.insert((*tab).to_owned(), new);
        }
        for key in before.into_iter().filter(|b| *b != key).chain([key.clone()]) {
            self.live.tell(Event::Presence(key));
        }
    }
}

impl Seat {
    /// The tab's own word for itself, which nobody else knows.
    pub fn tab(&self) -> &str {
        &self.tab
    }

    /// Still here.
    pub fn stay(&self) {
        let now = self.desk.world.now();
        let mut due = false;
        if let Some(tab) = self.desk.tabs.open().get_mut(&self.tab) {
            tab.until = now + EXPIRY;
            due = tab.said.is_none_or(|said| said + AGAIN <= now);
            if due {
                tab.said = Some(now);
            }
        }
        if due {
            self.desk.say_presence(&self.tab);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let gone = self.desk.tabs.open().remove(&self.tab);
        if let Some(tab) = gone {
            let (service, layer) = (&tab.key.service, tab.key.layer.key());
            let message = format!("p {} {} {} {service} {layer} gone", self.desk.origin(), self.tab, tab.person);
            self.desk.say_later(message);
            self.desk.live.tell(Event::Presence(tab.key));
        }
    }
}
