//! What the workbook library does not tell of a sheet: hidden rows and columns, struck-out cells, merges.

use super::strings::{Strings, string};
use super::styles::Styles;
use super::too_many_cells;
use super::xml::{Xml, attribute, attributes, is_on};
use crate::failure::Failure;
use crate::workbook::grid::At;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeSet;

/// Rows and columns of a sheet.
pub const GRID: (u32, u32) = (1_048_576, 16_384);
/// Most bytes of XML within one cell: the workbook library may hold a cell whole.
const MAX_CELL: u64 = 2 * 1024 * 1024;
/// Most marks (merges, hidden rows, struck-out cells) of one sheet.
const MAX_MARKS: usize = 20_000;

/// One sheet's marks.
#[derive(Debug, Default)]
pub struct Side {
    /// Hidden rows.
    pub hidden_rows: BTreeSet<u32>,
    /// Hidden columns.
    pub hidden_cols: BTreeSet<u32>,
    /// Merged ranges.
    pub merges: Vec<(At, At)>,
    /// Cells that are struck out whole.
    pub struck: BTreeSet<At>,
    /// Cells that lost struck-out runs.
    pub partly: Vec<At>,
}

/// Where a reader of cells stands.
#[derive(Default)]
pub struct Cursor {
    row: u32,
    col: u32,
}

impl Cursor {
    /// A row begins; none where its number cannot be read.
    pub fn row(&mut self, element: &BytesStart<'_>) -> Option<()> {
        if let Some(number) = attribute(element, "r") {
            self.row = number.parse::<u32>().ok()?.checked_sub(1)?;
        }
        Some(())
    }

    /// A row ends.
    pub fn row_end(&mut self) {
        (self.row, self.col) = (self.row.saturating_add(1), 0);
    }

    /// A cell begins; none where its reference cannot be read or lies outside of the grid.
    pub fn cell(&mut self, element: &BytesStart<'_>) -> Option<At> {
        let [reference] = attributes(element, ["r"]);
        self.referred(reference.as_deref())
    }

    /// The same where its reference was read already.
    fn referred(&mut self, reference: Option<&str>) -> Option<At> {
        let at = match reference {
            Some(reference) => place(reference)?,
            None => At { row: self.row, col: self.col },
        };
        self.col = at.col.saturating_add(1);
        (at.row < GRID.0 && at.col < GRID.1).then_some(at)
    }
}

/// Reads `B7`; nothing past the grid.
pub fn place(reference: &str) -> Option<At> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = reference.split_at_checked(letters).filter(|(l, _)| (1..=3).contains(&l.len()))?;
    let col = letters.bytes().fold(0_u32, |n, b| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    if digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let at = At { row: digits.parse::<u32>().ok()?.checked_sub(1)?, col: col - 1 };
    (at.row < GRID.0 && at.col < GRID.1).then_some(at)
}

/// Reads a sheet's marks to its end. `left` says how many cells with a value the book may still have: what has more is
/// refused here, before it is read as a workbook.
///
/// # Errors
/// The bound that broke, or damage.
pub fn side(mut xml: Xml<'_>, strings: &Strings, styles: &Styles, left: &mut usize) -> Result<Side, Failure> {
    let mut side = Side::default();
    let mut cursor = Cursor::default();
    let mut open: Option<Open> = None;
    loop {
        let before = xml.position();
        let mut inline = false;
        match xml.next()? {
            None => break,
            Some(Event::Start(e)) => match e.local_name().as_ref() {
                "row" if open.is_none() => {
                    let known = cursor.row(&e).is_some();
                    if known && is_on(&e, "hidden") && side.hidden_rows.len() < MAX_MARKS {
                        side.hidden_rows.insert(cursor.row);
                    }
                }
                "c" if open.is_none() => open = Some(Open::new(&e, &mut cursor, styles, before)),
                "is" if open.is_some() => inline = true,
                "v" => {
                    if let Some(open) = &mut open {
                        (open.value, open.valued) = (open.shared.then(String::new), Some(false));
                    }
                }
                "col" if open.is_none() && is_on(&e, "hidden") => columns(&e, &mut side.hidden_cols),
                "mergeCell" if side.merges.len() < MAX_MARKS => side.merges.extend(range(&e)),
                _ => {}
            },
            Some(Event::Text(t)) => {
                if let Some(open) = &mut open {
                    if open.valued == Some(false) {
                        open.valued = Some(true);
                        *left = left.checked_sub(1).ok_or_else(too_many_cells)?;
                    }
                    if let Some(value) = open.value.as_mut().filter(|v| v.len() < 20) {
                        value.push_str(t.as_ref());
                    }
                }
            }
            Some(Event::End(e)) => match e.local_name().as_ref() {
                "row" => cursor.row_end(),
                "c" => drop(open.take().map(|o| o.close(strings, &mut side))),
                "v" => drop(open.as_mut().map(|o| o.valued = None)),
                _ => {}
            },
            Some(_) => {}
        }
        if inline {
            let (_, struck, partly) = string(&mut xml, "is")?.finish();
            if let Some(open) = &mut open {
                (open.struck, open.partly) = (open.struck || struck, partly);
            }
        }
        if open.as_ref().is_some_and(|o| xml.position() - o.from > MAX_CELL) {
            return Err(xml.too_much());
        }
    }
    Ok(side)
}

