//! What is asked of the search and what it answers.

use crate::cell::{Address, Layer};
use crate::id::ServiceId;
use crate::lang::{Label, Lang};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Something that results are counted by and can be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FacetKey {
    /// Viewpoint of the criteria set: `V3`.
    Viewpoint,
    /// Category of the criteria set: `K07`.
    Category,
    /// Who offers the service, as its facts say.
    Provider,
    /// Service group, in Japanese where the facts say it, else in English.
    Group,
    /// The answer's availability, by its key.
    Availability,
    /// Whose responsibility, by its key.
    Responsibility,
    /// Kinds of control, by their keys.
    Mode,
    /// Mechanisms of the guardrails that the answer leans on, or of the guardrail itself.
    Mechanism,
    /// How far the sheet is: `empty`, `started`, `answered`, `published`.
    State,
    /// Whose text: `shared`, or an institution's id. Only the reader's own.
    Institution,
    /// Severity of a note or a guardrail, by its key.
    Severity,
    /// What was found: `criteria`, `notes`, `scenarios`, `paths`, `facts`, `comment`, `guardrail`, `category`, `published`.
    Section,
    /// Changed within: `7d`, `30d`, `90d`, `365d`.
    Changed,
    /// The newest checked evidence is older than: `180d`, `365d`, `730d`; `never` where none was checked.
    Evidence,
}

impl FacetKey {
    /// All, in the order in which they are shown.
    pub const ALL: [FacetKey; 14] = [
        FacetKey::Section,
        FacetKey::Viewpoint,
        FacetKey::Category,
        FacetKey::Provider,
        FacetKey::Group,
        FacetKey::State,
        FacetKey::Availability,
        FacetKey::Responsibility,
        FacetKey::Mode,
        FacetKey::Mechanism,
        FacetKey::Severity,
        FacetKey::Institution,
        FacetKey::Changed,
        FacetKey::Evidence,
    ];

    /// As in addresses of the search page and in queries: `viewpoint`.
    pub fn key(self) -> &'static str {
        match self {
            FacetKey::Viewpoint => "viewpoint",
            FacetKey::Category => "category",
            FacetKey::Provider => "provider",
            FacetKey::Group => "group",
            FacetKey::Availability => "availability",
            FacetKey::Responsibility => "responsibility",
            FacetKey::Mode => "mode",
            FacetKey::Mechanism => "mechanism",
            FacetKey::State => "state",
            FacetKey::Institution => "institution",
            FacetKey::Severity => "severity",
            FacetKey::Section => "in",
            FacetKey::Changed => "changed",
            FacetKey::Evidence => "evidence",
        }
    }

    /// Reads a key.
    pub fn parse(text: &str) -> Option<FacetKey> {
        FacetKey::ALL.into_iter().find(|k| k.key() == text)
    }
}

/// Facets chosen by the reader: values of one key are alternatives, keys narrow one another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct FacetFilter(BTreeMap<FacetKey, BTreeSet<String>>);

/// Most values that a filter takes of one key.
const MOST_VALUES: usize = 50;

impl FacetFilter {
    /// Adds a value. Empty and endless ones are not taken.
    pub fn add(&mut self, key: FacetKey, value: &str) {
        let value = value.trim();
        let values = self.0.entry(key).or_default();
        if !value.is_empty() && value.chars().count() <= 200 && values.len() < MOST_VALUES {
            values.insert(value.to_owned());
        }
        if values.is_empty() {
            self.0.remove(&key);
        }
    }

    /// Takes a value away.
    pub fn remove(&mut self, key: FacetKey, value: &str) {
        if let Some(values) = self.0.get_mut(&key) {
            values.remove(value);
            if values.is_empty() {
                self.0.remove(&key);
            }
        }
    }

    /// Whether a value is chosen.
    pub fn has(&self, key: FacetKey, value: &str) -> bool {
        self.0.get(&key).is_some_and(|v| v.contains(value))
    }

    /// The chosen values of a key.
    pub fn of(&self, key: FacetKey) -> impl Iterator<Item = &str> {
        self.0.get(&key).into_iter().flatten().map(String::as_str)
    }

    /// Everything chosen, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FacetKey, &str)> {
        self.0.iter().flat_map(|(k, values)| values.iter().map(|v| (*k, v.as_str())))
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What was typed, operators and all.
    pub text: String,
    /// Facets chosen beside it.
    pub facets: FacetFilter,
    /// Most hits.
    pub limit: usize,
    /// Hits to leave out before.
    pub offset: usize,
    /// Whether the last word is still being typed.
    pub prefix: bool,
    /// Whether what changed lately comes before what is as good and older: for offering, not for searching.
    pub recent: bool,
    /// Whether matches and facets are counted: it costs time, and not every asker shows them. Where they are not, what cannot
    /// be among the best is passed over, and the total says no more than that there are as many.
    pub count: bool,
    /// The time from which `changed` and `evidence` are reckoned.
    pub now: DateTime<Utc>,
    /// The reader's language: which of a cell's two texts is shown, where both answer as well.
    pub lang: Lang,
}

