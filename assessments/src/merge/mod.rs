//! Three-way merge of one cell: by line, then by word where two people touched the same lines.

pub mod ops;
pub mod words;

use crate::canonical;
use crate::schema::Kind;
use ops::ops;
use similar::DiffOp;
use words::words;

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Both changes are in this text.
    Clean(String),
    /// The two changed the same words: a person decides.
    Conflict,
}

/// Merges `theirs` and `yours`, which both come from `base`.
///
/// Symmetric: swapping the two gives the same outcome. Values that are one thing (a choice, a date) merge only where
/// one side kept the base or both say the same. Texts longer than the schema allows are never given to it, and
/// [`ops::MOST_DIFFERENT`] bounds the work.
pub fn three_way(kind: Kind, base: &str, theirs: &str, yours: &str) -> Merged {
    if canonical::same(theirs, yours) || canonical::same(base, yours) {
        return Merged::Clean(theirs.to_owned());
    }
    if canonical::same(base, theirs) {
        return Merged::Clean(yours.to_owned());
    }
    match kind {
        Kind::Markdown | Kind::Short => text(base, theirs, yours),
        Kind::Links | Kind::Guardrails => lines(base, theirs, yours),
        Kind::Choices(_) => Merged::Clean(set(base, theirs, yours, ",")),
        Kind::Choice(_) | Kind::Date | Kind::Reference(_) => Merged::Conflict,
    }
}

/// Where one side wrote and the other emptied the cell, no merge can be right.
fn text(base: &str, theirs: &str, yours: &str) -> Merged {
    if theirs.trim().is_empty() || yours.trim().is_empty() {
        return Merged::Conflict;
    }
    let split = |t| -> Vec<&str> { str::split_inclusive(t, '\n').collect() };
    let (b, t, y) = (split(base), split(theirs), split(yours));
    let mut out = String::new();
    for chunk in chunks(&b, &t, &y) {
        match chunk {
            Chunk::Settled(part) => part.iter().for_each(|l| out.push_str(l)),
            Chunk::Both { base, theirs, yours } => {
                let (base, theirs, yours) = (base.concat(), theirs.concat(), yours.concat());
                let (b, t, y) = (words(&base), words(&theirs), words(&yours));
                for chunk in chunks(&b, &t, &y) {
                    match chunk {
                        Chunk::Settled(part) => part.iter().for_each(|w| out.push_str(w)),
                        Chunk::Both { .. } => return Merged::Conflict,
                    }
                }
            }
        }
    }
    Merged::Clean(out)
}

/// Lists of links: lines are whole things, and both sides' new lines are kept.
fn lines(base: &str, theirs: &str, yours: &str) -> Merged {
    let split = |t| -> Vec<&str> { str::lines(t).collect() };
    let (b, t, y) = (split(base), split(theirs), split(yours));
    let mut out: Vec<&str> = Vec::new();
    for chunk in chunks(&b, &t, &y) {
        match chunk {
            Chunk::Settled(part) => out.extend(part),
            // Two additions at one place stand in the order of their text, so that the outcome is symmetric.
            Chunk::Both { base: [], theirs, yours } => {
                let (first, second) = if theirs <= yours { (theirs, yours) } else { (yours, theirs) };
                out.extend(first);
                out.extend(second.iter().filter(|l| !first.contains(l)));
            }
            Chunk::Both { .. } => return Merged::Conflict,
        }
    }
    Merged::Clean(out.join("\n"))
}

/// Sets: what either side added is in, what either side took out is out.
fn set(base: &str, theirs: &str, yours: &str, by: &str) -> String {
    let split = |t| -> Vec<&str> { str::split(t, by).filter(|k: &&str| !k.is_empty()).collect() };
    let (b, t, y) = (split(base), split(theirs), split(yours));
    let mut all: Vec<&str> = b.iter().chain(&t).chain(&y).copied().collect();
    all.sort_unstable();
    all.dedup();
    let keeps = |k: &&str| if b.contains(k) { t.contains(k) && y.contains(k) } else { t.contains(k) || y.contains(k) };
    all.into_iter().filter(|k| keeps(k)).collect::<Vec<_>>().join(by)
}

enum Chunk<'a, 'b> {
    /// At most one side changed it, or both made the same of it.
    Settled(&'a [&'b str]),
    /// Both changed it, differently.
    Both { base: &'a [&'b str], theirs: &'a [&'b str], yours: &'a [&'b str] },
}

/// For every unit of the base that a side kept, where it stands there; plus the ends.
fn kept(base: &[&str], side: &[&str]) -> Vec<Option<usize>> {
    let mut at = vec![None; base.len()];
    for op in ops(base, side) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            for i in 0..len {
                at[old_index + i] = Some(new_index + i);
            }
        }
    }
    at
}

