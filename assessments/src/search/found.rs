//! What words found, kept while nothing changes: people narrow a search, turn its pages and combine words that were asked
//! before, and each of these is a new question about the same words.
//!
//! A word is kept from the second time on that it is asked. What is kept is what reading its lists came to, score by
//! score, so that no answer depends on it. As with [`super::answers`], whoever may read other layers has words of their own:
//! nobody can tell from the time of an answer what another institution looked for.

use crate::cell::Layer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tantivy::index::SegmentId;

/// Most bytes of all words that are kept.
const MOST: usize = 6 * 1024 * 1024;
/// Most words that are kept or were asked for once.
const MOST_WORDS: usize = 2_000;
/// Most matches of a word that is kept.
const MOST_MATCHES: usize = 150_000;
/// Documents of a stretch: one is told from the others by so few bits that a match takes four bytes.
pub const STRETCH: u32 = 4_096;

/// Every match of a word, with its score.
#[derive(Debug)]
pub struct Found {
    segments: Vec<Part>,
    /// The scores that there are: few, since like texts score alike.
    scores: Vec<f32>,
}

/// The matches of a segment.
#[derive(Debug)]
struct Part {
    segment: SegmentId,
    /// Where the matches of each stretch begin, and where those of the last one end.
    starts: Vec<u32>,
    /// Places within the stretch, and the numbers of the scores.
    at: Vec<(u16, u16)>,
    most: f32,
}

/// Collects the matches of a word.
#[derive(Default)]
pub struct Finding {
    segments: Vec<Part>,
    scores: Vec<f32>,
    numbers: HashMap<u32, u16>,
    matches: usize,
    too_many: bool,
}

impl Finding {
    /// Begins with a segment; its matches come in the order of the documents.
    pub fn segment(&mut self, segment: SegmentId) {
        self.segments.push(Part { segment, starts: vec![0], at: vec![], most: 0.0 });
    }

    /// Adds a match; says whether so many are kept.
    pub fn add(&mut self, doc: u32, score: f32) -> bool {
        self.matches += 1;
        let number = match self.numbers.get(&score.to_bits()) {
            Some(number) => Some(*number),
            None => u16::try_from(self.scores.len()).ok().inspect(|number| {
                self.scores.push(score);
                self.numbers.insert(score.to_bits(), *number);
            }),
        };
        match (number, self.segments.last_mut()) {
            (Some(number), Some(part)) if self.matches <= MOST_MATCHES => {
                let begun = doc / STRETCH + 1;
                part.starts.resize(part.starts.len().max(begun as usize), part.at.len() as u32);
                part.at.push(((doc % STRETCH) as u16, number));
                part.most = part.most.max(score);
            }
            _ => self.too_many = true,
        }
        !self.too_many
    }

    /// All of them; none where they are too many.
    pub fn finish(mut self) -> Option<Found> {
        for part in &mut self.segments {
            part.starts.push(part.at.len() as u32);
            part.at.shrink_to_fit();
        }
        (!self.too_many).then_some(Found { segments: self.segments, scores: self.scores })
    }
}

impl Found {
    fn bytes(&self) -> usize {
        let part = |part: &Part| 100 + part.starts.len() * 4 + part.at.len() * 4;
        self.scores.len() * 4 + self.segments.iter().map(part).sum::<usize>()
    }
}

/// Reads what was found in a segment, stretch by stretch.
pub struct Again {
    found: Arc<Found>,
    part: usize,
    stretch: usize,
}

impl Again {
    /// From its beginning; none where the segment is another than was read.
    pub fn of(found: &Arc<Found>, ordinal: usize, segment: SegmentId) -> Option<Again> {
        let same = found.segments.get(ordinal).is_some_and(|part| part.segment == segment);
        same.then(|| Again { found: found.clone(), part: ordinal, stretch: 0 })
    }

    fn part(&self) -> Option<&Part> {
        self.found.segments.get(self.part)
    }

    /// The next match that was not read.
    pub fn next(&self) -> Option<u32> {
        let part = self.part()?;
        let at = *part.starts.get(self.stretch)? as usize;
        let (offset, _) = part.at.get(at)?;
        // Stretches without a match begin where the next one does.
        let stretch = part.starts.partition_point(|start| *start as usize <= at) - 1;
        Some(stretch as u32 * STRETCH + u32::from(*offset))
    }

