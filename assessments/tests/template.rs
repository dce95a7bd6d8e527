//! The institution's own template: filled by changing its own XML, everything else byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod template_support;

use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::workbook::template::{Note, Values, fill, read};
use std::collections::BTreeMap;
use template_support::{book, convert, form, parts, plain, with_parts};

fn values(controls: usize) -> Values {
    let row = |n: usize| {
        BTreeMap::from([
            ("id".to_owned(), format!("K{n:02}")),
            ("name".to_owned(), format!("分類{n}")),
            ("availability".to_owned(), "○ 設定で可能".to_owned()),
            ("summary".to_owned(), format!("=1+1 説明{n}")),
        ])
    };
    let one = [
        ("service", "Amazon S3"),
        ("verdict", "△ 条件付きで利用可"),
        ("ticket", "R-7 <&>"),
        ("valid_until", "2027-03-31"),
    ];
    let one = one.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let lists = BTreeMap::from([("controls".to_owned(), (1..=controls).map(row).collect())]);
    Values { one, lists, nothing: "（該当なし）".into() }
}

fn reason(result: Result<impl std::fmt::Debug, Failure>) -> (String, String) {
    match result {
        Err(Failure::Refused { reason, detail }) => (reason, detail),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_template_that_asks_for_nothing_comes_back_as_it_is() {
    let bytes = plain();
    let read = read("a.xlsx", &bytes).unwrap();
    assert!(read.places.is_empty() && read.problems.is_empty() && read.notes.is_empty());
    assert_eq!(read.bytes, bytes);
    assert_eq!(fill(&read.bytes, &values(3)).unwrap().bytes, bytes);
}

#[test]
fn only_touched_parts_change_and_every_other_is_the_same_byte_for_byte() {
    let bytes = form();
    let filled = fill(&bytes, &values(3)).unwrap().bytes;
    let (was, is) = (parts(&bytes), parts(&filled));
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>(), "no part comes or goes");
    let changed: Vec<&str> =
        was.iter().filter(|(name, part)| is[*name] != **part).map(|(name, _)| name.as_str()).collect();
    // The form's own sheet with what belongs to it, the sheet whose formula points there, and the names.
    let allowed = [
        "xl/comments1.xml",
        "xl/drawings/drawing1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
    ];
    assert_eq!(changed, allowed);
    assert_eq!(is["xl/worksheets/sheet3.xml"], was["xl/worksheets/sheet3.xml"]);
    assert_eq!(is["xl/styles.xml"], was["xl/styles.xml"]);
    assert_eq!(is["xl/media/image1.png"], was["xl/media/image1.png"]);
}

#[test]
fn texts_stand_where_they_were_asked_for_and_are_never_formulas() {
    let filled = fill(&form(), &values(3)).unwrap().bytes;
    let book = book(&filled);
    assert_eq!(book.text("申請", "B2"), "対象: Amazon S3（R-7 <&>）");
    assert_eq!(book.text("申請", "D4"), "△ 条件付きで利用可", "by a defined name, in a cell that was empty");
    let row = |n: usize| ["A", "B", "C", "D"].map(|c| book.text("申請", &format!("{c}{n}")));
    assert_eq!(row(8), ["K01", "分類1", "○ 設定で可能", "=1+1 説明1"]);
    assert_eq!(row(10), ["K03", "分類3", "○ 設定で可能", "=1+1 説明3"]);
    assert_eq!(book.text("申請", "A12"), "合計", "what stood below has moved");
    let sheet = book.xml("xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>1+1") && !sheet.contains("'=1+1"), "neither a formula nor an apostrophe");
    assert!(!sheet.contains("{{") && sheet.contains("A-2027-03-31"), "the footer is filled as well");
}

