//! Review rounds: one sheet's, and all that are open.

mod answers;
mod changes;
pub mod rounds;
mod steps;

use crate::pages::error::notice;
use crate::pages::sheet::{Opened, Tab, frame, open};
use crate::pages::shell::moment;
use crate::pages::{Refused, Visit};
use crate::words::{fill, review};
use assessments::desk::{Progress, RoundState, RoundView};
use assessments::failure::Failure;
use assessments::store::Round;
use leptos::prelude::*;

/// A sheet's review: what changed since the last version first, the answers beside it, then how far everybody is.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service or round.
pub async fn review_page(
    visit: &Visit,
    service: &str,
    round: &str,
    number: i64,
    flash: Option<String>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let (actor, id) = (visit.actor()?, opened.view.key.service.clone());
    let rounds = visit.desk.rounds(actor, &id).await?;
    let asked = if round.is_empty() { opened.state.round.clone() } else { Some(round.to_owned()) };
    let view = match &asked {
        Some(round) => Some(visit.desk.review_round(actor, &id, round).await?),
        None => None,
    };
    // Without a round the same differences show what one would be about.
    let changed = match &view {
        Some(view) => view.changed.clone(),
        None => {
            let since = opened.state.published.as_ref().map_or(0, |p| p.number);
            visit.desk.difference(actor, &id, since, opened.view.number).await?
        }
    };
    let w = review(visit.lang);
    Ok(frame(&opened, Tab::Review, flash, || {
        let page = changes::Page { number, round: asked.clone().unwrap_or_default() };
        view! {
            {refused.map(|r| notice(visit, &r.failure))}
            {match &view {
                Some(view) => round_head(&opened, view).into_any(),
                None => view! { <p class="note">{w.no_round}</p> }.into_any(),
            }}
            <div class="split review">
                <div class="stack">
                    {changes::list(&opened, view.as_ref(), &changed, &page, refused)}
                </div>
                <div class="stack">
                    {steps::steps(&opened, view.as_ref(), changed.len(), refused)}
                    {view.as_ref().map(|v| progress(visit, v))}
                    {view.as_ref().map(|v| authors(visit, v))}
                    {view.as_ref().map(|v| answers::list(&opened, v))}
                    {history(&opened, &rounds)}
                </div>
            </div>
        }
    }))
}

/// A round's state as a chip.
pub fn state_chip(visit: &Visit, state: RoundState) -> impl IntoView + use<> {
    let w = review(visit.lang);
    let (tone, word) = match state {
        RoundState::Open => ("info", w.state_open),
        RoundState::Approved => ("good", w.state_approved),
        RoundState::Published => ("good", w.state_published),
        RoundState::Closed => ("line", w.state_closed),
    };
    view! { <span class="chip" data-tone=tone>{word}</span> }
}

fn round_head(opened: &Opened<'_>, view: &RoundView) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let round = &view.round;
    let id = opened.id().to_owned();
    view! {
        <section class="panel">
            <p class="row">{state_chip(visit, view.state())}
                <span>{fill(w.round_of, &[&round.author.name, &moment(round.opened_at)])}" "{fill(w.round_at, &[&round.number])}</span>
                {(!round.due.is_empty()).then(|| view! { <span class="chip" data-tone="line">{w.due}" "{round.due.clone()}</span> })}
                {round.ended_at.map(|at| view! { <span class="muted">{fill(w.ended_by, &[&round.ended_by, &moment(at)])}</span> })}
                {(!round.version.is_empty()).then(|| view! { <a href=format!("/services/{id}/versions/{}", round.version)>{fill(w.published, &[&round.version])}</a> })}</p>
            {(!round.note.is_empty()).then(|| view! { <p class="pre">{round.note.clone()}</p> })}
            {(round.since == 0).then(|| view! { <p class="small muted">{w.first_version}</p> })}
        </section>
    }
}

fn progress(visit: &Visit, round: &RoundView) -> impl IntoView + use<> {
    let w = review(visit.lang);
    let lines = round.progress();
    let running = matches!(round.state(), RoundState::Open | RoundState::Approved);
    let line = |p: &Progress| {
        let rest = p.may.saturating_sub(p.approved);
        let note = match (p.may, running && rest > 0) {
            (0, _) => Some(w.wrote_all),
            (_, true) => Some(w.can_answer),
            _ => None,
        };
        let chip = |tone: &'static str, word: &'static str, count: usize| {
            (count > 0).then(|| view! { <span class="chip" data-tone=tone>{word}" "{count}</span> })
        };
        let tone = if rest == 0 && p.may > 0 { "good" } else { "line" };
        view! {
            <li>
                <p class="row"><b>{p.name.get(visit.lang).to_owned()}</b>
                    <span class="chip" data-tone=tone>{fill(w.approved_of, &[&p.approved, &p.may])}</span>
                    {chip("warn", w.col_outdated, p.outdated)}{chip("warn", w.col_asked, p.asked)}{chip("bad", w.col_objections, p.objections)}</p>
                <p class="small muted">{p.people.join(visit.lang.pick("、", ", "))}{note.map(|n| format!(" · {n}"))}</p>
            </li>
        }
    };
    view! {
        <section class="panel"><h2>{w.progress}</h2>
            {if lines.is_empty() {
                view! { <p class="empty">{w.reviewers_none}</p> }.into_any()
            } else {
                view! { <ul class="plain-list">{lines.iter().map(line).collect_view()}</ul> }.into_any()
            }}
        </section>
    }
}

/// Who counts as an author, by name: the rule in words, and what comes of it here.
fn authors(visit: &Visit, round: &RoundView) -> impl IntoView + use<> {
    let w = review(visit.lang);
    let (institutions, of_nobody) = round.authors();
    let names: Vec<&str> = institutions.iter().map(|(_, name)| name.get(visit.lang)).collect();
    view! {
        <section class="panel"><h2>{w.who_wrote}</h2>
            <p class="small">{w.who_wrote_lead}</p>
            {(!names.is_empty()).then(|| view! { <p>{w.wrote}<b>{names.join(visit.lang.pick("、", ", "))}</b></p> })}
            {(of_nobody > 0).then(|| view! { <p class="small muted">{fill(w.of_nobody, &[&of_nobody])}</p> })}
        </section>
    }
}

fn history(opened: &Opened<'_>, rounds: &[Round]) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let id = opened.id().to_owned();
    let ended = rounds.iter().filter(|r| !r.ended.is_empty());
    let lines: Vec<_> = ended
        .map(|r| {
            let state = if r.ended == "published" { RoundState::Published } else { RoundState::Closed };
            view! {
                <li class="row"><a href=format!("/services/{id}/review?round={}", r.id)><time class="mono small">{moment(r.opened_at)}</time></a>
                    {state_chip(visit, state)}{(!r.version.is_empty()).then(|| view! { <span class="mono">{r.version.clone()}</span> })}
                    <span class="small muted">{r.author.name.clone()}</span></li>
            }
        })
        .collect();
    view! {
        <section class="panel"><h2>{w.history}</h2>
            {if lines.is_empty() {
                view! { <p class="empty">{w.history_empty}</p> }.into_any()
            } else {
                view! { <ul class="plain-list">{lines}</ul> }.into_any()
            }}
        </section>
    }
}
