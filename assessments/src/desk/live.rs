//! What just changed, for open pages. An event wakes a [`Watch`], which tells what its reader may see, in order and
//! without gaps: what an event does not carry, or what was missed, is read from the database.

use super::Desk;
use super::presence::Present;
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{ChangeId, ServiceId};
use crate::store::LiveLine;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::broadcast;

/// Most events that wait for a slow reader; past that it looks into the database.
const WAITING: usize = 256;
/// Most change sets told one by one to a reader who comes back; with more the page is drawn anew.
const CATCH_UP: usize = 50;
/// The first and the longest wait before the other servers are listened to again.
const BACK_OFF: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(15)];

/// Something happened. Inside the program only: a reader gets what a [`Watch`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A change set was written.
    Change {
        /// Which sheet and layer.
        key: SheetKey,
        /// Its number there.
        number: i64,
        /// The rest; nothing where another process wrote it.
        line: Option<LiveLine>,
    },
    /// Something was said about a sheet in a layer, or a thread was resolved.
    Talk(SheetKey),
    /// Somebody came, went, or edits another cell.
    Presence(SheetKey),
    /// Events may have been missed.
    LookAgain,
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

/// A change as one reader hears of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldChange {
    /// In which layer: the common one, or one of the reader's own.
    pub layer: Layer,
    /// Who wrote it.
    pub author: Author,
    /// Which cells.
    pub addresses: Vec<Address>,
    /// Where to go on from after this.
    pub cursor: String,
}

/// What a watch has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A change set.
    Change(ToldChange),
    /// More happened than is told one by one.
    Behind,
    /// How many open threads stand on each cell in the reader's layers, as it is now ([`Desk::talk_counts`]).
    Talk(BTreeMap<String, i64>),
    /// Who else is here, as it is now.
    Present(Vec<Present>),
}

/// How far one layer was told.
struct Read {
    permit: Permit,
    number: i64,
    id: Option<ChangeId>,
}

/// One open page: a sheet, seen by a reader.
pub struct Watch {
    desk: Desk,
    actor: Actor,
    service: ServiceId,
    events: broadcast::Receiver<Event>,
    read: Vec<Read>,
    /// Who was told to be here; none before anything was told.
    present: Option<Vec<Present>>,
}

