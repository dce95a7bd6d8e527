//! Documents that are no cells: comments, the guardrail catalogue, the categories of criteria sets.

use super::row::Row;
use super::{Doc, NO_EVIDENCE, ServiceLine, SheetSource, day_of, tag};
use crate::cell::{Address, SheetKey};
use crate::criteria::{Category, CriteriaSet};
use crate::guardrail::Guardrail;
use crate::id::RowId;
use crate::lang::Label;
use crate::library::Catalogue;
use crate::markdown;
use crate::schema::{Field, Kind};
use crate::search::fold::{is_kanji, is_katakana};
use crate::search::request::{FacetKey, HitKind};
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A comment as it is read for the index.
pub struct CommentSource<'a> {
    /// Which sheet and layer.
    pub key: &'a SheetKey,
    /// The service's line.
    pub line: &'a ServiceLine,
    /// On which cell, without a language.
    pub address: Option<Address>,
    /// The criteria set of its sheet.
    pub criteria: &'a CriteriaSet,
    /// `thread#comment`.
    pub reference: String,
    /// Markdown.
    pub text: &'a str,
    /// Who wrote it.
    pub author: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// A comment's document.
pub fn comment_doc(source: &CommentSource) -> Doc {
    let sheet = SheetSource {
        key: source.key,
        cells: &Cells::new(),
        criteria: source.criteria,
        times: &BTreeMap::new(),
        line: source.line,
        catalogue: &Catalogue::default(),
        published: None,
    };
    let (section, row) = match &source.address {
        Some(a) => (a.section.clone(), a.row.clone()),
        None => ("facts".to_owned(), RowId::service()),
    };
    let mut common = Row::read(&sheet, &section, &row);
    common.head.push_str(&format!(" コメント comment {}", source.author));
    let text = markdown::to_plain(source.text);
    let japanese = text.chars().any(|c| is_kanji(c) || is_katakana(c) || ('ぁ'..='ゖ').contains(&c));
    let texts = if japanese { [text, String::new()] } else { [String::new(), text] };
    let place = Address::new(&section, row, "comment", None);
    let field =
        Field { key: "comment", ja: "", en: "", kind: Kind::Markdown, bilingual: false, aliases: &[], width: 0 };
    let mut doc = common.doc(&sheet, place, &field, texts, day_of(source.at));
    for (key, value) in &mut doc.values {
        if *key == FacetKey::Section {
            *value = "comment".to_owned();
        }
    }
    doc.tags.push(tag("in", "comment"));
    Doc { kind: HitKind::Comment, address: source.address.clone(), reference: source.reference.clone(), ..doc }
}

/// The catalogue's documents.
pub fn guardrail_docs(catalogue: &Catalogue) -> Vec<Doc> {
    catalogue.entries().iter().map(guardrail_doc).collect()
}

fn guardrail_doc(g: &Guardrail) -> Doc {
    let mut values = vec![
        (FacetKey::Section, "guardrail".to_owned()),
        (FacetKey::Mechanism, g.id.mechanism.key().to_owned()),
        (FacetKey::Institution, "shared".to_owned()),
    ];
    let more = [(FacetKey::Mode, &g.mode), (FacetKey::Severity, &g.severity)];
    values.extend(more.into_iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| (k, v.clone())));
    let mut tags: Vec<String> = values.iter().map(|(k, v)| tag(k.key(), v)).collect();
    for id in [g.id.native.clone(), g.id.to_string()] {
        tags.extend([tag("guardrail", &id), tag("names", &id)]);
    }
    Doc {
        kind: HitKind::Guardrail,
        service: None,
        address: None,
        reference: g.id.to_string(),
        criteria: String::new(),
        title: Label { ja: g.id.native.clone(), en: g.id.native.clone() },
        ja: String::new(),
        en: [g.id.native.as_str(), &g.name, &g.detail]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        head: format!("{} {} ガードレール guardrail", g.id.mechanism.name(), g.id),
        topic: String::new(),
        name: g.service.clone(),
        values,
        tags,
        changed: 0,
        evidence: NO_EVIDENCE,
    }
}

/// The documents of a criteria set: its categories with their questions.
pub fn category_docs(set: &CriteriaSet) -> Vec<Doc> {
    let doc = |c: &Category| {
        let values = vec![
            (FacetKey::Section, "category".to_owned()),
            (FacetKey::Category, c.id.clone()),
            (FacetKey::Viewpoint, c.viewpoint.clone()),
            (FacetKey::Institution, "shared".to_owned()),
        ];
        let viewpoint = set.viewpoint(&c.viewpoint).unwrap_or_default();
        Doc {
            kind: HitKind::Category,
            service: None,
            address: None,
            reference: c.id.clone(),
            criteria: set.key(),
            title: Label { ja: c.ja.clone(), en: c.en.clone() },
            ja: format!("{}\n{}", c.ja, c.question_ja).trim().to_owned(),
            en: format!("{}\n{}", c.en, c.question_en).trim().to_owned(),
            head: format!("{} {} {}", c.id, viewpoint.ja, viewpoint.en),
            topic: String::new(),
            name: String::new(),
            tags: values.iter().map(|(k, v)| tag(k.key(), v)).collect(),
            values,
            changed: 0,
            evidence: NO_EVIDENCE,
        }
    };
    set.categories.iter().map(doc).collect()
}
