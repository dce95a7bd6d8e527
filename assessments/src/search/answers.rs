//! Answers that are still true: the same search by somebody who may read the same layers, while nothing changed. A page
//! that is turned to and fro, a saved search that is counted on every visit, what everybody types first.
//!
//! An answer is kept with all that it came from, and taken only where each of these is still the same one: the state of
//! every layer, the synonyms, the names. Whoever may read other layers asks under another key, so that nobody can tell from
//! the time of an answer what another institution looked for.

use super::recent::Recent;
use super::request::{Answer, FacetFilter, Request};
use super::{Filter, Synonyms, Vocabulary, day_of};
use crate::cell::Layer;
use crate::lang::Lang;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
        self.states == other.states && self.same_words(&other.words())
    }
}

/// The words and names that answers came from.
type Said = (Arc<Synonyms>, Arc<Vocabulary>);

impl Origin {
    fn words(&self) -> Said {
        (self.synonyms.clone(), self.vocabulary.clone())
    }

    fn same_words(&self, (synonyms, vocabulary): &Said) -> bool {
        Arc::ptr_eq(&self.synonyms, synonyms) && Arc::ptr_eq(&self.vocabulary, vocabulary)
    }
}

struct Known {
    answer: Arc<Answer>,
    origin: Origin,
}

/// Answers, those that were not asked for the longest time go first.
pub struct Answers(Mutex<Kept>);

struct Kept {
    known: Recent<Question, Known>,
    /// What all of them came from.
    words: Option<Said>,
}

impl Default for Answers {
    fn default() -> Answers {
        Answers(Mutex::new(Kept { known: Recent::new(usize::MAX, MOST), words: None }))
    }
}

impl Answers {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An answer that is still true.
    pub fn get(&self, question: &Question, origin: &Origin) -> Option<Arc<Answer>> {
        let mut kept = self.lock();
        let known = kept.known.get(question).filter(|k| k.origin == *origin)?;
        Some(known.answer.clone())
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        let all = self.lock().known.retain(|_| false);
        drop(all);
    }

    /// Keeps an answer.
    pub fn put(&self, question: Question, origin: Origin, answer: &Arc<Answer>) {
        let bytes = weight(answer) + question.text.len();
        if bytes > LARGEST {
            return;
        }
        let mut kept = self.lock();
        // What came from other words and names would hold lists of its own.
        let others = kept.words.as_ref().is_none_or(|words| !origin.same_words(words));
        let old = others.then(|| kept.known.retain(|_| false));
        kept.words = Some(origin.words());
        let forgotten = kept.known.put(question, Known { answer: answer.clone(), origin }, bytes);
        drop(kept);
        drop((old, forgotten));
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
        let answer = Arc::new(Answer { total: 7, ..Answer::default() });
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
        assert_eq!(answers.lock().known.len(), 1);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let (answers, now) = (Answers::default(), origin(&[1]));
        let hit = Hit { text: "あ".repeat(30_000), ..hit() };
        let answer = Arc::new(Answer { hits: vec![hit], ..Answer::default() });
        for n in 0..300 {
            answers.put(question(&n.to_string(), &[Layer::Shared]), now.clone(), &answer);
            assert!(answers.get(&question("0", &[Layer::Shared]), &now).is_some(), "{n}");
        }
        assert!(answers.lock().known.bytes() <= MOST);
        assert!(answers.get(&question("1", &[Layer::Shared]), &now).is_none());
        assert!(answers.get(&question("299", &[Layer::Shared]), &now).is_some());
        let huge = Arc::new(Answer { hits: vec![answer.hits[0].clone(); 10], ..Answer::default() });
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
