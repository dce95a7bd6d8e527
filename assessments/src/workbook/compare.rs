//! Two workbooks cell by cell: what a program that saved one anew left as it was, and what somebody changed.

use super::grid::{At, Book, Grid};
use super::own::mark::{parse_row_mark, parse_token};
use crate::canonical;
use serde::Serialize;
use std::collections::BTreeSet;

/// A cell that says something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Differs {
    /// The tab's name.
    pub sheet: String,
    /// `F12`.
    pub cell: String,
    /// The cell of the sheet where it is one: `criteria/K07/summary/ja`; empty elsewhere.
    pub address: String,
    /// What stood there.
    pub was: String,
    /// What stands there.
    pub is: String,
}

/// Cells of `after` that say something else than in `before`, in the order of sheets, rows and columns. How a program
/// writes line ends, composed characters and trailing blanks is no difference.
#[must_use]
pub fn differences(before: &Book, after: &Book) -> Vec<Differs> {
    let mut out = Vec::new();
    let none = Grid::default();
    for grid in &before.sheets {
        let other = after.sheets.iter().find(|g| g.name == grid.name);
        of_sheet(grid, other.unwrap_or(&none), &mut out);
    }
    for grid in after.sheets.iter().filter(|g| before.sheets.iter().all(|b| b.name != g.name)) {
        of_sheet(&Grid { name: grid.name.clone(), ..Grid::default() }, grid, &mut out);
    }
    out
}

fn of_sheet(before: &Grid, after: &Grid, out: &mut Vec<Differs>) {
    let places: BTreeSet<At> = before.cells.keys().chain(after.cells.keys()).copied().collect();
    for at in places {
        let (was, is) = (before.text(at.row, at.col), after.text(at.row, at.col));
        if !canonical::same(was, is) {
            out.push(Differs {
                sheet: before.name.clone(),
                cell: at.name(),
                address: address(before, at).unwrap_or_default(),
                was: was.to_owned(),
                is: is.to_owned(),
            });
        }
    }
}

/// The sheet's cell that stands at a place: the key of its column, the section of its table, the mark of its row.
fn address(grid: &Grid, at: At) -> Option<String> {
    let (key_row, section) =
        (0..=at.row).rev().find_map(|row| parse_token(grid.text(row, 0)).map(|(_, section)| (row, section)))?;
    let key = grid.text(key_row, at.col);
    let (row, _) = parse_row_mark(grid.text(at.row, 0))?;
    (!section.starts_with('_') && !key.is_empty() && !key.starts_with('#')).then(|| format!("{section}/{row}/{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::grid::{GridCell, Origin};

    fn book(cells: &[(u32, u32, &str)]) -> Book {
        let cell = |text: &str| GridCell { text: text.into(), origin: Origin::Text, struck: false };
        let cells = cells.iter().map(|(row, col, text)| (At { row: *row, col: *col }, cell(text))).collect();
        Book { sheets: vec![Grid { name: "表".into(), cells, ..Grid::default() }], ..Book::default() }
    }

    #[test]
    fn a_changed_cell_is_named_by_place_and_address_and_a_new_form_of_a_line_end_is_none() {
        let token = "KB1|e1|s3/criteria|4";
        let before =
            book(&[(0, 0, token), (0, 2, "summary/ja"), (3, 0, "K07~0a1b2c3d"), (3, 2, "鍵\n管理"), (4, 4, "x")]);
        let saved =
            book(&[(0, 0, token), (0, 2, "summary/ja"), (3, 0, "K07~0a1b2c3d"), (3, 2, "鍵 \n管理\n"), (4, 4, "x")]);
        assert!(differences(&before, &saved).is_empty());
        let altered = book(&[(0, 0, token), (0, 2, "summary/ja"), (3, 0, "K07~0a1b2c3d"), (3, 2, "鍵の管理")]);
        let found: Vec<(String, String)> =
            differences(&before, &altered).into_iter().map(|d| (d.cell, d.address)).collect();
        assert_eq!(found, [("C4".into(), "criteria/K07/summary/ja".into()), ("E5".into(), String::new())]);
        assert_eq!(differences(&before, &Book::default()).len(), 5, "a missing sheet is told cell by cell");
        assert_eq!(differences(&Book::default(), &before).len(), 5, "and a new one as well");
    }
}
