//! The words of a query: where one ends, and which of them say little.

use super::fold::{Folded, fold};
use super::tokens::{Run, Script, parts, runs, text_of, words_of};

/// Latin words that say nothing about what is looked for.
pub const STOP: [&str; 46] = [
    "a", "an", "the", "of", "to", "in", "on", "at", "by", "for", "with", "and", "or", "is", "are", "was", "be", "been",
    "can", "do", "does", "how", "what", "which", "when", "where", "who", "why", "it", "its", "that", "this", "there",
    "from", "as", "i", "we", "you", "our", "my", "if", "should", "must", "may", "will", "into",
];

/// Hiragana that joins words and says nothing, as it is folded.
const JOINS: [&str; 56] = [
    "ノ",
    "ヲ",
    "ニ",
    "ガ",
    "ハ",
    "ト",
    "デ",
    "モ",
    "ヘ",
    "ヤ",
    "カ",
    "ナ",
    "ダ",
    "ヨリ",
    "カラ",
    "マデ",
    "ナド",
    "スル",
    "シタ",
    "シテ",
    "サレル",
    "サレタ",
    "サレテ",
    "デキル",
    "デキマスカ",
    "デスカ",
    "マスカ",
    "アル",
    "アルカ",
    "ナイ",
    "イル",
    "コト",
    "モノ",
    "トキ",
    "タメ",
    "ニハ",
    "デハ",
    "トハ",
    "ニツイテ",
    "ニオケル",
    "ニヨル",
    "トシテ",
    "スルニハ",
    "デキルカ",
    "イツ",
    "ドコ",
    "ナニ",
    "ドウ",
    "ドノ",
    "ソノ",
    "コノ",
    "サレルカ",
    "シナイ",
    "サセル",
    "ヨウニ",
    "ダケ",
];

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Latin.
    Latin,
    /// Kanji or katakana.
    Japanese,
    /// One kanji with the hiragana behind it: 止める.
    Verb,
    /// Hiragana.
    Hiragana,
}

/// A word of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// How it is written.
    pub kind: Kind,
    /// Folded.
    pub text: String,
    /// The parts of an identifier; one for a word.
    pub parts: Vec<String>,
    /// First character in the folded query.
    pub from: usize,
    /// Character behind the last.
    pub to: usize,
    /// Whether a text may do without it.
    pub optional: bool,
}

/// A query's words in its folded text.
pub fn chunks(text: &str) -> (Vec<char>, Vec<Chunk>) {
    let folded = fold(text);
    let mut out = cut(&folded, text, false);
    if out.is_empty() {
        // Nothing but small words: they are what is looked for.
        out = cut(&folded, text, true);
    }
    if out.iter().all(|c| c.optional) {
        out.iter_mut().for_each(|c| c.optional = false);
    }
    (folded.iter().map(|f| f.c).collect(), out)
}

fn cut(folded: &[Folded], text: &str, small: bool) -> Vec<Chunk> {
    let mut out: Vec<Chunk> = Vec::new();
    let mut at = 0;
    for run in runs(folded) {
        match run {
            // Runs of blanks and marks are as long as what stands before the next run.
            Run::Blank | Run::Break => {}
            Run::Latin(part) => {
                at = place(folded, part, at);
                let word = text_of(part);
                let parts = parts(part, text).into_iter().map(text_of).collect();
                let optional = STOP.contains(&word.as_str());
                out.push(Chunk { kind: Kind::Latin, text: word, parts, from: at, to: at + part.len(), optional });
                at += part.len();
            }
            Run::Japanese(part) => {
                at = place(folded, part, at);
                japanese(part, at, small, &mut out);
                at += part.len();
            }
        }
    }
    out
}

/// Where a run starts: its first character, from `at` on.
fn place(folded: &[Folded], part: &[Folded], at: usize) -> usize {
    let first = part.first();
    folded.iter().skip(at).position(|f| Some(f) == first).map_or(at, |n| at + n)
}

fn japanese(run: &[Folded], at: usize, small: bool, out: &mut Vec<Chunk>) {
    let words = words_of(run);
    let mut from = at;
    for (n, (kind, part)) in words.iter().enumerate() {
        let word = text_of(part);
        let to = from + part.len();
        let next = words.get(n + 1).filter(|(s, _)| *s == Script::Hiragana).map(|(_, p)| text_of(p));
        match kind {
            Script::Hiragana => {
                let joins = JOINS.contains(&word.as_str()) || word.chars().count() < 3;
                let ending = n > 0 && words.get(n - 1).is_some_and(|(_, p)| p.len() == 1);
                if small || !(joins || ending) {
                    out.push(Chunk { kind: Kind::Hiragana, text: word, parts: vec![], from, to, optional: true });
                }
            }
            _ => {
                let verb = next.filter(|t| part.len() == 1 && *kind == Script::Kanji && !JOINS.contains(&t.as_str()));
                let (kind, text, to) = match verb.and_then(|t| t.chars().next()) {
                    Some(first) => (Kind::Verb, format!("{word}{first}"), to + 1),
                    None => (Kind::Japanese, word, to),
                };
                out.push(Chunk { kind, text, parts: vec![], from, to, optional: false });
            }
        }
        from += part.len();
    }
}

