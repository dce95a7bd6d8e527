//! What was typed, taken apart: words, phrases, fields, minus and OR. Nothing is an error: what is no operator is a word.

use super::request::{FacetKey, Slip};

/// Most characters that are looked at.
pub const MAX_CHARS: usize = 400;
/// Most clauses.
const MAX_CLAUSES: usize = 40;

/// A field that an operator can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldName {
    /// One of the facets.
    Facet(FacetKey),
    /// A service.
    Service,
    /// The language of a text.
    Lang,
    /// A guardrail's identifier.
    Guardrail,
}

impl FieldName {
    /// As in tags.
    pub fn key(self) -> &'static str {
        match self {
            FieldName::Facet(key) => key.key(),
            FieldName::Service => "service",
            FieldName::Lang => "lang",
            FieldName::Guardrail => "guardrail",
        }
    }
}

/// Names of fields, in both languages.
pub const FIELDS: [(FieldName, &[&str]); 16] = [
    (FieldName::Service, &["service", "サービス", "sheet", "評価シート"]),
    (FieldName::Facet(FacetKey::Category), &["category", "カテゴリ", "カテゴリー", "分類", "対策分類"]),
    (FieldName::Facet(FacetKey::Viewpoint), &["viewpoint", "観点", "評価観点"]),
    (FieldName::Facet(FacetKey::Provider), &["provider", "事業者", "プロバイダ", "クラウド"]),
    (FieldName::Facet(FacetKey::Group), &["group", "区分", "サービス区分"]),
    (FieldName::Facet(FacetKey::Severity), &["severity", "重要度", "深刻度"]),
    (FieldName::Facet(FacetKey::Availability), &["availability", "提供状況", "提供"]),
    (FieldName::Facet(FacetKey::Responsibility), &["responsibility", "責任", "責任分界"]),
    (FieldName::Facet(FacetKey::Mode), &["mode", "統制", "統制の種類"]),
    (FieldName::Facet(FacetKey::Mechanism), &["mechanism", "仕組み", "実装"]),
    (FieldName::Facet(FacetKey::State), &["state", "状態"]),
    (FieldName::Facet(FacetKey::Section), &["in", "場所", "項目", "section", "field"]),
    (FieldName::Facet(FacetKey::Institution), &["institution", "機関"]),
    (FieldName::Facet(FacetKey::Changed), &["changed", "更新"]),
    (FieldName::Lang, &["lang", "language", "言語"]),
    (FieldName::Guardrail, &["guardrail", "ガードレール"]),
];

/// Words before a colon that are no field, and no slip either: they begin identifiers and addresses.
const IDENTIFIERS: [&str; 16] = [
    "aws",
    "arn",
    "http",
    "https",
    "config",
    "securityhub",
    "controltower",
    "guardduty",
    "policy",
    "discovery",
    "impact",
    "exfiltration",
    "unauthorizedaccess",
    "recon",
    "persistence",
    "attacksequence",
];

/// What a clause asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Words, in any order.
    Words(String),
    /// Words as they stand.
    Phrase(String),
    /// A field's value.
    Field(FieldName, String),
}

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Whether what fits is left out.
    pub not: bool,
    /// What fits.
    pub what: What,
    /// As it was typed.
    pub typed: String,
}

/// A query taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Alternatives, each of clauses that belong together.
    pub either: Vec<Vec<Clause>>,
    /// What was odd.
    pub slips: Vec<(String, Slip)>,
    /// Whether the text was longer than what is looked at.
    pub cut: bool,
}

fn closing(open: char) -> Option<&'static [char]> {
    match open {
        '"' | '＂' | '“' | '”' | '„' | '〝' => Some(&['"', '＂', '”', '“', '〟', '〞']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '－' | '−' | '‐' | '–' | '﹣')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}'
}

fn is_quote(c: char) -> bool {
    closing(c).is_some() || matches!(c, '〟' | '〞')
}

