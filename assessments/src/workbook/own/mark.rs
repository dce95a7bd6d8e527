//! What makes a workbook ours: tokens, keys and hashes, written by the export and read by the import.

use crate::canonical;
use crate::id::{ExportId, RowId, ServiceId};
use crate::lang::Lang;
use crate::schema::{Field, Section};
use crate::sheet::Cells;
use crate::workbook::grid::Book;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// First word of every token.
const SCHEME: &str = "KB1";
/// Names of the second copy, in properties and defined names.
pub const PROPERTIES: [&str; 4] = ["kb_schema", "kb_export_id", "kb_doc", "kb_base_rev"];

/// What a workbook of ours says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMark {
    /// Which export it is; the server keeps what that stood for.
    pub export: ExportId,
    /// Service id.
    pub service: String,
    /// Revision that was exported.
    pub number: i64,
}

/// The token of a sheet: `KB1|export|service/section|revision`. `section` starts with `_` where nothing is read back.
pub fn token(mark: &OwnMark, section: &str) -> String {
    format!("{SCHEME}|{}|{}/{section}|{}", mark.export, mark.service, mark.number)
}

/// The section of the token by which a workbook of an institution's layer is told, whoever holds it.
pub const OF_A_LAYER: &str = "_layer";

/// Whether a workbook was handed out from an institution's layer.
pub fn of_a_layer(book: &Book) -> bool {
    let says = |text: &str| parse_token(text).is_some_and(|(_, section)| section == OF_A_LAYER);
    book.sheets.iter().any(|grid| grid.cells.values().any(|c| says(&c.text)))
}

/// Reads a token; the second value is the section.
pub fn parse_token(text: &str) -> Option<(OwnMark, String)> {
    let mut parts = text.trim().split('|');
    if parts.next() != Some(SCHEME) {
        return None;
    }
    let export = ExportId::parse(parts.next()?).ok()?;
    let (service, section) = parts.next()?.split_once('/')?;
    let service = ServiceId::parse(service).ok()?.to_string();
    let number = parts.next()?.parse().ok().filter(|n| *n >= 0)?;
    Some((OwnMark { export, service, number }, section.to_owned()))
}

/// Reads who a workbook is: from the sheets' tokens, else the properties, else the defined names. Where sheets of several
/// exports were put together, the export of most sheets.
pub fn recognise(book: &Book) -> Option<OwnMark> {
    let mut seen: BTreeMap<String, (usize, OwnMark)> = BTreeMap::new();
    for grid in &book.sheets {
        let token = grid.cells.iter().filter(|(at, _)| at.col < 4).find_map(|(_, c)| parse_token(&c.text));
        if let Some((mark, _)) = token {
            seen.entry(mark.export.to_string()).or_insert((0, mark)).0 += 1;
        }
    }
    let second = || second_copy(&book.properties).or_else(|| second_copy(&book.names));
    let most = seen.values().map(|(n, _)| *n).max();
    let mut top = seen.into_values().filter(|(n, _)| Some(*n) == most).map(|(_, mark)| mark);
    match (top.next(), top.next()) {
        (Some(mark), None) => Some(mark),
        // As many sheets of one export as of another: the file's own properties decide.
        (Some(first), Some(_)) => second().or(Some(first)),
        _ => second(),
    }
}

fn second_copy(values: &BTreeMap<String, String>) -> Option<OwnMark> {
    let get = |key: &str| {
        let value = values.iter().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, v)| v.as_str())?;
        Some(value.trim().trim_start_matches('=').trim_matches('"'))
    };
    let [schema, export, doc, rev] = PROPERTIES;
    (get(schema)? == SCHEME).then_some(())?;
    Some(OwnMark {
        export: ExportId::parse(get(export)?).ok()?,
        service: ServiceId::parse(get(doc)?).ok()?.to_string(),
        number: get(rev)?.parse().ok().filter(|n| *n >= 0)?,
    })
}

/// The values of the second copy, in the order of [`PROPERTIES`].
pub fn second_copy_of(mark: &OwnMark) -> [String; 4] {
    [SCHEME.into(), mark.export.to_string(), mark.service.clone(), mark.number.to_string()]
}

