//! A Python with the libraries that people write workbooks with, in an environment of our own where it is missing.

use crate::{apt, place, run};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The versions that are measured where none is installed.
const PACKAGES: [&str; 2] = ["openpyxl==3.1.5", "XlsxWriter==3.3.1"];

/// Path of a Python that has both.
pub fn python() -> Result<PathBuf> {
    let home = place::cache("bench-python")?;
    let ours = home.join("bin/python3");
    for python in place::program(&["python3"]).into_iter().chain([ours.clone()]) {
        if has_both(&python)? {
            return Ok(python);
        }
    }
    if place::program(&["python3"]).is_none() {
        apt::install(&["python3", "python3-venv"], "comparing with openpyxl")?;
    }
    run::step("openpyxl and XlsxWriter (once)", || {
        let system = place::program(&["python3"]).context("no python3 after installing it")?;
        let make = || run::check(run::command(&system)?.args(["-m", "venv", "--clear"]).arg(&home));
        if make().is_err() {
            // Debian leaves the module out of its Python.
            apt::install(&["python3-venv"], "comparing with openpyxl")?;
            make()?;
        }
        run::check(
            run::command(&ours)?
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(PACKAGES),
        )
    })?;
    Ok(ours)
}

fn has_both(python: &Path) -> Result<bool> {
    Ok(python.is_file() && run::output(run::command(python)?.args(["-c", "import openpyxl, xlsxwriter"])).is_ok())
}
