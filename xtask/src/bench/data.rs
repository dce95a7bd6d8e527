//! Data folders with many sheets, kept until the product changes: filling 3,000 takes longer than measuring them.

use super::measure;
use crate::{fingerprint::Inputs, place, run};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf, process::Command};

/// How many sheets are in the folders. Each has as many cells as Amazon S3's.
pub const SHEETS: [usize; 3] = [16, 300, 3000];

/// A folder for what only this run needs. Not the system's: that one may be memory, where saving costs nothing.
pub fn scratch() -> Result<tempfile::TempDir> {
    let bench = place::target()?.join("bench");
    fs::create_dir_all(&bench)?;
    Ok(tempfile::tempdir_in(bench)?)
}

/// Id of a sheet of a filled folder, from 1.
pub fn service(number: usize) -> String {
    format!("measured-{number:04}")
}

/// The folder with that many sheets, filled by the program as it is now.
pub fn folder(sheets: usize) -> Result<PathBuf> {
    let binary = measure::build()?;
    let mut inputs = Inputs::default();
    inputs.file(&binary)?;
    let home = place::target()?.join("bench/data");
    let now = home.join(inputs.finish().get(..16).context("a short fingerprint")?);
    for old in fs::read_dir(&home).into_iter().flatten().flatten().filter(|entry| entry.path() != now) {
        fs::remove_dir_all(old.path())?;
    }
    fs::create_dir_all(&now)?;
    let mut before: Option<PathBuf> = None;
    for size in SHEETS.into_iter().filter(|size| *size <= sheets) {
        let done = now.join(size.to_string());
        if !done.is_dir() {
            run::step(&format!("data folder of {size} sheets"), || fill(before.as_ref(), &done, size))?;
        }
        before = Some(done);
    }
    before.with_context(|| format!("no folder of {sheets} sheets"))
}

/// Fills beside the place and moves it there when it is whole, going on from the smaller folder.
fn fill(from: Option<&PathBuf>, to: &PathBuf, sheets: usize) -> Result<()> {
    let fresh = to.with_extension("fresh");
    let _ = fs::remove_dir_all(&fresh);
    if let Some(from) = from {
        run::check(Command::new("cp").arg("-r").arg(from).arg(&fresh))?;
    }
    let filled = measure::lines(measure::on_one_core()?.arg("fill").arg(&fresh).arg(sheets.to_string()))?;
    let filled = filled.first().context("nothing was filled")?;
    let (added, writing, indexing) =
        (measure::number(filled, 0)?, measure::number(filled, 1)?, measure::number(filled, 2)?);
    eprintln!("    {added} sheets: {writing:.0} s for saving, {indexing:.0} s for the search index");
    Ok(fs::rename(&fresh, to)?)
}
