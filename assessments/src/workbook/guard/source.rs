//! The package as it came: its parts by name, each read within bounds.

use super::manifest::{self, folder};
use super::watch::{Limits, MAX_PART, Watch};
use super::xml::{Xml, events};
use super::{MAX_INDEX, damaged, linked};
use crate::failure::Failure;
use memchr::memmem;
use std::collections::BTreeMap;
use std::io::{Cursor, Write, sink};
use zip::ZipArchive;
use zip::read::ZipFile;

/// Most parts of a package.
const MAX_PARTS: usize = 3_000;

/// The package as it came.
pub struct Source<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Names in lower case, to the number of the part.
    parts: BTreeMap<String, usize>,
    limits: &'a Limits,
}

type Part<'z, 'a> = ZipFile<'z, Cursor<&'a [u8]>>;

impl<'a> Source<'a> {
    pub fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Failure> {
        // The directory is bounded before a library believes it; packages within the package may hold a few more.
        let listed = memmem::find_iter(bytes, b"PK\x01\x02").take(2 * MAX_PARTS + 1).count();
        if listed > 2 * MAX_PARTS {
            return Err(Failure::refused("too_many_parts", ""));
        }
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        if zip.len() > MAX_PARTS {
            return Err(Failure::refused("too_many_parts", zip.len().to_string()));
        }
        // Two parts of one name: which is read would be chance. The library keeps one of them, so the counts differ.
        if promised(bytes).is_some_and(|n| n > zip.len()) {
            return Err(damaged("a part twice"));
        }
        let mut parts = BTreeMap::new();
        for index in 0..zip.len() {
            let part = zip.by_index_raw(index).map_err(damaged)?;
            let name = part.name().map_err(damaged)?.trim_start_matches('/').replace('\\', "/").to_lowercase();
            if !part.is_dir() && parts.insert(name.clone(), index).is_some() {
                return Err(damaged(name));
            }
        }
        Ok(Self { zip, parts, limits })
    }

    /// Bytes of all parts as the package promises them. What does not keep its promise meets the bounds all the same.
    pub fn promises(&mut self) -> u64 {
        let sizes = (0..self.zip.len()).map(|n| self.zip.by_index_raw(n).map_or(u64::MAX, |part| part.size()));
        sizes.fold(0, u64::saturating_add)
    }

    pub fn has(&self, part: &str) -> bool {
        self.parts.contains_key(&part.to_lowercase())
    }

    /// The part that the package names as its document, where it is a workbook.
    pub fn workbook_part(&mut self) -> Result<String, Failure> {
        let links = self.part("_rels/.rels", MAX_INDEX, |x| manifest::relations(x, ""))?.unwrap_or_default();
        let named = linked(&links, "officeDocument").unwrap_or_else(|| "xl/workbook.xml".into());
        let names_a_workbook = folder(&named).eq_ignore_ascii_case("xl/") || named.contains("workbook");
        if names_a_workbook && named.to_lowercase().ends_with(".xml") && self.has(&named) {
            return Ok(named);
        }
        if self.has("xl/workbook.xml") {
            return Ok("xl/workbook.xml".into());
        }
        let reason = match () {
            () if self.has("xl/workbook.bin") => "xlsb",
            () if self.has("mimetype") || self.has("content.xml") => "ods",
            () if self.has("word/document.xml") || self.has("ppt/presentation.xml") => "other_office",
            () => "not_a_workbook",
        };
        Err(Failure::refused(reason, ""))
    }

    fn watched(&mut self, part: &str, most: u64) -> Result<Option<Watch<'a, Part<'_, 'a>>>, Failure> {
        let Some(index) = self.parts.get(&part.to_lowercase()) else { return Ok(None) };
        Ok(Some(Watch::new(self.zip.by_index(*index).map_err(damaged)?, self.limits, most)))
    }

    pub fn part<T>(
        &mut self,
        part: &str,
        most: u64,
        work: impl FnOnce(Xml<'_>) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let limits = self.limits;
        self.watched(part, most)?.map(|from| events(from, &mut sink(), (limits, part), work)).transpose()
    }

    pub fn tee<T>(
        &mut self,
        part: &str,
        mut out: impl Write,
        work: impl FnOnce(Xml<'_>) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let limits = self.limits;
        self.watched(part, MAX_PART)?.map(|from| events(from, &mut out, (limits, part), work)).transpose()
    }

    /// The names of all parts, in lower case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// A part as text, within bounds.
    pub fn text(&mut self, part: &str, most: u64) -> Result<Option<String>, Failure> {
        let limits = self.limits;
        let Some(mut from) = self.watched(part, most)? else { return Ok(None) };
        let mut text = String::new();
        std::io::Read::read_to_string(&mut from, &mut text).map_err(|e| limits.failure(part, e))?;
        Ok(Some(text))
    }

    pub fn copy(&mut self, part: &str, most: u64, mut out: impl Write) -> Result<bool, Failure> {
        let limits = self.limits;
        let Some(mut from) = self.watched(part, most)? else { return Ok(false) };
        std::io::copy(&mut from, &mut out).map_err(|e| limits.failure(part, e))?;
        Ok(true)
    }
}

/// How many parts the end of the package promises, where it says so in the old, short form.
fn promised(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).rposition(|w| w == b"PK\x05\x06")?;
    let count = bytes.get(end + 10..end + 12)?;
    let count = usize::from(count.first()?.to_owned()) + 256 * usize::from(count.get(1)?.to_owned());
    (count < 0xffff).then_some(count)
}
