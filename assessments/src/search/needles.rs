//! The words that are marked in a text, and where they stand in it.

use super::fold::{Folded, fold, fold_text};
use super::request::WhyKind;
use super::stem::stem;
use super::tokens::{Run, may_begin, parts, runs, text_of};
use std::cell::OnceCell;
use std::rc::Rc;

/// What is marked, and why where it is not what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Folded.
    pub text: String,
    /// Its characters, where it is Japanese.
    chars: Vec<char>,
    /// Its words and their stems, where it is Latin.
    words: Vec<(String, String)>,
    /// The reason, where the typed word does not stand there: its kind, and the word as it was typed.
    pub why: Option<(WhyKind, String)>,
    /// The typed word of the reason, folded.
    pub of: String,
    /// Whether it is only a part of a typed word.
    pub part: bool,
}

impl Needle {
    fn new(text: &str, why: Option<(WhyKind, String)>, part: bool) -> Needle {
        let text = fold_text(text.trim());
        let of = why.as_ref().map(|(_, typed)| fold_text(typed)).unwrap_or_default();
        let (mut chars, mut words) = (vec![], vec![]);
        if text.is_ascii() {
            let folded = fold(&text);
            let all = |_: char| true;
            words =
                latin_words(&folded, &text, &all).into_iter().map(|w| (w.text.to_string(), stem(&w.text))).collect();
        } else {
            chars = text.chars().collect();
        }
        Needle { text, chars, words, why, of, part }
    }

    /// A word as it was typed.
    pub fn typed(text: &str) -> Needle {
        Needle::new(text, None, false)
    }

    /// A part of an identifier that was typed.
    pub fn part(text: &str) -> Needle {
        Needle::new(text, None, true)
    }

    /// Another word, in the place of the one that was typed so.
    pub fn other(text: &str, kind: WhyKind, typed: &str) -> Needle {
        Needle::new(text, Some((kind, typed.to_owned())), false)
    }
}

/// A Latin word of a text, its stem where that was needed, and where it stands.
struct Word {
    text: Rc<str>,
    stem: OnceCell<String>,
    from: usize,
    to: usize,
    /// The whole identifier that it belongs to.
    whole: Rc<str>,
}

impl Word {
    /// Whether this is its stem. No stem begins with another letter than its word, and most words of a text do.
    fn stems_to(&self, other: &str) -> bool {
        self.text.as_bytes().first() == other.as_bytes().first() && self.stem.get_or_init(|| stem(&self.text)) == other
    }
}

/// Whether a word that begins with a character can be one of the needles': a word or its stem begins as the needle's does.
fn beginnings(needles: &[Needle]) -> impl Fn(char) -> bool {
    let words = needles.iter().flat_map(|n| n.words.iter().map(|(word, _)| word).chain([&n.text]));
    let mut ascii = 0_u128;
    words.filter_map(|word| word.chars().next()).filter(char::is_ascii).for_each(|c| ascii |= 1 << c as u32);
    move |c| !c.is_ascii() || ascii & (1 << c as u32) != 0
}

/// The words of a text in their order. Identifiers none of whose parts begins with such a character are a gap, however
/// many they are.
fn latin_words(folded: &[Folded], text: &str, begins: &dyn Fn(char) -> bool) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut runs = runs(folded);
    while let Some(run) = runs.next() {
        let Run::Latin(run) = run else { continue };
        let start = runs.end() - run.len();
        if !may_begin(run, text, begins) {
            if out.last().is_none_or(|word| !word.text.is_empty()) {
                out.push(Word { stem: OnceCell::new(), text: "".into(), from: start, to: start, whole: "".into() });
            }
            continue;
        }
        let parts = parts(run, text);
        let whole: Rc<str> = text_of(run).into();
        let mut inside = 0;
        for part in parts {
            inside += run.iter().skip(inside).position(|f| Some(f) == part.first()).unwrap_or(0);
            let text = if part.len() == run.len() { whole.clone() } else { text_of(part).into() };
            let from = start + inside;
            inside += part.len();
            out.push(Word { stem: OnceCell::new(), text, from, to: start + inside, whole: whole.clone() });
        }
    }
    out
}

