//! Naming somebody in a comment: `@hanako:a-bank`.
//!
//! A handle is the part of the e-mail address before the `@`, and the institution. It is found in plain text only, never in
//! code, and never in the middle of an e-mail address.

use std::collections::BTreeMap;
use std::ops::Range;

/// The handle of a person in an institution; without one for those who look after the installation.
pub fn handle(email: &str, institution: &str) -> String {
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    let local: String = local.chars().map(|c| if part(c) { c } else { '-' }).collect();
    let local = local.trim_end_matches('.');
    if institution.is_empty() { local.to_owned() } else { format!("{local}:{institution}") }
}

fn part(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '-')
}

/// Where handles stand in a plain text, and which: in lower case, without the `@`. A full-width `＠` or `：` counts too.
pub fn find(text: &str) -> Vec<(Range<usize>, String)> {
    let mut out = Vec::new();
    let mut before = ' ';
    let mut next = 0;
    for (at, c) in text.char_indices() {
        let starts =
            matches!(c, '@' | '＠') && at >= next && !before.is_ascii_alphanumeric() && !".-_+".contains(before);
        before = c;
        if !starts {
            continue;
        }
        let from = at + c.len_utf8();
        let local = run(&text[from..]);
        if local.is_empty() {
            continue;
        }
        let mut end = from + local.len();
        let mut found = local.to_lowercase();
        if let Some(colon) = text[end..].chars().next().filter(|c| matches!(c, ':' | '：')) {
            let institution = run(&text[end + colon.len_utf8()..]);
            if !institution.is_empty() {
                end += colon.len_utf8() + institution.len();
                found = format!("{found}:{}", institution.to_lowercase());
            }
        }
        out.push((at..end, found));
        next = end;
    }
    out
}

/// A plain text with those of its handles that `names` knows by name.
pub fn spoken(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (range, handle) in find(text) {
        if let Some(name) = names.get(&handle) {
            out.push_str(&text[from..range.start]);
            out.push('@');
            out.push_str(name);
            from = range.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// The characters of a handle at the start of a text. A full stop at the end closes a sentence.
fn run(text: &str) -> &str {
    let end = text.find(|c: char| !part(c.to_ascii_lowercase())).unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handles(text: &str) -> Vec<String> {
        find(text).into_iter().map(|(_, h)| h).collect()
    }

    #[test]
    fn handles_are_found_where_somebody_is_named() {
        assert_eq!(handles("@hanako:a-bank さん、お願いします。"), ["hanako:a-bank"]);
        assert_eq!(handles("確認を＠Hanako：a-bank、@admin."), ["hanako:a-bank", "admin"]);
        assert_eq!(handles("(@t.sato:b-bank)@x:y"), ["t.sato:b-bank", "x:y"]);
        assert_eq!(handles("＠hanako：お願いします"), ["hanako"]);
    }

    #[test]
    fn who_is_named_is_spoken_of_by_name() {
        let names = BTreeMap::from([("hanako:a-bank".to_owned(), "佐藤 花子".to_owned())]);
        assert_eq!(spoken("＠hanako:a-bank と @x:y へ", &names), "@佐藤 花子 と @x:y へ");
    }

    #[test]
    fn an_e_mail_address_names_nobody() {
        for text in ["hanako@a-bank.example", "mail: x.y@z", "@", "@ x", "a@b@c", "値は @@ です"] {
            assert!(handles(text).is_empty(), "{text} {:?}", handles(text));
        }
    }

    #[test]
    fn a_handle_reads_back_as_it_is_made() {
        for (email, institution) in [("Hanako.Sato@a.example", "a-bank"), ("o'neil@x", "b.bank"), ("a.@x", "")] {
            let made = handle(email, institution);
            assert_eq!(handles(&format!("@{made}")), [made]);
        }
    }
}
