//! Keeping the search index in step with what is written.
//!
//! The index is a cache: it knows, for each sheet and layer, for what was said about it, for the catalogue and for the
//! criteria sets, a mark of what it read last. [`Desk::follow`] compares those with the database and reads again what is
//! behind; losing the index costs a rebuild and nothing else.

use super::Desk;
use super::live::Event;
use super::sign_in::blocking;
use crate::access::{Action, Actor};
use crate::cell::{Layer, SheetKey};
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::search::{
    CommentSource, Doc, GroupDocs, KnownName, ServiceLine, SheetSource, category_docs, comment_doc, day_of,
    documents_of, guardrail_docs,
};
use crate::store::{Publication, ServiceFilter, ServiceRow};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Groups that go into the index with one commit.
const BATCH: usize = 60;

/// What a group of documents is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
// Nearly all of them are sheets: a box for each would cost more than the few others waste.
#[allow(clippy::large_enum_variant)]
enum Source {
    Sheet(SheetKey, i64, Option<Publication>),
    Talk(SheetKey),
    Guardrails,
    Criteria,
}

/// A group that the index should hold, with the mark of what there is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) layer: Layer,
    group: String,
    mark: String,
    source: Source,
}

impl Desk {
    /// Everything that the index should hold.
    pub(super) async fn to_index(&self) -> Result<Vec<Wanted>, Failure> {
        let heads = self.db.all_numbers().await?;
        let permit = self.shared(&Actor::command_line(), Action::ReadSheet)?;
        let mut published = self.db.newest_publications(&permit).await?;
        let common: BTreeMap<ServiceId, i64> =
            heads.iter().filter(|(k, _)| k.layer == Layer::Shared).map(|(k, n)| (k.service.clone(), *n)).collect();
        // Names and state of a service are common text: what lies over it is read again when that changes.
        let under = |key: &SheetKey| common.get(&key.service).copied().unwrap_or(0);
        let mut out = Vec::with_capacity(heads.len() + 2);
        for (key, number) in heads {
            let version = published.remove(&key.service).filter(|_| key.layer == Layer::Shared);
            let published = version.as_ref().map(|p| p.version.clone()).unwrap_or_default();
            out.push(Wanted {
                layer: key.layer.clone(),
                group: format!("sheet/{}", key.service),
                mark: format!("{number}/{}/{published}", under(&key)),
                source: Source::Sheet(key, number, version),
            });
        }
        for (key, number) in self.db.talk_numbers().await? {
            out.push(Wanted {
                layer: key.layer.clone(),
                group: format!("talk/{}", key.service),
                mark: format!("{number}/{}", under(&key)),
                source: Source::Talk(key),
            });
        }
        let sets = self.criteria_sets().iter().map(|s| s.key()).collect::<Vec<_>>().join(" ");
        let version = env!("CARGO_PKG_VERSION");
        let catalogue = format!("{version} {}", self.catalogue.entries().len());
        let (criteria, guardrails) = ("criteria".to_owned(), "guardrails".to_owned());
        out.push(Wanted { layer: Layer::Shared, group: criteria, mark: sets, source: Source::Criteria });
        out.push(Wanted { layer: Layer::Shared, group: guardrails, mark: catalogue, source: Source::Guardrails });
        Ok(out)
    }

    /// Brings the index up to the change sets. Returns how many sheets were read.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer.
    pub async fn follow(&self) -> Result<usize, Failure> {
        self.follow_synonyms().await?;
        let wanted = self.to_index().await?;
        let layers: BTreeSet<Layer> = wanted.iter().map(|w| w.layer.clone()).chain(self.search.open_layers()).collect();
        let mut read: BTreeMap<Layer, BTreeMap<String, String>> = BTreeMap::new();
        for layer in layers {
            let search = self.search.clone();
            let asked = layer.clone();
            read.insert(layer, blocking(move || search.positions(&asked)).await??);
        }
        self.forget(&wanted, &read).await?;
        let is_behind = |w: &Wanted| read.get(&w.layer).and_then(|l| l.get(&w.group)) != Some(&w.mark);
        let behind: Vec<Wanted> = wanted.into_iter().filter(is_behind).collect();
        let first = self.search.knows_nothing();
        if behind.is_empty() && !first {
            return Ok(0);
        }
        let lines = self.indexed_lines(&behind, first).await?;
        self.index_groups(&behind, &lines).await?;
        let mut sheets = 0;
        for wanted in behind {
            // A command, or another server that was not heard, may have written it: open pages look. Who knows it
            // already, and that is everybody after our own writes, does nothing.
            if let Source::Sheet(key, number, _) = wanted.source {
                sheets += 1;
                self.live.tell(Event::Change { key, number, line: None });
            }
        }
        Ok(sheets)
    }

