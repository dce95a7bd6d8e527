//! One command from a clone to a page: browser half, release binary, start.

use crate::{
    fingerprint::{Inputs, Record},
    place, run, site,
};
use anyhow::{Result, anyhow};
use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
};

/// Builds what changed and becomes `kyohyo serve`.
pub fn serve(arguments: &[String]) -> Result<()> {
    let binary = build()?;
    let mut command = run::command(&binary)?;
    // Paths in the arguments are the caller's.
    command.current_dir(std::env::current_dir()?).arg("serve");
    if !arguments.iter().any(|argument| is_database(argument)) {
        command.arg("--data").arg("./kyohyo-data");
    }
    command.args(arguments);
    Err(anyhow!(command.exec()).context(format!("cannot start {}", binary.display())))
}

/// Whether the caller says where the data is.
fn is_database(argument: &str) -> bool {
    let name = argument.split_once('=').map_or(argument, |(name, _)| name);
    matches!(name, "--data" | "--database" | "--help" | "-h")
}

/// Builds the site and the release binary that holds it, where their sources changed. Returns the binary's path.
pub fn build() -> Result<PathBuf> {
    let root = place::root()?;
    let binary = place::binary()?;
    if place::named_binary().is_some() {
        return Ok(binary);
    }
    let _alone = place::lock()?;
    let manifest = site::build()?;
    let mut inputs = Inputs::new()?;
    inputs.word(&manifest);
    for input in ["Cargo.toml", "Cargo.lock", "app", "assessments", "server", "migrations"] {
        inputs.file(&root.join(input))?;
    }
    // The binary too: a plain `cargo build --release` leaves one without the site in the same place.
    let done = |inputs: Inputs, binary: &Path| -> Result<Record> {
        let mut inputs = inputs;
        inputs.file(binary)?;
        Ok(Record::new(&place::target()?, "binary", inputs))
    };
    if binary.is_file() && done(inputs.clone(), &binary)?.holds() {
        return Ok(binary);
    }
    run::step("release binary", || {
        let mut cargo = run::cargo()?;
        cargo.env("KYOHYO_SITE", place::site()?);
        run::check(cargo.args(["build", "--release", "-p", "server", "--bin", "kyohyo"]))
    })?;
    done(inputs, &binary)?.keep()?;
    Ok(binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_folder_gives_way_to_the_callers() {
        for given in ["--data", "--data=x", "--database", "--database=postgres://x"] {
            assert!(is_database(given), "{given}");
        }
        for other in ["--demo", "--dat", "./kyohyo-data", "--listen=--data"] {
            assert!(!is_database(other), "{other}");
        }
    }
}
