//! Evidence links: title, address, and the day on which somebody looked.

use serde::{Deserialize, Serialize};

/// Most links in one cell.
pub const MAX_LINKS: usize = 200;

/// A link to evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the page is called; the address itself where no title is known.
    pub title: String,
    /// `https://` or `http://`; empty for a source that is not on the web.
    pub url: String,
    /// `2026-10-30`, or nothing: nobody has checked.
    pub as_of: Option<String>,
}

/// Whether an address is one that a page may link to.
pub fn safe_url(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.len() <= 2_000
        && !url.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"'))
}

/// A text within an address: everything but the characters that stand for themselves anywhere (RFC 3986, 2.3) is written
/// as its bytes, `%E9`.
pub fn escape(text: &str) -> String {
    let hex = |half: u8| char::from(b"0123456789ABCDEF"[usize::from(half)]);
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    out
}

/// Reads one link a line. Also takes a bare address, `title: address`, and a plain title.
///
/// # Errors
/// The line that cannot be read: an address of another kind than http, or more than [`MAX_LINKS`].
pub fn parse(text: &str) -> Result<Vec<Link>, String> {
    let mut links = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        links.push(parse_line(line).ok_or_else(|| line.to_owned())?);
        if links.len() > MAX_LINKS {
            return Err(line.to_owned());
        }
    }
    Ok(links)
}

fn parse_line(line: &str) -> Option<Link> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    if let Some(rest) = line.strip_prefix('[') {
        // The address starts behind the last "](" so that a title may hold brackets.
        if let Some(middle) = rest.rfind("](") {
            let (title, tail) = (&rest[..middle], &rest[middle + 2..]);
            let close = tail.rfind(')')?;
            let (url, after) = (tail[..close].trim(), tail[close + 1..].trim());
            let as_of = as_of(after)?;
            return safe_url(url).then(|| Link { title: title.trim().to_owned(), url: url.to_owned(), as_of });
        }
    }
    let (head, date) = match line.rsplit_once(char::is_whitespace) {
        Some((head, last)) if is_date(last) => (head.trim(), Some(last.to_owned())),
        _ => (line, None),
    };
    let start = head.find("https://").or_else(|| head.find("http://"));
    match start {
        Some(at) => {
            let (title, url) = (head[..at].trim().trim_end_matches([':', '：']).trim(), head[at..].trim());
            let title = if title.is_empty() { url } else { title };
            safe_url(url).then(|| Link { title: title.to_owned(), url: url.to_owned(), as_of: date })
        }
        None if head.contains("javascript:") || head.contains("data:") => None,
        None => Some(Link { title: head.to_owned(), url: String::new(), as_of: date }),
    }
}

fn as_of(text: &str) -> Option<Option<String>> {
    match text {
        "" => Some(None),
        date if is_date(date) => Some(Some(date.to_owned())),
        _ => None,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Writes links as they are stored.
pub fn write(links: &[Link]) -> String {
    let line = |l: &Link| {
        let head = if l.url.is_empty() { l.title.clone() } else { format!("[{}]({})", l.title, l.url) };
        match &l.as_of {
            Some(date) => format!("{head} {date}"),
            None => head,
        }
    };
    links.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_within_an_address_is_its_bytes() {
        assert_eq!(escape("佐 a-b_c.d~/?&=%+\"'"), "%E4%BD%90%20a-b_c.d~%2F%3F%26%3D%25%2B%22%27");
    }

    #[test]
    fn forms_that_people_write_are_read() {
        let links = parse("[S3 [docs]](https://a.example/x(1)) 2026-10-30\nhttps://b.example/\nTitle: https://c.example/?a=b 2026-01-02\n社内規程 第3条").unwrap();
        assert_eq!(
            links[0],
            Link { title: "S3 [docs]".into(), url: "https://a.example/x(1)".into(), as_of: Some("2026-10-30".into()) }
        );
        assert_eq!(links[1].title, "https://b.example/");
        assert_eq!((links[2].title.as_str(), links[2].as_of.as_deref()), ("Title", Some("2026-01-02")));
        assert_eq!(links[3].url, "");
        assert_eq!(parse(&write(&links)).unwrap(), links);
    }

    #[test]
    fn an_address_that_could_run_is_refused() {
        for bad in [
            "[x](javascript:alert(1))",
            "[x](data:text/html,x)",
            "javascript:alert(1)",
            "[x](https://a b)",
            "[x](//evil)",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
