//! The tokenizer: one, two and three characters of Japanese; identifiers whole and in parts, stems and pairs of
//! neighbours for Latin. Each term knows its place: a Japanese character and a Latin word count one, blanks none, so that
//! a phrase is its terms in their places.

use super::fold::{Folded, fold, is_kanji, is_katakana};
use super::stem::stem;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Its name in the index. Another version is another name: an index of the old one is thrown away.
pub const NAME: &str = "ja_v7";
/// The same for what is said again and again: names of rows, categories and services.
pub const REPEATED: &str = "ja_v7_again";
/// Most different texts that are remembered by a thread; then it begins anew.
const MOST_REMEMBERED: usize = 2_000;
/// Most bytes of such a text.
const LONGEST_REMEMBERED: usize = 1_000;

/// What a character is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Latin letters, digits and what else is written with blanks.
    Latin,
    /// Stands inside identifiers.
    Connector,
    /// Kanji.
    Kanji,
    /// Katakana.
    Katakana,
    /// Hiragana.
    Hiragana,
    /// A blank.
    Blank,
    /// Anything else.
    Other,
}

/// The script of a folded character.
pub fn script(f: Folded) -> Script {
    match f.c {
        '-' | '_' | '.' | ':' | '/' | '@' => Script::Connector,
        'a'..='z' | '0'..='9' => Script::Latin,
        ' ' => Script::Blank,
        '、' | '。' => Script::Other,
        _ if f.hiragana => Script::Hiragana,
        c if is_katakana(c) => Script::Katakana,
        c if is_kanji(c) => Script::Kanji,
        c if c.is_alphanumeric() && (c as u32) < 0x2e80 => Script::Latin,
        c if c.is_alphanumeric() => Script::Kanji,
        c if c.is_whitespace() => Script::Blank,
        _ => Script::Other,
    }
}

/// A run of folded characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// Latin with its inner connectors: `s3-bucket-ssl-requests-only`, `S3.5`.
    Latin(&'a [Folded]),
    /// Japanese of any script.
    Japanese(&'a [Folded]),
    /// Blanks: words beside them are neighbours.
    Blank,
    /// Marks: words beside them are none.
    Break,
}

/// The runs of a folded text, one after the other.
pub struct Runs<'a> {
    text: &'a [Folded],
    at: usize,
}

/// Cuts a folded text into runs.
pub fn runs(text: &[Folded]) -> Runs<'_> {
    Runs { text, at: 0 }
}

impl Runs<'_> {
    /// Where the run ends that came last.
    pub fn end(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Runs<'a> {
    type Item = Run<'a>;

    fn next(&mut self) -> Option<Run<'a>> {
        let japanese = |s: Script| matches!(s, Script::Kanji | Script::Katakana | Script::Hiragana);
        let (text, at) = (self.text, self.at);
        let kind = script(*text.get(at)?);
        let same = |s: Script| s == kind || (japanese(kind) && japanese(s));
        let mut end = at + 1;
        while let Some(f) = text.get(end) {
            // One connector or several of them, as in `aws::s3` and `arn:aws:s3:::bucket`.
            let inner = || {
                let behind = text.iter().skip(end).take(4).find(|n| script(**n) != Script::Connector);
                behind.is_some_and(|n| script(*n) == Script::Latin)
            };
            let here = script(*f);
            let goes_on = same(here) || (kind == Script::Latin && here == Script::Connector && inner());
            if !goes_on {
                break;
            }
            end += 1;
        }
        self.at = end;
        let part = text.get(at..end).unwrap_or_default();
        Some(match kind {
            Script::Latin => Run::Latin(part),
            Script::Blank => Run::Blank,
            Script::Connector | Script::Other => Run::Break,
            Script::Kanji | Script::Katakana | Script::Hiragana => Run::Japanese(part),
        })
    }
}

/// The parts of a Latin run: between connectors, where a capital follows a small letter, and where letters end and
/// digits begin after three letters. `source` is the text as it was typed.
pub fn parts<'a>(run: &'a [Folded], source: &str) -> Vec<&'a [Folded]> {
    let upper = |f: &Folded| upper(f, source);
    let mut out = Vec::new();
    let mut from = 0;
    for (at, f) in run.iter().enumerate() {
        if script(*f) == Script::Connector {
            out.push(run.get(from..at).unwrap_or_default());
            from = at + 1;
            continue;
        }
        let before = at.checked_sub(1).and_then(|b| run.get(b)).filter(|_| at > from);
        let camel = before.is_some_and(|b| b.c.is_ascii_lowercase() && !upper(b) && upper(f));
        let digits = at - from >= 3 && f.c.is_ascii_digit() && before.is_some_and(|b| b.c.is_ascii_alphabetic());
        if camel || digits {
            out.push(run.get(from..at).unwrap_or_default());
            from = at;
        }
    }
    out.push(run.get(from..).unwrap_or_default());
    out.retain(|p| !p.is_empty());
    out
}

