//! Search: answers to judged queries and speed, beside SQLite's FTS5 and a plain LIKE over the same cells in the same run.

use super::load::{BROWSER, load};
use super::measure::{build, lines, named, number};
use super::program::Program;
use super::table::{Table, quantile, rate, size, time};
use super::{Figure, data, http::escape};
use crate::{apt, place, run};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long each number of connections asks.
const TIME: Duration = Duration::from_secs(4);
/// Saves until found.
const SAVES: &str = "60";
/// Pages that look across all services.
const ACROSS: [(&str, &str); 2] = [
    ("a sheet's overview with services like it, 3,000 sheets: median, p99", "/services/measured-0001"),
    ("one category over 3,000 sheets: median, p99", "/categories/K09"),
];
/// Addresses of searches, and what they are asked beside the text. A page has thirty hits, and counts.
const PAGE: (&str, &str) = ("/search", "");
const API: (&str, &str) = ("/api/v1/search", "limit=20&");
/// Most seconds of a search, but for one of a hundred.
const FAST: f64 = 0.020;
const RECALL: f64 = 0.95;
const RANK: f64 = 0.85;

fn measuring(arguments: &[&str], folder: &Path) -> Result<Vec<Vec<String>>> {
    let (first, rest) = arguments.split_first().context("no arguments")?;
    lines(run::command(build()?)?.arg(first).arg(folder).args(rest))
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "missed" }
}

fn python(arguments: &[&str]) -> Result<Command> {
    if place::program(&["python3"]).is_none() {
        apt::install(&["python3"], "comparing with FTS5")?;
    }
    let mut command = run::command(place::program(&["python3"]).context("no python3 after installing it")?)?;
    command.arg(place::root()?.join("xtask/bench/search.py")).args(arguments);
    Ok(command)
}

/// All of it.
pub fn search() -> Result<(Vec<Table>, Vec<Figure>)> {
    let (quality, mut figures) = quality()?;
    let (speed, more) = speed()?;
    figures.extend(more);
    Ok((vec![quality, speed], figures))
}

/// Recall at ten, reciprocal rank and the share with no result, by kind.
fn quality() -> Result<(Table, Vec<Figure>)> {
    let folder = data::scratch()?;
    let file = place::root()?.join("xtask/bench/search.tsv");
    let file = file.to_str().context("a path")?.to_owned();
    let ours = measuring(&["judge", &file], folder.path())?;
    let database = folder.path().join("kyohyo.sqlite");
    let theirs = lines(&mut python(&["judge", database.to_str().context("a path")?, &file])?)?;
    let mut kinds: BTreeMap<String, Vec<[f64; 9]>> = BTreeMap::new();
    for (a, b) in ours.iter().zip(&theirs) {
        let mut row = [0.0; 9];
        for n in 0..3 {
            row[n] = number(a, n + 2)?;
            row[n + 3] = number(b, n + 2)?;
            row[n + 6] = number(b, n + 5)?;
        }
        for kind in [a.first().cloned().unwrap_or_default(), "all".to_owned()] {
            kinds.entry(kind).or_default().push(row);
        }
    }
    let head = ["kind", "queries", "recall@10, MRR, none", "FTS5 trigram", "LIKE"];
    let mut table = Table::new("Search: judged queries over the starter library", &head);
    let mean = |rows: &[[f64; 9]], n: usize| rows.iter().map(|r| r[n]).sum::<f64>() / rows.len().max(1) as f64;
    let all = kinds.remove("all").unwrap_or_default();
    for (kind, rows) in kinds.iter().chain([(&"all".to_owned(), &all)]) {
        let of = |n: usize| {
            format!("{:.2}, {:.2}, {:.0} %", mean(rows, n), mean(rows, n + 1), 100.0 * (1.0 - mean(rows, n + 2)))
        };
        table.row([kind.clone(), rows.len().to_string(), of(0), of(3), of(6)]);
    }
    table.note =
        "Judged by reading the sheets; recall of at most ten judged cells, the two languages of a cell count once."
            .into();
    let (recall, rank, none) = (mean(&all, 0), mean(&all, 1), 1.0 - mean(&all, 2));
    let figures = vec![
        Figure::new(&format!("judged queries ({}): recall@10", all.len()), format!("{recall:.3}"))
            .target("0.95", met(recall >= RECALL)),
        Figure::new("judged queries: mean reciprocal rank", format!("{rank:.3}")).target("0.85", met(rank >= RANK)),
        Figure::new("judged queries that find nothing", format!("{:.1} %", none * 100.0))
            .target("none", met(none == 0.0)),
    ];
    Ok((table, figures))
}

