//! Rows that move, come, go, are pasted, and lose their ids.

use super::book::{
    PART1, PART2, PART3, codes, differences, grid, opened, permute, planned, put, shift_rows, spot, write,
};
use crate::support::{address, criteria, set, sheet};
use assessments::import::Plan;
use assessments::sheet::Cells;
use assessments::workbook::grid::{At, Book, GridCell, Origin};
use assessments::workbook::{own_draft, own_draft_of, plan, plan_with, recognise, row_hash};

#[test]
fn sorting_whole_rows_changes_nothing() {
    let cells = sheet();
    let mut book = opened(&cells);
    let first = spot(grid(&mut book, PART3), "N-01", "number").row;
    permute(grid(&mut book, PART3), first, &[4, 2, 0, 3, 1], 0);
    let plan = planned(&book, &cells, &cells);
    assert_eq!((differences(&plan), codes(&plan)), (vec![], vec![]));
}

#[test]
fn sorting_the_visible_columns_alone_is_noticed_and_undone() {
    let cells = sheet();
    // With and without the visible ids.
    for from in [1, 2] {
        let mut book = opened(&cells);
        let first = spot(grid(&mut book, PART3), "N-01", "number").row;
        permute(grid(&mut book, PART3), first, &[4, 2, 0, 3, 1], from);
        let first = spot(grid(&mut book, PART2), "K01", "modes").row;
        permute(
            grid(&mut book, PART2),
            first,
            &[18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
            from,
        );
        write_visible(&mut book, "留意事項その3：既定の保持期間に気をつけてください。", "並べ替えた後の編集");
        let plan = planned(&book, &cells, &cells);
        assert_eq!(differences(&plan), ["notes/N-03/note/ja Changed 並べ替えた後の編集"], "{from}");
        assert_eq!(codes(&plan), ["rows_realigned", "rows_realigned"]);
    }
}

fn write_visible(book: &mut Book, old: &str, new: &str) {
    let grid = grid(book, PART3);
    let at = *grid.cells.iter().find(|(_, c)| c.text == old).unwrap().0;
    put(grid, at, new, Origin::Text);
}

#[test]
fn a_text_copied_into_other_rows_is_an_edit_and_no_sort() {
    let cells = sheet();
    let mut book = opened(&cells);
    let source: Vec<(At, GridCell)> = {
        let grid = grid(&mut book, PART2);
        let row = spot(grid, "K01", "modes").row;
        grid.cells.range(At { row, col: 5 }..At { row: row + 1, col: 0 }).map(|(a, c)| (*a, c.clone())).collect()
    };
    for target in ["K05", "K06", "K07", "K08", "K09", "K10"] {
        let grid = grid(&mut book, PART2);
        let row = spot(grid, target, "modes").row;
        for (at, cell) in &source {
            grid.cells.insert(At { row, col: at.col }, cell.clone());
        }
    }
    let plan = planned(&book, &cells, &cells);
    assert_eq!(codes(&plan), Vec::<&str>::new());
    assert!(differences(&plan).iter().all(|d| !d.contains("/K01/")));
    assert!(plan.counts().changed >= 6 * 3);
}

#[test]
fn rows_come_go_and_are_doubled() {
    let cells = sheet();
    let mut book = opened(&cells);
    // Doubled and edited; a new one with a number of its own; one gone.
    let notes = grid(&mut book, PART3);
    let row = spot(notes, "N-02", "number").row;
    shift_rows(notes, row + 1, 1);
    let doubled: Vec<(At, GridCell)> =
        notes.cells.range(At { row, col: 0 }..At { row: row + 1, col: 0 }).map(|(a, c)| (*a, c.clone())).collect();
    for (at, cell) in doubled {
        notes.cells.insert(At { row: row + 1, ..at }, cell);
    }
    let at = spot(notes, "N-02", "note/ja");
    put(notes, At { row: row + 1, col: at.col }, "複製して書き換えた行", Origin::Text);
    let gone = spot(notes, "N-05", "number").row;
    notes.cells.retain(|at, _| at.row != gone);
    let part1 = grid(&mut book, PART1);
    let last = spot(part1, "S-04", "title/ja");
    put(part1, At { row: last.row + 1, col: 1 }, "S-09", Origin::Text);
    put(part1, At { row: last.row + 1, col: last.col }, "新しい利用", Origin::Text);
    let at = spot(part1, "P-01", "scenario");
    put(part1, at, "S-09", Origin::Text);
    let plan = planned(&book, &cells, &cells);
    let differences = differences(&plan);
    for want in [
        "scenarios/new-1/order Added 000050",
        "scenarios/new-1/title/ja Added 新しい利用",
        "paths/P-01/scenario Changed new-1",
        "notes/new-1/order Added 000025",
        "notes/new-1/note/ja Added 複製して書き換えた行",
        "notes/N-05/order ProposedDeletion ",
    ] {
        assert!(differences.contains(&want.to_owned()), "{want}: {differences:#?}");
    }
    assert!(!differences.iter().any(|d| d.starts_with("notes/N-02") || d.starts_with("scenarios/S-")));
    assert_eq!(codes(&plan), ["duplicate_row"]);
}

#[test]
fn ids_may_be_lost_one_after_the_other() {
    let cells = sheet();
    // The hidden ids cleared; the hidden column deleted; the key row deleted too; then the visible ids.
    let mut book = opened(&cells);
    for name in [PART1, PART2, PART3] {
        grid(&mut book, name).cells.retain(|at, c| at.col != 0 || c.text.starts_with("KB1"));
    }
    let plan = planned(&book, &cells, &cells);
    assert_eq!((differences(&plan), codes(&plan)), (vec![], vec![]), "ids cleared");
    let mark = recognise(&book).unwrap();
    for name in [PART1, PART2, PART3] {
        grid(&mut book, name).cells.retain(|at, _| at.col != 0);
    }
    let draft = own_draft(&book, &criteria(), &cells, &mark).unwrap();
    assert_eq!(differences(&super_plan(&draft, &cells)), Vec::<String>::new(), "column deleted");
    for name in [PART1, PART2, PART3] {
        let keys: Vec<u32> = grid(&mut book, name)
            .cells
            .iter()
            .filter(|(_, c)| c.text.starts_with("#id/"))
            .map(|(at, _)| at.row)
            .collect();
        grid(&mut book, name).cells.retain(|at, _| !keys.contains(&at.row));
    }
    let draft = own_draft(&book, &criteria(), &cells, &mark).unwrap();
    assert_eq!(differences(&super_plan(&draft, &cells)), Vec::<String>::new(), "key row deleted");
    assert!(draft.cells.iter().any(|c| c.address == address("criteria/K07/summary/en")));
    for name in [PART1, PART2, PART3] {
        grid(&mut book, name).cells.retain(|at, c| at.col != 1 || c.text == "ID");
    }
    let draft = own_draft(&book, &criteria(), &cells, &mark).unwrap();
    assert_eq!(differences(&super_plan(&draft, &cells)), Vec::<String>::new(), "visible ids deleted");
}

fn super_plan(draft: &assessments::import::Draft, cells: &Cells) -> Plan {
    plan(draft, Some(cells), cells, 12)
}

#[test]
fn a_row_pasted_from_another_export_is_never_taken_for_a_reversion() {
    let mut older = sheet();
    set(&mut older, "criteria/K05/summary/ja", "古い版の文章");
    let old_book = opened(&older);
    let cells = sheet();
    let mut book = opened(&cells);
    let part2 = grid(&mut book, PART2);
    let row = spot(part2, "K05", "modes").row;
    for (at, cell) in old_book.sheets[4].cells.range(At { row, col: 0 }..At { row: row + 1, col: 0 }) {
        part2.cells.insert(*at, cell.clone());
    }
    let plan = planned(&book, &cells, &cells);
    assert_eq!(codes(&plan), ["other_revision"]);
    let found = differences(&plan);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("criteria/K05/summary/ja Conflict ネットワーク"), "{found:?}");
    // Where its own base is known it is compared with that: nothing was edited, so nothing changes.
    let mark = recognise(&book).unwrap();
    let draft = own_draft(&book, &criteria(), &cells, &mark).unwrap();
    let hash = row_hash(
        &older,
        assessments::schema::section("criteria").unwrap(),
        &assessments::id::RowId::parse("K05").unwrap(),
    );
    assert_eq!(draft.row_hash.get("criteria/K05"), Some(&hash));
    let bases = std::collections::BTreeMap::from([("criteria/K05".to_owned(), std::sync::Arc::new(older.clone()))]);
    let plan = plan_with(&draft, Some(&cells), &bases, &cells, 12);
    assert_eq!(differences(&plan), Vec::<String>::new());
    // And an edit of the pasted row is that edit alone.
    write(&mut book, PART2, "K05", "limits/ja", "貼り付けた後の編集");
    let draft = own_draft(&book, &criteria(), &cells, &mark).unwrap();
    let plan = plan_with(&draft, Some(&cells), &bases, &cells, 12);
    assert_eq!(differences(&plan), ["criteria/K05/limits/ja Changed 貼り付けた後の編集"]);
}

