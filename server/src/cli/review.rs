//! `review` and `publish`: rounds over a sheet's common text, and its versions.

use super::{Place, open, print_json};
use assessments::access::Actor;
use assessments::cell::Address;
use assessments::desk::{Desk, RoundState, RoundView};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId, ServiceId};
use assessments::review::{Scope, Verdict};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::collections::BTreeSet;

/// Review rounds.
#[derive(Debug, Args)]
pub struct Review {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Ask for a review of what changed since the last published version.
    Open {
        /// The service's id.
        service: String,
        /// What to look at.
        #[arg(long, default_value = "")]
        note: String,
        /// By which day: 2026-12-01.
        #[arg(long, default_value = "")]
        due: String,
    },
    /// Show how the open round stands, and who it waits for.
    Show {
        /// The service's id.
        service: String,
        /// Another round than the open one.
        #[arg(long)]
        round: Option<String>,
        /// One JSON document on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Answer the open round, as the person named by --as.
    Answer {
        /// The service's id.
        service: String,
        /// approve, ask_changes, object or withdraw.
        verdict: String,
        /// About this cell alone: criteria/K07/summary/ja.
        #[arg(long)]
        cell: Option<String>,
        /// Why; needed with ask_changes and object.
        #[arg(long, default_value = "")]
        comment: String,
        /// The revision that was looked at, as `show` prints it: needed with approve, since what came later was not looked at.
        #[arg(long)]
        revision: Option<i64>,
        /// For which institution, where one reviews for several.
        #[arg(long)]
        institution: Option<String>,
    },
    /// Close the open round without publishing.
    Close {
        /// The service's id.
        service: String,
    },
}

/// Publish a sheet as a new version.
#[derive(Debug, Args)]
pub struct Publish {
    /// The service's id.
    service: String,
    /// Note for the version.
    #[arg(long, default_value = "")]
    note: String,
    /// Say that the unconfirmed and overdue answers that `review show` lists were looked at.
    #[arg(long)]
    seen: bool,
    /// Without the approvals, or over an objection: needs a right that is lent for a time, and the reason in --note.
    #[arg(long)]
    without_quorum: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A cell that changed.
#[derive(Serialize)]
struct Cell {
    address: String,
    approved: BTreeSet<InstitutionId>,
    outdated: BTreeSet<InstitutionId>,
    own: BTreeSet<InstitutionId>,
    asked: BTreeSet<InstitutionId>,
    objected: BTreeSet<InstitutionId>,
    is_approved: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    institution: &'a InstitutionId,
    verdict: &'static str,
    cell: String,
    revision: i64,
    comment: &'a str,
}

#[derive(Serialize)]
struct Shown<'a> {
    round: &'a str,
    state: &'static str,
    revision: i64,
    since: i64,
    due: &'a str,
    note: &'a str,
    missing: usize,
    objections: usize,
    taken_over: &'a [RowId],
    overdue: &'a [RowId],
    cells: Vec<Cell>,
    answers: Vec<Line<'a>>,
}

fn state(view: &RoundView) -> &'static str {
    match view.state() {
        RoundState::Open => "open",
        RoundState::Approved => "approved",
        RoundState::Published => "published",
        RoundState::Closed => "closed",
    }
}

/// The round that a command is about: the one that is named, else the open one.
async fn round(desk: &Desk, actor: &Actor, service: &ServiceId, named: Option<&str>) -> Result<RoundView, Failure> {
    let open = desk.sheet_state(actor, service).await?.round;
    let id = named.map(str::to_owned).or(open).ok_or_else(|| Failure::not_yet("no_round"))?;
    desk.review_round(actor, service, &id).await
}

impl Review {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where the round does not allow it; [`Failure::Forbidden`]; [`Failure::NotFound`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        match self.verb {
            Verb::Open { service, note, due } => {
                let round = desk.open_round(&actor, &ServiceId::parse(&service)?, &note, &due).await?;
                println!("{}", round.id);
            }
            Verb::Show { service, round: named, json } => {
                show(&desk, &actor, &ServiceId::parse(&service)?, named.as_deref(), json).await?;
            }
            Verb::Answer { service, verdict, cell, comment, revision, institution } => {
                let service = ServiceId::parse(&service)?;
                let verdict = Verdict::parse(&verdict).ok_or_else(|| Failure::invalid("verdict", &verdict))?;
                let scope = match cell {
                    Some(cell) => Scope::Cell(Address::parse(&cell)?),
                    None => Scope::Whole,
                };
                let institution = institution.map(|id| InstitutionId::parse(&id)).transpose()?;
                if verdict == Verdict::Approve && revision.is_none() {
                    return Err(Failure::invalid("revision", ""));
                }
                let view = round(&desk, &actor, &service, None).await?;
                let (id, seen) = (&view.round.id, revision.unwrap_or(view.number));
                desk.answer_round(&actor, &service, id, &scope, verdict, seen, &comment, institution.as_ref()).await?;
                println!("{} {}", verdict.key(), state(&round(&desk, &actor, &service, None).await?));
            }
            Verb::Close { service } => {
                let service = ServiceId::parse(&service)?;
                let view = round(&desk, &actor, &service, None).await?;
                desk.close_round(&actor, &service, &view.round.id).await?;
                println!("{} closed", view.round.id);
            }
        }
        Ok(0)
    }
}