impl Request {
    /// A search for a text, twenty hits, nothing chosen, facets counted, for a reader of Japanese.
    pub fn new(text: &str, now: DateTime<Utc>) -> Request {
        Request {
            text: text.to_owned(),
            facets: FacetFilter::default(),
            limit: 20,
            offset: 0,
            prefix: false,
            recent: false,
            count: true,
            now,
            lang: Lang::Ja,
        }
    }
}

/// What a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HitKind {
    /// A cell of the working text, or of the reader's own layer.
    Cell,
    /// A cell as the newest published version has it, where the working text says something else by now.
    Published,
    /// A comment.
    Comment,
    /// An entry of the guardrail catalogue.
    Guardrail,
    /// A service, found by its names.
    Service,
    /// A category of a criteria set, found by its name or question.
    Category,
}

impl HitKind {
    /// As in JSON.
    pub fn key(self) -> &'static str {
        match self {
            HitKind::Cell => "cell",
            HitKind::Published => "published",
            HitKind::Comment => "comment",
            HitKind::Guardrail => "guardrail",
            HitKind::Service => "service",
            HitKind::Category => "category",
        }
    }
}

/// Why something else than the typed word made a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WhyKind {
    /// A synonym or a translation.
    Synonym,
    /// A longer word that starts with what was typed.
    Prefix,
    /// A word one edit away.
    Typo,
    /// Another form of the word.
    Stem,
}

/// The reason of a hit that the typed words alone do not explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Which kind of reason.
    pub kind: WhyKind,
    /// What was typed.
    pub typed: String,
    /// What stands in the text.
    pub found: String,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// In which layer.
    pub layer: Layer,
    /// The service; none for guardrails and categories.
    pub service: Option<ServiceId>,
    /// Which cell; none for what is no cell. A comment on a cell names it.
    pub address: Option<Address>,
    /// What identifies it where no cell does: a guardrail's identifier, a comment as `thread#comment`, a category's id, the
    /// published version's name.
    pub reference: String,
    /// The criteria set that its sheet follows, or that it belongs to.
    pub criteria: String,
    /// Name of the service, the guardrail or the category.
    pub title: Label,
    /// The whole text, plain, in the language that matched best.
    pub text: String,
    /// The text's piece around the best place: (marked, text).
    pub snippet: Vec<(bool, String)>,
    /// Higher is better; comparable within one search.
    pub score: f32,
    /// What made it match beside the typed words.
    pub why: Vec<Why>,
}

/// Something that the reader is told about a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A slip of the syntax: searched for as it was typed.
    Literal {
        /// The piece.
        typed: String,
        /// What is odd about it.
        slip: Slip,
    },
    /// Words that were taken for one another.
    Synonyms {
        /// What was typed.
        typed: String,
        /// What it was taken for too, the words that were found first.
        used: Vec<String>,
    },
    /// No text holds the word; this one was searched for too.
    Corrected {
        /// What was typed.
        typed: String,
        /// What was found one edit away.
        found: String,
    },
    /// A service was named: its texts stand first.
    Service {
        /// What was typed.
        typed: String,
        /// Which service.
        service: ServiceId,
    },
    /// The query is longer than what is looked at.
    Cut {
        /// Characters that were looked at.
        kept: usize,
    },
    /// The query has more words than are looked for.
    Fewer {
        /// Words that were looked for.
        words: usize,
    },
    /// Nothing in the query can be searched for.
    Nothing,
}

/// What is odd about a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// A quote that nothing closes.
    Quote,
    /// A colon behind a word that names no field.
    Field,
    /// A field with a value that it does not have.
    Value,
    /// A minus or an OR with nothing beside it.
    Operator,
    /// Only words to leave out, and nothing to look for.
    OnlyMinus,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Hits, best first.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: u64,
    /// Counts of each facet's values, as many as fit the text and the other facets. The most frequent first.
    pub facets: Vec<(FacetKey, Vec<(String, u64)>)>,
    /// What the reader is told.
    pub said: Vec<Notice>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facet_keys_read_back() {
        for key in FacetKey::ALL {
            assert_eq!(FacetKey::parse(key.key()), Some(key));
        }
        assert_eq!(FacetKey::parse("nothing"), None);
    }

    #[test]
    fn a_filter_takes_and_gives_back() {
        let mut filter = FacetFilter::default();
        filter.add(FacetKey::Category, " K07 ");
        filter.add(FacetKey::Category, "");
        assert!(filter.has(FacetKey::Category, "K07") && filter.iter().count() == 1);
        filter.remove(FacetKey::Category, "K07");
        assert!(filter.is_empty());
    }
}