#[test]
fn everything_below_a_list_follows_it() {
    let filled = fill(&form(), &values(4)).unwrap().bytes;
    let book = book(&filled);
    let sheet = book.xml("xl/worksheets/sheet1.xml");
    // Row 8 stands four times: what was below moves by three.
    for expected in [
        "<mergeCell ref=\"A15:B15\"/>",
        "<mergeCell ref=\"E8:F8\"/>",
        "<mergeCell ref=\"E11:F11\"/>",
        "COUNTA(A8:A11)",
        "LEN(B13)",
        "LEN(B7)+LEN(B12)",
        "<xm:sqref>D17</xm:sqref>",
        "sqref=\"C8:C11\"",
        "sqref=\"D16\"",
        "<brk id=\"13\"",
    ] {
        assert!(sheet.contains(expected), "{expected} in {sheet}");
    }
    assert!(
        book.xml("xl/worksheets/sheet2.xml").contains("COUNTA(申請!A8:A11)"),
        "{}",
        book.xml("xl/worksheets/sheet2.xml")
    );
    let names = book.xml("xl/workbook.xml");
    assert!(names.contains("$A$1:$F$19") && names.contains("fullCalcOnLoad=\"1\""), "{names}");
    assert!(book.xml("xl/comments1.xml").contains("ref=\"A15\""), "{}", book.xml("xl/comments1.xml"));
    assert!(
        book.xml("xl/drawings/drawing1.xml").contains("<xdr:row>15</xdr:row>"),
        "{}",
        book.xml("xl/drawings/drawing1.xml")
    );
}

#[test]
fn an_empty_list_keeps_one_row_that_says_so() {
    let filled = fill(&form(), &values(0)).unwrap().bytes;
    let book = book(&filled);
    assert_eq!(book.text("申請", "A8"), "（該当なし）");
    assert_eq!(book.text("申請", "B8"), "");
    assert_eq!(book.text("申請", "A10"), "合計");
}

#[test]
fn a_text_higher_than_the_tallest_row_goes_on_in_further_rows() {
    let mut values = values(1);
    let long = "長い説明です。".repeat(700);
    let rows = values.lists.get_mut("controls").unwrap();
    rows[0].insert("summary".into(), long.clone());
    let book = book(&fill(&form(), &values).unwrap().bytes);
    let mut all = String::new();
    let mut row = 8;
    while !book.text("申請", &format!("D{row}")).is_empty() {
        all.push_str(&book.text("申請", &format!("D{row}")));
        row += 1;
    }
    assert_eq!(all, long);
    assert!(row > 10, "{row}");
    assert_eq!(book.text("申請", "A9"), "", "the number stands once");
}

#[test]
fn libreoffice_opens_what_was_filled_and_shows_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("filled.xlsx"), fill(&form(), &values(3)).unwrap().bytes).unwrap();
    let saved = convert(folder.path(), "filled.xlsx", "xlsx", "out");
    let book = book(&std::fs::read(saved).unwrap());
    assert_eq!(book.text("申請", "B2"), "対象: Amazon S3（R-7 <&>）");
    assert_eq!(book.text("申請", "D9"), "=1+1 説明2");
    assert_eq!(book.text("申請", "B12"), "3", "the formula counts the new rows");
    assert_eq!(book.text("集計", "A1"), "3");
}

#[test]
fn what_is_wrong_is_named_with_sheet_and_cell() {
    let of = |cells: &[(&str, &str)]| fill(&with_parts(cells), &values(1));
    assert_eq!(reason(of(&[("B2", "{{zaphiro}}")])), ("template_unknown".into(), "申請!B2 {{zaphiro}}".into()));
    assert_eq!(reason(of(&[("A5", "{{#対策}}")])), ("template_unclosed".into(), "申請!A5 {{#対策}}".into()));
    assert_eq!(reason(of(&[("A5", "{{/対策}}")])).0, "template_unopened");
    assert_eq!(reason(of(&[("A5", "{{#対策}}{{#リスク}}"), ("A6", "{{/対策}}")])).0, "template_nested");
    let read = read("a.xlsx", &with_parts(&[("B2", "{{zaphiro}}"), ("B3", "{{判断}}")])).unwrap();
    assert_eq!(read.problems.len(), 1, "a preview shows all: {:?}", read.problems);
    assert_eq!(read.places.len(), 2);
    assert_eq!(read.places[1].name.unwrap().key, "verdict");
}

#[test]
fn macros_are_taken_out_and_links_are_told() {
    let bytes = template_support::with_macros(&form());
    let read = read("a.xlsm", &bytes).unwrap();
    assert_eq!(read.notes, [Note::MacrosRemoved, Note::ExternalLinks, Note::Dde]);
    assert!(read.notes[0].words(Lang::En).contains("Macros"));
    let parts = parts(&read.bytes);
    assert!(!parts.keys().any(|p| p.contains("vba")), "{:?}", parts.keys());
    let types = String::from_utf8_lossy(&parts["[Content_Types].xml"]).into_owned();
    assert!(!types.contains("macroEnabled") && !types.contains("vba"), "{types}");
    assert!(!String::from_utf8_lossy(&parts["xl/_rels/workbook.xml.rels"]).contains("vba"));
    assert!(parts.contains_key("xl/externalLinks/externalLink1.xml"));
    assert!(!fill(&read.bytes, &values(2)).unwrap().bytes.is_empty());
}

