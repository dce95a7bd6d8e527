//! What a package says it holds: its workbook part, sheets with their parts, and defined names.

use super::xml::{Xml, attribute, is_on, resolve};
use crate::failure::Failure;
use quick_xml::events::Event;
use std::collections::BTreeMap;

/// Most sheets.
pub const MAX_SHEETS: usize = 200;
/// Most relationships of a part.
const MAX_RELATIONS: usize = 5_000;
/// Most defined names that are kept.
const MAX_NAMES: usize = 5_000;

/// A sheet as the workbook lists it.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The tab's name.
    pub name: String,
    /// Hidden or very hidden.
    pub hidden: bool,
    /// Id of its relationship.
    pub relation: String,
}

/// The workbook part.
#[derive(Default)]
pub struct Manifest {
    /// Sheets, in order.
    pub sheets: Vec<Listed>,
    /// Names with their formulas or constants; the first of a name counts.
    pub names: BTreeMap<String, String>,
    /// Days are counted from 1904.
    pub from_1904: bool,
}

/// A relationship: what kind, and which part.
pub struct Relation {
    /// The last word of its type: `worksheet`.
    pub kind: String,
    /// The part's whole name.
    pub part: String,
}

/// Reads a relationship part; targets become whole names, seen from `folder`.
///
/// # Errors
/// The bound that broke, or damage.
pub fn relations(mut xml: Xml<'_>, folder: &str) -> Result<BTreeMap<String, Relation>, Failure> {
    let mut found = BTreeMap::new();
    while let Some(event) = xml.next()? {
        let Event::Start(e) = event else { continue };
        if e.local_name().as_ref() != "Relationship" {
            continue;
        }
        let (id, kind, target) = (attribute(&e, "Id"), attribute(&e, "Type"), attribute(&e, "Target"));
        if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
            let kind = kind.rsplit('/').next().unwrap_or("").to_owned();
            found.insert(id, Relation { kind, part: resolve_part(folder, &target) });
        }
        if found.len() > MAX_RELATIONS {
            return Err(xml.too_much());
        }
    }
    Ok(found)
}

/// A target as the whole name of a part: absolute, or seen from a folder; `..` never leaves the package.
pub fn resolve_part(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let joined = match target.strip_prefix('/') {
        Some(whole) => whole.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts.join("/")
}

/// The folder of a part, with its slash.
pub fn folder(part: &str) -> &str {
    part.rfind('/').map_or("", |at| part.get(..=at).unwrap_or(""))
}

/// The part that holds a part's relationships.
pub fn relations_of(part: &str) -> String {
    let folder = folder(part);
    format!("{folder}_rels/{}.rels", part.get(folder.len()..).unwrap_or(""))
}

/// Reads the workbook part.
///
/// # Errors
/// [`Failure::Refused`] `too_many_sheets`, a bound that broke, or damage.
pub fn manifest(mut xml: Xml<'_>) -> Result<Manifest, Failure> {
    let mut seen = Manifest::default();
    let mut name: Option<(String, String)> = None;
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "sheet" => {
                    let state = attribute(&e, "state").unwrap_or_default();
                    seen.sheets.push(Listed {
                        name: attribute(&e, "name").unwrap_or_default(),
                        hidden: matches!(state.as_str(), "hidden" | "veryHidden"),
                        relation: attribute(&e, "id").unwrap_or_default(),
                    });
                }
                "workbookPr" if !seen.from_1904 => seen.from_1904 = is_on(&e, "date1904"),
                "definedName" => name = attribute(&e, "name").map(|n| (n, String::new())),
                _ => {}
            },
            Event::Text(t) => drop(name.as_mut().map(|(_, v)| v.push_str(&t.xml10_content()))),
            Event::GeneralRef(e) => drop(name.as_mut().map(|(_, v)| resolve(&e, v))),
            Event::End(e) if e.local_name().as_ref() == "definedName" => {
                if let Some((name, value)) = name.take()
                    && seen.names.len() < MAX_NAMES
                {
                    seen.names.entry(name).or_insert(value);
                }
            }
            _ => {}
        }
        if seen.sheets.len() > MAX_SHEETS {
            return Err(Failure::refused("too_many_sheets", MAX_SHEETS.to_string()));
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("xl/", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml")]
    #[case("xl/", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml")]
    #[case("xl/worksheets/", "../comments1.xml", "xl/comments1.xml")]
    #[case("xl/", "../../../etc/passwd", "etc/passwd")]
    fn targets_stay_in_the_package(#[case] folder: &str, #[case] target: &str, #[case] part: &str) {
        assert_eq!(resolve_part(folder, target), part);
    }

    #[test]
    fn a_parts_relationships_have_their_place() {
        assert_eq!(relations_of("xl/workbook.xml"), "xl/_rels/workbook.xml.rels");
        assert_eq!(relations_of("workbook.xml"), "_rels/workbook.xml.rels");
    }
}
