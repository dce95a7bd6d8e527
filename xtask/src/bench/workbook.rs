//! A sheet as a workbook, out and home again, beside what people would write in Python.

use super::table::{Table, rate, time};
use super::{Figure, data, measure, python};
use crate::{place, run};
use anyhow::Result;

/// Seconds for each side.
const TIME: &str = "6";
/// How much faster than openpyxl.
const TARGET: f64 = 20.0;

/// Export and import of Amazon S3's sheet per second, and how many times as fast as the others on the same cells.
pub fn workbook() -> Result<(Vec<Table>, Vec<Figure>)> {
    let folder = data::scratch()?;
    let file = folder.path().join("s3.xlsx");
    let ours = measure::lines(run::command(measure::build()?)?.args(["workbook", TIME]).arg(&file))?;
    let script = place::root()?.join("xtask/bench/workbook.py");
    let theirs = measure::lines(run::command(python::python()?)?.arg(script).arg(TIME).arg(&file))?;
    let mut table = Table::new("Workbook of Amazon S3's sheet", &["", "a second", "one takes", "Kyohyo is faster by"]);
    let mut figures = Vec::new();
    for (own, what, others) in [
        ("export", "write", ["openpyxl write", "XlsxWriter write"]),
        ("import", "read and compare", ["openpyxl read", "openpyxl read, read-only"]),
    ] {
        let seconds = measure::number(measure::named(&ours, own)?, 2)?;
        table.row([format!("Kyohyo: {what}"), rate(1.0 / seconds), time(seconds), String::new()]);
        for name in others {
            let other = measure::number(measure::named(&theirs, name)?, 2)?;
            let times = other / seconds;
            table.row([name.to_owned(), rate(1.0 / other), time(other), format!("{times:.1}x")]);
            if name == others[0] {
                let met = if times >= TARGET { "met" } else { "missed" };
                figures.push(Figure::new(&format!("{own} beside openpyxl"), format!("{times:.1}x")).target("20x", met));
            }
        }
    }
    let versions = measure::named(&theirs, "versions")?;
    let cells = measure::number(measure::named(&ours, "cells")?, 1)?;
    table.note = format!(
        "{cells} cells of the sheet, {} of the workbook; the others write the same cells with the same fonts, fills, borders, \
         widths, merges and drop-downs ({}), and read them into memory and compare them with what they were.",
        measure::named(&theirs, "cells")?[1],
        versions[1..].join(", ")
    );
    Ok((vec![table], figures))
}
