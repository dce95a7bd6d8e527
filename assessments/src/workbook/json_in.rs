//! Our own JSON document back in: every cell by its address, so nothing has to be recognised.

use super::json::FORMAT;
use super::own::OwnMark;
use crate::canonical;
use crate::cell::Address;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ExportId, RowId};
use crate::import::{Draft, DraftCell, Finding, Level, MAX_CELLS, MAX_TEXT, Place};
use crate::schema::{self, Rows, SECTIONS};
use crate::sheet::Cells;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A document as it was read, before it is compared with anything.
#[derive(Debug, Deserialize)]
pub struct JsonSheet {
    format: String,
    service: String,
    number: i64,
    #[serde(default)]
    export: String,
    #[serde(deserialize_with = "counted")]
    cells: BTreeMap<String, String>,
}

/// Cells up to the bound and one more: what follows is passed over, since it would be in memory before it is refused.
fn counted<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Counted;
    impl<'de> Visitor<'de> for Counted {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("texts by their cells")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut cells = BTreeMap::new();
            while let Some((address, text)) = map.next_entry()? {
                cells.insert(address, text);
                if cells.len() > MAX_CELLS {
                    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                }
            }
            Ok(cells)
        }
    }
    from.deserialize_map(Counted)
}

/// Reads a document of ours. None where the bytes are no JSON object at all, and something else should look at them.
///
/// # Errors
/// [`Failure::Refused`] for a document that is too large, cut short or of another kind.
pub fn read_json(bytes: &[u8]) -> Option<Result<JsonSheet, Failure>> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return None;
    }
    if bytes.len() > MAX_TEXT {
        return Some(Err(Failure::refused("too_large", "")));
    }
    let read: Result<JsonSheet, _> = serde_json::from_slice(bytes);
    Some(match read {
        Ok(sheet) if sheet.format != FORMAT => Err(Failure::refused("other_json", sheet.format)),
        Ok(sheet) if sheet.cells.len() > MAX_CELLS => Err(Failure::refused("too_many_cells", MAX_CELLS.to_string())),
        Ok(sheet) => Ok(sheet),
        Err(error) => Err(Failure::refused("other_json", error.to_string())),
    })
}

impl JsonSheet {
    /// The same from a document of another form.
    pub(super) fn new(service: &str, number: i64, export: &str, cells: BTreeMap<String, String>) -> JsonSheet {
        JsonSheet { format: FORMAT.into(), service: service.into(), number, export: export.into(), cells }
    }

    /// The export that it says it is.
    pub fn mark(&self) -> Option<OwnMark> {
        let export = ExportId::parse(&self.export).ok()?;
        Some(OwnMark { export, service: self.service.clone(), number: self.number })
    }

    /// Whether it holds cells that only an institution's layer has.
    pub fn of_a_layer(&self) -> bool {
        let private = |key: &String| schema::PRIVATE.iter().any(|s| key.split('/').next() == Some(s.key));
        self.cells.keys().any(private)
    }

    /// What it says. `base` holds the cells at the exported revision, where this installation made the export; without it
    /// the rows that people number are taken as new ones: `S-01` elsewhere is another scenario.
    pub fn draft(&self, criteria: &CriteriaSet, base: Option<&Cells>) -> Draft {
        let mut draft = Draft {
            export: base.and(self.mark()).map(|mark| mark.export),
            service: Some(self.service.clone()),
            profile: "kyohyo".into(),
            ..Draft::default()
        };
        let mut new: BTreeMap<(String, RowId), RowId> = BTreeMap::new();
        let mut rows: BTreeSet<(String, RowId)> = BTreeSet::new();
        for (key, text) in &self.cells {
            let Some(address) = placed(key, text, criteria, &mut draft.findings) else { continue };
            rows.insert((address.section.clone(), address.row.clone()));
            let address = if base.is_none() && is_free(&address.section) {
                let count = new.len() + 1;
                let row = new.entry((address.section.clone(), address.row.clone()));
                let row = row.or_insert_with(|| RowId::placeholder(count)).clone();
                Address { row, ..address }
            } else {
                address
            };
            let place = Place { sheet: "json".into(), cell: key.clone() };
            draft.cells.push(DraftCell { address, text: text.clone(), place });
        }
        if let Some(base) = base {
            let gone = SECTIONS
                .iter()
                .filter(|s| matches!(s.rows, Rows::Free(_)))
                .flat_map(|s| base.rows(s, criteria).into_iter().map(move |row| (s.key.to_owned(), row)));
            let gone = gone.filter(|row| !rows.contains(row));
            draft.missing_rows = gone.map(|(section, row)| Address::order(&section, row)).collect();
        } else if !new.is_empty() {
            draft.findings.push(as_new(new.len()));
        }
        let name = Address::new("facts", RowId::service(), "name", Some(crate::lang::Lang::Ja));
        let named = draft.cells.iter().find(|c| c.address == name);
        draft.service_name = named.map_or_else(|| self.service.clone(), |c| c.text.clone());
        draft
    }
}

fn is_free(section: &str) -> bool {
    schema::section(section).is_some_and(|s| matches!(s.rows, Rows::Free(_)))
}

/// The address of a text, where it has a place here and may be written there. What has none is told with the reason.
fn placed(key: &str, text: &str, criteria: &CriteriaSet, findings: &mut Vec<Finding>) -> Option<Address> {
    let address = Address::parse(key).ok().filter(|a| schema::declared(a).is_ok());
    let known = |a: &Address| a.section != "criteria" || criteria.category(a.row.as_str()).is_some();
    let Some(address) = address.filter(known) else {
        let ja = "この宛先は今のスキーマまたはクライテリアにありません。取り込みませんでした。";
        let en = "Today's schema or criteria set has no such place. It was not taken.";
        findings.push(told("unknown_address", key, ja, en));
        return None;
    };
    // A blank never erases.
    if text.is_empty() {
        return None;
    }
    let fits = match address.declared() {
        Some(field) => canonical::check(&address, field, text).is_ok(),
        None => text.len() <= 80 && text.bytes().all(|b| b.is_ascii_digit()),
    };
    if !fits {
        let ja = "この欄に書ける値ではありません。取り込みませんでした。";
        let en = "This is no value for that field. It was not taken.";
        findings.push(told("not_understood", key, ja, en));
        return None;
    }
    Some(address)
}

fn told(code: &str, key: &str, ja: &str, en: &str) -> Finding {
    let (sheet, cell) = ("json".into(), key.chars().take(120).collect());
    Finding { level: Level::Error, code: code.into(), sheet, cell, ja: ja.into(), en: en.into() }
}

fn as_new(rows: usize) -> Finding {
    Finding {
        level: Level::Warning,
        code: "rows_as_new".into(),
        sheet: "json".into(),
        cell: String::new(),
        ja: format!("この出力はここで作られたものではないため、{rows} 行を新しい行として取り込みます。"),
        en: format!("This export was not made here, so {rows} rows are taken as new ones."),
    }
}
