//! Migrations never change once they are recorded: a database somewhere has run them.

use super::{File, Finding};
use anyhow::Result;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fs, path::Path};

/// A line for each recorded migration: SHA-256 in hexadecimal, two blanks, file name.
const HASHES: &str = "migrations/HASHES";

/// Migrations that changed, vanished or were never recorded.
pub fn check(files: &[File]) -> Vec<Finding> {
    let recorded_in = files.iter().find(|file| file.path == HASHES);
    let recorded = recorded_in.map(|file| parse(&file.text)).unwrap_or_default();
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for file in files {
        let Some(name) = file.path.strip_prefix("migrations/").filter(|name| name.ends_with(".sql")) else { continue };
        seen.push(name);
        match recorded.get(name) {
            Some(hash) if *hash == sha256(&file.text) => {}
            Some(_) => findings.push(Finding::new(file, 0, "a recorded migration never changes: write a new one")),
            None => findings.push(Finding::new(file, 0, "not recorded yet: run `cargo xtask tidy --bless`")),
        }
    }
    for name in recorded.keys().filter(|name| !seen.contains(&name.as_str())) {
        let message = format!("{name} is recorded but gone: databases that ran it would refuse to start");
        findings.push(Finding { path: HASHES.to_owned(), line: 0, message });
    }
    findings
}

/// Records migrations that are not recorded yet; a recorded one keeps its hash, whatever the file says now.
pub fn bless(folder: &Path) -> Result<()> {
    let path = folder.join("HASHES");
    let mut recorded = parse(&fs::read_to_string(&path).unwrap_or_default());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !recorded.contains_key(&name) {
            recorded.insert(name, sha256(&fs::read_to_string(entry.path())?));
        }
    }
    let lines: String = recorded.iter().map(|(name, hash)| format!("{hash}  {name}\n")).collect();
    Ok(fs::write(path, lines)?)
}

fn parse(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter_map(|line| line.split_once("  ").map(|(hash, name)| (name.to_owned(), hash.to_owned())))
        .collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::file;
    use super::*;

    fn messages(sql: &str, hashes: &str) -> Vec<String> {
        let files = [file("migrations/0001_start.sql", sql), file(HASHES, hashes)];
        check(&files).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_recorded_migration_never_changes() {
        let recorded = format!("{}  0001_start.sql\n", sha256("SELECT 1"));
        assert!(messages("SELECT 1", &recorded).is_empty());
        assert!(messages("SELECT 2", &recorded)[0].contains("never changes"));
        assert!(messages("SELECT 1", "")[0].contains("not recorded"));
        assert!(messages("SELECT 1", &format!("{recorded}00  0000_gone.sql\n"))[0].contains("gone"));
    }

    #[test]
    fn blessing_adds_and_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let hashes = folder.path().join("HASHES");
        fs::write(folder.path().join("0001_start.sql"), "SELECT 1").unwrap();
        bless(folder.path()).unwrap();
        let first = fs::read_to_string(&hashes).unwrap();
        assert_eq!(first, format!("{}  0001_start.sql\n", sha256("SELECT 1")));
        fs::write(folder.path().join("0001_start.sql"), "SELECT 2").unwrap();
        bless(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&hashes).unwrap(), first);
    }
}
