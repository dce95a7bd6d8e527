//! Searches under a name, with what is new since somebody looked.
//!
//! What is new is reckoned and not remembered: what fits the search now and came or changed after the last look. That are
//! cells by their change sets, comments, published versions and criteria sets by their moments; the guardrail catalogue
//! comes with the program and has none. Where nothing changed in the reader's layers, nothing is searched.

use super::Desk;
use super::baskets::{reads, short_name, somebody};
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{InstitutionId, SavedId, ServiceId, opaque};
use crate::search::{FacetKey, Hit, HitKind, Request, State};
use crate::store::SavedRow;
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

/// Most searches that a person saves.
pub const MAX_SAVED: i64 = 50;
/// Most hits that are looked through for new ones. More is said to be more.
const MOST_HITS: usize = 1_000;
/// Most changed cells of a layer that are looked at, the newest first.
const MOST_CHANGED: i64 = 20_000;

/// A saved search with what is new in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its line.
    pub row: SavedRow,
    /// Whether it is the reader's own.
    pub own: bool,
    /// How much of what fits came or changed since the last look.
    pub new: usize,
    /// Whether there may be more of them than were counted.
    pub more: bool,
}

/// Something that a search finds, and that came or changed at a moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum News {
    /// A cell, without its language: a hit shows the one that answers better.
    Cell(Layer, ServiceId, Address),
    /// `thread#comment`.
    Comment(String),
    /// A version of a service.
    Published(ServiceId, String),
    /// A criteria set.
    Criteria(String),
}

/// What came or changed after a moment, with the time of the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    news: BTreeMap<News, DateTime<Utc>>,
    /// Whether there may be more.
    cut: bool,
}

impl Changed {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.news.len()
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.news.is_empty()
    }

    /// Whether a hit is among them.
    pub fn has(&self, hit: &Hit) -> bool {
        self.at(hit).is_some()
    }

    fn at(&self, hit: &Hit) -> Option<DateTime<Utc>> {
        if self.news.is_empty() {
            return None;
        }
        let news = match (hit.kind, &hit.service, &hit.address) {
            (HitKind::Cell | HitKind::Service, Some(service), Some(address)) => {
                News::Cell(hit.layer.clone(), service.clone(), Address { lang: None, ..address.clone() })
            }
            (HitKind::Published, Some(service), _) => News::Published(service.clone(), hit.reference.clone()),
            (HitKind::Comment, ..) => News::Comment(hit.reference.clone()),
            (HitKind::Category, ..) => News::Criteria(hit.criteria.clone()),
            _ => return None,
        };
        self.news.get(&news).copied()
    }

    fn put(&mut self, news: News, at: DateTime<Utc>) {
        self.news.entry(news).and_modify(|known| *known = (*known).max(at)).or_insert(at);
    }
}

