//! A sheet as its readers see it: merged cells spread, quickly.

use crate::import::Place;
use crate::workbook::grid::{At, Grid, GridCell};
use std::collections::BTreeMap;

/// Columns that are looked at.
pub const MAX_COLS: u32 = 200;
/// Rows that are looked at.
pub const MAX_ROWS: u32 = 5_015;
/// Most cells that merged ranges are spread over.
const MAX_SPREAD: usize = 200_000;

/// A sheet with its merged ranges spread.
pub struct View<'a> {
    /// The sheet.
    pub grid: &'a Grid,
    /// The last row and column that are looked at.
    pub last: At,
    owners: BTreeMap<At, At>,
}

impl<'a> View<'a> {
    /// Looks at a sheet.
    pub fn new(grid: &'a Grid) -> Self {
        let extent = grid.extent();
        let last = At { row: extent.row.min(MAX_ROWS), col: extent.col.min(MAX_COLS) };
        let mut owners = BTreeMap::new();
        for (first, end) in &grid.merges {
            for row in first.row..=end.row.min(last.row) {
                for col in first.col..=end.col.min(last.col) {
                    if owners.len() < MAX_SPREAD {
                        owners.insert(At { row, col }, *first);
                    }
                }
            }
        }
        Self { grid, last, owners }
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
