//! What goes into the index: one document a cell (both languages in one), a guardrail, a category, a comment.

mod others;
mod row;

pub use others::{CommentSource, category_docs, comment_doc, guardrail_docs};

use super::fold::fold_text;
use super::request::{FacetKey, HitKind};
use crate::cell::{Address, Layer, SheetKey};
use crate::criteria::CriteriaSet;
use crate::id::{RowId, ServiceId};
use crate::lang::{Label, Lang};
use crate::library::Catalogue;
use crate::sheet::Cells;
use chrono::{DateTime, NaiveDate, Utc};
use row::{Row, plain};
use std::collections::BTreeMap;

/// Evidence of a row: nothing to say.
pub const NO_EVIDENCE: i64 = 0;
/// Evidence of a row: an answer whose evidence nobody has checked.
pub const NEVER_CHECKED: i64 = 1;

/// One document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// What it is.
    pub kind: HitKind,
    /// The service; none for guardrails and categories.
    pub service: Option<ServiceId>,
    /// Which cell, without a language.
    pub address: Option<Address>,
    /// What identifies it beside the address.
    pub reference: String,
    /// The criteria set that it belongs to.
    pub criteria: String,
    /// Name of the service, the guardrail or the category.
    pub title: Label,
    /// Japanese text, and what has no language, without Markdown's marks.
    pub ja: String,
    /// English text.
    pub en: String,
    /// Names of row and field, in both languages.
    pub head: String,
    /// What the row is about, where this is the cell that answers for it: searched nearly like its text.
    pub topic: String,
    /// Names of the service.
    pub name: String,
    /// Facets, but for the two of time.
    pub values: Vec<(FacetKey, String)>,
    /// What operators narrow by: `category:k07`.
    pub tags: Vec<String>,
    /// Day of the last change, counted from 1970; 0 where there is none.
    pub changed: i64,
    /// Day of the newest checked evidence of the row, `NEVER_CHECKED` or `NO_EVIDENCE`.
    pub evidence: i64,
}

/// Documents that come and go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDocs {
    /// Whose they are.
    pub layer: Layer,
    /// Their name within the layer: `sheet/s3`.
    pub group: String,
    /// What was read: another mark is another state.
    pub mark: String,
    /// The documents.
    pub docs: Vec<Doc>,
}

impl GroupDocs {
    /// A group that is no longer there.
    pub fn gone(layer: Layer, group: String) -> GroupDocs {
        GroupDocs { layer, group, mark: String::new(), docs: vec![] }
    }

    /// Whether it is one that is no longer there.
    pub fn is_gone(&self) -> bool {
        self.mark.is_empty() && self.docs.is_empty()
    }
}

/// What lists say of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceLine {
    /// Its name.
    pub name: Label,
    /// Its abbreviation.
    pub abbreviation: String,
    /// Who offers it.
    pub provider: String,
    /// Its group.
    pub group: Label,
    /// `empty`, `started`, `answered` or `published`.
    pub state: String,
}

/// A sheet as it is read for the index.
pub struct SheetSource<'a> {
    /// Which sheet and layer.
    pub key: &'a SheetKey,
    /// Its cells.
    pub cells: &'a Cells,
    /// The criteria set that it follows.
    pub criteria: &'a CriteriaSet,
    /// When each revision was written, for the revisions of present cells.
    pub times: &'a BTreeMap<i64, DateTime<Utc>>,
    /// The service's line.
    pub line: &'a ServiceLine,
    /// Names of guardrails.
    pub catalogue: &'a Catalogue,
    /// Whether these are the cells of a published version; then its name.
    pub published: Option<&'a str>,
}