/// Times and sizes with 3,000 sheets.
fn speed() -> Result<(Table, Vec<Figure>)> {
    let folder = data::folder(data::SHEETS[data::SHEETS.len() - 1])?;
    let asked = measuring(&["searches"], &folder)?;
    asked.iter().for_each(|line| eprintln!("    {}", line.join(" ")));
    let queries: Vec<&Vec<String>> = asked.iter().filter(|l| l.first().is_some_and(|f| f == "query")).collect();
    let texts: Vec<String> = queries.iter().filter_map(|l| l.get(3).cloned()).collect();
    let database = folder.join("kyohyo.sqlite");
    let mut command = python(&["speed", database.to_str().context("a path")?])?;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().context("no pipe")?.write_all(texts.join("\n").as_bytes())?;
    let output = String::from_utf8(child.wait_with_output()?.stdout)?;
    let theirs: Vec<Vec<String>> = output.lines().map(|l| l.split('\t').map(str::to_owned).collect()).collect();
    let mut table =
        Table::new("Search: single queries with 3,000 sheets", &["query", "found", "median", "FTS5 trigram"]);
    table.public = false;
    let fts = theirs.iter().filter(|l| l.first().is_some_and(|f| f == "query"));
    for (ours, fts) in queries.iter().zip(fts) {
        let cell = |n: usize| ours.get(n).cloned().unwrap_or_default();
        table.row([cell(3), cell(2), time(number(ours, 1)?), time(number(fts, 1)?)]);
    }
    let mut medians: Vec<f64> = queries.iter().map(|l| number(l, 1)).collect::<Result<_>>()?;
    medians.sort_by(f64::total_cmp);
    let (fts, built) = (named(&theirs, "search")?, named(&theirs, "built")?);
    let mut figures = Vec::new();
    let median = quantile(&medians, 0.5);
    figures.push(
        Figure::new("search, 3,000 sheets: median of single queries", time(median))
            .target(&format!("FTS5 {}", time(number(fts, 1)?)), met(median < number(fts, 1)?)),
    );
    for line in asked.iter().filter(|l| l.first().is_some_and(|f| f == "search")) {
        let p99 = number(line, 4)?;
        let askers = line.get(1).cloned().unwrap_or_default();
        let words = format!("{askers} askers at once, questions that nobody asked before: median");
        figures.push(Figure::new(&words, time(number(line, 3)?)));
        figures.push(Figure::new("the same: p99", time(p99)).target("under 20 ms", met(p99 < FAST)));
    }
    figures
        .push(askers(named(&asked, "cold")?, "16 askers at once, words that nobody asked before either: median, p99")?);
    let again = named(&asked, "again")?;
    let p99 = number(again, 4)?;
    figures.push(
        Figure::new("16 askers at once, what was asked before and nothing changed since: p99", time(p99))
            .target("under 20 ms", met(p99 < FAST)),
    );
    let suggest = named(&asked, "suggest")?;
    let p95 = number(suggest, 2)?;
    figures.push(Figure::new("suggestions, 3,000 sheets: p95", time(p95)).target("under 30 ms", met(p95 < 0.030)));
    let mut worst: f64 = 0.0;
    for line in asked.iter().filter(|l| l.first().is_some_and(|f| f == "hostile")) {
        worst = worst.max(number(line, 1)?);
    }
    figures.push(Figure::new("hostile queries: the slowest", time(worst)).target("under 100 ms", met(worst < 0.1)));
    figures.extend(pages(&folder, &texts)?);
    figures.extend(index(&folder, number(built, 2)?, number(built, 3)?, number(built, 1)?)?);
    Ok((table, figures))
}

