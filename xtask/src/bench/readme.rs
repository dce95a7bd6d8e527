//! The last figures in the README, with the day and the machine in words.

use crate::{place, run};
use anyhow::{Context, Result};
use std::{fs, process::Command, thread};

const START: &str = "<!-- bench -->";
const END: &str = "<!-- /bench -->";

/// Puts `figures` between the README's two marks.
pub fn write(figures: &str) -> Result<()> {
    let path = place::root()?.join("README.md");
    let readme = fs::read_to_string(&path)?;
    let text = format!("{}\n\n{}", said_when()?, figures.trim());
    fs::write(&path, between(&readme, &text)?)?;
    eprintln!("==> README.md has the new figures");
    Ok(())
}

/// When and on what: the machine's day, cores and memory, and nothing that names it.
fn said_when() -> Result<String> {
    let day = run::output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes =
        meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    let memory = kilobytes.map_or_else(String::new, |kb: u64| format!(" and {:.0} GB of memory", kb as f64 / 1e6));
    let plural = if cores == 1 { "core" } else { "cores" };
    Ok(format!(
        "`cargo xtask bench --readme`, {day}, a machine with {cores} {plural}{memory}, asking and answering side on it."
    ))
}

fn between(readme: &str, text: &str) -> Result<String> {
    let (before, rest) = readme.split_once(START).with_context(|| format!("README.md has no {START}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("README.md has no {END}"))?;
    Ok(format!("{before}{START}\n{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let once = between("a\n<!-- bench -->\nold\n<!-- /bench -->\nb\n", "new").unwrap();
        assert_eq!(once, "a\n<!-- bench -->\nnew\n<!-- /bench -->\nb\n");
        assert_eq!(between(&once, "new").unwrap(), once);
        assert!(between("a", "new").is_err() && between("<!-- bench -->", "new").is_err());
    }

    #[test]
    fn the_machine_is_said_in_words() {
        let words = said_when().unwrap();
        assert!(words.contains("core") && words.contains("GB of memory") && words.contains("20"), "{words}");
    }
}
