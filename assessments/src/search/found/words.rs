//! The words that were asked for, and what of it is kept.

use super::Found;
use crate::cell::Layer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most bytes of all words that are kept.
const MOST: usize = 6 * 1024 * 1024;
/// Most words that are kept or were asked for once.
const MOST_WORDS: usize = 2_000;

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
    use super::super::{Finding, tests::found};
    use super::*;
    use crate::search::sweep::tests::{MANY_DOCS, doc};
    use crate::search::{FacetKey, Filter, GroupDocs, Request, Search, Synonyms};
    use rstest::rstest;

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
    fn what_is_kept_is_asked_and_not_the_lists() {
        let search = Search { words: Arc::default(), ..MANY_DOCS.clone() };
        let ask = |limit| {
            let request = Request { limit, ..Request::new("zem", chrono::DateTime::UNIX_EPOCH) };
            search.find(&[Layer::Shared], &request, &Filter::default()).unwrap().total
        };
        assert!(ask(5) > 0 && ask(6) == ask(5));
        for slot in search.words.lock().known.values_mut() {
            let Seen::Kept(kept) = &mut slot.what else { continue };
            let mut other = Finding::default();
            for (n, part) in kept.segments.iter().enumerate() {
                other.segment(part.segment);
                (0..100).filter(|_| n == 0).all(|doc| other.add(doc, 1.0));
            }
            *kept = Arc::new(other.finish().unwrap());
        }
        // Enough not to be looked for wider, and far fewer than the lists have.
        assert!((10..=100).contains(&ask(7)));
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
