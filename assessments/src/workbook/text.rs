//! Words, widths and heights of a workbook.

use crate::lang::Lang;
use crate::schema::Field;
use crate::workbook::tall::{BODY, TALLEST, room};
use chrono::{DateTime, FixedOffset, Utc};
use std::ops::Range;

/// Sheet names. The three parts keep their Japanese names in every language: they are how people know the workbook.
pub const COVER: &str = "表紙";
/// Revision history.
pub const HISTORY: &str = "改訂履歴";
/// The service's own facts.
pub const FACTS: &str = "サービスの概要";
/// Part 1.
pub const PART1: &str = "利用シナリオと接続経路";
/// The first table of part 1, where each has a sheet.
pub const SCENARIOS: &str = "利用シナリオ";
/// The second one.
pub const PATHS: &str = "接続経路";
/// Part 2.
pub const PART2: &str = "セキュリティクライテリア";
/// Part 3.
pub const PART3: &str = "サービス利用時の留意事項";
/// What the answers lean on; derived, never read back.
pub const GUARDRAILS: &str = "ガードレール一覧";
/// An institution's own decision; never read back.
pub const OWN: &str = "採用判断";
/// Its risks; never read back.
pub const OWN_RISKS: &str = "リスクへの対応";
/// What differs from the approval before; never read back.
pub const OWN_SINCE: &str = "前回承認からの変更点";
/// What was made of changes of the common text; never read back.
pub const OWN_CHANGES: &str = "共通シートの変更への対応";
/// The pinned text beside an institution's own response; never read back.
pub const PRINT: &str = "回答と自機関の対応";
/// Drop-down lists; hidden.
pub const LISTS: &str = "選択肢";

/// The names of the sheets that may hold a section.
pub fn sheets_of(section: &str) -> &'static [&'static str] {
    match section {
        "facts" => &[FACTS],
        "scenarios" => &[PART1, SCENARIOS],
        "paths" => &[PART1, PATHS],
        "criteria" => &[PART2],
        _ => &[PART3],
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

/// Height of a row in points, from its texts and their columns' widths. Nothing else makes wrapped rows fit.
pub fn height<'a>(cells: impl Iterator<Item = (&'a str, f64)>) -> f64 {
    cells.map(|(text, width)| BODY.height(text, room(width))).fold(BODY.one(), f64::max).min(TALLEST)
}

/// A text of a list in pieces of at most `most` points in a column this wide.
pub fn pieces(text: &str, width: f64, most: f64) -> Vec<Range<usize>> {
    BODY.pieces(text, room(width), most)
}

/// A row's texts as one row, or as several where one of them is higher than `most` points: nothing of it is lost. A
/// further row begins with the first text again, and says that it goes on.
pub fn in_rows(texts: &[String], widths: &[f64], most: f64, lang: Lang) -> Vec<Vec<String>> {
    let width = |n: usize| widths.get(n).copied().unwrap_or(10.0);
    let cut: Vec<Vec<Range<usize>>> = texts.iter().enumerate().map(|(n, t)| pieces(t, width(n), most)).collect();
    let rows = cut.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let text = |row: usize, n: usize| {
        let piece = cut.get(n).and_then(|c| c.get(row)).cloned();
        texts.get(n).zip(piece).and_then(|(t, piece)| t.get(piece)).unwrap_or("").to_owned()
    };
    let goes_on = lang.pick("続き", "cont.");
    let first = |row: usize| match texts.first() {
        Some(first) if row > 0 && text(row, 0).is_empty() && !first.is_empty() => format!("{first}\n{goes_on}"),
        _ => text(row, 0),
    };
    (0..rows).map(|row| (0..texts.len()).map(|n| if n == 0 { first(row) } else { text(row, n) }).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_grows_with_its_longest_text_up_to_what_excel_allows() {
        assert!(height([("あ", 10.0)].into_iter()) < height([("あ\nい\nう", 10.0)].into_iter()));
        assert!(height([("あ".repeat(40).as_str(), 10.0)].into_iter()) > 4.0 * 14.5);
        assert_eq!(height([("あ\n".repeat(9_000).as_str(), 10.0)].into_iter()), TALLEST);
    }

    #[test]
    fn a_text_higher_than_allowed_goes_on_says_so_and_loses_nothing() {
        let long = format!("{}\n{}", "長い文章。".repeat(400), "行\n".repeat(80));
        for most in [190.0, TALLEST] {
            let rows = in_rows(&["K07".into(), long.clone(), "短い".into()], &[7.0, 40.0, 10.0], most, Lang::Ja);
            assert!(rows.len() > 2);
            assert!(rows.iter().all(|r| height([(r[1].as_str(), 40.0)].into_iter()) <= most));
            let all: String = rows.iter().map(|r| r[1].as_str()).collect();
            assert_eq!(all.replace('\n', ""), long.replace('\n', ""));
            assert_eq!((rows[0][0].as_str(), rows[1][0].as_str()), ("K07", "K07\n続き"));
            assert_eq!((rows[0][2].as_str(), rows[1][2].as_str()), ("短い", ""));
        }
        let rows = in_rows(&["1".into(), "short".into()], &[7.0, 40.0], 190.0, Lang::En);
        assert_eq!(rows, [["1".to_owned(), "short".to_owned()]]);
    }

    #[test]
    fn a_moment_is_shown_in_japanese_time() {
        assert_eq!(moment(DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default()), "2026-11-18 20:06");
    }
}
