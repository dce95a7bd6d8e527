//! Our own export comes home: nothing changed, nothing to report; something changed, exactly that.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod any;
mod book;
mod rows;
#[path = "../support/mod.rs"]
mod support;

use crate::support::{address, criteria, export_id, exported, read, set, sheet, tortured};
use assessments::canonical;
use assessments::import::Level;
use assessments::lang::Lang;
use assessments::sheet::Cells;
use assessments::workbook::grid::{At, Book, Grid, GridCell, Origin};
use assessments::workbook::{OwnMark, recognise};
use book::{PART1, PART2, PART3, codes, differences, grid, opened, planned, put, spot, write};
use rstest::rstest;

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
    // Kept aside, so that the institution's own layer can have it.
    let own = &plan.own[0];
    assert_eq!(
        (own.header.as_str(), own.section.as_str(), own.key()),
        ("当行記入欄", "criteria", format!("{PART2}!BI3"))
    );
    assert_eq!(
        own.texts.iter().map(|t| (t.row.as_str(), t.text.as_str())).collect::<Vec<_>>(),
        [("K03", "当行では使いません")]
    );
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
    assert_eq!(codes(&plan), vec!["blank_kept", "blank_kept"]);
    assert!(plan.findings.iter().all(|f| f.level == Level::Info));
    // Each blank is offered, and none of them is a change.
    let odd = differences(&plan);
    assert!(odd.contains(&"criteria/K03/summary/ja Blank ".to_owned()), "{odd:?}");
    assert!(
        odd.iter().all(|d| d.ends_with(" Blank ") && (d.contains("/K03/summary/ja") || d.contains("/K04/"))),
        "{odd:?}"
    );
    let counts = plan.counts();
    assert_eq!((counts.changed, counts.added, counts.blank), (0, 0, odd.len()));
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
