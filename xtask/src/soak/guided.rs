//! Files that a fuzzer makes by what the reader did with the ones before, where a nightly compiler is there to build it.

use crate::bench::measure;
use crate::bench::table::Table;
use crate::{place, run};
use anyhow::{Context, Result, bail};
use std::{fs, path::PathBuf, time::Duration};

/// Has the compiler count which edges of the program ran, for libFuzzer to read.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table --cfg fuzzing";
/// MB that the process may take, the fuzzer's own included; seconds that a file may take.
const BOUNDS: [&str; 2] = ["-rss_limit_mb=1024", "-timeout=20"];

/// Fuzzes the intake of bytes until the time is over, from a corpus that our own generator makes. None without a nightly
/// compiler.
pub fn guided(time: Duration) -> Result<Option<Table>> {
    let Ok(about) = run::output(run::command("rustc")?.args(["+nightly", "-vV"])) else {
        eprintln!("    no nightly compiler: the guided fuzzer is left out (rustup toolchain install nightly)");
        return Ok(None);
    };
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    let program = build(host)?;
    let folder = place::target()?.join("soak");
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus)?;
    run::check(run::command(measure::build()?)?.arg("corpus").arg(&corpus))?;
    let mut fuzzer = run::command(program)?;
    fuzzer.arg(&corpus).args(BOUNDS).arg(format!("-max_total_time={}", time.as_secs().max(1)));
    fuzzer.arg(format!("-artifact_prefix={}/", folder.display())).args(["-print_final_stats=1", "-max_len=200000"]);
    let output = fuzzer.output().context("the fuzzer does not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let end: Vec<&str> = said.lines().rev().take(40).collect();
        bail!(
            "{}\nthe file that did it is in {}",
            end.into_iter().rev().collect::<Vec<_>>().join("\n"),
            folder.display()
        );
    }
    let stat = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim).to_owned();
    let mut table =
        Table::new("Files made by a fuzzer that sees what ran", &["files", "new ones kept", "most memory, MB"]);
    table.row([stat("stat::number_of_executed_units:"), stat("stat::new_units_added:"), stat("stat::peak_rss_mb:")]);
    Ok(Some(table))
}

fn build(host: &str) -> Result<PathBuf> {
    let target = place::target()?.join("fuzz");
    let home = place::root()?.join("assessments/fuzz");
    // The product's own versions; the fuzzer's library comes on top.
    fs::copy(place::root()?.join("Cargo.lock"), home.join("Cargo.lock"))?;
    run::step("fuzzer (nightly; minutes the first time)", || {
        let mut cargo = run::command("cargo")?;
        cargo.arg("+nightly").args(["build", "--release", "--target", host, "--target-dir"]).arg(&target);
        cargo.arg("--manifest-path").arg(home.join("Cargo.toml"));
        run::check(cargo.env("RUSTFLAGS", COVERAGE).env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN"))
    })?;
    Ok(target.join(host).join("release/intake"))
}