#[test]
fn hostile_packages_meet_the_same_bounds_as_every_upload() {
    let bomb = template_support::with_part(&form(), "xl/worksheets/sheet3.xml", &vec![b' '; 60 << 20]);
    assert_eq!(reason(read("a.xlsx", &bomb)).0, "too_much_text");
    let entities = b"<!DOCTYPE x [<!ENTITY a 'b'>]><sst><si><t>&a;</t></si></sst>";
    let entities = template_support::with_part(&form(), "xl/sharedStrings.xml", entities);
    assert_eq!(reason(read("a.xlsx", &entities)).0, "doctype");
    assert_eq!(reason(read("a.csv", b"a,b")).0, "not_a_workbook");
    let mut cut = form();
    cut.truncate(cut.len() / 2);
    assert_eq!(reason(read("a.xlsx", &cut)).0, "damaged");
}

#[test]
fn what_a_list_makes_has_bounds_that_are_told() {
    let row = with_parts(&[("A5", "{{#対策}}{{概要}}{{/対策}}")]);
    assert!(matches!(fill(&row, &values(2_001)), Err(Failure::Full { most: 2_000, .. })), "none is left out silently");
    assert!(fill(&row, &values(2_000)).is_ok());
    let high = with_parts(&[("A5", "{{#対策}}"), ("A1000", "{{/対策}}")]);
    assert_eq!(reason(fill(&high, &values(2_000))), ("too_many_cells".into(), "申請".into()));
    let last = with_parts(&[("A1048570", "{{#対策}}{{概要}}{{/対策}}")]);
    assert_eq!(reason(fill(&last, &values(20))).0, "too_many_cells", "a sheet has an end");
}

#[test]
fn a_workbook_that_is_written_with_prefixes_is_not_filled_by_halves() {
    let xml = br#"<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>{{verdict}}</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"#;
    let bytes = template_support::with_part(&plain(), "xl/worksheets/sheet1.xml", xml);
    let read = read("a.xlsx", &bytes).unwrap();
    assert_eq!(read.problems.len(), 1, "{:?}", read.problems);
    assert_eq!(reason(fill(&bytes, &values(1))).0, "template_prefix");
}

#[test]
fn a_text_that_no_row_can_show_is_told_within_a_list_of_several_rows_too() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("申請").unwrap();
    let wrapped = rust_xlsxwriter::Format::new().set_text_wrap();
    sheet.write_with_format(4, 0, "{{#対策}}{{概要}}", &wrapped).unwrap();
    sheet.write_with_format(5, 0, "{{/対策}}", &wrapped).unwrap();
    let form = book.save_to_buffer().unwrap();
    let mut values = values(1);
    values.lists.get_mut("controls").unwrap()[0].insert("summary".into(), "一行の文。\n".repeat(120));
    assert_eq!(fill(&form, &values).unwrap().tall, ["申請!A5"]);
}

/// Real workbooks of others: filling one cell changes one sheet and nothing else.
#[test]
fn real_workbooks_keep_every_other_part() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut seen = 0;
    for place in ["wg", "mcsb"] {
        for file in std::fs::read_dir(folder.join(place)).unwrap().map(|f| f.unwrap().path()) {
            if file.extension().is_none_or(|e| e != "xlsx") {
                continue;
            }
            let bytes = std::fs::read(&file).unwrap();
            let same = read("a.xlsx", &bytes).unwrap();
            assert_eq!(fill(&same.bytes, &values(2)).unwrap().bytes, bytes, "{}", file.display());
            let marked = template_support::marked(&bytes);
            let filled = fill(&marked, &values(2)).unwrap().bytes;
            let (was, is) = (parts(&marked), parts(&filled));
            let changed: Vec<_> = was.iter().filter(|(n, p)| is.get(*n) != Some(*p)).map(|(n, _)| n.clone()).collect();
            assert!(
                changed.iter().all(|n| n.contains("worksheets/")
                    || n.ends_with("workbook.xml")
                    || n.contains("calcChain")
                    || n.ends_with(".rels")
                    || n.contains("Content_Types")),
                "{changed:?}"
            );
            assert!(!changed.is_empty(), "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen >= 10);
}