impl Desk {
    /// Where a page that is drawn now starts to listen from: the newest change set of each layer that the reader sees, by
    /// their opaque ids, so that it tells nobody how many there are. Ask before reading the page: what comes between is
    /// told twice at worst.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn cursor(&self, actor: &Actor, service: &ServiceId) -> Result<String, Failure> {
        let mut ids = Vec::new();
        for permit in readable(actor)? {
            ids.push(self.db.newest(&permit, service).await?.map(|(_, id)| id));
        }
        Ok(joined(ids.iter().flatten()))
    }

    /// Watches a sheet from a cursor on, or from now on. A cursor of another sheet, or of a layer that is not the
    /// reader's, counts as none at all.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service, or where the actor may not read the common text.
    pub async fn watch(&self, actor: &Actor, service: &ServiceId, cursor: Option<&str>) -> Result<Watch, Failure> {
        self.db.service(&self.shared(actor, Action::ReadSheet)?, service).await?;
        // Listen first, read the past then: what happens between is told twice at worst, never lost.
        let events = self.live.subscribe();
        let ids: Option<Vec<ChangeId>> =
            cursor.map(|c| c.split('.').take(64).filter_map(|id| ChangeId::parse(id).ok()).collect());
        let mut read = Vec::new();
        for permit in readable(actor)? {
            let (number, id) = match &ids {
                None => self.db.newest(&permit, service).await?.map_or((0, None), |(n, id)| (n, Some(id))),
                Some(ids) => self.known(&permit, service, ids).await?,
            };
            read.push(Read { permit, number, id });
        }
        Ok(Watch { desk: self.clone(), actor: actor.clone(), service: service.clone(), events, read, present: None })
    }

    async fn known(
        &self,
        permit: &Permit,
        service: &ServiceId,
        ids: &[ChangeId],
    ) -> Result<(i64, Option<ChangeId>), Failure> {
        for id in ids {
            if let Some(number) = self.db.number_of(permit, service, id).await? {
                return Ok((number, Some(id.clone())));
            }
        }
        Ok((0, None))
    }

    /// Hears what the other servers of the same database do, until the program ends. After a lost connection it waits a
    /// little, longer each time, and everybody looks again then. Nothing to do on the embedded database.
    pub async fn keep_listening(self) {
        let [first, longest] = BACK_OFF;
        let mut wait = first;
        loop {
            match self.db.listen().await {
                Ok(None) => return,
                Ok(Some(mut listener)) => {
                    wait = first;
                    self.live.tell(Event::LookAgain);
                    loop {
                        match listener.hear().await {
                            Ok(Some(message)) => self.heard(&message).await,
                            Ok(None) => self.live.tell(Event::LookAgain),
                            Err(error) => {
                                tracing::warn!(%error, "the other servers are not heard");
                                break;
                            }
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "the other servers are not heard"),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(longest);
        }
    }

    /// Takes one message of another server's (or our own, which says nothing new).
    async fn heard(&self, message: &str) {
        let mut words = message.split(' ');
        match (words.next(), words.next(), words.next(), words.next()) {
            (Some("c"), Some(service), Some(layer), Some(number)) => {
                if let (Ok(service), Ok(layer), Ok(number)) =
                    (ServiceId::parse(service), Layer::parse(layer), number.parse())
                {
                    self.live.tell(Event::Change { key: SheetKey { service, layer }, number, line: None });
                }
            }
            (Some("t"), Some(service), Some(layer), None) => {
                if let (Ok(service), Ok(layer)) = (ServiceId::parse(service), Layer::parse(layer)) {
                    self.live.tell(Event::Talk(SheetKey { service, layer }));
                }
            }
            (Some("p"), ..) => self.heard_presence(message).await,
            _ => tracing::warn!("a message of another version"),
        }
    }
}

impl Watch {
    /// What there is to tell at the start: what came after the cursor, and who is here, nobody too: whoever was here when
    /// the page was drawn may have gone since.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn start(&mut self) -> Result<Vec<News>, Failure> {
        let mut news = self.look_again().await?;
        news.extend(self.look_around()?);
        Ok(news)
    }

    /// Waits for the next event. `None` once the program ends. Nothing is lost where this is cut short.
    pub async fn next(&mut self) -> Option<Event> {
        match self.events.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::LookAgain),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// What an event means to this reader. Somebody else's layer means nothing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn look(&mut self, event: Event) -> Result<Vec<News>, Failure> {
        match event {
            Event::Change { key, number, line } if key.service == self.service => {
                let Some(at) = self.read.iter().position(|r| *r.permit.layer() == key.layer) else { return Ok(vec![]) };
                match (self.read.get(at).map_or(0, |r| r.number), line) {
                    (told, _) if number <= told => Ok(vec![]),
                    (told, Some(line)) if number == told + 1 => Ok(self.tell(at, line).into_iter().collect()),
                    // One before it is still on its way to us, or another process wrote it.
                    _ => self.read_on(at).await,
                }
            }
            Event::Talk(key) if key.service == self.service => {
                let own = self.read.iter().any(|r| *r.permit.layer() == key.layer);
                if own { Ok(vec![self.talk().await?]) } else { Ok(vec![]) }
            }
            Event::LookAgain => {
                let mut news = self.start().await?;
                news.push(self.talk().await?);
                Ok(news)
            }
            Event::Presence(key) if key.service == self.service => Ok(self.look_around()?.into_iter().collect()),
            Event::Change { .. } | Event::Talk(_) | Event::Presence(_) => Ok(vec![]),
        }
    }

    /// What stands to be read in threads, as it is now.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn talk(&self) -> Result<News, Failure> {
        let shared = permit(&self.actor, Action::ReadSheet, &Layer::Shared)?;
        let follows = self.desk.db.service(&shared, &self.service).await?.criteria;
        let criteria = self.desk.criteria(&follows).key();
        Ok(News::Talk(self.desk.talk_counts(&self.actor, &self.service, &criteria).await?))
    }

    /// The reader's roles as they are now: what they lost is not told any more.
    pub fn renew(&mut self, actor: Actor) {
        let layers = actor.layers();
        self.read.retain(|read| layers.contains(read.permit.layer()));
        self.actor = actor;
    }

    /// Whether an event is about one of the reader's own layers, which may have been taken from them a moment ago.
    pub fn is_private(&self, event: &Event) -> bool {
        match event {
            Event::Change { key, .. } | Event::Talk(key) | Event::Presence(key) => {
                key.service == self.service && key.layer != Layer::Shared && self.actor.layers().contains(&key.layer)
            }
            Event::LookAgain => true,
        }
    }

    async fn look_again(&mut self) -> Result<Vec<News>, Failure> {
        let mut news = Vec::new();
        for at in 0..self.read.len() {
            news.extend(self.read_on(at).await?);
        }
        Ok(news)
    }

    async fn read_on(&mut self, at: usize) -> Result<Vec<News>, Failure> {
        let Some(read) = self.read.get(at) else { return Ok(vec![]) };
        let most = i64::try_from(CATCH_UP).unwrap_or(0) + 1;
        let lines = self.desk.db.lines_after(&read.permit, &self.service, read.number, most).await?;
        if lines.len() <= CATCH_UP {
            return Ok(lines.into_iter().filter_map(|line| self.tell(at, line)).collect());
        }
        let newest = self.desk.db.newest(&read.permit, &self.service).await?;
        if let (Some(read), Some((number, id))) = (self.read.get_mut(at), newest) {
            (read.number, read.id) = (number, Some(id));
        }
        Ok(vec![News::Behind])
    }

    fn tell(&mut self, at: usize, line: LiveLine) -> Option<News> {
        let read = self.read.get_mut(at)?;
        (read.number, read.id) = (line.number, Some(line.id));
        let layer = read.permit.layer().clone();
        let cursor = joined(self.read.iter().filter_map(|r| r.id.as_ref()));
        Some(News::Change(ToldChange { layer, author: line.author, addresses: line.addresses, cursor }))
    }

    /// Who is here, where that is something else than was told before.
    fn look_around(&mut self) -> Result<Option<News>, Failure> {
        let now = self.desk.present(&self.actor, &self.service)?;
        if self.present.as_ref() == Some(&now) {
            return Ok(None);
        }
        self.present = Some(now.clone());
        Ok(Some(News::Present(now)))
    }
}

/// Leave to read each layer of the actor's, the common one first.
fn readable(actor: &Actor) -> Result<Vec<Permit>, Failure> {
    permit(actor, Action::ReadSheet, &Layer::Shared)?;
    actor.layers().iter().map(|layer| permit(actor, Action::ReadSheet, layer)).collect()
}

fn joined<'a>(ids: impl Iterator<Item = &'a ChangeId>) -> String {
    ids.map(ChangeId::as_str).collect::<Vec<_>>().join(".")
}
