//! Synonyms and translations as data, used when a query is built: a change needs no new index.

use super::fold::fold_text;
use std::collections::{BTreeSet, HashMap};

/// A group of words that mean the same, as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynonymGroup {
    /// The words, as they were typed.
    pub words: Vec<String>,
    /// Whether it ships with the program. Such a group can be switched off, not changed.
    pub shipped: bool,
    /// Whether it is in force.
    pub on: bool,
}

/// Groups of words that mean the same.
#[derive(Clone, Debug, Default)]
pub struct Synonyms {
    /// Folded.
    groups: Vec<Vec<String>>,
    /// Folded words to how they are written.
    written: HashMap<String, String>,
    /// Where the words stand that begin with a character: group, and place in it.
    begins: HashMap<char, Vec<(usize, usize)>>,
    number: i64,
}

impl Synonyms {
    /// Reads groups, one a line, words separated by tabs; `#` starts a comment.
    pub fn parse(tsv: &str) -> Synonyms {
        Synonyms::of_groups(&read(tsv))
    }

    /// The groups that ship.
    pub fn builtin() -> Synonyms {
        Synonyms::of_groups(&Synonyms::shipped())
    }

    /// The groups in force of a list.
    pub fn of_groups(groups: &[SynonymGroup]) -> Synonyms {
        let mut out = Synonyms::default();
        for group in groups.iter().filter(|g| g.on && g.words.len() > 1) {
            let folded = |w: &String| fold_text(w).trim().to_owned();
            let words: Vec<String> = group.words.iter().map(folded).collect();
            for (at, word) in words.iter().enumerate() {
                let begun = word.chars().next().map(|first| out.begins.entry(first).or_default());
                begun.into_iter().for_each(|all| all.push((out.groups.len(), at)));
            }
            out.groups.push(words);
            for word in &group.words {
                out.written.entry(folded(word)).or_insert_with(|| word.clone());
            }
        }
        out
    }

    /// All the words, as they are written.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.written.values().map(String::as_str)
    }

    /// A folded word as it is written in the list.
    pub fn written<'a>(&'a self, folded: &'a str) -> &'a str {
        self.written.get(folded).map_or(folded, String::as_str)
    }

    /// The same under a number, by which a newer list is known.
    pub fn numbered(self, number: i64) -> Synonyms {
        Synonyms { number, ..self }
    }

    /// The number of the list; 0 where nobody has changed what ships.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// The groups that ship, as people write them.
    pub fn shipped() -> Vec<SynonymGroup> {
        read(include_str!("../../library/search/synonyms.tsv"))
    }

    /// Whether a folded word is in a group.
    pub fn knows(&self, word: &str) -> bool {
        self.written.contains_key(word)
    }

    /// The groups of which a word stands in a folded query, with the words that do not. A word within a longer known word
    /// says nothing of its own: 鍵 in 暗号鍵.
    pub fn matches(&self, folded: &[char]) -> Vec<Match> {
        let text: String = folded.iter().collect();
        let mut found: Vec<Found> = Vec::new();
        for (from, (at, first)) in text.char_indices().enumerate() {
            for &(group, word) in self.begins.get(&first).into_iter().flatten() {
                let word = (group, word, self.groups[group][word].as_str());
                found.extend(Found::at(&text, at, from, word));
            }
        }
        // In the order of the list, since a reader is told what comes first.
        found.sort_unstable_by_key(|found| (found.group, found.word, found.from));
        let covered =
            |a: &Found| found.iter().any(|b| b.from <= a.from && a.to <= b.to && b.to - b.from > a.to - a.from);
        let mut out: Vec<Match> = Vec::new();
        for hit in &found {
            let group = self.groups.get(hit.group).into_iter().flatten();
            let words: Vec<String> = group.filter(|w| !holds(&text, w)).cloned().collect();
            match out.iter_mut().find(|m| m.from == hit.from && m.to == hit.to) {
                Some(known) => known.words.extend(words.into_iter().take(MOST)),
                None => out.push(Match {
                    from: hit.from,
                    to: hit.to,
                    partial: hit.partial,
                    covered: covered(hit),
                    words: words.into_iter().take(MOST).collect(),
                }),
            }
        }
        out.iter_mut().for_each(|m| {
            let mut seen = BTreeSet::new();
            m.words.retain(|w| seen.insert(w.clone()));
        });
        // The longest first: they take their words before shorter ones ask for them.
        out.sort_by_key(|m| (std::cmp::Reverse(m.to - m.from), m.from));
        out
    }
}

