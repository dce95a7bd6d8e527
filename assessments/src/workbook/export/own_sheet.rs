//! An institution's own decision as a sheet: verdict, conditions, boxes to stamp, and the approval that it was frozen with.
//! For reading: it is never read back. Its lists have sheets of their own, so that each page begins with its headers.

use super::style::Styles;
use super::{ExportInput, code, cover, page};
use crate::adoption;
use crate::schema::section;
use crate::sheet::Cells;
use crate::workbook::own::mark;
use crate::workbook::paper::Paper;
use crate::workbook::text;
use rust_xlsxwriter::{Image, Worksheet, XlsxError};

/// Widths from column A, which is hidden. The last three hold boxes to stamp.
const WIDTHS: [f64; 7] = [2.0, 6.0, 22.0, 75.0, 15.0, 15.0, 15.0];
/// Widths of a line: its label, which stands in two columns, and its text, in four.
const LINE: [f64; 2] = [28.0, 120.0];

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

impl OwnSheet<'_> {
    /// The section of the token. A file that was frozen with an approval is one of the common text; the layer's own is told
    /// by its token.
    pub fn token(&self) -> &'static str {
        if self.approval.is_some() { "_adoption" } else { mark::OF_A_LAYER }
    }
}

/// Begins a sheet of an institution's own: token, widths, title, whose it is.
pub fn begin(
    sheet: &mut Worksheet,
    input: &ExportInput,
    own: &OwnSheet<'_>,
    styles: &Styles,
    token: &str,
    title: &str,
    widths: &[f64],
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(0, 0, mark::token(&input.mark(), token), &styles.plain)?;
    for (col, width) in (0u16..).zip(widths) {
        sheet.set_column_width(col, *width)?;
    }
    sheet.set_row_hidden(0)?.set_column_hidden(0)?;
    let title = format!("{}　{title}", input.name().replace('\n', " "));
    sheet.write_string_with_format(1, 1, title, &styles.heading)?;
    sheet.set_row_height(1, 27)?;
    let whose = format!("{}　{}", own.institution, page::private(input));
    sheet.write_string_with_format(2, 1, whose, &styles.aside)?;
    Ok(())
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
    begin(sheet, input, own, styles, own.token(), lang.pick("採用判断", "Adoption"), &WIDTHS)?;
    if let Some(approval) = own.approval {
        stamps(sheet, input, approval, styles)?;
    }
    let mut lines: Vec<(String, String)> = Vec::new();
    for field in section("adoption").map_or(&[][..], |s| s.fields) {
        let said = field.spoken(lang, adoption::field(own.cells, field.key));
        if !said.is_empty() {
            lines.push((field.label(lang).to_owned(), said));
        }
    }
    let top = if own.approval.is_some() { 11 } else { 4 };
    let row = pairs(sheet, input, styles, top, &lines)?;
    if let Some(approval) = own.approval {
        // No heading: it could stand alone at the foot of a page, and the labels say what they are of.
        pairs(sheet, input, styles, row + 1, &approval.lines)?;
    }
    page::private_page(sheet, input, Paper::A4, 1)
}

/// Label and text, one a row. Gives back the row under them.
fn pairs(
    sheet: &mut Worksheet,
    input: &ExportInput,
    styles: &Styles,
    top: u32,
    lines: &[(String, String)],
) -> Result<u32, XlsxError> {
    let most = Paper::A4.third(&WIDTHS);
    let mut row = top;
    for (label, value) in lines {
        for piece in text::in_rows(&[label.clone(), value.clone()], &LINE, most, input.lang) {
            let [label, value] = piece.as_slice() else { continue };
            sheet.merge_range(row, 1, row, 2, label, &styles.derived)?;
            sheet.merge_range(row, 3, row, 6, value, &styles.listed)?;
            let widths = [(label.as_str(), LINE[0]), (value.as_str(), LINE[1])];
            sheet.set_row_height(row, text::height(widths.into_iter()).max(20.0))?;
            row += 1;
        }
    }
    Ok(row)
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