/// Where a Latin needle stands: word by word, whatever their forms.
fn latin(words: &[Word], needle: &Needle) -> Vec<(usize, usize)> {
    let wanted = &needle.words;
    let prefix = matches!(needle.why, Some((WhyKind::Prefix, _)));
    let mut out = Vec::new();
    if wanted.is_empty() || wanted.len() > words.len() {
        return out;
    }
    for here in words.windows(wanted.len()) {
        let fits = here.iter().zip(wanted).all(|(w, (text, stem))| {
            *w.text == **text
                || w.stems_to(stem)
                || (prefix && (w.text.starts_with(text.as_str()) || w.whole.starts_with(&needle.text)))
        });
        if fits && let (Some(first), Some(last)) = (here.first(), here.last()) {
            out.push((first.from, last.to));
        }
    }
    out
}

/// Where Japanese needles stand: by the needle's number. One walk for all of them, since a typed word has a dozen others.
fn japanese(folded: &[Folded], needles: &[(usize, &[char])]) -> Vec<Place> {
    // A character's last six bits, of those that begin a needle: most characters of a text are told by them.
    let bit = |c: char| 1_u64 << (c as u32 & 63);
    let firsts = needles.iter().filter_map(|(_, chars)| chars.first()).fold(0, |all, c| all | bit(*c));
    let mut out = Vec::new();
    for (at, f) in folded.iter().enumerate().filter(|(_, f)| firsts & bit(f.c) != 0) {
        for (n, needle) in needles.iter().filter(|(_, needle)| needle.first() == Some(&f.c)) {
            let to = at + needle.len();
            if folded.get(at..to).is_some_and(|w| w.iter().map(|f| f.c).eq(needle.iter().copied())) {
                out.push((*n, at, to));
            }
        }
    }
    out
}

/// Where a needle stands: its number, and from which to which character.
pub type Place = (usize, usize, usize);

/// Where needles stand in a text, those of the first needle first.
pub fn places(folded: &[Folded], text: &str, needles: &[Needle]) -> Vec<Place> {
    let numbered = || needles.iter().enumerate();
    let chars: Vec<_> = numbered().map(|(n, needle)| (n, needle.chars.as_slice())).collect();
    let mut out = japanese(folded, &chars);
    if needles.iter().any(|n| n.chars.is_empty()) {
        let words = latin_words(folded, text, &beginnings(needles));
        for (n, needle) in numbered().filter(|(_, needle)| needle.chars.is_empty()) {
            out.extend(latin(&words, needle).into_iter().map(|(from, to)| (n, from, to)));
        }
    }
    if out.is_empty() {
        // Parts of words, where no word was found.
        let typed = numbered().filter(|(_, n)| n.why.is_none() && !n.text.is_ascii());
        let pairs: Vec<_> = typed.flat_map(|(n, needle)| needle.chars.windows(2).map(move |pair| (n, pair))).collect();
        out = japanese(folded, &pairs);
    }
    out.sort_by_key(|(n, ..)| *n);
    out
}

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_that_are_passed_over_are_none_of_the_needles(
            text in "[a-cA-C1é暗 ._/-]{0,60}",
            typed in prop::collection::vec("[a-c1é._ -]{1,8}", 1..4),
            prefix in any::<bool>()
        ) {
            let needle = |t: &String| if prefix { Needle::other(t, WhyKind::Prefix, t) } else { Needle::typed(t) };
            let needles: Vec<Needle> = typed.iter().map(needle).collect();
            let folded = fold(&text);
            let (all, some) = (latin_words(&folded, &text, &|_| true), latin_words(&folded, &text, &beginnings(&needles)));
            for needle in &needles {
                prop_assert_eq!(latin(&some, needle), latin(&all, needle));
            }
        }

        #[test]
        fn japanese_needles_stand_where_each_would_be_found_alone(text in "[ァア鍵暗号化x ]{0,40}", needles in prop::collection::vec("[ァア鍵暗号化]{1,3}", 0..6)) {
            let folded = fold(&text);
            let needles: Vec<Needle> = needles.iter().map(|n| Needle::typed(n)).collect();
            let found = places(&folded, &text, &needles);
            let mut all = Vec::new();
            for (n, needle) in needles.iter().enumerate() {
                for at in 0..folded.len() {
                    let here: Vec<char> = folded[at..].iter().take(needle.chars.len()).map(|f| f.c).collect();
                    all.extend((here == needle.chars).then_some((n, at, at + here.len())));
                }
            }
            if !all.is_empty() {
                prop_assert_eq!(found, all);
            }
        }
    }
}
