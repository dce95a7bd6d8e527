//! Canonical text: what is stored, and what counts as equal.
//!
//! Storing never alters what was typed beyond line ends and forbidden control characters. Unicode forms and trailing
//! blanks are folded for comparing only, so that a save in LibreOffice or Excel shows no difference that nobody made.

use crate::cell::Address;
use crate::failure::Failure;
use crate::schema::{Field, Kind, MAX_UNITS};
use crate::{guardrail, link};
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Line ends become LF; control characters other than tab and LF, U+FFFE and U+FFFF, and the bidirectional overrides
/// that could show a reader another text than the one stored go.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c == '\r' || forbidden(c)) {
        return Cow::Borrowed(text);
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(unified.chars().filter(|c| !forbidden(*c)).collect())
}

fn forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t' && c != '\r')
        || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The form in which two texts are compared: NFC, tabs as blanks, no blanks at line ends, no blank lines around, no
/// escapes that look like `_x000D_`.
pub fn fold(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(folded(text))
}

fn folded(text: &str) -> String {
    let composed: String = clean(&unescape(text)).nfc().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let mut out = String::with_capacity(composed.len());
    for line in composed.split('\n') {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out.trim_matches('\n').to_owned()
}

/// Whether folding leaves a text as it is: asked of every text that is compared, so in one pass.
fn is_folded(text: &str) -> bool {
    let (mut before, mut composed) = ('\n', true);
    for c in text.chars() {
        match c {
            '\t' | '\r' => return false,
            '\n' if before == '\n' => {}
            // A line that ends with blanks.
            '\n' if before.is_whitespace() => return false,
            'x' if before == '_' => return false,
            _ => composed &= alone(c),
        }
        before = c;
    }
    !text.starts_with('\n') && (text.is_empty() || !before.is_whitespace()) && (composed || is_nfc(text))
}

/// Characters that are composed and that nothing composes with, in any order: most of Japanese and English. Telling that
/// takes a few comparisons; the tables of Unicode are asked about the rest.
fn alone(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

/// Takes out workbook escapes `_xHHHH_` of control characters, which some programs write as text and others turn into
/// the character. `_x005F_` is the escape's own underscore.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let code = tail.get(2..6).filter(|_| tail.get(6..7) == Some("_")).and_then(|h| u32::from_str_radix(h, 16).ok());
        match code {
            Some(0x5f) => {
                out.push('_');
                rest = &tail[7..];
            }
            Some(0x0d) => {
                out.push('\n');
                rest = &tail[7..];
            }
            Some(c) if !(0x20..0xfffe).contains(&c) => rest = &tail[7..],
            _ => {
                out.push_str("_x");
                rest = &tail[2..];
            }
        }
    }
    out.push_str(rest);
    // "\r\n" written as an escape and a line end is one line end.
    out
}

/// Whether two texts are the same to a person.
pub fn same(a: &str, b: &str) -> bool {
    a == b || fold(a) == fold(b)
}

/// Checks a value for its field and gives it the stored form. An empty value is always allowed.
///
/// # Errors
/// [`Failure::TooLong`] past [`MAX_UNITS`]; [`Failure::Invalid`] where the text does not read as the field's kind.
pub fn check(address: &Address, field: &Field, text: &str) -> Result<String, Failure> {
    let text = clean(text);
    let units = text.encode_utf16().count();
    if units > MAX_UNITS {
        return Err(Failure::TooLong { place: address.to_string(), units, most: MAX_UNITS });
    }
    let bad = |read: &str| Failure::invalid(&address.to_string(), read);
    if text.trim().is_empty() {
        return Ok(if matches!(field.kind, Kind::Markdown | Kind::Short) { text.into_owned() } else { String::new() });
    }
    match field.kind {
        Kind::Markdown => Ok(text.into_owned()),
        Kind::Short => Ok(text.replace('\n', " ")),
        Kind::Choice(list) => {
            let key = text.trim();
            list.iter().find(|c| c.key == key).map(|c| c.key.to_owned()).ok_or_else(|| bad(key))
        }
        Kind::Choices(list) => {
            let asked: Vec<&str> = text.split(',').map(str::trim).filter(|k| !k.is_empty()).collect();
            if let Some(odd) = asked.iter().find(|k| !list.iter().any(|c| c.key == **k)) {
                return Err(bad(odd));
            }
            Ok(list.iter().map(|c| c.key).filter(|k| asked.contains(k)).collect::<Vec<_>>().join(","))
        }
        Kind::Date => date(text.trim()).ok_or_else(|| bad(text.trim())),
        Kind::Links => link::parse(&text).map(|l| link::write(&l)).map_err(|line| bad(&line)),
        Kind::Guardrails => {
            guardrail::parse_links(&text).map(|l| guardrail::write_links(&l)).map_err(|line| bad(&line))
        }
        Kind::Reference(_) => reference(&text).ok_or_else(|| bad(&text)),
    }
}

