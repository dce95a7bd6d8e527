//! Answers that are still true: the same search by somebody who may read the same layers, while nothing changed. A page
//! that is turned to and fro, a saved search that is counted on every visit, what everybody types first.
//!
//! An answer is kept with all that it came from, and taken only where each of these is still the same one: the state of
//! every layer, the synonyms, the names. Whoever may read other layers asks under another key, so that nobody can tell from
//! the time of an answer what another institution looked for.

use super::request::{Answer, FacetFilter, Request};
use super::{Filter, Synonyms, Vocabulary, day_of};
use crate::cell::Layer;
use crate::lang::Lang;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most bytes of all answers that are kept.
const MOST: usize = 8 * 1024 * 1024;
/// Most bytes of one: an export of a thousand hits is asked for once.
const LARGEST: usize = 512 * 1024;

/// What was asked, and by whom: by the layers that may be read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Question {
    layers: Vec<Layer>,
    text: String,
    facets: FacetFilter,
    limit: usize,
    offset: usize,
    prefix: bool,
    recent: bool,
    count: bool,
    day: i64,
    lang: Lang,
    filter: Filter,
}

impl Question {
    /// The question of a search.
    pub fn new(layers: &[Layer], request: &Request, filter: &Filter) -> Question {
        let Request { text, facets, limit, offset, prefix, recent, count, now, lang } = request;
        Question {
            layers: layers.to_vec(),
            text: text.clone(),
            facets: facets.clone(),
            limit: *limit,
            offset: *offset,
            prefix: *prefix,
            recent: *recent,
            count: *count,
            day: day_of(*now),
            lang: *lang,
            filter: filter.clone(),
        }
    }
}

/// What an answer came from.
#[derive(Clone)]
pub struct Origin {
    /// The state of each layer that was read, by its number.
    pub states: Vec<u64>,
    /// The words that were taken for one another.
    pub synonyms: Arc<Synonyms>,
    /// The names that were known.
    pub vocabulary: Arc<Vocabulary>,
}

impl PartialEq for Origin {
    fn eq(&self, other: &Origin) -> bool {
        self.states == other.states && self.same_words(other)
    }
}

impl Origin {
    fn same_words(&self, other: &Origin) -> bool {
        Arc::ptr_eq(&self.synonyms, &other.synonyms) && Arc::ptr_eq(&self.vocabulary, &other.vocabulary)
    }
}

struct Known {
    answer: Arc<Answer>,
    origin: Origin,
    bytes: usize,
    asked: u64,
}

/// Answers, those that were not asked for the longest time go first.
#[derive(Default)]
pub struct Answers(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    known: HashMap<Question, Known>,
    /// What was kept last: all of it came from the same words and names.
    origin: Option<Origin>,
    bytes: usize,
    clock: u64,
}

impl Answers {
    /// An answer that is still true.
    pub fn get(&self, question: &Question, origin: &Origin) -> Option<Arc<Answer>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clock += 1;
        let clock = kept.clock;
        let known = kept.known.get_mut(question).filter(|k| k.origin == *origin)?;
        known.asked = clock;
        Some(known.answer.clone())
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    /// Keeps an answer.
    pub fn put(&self, question: Question, origin: Origin, answer: &Answer) {
        let bytes = weight(answer) + question.text.len();
        if bytes > LARGEST {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.only(&origin);
        kept.clock += 1;
        let known = Known { answer: Arc::new(answer.clone()), origin, bytes, asked: kept.clock };
        kept.bytes += bytes;
        if let Some(old) = kept.known.insert(question, known) {
            kept.bytes -= old.bytes;
        }
        if kept.bytes > MOST {
            kept.forget();
        }
    }
}

impl Kept {
    /// Forgets what came from other words and names: each entry would hold a list of its own.
    fn only(&mut self, origin: &Origin) {
        if self.origin.as_ref().is_none_or(|kept| !kept.same_words(origin)) {
            *self = Kept { origin: Some(origin.clone()), clock: self.clock, ..Kept::default() };
        }
    }

