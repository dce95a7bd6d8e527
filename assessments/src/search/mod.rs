//! Search over everything that can be read: cells, guardrails, categories, comments. Japanese by one, two and three
//! characters, identifiers whole and in parts. The only place that names tantivy. The index is a cache, one a layer; it
//! knows what it read last of each sheet.

mod answers;
mod chunks;
mod collect;
mod docs;
mod facts;
mod find;
mod fold;
mod folder;
mod found;
mod index;
mod kept;
mod needles;
mod parse;
mod phrase;
mod plan;
mod recent;
mod request;
mod snippet;
mod state;
mod stem;
mod sweep;
mod synonyms;
mod tokens;
mod vocabulary;

pub use docs::{
    CommentSource, Doc, GroupDocs, ServiceLine, SheetSource, category_docs, comment_doc, day_of, documents_of,
    guardrail_docs,
};
pub use fold::fold_text;
pub use kept::key_of;
pub use request::{Answer, FacetFilter, FacetKey, Hit, HitKind, Notice, Request, Slip, Why, WhyKind};
pub use state::{State, Toggles};
pub use synonyms::{SynonymGroup, Synonyms};
pub use vocabulary::{KnownName, Vocabulary};

use crate::cell::Layer;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::{Label, Lang};
use answers::{Answers, Origin, Question};
use found::Words;
use index::{LayerIndex, fault};
use parse::{Clause, FieldName, What};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tantivy::Searcher;

/// What a search is narrowed to beside what is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// One service.
    pub service: Option<ServiceId>,
    /// One section.
    pub section: Option<String>,
    /// One language; texts that have it.
    pub lang: Option<Lang>,
}

/// The search over all layers. Cheap to clone.
#[derive(Clone)]
pub struct Search {
    dir: Option<PathBuf>,
    synonyms: Arc<RwLock<Arc<Synonyms>>>,
    vocabulary: Arc<RwLock<Arc<Vocabulary>>>,
    /// The names that the vocabulary was made of.
    names: Arc<RwLock<BTreeMap<ServiceId, KnownName>>>,
    layers: Arc<RwLock<BTreeMap<Layer, Arc<LayerIndex>>>>,
    answers: Arc<Answers>,
    words: Arc<Words>,
}

/// Layers as they stand now.
struct View {
    opened: Vec<Arc<LayerIndex>>,
    searchers: Vec<Searcher>,
    origin: Origin,
}

impl Search {
    /// Opens the index under a folder, making what is missing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the folder cannot be written.
    pub fn open(dir: &Path, synonyms: Synonyms) -> Result<Search, Failure> {
        std::fs::create_dir_all(dir).map_err(fault)?;
        index::clean(dir)?;
        let search = Search { dir: Some(dir.to_owned()), ..Search::in_memory(synonyms)? };
        search.layer(&Layer::Shared)?;
        Ok(search)
    }

    /// An index in memory, for tests.
    ///
    /// # Errors
    /// [`Failure::Internal`] where it cannot be made.
    pub fn in_memory(synonyms: Synonyms) -> Result<Search, Failure> {
        let synonyms = Arc::new(RwLock::new(Arc::new(synonyms)));
        let (vocabulary, names, layers) = (Arc::default(), Arc::default(), Arc::default());
        Ok(Search { dir: None, synonyms, vocabulary, names, layers, answers: Arc::default(), words: Arc::default() })
    }

    /// The words that are taken for one another now.
    pub fn synonyms(&self) -> Arc<Synonyms> {
        self.synonyms.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts other synonyms in force, for every clone of this search at once.
    pub fn set_synonyms(&self, synonyms: Synonyms) {
        *self.synonyms.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(synonyms);
    }

    /// Whether no names are known yet.
    pub fn knows_nothing(&self) -> bool {
        self.names.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Learns names of services, and reads those of the criteria sets anew. Cheap where nothing is new.
    pub fn learn(&self, services: Vec<KnownName>, sets: &[Arc<CriteriaSet>]) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = false;
        for service in services {
            if names.get(&service.id) != Some(&service) {
                names.insert(service.id.clone(), service);
                new = true;
            }
        }
        if new {
            let all: Vec<KnownName> = names.values().cloned().collect();
            let vocabulary = Arc::new(Vocabulary::new(&all, sets));
            *self.vocabulary.write().unwrap_or_else(PoisonError::into_inner) = vocabulary;
        }
    }

    fn vocabulary(&self) -> Arc<Vocabulary> {
        self.vocabulary.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The service groups that queries can name.
    pub fn groups(&self) -> Vec<Label> {
        self.vocabulary().groups().to_vec()
    }

    /// Services one of whose names holds a text, at most so many: those with answers first, then by name.
    pub fn services_like(&self, text: &str, most: usize) -> Vec<ServiceId> {
        self.vocabulary().like(text, most)
    }

    fn layer(&self, layer: &Layer) -> Result<Arc<LayerIndex>, Failure> {
        if let Some(open) = self.layers.read().unwrap_or_else(PoisonError::into_inner).get(layer) {
            return Ok(open.clone());
        }
        let mut layers = self.layers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = layers.get(layer) {
            return Ok(open.clone());
        }
        let open = Arc::new(LayerIndex::open(self.dir.as_deref(), layer)?);
        layers.insert(layer.clone(), open.clone());
        Ok(open)
    }

    /// Replaces all documents of the named groups and remembers what was read; visible when it returns.
    ///
    /// # Errors
    /// [`Failure::Internal`] where another process holds the index, or the disk refuses.
    pub fn replace(&self, batch: Vec<GroupDocs>) -> Result<(), Failure> {
        self.load(batch, false)
    }

    /// The same where many batches follow one another; [`Search::settle`] ends it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where another process holds the index, or the disk refuses.
    pub fn load(&self, batch: Vec<GroupDocs>, large: bool) -> Result<(), Failure> {
        let mut layers: BTreeMap<Layer, Vec<GroupDocs>> = BTreeMap::new();
        for group in batch {
            layers.entry(group.layer.clone()).or_default().push(group);
        }
        layers.into_iter().try_for_each(|(layer, groups)| self.layer(&layer)?.replace(&groups, large))
    }

    /// What was read last of each group of a layer.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn positions(&self, layer: &Layer) -> Result<BTreeMap<String, String>, Failure> {
        self.layer(layer)?.positions()
    }

    /// A fingerprint of every document of a layer, by [`key_of`], for `check`.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn fingerprints(&self, layer: &Layer) -> Result<BTreeMap<String, String>, Failure> {
        self.layer(layer)?.fingerprints()
    }

