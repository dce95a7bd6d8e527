//! Folding: the form in which texts are compared when searching, with the way back to the source.
//!
//! NFKC, case, width, hyphens after katakana, middle dots between katakana, long vowels and small kana fold together;
//! every folded character knows the bytes that it came from, so that a hit can be marked in the text as it was typed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A folded character and the bytes of the source that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The character.
    pub c: char,
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
}

/// Folds a text.
pub fn fold(text: &str) -> Vec<Folded> {
    let mut out: Vec<Folded> = Vec::with_capacity(text.len());
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        let mut cluster = String::from(c);
        while let Some(&(_, mark)) = chars.peek().filter(|(_, m)| joins(*m)) {
            // Half-width voiced marks compose only in their combining form.
            cluster.push(match mark {
                '\u{ff9e}' | '\u{309b}' => '\u{3099}',
                '\u{ff9f}' | '\u{309c}' => '\u{309a}',
                m => m,
            });
            end += mark.len_utf8();
            chars.next();
        }
        for n in cluster.nfkc().flat_map(char::to_lowercase) {
            push(&mut out, Folded { c: n, start, end });
        }
    }
    out
}

/// The folded text alone.
pub fn fold_text(text: &str) -> String {
    fold(text).into_iter().map(|f| f.c).collect()
}

fn joins(c: char) -> bool {
    is_combining_mark(c)
        || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{309b}' | '\u{309c}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character is katakana.
pub fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー')
}

fn push(out: &mut Vec<Folded>, f: Folded) {
    let after_katakana = out.last().is_some_and(|l| is_katakana(l.c));
    let dash = matches!(f.c, 'ー' | '-' | '‐' | '‑' | '–' | '—' | '−' | '―');
    if after_katakana && (dash || f.c == '・') {
        // A long vowel is written or left out at will; it belongs to the character before it.
        if let Some(last) = out.last_mut() {
            last.end = f.end;
        }
        return;
    }
    if is_combining_mark(f.c) || ('\u{fe00}'..='\u{fe0f}').contains(&f.c) || ('\u{e0100}'..='\u{e01ef}').contains(&f.c)
    {
        return;
    }
    let c = match f.c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ヴ' => 'ブ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        c => c,
    };
    out.push(Folded { c, ..f });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("サーバ", "サーバー")]
    #[case("ｻｰﾊﾞｰ", "サーバ")]
    #[case("ＫＭＳ", "kms")]
    #[case("アクセス・キー", "アクセスキー")]
    #[case("か\u{3099}", "が")]
    #[case("㈱", "(株)")]
    #[case("ファイル", "フアイル")]
    #[case("サーバ−", "サーバ")]
    #[case("葛\u{e0100}城", "葛城")]
    fn spellings_of_one_word_fold_together(#[case] a: &str, #[case] b: &str) {
        assert_eq!(fold_text(a), fold_text(b));
    }

    proptest! {
        #[test]
        fn the_way_back_is_in_order_and_on_character_boundaries(text in "\\PC{0,40}|[ｱ-ﾟァ-ヺー・\u{3099}a-zA-Z㈱𠮷]{0,40}") {
            let mut last = 0;
            for f in fold(&text) {
                prop_assert!(f.start <= f.end && f.end <= text.len() && f.start >= last);
                prop_assert!(text.is_char_boundary(f.start) && text.is_char_boundary(f.end));
                last = f.start;
            }
        }
    }
}