/// Takes a text apart.
pub fn parse(text: &str) -> Parsed {
    let chars: Vec<char> = text.chars().take(MAX_CHARS).collect();
    let mut reader = Reader { at: 0, cut: text.chars().nth(MAX_CHARS).is_some(), chars };
    let mut out = Parsed { cut: reader.cut, ..Parsed::default() };
    let mut group: Vec<Clause> = Vec::new();
    let mut waiting_or: Option<String> = None;
    let mut count = 0;
    while let Some(piece) = reader.next(&mut out.slips) {
        match piece {
            Piece::Or(typed) if group.is_empty() => out.slips.push((typed.clone(), Slip::Operator)),
            Piece::Or(typed) => {
                out.either.push(std::mem::take(&mut group));
                waiting_or = Some(typed);
            }
            Piece::Clause(clause) => {
                count += 1;
                if count <= MAX_CLAUSES {
                    waiting_or = None;
                    group.push(clause);
                } else {
                    out.cut = true;
                }
            }
        }
    }
    if let Some(typed) = waiting_or {
        out.slips.push((typed, Slip::Operator));
    }
    if !group.is_empty() {
        out.either.push(group);
    }
    out
}

enum Piece {
    Or(String),
    Clause(Clause),
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    cut: bool,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self, slips: &mut Vec<(String, Slip)>) -> Option<Piece> {
        while self.peek(0).is_some_and(is_blank) {
            self.at += 1;
        }
        let start = self.at;
        self.peek(0)?;
        let not = self.peek(0).is_some_and(is_minus) && self.peek(1).is_some_and(|c| !is_blank(c) && !is_minus(c));
        if not {
            self.at += 1;
        }
        if self.peek(0).and_then(closing).is_some() {
            let what = self.quoted(slips);
            return Some(Piece::Clause(Clause { not, what, typed: self.typed(start) }));
        }
        // A word ends at a blank or a quote; a quote right behind a field's colon opens the field's value.
        let from = self.at;
        let mut colon = None;
        while let Some(c) = self.peek(0) {
            if is_blank(c) || (is_quote(c) && self.at > from) {
                break;
            }
            if matches!(c, ':' | '：') && colon.is_none() && self.at > from {
                colon = Some(self.at);
            }
            self.at += 1;
        }
        let word: String = self.chars.get(from..self.at).unwrap_or_default().iter().collect();
        if !not && matches!(word.as_str(), "OR" | "ＯＲ" | "|" | "｜" | "||") {
            return Some(Piece::Or(word));
        }
        let what = match colon {
            Some(colon) => self.field(from, colon, &word, slips),
            None => What::Words(word.clone()),
        };
        if word.chars().all(is_minus) {
            slips.push((word, Slip::Operator));
        }
        Some(Piece::Clause(Clause { not, what, typed: self.typed(start) }))
    }

    fn typed(&self, start: usize) -> String {
        self.chars.get(start..self.at).unwrap_or_default().iter().collect()
    }

    fn quoted(&mut self, slips: &mut Vec<(String, Slip)>) -> What {
        let close = self.peek(0).and_then(closing).unwrap_or(&['"']);
        self.at += 1;
        let from = self.at;
        let end = self.chars.iter().skip(from).position(|c| close.contains(c)).map(|n| from + n);
        match end {
            Some(end) => {
                self.at = end + 1;
                What::Phrase(self.chars.get(from..end).unwrap_or_default().iter().collect())
            }
            None => {
                self.at = self.chars.len();
                let rest: String = self.chars.get(from..).unwrap_or_default().iter().collect();
                // Where the text was cut, the quote may have been closed behind the cut.
                if !self.cut {
                    slips.push((rest.clone(), Slip::Quote));
                }
                What::Words(rest)
            }
        }
    }

    fn field(&mut self, from: usize, colon: usize, word: &str, slips: &mut Vec<(String, Slip)>) -> What {
        let name: String = self.chars.get(from..colon).unwrap_or_default().iter().collect();
        let folded = super::fold::fold_text(&name);
        let known = FIELDS.iter().find(|(_, names)| names.iter().any(|n| super::fold::fold_text(n) == folded));
        let value: String = self.chars.get(colon + 1..self.at).unwrap_or_default().iter().collect();
        let Some((field, _)) = known else {
            let plain = name.chars().all(char::is_alphabetic) && !value.starts_with([':', '/', '：']);
            if plain && !value.is_empty() && !IDENTIFIERS.contains(&folded.as_str()) {
                slips.push((word.to_owned(), Slip::Field));
            }
            return What::Words(word.to_owned());
        };
        if !value.is_empty() {
            return What::Field(*field, value);
        }
        if self.peek(0).and_then(closing).is_some() {
            let before = slips.len();
            return match self.quoted(slips) {
                What::Phrase(value) if !value.trim().is_empty() => What::Field(*field, value),
                What::Phrase(value) | What::Words(value) | What::Field(_, value) => {
                    slips.truncate(before);
                    slips.push((format!("{word}{value}"), Slip::Value));
                    What::Words(format!("{word} {value}"))
                }
            };
        }
        slips.push((word.to_owned(), Slip::Value));
        What::Words(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn shown(text: &str) -> String {
        let parsed = parse(text);
        let clause = |c: &Clause| {
            let what = match &c.what {
                What::Words(w) => w.clone(),
                What::Phrase(p) => format!("\"{p}\""),
                What::Field(f, v) => format!("{}={v}", f.key()),
            };
            format!("{}{what}", if c.not { "-" } else { "" })
        };
        let group = |g: &Vec<Clause>| g.iter().map(clause).collect::<Vec<_>>().join(" + ");
        let slips: String = parsed.slips.iter().map(|(t, s)| format!(" !{s:?} {t}")).collect();
        parsed.either.iter().map(group).collect::<Vec<_>>().join(" | ") + &slips
    }

    #[rstest]
    #[case("閉域 kms", "閉域 + kms")]
    #[case("\"既定で暗号化\" s3", "\"既定で暗号化\" + s3")]
    #[case("category:K07 service:s3 \"既定で暗号化\"", "category=K07 + service=s3 + \"既定で暗号化\"")]
    #[case("カテゴリ：K07　サービス：s3", "category=K07 + service=s3")]
    #[case("“access key” －root", "\"access key\" + -root")]
    #[case("kms OR cmk", "kms | cmk")]
    #[case("service:\"Amazon S3\" -in:notes", "service=Amazon S3 + -in=notes")]
    #[case("-\"access key\"", "-\"access key\"")]
    #[case("aws:SecureTransport", "aws:SecureTransport")]
    #[case("arn:aws:s3:::bucket", "arn:aws:s3:::bucket")]
    #[case("guardrail:config:s3-bucket-ssl-requests-only", "guardrail=config:s3-bucket-ssl-requests-only")]
    #[case("s3-bucket-ssl-requests-only", "s3-bucket-ssl-requests-only")]
    #[case("「既定で暗号化」", "\"既定で暗号化\"")]
    #[case("colour:red", "colour:red !Field colour:red")]
    #[case("severity:", "severity: !Value severity:")]
    #[case("\"open phrase", "open phrase !Quote open phrase")]
    #[case("OR kms OR", "kms !Operator OR !Operator OR")]
    #[case("- kms", "- + kms !Operator -")]
    #[case("", "")]
    #[case("　 ", "")]
    fn queries_are_taken_apart(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let parsed = parse(&"暗号化 ".repeat(3_000));
        assert!(parsed.cut && parsed.either.iter().map(Vec::len).sum::<usize>() <= MAX_CLAUSES);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_every_word_ends_up_in_the_query(text in "(\\PC|[\"「」“:：\\-－|ORa-zあ-ん漢 　]){0,80}") {
            let parsed = parse(&text);
            let kept: String = parsed.either.iter().flatten().map(|c| c.typed.clone()).collect();
            let strip = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let without_or = |t: &str| strip(t).replace("OR", "").replace("ＯＲ", "");
            prop_assert_eq!(without_or(&kept), without_or(&text));
        }
    }
}
