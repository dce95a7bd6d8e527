//! How alike two sheets are: a measure over their answers, guardrails and service group.
//!
//! Per category that either sheet answers: availability counts 60, responsibility 25, modes 15 of a hundred; one that only
//! one of them answers counts nothing. The answers together make 75 parts of the whole, the guardrails that both lean on
//! 15 (left out where neither leans on any), the same service group 10. Two sheets with fewer than [`FEWEST`] categories
//! answered by both are not compared: too little is known.

use crate::guardrail::parse_links;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Fewest categories that both must answer.
pub const FEWEST: usize = 3;

const ANSWERS: f64 = 0.75;
const GUARDRAILS: f64 = 0.15;
const GROUP: f64 = 0.10;

/// What one category's answer chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The availability's key; empty where nothing is answered.
    pub availability: Box<str>,
    /// The responsibility's key; may be empty.
    pub responsibility: Box<str>,
    /// The modes' keys, joined by `,`; may be empty.
    pub modes: Box<str>,
}

/// What of a sheet is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The criteria set that it follows: categories of two sets are two things.
    pub criteria: String,
    /// The service group; may be empty.
    pub group: String,
    /// By category.
    pub answers: BTreeMap<Box<str>, Answer>,
    /// Guardrails that any answer leans on, folded.
    pub guardrails: BTreeSet<Box<str>>,
}

impl Profile {
    /// Takes a cell of part 2 in; fields that are not compared are passed over.
    pub fn take(&mut self, category: &str, field: &str, value: &str) {
        if field == "guardrails" {
            let links = parse_links(value).unwrap_or_default();
            self.guardrails.extend(links.iter().map(|l| l.id.to_string().to_lowercase().into_boxed_str()));
            return;
        }
        let answer = self.answers.entry(category.into()).or_default();
        match field {
            "availability" => answer.availability = value.into(),
            "responsibility" => answer.responsibility = value.into(),
            "modes" => answer.modes = value.into(),
            _ => {}
        }
    }

    fn answered(&self) -> impl Iterator<Item = (&str, &Answer)> {
        self.answers.iter().filter(|(_, a)| !a.availability.is_empty()).map(|(c, a)| (&**c, a))
    }
}

/// How alike, and in what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// From 0 to 1.
    pub score: f64,
    /// Categories with the same availability.
    pub same: Vec<String>,
    /// Categories with another one, or answered by one of them: category, this sheet's key, the other's.
    pub different: Vec<(String, String, String)>,
    /// Guardrails that both lean on.
    pub guardrails: Vec<String>,
    /// Whether the service group is the same.
    pub group: bool,
}

/// How alike two sheets are, from 0 to 1: what [`likeness`] says without its reasons, for ranking many.
pub fn score(a: &Profile, b: &Profile) -> Option<f64> {
    weigh(a, b, |_, _, _| {})
}

/// Compares two sheets. None where they follow different criteria sets or too few categories are answered by both.
pub fn likeness(a: &Profile, b: &Profile) -> Option<Likeness> {
    let (mut same, mut different) = (vec![], vec![]);
    let score = weigh(a, b, |category, x, y| {
        let key = |answer: Option<&Answer>| answer.map_or("", |a| &a.availability).to_owned();
        if key(x) == key(y) {
            same.push(category.to_owned());
        } else {
            different.push((category.to_owned(), key(x), key(y)));
        }
    })?;
    let guardrails = a.guardrails.intersection(&b.guardrails).map(ToString::to_string).collect();
    Some(Likeness { score, same, different, guardrails, group: same_group(a, b) })
}

fn same_group(a: &Profile, b: &Profile) -> bool {
    !a.group.is_empty() && a.group == b.group
}

