//! Which category a label of a foreign file most likely means.

use super::fold_label;
use super::profile::Profile;
use crate::criteria::CriteriaSet;
use std::collections::{BTreeMap, BTreeSet};

/// Confidence from which a category is taken without being asked for.
pub const SURE: u8 = 60;
/// Least likeness of names that is worth proposing.
const LIKE: u8 = 40;

/// The category that a label most likely means, with a confidence in percent: what a reader said before, an
/// identifier, a name that is known, a name that is like it.
pub fn propose(
    label: &str,
    criteria: &CriteriaSet,
    profile: &Profile,
    remembered: &BTreeMap<String, String>,
) -> (String, u8) {
    let folded = fold_label(label);
    if let Some(category) = remembered.get(&folded) {
        return (category.clone(), 100);
    }
    if let Some(framework) = &profile.framework {
        return by_id(label, framework, criteria).map_or((String::new(), 0), |id| (id, 100));
    }
    if let Some(category) = criteria.categories.iter().find(|c| c.id.eq_ignore_ascii_case(label.trim())) {
        return (category.id.clone(), 100);
    }
    if folded.is_empty() {
        return (String::new(), 0);
    }
    if let Some(category) =
        criteria.categories.iter().find(|c| [&c.ja, &c.en].into_iter().any(|n| fold_label(n) == folded))
    {
        return (category.id.clone(), 100);
    }
    if let Some((_, id)) = profile.categories.iter().find(|(name, _)| fold_label(name) == folded) {
        return (id.clone(), 80);
    }
    let scored = criteria.categories.iter().map(|c| {
        let ours = [&c.ja, &c.en].into_iter().map(|n| likeness(&folded, &fold_label(n)));
        // A known name of the category that is like the label is worth a little less than the category's own.
        let known = profile.categories.iter().filter(|(_, id)| **id == c.id);
        let known = known.map(|(name, _)| likeness(&folded, &fold_label(name)).saturating_sub(10));
        (ours.chain(known).max().unwrap_or(0), c)
    });
    // Of equals the first counts, so that the answer does not hang on the order of a search.
    let best = scored.fold(None, |best: Option<(u8, &crate::criteria::Category)>, (score, c)| match best {
        Some((other, _)) if other >= score => best,
        _ => Some((score, c)),
    });
    best.filter(|(score, _)| *score >= LIKE).map_or((String::new(), 0), |(score, c)| (c.id.clone(), score))
}

/// The first category that lists an identifier of a framework.
pub fn by_id(id: &str, framework: &str, criteria: &CriteriaSet) -> Option<String> {
    let fits = |ids: &Vec<String>| ids.iter().any(|i| i.eq_ignore_ascii_case(id.trim()));
    criteria.categories.iter().find(|c| c.frameworks.get(framework).is_some_and(fits)).map(|c| c.id.clone())
}

/// Shared pairs of characters, in percent, below 100.
fn likeness(a: &str, b: &str) -> u8 {
    let pairs = |t: &str| -> BTreeSet<(char, char)> { t.chars().take(200).zip(t.chars().skip(1)).collect() };
    let (a, b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let percent = (200 * a.intersection(&b).count()).checked_div(total).unwrap_or(0);
    u8::try_from(percent).unwrap_or(100).min(99)
}
