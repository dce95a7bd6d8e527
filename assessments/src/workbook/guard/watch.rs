//! Bounds that are kept while a part is inflated, byte by byte, before any parser buffers it.

use super::xml::MAX_DEPTH;
use crate::failure::Failure;
use memchr::{memchr, memchr3};
use std::cell::Cell;
use std::io::{Error, Read, Result, Write};

/// Most bytes of one inflated part.
pub const MAX_PART: u64 = 48 * 1024 * 1024;
/// Most bytes of all inflated parts that are read.
pub const MAX_ALL: u64 = 96 * 1024 * 1024;
/// Most bytes of one XML event: a parser holds an event whole.
const MAX_EVENT: usize = 1024 * 1024;
/// Most bytes of an element's name.
pub const MAX_NAME: usize = 200;
/// In the place of the length of a name that has ended.
const NAMED: usize = usize::MAX;

/// What all parts of a package share: how much was inflated, and why reading stopped.
#[derive(Default)]
pub struct Limits {
    all: Cell<u64>,
    broken: Cell<Option<&'static str>>,
}

impl Limits {
    /// The refusal behind an error met while reading a part: the bound that broke, else damage.
    pub fn failure(&self, part: &str, error: impl std::fmt::Display) -> Failure {
        match self.broken.get() {
            Some(reason) => Failure::refused(reason, part),
            None => Failure::refused("damaged", format!("{part}: {error}")),
        }
    }

    /// Names the bound that broke.
    pub fn stop(&self, reason: &'static str) -> Error {
        self.broken.set(Some(reason));
        Error::other(reason)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Opened,
    Tag(Option<u8>),
    Bang,
    Comment,
    CData,
    Instruction,
}

/// Reads a part within its bounds, and refuses a document type.
pub struct Watch<'a, R> {
    inner: R,
    limits: &'a Limits,
    /// Most bytes of this part.
    most: u64,
    read: u64,
    state: State,
    /// Bytes of the event so far.
    run: usize,
    name: usize,
    closing: bool,
    depth: i32,
    /// The last eight bytes that were looked at, the newest lowest: turning one number is cheaper than moving eight bytes.
    tail: u64,
}

impl<'a, R: Read> Watch<'a, R> {
    /// Watches a part of at most `most` bytes.
    pub fn new(inner: R, limits: &'a Limits, most: u64) -> Self {
        Self { inner, limits, most, read: 0, state: State::Text, run: 0, name: 0, closing: false, depth: 0, tail: 0 }
    }

    /// The part's first bytes, at most so many. They are looked at only where there are as many: whoever gets the whole
    /// part has it in memory, and sees its bounds by its events.
    pub fn start(&mut self, most: usize) -> Result<Vec<u8>> {
        let mut start = Vec::new();
        let mut piece = [0; 16 * 1024];
        while start.len() < most {
            let room = piece.len().min(most - start.len());
            let count = self.inner.read(&mut piece[..room])?;
            if count == 0 {
                return Ok(start);
            }
            self.count(count)?;
            start.extend_from_slice(&piece[..count]);
        }
        self.look(&start)?;
        Ok(start)
    }

    fn count(&mut self, count: usize) -> Result<()> {
        self.read += count as u64;
        self.limits.all.set(self.limits.all.get() + count as u64);
        if self.read > self.most || self.limits.all.get() > MAX_ALL {
            return Err(self.limits.stop("too_much_text"));
        }
        Ok(())
    }

