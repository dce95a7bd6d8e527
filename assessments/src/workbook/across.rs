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
use crate::workbook::paper::{Paper, literal, set_up};
use crate::workbook::text;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

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
        // Headers are bold, and so a tenth wider than the text below them.
        sheet.set_row_height(HEADER, text::height(columns.iter().map(|(word, width)| (word.as_str(), width * 0.9))))?;
        sheet.set_freeze_panes(FIRST, fixed)?;
        // The blank keeps a title or a year that begins with a digit out of the font's size.
        let footer = format!("&L&8 {}&C&8&P / &N&R&8 {}", literal(&title), text::moment(input.at));
        set_up(sheet, paper(columns), &footer, Some(HEADER..=HEADER))?;
        Ok(sheet)
    }

    fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        self.book.save_to_buffer()
    }
}

/// The paper for a list of these columns.
fn paper(columns: &[Column]) -> Paper {
    if columns.iter().map(|(_, width)| width).sum::<f64>() > 170.0 { Paper::A3 } else { Paper::A4 }
}

/// How high a row of a list of these columns may become, in points.
fn third(columns: &[Column]) -> f64 {
    paper(columns).third(&columns.iter().map(|(_, width)| *width).collect::<Vec<_>>())
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

/// How high a row of text is, in points: its longest cell decides. A text that may be higher than a row is written in
/// [`text::pieces`].
fn height(texts: &[(&str, f64)]) -> f64 {
    text::height(texts.iter().copied())
}