async fn show(desk: &Desk, actor: &Actor, service: &ServiceId, named: Option<&str>, json: bool) -> Result<(), Failure> {
    let view = round(desk, actor, service, named).await?;
    let unsettled = desk.unsettled(actor, service).await?;
    let cell = |(address, c): (&Address, &assessments::review::CellState)| Cell {
        address: address.to_string(),
        approved: c.approved.clone(),
        outdated: c.outdated.clone(),
        own: c.own.clone(),
        asked: c.asked.clone(),
        objected: c.objected.clone(),
        is_approved: c.is_approved(),
    };
    let answers = view.given.iter().map(|g| Line {
        name: &g.name,
        institution: &g.institution,
        verdict: g.verdict.key(),
        cell: g.scope.key(),
        revision: g.number,
        comment: &g.comment,
    });
    let shown = Shown {
        round: &view.round.id,
        state: state(&view),
        revision: view.number,
        since: view.round.since,
        due: &view.round.due,
        note: &view.round.note,
        missing: view.judgement.missing(),
        objections: view.judgement.objections.len(),
        taken_over: &unsettled.taken_over,
        overdue: &unsettled.overdue,
        cells: view.judgement.cells.iter().map(cell).collect(),
        answers: answers.collect(),
    };
    if json {
        return print_json(&shown);
    }
    println!("{}  {}  revision {}  due {}", shown.round, shown.state, shown.revision, or_dash(shown.due));
    println!("{} of {} cells wait for approvals, {} objections", shown.missing, shown.cells.len(), shown.objections);
    for cell in &shown.cells {
        let by: Vec<&str> = cell.approved.iter().map(InstitutionId::as_str).collect();
        let mark = if cell.is_approved { "ok" } else { "--" };
        println!("  {mark} {}  {}", cell.address, by.join(", "));
    }
    for a in &shown.answers {
        let about = if a.cell.is_empty() { "the whole" } else { &a.cell };
        println!("  {} ({}) {} {about}  {}", a.name, a.institution, a.verdict, a.comment.replace('\n', " "));
    }
    for (what, rows) in [("not confirmed", shown.taken_over), ("overdue", shown.overdue)] {
        if !rows.is_empty() {
            let rows: Vec<&str> = rows.iter().map(RowId::as_str).collect();
            println!("{what}: {}", rows.join(", "));
        }
    }
    Ok(())
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

#[derive(Serialize)]
struct Version<'a> {
    service: String,
    version: &'a str,
    revision: i64,
    hash: &'a str,
}

impl Publish {
    /// Does it.
    ///
    /// # Errors
    /// [`Failure::NotYet`] without the approvals, and without --seen where there is something to see; [`Failure::Forbidden`].
    pub async fn run(self, place: &Place) -> Result<u8, Failure> {
        let desk = open::seeded(place).await?;
        let actor = open::actor(place, &desk).await?;
        let service = ServiceId::parse(&self.service)?;
        let unsettled = desk.unsettled(&actor, &service).await?;
        if !unsettled.is_empty() {
            let (taken, overdue) = (unsettled.taken_over.len(), unsettled.overdue.len());
            eprintln!("kyohyo: {taken} answers not confirmed, {overdue} overdue (see `kyohyo review show {service}`)");
        }
        let seen = if self.seen { unsettled.mark() } else { String::new() };
        let done = if self.without_quorum {
            desk.publish_without_quorum(&actor, &service, &self.note, &seen).await?
        } else {
            let view = round(&desk, &actor, &service, None).await?;
            desk.publish(&actor, &service, &view.round.id, &self.note, &seen).await?
        };
        open::follow(&desk).await;
        if self.json {
            let (version, hash) = (done.version.as_str(), done.hash.as_str());
            print_json(&Version { service: service.to_string(), version, revision: done.number, hash })?;
        } else {
            println!("{}", done.version);
        }
        Ok(0)
    }
}
