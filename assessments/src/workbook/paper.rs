//! Paper: landscape, one page wide, the header on every page.

use super::tall::TALLEST;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::ops::RangeInclusive;

/// A size of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// For lists that can be read so.
    A4,
    /// For lists of many columns: on A4 nobody could read them.
    A3,
}

impl Paper {
    /// Excel's number for it.
    fn number(self) -> u8 {
        match self {
            Paper::A4 => 9,
            Paper::A3 => 8,
        }
    }

    /// What the margins of [`set_up`] leave of a page in landscape, in points: across and down.
    fn within(self) -> (f64, f64) {
        match self {
            Paper::A4 => (841.9 - 57.6, 595.3 - 79.2),
            Paper::A3 => (1190.6 - 57.6, 841.9 - 79.2),
        }
    }

    /// How high a row of a list may become, in points, where the columns are so wide: about a third of a page, since a row
    /// that does not fit what is left of one goes to the next and leaves the rest empty.
    pub fn third(self, widths: &[f64]) -> f64 {
        let (across, down) = self.within();
        // A unit is 8 pixels of three quarters of a point. One page wide: what is wider is made smaller, and so is higher.
        let wide: f64 = widths.iter().map(|width| width * 6.0).sum();
        (down / 3.0 * (wide / across).max(1.0)).min(TALLEST)
    }
}

/// Sets a sheet up for printing. The rows of `repeat` stand on top of every page; the footer is in Excel's codes.
pub fn set_up(
    sheet: &mut Worksheet,
    paper: Paper,
    footer: &str,
    repeat: Option<RangeInclusive<u32>>,
) -> Result<(), XlsxError> {
    sheet.set_paper_size(paper.number()).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.25, 0.3);
    sheet.set_footer(footer).set_header_footer_scale_with_doc(false);
    sheet.set_print_gridlines(false).set_screen_gridlines(false);
    if let Some(rows) = repeat {
        sheet.set_repeat_rows(*rows.start(), *rows.end())?;
    }
    Ok(())
}

/// A text within a header or footer, where `&` starts a code.
pub fn literal(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect::<String>().replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_third_of_a_page_and_never_more_than_excel_allows() {
        assert!((170.0..175.0).contains(&Paper::A4.third(&[10.0])));
        assert!(Paper::A3.third(&[10.0]) > Paper::A4.third(&[10.0]));
        assert!(Paper::A4.third(&[150.0]) > Paper::A4.third(&[100.0]));
        assert_eq!(Paper::A3.third(&[900.0]), TALLEST);
    }

    #[test]
    fn a_name_cannot_write_codes_into_a_footer() {
        assert_eq!(literal("R&D\n&P"), "R&&D&&P");
    }
}
