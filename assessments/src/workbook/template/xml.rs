//! Tags of a part with their places, so that a change can touch them and nothing else.

use std::ops::Range;

/// What kind of tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `<a>`.
    Open,
    /// `<a/>`.
    Empty,
    /// `</a>`.
    Close,
}

/// A tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    /// As it stands.
    pub raw: &'a str,
    /// Its name without a prefix.
    pub name: &'a str,
    /// What kind.
    pub kind: Kind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Tag<'_> {
    /// An attribute by its name without a prefix, unescaped.
    pub fn attr(&self, name: &str) -> Option<String> {
        let range = attr_range(self.raw, name)?;
        let raw = cut(self.raw, range);
        Some(unescape(raw))
    }

    /// An attribute that is a whole number.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.attr(name)?.trim().parse().ok()
    }
}

/// A piece of a text; nothing where the range does not fit.
pub fn cut(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or("")
}

/// The tags of a text, in order; comments, declarations and character data are passed over.
pub fn tags(text: &str) -> Tags<'_> {
    Tags { text, at: 0 }
}

/// See [`tags`].
pub struct Tags<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.at + self.text.get(self.at..)?.find('<')?;
            let rest = self.text.get(start..)?;
            let passed = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
            if let Some((_, end)) = passed.iter().find(|(open, _)| rest.starts_with(open)) {
                self.at = start + rest.find(end)? + end.len();
                continue;
            }
            let mut quote = None;
            let length = rest.bytes().position(|b| match (quote, b) {
                (None, b'>') => true,
                (None, b'"' | b'\'') => {
                    quote = Some(b);
                    false
                }
                (Some(q), _) if q == b => {
                    quote = None;
                    false
                }
                _ => false,
            })? + 1;
            self.at = start + length;
            let raw = rest.get(..length)?;
            let kind = match raw {
                _ if raw.starts_with("</") => Kind::Close,
                _ if raw.ends_with("/>") => Kind::Empty,
                _ => Kind::Open,
            };
            let name = raw.trim_start_matches(['<', '/']);
            let name = name.split([' ', '\t', '\n', '\r', '/', '>']).next().unwrap_or("");
            let name = name.rsplit(':').next().unwrap_or("");
            return Some(Tag { raw, name, kind, start, end: self.at });
        }
    }
}

/// Where the value of an attribute stands in a tag; its name without a prefix.
pub fn attr_range(raw: &str, name: &str) -> Option<Range<usize>> {
    let mut at = raw.find([' ', '\t', '\n', '\r'])?;
    loop {
        let rest = raw.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        let equals = at + raw.get(at..)?.find('=')?;
        let key = raw.get(at..equals)?.trim();
        let rest = raw.get(equals + 1..)?;
        let open = equals + 1 + (rest.len() - rest.trim_start().len());
        let quote = raw.get(open..)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let close = open + 1 + raw.get(open + 1..)?.find(quote)?;
        if key.rsplit(':').next() == Some(name) && !key.starts_with("xmlns") {
            return Some(open + 1..close);
        }
        at = close + 1;
    }
}

/// A tag with another value of an attribute, which is added where it is missing.
pub fn with_attr(raw: &str, name: &str, value: &str) -> String {
    let value = escape(value);
    if let Some(range) = attr_range(raw, name) {
        let (before, after) = (cut(raw, 0..range.start), cut(raw, range.end..raw.len()));
        return format!("{before}{value}{after}");
    }
    let end = raw.len() - if raw.ends_with("/>") { 2 } else { 1 };
    format!("{} {name}=\"{value}\"{}", cut(raw, 0..end).trim_end(), cut(raw, end..raw.len()))
}

/// A tag without an attribute.
pub fn without_attr(raw: &str, name: &str) -> String {
    let Some(range) = attr_range(raw, name) else { return raw.to_owned() };
    let before = cut(raw, 0..range.start);
    let start = before.rfind([' ', '\t', '\n', '\r']).unwrap_or(range.start);
    format!("{}{}", cut(raw, 0..start), cut(raw, range.end + 1..raw.len()))
}

/// Text for an element or an attribute in double quotes.
pub fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// Text of an element, references resolved; what cannot be resolved stays as it is.
pub fn unescape(text: &str) -> String {
    let text = text.replace("<![CDATA[", "").replace("]]>", "");
    quick_xml::escape::unescape(&text).map(std::borrow::Cow::into_owned).unwrap_or(text)
}

/// Changes to a text, made from its beginning to its end; everything between stays as it is.
pub struct Edits<'a> {
    text: &'a str,
    out: String,
    at: usize,
}

impl<'a> Edits<'a> {
    /// No change yet.
    pub fn new(text: &'a str) -> Self {
        Self { text, out: String::with_capacity(text.len() + 1_024), at: 0 }
    }

    /// Puts something in the place of a range, which lies behind the ones before.
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        if range.start >= self.at {
            self.out.push_str(cut(self.text, self.at..range.start));
            self.out.push_str(with);
            self.at = range.end;
        }
    }

    /// The changed text.
    pub fn finish(mut self) -> String {
        self.out.push_str(cut(self.text, self.at..self.text.len()));
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_beside_comments_and_quotes() {
        let text = "<?xml version='1.0'?><!-- <x> --><a b='>'><s:c d=\"1\"/><![CDATA[<y>]]></a>";
        let found: Vec<_> = tags(text).map(|t| (t.name, t.kind)).collect();
        assert_eq!(found, [("a", Kind::Open), ("c", Kind::Empty), ("a", Kind::Close)]);
    }

    #[test]
    fn an_attribute_is_changed_added_and_taken_away() {
        assert_eq!(with_attr("<row r=\"3\" ht='2'>", "r", "4"), "<row r=\"4\" ht='2'>");
        assert_eq!(with_attr("<row/>", "r", "4"), "<row r=\"4\"/>");
        assert_eq!(without_attr("<c r=\"A1\" t=\"s\" s=\"2\"/>", "t"), "<c r=\"A1\" s=\"2\"/>");
        let tag = tags("<s r:id=\"a&amp;b\" x=\"1\"/>").next().map(|t| (t.attr("id"), t.number("x")));
        assert_eq!(tag, Some((Some("a&b".into()), Some(1))));
    }
}
