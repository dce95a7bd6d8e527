//! Separated values.

use super::Budget;
use crate::canonical;
use crate::failure::Failure;
use crate::workbook::grid::{At, Book, Grid, GridCell, Origin};
use crate::workbook::guard::GRID;
use std::borrow::Cow;

/// Separated values as a workbook of one sheet: UTF-8, UTF-16 or Shift_JIS.
///
/// # Errors
/// [`Failure::Refused`] `not_a_workbook` for other text, `too_many_cells`, `too_much_text`.
pub fn separated(file: &str, bytes: &[u8]) -> Result<Book, Failure> {
    let refuse = || Failure::refused("not_a_workbook", "");
    let text = decode(bytes).ok_or_else(refuse)?;
    // A text that had to be written anew is in memory beside its cells.
    let weight = if matches!(text, Cow::Owned(_)) { text.len() } else { 0 };
    let mut budget = Budget { cells: 0, text: 0, weight, bad: 0 };
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
    for (row, record) in records.enumerate().take(GRID.0 as usize) {
        for (col, text) in
            record.map_err(|_| refuse())?.iter().enumerate().take(GRID.1 as usize).filter(|(_, t)| !t.is_empty())
        {
            let text = canonical::clean(text);
            budget.take(file, &text)?;
            let place = At { row: u32::try_from(row).unwrap_or(0), col: u32::try_from(col).unwrap_or(0) };
            let cell = GridCell { text: text.into_owned(), origin: Origin::Text, struck: false };
            grid.cells.insert(place, cell);
        }
    }
    Ok(Book { file: file.to_owned(), sheets: vec![grid], ..Book::default() })
}

/// The text, as it stands where it is UTF-8. What is none is told at its first wrong byte.
fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return Some(encoding.decode(bytes).0);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.into()),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reason(bytes: &[u8]) -> String {
        match separated("a.csv", bytes) {
            Err(Failure::Refused { reason, .. }) => reason,
            other => format!("{:?}", other.map(|b| b.sheets[0].cells.len())),
        }
    }

    #[test]
    fn separated_values_are_bounded_as_workbooks_are() {
        assert_eq!(reason(b"a,b\nc,,d"), "Ok(4)");
        assert_eq!(reason(&b"1,\n".repeat(crate::workbook::guard::MAX_CELLS)), "Ok(300000)");
        assert_eq!(reason(&b"1,\n".repeat(crate::workbook::guard::MAX_CELLS + 1)), "too_many_cells");
        // A quarter of a million of 100 bytes each weigh more than they say.
        assert_eq!(reason(format!("{},\n", "x".repeat(100)).repeat(250_000).as_bytes()), "too_much_text");
        // And so does a text that had to be decoded first.
        let wide = format!("\u{feff}{}", format!("{},\n", "x".repeat(100)).repeat(150_000));
        let utf_16: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!((reason(wide.as_bytes()), reason(&utf_16)), ("Ok(150000)".into(), "too_much_text".into()));
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode("番号,暗号化\n1,既定");
        assert_eq!(reason(&shift_jis), "Ok(4)");
        assert_eq!(reason(&[shift_jis.as_ref(), b"\xff\xff"].concat()), "not_a_workbook");
    }
}
