//! Workbooks damaged by chance, read in a process of its own that may take only so much memory.

use crate::bench::{
    measure,
    table::{Table, size, time},
};
use crate::{place, run};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A process reads for so long; then the next one, with a new seed.
const SLICE: Duration = Duration::from_secs(60);
/// kB of address space that the process may take: a request for more ends it, as a full machine would.
const SPACE: &str = "2000000";

/// Damages the test's workbooks and an export of our own until the time is over.
pub fn fuzz(time_over: Duration) -> Result<Table> {
    let program = measure::build()?;
    let mut files = Vec::new();
    workbooks(&place::root()?.join("assessments/tests/fixtures"), &mut files)?;
    let folder = place::target()?.join("soak");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut sums = [0.0; 5];
    let mut worst = [0.0_f64; 2];
    let mut ended = 0;
    let start = Instant::now();
    while start.elapsed() < time_over {
        let slice = SLICE.min(time_over.saturating_sub(start.elapsed())).as_secs_f64().max(1.0);
        let seed = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() & u128::from(u64::MAX))?;
        let mut shell = run::command("sh")?;
        shell.args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "limit", SPACE]).arg(&program);
        shell.args(["fuzz", &slice.to_string(), &seed.to_string()]).arg(&folder).args(&files);
        match measure::lines(&mut shell) {
            Ok(lines) => {
                let line = lines.last().context("nothing was read")?;
                for (column, sum) in sums.iter_mut().enumerate() {
                    *sum += measure::number(line, column)?;
                }
                for (column, most) in worst.iter_mut().enumerate() {
                    *most = most.max(measure::number(line, 5 + column)?);
                }
            }
            Err(error) => {
                ended += 1;
                let kept = folder.join(format!("ended-{seed}.xlsx"));
                fs::rename(folder.join("current.xlsx"), &kept)?;
                eprintln!("    {error:#}; kept as {}", kept.display());
            }
        }
    }
    let [read, refused, panics, slow, greedy] = sums;
    let head = [
        "files",
        "read",
        "refused",
        "panics caught",
        "over half a second",
        "over 64 MB",
        "ended the program",
        "slowest",
        "most memory",
    ];
    let mut table = Table::new("Workbooks damaged by chance", &head);
    let counts =
        [read + refused, read, refused, panics, slow, greedy, f64::from(ended)].map(|count| format!("{count:.0}"));
    table.row(counts.into_iter().chain([time(worst[0]), size(worst[1] as u64 * 1024)]));
    if panics + greedy + f64::from(ended) > 0.0 {
        println!("{}", table.markdown());
        bail!("files that did it are in {}", folder.display());
    }
    Ok(table)
}

fn workbooks(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} is missing", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            workbooks(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "xlsx") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}
