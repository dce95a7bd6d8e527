//! Words and alternatives of a query on one segment.

use super::super::found::Again;
use super::cursor::Cursor;
use super::window::{Bits, WINDOW, Window};
use tantivy::TERMINATED;

/// So many matches are passed one by one in the time in which one is looked up.
const FAR: usize = 12;
/// What the other ways of a word add to the best one.
const TIE: f32 = 0.12;

/// A word: what it finds is read from its lists, or was kept.
pub enum Node {
    /// From its lists.
    Lists(Box<Lists>),
    /// As it was found before.
    Again(Again),
}

impl Node {
    /// A word of these ways, with parts of it and the words of a span.
    pub fn new(ways: Vec<Cursor>, loose: Vec<Cursor>, inner: Vec<(Node, bool)>) -> Node {
        Node::Lists(Box::new(Lists::new(ways, loose, inner)))
    }

    /// No match comes before this document.
    pub fn next(&self) -> u32 {
        match self {
            Node::Lists(lists) => lists.next(),
            Node::Again(again) => again.next().unwrap_or(TERMINATED),
        }
    }

    /// About how many documents match: never fewer than do.
    pub fn size(&self) -> u64 {
        match self {
            Node::Lists(lists) => lists.size(),
            Node::Again(again) => again.size(),
        }
    }

    /// The most that a match can score.
    pub fn most(&self) -> f32 {
        match self {
            Node::Lists(lists) => lists.most(),
            Node::Again(again) => again.most(),
        }
    }

    /// The score of each match of a window that is asked for; says whether there is any. Matches that cannot reach `floor`
    /// may be left out.
    pub fn fill(&mut self, window: (u32, u32), asked: &Bits, floor: f32, out: &mut Window) -> bool {
        match self {
            Node::Lists(lists) => lists.fill(window, asked, floor, out),
            Node::Again(again) => {
                out.clear();
                let here = again.stretch(window.0);
                let mut put = |at, score| {
                    if score >= floor {
                        out.plus(at, score);
                    }
                };
                if asked.many() * FAR < here.many() {
                    asked.each(|at| here.at(at).into_iter().for_each(|score| put(at, score)));
                } else {
                    here.each().filter(|(at, _)| asked.has(*at)).for_each(|(at, score)| put(at, score));
                }
                !out.bits.is_empty()
            }
        }
    }
}

/// A word with its lists.
pub struct Lists {
    /// Ways in which a text answers to the word, and the most that each can score, the highest first: the best one counts,
    /// and a little of the others.
    ways: Vec<(f32, Cursor)>,
    /// Parts of the word: they are summed up.
    loose: Vec<Cursor>,
    /// The words of a span, and whether each is required.
    inner: Vec<(Node, bool)>,
    buffers: Buffers,
}

/// Room of a word for one window, made when it is first needed: sums of the ways' scores, all 0 between windows, and what
/// the words of a span match.
#[derive(Default)]
struct Buffers {
    sum: Option<Box<[f32; WINDOW]>>,
    inner: Option<Box<(Window, Window)>>,
}

impl Lists {
    fn new(ways: Vec<Cursor>, loose: Vec<Cursor>, mut inner: Vec<(Node, bool)>) -> Lists {
        inner.sort_by_key(|(node, required)| (!required, node.size()));
        let mut ways: Vec<(f32, Cursor)> = ways.into_iter().map(|way| (way.most() * (1.0 + TIE), way)).collect();
        ways.sort_by(|a, b| b.0.total_cmp(&a.0));
        Lists { ways, loose, inner, buffers: Buffers::default() }
    }

    fn next(&self) -> u32 {
        let ways = self.cursors().map(Cursor::next);
        ways.chain(self.inner.iter().map(|(n, _)| n.next())).min().unwrap_or(TERMINATED)
    }

    fn size(&self) -> u64 {
        let ways: u64 = self.cursors().map(Cursor::size).sum();
        ways + self.inner.iter().map(|(n, _)| n.size()).sum::<u64>()
    }

    fn cursors(&self) -> impl Iterator<Item = &Cursor> {
        self.ways.iter().map(|(_, way)| way).chain(&self.loose)
    }

    fn most(&self) -> f32 {
        let inner: f32 = self.inner.iter().map(|(n, _)| n.most()).sum::<f32>() * (1.0 + TIE);
        let loose: f32 = self.loose.iter().map(Cursor::most).sum();
        self.ways.first().map_or(0.0, |(most, _)| *most).max(inner) + loose
    }

    /// The best way's score and a little of the others', for each match of a window that is asked for; says whether there
    /// is any. Matches that cannot reach `floor` may be left out.
    fn fill(&mut self, (from, end): (u32, u32), asked: &Bits, floor: f32, out: &mut Window) -> bool {
        out.clear();
        if self.next() >= end {
            return false;
        }
        // Those that alone cannot reach the floor are asked about what the others found.
        let reach = |most: f32| most >= floor || !self.loose.is_empty();
        let leading = self.ways.iter().take_while(|(most, _)| reach(*most)).count();
        let mut here = self.ways.iter_mut().map(|(_, way)| way).filter(|way| way.next() < end);
        match (here.next(), here.next(), self.inner.is_empty()) {
            (None, _, true) => {}
            _ if leading == 0 && self.inner.is_empty() => {}
            // Most words answer in one way in most windows: nothing is to be compared.
            (Some(one), None, true) => one.fill(from, end, asked, &mut |at, score| out.plus(at, score)),
            _ => self.best((from, end), asked, leading, out),
        }
        for way in &mut self.loose {
            way.fill(from, end, asked, &mut |at, score| out.plus(at, score));
        }
        !out.bits.is_empty()
    }