/// A word that nobody knows as the known ones that it is made of, as few as can be: 公開禁止 as 公開 and 禁止. What is left
/// over between them stays a word of its own.
pub fn apart(chunk: &Chunk, known: &dyn Fn(&str) -> bool) -> Vec<Chunk> {
    let chars: Vec<char> = chunk.text.chars().collect();
    // By length of the beginning: what it costs, and where the last word starts.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; chars.len() + 1];
    best[0] = Some((0, 0));
    let mut some = false;
    for end in 2..=chars.len() {
        for from in end.saturating_sub(8)..=end - 2 {
            let word: String = chars.get(from..end).unwrap_or_default().iter().collect();
            let Some((before, _)) = best.get(from).copied().flatten() else { continue };
            let is_known = known(&word);
            some |= is_known;
            let cost = before + if is_known { 1 } else { 4 + end - from };
            if best[end].is_none_or(|(c, _)| cost < c) {
                best[end] = Some((cost, from));
            }
        }
    }
    let mut out = Vec::new();
    let mut end = chars.len();
    while some && end > 0 {
        let Some((_, from)) = best.get(end).copied().flatten() else { return vec![] };
        let text: String = chars.get(from..end).unwrap_or_default().iter().collect();
        out.push(Chunk { text, from: chunk.from + from, to: chunk.from + end, ..chunk.clone() });
        end = from;
    }
    out.reverse();
    out
}

/// The pairs of a Japanese word, for finding parts of it.
pub fn pairs(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    chars.windows(2).map(|w| w.iter().collect()).collect()
}

/// Words one edit away: a letter less, more, another, or two changed over.
pub fn one_edit(word: &str) -> Vec<String> {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    let chars: Vec<char> = word.chars().collect();
    let mut out = Vec::new();
    let join = |a: &[char], middle: &[char], b: &[char]| a.iter().chain(middle).chain(b).collect::<String>();
    for at in 0..=chars.len() {
        let (a, b) = chars.split_at(at);
        if let [first, rest @ ..] = b {
            out.push(join(a, &[], rest));
            out.extend(LETTERS.chars().filter(|l| l != first).map(|l| join(a, &[l], rest)));
            if let [second, rest @ ..] = rest
                && second != first
            {
                out.push(join(a, &[*second, *first], rest));
            }
        }
        out.extend(LETTERS.chars().map(|l| join(a, &[l], b)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn words(text: &str) -> String {
        let word = |c: &Chunk| format!("{}{}", c.text, if c.optional { "?" } else { "" });
        chunks(text).1.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[rstest]
    #[case("暗号化の設定", "暗号化 設定")]
    #[case("アクセス制御", "アクセス 制御")]
    #[case("改ざん検知", "改ザ 検知")]
    #[case("鍵の管理", "鍵 管理")]
    #[case("how is data encrypted at rest", "how? is? data encrypted at? rest")]
    #[case("どのように", "ドノヨウニ")]
    #[case("S3.1 と MFA", "s3.1 mfa")]
    fn a_query_falls_into_words(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(words(text), expected);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let (folded, found) = chunks("s3 の 暗号化、s3");
        for c in &found {
            assert_eq!(folded.get(c.from..c.to).map(|w| w.iter().collect::<String>()), Some(c.text.clone()));
        }
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn a_compound_falls_into_known_words() {
        let (_, found) = chunks("公開禁止令");
        let known = |w: &str| ["公開", "禁止令", "禁止"].contains(&w);
        let words: Vec<String> = apart(&found[0], &known).into_iter().map(|c| c.text).collect();
        assert_eq!(words, ["公開", "禁止令"]);
        let words: Vec<String> = apart(&found[0], &|w| w == "公開").into_iter().map(|c| c.text).collect();
        assert_eq!(words, ["公開", "禁止令"]);
        assert!(apart(&found[0], &|_| false).is_empty());
    }

    #[test]
    fn one_edit_makes_the_word_that_was_meant() {
        for typed in ["encrypton", "encrytpion", "encryptioon", "encryptiin"] {
            assert!(one_edit(typed).contains(&"encryption".to_owned()), "{typed}");
        }
    }
}
