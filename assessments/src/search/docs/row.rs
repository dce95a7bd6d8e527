//! What the documents of one row have in common, and the words of a cell.

use super::{Doc, NEVER_CHECKED, NO_EVIDENCE, SheetSource, days, tag};
use crate::cell::{Address, Layer};
use crate::guardrail::{GuardrailLink, parse_links};
use crate::id::RowId;
use crate::lang::Lang;
use crate::library::Catalogue;
use crate::link;
use crate::markdown;
use crate::schema::{self, Field, Kind};
use crate::search::request::{FacetKey, HitKind};
use chrono::NaiveDate;

/// What the documents of one row have in common.
pub(super) struct Row {
    pub(super) head: String,
    /// Names and questions of its categories, for the fields in which people look for them.
    category: String,
    question: String,
    name: String,
    values: Vec<(FacetKey, String)>,
    tags: Vec<String>,
    evidence: i64,
}

impl Row {
    /// Reads a row.
    pub(super) fn read(source: &SheetSource, section: &str, row: &RowId) -> Row {
        let plain = |field: &str| source.cells.plain(section, row, field);
        let mut out = Row {
            head: String::new(),
            category: String::new(),
            question: String::new(),
            name: names(source),
            values: vec![],
            tags: vec![],
            evidence: NO_EVIDENCE,
        };
        let label = schema::section(section).map(|s| format!("{} {}", s.ja, s.en)).unwrap_or_default();
        out.head = format!("{row} {label}");
        match section {
            "criteria" => {
                out.category(source, row.as_str());
                out.choices(FacetKey::Availability, plain("availability"));
                out.choices(FacetKey::Responsibility, plain("responsibility"));
                out.choices(FacetKey::Mode, plain("modes"));
                out.guardrails(plain("guardrails"));
                if !plain("availability").is_empty() {
                    let links = link::parse(plain("evidence")).unwrap_or_default();
                    let newest = links.iter().filter_map(|l| l.as_of.as_deref()?.parse::<NaiveDate>().ok()).max();
                    out.evidence = newest.map_or(NEVER_CHECKED, days);
                }
            }
            "notes" => {
                let categories = plain("category").to_owned();
                categories.split(',').for_each(|id| out.category(source, id.trim()));
                out.choices(FacetKey::Severity, plain("severity"));
            }
            "scenarios" => {
                for lang in Lang::ALL {
                    out.head.push_str(&format!(" {}", source.cells.shown(section, row, "title", lang).text));
                }
            }
            _ => {}
        }
        out
    }

    fn category(&mut self, source: &SheetSource, id: &str) {
        let Some(category) = source.criteria.category(id) else { return };
        self.category.push_str(&format!(" {} {} {}", category.id, category.ja, category.en));
        self.question = format!("{} {}", category.question_ja, category.question_en);
        self.value(FacetKey::Category, &category.id);
        self.value(FacetKey::Viewpoint, &category.viewpoint);
    }

    fn guardrails(&mut self, links: &str) {
        for link in parse_links(links).unwrap_or_default() {
            self.value(FacetKey::Mechanism, link.id.mechanism.key());
            self.tags.push(tag("guardrail", &link.id.native));
            self.tags.push(tag("guardrail", &link.id.to_string()));
        }
    }

    fn choices(&mut self, key: FacetKey, value: &str) {
        value.split(',').filter(|v| !v.is_empty()).for_each(|v| self.value(key, v));
    }

    fn value(&mut self, key: FacetKey, value: &str) {
        if !self.values.iter().any(|(k, v)| *k == key && v == value) {
            self.values.push((key, value.to_owned()));
        }
    }

