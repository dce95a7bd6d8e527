//! One pass over what matches: the best documents, how many there are, and the counts of every facet.
//!
//! All facets of a document are one number of a dictionary (see `Doc::combination`), so that counting costs one look-up a
//! document; the few hundred combinations are taken apart afterwards.

use super::docs::{NEVER_CHECKED, NO_EVIDENCE};
use super::facts::{Combination, Fact, Facts, Kinds, Known};
use super::request::{FacetFilter, FacetKey};
use super::sweep::{WINDOW, Window};
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use tantivy::fastfield::AliveBitSet;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader};

/// Bounds of `changed`, in days.
pub const CHANGED: [(&str, i64); 4] = [("7d", 7), ("30d", 30), ("90d", 90), ("365d", 365)];
/// Bounds of `evidence`, in days.
pub const EVIDENCE: [(&str, i64); 3] = [("180d", 180), ("365d", 365), ("730d", 730)];
/// Value of `evidence` where nobody ever looked.
pub const NEVER: &str = "never";

/// What is collected.
pub struct Collect<'a> {
    /// Best documents wanted.
    pub limit: usize,
    /// Facets chosen.
    pub filter: &'a FacetFilter,
    /// Whether facets are counted.
    pub count: bool,
    /// Today, counted from 1970.
    pub today: i64,
    /// Whether what changed lately comes before what is as good and older.
    pub recent: bool,
    /// What was read of earlier segments.
    pub known: &'a Arc<Known>,
    /// What a score has to reach at least, by what was found so far.
    pub floor: Cell<f32>,
}

/// What was found in an index.
#[derive(Debug, Default)]
pub struct Collected {
    /// The best documents, best first.
    pub best: Vec<(Score, u32, DocAddress)>,
    /// How many match.
    pub total: u64,
    /// Counts by facet and value.
    pub counts: HashMap<(FacetKey, Arc<str>), u64>,
}

/// What was found in a segment: counts by the numbers of values, since names are only wanted once.
#[derive(Default)]
pub struct Part {
    best: Vec<(Score, u32, DocAddress)>,
    total: u64,
    counts: Vec<u64>,
    times: Times,
}

/// Counts by age, in the order of [`CHANGED`], [`EVIDENCE`] and [`NEVER`].
type Times = [u64; CHANGED.len() + EVIDENCE.len() + 1];

#[derive(PartialEq)]
struct Ranked(Score, u32, DocId);

impl Eq for Ranked {}
impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then_with(|| (other.1, other.2).cmp(&(self.1, self.2)))
    }
}

/// A segment's part of it.
///
/// What is done with a match is little, since there are many: its kind is counted, and its score is held against the worst
/// of the best. What a kind means for totals and facets is worked out once, at the end.
pub struct Segment {
    ordinal: SegmentOrdinal,
    known: Arc<Known>,
    facts: Arc<Facts>,
    today: i64,
    limit: usize,
    count: bool,
    /// How many of the chosen keys each combination fails, and the one it fails where it is one; nothing where none is
    /// chosen.
    fails: Vec<(u8, Option<FacetKey>)>,
    /// Whether each pair of days is wanted; nothing where that does not matter.
    wanted: Vec<bool>,
    /// What each pair of days is worth; nothing where that does not matter.
    fresh: Vec<f32>,
    /// The most that combination and days make of a score.
    most: f32,
    /// How many matches there are of each kind, and what it makes of a score: no number where it is none of those wanted.
    /// The matches are counted in two sums in turn: neighbours are mostly of one kind, and a sum is not ready to be raised
    /// again at once.
    kinds: Vec<([u32; 2], f32)>,
    /// Room for where the matches of a window stand.
    places: Vec<u16>,
    best: BinaryHeap<Reverse<Ranked>>,
    /// Score and place of the last of the best, and whether there are as many as wanted.
    least: (f32, u32),
    full: bool,
    /// What a score has to reach by what was found in other segments.
    floor: f32,
}

#[derive(Clone, Default)]
struct Wanted {
    changed: Option<i64>,
    evidence: Option<Option<i64>>,
}

impl Wanted {
    fn all(&self) -> bool {
        self.changed.is_none() && self.evidence.is_none()
    }

    fn fits(&self, changed: i64, evidence: i64, today: i64) -> bool {
        let late = self.changed.is_none_or(|within| changed > 0 && today - changed <= within);
        late && match self.evidence {
            None => true,
            Some(None) => evidence == NEVER_CHECKED,
            Some(Some(older)) => evidence != NO_EVIDENCE && (evidence == NEVER_CHECKED || today - evidence > older),
        }
    }
}

fn wanted(filter: &FacetFilter) -> Wanted {
    let bound = |list: &[(&str, i64)], value: &str| {
        let days = value.trim_end_matches('d').parse().ok().filter(|d| (1..100_000).contains(d));
        list.iter().find(|(name, _)| *name == value).map(|(_, days)| *days).or(days)
    };
    Wanted {
        changed: filter.of(FacetKey::Changed).filter_map(|v| bound(&CHANGED, v)).max(),
        evidence: filter.of(FacetKey::Evidence).next().and_then(|v| match v {
            NEVER => Some(None),
            other => bound(&EVIDENCE, other).map(Some),
        }),
    }
}

