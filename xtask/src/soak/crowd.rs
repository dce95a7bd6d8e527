//! Many people who save cells of the same sheets at once, each with the sheet's page open.

use super::editor::{Editor, Said};
use super::installation::{Database, Installation};
use super::records::Records;
use super::window::{self, Clock, Page, Stream, held};
use super::{Acknowledged, Changed, lost};
use crate::bench::{
    scratch,
    table::{Table, quantile, rate, time},
};
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

const PEOPLE: usize = 200;
/// Ten of them work on one sheet.
pub const SHEETS: usize = 20;
/// How long somebody looks at what was saved before they write again. With none, two hundred people are a queue and
/// nothing else.
const PAUSE: Duration = Duration::from_millis(1_000);
/// The cell of a sheet where all of its editors write, each a line of their own.
const COMMON: &str = "criteria/K19/limits/en";
/// How long after the last save a page may still show something older.
const SETTLED: Duration = Duration::from_secs(30);

/// Who edits what, from where.
struct Seat<'a> {
    window: usize,
    address: SocketAddr,
    headers: &'a str,
    service: &'a str,
}

/// What one window did.
#[derive(Default)]
struct Work {
    service: String,
    own: Vec<Acknowledged>,
    common: Vec<Acknowledged>,
    conflicts: usize,
    /// Seconds of each save.
    seconds: Vec<f64>,
}

/// Lets them save until the time is over, and looks for what is lost.
pub fn crowd(time_over: Duration, database: Database) -> Result<Table> {
    let folder = scratch()?;
    let mut place = Installation::start(database, folder.path())?;
    let name = place.name();
    let pages: Vec<Page> = (0..PEOPLE).map(|_| Page::default()).collect();
    match meet(&mut place, &pages, time_over) {
        Ok(works) => Ok(table(&works, &pages, name, time_over)),
        Err(error) => Err(error.context(format!("the data is kept in {}", folder.keep().display()))),
    }
}

fn meet(place: &mut Installation, pages: &[Page], time_over: Duration) -> Result<Vec<Work>> {
    let services = place.services(SHEETS)?;
    let headers: Vec<String> = (0..PEOPLE).map(|person| place.sign_in(person)).collect::<Result<_>>()?;
    let mut seats = Vec::new();
    for (window, headers) in headers.iter().enumerate() {
        let service = services.get(window % SHEETS).context("too few services")?;
        seats.push(Seat { window, address: place.address(window)?, headers, service });
    }
    // The first one of each sheet gives everybody of it a line.
    for seat in seats.iter().take(SHEETS) {
        let lines: Vec<String> = (0..PEOPLE).map(|window| format!("window {window}: nothing")).collect();
        let mut editor = Editor::open(seat.address, seat.headers, seat.service)?;
        let (base, _) = editor.form(COMMON)?;
        editor.save(COMMON, base, &lines.join("\n\n"))?;
    }
    let mut records = Records::open(place.address(0)?, &place.token(0)?)?;
    let works = work(&seats, pages, time_over, &mut records)?;
    holds(&mut records, &services, &works)?;
    drop(records);
    place.stop_and_check()?;
    Ok(works)
}

