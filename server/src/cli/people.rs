//! `person`, `institution`, `criteria`.

use super::{Place, file_error, open};
use assessments::access::Role;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::Label;
use assessments::library::{parse_criteria, parse_crosswalk};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// People.
#[derive(Debug, Args)]
pub struct Person {
    #[command(subcommand)]
    verb: PersonVerb,
}

#[derive(Debug, Subcommand)]
enum PersonVerb {
    /// Add a person and print their one-time sign-in link's path.
    Add {
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// Name as shown.
        #[arg(long)]
        name: String,
        /// A role over the installation (administrator, coordinator), or `institution:role`. May be given several times.
        #[arg(long = "role")]
        roles: Vec<String>,
    },
}

fn role(text: &str) -> Result<(Option<InstitutionId>, Role), Failure> {
    let (institution, role) = match text.split_once(':') {
        Some((institution, role)) => (Some(InstitutionId::parse(institution)?), role),
        None => (None, text),
    };
    Ok((institution, Role::parse(role).ok_or_else(|| Failure::invalid("role", role))?))
}

impl Person {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Exists`] for a taken address; [`Failure::Invalid`] for an unknown role.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let PersonVerb::Add { email, name, roles } = self.verb;
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let roles = roles.iter().map(|r| role(r)).collect::<Result<Vec<_>, _>>()?;
        let token = desk.add_person(&actor, &email, &name, &roles).await?;
        println!("/welcome/{token}");
        Ok(0)
    }
}

/// Institutions.
#[derive(Debug, Args)]
pub struct Institution {
    #[command(subcommand)]
    verb: InstitutionVerb,
}

#[derive(Debug, Subcommand)]
enum InstitutionVerb {
    /// Add an institution.
    Add {
        /// Its id: lower-case letters, digits and hyphens.
        id: String,
        /// Japanese name.
        #[arg(long)]
        name: String,
        /// English name; the Japanese one where it is missing.
        #[arg(long)]
        name_en: Option<String>,
    },
}

impl Institution {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Exists`] where the id is taken.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let InstitutionVerb::Add { id, name, name_en } = self.verb;
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let label = Label { en: name_en.unwrap_or_else(|| name.clone()), ja: name };
        desk.add_institution(&actor, &InstitutionId::parse(&id)?, &label).await?;
        println!("{id}");
        Ok(0)
    }
}

/// Criteria sets and crosswalks.
#[derive(Debug, Args)]
pub struct Criteria {
    #[command(subcommand)]
    verb: CriteriaVerb,
}

#[derive(Debug, Subcommand)]
enum CriteriaVerb {
    /// Load a criteria set from TOML.
    Load {
        /// The file.
        file: PathBuf,
    },
    /// Load a crosswalk between two loaded sets from TOML.
    Crosswalk {
        /// The file.
        file: PathBuf,
    },
    /// List the loaded sets.
    List,
}

impl Criteria {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with what is wrong in the file.
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let read = |file: &PathBuf| std::fs::read_to_string(file).map_err(|e| file_error(file, &e));
        match self.verb {
            CriteriaVerb::Load { file } => {
                let set = parse_criteria(&read(&file)?)?;
                let key = set.key();
                desk.load_criteria(&actor, set).await?;
                println!("{key}");
            }
            CriteriaVerb::Crosswalk { file } => desk.load_crosswalk(&actor, &parse_crosswalk(&read(&file)?)?).await?,
            CriteriaVerb::List => {
                for set in desk.criteria_sets() {
                    println!(
                        "{}  {} categories{}",
                        set.key(),
                        set.categories.len(),
                        if set.is_reconstruction() { "  (reconstruction)" } else { "" }
                    );
                }
            }
        }
        Ok(0)
    }
}
