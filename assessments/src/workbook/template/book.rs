//! A template's package: which part is what, and how it is written again with other parts left byte for byte.

use super::names;
use super::rich::Rich;
use super::xml::{Edits, Kind, cut, tags, unescape};
use crate::failure::Failure;
use crate::workbook::guard::{Limits, Source, folder, relations_of, resolve_part};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Most bytes of a part that may be changed.
pub const MAX_PART: u64 = 24 * 1024 * 1024;

/// A sheet of the template.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The tab's name.
    pub name: String,
    /// Its part.
    pub part: String,
    /// Parts around it: kind and part.
    pub around: Vec<(String, String)>,
}

/// A defined name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinedName {
    /// The name.
    pub name: String,
    /// What it refers to.
    pub refers: String,
}

/// A template's parts.
pub struct Book {
    /// The workbook's part.
    pub workbook: String,
    /// The workbook's XML.
    pub xml: String,
    /// Worksheets in order.
    pub sheets: Vec<Sheet>,
    /// Shared texts that hold marks, by number.
    pub shared: BTreeMap<usize, Rich>,
    /// Defined names.
    pub names: Vec<DefinedName>,
    /// All parts, in lower case.
    pub parts: BTreeSet<String>,
    /// The workbook's relationships: kind and part.
    pub links: Vec<(String, String)>,
}

/// Part's text by part, as far as it was changed; none for a part that goes.
pub type Changed = BTreeMap<String, Option<String>>;

/// Reads what is needed of a package.
///
/// # Errors
/// [`Failure::Refused`] for what is no workbook or breaks a bound.
pub fn open(bytes: &[u8]) -> Result<Book, Failure> {
    let limits = Limits::default();
    let mut source = Source::open(bytes, &limits)?;
    let workbook = source.workbook_part()?.to_lowercase();
    let xml = text(&mut source, &workbook)?;
    let links = relations(&mut source, &workbook)?;
    let mut sheets = Vec::new();
    let (mut defined, mut open_name) = (Vec::new(), None);
    for tag in tags(&xml) {
        match (tag.name, tag.kind) {
            ("sheet", Kind::Open | Kind::Empty) => {
                let id = tag.attr("id").unwrap_or_default();
                let Some((_, kind, part)) = links.iter().find(|(known, ..)| *known == id) else { continue };
                if kind == "xlMacrosheet" || kind == "xlIntlMacrosheet" {
                    return Err(Failure::refused("template_macro_sheet", tag.attr("name").unwrap_or_default()));
                }
                if kind == "worksheet" && source.has(part) {
                    let around = relations(&mut source, part)?.into_iter().map(|(_, k, p)| (k, p)).collect();
                    let name = tag.attr("name").unwrap_or_default();
                    sheets.push(Sheet { name, part: part.clone(), around });
                }
            }
            ("definedName", Kind::Open) => open_name = tag.attr("name").map(|n| (n, tag.end)),
            ("definedName", Kind::Close) => {
                if let Some((name, from)) = open_name.take() {
                    defined.push(DefinedName { name, refers: unescape(cut(&xml, from..tag.start)) });
                }
            }
            _ => {}
        }
    }
    let strings = links.iter().find(|(_, kind, _)| kind == "sharedStrings").map(|(.., part)| part.clone());
    let shared = match strings.filter(|p| source.has(p)) {
        Some(part) => with_marks(&text(&mut source, &part)?),
        None => BTreeMap::new(),
    };
    let parts = source.names().map(str::to_owned).collect();
    let links = links.into_iter().map(|(_, k, p)| (k, p)).collect();
    Ok(Book { workbook, xml, sheets, shared, names: defined, parts, links })
}

/// A part's text.
///
/// # Errors
/// [`Failure::Refused`] where it is not there, is no text or breaks a bound.
pub fn part(bytes: &[u8], part: &str) -> Result<String, Failure> {
    let limits = Limits::default();
    text(&mut Source::open(bytes, &limits)?, part)
}

fn text(source: &mut Source<'_>, part: &str) -> Result<String, Failure> {
    source.text(part, MAX_PART)?.ok_or_else(|| Failure::refused("damaged", part))
}

/// A part's relationships within the package: id, kind, part in lower case.
fn relations(source: &mut Source<'_>, part: &str) -> Result<Vec<(String, String, String)>, Failure> {
    let Some(xml) = source.text(&relations_of(part), MAX_PART)? else { return Ok(vec![]) };
    let folder = folder(part);
    let of = |tag: super::xml::Tag<'_>| {
        let kind = tag.attr("Type")?.rsplit('/').next()?.to_owned();
        let target = tag.attr("Target").filter(|_| tag.attr("TargetMode").as_deref() != Some("External"))?;
        Some((tag.attr("Id")?, kind, whole(folder, &target)))
    };
    Ok(tags(&xml).filter(|t| t.name == "Relationship").filter_map(of).collect())
}

