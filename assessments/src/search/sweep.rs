//! Runs a plan over an index, window by window: each way of each word is read once, in the order of the documents, into
//! arrays of one window. Every match is visited, because facets count them all; so what costs is reading lists, and lists
//! are read here without a layer of calls between.

mod again;
mod cursor;
mod node;
mod window;

use super::collect::{Collect, Collected, Segment};
use super::found::{Again, Asking, Found, STRETCH};
use super::plan::{Group, Plan, Stage, Unit, Way};
use again::Spec;
use cursor::{Cursor, One, Several};
use node::{Node, Running};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::SegmentPostings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, SegmentReader, Term};
use window::Bits;
pub use window::{WINDOW, Window};

/// Runs a plan at a width. How rare a word is says `common`.
pub fn sweep(
    plan: &Plan,
    stage: Stage,
    searcher: &Searcher,
    common: &Searcher,
    collect: &Collect,
    words: &Asking<'_>,
) -> tantivy::Result<Collected> {
    let rarity = Rarity { common, weights: RefCell::default(), averages: RefCell::default() };
    let opener = |ordinal, reader| Opener { ordinal, reader, rarity: &rarity, stage };
    let mut again = Vec::new();
    for group in &plan.groups {
        let found = again::specs(group).map(|spec| again::found((&spec, stage), searcher, &opener, words));
        again.push(found.collect::<tantivy::Result<Vec<_>>>()?);
    }
    let mut parts = Vec::new();
    for (ordinal, reader) in (0_u32..).zip(searcher.segment_readers()) {
        let mut child = collect.segment(ordinal, reader)?;
        let open = opener(ordinal as usize, reader);
        let groups = plan.groups.iter().zip(&again).map(|(group, again)| open.group(group, again));
        let mut groups = groups.collect::<tantivy::Result<Vec<_>>>()?;
        run(reader, &mut groups, &mut child);
        collect.floor.set(child.reached());
        parts.push(child.harvest());
    }
    Ok(collect.together(parts))
}

fn run(reader: &SegmentReader, groups: &mut [Running], child: &mut Segment) {
    let (max, alive) = (reader.max_doc(), reader.alive_bitset());
    let (mut best, mut scores) = (Window::default(), Window::default());
    let mut from = 0;
    while from < max {
        // Where nothing more can match there is nothing to read.
        let next = groups.iter().map(|g| g.next(from)).min().unwrap_or(from);
        from = from.max(next);
        if from >= max {
            break;
        }
        // What was kept is kept by these stretches.
        from -= from % WINDOW as u32;
        let end = from.saturating_add(WINDOW as u32).min(max);
        best.clear();
        match &mut *groups {
            [] => Bits::first((end - from) as usize).each(|at| best.better(at, 1.0)),
            [group] => {
                group.fill((from, end), child.floor(), &mut best);
            }
            groups => {
                let floor = child.floor();
                for group in groups {
                    if group.fill((from, end), floor, &mut scores) {
                        scores.bits.each(|at| best.better(at, scores.score(at)));
                    }
                }
            }
        }
        child.take(from, &best, alive);
        from = end;
    }
}

const _: () = assert!(WINDOW == STRETCH as usize);

/// Opens the lists of a segment.
struct Opener<'a> {
    ordinal: usize,
    reader: &'a SegmentReader,
    rarity: &'a Rarity<'a>,
    stage: Stage,
}

