//! A few helpers over the streaming parser, set the way the workbook library sets it, so that both see the same.

use super::watch::{Limits, MAX_NAME, Tee, Watch};
use crate::failure::Failure;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::{BufReader, Read, Write};

/// Bytes of a part that are read at once. Parts are seldom larger; what is in memory is read without a copy of each event,
/// and its bounds are kept by its events, so that its bytes need not be watched one by one.
pub const AT_ONCE: usize = 512 * 1024;
/// Deepest nesting: a parser remembers every open element.
pub const MAX_DEPTH: i32 = 10_000;

/// A part's events.
pub struct Xml<'a> {
    events: Events<'a>,
    limits: &'a Limits,
    part: &'a str,
}

enum Events<'a> {
    /// Of a part that is in memory whole, how deep they are, and the part.
    Whole(Reader<&'a [u8]>, i32, &'a [u8]),
    /// Of a large one, piece by piece.
    Pieces(Box<Reader<BufReader<&'a mut dyn Read>>>, Vec<u8>),
}

/// Reads a part, and writes it to a second place as well where there is one, and works on its events; `part` names it in
/// refusals.
///
/// # Errors
/// The bound that broke, damage, or what the work refuses.
pub fn events<T>(
    mut from: Watch<'_, impl Read>,
    out: &mut dyn Write,
    (limits, part): (&Limits, &str),
    work: impl FnOnce(Xml<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let start = from.start(AT_ONCE).and_then(|start| out.write_all(&start).map(|()| start));
    let start = start.map_err(|error| limits.failure(part, error))?;
    if start.len() < AT_ONCE {
        let events = Events::Whole(set(Reader::from_reader(start.as_slice())), 0, &start);
        return work(Xml { events, limits, part });
    }
    let mut pieces = start.as_slice().chain(Tee::new(from, out));
    let reader = Reader::from_reader(BufReader::with_capacity(32 * 1024, &mut pieces as &mut dyn Read));
    work(Xml { events: Events::Pieces(Box::new(set(reader)), Vec::new()), limits, part })
}

fn set<R>(mut reader: Reader<R>) -> Reader<R> {
    let config = reader.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    config.expand_empty_elements = true;
    config.allow_unmatched_ends = true;
    reader
}

impl Xml<'_> {
    /// The next event; none at the end.
    ///
    /// # Errors
    /// The bound that broke, or damage.
    pub fn next(&mut self) -> Result<Option<Event<'_>>, Failure> {
        let event = match &mut self.events {
            Events::Whole(reader, depth, text) => {
                let event = reader.read_event();
                let name = match &event {
                    Ok(Event::Start(element)) => {
                        *depth += 1;
                        element.name().as_ref().len()
                    }
                    Ok(Event::End(element)) => {
                        *depth -= 1;
                        element.name().as_ref().len()
                    }
                    // A workbook never has a document type, nor another declaration.
                    Ok(Event::DocType(_)) => return Err(Failure::refused("doctype", self.part)),
                    Err(_) if declares(text, reader.error_position()) => {
                        return Err(Failure::refused("doctype", self.part));
                    }
                    _ => 0,
                };
                if *depth > MAX_DEPTH || name > MAX_NAME {
                    return Err(Failure::refused("damaged", self.part));
                }
                event
            }
            Events::Pieces(reader, buffer) => {
                buffer.clear();
                reader.read_event_into(buffer)
            }
        };
        match event {
            Ok(Event::Eof) => Ok(None),
            Ok(event) => Ok(Some(event)),
            Err(error) => Err(self.limits.failure(self.part, error)),
        }
    }

    /// Bytes read so far.
    pub fn position(&self) -> u64 {
        match &self.events {
            Events::Whole(reader, ..) => reader.buffer_position(),
            Events::Pieces(reader, _) => reader.buffer_position(),
        }
    }

    /// A refusal because this part breaks a bound.
    pub fn too_much(&self) -> Failure {
        Failure::refused("too_much_text", self.part)
    }
}

/// Whether a declaration begins here: a mark with a word behind it.
fn declares(text: &[u8], at: u64) -> bool {
    let at = usize::try_from(at).ok().and_then(|at| text.get(at..));
    matches!(at, Some([b'<', b'!', letter, ..]) if letter.is_ascii_alphabetic())
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