    /// How many matches there are.
    pub fn size(&self) -> u64 {
        self.part().map_or(0, |part| part.at.len() as u64)
    }

    /// The highest score.
    pub fn most(&self) -> f32 {
        self.part().map_or(0.0, |part| part.most)
    }

    /// Reads the matches of the stretch that begins with this document; places in it, and scores, in their order.
    pub fn stretch(&mut self, from: u32) -> Stretch<'_> {
        let stretch = (from / STRETCH) as usize;
        self.stretch = stretch + 1;
        let part = self.found.segments.get(self.part);
        let start = |n: usize| part.and_then(|part| part.starts.get(n)).map(|start| *start as usize);
        let range = start(stretch).zip(start(stretch + 1));
        let all = part.zip(range).and_then(|(part, (from, end))| part.at.get(from..end)).unwrap_or_default();
        Stretch { matches: all, scores: &self.found.scores }
    }
}

/// The matches of a stretch.
#[derive(Clone, Copy)]
pub struct Stretch<'a> {
    matches: &'a [(u16, u16)],
    scores: &'a [f32],
}

impl<'a> Stretch<'a> {
    /// How many there are.
    pub fn many(&self) -> usize {
        self.matches.len()
    }

    /// Each, with its score.
    pub fn each(self) -> impl Iterator<Item = (usize, f32)> + 'a {
        self.matches.iter().map(move |(at, number)| (usize::from(*at), self.score(*number)))
    }

    /// The score of the match at a place, where there is one.
    pub fn at(&self, at: usize) -> Option<f32> {
        let found = self.matches.binary_search_by_key(&at, |(at, _)| usize::from(*at)).ok()?;
        self.matches.get(found).map(|(_, number)| self.score(*number))
    }

    fn score(&self, number: u16) -> f32 {
        self.scores.get(usize::from(number)).copied().unwrap_or(0.0)
    }
}

/// What words found, those that were not asked for the longest time go first.
#[derive(Default)]
pub struct Words(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    known: HashMap<Key, Slot>,
    /// The states of the layers in which the words of each readers were found.
    states: HashMap<Arc<[Layer]>, Arc<[u64]>>,
    bytes: usize,
    clock: u64,
}

/// Who asks, in which of the layers, for what: a word as it is looked for, spelled out.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    readers: Arc<[Layer]>,
    layer: usize,
    word: Vec<u8>,
}

struct Slot {
    what: Seen,
    bytes: usize,
    asked: u64,
}

/// What is known of a word.
#[derive(Clone)]
pub enum Seen {
    /// Nobody asked for it, or something changed since.
    New,
    /// It was asked for before, and may be kept now.
    Again,
    /// It was kept.
    Kept(Arc<Found>),
    /// It is too much to be kept.
    Large,
}

/// The words of one search in one of its layers.
pub struct Asking<'a> {
    words: &'a Words,
    readers: Arc<[Layer]>,
    states: Arc<[u64]>,
    layer: usize,
}

impl Words {
    /// The words of somebody who reads these layers in these states.
    pub fn asking(&self, readers: &[Layer], states: &[u64]) -> Asking<'_> {
        Asking { words: self, readers: readers.into(), states: states.into(), layer: 0 }
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        *self.lock() = Kept::default();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asking<'_> {
    /// The same in the layer of this number.
    pub fn within(&self, layer: usize) -> Asking<'_> {
        Asking { words: self.words, readers: self.readers.clone(), states: self.states.clone(), layer }
    }

    fn key(&self, word: &[u8]) -> Key {
        Key { readers: self.readers.clone(), layer: self.layer, word: word.to_vec() }
    }

    /// What is known of a word; that it was asked for is known from now on.
    pub fn seen(&self, word: &[u8]) -> Seen {
        let mut kept = self.words.lock();
        if kept.states.get(&self.readers) != Some(&self.states) {
            // What these readers asked for before the change is of no use any more.
            kept.known.retain(|key, _| key.readers != self.readers);
            kept.bytes = kept.known.values().map(|slot| slot.bytes).sum();
            kept.states.insert(self.readers.clone(), self.states.clone());
        }
        kept.clock += 1;
        let (clock, key) = (kept.clock, self.key(word));
        if let Some(slot) = kept.known.get_mut(&key) {
            slot.asked = clock;
            return slot.what.clone();
        }
        kept.put(key, Seen::Again);
        Seen::New
    }

    /// Keeps what a word found; nothing where it is too much.
    pub fn keep(&self, word: &[u8], found: Option<&Arc<Found>>) {
        let mut kept = self.words.lock();
        // Not where something changed meanwhile.
        if kept.states.get(&self.readers) == Some(&self.states) {
            kept.clock += 1;
            kept.put(self.key(word), found.map_or(Seen::Large, |found| Seen::Kept(found.clone())));
        }
    }
}

