//! Files that want to hurt, of this project's own making.
#![allow(clippy::unwrap_used, dead_code)]

pub mod tables;
pub mod texts;

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What must come of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Refused with one of these codes.
    Refused(&'static [&'static str]),
    /// Read, with a finding of this code (any where empty).
    Read(&'static str),
    /// Read or refused: only without panic, and within bounds.
    Either,
}

/// A file.
pub struct Case {
    /// What it does.
    pub name: &'static str,
    /// Its name as dropped.
    pub file: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What must come of it.
    pub expect: Expect,
}

/// A package of parts.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        out.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        out.write_all(text).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const TYPES: &[u8] = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'><Override PartName='/xl/workbook.xml' ContentType='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml'/></Types>";
const ROOT: &[u8] = b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument' Target='xl/workbook.xml'/></Relationships>";
const LINKS: &[u8] = b"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet' Target='worksheets/sheet1.xml'/><Relationship Id='r2' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings' Target='sharedStrings.xml'/></Relationships>";
const BOOK: &[u8] = b"<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'><sheets><sheet name='S' sheetId='1' r:id='r1'/></sheets></workbook>";

fn sheet_xml(inside: &str) -> Vec<u8> {
    format!("<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{inside}</worksheet>")
        .into_bytes()
}

/// A workbook whose one sheet holds this XML, with these shared strings.
pub fn book(inside: &str, strings: &str) -> Vec<u8> {
    let strings = format!("<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{strings}</sst>");
    package(&[
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", ROOT),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", LINKS),
        ("xl/worksheets/sheet1.xml", &sheet_xml(inside)),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ])
}

fn data(rows: &str) -> Vec<u8> {
    book(&format!("<sheetData>{rows}</sheetData>"), "<si><t>a</t></si>")
}

fn cell(at: &str, text: &str) -> String {
    format!("<row><c r='{at}' t='inlineStr'><is><t>{text}</t></is></c></row>")
}