fn days(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The day of a time, counted from 1970.
pub fn day_of(time: DateTime<Utc>) -> i64 {
    days(time.date_naive())
}

/// A tag as it is stored and asked for.
pub fn tag(key: &str, value: &str) -> String {
    format!("{key}:{}", fold_text(value.trim()))
}

/// The documents of a sheet: every cell of every row that exists, the two languages of a cell as one.
pub fn documents_of(source: &SheetSource) -> Vec<Doc> {
    let mut places: BTreeMap<Address, [Option<&str>; 2]> = BTreeMap::new();
    let mut changed: BTreeMap<Address, i64> = BTreeMap::new();
    let cells = source.cells.iter().filter(|(a, _)| !a.is_order() && source.cells.has_row(&a.section, &a.row));
    for (address, cell) in cells {
        let place = Address { lang: None, ..address.clone() };
        let day = source.times.get(&cell.number).map_or(0, |t| day_of(*t));
        changed.entry(place.clone()).and_modify(|d| *d = (*d).max(day)).or_insert(day);
        let slot = usize::from(address.lang == Some(Lang::En));
        if let Some(text) = places.entry(place).or_default().get_mut(slot) {
            *text = Some(&cell.value);
        }
    }
    let mut rows: BTreeMap<(String, RowId), Row> = BTreeMap::new();
    let mut out = Vec::with_capacity(places.len());
    for (address, texts) in places {
        let Some(field) = address.declared() else { continue };
        let [ja, en] = plain(field, texts, source.catalogue);
        if ja.is_empty() && en.is_empty() {
            continue;
        }
        let row = rows
            .entry((address.section.clone(), address.row.clone()))
            .or_insert_with(|| Row::read(source, &address.section, &address.row));
        let day = changed.get(&address).copied().unwrap_or(0);
        out.push(row.doc(source, address, field, [ja, en], day));
    }
    out
}

impl Doc {
    /// What identifies it within its group.
    pub fn id(&self) -> String {
        let address = self.address.as_ref().map(Address::to_string).unwrap_or_default();
        format!(
            "{} {address} {} {}",
            self.kind.key(),
            self.reference,
            if self.service.is_none() { &self.criteria } else { "" }
        )
    }

    /// A number that another document does not have: for comparing the index with what it should hold.
    pub fn fingerprint(&self) -> String {
        let mut hash = START;
        let mut eat = |text: &str| hash = eaten(hash, text);
        for text in
            [&self.ja, &self.en, &self.head, &self.topic, &self.name, &self.title.ja, &self.title.en, &self.criteria]
        {
            eat(text);
        }
        self.values.iter().for_each(|(k, v)| {
            eat(k.key());
            eat(v);
        });
        self.tags.iter().for_each(|t| eat(t));
        eat(&format!("{} {} {}", self.id(), self.changed, self.evidence));
        format!("{hash:016x}")
    }

    /// A number of its place: of documents with the same score the same one stands first, whenever they were indexed.
    pub fn place(&self) -> u64 {
        let service = self.service.as_ref().map(ToString::to_string).unwrap_or_default();
        eaten(eaten(START, &service), &self.id())
    }

    /// All its facets as one text: documents with the same one are counted as one number.
    pub fn combination(&self) -> String {
        let what = match &self.address {
            Some(a) => format!("{} {}/{}", self.kind.key(), a.section, a.field),
            None => self.kind.key().to_owned(),
        };
        let mut out = what;
        for key in FacetKey::ALL {
            out.push('\u{1f}');
            let values: Vec<&str> = self.values.iter().filter(|(k, _)| *k == key).map(|(_, v)| v.as_str()).collect();
            out.push_str(&values.join("\u{1e}"));
        }
        out
    }
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// A running number over texts (FNV-1a).
fn eaten(hash: u64, text: &str) -> u64 {
    text.bytes().chain([0xff]).fold(hash, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// How much a document's place counts, by what [`Doc::combination`] begins with.
pub fn weight_of(what: &str) -> f32 {
    let (kind, place) = what.split_once(' ').unwrap_or((what, ""));
    let by_kind = match kind {
        "guardrail" => 0.72,
        "category" => 0.8,
        "published" => 0.85,
        "comment" => 0.8,
        _ => 1.0,
    };
    let by_place = match place {
        "criteria/summary" => 1.0,
        "criteria/configure" => 0.96,
        "criteria/limits" => 0.92,
        "notes/note" => 0.98,
        "notes/action" => 0.92,
        "notes/impact" => 0.88,
        "scenarios/title" | "scenarios/purpose" | "facts/summary" => 0.9,
        "facts/name" => 0.78,
        "paths/remarks" => 0.85,
        "criteria/guardrails" => 0.7,
        "criteria/evidence" | "notes/source" | "facts/documentation" => 0.5,
        "criteria/availability" => 0.6,
        "criteria/responsibility" | "criteria/modes" => 0.5,
        "facts/endpoint_prefix" | "facts/iam_prefix" | "facts/cfn_namespace" | "facts/abbreviation" => 0.55,
        "facts/provider" | "facts/tokyo" | "facts/osaka" => 0.5,
        "" => 1.0,
        _ => 0.75,
    };
    by_kind * by_place
}
