//! The parts of a query that may have been looked for before.

use super::super::found::{Asking, Finding, Found, Seen};
use super::super::plan::{Group, Stage, Unit, Way};
use super::Opener;
use super::window::{Bits, WINDOW, Window};
use std::sync::Arc;
use tantivy::{Searcher, SegmentReader};

/// Most entries of all lists of a word that is read whole in order to be kept.
const MOST: u64 = 600_000;

/// A part of a group that is looked for by itself.
pub enum Spec<'a> {
    /// What must match and is no word: of these ways one.
    Narrow(&'a [Way]),
    /// A word.
    Word(&'a Unit),
    /// What adds to the score and is no word.
    Extra(&'a [Way]),
    /// What must not match.
    Not(&'a [Way]),
}

/// The parts of a group, always in one order.
pub fn specs(group: &Group) -> impl Iterator<Item = Spec<'_>> {
    let narrow = group.tags.iter().chain(&group.phrases).map(|ways| Spec::Narrow(ways));
    let words = group.units.iter().map(Spec::Word);
    let extra = group.exact.iter().map(|way| Spec::Extra(std::slice::from_ref(way)));
    narrow.chain(words).chain(extra).chain(group.not.iter().map(|ways| Spec::Not(ways)))
}

/// What a part of a query found before, or finds now where it was asked for before.
pub fn found<'a>(
    (spec, stage): (&Spec<'_>, Stage),
    searcher: &'a Searcher,
    opener: &dyn Fn(usize, &'a SegmentReader) -> Opener<'a>,
    words: &Asking<'_>,
) -> tantivy::Result<Option<Arc<Found>>> {
    let mut word = Vec::new();
    spell(spec, stage, &mut word);
    match words.seen(&word) {
        Seen::New | Seen::Large => Ok(None),
        Seen::Kept(found) => Ok(Some(found)),
        Seen::Again => {
            let found = whole(spec, searcher, opener)?.map(Arc::new);
            words.keep(&word, found.as_ref());
            Ok(found)
        }
    }
}

/// Every match of a part of a query in all segments; none where there are too many.
fn whole<'a>(
    spec: &Spec<'_>,
    searcher: &'a Searcher,
    opener: &dyn Fn(usize, &'a SegmentReader) -> Opener<'a>,
) -> tantivy::Result<Option<Found>> {
    let (mut finding, mut here, mut size) = (Finding::default(), Window::default(), 0);
    for (ordinal, reader) in searcher.segment_readers().iter().enumerate() {
        let mut node = opener(ordinal, reader).spec(spec)?;
        size += node.size();
        if size > MOST {
            return Ok(None);
        }
        finding.segment(reader.segment_id());
        let (mut from, max) = (0, reader.max_doc());
        loop {
            from = node.next().max(from);
            if from >= max {
                break;
            }
            from -= from % WINDOW as u32;
            let end = from.saturating_add(WINDOW as u32).min(max);
            node.fill((from, end), &Bits::first((end - from) as usize), 0.0, &mut here);
            let mut fits = true;
            here.bits.each(|at| fits = finding.add(from + at as u32, here.score(at)));
            if !fits {
                return Ok(None);
            }
            from = end;
        }
    }
    Ok(finding.finish())
}

/// Writes all that what is found depends on, each part so that no other reads the same.
fn spell(spec: &Spec<'_>, stage: Stage, out: &mut Vec<u8>) {
    match spec {
        Spec::Narrow(ways) | Spec::Extra(ways) | Spec::Not(ways) => {
            out.push(b'w');
            spell_ways(ways, out);
        }
        Spec::Word(unit) => {
            out.push(stage as u8);
            spell_unit(unit, stage, out);
        }
    }
}

fn spell_unit(unit: &Unit, stage: Stage, out: &mut Vec<u8>) {
    out.extend(unit.weight.to_le_bytes());
    spell_ways(&unit.ways, out);
    spell_ways(if stage == Stage::Parts { &unit.loose } else { &[] }, out);
    number(unit.inner.len(), out);
    for part in &unit.inner {
        out.push(part.optional.into());
        spell_unit(part, stage, out);
    }
}

fn spell_ways(ways: &[Way], out: &mut Vec<u8>) {
    number(ways.len(), out);
    for way in ways {
        out.extend(way.field.field_id().to_le_bytes());
        out.extend(way.plus.to_le_bytes());
        out.extend(way.times.to_le_bytes());
        number(way.terms.len(), out);
        for term in &way.terms {
            number(term.len(), out);
            out.extend(term.as_bytes());
        }
        number(way.places.len(), out);
        way.places.iter().for_each(|place| out.extend(place.to_le_bytes()));
    }
}

fn number(many: usize, out: &mut Vec<u8>) {
    out.extend((many as u64).to_le_bytes());
}
