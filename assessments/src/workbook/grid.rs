//! A workbook as it was read: sparse grids of texts, within bounds.

use std::collections::{BTreeMap, BTreeSet};

/// A place in a sheet, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct At {
    /// Row, from 0, below 1,048,576.
    pub row: u32,
    /// Column, from 0, below 16,384.
    pub col: u32,
}

impl At {
    /// `B7`, as a person names it.
    pub fn name(self) -> String {
        let (mut col, mut letters) = (self.col + 1, Vec::new());
        while col > 0 {
            letters.push(char::from(b'A' + ((col - 1) % 26) as u8));
            col = (col - 1) / 26;
        }
        format!("{}{}", letters.iter().rev().collect::<String>(), self.row + 1)
    }
}

/// What a cell held before it became text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Text.
    Text,
    /// A number; whole numbers are written without a fraction.
    Number,
    /// A date; the text is `2026-11-23` (or with a time behind it).
    Date,
    /// A truth value.
    Bool,
    /// A formula's cached value.
    Formula,
    /// An error value such as `#REF!`.
    Error,
}

/// A non-empty cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridCell {
    /// Its text, canonical line ends.
    pub text: String,
    /// What it was.
    pub origin: Origin,
    /// Every character of it is struck out: the writer took it back.
    pub struck: bool,
}

/// One sheet.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// The tab's name.
    pub name: String,
    /// Hidden or very hidden.
    pub hidden: bool,
    /// Non-empty cells.
    pub cells: BTreeMap<At, GridCell>,
    /// Merged ranges, first and last place.
    pub merges: Vec<(At, At)>,
    /// Rows that the writer hid.
    pub hidden_rows: BTreeSet<u32>,
    /// Columns that the writer hid.
    pub hidden_cols: BTreeSet<u32>,
}

impl Grid {
    /// A cell's text; empty where there is none.
    pub fn text(&self, row: u32, col: u32) -> &str {
        self.cells.get(&At { row, col }).map_or("", |c| c.text.as_str())
    }

    /// A cell's text, or that of the merged range it lies in.
    pub fn spread(&self, row: u32, col: u32) -> &str {
        let own = self.text(row, col);
        if !own.is_empty() {
            return own;
        }
        let inside = |(a, b): &&(At, At)| a.row <= row && row <= b.row && a.col <= col && col <= b.col;
        self.merges.iter().find(inside).map_or("", |(a, _)| self.text(a.row, a.col))
    }

    /// The last used row and column.
    pub fn extent(&self) -> At {
        let mut end = At::default();
        for at in self.cells.keys() {
            end.row = end.row.max(at.row);
            end.col = end.col.max(at.col);
        }
        end
    }
}

/// A whole workbook.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The file's name as it came.
    pub file: String,
    /// Its sheets, in order.
    pub sheets: Vec<Grid>,
    /// Custom document properties.
    pub properties: BTreeMap<String, String>,
    /// Defined names with their formulas or text constants.
    pub names: BTreeMap<String, String>,
    /// What was met while reading.
    pub findings: Vec<crate::import::Finding>,
}