/// What so many askers at once waited: a line of name, askers, searches, median, p99.
fn askers(line: &[String], words: &str) -> Result<Figure> {
    let p99 = number(line, 4)?;
    let both = format!("{}, {}", time(number(line, 3)?), time(p99));
    Ok(Figure::new(words, both).target("p99 under 20 ms", met(p99 < FAST)))
}

/// Searches over HTTP: the page, and the API as programs ask it.
fn pages(folder: &Path, texts: &[String]) -> Result<Vec<Figure>> {
    let program = Program::start_timed(folder, &["--api-rate", "10000000"])?;
    let headers = format!("{BROWSER}{}", program.sign_in(folder)?);
    let token = format!("{BROWSER}{}", program.token(folder)?);
    // Without a word that stands nowhere: the same work, and nothing that is kept from before.
    let fresh: Vec<String> = (0..200).flat_map(|n| texts.iter().map(move |text| format!("{text} -zz{n:03}"))).collect();
    let asked = |(route, more): (&str, &str), texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| format!("{route}?{more}q={}", escape(text))).collect()
    };
    let mut figures = Vec::new();
    for (what, route, headers, texts, connections) in [
        ("search through the API", API, &token, &fresh, 1),
        ("search through the API", API, &token, &fresh, 16),
        ("search page", PAGE, &headers, &fresh, 1),
        ("search page", PAGE, &headers, &fresh, 16),
        ("search page, asked before", PAGE, &headers, &texts.to_vec(), 16),
    ] {
        program.times();
        let load = load(program.address, headers, &asked(route, texts), connections, TIME)?;
        let answered = program.times().into_iter().filter(|(of, _)| of == route.0).map(|(_, seconds)| seconds);
        let mut own: Vec<f64> = answered.collect();
        own.sort_by(f64::total_cmp);
        anyhow::ensure!(!own.is_empty(), "the log has no times of {}", route.0);
        let p99 = quantile(&own, 0.99);
        let words = format!("{what}, {connections} connections, on the server's side: median, p99");
        figures.push(
            Figure::new(&words, format!("{}, {}", time(quantile(&own, 0.5)), time(p99)))
                .target("p99 under 20 ms", met(p99 < FAST)),
        );
        let words = "the same with the asking side on the same cores: a second, median, p99";
        figures
            .push(Figure::new(words, format!("{}, {}, {}", rate(load.per_second), time(load.median), time(load.p99))));
    }
    // Reading across: services like one, and one category over all services.
    for (words, path) in ACROSS {
        let load = load(program.address, &headers, &[path.to_owned()], 1, TIME)?;
        figures.push(Figure::new(words, format!("{}, {}", time(load.median), time(load.p99))));
    }
    program.stop()?;
    Ok(figures)
}

/// How large the index is and how long it takes from nothing, on a copy; and how soon a change is found.
fn index(folder: &Path, fts: f64, text: f64, built: f64) -> Result<Vec<Figure>> {
    let copy = data::scratch()?;
    let to = copy.path().join("data");
    run::check(Command::new("cp").arg("-r").arg(folder).arg(&to))?;
    let rebuilt = measuring(&["reindex"], &to)?;
    let line = rebuilt.first().context("nothing was indexed")?;
    let (seconds, bytes) = (number(line, 0)?, number(line, 2)?);
    let found = measuring(&["findable", SAVES], &to)?;
    let saved = found.first().context("nothing was found")?;
    let saving = named(&found, "saving")?;
    Ok(vec![
        Figure::new(
            &format!("index of 3,000 sheets from nothing, database reading included (FTS5 alone {})", time(built)),
            time(seconds),
        )
        .target("under 60 s", met(seconds < 60.0)),
        Figure::new(
            &format!("index beside {} of text (FTS5 {})", size(text as u64), size(fts as u64)),
            format!("{}, {:.2} of the text", size(bytes as u64), bytes / text.max(1.0)),
        ),
        Figure::new("a saved change is found: median", time(number(saved, 0)?)),
        Figure::new("the same: p99", time(number(saved, 1)?)),
        askers(saving, "16 askers at once after these saves, while one more is saved each second: median, p99")?,
    ])
}