    /// Forgets a quarter, so that the oldest need not be looked for each time.
    fn forget(&mut self) {
        let mut all: Vec<(u64, usize)> = self.known.values().map(|known| (known.asked, known.bytes)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let mut sum = 0;
        let fits = all.iter().take_while(|(_, bytes)| {
            sum += bytes;
            sum <= MOST / 4 * 3
        });
        let oldest = fits.last().map_or(u64::MAX, |(asked, _)| *asked);
        self.known.retain(|_, known| known.asked >= oldest);
        self.bytes = self.known.values().map(|known| known.bytes).sum();
    }
}

/// About how many bytes an answer takes.
fn weight(answer: &Answer) -> usize {
    let hit = |h: &super::Hit| {
        let marked: usize = h.snippet.iter().map(|(_, t)| t.len() + 32).sum();
        400 + h.text.len() + marked + h.title.ja.len() + h.title.en.len() + h.reference.len()
    };
    let facet =
        |(_, values): &(super::FacetKey, Vec<(String, u64)>)| values.iter().map(|(v, _)| v.len() + 40).sum::<usize>();
    600 + answer.hits.iter().map(hit).sum::<usize>() + answer.facets.iter().map(facet).sum::<usize>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Hit;
    use super::*;
    use crate::id::InstitutionId;
    use chrono::Utc;

    fn question(text: &str, layers: &[Layer]) -> Question {
        Question::new(layers, &Request::new(text, Utc::now()), &Filter::default())
    }

    fn origin(states: &[u64]) -> Origin {
        Origin { states: states.to_vec(), synonyms: Arc::default(), vocabulary: Arc::default() }
    }

    #[test]
    fn an_answer_is_true_for_its_layers_and_while_nothing_changed() {
        let (answers, now) = (Answers::default(), origin(&[1]));
        let answer = Answer { total: 7, ..Answer::default() };
        answers.put(question("鍵", &[Layer::Shared]), now.clone(), &answer);
        assert_eq!(answers.get(&question("鍵", &[Layer::Shared]), &now).unwrap().total, 7);
        let own = [Layer::Shared, Layer::Institution(InstitutionId::parse("a-bank").unwrap())];
        assert!(answers.get(&question("鍵", &own), &now).is_none());
        assert!(answers.get(&question("錠", &[Layer::Shared]), &now).is_none());
        let later = Origin { states: vec![2], ..now.clone() };
        let others = Origin { synonyms: Arc::default(), ..now.clone() };
        let names = Origin { vocabulary: Arc::default(), ..now };
        for changed in [later, others, names] {
            assert!(answers.get(&question("鍵", &[Layer::Shared]), &changed).is_none());
        }
        // Old lists of words are not held on to.
        answers.put(question("錠", &[Layer::Shared]), origin(&[1]), &answer);
        assert_eq!(answers.0.lock().unwrap().known.len(), 1);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let (answers, now) = (Answers::default(), origin(&[1]));
        let hit = Hit { text: "あ".repeat(30_000), ..hit() };
        let answer = Answer { hits: vec![hit], ..Answer::default() };
        for n in 0..300 {
            answers.put(question(&n.to_string(), &[Layer::Shared]), now.clone(), &answer);
            assert!(answers.get(&question("0", &[Layer::Shared]), &now).is_some(), "{n}");
        }
        assert!(answers.0.lock().unwrap().bytes <= MOST);
        assert!(answers.get(&question("1", &[Layer::Shared]), &now).is_none());
        assert!(answers.get(&question("299", &[Layer::Shared]), &now).is_some());
        let huge = Answer { hits: vec![answer.hits[0].clone(); 10], ..Answer::default() };
        answers.put(question("huge", &[Layer::Shared]), now.clone(), &huge);
        assert!(answers.get(&question("huge", &[Layer::Shared]), &now).is_none());
    }

    fn hit() -> Hit {
        Hit {
            kind: super::super::HitKind::Cell,
            layer: Layer::Shared,
            service: None,
            address: None,
            reference: String::new(),
            criteria: String::new(),
            title: crate::lang::Label::default(),
            text: String::new(),
            snippet: vec![],
            score: 1.0,
            why: vec![],
        }
    }
}
