//! `token`.

use super::{Place, open, print_json};
use assessments::access::Scope;
use assessments::desk::TokenWanted;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::store::TokenRow;
use clap::{Args, Subcommand};
use serde::Serialize;

/// Tokens of the HTTP API, of the person named by --as.
#[derive(Debug, Args)]
pub struct Token {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a token and print it, once.
    Add {
        /// What for.
        #[arg(long)]
        name: String,
        /// What it may do: read, write, export, import, audit. May be given several times.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// Days until it ends, at most 365.
        #[arg(long, default_value_t = 90)]
        days: i64,
        /// The only institution it acts in.
        #[arg(long)]
        institution: Option<String>,
    },
    /// List the tokens that hold.
    List {
        /// One JSON document on stdout.
        #[arg(long)]
        json: bool,
    },
    /// End a token.
    Revoke {
        /// Its id, as `list` prints it.
        id: String,
    },
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    institution: Option<String>,
    expires_at: String,
    used_at: Option<String>,
}

fn line(t: TokenRow) -> Line {
    Line {
        id: t.id,
        name: t.name,
        scopes: t.scopes.iter().map(|s| s.key()).collect(),
        institution: t.institution.map(String::from),
        expires_at: t.expires_at.to_rfc3339(),
        used_at: t.used_at.map(|at| at.to_rfc3339()),
    }
}

impl Token {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::SignedOut`] without --as; [`Failure::Invalid`] for an unknown scope; [`Failure::NotFound`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        // The command line itself is nobody, and a token is somebody's.
        if actor.person.is_none() {
            return Err(Failure::invalid("--as", ""));
        }
        match self.verb {
            Verb::Add { name, scopes, days, institution } => {
                let scope = |key: &String| Scope::parse(key).ok_or_else(|| Failure::invalid("scope", key));
                let scopes = scopes.iter().map(scope).collect::<Result<_, _>>()?;
                let institution = institution.as_deref().map(InstitutionId::parse).transpose()?;
                println!("{}", desk.make_token(&actor, &TokenWanted { name, scopes, days, institution }).await?);
            }
            Verb::List { json } => {
                let lines: Vec<Line> = desk.own_tokens(&actor).await?.into_iter().map(line).collect();
                if json {
                    print_json(&lines)?;
                } else {
                    for l in &lines {
                        let used = l.used_at.as_deref().unwrap_or("never used");
                        println!("{}  {}  {}  until {}  {used}", l.id, l.name, l.scopes.join(" "), l.expires_at);
                    }
                }
            }
            Verb::Revoke { id } => desk.revoke_own_token(&actor, &id).await?,
        }
        Ok(0)
    }
}
