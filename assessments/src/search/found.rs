//! What words found, kept while nothing changes: people narrow a search, turn its pages and combine words that were asked
//! before, and each of these is a new question about the same words.
//!
//! A word is kept from the second time on that it is asked. What is kept is what reading its lists came to, score by
//! score, so that no answer depends on it. As with [`super::answers`], whoever may read other layers has words of their own:
//! nobody can tell from the time of an answer what another institution looked for.

mod words;

pub use words::{Asking, Seen, Words};

use std::collections::HashMap;
use std::sync::Arc;
use tantivy::index::SegmentId;

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
    /// About how many bytes they take.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    pub(super) fn found(docs: &[(u32, f32)]) -> Option<Found> {
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

    #[test]
    fn too_many_matches_or_scores_are_not_kept() {
        let docs = |count: u32, scores: u32| (0..count).map(|n| (n, (n % scores) as f32)).collect::<Vec<_>>();
        let most = MOST_MATCHES as u32;
        assert!(found(&docs(most, 7)).is_some());
        assert!(found(&docs(most + 1, 7)).is_none());
        assert!(found(&docs(most, 65_536)).is_some());
        assert!(found(&docs(most, 65_537)).is_none());
    }
}
