//! What real browsers measure: the bytes of a first page, and a save until a second browser shows it.

use super::program::Program;
use super::table::{quantile, size, time};
use super::{Figure, data, measure};
use crate::{place, run, tools};
use anyhow::{Context, Result};
use std::process::Command;

/// Saves that are timed.
const SAVES: &str = "20";
/// Most bytes of a first page.
const MOST: f64 = 200_000.0;

fn script(arguments: &[&str]) -> Result<Command> {
    let chromium = tools::chromium()?;
    let folder = tools::node_packages()?;
    let mut node = run::command(place::program(&["node", "nodejs"]).context("no node after installing it")?)?;
    node.current_dir(folder).env("KYOHYO_CHROMIUM", chromium).arg(place::root()?.join("xtask/bench/live.mjs"));
    node.args(arguments);
    Ok(node)
}

/// Bytes that the first page costs, as transferred, with everything it loads.
pub fn first_page() -> Result<Figure> {
    let folder = data::scratch()?;
    let program = Program::start(folder.path())?;
    let url = format!("http://{}", program.address);
    let link = Program::invite(folder.path(), "hanako@example.com", "花子")?;
    let lines = measure::lines(&mut script(&["first", &url, &format!("{url}{link}")])?)?;
    program.stop()?;
    let first = measure::named(&lines, "first")?;
    let (bytes, requests) = (measure::number(first, 1)?, measure::number(first, 2)?);
    let figure =
        Figure::new(&format!("first page, script and WebAssembly included, {requests} requests"), size(bytes as u64));
    Ok(figure.target("under 200 kB", if bytes < MOST { "met" } else { "missed" }))
}

/// A save in one browser until a second one has painted it.
pub fn live() -> Result<Vec<Figure>> {
    let folder = data::scratch()?;
    let program = Program::start(folder.path())?;
    let url = format!("http://{}", program.address);
    let links = [("hanako@example.com", "花子"), ("ichiro@example.com", "一郎")]
        .map(|(email, name)| Program::invite(folder.path(), email, name).map(|link| format!("{url}{link}")));
    let [hanako, ichiro] = links;
    let (hanako, ichiro) = (hanako?, ichiro?);
    let lines = measure::lines(&mut script(&["live", &url, &hanako, &ichiro, "/services/s3/criteria", SAVES])?)?;
    program.stop()?;
    let mut seconds: Vec<f64> = lines.iter().map(|line| measure::number(line, 1)).collect::<Result<_>>()?;
    seconds.sort_by(f64::total_cmp);
    let words = format!("save in one browser until painted in a second one, {} saves: median", seconds.len());
    Ok(vec![
        Figure::new(&words, time(quantile(&seconds, 0.5))),
        Figure::new("the same: p99", time(quantile(&seconds, 0.99))),
    ])
}
