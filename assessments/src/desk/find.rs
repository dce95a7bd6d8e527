//! Search, and keeping the index in step with the change sets.
//!
//! The index is a cache: it knows, per sheet and layer, the number of the last change it read. [`Desk::follow`] compares
//! those with the heads and reads again what is behind; losing the index costs a rebuild and nothing else.

use super::Desk;
use super::sign_in::blocking;
use crate::access::{Action, Actor, Permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Label;
use crate::search::{Filter, Hit, SheetDocs, documents_of};
use std::collections::{BTreeMap, BTreeSet};

/// Sheets that go into the index with one commit.
const BATCH: usize = 200;

/// A cell that a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCell {
    /// In which layer.
    pub layer: Layer,
    /// Which cell.
    pub address: Address,
    /// The criteria set that its sheet follows.
    pub criteria: String,
    /// The whole text, plain.
    pub text: String,
    /// A piece of it: (marked, text) runs.
    pub snippet: Vec<(bool, String)>,
    /// Higher is better; comparable within one search.
    pub score: f32,
}

/// What a search found in one sheet, best cell first.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// Cells.
    pub cells: Vec<FoundCell>,
}

impl Desk {
    /// Cells that fit a query, best first, in the layers that the actor may read.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn search_cells(
        &self,
        actor: &Actor,
        query: &str,
        limit: usize,
        filter: Filter,
    ) -> Result<Vec<(ServiceId, FoundCell)>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let (search, layers, query) = (self.search.clone(), actor.layers(), query.to_owned());
        let hits = blocking(move || search.search(&layers, &query, limit.min(1_000), &filter)).await??;
        self.found(&permit, hits).await
    }

    /// The same grouped by sheet, in the order of each sheet's best cell.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn search(
        &self,
        actor: &Actor,
        query: &str,
        limit: usize,
        filter: Filter,
    ) -> Result<Vec<Found>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let mut groups: Vec<Found> = Vec::new();
        for (service, cell) in self.search_cells(actor, query, limit, filter).await? {
            match groups.iter_mut().find(|g| g.service == service) {
                Some(group) => group.cells.push(cell),
                None => {
                    let name = self.db.service(&permit, &service).await?.name;
                    groups.push(Found { service, name, cells: vec![cell] });
                }
            }
        }
        Ok(groups)
    }

    /// Suggestions while typing.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the actor may not read the common text.
    pub async fn suggest(
        &self,
        actor: &Actor,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(ServiceId, FoundCell)>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        let (search, layers, prefix) = (self.search.clone(), actor.layers(), prefix.to_owned());
        let hits = blocking(move || search.suggest(&layers, &prefix, limit.min(50))).await??;
        self.found(&permit, hits).await
    }

    /// Hits with the criteria set of each one's sheet. Where only one set is loaded, nobody has to be asked.
    async fn found(&self, permit: &Permit, hits: Vec<Hit>) -> Result<Vec<(ServiceId, FoundCell)>, Failure> {
        let several = self.criteria_sets().len() > 1;
        let mut sets: BTreeMap<ServiceId, String> = BTreeMap::new();
        let mut out = Vec::with_capacity(hits.len());
        for hit in hits {
            if several && !sets.contains_key(&hit.service) {
                sets.insert(hit.service.clone(), self.db.service(permit, &hit.service).await?.criteria);
            }
            let criteria = sets.get(&hit.service).cloned().unwrap_or_default();
            let Hit { layer, service, address, text, snippet, score } = hit;
            out.push((service, FoundCell { layer, address, criteria, text, snippet, score }));
        }
        Ok(out)
    }

    /// Brings the index up to the change sets. Returns how many sheets were read.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer.
    pub async fn follow(&self) -> Result<usize, Failure> {
        let heads = self.db.all_numbers().await?;
        let layers: BTreeSet<Layer> = heads.iter().map(|(k, _)| k.layer.clone()).collect();
        let mut read: BTreeMap<Layer, BTreeMap<ServiceId, i64>> = BTreeMap::new();
        for layer in layers {
            let search = self.search.clone();
            let asked = layer.clone();
            read.insert(layer, blocking(move || search.positions(&asked)).await??);
        }
        let behind: Vec<SheetKey> = heads
            .into_iter()
            .filter(|(key, number)| read.get(&key.layer).and_then(|l| l.get(&key.service)) != Some(number))
            .map(|(key, _)| key)
            .collect();
        for batch in behind.chunks(BATCH) {
            self.index(batch).await?;
        }
        Ok(behind.len())
    }

    /// Reads the sheets of a layer-sheet list into the index.
    async fn index(&self, keys: &[SheetKey]) -> Result<(), Failure> {
        let mut docs: Vec<SheetDocs> = Vec::with_capacity(keys.len());
        for key in keys {
            docs.push(self.docs(key).await?);
        }
        let search = self.search.clone();
        blocking(move || search.replace(docs)).await?
    }

    pub(super) async fn docs(&self, key: &SheetKey) -> Result<SheetDocs, Failure> {
        let (number, criteria, cells) = self.db.follow(key).await?;
        let criteria = self.criteria(&criteria);
        Ok(documents_of(key, &cells, &criteria, number))
    }

    /// Brings the index up to one change that was just written.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer.
    pub async fn index_sheet(&self, key: &SheetKey) -> Result<(), Failure> {
        self.index(std::slice::from_ref(key)).await
    }

    /// Throws the index away and builds it anew. Returns how many sheets were read.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer.
    pub async fn reindex(&self) -> Result<usize, Failure> {
        let search = self.search.clone();
        blocking(move || search.clear()).await??;
        self.follow().await
    }

    /// Follows the change stream until the program ends: a change is findable moments after it was saved.
    pub async fn keep_index(self) {
        let mut events = self.live.subscribe();
        loop {
            if let Err(error) = self.follow_criteria().await {
                tracing::error!(%error, "criteria sets");
            }
            if let Err(error) = self.follow().await {
                tracing::error!(%error, "search index");
            }
            // A commit costs some milliseconds; changes that come in a burst go in together. Now and then look even
            // without an event: commands append changes from other processes.
            let wait = tokio::time::timeout(std::time::Duration::from_secs(2), events.recv()).await;
            if matches!(wait, Ok(Err(tokio::sync::broadcast::error::RecvError::Closed))) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            while events.try_recv().is_ok() {}
        }
    }
}
