//! The package that is packed anew, in a plain form of our own.

use super::manifest::Manifest;
use super::watch::Limits;
use super::{SheetPart, damaged};
use crate::failure::Failure;
use std::io::{Cursor, Seek, SeekFrom, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Most bytes of what is packed anew.
const MAX_PACKED: u64 = 12 * 1024 * 1024;

/// The package that is packed anew.
pub struct Packer<'a> {
    pub zip: ZipWriter<Bounded<'a>>,
    plain: bool,
}

impl<'a> Packer<'a> {
    pub fn new(limits: &'a Limits, plain: bool) -> Self {
        Self { zip: ZipWriter::new(Bounded { inner: Cursor::new(Vec::new()), limits }), plain }
    }

    pub fn start(&mut self, part: &str) -> Result<(), Failure> {
        let options = SimpleFileOptions::default();
        let options = if self.plain {
            options.compression_method(CompressionMethod::Stored)
        } else {
            options.compression_method(CompressionMethod::Deflated).compression_level(Some(1))
        };
        self.zip.start_file(part, options).map_err(damaged)
    }

    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.zip.write_all(text.as_bytes()).map_err(damaged)
    }

    /// Writes where the sheets are, under names of ours: two sheets of one name stay two.
    pub fn index(&mut self, sheets: &[SheetPart], manifest: &Manifest) -> Result<(), Failure> {
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

    pub fn finish(self) -> Result<Vec<u8>, Failure> {
        self.zip.finish().map(|b| b.inner.into_inner()).map_err(damaged)
    }
}

/// Takes what is packed anew, up to a bound.
pub struct Bounded<'a> {
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
