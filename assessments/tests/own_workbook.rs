//! Our own export comes home: nothing changed, nothing to report; something changed, exactly that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use assessments::canonical;
use assessments::import::{Level, Outcome, Plan};
use assessments::lang::Lang;
use assessments::sheet::Cells;
use assessments::workbook::grid::{At, Book, Grid, GridCell, Origin};
use assessments::workbook::{OwnMark, own_draft, plan, recognise};
use proptest::prelude::*;
use rstest::rstest;
use support::{address, criteria, export_id, exported, read, set, sheet, tortured};

const PART1: &str = "利用シナリオと接続経路";
const PART2: &str = "セキュリティクライテリア";
const PART3: &str = "サービス利用時の留意事項";

fn opened(cells: &Cells) -> Book {
    read(&exported(cells, &criteria(), Lang::Ja))
}

fn planned(book: &Book, base: &Cells, current: &Cells) -> Plan {
    let mark = recognise(book).unwrap();
    plan(&own_draft(book, &criteria(), base, &mark), Some(base), current, 12)
}

/// Everything but what is the same, as `address outcome result`.
fn differences(plan: &Plan) -> Vec<String> {
    let odd = plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged);
    odd.map(|c| format!("{} {:?} {}", c.address, c.outcome, c.result)).collect()
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.findings.iter().map(|f| f.code.as_str()).collect()
}

fn grid<'a>(book: &'a mut Book, name: &str) -> &'a mut Grid {
    book.sheets.iter_mut().find(|g| g.name == name).unwrap()
}

/// Where a row's field stands, by the hidden column and the key row of the row's own table.
fn spot(grid: &Grid, row: &str, key: &str) -> At {
    let at = grid.cells.iter().find(|(at, c)| at.col == 0 && c.text.starts_with(&format!("{row}~"))).unwrap().0.row;
    let col = grid.cells.iter().rfind(|(at2, c)| at2.row < at && c.text == key).unwrap().0.col;
    At { row: at, col }
}

fn write(book: &mut Book, sheet: &str, row: &str, key: &str, text: &str) {
    let grid = grid(book, sheet);
    let at = spot(grid, row, key);
    put(grid, at, text, Origin::Text);
}

fn put(grid: &mut Grid, at: At, text: &str, origin: Origin) {
    grid.cells.insert(at, GridCell { text: text.into(), origin, struck: false });
}

/// Moves whole rows, or only the columns from `from` on: row `order[i]` comes to stand where row `i` was.
fn permute(grid: &mut Grid, first: u32, order: &[u32], from: u32) {
    let old = grid.cells.clone();
    grid.cells.retain(|at, _| at.row < first || at.row >= first + order.len() as u32 || at.col < from);
    for (i, source) in order.iter().enumerate() {
        for (at, cell) in old.iter().filter(|(at, _)| at.row == first + source && at.col >= from) {
            grid.cells.insert(At { row: first + i as u32, col: at.col }, cell.clone());
        }
    }
}

fn shift_rows(grid: &mut Grid, from: u32, by: i64) {
    let old = std::mem::take(&mut grid.cells);
    for (at, cell) in old {
        let row = if at.row >= from { (i64::from(at.row) + by) as u32 } else { at.row };
        grid.cells.insert(At { row, ..at }, cell);
    }
}

