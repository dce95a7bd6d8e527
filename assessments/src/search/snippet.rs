//! A piece of a text with what matched marked, through the folding's way back: right in Japanese, never inside a
//! character or what readers take for one.

use super::fold::{Folded, fold, fold_text};
use super::request::{Why, WhyKind};
use super::stem::stem;
use super::tokens::{Run, parts, runs, text_of};
use crate::cut::whole;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Characters of a snippet.
const LENGTH: usize = 110;
/// Characters before the best place.
const BEFORE: usize = 28;

/// What is marked, and why where it is not what was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Folded.
    text: String,
    /// Its characters, where it is Japanese.
    chars: Vec<char>,
    /// Its words and their stems, where it is Latin.
    words: Vec<(String, String)>,
    /// The reason, where the typed word does not stand there: its kind, and the word as it was typed.
    why: Option<(WhyKind, String)>,
    /// The typed word of the reason, folded.
    of: String,
    /// Whether it is only a part of a typed word.
    part: bool,
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

/// Where needles stand in a text.
pub struct Marks {
    folded: Vec<Folded>,
    /// Needle by character: the best one that covers it.
    marks: Vec<Option<u8>>,
    /// Whether each needle was found.
    found: Vec<bool>,
}

impl Marks {
    /// Looks for the needles in a text.
    pub fn of(text: &str, needles: &[Needle]) -> Marks {
        let folded = fold(text);
        let mut out = Marks { marks: vec![None; folded.len()], found: vec![false; needles.len()], folded };
        let latin_asked = needles.iter().any(|n| n.chars.is_empty());
        let words = if latin_asked { latin_words(&out.folded, text, &beginnings(needles)) } else { vec![] };
        for (n, needle) in needles.iter().enumerate() {
            let spans = match needle.chars.as_slice() {
                [] => latin(&words, needle),
                chars => japanese(&out.folded, chars),
            };
            out.put(n, spans);
        }
        let nothing = out.found.iter().all(|f| !f);
        if nothing {
            // Parts of words, where no word was found.
            for (n, needle) in needles.iter().enumerate().filter(|(_, n)| n.why.is_none() && !n.text.is_ascii()) {
                for pair in needle.chars.windows(2) {
                    let spans = japanese(&out.folded, pair);
                    out.put(n, spans);
                }
            }
        }
        out
    }

    fn put(&mut self, needle: usize, spans: Vec<(usize, usize)>) {
        let number = u8::try_from(needle).ok();
        for (from, to) in spans {
            self.found[needle] = true;
            self.marks.iter_mut().take(to).skip(from).for_each(|m| *m = m.or(number));
        }
    }

    /// How much of the query this text answers: each typed word once, and more where it stands there itself. English has
    /// many words for one of Japanese; they are no more of an answer for that.
    pub fn worth(&self, needles: &[Needle]) -> u32 {
        let mut words: BTreeMap<&str, u32> = BTreeMap::new();
        for (needle, _) in needles.iter().zip(&self.found).filter(|(_, found)| **found) {
            let (word, worth) = match (&needle.why, needle.part) {
                (None, false) => (&needle.text, 4),
                (None, true) => (&needle.text, 1),
                (Some(_), _) => (&needle.of, 2),
            };
            let most = words.entry(word).or_default();
            *most = worth.max(*most);
        }
        words.values().sum()
    }

    /// Whether no text can be worth more: every typed word stands here itself.
    pub fn whole(&self, needles: &[Needle]) -> bool {
        let typed = |text: &str| {
            let mut all = needles.iter().zip(&self.found);
            all.any(|(needle, found)| *found && needle.why.is_none() && needle.text == text)
        };
        needles.iter().zip(&self.found).all(|(needle, found)| *found || (needle.why.is_some() && typed(&needle.of)))
    }

    /// The reasons: what was found in the place of a typed word.
    pub fn why(&self, needles: &[Needle]) -> Vec<Why> {
        let typed: Vec<&str> = needles
            .iter()
            .zip(&self.found)
            .filter(|(n, f)| **f && n.why.is_none())
            .map(|(n, _)| n.text.as_str())
            .collect();
        let mut out: Vec<Why> = Vec::new();
        for (needle, _) in needles.iter().zip(&self.found).filter(|(_, f)| **f) {
            let Some((kind, word)) = &needle.why else { continue };
            if typed.contains(&needle.of.as_str()) || out.iter().any(|w| w.typed == *word && w.kind == *kind) {
                continue;
            }
            out.push(Why { kind: *kind, typed: word.clone(), found: needle.text.clone() });
        }
        out
    }

    /// The words of the reasons as they stand in the text, for showing.
    pub fn spelled(&self, text: &str, needles: &[Needle], mut why: Vec<Why>) -> Vec<Why> {
        for reason in &mut why {
            let needle = needles.iter().position(|n| n.text == reason.found && n.why.is_some());
            let needle = needle.and_then(|n| u8::try_from(n).ok());
            let first = self.marks.iter().position(|m| m.is_some() && *m == needle);
            if let (Some(first), Some(needle)) = (first, needle) {
                let length = self.marks.iter().skip(first).take_while(|m| **m == Some(needle)).count();
                let (from, to) = (self.folded.get(first), self.folded.get(first + length - 1));
                if let (Some(from), Some(to)) = (from, to) {
                    let to = undotted(text, from.start, to.end);
                    reason.found = text.get(from.start..to).unwrap_or(&reason.found).to_owned();
                }
            }
        }
        why
    }

