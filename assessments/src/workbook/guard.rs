//! The guard in front of every upload: limits first, then parse. What is read is packed anew from the parts that are
//! needed, in a plain form of our own, so that no other part, promise or repetition can hurt.

mod comments;
mod manifest;
mod pack;
mod side;
mod source;
mod strings;
mod styles;
mod watch;
mod xml;

pub(super) use manifest::{folder, relations_of, resolve_part};
pub use side::{GRID, Side};
pub(super) use source::Source;
pub(super) use watch::Limits;

use crate::failure::Failure;
use manifest::{Listed, Relation};
use pack::Packer;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use strings::Strings;
use styles::Styles;
use watch::MAX_PART;

/// Largest file, in bytes.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// Most cells with a value: reading as many takes a quarter of a second.
pub const MAX_CELLS: usize = 200_000;
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

/// That a file has more cells than are read.
pub fn too_many_cells() -> Failure {
    Failure::refused("too_many_cells", MAX_CELLS.to_string())
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
    let (mut sheets, mut left) = (Vec::new(), MAX_CELLS);
    for listed in &manifest.sheets {
        let packed = format!("s{}", sheets.len());
        let link = links.get(&listed.relation);
        sheets.push(sheet(&mut source, &mut out, listed, link, packed, (&strings, &styles, &mut left))?);
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
    (strings, styles, left): (&Strings, &Styles, &mut usize),
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
    if let Some(side) = source.tee(&link.part, zip, |x| side::side(x, strings, styles, left))? {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rstest::rstest;
    use std::io::Cursor;
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipArchive, ZipWriter};

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

    /// Small parts are read at once, large ones in pieces: what both refuse is the same.
    #[rstest]
    #[case::small(0)]
    #[case::large(xml::AT_ONCE)]
    fn a_part_is_held_to_its_bounds_whatever_its_size(#[case] blanks: usize) {
        let book: (&str, &[u8]) = ("xl/workbook.xml", b"<workbook/>");
        let opened = |text: &[u8]| {
            let text = [&b" ".repeat(blanks), text].concat();
            open(&package(&[book, LINKS, ("xl/styles.xml", &text)]))
        };
        assert_eq!(reason(opened(&b"<a>".repeat(20_000))), "damaged");
        assert_eq!(reason(opened(b"<!DOCTYPE x><a/>")), "doctype");
        assert_eq!(reason(opened(b"<!doctype html><a/>")), "doctype");
        assert_eq!(reason(opened(b"<a/><!ENTITY x 'y'>")), "doctype");
        assert_eq!(reason(opened(b"<a/><!DOCTYPE")), "doctype");
        assert_eq!(reason(opened(b"<a/><!>")), "damaged");
        let named = |long: usize| opened(&[b"<", b"n".repeat(long).as_slice(), b"/>"].concat());
        assert!(named(200).is_ok());
        assert_eq!(reason(named(201)), "damaged");
        assert_eq!(reason(opened(&[b"<a></", b"n".repeat(201).as_slice(), b">"].concat())), "damaged");
        assert_eq!(reason(opened(b"<a b='\x3c'")), "damaged");
        assert!(opened(&b"<a></a><b/>".repeat(20_000)).is_ok());
        assert!(opened(b"<a><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE x>]]></a>").is_ok());
    }

    const LINKS: (&str, &[u8]) = (
        "xl/_rels/workbook.xml.rels",
        b"<Relationships><Relationship Id='a' Type='x/worksheet' Target='s.xml'/></Relationships>",
    );

    #[test]
    fn more_cells_than_are_read_are_refused_before_they_are_and_empty_ones_do_not_count() {
        let book: (&str, &[u8]) = (
            "xl/workbook.xml",
            b"<workbook><sheets><sheet name='a' r:id='a'/><sheet name='b' r:id='a'/></sheets></workbook>",
        );
        let opened = |cell: &str, many: usize| {
            let sheet = format!("<worksheet><sheetData><row>{}</row></sheetData></worksheet>", cell.repeat(many));
            open(&package(&[book, LINKS, ("xl/s.xml", sheet.as_bytes())]))
        };
        // The sheet stands there twice.
        assert!(opened("<c><v>1</v></c>", MAX_CELLS / 2).is_ok());
        assert_eq!(reason(opened("<c><v>1</v></c>", MAX_CELLS / 2 + 1)), "too_many_cells");
        assert!(opened("<c t='str'><f>A1</f><v></v></c>", MAX_CELLS).is_ok());
    }

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
