//! What a pass over many documents finds is what reading each of them finds.

#![allow(clippy::unwrap_used)]

use super::super::{Doc, FacetKey, Filter, GroupDocs, HitKind, KnownName, Notice, Request, Search, Synonyms};
use crate::cell::{Address, Layer};
use crate::id::ServiceId;
use crate::lang::Label;
use rstest::rstest;
use std::sync::{Arc, LazyLock};

/// More than two windows, so that words stand in some of them alone.
const MANY: usize = 13_000;

type Has = fn(usize) -> bool;

/// Words, and which documents have them: everywhere, here and there, in one place, in none.
const WORDS: [(&str, Has); 12] = [
    ("zuk", |_| true),
    ("zem", |n| n.is_multiple_of(7)),
    ("zil", |n| (5_000..5_300).contains(&n)),
    ("zop", |n| n.is_multiple_of(3)),
    ("zar", |n| n == 100 || (9_000..9_400).contains(&n) || n == MANY - 1),
    ("zyb", |_| false),
    // In the name of every service as well.
    ("zif", |n| n.is_multiple_of(11) && n > 4_000),
    // These mean the same, and so do `zwc zwd` and `zwe`.
    ("zwa", |n| n.is_multiple_of(9)),
    ("zwb", |n| n.is_multiple_of(5) && n > 8_000),
    ("zwc", |n| n.is_multiple_of(4)),
    ("zwd", |n| n.is_multiple_of(6)),
    ("zwe", |n| n.is_multiple_of(17)),
];
/// Words that mean the same.
const SAME: &str = "zwa\tzwb\nzwc zwd\tzwe";

fn has(word: &str, n: usize) -> bool {
    WORDS.iter().find(|(w, _)| *w == word).unwrap().1(n)
}

fn row(n: usize) -> &'static str {
    if n.is_multiple_of(5) { "K07" } else { "K09" }
}

pub fn doc(n: usize) -> Doc {
    let words: Vec<&str> = WORDS.iter().filter(|(_, has)| has(n)).map(|(w, _)| *w).collect();
    let place = Address::parse(&format!("criteria/{}/summary", row(n))).unwrap();
    Doc {
        kind: HitKind::Cell,
        service: ServiceId::parse(&format!("t{n}")).ok(),
        address: Some(place),
        reference: String::new(),
        criteria: "set@1".into(),
        title: Label::default(),
        ja: String::new(),
        en: words.join(" "),
        head: if row(n) == "K07" { "zhd zwa" } else { "zhn" }.into(),
        topic: if n.is_multiple_of(8) { "ztp zif" } else { "" }.into(),
        name: "zif".into(),
        values: vec![(FacetKey::Category, row(n).to_owned())],
        tags: vec![super::super::docs::tag("in", if row(n) == "K07" { "notes" } else { "criteria" })],
        changed: 20_000 + (n % 4) as i64 * 20,
        evidence: super::super::docs::NO_EVIDENCE,
    }
}

/// The documents in three segments, some of them taken away again.
pub static MANY_DOCS: LazyLock<Search> = LazyLock::new(|| {
    let search = Search::in_memory(Synonyms::parse(SAME)).unwrap();
    let group = |n: usize, docs: Vec<Doc>| GroupDocs {
        layer: Layer::Shared,
        group: format!("sheet/{n}"),
        mark: "1".into(),
        docs,
    };
    let part = |n: usize| (MANY * n / 3..MANY * (n + 1) / 3).map(doc).collect::<Vec<_>>();
    for n in 0..3 {
        search.replace(vec![group(n, part(n)), group(10 + n, part(n))]).unwrap();
    }
    // Three are called Dod, and forty Zod.
    let name = |n: usize| KnownName {
        id: ServiceId::parse(&format!("t{n}")).unwrap(),
        name: Label::default(),
        abbreviation: if n < 3 { "dod" } else { "zod" }.into(),
        group: Label::default(),
        written: true,
    };
    search.learn((0..43).map(name).collect(), &[]);
    search.replace((10..13).map(|n| GroupDocs::gone(Layer::Shared, format!("sheet/{n}"))).collect()).unwrap();
    search
});

fn find(text: &str, facets: &[(FacetKey, &str)], limit: usize) -> Arc<super::super::Answer> {
    let now = chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(20_061);
    let mut request = Request { limit, ..Request::new(text, now) };
    facets.iter().for_each(|(key, value)| request.facets.add(*key, value));
    MANY_DOCS.find(&[Layer::Shared], &request, &Filter::default()).unwrap()
}