/// The measure. `tell` hears of every category that either answers, in order.
fn weigh(a: &Profile, b: &Profile, mut tell: impl FnMut(&str, Option<&Answer>, Option<&Answer>)) -> Option<f64> {
    if a.criteria != b.criteria {
        return None;
    }
    let (mut left, mut right) = (a.answered().peekable(), b.answered().peekable());
    let (mut sum, mut both, mut asked) = (0.0, 0_usize, 0_u32);
    loop {
        // Both stand in the order of the categories: the smaller one comes next.
        let category = match (left.peek(), right.peek()) {
            (Some((x, _)), Some((y, _))) => x.min(y),
            (Some((x, _)), None) => x,
            (None, Some((y, _))) => y,
            (None, None) => break,
        };
        let category: &str = category;
        let x = left.next_if(|(c, _)| *c == category).map(|(_, answer)| answer);
        let y = right.next_if(|(c, _)| *c == category).map(|(_, answer)| answer);
        asked += 1;
        if let (Some(x), Some(y)) = (x, y) {
            both += 1;
            sum += alike(x, y);
        }
        tell(category, x, y);
    }
    if both < FEWEST {
        return None;
    }
    let group = if same_group(a, b) { GROUP } else { 0.0 };
    let (mut score, mut weight) = (ANSWERS * sum / f64::from(asked) + group, ANSWERS + GROUP);
    let shared = a.guardrails.intersection(&b.guardrails).count();
    if let Some(guardrails) = jaccard(shared, a.guardrails.len(), b.guardrails.len()) {
        score += GUARDRAILS * guardrails;
        weight += GUARDRAILS;
    }
    Some(score / weight)
}

/// Two answers to one category, from 0 to 1.
fn alike(x: &Answer, y: &Answer) -> f64 {
    let availability = match (rank(&x.availability), rank(&y.availability)) {
        _ if x.availability == y.availability => 1.0,
        (Some(x), Some(y)) => 1.0 - (x - y).abs() / 3.0,
        // Not applicable is no step of the scale: it is like nothing but itself.
        _ => 0.0,
    };
    let responsibility = match (&*x.responsibility, &*y.responsibility) {
        (x, y) if x == y => 1.0,
        ("shared", "customer" | "provider") | ("customer" | "provider", "shared") => 0.5,
        _ => 0.0,
    };
    let modes = |text| str::split(text, ',').map(str::trim).filter(|m| !m.is_empty());
    let shared = modes(&x.modes).filter(|m| modes(&y.modes).any(|n| n == *m)).count();
    let modes = jaccard(shared, modes(&x.modes).count(), modes(&y.modes).count()).unwrap_or(1.0);
    0.60 * availability + 0.25 * responsibility + 0.15 * modes
}

fn rank(availability: &str) -> Option<f64> {
    match availability {
        "on_default" => Some(3.0),
        "can_enable" => Some(2.0),
        "partly" => Some(1.0),
        "not_offered" => Some(0.0),
        _ => None,
    }
}

