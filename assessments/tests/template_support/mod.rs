//! Templates as institutions make them, and ways to look into what was filled.
#![allow(dead_code)] // Each test binary uses a part of it.

use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, DataValidation, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, Image, Note, Workbook, Worksheet,
};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// A picture of one pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x60, 0x60,
    0x60, 0, 0, 0, 5, 0, 1, 0xa5, 0xf6, 0x45, 0x40, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// A workbook that says when it was made, so that the same one made again is the same bytes.
fn dated() -> Workbook {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 11, 1).unwrap();
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    book
}

/// A form with stamp boxes, merges, drop-downs, conditional formats, a comment, a picture, print set-up and names.
pub fn form() -> Vec<u8> {
    let mut book = dated();
    let boxed = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
    let stamp = Format::new().set_border(FormatBorder::Medium).set_align(FormatAlign::Center);
    let sheet = book.add_worksheet().set_name("申請").unwrap();
    sheet.set_column_width(3, 30).unwrap();
    sheet.merge_range(0, 0, 0, 5, "クラウドサービス利用申請書", &stamp).unwrap();
    let bold = Format::new().set_bold();
    sheet.write_rich_string(1, 1, &[(&bold, "対象: {{サー"), (&boxed, "ビス名}}（{{ticket}}）")]).unwrap();
    for (col, word) in [(4, "承認"), (5, "審査")] {
        sheet.write_with_format(2, col, word, &stamp).unwrap();
        sheet.merge_range(3, col, 5, col, "", &stamp).unwrap();
    }
    for (col, word) in (0u16..).zip(["番号", "分類", "提供状況", "説明"]) {
        sheet.write_with_format(6, col, word, &boxed).unwrap();
    }
    for (col, word) in (0u16..).zip(["{{#対策}}{{番号}}", "{{対策分類}}", "{{提供状況}}", "{{summary}}{{/対策}}"])
    {
        sheet.write_with_format(7, col, word, &boxed).unwrap();
    }
    sheet.merge_range(7, 4, 7, 5, "自由記入", &boxed).unwrap();
    sheet.write_formula(8, 5, "=LEN(B7)+LEN(B9)").unwrap();
    sheet.write(9, 0, "合計").unwrap();
    sheet.write_formula(9, 1, "=COUNTA(A8:A8)").unwrap();
    sheet.write_formula(10, 1, "=LEN(B10)").unwrap();
    sheet.write_formula(10, 2, "=LEN(B7)").unwrap();
    sheet.merge_range(11, 0, 11, 1, "備考", &boxed).unwrap();
    sheet.insert_note(11, 0, &Note::new("ここに備考を書く")).unwrap();
    lists(sheet);
    sheet.insert_image(12, 1, &Image::new_from_buffer(PIXEL).unwrap()).unwrap();
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L{{service}} A-{{有効期限}}&R&P/&N");
    sheet.set_print_area(0, 0, 15, 5).unwrap();
    sheet.set_repeat_rows(0, 0).unwrap();
    sheet.set_page_breaks(&[10]).unwrap();
    let other = book.add_worksheet().set_name("集計").unwrap();
    other.write_formula(0, 0, "=COUNTA(申請!A8:A8)").unwrap();
    book.add_worksheet().set_name("選択肢").unwrap().write(0, 0, "○").unwrap();
    book.define_name("kyohyo.verdict", "=申請!$D$4").unwrap();
    // A drop-down in the extension that Excel writes for lists on other sheets.
    let extension = "<extLst><ext uri=\"{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}\" \
        xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\"><x14:dataValidations count=\"1\" \
        xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><x14:dataValidation type=\"list\" allowBlank=\"1\">\
        <x14:formula1><xm:f>選択肢!$A$1:$A$4</xm:f></x14:formula1><xm:sqref>D14</xm:sqref></x14:dataValidation>\
        </x14:dataValidations></ext></extLst></worksheet>";
    let mut parts = parts(&book.save_to_buffer().unwrap());
    edit(&mut parts, "xl/worksheets/sheet1.xml", "</worksheet>", extension);
    packed(&parts)
}

fn lists(sheet: &mut Worksheet) {
    let choice = DataValidation::new().allow_list_formula(Formula::new("=選択肢!$A$1:$A$4"));
    sheet.add_data_validation(7, 2, 7, 2, &choice).unwrap();
    let below = DataValidation::new().allow_list_strings(&["可", "否"]).unwrap();
    sheet.add_data_validation(12, 3, 12, 3, &below).unwrap();
    let red = Format::new().set_font_color(Color::Red);
    let no = ConditionalFormatText::new().set_rule(ConditionalFormatTextRule::BeginsWith("×".into())).set_format(red);
    sheet.add_conditional_format(7, 2, 7, 2, &no).unwrap();
}

/// A workbook that asks for nothing.
pub fn plain() -> Vec<u8> {
    with_parts(&[("A1", "ただの表")])
}

