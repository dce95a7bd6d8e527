//! The guard in front of every upload: limits first, then parse. What is read is packed anew from the parts that are
//! needed, in a plain form of our own, so that no other part, promise or repetition can hurt.

mod comments;
mod manifest;
mod side;
mod strings;
mod styles;
mod watch;
mod xml;

pub use side::{GRID, Side};

use crate::failure::Failure;
use manifest::{Listed, Manifest, Relation, folder, relations_of};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Cursor, Seek, SeekFrom, Write};
use strings::Strings;
use styles::Styles;
use watch::{Limits, MAX_PART, Tee, Watch};
use xml::Xml;
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Largest file, in bytes.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// Most parts of a package.
const MAX_PARTS: usize = 3_000;
/// Most bytes of what is packed anew.
const MAX_PACKED: u64 = 12 * 1024 * 1024;
/// A package of at most so many bytes, unpacked, is packed anew without compression: it is read again at once.
const PLAIN: u64 = 4 * 1024 * 1024;
/// Most bytes of a part that only says where things are.
const MAX_INDEX: u64 = 4 * 1024 * 1024;
/// Most bytes of the custom properties.
const MAX_PROPERTIES: u64 = 1024 * 1024;

/// What a file is, by its first bytes and its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A workbook of today.
    Workbook,
    /// Text that may be separated values.
    Text,
}

/// Looks at a file's first bytes.
///
/// # Errors
/// [`Failure::Refused`] with the reason and so the way on.
pub fn sort(file: &str, bytes: &[u8]) -> Result<Sort, Failure> {
    let refuse = |reason| Err(Failure::refused(reason, ""));
    if bytes.is_empty() {
        return refuse("empty");
    }
    if bytes.len() > MAX_FILE {
        return refuse("too_large");
    }
    if file.starts_with("~$") || (bytes.len() == 165 && !bytes.starts_with(b"PK")) {
        return refuse("lock_file");
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let encrypted = bytes.windows(name.len()).any(|w| w == name);
        return refuse(if encrypted { "encrypted" } else { "legacy_xls" });
    }
    if bytes.starts_with(b"PK") {
        return Ok(Sort::Workbook);
    }
    let start = bytes.iter().copied().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xef | 0xbb | 0xbf));
    if start == Some(b'<') {
        return refuse("html");
    }
    Ok(Sort::Text)
}

fn damaged(error: impl std::fmt::Display) -> Failure {
    Failure::refused("damaged", error.to_string())
}

/// A sheet of a package.
#[derive(Debug)]
pub struct SheetPart {
    /// The tab's name.
    pub name: String,
    /// Hidden or very hidden.
    pub hidden: bool,
    /// Its name in the package that was packed anew; none where it holds no cells or is not there.
    pub packed: Option<String>,
    /// Marks that the workbook library does not tell.
    pub side: Side,
    /// Place and start of its comments, as many as are shown.
    pub comments: Vec<(String, String)>,
    /// How many comments it has.
    pub comment_count: usize,
}

/// A package within bounds.
#[derive(Debug)]
pub struct Package {
    /// A workbook of only what is read, in our own plain form.
    pub bytes: Vec<u8>,
    /// Sheets, in order.
    pub sheets: Vec<SheetPart>,
    /// Defined names with their formulas or constants.
    pub names: BTreeMap<String, String>,
    /// How many shared strings there are.
    pub strings: usize,
    /// Bytes of the shared strings.
    pub text: usize,
}

