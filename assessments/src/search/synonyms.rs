//! Synonyms and translations as data, used when a query is built: a change needs no new index.

use super::fold::fold_text;

/// Groups of words that mean the same.
#[derive(Clone, Debug, Default)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
}

impl Synonyms {
    /// Reads groups, one a line, words separated by tabs; `#` starts a comment.
    pub fn parse(tsv: &str) -> Synonyms {
        let line = |l: &str| -> Vec<String> {
            l.split('\t').map(fold_text).map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()).collect()
        };
        let groups = tsv.lines().filter(|l| !l.starts_with('#')).map(line).filter(|g| g.len() > 1);
        Synonyms { groups: groups.collect() }
    }

    /// The groups that ship.
    pub fn builtin() -> Synonyms {
        Synonyms::parse(include_str!("../../library/search/synonyms.tsv"))
    }

    /// Words that mean the same as something in a folded query, without those that stand in it.
    pub fn of(&self, folded: &str) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for group in &self.groups {
            if group.iter().any(|word| holds(folded, word)) {
                out.extend(group.iter().map(String::as_str).filter(|word| !holds(folded, word)));
            }
        }
        out.sort_unstable();
        out.dedup();
        out.truncate(24);
        out
    }
}

/// Whether a text holds a word: as it is in Japanese, between word borders in Latin.
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let edge = |own: Option<char>, beside: Option<char>| !(latin(own) && latin(beside));
        edge(found.chars().next(), text[..at].chars().next_back())
            && edge(found.chars().next_back(), text[at + found.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_brings_the_others_of_its_group() {
        let synonyms = Synonyms::parse("# x\nMFA\t多要素認証\t二要素認証\n");
        assert_eq!(synonyms.of("mfa の強制"), ["二要素認証", "多要素認証"]);
        assert!(synonyms.of("mfasomething").is_empty());
    }

    #[test]
    fn the_list_that_ships_reads() {
        assert!(Synonyms::builtin().groups.len() >= 40);
    }
}