impl Opener<'_> {
    /// A group; what of it was found before, in the order of [`again::specs`].
    fn group(&self, group: &Group, again: &[Option<Arc<Found>>]) -> tantivy::Result<Running> {
        let (mut required, mut optional, mut extra, mut not) = (vec![], vec![], vec![], vec![]);
        for (spec, found) in again::specs(group).zip(again) {
            let found = found.as_ref().and_then(|f| Again::of(f, self.ordinal, self.reader.segment_id()));
            let node = match found {
                Some(again) => Node::Again(again),
                None => self.spec(&spec)?,
            };
            match spec {
                Spec::Narrow(_) => required.push(node),
                Spec::Word(unit) if self.stage == Stage::All && !unit.optional => required.push(node),
                Spec::Word(_) => optional.push(node),
                Spec::Extra(_) => extra.push(node),
                Spec::Not(_) => not.push(node),
            }
        }
        // Wider stages want some word, beside what is required in any case.
        let some = self.stage != Stage::All && !optional.is_empty();
        let all = required.is_empty() && !some;
        // The rarest first: the others are asked about what it left.
        required.sort_by_key(Node::size);
        // A hair more, since sums round.
        let most = required.iter().chain(&optional).chain(&extra).map(Node::most).sum::<f32>() * 1.001;
        Ok(Running { required, optional, extra, not, some, all, most, buffers: Default::default() })
    }

    fn spec(&self, spec: &Spec<'_>) -> tantivy::Result<Node> {
        match spec {
            Spec::Word(unit) => self.unit(unit),
            Spec::Narrow(ways) | Spec::Extra(ways) | Spec::Not(ways) => self.any(ways),
        }
    }

    fn any(&self, ways: &[Way]) -> tantivy::Result<Node> {
        Ok(Node::new(self.ways(ways, 1.0)?, vec![], vec![]))
    }

    fn unit(&self, unit: &Unit) -> tantivy::Result<Node> {
        let mut inner = Vec::new();
        for part in &unit.inner {
            inner.push((self.unit(part)?, self.stage == Stage::All && !part.optional));
        }
        let loose = if self.stage == Stage::Parts { self.ways(&unit.loose, unit.weight)? } else { vec![] };
        Ok(Node::new(self.ways(&unit.ways, unit.weight)?, loose, inner))
    }

    fn ways(&self, ways: &[Way], weight: f32) -> tantivy::Result<Vec<Cursor>> {
        let mut out = Vec::new();
        for way in ways {
            out.extend(self.cursor(way, weight)?);
        }
        Ok(out)
    }

    /// A way's lists; none where one of them is empty.
    fn cursor(&self, way: &Way, weight: f32) -> tantivy::Result<Option<Cursor>> {
        let plus = way.plus * weight;
        match way.terms.as_slice() {
            [] => Ok(None),
            [term] if way.places.is_empty() => self.one(way, term, plus),
            terms => self.several(way, terms, plus),
        }
    }

    fn one(&self, way: &Way, text: &str, plus: f32) -> tantivy::Result<Option<Cursor>> {
        let index = self.reader.inverted_index(way.field)?;
        let term = Term::from_field_text(way.field, text);
        let option = if way.times > 0.0 { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
        let Some(list) = index.read_block_postings(&term, option)? else { return Ok(None) };
        let scored = if way.times > 0.0 { Some((self.rarity.weight(&term)?, self.norms(way.field)?)) } else { None };
        Ok(Some(Cursor::One(Box::new(One::new(list, scored, plus, way.times)))))
    }

    fn several(&self, way: &Way, terms: &[String], plus: f32) -> tantivy::Result<Option<Cursor>> {
        let index = self.reader.inverted_index(way.field)?;
        let scored = way.times > 0.0;
        let option = match (way.places.is_empty(), scored) {
            (false, _) => IndexRecordOption::WithFreqsAndPositions,
            (true, true) => IndexRecordOption::WithFreqs,
            (true, false) => IndexRecordOption::Basic,
        };
        let mut lists: Vec<(SegmentPostings, Term, Option<u32>)> = Vec::with_capacity(terms.len());
        for (n, text) in terms.iter().enumerate() {
            let term = Term::from_field_text(way.field, text);
            match index.read_postings(&term, option)? {
                Some(list) => lists.push((list, term, way.places.get(n).copied())),
                None => return Ok(None),
            }
        }
        lists.sort_by_key(|(list, ..)| list.doc_freq());
        let (norms, weights) = if scored {
            let weights = lists.iter().map(|(_, term, _)| self.rarity.weight(term)).collect::<tantivy::Result<_>>()?;
            (Some(self.norms(way.field)?), weights)
        } else {
            (None, vec![])
        };
        let (times, places) = (way.times / lists.len() as f32, lists.iter().filter_map(|(.., place)| *place).collect());
        let lists = lists.into_iter().map(|(list, ..)| list).collect();
        Ok(Some(Cursor::Several(Several { lists, weights, norms, places, plus, times })))
    }

    fn norms(&self, field: Field) -> tantivy::Result<FieldNormReader> {
        self.reader.get_fieldnorms_reader(field)
    }
}

/// How rare words are in the common text, each looked up once for all segments.
struct Rarity<'a> {
    common: &'a Searcher,
    weights: RefCell<HashMap<Term, Rc<Bm25Weight>>>,
    averages: RefCell<HashMap<Field, f32>>,
}

impl Rarity<'_> {
    fn weight(&self, term: &Term) -> tantivy::Result<Rc<Bm25Weight>> {
        if let Some(weight) = self.weights.borrow().get(term) {
            return Ok(weight.clone());
        }
        let all = self.common.total_num_docs()?.max(1);
        let count = Bm25StatisticsProvider::doc_freq(self.common, term)?.min(all);
        let average = self.average(term.field())?;
        let weight = Rc::new(Bm25Weight::for_one_term_without_explain(count, all, average));
        self.weights.borrow_mut().insert(term.clone(), weight.clone());
        Ok(weight)
    }

    fn average(&self, field: Field) -> tantivy::Result<f32> {
        if let Some(average) = self.averages.borrow().get(&field) {
            return Ok(*average);
        }
        let (words, docs) = (self.common.total_num_tokens(field)?, self.common.total_num_docs()?);
        let average = (words as f32 / docs.max(1) as f32).max(1.0);
        self.averages.borrow_mut().insert(field, average);
        Ok(average)
    }
}

#[cfg(test)]
pub(super) mod tests;
