//! References in formulas and in attributes: `$B$7`, `A1:C9`, `5:7`, `'My sheet'!A1`.

use super::rows::{Area, RowMap};
use crate::workbook::grid::At;

/// One end of a reference; a column of none for a whole row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Column from 0.
    pub col: Option<u32>,
    /// `$` before the column.
    pub col_fixed: bool,
    /// Row from 0.
    pub row: u32,
    /// `$` before the row.
    pub row_fixed: bool,
}

impl Spot {
    /// Reads `$B$7`, or `7` where whole rows are allowed.
    pub fn parse(text: &str) -> Option<Spot> {
        let rest = text.strip_prefix('$');
        let (col_fixed, rest) = (rest.is_some(), rest.unwrap_or(text));
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if letters == 0 {
            let row = digits(rest)?;
            return Some(Spot { col: None, col_fixed: false, row, row_fixed: col_fixed });
        }
        let (letters, rest) = rest.split_at_checked(letters).filter(|(l, _)| l.len() <= 3)?;
        let col = letters.bytes().fold(0u32, |n, b| n * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1) - 1;
        let below = rest.strip_prefix('$');
        let row = digits(below.unwrap_or(rest))?;
        (col < 16_384).then_some(Spot { col: Some(col), col_fixed, row, row_fixed: below.is_some() })
    }

    /// As it is written.
    pub fn text(self) -> String {
        let mark = |fixed: bool| if fixed { "$" } else { "" };
        match self.col {
            Some(col) => {
                let letters = At { row: 0, col }.name();
                format!(
                    "{}{}{}{}",
                    mark(self.col_fixed),
                    letters.trim_end_matches('1'),
                    mark(self.row_fixed),
                    self.row + 1
                )
            }
            None => format!("{}{}", mark(self.row_fixed), self.row + 1),
        }
    }
}

fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 7 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse::<u32>().ok()?.checked_sub(1).filter(|row| *row < 1_048_576)
}

/// Reads `A1` or `A1:C9` as an attribute holds it.
pub fn area(text: &str) -> Option<Area> {
    let (from, to) = text.split_once(':').unwrap_or((text, text));
    let (from, to) = (Spot::parse(from)?, Spot::parse(to)?);
    let (left, right) = (from.col?, to.col?);
    (from.row <= to.row && left <= right).then_some(Area { top: from.row, left, bottom: to.row, right })
}

/// The same written.
pub fn area_text(area: Area) -> String {
    let (from, to) = (At { row: area.top, col: area.left }.name(), At { row: area.bottom, col: area.right }.name());
    if from == to { from } else { format!("{from}:{to}") }
}

/// A list of areas (`sqref`) moved; what cannot be read stays as it is.
pub fn areas_moved(text: &str, map: &RowMap) -> String {
    let moved = |one: &str| match area(one) {
        Some(area) => map.areas(area).into_iter().map(area_text).collect::<Vec<_>>().join(" "),
        None => one.to_owned(),
    };
    text.split_whitespace().map(moved).collect::<Vec<_>>().join(" ")
}

