//! An institution's own decision as a sheet: verdict, conditions, risks, and the approval that it was frozen with. For
//! reading: it is never read back.

use super::style::Styles;
use super::{ExportInput, code, cover, page};
use crate::adoption;
use crate::schema::{Field, section};
use crate::sheet::Cells;
use crate::workbook::own::mark;
use crate::workbook::text;
use rust_xlsxwriter::{Image, Worksheet, XlsxError};

/// Widths from column A, which is hidden.
const WIDTHS: [f64; 7] = [2.0, 6.0, 22.0, 46.0, 46.0, 16.0, 13.0];

/// What stands on the sheet.
pub struct OwnSheet<'a> {
    /// The institution's name.
    pub institution: &'a str,
    /// The cells of its layer.
    pub cells: &'a Cells,
    /// The approval; none where only the decision goes out.
    pub approval: Option<&'a ApprovalLines>,
}

/// What is said of an approval.
pub struct ApprovalLines {
    /// Label and text of each line.
    pub lines: Vec<(String, String)>,
    /// Changes upstream since the approval before: where, what was made of it, by whom and when, comment.
    pub changes: Vec<[String; 4]>,
    /// What differs from the approval before, in the common text and in the own decision: where, then, now.
    pub since: Vec<(String, String, String)>,
    /// The version of the approval before; empty for a first one.
    pub before: String,
    /// The short code to check papers with.
    pub code: String,
    /// Verdict and how many risks are accepted, in words.
    pub summary: String,
}

/// Writes the sheet.
pub fn own_sheet(
    sheet: &mut Worksheet,
    input: &ExportInput,
    own: &OwnSheet<'_>,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let lang = input.lang;
    sheet.set_name(text::OWN)?;
    // A file that was frozen with an approval is one of the common text; the layer's own is told by its token.
    let what = if own.approval.is_some() { "_adoption" } else { mark::OF_A_LAYER };
    sheet.write_string_with_format(0, 0, mark::token(&input.mark(), what), &styles.plain)?;
    for (col, width) in (0u16..).zip(WIDTHS) {
        sheet.set_column_width(col, width)?;
    }
    sheet.set_row_hidden(0)?.set_column_hidden(0)?;
    let title = format!("{}　{}", input.name().replace('\n', " "), lang.pick("採用判断", "Adoption"));
    sheet.write_string_with_format(1, 1, title, &styles.heading)?;
    sheet.set_row_height(1, 27)?;
    if let Some(approval) = own.approval {
        stamps(sheet, input, approval, styles)?;
    }
    let whose =
        format!("{}　{}", own.institution, lang.pick("非公開（機関外秘）", "Private: not to leave the institution"));
    sheet.write_string_with_format(2, 1, whose, &styles.aside)?;
    let mut lines: Vec<(String, String)> = Vec::new();
    for field in section("adoption").map_or(&[][..], |s| s.fields) {
        let said = field.spoken(lang, adoption::field(own.cells, field.key));
        if !said.is_empty() {
            lines.push((field.label(lang).to_owned(), said));
        }
    }
    let top = if own.approval.is_some() { 11 } else { 4 };
    let mut row = pairs(sheet, styles, top, &lines)?;
    row = risks(sheet, input, own, styles, row + 1)?;
    if let Some(approval) = own.approval {
        sheet.write_string_with_format(row + 1, 1, lang.pick("内部承認", "Internal approval"), &styles.heading)?;
        row = pairs(sheet, styles, row + 2, &approval.lines)?;
        row = since(sheet, input, approval, styles, row + 1)?;
        changes(sheet, input, approval, styles, row + 1)?;
    }
    page::page(sheet, input, None)
}

/// Label and text, one a row. Gives back the row under them.
fn pairs(sheet: &mut Worksheet, styles: &Styles, top: u32, lines: &[(String, String)]) -> Result<u32, XlsxError> {
    let mut row = top;
    for (label, value) in lines {
        for piece in text::in_rows(&[label.clone(), value.clone()], &[28.0, 110.0]) {
            let [label, value] = piece.as_slice() else { continue };
            sheet.merge_range(row, 1, row, 2, label, &styles.label)?;
            sheet.merge_range(row, 3, row, 6, value, &styles.value)?;
            let widths = [(label.as_str(), 28.0), (value.as_str(), 110.0)];
            sheet.set_row_height(row, text::height(widths.into_iter()).max(22.0))?;
            row += 1;
        }
    }
    Ok(row)
}

fn table(
    sheet: &mut Worksheet,
    styles: &Styles,
    top: u32,
    heads: &[&str],
    rows: &[Vec<String>],
) -> Result<u32, XlsxError> {
    for (col, head) in (1u16..).zip(heads) {
        sheet.write_string_with_format(top, col, *head, &styles.header)?;
    }
    let mut row = top + 1;
    for texts in rows.iter().flat_map(|texts| text::in_rows(texts, WIDTHS.get(1..).unwrap_or(&[]))) {
        for (col, text) in (1u16..).zip(&texts) {
            sheet.write_string_with_format(row, col, text, &styles.listed)?;
        }
        sheet.set_row_height(row, text::height(texts.iter().map(String::as_str).zip(WIDTHS.into_iter().skip(1))))?;
        row += 1;
    }
    Ok(row)
}

