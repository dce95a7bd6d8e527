//! `verify`: whether a workbook is the one that was frozen with an approval of one's own institution.

use super::{Place, file_error, open, print_json};
use assessments::adoption::{Rule, refuse};
use assessments::desk::{FileState, Verified};
use assessments::failure::Failure;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Tell whether a workbook is the one that was frozen with an approval. Needs `--as`: an institution's records are looked
/// at as one of its people.
#[derive(Debug, Args)]
pub struct Verify {
    /// The workbook.
    file: PathBuf,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    known: bool,
    institution: &'a str,
    approval: &'a str,
    service: &'a str,
    version: &'a str,
    number: i64,
    content_hash: &'a str,
    verdict: &'a str,
    sha256: &'a str,
    /// The approval's state now.
    state: &'static str,
    #[serde(flatten)]
    file: &'a FileState,
}

impl Verify {
    /// Prints what the file is; exit 0 where every cell says the same, 1 where one does not and where it is not known.
    ///
    /// # Errors
    /// [`Failure::Rule`] without `--as`; [`Failure::NotFound`] where no approval of the person's institutions belongs to
    /// it; [`Failure::Refused`] for no workbook.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        if place.person.is_none() {
            return Err(refuse(Rule::AsWhom, ""));
        }
        let bytes = tokio::fs::read(&self.file).await.map_err(|e| file_error(&self.file, &e))?;
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let name = self.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let found = match desk.verify(&actor, &name, bytes).await {
            Err(Failure::NotFound) if self.json => {
                print_json(&serde_json::json!({ "known": false }))?;
                return Ok(1);
            }
            other => other?,
        };
        if self.json {
            let a = &found.approval;
            print_json(&Report {
                known: true,
                institution: found.institution.as_str(),
                approval: a.id.as_str(),
                service: a.service.as_str(),
                version: &a.version,
                number: a.number,
                content_hash: &a.hash,
                verdict: &a.verdict,
                sha256: &found.sha256,
                state: found.standing.key(),
                file: &found.file,
            })?;
        } else {
            tell(&found, place);
        }
        Ok(if matches!(found.file, FileState::Altered { .. }) { 1 } else { 0 })
    }
}

fn tell(found: &Verified, place: &Place) {
    let (a, lang) = (&found.approval, place.lang());
    let said = match &found.file {
        FileState::Unchanged => lang.pick("固定したブックと同じ", "unchanged, byte for byte").to_owned(),
        FileState::SavedAnew => {
            lang.pick("保存し直されているが内容は同じ", "saved anew, every cell the same").to_owned()
        }
        FileState::Altered { total, .. } => match lang {
            assessments::lang::Lang::Ja => format!("{total} 個のセルが違う"),
            assessments::lang::Lang::En => format!("altered: {total} cells differ"),
        },
    };
    println!("{} {} {} {}: {said}", found.institution, a.service, a.version, a.id);
    println!("  {}", found.standing.label(lang));
    if let FileState::Altered { cells, .. } = &found.file {
        for cell in cells {
            println!("  {} {} {}", cell.sheet, cell.cell, cell.address);
        }
    }
}
