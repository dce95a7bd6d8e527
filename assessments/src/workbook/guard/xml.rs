//! A few helpers over the streaming parser, set the way the workbook library sets it, so that both see the same.

use super::watch::Limits;
use crate::failure::Failure;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::{BufReader, Read};

/// A part's events.
pub struct Xml<'a> {
    reader: Reader<BufReader<&'a mut dyn Read>>,
    limits: &'a Limits,
    part: &'a str,
    buffer: Vec<u8>,
}

impl<'a> Xml<'a> {
    /// Reads a part; `part` names it in refusals.
    pub fn new(inner: &'a mut dyn Read, limits: &'a Limits, part: &'a str) -> Self {
        let mut reader = Reader::from_reader(BufReader::with_capacity(32 * 1024, inner));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.check_comments = false;
        config.expand_empty_elements = true;
        config.allow_unmatched_ends = true;
        Self { reader, limits, part, buffer: Vec::new() }
    }

    /// The next event; none at the end.
    ///
    /// # Errors
    /// The bound that broke, or damage.
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Failure> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(error) => Err(self.limits.failure(self.part, error)),
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        self.reader.buffer_position()
    }

    /// A refusal because this part breaks a bound.
    pub fn too_much(&self) -> Failure {
        Failure::refused("too_much_text", self.part)
    }
}

/// An attribute by its local name, unescaped.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    attributes(element, [name]).map(|v| v.map(Cow::into_owned))[0].take()
}

/// Several attributes by their local names, unescaped, in one go; of two with one name the first.
pub fn attributes<'e, const N: usize>(element: &'e BytesStart<'_>, names: [&str; N]) -> [Option<Cow<'e, str>>; N] {
    let mut found = [const { None }; N];
    for attribute in element.attributes().with_checks(false).flatten() {
        let key = attribute.key.local_name();
        let wanted = found.iter_mut().zip(names).find(|(slot, name)| slot.is_none() && key.as_ref() == *name);
        if let Some((slot, _)) = wanted {
            *slot = Some(unescaped(attribute.value));
        }
    }
    found
}

fn unescaped(raw: Cow<'_, str>) -> Cow<'_, str> {
    if !raw.contains('&') {
        return raw;
    }
    Cow::Owned(quick_xml::escape::unescape(&raw).map(Cow::into_owned).unwrap_or_else(|_| raw.into_owned()))
}

/// An attribute that is a switch: `1`, `true`, or present without a value that says no.
pub fn is_on(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|v| matches!(v.as_str(), "1" | "true" | "on"))
}

/// What a reference in text stands for; one that is not known stays as it is written.
pub fn resolve(reference: &BytesRef<'_>, out: &mut String) {
    let name = reference.xml10_content();
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        out.push(c);
        return;
    }
    match name.as_ref() {
        "amp" => out.push('&'),
        "lt" => out.push('<'),
        "gt" => out.push('>'),
        "quot" => out.push('"'),
        "apos" => out.push('\''),
        other => {
            out.push('&');
            out.push_str(other);
            out.push(';');
        }
    }
}
