//! A piece of a text with what matched marked, through the folding's way back: right in Japanese, never inside a
//! character.

use super::fold::{Folded, fold};

/// Characters of a snippet.
const LENGTH: usize = 110;
/// Characters before the first mark.
const BEFORE: usize = 28;

/// Runs of a snippet: (marked, text).
pub fn snippet(text: &str, needles: &[String]) -> Vec<(bool, String)> {
    let folded = fold(text);
    let marks = marks(&folded, needles);
    let first = marks.iter().position(|m| *m).unwrap_or(0);
    let start = folded.get(first.saturating_sub(BEFORE)).map_or(0, |f| f.start);
    let end = text[start..].char_indices().nth(LENGTH).map_or(text.len(), |(at, _)| start + at);
    let mut runs: Vec<(bool, String)> = Vec::new();
    if start > 0 {
        runs.push((false, "…".into()));
    }
    let mut at = start;
    for (from, to) in spans(&folded, &marks) {
        let (from, to) = (from.max(at), to.min(end));
        if from >= to {
            continue;
        }
        push(&mut runs, false, &text[at..from]);
        push(&mut runs, true, &text[from..to]);
        at = to;
    }
    push(&mut runs, false, text.get(at..end).unwrap_or(""));
    if end < text.len() {
        push(&mut runs, false, "…");
    }
    runs
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

/// Which folded characters lie in a needle. Whole words first; their pairs only where no whole word is found.
fn marks(folded: &[Folded], needles: &[String]) -> Vec<bool> {
    let chars: Vec<char> = folded.iter().map(|f| f.c).collect();
    let mut marks = vec![false; chars.len()];
    let mut found_long = false;
    for needle in needles {
        let needle: Vec<char> = needle.chars().collect();
        if needle.is_empty() || (found_long && needle.len() <= 2 && !needle.iter().all(char::is_ascii)) {
            continue;
        }
        let latin = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
        for at in 0..chars.len().saturating_sub(needle.len() - 1) {
            let here = chars.get(at..at + needle.len()).is_some_and(|w| w == needle.as_slice());
            // A short Latin word is no word inside another.
            let inside = latin(needle.first())
                && needle.len() < 3
                && (latin(at.checked_sub(1).and_then(|b| chars.get(b))) || latin(chars.get(at + needle.len())));
            if here && !inside {
                marks[at..at + needle.len()].fill(true);
                found_long |= needle.len() > 2;
            }
        }
    }
    marks
}

/// Byte ranges of marked runs.
fn spans(folded: &[Folded], marks: &[bool]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (f, marked) in folded.iter().zip(marks) {
        if !marked {
            continue;
        }
        match out.last_mut() {
            Some((_, end)) if f.start <= *end => *end = (*end).max(f.end),
            _ => out.push((f.start, f.end)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, needles: &[&str]) -> Vec<String> {
        let needles: Vec<String> = needles.iter().map(|n| (*n).to_owned()).collect();
        snippet(text, &needles).into_iter().filter(|(m, _)| *m).map(|(_, t)| t).collect()
    }

    #[test]
    fn the_word_is_marked_as_it_was_typed() {
        assert_eq!(marked("既定で暗号化される。", &["暗号化", "暗号", "号化"]), ["暗号化"]);
        assert_eq!(marked("ｻｰﾊﾞｰの鍵", &["サバ"]), ["ｻｰﾊﾞｰ"]);
        assert_eq!(marked("Use SSE-KMS here", &["sse-kms"]), ["SSE-KMS"]);
        assert_eq!(marked("バックアップ", &["バッチ", "バッ", "ッチ"]), ["バッ"]);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_mark() {
        let text = format!("{}暗号化{}", "あ".repeat(500), "い".repeat(500));
        let runs = snippet(&text, &["暗号化".to_owned()]);
        assert_eq!(runs.iter().filter(|(m, _)| *m).count(), 1);
        assert!(runs.iter().map(|(_, t)| t.chars().count()).sum::<usize>() < 120);
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_piece_of_the_text(text in "\\PC{0,60}|[ァ-ヺーｱ-ﾟ漢字a-z ]{0,200}", needle in "[ァ-ヺ漢字a-z]{1,3}") {
            let joined: String = snippet(&text, &[needle]).into_iter().map(|(_, t)| t).collect();
            prop_assert!(text.contains(joined.trim_start_matches('…').trim_end_matches('…')) || joined.contains('…'));
        }
    }
}
