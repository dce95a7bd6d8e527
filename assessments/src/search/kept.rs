//! A document as the index keeps it: the fields it is searched by, and what is shown of it.

use super::docs::Doc;
use super::index::fault;
use super::plan::Fields;
use super::request::HitKind;
use super::tokens::{NAME, REPEATED};
use crate::cell::Address;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::lang::Label;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use tantivy::TantivyDocument;
use tantivy::schema::{FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};

/// Between texts that are no neighbours: a phrase does not reach from one into the other.
const APART: &str = "\n\u{1f}\n";

/// The fields of the index.
#[derive(Clone, Copy)]
pub struct Columns {
    /// The group that a document belongs to.
    pub group: Field,
    /// The group of which this says what was read last.
    pub position: Field,
    /// What was read last.
    pub mark: Field,
    combination: Field,
    changed: Field,
    evidence: Field,
    place: Field,
    /// The document as [`Kept`].
    pub stored: Field,
    /// What is searched in.
    pub fields: Fields,
}

/// What is kept of a document for showing it. A page of results reads dozens and shows half of each: what is not shown
/// is not copied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept<'a> {
    kind: u8,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    service: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    address: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub reference: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub criteria: Cow<'a, str>,
    pub title: Label,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub ja: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    pub en: Cow<'a, str>,
    #[serde(borrow)]
    id: Cow<'a, str>,
    /// Of all that it says.
    #[serde(borrow)]
    pub fingerprint: Cow<'a, str>,
}

const KINDS: [HitKind; 6] =
    [HitKind::Cell, HitKind::Published, HitKind::Comment, HitKind::Guardrail, HitKind::Service, HitKind::Category];

impl<'a> Kept<'a> {
    /// Reads what is stored of a document; none for a position.
    pub fn read(stored: &'a str) -> Result<Option<Kept<'a>>, Failure> {
        if stored.is_empty() { Ok(None) } else { serde_json::from_str(stored).map(Some).map_err(fault) }
    }
}

impl Kept<'_> {
    fn of(doc: &Doc) -> Kept<'_> {
        Kept {
            kind: KINDS.iter().position(|k| *k == doc.kind).and_then(|n| u8::try_from(n).ok()).unwrap_or(0),
            service: doc.service.as_ref().map_or("", ServiceId::as_str).into(),
            address: doc.address.as_ref().map(ToString::to_string).unwrap_or_default().into(),
            reference: doc.reference.as_str().into(),
            criteria: doc.criteria.as_str().into(),
            title: doc.title.clone(),
            ja: doc.ja.as_str().into(),
            en: doc.en.as_str().into(),
            id: doc.id().into(),
            fingerprint: doc.fingerprint().into(),
        }
    }

    /// Its key in `LayerIndex::fingerprints`.
    pub fn key(&self) -> String {
        key(&self.service, &self.id)
    }

    /// What it is.
    pub fn kind(&self) -> HitKind {
        KINDS.get(usize::from(self.kind)).copied().unwrap_or(HitKind::Cell)
    }

    /// The service.
    pub fn service(&self) -> Option<ServiceId> {
        ServiceId::parse(&self.service).ok()
    }

    /// The cell, without a language.
    pub fn address(&self) -> Option<Address> {
        Address::parse(&self.address).ok()
    }
}

/// The schema, and its fields.
pub fn schema() -> (Schema, Columns) {
    let mut schema = Schema::builder();
    let words = |kept: IndexRecordOption, tokenizer: &str| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(kept);
        TextOptions::default().set_indexing_options(indexing)
    };
    let counted = TextOptions::default().set_fast("raw");
    let columns = Columns {
        group: schema.add_text_field("group", STRING),
        position: schema.add_text_field("position", STRING | STORED),
        mark: schema.add_text_field("mark", STORED),
        combination: schema.add_text_field("combination", counted),
        changed: schema.add_i64_field("changed", FAST),
        evidence: schema.add_i64_field("evidence", FAST),
        place: schema.add_u64_field("place", FAST),
        stored: schema.add_text_field("stored", STORED),
        fields: Fields {
            // Phrases are looked for in these two alone.
            text: schema.add_text_field("text", words(IndexRecordOption::WithFreqsAndPositions, NAME)),
            topic: schema.add_text_field("topic", words(IndexRecordOption::WithFreqsAndPositions, REPEATED)),
            head: schema.add_text_field("head", words(IndexRecordOption::WithFreqs, REPEATED)),
            name: schema.add_text_field("name", words(IndexRecordOption::WithFreqs, REPEATED)),
            tag: schema.add_text_field("tag", STRING),
        },
    };
    (schema.build(), columns)
}

/// A document of a group, ready for the index.
pub fn document(c: &Columns, group: &str, doc: &Doc) -> Result<TantivyDocument, Failure> {
    let mut out = TantivyDocument::default();
    out.add_text(c.group, group);
    out.add_text(c.combination, doc.combination());
    out.add_i64(c.changed, doc.changed);
    out.add_i64(c.evidence, doc.evidence);
    out.add_u64(c.place, doc.place());
    out.add_text(c.stored, serde_json::to_string(&Kept::of(doc)).map_err(fault)?);
    out.add_text(c.fields.text, [doc.ja.as_str(), &doc.en].join(APART));
    out.add_text(c.fields.topic, &doc.topic);
    out.add_text(c.fields.head, &doc.head);
    out.add_text(c.fields.name, &doc.name);
    doc.tags.iter().for_each(|t| out.add_text(c.fields.tag, t));
    Ok(out)
}

/// A document's key in `LayerIndex::fingerprints`.
pub fn key_of(doc: &Doc) -> String {
    key(doc.service.as_ref().map_or("", ServiceId::as_str), &doc.id())
}

fn key(service: &str, id: &str) -> String {
    format!("{service} {id}")
}