/// Everybody at once; then every page has to come to show what the database has.
fn work(seats: &[Seat<'_>], pages: &[Page], time_over: Duration, records: &mut Records) -> Result<Vec<Work>> {
    let clock = Clock::default();
    let cells: Vec<String> = (0..PEOPLE / SHEETS).map(own_cell).chain([COMMON.to_owned()]).collect();
    thread::scope(|scope| {
        let (mut handles, mut listeners) = (Vec::new(), Vec::new());
        let (cells, clock) = (&cells, &clock);
        // Whatever fails, the streams are ended below: their threads wait for nothing else.
        let opened = seats.iter().zip(pages).try_for_each(|(seat, page)| {
            let stream = Stream::open(seat.address, seat.headers, seat.service)?;
            handles.push(stream.handle()?);
            let mut editor = Editor::open(seat.address, seat.headers, seat.service)?;
            listeners.push(scope.spawn(move || stream.follow(page, &mut editor, cells, clock)));
            Ok(())
        });
        let end = Instant::now() + time_over;
        let works: Result<Vec<Work>> = opened.and_then(|()| {
            let writers: Vec<_> = seats.iter().map(|seat| scope.spawn(move || edit(seat, end, clock))).collect();
            writers.into_iter().map(|writer| writer.join().ok().context("a window's thread ended")?).collect()
        });
        let settled = works.and_then(|works| settle(seats, pages, records).map(|()| works));
        handles.iter().for_each(window::end);
        for listener in listeners {
            listener.join().ok().context("a page's thread ended")??;
        }
        settled
    })
}

/// Waits until every page shows what the database has; an error where one does not come to it.
fn settle(seats: &[Seat<'_>], pages: &[Page], records: &mut Records) -> Result<()> {
    let mut database = BTreeMap::new();
    for seat in seats {
        if !database.contains_key(seat.service) {
            database.insert(seat.service, records.texts(seat.service)?);
        }
    }
    let until = Instant::now() + SETTLED;
    loop {
        let behind = seats.iter().zip(pages).find_map(|(seat, page)| {
            let cells = page.differs(database.get(seat.service)?);
            (!cells.is_empty()).then(|| format!("window {} of {}: {cells:?}", seat.window, seat.service))
        });
        match behind {
            None => return Ok(()),
            Some(which) if Instant::now() > until => bail!("a page does not show what the database has: {which}"),
            Some(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// The cell where nobody else writes, for the n-th window of a sheet.
fn own_cell(n: usize) -> String {
    format!("criteria/K{:02}/limits/ja", n + 1)
}

/// Saves in turn a cell of one's own and a line of the common one: every second window through the plain form, the
/// others as the browser's half does.
fn edit(seat: &Seat<'_>, end: Instant, clock: &Clock) -> Result<Work> {
    let Seat { window, address, headers, service } = *seat;
    let cell = own_cell(window / SHEETS);
    let plain = (window / SHEETS).is_multiple_of(2);
    let mut work = Work { service: service.to_owned(), ..Work::default() };
    let mut editor = Editor::open(address, headers, service)?;
    let read = |editor: &mut Editor, cell: &str| if plain { editor.form(cell) } else { editor.cell(cell) };
    let save = |editor: &mut Editor, cell: &str, base: i64, text: &str, token: &str| -> Result<(Said, f64)> {
        let start = Instant::now();
        held(clock).insert(token.to_owned(), start);
        let said = if plain { editor.save(cell, base, text) } else { editor.put(cell, base, text) }?;
        Ok((said, start.elapsed().as_secs_f64()))
    };
    let (mut base, _) = read(&mut editor, &cell)?;
    for n in 0.. {
        if Instant::now() >= end {
            break;
        }
        let token = format!("o{window}n{n}");
        match save(&mut editor, &cell, base, &format!("{token} と書きました。"), &token)? {
            (Said::Saved(number), seconds) => {
                work.seconds.push(seconds);
                base = number;
                work.own.push(Acknowledged { number, cell: cell.clone(), token });
            }
            (other, _) => bail!("nobody else writes {cell}, and yet: {other:?}"),
        }
        pause(window, n, end);
        let token = format!("c{window}n{n}");
        let (base, text) = read(&mut editor, COMMON)?;
        match save(&mut editor, COMMON, base, &with_line(&text, window, &token)?, &token)? {
            (Said::Saved(number), seconds) => {
                work.seconds.push(seconds);
                work.common.push(Acknowledged { number, cell: COMMON.to_owned(), token });
            }
            (Said::Conflict, _) => work.conflicts += 1,
            (Said::Same, _) => bail!("{token} was nothing new"),
        }
        pause(window, n, end);
    }
    Ok(work)
}

/// Half of [`PAUSE`] to one and a half, by who and when, so that they do not march in step.
fn pause(window: usize, n: usize, end: Instant) {
    let part = (window * 7_919 + n * 104_729) % 1_000;
    let time = PAUSE / 2 + PAUSE * u32::try_from(part).unwrap_or(0) / 1_000;
    thread::sleep(time.min(end.saturating_duration_since(Instant::now())));
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
fn holds(records: &mut Records, services: &[String], works: &[Work]) -> Result<()> {
    for service in services {
        let changes = records.changes(service)?;
        for work in works.iter().filter(|work| work.service == *service) {
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

fn table(works: &[Work], pages: &[Page], name: &str, time_over: Duration) -> Table {
    let sorted = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all
    };
    let seconds = sorted(works.iter().flat_map(|work| work.seconds.iter().copied()).collect());
    let shown = sorted(pages.iter().flat_map(|page| held(&page.shown).clone()).collect());
    let sum = |of: fn(&Page) -> usize| pages.iter().map(of).sum::<usize>().to_string();
    let conflicts: usize = works.iter().map(|work| work.conflicts).sum();
    let title = format!("{} editors on {SHEETS} sheets, {name}, a save a second each", works.len());
    let mut table = Table::new(&title, &["figure", "value"]);
    let quantiles = |of: &[f64]| [0.5, 0.99, 1.0].map(|part| time(quantile(of, part))).join(" / ");
    let rows = [
        ("saves acknowledged", seconds.len().to_string()),
        ("saves a second", rate(seconds.len() as f64 / time_over.as_secs_f64())),
        ("a save: median / p99 / slowest", quantiles(&seconds)),
        ("conflicts shown", conflicts.to_string()),
        ("change sets that pages were told of", sum(|page| page.heard.load(Ordering::Relaxed))),
        ("pages that were to be drawn anew", sum(|page| page.behind.load(Ordering::Relaxed))),
        ("sent until shown to another: median / p99 / slowest", quantiles(&shown)),
        ("pages that show what the database has", pages.len().to_string()),
        ("acknowledged saves that are lost", "0".into()),
    ];
    for (figure, value) in rows {
        table.row([figure.to_owned(), value]);
    }
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
