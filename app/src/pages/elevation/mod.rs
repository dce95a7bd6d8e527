//! Elevated access: asking, deciding, using, reviewing, and what was.

mod form;
mod history;
mod request;

use super::admin::tabs;
use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{elevation as words, fill};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::Page;
use assessments::elevation::{Elevation, Scope, State, Verb};
use assessments::failure::Failure;
use assessments::lang::{Label, Lang};
use assessments::store::ElevationFilter;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Requests a page of the history.
const SIZE: i64 = 30;

/// A right's words.
pub fn scope_word(lang: Lang, scope: Scope) -> &'static str {
    let w = words(lang);
    match scope {
        Scope::PublishWithoutQuorum => w.scope_publish_without_quorum,
        Scope::ManageCriteria => w.scope_manage_criteria,
        Scope::ReadAudit => w.scope_read_audit,
        Scope::TakeOverApproval => w.scope_take_over_approval,
        Scope::ReadLayer => w.scope_read_layer,
        Scope::WorkInLayer => w.scope_work_in_layer,
    }
}

/// A state's word.
pub fn state_word(lang: Lang, state: State) -> &'static str {
    let w = words(lang);
    match state {
        State::Pending => w.pending,
        State::Approved => w.approved,
        State::Scheduled => w.scheduled,
        State::Active => w.active,
        State::Ended => w.ended,
        State::Rejected => w.rejected,
        State::Cancelled => w.cancelled,
        State::Expired => w.expired,
        State::Revoked => w.revoked,
    }
}

/// A verb's word.
pub fn verb_word(lang: Lang, verb: Verb) -> &'static str {
    let w = words(lang);
    match verb {
        Verb::Approve => w.approve,
        Verb::Reject => w.reject,
        Verb::Emergency => w.emergency_do,
        Verb::Begin => w.begin,
        Verb::Cancel => w.cancel,
        Verb::End => w.end,
        Verb::Revoke => w.revoke,
        Verb::Review => w.review,
    }
}

fn tone(state: State) -> &'static str {
    match state {
        State::Pending => "warn",
        State::Approved | State::Scheduled => "info",
        State::Active => "good",
        State::Rejected | State::Revoked => "bad",
        State::Ended | State::Cancelled | State::Expired => "line",
    }
}

/// A duration in words.
fn length(lang: Lang, minutes: i64) -> String {
    let w = words(lang);
    match minutes {
        60 => w.one_hour.to_owned(),
        m if m % 60 == 0 => fill(w.hours, &[&(m / 60)]),
        m => fill(w.minutes, &[&m]),
    }
}

/// What of the history is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Narrowed by.
    pub filter: ElevationFilter,
    /// Standing there now.
    pub state: Option<State>,
    /// Days as typed: from, to.
    pub days: (String, String),
    /// Page.
    pub page: i64,
}

impl Asked {
    fn query(&self) -> [(&str, &str); 5] {
        let state = self.state.map_or("", State::key);
        let (from, to) = (self.days.0.as_str(), self.days.1.as_str());
        [("state", state), ("scope", &self.filter.scope), ("text", &self.filter.text), ("from", from), ("to", to)]
    }
}

/// Everything that the page shows.
struct Shown {
    now: DateTime<Utc>,
    hours: i64,
    places: Vec<(Layer, Option<Label>)>,
    mine: Vec<Elevation>,
    decide: Vec<Elevation>,
    review: Vec<Elevation>,
    running: Vec<Elevation>,
    decides: bool,
    history: Page<Elevation>,
}

