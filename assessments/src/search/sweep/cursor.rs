//! Reads the lists of one way, in the order of the documents.

use super::window::Bits;
use std::rc::Rc;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings};
use tantivy::query::Bm25Weight;
use tantivy::{DocSet, TERMINATED};

/// Most documents of a block of a list: so many are packed together.
const BLOCK: usize = 128;
/// How far apart two documents are at least for finding the second in a list by its place: entries that lie between are
/// passed one by one, and there are few in so short a stretch.
const NEAR: usize = 1_024;

/// The lists of one way.
pub enum Cursor {
    /// One term: read block by block, without a call a document.
    One(Box<One>),
    /// Terms that must stand together.
    Several(Several),
}

impl Cursor {
    /// No match comes before this document.
    pub fn next(&self) -> u32 {
        match self {
            Cursor::One(one) => one.next(),
            Cursor::Several(several) => several.lists.first().map_or(TERMINATED, DocSet::doc),
        }
    }

    /// About how many documents match: never fewer than do.
    pub fn size(&self) -> u64 {
        match self {
            Cursor::One(one) => one.list.doc_freq().into(),
            Cursor::Several(several) => several.lists.first().map_or(0, |l| l.doc_freq().into()),
        }
    }

    /// The most that a match can score.
    pub fn most(&self) -> f32 {
        match self {
            Cursor::One(one) => one.plus + one.times * one.scored.as_ref().map_or(0.0, |(w, _)| w.max_score()),
            Cursor::Several(several) => {
                several.plus + several.times * several.weights.iter().map(|w| w.max_score()).sum::<f32>()
            }
        }
    }

    /// Puts every match of a window that is asked for, with its score.
    #[inline]
    pub fn fill(&mut self, from: u32, end: u32, asked: &Bits, put: &mut impl FnMut(usize, f32)) {
        if self.next() >= end {
            return;
        }
        match self {
            Cursor::One(one) => one.fill(from, end, asked, put),
            Cursor::Several(several) => several.fill(from, end, asked, put),
        }
    }
}

/// A term's list.
pub struct One {
    list: BlockSegmentPostings,
    /// Where in its block.
    at: usize,
    /// How often and in how long a text the term stands, where that counts.
    scored: Option<(Rc<Bm25Weight>, FieldNormReader)>,
    plus: f32,
    times: f32,
}

impl One {
    /// A list with what a match scores.
    pub fn new(
        list: BlockSegmentPostings,
        scored: Option<(Rc<Bm25Weight>, FieldNormReader)>,
        plus: f32,
        times: f32,
    ) -> One {
        One { list, at: 0, scored, plus, times }
    }

