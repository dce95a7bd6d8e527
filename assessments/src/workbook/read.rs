//! Bytes to a [`Book`]: streaming, sparse, within bounds; a bad cell becomes a finding and reading goes on.

use super::grid::{At, Book, Grid, GridCell, Origin};
use super::guard::{Sort, repack, sort};
use crate::canonical;
use crate::failure::Failure;
use crate::import::{Finding, Level};
use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most sheets.
const MAX_SHEETS: usize = 200;
/// Most cells that are not empty.
const MAX_CELLS: usize = 300_000;
/// Most bytes of text.
const MAX_TEXT: usize = 32 * 1024 * 1024;
/// Most bad cells that are listed one by one.
const MAX_BAD: usize = 100;
/// Rows and columns of a sheet.
const GRID: (u32, u32) = (1_048_576, 16_384);

type Book9 = Xlsx<Cursor<Vec<u8>>>;

/// Reads a workbook, or separated values.
///
/// # Errors
/// [`Failure::Refused`] with a reason that says what to do.
pub fn read(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let sorted = sort(file, bytes)?;
    let result = catch_unwind(AssertUnwindSafe(|| match sorted {
        Sort::Workbook => workbook(file, repack(bytes)?),
        Sort::Text => separated(file, bytes),
    }));
    // The parser is a library; should it panic on a file after all, the file is refused and the program goes on.
    result.unwrap_or_else(|_| Err(Failure::refused("damaged", "")))
}

struct Budget {
    cells: usize,
    text: usize,
    bad: usize,
}

fn workbook(file: &str, bytes: Vec<u8>) -> Result<Book, Failure> {
    let damaged = |e: XlsxError| match e {
        XlsxError::Password => Failure::refused("encrypted", ""),
        other => Failure::refused("damaged", other.to_string()),
    };
    let mut xlsx: Book9 = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets: Vec<(String, bool)> =
        xlsx.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    if sheets.len() > MAX_SHEETS {
        return Err(Failure::refused("too_many_sheets", sheets.len().to_string()));
    }
    let mut book = Book { file: file.to_owned(), ..Book::default() };
    book.names = xlsx.defined_names().iter().cloned().collect();
    book.properties = xlsx.workbook_properties().map(|p| p.custom_properties.into_iter().collect()).unwrap_or_default();
    let mut budget = Budget { cells: 0, text: 0, bad: 0 };
    for (name, hidden) in sheets {
        let mut grid = Grid { name: name.clone(), hidden, ..Grid::default() };
        if let Ok(merges) = xlsx.merge_cells_by_sheet_name(&name) {
            grid.merges = merges.iter().take(20_000).map(|d| (at(d.start), at(d.end))).collect();
        }
        cells(&mut xlsx, &mut grid, &mut budget, &mut book.findings)?;
        book.sheets.push(grid);
    }
    Ok(book)
}

fn at((row, col): (u32, u32)) -> At {
    At { row, col }
}

fn bad(book: &mut Vec<Finding>, sheet: &str, cell: String, read: &str) {
    book.push(Finding {
        level: Level::Error,
        code: "unreadable_cell".into(),
        sheet: sheet.into(),
        cell,
        ja: format!("このセルは読めませんでした（{read}）。"),
        en: format!("This cell could not be read ({read})."),
    });
}

fn cells(xlsx: &mut Book9, grid: &mut Grid, budget: &mut Budget, findings: &mut Vec<Finding>) -> Result<(), Failure> {
    let name = grid.name.clone();
    let mut reader = match xlsx.worksheet_cells_reader(&name) {
        Ok(reader) => reader,
        // A chart or macro sheet: it holds no cells of ours.
        Err(error) => {
            bad(findings, &name, String::new(), &error.to_string());
            return Ok(());
        }
    };
    loop {
        let record = match reader.next_cell_with_formula_metadata() {
            Ok(None) => return Ok(()),
            Ok(Some(record)) => record,
            Err(error @ (XlsxError::Xml(_) | XlsxError::Io(_) | XlsxError::Zip(_))) => {
                return Err(Failure::refused("damaged", error.to_string()));
            }
            Err(error) => {
                budget.bad += 1;
                if budget.bad > MAX_BAD {
                    return Err(Failure::refused("damaged", error.to_string()));
                }
                bad(findings, &name, String::new(), &error.to_string());
                continue;
            }
        };
        let place = at(record.pos);
        if place.row >= GRID.0 || place.col >= GRID.1 {
            budget.bad += 1;
            if budget.bad > MAX_BAD {
                return Err(Failure::refused("damaged", ""));
            }
            bad(findings, &name, String::new(), "outside the grid");
            continue;
        }
        let Some((text, origin)) = value(&record.value) else { continue };
        let origin = if record.formula.is_some() { Origin::Formula } else { origin };
        budget.cells += 1;
        budget.text += text.len();
        if budget.cells > MAX_CELLS {
            return Err(Failure::refused("too_many_cells", MAX_CELLS.to_string()));
        }
        if budget.text > MAX_TEXT {
            return Err(Failure::refused("too_much_text", &name));
        }
        grid.cells.insert(place, GridCell { text, origin, struck: false });
    }
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

/// Separated values as a workbook of one sheet: UTF-8, UTF-16 or Shift_JIS.
fn separated(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let refuse = || Failure::refused("not_a_workbook", "");
    let text = decode(bytes).ok_or_else(refuse)?;
    let first = text.lines().next().unwrap_or("");
    let by = [b'\t', b',', b';'].into_iter().max_by_key(|b| first.bytes().filter(|x| x == b).count()).unwrap_or(b',');
    if !first.as_bytes().contains(&by) || text.contains('\u{0}') {
        return Err(refuse());
    }
    let mut grid = Grid { name: "csv".into(), ..Grid::default() };
    let records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(by)
        .from_reader(text.as_bytes())
        .into_records();
    let mut count = 0;
    for (row, record) in records.enumerate().take(GRID.0 as usize) {
        for (col, text) in
            record.map_err(|_| refuse())?.iter().enumerate().take(GRID.1 as usize).filter(|(_, t)| !t.is_empty())
        {
            count += 1;
            if count > MAX_CELLS {
                return Err(Failure::refused("too_many_cells", MAX_CELLS.to_string()));
            }
            let place = At { row: u32::try_from(row).unwrap_or(0), col: u32::try_from(col).unwrap_or(0) };
            grid.cells.insert(
                place,
                GridCell { text: canonical::clean(text).into_owned(), origin: Origin::Text, struck: false },
            );
        }
    }
    Ok(Book { file: file.to_owned(), sheets: vec![grid], ..Book::default() })
}

fn decode(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return Some(encoding.decode(bytes).0.into_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let (text, _, wrong) = encoding_rs::SHIFT_JIS.decode(bytes);
    (!wrong).then(|| text.into_owned())
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
