//! Precompressed files: brotli at its best level, and gzip. What was compressed once is remembered by its content.

use anyhow::Result;
use std::{fs, io::Write, path::Path};

/// Writes `bytes` as `name`, `name.br` and `name.gz` into `folder`; compressed forms only where they are smaller.
///
/// `name` holds a hash of the content, so a form that is already in `kept` belongs to the same content.
pub fn write(folder: &Path, kept: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    fs::write(folder.join(name), bytes)?;
    fs::create_dir_all(kept)?;
    for (suffix, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
        let name = format!("{name}.{suffix}");
        let cached = kept.join(&name);
        let compressed = match fs::read(&cached) {
            Ok(compressed) => compressed,
            Err(_) => {
                let compressed = compress(bytes)?;
                // In one move: a cut-off file must not be taken for the whole one next time.
                let partial = kept.join(format!("{name}.partial"));
                fs::write(&partial, &compressed)?;
                fs::rename(&partial, &cached)?;
                compressed
            }
        };
        if compressed.len() < bytes.len() {
            fs::write(folder.join(&name), compressed)?;
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let params =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes)?;
    Ok(out.finish()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn both_forms_unpack_to_the_content_and_are_not_made_twice() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        let text = "共同で評価する。".repeat(100);
        write(folder.path(), &kept, "a.css", text.as_bytes()).unwrap();
        let mut br = Vec::new();
        brotli::BrotliDecompress(&mut &fs::read(folder.path().join("a.css.br")).unwrap()[..], &mut br).unwrap();
        assert_eq!(br, text.as_bytes());
        let mut gz = String::new();
        flate2::read::GzDecoder::new(&fs::read(folder.path().join("a.css.gz")).unwrap()[..])
            .read_to_string(&mut gz)
            .unwrap();
        assert_eq!(gz, text);
        fs::write(kept.join("a.css.br"), "remembered").unwrap();
        write(folder.path(), &kept, "a.css", text.as_bytes()).unwrap();
        assert_eq!(fs::read(folder.path().join("a.css.br")).unwrap(), b"remembered");
    }

    #[test]
    fn a_form_that_is_larger_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &folder.path().join("kept"), "a.txt", b"a").unwrap();
        assert!(folder.path().join("a.txt").is_file());
        assert!(!folder.path().join("a.txt.br").exists() && !folder.path().join("a.txt.gz").exists());
    }
}
