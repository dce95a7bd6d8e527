//! What short tests do not find: hundreds of kills, thousands of damaged files, a crowd of editors.
//!
//! Unlike the figures of `bench`, what is found here is an error: an acknowledged save that is gone, a chain that does
//! not hold, a reader that ends the program. The data that shows it is kept.

mod crowd;
mod editor;
mod fuzz;
mod guided;
mod installation;
mod kills;
mod records;
mod window;

pub use installation::Database;

use crate::{bench::table::Table, place, run, serve};
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::{collections::HashSet, path::Path, time::Duration};

/// What to do for long.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// kill -9 in a stream of saves, over and over: every acknowledged save is there, and `kyohyo check` is clean
    Kills,
    /// files damaged by chance and made by a guided fuzzer: read or refused, within time and memory
    Fuzz,
    /// many people save cells of one server: nothing acknowledged is lost
    Crowd,
}

impl What {
    /// Minutes where the caller names none.
    fn minutes(self) -> f64 {
        match self {
            What::Kills | What::Fuzz => 10.0,
            What::Crowd => 1.0,
        }
    }

    fn go(self, time: Duration, database: Database) -> Result<Vec<Table>> {
        Ok(match self {
            What::Kills => vec![run::step("soak: kills", || kills::kills(time))?],
            What::Fuzz => {
                let damaged = run::step("soak: damaged workbooks", || fuzz::fuzz(time / 2))?;
                let guided = run::step("soak: guided fuzzer", || guided::guided(time / 2))?;
                std::iter::once(damaged).chain(guided).collect()
            }
            What::Crowd => vec![run::step("soak: crowd", || crowd::crowd(time, database))?],
        })
    }
}

/// Does what is named in `what`, or all, each for so many minutes.
/// The crowd works on `database`.
pub fn soak(what: &[What], minutes: Option<f64>, database: Database) -> Result<()> {
    let parts: Vec<What> =
        What::value_variants().iter().copied().filter(|part| what.is_empty() || what.contains(part)).collect();
    // Files are read without the program, which takes the longest to build.
    if parts.iter().any(|part| *part != What::Fuzz) {
        serve::build()?;
    }
    for part in parts {
        let time = Duration::try_from_secs_f64(minutes.unwrap_or(part.minutes()) * 60.0)?;
        part.go(time, database)?.iter().for_each(|table| println!("{}", table.markdown()));
    }
    Ok(())
}

/// A save that the program said is done.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Acknowledged {
    /// The revision that it made.
    number: i64,
    cell: String,
    /// One word that stands in no other save.
    token: String,
}

/// A changed cell, as the history has it.
struct Changed {
    number: i64,
    cell: String,
    text: String,
}

/// Every change of a sheet, newest first.
fn changes(data: &Path, service: &str) -> Result<Vec<Changed>> {
    use crate::bench::measure;
    let mut command = run::command(place::target()?.join("release/measure"))?;
    let lines = measure::lines(command.arg("changes").arg(data).arg(service))?;
    let changed = |line: Vec<String>| match <[String; 3]>::try_from(line) {
        Ok([number, cell, text]) => Ok(Changed { number: number.parse()?, cell, text }),
        Err(line) => bail!("no change: {line:?}"),
    };
    lines.into_iter().map(changed).collect()
}

/// The acknowledged saves that the history does not have at their revision.
fn lost<'a>(acknowledged: &'a [Acknowledged], changes: &[Changed]) -> Vec<&'a Acknowledged> {
    let words = changes.iter().flat_map(|change| {
        change.text.split(|c: char| !c.is_ascii_alphanumeric()).map(|word| (change.number, change.cell.as_str(), word))
    });
    let there: HashSet<(i64, &str, &str)> = words.collect();
    let gone = |save: &&Acknowledged| !there.contains(&(save.number, save.cell.as_str(), save.token.as_str()));
    acknowledged.iter().filter(gone).collect()
}

/// `kyohyo check` on a folder, with the arguments that name another database; what it finds is an error.
fn check(data: &Path, more: &[String]) -> Result<()> {
    let mut check = run::command(place::binary()?)?;
    let output = check.arg("check").arg("--data").arg(data).args(more).output()?;
    if !output.status.success() {
        bail!("kyohyo check: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_is_lost_unless_its_own_revision_has_its_word() {
        let save = |number| Acknowledged { number, cell: "a/b/c".into(), token: "w1x3".into() };
        let changes = [Changed { number: 7, cell: "a/b/c".into(), text: "line w1x3。end".into() }];
        let saves = [save(7), save(8)];
        assert_eq!(lost(&saves, &changes), [&saves[1]]);
        let other = [Changed { number: 7, cell: "a/b/c".into(), text: "w1x34".into() }];
        assert_eq!(lost(&saves, &other).len(), 2);
    }
}
