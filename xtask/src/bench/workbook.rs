//! A sheet as a workbook, out and home again, beside what people would write in Python and JavaScript; large workbooks; and
//! what exporting everything keeps in memory.

use super::table::{Table, rate, size, time};
use super::{Figure, data, measure, python};
use crate::{place, run, tools};
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Seconds for each side.
const TIME: &str = "6";
/// The library of JavaScript that is measured.
const EXCELJS: &str = "exceljs@4.4.0";

/// What is said of one side: our name for it, in words, the others, and how many times as fast as which of them we mean to
/// be.
type Side = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, f64)]);

const SIDES: [Side; 2] = [
    (
        "export",
        "write",
        &["openpyxl write", "XlsxWriter write", "exceljs write"],
        &[("openpyxl write", 20.0), ("XlsxWriter write", 3.0)],
    ),
    (
        "import",
        "read and compare",
        &["openpyxl read", "openpyxl read, read-only", "exceljs read"],
        &[("openpyxl read", 10.0)],
    ),
];

/// Export and import of Amazon S3's sheet per second, and how many times as fast as the others on the same cells.
pub fn workbook() -> Result<(Vec<Table>, Vec<Figure>)> {
    let folder = data::scratch()?;
    let (file, plain) = (folder.path().join("s3.xlsx"), folder.path().join("plain.json"));
    let ours = measure::lines(run::command(measure::build()?)?.args(["workbook", TIME]).arg(&file))?;
    let script = place::root()?.join("xtask/bench/workbook.py");
    let mut theirs = measure::lines(run::command(python::python()?)?.arg(script).arg(TIME).arg(&file).arg(&plain))?;
    theirs.extend(javascript(&file, &plain)?);
    let mut table = Table::new("Workbook of Amazon S3's sheet", &["", "a second", "one takes", "Kyohyo is faster by"]);
    let mut figures = Vec::new();
    for (own, what, others, targets) in SIDES {
        let seconds = measure::number(measure::named(&ours, own)?, 2)?;
        table.row([format!("Kyohyo: {what}"), rate(1.0 / seconds), time(seconds), String::new()]);
        for name in others {
            let other = measure::number(measure::named(&theirs, name)?, 2)?;
            let times = other / seconds;
            table.row([(*name).to_owned(), rate(1.0 / other), time(other), format!("{times:.1}x")]);
            if let Some((_, target)) = targets.iter().find(|(of, _)| of == name) {
                let beside = name.split(' ').next().unwrap_or(name);
                figures.push(met(
                    &format!("{own} beside {beside}"),
                    format!("{times:.1}x"),
                    &format!("{target:.0}x"),
                    times >= *target,
                ));
            }
        }
    }
    for (name, words, most) in
        [("large", "a workbook of 1,000 rows, previewed", 1.0), ("matrix", "300 services as one matrix workbook", 2.0)]
    {
        let seconds = measure::number(measure::named(&ours, name)?, 2)?;
        figures.push(met(words, time(seconds), &format!("under {most:.0} s"), seconds < most));
    }
    figures.push(bundle()?);
    let versions: Vec<String> =
        theirs.iter().filter(|line| line[0] == "versions").flat_map(|line| line[1..].to_vec()).collect();
    let cells = measure::number(measure::named(&ours, "cells")?, 1)?;
    table.note = format!(
        "{cells} cells of the sheet, {} of the workbook; the others write the same cells with the same fonts, fills, borders, \
         widths, merges and drop-downs ({}), and read them into memory and look at each.",
        measure::named(&theirs, "cells")?[1],
        versions.join(", ")
    );
    Ok((vec![table], figures))
}

fn met(words: &str, value: String, target: &str, met: bool) -> Figure {
    Figure::new(words, value).target(target, if met { "met" } else { "missed" })
}

/// The same in JavaScript, with a library that is fetched the first time.
fn javascript(file: &Path, plain: &Path) -> Result<Vec<Vec<String>>> {
    let home = exceljs()?;
    let script = place::root()?.join("xtask/bench/workbook.mjs");
    measure::lines(run::command("node")?.arg(script).arg(TIME).args([file, plain, &home]))
}

fn exceljs() -> Result<PathBuf> {
    let home = place::cache("bench-exceljs")?;
    if !home.join("node_modules/exceljs/package.json").is_file() {
        tools::npm()?;
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("package.json"), "{\"private\": true}\n")?;
        run::step(&format!("{EXCELJS} (once)"), || {
            let mut npm = run::command("npm")?;
            npm.current_dir(&home);
            run::check(npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", EXCELJS]))
        })?;
    }
    Ok(home)
}

/// Every sheet as a zip: what it takes over rest with 300 sheets, beside what it took after the first thirty.
fn bundle() -> Result<Figure> {
    let folder = data::folder(300)?;
    let lines = measure::lines(run::command(measure::build()?)?.arg("bundle").arg(folder))?;
    let line = measure::named(&lines, "bundle")?;
    let of = |column| measure::number(line, column);
    let (sheets, bytes, seconds, early, late) = (of(1)?, of(2)?, of(3)?, of(4)?, of(5)?);
    let words =
        format!("{sheets} sheets as a zip of {} in {}: most memory over rest", size(bytes as u64), time(seconds));
    let value = format!("{} ({} after 30)", size(late as u64 * 1024), size(early as u64 * 1024));
    // Flat: no more than a few sheets' worth beyond what the first thirty took.
    Ok(met(&words, value, "flat", late <= early + 8_192.0))
}
