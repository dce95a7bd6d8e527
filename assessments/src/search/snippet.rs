//! A piece of a text with what matched marked, through the folding's way back: right in Japanese, never inside a
//! character or what readers take for one.

use super::fold::{Folded, fold};
use super::needles::{Needle, places};
use super::request::Why;
use crate::cut::whole;
use std::collections::BTreeMap;

/// Characters of a snippet.
const LENGTH: usize = 110;
/// Characters before the best place.
const BEFORE: usize = 28;

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
        for (needle, from, to) in places(&out.folded, text, needles) {
            let number = u8::try_from(needle).ok();
            out.found[needle] = true;
            out.marks.iter_mut().take(to).skip(from).for_each(|m| *m = m.or(number));
        }
        out
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
            all.any(|(needle, found)| *found && needle.why.is_none() && !needle.part && needle.text == text)
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

#[cfg(test)]
mod tests {
    use super::super::request::WhyKind;
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
        fn where_every_typed_word_stands_no_text_is_worth_more(
            own in "[abc鍵錠 ]{0,20}",
            other in "[abc鍵錠 ]{0,20}",
            typed in prop::collection::vec(("[abc鍵錠]{1,2}", any::<bool>()), 0..3),
            others in prop::collection::vec(("[abc鍵錠]{1,2}", 0..4_usize), 0..3)
        ) {
            let mut needles: Vec<Needle> = Vec::new();
            for (word, part) in &typed {
                needles.push(if *part { Needle::part(word) } else { Needle::typed(word) });
            }
            for (word, of) in &others {
                // A word in the place of one that was typed, or of one that is marked no other way.
                let of = typed.get(*of).map_or("a b", |(word, _)| word);
                needles.push(Needle::other(word, WhyKind::Synonym, of));
            }
            let (own, other) = (Marks::of(&own, &needles), Marks::of(&other, &needles));
            prop_assert!(!own.whole(&needles) || other.worth(&needles) <= own.worth(&needles));
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
