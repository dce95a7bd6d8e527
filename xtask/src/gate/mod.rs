//! Every test, in the order in which a mistake is cheapest to find.

mod api;
mod steps;

use crate::run;
use anyhow::{Result, bail};
use clap::ValueEnum;
use std::time::Instant;

/// A step of the gate.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Step {
    /// rustfmt
    Fmt,
    /// the rules of the architecture
    Tidy,
    /// clippy on both halves, warnings as errors
    Clippy,
    /// rustdoc, warnings as errors
    Docs,
    /// all Rust tests, on both databases
    Unit,
    /// the browser half and the release binary
    Site,
    /// schemathesis against the HTTP API of the release binary
    Api,
    /// Playwright on the release binary, in Chromium
    E2e,
}

impl Step {
    fn label(self) -> &'static str {
        match self {
            Step::Fmt => "format",
            Step::Tidy => "tidy",
            Step::Clippy => "clippy, both halves",
            Step::Docs => "docs",
            Step::Unit => "tests on both databases",
            Step::Site => "browser build and release binary",
            Step::Api => "HTTP API against its document",
            Step::E2e => "end to end",
        }
    }

    fn work(self, arguments: &[String]) -> Result<()> {
        match self {
            Step::Fmt => steps::fmt(),
            Step::Tidy => crate::tidy::tidy(false),
            Step::Clippy => steps::clippy(),
            Step::Docs => steps::docs(),
            Step::Unit => steps::unit(arguments),
            Step::Site => crate::serve::build().map(drop),
            Step::Api => api::api(),
            Step::E2e => steps::e2e(arguments),
        }
    }
}

/// Runs the steps named in `only`, or all, stopping at the first that fails. `arguments` go to the runner of a single
/// step (`unit`, `e2e`).
pub fn test(only: &[Step], arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() && !matches!(only, [Step::Unit | Step::E2e]) {
        bail!("arguments after -- are for a single step: --only unit or --only e2e");
    }
    let start = Instant::now();
    for step in chosen(only) {
        run::step(step.label(), || step.work(arguments))?;
    }
    eprintln!("==> all steps passed in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn chosen(only: &[Step]) -> impl Iterator<Item = Step> {
    Step::value_variants().iter().copied().filter(|step| only.is_empty() || only.contains(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_gates_whatever_was_asked_for() {
        assert_eq!(chosen(&[]).count(), 8);
        let asked: Vec<&str> = chosen(&[Step::E2e, Step::Fmt]).map(Step::label).collect();
        assert_eq!(asked, ["format", "end to end"]);
    }
}
