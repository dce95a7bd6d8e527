//! Paper: A4 landscape, one page wide, headers on every page, the export's number in the footer.

use super::ExportInput;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// A4 and A3 in Excel's numbering.
const A4: u8 = 9;
const A3: u8 = 8;

/// In a header or footer `&` starts a code.
fn literal(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect::<String>().replace('&', "&&")
}

/// The same on A3.
pub fn a3(sheet: &mut Worksheet) {
    sheet.set_paper_size(A3);
}

/// Sets a sheet up for printing. `repeat` is the row that stands on top of every page.
pub fn page(sheet: &mut Worksheet, input: &ExportInput, repeat: Option<u32>) -> Result<(), XlsxError> {
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.25, 0.3);
    sheet.set_footer(format!(
        "&L&8{}  r{}&C&8&P / &N&R&8{} {}",
        literal(input.name()),
        input.number,
        input.lang.pick("出力番号", "Export"),
        literal(input.export.as_str())
    ));
    sheet.set_header_footer_scale_with_doc(false);
    sheet.set_print_gridlines(false).set_screen_gridlines(false);
    if let Some(row) = repeat {
        sheet.set_repeat_rows(row, row)?;
    }
    Ok(())
}
