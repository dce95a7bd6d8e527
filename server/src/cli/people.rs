//! `person`, `institution`, `criteria`.

use super::{Place, file_error, open};
use assessments::access::Role;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::Moved;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
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
    /// Has new sheets follow a loaded set.
    Use {
        /// `id@version`, as `list` prints it.
        set: String,
    },
    /// Moves a sheet to another loaded set by the crosswalk between the two, as one change set that can be undone.
    Move {
        /// The service's id.
        #[arg(long)]
        service: String,
        /// An institution's own layer, with --as one of its people; the common text where this is missing.
        #[arg(long)]
        institution: Option<String>,
        /// `id@version` of the set.
        #[arg(long)]
        to: String,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// List the loaded sets; the one that new sheets follow has a star.
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
            CriteriaVerb::Use { set } => desk.use_criteria(&actor, &set).await?,
            CriteriaVerb::Move { service, institution, to, dry_run, json } => {
                let institution = institution.as_deref().map(InstitutionId::parse).transpose()?;
                let layer = institution.map_or(Layer::Shared, Layer::Institution);
                let key = SheetKey { service: ServiceId::parse(&service)?, layer };
                let moved = desk.move_criteria(&actor, &key, &to, dry_run).await?;
                if json {
                    println!("{}", serde_json::to_string_pretty(&moved).unwrap_or_default());
                } else {
                    say(&moved);
                }
                open::follow(&desk).await;
            }
            CriteriaVerb::List => {
                let in_force = desk.criteria("").key();
                for set in desk.criteria_sets() {
                    println!(
                        "{} {}  {} categories{}",
                        if set.key() == in_force { '*' } else { ' ' },
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

/// What a move does, a line each.
fn say(moved: &Moved) {
    println!("{} > {}", moved.from, moved.to);
    for (old, new) in &moved.answers {
        println!("answer      {old} > {}", new.join(", "));
    }
    for (word, places) in [("joined", &moved.joined), ("undecided", &moved.undecided), ("usage note", &moved.notes)] {
        for place in places {
            println!("{word:<11} {place}");
        }
    }
    match moved.number {
        Some(number) => println!("revision    {number}"),
        None => println!("nothing was written (--dry-run)"),
    }
}
