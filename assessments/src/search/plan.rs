//! From what was typed to a query: each word with its other forms, synonyms and corrections.
//!
//! Three stages, each wider than the one before: texts that have all words, texts that have some, texts that have parts of
//! words. A wider one is only asked where the one before found little, so that common searches stay cheap.

use super::needles::Needle;
use super::parse::{Clause, FieldName, Parsed, What};
use super::phrase::{exact_terms, phrase_terms};
use super::request::{Notice, Slip};
use super::synonyms::Synonyms;
use super::vocabulary::Vocabulary;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

mod bound;
mod words;

/// Most words that one beginning grows into.
const MAX_PREFIX: usize = 40;
/// Most words of a query.
pub const MAX_WORDS: usize = 24;
/// Most ways of a query, those of parts of words among them.
pub const MAX_WAYS: usize = 600;
/// Most entries of lists that parts of words read in the widest stage.
const MAX_LOOSE: u64 = 3_000_000;
/// Most services that one name stands for.
const MAX_NAMED: usize = 12;
/// Most needles.
const MAX_NEEDLES: usize = 64;
/// Most that a reader is told.
const MAX_SAID: usize = 12;
/// Most terms of a phrase that are compared.
const MAX_PHRASE: usize = 60;
/// What a word counts in what a row is about, where it counts 1 in the text.
const TOPIC: f32 = 0.9;
/// Score of a text of the service that the query names.
const SERVICE: f32 = 7.0;

/// The fields that words are searched in.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The text, both languages.
    pub text: Field,
    /// What the row is about.
    pub topic: Field,
    /// Names of row and field.
    pub head: Field,
    /// Names of the service.
    pub name: Field,
    /// What operators narrow by.
    pub tag: Field,
}

/// How wide a query is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// All words.
    All,
    /// Some words.
    Any,
    /// Parts of words.
    Parts,
}

/// What the indexes of the reader hold; nobody else's are asked.
pub struct Holdings<'a> {
    /// One a layer.
    pub searchers: &'a [Searcher],
    /// The fields.
    pub fields: Fields,
    /// What was looked up already.
    pub known: RefCell<HashMap<Term, u64>>,
}

impl Holdings<'_> {
    fn frequency(&self, field: Field, term: &str) -> u64 {
        let term = Term::from_field_text(field, term);
        if let Some(count) = self.known.borrow().get(&term) {
            return *count;
        }
        let count = self.searchers.iter().map(|s| s.doc_freq(&term).unwrap_or(0)).sum();
        self.known.borrow_mut().insert(term, count);
        count
    }

    fn text(&self, term: &str) -> u64 {
        self.frequency(self.fields.text, term) + self.frequency(self.fields.topic, term)
    }

    fn documents(&self) -> u64 {
        self.searchers.iter().map(Searcher::num_docs).sum::<u64>().max(1)
    }

    /// An upper bound of how many texts hold all of these.
    fn all_of(&self, terms: &[String]) -> u64 {
        terms.iter().map(|t| self.text(t)).min().unwrap_or(0)
    }

    /// Words that start so, the most frequent first.
    fn starting(&self, prefix: &str) -> Vec<String> {
        let mut out: Vec<(u32, String)> = Vec::new();
        for segment in self.searchers.iter().flat_map(|s| s.segment_readers()) {
            let Ok(index) = segment.inverted_index(self.fields.text) else { continue };
            let Ok(mut stream) = index.terms().range().ge(prefix.as_bytes()).into_stream() else { continue };
            let mut seen = 0;
            while seen < MAX_PREFIX * 8 && stream.advance() {
                let Ok(term) = std::str::from_utf8(stream.key()) else { break };
                if !term.starts_with(prefix) {
                    break;
                }
                seen += 1;
                if term.len() > prefix.len() && !term.contains(' ') {
                    out.push((stream.value().doc_freq, term.to_owned()));
                }
            }
        }
        out.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut words: Vec<String> = Vec::new();
        for (_, word) in out {
            if words.len() < MAX_PREFIX && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }
}

/// A way in which a text can answer to a word: all of its terms stand in a field.
pub struct Way {
    /// The field.
    pub field: Field,
    /// The terms.
    pub terms: Vec<String>,
    /// Where each stands, counted from the first; nothing where that does not matter.
    pub places: Vec<u32>,
    /// Score of the match, for each unit of the word's weight.
    pub plus: f32,
    /// Share of how often and in how long a text the terms stand.
    pub times: f32,
}

