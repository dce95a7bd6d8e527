//! Where a text can be cut without parting a mark from the character that it belongs to.

use crate::merge::words::is_mark;

/// The next place at or after `at` (bytes) at which a text can be cut: never inside a character, before a combining mark,
/// a variation selector or a half-width sound mark, inside an emoji that is joined from several, or inside a flag.
pub(crate) fn whole(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    let flag = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    while let Some(next) = text.get(at..).and_then(|t| t.chars().next()) {
        let before = text.get(..at).unwrap_or("");
        let last = before.chars().next_back();
        let odd_flags = before.chars().rev().take_while(|c| flag(*c)).count() % 2 == 1;
        let joins = is_mark(next)
            || matches!(next, '\u{200d}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{ff9e}' | '\u{ff9f}')
            || last == Some('\u{200d}')
            || (flag(next) && odd_flags)
            || (next == '\n' && last == Some('\r'));
        if !joins || last.is_none() {
            break;
        }
        at += next.len_utf8();
    }
    at
}
