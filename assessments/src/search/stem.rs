//! English stems: plural and verb endings first, then the endings that make a noun of a verb. The result is no word, only
//! the same for words of one family: encrypt, encrypts, encrypted, encryption.

/// Endings that go, the longest first, with what comes in their place. What is left must have four letters or more.
const ENDINGS: [(&str, &str); 25] = [
    ("izations", ""),
    ("ization", ""),
    ("isation", ""),
    ("ations", ""),
    ("ation", ""),
    ("ating", ""),
    ("ators", ""),
    ("ated", ""),
    ("ates", ""),
    ("ator", ""),
    ("ised", ""),
    ("ized", ""),
    ("izing", ""),
    ("ising", ""),
    ("ize", ""),
    ("ise", ""),
    ("ate", ""),
    ("ions", ""),
    ("ion", ""),
    ("ings", ""),
    ("ing", ""),
    ("ers", ""),
    ("ed", ""),
    ("er", ""),
    ("ment", ""),
];

/// The stem of a folded word; the word itself where there is none.
pub fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    for (ending, instead) in ENDINGS {
        let least = if ending.len() == 2 || ending.starts_with("er") { 4 } else { 3 };
        if let Some(rest) = word.strip_suffix(ending).filter(|r| r.len() >= least && r.bytes().any(vowel)) {
            return tidy(&format!("{rest}{instead}"));
        }
    }
    let singular = if let Some(rest) = word.strip_suffix("ies") {
        format!("{rest}y")
    } else if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        word.to_owned()
    } else if let Some(rest) = word.strip_suffix("es").filter(|r| r.ends_with(['s', 'x', 'h', 'z'])) {
        rest.to_owned()
    } else {
        word.strip_suffix('s').unwrap_or(word).to_owned()
    };
    if singular != word { stem(&singular) } else { tidy(word) }
}

fn vowel(b: u8) -> bool {
    matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Doubled consonants become one, a silent e and a y at the end go one way.
fn tidy(word: &str) -> String {
    let mut out = word.to_owned();
    if out.len() > 4 && out.ends_with('e') {
        out.pop();
    }
    let bytes = out.as_bytes();
    if let [.., a, b] = bytes
        && a == b
        && !vowel(*a)
        && !matches!(a, b'l' | b's')
    {
        out.pop();
    }
    if out.ends_with('y') {
        out.pop();
        out.push('i');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(&["encrypt", "encrypts", "encrypted", "encryption", "encrypting"])]
    #[case(&["rotate", "rotates", "rotated", "rotation", "rotating"])]
    #[case(&["policy", "policies"])]
    #[case(&["authenticate", "authenticated", "authentication", "authenticator"])]
    #[case(&["restrict", "restricted", "restriction", "restrictions"])]
    #[case(&["log", "logs"])]
    #[case(&["configure", "configured", "configuring"])]
    #[case(&["access", "accessed"])]
    #[case(&["delete", "deleted", "deletion", "deletes"])]
    #[case(&["authorise", "authorisation", "authorised"])]
    #[case(&["publish", "published", "publishes"])]
    fn words_of_one_family_have_one_stem(#[case] words: &[&str]) {
        let first = words.first().map(|w| stem(w));
        assert!(
            words.iter().all(|w| Some(stem(w)) == first),
            "{:?}",
            words.iter().map(|w| stem(w)).collect::<Vec<_>>()
        );
    }

    #[rstest]
    #[case("status", "state")]
    #[case("ring", "rate")]
    #[case("s3", "s")]
    fn other_words_have_other_stems(#[case] a: &str, #[case] b: &str) {
        assert_ne!(stem(a), stem(b));
    }
}
