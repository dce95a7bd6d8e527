//! A cell's text with the looks of its parts, and the marks in it: `{{name}}`, `{{#list}}`, `{{/list}}`.

use super::xml::{Kind, cut, escape, tags, unescape};
use std::ops::Range;

/// A part of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Its looks, as XML; empty where it has those of the cell.
    pub looks: String,
    /// Its words.
    pub text: String,
}

/// A text with looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rich(pub Vec<Run>);

/// A mark in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `{{name}}`.
    Field(String),
    /// `{{#list}}`.
    Open(String),
    /// `{{/list}}`.
    Close(String),
}

impl Mark {
    /// As a person names it.
    pub fn written(&self) -> String {
        match self {
            Mark::Field(name) => format!("{{{{{name}}}}}"),
            Mark::Open(name) => format!("{{{{#{name}}}}}"),
            Mark::Close(name) => format!("{{{{/{name}}}}}"),
        }
    }
}

impl Rich {
    /// Reads what stands within `<si>` or `<is>`; readings of kanji are left out.
    pub fn read(inner: &str) -> Rich {
        let (mut runs, mut run, mut text_from, mut looks_from) = (vec![], None::<Run>, None, 0);
        let mut phonetic = false;
        for tag in tags(inner) {
            match (tag.name, tag.kind) {
                ("rPh", Kind::Open) => phonetic = true,
                ("rPh", Kind::Close) => phonetic = false,
                ("r", Kind::Open) => run = Some(Run::default()),
                ("r", Kind::Close) => runs.extend(run.take()),
                ("rPr", Kind::Open) => looks_from = tag.start,
                ("rPr", Kind::Close | Kind::Empty) => {
                    let from = if tag.kind == Kind::Empty { tag.start } else { looks_from };
                    if let Some(run) = &mut run {
                        run.looks = cut(inner, from..tag.end).to_owned();
                    }
                }
                ("t", Kind::Open) => text_from = Some(tag.end),
                ("t", Kind::Close) => {
                    let Some(from) = text_from.take().filter(|_| !phonetic) else { continue };
                    let text = unescape(cut(inner, from..tag.start));
                    match &mut run {
                        Some(run) => run.text.push_str(&text),
                        None => runs.push(Run { looks: String::new(), text }),
                    }
                }
                _ => {}
            }
        }
        Rich(runs)
    }

    /// A text without looks of its own.
    pub fn plain(text: &str) -> Rich {
        Rich(vec![Run { looks: String::new(), text: text.to_owned() }])
    }

    /// The words.
    pub fn text(&self) -> String {
        self.0.iter().map(|r| r.text.as_str()).collect()
    }

    /// The marks, with their places in the words.
    pub fn marks(&self) -> Vec<(Range<usize>, Mark)> {
        marks(&self.text())
    }

    /// The text with something in the place of each mark; a mark that spans parts takes the looks of its first.
    pub fn filled(&self, mut value: impl FnMut(&Mark) -> String) -> Rich {
        let with: Vec<(Range<usize>, String)> =
            self.marks().into_iter().map(|(range, mark)| (range, value(&mark))).collect();
        let mut at = 0;
        let fill = |run: &Run| {
            let (from, to) = (at, at + run.text.len());
            at = to;
            let (mut out, mut here) = (String::new(), from);
            for (range, value) in with.iter().filter(|(r, _)| r.start < to && r.end > from) {
                out.push_str(cut(&run.text, here - from..range.start.max(here) - from));
                if range.start >= from {
                    out.push_str(value);
                }
                here = range.end.min(to).max(here);
            }
            out.push_str(cut(&run.text, here - from..run.text.len()));
            Run { looks: run.looks.clone(), text: out }
        };
        Rich(self.0.iter().map(fill).collect())
    }

    /// As the inside of `<is>`.
    pub fn xml(&self) -> String {
        let text = |run: &Run| format!("<t xml:space=\"preserve\">{}</t>", words(&run.text));
        match self.0.as_slice() {
            [run] if run.looks.is_empty() => text(run),
            runs => {
                let shown = runs.iter().filter(|r| !r.text.is_empty());
                shown.map(|r| format!("<r>{}{}</r>", r.looks, text(r))).collect()
            }
        }
    }
}

