//! What follows when rows move: merges, validations, conditional formats, breaks, anchors, comments, tables, charts.

use super::refs::{self, area, area_text, areas_moved};
use super::rows::RowMap;
use super::xml::{Edits, Kind, Tag, cut, escape, tags, unescape, with_attr};
use std::collections::BTreeMap;

/// Where rows go, in the sheet at hand and in all others.
pub struct Moves<'a> {
    /// The sheet at hand.
    pub own: &'a RowMap,
    /// All sheets by name in lower case.
    pub all: &'a BTreeMap<String, RowMap>,
    /// Whether any row of any sheet moves.
    pub any: bool,
}

impl Moves<'_> {
    /// The map of a sheet; of the one at hand where none is named.
    pub fn of(&self, sheet: Option<&str>) -> Option<RowMap> {
        match sheet {
            None => Some(self.own.clone()),
            Some(name) => self.all.get(&name.to_lowercase()).cloned(),
        }
    }
}

/// Elements whose text is a formula.
const FORMULAS: [&str; 7] =
    ["f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula", "definedName"];

/// A part that belongs to a sheet, or what stands around a sheet's rows.
pub fn sheet_part(text: &str, moves: &Moves<'_>) -> String {
    if !moves.any {
        return text.to_owned();
    }
    let mut edits = Edits::new(text);
    let merges = tags(text).filter(|t| t.name == "mergeCell" && t.kind != Kind::Close);
    let merges: usize = merges.filter_map(|t| area(&t.attr("ref")?)).map(|a| moves.own.merged(a).len()).sum();
    let (mut open, mut in_rows): (Option<(&str, usize)>, bool) = (None, false);
    for tag in tags(text) {
        match tag.kind {
            Kind::Close => {
                if let Some((name, from)) = open.take().filter(|(name, _)| *name == tag.name) {
                    let inner = cut(text, from..tag.start);
                    if let Some(new) = (!inner.contains('<')).then(|| inside(name, inner, moves)).flatten() {
                        edits.replace(from..tag.start, &new);
                    }
                }
                in_rows &= tag.name != "rowBreaks";
            }
            kind => {
                in_rows |= tag.name == "rowBreaks" && kind == Kind::Open;
                let new = match tag.name {
                    "mergeCells" => with_attr(tag.raw, "count", &merges.to_string()),
                    "mergeCell" => merged(&tag, moves.own),
                    "brk" if in_rows => broken(&tag, moves.own),
                    _ => attributes(&tag, moves),
                };
                if new != tag.raw {
                    edits.replace(tag.start..tag.end, &new);
                }
                open = (kind == Kind::Open).then_some((tag.name, tag.end));
            }
        }
    }
    edits.finish()
}

fn merged(tag: &Tag<'_>, map: &RowMap) -> String {
    let Some(of) = tag.attr("ref").as_deref().and_then(area) else { return tag.raw.to_owned() };
    map.merged(of).into_iter().map(|a| with_attr(tag.raw, "ref", &area_text(a))).collect()
}

/// A break stands under the row of its number.
fn broken(tag: &Tag<'_>, map: &RowMap) -> String {
    match tag.number("id").and_then(|id| id.checked_sub(1)) {
        Some(above) => with_attr(tag.raw, "id", &(map.end(0, above) + 1).to_string()),
        None => tag.raw.to_owned(),
    }
}

fn attributes(tag: &Tag<'_>, moves: &Moves<'_>) -> String {
    let mut raw = tag.raw.to_owned();
    for name in ["ref", "sqref", "activeCell", "topLeftCell"] {
        if let Some(value) = tag.attr(name) {
            let new = areas_moved(&value, moves.own);
            // Only a list of places may become more: the others name one cell or one range.
            let new = if name == "sqref" { new } else { first_of(&new) };
            if new != value && !new.is_empty() {
                raw = with_attr(&raw, name, &new);
            }
        }
    }
    if matches!(tag.name, "cellWatch" | "inputCells")
        && let Some(value) = tag.attr("r")
    {
        raw = with_attr(&raw, "r", &first_of(&areas_moved(&value, moves.own)));
    }
    for name in ["textlink", "location"] {
        if let Some(value) = tag.attr(name).filter(|v| v.contains('!')) {
            raw = with_attr(&raw, name, &formula(&value, moves));
        }
    }
    raw
}

fn first_of(areas: &str) -> String {
    areas.split(' ').next().unwrap_or_default().to_owned()
}

fn formula(text: &str, moves: &Moves<'_>) -> String {
    refs::moved(text, &|sheet| moves.of(sheet), None)
}

/// The new inside of an element that says where something is.
fn inside(name: &str, inner: &str, moves: &Moves<'_>) -> Option<String> {
    match name {
        "sqref" => Some(areas_moved(&unescape(inner), moves.own)),
        // Anchors count rows from 0.
        "row" | "Row" => inner.trim().parse::<u32>().ok().map(|row| moves.own.start(row).to_string()),
        "Anchor" => anchor(inner, moves.own),
        name if FORMULAS.contains(&name) => {
            let text = unescape(inner);
            let new = formula(&text, moves);
            (new != text).then(|| escape(&new))
        }
        _ => None,
    }
}

/// Column, offset, row, offset, twice: a comment's box keeps its height.
fn anchor(inner: &str, map: &RowMap) -> Option<String> {
    let mut numbers: Vec<i64> = inner.split(',').map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
    let top = u32::try_from(*numbers.get(2)?).ok()?;
    let by = i64::from(map.start(top)) - i64::from(top);
    for at in [2, 6] {
        let number = numbers.get_mut(at)?;
        *number = number.checked_add(by)?;
    }
    Some(numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// The workbook's own part: names follow, and what formulas say is worked out anew when it is opened.
pub fn workbook(xml: &str, moves: &Moves<'_>, formulas: bool) -> String {
    let moved = sheet_part(xml, moves);
    if !formulas {
        return moved;
    }
    let found = |name: &str, kinds: &[Kind]| {
        tags(&moved).find(|t| t.name == name && kinds.contains(&t.kind)).map(|t| (t.start, t.end))
    };
    let mut edits = Edits::new(&moved);
    if let Some((start, end)) = found("calcPr", &[Kind::Open, Kind::Empty]) {
        edits.replace(start..end, &with_attr(cut(&moved, start..end), "fullCalcOnLoad", "1"));
    } else if let Some((_, end)) = ["definedNames", "externalReferences", "functionGroups", "sheets"]
        .iter()
        .find_map(|name| found(name, &[Kind::Close]))
    {
        edits.replace(end..end, "<calcPr fullCalcOnLoad=\"1\"/>");
    }
    edits.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::template::rows::Block;

    #[test]
    fn what_names_one_cell_names_one_cell_where_its_rows_are_repeated() {
        let own = RowMap { blocks: vec![Block { first: 4, last: 5, copies: 3 }] };
        let all = BTreeMap::new();
        let moves = Moves { own: &own, all: &all, any: true };
        let text = r#"<selection activeCell="B6" sqref="B6"/><hyperlink ref="B6"/><comment ref="B8"/>"#;
        let new = sheet_part(text, &moves);
        assert_eq!(new, r#"<selection activeCell="B6" sqref="B6 B8 B10"/><hyperlink ref="B6"/><comment ref="B12"/>"#);
        let far = "<Anchor>1, 0, 9223372036854775807, 0, 2, 0, 9223372036854775807, 0</Anchor>";
        assert_eq!(sheet_part(far, &moves), far, "no row of a sheet");
    }
}