#[rstest]
#[case::japanese(Lang::Ja)]
#[case::english(Lang::En)]
fn an_untouched_export_has_no_difference_and_nothing_to_tell(#[case] lang: Lang) {
    for cells in [sheet(), tortured(), Cells::new()] {
        let book = read(&exported(&cells, &criteria(), lang));
        let plan = planned(&book, &cells, &cells);
        assert_eq!(differences(&plan), Vec::<String>::new());
        assert_eq!(codes(&plan), Vec::<&str>::new());
        // Every cell came back, with its very text; rows' order is not read.
        for (at, cell) in cells.iter().filter(|(at, c)| !at.is_order() && !canonical::fold(&c.value).is_empty()) {
            let back = plan.cells.iter().find(|c| c.address == *at);
            assert_eq!(back.map(|c| c.file.as_str()), Some(cell.value.as_str()), "{at}");
        }
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    assert!(exported(&sheet(), &criteria(), Lang::Ja) == exported(&sheet(), &criteria(), Lang::Ja));
}

#[test]
fn the_parts_stand_under_their_japanese_names() {
    let book = opened(&sheet());
    let names: Vec<&str> = book.sheets.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(names, ["表紙", "改訂履歴", "サービスの概要", PART1, PART2, PART3, "ガードレール一覧", "選択肢"]);
    let cover: Vec<&str> = book.sheets[0].cells.values().map(|c| c.text.as_str()).collect();
    assert!(cover.contains(&"reconstructed-7x19@0.1.0（公開情報に基づく再構成）"));
    assert!(cover.contains(&"承認欄"));
}

#[test]
fn each_carrier_alone_says_who_the_workbook_is() {
    let want = OwnMark { export: export_id(), service: "s3".into(), number: 12 };
    let book = opened(&sheet());
    assert_eq!(recognise(&book), Some(want.clone()));
    // One sheet copied into another workbook.
    let copied = Book { sheets: vec![book.sheets[4].clone()], ..Book::default() };
    assert_eq!(recognise(&copied), Some(want.clone()));
    // No token left: the defined names say it.
    let mut bare = book.clone();
    bare.sheets.iter_mut().for_each(|g| g.cells.retain(|_, c| !c.text.starts_with("KB1|")));
    assert_eq!(recognise(&bare), Some(want));
    let bare = Book { sheets: vec![Grid::default()], ..Book::default() };
    assert_eq!(recognise(&bare), None);
}

#[test]
fn edits_in_the_file_are_exactly_the_differences() {
    let cells = sheet();
    let mut book = opened(&cells);
    write(&mut book, PART2, "K07", "summary/ja", "書き直しました。");
    write(&mut book, PART2, "K07", "availability", "△ 一部可能");
    write(&mut book, PART2, "K08", "modes", "Responsive, 予防");
    write(&mut book, PART2, "K09", "review_by", "2028/1/5");
    write(&mut book, PART1, "P-02", "kind", "Internet");
    write(&mut book, PART3, "N-03", "action/en", "Do this.");
    let facts = grid(&mut book, "サービスの概要");
    let row = facts.cells.iter().find(|(_, c)| c.text == "facts/provider").unwrap().0.row;
    put(facts, At { row, col: 2 }, "Amazon Web Services", Origin::Text);
    let plan = planned(&book, &cells, &cells);
    assert_eq!(
        differences(&plan),
        [
            "facts/service/provider Changed Amazon Web Services",
            "paths/P-02/kind Changed internet",
            "criteria/K07/availability Changed partly",
            "criteria/K07/summary/ja Changed 書き直しました。",
            "criteria/K08/modes Changed preventive,responsive",
            "criteria/K09/review_by Changed 2028-01-05",
            "notes/N-03/action/en Added Do this.",
        ]
    );
    assert_eq!(codes(&plan), Vec::<&str>::new());
    let place = &plan.cells.iter().find(|c| c.address == address("criteria/K07/availability")).unwrap().place;
    assert_eq!((place.sheet.as_str(), place.cell.as_str()), (PART2, "F10"));
}

#[test]
fn what_happened_here_meanwhile_stays_or_merges_or_is_shown_as_a_conflict() {
    let base = sheet();
    let mut current = base.clone();
    set(&mut current, "criteria/K01/limits/ja", "こちらで変更");
    set(&mut current, "criteria/K02/limits/ja", "こちらで変更");
    set(&mut current, "notes/N-01/note/ja", "留意事項その一：既定の暗号化に気をつけてください。");
    set(&mut current, "notes/N-02/order", "");
    let mut book = opened(&base);
    write(&mut book, PART2, "K02", "limits/ja", "ファイルで変更");
    write(&mut book, PART3, "N-01", "note/ja", "留意事項その1：既定の暗号化に気をつけてください。必ず確認します。");
    write(&mut book, PART3, "N-02", "note/ja", "消された行への変更");
    let plan = planned(&book, &base, &current);
    assert_eq!(
        differences(&plan),
        [
            "criteria/K02/limits/ja Conflict こちらで変更",
            "notes/N-01/note/ja Merged 留意事項その一：既定の暗号化に気をつけてください。必ず確認します。",
            "notes/N-02/note/ja Conflict 留意事項その2：既定の公開設定に気をつけてください。",
        ]
    );
}

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
    let draft = own_draft(&book, &criteria(), &cells, &mark);
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
    let draft = own_draft(&book, &criteria(), &cells, &mark);
    assert_eq!(differences(&super_plan(&draft, &cells)), Vec::<String>::new(), "key row deleted");
    assert!(draft.cells.iter().any(|c| c.address == address("criteria/K07/summary/en")));
    for name in [PART1, PART2, PART3] {
        grid(&mut book, name).cells.retain(|at, c| at.col != 1 || c.text == "ID");
    }
    let draft = own_draft(&book, &criteria(), &cells, &mark);
    assert_eq!(differences(&super_plan(&draft, &cells)), Vec::<String>::new(), "visible ids deleted");
}