    /// Takes out of the index what is no longer to be in it: an older database was put in the place of a newer one.
    async fn forget(&self, wanted: &[Wanted], read: &BTreeMap<Layer, BTreeMap<String, String>>) -> Result<(), Failure> {
        let known: BTreeSet<(&Layer, &str)> = wanted.iter().map(|w| (&w.layer, w.group.as_str())).collect();
        let groups = read.iter().flat_map(|(layer, groups)| groups.keys().map(move |group| (layer, group)));
        let gone = groups.filter(|(layer, group)| !known.contains(&(*layer, group.as_str())));
        let gone: Vec<GroupDocs> = gone.map(|(layer, group)| GroupDocs::gone(layer.clone(), group.clone())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let search = self.search.clone();
        blocking(move || search.replace(gone)).await?
    }

    /// Reads groups into the index; while one batch is indexed, the next one is read.
    async fn index_groups(&self, behind: &[Wanted], lines: &BTreeMap<ServiceId, ServiceLine>) -> Result<(), Failure> {
        let large = behind.len() > BATCH;
        let mut running = None;
        for batch in behind.chunks(BATCH) {
            let mut docs: Vec<GroupDocs> = Vec::with_capacity(batch.len());
            for wanted in batch {
                docs.push(self.indexed_group(wanted, lines).await?);
            }
            if let Some(before) = running.take() {
                joined(before).await?;
            }
            let search = self.search.clone();
            running = Some(tokio::task::spawn_blocking(move || search.load(docs, large)));
        }
        if let Some(last) = running {
            joined(last).await?;
        }
        if large {
            let search = self.search.clone();
            blocking(move || search.settle()).await??;
        }
        Ok(())
    }

    /// The lines of the services of these groups, all where there are many; what is new of them becomes known to queries.
    pub(super) async fn indexed_lines(
        &self,
        behind: &[Wanted],
        all: bool,
    ) -> Result<BTreeMap<ServiceId, ServiceLine>, Failure> {
        let permit = self.shared(&Actor::command_line(), Action::ReadSheet)?;
        let ids: BTreeSet<ServiceId> = behind.iter().filter_map(|w| w.source.service().cloned()).collect();
        let mut rows: Vec<ServiceRow> = Vec::new();
        if all || ids.len() > 20 {
            rows = self.db.services(&permit, &ServiceFilter::default(), 0, i64::from(i32::MAX)).await?.0;
        } else {
            for id in &ids {
                rows.push(self.db.service(&permit, id).await?);
            }
        }
        let published = self.db.newest_publications(&permit).await?;
        let names = rows.iter().map(|r| KnownName {
            id: r.id.clone(),
            name: r.name.clone(),
            abbreviation: r.abbreviation.clone(),
            group: r.group.clone(),
            written: r.answered > 0,
        });
        self.search.learn(names.collect(), &self.criteria_sets());
        Ok(rows.into_iter().map(|r| (r.id.clone(), line(r, &published))).collect())
    }

    /// A group's documents as they should be now.
    pub(super) async fn indexed_group(
        &self,
        wanted: &Wanted,
        lines: &BTreeMap<ServiceId, ServiceLine>,
    ) -> Result<GroupDocs, Failure> {
        let none = ServiceLine::default();
        let line = wanted.source.service().and_then(|s| lines.get(s)).unwrap_or(&none);
        let docs = match &wanted.source {
            Source::Sheet(key, _, version) => self.sheet_docs(key, version.as_ref(), line).await?,
            Source::Talk(key) => self.comment_docs(key, line).await?,
            Source::Guardrails => guardrail_docs(&self.catalogue),
            Source::Criteria => self.criteria_sets().iter().flat_map(|s| category_docs(s)).collect(),
        };
        Ok(GroupDocs { layer: wanted.layer.clone(), group: wanted.group.clone(), mark: wanted.mark.clone(), docs })
    }

    async fn sheet_docs(
        &self,
        key: &SheetKey,
        version: Option<&Publication>,
        line: &ServiceLine,
    ) -> Result<Vec<Doc>, Failure> {
        let (_, criteria, cells) = self.db.follow(key).await?;
        let times = self.db.times(key).await?;
        let criteria = self.criteria(&criteria);
        let catalogue = &self.catalogue;
        let mut source =
            SheetSource { key, cells: &cells, criteria: &criteria, times: &times, line, catalogue, published: None };
        let mut docs = documents_of(&source);
        let Some(version) = version else { return Ok(docs) };
        // What a published version says otherwise than the working text.
        let permit = self.shared(&Actor::command_line(), Action::ReadSheet)?;
        let then = self.db.cells_at(&permit, &key.service, version.number).await?;
        let set: Arc<CriteriaSet> = self.criteria(&version.criteria);
        source = SheetSource { cells: &then, criteria: &set, published: Some(&version.version), ..source };
        let texts: BTreeMap<_, _> = docs.iter().map(|d| (d.address.clone(), (d.ja.clone(), d.en.clone()))).collect();
        let differs = |d: &Doc| texts.get(&d.address).is_none_or(|(ja, en)| *ja != d.ja || *en != d.en);
        let day = day_of(version.at);
        docs.extend(documents_of(&source).into_iter().filter(differs).map(|d| Doc { changed: day, ..d }));
        Ok(docs)
    }

    async fn comment_docs(&self, key: &SheetKey, line: &ServiceLine) -> Result<Vec<Doc>, Failure> {
        let (_, comments) = self.db.comments_of(key).await?;
        let doc = |c: &crate::store::CommentDoc| {
            comment_doc(&CommentSource {
                key,
                line,
                address: c.address.clone(),
                criteria: &self.criteria(&c.criteria),
                reference: format!("{}#{}", c.thread, c.id),
                text: &c.text,
                author: &c.author,
                at: c.at,
            })
        };
        Ok(comments.iter().map(doc).collect())
    }

    /// Brings the index up to one change that was just written.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index does not answer.
    pub async fn index_sheet(&self, key: &SheetKey) -> Result<(), Failure> {
        let of_sheet = |w: &Wanted| matches!(&w.source, Source::Sheet(k, ..) if k == key);
        let wanted: Vec<Wanted> = self.to_index().await?.into_iter().filter(of_sheet).collect();
        let lines = self.indexed_lines(&wanted, false).await?;
        self.index_groups(&wanted, &lines).await
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
            if let Err(error) = self.follow_synonyms().await {
                tracing::error!(%error, "synonyms");
            }
            if let Err(error) = self.follow().await {
                tracing::error!(%error, "search index");
            }
            // A commit costs some milliseconds; changes that come in a burst go in together. Now and then look even
            // without an event: commands append changes from other processes.
            let until = tokio::time::Instant::now() + std::time::Duration::from_secs(2);
            loop {
                match tokio::time::timeout_at(until, events.recv()).await {
                    // Who is there changes no text.
                    Ok(Ok(Event::Presence(_))) => {}
                    Ok(Err(tokio::sync::broadcast::error::RecvError::Closed)) => return,
                    _ => break,
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            while events.try_recv().is_ok() {}
        }
    }
}

impl Source {
    fn service(&self) -> Option<&ServiceId> {
        match self {
            Source::Sheet(key, ..) | Source::Talk(key) => Some(&key.service),
            Source::Guardrails | Source::Criteria => None,
        }
    }
}

fn line(row: ServiceRow, published: &BTreeMap<ServiceId, Publication>) -> ServiceLine {
    let state = match (published.contains_key(&row.id), row.answered, row.asked) {
        (true, ..) => "published",
        (_, 0, _) => "empty",
        (_, answered, asked) if answered < asked => "started",
        _ => "answered",
    };
    ServiceLine {
        name: row.name,
        abbreviation: row.abbreviation,
        provider: row.provider,
        group: row.group,
        state: state.into(),
    }
}

async fn joined(task: tokio::task::JoinHandle<Result<(), Failure>>) -> Result<(), Failure> {
    task.await.map_err(|e| Failure::Internal { operation: format!("task {e}") })?
}
