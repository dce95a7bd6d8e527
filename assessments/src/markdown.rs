//! Markdown to HTML that is safe to show, and to plain text.
//!
//! What people type and what files bring is never trusted: raw HTML is shown as text, and what comes out passes an
//! allow-list. The page's content security policy is the second wall, not the first.

use crate::mention;
use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream, html};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from([
            "p",
            "br",
            "hr",
            "em",
            "strong",
            "del",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "a",
            "h3",
            "h4",
            "h5",
            "h6",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        ]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))]))
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    cleaner
});

/// Markdown as HTML. Headings start at the third level, images become their text, raw HTML is shown as it was typed,
/// and a single line end is a line end, as Japanese writers expect.
pub fn to_html(text: &str) -> String {
    drawn(text, Parser::new_ext(text, options()))
}

/// The same for a comment: whom it names (handle to name) stands there by name.
pub fn to_html_naming(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut code = 0;
    let events = TextMergeStream::new(Parser::new_ext(text, options())).flat_map(|event| {
        code += depth(&event);
        match event {
            Event::Text(words) if code == 0 => named(&words, names),
            other => vec![other],
        }
    });
    drawn(text, events)
}

/// A text cut where it names somebody.
fn named(words: &str, names: &BTreeMap<String, String>) -> Vec<Event<'static>> {
    let mut out = Vec::new();
    let mut from = 0;
    for (range, handle) in mention::find(words) {
        let Some(name) = names.get(&handle) else { continue };
        out.push(Event::Text(words[from..range.start].to_owned().into()));
        out.push(Event::Start(Tag::Strong));
        out.push(Event::Text(format!("@{name}").into()));
        out.push(Event::End(TagEnd::Strong));
        from = range.end;
    }
    out.push(Event::Text(words[from..].to_owned().into()));
    out
}

/// The handles that a text names, each once. What stands in code names nobody.
pub fn handles(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut code = 0;
    for event in TextMergeStream::new(Parser::new_ext(text, options())) {
        code += depth(&event);
        if let Event::Text(words) = &event
            && code == 0
        {
            for (_, handle) in mention::find(words) {
                if !out.contains(&handle) {
                    out.push(handle);
                }
            }
        }
    }
    out
}

/// Into a block of code, or out of one.
fn depth(event: &Event<'_>) -> i32 {
    match event {
        Event::Start(Tag::CodeBlock(_)) => 1,
        Event::End(TagEnd::CodeBlock) => -1,
        _ => 0,
    }
}

fn drawn<'a>(text: &str, events: impl Iterator<Item = Event<'a>>) -> String {
    let events = events.filter_map(|event| {
        Some(match event {
            Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
            Event::SoftBreak => Event::HardBreak,
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
            Event::Start(Tag::Heading { level, id, classes, attrs }) => {
                Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
            }
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
            other => other,
        })
    });
    let mut out = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut out, events);
    CLEANER.clean(&out).to_string()
}

fn lower(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H3, H4, H5, H6};
    match level as u8 {
        1 => H3,
        2 => H4,
        3 => H5,
        _ => H6,
    }
}

/// Markdown as plain text, for search and snippets: marks go, the words and line ends stay.
pub fn to_plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Text(t) | Event::Code(t) | Event::Html(t) | Event::InlineHtml(t) => out.push_str(&t),
            Event::SoftBreak | Event::HardBreak | Event::Rule => out.push('\n'),
            // A cell's own text ends with a blank, a block with one line end.
            Event::End(TagEnd::TableCell) => out.push(' '),
            Event::End(end) if ends_line(end) && !out.ends_with('\n') => out.push('\n'),
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

/// Whether a block ends here.
fn ends_line(end: TagEnd) -> bool {
    use TagEnd::{CodeBlock, Heading, Item, Paragraph, TableHead, TableRow};
    matches!(end, Paragraph | Item | Heading(_) | CodeBlock | TableRow | TableHead)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("<script>alert(1)</script>", "<script")]
    #[case("<img src=x onerror=alert(1)>", "<img")]
    #[case("[x](javascript:alert(1))", "javascript:")]
    #[case("[x](JaVaScRiPt:alert(1))", "href=\"Ja")]
    #[case("[x](data:text/html;base64,PHNjcmlwdD4=)", "href")]
    #[case("![x](https://tracker.example/x.png)", "<img")]
    #[case("<a href=\"https://a\" onclick=\"x()\">y</a>", "<a href")]
    #[case("[x](//evil.example)", "href")]
    #[case("[x](/sign-out)", "href")]
    fn hostile_text_is_harmless(#[case] text: &str, #[case] never: &str) {
        let html = to_html(text);
        assert!(!html.contains(never), "{html}");
    }

    #[test]
    fn ordinary_text_reads_well() {
        let html = to_html("# 見出し\n\n- **鍵**は`KMS`\n- [出典](https://docs.example/a)\n\n一行目\n二行目");
        assert!(
            html.contains("<h3>見出し</h3>")
                && html.contains("<strong>鍵</strong>")
                && html.contains("<code>KMS</code>")
        );
        assert!(html.contains("rel=\"noopener noreferrer nofollow\"") && html.contains("一行目<br>"));
        assert_eq!(to_plain("- **鍵**は`KMS`\n- 次"), "鍵はKMS\n次");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_no_tag_runs(text in "\\PC{0,80}|[<>a-z/=\"' ()\\[\\]:!&#;]{0,80}") {
            let html = to_html(&text).to_lowercase();
            for never in ["<script", "<img", "<svg", "<iframe", "<style", "<form", "<input", "<object"] {
                prop_assert!(!html.contains(never), "{html}");
            }
        }
    }
}
