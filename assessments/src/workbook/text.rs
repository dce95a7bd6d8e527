//! Words, widths and heights of a workbook.

use crate::lang::Lang;
use crate::schema::Field;
use chrono::{DateTime, FixedOffset, Utc};

/// Sheet names. The three parts keep their Japanese names in every language: they are how people know the workbook.
pub const COVER: &str = "表紙";
/// Revision history.
pub const HISTORY: &str = "改訂履歴";
/// The service's own facts.
pub const FACTS: &str = "サービスの概要";
/// Part 1.
pub const PART1: &str = "利用シナリオと接続経路";
/// Part 2.
pub const PART2: &str = "セキュリティクライテリア";
/// Part 3.
pub const PART3: &str = "サービス利用時の留意事項";
/// What the answers lean on; derived, never read back.
pub const GUARDRAILS: &str = "ガードレール一覧";
/// An institution's own decision; never read back.
pub const OWN: &str = "採用判断";
/// The pinned text beside an institution's own response; never read back.
pub const PRINT: &str = "回答と自機関の対応";
/// Drop-down lists; hidden.
pub const LISTS: &str = "選択肢";

/// The sheet that holds a section.
pub fn sheet_of(section: &str) -> &'static str {
    match section {
        "facts" => FACTS,
        "scenarios" | "paths" => PART1,
        "criteria" => PART2,
        _ => PART3,
    }
}

/// The header of a column: the label, and the language where it is not the workbook's own.
pub fn header(field: &Field, of: Option<Lang>, lang: Lang) -> String {
    match of {
        Some(of) if of != lang => match lang {
            Lang::Ja => format!("{}（英語）", field.ja),
            Lang::En => format!("{} (Japanese)", field.en),
        },
        _ => field.label(lang).to_owned(),
    }
}

/// Every header under which our exports write this column, whatever their language.
pub fn headers(field: &Field, of: Option<Lang>) -> Vec<String> {
    let mut all: Vec<String> =
        Lang::ALL.into_iter().filter(|l| of.is_none_or(|o| o == *l)).map(|l| header(field, of, l)).collect();
    if let Some(of) = of {
        all.push(header(field, Some(of), of.other()));
    }
    all
}

/// A moment as people in Japan read it.
pub fn moment(at: DateTime<Utc>) -> String {
    let at = FixedOffset::east_opt(9 * 3600).map_or(at.naive_utc(), |tokyo| at.with_timezone(&tokyo).naive_local());
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// Pixels of a column's width unit in the workbook's default font (Yu Gothic 11).
const UNIT: f64 = 8.0;
/// Pixels of a full-width and of a half-width character in the body font (9 points).
const WIDE: f64 = 12.2;
const NARROW: f64 = 6.6;
/// Points of a line of the body font. Yu Gothic stands in tall lines.
const LINE: f64 = 14.5;
/// The tallest row that Excel allows, in points.
const TALLEST: f64 = 409.0;

/// Lines that a text takes in a column this many units wide.
fn lines(text: &str, width: f64) -> f64 {
    let room = (width * UNIT - 8.0).max(WIDE);
    let line = |l: &str| {
        let pixels: f64 = l.chars().map(|c| if c.is_ascii() || ('｡'..='ﾟ').contains(&c) { NARROW } else { WIDE }).sum();
        (pixels / room).ceil().max(1.0)
    };
    text.split('\n').map(line).sum()
}

/// Height of a row in points, from its texts and their columns' widths. Nothing else makes wrapped rows fit.
pub fn height<'a>(cells: impl Iterator<Item = (&'a str, f64)>) -> f64 {
    let most = cells.map(|(text, width)| lines(text, width)).fold(1.0, f64::max);
    (most * LINE + 5.0).min(TALLEST)
}

/// A row's texts as one row, or as several where one of them is higher than the tallest row: nothing of it is lost.
pub fn in_rows(texts: &[String], widths: &[f64]) -> Vec<Vec<String>> {
    let pieces: Vec<Vec<String>> =
        texts.iter().enumerate().map(|(n, t)| pieces(t, widths.get(n).copied().unwrap_or(10.0))).collect();
    let most = pieces.iter().map(Vec::len).max().unwrap_or(1).max(1);
    (0..most).map(|n| pieces.iter().map(|p| p.get(n).cloned().unwrap_or_default()).collect()).collect()
}

/// A text in pieces that each fit the tallest row of a column this wide.
fn pieces(text: &str, width: f64) -> Vec<String> {
    let most = ((TALLEST - 5.0) / LINE).floor();
    if lines(text, width) <= most {
        return vec![text.to_owned()];
    }
    // A line alone may be longer than a row: it is cut where the row is full.
    let room = ((width * UNIT - 8.0).max(WIDE) / WIDE).floor().max(1.0) * (most - 1.0);
    let (mut out, mut piece, mut used) = (Vec::new(), String::new(), 0.0);
    for line in text.split_inclusive('\n') {
        let chars: Vec<char> = line.chars().collect();
        for part in chars.chunks((room as usize).max(1)) {
            let part: String = part.iter().collect();
            let needs = lines(part.trim_end_matches('\n'), width);
            if used + needs > most && !piece.is_empty() {
                out.push(std::mem::take(&mut piece).trim_end_matches('\n').to_owned());
                used = 0.0;
            }
            piece.push_str(&part);
            used += needs;
        }
    }
    out.push(piece);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_grows_with_its_longest_text_up_to_what_excel_allows() {
        assert!(height([("あ", 10.0)].into_iter()) < height([("あ\nい\nう", 10.0)].into_iter()));
        assert!(height([("あ".repeat(40).as_str(), 10.0)].into_iter()) > 4.0 * LINE);
        assert_eq!(height([("あ\n".repeat(9_000).as_str(), 10.0)].into_iter()), TALLEST);
    }

    #[test]
    fn a_text_higher_than_the_tallest_row_goes_on_and_loses_nothing() {
        let long = format!("{}\n{}", "長い文章。".repeat(400), "行\n".repeat(80));
        let rows = in_rows(&["K07".into(), long.clone()], &[7.0, 40.0]);
        assert!(rows.len() > 2);
        assert!(rows.iter().all(|r| lines(&r[1], 40.0) * LINE + 5.0 <= TALLEST));
        let all: String = rows.iter().map(|r| r[1].as_str()).collect();
        assert_eq!(all.replace('\n', ""), long.replace('\n', ""));
        assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("K07", ""));
    }

    #[test]
    fn a_moment_is_shown_in_japanese_time() {
        assert_eq!(moment(DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()), "2026-11-18 20:06");
    }
}