fn super_plan(draft: &assessments::import::Draft, cells: &Cells) -> Plan {
    plan(draft, Some(cells), cells, 12)
}

#[test]
fn a_workbook_may_hold_one_part_only_and_own_columns() {
    let cells = sheet();
    let mut book = opened(&cells);
    book.sheets.retain(|g| g.name == PART2);
    let notes = grid(&mut book, PART2);
    let at = spot(notes, "K03", "modes");
    put(notes, At { row: 2, col: 60 }, "当行記入欄", Origin::Text);
    put(notes, At { row: at.row, col: 60 }, "当行では使いません", Origin::Text);
    let plan = planned(&book, &cells, &cells);
    assert_eq!((differences(&plan), codes(&plan)), (vec![], vec!["own_column"]));
    assert!(plan.findings[0].ja.contains("当行記入欄") && plan.findings[0].cell == "BI3");
}

#[test]
fn a_blank_cell_never_erases() {
    let cells = sheet();
    let mut book = opened(&cells);
    let part2 = grid(&mut book, PART2);
    let at = spot(part2, "K03", "summary/ja");
    part2.cells.remove(&at);
    let row = spot(part2, "K04", "summary/ja").row;
    part2.cells.retain(|at, _| at.row != row || at.col < 5);
    let plan = planned(&book, &cells, &cells);
    assert_eq!((differences(&plan), codes(&plan)), (vec![], vec!["blank_kept", "blank_kept"]));
    assert!(plan.findings.iter().all(|f| f.level == Level::Info));
}

#[test]
fn what_a_program_made_of_a_text_is_told_and_not_taken() {
    let mut cells = sheet();
    set(&mut cells, "notes/N-01/number", "1-1");
    let mut book = opened(&cells);
    let part3 = grid(&mut book, PART3);
    let at = spot(part3, "N-01", "number");
    put(part3, at, "2026-01-01", Origin::Date);
    let at = spot(part3, "N-02", "number");
    put(part3, at, "2", Origin::Number);
    let at = spot(part3, "N-03", "regions");
    put(part3, at, "5", Origin::Number);
    let at = spot(part3, "N-04", "note/ja");
    put(part3, at, "計算された文", Origin::Formula);
    let at = spot(part3, "N-05", "note/ja");
    put(part3, at, "#REF!", Origin::Error);
    let at = spot(part3, "N-05", "severity");
    put(part3, at, "最高", Origin::Text);
    let at = spot(part3, "N-05", "impact/ja");
    part3.cells.insert(at, GridCell { text: "旧い文".into(), origin: Origin::Text, struck: true });
    let plan = planned(&book, &cells, &cells);
    assert_eq!(differences(&plan), ["notes/N-03/regions Added 5", "notes/N-04/note/ja Changed 計算された文"]);
    let mut seen = codes(&plan);
    seen.sort_unstable();
    assert_eq!(seen, ["error_value", "excel_converted", "excel_converted", "formula", "struck_out", "unknown_choice"]);
    assert_eq!(plan.counts().not_understood, 3);
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
    let differences = differences(&plan);
    assert_eq!(differences.len(), 1);
    assert!(differences[0].starts_with("criteria/K05/summary/ja Conflict ネットワーク"), "{differences:?}");
}

