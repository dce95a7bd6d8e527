//! A sheet as its readers see it: merged cells spread, quickly.

use super::fold_label;
use crate::import::Place;
use crate::workbook::grid::{At, Book, Grid, GridCell};
use std::collections::BTreeMap;

/// Columns that are looked at.
pub const MAX_COLS: u32 = 200;
/// Rows that are looked at.
pub const MAX_ROWS: u32 = 5_015;
/// Rows among which a header begins.
pub const HEADER_ROWS: u32 = 15;
/// Most rows of a header.
pub const HEADER_DEPTH: u32 = 2;
/// Most cells of a workbook that merged ranges are spread over.
const MAX_SPREAD: usize = 200_000;
/// Most labels of a workbook that are looked at for a header.
const MAX_LABELS: usize = 40_000;
/// Most bytes of a label of a header.
const MAX_LABEL: usize = 300;

/// A sheet with its merged ranges spread.
pub struct View<'a> {
    /// The sheet.
    pub grid: &'a Grid,
    /// The last row and column that are looked at.
    pub last: At,
    owners: BTreeMap<At, At>,
    labels: BTreeMap<At, String>,
}

/// What is left of the bounds of a workbook.
struct Bounds {
    spread: usize,
    labels: usize,
}

impl<'a> View<'a> {
    /// Looks at the sheets of a workbook that are not hidden.
    pub fn all(book: &'a Book) -> Vec<Self> {
        let mut left = Bounds { spread: MAX_SPREAD, labels: MAX_LABELS };
        book.sheets.iter().filter(|grid| !grid.hidden).map(|grid| Self::new(grid, &mut left)).collect()
    }

    fn new(grid: &'a Grid, left: &mut Bounds) -> Self {
        let extent = grid.extent();
        let last = At { row: extent.row.min(MAX_ROWS), col: extent.col.min(MAX_COLS) };
        let mut owners = BTreeMap::new();
        // A range without a text spreads nothing.
        for (first, end) in grid.merges.iter().filter(|(first, _)| grid.cells.contains_key(first)) {
            let rows = first.row..=end.row.min(last.row);
            for at in rows.flat_map(|row| (first.col..=end.col.min(last.col)).map(move |col| At { row, col })) {
                let Some(next) = left.spread.checked_sub(1) else { break };
                left.spread = next;
                owners.insert(at, *first);
            }
        }
        let mut view = Self { grid, last, owners, labels: BTreeMap::new() };
        view.labels = view.read_labels(left);
        view
    }

    fn read_labels(&self, left: &mut Bounds) -> BTreeMap<At, String> {
        let head = At { row: HEADER_ROWS + HEADER_DEPTH - 1, col: 0 };
        let cells = self.grid.cells.range(..head).map(|(at, _)| at).chain(self.owners.range(..head).map(|(at, _)| at));
        let mut labels = BTreeMap::new();
        for at in cells.filter(|at| at.col <= self.last.col) {
            let text = self.text(at.row, at.col);
            let Some(next) = left.labels.checked_sub(1) else { break };
            left.labels = next;
            let label = if text.len() > MAX_LABEL { String::new() } else { fold_label(text) };
            if !label.is_empty() {
                labels.insert(*at, label);
            }
        }
        labels
    }

    /// The folded text of a cell where a header may be; none where it says nothing or more than a header does.
    pub fn folded(&self, row: u32, col: u32) -> Option<&str> {
        self.labels.get(&At { row, col }).map(String::as_str)
    }

    /// The cell at a place or of the merged range that it lies in, with the place where it stands.
    pub fn cell(&self, row: u32, col: u32) -> Option<(At, &'a GridCell)> {
        let at = At { row, col };
        if let Some(cell) = self.grid.cells.get(&at) {
            return Some((at, cell));
        }
        let owner = self.owners.get(&at)?;
        self.grid.cells.get(owner).map(|c| (*owner, c))
    }

    /// The text at a place or of its merged range; empty where there is none.
    pub fn text(&self, row: u32, col: u32) -> &'a str {
        self.cell(row, col).map_or("", |(_, c)| c.text.as_str())
    }

    /// The cells that stand in a row themselves.
    pub fn own(&self, row: u32) -> impl Iterator<Item = (&'a At, &'a GridCell)> + use<'a> {
        self.grid.cells.range(At { row, col: 0 }..At { row: row + 1, col: 0 })
    }

    /// A place, as findings name it.
    pub fn place(&self, at: At) -> Place {
        Place { sheet: self.grid.name.clone(), cell: at.name() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::grid::Origin;

    fn grid(merges: Vec<(At, At)>, text: &str) -> Grid {
        let cell = |text: &str| GridCell { text: text.into(), origin: Origin::Text, struck: false };
        let cells = [(At::default(), cell(text)), (At { row: MAX_ROWS, col: MAX_COLS }, cell("x"))];
        Grid { merges, cells: cells.into(), ..Grid::default() }
    }

    #[test]
    fn merged_ranges_are_spread_within_one_bound_for_all_sheets() {
        let whole = || grid(vec![(At::default(), At { row: MAX_ROWS, col: 99 })], "鍵");
        let nothing = (At { row: 1, col: 1 }, At { row: MAX_ROWS, col: MAX_COLS });
        let sheets = vec![grid(vec![nothing], "鍵"), whole(), whole()];
        let views = Book { sheets, ..Book::default() };
        let views = View::all(&views);
        let spread: Vec<usize> = views.iter().map(|v| v.owners.len()).collect();
        assert_eq!(spread, [0, MAX_SPREAD, 0]);
        assert_eq!((views[1].text(7, 9), views[2].text(7, 9)), ("鍵", ""));
        assert_eq!(views[1].folded(HEADER_ROWS, 3), Some("鍵"));
    }

    #[test]
    fn what_is_longer_than_a_header_is_none() {
        let long = "鍵".repeat(MAX_LABEL / 3 + 1);
        let book = Book { sheets: vec![grid(vec![], &long), grid(vec![], &long[3..])], ..Book::default() };
        let folded: Vec<bool> = View::all(&book).iter().map(|v| v.folded(0, 0).is_some()).collect();
        assert_eq!(folded, [false, true]);
    }
}