impl Kept {
    fn put(&mut self, key: Key, what: Seen) {
        let found = if let Seen::Kept(found) = &what { found.bytes() } else { 0 };
        let slot = Slot { what, bytes: found + key.word.len() + 200, asked: self.clock };
        self.bytes += slot.bytes;
        if let Some(old) = self.known.insert(key, slot) {
            self.bytes -= old.bytes;
        }
        if self.bytes > MOST || self.known.len() > MOST_WORDS {
            self.forget();
        }
    }

    /// Forgets a quarter, so that it need not be done for each word.
    fn forget(&mut self) {
        let mut all: Vec<(u64, usize)> = self.known.values().map(|slot| (slot.asked, slot.bytes)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let fits = all.iter().take(MOST_WORDS / 4 * 3).take_while(|(_, bytes)| {
            sum += bytes;
            sum <= MOST / 4 * 3
        });
        let oldest = fits.last().map_or(u64::MAX, |(asked, _)| *asked);
        self.known.retain(|_, slot| slot.asked >= oldest);
        self.bytes = self.known.values().map(|slot| slot.bytes).sum();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::sweep::tests::{MANY_DOCS, doc};
    use super::super::{FacetKey, Filter, GroupDocs, Request, Search, Synonyms};
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn found(docs: &[(u32, f32)]) -> Option<Found> {
        let mut finding = Finding::default();
        finding.segment(segment());
        docs.iter().all(|(doc, score)| finding.add(*doc, *score));
        finding.finish()
    }

    fn segment() -> SegmentId {
        SegmentId::from_uuid_string("6c3a4b0c-1f55-4f6a-9d5f-8f9b2f0e7a11").unwrap()
    }

    proptest! {
        #[test]
        fn what_is_read_again_is_what_was_found(docs in prop::collection::btree_map(0_u32..40_000, 0.0_f32..9.0, 0..200), skip in 0_usize..4) {
            let docs: Vec<(u32, f32)> = docs.into_iter().collect();
            let mut again = Again::of(&Arc::new(found(&docs).unwrap()), 0, segment()).unwrap();
            prop_assert_eq!(again.size(), docs.len() as u64);
            let mut left: &[(u32, f32)] = &docs;
            for stretch in (0..11).step_by(skip + 1) {
                let from = stretch * STRETCH;
                left = &left[left.partition_point(|(doc, _)| *doc < from)..];
                if stretch == 0 {
                    prop_assert_eq!(again.next(), left.first().map(|(doc, _)| *doc));
                }
                let here = &left[..left.partition_point(|(doc, _)| *doc < from + STRETCH)];
                let read: Vec<(u32, f32)> = again.stretch(from).each().map(|(at, score)| (from + at as u32, score)).collect();
                prop_assert_eq!(&read[..], here);
                left = &left[here.len()..];
                prop_assert_eq!(again.next(), left.first().map(|(doc, _)| *doc));
            }
        }
    }

    fn kept(search: &Search) -> usize {
        search.words.lock().known.values().filter(|slot| matches!(slot.what, Seen::Kept(_))).count()
    }

    #[rstest]
    fn what_was_asked_before_is_answered_the_same(
        #[values(
            "zem",
            "zem zil",
            "zuk zem zop zar",
            "zil zem OR zar zop OR zyb",
            "zem -zop",
            "\"zuk zem\" zop",
            "in:notes zar",
            "in:notes -zil",
            "zwa zop",
            "zwc zwd",
            "zwe zif",
            "zif zyb",
            "zyb zar",
            "dod zem"
        )]
        query: &str,
        #[values(false, true)] count: bool,
        #[values(None, Some("K07"))] category: Option<&str>,
    ) {
        let search = Search { words: Arc::default(), ..MANY_DOCS.clone() };
        let now = chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(20_061);
        let mut request = Request { count, prefix: !count, ..Request::new(query, now) };
        category.into_iter().for_each(|value| request.facets.add(FacetKey::Category, value));
        let ask = || search.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
        let (first, again, third) = (ask(), ask(), ask());
        assert!(kept(&search) > 0 && !first.hits.is_empty());
        assert_eq!((&first.hits, &first.hits), (&again.hits, &third.hits));
        // What cannot be among the best may be passed over where nothing is counted.
        assert!(!count || (first == again && first == third));
    }