/// A target as the whole name of a part, in lower case.
pub fn whole(folder: &str, target: &str) -> String {
    resolve_part(folder, target).to_lowercase()
}

/// Shared texts that hold marks.
fn with_marks(xml: &str) -> BTreeMap<usize, Rich> {
    let (mut found, mut number, mut from) = (BTreeMap::new(), 0, None);
    for tag in tags(xml).filter(|t| t.name == "si") {
        match tag.kind {
            Kind::Open => from = Some(tag.end),
            Kind::Empty => number += 1,
            Kind::Close => {
                let inner = from.take().map_or("", |from| cut(xml, from..tag.start));
                if inner.contains(['{', '｛']) {
                    let rich = Rich::read(inner);
                    if !rich.marks().is_empty() {
                        found.insert(number, rich);
                    }
                }
                number += 1;
            }
        }
    }
    found
}

/// The package again, with changed parts; every other part is copied as it is, compressed bytes and all.
///
/// # Errors
/// [`Failure::Refused`] for a damaged package.
pub fn write(bytes: &[u8], changed: &Changed) -> Result<Vec<u8>, Failure> {
    let damaged = |e: &dyn std::fmt::Display| Failure::refused("damaged", e.to_string());
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + 4_096)));
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(|e| damaged(&e))?;
        let name = part.name().map_err(|e| damaged(&e))?.into_owned();
        let key = name.trim_start_matches('/').replace('\\', "/").to_lowercase();
        match changed.get(&key) {
            None => out.raw_copy_file(part).map_err(|e| damaged(&e))?,
            Some(None) => {}
            Some(Some(text)) => {
                drop(part);
                out.start_file(name, SimpleFileOptions::default()).map_err(|e| damaged(&e))?;
                out.write_all(text.as_bytes()).map_err(|e| damaged(&e))?;
            }
        }
    }
    out.finish().map(Cursor::into_inner).map_err(|e| damaged(&e))
}

/// Takes parts out of a package's lists: its content types, and the relationships that lead to them.
///
/// # Errors
/// [`Failure::Refused`] for a damaged package.
pub fn forget(bytes: &[u8], book: &Book, gone: &BTreeSet<String>, changed: &mut Changed) -> Result<(), Failure> {
    if gone.is_empty() {
        return Ok(());
    }
    let lists = book.parts.iter().filter(|p| p.ends_with(".rels") || *p == "[content_types].xml");
    for list in lists {
        let xml = match changed.get(list) {
            Some(Some(xml)) => xml.clone(),
            Some(None) => continue,
            None => part(bytes, list)?,
        };
        let home = list.replace("_rels/", "");
        let folder = folder(&home).to_owned();
        let mut edits = Edits::new(&xml);
        for tag in tags(&xml).filter(|t| t.kind == Kind::Empty) {
            let of = match tag.name {
                "Override" => tag.attr("PartName").map(|p| whole("", &p)),
                "Relationship" => tag.attr("Target").map(|t| whole(&folder, &t)),
                _ => None,
            };
            if of.is_some_and(|of| gone.contains(&of)) {
                edits.replace(tag.start..tag.end, "");
            }
        }
        let new = edits.finish();
        if new != xml {
            changed.insert(list.clone(), Some(new));
        }
    }
    for part in gone {
        changed.insert(part.clone(), None);
        let around = relations_of(part);
        if book.parts.contains(&around) {
            changed.insert(around, None);
        }
    }
    Ok(())
}

/// What a defined name asks for: `kyohyo.verdict`, `kyohyo_each_controls`, `共評.判断`.
pub fn asked(name: &str) -> Option<&str> {
    let rest = ["kyohyo", "Kyohyo", "KYOHYO", "共評"].iter().find_map(|p| name.strip_prefix(p))?;
    rest.strip_prefix(['.', '_']).filter(|r| !r.is_empty())
}

/// The list of a defined name that marks rows to repeat.
pub fn asked_list(asked: &str) -> Option<(&str, Option<&'static names::ListName>)> {
    let rest = ["each.", "each_", "一覧.", "一覧_"].iter().find_map(|p| asked.strip_prefix(p))?;
    Some((rest, names::list(rest)))
}
