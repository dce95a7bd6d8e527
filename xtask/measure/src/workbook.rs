//! Export and import of a sheet, over and over.

use crate::sheet::{self, said};
use anyhow::{Context, Result, bail};
use assessments::desk::{RealWorld, World};
use assessments::guardrail::GuardrailId;
use assessments::id::ExportId;
use assessments::import::Outcome;
use assessments::lang::Lang;
use assessments::library::Catalogue;
use assessments::sheet::Cells;
use assessments::workbook::{self, ExportInput, HistoryLine};
use std::path::Path;
use std::time::{Duration, Instant};

/// Lines of the revision history in the workbook.
const HISTORY: i64 = 20;

/// Amazon S3's sheet as a workbook.
pub fn book() -> Result<Vec<u8>> {
    write(&sheet::as_stored()?)
}

/// Writes the workbook to `file` and prints, for export and import, how often it was done and the median seconds of
/// one; then the cells of the sheet.
pub fn workbook(time: Duration, file: &Path) -> Result<()> {
    let cells = sheet::as_stored()?;
    let bytes = write(&cells)?;
    std::fs::write(file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    // Each half once more before the clock runs: lists that are made at first use are no part of one export.
    import(&cells, &bytes)?;
    let (times, median) = repeat(time / 2, || write(&cells).map(drop))?;
    println!("export\t{times}\t{median}");
    let (times, median) = repeat(time / 2, || import(&cells, &bytes))?;
    println!("import\t{times}\t{median}");
    println!("cells\t{}\t{}", cells.len(), bytes.len());
    Ok(())
}

fn repeat(time: Duration, mut work: impl FnMut() -> Result<()>) -> Result<(usize, f64)> {
    let start = Instant::now();
    let mut seconds = Vec::new();
    while start.elapsed() < time || seconds.len() < 3 {
        let one = Instant::now();
        work()?;
        seconds.push(one.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok((seconds.len(), seconds[seconds.len() / 2]))
}

fn write(cells: &Cells) -> Result<Vec<u8>> {
    let at = RealWorld.now();
    let line = |number| HistoryLine {
        number,
        at,
        author: "佐藤 花子".into(),
        reason: "運用部門の確認を反映".into(),
        door: "画面".into(),
        cells: 3,
    };
    let history: Vec<HistoryLine> = (1..=HISTORY).rev().map(line).collect();
    let catalogue = Catalogue::shipped().map_err(said)?;
    let names = |id: &GuardrailId| catalogue.get(id).map(|g| g.name.clone()).filter(|name| !name.is_empty());
    let input = ExportInput {
        service: &sheet::service()?,
        cells,
        criteria: &*sheet::criteria()?,
        history: &history,
        export: &ExportId::parse("measured0000000000000000000000").map_err(said)?,
        number: HISTORY,
        at,
        lang: Lang::Ja,
        guardrails: &names,
    };
    workbook::export(&input).map_err(said)
}

/// Reads the workbook and compares it cell by cell, as a preview does. It must come home without a difference.
fn import(cells: &Cells, bytes: &[u8]) -> Result<()> {
    let criteria = sheet::criteria()?;
    let book = workbook::read::read("s3.xlsx", bytes).map_err(said)?;
    let mark = workbook::recognise(&book).context("the export does not know itself")?;
    let draft = workbook::own_draft(&book, &criteria, cells, &mark);
    let plan = workbook::plan(&draft, Some(cells), cells, HISTORY);
    let other = plan.cells.iter().find(|cell| cell.outcome != Outcome::Unchanged);
    match other {
        Some(cell) => bail!("the export came home with a difference at {}", cell.address),
        None => Ok(()),
    }
}
