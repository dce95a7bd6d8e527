//! The words that were asked for, and what of it is kept.

use super::Found;
use crate::cell::Layer;
use crate::search::recent::{Forgotten, Recent};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most bytes of all words that are kept.
const MOST: usize = 6 * 1024 * 1024;
/// Most words that are kept or were asked for once.
const MOST_WORDS: usize = 2_000;

/// What words found, those that were not asked for the longest time go first.
pub struct Words(Mutex<Kept>);

struct Kept {
    known: Recent<Key, Seen>,
    /// The states of the layers in which the words of each readers were found.
    states: HashMap<Arc<[Layer]>, Arc<[u64]>>,
}

impl Default for Words {
    fn default() -> Words {
        Words(Mutex::new(Kept { known: Recent::new(MOST_WORDS, MOST), states: HashMap::new() }))
    }
}

/// Who asks, in which of the layers, for what: a word as it is looked for, spelled out.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    readers: Arc<[Layer]>,
    layer: usize,
    word: Vec<u8>,
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
        let all = self.lock().known.retain(|_| false);
        drop(all);
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
        // What these readers asked for before a change is of no use any more.
        let old = (kept.states.get(&self.readers) != Some(&self.states)).then(|| {
            kept.states.insert(self.readers.clone(), self.states.clone());
            kept.known.retain(|key| key.readers != self.readers)
        });
        let key = self.key(word);
        let seen = kept.known.get(&key).cloned();
        let forgotten = seen.is_none().then(|| kept.put(key, Seen::Again));
        drop(kept);
        drop((old, forgotten));
        seen.unwrap_or(Seen::New)
    }

    /// Keeps what a word found; nothing where it is too much.
    pub fn keep(&self, word: &[u8], found: Option<&Arc<Found>>) {
        let mut kept = self.words.lock();
        // Not where something changed meanwhile.
        let now = kept.states.get(&self.readers) == Some(&self.states);
        let what = found.map_or(Seen::Large, |found| Seen::Kept(found.clone()));
        let forgotten = now.then(|| kept.put(self.key(word), what));
        drop(kept);
        drop(forgotten);
    }
}

impl Kept {
    fn put(&mut self, key: Key, what: Seen) -> Forgotten<Seen> {
        let found = if let Seen::Kept(found) = &what { found.bytes() } else { 0 };
        let bytes = found + key.word.len() + 200;
        self.known.put(key, what, bytes)
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
        search.words.lock().known.values_mut().filter(|seen| matches!(seen, Seen::Kept(_))).count()
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
        for seen in search.words.lock().known.values_mut() {
            let Seen::Kept(kept) = seen else { continue };
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
        assert!(words.lock().known.bytes() <= MOST);
        for n in 0..3_000_u16 {
            assert!(matches!(now.seen(&n.to_le_bytes()), Seen::New));
        }
        assert!(words.lock().known.len() <= MOST_WORDS);
    }
}
