//! `import`: files, folders and zips of them.

use crate::cli::{Place, exit_code, file_error, open, print_json};
use assessments::access::Actor;
use assessments::cell::Address;
use assessments::desk::{Choices, Desk, Preview};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::import::{Counts, FileRead, Keep, Level, Mapping};
use assessments::lang::Lang;
use assessments::workbook::parcel::{MAX_FILES, MAX_ZIP, Parcel, is_litter, parcel};
use assessments::workbook::report::ReportFile;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders within folders that are looked into.
const DEPTH: usize = 8;

/// Read workbooks into sheets.
#[derive(Debug, Args)]
pub struct Import {
    /// The files; a folder or a zip stands for the files in it.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The service they are about; wins over what a file says.
    #[arg(long)]
    service: Option<String>,
    /// Only say what would change.
    #[arg(long)]
    dry_run: bool,
    /// Layout profile, where it shall not be found out.
    #[arg(long)]
    profile: Option<String>,
    /// A category name of the files and what it means; remembered for the next file.
    #[arg(long, value_name = "NAME=ID", value_parser = pair)]
    map: Vec<(String, String)>,
    /// The sheet that is read, where a workbook has several copies of a table.
    #[arg(long, value_name = "NAME")]
    sheet: Vec<String>,
    /// A cell to erase where a file leaves it blank (criteria/K07/limits/ja); a blank erases nothing else.
    #[arg(long, value_name = "ADDRESS")]
    erase: Vec<String>,
    /// A column of one's own and where the institution of --as keeps it: note, control or accepted.
    #[arg(long, value_name = "HEADER=WHERE", value_parser = pair)]
    keep: Vec<(String, String)>,
    /// Load the categories of the files as this criteria set as well, with the crosswalk from the one they are read by.
    #[arg(long, value_name = "ID@VERSION")]
    criteria: Option<String>,
    /// Write every finding into this workbook.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (left, right) = text.rsplit_once('=').ok_or("expected NAME=VALUE")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

#[derive(Serialize)]
struct ImportReport {
    file: String,
    outcome: &'static str,
    service: Option<String>,
    counts: Counts,
    findings: Vec<FindingReport>,
    mapping: Vec<Mapping>,
    error: Option<ErrorReport>,
    #[serde(skip)]
    read: FileRead,
    #[serde(skip)]
    applied: Option<i64>,
}

#[derive(Serialize)]
struct FindingReport {
    level: Level,
    code: String,
    sheet: String,
    cell: String,
    message: String,
}

#[derive(Serialize)]
struct ErrorReport {
    code: &'static str,
    message: String,
}

/// Where a file's bytes come from.
enum Source {
    Path(PathBuf),
    /// A zip of files.
    Zipped(PathBuf),
}

impl Import {
    /// Imports file by file; one that is refused does not stop the others.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the program fails; refused files are in the report, and the exit code is 1.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let (mut reports, mut code) = (Vec::new(), 0);
        let mut note = |report: ImportReport, failure: Option<&Failure>| {
            code = code.max(failure.map_or(0, exit_code));
            if !self.json {
                tell(&report);
            }
            reports.push(report);
        };
        let sources = self.sources()?;
        let bar = bar(sources.len());
        for source in sources {
            let path = match &source {
                Source::Path(path) => {
                    let done = async { self.one(&desk, &actor, &name_of(path), read(path).await?).await }.await;
                    let (report, failure) = said(path.display().to_string(), done, place.lang());
                    bar.suspend(|| note(report, failure.as_ref()));
                    bar.inc(1);
                    continue;
                }
                Source::Zipped(path) => path,
            };
            match opened(path).await {
                Ok(mut parcel) => {
                    bar.inc_length(parcel.left() as u64);
                    while let Some((name, content)) = parcel.take() {
                        let done = async { self.one(&desk, &actor, &name_of(Path::new(&name)), content?).await }.await;
                        let (report, failure) = said(format!("{}/{name}", path.display()), done, place.lang());
                        bar.suspend(|| note(report, failure.as_ref()));
                        bar.inc(1);
                    }
                }
                Err(refused) => {
                    let (report, failure) = said(path.display().to_string(), Err(refused), place.lang());
                    bar.suspend(|| note(report, failure.as_ref()));
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        open::follow(&desk).await;
        if self.json {
            print_json(&reports)?;
        }
        if let Some(path) = &self.report {
            let files = reports.into_iter().map(|r| ReportFile { file: r.file, read: r.read, applied: r.applied });
            let bytes = desk.report(files.collect(), place.lang()).await?;
            std::fs::write(path, bytes).map_err(|e| file_error(path, &e))?;
        }
        Ok(code)
    }

    /// The files in order; folders stand for what is in them.
    fn sources(&self) -> Result<Vec<Source>, Failure> {
        let mut found = Vec::new();
        for path in &self.files {
            if path.is_dir() {
                let mut inside = Vec::new();
                walk(path, DEPTH, &mut inside)?;
                inside.sort();
                found.extend(inside);
            } else {
                found.push(path.clone());
            }
        }
        let zipped = |path: PathBuf| match path.extension() {
            Some(ending) if ending.eq_ignore_ascii_case("zip") => Source::Zipped(path),
            _ => Source::Path(path),
        };
        Ok(found.into_iter().map(zipped).collect())
    }

    async fn one(
        &self,
        desk: &Desk,
        actor: &Actor,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<(Preview, Option<i64>), Failure> {
        let service = self.service.as_deref().map(ServiceId::parse).transpose()?;
        let mut preview = desk.preview_with(actor, name, bytes, service.as_ref(), self.profile.as_deref()).await?;
        let named = |m: &(String, String)| preview.plan.mapping.iter().any(|n| n.label == m.0);
        let map: Vec<(String, String)> = self.map.iter().filter(|m| named(m)).cloned().collect();
        if !map.is_empty() {
            desk.remember_mapping(actor, &preview.id, &map).await?;
        }
        if !self.sheet.is_empty() {
            desk.choose_sheets(actor, &preview.id, &self.sheet).await?;
        }
        if !map.is_empty() || !self.sheet.is_empty() {
            preview = desk.preview_again(actor, &preview.id).await?;
        }
        if let Some(set) = self.criteria.as_deref() {
            let (id, version) = set.split_once('@').ok_or_else(|| Failure::invalid("criteria", set))?;
            desk.criteria_of_import(actor, &preview.id, id, version).await?;
        }
        if self.dry_run {
            return Ok((preview, None));
        }
        let applied = desk.apply(actor, &preview.id, &self.choices(&preview)?).await?;
        Ok((preview, Some(applied.written.number)))
    }

    fn choices(&self, preview: &Preview) -> Result<Choices, Failure> {
        let delete = self.erase.iter().map(|a| Address::parse(a)).collect::<Result<BTreeSet<_>, _>>()?;
        let mut choices = Choices { delete, ..Choices::default() };
        for (header, keep) in &self.keep {
            let keep = Keep::parse(keep).ok_or_else(|| Failure::invalid("keep", keep))?;
            let columns = preview.plan.own.iter().filter(|c| c.header == *header);
            choices.own.extend(columns.map(|c| (c.key(), keep)));
        }
        Ok(choices)
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

async fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    tokio::fs::read(path).await.map_err(|e| file_error(path, &e))
}

/// A zip of files, or why it is none.
async fn opened(path: &Path) -> Result<Parcel, Failure> {
    let bytes = read(path).await?;
    if bytes.len() > MAX_ZIP {
        return Err(Failure::refused("too_large", ""));
    }
    parcel(&Arc::new(bytes))?.ok_or_else(|| Failure::refused("damaged", ""))
}

/// Files that may be workbooks; what else lies in a folder is nobody's business.
fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder).map_err(|e| file_error(folder, &e))? {
        let path = entry.map_err(|e| file_error(folder, &e))?.path();
        if is_litter(&name_of(&path)) {
            continue;
        }
        if path.is_dir() && !path.is_symlink() && depth > 0 {
            walk(&path, depth - 1, found)?;
        } else if path.is_file() {
            found.push(path);
        }
        if found.len() > 10 * MAX_FILES {
            return Err(Failure::refused("too_many_files", folder.display().to_string()));
        }
    }
    Ok(())
}

fn bar(files: usize) -> indicatif::ProgressBar {
    // One file is done before anybody could read a bar.
    if files < 2 {
        return indicatif::ProgressBar::hidden();
    }
    indicatif::ProgressBar::with_draw_target(Some(files as u64), indicatif::ProgressDrawTarget::stderr())
}

fn said(file: String, done: Result<(Preview, Option<i64>), Failure>, lang: Lang) -> (ImportReport, Option<Failure>) {
    match done {
        Ok((preview, applied)) => {
            let plan = preview.plan;
            let findings = plan.findings.iter().map(|f| FindingReport {
                level: f.level,
                code: f.code.clone(),
                sheet: f.sheet.clone(),
                cell: f.cell.clone(),
                message: f.message(lang).to_owned(),
            });
            let report = ImportReport {
                file,
                outcome: if applied.is_some() { "applied" } else { "previewed" },
                service: Some(preview.key.service.to_string()),
                counts: plan.counts(),
                findings: findings.collect(),
                mapping: plan.mapping.clone(),
                error: None,
                read: FileRead::of(preview.key.service, plan),
                applied,
            };
            (report, None)
        }
        Err(failure) => {
            let message = format!("{} {}", failure.message(lang), failure.way_on(lang));
            let report = ImportReport {
                file,
                outcome: "rejected",
                service: None,
                counts: Counts::default(),
                findings: vec![],
                mapping: vec![],
                error: Some(ErrorReport { code: failure.code(), message }),
                read: FileRead { failure: Some(failure.clone()), ..FileRead::default() },
                applied: None,
            };
            (report, Some(failure))
        }
    }
}

fn tell(report: &ImportReport) {
    let c = report.counts;
    match &report.error {
        Some(error) => println!("{}: {} ({})", report.file, error.message, error.code),
        None => println!(
            "{}: {} {} — {} added, {} changed, {} unchanged, {} in conflict, {} proposed deletions, {} blank, {} not understood",
            report.file,
            report.outcome,
            report.service.as_deref().unwrap_or("-"),
            c.added,
            c.changed,
            c.unchanged,
            c.conflicts,
            c.proposed_deletions,
            c.blank,
            c.not_understood
        ),
    }
    for m in report.mapping.iter().filter(|m| m.confidence < 80) {
        println!("  category {} -> {} ({}%; --map {:?})", m.label, m.category, m.confidence, format!("{}=ID", m.label));
    }
    for finding in &report.findings {
        let level = match finding.level {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "not taken",
        };
        println!("  {level} {} {} {}", finding.sheet, finding.cell, finding.message);
    }
}