/// Goes over the references of a formula. `change` is given the sheet (none for the formula's own) and both ends, and
/// says what stands there instead; references into other workbooks are left alone.
pub fn changed(
    formula: &str,
    mut change: impl FnMut(Option<&str>, Spot, Option<Spot>) -> (Spot, Option<Spot>),
) -> String {
    let mut out = String::with_capacity(formula.len() + 8);
    let mut at = 0;
    let mut sheet: Option<String> = None;
    while let Some(c) = cut(formula, at).chars().next() {
        let rest = cut(formula, at);
        match c {
            '"' => {
                let length = quoted(rest, '"');
                out.push_str(cut_to(rest, length));
                at += length;
                sheet = None;
            }
            '\'' => {
                let length = quoted(rest, '\'');
                let inner = cut_to(rest, length);
                out.push_str(inner);
                at += length;
                sheet = cut(formula, at).starts_with('!').then(|| inner.trim_matches('\'').replace("''", "'"));
            }
            '[' => {
                let length = bracketed(rest);
                out.push_str(cut_to(rest, length));
                at += length;
                // `[1]Sheet!A1` lies in another workbook; `Table[Column]` is no reference to rows.
                sheet = Some("[".into());
            }
            '!' => {
                out.push('!');
                at += 1;
            }
            _ if is_word(c) => {
                let word = cut_to(rest, rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
                let behind = cut(rest, word.len());
                if behind.starts_with('!') {
                    let outside = sheet.as_deref() == Some("[") || out.ends_with(':');
                    sheet = Some(if outside { "[".into() } else { word.to_owned() });
                    out.push_str(word);
                    at += word.len();
                    continue;
                }
                at += word.len() + reference(&mut out, word, behind, sheet.take().as_deref(), &mut change);
            }
            _ => {
                out.push(c);
                at += c.len_utf8();
                sheet = None;
            }
        }
    }
    out
}

/// Writes a word, changed where it is a reference. Gives back how much behind it was taken along.
fn reference(
    out: &mut String,
    word: &str,
    behind: &str,
    sheet: Option<&str>,
    change: &mut impl FnMut(Option<&str>, Spot, Option<Spot>) -> (Spot, Option<Spot>),
) -> usize {
    let outside = sheet.is_some_and(|s| s.starts_with('['));
    let Some(from) = Spot::parse(word).filter(|_| !behind.starts_with('(') && !outside) else {
        out.push_str(word);
        return 0;
    };
    let to = behind.strip_prefix(':').and_then(|rest| {
        let word = cut_to(rest, rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
        Spot::parse(word).filter(|to| to.col.is_some() == from.col.is_some()).map(|to| (to, word.len() + 1))
    });
    if from.col.is_none() && to.is_none() {
        // A number.
        out.push_str(word);
        return 0;
    }
    let (start, end) = change(sheet, from, to.map(|(to, _)| to));
    out.push_str(&start.text());
    if let Some(end) = end {
        out.push(':');
        out.push_str(&end.text());
    }
    to.map_or(0, |(_, length)| length)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '$' | '_' | '.' | '\\')
}

fn cut(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or("")
}

fn cut_to(text: &str, to: usize) -> &str {
    text.get(..to).unwrap_or(text)
}

/// Bytes of a text in quotes, where two quotes stand for one.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|t| t.find(quote)) {
        at += found + 1;
        if !text.get(at..).is_some_and(|t| t.starts_with(quote)) {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn bracketed(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// A formula of a sheet whose rows move. `at` is the copy of a block in which it stands: what it says of the same block
/// stays with it.
pub fn moved(
    formula: &str,
    map_of: &dyn Fn(Option<&str>) -> Option<RowMap>,
    at: Option<(super::rows::Block, u32)>,
) -> String {
    changed(formula, |sheet, from, to| {
        let Some(map) = map_of(sheet) else { return (from, to) };
        let within = at.filter(|(b, _)| {
            sheet.is_none() && !from.row_fixed && b.holds(from.row) && to.is_none_or(|t| !t.row_fixed && b.holds(t.row))
        });
        if let Some((block, copy)) = within {
            let by = copy * block.height();
            let to = to.map(|t| Spot { row: map.start(t.row) + by, ..t });
            return (Spot { row: map.start(from.row) + by, ..from }, to);
        }
        let end = to.map(|t| Spot { row: map.end(from.row, t.row), ..t });
        (Spot { row: map.start(from.row), ..from }, end)
    })
}

/// A shared formula as it reads at another cell.
pub fn translated(formula: &str, from: At, to: At) -> String {
    let by = |n: u32, fixed: bool, a: u32, b: u32| {
        if fixed { n } else { u32::try_from((i64::from(n) + i64::from(b) - i64::from(a)).max(0)).unwrap_or(n) }
    };
    let spot = |s: Spot| Spot {
        col: s.col.map(|c| by(c, s.col_fixed, from.col, to.col)),
        row: by(s.row, s.row_fixed, from.row, to.row),
        ..s
    };
    changed(formula, |_, a, b| (spot(a), b.map(spot)))
}

#[cfg(test)]
mod tests {
    use super::super::rows::Block;
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("B10*2", "B12*2")]
    #[case("SUM(C5:C5)", "SUM(C5:C7)")]
    #[case("SUM($C$1:C$20)", "SUM($C$1:C$22)")]
    #[case("LOG10(A9)&\"A9\"", "LOG10(A11)&\"A9\"")]
    #[case("Other!A9+'It''s'!A9", "Other!A9+'It''s'!A9")]
    #[case("[1]Own!A9+Own!A9", "[1]Own!A9+Own!A11")]
    #[case("Table1[A9]+9", "Table1[A9]+9")]
    #[case("COUNTA(9:9)+ROW($8:$10)", "COUNTA(11:11)+ROW($10:$12)")]
    #[case("合計!A9+A9", "合計!A9+A11")]
    #[case("A:A", "A:A")]
    #[case("ABC123DEF9+TRUE", "ABC123DEF9+TRUE")]
    fn formulas_follow_their_rows(#[case] formula: &str, #[case] expected: &str) {
        let map = RowMap { blocks: vec![Block { first: 4, last: 4, copies: 3 }] };
        let of = |sheet: Option<&str>| sheet.is_none_or(|s| s == "Own").then(|| map.clone());
        assert_eq!(moved(formula, &of, None), expected);
    }

    #[test]
    fn a_formula_of_a_repeated_row_speaks_of_its_own_row() {
        let map = RowMap { blocks: vec![Block { first: 4, last: 4, copies: 3 }] };
        let of = |_: Option<&str>| Some(map.clone());
        assert_eq!(moved("B5*C$5+A1", &of, Some((map.blocks[0], 2))), "B7*C$5+A1");
        assert_eq!(translated("B5*$C$5", At { row: 4, col: 3 }, At { row: 6, col: 4 }), "C7*$C$5");
    }
}