impl Collect<'_> {
    /// Begins with a segment.
    pub fn segment(&self, ordinal: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<Segment> {
        let facts = self.known.of(segment)?;
        let chosen: Vec<FacetKey> = {
            let mut keys: Vec<FacetKey> = self.filter.iter().map(|(k, _)| k).collect();
            keys.dedup();
            keys.retain(|k| !matches!(k, FacetKey::Changed | FacetKey::Evidence));
            keys
        };
        let values = self.known.values();
        let fails = if chosen.is_empty() {
            vec![]
        } else {
            let failing = |c: &Combination| {
                let misses = |key: &&FacetKey| {
                    !c.iter()
                        .filter_map(|v| values.list.get(*v as usize))
                        .any(|(k, v)| k == *key && self.filter.has(*k, v))
                };
                let missed: Vec<FacetKey> = chosen.iter().filter(misses).copied().collect();
                (u8::try_from(missed.len()).unwrap_or(u8::MAX), missed.first().copied().filter(|_| missed.len() == 1))
            };
            facts.combinations.iter().map(failing).collect()
        };
        drop(values);
        let wanted = wanted(self.filter);
        let days = |work: &dyn Fn(i64, i64) -> bool| facts.days.iter().map(|(c, e)| work(*c, *e)).collect::<Vec<_>>();
        let age = |changed: i64| if changed > 0 { self.today - changed } else { i64::MAX };
        let fresh: Vec<f32> = match self.recent {
            true => facts.days.iter().map(|(changed, _)| freshness(age(*changed))).collect(),
            false => vec![],
        };
        let largest = |list: &[f32]| list.iter().copied().reduce(f32::max).unwrap_or(1.0);
        let mut segment = Segment {
            ordinal,
            known: self.known.clone(),
            today: self.today,
            limit: self.limit,
            count: self.count,
            fails,
            wanted: if wanted.all() { vec![] } else { days(&|c, e| wanted.fits(c, e, self.today)) },
            most: largest(&facts.weights) * largest(&fresh) * (1.0 + 4.0 * f32::EPSILON),
            fresh,
            kinds: vec![],
            places: Vec::with_capacity(WINDOW),
            least: (0.0, 0),
            full: false,
            floor: self.floor.get(),
            best: BinaryHeap::with_capacity(self.limit + 1),
            facts,
        };
        segment.kinds = segment.facts.kinds.iter().map(|kind| ([0; 2], segment.worth(kind))).collect();
        Ok(segment)
    }

    /// What was found in all segments.
    pub fn together(&self, parts: Vec<Part>) -> Collected {
        let mut all = Collected::default();
        let (mut counts, mut times) = (Vec::<u64>::new(), Times::default());
        for part in parts {
            all.best.extend(part.best);
            all.total += part.total;
            counts.resize(counts.len().max(part.counts.len()), 0);
            counts.iter_mut().zip(&part.counts).for_each(|(sum, n)| *sum += n);
            times.iter_mut().zip(&part.times).for_each(|(sum, n)| *sum += n);
        }
        all.best.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        all.best.truncate(self.limit);
        let values = self.known.values();
        for ((key, value), count) in values.list.iter().zip(counts).filter(|(_, n)| *n > 0) {
            all.counts.insert((*key, value.clone()), count);
        }
        drop(values);
        let changed = CHANGED.iter().map(|(name, _)| (FacetKey::Changed, *name));
        let evidence = EVIDENCE.iter().map(|(name, _)| *name).chain([NEVER]).map(|name| (FacetKey::Evidence, name));
        for ((key, name), count) in changed.chain(evidence).zip(times).filter(|(_, n)| *n > 0) {
            all.counts.insert((key, name.into()), count);
        }
        all
    }
}

impl Segment {
    /// What a match has to score to count, before its kind is known: nothing where all are counted.
    pub fn floor(&self) -> f32 {
        if self.count { 0.0 } else { self.reached() / self.most }
    }

    /// What the best of another segment have to reach, where this one holds as many as are wanted.
    pub fn reached(&self) -> f32 {
        if self.full { self.least.0.max(self.floor) } else { self.floor }
    }

    /// Takes the matches of a window that starts with the document `from`.
    pub fn take(&mut self, from: DocId, matches: &Window, alive: Option<&AliveBitSet>) {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        matches.bits.each(|at| places.push(at as u16));
        if let Some(alive) = alive {
            places.retain(|at| alive.is_alive(from + u32::from(*at)));
        }
        let facts = self.facts.clone();
        match facts.kinds_from(from) {
            Kinds::Short(kinds) => self.each(from, matches, &places, kinds),
            Kinds::Long(kinds) => self.each(from, matches, &places, kinds),
        }
        self.places = places;
    }