/// The first 8 hexadecimal digits of the hash of a row's texts, folded: tells whether a row belongs to the export that
/// the workbook names. Empty cells do not count, so that a new field of the schema changes nothing.
pub fn row_hash(cells: &Cells, section: &Section, row: &RowId) -> String {
    let mut sha = Sha256::new();
    let said = cells.in_row(section.key, row);
    for field in section.fields {
        for lang in field.langs() {
            let text = said.text(field.key, *lang);
            if !text.is_empty() {
                sha.update(key(field, *lang));
                sha.update([0]);
                sha.update(canonical::fold(text).as_bytes());
                sha.update([1]);
            }
        }
    }
    crate::change::hex(&sha.finalize()[..4])
}

/// What stands in the hidden id column: `K07~0a1b2c3d`.
pub fn row_mark(cells: &Cells, section: &Section, row: &RowId) -> String {
    format!("{row}~{}", row_hash(cells, section, row))
}

/// Reads a hidden id.
pub fn parse_row_mark(text: &str) -> Option<(RowId, String)> {
    let (row, hash) = text.trim().split_once('~')?;
    let hash_fits = hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    Some((RowId::parse(row).ok()?, hash_fits.then(|| hash.to_ascii_lowercase())?))
}

/// A column's key: `summary/ja`, `availability`.
pub fn key(field: &Field, lang: Option<Lang>) -> String {
    match lang {
        Some(lang) => format!("{}/{}", field.key, lang.code()),
        None => field.key.to_owned(),
    }
}

/// Reads a column's key.
pub fn parse_key(section: &Section, text: &str) -> Option<(&'static Field, Option<Lang>)> {
    let text = text.trim();
    let (name, lang) = match text.split_once('/') {
        Some((name, code)) => (name, Some(Lang::parse(code)?)),
        None => (text, None),
    };
    section.field(name).filter(|f| f.bilingual == lang.is_some()).map(|f| (f, lang))
}

/// The key of the column with the visible ids, which also names the section: `#id/criteria`. Keys that start with `#`
/// are derived: written, never read back as text.
pub fn id_key(section: &Section) -> String {
    format!("#id/{}", section.key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::Address;

    fn mark() -> OwnMark {
        OwnMark { export: ExportId::parse("e1").unwrap(), service: "s3".into(), number: 12 }
    }

    #[test]
    fn a_token_reads_back_and_a_strange_one_does_not() {
        assert_eq!(parse_token(&token(&mark(), "criteria")), Some((mark(), "criteria".into())));
        for bad in ["", "KB1", "KB2|e1|s3/x|1", "KB1|E!|s3/x|1", "KB1|e1|s3|1", "KB1|e1|../x/y|1", "KB1|e1|s3/x|-1"] {
            assert_eq!(parse_token(bad), None, "{bad}");
        }
    }

    #[test]
    fn names_with_text_constants_are_a_second_copy() {
        let names = PROPERTIES.iter().zip(second_copy_of(&mark())).map(|(k, v)| (k.to_string(), format!("\"{v}\"")));
        assert_eq!(recognise(&Book { names: names.collect(), ..Book::default() }), Some(mark()));
        assert_eq!(recognise(&Book::default()), None);
    }

    #[test]
    fn a_hash_does_not_see_what_programs_change_by_themselves() {
        let section = crate::schema::section("criteria").unwrap();
        let row = RowId::parse("K07").unwrap();
        let hash = |text: &str| {
            let mut cells = Cells::new();
            cells.set(Address::parse("criteria/K07/summary/ja").unwrap(), text.into(), 1);
            row_hash(&cells, section, &row)
        };
        assert_eq!(hash("か\u{3099} \nb"), hash("が\nb"));
        assert_ne!(hash("が"), hash("か"));
        let text = format!("K07~{}", hash("が"));
        assert_eq!(parse_row_mark(&text).unwrap().0, row);
        assert_eq!(parse_row_mark("K07~xyz"), None);
    }
}