async fn read(visit: &Visit, asked: &Asked) -> Result<Shown, Failure> {
    let (desk, actor) = (&visit.desk, visit.actor()?);
    let layers = actor.institutions.keys().cloned().map(Layer::Institution);
    let decides = [Layer::Shared].into_iter().chain(layers).any(|l| permit(actor, Action::DecideElevation, &l).is_ok());
    let mut mine = desk.own_elevations(actor).await?;
    let now = desk.now();
    // What is over stands in the history.
    mine.retain(|e| e.state(now).rank() < State::Ended.rank() || e.to_review(now));
    Ok(Shown {
        now,
        hours: desk.elevation_hours().await?,
        places: desk.elevation_places(actor).await?,
        mine,
        decide: desk.elevations_to_decide(actor).await?,
        review: desk.elevations_to_review(actor).await?,
        running: desk.elevations_running(actor).await?,
        decides,
        history: desk.elevations(actor, &asked.filter, asked.state, asked.page, SIZE).await?,
    })
}

/// The page.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn elevation(
    visit: &Visit,
    asked: &Asked,
    done: Option<&str>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let shown = read(visit, asked).await?;
    let w = words(visit.lang);
    Ok(page(visit, w.title, Place::None, || {
        let said = match done {
            Some("asked") => Some(w.done_asked),
            Some("acted") => Some(w.done_acted),
            Some("limit") => Some(w.done_limit),
            _ => None,
        };
        let cards = |list: &[Elevation]| list.iter().map(|e| request::card(visit, &shown, e)).collect_view();
        let section = |id: &'static str, title: &'static str, empty: &'static str, list: &[Elevation]| {
            let body = if list.is_empty() {
                view! { <p class="empty">{empty}</p> }.into_any()
            } else {
                view! { <div class="stack">{cards(list)}</div> }.into_any()
            };
            view! { <section aria-labelledby=id><h2 id=id>{title}</h2>{body}</section> }
        };
        view! {
            {head(w.title.into(), Some(w.lead.into()), ().into_any())}
            {tabs(visit, "/elevation")}
            {said.map(|word| view! { <p class="note" data-tone="good" role="status">{word}</p> })}
            {refused.map(|r| notice(visit, &r.failure))}
            <div class="split">
                <div class="stack">
                    {shown.decides.then(|| section("decide", w.to_decide, w.to_decide_empty, &shown.decide))}
                    {shown.decides.then(|| section("review", w.to_review, w.to_review_empty, &shown.review))}
                    {(!shown.running.is_empty()).then(|| section("running", w.running, "", &shown.running))}
                    {section("mine", w.mine, w.mine_empty, &shown.mine)}
                </div>
                <div class="stack">
                    {form::form(visit, &shown, refused)}
                    {form::limit(visit, &shown, refused)}
                </div>
            </div>
            {history::history(visit, &shown, asked)}
        }
    }))
}

/// Above every page: emergencies of others that the reader could have decided on, until they say that they have seen them.
pub fn alarms(visit: &Visit) -> AnyView {
    let w = words(visit.lang);
    let list = visit.alarms.iter().map(|e| {
        let said = fill(w.alarm, &[&e.name, &scope_word(visit.lang, e.wish.scope)]);
        let comment = e.decision.as_ref().map(|(_, act)| act.comment.clone()).unwrap_or_default();
        let at = e.decision.as_ref().map(|(_, act)| moment(act.at)).unwrap_or_default();
        view! {
            <div class="note" data-tone="bad" role="alert">
                <p><b>{said}</b>" "<time class="small">{at}</time></p><p class="small">{comment}</p>
                <form class="row" method="post" action=format!("/elevation/{}/seen", e.id)>
                    <input type="hidden" name="back" value=visit.path.clone()/>
                    <button class="btn">{w.alarm_seen}</button><a href="/elevation">{w.alarm_look}</a>
                </form>
            </div>
        }
    });
    list.collect_view().into_any()
}

/// In the header, while a right holds: until when.
pub fn chip(visit: &Visit) -> Option<AnyView> {
    let until = visit.actor.as_ref()?.grants.iter().map(|g| g.until).max()?;
    let time = moment(until).split(' ').next_back().unwrap_or_default().to_owned();
    let word = fill(words(visit.lang).until, &[&time]);
    Some(view! { <a class="chip elevated" data-tone="warn" href="/elevation">{word}</a> }.into_any())
}
