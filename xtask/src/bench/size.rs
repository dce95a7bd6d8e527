//! How many bytes the site and the binary take.

use super::Figure;
use super::table::Table;
use crate::place;
use anyhow::{Context, Result};
use std::{fs, path::Path};

/// Each file of the site in its three forms, their sum, and the binary's size; and what a first page costs of it.
pub fn size() -> Result<(Vec<Table>, Vec<Figure>)> {
    let rows = rows(&place::site()?)?;
    let mut table = Table::new("Bytes of the site", &["file", "bytes", "gzip", "brotli"]);
    table.public = false;
    for (name, sizes) in &rows {
        table.row([name.clone()].into_iter().chain(sizes.map(|bytes| bytes.to_string())));
    }
    let sum = |form: usize| rows.iter().map(|(_, sizes)| sizes[form]).sum::<u64>().to_string();
    table.row(["all".to_owned(), sum(0), sum(1), sum(2)]);
    let binary = fs::metadata(place::binary()?)?.len();
    let binary = Figure::new("the program, one file with everything in it", super::table::size(binary));
    Ok((vec![table], vec![super::live::first_page()?, binary]))
}

/// Logical name, and bytes as they are, with gzip and with brotli (what is sent where there is no compressed form).
fn rows(site: &Path) -> Result<Vec<(String, [u64; 3])>> {
    let mut rows = Vec::new();
    for line in fs::read_to_string(site.join("manifest.txt"))?.lines() {
        let (name, hashed) = line.split_once('\t').context("manifest.txt: a line without a tab")?;
        let plain = fs::metadata(site.join(hashed))?.len();
        let form =
            |suffix: &str| fs::metadata(site.join(format!("{hashed}.{suffix}"))).map_or(plain, |meta| meta.len());
        rows.push((name.to_owned(), [plain, form("gz"), form("br")]));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_form_that_is_not_there_counts_as_the_plain_one() {
        let site = tempfile::tempdir().unwrap();
        fs::write(site.path().join("manifest.txt"), "a.css\ta.1.css\n").unwrap();
        fs::write(site.path().join("a.1.css"), "12345").unwrap();
        fs::write(site.path().join("a.1.css.br"), "12").unwrap();
        assert_eq!(rows(site.path()).unwrap(), [("a.css".to_owned(), [5, 5, 2])]);
    }
}