    fn look(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            // Most bytes are words and values: on to the one that ends them.
            let same = match self.state {
                State::Text => memchr(b'<', bytes),
                State::Tag(Some(quote)) => memchr(quote, bytes),
                State::Tag(None) if self.name == NAMED => memchr3(b'"', b'\'', b'>', bytes),
                _ => Some(0),
            };
            let same = same.unwrap_or(bytes.len());
            self.run += same;
            if let Some(before) = same.checked_sub(1).and_then(|at| bytes.get(at)) {
                self.tail = self.tail & !0xff | u64::from(*before);
            }
            let Some((&byte, rest)) = bytes.get(same..).and_then(<[u8]>::split_first) else { break };
            bytes = rest;
            self.run += 1;
            self.tail = self.tail << 8 | u64::from(byte);
            self.step(byte)?;
            if self.run > MAX_EVENT {
                return Err(self.limits.stop("too_much_text"));
            }
        }
        if self.run > MAX_EVENT { Err(self.limits.stop("too_much_text")) } else { Ok(()) }
    }

    fn step(&mut self, byte: u8) -> Result<()> {
        match self.state {
            State::Text if byte == b'<' => self.enter(State::Opened),
            State::Text => {}
            State::Opened => {
                (self.name, self.closing) = (usize::from(byte != b'/'), byte == b'/');
                self.state = match byte {
                    b'!' => State::Bang,
                    b'?' => State::Instruction,
                    b'>' => State::Text,
                    _ => State::Tag(None),
                };
            }
            State::Tag(None) => self.tag(byte)?,
            State::Tag(Some(quote)) if byte == quote => self.state = State::Tag(None),
            State::Tag(_) => {}
            State::Bang if self.ends_with(b"<!--") => self.state = State::Comment,
            State::Bang if self.ends_with(b"[CDATA[") => self.state = State::CData,
            // A word behind the mark: a document type, which a workbook never has.
            State::Bang if self.run == 3 && byte.is_ascii_alphabetic() => return Err(self.limits.stop("doctype")),
            State::Bang if byte == b'>' => self.enter(State::Text),
            State::Bang => {}
            State::Comment if self.ends_with(b"-->") => self.enter(State::Text),
            State::CData if self.ends_with(b"]]>") => self.enter(State::Text),
            State::Instruction if self.ends_with(b"?>") => self.enter(State::Text),
            State::Comment | State::CData | State::Instruction => {}
        }
        Ok(())
    }

    fn tag(&mut self, byte: u8) -> Result<()> {
        match byte {
            b'"' | b'\'' => self.state = State::Tag(Some(byte)),
            b'>' => {
                let empty = self.tail >> 8 & 0xff == u64::from(b'/');
                self.depth += if self.closing { -1 } else { i32::from(!empty) };
                if self.depth > MAX_DEPTH {
                    return Err(self.limits.stop("damaged"));
                }
                self.enter(State::Text);
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'/' => self.name = NAMED,
            _ if self.name != NAMED => {
                self.name += 1;
                if self.name > MAX_NAME {
                    return Err(self.limits.stop("damaged"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the bytes so far end so; `end` has at most seven.
    fn ends_with(&self, end: &[u8]) -> bool {
        let wanted = end.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        self.tail & ((1 << (8 * end.len())) - 1) == wanted
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        self.run = usize::from(state == State::Opened);
    }
}

impl<R: Read> Read for Watch<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count(count)?;
        self.look(buffer.get(..count).unwrap_or(&[]))?;
        Ok(count)
    }
}

/// Writes what is read to a second place as well.
pub struct Tee<R, W> {
    inner: R,
    out: W,
}

impl<R: Read, W: Write> Tee<R, W> {
    /// Copies what comes from `inner` to `out`.
    pub fn new(inner: R, out: W) -> Self {
        Self { inner, out }
    }
}

impl<R: Read, W: Write> Read for Tee<R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.inner.read(buffer)?;
        self.out.write_all(buffer.get(..count).unwrap_or(&[]))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    fn watched(text: &[u8]) -> std::result::Result<usize, String> {
        let limits = Limits::default();
        let mut out = Vec::new();
        match Watch::new(text, &limits, 8_000_000).read_to_end(&mut out) {
            Ok(count) => Ok(count),
            Err(_) => Err(limits.broken.get().unwrap().to_owned()),
        }
    }

    #[rstest]
    #[case::plain(b"<?xml version='1.0'?><a b='<>'><!-- < --><![CDATA[<!DOCTYPE]]>x</a>".to_vec(), Ok(()))]
    #[case::doctype(b"<?xml version='1.0'?> <!DOCTYPE x []><a/>".to_vec(), Err("doctype"))]
    #[case::lower_case(b"<!doctype html>".to_vec(), Err("doctype"))]
    #[case::one_long_text([b"<a>".to_vec(), vec![b' '; 2_000_000]].concat(), Err("too_much_text"))]
    #[case::one_long_comment([b"<!--".to_vec(), vec![b'<'; 2_000_000]].concat(), Err("too_much_text"))]
    #[case::one_long_attribute([b"<a b='".to_vec(), vec![b'<'; 2_000_000]].concat(), Err("too_much_text"))]
    #[case::deep(b"<a>".repeat(20_000), Err("damaged"))]
    #[case::wide(b"<a></a><b/>".repeat(20_000), Ok(()))]
    #[case::empty_elements(b"<a b='1' c=\"2\" /><a   />".repeat(20_000), Ok(()))]
    #[case::deep_with_attributes(b"<a b='/' c >".repeat(20_000), Err("damaged"))]
    #[case::long_name([b"<".to_vec(), vec![b'a'; MAX_NAME + 1]].concat(), Err("damaged"))]
    #[case::long_closing([b"</".to_vec(), vec![b'a'; MAX_NAME + 1]].concat(), Err("damaged"))]
    #[case::as_long_as_may_be([b"<".to_vec(), vec![b'a'; MAX_NAME], b"></".to_vec(), vec![b'a'; MAX_NAME], b">".to_vec()].concat(), Ok(()))]
    fn bounds_hold_while_inflating(#[case] text: Vec<u8>, #[case] expected: std::result::Result<(), &str>) {
        assert_eq!(watched(&text).map(|_| ()), expected.map_err(str::to_owned));
    }
}
