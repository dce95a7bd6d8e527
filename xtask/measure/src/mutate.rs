//! Damage by chance: to a file's bytes, or to the text inside one part of its package.

use crate::chance::Chance;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// A package as its parts.
pub type Parts = Vec<(String, Vec<u8>)>;

/// Pieces that parsers trip over.
const PIECES: [&str; 16] = [
    "<",
    ">",
    "&",
    "&#0;",
    "&#xD800;",
    "\"",
    "</row>",
    "<c r=\"XFE1048577\">",
    "<c r=\"A0\">",
    "<v>1e999</v>",
    "t=\"s\"><v>-1</v>",
    "t=\"s\"><v>4294967296</v>",
    "\u{0}",
    "\u{feff}",
    "<!DOCTYPE a>",
    "ref=\"A1:A1048576\"",
];

/// Takes a package apart; none where it is none.
pub fn parts(bytes: &[u8]) -> Option<Parts> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut parts = Parts::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).ok()?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).ok()?;
        let name = file.name().ok()?.into_owned();
        parts.push((name, content));
    }
    Some(parts)
}

/// A damaged version of a file: half of the time its bytes, half of the time the inside of one of its parts, so that
/// damage reaches what stands behind the package's checksums.
pub fn damaged(bytes: &[u8], parts: Option<&Parts>, chance: &mut Chance) -> Vec<u8> {
    match parts.filter(|_| chance.below(2) == 0) {
        Some(parts) => inside(parts, chance).unwrap_or_else(|| bytes.to_vec()),
        None => {
            let mut bytes = bytes.to_vec();
            damage(&mut bytes, chance);
            bytes
        }
    }
}

fn inside(parts: &Parts, chance: &mut Chance) -> Option<Vec<u8>> {
    let hit = chance.below(parts.len());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (number, (name, content)) in parts.iter().enumerate() {
        zip.start_file(name.as_str(), options).ok()?;
        if number == hit {
            let mut content = content.clone();
            damage(&mut content, chance);
            zip.write_all(&content).ok()?;
        } else {
            zip.write_all(content).ok()?;
        }
    }
    Some(zip.finish().ok()?.into_inner())
}

/// One to eight wounds.
fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len());
        let length = 1 + chance.below(64);
        let end = (at + length).min(bytes.len());
        match chance.below(7) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            2 => bytes[at..end].iter_mut().for_each(|byte| *byte = chance.next() as u8),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let again = bytes[at..end].to_vec();
                let to = chance.below(bytes.len());
                bytes.splice(to..to, again);
            }
            5 => {
                let piece = chance.of(&PIECES).copied().unwrap_or_default();
                bytes.splice(at..at, piece.bytes());
            }
            _ => {
                // Numbers: lengths, counts, references.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    let many = "9".repeat(1 + chance.below(20));
                    bytes.splice(at + digit..=at + digit, many.bytes());
                }
            }
        }
    }
    if chance.below(20) == 0 {
        bytes.truncate(chance.below(bytes.len()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_seed_does_the_same_damage() {
        let bytes = b"<row r=\"1\"><c/></row>".repeat(50);
        let again = |seed| damaged(&bytes, None, &mut Chance(seed));
        assert_eq!(again(1), again(1));
        assert!((0..50).filter(|seed| again(*seed) != bytes).count() > 40);
    }

    #[test]
    fn damage_inside_leaves_a_package() {
        let parts: Parts = vec![("a.xml".into(), b"<a/>".to_vec()), ("b.xml".into(), b"<b/>".to_vec())];
        for seed in 0..50 {
            let bytes = inside(&parts, &mut Chance(seed)).unwrap();
            assert_eq!(super::parts(&bytes).unwrap().len(), 2);
        }
    }

    #[test]
    fn nothing_can_be_damaged_too() {
        for seed in 0..100 {
            damage(&mut Vec::new(), &mut Chance(seed));
        }
    }
}
