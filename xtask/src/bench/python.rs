//! A Python with the libraries that people write workbooks with.

use crate::python::{self, Wanted};
use anyhow::Result;
use std::path::PathBuf;

/// Path of a Python that has both, of the versions that are measured where none is installed.
pub fn python() -> Result<PathBuf> {
    python::python(&Wanted {
        cache: "bench-python",
        packages: &["openpyxl==3.1.5", "XlsxWriter==3.3.1"],
        proof: "import openpyxl, xlsxwriter",
        purpose: "comparing with openpyxl",
    })
}