/// Reads a package within bounds and packs what is needed anew.
///
/// # Errors
/// [`Failure::Refused`] for what is no workbook, too large, or holds what it must not.
pub fn open(bytes: &[u8]) -> Result<Package, Failure> {
    let limits = Limits::default();
    let mut source = Source::open(bytes, &limits)?;
    let workbook = source.workbook_part()?;
    let home = folder(&workbook).to_owned();
    let manifest = source.part(&workbook, MAX_INDEX, manifest::manifest)?.ok_or_else(|| damaged(&workbook))?;
    let links = source.part(&relations_of(&workbook), MAX_INDEX, |x| manifest::relations(x, &home))?;
    let links = links.ok_or_else(|| damaged("workbook.xml.rels"))?;

    let mut out = Packer::new(&limits, source.promises() <= PLAIN);
    out.start("_rels/.rels")?;
    out.text(PACKAGE_LINKS)?;
    out.start("xl/sharedStrings.xml")?;
    let strings = linked(&links, "sharedStrings").unwrap_or_else(|| format!("{home}sharedStrings.xml"));
    let mut pieces = BufWriter::new(&mut out.zip);
    let strings = source.part(&strings, MAX_PART, |x| strings::rewrite(x, &mut pieces))?;
    pieces.flush().map_err(damaged)?;
    drop(pieces);
    if strings.is_none() {
        out.text("<sst></sst>")?;
    }
    let strings = strings.unwrap_or_default();
    out.start("xl/styles.xml")?;
    let styles = linked(&links, "styles").unwrap_or_else(|| format!("{home}styles.xml"));
    let styles = source.part(&styles, MAX_PART, |x| styles::rewrite(x, &mut out.zip))?;
    if styles.is_none() {
        out.text("<styleSheet></styleSheet>")?;
    }
    let styles = styles.unwrap_or_default();
    let mut sheets = Vec::new();
    for listed in &manifest.sheets {
        let packed = format!("s{}", sheets.len());
        sheets.push(sheet(&mut source, &mut out, listed, links.get(&listed.relation), packed, (&strings, &styles))?);
    }
    out.index(&sheets, &manifest)?;
    out.start("docProps/custom.xml")?;
    let copied = source.copy("docProps/custom.xml", MAX_PROPERTIES, &mut out.zip)?;
    if !copied {
        out.text("<Properties></Properties>")?;
    }
    let bytes = out.finish()?;
    Ok(Package { bytes, sheets, names: manifest.names, strings: strings.count, text: strings.bytes })
}

const PACKAGE_LINKS: &str = "<Relationships><Relationship Id=\"r\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"xl/workbook.xml\"/></Relationships>";

fn linked(links: &BTreeMap<String, Relation>, kind: &str) -> Option<String> {
    links.values().find(|r| r.kind == kind).map(|r| r.part.clone())
}

fn sheet(
    source: &mut Source<'_>,
    out: &mut Packer<'_>,
    listed: &Listed,
    link: Option<&Relation>,
    packed: String,
    (strings, styles): (&Strings, &Styles),
) -> Result<SheetPart, Failure> {
    let mut sheet = SheetPart {
        name: listed.name.clone(),
        hidden: listed.hidden,
        packed: None,
        side: Side::default(),
        comments: vec![],
        comment_count: 0,
    };
    // A chart, dialog or macro sheet holds no cells of ours.
    let Some(link) = link.filter(|l| l.kind == "worksheet" && source.has(&l.part)) else { return Ok(sheet) };
    out.start(&format!("xl/worksheets/{packed}.xml"))?;
    let zip = &mut out.zip;
    if let Some(side) = source.tee(&link.part, zip, |x| side::side(x, strings, styles))? {
        sheet.side = side;
        sheet.packed = Some(packed);
    }
    let home = folder(&link.part).to_owned();
    let around = source.part(&relations_of(&link.part), MAX_INDEX, |x| manifest::relations(x, &home))?;
    for comments in around.iter().flat_map(BTreeMap::values).filter(|r| r.kind == "comments").take(1) {
        if let Some((shown, count)) = source.part(&comments.part, MAX_PART, comments::comments)? {
            (sheet.comments, sheet.comment_count) = (shown, count);
        }
    }
    Ok(sheet)
}