fn risks(
    sheet: &mut Worksheet,
    input: &ExportInput,
    own: &OwnSheet<'_>,
    styles: &Styles,
    top: u32,
) -> Result<u32, XlsxError> {
    let found = adoption::risks(own.cells);
    if found.is_empty() {
        return Ok(top);
    }
    let lang = input.lang;
    sheet.write_string_with_format(top, 1, section("risks").map_or("", |s| s.label(lang)), &styles.heading)?;
    let label = |key: &str| section("risks").and_then(|s| s.field(key)).map_or("", |f: &Field| f.label(lang));
    let heads = [
        "ID",
        lang.pick("対策分類", "Category"),
        label("control"),
        label("accepted"),
        label("owner"),
        label("expires"),
    ];
    let line = |r: adoption::Risk| {
        let name = input.criteria.category(r.row.as_str()).map_or("", |c| c.name(lang)).to_owned();
        vec![r.row.to_string(), name, r.control, r.accepted, r.owner, r.expires]
    };
    table(sheet, styles, top + 1, &heads, &found.into_iter().map(line).collect::<Vec<_>>())
}

/// What the decision is in one line, boxes to stamp, and the code that leads back to the approval.
fn stamps(
    sheet: &mut Worksheet,
    input: &ExportInput,
    approval: &ApprovalLines,
    styles: &Styles,
) -> Result<(), XlsxError> {
    let lang = input.lang;
    sheet.merge_range(4, 1, 4, 3, &approval.summary, &styles.heading)?;
    sheet.set_row_height(4, 27)?;
    let code = format!("{} {}", lang.pick("照合コード", "Check code"), approval.code);
    sheet.merge_range(5, 1, 5, 3, &code, &styles.label)?;
    for row in 6..9 {
        sheet.set_row_height(row, 36)?;
    }
    sheet.merge_range(6, 2, 9, 2, "", &styles.stamp)?;
    if let Some(picture) = code::bitmap(&format!("kyohyo {} {}", input.export, approval.code)) {
        let picture = Image::new_from_buffer(&picture)?.set_alt_text(&code).set_scale_to_size(136.0, 136.0, true);
        sheet.insert_image_with_offset(6, 2, &picture, 12, 10)?;
    }
    cover::stamps(sheet, lang, styles, 4, 4)
}

/// What differs from the approval before.
fn since(
    sheet: &mut Worksheet,
    input: &ExportInput,
    approval: &ApprovalLines,
    styles: &Styles,
    top: u32,
) -> Result<u32, XlsxError> {
    let lang = input.lang;
    if approval.before.is_empty() {
        return Ok(top);
    }
    let title = match lang {
        crate::lang::Lang::Ja => {
            format!("前回承認（{} 版）からの変更点（{} 件）", approval.before, approval.since.len())
        }
        crate::lang::Lang::En => {
            format!("Changes since the approval of version {} ({})", approval.before, approval.since.len())
        }
    };
    sheet.write_string_with_format(top, 1, title, &styles.heading)?;
    let heads = match lang {
        crate::lang::Lang::Ja => ["", "箇所", "前回", "今回"],
        crate::lang::Lang::En => ["", "Where", "Then", "Now"],
    };
    let line = |(n, (place, old, new)): (usize, &(String, String, String))| {
        vec![n.to_string(), place.clone(), old.clone(), new.clone()]
    };
    table(sheet, styles, top + 1, &heads, &(1..).zip(&approval.since).map(line).collect::<Vec<_>>())
}

/// What was made of the changes since the approval before.
fn changes(
    sheet: &mut Worksheet,
    input: &ExportInput,
    approval: &ApprovalLines,
    styles: &Styles,
    top: u32,
) -> Result<u32, XlsxError> {
    if approval.changes.is_empty() {
        return Ok(top);
    }
    let lang = input.lang;
    let title =
        lang.pick("前回承認からの共通シートの変更への対応", "Changes of the common sheet since the approval before");
    sheet.write_string_with_format(top, 1, title, &styles.heading)?;
    let heads = match lang {
        crate::lang::Lang::Ja => ["", "対応", "セル", "コメント", "記録者"],
        crate::lang::Lang::En => ["", "Answer", "Cell", "Comment", "By"],
    };
    let rows: Vec<Vec<String>> = (1..)
        .zip(&approval.changes)
        .map(|(n, [place, answer, by, comment]): (usize, _)| {
            vec![n.to_string(), answer.clone(), place.clone(), comment.clone(), by.clone()]
        })
        .collect();
    table(sheet, styles, top + 1, &heads, &rows)
}
