//! `service`.

use super::{Place, open, print_json};
use assessments::change::Door;
use assessments::desk::NewService;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Label;
use clap::{Args, Subcommand};
use serde::Serialize;

/// Services under assessment.
#[derive(Debug, Args)]
pub struct Service {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a service with an empty sheet.
    Add {
        /// Its id: lower-case letters, digits and hyphens.
        id: String,
        /// Name; Japanese, or the only one.
        #[arg(long)]
        name: String,
        /// English name.
        #[arg(long, default_value = "")]
        name_en: String,
        /// Who offers it.
        #[arg(long, default_value = "")]
        provider: String,
    },
    /// List the services.
    List {
        /// One JSON document on stdout.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize)]
struct Line {
    id: String,
    name_ja: String,
    name_en: String,
}

impl Service {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the id is taken.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        match self.verb {
            Verb::Add { id, name, name_en, provider } => {
                let id = ServiceId::parse(&id)?;
                let new = NewService { id: id.clone(), name: Label { ja: name, en: name_en }, provider };
                desk.add_service(&actor, &new, Door::CommandLine).await?;
                open::follow(&desk).await;
                println!("{id}");
            }
            Verb::List { json } => {
                let lines = desk.service_names(&actor).await?.into_iter();
                let lines = lines.map(|(id, name)| Line { id: id.to_string(), name_ja: name.ja, name_en: name.en });
                let lines: Vec<Line> = lines.collect();
                if json {
                    print_json(&lines)?;
                } else {
                    lines.iter().for_each(|l| println!("{}  {}", l.id, l.name_ja));
                }
            }
        }
        Ok(0)
    }
}