#[test]
fn the_json_export_holds_every_cell_by_its_address_and_the_markdown_every_text() {
    let (cells, criteria) = (sheet(), criteria());
    let service = assessments::id::ServiceId::parse("s3").unwrap();
    let input = assessments::workbook::ExportInput {
        service: &service,
        cells: &cells,
        criteria: &criteria,
        history: &[],
        export: &export_id(),
        number: 12,
        at: chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
        lang: Lang::Ja,
        guardrails: &|_| None,
    };
    let json: serde_json::Value = serde_json::from_slice(&assessments::workbook::export_json(&input).unwrap()).unwrap();
    let back: Cells = json["cells"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(at, text)| (address(at), assessments::sheet::Cell { value: text.as_str().unwrap().into(), number: 12 }))
        .collect();
    assert_eq!(back, cells);
    let markdown = String::from_utf8(assessments::workbook::export_markdown(&input).unwrap()).unwrap();
    for (at, cell) in cells.iter().filter(|(at, _)| at.lang.is_some() && at.field == "summary") {
        assert!(markdown.contains(cell.value.as_str()), "{at}");
    }
    assert!(markdown.contains("- 提供状況: ◎ 既定で有効"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_comes_home(texts in proptest::collection::vec("\\PC{0,40}|[\\x00-\\x7f]{0,30}|[_x0-9A-F\\n\\r\\t ]{0,20}|[ぁ-ん\u{3099}\u{e0100}👍 ]{0,20}", 12)) {
        let mut cells = sheet();
        for (n, text) in texts.iter().enumerate() {
            let at = address(&format!("criteria/K{:02}/{}", n + 1, ["summary/ja", "limits/en", "verified_by"][n % 3]));
            let stored = canonical::check(&at, at.declared().unwrap(), text).unwrap();
            cells.set(at, stored, 12);
        }
        let plan = planned(&opened(&cells), &cells, &cells);
        prop_assert_eq!(differences(&plan), Vec::<String>::new());
        prop_assert!(plan.findings.iter().all(|f| f.level != Level::Error), "{:?}", plan.findings);
    }

    #[test]
    fn no_grid_of_texts_panics(cells in proptest::collection::vec((0u32..40, 0u32..30, "#id/(criteria|notes|facts|paths)|KB1\\|e1\\|s3/criteria\\|1|K0[1-9]~[0-9a-f]{8}|N-0[1-9]|note/ja|summary/ja|留意事項|影響|推奨対応|facts/name|#ja|◎|\\PC{0,6}"), 0..120)) {
        let mut grid = Grid { name: PART2.into(), ..Grid::default() };
        for (row, col, text) in cells {
            put(&mut grid, At { row, col }, &text, Origin::Text);
        }
        let book = Book { sheets: vec![grid], ..Book::default() };
        let mark = OwnMark { export: export_id(), service: "s3".into(), number: 12 };
        let base = sheet();
        let _ = recognise(&book);
        let draft = own_draft(&book, &criteria(), &base, &mark);
        let plan = plan(&draft, Some(&base), &base, 12);
        for cell in &plan.cells {
            prop_assert!(assessments::schema::declared(&cell.address).is_ok());
        }
    }
}
