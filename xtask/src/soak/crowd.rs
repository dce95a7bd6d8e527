//! Many people who save cells of the same sheets at once.

use super::editor::{Editor, Said};
use super::{Acknowledged, Changed, changes, check, lost};
use crate::bench::{
    measure,
    program::Program,
    scratch,
    table::{Table, quantile, rate, time},
};
use anyhow::{Context, Result, bail};
use std::{
    net::SocketAddr,
    path::Path,
    thread,
    time::{Duration, Instant},
};

const PEOPLE: usize = 16;
/// Windows that each of them has open.
const WINDOWS: usize = 3;
const SHEETS: usize = 8;
/// The cell of a sheet where all of its editors write, each a line of their own.
const COMMON: &str = "criteria/K19/limits/en";

/// What one window did.
struct Work {
    service: String,
    own: Vec<Acknowledged>,
    common: Vec<Acknowledged>,
    conflicts: usize,
    /// Seconds of each save.
    seconds: Vec<f64>,
}

/// Lets them save until the time is over, and looks for what is lost.
pub fn crowd(time_over: Duration) -> Result<Table> {
    let folder = scratch()?;
    let data = folder.path().join("data");
    measure::lines(measure::on_one_core()?.arg("fill").arg(&data).arg(SHEETS.to_string()))?;
    let program = Program::start(&data)?;
    let address = program.address;
    let people: Vec<String> = (0..PEOPLE).map(|_| program.sign_in(&data)).collect::<Result<_>>()?;
    for sheet in 1..=SHEETS {
        let lines: Vec<String> = (0..PEOPLE * WINDOWS).map(|window| format!("window {window}: nothing")).collect();
        let mut editor = Editor::open(address, &people[0], &service(sheet))?;
        let (base, _) = editor.form(COMMON)?;
        editor.save(COMMON, base, &lines.join("\n\n"))?;
    }
    let end = Instant::now() + time_over;
    let works = thread::scope(|scope| -> Result<Vec<Work>> {
        let windows = (0..PEOPLE * WINDOWS).map(|window| {
            let headers = &people[window % PEOPLE];
            scope.spawn(move || edit(address, headers, window, end))
        });
        let windows: Vec<_> = windows.collect();
        windows.into_iter().map(|window| window.join().ok().context("a window's thread ended")?).collect()
    })?;
    program.stop()?;
    if let Err(error) = holds(&data, &works) {
        return Err(error.context(format!("the data is kept in {}", folder.keep().display())));
    }
    Ok(table(&works, time_over))
}

fn service(sheet: usize) -> String {
    format!("measured-{sheet:04}")
}

/// Saves in turn a cell of one's own and a line of the common one.
fn edit(address: SocketAddr, headers: &str, window: usize, end: Instant) -> Result<Work> {
    let service = service(window % SHEETS + 1);
    let cell = format!("criteria/K{:02}/limits/ja", window / SHEETS + 1);
    let mut work = Work { service, own: vec![], common: vec![], conflicts: 0, seconds: vec![] };
    let mut editor = Editor::open(address, headers, &work.service)?;
    let (mut base, _) = editor.form(&cell)?;
    for n in 0.. {
        if Instant::now() >= end {
            break;
        }
        let token = format!("o{window}n{n}");
        let start = Instant::now();
        match editor.save(&cell, base, &format!("{token} と書きました。"))? {
            Said::Saved(number) => {
                work.seconds.push(start.elapsed().as_secs_f64());
                base = number;
                work.own.push(Acknowledged { number, cell: cell.clone(), token });
            }
            other => bail!("nobody else writes {cell}, and yet: {other:?}"),
        }
        let token = format!("c{window}n{n}");
        let (base, text) = editor.form(COMMON)?;
        let start = Instant::now();
        match editor.save(COMMON, base, &with_line(&text, window, &token)?)? {
            Said::Saved(number) => {
                work.seconds.push(start.elapsed().as_secs_f64());
                work.common.push(Acknowledged { number, cell: COMMON.to_owned(), token });
            }
            Said::Conflict => work.conflicts += 1,
            Said::Same => bail!("{token} was nothing new"),
        }
    }
    Ok(work)
}

/// The common text with one's own line changed.
fn with_line(text: &str, window: usize, token: &str) -> Result<String> {
    let start = format!("window {window}: ");
    let text = text.replace('\r', "");
    if !text.lines().any(|line| line.starts_with(&start)) {
        bail!("the line of window {window} is gone from the common text");
    }
    let lines =
        text.lines().map(|line| if line.starts_with(&start) { format!("{start}{token}") } else { line.to_owned() });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Nothing acknowledged is lost: neither from the history, nor from what stands there now.
fn holds(data: &Path, works: &[Work]) -> Result<()> {
    check(data)?;
    for sheet in 1..=SHEETS {
        let service = service(sheet);
        let changes = changes(data, &service)?;
        for work in works.iter().filter(|work| work.service == service) {
            let gone = lost(&work.own, &changes).len() + lost(&work.common, &changes).len();
            if gone > 0 {
                bail!("{service}: {gone} acknowledged saves are not in the history");
            }
            for last in [work.own.last(), work.common.last()].into_iter().flatten() {
                if !stands(&changes, last) {
                    bail!("{service}: {} was written over in {}", last.token, last.cell);
                }
            }
        }
    }
    Ok(())
}

/// Whether the newest text of the cell has the save's word.
fn stands(changes: &[Changed], save: &Acknowledged) -> bool {
    let newest = changes.iter().find(|change| change.cell == save.cell);
    newest.is_some_and(|change| change.text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == save.token))
}

fn table(works: &[Work], time_over: Duration) -> Table {
    let mut seconds: Vec<f64> = works.iter().flat_map(|work| work.seconds.iter().copied()).collect();
    seconds.sort_by(f64::total_cmp);
    let conflicts: usize = works.iter().map(|work| work.conflicts).sum();
    let title = format!("{} windows of {PEOPLE} people on {SHEETS} sheets", works.len());
    let head = ["saves acknowledged", "a second", "median", "p99", "slowest", "conflicts shown", "lost"];
    let mut table = Table::new(&title, &head);
    let quantiles = [0.5, 0.99, 1.0].map(|part| time(quantile(&seconds, part)));
    let first = [seconds.len().to_string(), rate(seconds.len() as f64 / time_over.as_secs_f64())];
    table.row(first.into_iter().chain(quantiles).chain([conflicts.to_string(), "0".into()]));
    table
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_ones_own_line_changes() {
        let text = "window 1: nothing\r\n\r\nwindow 11: x";
        assert_eq!(with_line(text, 1, "c1n0").unwrap(), "window 1: c1n0\n\nwindow 11: x");
        assert!(with_line(text, 2, "c2n0").is_err());
    }

    #[test]
    fn the_newest_text_counts() {
        let change = |number, text: &str| Changed { number, cell: "a".into(), text: text.into() };
        let save = Acknowledged { number: 1, cell: "a".into(), token: "o1n1".into() };
        assert!(stands(&[change(2, "line\\no1n1 x"), change(1, "y")], &save) || stands(&[change(2, "o1n1 x")], &save));
        assert!(!stands(&[change(2, "y"), change(1, "o1n1")], &save));
    }
}