/// A workbook with these cells on its sheet.
pub fn with_parts(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut book = dated();
    let sheet = book.add_worksheet().set_name("申請").unwrap();
    for (at, text) in cells {
        let col = u16::from(at.as_bytes()[0] - b'A');
        sheet.write(at[1..].parse::<u32>().unwrap() - 1, col, *text).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Parts with their contents.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = BTreeMap::new();
    for n in 0..zip.len() {
        let mut part = zip.by_index(n).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut content).unwrap();
        out.insert(name, content);
    }
    out
}

fn packed(parts: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        out.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The same with another part.
pub fn with_part(bytes: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let mut parts = parts(bytes);
    parts.insert(name.into(), content.to_vec());
    packed(&parts)
}

fn edit(parts: &mut BTreeMap<String, Vec<u8>>, name: &str, from: &str, to: &str) {
    let text = String::from_utf8(parts[name].clone()).unwrap();
    assert!(text.contains(from), "{name}: {from}");
    parts.insert(name.into(), text.replacen(from, to, 1).into_bytes());
}

/// The same as a workbook with macros, and a link that calls another program.
pub fn with_macros(bytes: &[u8]) -> Vec<u8> {
    const MAIN: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    const LINK: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink";
    let mut all = parts(bytes);
    all.insert("xl/vbaProject.bin".into(), b"macro".to_vec());
    all.insert("xl/vbaData.xml".into(), b"<x/>".to_vec());
    let dde = "<externalLink><ddeLink ddeService=\"cmd\" ddeTopic=\"/c calc\"/></externalLink>";
    all.insert("xl/externalLinks/externalLink1.xml".into(), dde.into());
    edit(&mut all, "[Content_Types].xml", MAIN, "application/vnd.ms-excel.sheet.macroEnabled.main+xml");
    let vba = "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>";
    edit(&mut all, "[Content_Types].xml", "</Types>", vba);
    let links = format!(
        "<Relationship Id=\"v1\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"vbaProject.bin\"/>\
         <Relationship Id=\"v2\" Type=\"{LINK}\" Target=\"externalLinks/externalLink1.xml\"/></Relationships>"
    );
    edit(&mut all, "xl/_rels/workbook.xml.rels", "</Relationships>", &links);
    packed(&all)
}

/// A real workbook with a mark in the first of its texts, shared or in the sheet.
pub fn marked(bytes: &[u8]) -> Vec<u8> {
    let mut all = parts(bytes);
    let holds = |n: &&String| n.to_lowercase().ends_with("sharedstrings.xml") || n.contains("worksheets/sheet");
    let texts: Vec<String> = all.keys().filter(holds).cloned().collect();
    let name = texts.iter().find(|n| String::from_utf8_lossy(&all[*n]).contains("</t>")).unwrap().clone();
    let text = String::from_utf8(all[&name].clone()).unwrap();
    let at = text.find("</t>").unwrap();
    all.insert(name, format!("{} {{{{判断}}}}{}", &text[..at], &text[at..]).into_bytes());
    packed(&all)
}

/// A workbook that can be asked.
pub struct Book {
    parts: BTreeMap<String, Vec<u8>>,
    cells: BTreeMap<(String, u32, u32), String>,
}

impl Book {
    /// A cell's text.
    pub fn text(&self, sheet: &str, at: &str) -> String {
        let (col, row) = (u32::from(at.as_bytes()[0] - b'A'), at[1..].parse::<u32>().unwrap() - 1);
        self.cells.get(&(sheet.to_owned(), row, col)).cloned().unwrap_or_default()
    }

    /// All texts of a sheet, row by row.
    pub fn all(&self, sheet: &str) -> String {
        let of = self.cells.iter().filter(|((name, ..), _)| name == sheet);
        of.map(|(_, text)| format!("{text}\n")).collect()
    }

    /// A part's text.
    pub fn xml(&self, part: &str) -> String {
        String::from_utf8(self.parts[part].clone()).unwrap()
    }
}

/// Reads a workbook the way uploads are read.
pub fn book(bytes: &[u8]) -> Book {
    let read = assessments::workbook::read::read("a.xlsx", bytes).unwrap();
    let mut cells = BTreeMap::new();
    for grid in &read.sheets {
        for (at, cell) in &grid.cells {
            cells.insert((grid.name.clone(), at.row, at.col), cell.text.clone());
        }
    }
    Book { parts: parts(bytes), cells }
}

/// Lets LibreOffice open a file and save it as `to`.
pub fn convert(folder: &Path, file: &str, to: &str, out: &str) -> PathBuf {
    let out = folder.join(out);
    std::fs::create_dir_all(&out).unwrap();
    let run = std::process::Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .args(["--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(&out)
        .arg(folder.join(file))
        .output()
        .expect("LibreOffice (soffice) is missing: run `cargo xtask test`, which installs what the tests need");
    let saved = out.join(Path::new(file).with_extension(to).file_name().unwrap());
    assert!(saved.exists(), "LibreOffice saved nothing: {}", String::from_utf8_lossy(&run.stderr));
    saved
}