/// A part that unpacks to far more than it weighs.
pub fn bomb(megabytes: usize) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [("_rels/.rels", ROOT), ("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", LINKS)];
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        out.start_file(name, options).unwrap();
        out.write_all(text).unwrap();
    }
    out.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    out.write_all(b"<worksheet><sheetData>").unwrap();
    let blank = vec![b' '; 1024 * 1024];
    for _ in 0..megabytes {
        out.write_all(&blank).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The largest workbook that is still taken: many cells of short texts.
pub fn large(cells: usize) -> Vec<u8> {
    let mut rows = String::with_capacity(cells * 70);
    for n in 0..cells / 20 {
        rows.push_str("<row>");
        for col in 0..20 {
            let col = char::from(b'A' + col);
            rows.push_str(&format!("<c r='{col}{}' t='inlineStr'><is><t>値{n}</t></is></c>", n + 1));
        }
        rows.push_str("</row>");
    }
    data(&rows)
}

/// A case.
pub fn case(name: &'static str, file: &'static str, bytes: Vec<u8>, expect: Expect) -> Case {
    Case { name, file, bytes, expect }
}

fn ole(inside: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.resize(512, 0);
    bytes.extend(inside.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2_048, 0);
    bytes
}

/// Files that are something else than their name says.
fn renamed() -> Vec<Case> {
    use Expect::*;
    vec![
        case("nothing", "a.xlsx", vec![], Refused(&["empty"])),
        case("a lock file", "~$a.xlsx", vec![0; 165], Refused(&["lock_file"])),
        case("a password", "a.xlsx", ole("EncryptedPackage"), Refused(&["encrypted"])),
        case("the old format", "a.xlsx", ole("Workbook"), Refused(&["legacy_xls"])),
        case("a web page", "a.xls", b"<html><table><tr><td>x".to_vec(), Refused(&["html"])),
        case(
            "a web page with a mark",
            "a.xls",
            b"\xef\xbb\xbf \n<?xml version='1.0'?><x/>".to_vec(),
            Refused(&["html"]),
        ),
        case("a PDF", "a.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 stream".to_vec(), Refused(&["not_a_workbook"])),
        case("a picture", "a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Refused(&["not_a_workbook"])),
        case("a program", "a.xlsx", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff".to_vec(), Refused(&["not_a_workbook"])),
        case("zeros", "a.xlsx", vec![0; 4_096], Refused(&["not_a_workbook"])),
        case("a text document", "a.xlsx", package(&[("word/document.xml", b"<x/>")]), Refused(&["other_office"])),
        case("slides", "a.xlsx", package(&[("ppt/presentation.xml", b"<x/>")]), Refused(&["other_office"])),
        case("an open document", "a.xlsx", package(&[("mimetype", b"x"), ("content.xml", b"<x/>")]), Refused(&["ods"])),
        case("a binary workbook", "a.xlsx", package(&[("xl/workbook.bin", b"x")]), Refused(&["xlsb"])),
        case("any package", "a.xlsx", package(&[("readme.txt", b"x")]), Refused(&["not_a_workbook"])),
        case("too large", "a.xlsx", vec![b'P'; 20 * 1024 * 1024 + 1], Refused(&["too_large"])),
        case("separated values", "a.csv", "分類,内容\n鍵,暗号化".into(), Read("")),
        case(
            "separated values of 1997",
            "a.csv",
            encoding_rs::SHIFT_JIS.encode("分類,内容\n鍵,暗号化").0.into_owned(),
            Read(""),
        ),
    ]
}

/// Packages with lies about themselves.
fn packages() -> Vec<Case> {
    use Expect::*;
    let whole = data(&cell("A1", "x"));
    let mut second = whole.clone();
    second.extend(&whole);
    let many: Vec<(String, Vec<u8>)> = (0..3_100).map(|n| (format!("xl/p{n}.xml"), vec![b'x'])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    vec![
        case("cut in half", "a.xlsx", whole[..whole.len() / 2].to_vec(), Refused(&["damaged"])),
        case("cut by a byte", "a.xlsx", whole[..whole.len() - 1].to_vec(), Either),
        case("only a head", "a.xlsx", b"PK\x03\x04 and no more".to_vec(), Refused(&["damaged"])),
        case("two packages in one", "a.xlsx", second, Either),
        case("three thousand parts", "a.xlsx", package(&many), Refused(&["too_many_parts"])),
        case("a bomb", "a.xlsx", bomb(300), Refused(&["too_much_text", "damaged"])),
        case(
            "parts above the folder",
            "a.xlsx",
            package(&[("../../etc/passwd", b"x"), ("xl/workbook.xml", BOOK)]),
            Either,
        ),
        case(
            "no relations",
            "a.xlsx",
            package(&[("[Content_Types].xml", TYPES), ("xl/workbook.xml", BOOK)]),
            Refused(&["damaged", "not_a_workbook"]),
        ),
        case(
            "a document type",
            "a.xlsx",
            book("<!DOCTYPE x [<!ENTITY a 'b'>]><sheetData/>", ""),
            Refused(&["doctype", "damaged"]),
        ),
        case(
            "entities in entities",
            "a.xlsx",
            package(&[
                ("_rels/.rels", ROOT),
                ("xl/workbook.xml", b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><workbook>&b;</workbook>"),
            ]),
            Refused(&["doctype", "damaged"]),
        ),
        case(
            "no XML at all",
            "a.xlsx",
            package(&[("_rels/.rels", ROOT), ("xl/workbook.xml", b"\0\x01\x02")]),
            Refused(&["damaged"]),
        ),
        case("deep nesting", "a.xlsx", book(&"<a>".repeat(100_000), ""), Either),
        case("a tag without end", "a.xlsx", book(&format!("<sheetData a='{}", "x".repeat(5_000_000)), ""), Either),
    ]
}

/// Sheets with lies about their cells.
fn sheets() -> Vec<Case> {
    use Expect::*;
    let merges: String = (0..60_000).map(|_| "<mergeCell ref='A1:XFD1048576'/>".to_owned()).collect();
    let strings = "<si><t>a</t></si>".repeat(10);
    vec![
        case("the corners of the grid", "a.xlsx", data(&(cell("A1", "x") + &cell("XFD1048576", "y"))), Read("")),
        case("past the corner", "a.xlsx", data(&(cell("A1", "x") + &cell("XFE1048577", "y"))), Read("unreadable_cell")),
        case("a row of four billion", "a.xlsx", data(&cell("A4294967295", "x")), Read("unreadable_cell")),
        case("a reference of digits", "a.xlsx", data(&cell("11111111111111111111", "x")), Read("unreadable_cell")),
        case("a reference of letters", "a.xlsx", data(&cell("ABCDEFGHIJKLMNOP", "x")), Read("unreadable_cell")),
        case(
            "a false dimension",
            "a.xlsx",
            book(&format!("<dimension ref='A1:XFD1048576'/><sheetData>{}</sheetData>", cell("A1", "x")), ""),
            Read(""),
        ),
        case(
            "a string that is not there",
            "a.xlsx",
            data("<row><c r='A1' t='s'><v>99999999</v></c></row>"),
            Read("unreadable_cell"),
        ),
        case("a negative string", "a.xlsx", data("<row><c r='A1' t='s'><v>-1</v></c></row>"), Either),
        case("a string of no number", "a.xlsx", data("<row><c r='A1' t='s'><v>abc</v></c></row>"), Either),
        case("a number of no number", "a.xlsx", data("<row><c r='A1'><v>1e99999x</v></c></row>"), Either),
        case("an infinite number", "a.xlsx", data("<row><c r='A1'><v>1e400</v></c></row>"), Either),
        case("an unknown type", "a.xlsx", data("<row><c r='A1' t='zz'><v>1</v></c></row>"), Either),
        case(
            "a shared formula of a huge index",
            "a.xlsx",
            data("<row><c r='A1'><f t='shared' si='4294967295' ref='A1:XFD1048576'>A1</f><v>1</v></c></row>"),
            Either,
        ),
        case(
            "a shared formula before its own",
            "a.xlsx",
            data("<row><c r='B2'><f t='shared' si='7'/><v>1</v></c></row>"),
            Either,
        ),
        case(
            "a formula that calls out",
            "a.xlsx",
            data("<row><c r='A1' t='str'><f>WEBSERVICE(\"http://127.0.0.1/x\")</f><v>=cmd|calc</v></c></row>"),
            Read(""),
        ),
        case(
            "merges over everything",
            "a.xlsx",
            book(&format!("<sheetData>{}</sheetData><mergeCells>{merges}</mergeCells>", cell("A1", "x")), ""),
            Either,
        ),
        case(
            "a merge of nothing",
            "a.xlsx",
            book(
                &format!("<sheetData>{}</sheetData><mergeCells><mergeCell ref='::'/></mergeCells>", cell("A1", "x")),
                "",
            ),
            Either,
        ),
        case(
            "hidden columns without end",
            "a.xlsx",
            book(
                &format!(
                    "<cols><col min='1' max='4294967295' hidden='1'/></cols><sheetData>{}</sheetData>",
                    cell("A1", "x")
                ),
                "",
            ),
            Either,
        ),
        case(
            "validations of whole columns",
            "a.xlsx",
            book(
                &format!(
                    "<sheetData>{}</sheetData><dataValidations count='1'><dataValidation sqref='A1:XFD1048576'/></dataValidations>",
                    cell("A1", "x")
                ),
                "",
            ),
            Read(""),
        ),
        case(
            "rich text with a reading",
            "a.xlsx",
            book(
                "<sheetData><row><c r='A1' t='s'><v>0</v></c></row></sheetData>",
                "<si><r><t>東</t></r><r><t>京</t></r><rPh sb='0' eb='1'><t>トウキョウ</t></rPh></si>",
            ),
            Read(""),
        ),
        case(
            "a promise of strings",
            "a.xlsx",
            book("<sheetData><row><c r='A1' t='s'><v>0</v></c></row></sheetData>", &strings),
            Read(""),
        ),
        case(
            "a million rows of format",
            "a.xlsx",
            data(
                &(0..200_000)
                    .map(|n| format!("<row r='{}'><c r='A{}' s='1'/></row>", n + 1, n + 1))
                    .collect::<String>(),
            ),
            Either,
        ),
        case(
            "a text of thirty megabytes",
            "a.xlsx",
            data(&cell("A1", &"あ".repeat(10_000_000))),
            Refused(&["too_much_text", "damaged"]),
        ),
        case("cells without number", "a.xlsx", large(210_000), Refused(&["too_many_cells", "too_much_text"])),
    ]
}

/// Documents of ours, as a fuzzer begins with: JSON, Markdown, and one that is half of either.
pub fn documents() -> Vec<Vec<u8>> {
    let head = "<!-- kyohyo-sheet/1 s3 1 e1 -->\n";
    let cell = "<!-- kyohyo:criteria/K07/summary/ja -->\n既定で暗号化\n<!-- /kyohyo -->\n";
    let value = "- 利用可否: ○ <!-- kyohyo:criteria/K07/availability -->\n<!-- kyohyo:notes/N-01/order = 1 -->\n";
    let json = r#"{"format":"kyohyo-sheet/1","service":"s3","number":1,"cells":{"criteria/K07/summary/ja":"x","notes/N-01/note/ja":"=1+1"}}"#;
    let all = [
        format!("{head}{cell}{value}"),
        json.to_owned(),
        format!("{head}{json}{cell}"),
        format!("{head}{value}{value}"),
    ];
    all.into_iter().map(String::into_bytes).collect()
}

/// The corpus.
pub fn cases() -> Vec<Case> {
    renamed().into_iter().chain(packages()).chain(sheets()).collect()
}
