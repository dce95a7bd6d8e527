//! A sheet's pages: the export's number in the footer, and on what an institution keeps for itself that it does.

use super::ExportInput;
use crate::workbook::paper::{Paper, literal, set_up};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Sets a sheet up for printing on A4. `repeat` is the row that stands on top of every page.
pub fn page(sheet: &mut Worksheet, input: &ExportInput, repeat: Option<u32>) -> Result<(), XlsxError> {
    page_on(sheet, input, Paper::A4, repeat)
}

/// The same on any paper.
fn page_on(sheet: &mut Worksheet, input: &ExportInput, paper: Paper, repeat: Option<u32>) -> Result<(), XlsxError> {
    // The blank keeps a name that begins with a digit out of the font's size.
    let footer = format!(
        "&L&8 {}  r{}&C&8&P / &N&R&8{} {}",
        literal(input.name()),
        input.number,
        input.lang.pick("出力番号", "Export"),
        literal(input.export.as_str())
    );
    set_up(sheet, paper, &footer, repeat.map(|row| row..=row))
}

/// The same for a sheet of an institution's own: every page says that it does not leave the institution.
pub fn private_page(sheet: &mut Worksheet, input: &ExportInput, paper: Paper, repeat: u32) -> Result<(), XlsxError> {
    page_on(sheet, input, paper, Some(repeat))?;
    sheet.set_header(format!("&R&8{}", private(input)));
    Ok(())
}

/// That a sheet does not leave the institution.
pub fn private(input: &ExportInput) -> &'static str {
    input.lang.pick("非公開（機関外秘）", "Private: not to leave the institution")
}