    fn best(&mut self, (from, end): (u32, u32), asked: &Bits, leading: usize, out: &mut Window) {
        let sum = self.buffers.sum.get_or_insert_with(|| Box::new([0.0; WINDOW]));
        let mut put = |at: usize, score: f32, out: &mut Window| {
            out.better(at, score);
            sum[at % WINDOW] += score;
        };
        if !self.inner.is_empty() {
            let (each, total) = &mut **self.buffers.inner.get_or_insert_with(Box::default);
            combine(&mut self.inner, (from, end), asked, each, total);
            total.bits.each(|at| put(at, total.score(at), out));
        }
        let (leading, following) = self.ways.split_at_mut(leading);
        for (_, way) in leading {
            way.fill(from, end, asked, &mut |at, score| put(at, score, out));
        }
        if !following.is_empty() {
            let found = out.bits.clone();
            for (_, way) in following {
                way.fill(from, end, &found, &mut |at, score| put(at, score, out));
            }
        }
        let matched = out.bits.clone();
        matched.each(|at| {
            let (best, sum) = (out.of(at), std::mem::take(&mut sum[at % WINDOW]));
            let others = sum - *best;
            *best += TIE * if others < *best { others } else { *best };
        });
    }
}

/// The words of a span together: all that are required, or some where none is. What is required comes first, so that the
/// others are asked about what it left.
fn combine(nodes: &mut [(Node, bool)], window: (u32, u32), asked: &Bits, each: &mut Window, total: &mut Window) {
    total.clear();
    let mut left = asked.clone();
    let mut first = true;
    for (node, required) in nodes {
        let any = node.fill(window, &left, 0.0, each);
        if *required {
            both(&mut first, total, each);
            if total.bits.is_empty() {
                return;
            }
            left.clone_from(&total.bits);
        } else if any {
            // Nothing new where something is required: no more was asked for.
            each.bits.each(|at| total.plus(at, each.score(at)));
        }
    }
}

/// One alternative of a query on one segment.
pub struct Running {
    /// What must match, the rarest first.
    pub required: Vec<Node>,
    /// What adds to the score.
    pub optional: Vec<Node>,
    /// What adds to the score and is no word.
    pub extra: Vec<Node>,
    /// What must not match.
    pub not: Vec<Node>,
    /// Whether one of the optional must match.
    pub some: bool,
    /// Whether everything matches that is not left out.
    pub all: bool,
    /// The most that a match can score.
    pub most: f32,
    /// Room for one word's matches, and for those of several.
    pub buffers: (Window, Window),
}

impl Running {
    /// No match comes before this document.
    pub fn next(&self, from: u32) -> u32 {
        if self.all {
            return from;
        }
        let required = self.required.iter().map(Node::next).max().unwrap_or(0);
        let some = self.optional.iter().map(Node::next).min().unwrap_or(TERMINATED);
        if self.some { required.max(some) } else { required }
    }

    /// The matches of a window; says whether there is any. Matches that cannot reach `floor` may be left out.
    pub fn fill(&mut self, window: (u32, u32), floor: f32, out: &mut Window) -> bool {
        let Running { required, optional, extra, not, some, most, buffers: (word, sums), .. } = self;
        out.clear();
        if *most < floor {
            return false;
        }
        // What a word has to score where all others score the most.
        let alone = |node: &Node| floor - (*most - node.most());
        // What can still match: only that is asked of the words that follow.
        let mut asked = Bits::first((window.1 - window.0) as usize);
        let mut first = true;
        for node in required {
            if !node.fill(window, &asked, alone(node), word) {
                out.clear();
                return false;
            }
            both(&mut first, out, word);
            asked.clone_from(&out.bits);
        }
        if *some {
            sums.clear();
            for node in optional.iter_mut() {
                if node.fill(window, &asked, alone(node), word) {
                    word.bits.each(|at| sums.plus(at, word.score(at)));
                }
            }
            both(&mut first, out, sums);
        } else if first {
            out.bits.clone_from(&asked);
        }
        asked.clone_from(&out.bits);
        let optional = if *some { &mut [][..] } else { &mut optional[..] };
        for node in optional.iter_mut().chain(extra) {
            if node.fill(window, &asked, 0.0, word) {
                word.bits.each(|at| *out.of(at) += word.score(at));
            }
        }
        for node in not {
            if node.fill(window, &asked, 0.0, word) {
                out.without(&word.bits);
            }
        }
        !out.bits.is_empty()
    }
}

/// Keeps what matches here and there, with the sum of the scores; the first time there is nothing to compare with.
fn both(first: &mut bool, out: &mut Window, more: &mut Window) {
    if std::mem::take(first) {
        std::mem::swap(out, more);
        return;
    }
    out.keep(&more.bits);
    let matched = out.bits.clone();
    matched.each(|at| *out.of(at) += more.score(at));
}
