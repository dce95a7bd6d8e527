//! `template`: the institution's own templates. They are private, so every command needs `--as`.

use super::{Place, file_error, open, print_json};
use assessments::access::Actor;
use assessments::adoption::{Rule, refuse};
use assessments::cell::Layer;
use assessments::desk::{Desk, TemplateUpload};
use assessments::failure::Failure;
use assessments::id::{ApprovalId, InstitutionId, ServiceId, TemplateId};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// The institution's own templates of its approval workbook. Needs `--as`.
#[derive(Debug, Args)]
pub struct Template {
    #[command(subcommand)]
    command: Command,
    /// Whose; the person's first institution where it is missing.
    #[arg(long, global = true)]
    institution: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keep a workbook as a new version; prints its id.
    Add {
        /// The workbook, xlsx or xlsm.
        file: PathBuf,
        /// The template's name; that of the file where it is missing.
        #[arg(long, default_value = "")]
        name: String,
        /// A word on this version.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List the templates.
    List {
        /// One JSON document on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Fill a template with a service's adoption, or with an approval.
    Fill {
        /// The version's id, as `template list` prints it.
        template: String,
        /// The service.
        service: String,
        /// The approval; the adoption as it stands where it is missing.
        #[arg(long)]
        approval: Option<String>,
        /// Where to write.
        #[arg(long, short)]
        output: PathBuf,
    },
}

impl Template {
    /// Runs the command.
    ///
    /// # Errors
    /// [`Failure::Rule`] without `--as`; what the desk refuses.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        if place.person.is_none() {
            return Err(refuse(Rule::AsWhom, ""));
        }
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let own = institution(&actor, self.institution.as_deref())?;
        match self.command {
            Command::Add { file, name, note } => {
                let bytes = tokio::fs::read(&file).await.map_err(|e| file_error(&file, &e))?;
                let file_name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let upload = TemplateUpload { name, note, file_name, bytes };
                add(&desk, &actor, &own, &upload, place).await
            }
            Command::List { json } => list(&desk, &actor, &own, json).await,
            Command::Fill { template, service, approval, output } => {
                let id = TemplateId::parse(&template).map_err(|_| Failure::NotFound)?;
                let approval = approval.map(|a| ApprovalId::parse(&a).map_err(|_| Failure::NotFound)).transpose()?;
                let service = ServiceId::parse(&service)?;
                let file = desk.fill_template(&actor, &own, &id, &service, approval.as_ref(), place.lang()).await?;
                tokio::fs::write(&output, &file.bytes).await.map_err(|e| file_error(&output, &e))?;
                let long = place.lang().pick("1 行に入りきらない文字列", "longer than a row can show");
                file.tall.iter().for_each(|cell| eprintln!("{cell}: {long}"));
                println!("{}", output.display());
                Ok(0)
            }
        }
    }
}

fn institution(actor: &Actor, asked: Option<&str>) -> Result<InstitutionId, Failure> {
    let own = actor.layers().into_iter().filter_map(|layer| match layer {
        Layer::Institution(id) => Some(id),
        Layer::Shared => None,
    });
    own.into_iter().find(|id| asked.is_none_or(|asked| asked == id.as_str())).ok_or(Failure::NotFound)
}

async fn add(
    desk: &Desk,
    actor: &Actor,
    own: &InstitutionId,
    upload: &TemplateUpload,
    place: &Place,
) -> Result<u8, Failure> {
    let found = desk.look_at_template(actor, own, upload).await?;
    found.notes.iter().for_each(|note| eprintln!("{}", note.words(place.lang())));
    for problem in found.problems.iter().skip(1) {
        eprintln!("{}", problem.failure().message(place.lang()));
    }
    let row = desk.add_template(actor, own, upload).await?;
    println!("{} {} v{} {}", row.id, row.name, row.version, found.places.len());
    Ok(0)
}

async fn list(desk: &Desk, actor: &Actor, own: &InstitutionId, json: bool) -> Result<u8, Failure> {
    let rows = desk.templates(actor, own).await?;
    if json {
        let line = |r: &assessments::store::TemplateRow| {
            serde_json::json!({ "id": r.id, "name": r.name, "version": r.version, "sha256": r.sha256,
                "added_at": r.added_at, "added_by": r.added_name, "retired_at": r.retired_at })
        };
        print_json(&rows.iter().map(line).collect::<Vec<_>>())?;
    } else {
        for r in &rows {
            let retired = if r.retired_at.is_some() { " retired" } else { "" };
            println!("{} {} v{}{retired}", r.id, r.name, r.version);
        }
    }
    Ok(0)
}
