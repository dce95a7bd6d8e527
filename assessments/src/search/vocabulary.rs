//! The names that a query may use for what the installation holds: services, categories, viewpoints, and the words of
//! choices. Only what every reader may know: names of the common text.

use super::docs::tag;
use super::fold::fold_text;
use super::parse::FieldName;
use super::request::FacetKey;
use crate::criteria::CriteriaSet;
use crate::id::ServiceId;
use crate::lang::Label;
use crate::schema::{self, PRIVATE, SECTIONS};
use std::collections::BTreeMap;

/// A service's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownName {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Label,
    /// Its abbreviation; may be empty.
    pub abbreviation: String,
    /// Its service group; empty where it has none.
    pub group: Label,
    /// Whether its sheet has answers: only then a query that names it is narrowed towards it.
    pub written: bool,
}

/// The vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// Folded names to services.
    services: BTreeMap<String, Vec<(ServiceId, bool)>>,
    /// Folded ids and names of categories and viewpoints to ids.
    categories: Vec<(FacetKey, String, String)>,
    /// All names of each service, folded, a line each: those with answers first, then by their English names.
    lines: Vec<(ServiceId, String)>,
    longest: usize,
    groups: Vec<Label>,
}

/// Words of the state of a sheet.
const STATES: [(&str, &[&str]); 4] = [
    ("empty", &["未着手", "空"]),
    ("started", &["作成中", "途中"]),
    ("answered", &["回答済", "回答済み", "記入済"]),
    ("published", &["公開", "公開済", "公開済み", "公表"]),
];

impl Vocabulary {
    /// Reads the names.
    pub fn new(services: &[KnownName], sets: &[impl AsRef<CriteriaSet>]) -> Vocabulary {
        let mut out = Vocabulary::default();
        for service in services {
            let id_words = service.id.as_str().replace('-', " ");
            let names = [&service.name.ja, &service.name.en, &service.abbreviation, service.id.as_str(), &id_words];
            let mut names: Vec<String> = names.iter().map(|n| fold_text(n).trim().to_owned()).collect();
            let short = |n: &String| {
                let rest = ["amazon ", "aws ", "azure ", "microsoft ", "google cloud ", "google "]
                    .iter()
                    .find_map(|p| n.strip_prefix(p));
                rest.map(str::to_owned)
            };
            names.extend(names.clone().iter().filter_map(short));
            names.sort_unstable();
            names.dedup();
            for name in names.into_iter().filter(|n| n.chars().count() > 1) {
                out.longest = out.longest.max(name.split(' ').count());
                out.services.entry(name).or_default().push((service.id.clone(), service.written));
            }
        }
        let mut lines: Vec<&KnownName> = services.iter().collect();
        lines.sort_by_cached_key(|s| (!s.written, s.name.en.to_lowercase(), s.id.clone()));
        let line = |s: &KnownName| {
            let names = [s.id.as_str(), &s.name.ja, &s.name.en, &s.abbreviation];
            (s.id.clone(), names.map(fold_text).join("\n"))
        };
        out.lines = lines.into_iter().map(line).collect();
        out.groups = services.iter().map(|s| &s.group).filter(|g| !g.ja.is_empty()).cloned().collect();
        out.groups.sort_by(|a, b| (&a.ja, &a.en).cmp(&(&b.ja, &b.en)));
        out.groups.dedup();
        for set in sets {
            let set = set.as_ref();
            for c in &set.categories {
                out.categories.extend([&c.id, &c.ja, &c.en].map(|n| (FacetKey::Category, fold_text(n), c.id.clone())));
            }
            for v in &set.viewpoints {
                out.categories.extend([&v.id, &v.ja, &v.en].map(|n| (FacetKey::Viewpoint, fold_text(n), v.id.clone())));
            }
        }
        out
    }

    /// Services with answers that a folded text names as a whole.
    pub fn named(&self, folded: &str) -> Vec<ServiceId> {
        let found = self.services.get(folded).into_iter().flatten();
        found.filter(|(_, written)| *written).map(|(id, _)| id.clone()).collect()
    }

    /// Services one of whose names holds a text, those with answers first.
    pub fn like(&self, text: &str, most: usize) -> Vec<ServiceId> {
        let folded = fold_text(&text.replace('\n', " "));
        let fits = self.lines.iter().filter(|(_, names)| names.contains(&folded));
        fits.take(most).map(|(id, _)| id.clone()).collect()
    }

    /// The service groups that exist.
    pub fn groups(&self) -> &[Label] {
        &self.groups
    }

    /// Most words of a name.
    pub fn longest(&self) -> usize {
        self.longest.min(6)
    }

