//! Python environments of our own, for what only Python has.

use crate::{apt, place, run};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// What is wanted of a Python.
pub struct Wanted {
    /// Name of our environment in the cache.
    pub cache: &'static str,
    /// `package==version`.
    pub packages: &'static [&'static str],
    /// A statement that fails where something is missing.
    pub proof: &'static str,
    /// What it is for, in words.
    pub purpose: &'static str,
}

/// Path of a Python that has it: the system's, else one of an environment of our own, made where it is missing.
pub fn python(wanted: &Wanted) -> Result<PathBuf> {
    let home = place::cache(wanted.cache)?;
    let ours = home.join("bin/python3");
    for python in place::program(&["python3"]).into_iter().chain([ours.clone()]) {
        if has(&python, wanted.proof)? {
            return Ok(python);
        }
    }
    if place::program(&["python3"]).is_none() {
        apt::install(&["python3", "python3-venv"], wanted.purpose)?;
    }
    run::step(&format!("{} (once)", wanted.packages.join(", ")), || {
        let system = place::program(&["python3"]).context("no python3 after installing it")?;
        let make = || run::check(run::command(&system)?.args(["-m", "venv", "--clear"]).arg(&home));
        if make().is_err() {
            // Debian leaves the module out of its Python.
            apt::install(&["python3-venv"], wanted.purpose)?;
            make()?;
        }
        let mut pip = run::command(&ours)?;
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        run::check(pip.args(wanted.packages))
    })?;
    Ok(ours)
}

fn has(python: &Path, proof: &str) -> Result<bool> {
    Ok(python.is_file() && run::output(run::command(python)?.args(["-c", proof])).is_ok())
}