/// Most characters of a mark, and bytes in which it stands with its braces and the blanks around it.
const MAX_MARK: usize = 80;
const REACH: usize = 480;

/// The marks of a text, with their places.
pub fn marks(text: &str) -> Vec<(Range<usize>, Mark)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, open)) = first(text, at, ["{{", "｛｛"]) {
        // No farther than a mark can reach: a text of nothing but `{{` would be searched to its end for each.
        let reach = (start..=text.len().min(start + REACH)).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(start);
        let Some((end, close)) = first(cut(text, 0..reach), start + open, ["}}", "｝｝"]) else {
            at = start + open;
            continue;
        };
        let inner = cut(text, start + open..end).trim();
        at = end + close;
        // Braces around a long text are somebody's words.
        if inner.is_empty() || inner.chars().count() > MAX_MARK || inner.contains(['{', '\n']) {
            at = start + open;
            continue;
        }
        let name = |rest: &str| rest.trim().to_owned();
        let mark = match inner.chars().next() {
            Some('#' | '＃') => Mark::Open(name(inner.trim_start_matches(['#', '＃']))),
            Some('/' | '／') => Mark::Close(name(inner.trim_start_matches(['/', '／']))),
            _ => Mark::Field(name(inner)),
        };
        found.push((start..at, mark));
    }
    found
}

fn first(text: &str, from: usize, of: [&str; 2]) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let here = |at: usize| {
        of.iter().find(|p| rest.get(at..).is_some_and(|r| r.starts_with(**p))).map(|p| (from + at, p.len()))
    };
    rest.char_indices().find_map(|(at, _)| here(at))
}

/// Words for a cell: what XML cannot hold is left out, and what a workbook would read as an escape is escaped.
fn words(text: &str) -> String {
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect();
    let mut out = String::with_capacity(kept.len());
    let mut rest = kept.as_str();
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let code = from.as_bytes().get(2..7);
        let escape = code.is_some_and(|c| c.iter().take(4).all(u8::is_ascii_hexdigit) && c.last() == Some(&b'_'));
        out.push_str(if escape { "_x005F_x" } else { "_x" });
        rest = from.get(2..).unwrap_or("");
    }
    out.push_str(rest);
    escape(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_both_widths() {
        let names: Vec<String> = marks("{{ version }}版｛｛＃対策｝｝{{/controls}} {{}} {{x")
            .into_iter()
            .map(|(_, m)| m.written())
            .collect();
        assert_eq!(names, ["{{version}}", "{{#対策}}", "{{/controls}}"]);
        // Openings without an end hide no mark behind them, and a mark has its length.
        let many = format!("{}{}{{{{version}}}}", "{{".repeat(40_000), "あ".repeat(200));
        assert_eq!(marks(&many).len(), 1);
        assert!(marks(&format!("{{{{{}}}}}", "あ".repeat(MAX_MARK + 1))).is_empty());
        assert_eq!(marks(&format!("{{{{ {} }}}}", "あ".repeat(MAX_MARK))).len(), 1);
    }

    #[test]
    fn a_mark_that_spans_parts_is_filled_once_and_looks_stay() {
        let xml = "<r><rPr><b/></rPr><t>判定: {{ver</t></r><r><t xml:space=\"preserve\">dict}} です</t></r><rPh sb=\"0\" eb=\"1\"><t>ハン</t></rPh>";
        let rich = Rich::read(xml);
        assert_eq!(rich.text(), "判定: {{verdict}} です");
        let filled = rich.filled(|_| "=1+1 <△>".into());
        assert_eq!(filled.text(), "判定: =1+1 <△> です");
        assert!(
            filled.xml().starts_with("<r><rPr><b/></rPr><t xml:space=\"preserve\">判定: =1+1 &lt;△&gt;</t></r>"),
            "{}",
            filled.xml()
        );
    }

    #[test]
    fn what_a_workbook_reads_as_an_escape_stays_words() {
        let xml = Rich::plain("_x000D_ \u{1}a\r\nb _xyz_").xml();
        assert_eq!(xml, "<t xml:space=\"preserve\">_x005F_x000D_ a\nb _xyz_</t>");
    }
}
