//! A zip of files that belong together: its files one after the other, within bounds, whatever the zip promises.

use super::guard::MAX_FILE;
use crate::failure::Failure;
use std::collections::VecDeque;
use std::io::{Cursor, Read};
use std::sync::Arc;
use zip::ZipArchive;

/// Largest zip, in bytes.
pub const MAX_ZIP: usize = 100 * 1024 * 1024;
/// Most files of a zip, and of what is dropped at once.
pub const MAX_FILES: usize = 300;
/// Most bytes of all its files, unpacked.
const MAX_TOTAL: usize = 200 * 1024 * 1024;
/// Names that only an Office document has.
const OFFICE: [&str; 6] =
    ["[content_types].xml", "_rels/.rels", "mimetype", "content.xml", "xl/workbook.xml", "xl/workbook.bin"];

/// A zip of files, of which some are still to be taken out.
pub struct Parcel {
    bytes: Arc<Vec<u8>>,
    waiting: VecDeque<(usize, String)>,
    left: usize,
}

/// Opens a zip of files; none where the bytes are something else, such as a workbook, which is a zip itself.
///
/// # Errors
/// [`Failure::Refused`] `too_many_files` or `empty_zip`.
pub fn parcel(bytes: &Arc<Vec<u8>>) -> Result<Option<Parcel>, Failure> {
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return Ok(None);
    }
    // The directory is bounded before a library believes it. An Office document may hold many parts: its own guard counts.
    let listed = memchr::memmem::find_iter(bytes, b"PK\x01\x02").take(20 * MAX_FILES + 1).count();
    if listed > 20 * MAX_FILES {
        return Ok(None);
    }
    let Ok(mut zip) = ZipArchive::new(Cursor::new(bytes.as_slice())) else { return Ok(None) };
    let mut waiting = VecDeque::new();
    for index in 0..zip.len() {
        let Ok(file) = zip.by_index_raw(index) else { continue };
        let name = readable(file.name_raw());
        if OFFICE.contains(&name.to_lowercase().as_str()) {
            return Ok(None);
        }
        if !file.is_dir() && !is_litter(&name) {
            waiting.push_back((index, name));
        }
    }
    match waiting.len() {
        0 => Err(Failure::refused("empty_zip", "")),
        n if n > MAX_FILES => Err(Failure::refused("too_many_files", n.to_string())),
        _ => Ok(Some(Parcel { bytes: bytes.clone(), waiting, left: MAX_TOTAL })),
    }
}

/// A name as it was meant: UTF-8, else Shift_JIS, as Japanese Windows writes it.
fn readable(name: &[u8]) -> String {
    let text = match std::str::from_utf8(name) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(name).0.into_owned(),
    };
    text.replace('\\', "/")
}

/// What operating systems and Excel leave beside the files.
pub fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("__MACOSX/")
        || name.is_empty()
        || name.starts_with('.')
        || name.starts_with("~$")
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
}

impl Parcel {
    /// How many files are still to come.
    pub fn left(&self) -> usize {
        self.waiting.len()
    }

    /// The next file by its name; a bad one comes with its reason, and the others follow.
    pub fn take(&mut self) -> Option<(String, Result<Vec<u8>, Failure>)> {
        let (index, name) = self.waiting.pop_front()?;
        let content = self.unpacked(index);
        Some((name, content))
    }

