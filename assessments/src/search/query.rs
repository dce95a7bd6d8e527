//! Queries, built by us from what was typed: nothing a person types is a syntax error.

use super::fold::{Folded, fold, fold_text};
use super::synonyms::Synonyms;
use super::tokens::{Run, parts, runs, stem, text_of, tokens};
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

/// Most characters of a query that are looked at.
const MAX_CHARS: usize = 400;
/// Most runs.
const MAX_RUNS: usize = 40;
/// Most terms that one prefix grows into.
const MAX_PREFIX: usize = 40;

/// A query and the texts to mark in its hits.
pub struct Built {
    /// The query; none where nothing in the text can be searched for.
    pub query: Option<Box<dyn Query>>,
    /// Folded texts that are marked in snippets, the longest first.
    pub needles: Vec<String>,
}

/// The two fields that text is searched in.
#[derive(Clone, Copy)]
pub struct Fields {
    /// The cell's text.
    pub text: Field,
    /// Names of service, row and field.
    pub title: Field,
}

/// Builds the query of a text.
pub fn build(text: &str, synonyms: &Synonyms, fields: Fields, searcher: &Searcher, prefix: bool) -> Built {
    let cut: String = text.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
    let folded = fold(&cut);
    let pieces: Vec<Run> = runs(&folded).into_iter().flatten().take(MAX_RUNS).collect();
    let only_hiragana = pieces.iter().all(|r| matches!(r, Run::Hiragana(_)));
    let maker = Maker { fields, searcher, prefix };
    let mut needles: Vec<String> = Vec::new();
    let mut chunks: Vec<Box<dyn Query>> = Vec::new();
    for run in &pieces {
        let made = match run {
            Run::Latin(run) => maker.latin(run, &mut needles),
            Run::Ideographs(run) => maker.japanese(run, 1.0, &mut needles),
            // Endings and particles say little, unless there is nothing else.
            Run::Hiragana(run) if only_hiragana => maker.japanese(run, 1.0, &mut needles),
            Run::Hiragana(run) if run.len() >= 3 => maker.japanese(run, 0.1, &mut needles),
            Run::Hiragana(_) => None,
        };
        chunks.extend(made);
    }
    let mut all: Vec<(Occur, Box<dyn Query>)> = Vec::new();
    if let [only] = pieces.as_slice() {
        // A text that holds the word itself stands before one that holds a synonym of it.
        all.extend(
            maker.exact(only).map(|q| (Occur::Should, Box::new(ConstScoreQuery::new(q, 5.0)) as Box<dyn Query>)),
        );
    }
    if chunks.len() > 1 {
        // Texts that hold something of every word stand before those that hold much of one.
        let every = chunks.iter().map(|q| (Occur::Must, q.box_clone())).collect();
        all.push((Occur::Should, Box::new(ConstScoreQuery::new(Box::new(BooleanQuery::new(every)), 6.0))));
    }
    all.extend(chunks.into_iter().map(|q| (Occur::Should, q)));
    let folded: String = folded.iter().map(|f| f.c).collect();
    let others: Vec<Box<dyn Query>> =
        synonyms.of(&folded).into_iter().filter_map(|word| maker.whole(word, &mut needles)).collect();
    if !others.is_empty() {
        all.push((Occur::Should, boost(Box::new(DisjunctionMaxQuery::with_tie_breaker(others, 0.2)), 0.35)));
    }
    needles.sort_by_key(|n| std::cmp::Reverse(n.chars().count()));
    needles.dedup();
    Built { query: (!all.is_empty()).then(|| Box::new(BooleanQuery::new(all)) as Box<dyn Query>), needles }
}

fn boost(query: Box<dyn Query>, by: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, by))
}

struct Maker<'a> {
    fields: Fields,
    searcher: &'a Searcher,
    prefix: bool,
}

