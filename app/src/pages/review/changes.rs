//! What changed since the last version, cell by cell, with how each stands and the form that answers for it.

use super::answers::{standing_of, verdict_chip};
use super::steps::answer_form;
use crate::pages::Refused;
use crate::pages::forms::cell_diff;
use crate::pages::search::{place, url};
use crate::pages::sheet::Opened;
use crate::pages::shell::{moment, pager};
use crate::words::{fill, review};
use assessments::desk::RoundView;
use assessments::id::InstitutionId;
use assessments::lang::Lang;
use assessments::review::{QUORUM, Scope};
use assessments::store::CellDifference;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Cells a page: a first version may have hundreds, each with its form.
const SIZE: usize = 40;

/// On which page a scope's form stands.
pub fn page_of(changed: &[CellDifference], scope: &Scope) -> usize {
    let place = match scope {
        Scope::Whole => None,
        Scope::Cell(address) => changed.iter().position(|c| c.address == *address),
    };
    place.unwrap_or(0) / SIZE + 1
}

/// Which part of the list.
pub struct Page {
    /// From 1.
    pub number: i64,
    /// The round, as in the address; empty for the open one.
    pub round: String,
}

/// The list.
pub fn list(
    opened: &Opened<'_>,
    round: Option<&RoundView>,
    changed: &[CellDifference],
    page: &Page,
    refused: Option<&Refused>,
) -> AnyView {
    let visit = opened.visit;
    let w = review(visit.lang);
    let title = fill(w.changes, &[&changed.len()]);
    if changed.is_empty() {
        return view! { <section class="panel"><h2>{title}</h2><p class="empty">{w.nothing_to_review}</p></section> }
            .into_any();
    }
    let pages = changed.len().div_ceil(SIZE);
    let at = usize::try_from(page.number).unwrap_or(1).clamp(1, pages);
    let shown = changed.iter().skip((at - 1) * SIZE).take(SIZE);
    let path = format!("/services/{}/review", opened.id());
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    view! {
        <section><h2>{title}</h2>
            <ol class="changes">{shown.map(|c| one(opened, round, c, refused)).collect_view()}</ol>
            {(pages > 1).then(|| pager(visit, &path, &[("round", &page.round)], count(at), count(pages), count(changed.len())))}
        </section>
    }
    .into_any()
}

fn one(
    opened: &Opened<'_>,
    round: Option<&RoundView>,
    cell: &CellDifference,
    refused: Option<&Refused>,
) -> impl IntoView + use<> {
    let visit = opened.visit;
    let names = cell.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>().join(visit.lang.pick("、", ", "));
    let scope = Scope::Cell(cell.address.clone());
    let form = round.and_then(|r| answer_form(opened, r, &scope, refused));
    let title = place(visit, &opened.view.criteria.key(), &cell.address);
    view! {
        <li class="panel" id=format!("c-{}", cell.address.anchor())>
            <p class="row"><a href=url(opened.id(), &cell.address)><b>{title}</b></a>
                <span class="small muted">{names}" "<time class="mono">{moment(cell.at)}</time></span></p>
            <div class="diff" lang=cell.address.lang.map(Lang::code)>{cell_diff(visit.lang, &cell.address, &cell.old, &cell.new)}</div>
            {round.map(|r| state(opened, r, cell))}
            {form}
        </li>
    }
}

/// Who approved, who lost their approval by a later change, and what was said.
fn state(opened: &Opened<'_>, round: &RoundView, cell: &CellDifference) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let judged = round.judgement.cells.get(&cell.address).cloned().unwrap_or_default();
    let between = visit.lang.pick("、", ", ");
    let named = |ids: &BTreeSet<InstitutionId>| {
        let name =
            |id: &InstitutionId| round.names.get(id).map_or_else(|| id.to_string(), |n| n.get(visit.lang).to_owned());
        ids.iter().map(name).collect::<Vec<_>>().join(between)
    };
    let tone = if judged.is_approved() { "good" } else { "warn" };
    let said = standing_of(round, &Scope::Cell(cell.address.clone()));
    let said: Vec<_> = said
        .into_iter()
        .map(|g| {
            view! { <li>{verdict_chip(visit, g.verdict)}" "<b>{g.name.clone()}</b>" "<span class="small muted">{named(&BTreeSet::from([g.institution.clone()]))}</span>
                {(!g.comment.is_empty()).then(|| view! { <p class="pre">{g.comment.clone()}</p> })}</li> }
        })
        .collect();
    view! {
        <p class="row small"><span class="chip" data-tone=tone>{fill(w.approvals, &[&judged.approved.len(), &QUORUM])}</span>
            {(!judged.approved.is_empty()).then(|| view! { <span>{named(&judged.approved)}</span> })}
            {(!judged.outdated.is_empty()).then(|| view! { <span class="muted">{fill(w.lost, &[&named(&judged.outdated)])}</span> })}
            {(!judged.own.is_empty()).then(|| view! { <span class="muted">{fill(w.own_approval, &[&named(&judged.own)])}</span> })}</p>
        {(!said.is_empty()).then(|| view! { <ul class="plain-list said">{said}</ul> })}
    }
}
