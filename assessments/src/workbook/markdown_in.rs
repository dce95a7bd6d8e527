//! Our own Markdown document back in. Comments that no reader of the document sees name the cell of each text; what stands
//! between them is the text, edited or not.

use super::json::FORMAT;
use super::json_in::JsonSheet;
use super::own::value::stored;
use crate::cell::Address;
use crate::failure::Failure;
use crate::import::{MAX_CELLS, MAX_TEXT};
use crate::schema::Kind;
use std::collections::BTreeMap;

/// How a cell's text begins, and how one over several lines ends.
const OPEN: &str = "<!-- kyohyo:";
/// The end of a text over several lines.
pub(super) const CLOSE: &str = "<!-- /kyohyo -->";

/// The first line: what the document is and which export.
pub(super) fn head(service: &str, number: i64, export: &str) -> String {
    format!("<!-- {FORMAT} {service} {number} {export} -->\n")
}

/// The mark of a cell.
pub(super) fn mark(address: &Address) -> String {
    format!("{OPEN}{address} -->")
}

/// The mark of a value that nobody edits.
pub(super) fn mark_with(address: &Address, value: &str) -> String {
    format!("{OPEN}{address} = {value} -->")
}

/// A text whose own comments cannot be taken for ours: `read` takes the sign away again.
pub(super) fn guarded(text: &str) -> String {
    signed(text, true)
}

/// Puts a `\` before `kyohyo` in what looks like one of our comments, or takes one away.
fn signed(text: &str, more: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!-- ") {
        let (before, behind) = rest.split_at(at + "<!-- ".len());
        out.push_str(before);
        let word = behind.trim_start_matches('\\');
        let ours = word.starts_with("kyohyo:") || word.starts_with("/kyohyo");
        rest = match (ours, more) {
            (true, true) => {
                out.push('\\');
                behind
            }
            (true, false) => behind.strip_prefix('\\').unwrap_or(behind),
            _ => behind,
        };
    }
    out.push_str(rest);
    out
}

/// Reads a document of ours. None where the bytes are no such document, and something else should look at them.
///
/// # Errors
/// [`Failure::Refused`] for a document that is too large, cut short or no UTF-8 (with the line).
pub fn read_markdown(bytes: &[u8]) -> Option<Result<JsonSheet, Failure>> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if !bytes.starts_with(b"<!-- kyohyo-sheet/") {
        return None;
    }
    if bytes.len() > MAX_TEXT {
        return Some(Err(Failure::refused("too_large", "")));
    }
    Some(match std::str::from_utf8(bytes) {
        Ok(text) => document(&text.replace("\r\n", "\n")),
        Err(error) => {
            let before = bytes.iter().take(error.valid_up_to());
            let line = before.filter(|b| **b == b'\n').count() + 1;
            Err(Failure::refused("wrong_characters", line.to_string()))
        }
    })
}

fn document(text: &str) -> Result<JsonSheet, Failure> {
    let other = |what: &str| Failure::refused("other_markdown", what);
    let (first, body) = text.split_once('\n').unwrap_or((text, ""));
    let words: Vec<&str> = first.trim().trim_start_matches("<!--").trim_end_matches("-->").split_whitespace().collect();
    let [format, service, number, export] = words.as_slice() else { return Err(other(first)) };
    if *format != FORMAT {
        return Err(other(format));
    }
    let mut cells = BTreeMap::new();
    let mut lines = body.split('\n');
    while let Some(line) = lines.next() {
        let Some((before, mark)) = line.rsplit_once(OPEN) else { continue };
        let Some(mark) = mark.trim_end().strip_suffix("-->").map(str::trim) else { continue };
        if cells.len() == MAX_CELLS {
            return Err(Failure::refused("too_many_cells", MAX_CELLS.to_string()));
        }
        if let Some((address, value)) = mark.split_once(" = ") {
            cells.insert(address.to_owned(), value.to_owned());
            continue;
        }
        let field = Address::parse(mark).ok().and_then(|a| a.declared());
        let text = if before.trim().is_empty() {
            let listed = field.is_some_and(|f| matches!(f.kind, Kind::Links | Kind::Guardrails));
            let mut inner: Option<String> = None;
            loop {
                match lines.next() {
                    Some(line) if line.trim_end() == CLOSE => break,
                    Some(line) => {
                        let line = line.strip_prefix("- ").filter(|_| listed).unwrap_or(line);
                        match &mut inner {
                            Some(text) => text.extend(["\n", line]),
                            None => inner = Some(line.to_owned()),
                        }
                    }
                    None => return Err(other(mark)),
                }
            }
            signed(&inner.unwrap_or_default(), false)
        } else {
            let value = before.split_once(": ").map_or("", |(_, value)| value);
            let value = signs(value.strip_suffix(' ').unwrap_or(value));
            // A word that is no choice is told later, with its place.
            field.and_then(|f| stored(f, &value)).unwrap_or(value)
        };
        cells.insert(mark.to_owned(), text);
    }
    Ok(JsonSheet::new(service, number.parse().unwrap_or(0), export, cells))
}

/// Plain text of Markdown: `\*` is a sign.
fn signs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && "\\`*_[]<>#|".contains(*next) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_one_of_our_comments_stays_a_text() {
        for text in
            ["<!-- kyohyo:a -->", "<!-- \\kyohyo:a -->", "x <!-- /kyohyo -->\n<!-- \\\\/kyohyo -->", "<!-- other -->"]
        {
            let kept = guarded(text);
            assert!(!kept.contains(OPEN) && !kept.contains(CLOSE), "{kept}");
            assert_eq!(signed(&kept, false), text);
        }
        assert_eq!(signs("\\*a\\* b\\\\ c\\d"), "*a* b\\ c\\d");
    }
}
