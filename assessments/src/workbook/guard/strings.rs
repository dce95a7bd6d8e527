//! The shared strings, written anew: no promised count, no furigana, no struck-out runs, bounds kept.

use super::xml::{Xml, attribute, resolve};
use crate::failure::Failure;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use std::io::Write;

/// Most shared strings: more than the cells that are read would ever use.
const MAX_STRINGS: usize = 400_000;
/// Most bytes of one string; a cell holds 32,767 characters.
const MAX_STRING: usize = 512 * 1024;

/// What was seen in the shared strings.
#[derive(Default)]
pub struct Strings {
    /// How many there are.
    pub count: usize,
    /// Bytes of all texts.
    pub bytes: usize,
    /// Those whose every run is struck out, ascending.
    pub struck: Vec<u32>,
    /// Those that lost struck-out runs, ascending.
    pub partly: Vec<u32>,
}

/// A string's texts: what stands, and what is struck out.
#[derive(Default)]
pub struct Runs {
    kept: String,
    gone: String,
    struck: bool,
    phonetic: bool,
}

impl Runs {
    /// The text, and whether all or some of it is struck out. A string that is struck out whole keeps its text.
    pub fn finish(self) -> (String, bool, bool) {
        match (self.kept.trim().is_empty(), self.gone.trim().is_empty()) {
            (true, false) => (self.gone, true, false),
            (false, false) => (self.kept, false, true),
            _ => (self.kept, false, false),
        }
    }

    fn len(&self) -> usize {
        self.kept.len() + self.gone.len()
    }

    /// Takes one event inside a string; true at the start of a text.
    pub fn take(&mut self, event: &Event<'_>) -> bool {
        match event {
            Event::Start(e) => match e.local_name().as_ref() {
                "r" => self.struck = false,
                "strike" | "dstrike" => {
                    self.struck = attribute(e, "val").is_none_or(|v| matches!(v.as_str(), "1" | "true" | "on"));
                }
                "rPh" => self.phonetic = true,
                "t" => return !self.phonetic,
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "rPh" => self.phonetic = false,
            _ => {}
        }
        false
    }

    /// Adds a text as the workbook library reads it: outer ASCII blanks go unless they are to be kept.
    pub fn add(&mut self, text: &str, preserve: bool) {
        let text = if preserve { text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
        if self.struck { self.gone.push_str(text) } else { self.kept.push_str(text) }
    }
}

/// Reads the strings of a part and writes them, each as one plain text.
///
/// # Errors
/// The bound that broke, or damage.
pub fn rewrite(mut xml: Xml<'_>, mut out: impl Write) -> Result<Strings, Failure> {
    let write = |e: std::io::Error| Failure::refused("damaged", e.to_string());
    let mut seen = Strings::default();
    out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><sst>").map_err(write)?;
    loop {
        match xml.next()? {
            None => break,
            Some(Event::Start(e)) if e.local_name().as_ref() == "si" => {}
            Some(_) => continue,
        }
        let (text, struck, partly) = string(&mut xml, "si")?.finish();
        let index = u32::try_from(seen.count).unwrap_or(u32::MAX);
        if struck {
            seen.struck.push(index);
        }
        if partly {
            seen.partly.push(index);
        }
        seen.count += 1;
        seen.bytes += text.len();
        if seen.count > MAX_STRINGS {
            return Err(xml.too_much());
        }
        out.write_all(b"<si><t xml:space=\"preserve\">").map_err(write)?;
        out.write_all(escape(text.as_str()).as_bytes()).map_err(write)?;
        out.write_all(b"</t></si>").map_err(write)?;
    }
    out.write_all(b"</sst>").map_err(write)?;
    Ok(seen)
}

/// Reads a string up to the end of its element.
///
/// # Errors
/// The bound that broke, damage, or a string longer than any cell holds.
pub fn string(xml: &mut Xml<'_>, closing: &str) -> Result<Runs, Failure> {
    let mut runs = Runs::default();
    let mut text: Option<(String, bool)> = None;
    loop {
        match xml.next()? {
            None => return Ok(runs),
            Some(Event::End(e)) if e.local_name().as_ref() == closing => return Ok(runs),
            Some(Event::End(e)) if e.local_name().as_ref() == "t" => {
                if let Some((text, preserve)) = text.take() {
                    runs.add(&text, preserve);
                }
            }
            Some(Event::Text(t)) => drop(text.as_mut().map(|(s, _)| s.push_str(&t.xml10_content()))),
            Some(Event::CData(t)) => drop(text.as_mut().map(|(s, _)| s.push_str(&t.xml10_content()))),
            Some(Event::GeneralRef(e)) => drop(text.as_mut().map(|(s, _)| resolve(&e, s))),
            Some(event) => {
                if runs.take(&event) {
                    let preserve =
                        matches!(&event, Event::Start(e) if attribute(e, "space").as_deref() == Some("preserve"));
                    text = Some((String::new(), preserve));
                }
            }
        }
        if runs.len() + text.as_ref().map_or(0, |(t, _)| t.len()) > MAX_STRING {
            return Err(xml.too_much());
        }
    }
}
