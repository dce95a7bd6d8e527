//! Folding: the form in which texts are compared when searching, with the way back to the source.
//!
//! NFKC, case, width, hyphens after katakana, middle dots between katakana, long vowels and small kana fold together;
//! every folded character knows the bytes that it came from, so that a hit can be marked in the text as it was typed.

use crate::merge::words::is_mark;
use unicode_normalization::UnicodeNormalization;

/// A folded character and the bytes of the source that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The character.
    pub c: char,
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// Whether it was hiragana: it is folded to katakana, but words end where the two meet.
    pub hiragana: bool,
}

/// Folds a text.
pub fn fold(text: &str) -> Vec<Folded> {
    let mut out: Vec<Folded> = Vec::with_capacity(text.chars().count());
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        if plain(c) && chars.peek().is_none_or(|(_, m)| !joins(*m)) {
            let folded = Folded { c: c.to_ascii_lowercase(), start, end, hiragana: false };
            if alone(c) {
                out.push(folded)
            } else {
                push(&mut out, folded)
            }
            continue;
        }
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
            push(&mut out, Folded { c: n, start, end, hiragana: false });
        }
    }
    out.iter_mut().filter(|f| f.c == 'ヴ').for_each(|f| f.c = 'ブ');
    without_inner_okurigana(&mut out);
    out
}

/// The folded text alone.
pub fn fold_text(text: &str) -> String {
    fold(text).into_iter().map(|f| f.c).collect()
}

/// Characters that normalisation leaves as they are, but for the case of Latin letters.
fn plain(c: char) -> bool {
    c.is_ascii()
        || matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '・' | '、' | '。' | '「' | '」' | '\u{3400}'..='\u{9fff}')
}

/// Those of them that fold by themselves, whatever stands before: most of every text.
fn alone(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '、' | '。' | '\u{3400}'..='\u{9fff}') && c != '-'
}

fn joins(c: char) -> bool {
    // Most characters are told without a look into the table.
    if plain(c) {
        return false;
    }
    // Sound marks with a width of their own compose as well.
    is_mark(c) || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{309b}' | '\u{309c}')
}

/// Whether a character is katakana.
pub fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー')
}

/// Whether a character is a kanji.
pub fn is_kanji(c: char) -> bool {
    matches!(c, '〆' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn push(out: &mut Vec<Folded>, f: Folded) {
    let after = out.last().copied();
    let after_katakana = after.is_some_and(|l| is_katakana(l.c) && !l.hiragana);
    let dash = matches!(f.c, 'ー' | '-' | '‐' | '‑' | '–' | '—' | '−' | '―');
    let long = f.c == 'ー' && after.is_some_and(|l| is_katakana(l.c));
    if long || (after_katakana && (dash || f.c == '・')) {
        // A long vowel is written or left out at will; it belongs to the character before it.
        if let Some(last) = out.last_mut() {
            last.end = f.end;
        }
        return;
    }
    let e_row =
        |c: char| matches!(c, 'エ' | 'ケ' | 'セ' | 'テ' | 'ネ' | 'ヘ' | 'メ' | 'レ' | 'ゲ' | 'ゼ' | 'デ' | 'ベ' | 'ペ');
    if f.c == 'イ' && after_katakana && after.is_some_and(|l| e_row(l.c)) {
        // メイン and メーン, インターフェイス and インターフェース.
        if let Some(last) = out.last_mut() {
            last.end = f.end;
        }
        return;
    }
    if !plain(f.c) && is_mark(f.c) {
        return;
    }
    if let (Some(last), Some(joined)) = (out.last_mut().filter(|l| l.c == 'ヴ'), v_joined(f.c)) {
        last.c = joined;
        last.end = f.end;
        return;
    }
    let hiragana = matches!(f.c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ');
    let c = match (f.c, after) {
        // What an iteration mark repeats.
        ('々', Some(l)) if is_kanji(l.c) => l.c,
        ('ゝ' | 'ヽ', Some(l)) if is_katakana(l.c) => l.c,
        ('ゞ' | 'ヾ', Some(l)) if is_katakana(l.c) => voiced(l.c),
        (c, _) => large(katakana(c)),
    };
    out.push(Folded { c, hiragana, ..f });
}

/// Hiragana as katakana: the two are compared as one.
fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        c => c,
    }
}

fn voiced(c: char) -> char {
    match c {
        'カ' | 'キ' | 'ク' | 'ケ' | 'コ' | 'サ' | 'シ' | 'ス' | 'セ' | 'ソ' | 'タ' | 'チ' | 'ツ' | 'テ' | 'ト'
        | 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ' => char::from_u32(c as u32 + 1).unwrap_or(c),
        c => c,
    }
}

/// ヴァ is written バ as well.
fn v_joined(small: char) -> Option<char> {
    match small {
        'ァ' | 'ぁ' => Some('バ'),
        'ィ' | 'ぃ' => Some('ビ'),
        'ェ' | 'ぇ' => Some('ベ'),
        'ォ' | 'ぉ' => Some('ボ'),
        _ => None,
    }
}

fn large(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        c => c,
    }
}

/// Takes out the one hiragana between two kanji of a compound that people write or leave out: 取り消し and 取消し.
fn without_inner_okurigana(out: &mut Vec<Folded>) {
    let inner = |w: &[Folded]| {
        matches!(w, [a, k, b] if is_kanji(a.c) && k.hiragana && is_kanji(b.c)
            && matches!(k.c, 'イ' | 'キ' | 'シ' | 'チ' | 'リ' | 'ミ' | 'ギ' | 'ビ' | 'ジ' | 'ケ' | 'ゲ' | 'セ' | 'ネ' | 'ベ' | 'メ' | 'レ' | 'エ'))
    };
    let drop: Vec<usize> = out.windows(3).enumerate().filter(|(_, w)| inner(w)).map(|(n, _)| n + 1).collect();
    for at in drop.into_iter().rev() {
        let gone = out.remove(at);
        if let Some(before) = at.checked_sub(1).and_then(|b| out.get_mut(b)) {
            before.end = gone.end;
        }
    }
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
    #[case("ろぐ", "ログ")]
    #[case("さーば", "サーバー")]
    #[case("個々", "個個")]
    #[case("取り消し", "取消し")]
    #[case("引き継ぎ", "引継ぎ")]
    #[case("キャッシュ", "キヤツシユ")]
    #[case("インターフェイス", "インターフェース")]
    #[case("アプリケイション", "アプリケーション")]
    #[case("ヴァージョン", "バージョン")]
    fn spellings_of_one_word_fold_together(#[case] a: &str, #[case] b: &str) {
        assert_eq!(fold_text(a), fold_text(b));
    }

    proptest! {
        #[test]
        fn what_folds_alone_folds_as_everything_does(before in "[ァ-ヺー々ヴｶa-]{0,3}", c in prop_oneof![0_u32..0x80, 0x3001_u32..0x3003, 0x3400_u32..0xa000]) {
            let c = char::from_u32(c).unwrap_or('a');
            prop_assume!(alone(c));
            let (mut fast, mut slow) = (fold(&before), fold(&before));
            let folded = Folded { c: c.to_ascii_lowercase(), start: before.len(), end: before.len() + c.len_utf8(), hiragana: false };
            fast.push(folded);
            push(&mut slow, folded);
            prop_assert_eq!(fast, slow);
        }

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