/// The places of cells of a packed sheet that could not be read, by their numbers in the file's order.
pub fn places(package: &Package, sheet: &SheetPart, numbers: &BTreeSet<usize>) -> Vec<String> {
    let limits = Limits::default();
    let part = format!("xl/worksheets/{}.xml", sheet.packed.as_deref().unwrap_or(""));
    Source::open(&package.bytes, &limits)
        .and_then(|mut s| s.part(&part, MAX_PART, |x| side::places(x, numbers)))
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// The package as it came.
struct Source<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Names in lower case, to the number of the part.
    parts: BTreeMap<String, usize>,
    limits: &'a Limits,
}

type Part<'z, 'a> = ZipFile<'z, Cursor<&'a [u8]>>;

impl<'a> Source<'a> {
    fn open(bytes: &'a [u8], limits: &'a Limits) -> Result<Self, Failure> {
        // The directory is bounded before a library believes it; packages within the package may hold a few more.
        let listed = bytes.windows(4).filter(|w| *w == b"PK\x01\x02").take(2 * MAX_PARTS + 1).count();
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
    fn promises(&mut self) -> u64 {
        let sizes = (0..self.zip.len()).map(|n| self.zip.by_index_raw(n).map_or(u64::MAX, |part| part.size()));
        sizes.fold(0, u64::saturating_add)
    }

    fn has(&self, part: &str) -> bool {
        self.parts.contains_key(&part.to_lowercase())
    }

    /// The part that the package names as its document, where it is a workbook.
    fn workbook_part(&mut self) -> Result<String, Failure> {
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

    fn part<T>(
        &mut self,
        part: &str,
        most: u64,
        work: impl FnOnce(Xml<'_>) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let limits = self.limits;
        self.watched(part, most)?.map(|mut r| work(Xml::new(&mut r, limits, part))).transpose()
    }

    fn tee<T>(
        &mut self,
        part: &str,
        out: impl Write,
        work: impl FnOnce(Xml<'_>) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let limits = self.limits;
        self.watched(part, MAX_PART)?.map(|r| work(Xml::new(&mut Tee::new(r, out), limits, part))).transpose()
    }

    fn copy(&mut self, part: &str, most: u64, mut out: impl Write) -> Result<bool, Failure> {
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

/// The package that is packed anew.
struct Packer<'a> {
    zip: ZipWriter<Bounded<'a>>,
    plain: bool,
}

impl<'a> Packer<'a> {
    fn new(limits: &'a Limits, plain: bool) -> Self {
        Self { zip: ZipWriter::new(Bounded { inner: Cursor::new(Vec::new()), limits }), plain }
    }

    fn start(&mut self, part: &str) -> Result<(), Failure> {
        let options = SimpleFileOptions::default();
        let options = if self.plain {
            options.compression_method(CompressionMethod::Stored)
        } else {
            options.compression_method(CompressionMethod::Deflated).compression_level(Some(1))
        };
        self.zip.start_file(part, options).map_err(damaged)
    }

    fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.zip.write_all(text.as_bytes()).map_err(damaged)
    }

    /// Writes where the sheets are, under names of ours: two sheets of one name stay two.
    fn index(&mut self, sheets: &[SheetPart], manifest: &Manifest) -> Result<(), Failure> {
        let packed: Vec<&str> = sheets.iter().filter_map(|s| s.packed.as_deref()).collect();
        let entry = |(n, s): (usize, &&str)| format!("<sheet name=\"{s}\" sheetId=\"{}\" r:id=\"{s}\"/>", n + 1);
        let list: String = packed.iter().enumerate().map(entry).collect();
        let epoch = u8::from(manifest.from_1904);
        self.start("xl/workbook.xml")?;
        self.text(&format!(
            "<workbook xmlns:r=\"r\"><workbookPr date1904=\"{epoch}\"/><sheets>{list}</sheets></workbook>"
        ))?;
        let link = |s: &&str| format!("<Relationship Id=\"{s}\" Type=\"/worksheet\" Target=\"worksheets/{s}.xml\"/>");
        let links: String = packed.iter().map(link).collect();
        self.start("xl/_rels/workbook.xml.rels")?;
        self.text(&format!("<Relationships>{links}</Relationships>"))
    }

    fn finish(self) -> Result<Vec<u8>, Failure> {
        self.zip.finish().map(|b| b.inner.into_inner()).map_err(damaged)
    }
}

/// Takes what is packed anew, up to a bound.
struct Bounded<'a> {
    inner: Cursor<Vec<u8>>,
    limits: &'a Limits,
}

impl Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.inner.position() + bytes.len() as u64 > MAX_PACKED {
            return Err(self.limits.stop("too_much_text"));
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Bounded<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;

    fn reason(result: Result<impl std::fmt::Debug, Failure>) -> String {
        match result {
            Err(Failure::Refused { reason, .. }) => reason,
            other => format!("{other:?}"),
        }
    }

    fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            out.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))
                .unwrap();
            out.write_all(text).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    #[rstest]
    #[case("a.xlsx", b"", "empty")]
    #[case("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "legacy_xls")]
    #[case("a.xls", b"<html><table>", "html")]
    #[case("~$a.xlsx", b"xyz", "lock_file")]
    fn other_files_are_named(#[case] file: &str, #[case] bytes: &[u8], #[case] expected: &str) {
        assert_eq!(reason(sort(file, bytes)), expected);
    }

    #[test]
    fn a_password_is_seen_and_size_is_bounded() {
        let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
        bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(reason(sort("a.xlsx", &bytes)), "encrypted");
        assert_eq!(reason(sort("a.xlsx", &vec![b'P'; MAX_FILE + 1])), "too_large");
    }

    #[test]
    fn packages_are_bounded_before_they_are_parsed() {
        let book: (&str, &[u8]) = ("xl/workbook.xml", b"<workbook/>");
        let sheet: (&str, &[u8]) =
            ("xl/workbook.xml", b"<workbook><sheets><sheet name='a' r:id='a'/></sheets></workbook>");
        let bomb = b"<a> </a>".repeat(7 * 1024 * 1024);
        assert_eq!(reason(open(&package(&[sheet, LINKS, ("xl/s.xml", &bomb)]))), "too_much_text");
        assert_eq!(reason(open(&package(&[book, LINKS, ("xl/styles.xml", b"<!DOCTYPE x>")]))), "doctype");
        assert_eq!(reason(open(&package(&[("content.xml", b"x")]))), "ods");
        assert_eq!(reason(open(&package(&[("word/document.xml", b"x")]))), "other_office");
        assert_eq!(reason(open(&package(&[("xl/workbook.bin", b"x")]))), "xlsb");
        assert_eq!(reason(open(&package(&[("x", b"x")]))), "not_a_workbook");
        assert_eq!(reason(open(b"PK\x03\x04 cut short")), "damaged");
        let many: Vec<(String, &[u8])> = (0..3_001).map(|n| (format!("p{n}"), b"x".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(n, t)| (n.as_str(), *t)).collect();
        assert_eq!(reason(open(&package(&many))), "too_many_parts");
    }

    const LINKS: (&str, &[u8]) = (
        "xl/_rels/workbook.xml.rels",
        b"<Relationships><Relationship Id='a' Type='x/worksheet' Target='s.xml'/></Relationships>",
    );

    #[test]
    fn a_promise_of_a_hundred_billion_strings_is_not_believed() {
        let strings: &[u8] = b"<sst count=\"1\" uniqueCount=\"100000000000\"><si><t>a</t></si></sst>";
        let packed =
            open(&package(&[("xl/workbook.xml", b"<workbook/>"), LINKS, ("xl/sharedStrings.xml", strings)])).unwrap();
        assert_eq!((packed.strings, packed.text), (1, 1));
        let mut zip = ZipArchive::new(Cursor::new(packed.bytes)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("xl/sharedStrings.xml").unwrap(), &mut text).unwrap();
        assert!(!text.contains("uniqueCount"), "{text}");
    }
}