    fn next(&self) -> u32 {
        self.list.docs().get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn fill(&mut self, from: u32, end: u32, asked: &Bits, put: &mut impl FnMut(usize, f32)) {
        let whole = asked.has_first((end - from) as usize);
        // Stretches of a long list are passed over where little is asked.
        let mut asks = asked.after(0);
        while let Some(at) = asks {
            let next = from + at as u32;
            if self.next() < next {
                self.at = self.list.seek(next);
            }
            let docs = self.list.docs().get(self.at..).unwrap_or_default();
            let inside = match docs.last() {
                None => return,
                Some(last) if *last < end => docs,
                Some(_) => docs.get(..docs.partition_point(|d| *d < end)).unwrap_or_default(),
            };
            let Some(last) = inside.last() else { return };
            if whole {
                self.score(inside, from, 0..inside.len(), put);
            } else {
                // First which are asked, without a branch; then their scores, none of which waits for another.
                let mut picked = [0_u8; BLOCK];
                let mut many = 0;
                for (n, doc) in (0_u8..).zip(inside) {
                    picked[many % BLOCK] = n;
                    many += usize::from(asked.has((doc - from) as usize));
                }
                let picked = picked.get(..many).unwrap_or_default();
                self.score(inside, from, picked.iter().map(|n| usize::from(*n)), put);
            }
            asks = asked.after((*last - from) as usize + 1);
            if inside.len() < docs.len() {
                self.at += inside.len();
                return;
            }
            self.list.advance();
            self.at = 0;
        }
    }

    /// Puts those of a block's documents that are picked, by their numbers in it from where the list stands.
    #[inline]
    fn score(&self, docs: &[u32], from: u32, picked: impl Iterator<Item = usize>, put: &mut impl FnMut(usize, f32)) {
        // Copies: what `put` writes could be these, as far as the compiler can tell.
        let (plus, times) = (self.plus, self.times);
        let Some((weight, norms)) = &self.scored else {
            picked.for_each(|n| put((docs[n] - from) as usize, plus));
            return;
        };
        let weight: &Bm25Weight = weight;
        let often = self.list.freqs().get(self.at..).unwrap_or_default();
        picked.for_each(|n| {
            let (doc, often) = (docs[n], often[n]);
            put((doc - from) as usize, plus + times * weight.score(norms.fieldnorm_id(doc), often));
        });
    }
}

/// Lists of terms that must all stand in a text.
pub struct Several {
    /// The shortest first.
    pub lists: Vec<SegmentPostings>,
    /// What each list's term counts; nothing where only matching does.
    pub weights: Vec<Rc<Bm25Weight>>,
    /// Lengths of texts.
    pub norms: Option<FieldNormReader>,
    /// Where each list's term stands in a phrase; nothing where that does not matter.
    pub places: Vec<u32>,
    /// Score of a match.
    pub plus: f32,
    /// What the sum of the weights counts.
    pub times: f32,
}

impl Several {
    fn score(&self, doc: u32) -> f32 {
        let Some(norms) = &self.norms else { return self.plus };
        let norm = norms.fieldnorm_id(doc);
        let sum: f32 = self.lists.iter().zip(&self.weights).map(|(l, w)| w.score(norm, l.term_freq())).sum();
        self.plus + self.times * sum
    }

    fn fill(&mut self, from: u32, end: u32, asked: &Bits, put: &mut impl FnMut(usize, f32)) {
        let (Some(first), Some(asks)) = (self.lists.first_mut(), asked.after(0)) else { return };
        let begin = from + asks as u32;
        let mut doc = if first.doc() < begin { first.seek(begin) } else { first.doc() };
        while doc < end {
            let at = (doc - from) as usize;
            let later = if asked.has(at) {
                self.missing(doc)
            } else {
                match asked.after(at) {
                    None => return,
                    Some(far) if far - at >= NEAR => Some(from + far as u32),
                    Some(_) => Some(doc + 1),
                }
            };
            match later {
                None => {
                    if self.places.is_empty() || self.in_place() {
                        put(at, self.score(doc));
                    }
                    doc = self.lists.first_mut().map_or(TERMINATED, DocSet::advance);
                }
                Some(later) if later == doc + 1 => doc = self.lists.first_mut().map_or(TERMINATED, DocSet::advance),
                Some(later) => doc = self.lists.first_mut().map_or(TERMINATED, |l| l.seek(later)),
            }
        }
    }

    /// Whether the terms stand in their places in the document that all lists are at.
    fn in_place(&mut self) -> bool {
        let mut starts: Vec<u32> = Vec::new();
        let mut here: Vec<u32> = Vec::new();
        for (n, (list, place)) in self.lists.iter_mut().zip(&self.places).enumerate() {
            list.positions(&mut here);
            let begins = here.iter().filter_map(|p| p.checked_sub(*place));
            if n == 0 {
                starts.extend(begins);
            } else {
                let begins: Vec<u32> = begins.collect();
                starts.retain(|s| begins.binary_search(s).is_ok());
            }
            if starts.is_empty() {
                return false;
            }
        }
        true
    }

    /// Where the next document is that a list has which lacks this one.
    fn missing(&mut self, doc: u32) -> Option<u32> {
        for list in self.lists.iter_mut().skip(1) {
            let here = if list.doc() < doc { list.seek(doc) } else { list.doc() };
            if here > doc {
                return Some(here);
            }
        }
        None
    }
}