    /// The tags that a field's value stands for; none where it is no value of the field.
    pub fn tags(&self, field: FieldName, value: &str) -> Vec<String> {
        let folded = fold_text(value.trim());
        if folded.is_empty() {
            return vec![];
        }
        let mut values: Vec<String> = match field {
            FieldName::Service => {
                let found: Vec<&(ServiceId, bool)> = self.services.get(&folded).into_iter().flatten().collect();
                match found.len() {
                    0 => vec![folded.clone()],
                    _ => found.iter().map(|(id, _)| id.to_string()).collect(),
                }
            }
            FieldName::Lang => lang_of(&folded).into_iter().map(str::to_owned).collect(),
            FieldName::Facet(key @ (FacetKey::Category | FacetKey::Viewpoint)) => self.of_set(key, &folded),
            FieldName::Facet(FacetKey::State) => {
                let fits =
                    |(key, words): &&(&str, &[&str])| *key == folded || words.iter().any(|w| fold_text(w) == folded);
                STATES.iter().find(fits).map(|(key, _)| (*key).to_owned()).into_iter().collect()
            }
            FieldName::Facet(FacetKey::Availability) => choice("criteria", "availability", &folded),
            FieldName::Facet(FacetKey::Responsibility) => choice("criteria", "responsibility", &folded),
            FieldName::Facet(FacetKey::Mode) => choice("criteria", "modes", &folded),
            FieldName::Facet(FacetKey::Severity) => choice("notes", "severity", &folded),
            FieldName::Facet(FacetKey::Section) => places(&folded),
            FieldName::Facet(FacetKey::Mechanism) => vec![folded.replace([' ', '-'], "")],
            _ => vec![folded.clone()],
        };
        values.sort_unstable();
        values.dedup();
        values.iter().map(|v| tag(field.key(), v)).collect()
    }

    fn of_set(&self, key: FacetKey, folded: &str) -> Vec<String> {
        let of = |fits: &dyn Fn(&str) -> bool| -> Vec<String> {
            self.categories.iter().filter(|(k, name, _)| *k == key && fits(name)).map(|(_, _, id)| id.clone()).collect()
        };
        let exact = of(&|name| name == folded);
        if exact.is_empty() && folded.chars().count() > 1 { of(&|name| name.contains(folded)) } else { exact }
    }
}

fn lang_of(folded: &str) -> Option<&'static str> {
    let ja = ["ja", "jp", "日本語", "japanese", "和文"].contains(&folded);
    let en = ["en", "英語", "english", "英文"].contains(&folded);
    if ja { Some("ja") } else { en.then_some("en") }
}

fn choice(section: &str, field: &str, folded: &str) -> Vec<String> {
    let list = schema::field(section, field).map_or(&[][..], |f| f.choices());
    let fits =
        |c: &&schema::Choice| [c.key, c.ja, c.en, c.mark].iter().any(|n| !n.is_empty() && fold_text(n) == folded);
    let found: Vec<String> = list.iter().filter(fits).map(|c| c.key.to_owned()).collect();
    // Guardrails have severities that notes do not have.
    if found.is_empty() && field == "severity" && ["critical", "緊急", "重大"].contains(&folded) {
        return vec!["critical".into()];
    }
    found
}

/// Sections and fields by their names; other kinds by theirs.
fn places(folded: &str) -> Vec<String> {
    let kinds: [(&str, &[&str]); 9] = [
        ("comment", &["comment", "comments", "コメント"]),
        ("guardrail", &["guardrail", "catalogue", "カタログ"]),
        ("category", &["category", "categories", "対策分類"]),
        ("published", &["published", "公開版", "公開"]),
        ("notes", &["note", "留意事項", "注意"]),
        ("scenarios", &["scenario", "シナリオ", "利用シナリオ"]),
        ("paths", &["path", "経路", "接続経路"]),
        ("criteria", &["answer", "回答", "クライテリア"]),
        ("facts", &["fact", "サービス概要", "基本情報"]),
    ];
    let mut out: Vec<String> = Vec::new();
    out.extend(kinds.iter().filter(|(_, n)| n.iter().any(|n| fold_text(n) == folded)).map(|(k, _)| (*k).to_owned()));
    for section in SECTIONS.iter().chain(PRIVATE) {
        if [section.key, section.ja, section.en].iter().any(|n| fold_text(n) == folded) {
            out.push(section.key.to_owned());
        }
        for field in section.fields {
            if [field.key, field.ja, field.en].iter().any(|n| fold_text(n) == folded) {
                out.push(field.key.to_owned());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_found_by_their_words_in_both_languages() {
        let set = crate::library::default_criteria().unwrap();
        let s3 = KnownName {
            id: ServiceId::parse("s3").unwrap(),
            name: Label { ja: "Amazon S3".into(), en: "Amazon S3".into() },
            abbreviation: "S3".into(),
            group: Label { ja: "ストレージ".into(), en: "Storage".into() },
            written: true,
        };
        let named = |id| KnownName {
            id: ServiceId::parse(id).unwrap(),
            name: Label::default(),
            abbreviation: id.into(),
            ..s3.clone()
        };
        let (other, none) = (named("efs"), KnownName { group: Label::default(), ..named("x") });
        let v = Vocabulary::new(&[s3, other, none], &[set]);
        assert_eq!(v.groups(), [Label { ja: "ストレージ".into(), en: "Storage".into() }]);
        assert_eq!(v.tags(FieldName::Service, "Ａｍａｚｏｎ S3"), ["service:s3"]);
        assert_eq!(v.tags(FieldName::Facet(FacetKey::Severity), "高"), ["severity:high"]);
        assert_eq!(v.tags(FieldName::Facet(FacetKey::Availability), "◎"), ["availability:on_default"]);
        assert_eq!(v.tags(FieldName::Facet(FacetKey::Category), "k07"), ["category:k07"]);
        assert!(v.tags(FieldName::Facet(FacetKey::Category), "暗号").len() >= 2);
        assert_eq!(v.tags(FieldName::Facet(FacetKey::Section), "留意事項"), ["in:note", "in:notes"]);
        assert_eq!(v.tags(FieldName::Lang, "日本語"), ["lang:ja"]);
        assert_eq!(v.tags(FieldName::Service, "none"), ["service:none"]);
    }
}
