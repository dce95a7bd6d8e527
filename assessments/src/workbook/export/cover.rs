//! Cover and revision history.

use super::listing::Listing;
use super::style::Styles;
use super::{ExportInput, page};
use crate::lang::Lang;
use crate::schema::{Choice, field};
use crate::workbook::own::mark;
use crate::workbook::paper::Paper;
use crate::workbook::text;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Widths from column A, which is hidden.
const COVER: [f64; 9] = [2.0, 3.0, 22.0, 30.0, 30.0, 4.0, 15.0, 15.0, 15.0];
/// First row of the lines and of the boxes beside them.
const LINES: u32 = 5;
const HISTORY: [f64; 7] = [2.0, 7.0, 17.0, 22.0, 70.0, 18.0, 9.0];

fn start(
    sheet: &mut Worksheet,
    input: &ExportInput,
    styles: &Styles,
    name: &str,
    section: &str,
    widths: &[f64],
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.write_string_with_format(0, 0, mark::token(&input.mark(), section), &styles.plain)?;
    for (col, width) in (0u16..).zip(widths) {
        sheet.set_column_width(col, *width)?;
    }
    sheet.set_row_hidden(0)?.set_column_hidden(0)?;
    Ok(())
}

/// The cover: what this is, of which revision, boxes for internal approval, what the marks mean, how to send it back.
pub fn cover(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles) -> Result<(), XlsxError> {
    let lang = input.lang;
    start(sheet, input, styles, text::COVER, "_cover", &COVER)?;
    sheet.write_string_with_format(
        2,
        1,
        lang.pick("セキュリティリスク評価シート", "Security risk assessment"),
        &styles.title,
    )?;
    sheet.set_row_height(2, 36)?;
    sheet.write_string_with_format(3, 1, input.name().replace('\n', " "), &styles.heading)?;
    sheet.set_row_height(3, 27)?;
    stamps(sheet, lang, styles, LINES, 6)?;
    let answered = format!("{} / {}", input.cells.answered(), input.criteria.categories.len());
    let lines = [
        (lang.pick("対象サービス", "Service"), format!("{}（{}）", input.name().replace('\n', " "), input.service)),
        (lang.pick("クライテリア", "Criteria set"), input.criteria_words()),
        (lang.pick("版（リビジョン）", "Revision"), input.number.to_string()),
        (lang.pick("出力日時（日本時間）", "Exported at (Japan time)"), text::moment(input.at)),
        (lang.pick("出力番号", "Export"), input.export.to_string()),
        (lang.pick("回答済み分類", "Answered categories"), answered),
    ];
    let mut row = LINES;
    for (label, value) in lines {
        sheet.merge_range(row, 1, row, 2, label, &styles.label)?;
        sheet.merge_range(row, 3, row, 4, &value, &styles.value)?;
        sheet.set_row_height(row, 24)?;
        row += 1;
    }
    row = legend(sheet, input, styles, row + 1)?;
    how_to(sheet, input, styles, row + 1)?;
    page::page(sheet, input, None)
}

/// Boxes to sign or stamp: six rows and three columns from a cell.
pub fn stamps(sheet: &mut Worksheet, lang: Lang, styles: &Styles, top: u32, left: u16) -> Result<(), XlsxError> {
    sheet.merge_range(top, left, top, left + 2, lang.pick("承認欄", "Approval"), &styles.header)?;
    let boxes = [lang.pick("承認", "Approved"), lang.pick("審査", "Reviewed"), lang.pick("作成", "Prepared")];
    for (col, label) in (left..).zip(boxes) {
        sheet.write_string_with_format(top + 1, col, label, &styles.derived_centre)?;
        sheet.merge_range(top + 2, col, top + 4, col, "", &styles.stamp)?;
        sheet.write_string_with_format(top + 5, col, "　　/　　/　　", &styles.stamp)?;
    }
    Ok(())
}

fn legend(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles, top: u32) -> Result<u32, XlsxError> {
    let lang = input.lang;
    sheet.merge_range(top, 1, top, 4, lang.pick("「提供状況」の記号", "Marks of “Availability”"), &styles.header)?;
    let mut row = top + 1;
    let choices: &[Choice] = field("criteria", "availability").map_or(&[], |f| f.choices());
    for choice in choices {
        let meaning = match choice.key {
            "on_default" => lang.pick("何も設定しなくても有効です", "In force without any setting"),
            "can_enable" => lang.pick("利用者の設定で有効になります", "In force once the customer sets it"),
            "partly" => lang.pick("一部の機能・条件に限られます", "Only for some features or conditions"),
            "not_offered" => lang.pick("サービスの機能としてはありません", "The service does not offer it"),
            "not_applicable" => {
                lang.pick("このサービスには当てはまりません（対応主体を併記）", "Does not apply; says who handles it")
            }
            _ => "",
        };
        sheet.merge_range(row, 1, row, 2, &choice.marked(lang), &styles.label)?;
        sheet.merge_range(row, 3, row, 4, meaning, &styles.value)?;
        sheet.set_row_height(row, 20)?;
        row += 1;
    }
    Ok(row)
}

fn how_to(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles, top: u32) -> Result<(), XlsxError> {
    let lines = match input.lang {
        crate::lang::Lang::Ja => [
            "「サービスの概要」以降の白いセルを編集して取り込むと、変更したセルだけが反映されます。灰色のセルと一覧は取り込まれません。",
            "折りたたんだ英語の列は、列見出しの上の［＋］または［2］で開きます。",
            "行の追加・並べ替え・独自の列の追加ができます。空にしたセルと消した行は、自動では削除されません。",
        ],
        crate::lang::Lang::En => [
            "Edit white cells from the service facts on and import the workbook: only what you changed is taken. Grey cells and lists are not read.",
            "Japanese columns that are folded away open with [+] or [2] above the column letters.",
            "You may add and sort rows and add columns of your own. Emptied cells and removed rows are never deleted by themselves.",
        ],
    };
    for (row, line) in (top..).zip(lines) {
        sheet.write_string_with_format(row, 1, line, &styles.aside)?;
    }
    Ok(())
}

/// The revision history, newest first.
pub fn history(sheet: &mut Worksheet, input: &ExportInput, styles: &Styles) -> Result<(), XlsxError> {
    let lang = input.lang;
    start(sheet, input, styles, text::HISTORY, "_history", &HISTORY)?;
    let title = format!("{}　{}", input.name().replace('\n', " "), lang.pick("改訂履歴", "Revision history"));
    sheet.write_string_with_format(1, 1, title, &styles.heading)?;
    sheet.set_row_height(1, 27)?;
    let heads = match lang {
        crate::lang::Lang::Ja => ["版", "日時（日本時間）", "変更者", "変更理由", "経路", "セル数"],
        crate::lang::Lang::En => ["Rev.", "At (Japan time)", "By", "Reason", "Through", "Cells"],
    };
    for (col, head) in (1u16..).zip(heads) {
        sheet.write_string_with_format(2, col, head, &styles.header)?;
    }
    let widths = HISTORY.get(1..).unwrap_or(&[]);
    let listing = Listing { left: 1, widths, paper: Paper::A4, lang };
    let format = |n: usize| if matches!(n, 0 | 1 | 5) { &styles.listed_centre } else { &styles.listed };
    let mut row = 3;
    for line in input.history {
        let texts = [
            line.number.to_string(),
            text::moment(line.at),
            line.author.clone(),
            line.reason.clone(),
            line.door.clone(),
            line.cells.to_string(),
        ];
        row = listing.add(sheet, row, &texts, format)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    page::page(sheet, input, Some(2))
}
