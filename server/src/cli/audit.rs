//! `audit`, `anchors`, and `check --audit`: the audit as a file, and what is kept beside the database.

use super::{Place, file_error, open, print_json};
use assessments::audit::anchors::Book;
use assessments::audit::file::{FileReport, check};
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(subcommand)]
    verb: AuditVerb,
}

#[derive(Debug, Subcommand)]
enum AuditVerb {
    /// Write a layer's whole audit to a file that verifies on its own (check --audit): the common part's, or with --as an
    /// institution's.
    Export {
        /// The institution.
        #[arg(long)]
        institution: Option<String>,
        /// The file to write.
        #[arg(short, long)]
        output: PathBuf,
    },
}

impl Audit {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for an institution that is not the person's; [`Failure::Exists`] where the file is there.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let AuditVerb::Export { institution, output } = self.verb;
        if output.exists() {
            return Err(Failure::Exists { place: output.display().to_string() });
        }
        let institution = institution.as_deref().map(InstitutionId::parse).transpose()?;
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let file = desk.export_audit(&actor, &institution.map_or(Layer::Shared, Layer::Institution)).await?;
        std::fs::write(&output, &file.bytes).map_err(|e| file_error(&output, &e))?;
        println!("{}", output.display());
        Ok(0)
    }
}

/// Anchors of the audit.
#[derive(Debug, Args)]
pub struct Anchors {
    #[command(subcommand)]
    verb: AnchorsVerb,
}

#[derive(Debug, Subcommand)]
enum AnchorsVerb {
    /// Write down now what the audit came to.
    Write,
    /// Start anew, where an older backup was put in place on purpose. What was anchored before stays in the file and is no
    /// longer compared. The reason is in the audit.
    Restart {
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

impl Anchors {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::File`] where the file cannot be written.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::desk(place).await?;
        let actor = open::actor(place, &desk).await?;
        match self.verb {
            AnchorsVerb::Write => desk.anchor().await?,
            AnchorsVerb::Restart { reason } => desk.restart_anchors(&actor, &reason).await?,
        }
        println!("{}", open::anchors_file(place).display());
        Ok(0)
    }
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    #[serde(flatten)]
    found: FileReport,
}

/// Verifies an auditor's file; no database is needed. `kept` is a file of anchors from elsewhere.
///
/// # Errors
/// [`Failure::File`] where a file cannot be read.
pub fn check_file(file: &Path, kept: Option<&Path>, json: bool) -> Result<u8, Failure> {
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|e| file_error(path, &e));
    let text = read(file)?;
    let book = kept.map(read).transpose()?.map(|text| Book::read(&text)).unwrap_or_default();
    let mut found = check(&text, book.anchors());
    found.faults.extend(book.faults.iter().map(|text| assessments::audit::Fault {
        kind: assessments::audit::Kind::Anchor,
        number: 0,
        text: text.clone(),
    }));
    let report = Report { ok: found.faults.is_empty(), found };
    if json {
        print_json(&report)?;
    } else {
        for fault in &report.found.faults {
            println!("{}", fault.text);
        }
        let (found, header) = (&report.found, &report.found.header);
        println!(
            "{} {}: {} entries, {} anchors, written {} by {}, {} faults",
            header.layer,
            header.name,
            found.entries,
            found.anchors,
            header.exported_at.format("%Y-%m-%dT%H:%M:%SZ"),
            header.exported_by,
            found.faults.len()
        );
    }
    Ok(if report.ok { 0 } else { 1 })
}
