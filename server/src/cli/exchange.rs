//! `import`, `export`, `search`.

use super::{Place, exit_code, file_error, open, print_json};
use assessments::access::Actor;
use assessments::cell::SheetKey;
use assessments::desk::{Choices, Desk, Format};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::import::{Counts, Level};
use assessments::search::Filter;
use clap::Args;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Read workbooks into sheets.
#[derive(Debug, Args)]
pub struct Import {
    /// The files.
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
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct ImportReport {
    file: String,
    outcome: &'static str,
    service: Option<String>,
    counts: Counts,
    findings: Vec<FindingReport>,
    error: Option<ErrorReport>,
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

impl Import {
    /// Imports file by file; one that is refused does not stop the others.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the program fails; refused files are in the report, and the exit code is 1.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let service = self.service.as_deref().map(ServiceId::parse).transpose()?;
        let mut reports = Vec::new();
        let mut code = 0;
        for file in &self.files {
            let report = match self.one(&desk, &actor, file, service.as_ref(), place).await {
                Ok(report) => report,
                Err(failure) => {
                    code = code.max(exit_code(&failure));
                    let error = ErrorReport {
                        code: failure.code(),
                        message: format!("{} {}", failure.message(place.lang()), failure.way_on(place.lang())),
                    };
                    ImportReport {
                        file: file.display().to_string(),
                        outcome: "rejected",
                        service: None,
                        counts: Counts::default(),
                        findings: vec![],
                        error: Some(error),
                    }
                }
            };
            if !self.json {
                tell(&report);
            }
            reports.push(report);
        }
        open::follow(&desk).await;
        if self.json {
            print_json(&reports)?;
        }
        Ok(code)
    }

    async fn one(
        &self,
        desk: &Desk,
        actor: &Actor,
        file: &Path,
        service: Option<&ServiceId>,
        place: &Place,
    ) -> Result<ImportReport, Failure> {
        let bytes = tokio::fs::read(file).await.map_err(|e| file_error(file, &e))?;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let preview = desk.preview_with(actor, &name, bytes, service, self.profile.as_deref()).await?;
        let outcome = if self.dry_run {
            "previewed"
        } else {
            desk.apply(actor, &preview.id, &Choices::default()).await?;
            "applied"
        };
        let findings = preview.plan.findings.iter().map(|f| FindingReport {
            level: f.level,
            code: f.code.clone(),
            sheet: f.sheet.clone(),
            cell: f.cell.clone(),
            message: f.message(place.lang()).to_owned(),
        });
        Ok(ImportReport {
            file: file.display().to_string(),
            outcome,
            service: Some(preview.key.service.to_string()),
            counts: preview.plan.counts(),
            findings: findings.collect(),
            error: None,
        })
    }
}

fn tell(report: &ImportReport) {
    let c = report.counts;
    match &report.error {
        Some(error) => println!("{}: {} ({})", report.file, error.message, error.code),
        None => println!(
            "{}: {} {} — {} added, {} changed, {} unchanged, {} in conflict, {} proposed deletions, {} not understood",
            report.file,
            report.outcome,
            report.service.as_deref().unwrap_or("-"),
            c.added,
            c.changed,
            c.unchanged,
            c.conflicts,
            c.proposed_deletions,
            c.not_understood
        ),
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

/// Write a sheet to a file.
#[derive(Debug, Args)]
pub struct Export {
    /// Which service.
    #[arg(long)]
    service: String,
    /// xlsx, json or md; by the file's ending where it is left out, else xlsx.
    #[arg(long, value_parser = ["xlsx", "json", "md"])]
    format: Option<String>,
    /// Where to; `-` for stdout.
    #[arg(short, long)]
    output: PathBuf,
}

impl Export {
    /// Writes the file.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an unknown service; [`Failure::Invalid`] where the file cannot be written.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let ending = self.output.extension().and_then(|e| e.to_str()).unwrap_or_default();
        let format = self.format.as_deref().and_then(Format::parse).or_else(|| Format::parse(ending));
        let format = format.unwrap_or(Format::Xlsx);
        let file = desk
            .export(&actor, &SheetKey::shared(ServiceId::parse(&self.service)?), format, place.lang_of_files())
            .await?;
        if self.output.as_os_str() == "-" {
            std::io::stdout().write_all(&file.bytes).map_err(|e| file_error(&self.output, &e))?;
        } else {
            tokio::fs::write(&self.output, &file.bytes).await.map_err(|e| file_error(&self.output, &e))?;
            eprintln!("kyohyo: {} ({} bytes)", self.output.display(), file.bytes.len());
        }
        Ok(0)
    }
}

impl Place {
    /// Files are Japanese, as their readers' approvals are, unless English was asked for by name.
    fn lang_of_files(&self) -> assessments::lang::Lang {
        let asked = std::env::args().any(|a| a == "--lang" || a.starts_with("--lang="));
        if asked { self.lang() } else { assessments::lang::Lang::Ja }
    }
}

/// Find cells.
#[derive(Debug, Args)]
pub struct Search {
    /// What to look for.
    query: String,
    /// Most cells.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct HitReport {
    service: String,
    section: String,
    row: String,
    field: String,
    text: String,
    snippet: String,
    score: f32,
    url: String,
}

impl Search {
    /// Prints the cells, best first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the index cannot be read.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        open::follow(&desk).await;
        let found = desk.search_cells(&actor, &self.query, self.limit, Filter::default()).await?;
        let hits: Vec<HitReport> = found
            .into_iter()
            .map(|(service, cell)| HitReport {
                url: app::pages::search::url(service.as_str(), &cell.address),
                service: service.to_string(),
                section: cell.address.section.clone(),
                row: cell.address.row.to_string(),
                field: cell.address.field.clone(),
                snippet: cell.snippet.iter().map(|(_, t)| t.as_str()).collect(),
                text: cell.text,
                score: cell.score,
            })
            .collect();
        if self.json {
            print_json(&hits)?;
        } else {
            for hit in &hits {
                println!(
                    "{} {}/{}/{}  {}",
                    hit.service,
                    hit.section,
                    hit.row,
                    hit.field,
                    hit.snippet.replace('\n', " ")
                );
            }
        }
        Ok(0)
    }
}
