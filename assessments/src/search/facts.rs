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
    /// A document's kind.
    of: Numbers,
    /// The upper half of a document's place, mixed: enough for telling documents of the same score apart.
    place: Vec<u32>,
    /// The least of the places of each few documents that follow one another.
    least: Vec<u32>,
}

/// Documents whose places have one least: so many fill a line of the processor's cache.
const FEW: usize = 16;

/// A place without the likeness that places of like names have: of thousands of texts with the same score few come before
/// the best so far then, wherever the search begins (the finish of MurmurHash3).
fn mixed(place: u64) -> u64 {
    let place = (place ^ (place >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let place = (place ^ (place >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    place ^ (place >> 33)
}

/// A number for each document. What matches is spread over all documents, so that this list is to be short.
enum Numbers {
    Short(Vec<u16>),
    Long(Vec<u32>),
}

impl Facts {
    /// The kinds of documents from this one on, for a window of them.
    pub fn kinds_from(&self, first: u32) -> Kinds<'_> {
        let first = first as usize;
        match &self.of {
            Numbers::Short(list) => Kinds::Short(list.get(first..).unwrap_or_default()),
            Numbers::Long(list) => Kinds::Long(list.get(first..).unwrap_or_default()),
        }
    }

    /// A document's place, where it is not behind that one. Of thousands of like texts most are, and most of those are
    /// told from the least of their neighbours without touching a list that lies far away.
    pub fn place_up_to(&self, doc: u32, place: u32) -> Option<u32> {
        let doc = doc as usize;
        self.least.get(doc / FEW).filter(|least| **least <= place)?;
        self.place.get(doc).copied().filter(|of| *of <= place)
    }
}

/// The kinds of a window's documents.
#[derive(Clone, Copy)]
pub enum Kinds<'a> {
    /// Where a segment has few kinds.
    Short(&'a [u16]),
    /// Where it has many.
    Long(&'a [u32]),
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
        let (mut combinations, mut weights, mut of, mut places) = (vec![], vec![], vec![0_u32; many], vec![0; many]);
        let (changed, evidence, place) = (fast.i64("changed")?, fast.i64("evidence")?, fast.u64("place")?);
        let (mut days, mut kinds) = (Numbered::default(), Numbered::default());
        let column = fast.str("combination")?;
        if let Some(column) = &column {
            (combinations, weights) = self.combinations(column)?.into_iter().unzip();
        }
        for (doc, (of, at)) in (0..).zip(of.iter_mut().zip(&mut places)) {
            *at = (mixed(place.first(doc).unwrap_or(0)) >> 32) as u32;
            let combination = column.as_ref().and_then(|c| c.ords().first(doc)).and_then(|n| u32::try_from(n).ok());
            let pair = (changed.first(doc).unwrap_or(0), evidence.first(doc).unwrap_or(0));
            let fact = Fact { combination: combination.unwrap_or(NO_FACETS), when: days.number(pair) };
            *of = kinds.number(fact);
        }
        let short: Result<Vec<u16>, _> = of.iter().map(|kind| u16::try_from(*kind)).collect();
        let of = short.map_or(Numbers::Long(of), Numbers::Short);
        let least = places.chunks(FEW).map(|few| few.iter().copied().min().unwrap_or(0)).collect();
        Ok(Facts { combinations, weights, days: days.list, kinds: kinds.list, of, place: places, least })
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
