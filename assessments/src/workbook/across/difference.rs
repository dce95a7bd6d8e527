//! The difference of two states of a sheet, cell by cell: what was written before and after, with the changed words marked.

use super::{AcrossInput, Book, Column, FIRST, filtered, height, told};
use crate::cell::Address;
use crate::diff::{Run, by_word};
use crate::failure::Failure;
use rust_xlsxwriter::{Color, Format, FormatUnderline, Worksheet, XlsxError};

/// A cell that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferenceLine {
    /// Where.
    pub address: Address,
    /// The place in words of the reader: part, row, field.
    pub place: String,
    /// What stood there, as stored.
    pub old: String,
    /// What stands there now, as stored.
    pub new: String,
}

/// Width of a text column.
const TEXT: f64 = 62.0;
/// Most runs of one cell that are marked one by one: past that the whole text says more than its colours.
const MOST_RUNS: usize = 400;

/// Writes the cells that differ. `title` names the two states.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written.
pub fn difference(input: &AcrossInput, title: &str, lines: &[DifferenceLine]) -> Result<Vec<u8>, Failure> {
    told("difference", write(input, title, lines))
}

fn write(input: &AcrossInput, title: &str, lines: &[DifferenceLine]) -> Result<Vec<u8>, XlsxError> {
    let lang = input.lang;
    let columns: Vec<Column> = vec![
        (lang.pick("箇所", "Where").into(), 34.0),
        (lang.pick("変更", "Change").into(), 9.0),
        (lang.pick("変更前", "Before").into(), TEXT),
        (lang.pick("変更後", "After").into(), TEXT),
    ];
    let mut book = Book::new(input, title.to_owned())?;
    let (text, centre) = (book.styles.text.clone(), book.styles.centre.clone());
    let sheet = book.sheet(lang.pick("差分", "Difference"), &columns, 1)?;
    for (row, line) in (FIRST..).zip(lines) {
        let spoken =
            |stored: &str| line.address.declared().map_or_else(|| stored.to_owned(), |f| f.spoken(lang, stored));
        let (old, new) = (spoken(&line.old), spoken(&line.new));
        let word = match (old.is_empty(), new.is_empty()) {
            (true, _) => lang.pick("追加", "Added"),
            (_, true) => lang.pick("削除", "Removed"),
            _ => lang.pick("変更", "Changed"),
        };
        sheet.write_string_with_format(row, 0, &line.place, &text)?;
        sheet.write_string_with_format(row, 1, word, &centre)?;
        let runs = by_word(&old, &new);
        marked(sheet, row, 2, &old, &runs, &text, false)?;
        marked(sheet, row, 3, &new, &runs, &text, true)?;
        sheet.set_row_height(row, height(&[(&old, TEXT), (&new, TEXT), (&line.place, 34.0)]))?;
    }
    filtered(sheet, lines.len(), columns.len())?;
    book.bytes()
}

/// Writes one side with its own words marked: struck through and red before, underlined and green after.
fn marked(
    sheet: &mut Worksheet,
    row: u32,
    col: u16,
    whole: &str,
    runs: &[Run],
    cell: &Format,
    after: bool,
) -> Result<(), XlsxError> {
    let plain = Format::new().set_font_size(9.0);
    let changed = if after {
        plain.clone().set_font_color(Color::RGB(0x12_6B_3A)).set_underline(FormatUnderline::Single)
    } else {
        plain.clone().set_font_color(Color::RGB(0xA3_1D_1D)).set_font_strikethrough()
    };
    let own: Vec<(&Format, &str)> = runs
        .iter()
        .filter_map(|run| match run {
            Run::Same(t) => Some((&plain, t.as_str())),
            Run::Gone(t) => (!after).then_some((&changed, t.as_str())),
            Run::New(t) => after.then_some((&changed, t.as_str())),
        })
        .filter(|(_, t)| !t.is_empty())
        .collect();
    // Rich text of a single run is no rich text.
    if own.len() < 2 || own.len() > MOST_RUNS {
        sheet.write_string_with_format(row, col, whole, cell)?;
        return Ok(());
    }
    sheet.write_rich_string_with_format(row, col, &own, cell)?;
    Ok(())
}