/// A day that a form asks for: empty for none, else a day of the calendar.
///
/// # Errors
/// [`Failure::Invalid`] naming the place.
pub fn day(place: &str, text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() { Ok(String::new()) } else { date(text).ok_or_else(|| Failure::invalid(place, text)) }
}

/// `2026-11-23`, where it is a day of the calendar.
fn date(text: &str) -> Option<String> {
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let year = chrono::Datelike::year(&day);
    (1900..=2200).contains(&year).then(|| day.format("%Y-%m-%d").to_string())
}

fn reference(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([',', '、', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
    let fits = |p: &&str| {
        p.len() <= 130 && p.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
    };
    (parts.len() <= 200 && parts.iter().all(fits)).then(|| parts.join(","))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::schema;
    use proptest::prelude::*;

    fn checked(address: &str, text: &str) -> Result<String, Failure> {
        let address = Address::parse(address).unwrap();
        let field = schema::field(&address.section, &address.field).unwrap();
        check(&address, field, text)
    }

    #[test]
    fn storing_changes_line_ends_and_control_characters_only() {
        assert_eq!(clean("a\r\nb\rc\u{0}d\u{202e}e"), "a\nb\ncde");
        // The kanji of a name in its own form, a blank at the end, a full-width blank: kept.
        assert_eq!(clean("神\u{fa19}  　"), "神\u{fa19}  　");
    }

    #[test]
    fn what_programs_change_by_themselves_does_not_count() {
        for (a, b) in [
            ("a \nb", "a\nb"),
            ("か\u{3099}", "が"),
            ("a\tb", "a b"),
            ("\na\n", "a"),
            ("a_x000D_\nb", "a\n\nb"),
            ("_x005F_x000D_", "_x000D_x"),
        ] {
            let equal = same(a, b);
            assert_eq!(equal, b != "_x000D_x", "{a:?} {b:?}");
        }
        assert!(!same("a b", "ab"));
    }

    proptest! {
        #[test]
        fn what_is_taken_for_folded_is(text in "[a\u{3099}かが字_x0D \u{3000}\t\r\n]{0,12}") {
            prop_assert!(!is_folded(&text) || folded(&text) == text, "{text:?}");
            prop_assert!(is_folded(&folded(&text)) || folded(&text).contains("_x"), "{text:?}");
        }
    }

    #[test]
    fn characters_that_stand_alone_are_composed_whatever_is_beside_them() {
        let all: Vec<char> = ('\0'..=char::MAX).filter(|c| alone(*c)).collect();
        assert!(all.len() > 20_000);
        for &c in &all {
            assert!(
                is_nfc(&format!("a{c}か{c}{c}")) && unicode_normalization::char::canonical_combining_class(c) == 0,
                "{c:?}"
            );
        }
    }

    #[test]
    fn kinds_refuse_what_is_not_theirs() {
        assert_eq!(checked("criteria/K07/availability", " on_default ").unwrap(), "on_default");
        assert!(checked("criteria/K07/availability", "maybe").is_err());
        assert_eq!(checked("criteria/K07/modes", "detective, preventive").unwrap(), "preventive,detective");
        assert!(checked("criteria/K07/modes", "detective,x").is_err());
        assert_eq!(checked("criteria/K07/review_by", "2026-2-1").unwrap(), "2026-02-01");
        assert!(checked("criteria/K07/review_by", "2026-02-30").is_err());
        assert_eq!(checked("notes/N-01/scenarios", "S-01、S-02").unwrap(), "S-01,S-02");
        assert!(checked("notes/N-01/scenarios", "<x>").is_err());
        assert!(matches!(checked("criteria/K07/summary/ja", &"😀".repeat(16_001)), Err(Failure::TooLong { .. })));
        assert!(checked("criteria/K07/summary/ja", &"😀".repeat(16_000)).is_ok());
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text in "\\PC*|[\\x00-\\x20_xA-F0-9]{0,40}") {
            let once = clean(&text).into_owned();
            let twice = clean(&once).into_owned();
            prop_assert_eq!(twice, once);
        }

        #[test]
        fn a_text_is_the_same_as_its_own_clean_form_with_other_line_ends(text in "[a-zあ-ん \\n]{0,60}") {
            prop_assert!(same(&text, &clean(&text.replace('\n', "\r\n"))));
        }
    }
}
