//! The difference of two states of a sheet, cell by cell: what was written before and after, with the changed words marked.

use super::{AcrossInput, Book, Column, FIRST, filtered, height, third, told};
use crate::cell::Address;
use crate::diff::{Run, by_word};
use crate::failure::Failure;
use crate::workbook::text;
use rust_xlsxwriter::{Color, Format, FormatUnderline, Worksheet, XlsxError};
use std::ops::Range;

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
    let (look, centre) = (book.styles.text.clone(), book.styles.centre.clone());
    let sheet = book.sheet(lang.pick("差分", "Difference"), &columns, 1)?;
    let most = third(&columns);
    let mut row = FIRST;
    for line in lines {
        let spoken =
            |stored: &str| line.address.declared().map_or_else(|| stored.to_owned(), |f| f.spoken(lang, stored));
        let (old, new) = (spoken(&line.old), spoken(&line.new));
        let word = match (old.is_empty(), new.is_empty()) {
            (true, _) => lang.pick("追加", "Added"),
            (_, true) => lang.pick("削除", "Removed"),
            _ => lang.pick("変更", "Changed"),
        };
        let runs = by_word(&old, &new);
        let (before, after) = (Side::new(&old, &runs, false, most), Side::new(&new, &runs, true, most));
        // What is higher than a row may be goes on in further rows, each with its place, so that the filter keeps them.
        for part in 0..before.pieces.len().max(after.pieces.len()).max(1) {
            sheet.write_string_with_format(row, 0, &line.place, &look)?;
            sheet.write_string_with_format(row, 1, word, &centre)?;
            let (then, now) = (before.write(sheet, row, 2, part, &look)?, after.write(sheet, row, 3, part, &look)?);
            sheet.set_row_height(row, height(&[(then, TEXT), (now, TEXT), (&line.place, 34.0)]))?;
            row += 1;
        }
    }
    filtered(sheet, usize::try_from(row - FIRST).unwrap_or(0), columns.len())?;
    book.bytes()
}

/// One side of a difference: the whole text, its runs with whether each differs, and the pieces that it is written in.
struct Side<'a> {
    whole: &'a str,
    runs: Vec<(bool, Range<usize>)>,
    pieces: Vec<Range<usize>>,
    after: bool,
}

impl<'a> Side<'a> {
    fn new(whole: &'a str, runs: &[Run], after: bool, most: f64) -> Side<'a> {
        let mut at = 0;
        let own = runs.iter().filter_map(|run| match run {
            Run::Same(t) => Some((false, t)),
            Run::Gone(t) => (!after).then_some((true, t)),
            Run::New(t) => after.then_some((true, t)),
        });
        let placed = own.map(|(differs, t)| {
            at += t.len();
            (differs, at - t.len()..at)
        });
        Side { whole, runs: placed.collect(), pieces: text::pieces(whole, TEXT, most), after }
    }

    /// Writes a piece with its own words marked: struck through and red before, underlined and green after.
    fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        col: u16,
        part: usize,
        cell: &Format,
    ) -> Result<&'a str, XlsxError> {
        let piece = self.pieces.get(part).cloned().unwrap_or(0..0);
        let whole = self.whole.get(piece.clone()).unwrap_or("");
        let plain = Format::new().set_font_size(9.0);
        let marked = |format: Format| match self.after {
            true => format.set_font_color(Color::RGB(0x12_6B_3A)).set_underline(FormatUnderline::Single),
            false => format.set_font_color(Color::RGB(0xA3_1D_1D)).set_font_strikethrough(),
        };
        let changed = marked(plain.clone());
        let own: Vec<(bool, &str)> = self
            .runs
            .iter()
            .map(|(differs, run)| (*differs, run.start.max(piece.start)..run.end.min(piece.end)))
            .filter(|(_, run)| run.start < run.end)
            .filter_map(|(differs, run)| Some((differs, self.whole.get(run)?)))
            .collect();
        match own.as_slice() {
            // Rich text of a single run is no rich text. A text that is new or gone as a whole is told by the word beside it.
            [(true, _)] if self.runs.len() > 1 => {
                sheet.write_string_with_format(row, col, whole, &marked(cell.clone()))?;
            }
            runs if runs.len() < 2 || runs.len() > MOST_RUNS => {
                sheet.write_string_with_format(row, col, whole, cell)?;
            }
            runs => {
                let runs: Vec<(&Format, &str)> =
                    runs.iter().map(|(differs, t)| (if *differs { &changed } else { &plain }, *t)).collect();
                sheet.write_rich_string_with_format(row, col, &runs, cell)?;
            }
        }
        Ok(whole)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lang::Lang;
    use chrono::DateTime;
    use std::io::Read;

    /// The part of styles of a difference from one text to another.
    fn styles(old: &str, new: &str) -> String {
        let criteria = crate::library::default_criteria().unwrap();
        let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let input = AcrossInput { lang: Lang::Ja, criteria: &criteria, at, narrowed: String::new() };
        let address = Address::parse("criteria/K07/summary/ja").unwrap();
        let line = DifferenceLine { address, place: "K07".into(), old: old.into(), new: new.into() };
        let bytes = difference(&input, "s3", &[line]).unwrap();
        let mut part = String::new();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        archive.by_name("xl/styles.xml").unwrap().read_to_string(&mut part).unwrap();
        part
    }

    #[test]
    fn a_further_row_that_is_new_from_end_to_end_is_marked_like_words_within_one() {
        let same = "変わらない文。".repeat(150);
        assert!(styles(&same, &format!("{same}{}", "加えた文。".repeat(300))).contains("<u/>"));
        // What is new as a whole is told by the word beside it, and a mark within a row is in the text.
        assert!(!styles("", &same).contains("<u/>"));
        assert!(!styles("短い文。", "短くない文。").contains("<u/>"));
    }
}
