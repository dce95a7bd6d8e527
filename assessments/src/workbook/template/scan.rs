//! A sheet's XML with the places of its rows and cells.

use super::rich::Rich;
use super::rows::Area;
use super::xml::{Kind, Tag, cut, tags, unescape};
use super::{refs, refs::Spot};
use crate::failure::Failure;
use crate::workbook::grid::At;
use std::collections::BTreeMap;
use std::ops::Range;

/// Most cells of a template, over all of its sheets, and most that filling may make of its lists.
pub const MAX_CELLS: usize = 200_000;

/// A formula of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    /// Its words, unescaped.
    pub text: String,
    /// `shared`, `array`; empty for an ordinary one.
    pub kind: String,
    /// Number of a shared formula.
    pub shared: Option<u32>,
    /// The range of an array formula.
    pub area: Option<Area>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct CellSpan {
    /// Where it stands.
    pub at: At,
    /// The whole element.
    pub range: Range<usize>,
    /// Its opening tag.
    pub tag: Range<usize>,
    /// `s`, `inlineStr`, `n`, ...; empty where it does not say.
    pub kind: String,
    /// Number of its format.
    pub style: u32,
    /// Where the text of its value stands.
    pub value: Option<Range<usize>>,
    /// The inside of an inline text.
    pub inline: Option<Range<usize>>,
    /// Its formula, and where that stands.
    pub formula: Option<(Range<usize>, Formula)>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct RowSpan {
    /// Its number, from 0.
    pub row: u32,
    /// Its opening tag, which may be the whole row.
    pub tag: Range<usize>,
    /// The whole element.
    pub range: Range<usize>,
    /// Its height, where it says.
    pub height: Option<f64>,
    /// Its cells, as they stand.
    pub cells: Vec<CellSpan>,
}

/// A sheet.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Its rows.
    pub rows: Vec<RowSpan>,
    /// The inside of `<sheetData>`; none where there is none, as in an empty one.
    pub data: Range<usize>,
    /// `<sheetData/>` without an inside.
    pub empty_data: bool,
    /// Merged ranges.
    pub merges: Vec<Area>,
    /// Widths of columns: first, last, width.
    pub widths: Vec<(u32, u32, f64)>,
    /// Height of a row that says nothing, in points.
    pub height: f64,
    /// Width of a column that says nothing.
    pub width: f64,
    /// Headers and footers: what stands in them.
    pub margins: Vec<Range<usize>>,
    /// Whether it holds formulas.
    pub formulas: bool,
    /// Whether its rows are written with a prefix of a namespace (`<x:row>`), which what is filled in would not have.
    pub prefixed: bool,
}

impl Scan {
    /// Reads a sheet.
    ///
    /// # Errors
    /// [`Failure::Refused`] for more cells than are `left` for the whole book, and for rows that do not stand in order.
    pub fn read(xml: &str, left: &mut usize) -> Result<Scan, Failure> {
        let mut scan = Scan { height: 15.0, width: 8.43, ..Scan::default() };
        let mut reader = Reader { left: *left, ..Reader::default() };
        for tag in tags(xml) {
            scan.prefixed |=
                tag.name == "sheetData" && !tag.raw.trim_start_matches(['<', '/']).starts_with("sheetData");
            match (tag.name, tag.kind) {
                ("sheetFormatPr", _) => {
                    scan.height = decimal(&tag, "defaultRowHeight").unwrap_or(scan.height);
                    scan.width = decimal(&tag, "defaultColWidth").unwrap_or(scan.width);
                }
                ("col", Kind::Open | Kind::Empty) => {
                    if let (Some(a), Some(b), Some(w)) = (tag.number("min"), tag.number("max"), decimal(&tag, "width"))
                    {
                        scan.widths.push((a.saturating_sub(1), b.saturating_sub(1), w));
                    }
                }
                ("sheetData", Kind::Open) => scan.data.start = tag.end,
                ("sheetData", Kind::Empty) => (scan.data, scan.empty_data) = (tag.start..tag.end, true),
                ("sheetData", Kind::Close) => scan.data.end = tag.start,
                ("mergeCell", _) => scan.merges.extend(tag.attr("ref").as_deref().and_then(refs::area)),
                ("oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter", kind) => {
                    match kind {
                        Kind::Open => scan.margins.push(tag.end..tag.end),
                        Kind::Close => drop(scan.margins.last_mut().map(|m| m.end = tag.start)),
                        Kind::Empty => {}
                    }
                }
                _ if scan.data.start > 0 && scan.data.end == 0 => reader.tag(xml, &tag, &mut scan)?,
                _ => {}
            }
        }
        if !scan.empty_data && scan.data.end < scan.data.start {
            return Err(Failure::refused("damaged", "sheetData"));
        }
        *left = reader.left;
        Ok(scan)
    }

