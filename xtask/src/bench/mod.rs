//! Figures about speed and size. They are printed, never passed or failed: a busy machine must not break a build.

mod size;

use anyhow::Result;
use clap::ValueEnum;

/// A table of figures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// bytes that a browser loads, and of the binary
    Size,
}

/// Prints the tables named in `what`, or all.
pub fn bench(what: &[What]) -> Result<()> {
    for table in What::value_variants().iter().filter(|table| what.is_empty() || what.contains(table)) {
        match table {
            What::Size => size::size()?,
        }
    }
    Ok(())
}