fn upper(f: &Folded, source: &str) -> bool {
    source.get(f.start..).and_then(|t| t.chars().next()).is_some_and(char::is_uppercase)
}

/// Whether a Latin run or one of its parts may begin with such a character. Said without cutting it.
pub fn may_begin(run: &[Folded], source: &str, with: &dyn Fn(char) -> bool) -> bool {
    let mut before = Script::Connector;
    run.iter().any(|f| {
        let begins = with(f.c) && (before == Script::Connector || f.c.is_ascii_digit() || upper(f, source));
        before = script(*f);
        begins
    })
}

/// The text of folded characters.
pub fn text_of(part: &[Folded]) -> String {
    part.iter().map(|f| f.c).collect()
}

/// The pieces of a Japanese run by script: a word of the query ends where the script changes.
pub fn words_of(run: &[Folded]) -> Vec<(Script, &[Folded])> {
    let mut out: Vec<(Script, &[Folded])> = Vec::new();
    let mut from = 0;
    for at in 1..=run.len() {
        let (Some(last), next) = (run.get(at - 1), run.get(at)) else { continue };
        if next.is_none_or(|n| script(*n) != script(*last)) {
            out.push((script(*last), run.get(from..at).unwrap_or_default()));
            from = at;
        }
    }
    out
}

/// The pieces of a Latin run between its connectors.
pub fn pieces(run: &[Folded]) -> impl Iterator<Item = &[Folded]> {
    run.split(|f| script(*f) == Script::Connector).filter(|piece| !piece.is_empty())
}

/// Two neighbouring Latin words as one term, by their stems.
pub fn pair(a: &str, b: &str) -> String {
    format!("{} {}", stem(a), stem(b))
}

/// The terms of a text with their places, handed to `take` one by one. Places of one term grow.
pub fn terms(text: &str, take: &mut dyn FnMut(&str, usize)) {
    let folded = fold(text);
    // The word before, by its stem, and its place.
    let mut last: Option<(String, usize)> = None;
    let mut buffer = String::new();
    let mut place = 0;
    let mut give = |part: &[Folded], place: usize, take: &mut dyn FnMut(&str, usize)| {
        buffer.clear();
        buffer.extend(part.iter().map(|f| f.c));
        take(&buffer, place);
    };
    for run in runs(&folded) {
        match run {
            Run::Blank => {}
            Run::Break => {
                last = None;
                place += 1;
            }
            Run::Japanese(run) => {
                last = None;
                for at in 0..run.len() {
                    if run.get(at).is_some_and(|f| script(*f) == Script::Kanji) || run.len() == 1 {
                        give(run.get(at..=at).unwrap_or_default(), place, take);
                    }
                    if let Some(two) = run.get(at..at + 2) {
                        give(two, place, take);
                    }
                    if let Some(three) = run.get(at..at + 3).filter(|w| w.iter().any(|f| !f.hiragana)) {
                        give(three, place, take);
                    }
                    place += 1;
                }
            }
            Run::Latin(run) => {
                if parts(run, text).len() > 1 {
                    give(run, place, take);
                }
                // Only what is written apart is counted apart: `CloudTrail` and `cloudtrail` take one place.
                for piece in pieces(run) {
                    for part in parts(piece, text) {
                        let word = text_of(part);
                        let stemmed = stem(&word);
                        if stemmed != word {
                            take(&stemmed, place);
                        }
                        if let Some((before, at)) = &mut last {
                            before.push(' ');
                            before.push_str(&stemmed);
                            take(before, *at);
                        }
                        take(&word, place);
                        last = Some((stemmed, place));
                    }
                    place += 1;
                }
            }
        }
    }
}

/// The tokenizer as tantivy takes it.
#[derive(Clone, Debug, Default)]
pub struct JaTokenizer {
    /// Whether its texts come again and again: each is cut once, and remembered.
    pub again: bool,
}

/// A text that was cut: its tokens in one text that holds them all, where each ends, and its place.
#[derive(Default)]
struct Cut {
    all: String,
    ends: Vec<(usize, usize)>,
}

impl Cut {
    fn of(text: &str) -> Arc<Cut> {
        let mut cut = Cut { all: String::with_capacity(text.len() * 4), ends: Vec::new() };
        terms(text, &mut |term, place| {
            cut.all.push_str(term);
            cut.ends.push((cut.all.len(), place));
        });
        Arc::new(cut)
    }

