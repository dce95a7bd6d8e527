//! What a cell of our own workbook says, in stored form.

use super::say::Says;
use crate::canonical;
use crate::cell::Address;
use crate::failure::Failure;
use crate::import::Place;
use crate::lang::Lang;
use crate::schema::{Choice, Field, Kind};
use crate::workbook::grid::{GridCell, Origin};
use unicode_normalization::UnicodeNormalization;

/// Reads a cell. `None` where it cannot be taken; the finding says why. A cell that says the same as its base comes back
/// as the base's own text, so that nothing that a program did on the way counts as an edit.
pub fn read(
    address: &Address,
    field: &Field,
    cell: &GridCell,
    base: &str,
    at: &Place,
    says: &mut Says,
) -> Option<String> {
    if cell.struck {
        says.struck_out(at, &cell.text);
        return None;
    }
    if cell.origin == Origin::Error {
        says.error_value(at, &cell.text);
        return None;
    }
    if cell.origin == Origin::Formula {
        says.formula(at, &cell.text);
    }
    if same(&cell.text, base) {
        return Some(base.to_owned());
    }
    let text = match (field.kind, cell.origin) {
        (Kind::Date, Origin::Date) => cell.text.get(..10).unwrap_or(&cell.text).to_owned(),
        // 443 in an empty cell is what somebody typed; over a text it is what a program made of it.
        (Kind::Short | Kind::Markdown, Origin::Number) if base.is_empty() => {
            says.excel_converted(at, &cell.text, true);
            cell.text.clone()
        }
        (_, Origin::Date | Origin::Number | Origin::Bool) => {
            says.excel_converted(at, &cell.text, false);
            return None;
        }
        _ => match stored(field, &cell.text) {
            Some(text) => text,
            None => {
                says.unknown_choice(at, &cell.text, field);
                return None;
            }
        },
    };
    if same(&text, base) {
        return Some(base.to_owned());
    }
    match canonical::check(address, field, &text) {
        Ok(text) if same(&text, base) => Some(base.to_owned()),
        Ok(text) => Some(text),
        Err(Failure::TooLong { units, most, .. }) => {
            says.too_long(at, units, most);
            None
        }
        Err(_) => {
            says.invalid_value(at, &cell.text, field);
            None
        }
    }
}

/// The stored form of what a person reads; `None` for a word that is no choice.
pub fn stored(field: &Field, text: &str) -> Option<String> {
    match field.kind {
        Kind::Choice(list) => choice(list, text).map(str::to_owned),
        Kind::Choices(list) => {
            if let Some(key) = choice(list, text) {
                return Some(key.to_owned());
            }
            let parts = text.split([',', '、', '，', ';', '/', '\n']).map(str::trim).filter(|p| !p.is_empty());
            let keys: Vec<&str> = parts.map(|p| choice(list, p)).collect::<Option<_>>()?;
            Some(list.iter().map(|c| c.key).filter(|k| keys.contains(k)).collect::<Vec<_>>().join(","))
        }
        Kind::Date => Some(date(text).unwrap_or_else(|| text.trim().to_owned())),
        _ => Some(text.to_owned()),
    }
}

/// A choice by key, word in either language, mark, or mark and word.
fn choice(list: &[Choice], text: &str) -> Option<&'static str> {
    // As the export writes it, and so nearly always.
    let written = |c: &&Choice| {
        let word = text.strip_prefix(c.mark).map(|t| if c.mark.is_empty() { t } else { t.trim_start() });
        word.is_some_and(|word| word == c.ja || word == c.en)
    };
    if let Some(c) = list.iter().find(written) {
        return Some(c.key);
    }
    let asked = plain(text);
    let list_keys: &[Choice] = list;
    let hit = list_keys.iter().find(|c| {
        let words = [c.key.to_owned(), c.ja.to_owned(), c.en.to_owned(), c.marked(Lang::Ja), c.marked(Lang::En)];
        words.iter().any(|w| plain(w) == asked) || (!c.mark.is_empty() && mark(&asked) == mark(&plain(c.mark)))
    });
    hit.map(|c| c.key)
}

fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Signs that people type for the same mark.
fn mark(text: &str) -> &str {
    match text {
        "〇" | "◯" => "○",
        "✕" | "✖" | "x" => "×",
        "-" | "−" | "‐" | "―" | "ー" => "-",
        other => other,
    }
}

/// `2026/11/3`, `2026.11.3`, `2026年11月3日` as `2026-11-03`.
fn date(text: &str) -> Option<String> {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let mut parts = text.trim_end_matches('日').split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (year, month, day): (i32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    chrono::NaiveDate::from_ymd_opt(year, month, day).map(|d| d.format("%Y-%m-%d").to_string())
}

/// Whether a cell says what its base says, after everything that a save by another program may do.
pub fn same(cell: &str, base: &str) -> bool {
    canonical::same(cell, base)
        || ((base.contains("_x") || cell.contains("_x")) && canonical::same(&unescaped(cell), &unescaped(base)))
}

/// A text with workbook escapes taken out to the last: programs take out one layer at each save, and one of them makes
/// of `_x000D_` before a line end nothing but the line end.
fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("_x005F_") {
        // Every step shortens the text.
        text = text.replace("_x005F_", "_");
    }
    text.replace("_x000D_\n", "\n").replace("_x000D_", "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::schema;
    use rstest::rstest;

    #[rstest]
    #[case("◎ 既定で有効", Some("on_default"))]
    #[case("既定で有効", Some("on_default"))]
    #[case("On by default", Some("on_default"))]
    #[case("on_default", Some("on_default"))]
    #[case("◎", Some("on_default"))]
    #[case("〇", Some("can_enable"))]
    #[case("○　設定で可能", Some("can_enable"))]
    #[case("－", Some("not_applicable"))]
    #[case("-", Some("not_applicable"))]
    #[case("たぶん", None)]
    #[case("○※1", None)]
    fn a_choice_is_read_by_key_word_or_mark(#[case] text: &str, #[case] key: Option<&str>) {
        let field = schema::field("criteria", "availability").unwrap();
        assert_eq!(stored(field, text).as_deref(), key);
    }

    #[rstest]
    #[case("予防、発見", Some("preventive,detective"))]
    #[case("Detective, Preventive", Some("preventive,detective"))]
    #[case("予防、謎", None)]
    fn several_choices_stand_in_the_schemas_order(#[case] text: &str, #[case] keys: Option<&str>) {
        let field = schema::field("criteria", "modes").unwrap();
        assert_eq!(stored(field, text).as_deref(), keys);
    }

    #[rstest]
    #[case("_x000D_", "_x005F_x000D_", true)]
    #[case("a\nb", "a_x000D_\nb", true)]
    #[case("a_x0041_b", "aAb", false)]
    #[case("a", "b", false)]
    fn a_save_by_another_program_is_no_edit(#[case] cell: &str, #[case] base: &str, #[case] equal: bool) {
        assert_eq!(same(cell, base), equal);
    }

    #[rstest]
    #[case("2026/4/1", "2026-04-01")]
    #[case("２０２６年４月１日", "2026-04-01")]
    #[case("2026-02-30", "2026-02-30")]
    #[case("R8.4.1", "R8.4.1")]
    fn dates_are_read_as_people_write_them(#[case] text: &str, #[case] want: &str) {
        let field = schema::field("criteria", "review_by").unwrap();
        assert_eq!(stored(field, text).unwrap(), want);
    }
}