    /// The first character of the place where the most different needles stand close together.
    fn best(&self) -> usize {
        let positions: Vec<(usize, u8)> =
            self.marks.iter().enumerate().filter_map(|(at, m)| Some((at, (*m)?))).collect();
        let mut best = (0, positions.first().map_or(0, |p| p.0));
        let mut from = 0;
        let mut last_start = usize::MAX;
        for to in 0..positions.len() {
            while positions[to].0 - positions[from].0 > LENGTH - BEFORE {
                from += 1;
            }
            if from == last_start && to % 8 != 0 && to + 1 != positions.len() {
                continue;
            }
            last_start = from;
            let mut seen: Vec<u8> = positions[from..=to].iter().take(200).map(|p| p.1).collect();
            seen.sort_unstable();
            seen.dedup();
            let worth = seen.len() * 1_000 + (to - from).min(60);
            if worth > best.0 {
                best = (worth, positions[from].0);
            }
        }
        best.1
    }

    /// Runs of a snippet: (marked, text).
    pub fn snippet(&self, text: &str) -> Vec<(bool, String)> {
        let start = self.folded.get(self.best().saturating_sub(BEFORE)).map_or(0, |f| f.start);
        let start = whole(text, start);
        let end = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(at, _)| whole(text, start + at));
        let mut runs: Vec<(bool, String)> = Vec::new();
        if start > 0 {
            runs.push((false, "…".into()));
        }
        let mut at = start;
        for (from, to) in self.spans(text) {
            let (from, to) = (from.max(at), to.min(end));
            if from >= to {
                continue;
            }
            push(&mut runs, false, text.get(at..from).unwrap_or(""));
            push(&mut runs, true, text.get(from..to).unwrap_or(""));
            at = to;
        }
        push(&mut runs, false, text.get(at..end).unwrap_or(""));
        if end < text.len() {
            push(&mut runs, false, "…");
        }
        runs
    }

    /// Byte ranges of marked runs.
    fn spans(&self, text: &str) -> Vec<(usize, usize)> {
        let mut out: Vec<(usize, usize)> = Vec::new();
        for (f, _) in self.folded.iter().zip(&self.marks).filter(|(_, m)| m.is_some()) {
            let end = whole(text, f.end);
            match out.last_mut() {
                Some((_, last)) if f.start <= *last => *last = (*last).max(end),
                _ => out.push((f.start, end)),
            }
        }
        out.iter_mut().for_each(|(from, to)| *to = undotted(text, *from, *to));
        out
    }
}

/// Where a mark ends without the middle dots behind its last word: folding gives them to the character before, as those
/// within アクセス・キー, but in 生成・ローテーション・失効 they stand between words.
fn undotted(text: &str, from: usize, to: usize) -> usize {
    let marked = text.get(from..to).unwrap_or("");
    match marked.trim_end_matches(['・', '･']).len() {
        0 => to,
        left => from + left,
    }
}

