//! A workbook as somebody edits it: cells written, rows moved.

use crate::support::{criteria, exported, read};
use assessments::import::{Outcome, Plan};
use assessments::lang::Lang;
use assessments::sheet::Cells;
use assessments::workbook::grid::{At, Book, Grid, GridCell, Origin};
use assessments::workbook::{own_draft, plan, recognise};

pub const PART1: &str = "利用シナリオと接続経路";
pub const PART2: &str = "セキュリティクライテリア";
pub const PART3: &str = "サービス利用時の留意事項";

pub fn opened(cells: &Cells) -> Book {
    read(&exported(cells, &criteria(), Lang::Ja))
}

pub fn planned(book: &Book, base: &Cells, current: &Cells) -> Plan {
    let mark = recognise(book).unwrap();
    plan(&own_draft(book, &criteria(), base, &mark).unwrap(), Some(base), current, 12)
}

/// Everything but what is the same, as `address outcome result`.
pub fn differences(plan: &Plan) -> Vec<String> {
    let odd = plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged);
    odd.map(|c| format!("{} {:?} {}", c.address, c.outcome, c.result)).collect()
}

pub fn codes(plan: &Plan) -> Vec<&str> {
    plan.findings.iter().map(|f| f.code.as_str()).collect()
}

pub fn grid<'a>(book: &'a mut Book, name: &str) -> &'a mut Grid {
    book.sheets.iter_mut().find(|g| g.name == name).unwrap()
}

/// Where a row's field stands, by the hidden column and the key row of the row's own table.
pub fn spot(grid: &Grid, row: &str, key: &str) -> At {
    let at = grid.cells.iter().find(|(at, c)| at.col == 0 && c.text.starts_with(&format!("{row}~"))).unwrap().0.row;
    let col = grid.cells.iter().rfind(|(at2, c)| at2.row < at && c.text == key).unwrap().0.col;
    At { row: at, col }
}

pub fn write(book: &mut Book, sheet: &str, row: &str, key: &str, text: &str) {
    let grid = grid(book, sheet);
    let at = spot(grid, row, key);
    put(grid, at, text, Origin::Text);
}

pub fn put(grid: &mut Grid, at: At, text: &str, origin: Origin) {
    grid.cells.insert(at, GridCell { text: text.into(), origin, struck: false });
}

/// Moves whole rows, or only the columns from `from` on: row `order[i]` comes to stand where row `i` was.
pub fn permute(grid: &mut Grid, first: u32, order: &[u32], from: u32) {
    let old = grid.cells.clone();
    grid.cells.retain(|at, _| at.row < first || at.row >= first + order.len() as u32 || at.col < from);
    for (i, source) in order.iter().enumerate() {
        for (at, cell) in old.iter().filter(|(at, _)| at.row == first + source && at.col >= from) {
            grid.cells.insert(At { row: first + i as u32, col: at.col }, cell.clone());
        }
    }
}

pub fn shift_rows(grid: &mut Grid, from: u32, by: i64) {
    let old = std::mem::take(&mut grid.cells);
    for (at, cell) in old {
        let row = if at.row >= from { (i64::from(at.row) + by) as u32 } else { at.row };
        grid.cells.insert(At { row, ..at }, cell);
    }
}
