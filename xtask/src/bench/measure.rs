//! The program beside us that measures inside one process, and the columns that it prints.

use crate::{place, run};
use anyhow::{Context, Result};
use std::{path::PathBuf, process::Command, sync::OnceLock};

/// Builds it as a release, with the server's dependencies as the server has them: nothing is built twice.
pub fn build() -> Result<PathBuf> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(program) = BUILT.get() {
        return Ok(program.clone());
    }
    let _alone = place::lock()?;
    let program = place::target()?.join("release/measure");
    run::step("measuring program", || {
        run::check(run::cargo()?.args(["build", "--release", "-p", "server", "-p", "measure", "--bin", "measure"]))
    })?;
    Ok(BUILT.get_or_init(|| program).clone())
}

/// A run of it. On one core where that can be said: SQLite's thread and ours take turns, and waking the other core for
/// each statement costs several times the statement.
pub fn on_one_core() -> Result<Command> {
    let program = build()?;
    match place::program(&["taskset"]) {
        Some(taskset) => {
            let mut command = run::command(taskset)?;
            command.args(["-c", "0"]).arg(program);
            Ok(command)
        }
        None => run::command(program),
    }
}

/// The lines that it prints, as columns.
pub fn lines(command: &mut Command) -> Result<Vec<Vec<String>>> {
    let output = run::output(command)?;
    Ok(output.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// A number in a column.
pub fn number(line: &[String], column: usize) -> Result<f64> {
    let text = line.get(column).with_context(|| format!("no column {column} in {line:?}"))?;
    text.parse().with_context(|| format!("{text} is no number"))
}

/// The line that begins with `name`.
pub fn named<'a>(lines: &'a [Vec<String>], name: &str) -> Result<&'a [String]> {
    let found = lines.iter().find(|line| line.first().is_some_and(|first| first == name));
    found.map(Vec::as_slice).with_context(|| format!("no line {name}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn columns_are_read_by_name_and_number() {
        let lines = lines(Command::new("printf").arg("export\\t3\\t0.5\\ncells\\t435\\n")).unwrap();
        assert_eq!(number(named(&lines, "export").unwrap(), 2).unwrap(), 0.5);
        assert!(number(named(&lines, "cells").unwrap(), 2).is_err());
        assert!(named(&lines, "import").is_err());
    }
}
