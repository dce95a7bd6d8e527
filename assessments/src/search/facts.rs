//! What is counted of documents, taken from the columns of a segment once: its facets, its days, its place.

use super::docs::weight_of;
use super::request::FacetKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::SegmentReader;
use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;

/// A combination of facets, its values as numbers of the [`Known`] list.
pub struct Combination {
    /// Its values.
    pub values: Vec<u32>,
    /// How much a document's place counts.
    pub weight: f32,
}

/// Of what kind the documents of a segment are, and of when: taken from its columns once, so that counting a document costs
/// two numbers from memory.
pub struct Facts {
    /// The combinations, by their numbers.
    pub combinations: Vec<Combination>,
    /// A document's combination; [`NO_FACETS`] for what is no document.
    pub of: Vec<u32>,
    /// The pairs of days that documents have: changed, and evidence.
    pub days: Vec<(i64, i64)>,
    /// A document's pair of days.
    pub when: Vec<u32>,
    /// The upper half of a document's place: enough for telling documents of the same score apart.
    pub place: Vec<u32>,
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
            of: vec![NO_FACETS; many],
            days: vec![],
            when: vec![0; many],
            place: vec![0; many],
        };
        let (changed, evidence, place) = (fast.i64("changed")?, fast.i64("evidence")?, fast.u64("place")?);
        let mut pairs: HashMap<(i64, i64), u32> = HashMap::new();
        let Some(column) = fast.str("combination")? else { return Ok(facts) };
        facts.combinations = self.combinations(&column)?;
        for (doc, ((of, when), at)) in (0..).zip(facts.of.iter_mut().zip(&mut facts.when).zip(&mut facts.place)) {
            *at = u32::try_from(place.first(doc).unwrap_or(0) >> 32).unwrap_or(0);
            let Some(ord) = column.ords().first(doc) else { continue };
            *of = u32::try_from(ord).unwrap_or(NO_FACETS);
            let pair = (changed.first(doc).unwrap_or(0), evidence.first(doc).unwrap_or(0));
            *when = *pairs.entry(pair).or_insert_with(|| {
                facts.days.push(pair);
                u32::try_from(facts.days.len() - 1).unwrap_or(0)
            });
        }
        Ok(facts)
    }

    fn combinations(&self, column: &StrColumn) -> tantivy::Result<Vec<Combination>> {
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
            list.push(Combination { values: FacetKey::ALL.into_iter().zip(parts).flat_map(of_key).collect(), weight });
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