#[rstest]
#[case("zem", |n| has("zem", n))]
#[case("zem zil", |n| has("zem", n) && has("zil", n))]
#[case("zil zem", |n| has("zem", n) && has("zil", n))]
#[case("zop zar", |n| has("zop", n) && has("zar", n))]
#[case("zuk zem zop zar", |n| has("zem", n) && has("zop", n) && has("zar", n))]
#[case("zil OR zar", |n| has("zil", n) || has("zar", n))]
#[case("zil zem OR zar zop OR zyb", |n| (has("zil", n) && has("zem", n)) || (has("zar", n) && has("zop", n)))]
#[case("zem -zop", |n| has("zem", n) && !has("zop", n))]
#[case("zem -zil -zar", |n| has("zem", n) && !has("zil", n) && !has("zar", n))]
#[case("\"zuk zem\"", |n| has("zem", n))]
#[case("\"zuk zop\"", |n| has("zop", n) && !has("zem", n) && !has("zil", n))]
#[case("\"zil zop\" zem", |n| has("zil", n) && has("zop", n) && has("zem", n))]
#[case("\"zop zem\"", |_| false)]
#[case("in:notes zar", |n| row(n) == "K07" && has("zar", n))]
#[case("in:notes -zuk", |_| false)]
#[case("zhd", |n| row(n) == "K07")]
#[case("ztp zem", |n| has("zem", n) && n.is_multiple_of(8))]
#[case("zwa", |n| has("zwa", n) || has("zwb", n) || row(n) == "K07")]
#[case("zwe", |n| has("zwe", n) || (has("zwc", n) && has("zwd", n)))]
#[case("zwc zwd", |n| has("zwe", n) || (has("zwc", n) && has("zwd", n)))]
#[case("-in:notes zil", |n| row(n) == "K09" && has("zil", n))]
fn a_pass_finds_what_reading_each_document_finds(#[case] query: &str, #[case] fits: Has) {
    let expected = (0..MANY).filter(|n| fits(*n)).count();
    let answer = find(query, &[], 20);
    // Where little is found the search goes on with some of the words.
    if expected >= 10 || query.contains('"') || query.contains('-') {
        assert_eq!(answer.total as usize, expected);
        assert_eq!(answer.hits.len(), expected.min(20));
    } else {
        assert!(answer.total as usize >= expected);
    }
    let number = |hit: &super::super::Hit| hit.service.as_ref().unwrap().as_str()[1..].parse::<usize>().unwrap();
    if expected >= 20 {
        assert!(answer.hits.iter().all(|hit| fits(number(hit))));
    }
    let rows = |wanted: &str| (0..MANY).filter(|n| fits(*n) && row(*n) == wanted).count() as u64;
    let counts = answer.facets.iter().find(|(key, _)| *key == FacetKey::Category).map(|(_, v)| v.clone());
    if expected >= 10 {
        let mut told = counts.unwrap();
        told.sort();
        let all = [("K07", rows("K07")), ("K09", rows("K09"))];
        let all: Vec<_> = all.into_iter().filter(|(_, n)| *n > 0).map(|(r, n)| (r.to_owned(), n)).collect();
        assert_eq!(told, all);
    }
}

#[rstest]
fn the_best_are_the_same_where_nothing_is_counted(
    #[values(
        "zif",
        "zif zop",
        "zi",
        "zo",
        "zem zi",
        "zif OR zem",
        "zif -zem",
        "\"zuk zop\" zif",
        "zif zyb",
        "in:notes zif",
        "zwa",
        "zwa zop zif",
        "zwc zwd",
        "zwe zif",
        "zwc zwd zwa OR zar",
        "zhd",
        "ztp zhd zem",
        "zhn zuk zif zwb"
    )]
    query: &str,
    #[values(false, true)] recent: bool,
    #[values(1, 20, 300)] limit: usize,
) {
    let now = chrono::DateTime::UNIX_EPOCH + chrono::Duration::days(20_061);
    let best = |count: bool| {
        let request = Request { limit, recent, count, prefix: true, ..Request::new(query, now) };
        let answer = MANY_DOCS.find(&[Layer::Shared], &request, &Filter::default()).unwrap();
        assert!(answer.total >= answer.hits.len() as u64);
        let hits: Vec<_> = answer.hits.iter().map(|h| (h.service.clone(), h.score.to_bits())).collect();
        (hits, answer.total)
    };
    let (counted, quick) = (best(true), best(false));
    assert_eq!(counted.0, quick.0);
    assert!(quick.1 <= counted.1);
    // What its service's or its row's name alone says is passed over.
    if matches!(query, "zif" | "zwa") && limit < 300 {
        assert!(quick.1 * 3 < counted.1 * 2, "{} of {}", quick.1, counted.1);
    }
}

#[test]
fn a_name_that_very_many_have_names_none_of_them() {
    let told = |text: &str| find(text, &[], 20).said.iter().filter(|s| matches!(s, Notice::Service { .. })).count();
    assert_eq!((told("dod zem"), told("zod zem")), (3, 0));
    assert!(find("zod zem", &[], 20).total > 0, "looked for as a word like any other");
}

#[test]
fn days_are_counted_and_narrow() {
    // Changed 61, 41, 21 and 1 day ago, a quarter each.
    let within = |days: usize| (0..MANY).filter(|n| 61 - (n % 4) * 20 <= days && has("zop", *n)).count() as u64;
    let answer = find("zop", &[], 20);
    let changed = answer.facets.iter().find(|(key, _)| *key == FacetKey::Changed).unwrap().1.clone();
    let told = |name: &str| changed.iter().find(|(n, _)| n == name).map_or(0, |(_, n)| *n);
    assert_eq!([told("7d"), told("30d"), told("90d"), told("365d")], [within(7), within(30), within(90), within(365)]);
    let narrowed = find("zop", &[(FacetKey::Changed, "30d"), (FacetKey::Category, "K07")], 20);
    let fits = (0..MANY).filter(|n| n % 4 >= 2 && has("zop", *n) && row(*n) == "K07").count();
    assert_eq!(narrowed.total as usize, fits);
    let all = find("", &[(FacetKey::Category, "K09")], 20);
    assert_eq!(all.total as usize, (0..MANY).filter(|n| row(*n) == "K09").count());
}

#[test]
fn of_equals_the_same_ones_come_whatever_the_page() {
    let names = |limit| -> Vec<String> {
        find("zop", &[], limit).hits.iter().map(|h| h.service.as_ref().unwrap().to_string()).collect()
    };
    let many = names(200);
    for limit in [1, 7, 50] {
        assert_eq!(names(limit), many[..limit]);
    }
}