#[test]
fn two_sheets_with_one_token_are_told_apart_by_name() {
    let cells = sheet();
    let mut book = opened(&cells);
    let mut copy = grid(&mut book, PART2).clone();
    copy.name = "セキュリティクライテリア (2)".into();
    let at = spot(&copy, "K01", "summary/ja");
    put(&mut copy, at, "古い写し", Origin::Text);
    book.sheets.insert(0, copy);
    let plan = planned(&book, &cells, &cells);
    assert_eq!((differences(&plan), codes(&plan)), (vec![], vec!["two_copies"]));
    // Which of them counts is asked; the one that is named is read.
    let names = [PART2.to_owned(), "セキュリティクライテリア (2)".to_owned()];
    assert_eq!(
        (plan.copies.len(), plan.copies[0].section.as_str(), plan.copies[0].sheets.as_slice()),
        (1, "criteria", &names[..])
    );
    let mark = recognise(&book).unwrap();
    for (sheet, expected) in
        [(&names[0], vec![]), (&names[1], vec!["criteria/K01/summary/ja Changed 古い写し".to_owned()])]
    {
        let draft = own_draft_of(&book, &criteria(), &cells, &mark, std::slice::from_ref(sheet)).unwrap();
        assert!(draft.copies.is_empty(), "{sheet}");
        assert_eq!(differences(&super_plan(&draft, &cells)), expected, "{sheet}");
    }
}
