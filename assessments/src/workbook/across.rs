//! Workbooks that read across services: the matrix, one category's answers, what is overdue. They are lists to filter,
//! print and send round; nothing of them is read back, and they say so.
//!
//! The same input gives the same bytes.

mod category;
mod difference;
mod matrix;
mod overdue;

pub use category::category;
pub use difference::{DifferenceLine, difference};
pub use matrix::matrix;
pub use overdue::{OverdueLine, overdue};

use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::lang::{Label, Lang};
use crate::schema::Choice;
use crate::sheet::Cells;
use crate::workbook::export::style::Styles;
use crate::workbook::text;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// A4 and A3 in Excel's numbering.
const A4: u8 = 9;
const A3: u8 = 8;
/// The row of the column headers on every sheet; what stands above says what the sheet is.
const HEADER: u32 = 3;
/// The first row of the list.
const FIRST: u32 = HEADER + 1;

/// What every such workbook knows of its reader and its moment.
pub struct AcrossInput<'a> {
    /// Language of labels and texts; a text that is missing in it stands in the other one.
    pub lang: Lang,
    /// The criteria set whose columns these are.
    pub criteria: &'a CriteriaSet,
    /// When; also the file's date of creation.
    pub at: DateTime<Utc>,
    /// What the list was narrowed to, in words; empty where it was not.
    pub narrowed: String,
}

/// A service with its answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceLine {
    /// Id, as in addresses.
    pub id: String,
    /// Name.
    pub name: Label,
    /// Provider.
    pub provider: String,
    /// Service group.
    pub group: Label,
    /// Cells of the section `criteria`.
    pub cells: Cells,
}

/// A workbook of lists while it is written.
struct Book<'a> {
    input: &'a AcrossInput<'a>,
    book: Workbook,
    styles: Styles,
    title: String,
}

/// A column: header and width in Excel's units.
type Column = (String, f64);

impl<'a> Book<'a> {
    fn new(input: &'a AcrossInput<'a>, title: String) -> Result<Book<'a>, XlsxError> {
        let mut book = Workbook::new();
        book.set_default_format(&Styles::default_format(), 25, 72)?;
        let created = ExcelDateTime::from_timestamp(input.at.timestamp())?;
        let properties = DocProperties::new().set_title(&title).set_author("Kyohyo").set_creation_datetime(&created);
        book.set_properties(&properties);
        Ok(Book { input, book, styles: Styles::new(), title })
    }

    /// A sheet with title, what it shows, header, filter and print set-up. `fixed` columns stay while one scrolls.
    fn sheet(&mut self, name: &str, columns: &[Column], fixed: u16) -> Result<&mut Worksheet, XlsxError> {
        let (input, styles, title) = (self.input, &self.styles, self.title.clone());
        let sheet = self.book.add_worksheet();
        sheet.set_name(name)?;
        sheet.write_string_with_format(0, 0, &title, &styles.heading)?;
        sheet.set_row_height(0, 24)?;
        let said = [input.narrowed.clone(), about(input)].into_iter().filter(|text| !text.is_empty());
        sheet.write_string_with_format(1, 0, said.collect::<Vec<_>>().join("　"), &styles.aside)?;
        let header = styles.header.clone().set_text_wrap();
        for (col, (word, width)) in (0u16..).zip(columns) {
            sheet.set_column_width(col, *width)?;
            sheet.write_string_with_format(HEADER, col, word, &header)?;
        }
        sheet.set_freeze_panes(FIRST, fixed)?;
        // Lists of many columns are printed on A3: on A4 nobody could read them.
        let wide = columns.iter().map(|(_, width)| width).sum::<f64>() > 170.0;
        sheet.set_paper_size(if wide { A3 } else { A4 }).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.25, 0.3).set_repeat_rows(HEADER, HEADER)?;
        // The blank keeps a title or a year that begins with a digit out of the font's size.
        sheet.set_footer(format!("&L&8 {}&C&8&P / &N&R&8 {}", title.replace('&', "&&"), text::moment(input.at)));
        sheet.set_print_gridlines(false).set_screen_gridlines(false);
        Ok(sheet)
    }

    fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        self.book.save_to_buffer()
    }
}

/// Puts the filter over a list that has `rows` rows and `columns` columns.
fn filtered(sheet: &mut Worksheet, rows: usize, columns: usize) -> Result<(), XlsxError> {
    let last = HEADER + u32::try_from(rows).unwrap_or(0);
    let col = u16::try_from(columns.saturating_sub(1)).unwrap_or(0);
    sheet.autofilter(HEADER, 0, last, col)?;
    Ok(())
}

