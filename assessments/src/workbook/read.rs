//! Bytes to a [`Book`]: streaming, sparse, within bounds; a bad cell becomes a finding and reading goes on.

mod say;
mod text;

use super::grid::{At, Book, Grid, GridCell, Origin};
use super::guard::{self, GRID, MAX_CELLS, Sort, sort, too_many_cells};
use crate::canonical;
use crate::failure::Failure;
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most bytes of text.
const MAX_TEXT: usize = 32 * 1024 * 1024;
/// Most bad cells that are listed one by one.
const MAX_BAD: usize = 100;
/// What a cell weighs beside its text, in bytes of memory.
const CELL_WEIGHT: usize = 100;
/// What a shared string weighs beside its text.
const STRING_WEIGHT: usize = 48;
/// Most bytes of memory that all of it may weigh.
const MAX_WEIGHT: usize = 34 * 1024 * 1024;

type Opened<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads a workbook, or separated values.
///
/// # Errors
/// [`Failure::Refused`] with a reason that says what to do.
pub fn read(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let sorted = sort(file, bytes)?;
    let result = catch_unwind(AssertUnwindSafe(|| match sorted {
        Sort::Workbook => workbook(file, bytes),
        Sort::Text => text::separated(file, bytes),
    }));
    // The parser is a library; should it panic on a file after all, the file is refused and the program goes on.
    result.unwrap_or_else(|_| Err(Failure::refused("damaged", "")))
}

/// What is left of the bounds.
struct Budget {
    cells: usize,
    text: usize,
    weight: usize,
    bad: usize,
}

impl Budget {
    /// Counts a cell.
    fn take(&mut self, sheet: &str, text: &str) -> Result<(), Failure> {
        self.cells += 1;
        self.text += text.len();
        self.weight += text.len() + CELL_WEIGHT;
        if self.cells > MAX_CELLS {
            return Err(too_many_cells());
        }
        if self.text > MAX_TEXT || self.weight > MAX_WEIGHT {
            return Err(Failure::refused("too_much_text", sheet));
        }
        Ok(())
    }
}

fn damaged(error: &XlsxError) -> Failure {
    match error {
        XlsxError::Password => Failure::refused("encrypted", ""),
        other => Failure::refused("damaged", other.to_string()),
    }
}

fn workbook(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let mut package = guard::open(bytes)?;
    let mut book = Book { file: file.to_owned(), names: std::mem::take(&mut package.names), ..Book::default() };
    let mut budget =
        Budget { cells: 0, text: package.text, weight: package.text + STRING_WEIGHT * package.strings, bad: 0 };
    if budget.text > MAX_TEXT || budget.weight > MAX_WEIGHT {
        return Err(Failure::refused("too_much_text", "sharedStrings.xml"));
    }
    let mut sheets = std::mem::take(&mut package.sheets);
    let mut xlsx: Opened<'_> = Xlsx::new(Cursor::new(package.bytes.as_slice())).map_err(|e| damaged(&e))?;
    book.properties = xlsx.workbook_properties().map(|p| p.custom_properties.into_iter().collect()).unwrap_or_default();
    for part in &mut sheets {
        let mut grid = Grid { name: part.name.clone(), hidden: part.hidden, ..Grid::default() };
        let side = std::mem::take(&mut part.side);
        (grid.merges, grid.hidden_rows, grid.hidden_cols) = (side.merges, side.hidden_rows, side.hidden_cols);
        match part.packed.clone() {
            Some(packed) => {
                let bad = cells(&mut xlsx, &packed, &mut grid, &side.struck, &mut budget)?;
                say::bad_cells(&mut book.findings, &package, part, &bad, budget.bad);
            }
            None => say::no_cells(&mut book.findings, &part.name),
        }
        say::struck(&mut book.findings, &grid, &side.partly);
        say::comments(&mut book.findings, part);
        book.sheets.push(grid);
    }
    Ok(book)
}

/// Cells that could not be read: their number in the file's order, and why.
type Bad = Vec<(usize, String)>;

