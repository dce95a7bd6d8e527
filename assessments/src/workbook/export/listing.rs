//! A list on paper: rows as high as their texts, of which a long one goes on in further rows.

use crate::lang::Lang;
use crate::workbook::paper::Paper;
use crate::workbook::text;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

/// Where a list stands, and how large.
pub struct Listing<'a> {
    /// Column of the first text.
    pub left: u16,
    /// Widths of its columns.
    pub widths: &'a [f64],
    /// What it is printed on: a row is at most a third of a page high.
    pub paper: Paper,
    /// In which a further row says that it goes on.
    pub lang: Lang,
}

impl Listing<'_> {
    /// Writes a row's texts from a row of the sheet on, each in its column's format. Gives back the row under them.
    pub fn add<'f>(
        &self,
        sheet: &mut Worksheet,
        top: u32,
        texts: &[String],
        format: impl Fn(usize) -> &'f Format,
    ) -> Result<u32, XlsxError> {
        let mut row = top;
        for piece in text::in_rows(texts, self.widths, self.paper.third(self.widths), self.lang) {
            for ((n, text), col) in piece.iter().enumerate().zip(self.left..) {
                sheet.write_string_with_format(row, col, text, format(n))?;
            }
            let high = piece.iter().map(String::as_str).zip(self.widths.iter().copied());
            sheet.set_row_height(row, text::height(high))?;
            row += 1;
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_row_takes_no_more_than_a_third_of_its_page() {
        let long = "鍵の管理に関する所見。".repeat(300);
        let format = Format::new();
        // 86 lines; a row of a third of a page holds 11 or 17 of them, the tallest that Excel allows 27.
        for (paper, least) in [(Paper::A4, 8), (Paper::A3, 6)] {
            let list = Listing { left: 1, widths: &[7.0, 60.0], paper, lang: Lang::Ja };
            let mut sheet = Worksheet::new();
            let under = list.add(&mut sheet, 4, &["K07".into(), long.clone()], |_| &format).unwrap();
            assert!((least..least + 3).contains(&(under - 4)), "{paper:?}: {} rows", under - 4);
        }
    }
}