impl Maker<'_> {
    fn term(&self, text: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(self.fields.text, text), IndexRecordOption::WithFreqs))
    }

    fn in_title(&self, text: &str) -> Box<dyn Query> {
        Box::new(TermQuery::new(Term::from_field_text(self.fields.title, text), IndexRecordOption::WithFreqs))
    }

    fn phrase(&self, field: Field, words: &[String]) -> Option<Box<dyn Query>> {
        (words.len() > 1).then(|| {
            Box::new(PhraseQuery::new(words.iter().map(|w| Term::from_field_text(field, w)).collect()))
                as Box<dyn Query>
        })
    }

    /// A run as it stands in a text.
    fn exact(&self, run: &Run) -> Option<Box<dyn Query>> {
        let (Run::Latin(part) | Run::Ideographs(part) | Run::Hiragana(part)) = run;
        let text = text_of(part);
        if matches!(run, Run::Latin(_)) || part.len() < 3 {
            return Some(self.term(&text));
        }
        let pairs: Vec<String> = part.windows(2).map(text_of).collect();
        self.phrase(self.fields.text, &pairs)
    }

    fn latin(&self, run: &[Folded], needles: &mut Vec<String>) -> Option<Box<dyn Query>> {
        let (whole, parts) = (text_of(run), parts(run).iter().map(|p| text_of(p)).collect::<Vec<_>>());
        needles.push(whole.clone());
        let mut any: Vec<Box<dyn Query>> = vec![boost(self.term(&whole), 2.0), boost(self.in_title(&whole), 1.2)];
        if let Some(stem) = stem(&whole) {
            any.push(boost(self.term(stem), 1.6));
            needles.push(stem.to_owned());
        }
        any.extend(self.phrase(self.fields.text, &parts).map(|q| boost(q, 1.5)));
        if parts.len() > 1 {
            any.extend(parts.iter().map(|p| boost(self.term(p), 0.4)));
            needles.extend(parts.iter().filter(|p| p.len() > 1).cloned());
        }
        let known = self.frequency(&whole) > 0;
        if whole.len() >= 2 && (self.prefix || !known) {
            for word in self.starting(&whole) {
                any.push(boost(self.term(&word), 0.8));
            }
        }
        if !known && parts.len() == 1 && whole.len() >= 4 {
            let distance = if whole.len() >= 8 { 2 } else { 1 };
            any.push(boost(
                Box::new(FuzzyTermQuery::new(Term::from_field_text(self.fields.text, &whole), distance, true)),
                0.5,
            ));
        }
        Some(sum(any))
    }

    fn japanese(&self, run: &[Folded], weight: f32, needles: &mut Vec<String>) -> Option<Box<dyn Query>> {
        let text = text_of(run);
        needles.push(text.clone());
        let chars: Vec<char> = text.chars().collect();
        let pairs: Vec<String> = chars.windows(2).map(|w| w.iter().collect()).collect();
        if pairs.is_empty() {
            return Some(boost(sum(vec![self.term(&text), boost(self.in_title(&text), 0.3)]), 0.7 * weight));
        }
        needles.extend(pairs.iter().cloned());
        let share = (pairs.len() as f32).powf(-0.5);
        let mut any: Vec<Box<dyn Query>> = pairs.iter().map(|p| boost(self.term(p), 0.3 * share)).collect();
        any.push(boost(self.phrase(self.fields.text, &pairs).unwrap_or_else(|| self.term(&text)), share));
        any.push(boost(self.phrase(self.fields.title, &pairs).unwrap_or_else(|| self.in_title(&text)), 0.5 * share));
        Some(boost(sum(any), weight))
    }

    /// A synonym must match whole.
    fn whole(&self, word: &str, needles: &mut Vec<String>) -> Option<Box<dyn Query>> {
        let mut terms: Vec<(usize, Term)> = Vec::new();
        for token in tokens(word) {
            // One token a position: the longest, as a phrase wants it.
            if terms.last().is_some_and(|(p, _)| *p == token.position) {
                terms.pop();
            }
            terms.push((token.position, Term::from_field_text(self.fields.text, &token.text)));
        }
        // The last kanji alone adds nothing to the bigram before it.
        if terms.len() > 1 && word.chars().count() > 1 && !word.is_ascii() {
            terms.pop();
        }
        needles.push(fold_text(word));
        match terms.len() {
            0 => None,
            1 => terms.pop().map(|(_, t)| Box::new(TermQuery::new(t, IndexRecordOption::WithFreqs)) as Box<dyn Query>),
            _ => Some(Box::new(PhraseQuery::new_with_offset(terms))),
        }
    }

    fn frequency(&self, word: &str) -> u64 {
        let term = |field| Term::from_field_text(field, word);
        self.searcher.doc_freq(&term(self.fields.text)).unwrap_or(0)
            + self.searcher.doc_freq(&term(self.fields.title)).unwrap_or(0)
    }

    /// Terms of the index that start with a prefix.
    fn starting(&self, prefix: &str) -> Vec<String> {
        let mut out = Vec::new();
        for segment in self.searcher.segment_readers() {
            let Ok(index) = segment.inverted_index(self.fields.text) else { continue };
            let Ok(mut stream) = index.terms().range().ge(prefix.as_bytes()).into_stream() else { continue };
            while out.len() < MAX_PREFIX && stream.advance() {
                match std::str::from_utf8(stream.key()) {
                    Ok(term) if term.starts_with(prefix) => {
                        if term.len() > prefix.len() {
                            out.push(term.to_owned());
                        }
                    }
                    _ => break,
                }
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }
}

fn sum(any: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(any.into_iter().map(|q| (Occur::Should, q)).collect()))
}