fn cells(
    xlsx: &mut Opened<'_>,
    packed: &str,
    grid: &mut Grid,
    struck: &BTreeSet<At>,
    budget: &mut Budget,
) -> Result<Bad, Failure> {
    let mut bad = Bad::new();
    let mut reader = xlsx.worksheet_cells_reader(packed).map_err(|e| damaged(&e))?;
    for number in 0.. {
        let why = match reader.next_cell_with_formula_metadata() {
            Ok(None) => break,
            Ok(Some(record)) if record.pos.0 >= GRID.0 || record.pos.1 >= GRID.1 => "outside of the sheet".to_owned(),
            Ok(Some(record)) => {
                let Some((text, origin)) = value(&record.value) else { continue };
                let origin = if record.formula.is_some() { Origin::Formula } else { origin };
                budget.take(&grid.name, &text)?;
                let at = At { row: record.pos.0, col: record.pos.1 };
                grid.cells.insert(at, GridCell { text, origin, struck: struck.contains(&at) });
                continue;
            }
            Err(error @ (XlsxError::Xml(_) | XlsxError::Io(_) | XlsxError::Zip(_) | XlsxError::XmlEof(_))) => {
                return Err(damaged(&error));
            }
            Err(error) => error.to_string(),
        };
        budget.bad += 1;
        if budget.bad <= MAX_BAD {
            bad.push((number, why));
        }
    }
    Ok(bad)
}

/// A cell's text; none where it is empty.
fn value(data: &DataRef<'_>) -> Option<(String, Origin)> {
    let (text, origin) = match data {
        DataRef::Empty => return None,
        DataRef::String(s) => (canonical::clean(s).into_owned(), Origin::Text),
        DataRef::SharedString(s) => (canonical::clean(s).into_owned(), Origin::Text),
        DataRef::Int(n) => (n.to_string(), Origin::Number),
        DataRef::Float(n) => (number(*n), Origin::Number),
        DataRef::Bool(b) => (b.to_string(), Origin::Bool),
        DataRef::DateTime(d) => match d.as_datetime() {
            Some(moment) if d.is_datetime() => {
                let midnight = moment.time() == chrono::NaiveTime::MIN;
                (moment.format(if midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" }).to_string(), Origin::Date)
            }
            _ => (number(d.as_f64()), Origin::Number),
        },
        DataRef::DateTimeIso(s) => (s.clone(), Origin::Date),
        DataRef::DurationIso(s) => (s.clone(), Origin::Number),
        DataRef::Error(e) => (e.to_string(), Origin::Error),
        #[allow(unreachable_patterns)]
        _ => return None,
    };
    (!text.is_empty()).then_some((text, origin))
}

/// Whole numbers have no fraction; others fifteen digits, as workbooks keep them.
fn number(n: f64) -> String {
    if n.is_finite() && n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}") } else { format!("{n}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

    #[test]
    fn texts_numbers_dates_and_formulas_come_with_their_origin() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet().set_name("表").unwrap();
        sheet.write(0, 0, "文字\r\n二行").unwrap();
        sheet.write(0, 1, 7.0).unwrap();
        sheet
            .write_with_format(
                0,
                2,
                ExcelDateTime::from_ymd(2026, 11, 23).unwrap(),
                &Format::new().set_num_format("yyyy-mm-dd"),
            )
            .unwrap();
        sheet.write_formula(0, 3, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.merge_range(2, 0, 3, 1, "結合", &Format::new()).unwrap();
        let book = read("a.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
        let grid = &book.sheets[0];
        let cell = |col| grid.cells.get(&At { row: 0, col }).map(|c| (c.text.as_str(), c.origin)).unwrap();
        assert_eq!(cell(0), ("文字\n二行", Origin::Text));
        assert_eq!(cell(1), ("7", Origin::Number));
        assert_eq!(cell(2), ("2026-11-23", Origin::Date));
        assert_eq!(cell(3).1, Origin::Formula);
        assert_eq!(grid.spread(3, 1), "結合");
    }

    #[test]
    fn separated_values_are_read_in_the_encodings_that_people_use() {
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("分類,内容\n鍵,暗号化");
        for bytes in ["分類,内容\n鍵,暗号化".as_bytes(), &sjis] {
            assert_eq!(read("a.csv", bytes).unwrap().sheets[0].text(1, 1), "暗号化");
        }
        assert!(read("a.bin", b"nothing that is separated").is_err());
    }

    #[test]
    fn a_file_cut_short_is_refused_wherever_it_is_cut() {
        let mut workbook = Workbook::new();
        workbook.add_worksheet().write(0, 0, "x").unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        for end in (0..bytes.len()).step_by(97) {
            assert!(read("a.xlsx", &bytes[..end]).is_err(), "{end}");
        }
    }
}
