//! What is counted of documents, taken from the columns of a segment once: its facets, its days, its place.

use super::docs::weight_of;
use super::request::FacetKey;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;

/// A combination of facets: its values as numbers of the [`Known`] list.
pub type Combination = Vec<u32>;

/// Of what kind the documents of a segment are, and of when: taken from its columns once, so that counting a document costs
/// one look into a long list.
pub struct Facts {
    /// The combinations, by their numbers.
    pub combinations: Vec<Combination>,
    /// How much the place of a document of each combination counts.
    pub weights: Vec<f32>,
    /// The pairs of days that documents have: changed, and evidence.
    pub days: Vec<(i64, i64)>,
    /// What documents have in common: few are alone with their combination and their days.
    pub kinds: Vec<Fact>,
    /// A document's kind. What matches is spread over all documents, so that this list is to be short.
    pub of: Vec<u32>,
    /// The upper half of a document's place: enough for telling documents of the same score apart.
    pub place: Vec<u32>,
}

/// What is known of a document.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fact {
    /// Its combination; [`NO_FACETS`] for what is no document.
    pub combination: u32,
    /// Its pair of days.
    pub when: u32,
}

/// Combination of what is no document: the index keeps what it read last beside the documents.
const NO_FACETS: u32 = u32::MAX;

/// Values and segments that were read already.
#[derive(Default)]
pub struct Known {
    values: Mutex<Values>,
    segments: Mutex<HashMap<SegmentId, Arc<Facts>>>,
}

/// Values of facets as numbers.
#[derive(Default)]
pub struct Values {
    /// Each value at its number.
    pub list: Vec<(FacetKey, Arc<str>)>,
    numbers: HashMap<(FacetKey, Arc<str>), u32>,
}

impl Values {
    fn number(&mut self, key: FacetKey, value: &str) -> u32 {
        let value: Arc<str> = value.into();
        if let Some(number) = self.numbers.get(&(key, value.clone())) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.list.push((key, value.clone()));
        self.numbers.insert((key, value), number);
        number
    }
}

/// Things as numbers, in the order in which they came.
struct Numbered<T> {
    list: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Numbered<T> {
        Numbered { list: vec![], numbers: HashMap::new() }
    }
}

impl<T: Copy + Eq + Hash> Numbered<T> {
    fn number(&mut self, thing: T) -> u32 {
        *self.numbers.entry(thing).or_insert_with(|| {
            self.list.push(thing);
            u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX)
        })
    }
}

impl Known {
    /// The values, while the guard is held.
    pub fn values(&self) -> MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The facts of a segment, read once.
    pub fn of(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Facts>> {
        let id = segment.segment_id();
        if let Some(read) = self.segments.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(read.clone());
        }
        let facts = Arc::new(self.read(segment)?);
        self.segments.lock().unwrap_or_else(PoisonError::into_inner).insert(id, facts.clone());
        Ok(facts)
    }

    fn read(&self, segment: &SegmentReader) -> tantivy::Result<Facts> {
        let (fast, many) = (segment.fast_fields(), segment.max_doc() as usize);
        let mut facts = Facts {
            combinations: vec![],
            weights: vec![],
            days: vec![],
            kinds: vec![],
            of: vec![0; many],
            place: vec![0; many],
        };
        let (changed, evidence, place) = (fast.i64("changed")?, fast.i64("evidence")?, fast.u64("place")?);
        let (mut days, mut kinds) = (Numbered::default(), Numbered::default());
        let column = fast.str("combination")?;
        if let Some(column) = &column {
            (facts.combinations, facts.weights) = self.combinations(column)?.into_iter().unzip();
        }
        for (doc, (of, at)) in (0..).zip(facts.of.iter_mut().zip(&mut facts.place)) {
            *at = u32::try_from(place.first(doc).unwrap_or(0) >> 32).unwrap_or(0);
            let combination = column.as_ref().and_then(|c| c.ords().first(doc)).and_then(|n| u32::try_from(n).ok());
            let pair = (changed.first(doc).unwrap_or(0), evidence.first(doc).unwrap_or(0));
            let fact = Fact { combination: combination.unwrap_or(NO_FACETS), when: days.number(pair) };
            *of = kinds.number(fact);
        }
        (facts.days, facts.kinds) = (days.list, kinds.list);
        Ok(facts)
    }

    fn combinations(&self, column: &StrColumn) -> tantivy::Result<Vec<(Combination, f32)>> {
        let mut list = Vec::with_capacity(column.num_terms());
        let mut values = self.values();
        let mut text = String::new();
        for ord in 0..column.num_terms() as u64 {
            text.clear();
            column.ord_to_str(ord, &mut text)?;
            let mut parts = text.split('\u{1f}');
            let weight = weight_of(parts.next().unwrap_or(""));
            let of_key = |(key, part): (FacetKey, &str)| {
                part.split('\u{1e}').filter(|v| !v.is_empty()).map(|v| values.number(key, v)).collect::<Vec<_>>()
            };
            list.push((FacetKey::ALL.into_iter().zip(parts).flat_map(of_key).collect(), weight));
        }
        Ok(list)
    }

    /// Forgets segments that are gone.
    pub fn keep(&self, alive: &[SegmentId]) {
        let mut segments = self.segments.lock().unwrap_or_else(PoisonError::into_inner);
        if segments.len() > alive.len() {
            segments.retain(|id, _| alive.contains(id));
        }
    }
}