fn push(runs: &mut Vec<(bool, String)>, marked: bool, text: &str) {
    if text.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some((same, last)) if *same == marked => last.push_str(text),
        _ => runs.push((marked, text.to_owned())),
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

/// The words of a text in their order. Those of identifiers that begin with no such character, and do so themselves,
/// are there without their letters.
fn latin_words(folded: &[Folded], text: &str, begins: &dyn Fn(char) -> bool) -> Vec<Word> {
    let mut out = Vec::new();
    let mut at = 0;
    let none: Rc<str> = "".into();
    let first = |part: &[Folded]| part.first().is_some_and(|f| begins(f.c));
    for run in runs(folded) {
        let Run::Latin(run) = run else { continue };
        // Where a character of the text stands says which it is.
        let start = folded.iter().skip(at).position(|f| Some(f) == run.first()).map_or(at, |n| at + n);
        let parts = parts(run, text);
        let wanted = first(run) || parts.iter().any(|part| first(part));
        let whole: Rc<str> = if wanted { text_of(run).into() } else { none.clone() };
        let mut inside = 0;
        for part in parts {
            inside += run.iter().skip(inside).position(|f| Some(f) == part.first()).unwrap_or(0);
            let text = match part.len() == run.len() || !wanted {
                true => whole.clone(),
                false => text_of(part).into(),
            };
            let from = start + inside;
            inside += part.len();
            out.push(Word { stem: OnceCell::new(), text, from, to: start + inside, whole: whole.clone() });
        }
        at = start + run.len();
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

fn japanese(folded: &[Folded], needle: &[char]) -> Vec<(usize, usize)> {
    let Some(first) = needle.first() else { return vec![] };
    let fits =
        |w: &[Folded]| w.first().is_some_and(|f| f.c == *first) && w.iter().map(|f| f.c).eq(needle.iter().copied());
    let windows = folded.windows(needle.len()).enumerate();
    windows.filter(|(_, w)| fits(w)).map(|(at, _)| (at, at + needle.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, needles: &[Needle]) -> Vec<String> {
        Marks::of(text, needles).snippet(text).into_iter().filter(|(m, _)| *m).map(|(_, t)| t).collect()
    }

    #[test]
    fn the_word_is_marked_as_it_was_typed() {
        let typed = |t| vec![Needle::typed(t)];
        assert_eq!(marked("既定で暗号化される。", &typed("暗号化")), ["暗号化"]);
        assert_eq!(marked("ｻｰﾊﾞｰの鍵", &typed("サーバ")), ["ｻｰﾊﾞｰ"]);
        assert_eq!(marked("Use SSE-KMS here", &typed("sse-kms")), ["SSE-KMS"]);
        assert_eq!(marked("データは Encrypted", &typed("encryption")), ["Encrypted"]);
        assert_eq!(marked("customer managed keys", &typed("customer-managed key")), ["customer managed keys"]);
        assert_eq!(marked("バックアップ", &typed("バックアツプ")), ["バックアップ"]);
        assert_eq!(marked("生成・ローテーション・失効", &typed("ローテーション")), ["ローテーション"]);
        assert_eq!(marked("ｱｸｾｽ･ｷｰ･ﾛｸﾞ", &typed("アクセスキー")), ["ｱｸｾｽ･ｷｰ"]);
        assert_eq!(marked("アクセス・キーの鍵", &typed("アクセスキー")), ["アクセス・キー"]);
        assert!(marked("transit", &typed("it")).is_empty());
    }

    #[test]
    fn a_synonym_is_marked_and_named_as_the_reason() {
        let dotted = [Needle::other("ログ", WhyKind::Synonym, "log")];
        let why = Marks::of("監査・ログ・証跡", &dotted);
        assert_eq!(why.spelled("監査・ログ・証跡", &dotted, why.why(&dotted))[0].found, "ログ");
        let needles = [Needle::typed("MFA"), Needle::other("多要素認証", WhyKind::Synonym, "MFA")];
        let text = "ルートには多要素認証を使う";
        let marks = Marks::of(text, &needles);
        let why = marks.spelled(text, &needles, marks.why(&needles));
        assert_eq!(why, [Why { kind: WhyKind::Synonym, typed: "MFA".into(), found: "多要素認証".into() }]);
        assert_eq!(marked(text, &needles), ["多要素認証"]);
        assert!(Marks::of("MFA と多要素認証", &needles).why(&needles).is_empty());
    }

    #[test]
    fn many_words_in_the_place_of_one_are_no_more_than_the_one() {
        let other = |word: &str| Needle::other(word, WhyKind::Synonym, "暗号化");
        let needles =
            [Needle::typed("暗号化"), other("encryption"), other("encrypted"), other("encrypt"), Needle::typed("KMS")];
        let worth = |text: &str| Marks::of(text, &needles).worth(&needles);
        assert_eq!(
            [worth("暗号化する"), worth("Encryption and encrypted copies"), worth("KMS で暗号化"), worth("")],
            [4, 2, 8, 0]
        );
    }

    #[test]
    fn a_long_text_is_cut_around_the_best_place() {
        let text = format!("{}暗号化{}暗号化と鍵{}", "あ".repeat(500), "う".repeat(300), "い".repeat(500));
        let needles = [Needle::typed("暗号化"), Needle::typed("鍵")];
        let runs = Marks::of(&text, &needles).snippet(&text);
        assert!(runs.iter().any(|(m, t)| *m && t == "鍵"), "{runs:?}");
        assert!(runs.iter().map(|(_, t)| t.chars().count()).sum::<usize>() < 125);
    }

    #[test]
    fn what_readers_take_for_one_character_is_not_cut() {
        let family = "👨‍👩‍👧‍👦".repeat(60);
        let runs = Marks::of(&family, &[]).snippet(&family);
        let body = runs.first().map(|(_, t)| t.trim_end_matches('…')).unwrap_or_default();
        assert!(body.ends_with('👦'), "{body}");
        assert_eq!(whole("が", 3), 3);
        assert_eq!(whole("か\u{3099}", 3), 6);
    }

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
        fn a_snippet_is_a_piece_of_the_text(text in "\\PC{0,60}|[ァ-ヺーｱ-ﾟ漢字a-z\u{3099}👩\u{200d} ]{0,300}", needle in "[ァ-ヺ漢字a-z]{1,3}") {
            let runs = Marks::of(&text, &[Needle::typed(&needle)]).snippet(&text);
            let joined: String = runs.into_iter().map(|(_, t)| t).collect();
            let inner = joined.strip_prefix('…').filter(|_| !text.starts_with('…')).unwrap_or(&joined);
            let inner = inner.strip_suffix('…').filter(|_| !text.ends_with('…')).unwrap_or(inner);
            prop_assert!(text.contains(inner), "{inner}");
        }
    }
}
