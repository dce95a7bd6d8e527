//! The terms that a text must hold: as it is written, in their places, or anywhere.

use super::chunks::STOP;
use super::fold::{Folded, fold, is_katakana};
use super::stem::stem;
use super::tokens::{Run, Script, pair, parts, pieces, runs, script, text_of, words_of};

/// The terms that all stand in a text that holds this text as it is written, or another form of its last Latin word.
pub fn exact_terms(text: &str, stems: bool) -> Vec<String> {
    let folded = fold(text);
    let mut out = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let flush = |words: &mut Vec<String>, out: &mut Vec<String>| {
        match words.as_slice() {
            [] => {}
            [one] => out.push(if stems { stem(one) } else { one.clone() }),
            many => out.extend(many.windows(2).filter_map(|w| Some(pair(w.first()?, w.get(1)?)))),
        }
        words.clear();
    };
    for run in runs(&folded) {
        match run {
            Run::Blank => {}
            Run::Break => flush(&mut words, &mut out),
            Run::Latin(part) => words.extend(parts(part, text).into_iter().map(text_of)),
            Run::Japanese(part) => {
                flush(&mut words, &mut out);
                out.extend(japanese_terms(part));
            }
        }
    }
    flush(&mut words, &mut out);
    out.sort_unstable();
    out.dedup();
    out
}

/// A phrase: its terms with their places, counted as the index counts them. Where Latin words are neighbours their pairs
/// stand for them, so that another form of a word does as well; a single word stands as it is.
pub fn phrase_terms(text: &str) -> Vec<(String, u32)> {
    let folded = fold(text);
    let mut out: Vec<(String, u32)> = Vec::new();
    let mut words: Vec<(String, u32)> = Vec::new();
    let mut place: u32 = 0;
    let flush = |words: &mut Vec<(String, u32)>, out: &mut Vec<(String, u32)>| {
        match words.as_slice() {
            [] => {}
            [one] => out.push(one.clone()),
            many => out.extend(many.windows(2).filter_map(|w| Some((pair(&w.first()?.0, &w.get(1)?.0), w.first()?.1)))),
        }
        words.clear();
    };
    for run in runs(&folded) {
        match run {
            Run::Blank => {}
            Run::Break => {
                flush(&mut words, &mut out);
                place += 1;
            }
            Run::Latin(part) => {
                for piece in pieces(part) {
                    words.extend(parts(piece, text).into_iter().map(|word| (text_of(word), place)));
                    place += 1;
                }
            }
            Run::Japanese(part) => {
                flush(&mut words, &mut out);
                let size = match part.len() {
                    1 | 2 => part.len(),
                    _ => 3,
                };
                for (at, window) in (place..).zip(part.windows(size)) {
                    // The index has threes of kana only where it was typed as katakana, and single kana only where they
                    // stand alone.
                    match window {
                        [a, b, c] if window.iter().all(|f| is_katakana(f.c)) => {
                            out.push((text_of(&[*a, *b]), at));
                            out.push((text_of(&[*b, *c]), at + 1));
                        }
                        [one] if script(*one) != Script::Kanji => {}
                        window => out.push((text_of(window), at)),
                    }
                }
                place += u32::try_from(part.len()).unwrap_or(0);
            }
        }
    }
    flush(&mut words, &mut out);
    out.dedup();
    let first = out.first().map_or(0, |(_, place)| *place);
    out.iter_mut().for_each(|(_, place)| *place -= first);
    out
}

/// The terms that stand in a text that holds these words, be they neighbours or not; nothing where that says the same as
/// [`exact_terms`].
pub fn scattered_terms(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut out = Vec::new();
    let mut words = 0;
    for run in runs(&folded) {
        match run {
            Run::Blank | Run::Break => {}
            Run::Latin(part) => {
                let found = parts(part, text).into_iter().map(text_of).filter(|w| !STOP.contains(&w.as_str()));
                let found: Vec<String> = found.map(|w| stem(&w)).collect();
                words += found.len();
                out.extend(found);
            }
            Run::Japanese(part) => {
                for (_, word) in words_of(part).into_iter().filter(|(s, _)| *s != Script::Hiragana) {
                    words += 1;
                    out.extend(japanese_terms(word));
                }
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    if words > 1 { out } else { vec![] }
}

/// The terms of a Japanese run: itself where it is short, else its threes.
fn japanese_terms(part: &[Folded]) -> Vec<String> {
    match part.len() {
        0 => vec![],
        1 | 2 => vec![text_of(part)],
        _ => {
            let threes: Vec<String> = part.windows(3).filter(|w| w.iter().any(|f| !f.hiragana)).map(text_of).collect();
            if threes.is_empty() { part.windows(2).map(text_of).collect() } else { threes }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_phrase_is_its_threes_and_pairs() {
        assert_eq!(exact_terms("暗号化キー", false), ["号化キ", "暗号化"].map(str::to_owned));
        assert_eq!(exact_terms("customer managed keys", true), ["custom manag", "manag key"].map(|t| t.to_owned()));
    }

    #[rstest]
    #[case("暗号化キー", "暗号化@0 号化キ@1")]
    #[case("、暗号、鍵", "暗号@0 鍵@3")]
    #[case("customer managed keys", "custom manag@0 manag key@1")]
    #[case("SSE-KMS で暗号", "sse kms@0 デ暗号@2")]
    #[case("CloudTrail を有効", "cloud trail@0 ヲ有効@1")]
    #[case("cloudtrail を有効", "cloudtrail@0 ヲ有効@1")]
    #[case("ローテ", "ロテ@0")]
    #[case("ローテート", "ロテ@0 テト@1")]
    #[case("!?", "")]
    fn a_phrase_knows_the_places_of_its_terms(#[case] text: &str, #[case] expected: &str) {
        let terms: Vec<String> = phrase_terms(text).into_iter().map(|(t, at)| format!("{t}@{at}")).collect();
        assert_eq!(terms.join(" "), expected);
    }
}
