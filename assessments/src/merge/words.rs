//! Words as the merge and the history see them: runs of Latin letters and digits, single characters of Japanese.

use unicode_normalization::char::is_combining_mark;

/// Cuts a text into words without losing a byte: joined again they are the text.
pub fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = Class::Single;
    for (at, c) in text.char_indices() {
        let class = class(c);
        if at > start && (class != last || class == Class::Single) && !joins(c) {
            out.push(&text[start..at]);
            start = at;
        }
        if !joins(c) {
            last = class;
        }
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letters,
    Blank,
    Katakana,
    Single,
}

fn class(c: char) -> Class {
    match c {
        c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/') => Class::Letters,
        '\n' => Class::Single,
        c if c.is_whitespace() => Class::Blank,
        'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾟ' => Class::Katakana,
        c if c.is_alphabetic() && (c as u32) < 0x2e80 => Class::Letters,
        _ => Class::Single,
    }
}

/// Whether a character is a mark on the one before it: a combining mark or a variation selector.
pub(crate) fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// What belongs to the character before it: marks, and the joiner.
fn joins(c: char) -> bool {
    is_mark(c) || c == '\u{200d}'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_stay_whole_and_japanese_falls_apart() {
        assert_eq!(words("SSE-KMS で暗号化 TLS 1.2"), ["SSE-KMS", " ", "で", "暗", "号", "化", " ", "TLS", " ", "1.2"]);
        assert_eq!(words("バケットの鍵"), ["バケット", "の", "鍵"]);
        assert_eq!(words("か\u{3099}葛\u{e0100}"), ["か\u{3099}", "葛\u{e0100}"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "\\PC*") {
            prop_assert_eq!(words(&text).concat(), text);
        }
    }
}