impl Desk {
    /// The actor's saved searches and those that their institutions share, each with how much is new.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn saved_searches(&self, actor: &Actor) -> Result<Vec<SavedView>, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        let Some(person) = &actor.person else { return Ok(vec![]) };
        let rows = self.db.saved_searches(&reads(actor)?, person).await?;
        let Some(oldest) = rows.iter().map(|r| r.looked_at).min() else { return Ok(vec![]) };
        // One look at the changes serves all searches: each takes those after its own mark.
        let changed = self.changed_since(actor, oldest).await?;
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            let (new, more) = self.new_in(actor, &row, &changed).await?;
            out.push(SavedView { own: row.person == *person, row, new, more });
        }
        Ok(out)
    }

    /// What came or changed after a moment in the actor's layers, for marking it among results.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn changed_since(&self, actor: &Actor, since: DateTime<Utc>) -> Result<Changed, Failure> {
        let shared = self.shared(actor, Action::ReadSheet)?;
        let mut out = Changed::default();
        for permit in reads(actor)? {
            let cells = self.db.changed_since(&permit, since, MOST_CHANGED).await?;
            let comments = self.db.comments_since(&permit, since, MOST_CHANGED).await?;
            out.cut |= cells.len().max(comments.len()) as u64 >= MOST_CHANGED.unsigned_abs();
            for (at, service, address) in cells {
                out.put(News::Cell(permit.layer().clone(), service, Address { lang: None, ..address }), at);
            }
            comments.into_iter().for_each(|(at, comment)| out.put(News::Comment(comment), at));
        }
        for (service, version) in self.db.newest_publications(&shared).await? {
            if version.at > since {
                out.put(News::Published(service, version.version), version.at);
            }
        }
        for (at, set) in self.db.criteria_since(&shared, since).await? {
            out.put(News::Criteria(set), at);
        }
        Ok(out)
    }

    async fn new_in(&self, actor: &Actor, row: &SavedRow, changed: &Changed) -> Result<(usize, bool), Failure> {
        let after = || changed.news.iter().filter(|(_, at)| **at > row.looked_at).map(|(news, _)| news);
        if after().next().is_none() {
            return Ok((0, false));
        }
        let now = self.world.now();
        let state = State::parse(&row.query);
        let mut facets = state.facets;
        // The index narrows to days; the exact moment is compared below. Categories have no day of their own.
        let sets = after().any(|news| matches!(news, News::Criteria(_)));
        if !sets
            && facets.of(FacetKey::Changed).next().is_none()
            && let Some(window) = window(now - row.looked_at)
        {
            facets.add(FacetKey::Changed, window);
        }
        let request = Request { facets, limit: MOST_HITS, count: false, ..Request::new(&state.text, now) };
        let found = self.find(actor, &request).await?;
        let fits = |hit: &&Hit| changed.at(hit).is_some_and(|at| at > row.looked_at);
        let more = changed.cut || found.total > found.hits.len() as u64;
        Ok((found.hits.iter().filter(fits).count(), more))
    }

    /// Saves a search under a name, for oneself or for one's institution to read along.
    ///
    /// # Errors
    /// [`Failure::Invalid`] without a name or anything to search for; [`Failure::Full`]; [`Failure::Forbidden`] for
    /// sharing as somebody who only reads there.
    pub async fn save_search(
        &self,
        actor: &Actor,
        name: &str,
        query: &str,
        share: Option<&InstitutionId>,
    ) -> Result<SavedId, Failure> {
        self.shared(actor, Action::ReadSheet)?;
        let (name, person) = (short_name(name)?, somebody(actor)?.clone());
        let state = State::parse(query).at(1);
        if state.text.trim().is_empty() && state.facets.is_empty() {
            return Err(Failure::invalid("search", ""));
        }
        let layer = share.map(|id| Layer::Institution(id.clone()));
        let shares = layer.as_ref().map(|layer| permit(actor, Action::Comment, layer)).transpose()?;
        let row = SavedRow {
            id: SavedId::parse(&opaque(self.world.random()))?,
            person: person.clone(),
            owner: actor.name.clone(),
            shared: share.cloned(),
            name,
            query: state.query(),
            looked_at: self.world.now(),
        };
        let mut tx = self.db.begin().await?;
        if tx.count_saved(&person).await? >= MAX_SAVED {
            return Err(Failure::Full { place: "searches".into(), most: usize::try_from(MAX_SAVED).unwrap_or(0) });
        }
        tx.add_saved(shares.as_ref(), &row).await?;
        if let Some(layer) = &layer {
            tx.audit(actor, &self.entry_in(layer, "share_search", row.id.as_str(), &row.name)).await?;
        }
        tx.commit().await?;
        Ok(row.id)
    }

    /// Forgets a saved search of one's own.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is not the actor's.
    pub async fn remove_search(&self, actor: &Actor, id: &SavedId) -> Result<(), Failure> {
        let person = somebody(actor)?;
        let row = self.db.saved_search(&reads(actor)?, person, id).await?;
        let mut tx = self.db.begin().await?;
        tx.remove_saved(person, id).await?;
        if let Some(institution) = row.shared {
            let layer = Layer::Institution(institution);
            tx.audit(actor, &self.entry_in(&layer, "unshare_search", id.as_str(), &row.name)).await?;
        }
        tx.commit().await
    }

    /// Opens a saved search: gives it back with the mark of the last look, and moves the mark to now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is neither the actor's nor shared with an institution of theirs.
    pub async fn look_at_search(&self, actor: &Actor, id: &SavedId) -> Result<SavedRow, Failure> {
        let person = somebody(actor)?;
        let row = self.db.saved_search(&reads(actor)?, person, id).await?;
        let mut tx = self.db.begin().await?;
        tx.looked(person, id, self.world.now()).await?;
        tx.commit().await?;
        Ok(row)
    }
}

/// The smallest window of the index that holds everything since.
fn window(since: Duration) -> Option<&'static str> {
    match since.num_days() {
        ..=5 => Some("7d"),
        6..=28 => Some("30d"),
        29..=88 => Some("90d"),
        89..=363 => Some("365d"),
        _ => None,
    }
}