    /// Counts the kind of each, and ranks those that are better than what is kept; most documents are not.
    fn each<T: Copy + Into<u32>>(&mut self, from: DocId, matches: &Window, places: &[u16], kinds: &[T]) {
        let mut reached = self.reached();
        for (n, at) in places.iter().enumerate() {
            let at = usize::from(*at);
            let kind = kinds.get(at).map_or(usize::MAX, |kind| (*kind).into() as usize);
            let Some((sums, worth)) = self.kinds.get_mut(kind) else { continue };
            sums[n % 2] += 1;
            let score = matches.score(at) * *worth;
            if score >= reached {
                self.rank(from + at as u32, score);
                reached = self.reached();
            }
        }
    }

    /// Puts a match among the best, where it is one.
    fn rank(&mut self, doc: DocId, score: Score) {
        // Of the same score only what comes before the last of the best.
        let behind = if self.full && score == self.least.0 { self.least.1 } else { u32::MAX };
        let Some(place) = self.facts.place_up_to(doc, behind) else { return };
        self.best.push(Reverse(Ranked(score, place, doc)));
        if self.full {
            self.best.pop();
        }
        self.full = self.best.len() >= self.limit;
        if let Some(Reverse(Ranked(score, place, _))) = self.best.peek() {
            self.least = (*score, *place);
        }
    }

    /// What a kind of documents is to this search; none for what is no document.
    fn meaning(&self, kind: &Fact) -> Option<Meaning> {
        let (of, when) = (kind.combination as usize, kind.when as usize);
        (of < self.facts.combinations.len()).then(|| Meaning {
            of,
            when,
            fails: self.fails.get(of).map_or(0, |f| f.0),
            wanted: self.wanted.get(when) != Some(&false),
        })
    }

    /// What a kind makes of a score; no number, which is never enough, for what is not wanted.
    fn worth(&self, kind: &Fact) -> f32 {
        let Some(Meaning { of, when, fails: 0, wanted: true }) = self.meaning(kind) else { return f32::NAN };
        self.facts.weights.get(of).copied().unwrap_or(1.0) * self.fresh.get(when).copied().unwrap_or(1.0)
    }

    /// What was found.
    pub fn harvest(mut self) -> Part {
        let ordinal = self.ordinal;
        let address = |Reverse(Ranked(s, p, d))| (s, p, DocAddress::new(ordinal, d));
        let mut out =
            Part { best: std::mem::take(&mut self.best).into_iter().map(address).collect(), ..Part::default() };
        // How many that fit have each combination; how many that fit all but their days have each pair of those.
        let mut found = vec![0_u32; self.facts.combinations.len()];
        let mut dated = vec![0_u32; self.facts.days.len()];
        let kinds = self.kinds.iter().map(|([one, other], _)| one + other);
        for (kind, many) in self.facts.kinds.iter().zip(kinds).filter(|(_, n)| *n > 0) {
            let Some(Meaning { of, when, fails, wanted }) = self.meaning(kind) else { continue };
            if fails == 0 {
                dated[when] += many;
            }
            if wanted && fails <= 1 {
                found[of] += many;
            }
            if wanted && fails == 0 {
                out.total += u64::from(many);
            }
        }
        if !self.count {
            return out;
        }
        let values = self.known.values();
        out.counts = vec![0; values.list.len()];
        for (ord, found) in found.iter().enumerate().filter(|(_, n)| **n > 0) {
            let only = self.fails.get(ord).and_then(|f| f.1);
            for value in self.facts.combinations.get(ord).into_iter().flatten() {
                let key = values.list.get(*value as usize).map(|(k, _)| *k);
                if only.is_none() || only == key {
                    out.counts[*value as usize] += u64::from(*found);
                }
            }
        }
        drop(values);
        out.times = self.times(&dated);
        out
    }

    /// Counts by age.
    fn times(&self, dated: &[u32]) -> Times {
        let mut times = Times::default();
        for ((changed, evidence), many) in self.facts.days.iter().zip(dated).filter(|(_, n)| **n > 0) {
            let late = CHANGED.iter().map(|(_, days)| *changed > 0 && self.today - changed <= *days);
            let never = *evidence == NEVER_CHECKED;
            let old =
                EVIDENCE.iter().map(|(_, days)| never || (*evidence != NO_EVIDENCE && self.today - evidence > *days));
            for (sum, _) in times.iter_mut().zip(late.chain(old).chain([never])).filter(|(_, is)| *is) {
                *sum += u64::from(*many);
            }
        }
        times
    }
}

/// What a kind of documents is to a search.
struct Meaning {
    /// The combination of its facets, and the pair of its days.
    of: usize,
    when: usize,
    /// How many of the chosen keys it fails.
    fails: u8,
    /// Whether its days are wanted.
    wanted: bool,
}

/// What a change so many days ago is worth: half more today, nothing more after some months.
fn freshness(days: i64) -> f32 {
    1.0 + 0.5 / (1.0 + days.clamp(0, 10_000) as f32 / 7.0)
}