    /// Empties every layer that is open here. Layers nobody asked for are followed anew when they are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where another process holds the index.
    pub fn clear(&self) -> Result<(), Failure> {
        self.opened().into_iter().try_for_each(|layer| layer.clear())
    }

    /// Waits until a large load has settled.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the disk refuses.
    pub fn settle(&self) -> Result<(), Failure> {
        self.opened().into_iter().try_for_each(|layer| layer.settle())
    }

    /// The layers that were asked for since the program started, the common text among them.
    pub fn open_layers(&self) -> Vec<Layer> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn opened(&self) -> Vec<Arc<LayerIndex>> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Searches the named layers and no other. Decisions such as whether a word is known are taken by these alone, and
    /// how rare a word is by the common text: what others wrote in their layers moves nothing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub fn find(&self, layers: &[Layer], request: &Request, filter: &Filter) -> Result<Arc<Answer>, Failure> {
        let mut parsed = parse::parse(&request.text);
        if parsed.either.is_empty() && request.facets.is_empty() {
            return Ok(Arc::default());
        }
        let lang = narrow(&mut parsed, filter);
        let view = self.view(layers.iter().map(|l| self.layer(l)).collect::<Result<_, _>>()?)?;
        let answer = Arc::new(find::answer(&view, layers, &parsed, lang, request, &self.words)?);
        self.answers.put(Question::new(layers, request, filter), view.origin, &answer);
        Ok(answer)
    }

    /// Forgets what was answered and what words found, as a change does.
    pub fn forget(&self) {
        self.answers.forget();
        self.words.forget();
    }

    /// The answer to a search, where the same one was answered before for the same layers and nothing changed since.
    pub fn remembered(&self, layers: &[Layer], request: &Request, filter: &Filter) -> Option<Arc<Answer>> {
        let opened = {
            let known = self.layers.read().unwrap_or_else(PoisonError::into_inner);
            layers.iter().map(|l| known.get(l).cloned()).collect::<Option<Vec<_>>>()?
        };
        let view = self.view(opened).ok()?;
        self.answers.get(&Question::new(layers, request, filter), &view.origin)
    }

    fn view(&self, opened: Vec<Arc<LayerIndex>>) -> Result<View, Failure> {
        let searchers: Vec<Searcher> = opened.iter().map(|i| i.searcher()).collect::<Result<_, _>>()?;
        let origin = Origin {
            states: searchers.iter().map(|s| s.generation().generation_id()).collect(),
            synonyms: self.synonyms(),
            vocabulary: self.vocabulary(),
        };
        Ok(View { opened, searchers, origin })
    }
}

/// Adds a filter to what was typed; gives back the language that is asked for.
fn narrow(parsed: &mut parse::Parsed, filter: &Filter) -> Option<Lang> {
    let mut more = Vec::new();
    let mut push = |field, value: &str| {
        more.push(Clause { not: false, what: What::Field(field, value.to_owned()), typed: value.to_owned() });
    };
    if let Some(service) = &filter.service {
        push(FieldName::Service, service.as_str());
    }
    if let Some(section) = &filter.section {
        push(FieldName::Facet(FacetKey::Section), section);
    }
    if let Some(lang) = filter.lang {
        push(FieldName::Lang, lang.code());
    }
    parsed.either.iter_mut().for_each(|group| group.extend(more.iter().cloned()));
    let asked = parsed.either.iter().flatten().find_map(|c| match &c.what {
        What::Field(FieldName::Lang, value) if !c.not => Lang::parse(&value.to_lowercase()),
        _ => None,
    });
    filter.lang.or(asked)
}

#[cfg(test)]
mod tests;
