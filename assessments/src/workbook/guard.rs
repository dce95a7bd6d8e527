//! The guard in front of every upload: limits first, then parse. What is read is packed anew from the parts that are
//! needed, so that no other part can hurt.

use crate::failure::Failure;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Largest file, in bytes.
pub const MAX_FILE: usize = 20 * 1024 * 1024;
/// Most parts of a package.
const MAX_PARTS: usize = 3_000;
/// Most bytes of one inflated part.
const MAX_PART: u64 = 32 * 1024 * 1024;
/// Most bytes of all inflated parts that are read.
const MAX_ALL: u64 = 48 * 1024 * 1024;

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

/// Packs the parts that are read into a package of their own, uncompressed, within bounds.
///
/// # Errors
/// [`Failure::Refused`] for what is no workbook, too large, or holds what it must not.
pub fn repack(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut package = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if package.len() > MAX_PARTS {
        return Err(Failure::refused("too_many_parts", package.len().to_string()));
    }
    let names: Vec<String> = package.file_names().flatten().map(|n| tidy(&n)).collect();
    let has = |part: &str| names.iter().any(|n| n.eq_ignore_ascii_case(part));
    if !has("xl/workbook.xml") {
        let reason = match () {
            () if has("xl/workbook.bin") => "xlsb",
            () if has("mimetype") || has("content.xml") => "ods",
            () if has("word/document.xml") || has("ppt/presentation.xml") => "other_office",
            () => "not_a_workbook",
        };
        return Err(Failure::refused(reason, ""));
    }
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let mut total = 0;
    let mut seen = std::collections::BTreeSet::new();
    for index in 0..package.len() {
        let mut part = package.by_index(index).map_err(damaged)?;
        let name = tidy(&part.name().map_err(damaged)?);
        if part.is_dir() || !is_read(&name) {
            continue;
        }
        if !seen.insert(name.to_lowercase()) {
            return Err(Failure::refused("damaged", &name));
        }
        let text = inflate(&mut part, &name, &mut total)?;
        out.start_file(&name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
            .map_err(damaged)?;
        out.write_all(&text).map_err(damaged)?;
    }
    out.finish().map(Cursor::into_inner).map_err(damaged)
}

/// A part's name without the spellings that some writers give it.
fn tidy(name: &str) -> String {
    name.trim_start_matches('/').replace('\\', "/")
}

fn is_read(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower == "[content_types].xml"
        || lower == "_rels/.rels"
        || lower.starts_with("xl/worksheets/")
        || matches!(
            lower.as_str(),
            "xl/workbook.xml"
                | "xl/_rels/workbook.xml.rels"
                | "xl/sharedstrings.xml"
                | "xl/styles.xml"
                | "docprops/custom.xml"
        )
}

fn inflate(part: &mut impl Read, name: &str, total: &mut u64) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    part.take(MAX_PART + 1).read_to_end(&mut text).map_err(damaged)?;
    *total += text.len() as u64;
    if text.len() as u64 > MAX_PART || *total > MAX_ALL {
        return Err(Failure::refused("too_much_text", name));
    }
    if find(&text, b"<!DOCTYPE").is_some() {
        return Err(Failure::refused("doctype", name));
    }
    if name.eq_ignore_ascii_case("xl/sharedStrings.xml") {
        // A promised count makes the parser reserve memory for it: the promise goes.
        for promise in [b"uniqueCount=".as_slice(), b"count=".as_slice()] {
            if let Some(at) = find(text.get(..2_000).unwrap_or(&text), promise) {
                blank(&mut text, at + promise.len());
            }
        }
    }
    Ok(text)
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|w| w.eq_ignore_ascii_case(word))
}

/// Writes zeros over the digits of an attribute's value.
fn blank(text: &mut [u8], at: usize) {
    for byte in text.iter_mut().skip(at + 1).take_while(|b| !matches!(b, b'"' | b'\'' | b'>')) {
        *byte = b'0';
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
        let bomb = vec![b' '; 40 * 1024 * 1024];
        assert_eq!(reason(repack(&package(&[book, ("xl/worksheets/sheet1.xml", &bomb)]))), "too_much_text");
        assert_eq!(reason(repack(&package(&[book, ("xl/styles.xml", b"<!DOCTYPE x>")]))), "doctype");
        assert_eq!(reason(repack(&package(&[("content.xml", b"x")]))), "ods");
        assert_eq!(reason(repack(&package(&[("word/document.xml", b"x")]))), "other_office");
        assert_eq!(reason(repack(&package(&[("xl/workbook.bin", b"x")]))), "xlsb");
        assert_eq!(reason(repack(&package(&[("x", b"x")]))), "not_a_workbook");
        assert_eq!(reason(repack(b"PK\x03\x04 cut short")), "damaged");
        let many: Vec<(String, &[u8])> = (0..3_001).map(|n| (format!("p{n}"), b"x".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(n, t)| (n.as_str(), *t)).collect();
        assert_eq!(reason(repack(&package(&many))), "too_many_parts");
    }

    #[test]
    fn a_promise_of_a_hundred_billion_strings_is_not_believed() {
        let strings: &[u8] = b"<sst count=\"1\" uniqueCount=\"100000000000\"><si><t>a</t></si></sst>";
        let packed =
            repack(&package(&[("xl/workbook.xml", b"<workbook/>"), ("xl/sharedStrings.xml", strings)])).unwrap();
        assert!(find(&packed, b"uniqueCount=\"000000000000\"").is_some());
    }
}