    #[test]
    fn what_is_new_is_found_at_once() {
        let search = Search::in_memory(Synonyms::default()).unwrap();
        let group =
            |n: usize, docs| GroupDocs { layer: Layer::Shared, group: format!("sheet/{n}"), mark: "1".into(), docs };
        let request = Request::new("zop", chrono::DateTime::UNIX_EPOCH);
        let ask = || search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total;
        search.replace(vec![group(1, (0..60).map(doc).collect()), group(2, (60..120).map(doc).collect())]).unwrap();
        assert_eq!((ask(), ask(), ask()), (40, 40, 40));
        assert!(kept(&search) > 0);
        search.replace(vec![group(3, (120..150).map(doc).collect()), group(2, vec![])]).unwrap();
        assert_eq!((ask(), kept(&search)), (30, 0));
        assert_eq!((ask(), ask()), (30, 30));
    }

    #[test]
    fn too_many_matches_or_scores_are_not_kept() {
        let docs = |count: u32, scores: u32| (0..count).map(|n| (n, (n % scores) as f32)).collect::<Vec<_>>();
        let most = MOST_MATCHES as u32;
        assert!(found(&docs(most, 7)).is_some());
        assert!(found(&docs(most + 1, 7)).is_none());
        assert!(found(&docs(most, 65_536)).is_some());
        assert!(found(&docs(most, 65_537)).is_none());
    }

    #[test]
    fn a_word_is_kept_for_its_readers_and_while_nothing_changed() {
        let words = Words::default();
        let own = [Layer::Shared, Layer::parse("i:a-bank").unwrap()];
        let now = words.asking(&[Layer::Shared], &[1]);
        let kept = Arc::new(found(&[(7, 1.0)]).unwrap());
        assert!(matches!(now.seen(b"k"), Seen::New));
        assert!(matches!(now.seen(b"k"), Seen::Again));
        now.keep(b"k", Some(&kept));
        now.keep(b"l", None);
        assert!(matches!(now.seen(b"k"), Seen::Kept(_)));
        assert!(matches!(now.seen(b"l"), Seen::Large));
        // Of others it is not even known that somebody asked.
        assert!(matches!(words.asking(&own, &[1, 1]).seen(b"k"), Seen::New));
        assert!(matches!(words.asking(&own, &[1, 1]).within(1).seen(b"k"), Seen::New));
        assert!(matches!(words.asking(&[Layer::Shared], &[2]).seen(b"k"), Seen::New));
        // What was found before the change is not held on to; what others found is theirs.
        assert_eq!(words.lock().known.len(), 3);
        now.keep(b"k", Some(&kept));
        assert!(matches!(words.asking(&[Layer::Shared], &[2]).seen(b"k"), Seen::Again));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let words = Words::default();
        let now = words.asking(&[Layer::Shared], &[1]);
        assert!(matches!(now.seen(b"k"), Seen::New));
        let docs: Vec<(u32, f32)> = (0..100_000).map(|n| (n, 1.0)).collect();
        let kept = Arc::new(found(&docs).unwrap());
        for n in 0..40_u8 {
            now.keep(&[n], Some(&kept));
            assert!(matches!(now.seen(&[0]), Seen::Kept(_)), "{n}");
        }
        assert!(matches!(now.seen(&[1]), Seen::New) && matches!(now.seen(&[39]), Seen::Kept(_)));
        assert!(words.lock().bytes <= MOST);
        for n in 0..3_000_u16 {
            assert!(matches!(now.seen(&n.to_le_bytes()), Seen::New));
        }
        assert!(words.lock().known.len() <= MOST_WORDS);
    }
}
