//! Which category a label of a foreign file most likely means.

use super::fold_label;
use super::profile::Profile;
use crate::criteria::{Category, CriteriaSet};
use std::collections::{BTreeMap, BTreeSet};

/// Confidence from which a category is taken without being asked for.
pub const SURE: u8 = 60;
/// Least likeness of names that is worth proposing.
const LIKE: u8 = 40;

/// A folded name with its pairs of characters.
struct Name {
    folded: String,
    pairs: Vec<(char, char)>,
}

impl Name {
    fn new(label: &str) -> Name {
        let folded = fold_label(label);
        let pairs: BTreeSet<(char, char)> = folded.chars().take(200).zip(folded.chars().skip(1)).collect();
        Name { folded, pairs: pairs.into_iter().collect() }
    }

    /// Shared pairs of characters, in percent, below 100.
    fn likeness(&self, other: &Name) -> u8 {
        let total = self.pairs.len() + other.pairs.len();
        let (mut shared, mut theirs) = (0, other.pairs.iter().peekable());
        for pair in &self.pairs {
            while theirs.next_if(|other| *other < pair).is_some() {}
            shared += usize::from(theirs.peek() == Some(&pair));
        }
        u8::try_from((200 * shared).checked_div(total).unwrap_or(0)).unwrap_or(100).min(99)
    }
}

/// A category with its names: its own, and those that other sets use for it.
struct Named<'a> {
    category: &'a Category,
    own: [Name; 2],
    known: Vec<Name>,
}

/// What labels of a file may mean. Names are folded once, since a file may have thousands of labels.
pub struct Categories<'a> {
    criteria: &'a CriteriaSet,
    profile: &'a Profile,
    remembered: &'a BTreeMap<String, String>,
    named: Vec<Named<'a>>,
    /// Names that other sets use, folded, to our categories; some of ours may be gone from the set.
    known: BTreeMap<String, &'a str>,
}

impl<'a> Categories<'a> {
    /// Of a criteria set, as a layout and what a reader said before name them.
    pub fn new(criteria: &'a CriteriaSet, profile: &'a Profile, remembered: &'a BTreeMap<String, String>) -> Self {
        let mut known = BTreeMap::new();
        for (name, id) in &profile.categories {
            known.entry(fold_label(name)).or_insert(id.as_str());
        }
        let named = criteria.categories.iter().map(|category| {
            let known = profile.categories.iter().filter(|(_, of)| **of == category.id);
            Named {
                category,
                own: [Name::new(&category.ja), Name::new(&category.en)],
                known: known.map(|(name, _)| Name::new(name)).collect(),
            }
        });
        Self { criteria, profile, remembered, named: named.collect(), known }
    }

    /// The category that a label most likely means, with a confidence in percent: what a reader said before, an
    /// identifier, a name that is known, a name that is like it.
    pub fn propose(&self, label: &str) -> (String, u8) {
        let name = Name::new(label);
        if let Some(category) = self.remembered.get(&name.folded) {
            return (category.clone(), 100);
        }
        if let Some(framework) = &self.profile.framework {
            return by_id(label, framework, self.criteria).map_or((String::new(), 0), |id| (id, 100));
        }
        let all = || self.named.iter().map(|named| named.category);
        if let Some(category) = all().find(|c| c.id.eq_ignore_ascii_case(label.trim())) {
            return (category.id.clone(), 100);
        }
        if name.folded.is_empty() {
            return (String::new(), 0);
        }
        if let Some(named) = self.named.iter().find(|c| c.own.iter().any(|n| n.folded == name.folded)) {
            return (named.category.id.clone(), 100);
        }
        if let Some(id) = self.known.get(&name.folded) {
            return ((*id).to_owned(), 80);
        }
        let scored = self.named.iter().map(|named| {
            let ours = named.own.iter().map(|n| name.likeness(n));
            // A known name of the category that is like the label is worth a little less than the category's own.
            let known = named.known.iter().map(|n| name.likeness(n).saturating_sub(10));
            (ours.chain(known).max().unwrap_or(0), named.category)
        });
        // Of equals the first counts, so that the answer does not hang on the order of a search.
        let best = scored.fold(None, |best: Option<(u8, &Category)>, (score, c)| match best {
            Some((other, _)) if other >= score => best,
            _ => Some((score, c)),
        });
        best.filter(|(score, _)| *score >= LIKE).map_or((String::new(), 0), |(score, c)| (c.id.clone(), score))
    }
}

/// The first category that lists an identifier of a framework.
pub fn by_id(id: &str, framework: &str, criteria: &CriteriaSet) -> Option<String> {
    let fits = |ids: &Vec<String>| ids.iter().any(|i| i.eq_ignore_ascii_case(id.trim()));
    criteria.categories.iter().find(|c| c.frameworks.get(framework).is_some_and(fits)).map(|c| c.id.clone())
}