    /// The same for a text that was perhaps cut before by this thread.
    fn again(text: &str) -> Arc<Cut> {
        thread_local! {
            static REMEMBERED: RefCell<HashMap<String, Arc<Cut>>> = RefCell::default();
        }
        if text.len() > LONGEST_REMEMBERED {
            return Cut::of(text);
        }
        REMEMBERED.with_borrow_mut(|known| {
            if let Some(cut) = known.get(text) {
                return cut.clone();
            }
            if known.len() >= MOST_REMEMBERED {
                known.clear();
            }
            let cut = Cut::of(text);
            known.insert(text.to_owned(), cut.clone());
            cut
        })
    }
}

/// Tokens, one after the other.
pub struct Stream {
    cut: Arc<Cut>,
    next: usize,
    at: usize,
    token: Token,
}

impl Tokenizer for JaTokenizer {
    type TokenStream<'a> = Stream;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        let cut = if self.again { Cut::again(text) } else { Cut::of(text) };
        Stream { cut, next: 0, at: 0, token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        let Some((end, place)) = self.cut.ends.get(self.next).copied() else { return false };
        self.next += 1;
        self.token.text.clear();
        self.token.text.push_str(self.cut.all.get(self.at..end).unwrap_or(""));
        self.token.position = place;
        self.at = end;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        terms(text, &mut |t, _| out.push(t.to_owned()));
        out
    }

    #[test]
    fn identifiers_stand_whole_and_in_parts() {
        let found = texts("S3.5 と s3-bucket-ssl-requests-only と BucketAnonymousAccessGranted");
        for word in [
            "s3.5",
            "s3",
            "5",
            "s3-bucket-ssl-requests-only",
            "bucket",
            "ssl",
            "requests",
            "request",
            "only",
            "anonymous",
            "bucketanonymousaccessgranted",
            "ssl request",
        ] {
            assert!(found.iter().any(|t| t == word), "{word} {found:?}");
        }
    }

    #[test]
    fn japanese_falls_into_ones_twos_and_threes() {
        assert_eq!(texts("暗号化"), ["暗", "暗号", "暗号化", "号", "号化", "化"]);
        assert_eq!(texts("サーバー"), ["サバ"]);
        assert_eq!(texts("ろぐ"), ["ログ"]);
        assert!(texts("すべて").iter().all(|t| t.chars().count() == 2));
    }

    #[test]
    fn neighbours_are_words_with_only_a_blank_between() {
        assert!(texts("Access Keys").contains(&"access key".to_owned()));
        assert!(!texts("access. Keys").contains(&"access key".to_owned()));
    }

    #[test]
    fn places_count_characters_and_words_and_no_blanks() {
        let mut found = Vec::new();
        terms("SSE-KMS で 暗号、access keys", &mut |t, place| found.push((t.to_owned(), place)));
        for (term, place) in
            [("sse", 0), ("kms", 1), ("sse kms", 0), ("デ", 2), ("暗号", 3), ("access", 6), ("access key", 6)]
        {
            assert!(found.contains(&(term.to_owned(), place)), "{term} {found:?}");
        }
    }

    #[test]
    fn a_text_that_comes_again_has_the_same_tokens() {
        let tokens = |again: bool, text: &str| {
            let mut tokenizer = JaTokenizer { again };
            let mut stream = tokenizer.token_stream(text);
            let mut out = Vec::new();
            while stream.advance() {
                out.push((stream.token().text.clone(), stream.token().position));
            }
            out
        };
        let long = "鍵 key ".repeat(400);
        for _ in 0..2 {
            // More than are remembered, so that it begins anew in between.
            for n in 0..MOST_REMEMBERED + 10 {
                let text = format!("K07 暗号化と鍵 {n}");
                assert_eq!(tokens(true, &text), tokens(false, &text));
            }
            assert_eq!(tokens(true, &long), tokens(false, &long));
        }
    }

    proptest! {
        #[test]
        fn any_text_has_terms_and_none_is_empty(text in "\\PC{0,60}|[a-zA-Z0-9.:/_ -]{0,40}|[ぁ-ゖァ-ヺー々ゝ漢字a-z ]{0,40}") {
            prop_assert!(texts(&text).iter().all(|t| !t.is_empty()));
            let mut places = std::collections::HashMap::new();
            terms(&text, &mut |t, place| {
                let before = places.insert(t.to_owned(), place);
                assert!(before.is_none_or(|b| b <= place), "places of one term grow");
            });
        }
    }
}
