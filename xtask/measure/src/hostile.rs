//! Files that nobody sends by mistake, and some that people do.

use crate::chance::Chance;
use anyhow::{Context, Result};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The cases of the tests, of which every one has an end that it must come to.
#[path = "../../../assessments/tests/hostile_cases/mod.rs"]
mod cases;

/// Largest file of a corpus, in bytes: a fuzzer changes what it can hold in one view.
const SMALL: usize = 100_000;

/// Writes what a fuzzer begins with: the cases of the tests, those of the measurements, and an export of our own.
pub fn corpus(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let real = crate::workbook::book()?;
    let tests = cases::cases().into_iter().map(|c| c.bytes);
    let all = tests.chain(made(&real)?.into_iter().map(|h| h.bytes)).chain([real]).chain(cases::documents());
    for (n, bytes) in all.filter(|b| b.len() <= SMALL).enumerate() {
        std::fs::write(folder.join(format!("own-{n:03}")), bytes)?;
    }
    Ok(())
}

/// What the product takes at most, in bytes.
const MOST: usize = 20 * 1024 * 1024;

const LINKS: &str = "<Relationships><Relationship Id='a' Type='x/worksheet' Target='s.xml'/></Relationships>";
const BOOK: &str = "<workbook><sheets><sheet name='a' sheetId='1' r:id='a'/></sheets></workbook>";

