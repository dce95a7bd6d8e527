//! The tokenizer: bigrams and single kanji for Japanese, whole identifiers and their parts for Latin.

use super::fold::{Folded, fold, is_katakana};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Its name in the index. Another version is another name: an index of the old one is thrown away.
pub const NAME: &str = "ja_v1";

/// A run of one kind of writing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// Latin letters and digits with their inner connectors: `s3-bucket-ssl-requests-only`, `S3.5`.
    Latin(Vec<Folded>),
    /// Kanji and katakana.
    Ideographs(Vec<Folded>),
    /// Hiragana.
    Hiragana(Vec<Folded>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Latin,
    Connector,
    Ideograph,
    Hiragana,
    Other,
}

fn class(c: char) -> Class {
    match c {
        '-' | '_' | '.' | ':' | '/' | '@' => Class::Connector,
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => Class::Hiragana,
        c if is_katakana(c) || is_kanji(c) => Class::Ideograph,
        c if c.is_alphanumeric() => {
            if (c as u32) < 0x2e80 {
                Class::Latin
            } else {
                Class::Ideograph
            }
        }
        _ => Class::Other,
    }
}

fn is_kanji(c: char) -> bool {
    matches!(c, '々' | '〆' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Cuts a folded text into runs. `None` stands where something else is between: phrases do not cross it.
pub fn runs(text: &[Folded]) -> Vec<Option<Run>> {
    let mut out: Vec<Option<Run>> = Vec::new();
    let mut at = 0;
    while let Some(first) = text.get(at) {
        let kind = class(first.c);
        let mut end = at + 1;
        match kind {
            Class::Latin => {
                while let Some(f) = text.get(end) {
                    let inner =
                        class(f.c) == Class::Connector && text.get(end + 1).is_some_and(|n| class(n.c) == Class::Latin);
                    if class(f.c) != Class::Latin && !inner {
                        break;
                    }
                    end += 1;
                }
            }
            Class::Ideograph | Class::Hiragana => {
                while text.get(end).is_some_and(|f| class(f.c) == kind) {
                    end += 1;
                }
            }
            Class::Connector | Class::Other => {
                while text.get(end).is_some_and(|f| matches!(class(f.c), Class::Connector | Class::Other)) {
                    end += 1;
                }
            }
        }
        let part = text.get(at..end).unwrap_or_default().to_vec();
        out.push(match kind {
            Class::Latin => Some(Run::Latin(part)),
            Class::Ideograph => Some(Run::Ideographs(part)),
            Class::Hiragana => Some(Run::Hiragana(part)),
            Class::Connector | Class::Other => None,
        });
        at = end;
    }
    out
}

/// The parts of a Latin run: between connectors, and where letters end and digits begin after three letters.
pub fn parts(run: &[Folded]) -> Vec<Vec<Folded>> {
    let mut out: Vec<Vec<Folded>> = vec![vec![]];
    for f in run {
        if class(f.c) == Class::Connector {
            out.push(vec![]);
            continue;
        }
        let splits = out.last().is_some_and(|p| {
            p.len() >= 3 && f.c.is_ascii_digit() && p.last().is_some_and(|l| l.c.is_ascii_alphabetic())
        });
        if splits {
            out.push(vec![]);
        }
        if let Some(last) = out.last_mut() {
            last.push(*f);
        }
    }
    out.retain(|p| !p.is_empty());
    out
}

/// The text of folded characters.
pub fn text_of(part: &[Folded]) -> String {
    part.iter().map(|f| f.c).collect()
}

/// A light English stem: the plural's s goes. `None` where there is none.
pub fn stem(word: &str) -> Option<&str> {
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || !word.is_ascii() {
        return None;
    }
    word.strip_suffix("ies")
        .filter(|w| w.len() > 2)
        .or_else(|| word.strip_suffix('s'))
        .filter(|w| w.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// The tokens of a text with their positions.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut position = 0;
    let folded = fold(text);
    for run in runs(&folded) {
        match run {
            None => position += 1,
            Some(Run::Latin(run)) => position = latin(&run, position, &mut out),
            Some(Run::Ideographs(run) | Run::Hiragana(run)) => position = japanese(&run, position, &mut out),
        }
    }
    // Across the border of two Japanese runs, as between a verb's kanji and its ending, a bigram joins them.
    out.sort_by_key(|t| (t.position, t.offset_from));
    out
}

fn push(out: &mut Vec<Token>, part: &[Folded], position: usize, length: usize, text: String) {
    let (Some(first), Some(last)) = (part.first(), part.last()) else { return };
    out.push(Token {
        offset_from: first.start,
        offset_to: last.end.max(first.start),
        position,
        text,
        position_length: length,
    });
}

fn latin(run: &[Folded], position: usize, out: &mut Vec<Token>) -> usize {
    let parts = parts(run);
    if parts.len() > 1 {
        push(out, run, position, parts.len(), text_of(run));
    }
    for (n, part) in parts.iter().enumerate() {
        let text = text_of(part);
        if let Some(stem) = stem(&text) {
            push(out, part, position + n, 1, stem.to_owned());
        }
        push(out, part, position + n, 1, text);
    }
    position + parts.len()
}

fn japanese(run: &[Folded], position: usize, out: &mut Vec<Token>) -> usize {
    for (n, f) in run.iter().enumerate() {
        if is_kanji(f.c) || run.len() == 1 {
            push(out, &[*f], position + n, 1, f.c.to_string());
        }
        if let Some(pair) = run.get(n..n + 2) {
            push(out, pair, position + n, 1, text_of(pair));
        }
    }
    position + run.len()
}

/// The tokenizer as tantivy takes it.
#[derive(Clone, Debug, Default)]
pub struct JaTokenizer;

/// Tokens, one after the other.
pub struct Stream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl Tokenizer for JaTokenizer {
    type TokenStream<'a> = Stream;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream {
        Stream { tokens: tokens(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
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

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn identifiers_stand_whole_and_in_parts() {
        let found = texts("S3.5 と s3-bucket-ssl-requests-only");
        for word in ["s3.5", "s3", "5", "s3-bucket-ssl-requests-only", "bucket", "ssl", "requests", "request", "only"] {
            assert!(found.iter().any(|t| t == word), "{word} {found:?}");
        }
    }

    #[test]
    fn japanese_falls_into_bigrams_and_single_kanji() {
        assert_eq!(texts("暗号化"), ["暗", "暗号", "号", "号化", "化"]);
        assert_eq!(texts("サーバー"), ["サバ"]);
    }

    #[test]
    fn positions_follow_the_characters_so_that_phrases_work() {
        let found = tokens("暗号化");
        let at = |text: &str| found.iter().find(|t| t.text == text).map(|t| t.position);
        assert_eq!((at("暗号"), at("号化")), (Some(0), Some(1)));
    }
}
