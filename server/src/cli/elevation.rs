//! `elevation`: rights for a time, from the command line.

use super::{Place, open, print_json};
use assessments::elevation::{Elevation as Request, State, Verb};
use assessments::failure::Failure;
use assessments::id::GrantId;
use assessments::store::ElevationFilter;
use clap::{Args, Subcommand};
use serde::Serialize;

/// Rights for a time.
#[derive(Debug, Args)]
pub struct Elevation {
    #[command(subcommand)]
    verb: ElevationVerb,
}

#[derive(Debug, Subcommand)]
enum ElevationVerb {
    /// List requests and what became of them: of the common part, or with --as of the layers of that person.
    List {
        /// Only those that stand there now: pending, approved, scheduled, active, ended, rejected, cancelled, expired, revoked.
        #[arg(long)]
        state: Option<String>,
        /// One JSON document on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Decide on a request, take a right away, or review it afterwards.
    Decide {
        /// The request's id, as `list` prints it.
        id: String,
        /// approve, reject, revoke or review.
        verb: String,
        /// Why.
        #[arg(long, default_value = "")]
        comment: String,
    },
    /// Set the longest that a right is lent for, in hours (at most 24).
    Limit {
        /// Hours.
        hours: i64,
    },
}

#[derive(Serialize)]
struct Line<'a> {
    state: State,
    to_review: bool,
    #[serde(flatten)]
    request: &'a Request,
}

impl Elevation {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::Elevation`] where the request does not allow it; [`Failure::NotFound`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        match self.verb {
            ElevationVerb::List { state, json } => {
                let read = |s: &String| State::parse(s).ok_or_else(|| Failure::invalid("state", s));
                let state = state.as_ref().map(read).transpose()?;
                let found = desk.elevations(&actor, &ElevationFilter::default(), state, 1, 100_000).await?;
                let now = desk.now();
                if json {
                    let line = |request| Line {
                        state: Request::state(request, now),
                        to_review: request.to_review(now),
                        request,
                    };
                    print_json(&found.items.iter().map(line).collect::<Vec<_>>())?;
                } else {
                    for e in &found.items {
                        let (id, at) = (&e.id, e.asked_at.format("%Y-%m-%dT%H:%MZ"));
                        let (state, scope, layer) = (e.state(now).key(), e.wish.scope.key(), e.wish.layer.key());
                        println!(
                            "{id}  {state:<9} {at}  {scope} {layer}  {}  {} min  {}",
                            e.name,
                            e.wish.minutes,
                            e.wish.reason.replace('\n', " ")
                        );
                    }
                }
            }
            ElevationVerb::Decide { id, verb, comment } => {
                let verb = Verb::parse(&verb).filter(|v| !v.is_own()).ok_or_else(|| Failure::invalid("verb", &verb))?;
                let after = desk.act_elevation(&actor, &GrantId::parse(&id)?, verb, &comment).await?;
                println!("{} {}", after.id, after.state(desk.now()).key());
            }
            ElevationVerb::Limit { hours } => desk.set_elevation_hours(&actor, hours).await?,
        }
        Ok(0)
    }
}