/// A file to be read: what it is, the name it comes under, its bytes.
pub struct Hostile {
    /// In words.
    pub what: &'static str,
    /// The name it comes under.
    pub file: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// All of them: those that are made here, and the texts and tables of the tests that are as large as may be.
pub fn all(real: &[u8]) -> Result<Vec<Hostile>> {
    let tests = cases::texts::large_texts().into_iter().chain(cases::tables::large_tables());
    let tests = tests.map(|c| Hostile { what: c.name, file: c.file, bytes: c.bytes });
    Ok(made(real)?.into_iter().chain(tests).collect())
}

/// Made from a real workbook where they are one that was damaged.
fn made(real: &[u8]) -> Result<Vec<Hostile>> {
    let hostile = |what, file, bytes| Hostile { what, file, bytes };
    let mut bomb = bomb(1024)?;
    let honest = hostile("zip bomb: a sheet of 1 GB", "bomb.xlsx", bomb.clone());
    understate(&mut bomb);
    Ok(vec![
        hostile("workbook of Amazon S3, as it is", "s3.xlsx", real.to_vec()),
        hostile("cut in half", "cut.xlsx", real[..real.len() / 2].to_vec()),
        hostile("with a password", "password.xlsx", encrypted()),
        hostile(
            "picture renamed to .xlsx",
            "picture.xlsx",
            [b"\x89PNG\r\n\x1a\n".as_slice(), &noise(400_000)].concat(),
        ),
        hostile("letter renamed to .xlsx", "letter.xlsx", packed(&[("word/document.xml", &noise(400_000))])?),
        hostile("one byte over 20 MB", "large.xlsx", vec![b'P'; MOST + 1]),
        hostile("20 MB, most of it pictures", "pictures.xlsx", pictures(real)?),
        hostile("20 MB of text", "text.xlsx", texts()?),
        hostile("20 MB of separated values", "values.csv", values()),
        hostile("20 MB of noise", "noise.csv", noise(MOST)),
        honest,
        hostile("the same, said to be 1 kB", "liar.xlsx", bomb),
        hostile("20 MB zip bomb", "bombs.xlsx", self::bomb(20 * 1024)?),
        hostile("a million cells", "cells.xlsx", cells()?),
        hostile("elements nested a million deep", "deep.xlsx", sheet(&"<row>".repeat(1_000_000))?),
        hostile("entities that grow", "entities.xlsx", entities()?),
        hostile("100,000 parts", "parts.xlsx", parts()?),
        hostile("200,000 merged areas", "merged.xlsx", merged()?),
    ])
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut chance = Chance(7);
    let mut out: Vec<u8> = (0..bytes / 8 + 1).flat_map(|_| chance.next().to_le_bytes()).collect();
    out.truncate(bytes);
    out
}

/// A compound file with the stream that Excel puts a workbook with a password into, as large as such files are.
fn encrypted() -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.extend(noise(2_000_000));
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

type Package = ZipWriter<Cursor<Vec<u8>>>;

fn package() -> Package {
    ZipWriter::new(Cursor::new(Vec::new()))
}

fn part(zip: &mut Package, name: &str, bytes: &[u8], method: CompressionMethod) -> Result<()> {
    zip.start_file(name, SimpleFileOptions::default().compression_method(method).large_file(true))?;
    Ok(zip.write_all(bytes)?)
}

fn packed(parts: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let mut zip = package();
    for (name, bytes) in parts {
        part(&mut zip, name, bytes, CompressionMethod::Deflated)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A workbook of one sheet with these rows.
fn sheet(rows: &str) -> Result<Vec<u8>> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    packed(&[
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ])
}

/// A workbook whose sheet is so many megabytes of blanks.
fn bomb(megabytes: usize) -> Result<Vec<u8>> {
    let mut zip = package();
    part(&mut zip, "xl/workbook.xml", BOOK.as_bytes(), CompressionMethod::Deflated)?;
    part(&mut zip, "xl/_rels/workbook.xml.rels", LINKS.as_bytes(), CompressionMethod::Deflated)?;
    part(&mut zip, "xl/s.xml", b"<worksheet><sheetData>", CompressionMethod::Deflated)?;
    let blanks = vec![b' '; 1024 * 1024];
    for _ in 0..megabytes {
        zip.write_all(&blanks)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Makes the index of a package say that every part is 1 kB.
fn understate(bytes: &mut [u8]) {
    let marks: Vec<usize> =
        (0..bytes.len().saturating_sub(46)).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in marks {
        bytes[at + 24..at + 28].copy_from_slice(&1024_u32.to_le_bytes());
    }
}

/// The real workbook with pictures that are larger than all of it: nothing of them needs to be read.
fn pictures(real: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new_append(Cursor::new(real.to_vec())).context("the workbook is no package")?;
    let picture = noise(1024 * 1024);
    for number in 0..19 {
        part(&mut zip, &format!("xl/media/image{number}.png"), &picture, CompressionMethod::Stored)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Sixty-four letters by chance: text that packs to three quarters and no further.
fn letters(bytes: usize) -> String {
    const LETTERS: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    noise(bytes).into_iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect()
}

fn texts() -> Result<Vec<u8>> {
    let text = letters(26 * 1024 * 1024);
    let mut rows = String::with_capacity(text.len() + 1024 * 1024);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (cell, after) = rest.split_at(rest.len().min(8_192));
        rows.push_str("<row><c t='inlineStr'><is><t>");
        rows.push_str(cell);
        rows.push_str("</t></is></c></row>");
        rest = after;
    }
    sheet(&rows)
}

fn values() -> Vec<u8> {
    let line = format!("分類,{},{}\n", letters(120), letters(120));
    line.into_bytes().into_iter().cycle().take(MOST).collect()
}

fn cells() -> Result<Vec<u8>> {
    sheet(&format!("<row>{}</row>", "<c><v>1</v></c>".repeat(1_000)).repeat(1_000))
}

fn entities() -> Result<Vec<u8>> {
    let mut text = String::from("<!DOCTYPE sst [<!ENTITY a0 'ha'>");
    for level in 1..30 {
        text.push_str(&format!("<!ENTITY a{level} '&a{};&a{};'>", level - 1, level - 1));
    }
    text.push_str("]><sst><si><t>&a29;</t></si></sst>");
    packed(&[
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/sharedStrings.xml", text.as_bytes()),
    ])
}

fn parts() -> Result<Vec<u8>> {
    let names: Vec<String> = (0..100_000).map(|number| format!("xl/p{number}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    packed(&parts)
}

fn merged() -> Result<Vec<u8>> {
    let merges: String = (1..=200_000).map(|row| format!("<mergeCell ref='A{row}:XFD1048576'/>")).collect();
    let sheet =
        format!("<worksheet><dimension ref='A1:XFD1048576'/><sheetData/><mergeCells>{merges}</mergeCells></worksheet>");
    packed(&[
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/s.xml", sheet.as_bytes()),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_package_that_lies_about_its_sizes_is_still_a_package() {
        let mut bytes = bomb(2).unwrap();
        understate(&mut bytes);
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.by_name("xl/s.xml").unwrap().size(), 1024);
    }

    #[test]
    fn large_files_are_as_large_as_the_product_takes() {
        let real = sheet("<row/>").unwrap();
        for bytes in [texts().unwrap(), pictures(&real).unwrap(), values()] {
            assert!((MOST * 9 / 10..=MOST).contains(&bytes.len()), "{}", bytes.len());
        }
    }
}
