//! Separated values, decoded and read a piece at a time: what is in memory is the cells, and one row.

use super::Budget;
use crate::canonical;
use crate::failure::Failure;
use crate::workbook::grid::{At, Book, Grid, GridCell, Origin};
use crate::workbook::guard::GRID;
use csv::StringRecord;
use encoding_rs::{Decoder, DecoderResult, Encoding, SHIFT_JIS, UTF_8};
use std::io::{self, BufRead, BufReader, Read};

/// Most bytes of a row: twenty cells of Japanese as long as a cell may be.
const MAX_ROW: usize = 2 * 1024 * 1024;
/// Bytes that the first line is looked for in.
const FIRST_LINE: u64 = 64 * 1024;

/// Separated values as a workbook of one sheet: UTF-8, UTF-16 or Shift_JIS.
///
/// # Errors
/// [`Failure::Refused`] `not_a_workbook` for other text, `wrong_characters` with the line, `too_many_cells`,
/// `too_much_text`.
pub fn separated(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let by = separator(Text::of(bytes)).ok_or_else(no_text)?;
    let mut budget = Budget { cells: 0, text: 0, weight: 0, bad: 0 };
    let mut grid = Grid { name: "csv".into(), ..Grid::default() };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(by).from_reader(Text::of(bytes));
    let mut record = StringRecord::new();
    for row in 0..GRID.0 {
        if !reader.read_record(&mut record).map_err(why)? {
            break;
        }
        reader.get_mut().row = 0;
        for (col, text) in (0..GRID.1).zip(&record).filter(|(_, t)| !t.is_empty()) {
            let text = canonical::clean(text);
            budget.take(file, &text)?;
            let cell = GridCell { text: text.into_owned(), origin: Origin::Text, struck: false };
            grid.cells.insert(At { row, col }, cell);
        }
    }
    Ok(Book { file: file.to_owned(), sheets: vec![grid], ..Book::default() })
}

fn no_text() -> Failure {
    Failure::refused("not_a_workbook", "")
}

/// Why [`Text`] could not go on.
fn why(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.downcast().unwrap_or_else(|_| no_text()),
        _ => no_text(),
    }
}

/// What stands between values: what the first line has most of. None where it has nothing of the kind, or is no text.
fn separator(text: Text<'_>) -> Option<u8> {
    let mut first = Vec::new();
    // A wrong byte in it is told by its line, where what stands before looks like values.
    let _ = BufReader::new(text.take(FIRST_LINE)).read_until(b'\n', &mut first);
    let count = |by: &u8| first.iter().filter(|x| *x == by).count();
    [b'\t', b',', b';'].into_iter().max_by_key(count).filter(|by| count(by) > 0)
}

/// A file's text as UTF-8. A library that decodes at once sets aside three times the file before it looks at it.
struct Text<'a> {
    decoder: Decoder,
    /// What is to be decoded.
    rest: &'a [u8],
    /// The end was decoded too.
    ended: bool,
    /// Lines so far.
    lines: usize,
    /// Bytes since the last row ended.
    row: usize,
    /// Why it cannot go on, told after what stands before.
    wrong: Option<Failure>,
}

impl<'a> Text<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let encoding = match Encoding::for_bom(bytes) {
            Some((encoding, _)) => encoding,
            None if std::str::from_utf8(bytes).is_ok() => UTF_8,
            None => SHIFT_JIS,
        };
        let decoder = encoding.new_decoder_with_bom_removal();
        Text { decoder, rest: bytes, ended: false, lines: 0, row: 0, wrong: None }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(wrong) = self.wrong.take() {
            return Err(io::Error::other(wrong));
        }
        if self.ended {
            return Ok(0);
        }
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(self.rest, into, true);
        let text = into.get(..written).unwrap_or_default();
        self.rest = self.rest.get(read..).unwrap_or_default();
        self.ended = result == DecoderResult::InputEmpty;
        self.lines += text.iter().filter(|b| **b == b'\n').count();
        self.row += written;
        self.wrong = match result {
            DecoderResult::Malformed(..) => Some(Failure::refused("wrong_characters", (self.lines + 1).to_string())),
            _ if text.contains(&0) => Some(no_text()),
            _ if self.row > MAX_ROW => Some(Failure::refused("too_much_text", "")),
            _ => None,
        };
        // No byte would mean the end.
        if written == 0 && self.wrong.is_some() { self.read(into) } else { Ok(written) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lang::Lang;
    use crate::workbook::guard::MAX_CELLS;

    fn reason(bytes: &[u8]) -> String {
        match separated("a.csv", bytes) {
            Err(Failure::Refused { reason, .. }) => reason,
            other => format!("{:?}", other.map(|b| b.sheets[0].cells.len())),
        }
    }

    #[test]
    fn separated_values_are_bounded_as_workbooks_are() {
        assert_eq!(reason(b"a,b\nc,,d"), "Ok(4)");
        assert_eq!(reason(&b"1,\n".repeat(MAX_CELLS)), format!("Ok({MAX_CELLS})"));
        assert_eq!(reason(&b"1,\n".repeat(MAX_CELLS + 1)), "too_many_cells");
        // Many of 100 bytes each weigh more than they say.
        assert_eq!(reason(format!("{},\n", "x".repeat(100)).repeat(250_000).as_bytes()), "too_much_text");
        let (few, much) = (format!("{},\n", "鍵".repeat(40)).repeat(150_000), "鍵".repeat(MAX_ROW / 3 + 1));
        let utf_16 =
            |text: &str| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
        assert_eq!((reason(few.as_bytes()), reason(&utf_16(&few))), ("Ok(150000)".into(), "Ok(150000)".into()));
        // A row is in memory beside its cells.
        assert_eq!(
            (reason(format!("a,{much}").as_bytes()), reason(&utf_16(&format!("a,{much}")))),
            ("too_much_text".into(), "too_much_text".into())
        );
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode("番号,暗号化\n1,既定");
        assert_eq!(reason(&shift_jis), "Ok(4)");
    }

    #[test]
    fn where_a_text_is_none_is_told_by_its_line() {
        let wrong = |line: &str| Err(Failure::refused("wrong_characters", line));
        let half: Vec<u8> =
            "\u{feff}番号,暗号化\n1,".encode_utf16().chain([0xd800, 0x2c]).flat_map(u16::to_le_bytes).collect();
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode("番号,暗号化\n1,既定\n2,");
        let utf_8 = "\u{feff}番号,暗号化\n\n\n2,".as_bytes();
        let whole = |start: &[u8]| [start, b"\xff\xff\n3,\xff"].concat();
        assert_eq!(separated("a.csv", &half).map(drop), wrong("2"));
        assert_eq!(separated("a.csv", &whole(&shift_jis)).map(drop), wrong("3"));
        assert_eq!(separated("a.csv", &whole(utf_8)).map(drop), wrong("4"));
        let said = |lang| separated("a.csv", &half).map(drop).unwrap_err().message(lang);
        assert!(said(Lang::Ja).ends_with("（2 行目）") && said(Lang::En).ends_with("(line 2)"), "{}", said(Lang::En));
        assert_eq!(separated("a.csv", &whole(b"1,")).map(drop), wrong("1"));
        // What is no text before it has any values is something else.
        assert_eq!(reason(&whole(b"1")), "not_a_workbook");
    }
}
