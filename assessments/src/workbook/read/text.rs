//! Separated values.

use crate::canonical;
use crate::failure::Failure;
use crate::workbook::grid::{At, Book, Grid, GridCell, Origin};
use crate::workbook::guard::GRID;

/// Separated values as a workbook of one sheet: UTF-8, UTF-16 or Shift_JIS.
///
/// # Errors
/// [`Failure::Refused`] `not_a_workbook` for other text, `too_many_cells`.
pub fn separated(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
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
            if count > super::MAX_CELLS {
                return Err(Failure::refused("too_many_cells", super::MAX_CELLS.to_string()));
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