impl Way {
    fn new(field: Field, terms: Vec<String>, quality: f32) -> Way {
        Way { field, terms, places: vec![], plus: 0.7 * quality, times: 0.3 * quality }
    }

    /// Another word in the place of the typed one: never before a text that holds the typed one, however short it is.
    fn other(field: Field, terms: Vec<String>, quality: f32) -> Way {
        Way { times: 0.12 * quality, ..Way::new(field, terms, quality) }
    }

    /// Matching counts, and not how often or in how long a text.
    fn flat(field: Field, terms: Vec<String>, quality: f32) -> Way {
        Way { plus: quality, times: 0.0, ..Way::new(field, terms, quality) }
    }

    /// Narrows and scores nothing.
    fn silent(field: Field, terms: Vec<String>) -> Way {
        Way { plus: 0.0, times: 0.0, ..Way::new(field, terms, 0.0) }
    }

    /// Narrows to texts in which a phrase stands word by word; nothing where it has no words.
    fn phrase(field: Field, text: &str) -> Option<Way> {
        let (terms, places): (Vec<String>, Vec<u32>) = phrase_terms(text).into_iter().take(MAX_PHRASE).unzip();
        match terms.len() {
            // Marks and single kana.
            0 => Some(exact_terms(text, false)).filter(|t| !t.is_empty()).map(|terms| Way::silent(field, terms)),
            1 => Some(Way::silent(field, terms)),
            _ => Some(Way { places, ..Way::silent(field, terms) }),
        }
    }
}

/// A word, or several that a synonym or a service's name covers, with all the ways.
pub struct Unit {
    /// The ways.
    pub ways: Vec<Way>,
    /// The words of a span, where it is one.
    pub inner: Vec<Unit>,
    /// Parts of the word, for the widest stage.
    pub loose: Vec<Way>,
    /// How much it counts.
    pub weight: f32,
    /// Whether a text may do without it.
    pub optional: bool,
    /// Whether it names a service.
    named: bool,
}

impl Unit {
    /// Of two ways that ask for the same, the better one stays.
    fn tidy(&mut self) {
        self.inner.iter_mut().for_each(Unit::tidy);
        self.ways.sort_by(|a, b| b.plus.total_cmp(&a.plus));
        let mut kept: Vec<Way> = Vec::with_capacity(self.ways.len());
        for way in self.ways.drain(..) {
            if !kept.iter().any(|k| k.field == way.field && k.terms == way.terms && k.places == way.places) {
                kept.push(way);
            }
        }
        self.ways = kept;
    }
}

/// A query in its three widths.
pub struct Plan {
    /// Alternatives.
    pub groups: Vec<Group>,
    /// What to mark.
    pub needles: Vec<Needle>,
    /// What the reader is told.
    pub said: Vec<Notice>,
    /// Whether anything is looked for.
    pub empty: bool,
}

/// One alternative of a query.
#[derive(Default)]
pub struct Group {
    /// Words.
    pub units: Vec<Unit>,
    /// The words as they stand together.
    pub exact: Option<Way>,
    /// What must stand as it is, of each in one of the fields.
    pub phrases: Vec<Vec<Way>>,
    /// Of each, one must fit.
    pub tags: Vec<Vec<Way>>,
    /// Of each, none may fit.
    pub not: Vec<Vec<Way>>,
}

/// Makes the plan of a query.
pub struct Planner<'a> {
    /// What can be found.
    pub holdings: Holdings<'a>,
    /// Words that mean the same.
    pub synonyms: &'a Synonyms,
    /// Names.
    pub vocabulary: &'a Vocabulary,
    /// Whether the last word is still being typed.
    pub prefix: bool,
    /// Whether the widest stage is planned as well: what only it asks is not looked up otherwise.
    pub parts: bool,
    /// Words that were taken so far.
    pub words: Cell<usize>,
}

