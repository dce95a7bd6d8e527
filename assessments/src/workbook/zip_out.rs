//! A zip that is handed out while it is written.

use crate::failure::Failure;
use chrono::{DateTime, Datelike, Timelike, Utc};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, DateTime as ZipTime};

/// What was written and not handed out yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A zip whose bytes are taken file by file.
pub struct ZipOut {
    zip: ZipWriter<StreamWriter<Written>>,
    written: Written,
    options: SimpleFileOptions,
}

impl ZipOut {
    /// An empty zip; its files carry this moment, in Japanese time as their readers have it.
    pub fn new(at: DateTime<Utc>) -> ZipOut {
        let written = Written::default();
        let local = at + chrono::Duration::hours(9);
        let byte = |n: u32| u8::try_from(n).unwrap_or(0);
        let time = ZipTime::from_date_and_time(
            u16::try_from(local.year()).unwrap_or(1980),
            byte(local.month()),
            byte(local.day()),
            byte(local.hour()),
            byte(local.minute()),
            byte(local.second()),
        );
        // Workbooks are packed already.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(time.unwrap_or_default());
        ZipOut { zip: ZipWriter::new_stream(written.clone()), written, options }
    }

    /// Adds a file and gives back what stands in the zip since the last call.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the zip refuses, as for a second file of one name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        self.zip.start_file(name, self.options).map_err(|e| fault(&e.to_string()))?;
        self.zip.write_all(bytes).map_err(|e| fault(&e.to_string()))?;
        Ok(self.written.take())
    }

    /// The end of the zip.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the zip refuses.
    pub fn finish(self) -> Result<Vec<u8>, Failure> {
        let written = self.written.clone();
        self.zip.finish().map_err(|e| fault(&e.to_string()))?;
        Ok(written.take())
    }
}

fn fault(error: &str) -> Failure {
    tracing::error!(error, "a zip could not be written");
    Failure::Internal { operation: "zip".into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{Cursor, Read};

    #[test]
    fn what_is_handed_out_in_pieces_is_a_whole_zip() {
        let mut zip = ZipOut::new(DateTime::from_timestamp(1_795_000_000, 0).unwrap());
        let mut all = zip.add("a.xlsx", b"one").unwrap();
        let second = zip.add("b.xlsx", b"two").unwrap();
        assert!(!all.is_empty() && !second.is_empty());
        all.extend(second);
        all.extend(zip.finish().unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(all)).unwrap();
        let mut text = String::new();
        archive.by_name("b.xlsx").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!((archive.len(), text.as_str()), (2, "two"));
    }
}