/// What two sets share, of all that is in either. None where both are empty.
fn jaccard(shared: usize, a: usize, b: usize) -> Option<f64> {
    let all = u32::try_from(a + b - shared).unwrap_or(u32::MAX);
    (all > 0).then(|| f64::from(u32::try_from(shared).unwrap_or(u32::MAX)) / f64::from(all))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn profile(group: &str, answers: &[(&str, &str, &str)], guardrails: &str) -> Profile {
        let mut profile = Profile { criteria: "x@1".into(), group: group.into(), ..Profile::default() };
        for (category, availability, responsibility) in answers {
            profile.take(category, "availability", availability);
            profile.take(category, "responsibility", responsibility);
        }
        profile.take("K01", "guardrails", guardrails);
        profile
    }

    const THREE: [(&str, &str, &str); 3] =
        [("K01", "on_default", "shared"), ("K02", "can_enable", "customer"), ("K03", "partly", "provider")];

    #[test]
    fn a_sheet_is_wholly_like_itself() {
        let it = profile("Storage", &THREE, "config:x | full");
        let found = likeness(&it, &it).unwrap();
        assert!((found.score - 1.0).abs() < 1e-9, "{found:?}");
        assert_eq!((found.same.len(), found.different.len(), found.guardrails.len()), (3, 0, 1));
    }

    #[test]
    fn a_step_of_availability_costs_less_than_three_and_the_differences_are_named() {
        let it = profile("", &THREE, "");
        let near = profile("", &[("K01", "can_enable", "shared"), THREE[1], THREE[2]], "");
        let far = profile("", &[("K01", "not_offered", "shared"), THREE[1], THREE[2]], "");
        let (near, far) = (likeness(&it, &near).unwrap(), likeness(&it, &far).unwrap());
        assert!(near.score > far.score, "{} {}", near.score, far.score);
        assert_eq!(far.different, [("K01".to_owned(), "on_default".to_owned(), "not_offered".to_owned())]);
    }

    #[test]
    fn an_answer_that_only_one_of_them_has_makes_them_less_alike() {
        let it = profile("", &THREE, "");
        let more = profile("", &[THREE[0], THREE[1], THREE[2], ("K04", "partly", "")], "");
        let found = likeness(&it, &more).unwrap();
        assert!(found.score < likeness(&it, &it).unwrap().score);
        assert_eq!(found.different, [("K04".to_owned(), String::new(), "partly".to_owned())]);
    }

    #[test]
    fn shared_guardrails_and_the_group_bring_sheets_nearer() {
        let it = profile("Storage", &THREE, "config:x\nconfig:y");
        let plain = likeness(&it, &profile("Compute", &THREE, "config:z")).unwrap().score;
        let grouped = likeness(&it, &profile("Storage", &THREE, "config:z")).unwrap().score;
        let guarded = likeness(&it, &profile("Storage", &THREE, "config:X")).unwrap();
        assert!(plain < grouped && grouped < guarded.score, "{plain} {grouped} {}", guarded.score);
        assert_eq!(guarded.guardrails, ["config:x"]);
    }

    #[test]
    fn three_thousand_sheets_are_ranked_in_a_moment() {
        let keys = ["on_default", "can_enable", "partly", "not_offered"];
        let sheet = |n: usize| {
            let mut profile = Profile { criteria: "x@1".into(), ..Profile::default() };
            for category in 1..20 {
                let id = format!("K{category:02}");
                profile.take(&id, "availability", keys[(n * category) % 4]);
                profile.take(&id, "modes", "preventive,detective");
                profile.take(&id, "guardrails", &format!("config:rule-{category}-{} | full", n % 7));
            }
            profile
        };
        let sheets: Vec<Profile> = (0..3_000).map(sheet).collect();
        let begun = std::time::Instant::now();
        let scores: Vec<f64> = sheets.iter().filter_map(|s| score(&sheets[0], s)).collect();
        let took = begun.elapsed();
        assert_eq!((scores.len(), scores[0]), (3_000, likeness(&sheets[0], &sheets[0]).unwrap().score));
        println!("3,000 sheets in {took:?}");
        assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    }

    #[test]
    fn too_few_answers_and_other_criteria_sets_are_not_compared() {
        let it = profile("", &THREE, "");
        assert!(likeness(&it, &profile("", &THREE[..2], "")).is_none());
        assert!(likeness(&it, &Profile { criteria: "y@1".into(), ..it.clone() }).is_none());
    }

    proptest! {
        #[test]
        fn likeness_is_the_same_both_ways_and_within_bounds(
            a in proptest::collection::vec(("K0[1-6]", "on_default|can_enable|partly|not_offered|not_applicable|", "shared|customer|"), 0..9),
            b in proptest::collection::vec(("K0[1-6]", "on_default|can_enable|partly|not_offered|not_applicable|", "shared|customer|"), 0..9),
        ) {
            fn of(list: &[(String, String, String)]) -> Profile {
                let list: Vec<(&str, &str, &str)> = list.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
                profile("g", &list, "")
            }
            let (x, y) = (of(&a), of(&b));
            match (likeness(&x, &y), likeness(&y, &x)) {
                (None, None) => {}
                (Some(one), Some(other)) => {
                    prop_assert!((one.score - other.score).abs() < 1e-9);
                    prop_assert!((0.0..=1.0).contains(&one.score), "{}", one.score);
                }
                (one, other) => prop_assert!(false, "{one:?} {other:?}"),
            }
        }
    }
}