/// A cell that is being read.
struct Open {
    at: Option<At>,
    from: u64,
    shared: bool,
    struck: bool,
    partly: bool,
    value: Option<String>,
    /// Within its value: whether that says something. A formula may come to nothing.
    valued: Option<bool>,
}

impl Open {
    fn new(element: &BytesStart<'_>, cursor: &mut Cursor, styles: &Styles, from: u64) -> Self {
        let [reference, style, kind] = attributes(element, ["r", "s", "t"]);
        let style = style.and_then(|s| s.parse::<usize>().ok()).unwrap_or(0);
        Self {
            at: cursor.referred(reference.as_deref()),
            from,
            shared: kind.as_deref() == Some("s"),
            struck: styles.struck.get(style).copied().unwrap_or(false),
            partly: false,
            value: None,
            valued: None,
        }
    }

    fn close(self, strings: &Strings, side: &mut Side) {
        let Some(at) = self.at else { return };
        let index = self.value.as_deref().and_then(|v| v.trim().parse::<u32>().ok());
        let among = |list: &[u32]| index.is_some_and(|i| list.binary_search(&i).is_ok());
        if self.struck || among(&strings.struck) {
            if side.struck.len() < MAX_MARKS {
                side.struck.insert(at);
            }
        } else if (self.partly || among(&strings.partly)) && side.partly.len() < MAX_MARKS {
            side.partly.push(at);
        }
    }
}

fn columns(element: &BytesStart<'_>, hidden: &mut BTreeSet<u32>) {
    let number = |name| attribute(element, name).and_then(|v| v.parse::<u32>().ok());
    if let (Some(first), Some(last)) = (number("min"), number("max")) {
        hidden.extend((first.max(1)..=last.min(GRID.1)).map(|c| c - 1));
    }
}

fn range(element: &BytesStart<'_>) -> Option<(At, At)> {
    let reference = attribute(element, "ref")?;
    let (a, b) = reference.split_once(':')?;
    let (a, b) = (place(a)?, place(b)?);
    let first = At { row: a.row.min(b.row), col: a.col.min(b.col) };
    Some((first, At { row: a.row.max(b.row), col: a.col.max(b.col) }))
}

/// The places of the cells with these numbers, counted from 0 in the file's order: the addresses of cells that could
/// not be read, looked for only when there are any.
///
/// # Errors
/// The bound that broke, or damage.
pub fn places(mut xml: Xml<'_>, numbers: &BTreeSet<usize>) -> Result<Vec<String>, Failure> {
    let mut cursor = Cursor::default();
    let (mut count, mut found) = (0, Vec::new());
    while let Some(event) = xml.next()? {
        match event {
            Event::Start(e) if e.local_name().as_ref() == "row" && cursor.row(&e).is_none() => {
                if numbers.contains(&count) {
                    found.push(attribute(&e, "r").unwrap_or_default());
                }
                count += 1;
            }
            Event::Start(e) if e.local_name().as_ref() == "c" => {
                let at = cursor.cell(&e);
                if numbers.contains(&count) {
                    let written = || attribute(&e, "r").unwrap_or_default().chars().take(20).collect();
                    found.push(at.map_or_else(written, At::name));
                }
                count += 1;
            }
            Event::End(e) if e.local_name().as_ref() == "row" => cursor.row_end(),
            Event::End(e) if e.local_name().as_ref() == "sheetData" => break,
            _ => {}
        }
        if found.len() >= numbers.len() {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("A1", Some((0, 0)))]
    #[case("xfd1048576", Some((1_048_575, 16_383)))]
    #[case("XFE1", None)]
    #[case("A1048577", None)]
    #[case("A0", None)]
    #[case("A99999999999999", None)]
    #[case("ABCDEFGHIJ1", None)]
    #[case("1", None)]
    #[case("あ1", None)]
    #[case("", None)]
    fn references_stay_in_the_grid(#[case] text: &str, #[case] expected: Option<(u32, u32)>) {
        assert_eq!(place(text).map(|a| (a.row, a.col)), expected);
    }
}