impl Planner<'_> {
    /// The plan.
    pub fn plan(&self, parsed: &Parsed) -> Plan {
        self.words.set(0);
        let mut plan = Plan {
            groups: vec![],
            needles: vec![],
            said: parsed.slips.iter().map(|(t, s)| Notice::Literal { typed: t.clone(), slip: *s }).collect(),
            empty: false,
        };
        if parsed.cut {
            plan.said.push(Notice::Cut { kept: super::parse::MAX_CHARS });
        }
        let last = parsed.either.len().saturating_sub(1);
        for (n, clauses) in parsed.either.iter().enumerate() {
            let group = self.group(clauses, self.prefix && n == last, &mut plan);
            let asks = !group.units.is_empty() || !group.phrases.is_empty() || !group.tags.is_empty();
            if asks || !group.not.is_empty() {
                plan.groups.push(group);
            }
        }
        plan.empty = plan.groups.is_empty();
        if plan.empty && parsed.either.iter().any(|g| !g.is_empty()) {
            plan.said.push(Notice::Nothing);
        }
        self.bound(&mut plan);
        plan
    }

    fn group(&self, clauses: &[Clause], prefix: bool, plan: &mut Plan) -> Group {
        let mut group = Group::default();
        let mut words: Vec<String> = Vec::new();
        for clause in clauses {
            match (&clause.what, clause.not) {
                (What::Words(text), false) => words.push(text.clone()),
                (What::Phrase(text), false) => {
                    let ways = self.phrase(text, 5.0);
                    if !ways.is_empty() {
                        plan.needles.push(Needle::typed(text));
                        group.phrases.push(ways);
                    }
                }
                (What::Field(field, value), not) => {
                    let tags = self.known_tags(*field, value);
                    match (tags.is_empty(), not) {
                        (true, _) => {
                            plan.said.push(Notice::Literal { typed: clause.typed.clone(), slip: Slip::Value });
                            words.push(clause.typed.clone());
                        }
                        (false, false) => group.tags.push(self.tag_ways(tags)),
                        (false, true) => group.not.push(self.tag_ways(tags)),
                    }
                }
                (What::Words(text), true) => {
                    let terms = exact_terms(text, true);
                    if !terms.is_empty() {
                        group.not.push(vec![Way::silent(self.holdings.fields.text, terms)]);
                    }
                }
                (What::Phrase(text), true) => {
                    group.not.extend(Some(self.phrase(text, 0.0)).filter(|ways| !ways.is_empty()));
                }
            }
        }
        let words = words.join(" ");
        group.units = self.units(&words, prefix, plan);
        if group.units.len() > 1 && group.units.len() <= 10 {
            let weight: f32 = group.units.iter().map(|u| u.weight).sum();
            let terms = exact_terms(&words, true);
            group.exact =
                (terms.len() > 1).then(|| Way { plus: weight * 0.35, ..Way::silent(self.holdings.fields.text, terms) });
        }
        group
    }

    /// A field's tags where the index holds any of them.
    fn known_tags(&self, field: FieldName, value: &str) -> Vec<String> {
        let tags = self.vocabulary.tags(field, value);
        let known = tags.iter().any(|t| self.holdings.frequency(self.holdings.fields.tag, t) > 0);
        // A place or a choice that nothing is in yet is a value all the same.
        let listed = matches!(field, FieldName::Facet(k) if !matches!(k, super::FacetKey::Provider | super::FacetKey::Group | super::FacetKey::Institution | super::FacetKey::Mechanism | super::FacetKey::Changed | super::FacetKey::Evidence));
        if known || listed { tags } else { vec![] }
    }

    /// The ways of a phrase, with what it scores in a text.
    fn phrase(&self, text: &str, plus: f32) -> Vec<Way> {
        let Fields { text: texts, topic, .. } = self.holdings.fields;
        let in_text = Way::phrase(texts, text).map(|w| Way { plus, times: plus * 0.06, ..w });
        let in_topic = Way::phrase(topic, text).map(|w| Way { plus: plus * TOPIC, ..w });
        in_text.into_iter().chain(in_topic).collect()
    }

    fn tag_ways(&self, tags: Vec<String>) -> Vec<Way> {
        tags.into_iter().map(|t| Way::silent(self.holdings.fields.tag, vec![t])).collect()
    }
}

impl Plan {
    /// Every word, those of spans among them.
    fn each(&mut self, work: &mut dyn FnMut(&mut Unit)) {
        fn down(unit: &mut Unit, work: &mut dyn FnMut(&mut Unit)) {
            work(unit);
            unit.inner.iter_mut().for_each(|u| down(u, work));
        }
        self.groups.iter_mut().flat_map(|g| &mut g.units).for_each(|u| down(u, work));
    }

    /// How many ways there are, but for parts of words.
    pub fn ways(&mut self) -> usize {
        let fixed = |g: &Group| {
            let lists = g.tags.iter().chain(&g.not).map(Vec::len).sum::<usize>();
            lists + g.phrases.iter().map(Vec::len).sum::<usize>() + usize::from(g.exact.is_some())
        };
        let mut sum = self.groups.iter().map(fixed).sum();
        self.each(&mut |unit| sum += unit.ways.len());
        sum
    }

    /// Whether a wider query differs from the narrowest.
    pub fn widens(&self) -> bool {
        self.groups.iter().any(|g| !g.units.is_empty())
    }
}