/// Reads groups, one a line, words separated by tabs; `#` starts a comment.
fn read(tsv: &str) -> Vec<SynonymGroup> {
    let line =
        |l: &str| -> Vec<String> { l.split('\t').map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect() };
    let groups = tsv.lines().filter(|l| !l.starts_with('#')).map(line);
    groups.filter(|w| w.len() > 1).map(|words| SynonymGroup { words, shipped: true, on: true }).collect()
}

/// Most words that one group brings into a query.
const MOST: usize = 12;

/// A known word in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// First character.
    pub from: usize,
    /// Character behind the last.
    pub to: usize,
    /// Whether it is a part of a longer word of one script.
    pub partial: bool,
    /// Whether a longer known word holds it.
    pub covered: bool,
    /// The other words of its groups.
    pub words: Vec<String>,
}

/// A word of the list in a query: its group, its place in it, and the characters that it takes.
struct Found {
    group: usize,
    word: usize,
    from: usize,
    to: usize,
    partial: bool,
}

impl Found {
    /// A word at a place of a text, counted in bytes and in characters, where it stands there as a word.
    fn at(text: &str, at: usize, from: usize, (group, word, written): (usize, usize, &str)) -> Option<Found> {
        if !text.get(at..)?.starts_with(written) {
            return None;
        }
        let (partial, to) = (border(text, at, written)?, from + written.chars().count());
        (!partial || to - from > 1).then_some(Found { group, word, from, to, partial })
    }
}

/// Whether a found word is a part of a longer one; none where it is no word at all, as a Latin word inside another.
fn border(text: &str, at: usize, found: &str) -> Option<bool> {
    let kind = |c: Option<char>| match c {
        Some(c) if c.is_ascii_alphanumeric() => 1,
        Some(c) if super::fold::is_kanji(c) => 2,
        Some(c) if super::fold::is_katakana(c) => 3,
        _ => 0,
    };
    let before = kind(text.get(..at).and_then(|t| t.chars().next_back()));
    let after = kind(text.get(at + found.len()..).and_then(|t| t.chars().next()));
    let (first, last) = (kind(found.chars().next()), kind(found.chars().next_back()));
    let latin = (first == 1 && before == 1) || (last == 1 && after == 1);
    let joined = (first > 1 && before == first) || (last > 1 && after == last);
    (!latin).then_some(joined)
}

/// Whether a text holds a word: as it is in Japanese, between word borders in Latin.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| border(text, at, found).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(synonyms: &Synonyms, text: &str) -> Vec<String> {
        let folded: Vec<char> = fold_text(text).chars().collect();
        synonyms.matches(&folded).into_iter().filter(|m| !m.covered).flat_map(|m| m.words).collect()
    }

    #[test]
    fn a_word_brings_the_others_of_its_group() {
        let synonyms = Synonyms::parse("# x\nMFA\t多要素認証\t二要素認証\n鍵\tkey\n暗号鍵\tencryption key\n");
        assert_eq!(of(&synonyms, "mfa の強制"), ["多要素認証", "二要素認証"]);
        assert!(of(&synonyms, "mfasomething").is_empty());
        assert_eq!(of(&synonyms, "暗号鍵"), ["encryption key"]);
        assert!(of(&synonyms, "公開鍵").is_empty());
    }

    #[test]
    fn the_list_that_ships_reads() {
        assert!(Synonyms::builtin().groups.len() >= 200);
    }
}
