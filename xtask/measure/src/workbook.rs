//! Export and import of a sheet, over and over.

use crate::memory;
use crate::sheet::{self, said};
use anyhow::{Context, Result, bail};
use assessments::access::Actor;
use assessments::cell::Address;
use assessments::desk::{Format, RealWorld, World};
use assessments::guardrail::GuardrailId;
use assessments::id::{ExportId, RowId};
use assessments::import::Outcome;
use assessments::lang::{Label, Lang};
use assessments::library::Catalogue;
use assessments::sheet::{Cells, order_of};
use assessments::workbook::across::{AcrossInput, ServiceLine};
use assessments::workbook::{self, ExportInput, HistoryLine};
use std::path::Path;
use std::time::{Duration, Instant};

/// Lines of the revision history in the workbook.
const HISTORY: i64 = 20;
/// Rows of a large workbook.
const ROWS: u32 = 1_000;
/// Services of a large matrix.
const SERVICES: usize = 300;

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
    let large = large(cells.clone())?;
    let bytes = write(&large)?;
    let (times, median) = repeat(time / 6, || import(&large, &bytes))?;
    println!("large\t{times}\t{median}");
    let lines = services(&cells)?;
    let (times, median) = repeat(time / 6, || matrix(&lines).map(drop))?;
    println!("matrix\t{times}\t{median}");
    Ok(())
}

/// The sheet with a thousand usage notes.
fn large(mut cells: Cells) -> Result<Cells> {
    for number in 1..=ROWS {
        let row = RowId::numbered("N", number);
        cells.set(Address::order("notes", row.clone()), order_of(number as usize), 1);
        for (field, lang) in [("note", Some(Lang::Ja)), ("impact", Some(Lang::Ja)), ("note", Some(Lang::En))] {
            let text = format!("留意事項その{number}：設定を確かめ、既定のままにしない（{field}）。");
            cells.set(Address::new("notes", row.clone(), field, lang), text, 1);
        }
    }
    Ok(cells)
}

/// Services that all answer as Amazon S3 does.
fn services(cells: &Cells) -> Result<Vec<ServiceLine>> {
    let answers: Cells =
        cells.iter().filter(|(a, _)| a.section == "criteria").map(|(a, c)| (a.clone(), c.clone())).collect();
    let line = |number: usize| ServiceLine {
        id: format!("measured-{number:04}"),
        name: Label { ja: format!("計測サービス {number}"), en: format!("Measured service {number}") },
        provider: "AWS".into(),
        group: Label::default(),
        cells: answers.clone(),
    };
    Ok((1..=SERVICES).map(line).collect())
}

fn matrix(lines: &[ServiceLine]) -> Result<Vec<u8>> {
    let criteria = sheet::criteria()?;
    let input = AcrossInput { lang: Lang::Ja, criteria: &criteria, at: RealWorld.now(), narrowed: String::new() };
    workbook::across::matrix(&input, lines).map_err(said)
}

/// Exports every sheet of a data folder as a zip, piece by piece as a download takes it. Prints the sheets, the bytes, the
/// seconds, and the most kB over rest after thirty sheets and at the end.
pub async fn bundle(data: &Path) -> Result<()> {
    let desk = crate::fill::desk(data).await?;
    let mut bundle = desk.bundle(&Actor::command_line(), Format::Xlsx, Lang::Ja).map_err(said)?;
    // The first sheet brings what is read once: fonts, the catalogue, the search index.
    let mut bytes = bundle.next().await.map_err(said)?.map_or(0, |piece| piece.len());
    memory::forget();
    let (rest, _) = memory::resident();
    let (start, mut sheets, mut early) = (Instant::now(), 0, 0);
    while let Some(piece) = bundle.next().await.map_err(said)? {
        sheets += 1;
        bytes += piece.len();
        if sheets == 30 {
            early = memory::resident().1.saturating_sub(rest);
        }
    }
    let late = memory::resident().1.saturating_sub(rest);
    println!("bundle\t{sheets}\t{bytes}\t{}\t{early}\t{late}", start.elapsed().as_secs_f64());
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
    let draft = workbook::own_draft(&book, &criteria, cells, &mark).map_err(said)?;
    let plan = workbook::plan(&draft, Some(cells), cells, HISTORY);
    let other = plan.cells.iter().find(|cell| cell.outcome != Outcome::Unchanged);
    match other {
        Some(cell) => bail!("the export came home with a difference at {}", cell.address),
        None => Ok(()),
    }
}
