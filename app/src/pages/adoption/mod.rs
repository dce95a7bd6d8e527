//! An institution's private layer. Everything here stands in panels that name the institution and say that they are
//! private.

pub mod across;
pub mod approval;
mod chart;
pub mod edit;
mod own_cell;
mod own_history;
pub mod prepare;
pub mod propose;
pub mod sheet;
pub mod verify;

use super::Visit;
use super::shell::moment;
use crate::words::{adoption, common, fill};
use assessments::adoption::{Cause, Standing, verdict_of};
use assessments::cell::Layer;
use assessments::change::Author;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::{Label, Lang};
use assessments::link::escape;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// The institution that a page is about: the one asked for, or the reader's first.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's, and where they have none.
pub fn whose(visit: &Visit, asked: &str) -> Result<(InstitutionId, Label), Failure> {
    let actor = visit.actor()?;
    let mut own = visit.institutions.iter();
    let found = if asked.is_empty() { own.next() } else { own.find(|(id, _)| id.as_str() == asked) };
    if let Some(found) = found {
        return Ok(found.clone());
    }
    // Another's layer, where a grant opens it for a time.
    let lent = Layer::Institution(InstitutionId::parse(asked).map_err(|_| Failure::NotFound)?);
    match (actor.layers().contains(&lent), lent) {
        (true, Layer::Institution(id)) => Ok((id.clone(), Label { ja: id.to_string(), en: id.to_string() })),
        _ => Err(Failure::NotFound),
    }
}

/// Links to the same page for the reader's other institutions.
pub(super) fn others(visit: &Visit, path: &str, here: &InstitutionId) -> Option<AnyView> {
    if visit.institutions.len() < 2 {
        return None;
    }
    let links = visit
        .institutions
        .iter()
        .map(|(id, name)| {
            let current = (id == here).then_some("page");
            view! { <a href=format!("{path}?institution={id}") aria-current=current>{name.get(visit.lang).to_owned()}</a> }
        })
        .collect_view();
    Some(view! { <nav class="tabs" aria-label=adoption(visit.lang).whose>{links}</nav> }.into_any())
}

/// The first line of a private panel: whose it is, that it is private, and who sees it.
pub(super) fn private_head(visit: &Visit, title: String, name: &str) -> impl IntoView + use<> {
    let (w, c) = (adoption(visit.lang), common(visit.lang));
    view! {
        <div class="private-head">
            <h2>{title}</h2>
            <p class="small"><b>{name.to_owned()}</b>" "<span class="chip" data-tone="private">{c.private}</span>" "<span class="muted">{fill(w.only_own, &[&name])}</span></p>
        </div>
    }
}

/// The same above a form that writes into an institution's layer; nothing above one of the common text.
pub fn private_line(visit: &Visit, layer: &Layer) -> Option<AnyView> {
    let Layer::Institution(id) = layer else { return None };
    let name = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned())?;
    let (w, c) = (adoption(visit.lang), common(visit.lang));
    Some(
        view! {
            <p class="private small"><b>{name.clone()}</b>" "<span class="chip" data-tone="private">{c.private}</span>" "
                <span>{w.base_of_form}" "{fill(w.only_own, &[&name])}</span></p>
        }
        .into_any(),
    )
}

/// A verdict with its mark.
pub(super) fn verdict(lang: Lang, key: &str) -> AnyView {
    match verdict_of(key) {
        Some(choice) => view! { <span class="chip" data-verdict=choice.key>{choice.marked(lang)}</span> }.into_any(),
        None => view! { <span class="muted">{adoption(lang).verdict_none}</span> }.into_any(),
    }
}

/// How an approval stands, with its mark.
pub(super) fn standing(lang: Lang, of: Standing) -> impl IntoView + use<> {
    let tone = match of.key() {
        "approved" => "good",
        "waiting" => "info",
        "outdated" | "expired" => "warn",
        "rejected" => "bad",
        _ => "line",
    };
    view! { <span class="chip" data-tone=tone>{format!("{} {}", of.mark(), of.label(lang))}</span> }
}

/// Who and when.
pub(super) fn by_at(lang: Lang, who: &Author, at: DateTime<Utc>) -> String {
    fill(adoption(lang).by_at, &[&who.name, &moment(at)])
}

/// A cause in words.
pub(super) fn cause_words(visit: &Visit, set: &str, cause: &Cause) -> String {
    let w = adoption(visit.lang);
    match cause {
        Cause::TextChanged { version, cells } => fill(w.cause_text, &[&cells.len(), version]),
        Cause::CriteriaMoved { from, to } => fill(w.cause_criteria, &[from, to]),
        Cause::AdoptionChanged { cells } => fill(w.cause_own, &[&cells.len()]),
        Cause::RiskExpired { row, expires } => {
            let name = visit.desk.criteria(set).category(row.as_str()).map(|c| c.name(visit.lang).to_owned());
            fill(w.cause_risk, &[&format!("{row} {}", name.unwrap_or_default()), expires])
        }
    }
}

/// The address of a service's adoption.
pub(super) fn url(service: &str, institution: &InstitutionId) -> String {
    format!("/services/{service}/adoption?institution={}", escape(institution.as_str()))
}

/// The address of an approval.
pub(super) fn approval_url(id: &str, institution: &InstitutionId) -> String {
    format!("/approvals/{id}?institution={}", escape(institution.as_str()))
}

/// What a form did, by a key of ours.
pub fn said(lang: Lang, done: &str) -> Option<String> {
    let w = adoption(lang);
    let (key, number) = done.split_once('-').unwrap_or((done, ""));
    let number: i64 = number.parse().unwrap_or(0);
    let text = match key {
        "own" => w.saved.to_owned(),
        "undone" => crate::words::sheet(lang).undone.to_owned(),
        "undone_all" => crate::words::together(lang).undone_all.to_owned(),
        "restored" => crate::words::sheet(lang).restored.to_owned(),
        "same" => crate::words::sheet(lang).nothing_to_save.to_owned(),
        "prepared" => w.said_prepared.to_owned(),
        "forwarded" => w.said_forwarded.to_owned(),
        "withdrawn" => w.said_withdrawn.to_owned(),
        "approved" => w.said_approved.to_owned(),
        "rejected" => w.said_rejected.to_owned(),
        "answered" => w.said_done.to_owned(),
        "proposed" => fill(w.proposed, &[&number]),
        _ => return None,
    };
    Some(text)
}

/// The note of what was done.
pub(super) fn flash(lang: Lang, done: &str) -> Option<AnyView> {
    said(lang, done).map(|text| view! { <p class="note" data-tone="good" role="status">{text}</p> }.into_any())
}