/// When, of which criteria set, and that this list is not read back.
fn about(input: &AcrossInput) -> String {
    let (at, key) = (text::moment(input.at), input.criteria.key());
    let mark = input.criteria.is_reconstruction();
    match input.lang {
        Lang::Ja => format!(
            "{at}（日本時間）出力　クライテリア {key}{}　この一覧は取込の対象ではありません。",
            if mark { "（公開情報に基づく再構成）" } else { "" }
        ),
        Lang::En => format!(
            "Exported {at} (Japan time) · criteria set {key}{} · this list is not read back on import.",
            if mark { " (reconstructed from public sources)" } else { "" }
        ),
    }
}

/// The look of a cell with an availability: the same tones as the matrix of the pages, and never colour alone.
fn toned(base: &Format, choice: Option<&Choice>) -> Format {
    let (ground, ink) = match choice.map(|c| c.key) {
        Some("on_default") => (0xCD_E9_D8, 0x12_4D_30),
        Some("can_enable") => (0xDC_EA_F7, 0x1B_45_70),
        Some("partly") => (0xFB_EC_C8, 0x6A_49_05),
        Some("not_offered") => (0xF8_D7_D5, 0x7C_1F_1A),
        Some("not_applicable") => (0xE7_E9_ED, 0x47_50_5D),
        _ => return base.clone(),
    };
    base.clone().set_background_color(Color::RGB(ground)).set_font_color(Color::RGB(ink)).set_align(FormatAlign::Center)
}

/// Our fault where a workbook cannot be written: a text within the schema's bounds never causes it.
fn told(what: &str, written: Result<Vec<u8>, XlsxError>) -> Result<Vec<u8>, Failure> {
    written.map_err(|error| {
        tracing::error!(what, %error, "a workbook could not be written");
        Failure::Internal { operation: format!("workbook {what}") }
    })
}

/// How high a row of text is, in points: its longest cell decides. Excel allows 409; past that the text is cut on paper,
/// and continues in further rows where a list writes it in [`pieces`].
fn height(texts: &[(&str, f64)]) -> f64 {
    let lines = texts.iter().map(|(text, width)| lines(text, *width)).max().unwrap_or(1);
    (lines as f64 * 12.5 + 4.0).clamp(16.0, MOST_POINTS)
}

/// The highest row that Excel draws, in points.
const MOST_POINTS: f64 = 409.0;

/// Lines that a text takes in a column of `width` units of the 9 point font: a full-width character is two units wide.
fn lines(text: &str, width: f64) -> usize {
    let units = |line: &str| line.chars().map(|c| if c.is_ascii() { 0.92 } else { 1.75 }).sum::<f64>();
    text.split('\n').map(|line| (units(line) / (width - 1.0).max(1.0)).ceil().max(1.0) as usize).sum()
}

/// Cuts a text into pieces that each fit one row of the highest kind, at line ends where there are any.
fn pieces(text: &str, width: f64) -> Vec<String> {
    let most = ((MOST_POINTS - 4.0) / 12.5) as usize;
    let mut out: Vec<String> = vec![String::new()];
    let mut used = 0;
    for line in text.split('\n') {
        let mut rest = line;
        loop {
            let room = most - used;
            let fits = fitting(rest, width, room);
            let (head, tail) = rest.split_at(fits);
            if let Some(last) = out.last_mut() {
                if !last.is_empty() && used > 0 && rest.len() == line.len() {
                    last.push('\n');
                }
                last.push_str(head);
            }
            used += lines(head, width);
            rest = tail;
            if !rest.is_empty() || used >= most {
                out.push(String::new());
                used = 0;
            }
            if rest.is_empty() {
                break;
            }
        }
    }
    if out.len() > 1 && out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

/// How many bytes of a line fit `room` rows of a column.
fn fitting(line: &str, width: f64, room: usize) -> usize {
    if lines(line, width) <= room {
        return line.len();
    }
    let mut units = 0.0;
    for (at, c) in line.char_indices() {
        units += if c.is_ascii() { 0.92 } else { 1.75 };
        if units > (width - 1.0).max(1.0) * room.max(1) as f64 {
            return at.max(c.len_utf8());
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_is_cut_where_a_row_ends_and_a_short_one_is_not() {
        assert_eq!(pieces("短い", 30.0), ["短い"]);
        let long = "暗号化する。\n".repeat(100);
        let cut = pieces(&long, 30.0);
        assert!(cut.len() > 2 && cut.iter().all(|p| height(&[(p, 30.0)]) <= MOST_POINTS));
        assert!(cut.iter().all(|p| lines(p, 30.0) <= 32), "{cut:?}");
    }

    proptest! {
        #[test]
        fn no_character_is_lost_by_cutting(text in "[あ-んa-z \n]{0,4000}", width in 5.0f64..60.0) {
            let kept: String = pieces(&text, width).concat();
            let plain = |t: &str| t.replace('\n', "");
            prop_assert_eq!(plain(&kept), plain(&text));
        }
    }
}