    fn unpacked(&mut self, index: usize) -> Result<Vec<u8>, Failure> {
        let damaged = |e: &dyn std::fmt::Display| Failure::refused("damaged", e.to_string());
        let bytes = self.bytes.clone();
        let mut zip = ZipArchive::new(Cursor::new(bytes.as_slice())).map_err(|e| damaged(&e))?;
        if zip.by_index_raw(index).map_err(|e| damaged(&e))?.encrypted() {
            return Err(Failure::refused("encrypted", ""));
        }
        let file = zip.by_index(index).map_err(|e| damaged(&e))?;
        if self.left == 0 {
            return Err(Failure::refused("too_much_together", ""));
        }
        let most = MAX_FILE.min(self.left);
        // As much as is promised, where that is true: growing would hold it twice.
        let mut content = Vec::with_capacity(usize::try_from(file.size()).unwrap_or(most).min(most));
        let read = file.take(most as u64 + 1).read_to_end(&mut content);
        self.left -= content.len().min(self.left);
        read.map_err(|e| damaged(&e))?;
        if content.len() > most {
            let reason = if most == MAX_FILE { "too_large" } else { "too_much_together" };
            return Err(Failure::refused(reason, ""));
        }
        let content = Arc::new(content);
        if !matches!(parcel(&content), Ok(None)) {
            return Err(Failure::refused("nested_zip", ""));
        }
        Ok(Arc::unwrap_or_clone(content))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &[u8])]) -> Arc<Vec<u8>> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            out.start_file(*name, SimpleFileOptions::default()).unwrap();
            out.write_all(content).unwrap();
        }
        Arc::new(out.finish().unwrap().into_inner())
    }

    fn reason(result: Result<impl Sized, Failure>) -> String {
        match result {
            Err(Failure::Refused { reason, .. }) => reason,
            _ => String::new(),
        }
    }

    #[test]
    fn files_come_out_one_after_the_other_and_a_bad_one_stops_none() {
        let inner = zipped(&[("x.txt", b"x")]);
        let large = vec![b' '; MAX_FILE + 1];
        let all = zipped(&[
            ("評価/s3.xlsx", b"one"),
            ("__MACOSX/._s3.xlsx", b"litter"),
            ("評価/~$s3.xlsx", b"lock"),
            ("評価/.DS_Store", b"litter"),
            ("inner.zip", &inner),
            ("large.xlsx", &large),
            ("b.csv", b"two"),
        ]);
        let mut parcel = parcel(&all).unwrap().unwrap();
        assert_eq!(parcel.left(), 4);
        assert_eq!(parcel.take(), Some(("評価/s3.xlsx".into(), Ok(b"one".to_vec()))));
        assert_eq!(reason(parcel.take().unwrap().1), "nested_zip");
        assert_eq!(reason(parcel.take().unwrap().1), "too_large");
        assert_eq!(parcel.take(), Some(("b.csv".into(), Ok(b"two".to_vec()))));
        assert_eq!(parcel.take(), None);
    }

    #[test]
    fn all_together_stay_below_a_bound() {
        let twenty = vec![b' '; MAX_FILE];
        let names: Vec<String> = (0..12).map(|n| format!("{n}.csv")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), twenty.as_slice())).collect();
        let mut parcel = parcel(&zipped(&files)).unwrap().unwrap();
        let mut codes = Vec::new();
        while let Some((_, content)) = parcel.take() {
            codes.push(reason(content));
        }
        assert_eq!(codes.iter().filter(|c| c.is_empty()).count(), 10);
        assert!(codes[10..].iter().all(|c| c == "too_much_together"), "{codes:?}");
    }

    #[test]
    fn what_is_no_zip_of_files_is_left_to_its_own_reader() {
        for bytes in [zipped(&[("xl/workbook.xml", b"x")]), zipped(&[("mimetype", b"x")]), Arc::new(b"a,b".to_vec())] {
            assert!(parcel(&bytes).unwrap().is_none());
        }
        assert_eq!(reason(parcel(&zipped(&[]))), "empty_zip");
        assert_eq!(reason(parcel(&zipped(&[(".DS_Store", b"x")]))), "empty_zip");
        let names: Vec<String> = (0..=MAX_FILES).map(|n| format!("{n}.csv")).collect();
        let files: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"x".as_slice())).collect();
        assert_eq!(reason(parcel(&zipped(&files))), "too_many_files");
    }

    #[test]
    fn names_of_japanese_windows_are_readable() {
        assert_eq!(readable(&encoding_rs::SHIFT_JIS.encode("評価\\s3.xlsx").0), "評価/s3.xlsx");
        assert_eq!(readable("評価/s3.xlsx".as_bytes()), "評価/s3.xlsx");
    }
}