    /// The words of a cell: shared or its own; none for a number, a formula and an empty one.
    pub fn rich(&self, xml: &str, cell: &CellSpan, shared: &BTreeMap<usize, Rich>) -> Option<Rich> {
        if cell.formula.is_some() {
            return None;
        }
        match cell.kind.as_str() {
            "s" => shared.get(&cut(xml, cell.value.clone()?).trim().parse::<usize>().ok()?).cloned(),
            "inlineStr" => Some(Rich::read(cut(xml, cell.inline.clone()?))),
            "str" => Some(Rich::plain(&unescape(cut(xml, cell.value.clone()?)))),
            _ => None,
        }
    }

    /// Width of columns, in characters.
    pub fn width(&self, left: u32, right: u32) -> f64 {
        let of = |col: u32| self.widths.iter().find(|(a, b, _)| (*a..=*b).contains(&col)).map_or(self.width, |w| w.2);
        (left..=right.min(left + 400)).map(of).sum()
    }

    /// The merge that begins at a cell.
    pub fn merge_at(&self, at: At) -> Option<Area> {
        self.merges.iter().copied().find(|m| (m.top, m.left) == (at.row, at.col))
    }
}

fn decimal(tag: &Tag<'_>, name: &str) -> Option<f64> {
    tag.attr(name)?.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)
}

/// Where the reader of rows stands.
#[derive(Default)]
struct Reader {
    next_row: u32,
    next_col: u32,
    open_cell: Option<CellSpan>,
    open_value: Option<usize>,
    open_inline: Option<usize>,
    open_formula: Option<(usize, usize, Formula)>,
    /// Cells that may still come.
    left: usize,
}

impl Reader {
    fn tag(&mut self, xml: &str, tag: &Tag<'_>, scan: &mut Scan) -> Result<(), Failure> {
        match (tag.name, tag.kind) {
            ("row", Kind::Open | Kind::Empty) => {
                let row = tag.number("r").and_then(|r| r.checked_sub(1)).unwrap_or(self.next_row);
                if row < self.next_row || row > 1_048_575 {
                    return Err(Failure::refused("damaged", format!("row {}", row + 1)));
                }
                (self.next_row, self.next_col) = (row + 1, 0);
                let range = tag.start..tag.end;
                scan.rows.push(RowSpan { row, tag: range.clone(), range, height: decimal(tag, "ht"), cells: vec![] });
            }
            ("row", Kind::Close) => {
                if let Some(row) = scan.rows.last_mut() {
                    row.range.end = tag.end;
                }
            }
            ("c", Kind::Open | Kind::Empty) => {
                let named = tag.attr("r").as_deref().and_then(Spot::parse).and_then(|s| s.col);
                let at = At { row: self.next_row.saturating_sub(1), col: named.unwrap_or(self.next_col) };
                self.next_col = at.col + 1;
                let (range, style) = (tag.start..tag.end, tag.number("s").unwrap_or(0));
                let kind = tag.attr("t").unwrap_or_default();
                let cell =
                    CellSpan { at, tag: range.clone(), range, kind, style, value: None, inline: None, formula: None };
                self.open_cell = Some(cell);
                if tag.kind == Kind::Empty {
                    self.close(tag.end, scan)?;
                }
            }
            ("c", Kind::Close) => self.close(tag.end, scan)?,
            ("v", Kind::Open) => self.open_value = Some(tag.end),
            ("v", Kind::Close) => {
                if let (Some(from), Some(cell)) = (self.open_value.take(), &mut self.open_cell) {
                    cell.value = Some(from..tag.start);
                }
            }
            ("is", Kind::Open) => self.open_inline = Some(tag.end),
            ("is", Kind::Close) => {
                if let (Some(from), Some(cell)) = (self.open_inline.take(), &mut self.open_cell) {
                    cell.inline = Some(from..tag.start);
                }
            }
            ("f", kind) => self.formula(xml, tag, kind, scan),
            _ => {}
        }
        Ok(())
    }

    fn formula(&mut self, xml: &str, tag: &Tag<'_>, kind: Kind, scan: &mut Scan) {
        if kind != Kind::Close {
            let of = Formula {
                text: String::new(),
                kind: tag.attr("t").unwrap_or_default(),
                shared: tag.number("si"),
                area: tag.attr("ref").as_deref().and_then(refs::area),
            };
            self.open_formula = Some((tag.start, tag.end, of));
        }
        if kind == Kind::Open {
            return;
        }
        if let (Some((start, inside, mut of)), Some(cell)) = (self.open_formula.take(), &mut self.open_cell) {
            if kind == Kind::Close {
                of.text = unescape(cut(xml, inside..tag.start));
            }
            scan.formulas = true;
            cell.formula = Some((start..tag.end, of));
        }
    }

    fn close(&mut self, end: usize, scan: &mut Scan) -> Result<(), Failure> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Failure::refused("too_many_cells", ""))?;
        if let (Some(mut cell), Some(row)) = (self.open_cell.take(), scan.rows.last_mut()) {
            cell.range.end = end;
            row.cells.push(cell);
        }
        Ok(())
    }
}
