//! Files that cannot be taken, and the largest that can: how long the product needs to say so.

use super::table::{Table, size, time};
use super::{Figure, data, measure};
use crate::run;
use anyhow::{Context, Result};

/// Seconds that a file may take.
const MOST: f64 = 0.5;
/// Kilobytes that a file may take.
const MEMORY: f64 = 64.0 * 1024.0;

/// Each file with its time, its memory and its outcome; and the slowest.
pub fn reads() -> Result<(Vec<Table>, Vec<Figure>)> {
    let folder = data::scratch()?;
    let program = measure::build()?;
    let lines = measure::lines(run::command(program)?.arg("reads").arg(folder.path()))?;
    let mut table =
        Table::new("Bad input", &["file", "size", "read or refused in", "slowest of 5", "memory over rest", "outcome"]);
    table.public = false;
    let mut slowest: Option<(f64, String)> = None;
    let mut largest: Option<(f64, String)> = None;
    for line in &lines {
        let (bytes, median, worst) = (measure::number(line, 1)?, measure::number(line, 2)?, measure::number(line, 3)?);
        let outcome = line.get(5).context("no outcome")?.clone();
        let kilobytes = measure::number(line, 4)?;
        table.row([
            line[0].clone(),
            size(bytes as u64),
            time(median),
            time(worst),
            size(kilobytes as u64 * 1024),
            outcome,
        ]);
        if slowest.as_ref().is_none_or(|(seconds, _)| median > *seconds) {
            slowest = Some((median, line[0].clone()));
        }
        if largest.as_ref().is_none_or(|(most, _)| kilobytes > *most) {
            largest = Some((kilobytes, line[0].clone()));
        }
    }
    let (seconds, what) = slowest.context("no file was read")?;
    let words = format!("slowest of {} hostile and huge files ({what})", lines.len());
    let met = if seconds <= MOST { "met" } else { "missed" };
    let quick = Figure::new(&words, time(seconds)).target("half a second", met);
    let (kilobytes, what) = largest.context("no file was read")?;
    let met = if kilobytes <= MEMORY { "met" } else { "missed" };
    let words = format!("most memory for one of them, over rest ({what})");
    Ok((vec![table], vec![quick, Figure::new(&words, size(kilobytes as u64 * 1024)).target("64 MB", met)]))
}
