//! What is told of a workbook while it is read.

use super::{Bad, MAX_BAD};
use crate::import::{Finding, Level};
use crate::workbook::grid::{At, Grid};
use crate::workbook::guard::{self, Package, SheetPart};
use std::collections::BTreeSet;

/// Most findings of one code for one sheet.
const MOST: usize = 100;

fn add(findings: &mut Vec<Finding>, level: Level, code: &str, (sheet, cell): (&str, String), ja: String, en: String) {
    findings.push(Finding { level, code: code.into(), sheet: sheet.into(), cell, ja, en });
}

fn start(text: &str) -> String {
    text.chars().take(80).collect::<String>().replace('\n', " ")
}

/// Cells that could not be read, with their addresses; `all` counts those of the whole workbook so far.
pub fn bad_cells(findings: &mut Vec<Finding>, package: &Package, sheet: &SheetPart, bad: &Bad, all: usize) {
    let numbers: BTreeSet<usize> = bad.iter().map(|(n, _)| *n).collect();
    let places = if bad.is_empty() { vec![] } else { guard::places(package, sheet, &numbers) };
    for (n, (_, why)) in bad.iter().enumerate() {
        let cell = places.get(n).cloned().unwrap_or_default();
        let ja = format!("このセルは読めませんでした（{why}）。");
        add(
            findings,
            Level::Error,
            "unreadable_cell",
            (&sheet.name, cell),
            ja,
            format!("This cell could not be read ({why})."),
        );
    }
    if all > MAX_BAD && !findings.iter().any(|f| f.code == "unreadable_cells") {
        let ja = format!("読めないセルが{MAX_BAD}件を超えたため、残りは一覧に載せていません。");
        let en = format!("More than {MAX_BAD} cells could not be read; the rest is not listed.");
        add(findings, Level::Error, "unreadable_cells", (&sheet.name, String::new()), ja, en);
    }
}

/// A tab without cells: a chart, a macro sheet, or a part that is missing.
pub fn no_cells(findings: &mut Vec<Finding>, sheet: &str) {
    let ja = "このシートは表ではないため読みません。".to_owned();
    let en = "This sheet is no table and was not read.".to_owned();
    add(findings, Level::Info, "sheet_not_read", (sheet, String::new()), ja, en);
}

/// Cells that lost struck-out words.
pub fn struck(findings: &mut Vec<Finding>, grid: &Grid, partly: &[At]) {
    for at in partly.iter().take(MOST) {
        let text = start(grid.text(at.row, at.col));
        let ja = format!("取り消し線の引かれた部分を除いて読みました：{text}");
        let en = format!("Words that are struck out were left out: {text}");
        add(findings, Level::Warning, "struck_out", (&grid.name, at.name()), ja, en);
    }
}

/// Comments: told with place and start, never imported.
pub fn comments(findings: &mut Vec<Finding>, sheet: &SheetPart) {
    for (cell, text) in &sheet.comments {
        let ja = format!("コメントは取り込みません：{text}");
        let en = format!("The comment was not taken: {text}");
        add(findings, Level::Info, "comment", (&sheet.name, cell.clone()), ja, en);
    }
    let rest = sheet.comment_count.saturating_sub(sheet.comments.len());
    if rest > 0 {
        let ja = format!("ほかに{rest}件のコメントがあります。");
        add(
            findings,
            Level::Info,
            "comment",
            (&sheet.name, String::new()),
            ja,
            format!("There are {rest} more comments."),
        );
    }
}