    /// The document of one of its cells.
    pub(super) fn doc(
        &self,
        source: &SheetSource,
        address: Address,
        field: &Field,
        [ja, en]: [String; 2],
        changed: i64,
    ) -> Doc {
        let service = &source.key.service;
        let mut values = self.values.clone();
        let section = if source.published.is_some() { "published" } else { address.section.as_str() };
        let line = source.line;
        let group = if line.group.ja.is_empty() { &line.group.en } else { &line.group.ja };
        let layer = match &source.key.layer {
            Layer::Shared => "shared",
            Layer::Institution(id) => id.as_str(),
        };
        for (key, value) in [
            (FacetKey::Section, section),
            (FacetKey::Provider, line.provider.as_str()),
            (FacetKey::Group, group.as_str()),
            (FacetKey::State, line.state.as_str()),
            (FacetKey::Institution, layer),
        ] {
            if !value.is_empty() {
                values.push((key, value.to_owned()));
            }
        }
        let mut tags = self.tags.clone();
        if field.key == "guardrails" {
            // The cell that names a guardrail, and not only a row that leans on it.
            tags.extend(self.tags.iter().filter_map(|t| Some(format!("names:{}", t.strip_prefix("guardrail:")?))));
        }
        tags.extend(values.iter().map(|(k, v)| tag(k.key(), v)));
        tags.push(tag("service", service.as_str()));
        tags.push(tag("in", &address.section));
        tags.push(tag("in", field.key));
        tags.extend([(&ja, "ja"), (&en, "en")].iter().filter(|(t, _)| !t.is_empty()).map(|(_, l)| tag("lang", l)));
        let question = if field.key == "summary" { self.question.as_str() } else { "" };
        let told = ["summary", "configure", "limits", "guardrails", "note", "comment"].contains(&field.key);
        let category = if told { self.category.as_str() } else { "" };
        let name_cell = address.section == "facts" && field.key == "name" && source.published.is_none();
        Doc {
            kind: match (source.published, name_cell) {
                (Some(_), _) => HitKind::Published,
                (None, true) => HitKind::Service,
                (None, false) => HitKind::Cell,
            },
            service: Some(service.clone()),
            reference: source.published.unwrap_or_default().to_owned(),
            criteria: source.criteria.key(),
            title: line.name.clone(),
            head: format!("{}{category} {} {} {question}", self.head, field.ja, field.en),
            topic: if field.key == "summary" { self.category.clone() } else { String::new() },
            name: self.name.clone(),
            evidence: self.evidence,
            address: Some(address),
            ja,
            en,
            values,
            tags,
            changed,
        }
    }
}

fn names(source: &SheetSource) -> String {
    let l = source.line;
    format!("{} {} {} {} {}", source.key.service, l.name.ja, l.name.en, l.abbreviation, l.provider)
}

/// The words of a cell in both languages, whatever its kind.
pub(super) fn plain(field: &Field, [ja, en]: [Option<&str>; 2], catalogue: &Catalogue) -> [String; 2] {
    let text = ja.unwrap_or("");
    match field.kind {
        Kind::Markdown => [markdown::to_plain(text), markdown::to_plain(en.unwrap_or(""))],
        Kind::Choice(list) | Kind::Choices(list) => {
            let keys: Vec<&str> = text.split(',').collect();
            Lang::ALL.map(|lang| {
                let words = list.iter().filter(|c| keys.contains(&c.key)).map(|c| c.label(lang));
                words.collect::<Vec<_>>().join(", ")
            })
        }
        Kind::Links => {
            let links = link::parse(text).unwrap_or_default();
            [links.iter().map(|l| format!("{} {}", l.title, l.url)).collect::<Vec<_>>().join("\n"), String::new()]
        }
        Kind::Guardrails => {
            let links = parse_links(text).unwrap_or_default();
            let line = |l: &GuardrailLink, reason: &str| {
                let name = catalogue.get(&l.id).map_or("", |g| g.name.as_str());
                format!("{} {} {reason} {name}", l.id.mechanism.name(), l.id.native).trim().to_owned()
            };
            let ja = links.iter().map(|l| line(l, &l.reason_ja)).collect::<Vec<_>>().join("\n");
            let en = links.iter().map(|l| line(l, &l.reason_en)).collect::<Vec<_>>().join("\n");
            [ja, en]
        }
        Kind::Short | Kind::Date | Kind::Reference(_) => [text.to_owned(), en.unwrap_or("").to_owned()],
    }
}