/// diff3: cuts the three sequences at the units that all of them hold.
fn chunks<'a, 'b>(base: &'a [&'b str], theirs: &'a [&'b str], yours: &'a [&'b str]) -> Vec<Chunk<'a, 'b>> {
    let (in_theirs, in_yours) = (kept(base, theirs), kept(base, yours));
    let mut out = Vec::new();
    let (mut b, mut t, mut y) = (0, 0, 0);
    let anchors = (0..base.len()).filter_map(|i| Some((i, in_theirs[i]?, in_yours[i]?)));
    for (nb, nt, ny) in anchors.chain(std::iter::once((base.len(), theirs.len(), yours.len()))) {
        settle(&base[b..nb], &theirs[t..nt], &yours[y..ny], &mut out);
        if nb < base.len() {
            out.push(Chunk::Settled(&base[nb..=nb]));
        }
        (b, t, y) = (nb + 1, nt + 1, ny + 1);
    }
    out
}

fn settle<'a, 'b>(base: &'a [&'b str], theirs: &'a [&'b str], yours: &'a [&'b str], out: &mut Vec<Chunk<'a, 'b>>) {
    if theirs == yours || base == yours {
        out.push(Chunk::Settled(theirs));
    } else if base == theirs {
        out.push(Chunk::Settled(yours));
    } else {
        out.push(Chunk::Both { base, theirs, yours });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::different_lines("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", Some("A\nb\nC\n"))]
    #[case::different_words(
        "鍵は KMS で管理する。",
        "鍵は AWS KMS で管理する。",
        "鍵は KMS で自動管理する。",
        Some("鍵は AWS KMS で自動管理する。")
    )]
    #[case::same_word("TLS 1.2", "TLS 1.3", "TLS 1.1", None)]
    #[case::both_the_same("a", "b", "b", Some("b"))]
    #[case::one_kept("a", "a", "b", Some("b"))]
    #[case::one_emptied("a b c", "", "a b d", None)]
    #[case::both_wrote_first("", "甲", "乙", None)]
    fn texts(#[case] base: &str, #[case] theirs: &str, #[case] yours: &str, #[case] expected: Option<&str>) {
        let merged = three_way(Kind::Markdown, base, theirs, yours);
        assert_eq!(merged, expected.map_or(Merged::Conflict, |t| Merged::Clean(t.into())));
    }

    #[test]
    fn choices_never_mix_and_sets_do() {
        let choice = schema::field("criteria", "availability").map(|f| f.kind);
        let modes = schema::field("criteria", "modes").map(|f| f.kind);
        assert_eq!(choice.map(|k| three_way(k, "partly", "on_default", "can_enable")), Some(Merged::Conflict));
        assert_eq!(
            modes.map(|k| three_way(k, "detective", "detective,preventive", "detective,responsive")),
            Some(Merged::Clean("detective,preventive,responsive".into()))
        );
    }

    #[test]
    fn two_people_add_a_link_each() {
        let merged = three_way(
            Kind::Links,
            "[a](https://a)",
            "[a](https://a)\n[c](https://c)",
            "[a](https://a)\n[b](https://b)",
        );
        assert_eq!(merged, Merged::Clean("[a](https://a)\n[b](https://b)\n[c](https://c)".into()));
    }

    fn prose() -> impl Strategy<Value = String> {
        "([a-c]{1,2} |鍵|証|\n|。){0,14}"
    }

    proptest! {
        #[test]
        fn merge_is_symmetric(base in prose(), theirs in prose(), yours in prose()) {
            let one = three_way(Kind::Markdown, &base, &theirs, &yours);
            let other = three_way(Kind::Markdown, &base, &yours, &theirs);
            match (one, other) {
                (Merged::Clean(a), Merged::Clean(b)) => prop_assert!(canonical::same(&a, &b), "{a:?} {b:?}"),
                (a, b) => prop_assert_eq!(a, b),
            }
        }

        #[test]
        fn an_untouched_side_gives_the_other(base in prose(), yours in prose()) {
            let is = |m| matches!(m, Merged::Clean(t) if canonical::same(&t, &yours));
            prop_assert!(is(three_way(Kind::Markdown, &base, &base, &yours)));
            prop_assert!(is(three_way(Kind::Markdown, &base, &yours, &base)));
        }

        #[test]
        fn no_new_word_of_either_side_is_lost(lines in prop::collection::vec("[a-c]{1,3}", 2..8), at in 0usize..8, to in 0usize..8) {
            // Each side puts a word of its own into a line; what merges must hold both.
            let base = lines.join("\n");
            let put = |at: usize, word: &str| {
                let mut copy = lines.clone();
                let at = at % copy.len();
                copy[at] = format!("{} {word}", copy[at]);
                copy.join("\n")
            };
            let (theirs, yours) = (put(at, "THEIRS"), put(to, "YOURS"));
            match three_way(Kind::Markdown, &base, &theirs, &yours) {
                Merged::Clean(text) => prop_assert!(text.contains("THEIRS") && text.contains("YOURS"), "{text:?}"),
                Merged::Conflict => prop_assert_eq!(at % lines.len(), to % lines.len()),
            }
        }
    }
}
