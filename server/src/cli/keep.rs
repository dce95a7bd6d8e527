//! `check`, `reindex`, `backup`, `restore`: keeping the data well.

use super::{Place, file_error, open, print_json};
use assessments::failure::Failure;
use assessments::store::Db;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Verify the hash chain, the replay and the search index.
#[derive(Debug, Args)]
pub struct Check {
    /// Verify this auditor's file instead; no database is needed. With --anchors, against that file of anchors too.
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    sheets: usize,
    change_sets: usize,
    indexed: usize,
    audited: usize,
    anchors: usize,
    notes: Vec<String>,
    faults: Vec<String>,
}

impl Check {
    /// Prints what was verified; exit 1 where something does not hold.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database or the index cannot be read.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        if let Some(file) = &self.audit {
            return super::audit::check_file(file, place.anchors.as_deref(), self.json);
        }
        let desk = open::seeded(place).await?;
        open::follow(&desk).await;
        let found = desk.check().await?;
        let report = Report {
            ok: found.faults.is_empty(),
            sheets: found.sheets,
            change_sets: found.change_sets,
            indexed: found.indexed,
            audited: found.audited,
            anchors: found.anchors,
            notes: found.notes,
            faults: found.faults,
        };
        if self.json {
            print_json(&report)?;
        } else {
            for line in report.notes.iter().chain(&report.faults) {
                println!("{line}");
            }
            if report.faults.iter().any(|f| f.contains("older backup")) {
                println!("If an older backup was put in place on purpose: kyohyo anchors restart --reason TEXT");
            }
            println!(
                "{} sheets, {} change sets, {} indexed cells, {} audit entries, {} anchors, {} faults",
                report.sheets,
                report.change_sets,
                report.indexed,
                report.audited,
                report.anchors,
                report.faults.len()
            );
        }
        Ok(if report.ok { 0 } else { 1 })
    }
}

/// Builds the search index anew.
pub async fn reindex(place: &Place) -> Result<u8, Failure> {
    let desk = open::seeded(place).await?;
    let sheets = desk.reindex().await?;
    eprintln!("kyohyo: {sheets} sheets indexed");
    Ok(0)
}

/// Copy the embedded database to a file while it is in use.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to make; it must not exist.
    path: PathBuf,
}

impl Backup {
    /// Makes the copy.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the file is there already.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        if self.path.exists() {
            return Err(Failure::Exists { place: self.path.display().to_string() });
        }
        let desk = open::desk(place).await?;
        desk.db().backup(&self.path).await?;
        eprintln!("kyohyo: {}", self.path.display());
        Ok(0)
    }
}

/// Put a backup in the place of the embedded database.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    path: PathBuf,
}

impl Restore {
    /// Checks that the backup opens, keeps the present database beside it, and puts the backup in its place. The search
    /// index is thrown away and comes back by itself.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where a file cannot be read or moved; [`Failure::Internal`] where the backup is none.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        if place.database.is_some() {
            return Err(Failure::invalid("database", "postgres: use pg_restore"));
        }
        let file = open::database_file(place);
        std::fs::create_dir_all(&place.data).map_err(|e| file_error(&place.data, &e))?;
        let fresh = place.data.join("restored.sqlite");
        std::fs::copy(&self.path, &fresh).map_err(|e| file_error(&self.path, &e))?;
        let db = Db::sqlite(&fresh).await?;
        db.close().await;
        if file.exists() {
            let kept = place.data.join("before-restore.sqlite");
            std::fs::rename(&file, &kept).map_err(|e| file_error(&kept, &e))?;
            eprintln!("kyohyo: the database as it was is kept in {}", kept.display());
        }
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(place.data.join(format!("kyohyo.sqlite{ending}")));
            let _ = std::fs::remove_file(place.data.join(format!("restored.sqlite{ending}")));
        }
        std::fs::rename(&fresh, &file).map_err(|e| file_error(&file, &e))?;
        let _ = std::fs::remove_dir_all(place.data.join("index"));
        let desk = open::desk(place).await?;
        desk.reindex().await?;
        if desk.anchors_ahead().await? {
            eprintln!("kyohyo: the anchors of the audit know more than this backup, and check will say so.");
            eprintln!("        To go on from here: kyohyo anchors restart --reason TEXT");
        }
        eprintln!("kyohyo: restored");
        Ok(0)
    }
}
