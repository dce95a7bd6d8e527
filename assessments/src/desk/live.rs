//! What just changed, for open pages. Each receiver sees only the layers that its reader may see.

use super::Desk;
use crate::access::Actor;
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Author;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

/// Most events that wait for a slow reader; past that it reloads.
const WAITING: usize = 256;

/// A change set that was just written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Which sheet and layer.
    pub key: SheetKey,
    /// Its number there.
    pub number: i64,
    /// Who wrote it.
    pub author: Author,
    /// Which cells.
    pub addresses: Vec<Address>,
}

/// Hands events to whoever listens.
#[derive(Clone)]
pub(super) struct Hub(broadcast::Sender<Event>);

impl Hub {
    pub(super) fn new() -> Hub {
        Hub(broadcast::channel(WAITING).0)
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }

    pub(super) fn tell(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.0.send(event);
    }
}

impl Desk {
    /// Events from now on, with the layers to let through for this actor. The caller drops events of other layers with
    /// [`visible`].
    pub fn events(&self, actor: &Actor) -> (broadcast::Receiver<Event>, Vec<Layer>) {
        (self.live.0.subscribe(), actor.layers())
    }
}

/// Whether a reader of these layers may get this event.
pub fn visible(event: &Event, layers: &[Layer]) -> bool {
    layers.contains(&event.key.layer)
}
