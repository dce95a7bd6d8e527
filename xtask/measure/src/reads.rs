//! How long it takes to read a file and to compare what it says, or to refuse it, and what it keeps in memory meanwhile.

use crate::{hostile, memory};
use anyhow::{Context, Result, bail};
use assessments::failure::Failure;
use assessments::sheet::Cells;
use assessments::workbook;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Times that each file is read.
const TIMES: usize = 5;

/// Writes the files to `folder` and reads each in a process of its own: memory that one of them took and gave back
/// would hide what the next one takes. Prints what each is, and then as [`read`] does.
pub fn reads(folder: &Path) -> Result<()> {
    let program = std::env::current_exe()?;
    for file in hostile::all(&crate::workbook::book()?)? {
        let path = folder.join(file.file);
        fs::write(&path, &file.bytes)?;
        let output = Command::new(&program).arg("read").arg(&path).stderr(Stdio::null()).output()?;
        if !output.status.success() {
            bail!("reading {} ended the program ({})", path.display(), output.status);
        }
        print!("{}\t{}", file.what, String::from_utf8_lossy(&output.stdout));
        fs::remove_file(&path)?;
    }
    Ok(())
}

/// Reads one file a few times and prints its bytes, median and worst seconds, kB over rest, and what came of it.
pub fn read(path: &Path) -> Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).context("a file without a name")?;
    let bytes = fs::read(path)?;
    let (rest, _) = memory::resident();
    memory::forget();
    let mut seconds = Vec::new();
    let mut outcome = String::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        let read = workbook::try_out(name, &bytes, &Cells::new());
        seconds.push(start.elapsed().as_secs_f64());
        outcome = match read {
            Ok(plan) => format!("read, {} cells", plan.cells.len()),
            Err(Failure::Refused { reason, .. }) => format!("refused: {reason}"),
            Err(other) => format!("refused: {}", other.code()),
        };
    }
    seconds.sort_by(f64::total_cmp);
    let peak = memory::resident().1.saturating_sub(rest);
    let (median, worst) = (seconds[TIMES / 2], seconds[TIMES - 1]);
    println!("{}\t{median}\t{worst}\t{peak}\t{outcome}", bytes.len());
    Ok(())
}
