//! Figures that are taken inside one process, and data folders to take others on.
//!
//! A crate of its own, so that `cargo xtask serve` on a fresh machine does not build the store and the search twice, and
//! so that what is timed is the code of a release. It prints lines of columns with tabs between, for xtask to read.

mod chance;
mod changes;
mod fill;
mod fuzz;
mod hostile;
mod judged;
mod memory;
mod mutate;
mod reads;
mod search;
mod sheet;
mod workbook;

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The server's allocator.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const USAGE: &str = "measure fill DATA SHEETS | changes DATA SERVICE | workbook SECONDS FILE | bundle DATA | corpus FOLDER | reads FOLDER | read FILE | \
                     judge DATA FILE | searches DATA | reindex DATA | findable DATA SAVES | \
                     fuzz SECONDS SEED FOLDER [FILE...]";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fill", data, sheets] => runtime()?.block_on(fill::fill(Path::new(data), sheets.parse()?)),
        ["changes", data, service] => runtime()?.block_on(changes::changes(Path::new(data), service)),
        ["workbook", seconds, file] => workbook::workbook(duration(seconds)?, Path::new(file)),
        ["bundle", data] => threads()?.block_on(workbook::bundle(Path::new(data))),
        ["reads", folder] => reads::reads(Path::new(folder)),
        ["read", file] => reads::read(Path::new(file)),
        ["judge", data, file] => threads()?.block_on(search::judge(Path::new(data), Path::new(file))),
        ["searches", data] => threads()?.block_on(search::speed(Path::new(data))),
        ["reindex", data] => threads()?.block_on(search::rebuild(Path::new(data))),
        ["findable", data, saves] => threads()?.block_on(search::findable(Path::new(data), saves.parse()?)),
        ["corpus", folder] => hostile::corpus(Path::new(folder)),
        ["fuzz", seconds, seed, folder, files @ ..] => {
            fuzz::fuzz(duration(seconds)?, seed.parse()?, Path::new(folder), files)
        }
        _ => bail!("{USAGE}"),
    }
}

fn duration(seconds: &str) -> Result<Duration> {
    Duration::try_from_secs_f64(seconds.parse()?).context("seconds")
}

/// As the server has it: as many threads as cores.
fn threads() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
