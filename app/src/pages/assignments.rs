//! Who writes what: all sheets, and one sheet's categories with the forms that share them out.

use super::error::notice;
use super::sheet::{Opened, Tab, frame, open};
use super::shell::{Place, head, page};
use super::{Refused, Visit};
use crate::words::{pages, review};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::{Assigned, Share};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId};
use assessments::lang::Label;
use leptos::prelude::*;

/// What every institution has of every sheet, one's own first.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn assignments(visit: &Visit) -> Result<String, Failure> {
    let shares = visit.desk.shares(visit.actor()?).await?;
    let (w, p) = (review(visit.lang), pages(visit.lang));
    Ok(page(visit, w.assignments, Place::None, || {
        view! {
            {head(w.assignments.into(), Some(w.assignments_lead.into()), ().into_any())}
            {if shares.is_empty() {
                view! { <p class="empty">{w.assignments_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{w.col_institution}</th>{progress_heads(visit)}<th scope="col">{w.due}</th></tr></thead>
                        <tbody>{shares.iter().map(|s| line(visit, s)).collect_view()}</tbody>
                    </table>
                    <p class="hint">{w.progress_hint}</p>
                }.into_any()
            }}
        }
    }))
}

fn line(visit: &Visit, s: &Share) -> impl IntoView + use<> {
    let (w, p) = (review(visit.lang), pages(visit.lang));
    view! {
        <tr>
            <th scope="row" data-label=p.col_service><a href=format!("/services/{}/assignments", s.service)>{s.name.get(visit.lang).to_owned()}</a></th>
            <td data-label=w.col_institution>{s.institution_name.get(visit.lang).to_owned()}</td>
            {progress(visit, s.rows.len(), s.answered, s.confirmed, s.overdue)}
            <td data-label=w.due class="mono nowrap">{s.due.clone()}</td>
        </tr>
    }
}

fn progress_heads(visit: &Visit) -> impl IntoView + use<> {
    let w = review(visit.lang);
    view! {
        <th scope="col" class="num">{w.col_categories}</th><th scope="col" class="num">{w.col_answered}</th>
        <th scope="col" class="num">{w.col_confirmed}</th><th scope="col" class="num">{w.col_overdue}</th>
    }
}

fn progress(visit: &Visit, all: usize, answered: usize, confirmed: usize, overdue: usize) -> impl IntoView + use<> {
    let w = review(visit.lang);
    view! {
        <td class="num" data-label=w.col_categories>{all}</td>
        <td class="num" data-label=w.col_answered>{answered}</td>
        <td class="num" data-label=w.col_confirmed><meter min="0" max=all.to_string() value=confirmed.to_string() aria-label=w.col_confirmed></meter>" "{confirmed}</td>
        <td class="num" data-label=w.col_overdue>{if overdue > 0 {
            view! { <span class="chip" data-tone="warn">{overdue}</span> }.into_any()
        } else {
            view! { {0} }.into_any()
        }}</td>
    }
}

/// A sheet's categories: how far each institution is, and for a coordinator the forms.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn of_sheet(
    visit: &Visit,
    service: &str,
    flash: Option<String>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let actor = visit.actor()?;
    let all = visit.desk.institutions_together(actor).await?;
    let may = permit(actor, Action::Assign, &Layer::Shared).is_ok();
    let w = review(visit.lang);
    Ok(frame(&opened, Tab::Assignments, flash, || {
        view! {
            {refused.map(|r| notice(visit, &r.failure))}
            {by_institution(&opened, &all)}
            {may.then(|| bulk(&opened, &all, refused))}
            <section class="published-section"><h2>{w.by_category}</h2>{by_category(&opened, &all, may, refused)}</section>
        }
    }))
}

fn by_institution(opened: &Opened<'_>, all: &[(InstitutionId, Label)]) -> AnyView {
    let visit = opened.visit;
    let w = review(visit.lang);
    if opened.assigned.is_empty() {
        return view! { <p class="empty">{w.sheet_assigned_empty}</p> }.into_any();
    }
    let lines: Vec<_> = all
        .iter()
        .filter_map(|(id, name)| {
            let own: Vec<&Assigned> = opened.assigned.values().filter(|a| a.assignment.institution == *id).collect();
            let count = |has: fn(&Assigned) -> bool| own.iter().filter(|a| has(a)).count();
            (!own.is_empty()).then(|| {
                view! {
                    <tr><th scope="row" data-label=w.col_institution>{name.get(visit.lang).to_owned()}</th>
                        {progress(visit, own.len(), count(|a| a.answered), count(|a| a.confirmed), count(|a| a.overdue))}</tr>
                }
            })
        })
        .collect();
    view! {
        <table class="list"><thead><tr><th scope="col">{w.col_institution}</th>{progress_heads(visit)}</tr></thead><tbody>{lines}</tbody></table>
        <p class="hint">{w.progress_hint}</p>
    }
    .into_any()
}

/// The options of a list of institutions.
fn options(opened: &Opened<'_>, all: &[(InstitutionId, Label)], chosen: &str) -> impl IntoView + use<> {
    let lang = opened.visit.lang;
    let one = |(id, name): &(InstitutionId, Label)| {
        view! { <option value=id.to_string() selected={id.as_str() == chosen}>{name.get(lang).to_owned()}</option> }
    };
    view! { <option value="">{review(lang).nobody}</option>{all.iter().map(one).collect_view()} }
}

fn by_category(
    opened: &Opened<'_>,
    all: &[(InstitutionId, Label)],
    may: bool,
    refused: Option<&Refused>,
) -> impl IntoView + use<> {
    let (visit, path) = (opened.visit, format!("/services/{}/assignments", opened.id()));
    let (w, p) = (review(visit.lang), pages(visit.lang));
    let typed =
        |name: &str| refused.filter(|r| r.typed("verb") == Some("rows")).and_then(|r| r.typed(name)).map(str::to_owned);
    let due = typed("due").unwrap_or_else(|| first_due(opened));
    let lines: Vec<_> = opened
        .view
        .criteria
        .categories
        .iter()
        .filter_map(|c| {
            let row = RowId::parse(&c.id).ok()?;
            let assigned = opened.assigned.get(&row);
            let chosen = typed(&format!("row-{row}"))
                .unwrap_or_else(|| assigned.map(|a| a.assignment.institution.to_string()).unwrap_or_default());
            let name = assigned.map(|a| a.name.get(visit.lang).to_owned());
            let label = format!("{} {row}", w.col_institution);
            let state = assigned.map(|a| match (a.confirmed, a.overdue, a.answered) {
                (true, _, _) => ("good", w.col_confirmed),
                (_, true, _) => ("warn", w.col_overdue),
                (_, _, true) => ("info", w.col_answered),
                _ => ("line", p.state_empty),
            });
            Some(view! {
                <tr><th scope="row" data-label=p.category_title><a href=format!("/services/{}/criteria#{row}", opened.id())><span class="mono small">{c.id.clone()}</span>" "{c.name(visit.lang).to_owned()}</a></th>
                    <td data-label=w.col_institution>{if may {
                        view! { <select name=format!("row-{row}") aria-label=label>{options(opened, all, &chosen)}</select> }.into_any()
                    } else {
                        view! { {name.unwrap_or_else(|| w.nobody.to_owned())} }.into_any()
                    }}</td>
                    <td data-label=w.due class="mono nowrap">{assigned.map(|a| a.assignment.due.clone())}</td>
                    <td data-label=p.filter_state>{state.map(|(tone, word)| view! { <span class="chip" data-tone=tone>{word}</span> })}</td></tr>
            })
        })
        .collect();
    let table = view! {
        <table class="list share-out"><thead><tr><th scope="col">{p.category_title}</th><th scope="col">{w.col_institution}</th>
            <th scope="col">{w.due}</th><th scope="col">{p.filter_state}</th></tr></thead><tbody>{lines}</tbody></table>
    };
    if !may {
        return table.into_any();
    }
    view! {
        <form method="post" action=path>
            <input type="hidden" name="verb" value="rows"/>
            <input type="hidden" name="was" value=first_due(opened)/>
            {table}
            <div class="filters"><label>{w.due_optional}<input type="date" name="due" value=due/></label><button class="btn" data-kind="primary">{w.assign_save}</button></div>
        </form>
    }
    .into_any()
}

/// The day that most of the sheet is due by stands in the form, so that saving does not take it away.
fn first_due(opened: &Opened<'_>) -> String {
    opened.assigned.values().map(|a| a.assignment.due.clone()).find(|d| !d.is_empty()).unwrap_or_default()
}

/// Sharing out at once: a viewpoint each, or in turn.
fn bulk(opened: &Opened<'_>, all: &[(InstitutionId, Label)], refused: Option<&Refused>) -> impl IntoView + use<> {
    let (visit, path) = (opened.visit, format!("/services/{}/assignments", opened.id()));
    let w = review(visit.lang);
    let typed = |verb: &str, name: &str| {
        refused.filter(|r| r.typed("verb") == Some(verb)).and_then(|r| r.typed(name)).unwrap_or("").to_owned()
    };
    let viewpoints: Vec<_> = opened
        .view
        .criteria
        .viewpoints
        .iter()
        .map(|v| {
            let name = format!("viewpoint-{}", v.id);
            let chosen = typed("viewpoints", &name);
            view! { <label>{visit.lang.pick(&v.ja, &v.en).to_owned()}<select name=name>{options(opened, all, &chosen)}</select></label> }
        })
        .collect();
    let boxes: Vec<_> = all
        .iter()
        .map(|(id, name)| view! { <label class="check"><input type="checkbox" name="institution" value=id.to_string()/>{name.get(visit.lang).to_owned()}</label> })
        .collect();
    let due =
        |verb: &str| view! { <label>{w.due_optional}<input type="date" name="due" value=typed(verb, "due")/></label> };
    view! {
        <details class="panel published-section" open=refused.is_some()><summary><b>{w.bulk}</b></summary>
            <div class="split">
                <form class="form" method="post" action=path.clone()><h3>{w.by_viewpoint}</h3>
                    <input type="hidden" name="verb" value="viewpoints"/>{viewpoints}{due("viewpoints")}
                    <button class="btn">{w.assign_bulk}</button></form>
                <form class="form" method="post" action=path><h3>{w.round_robin}</h3><p class="small">{w.round_robin_lead}</p>
                    <input type="hidden" name="verb" value="turns"/><fieldset><legend>{w.col_institution}</legend>{boxes}</fieldset>
                    <label class="check"><input type="checkbox" name="keep" value="yes" checked=true/>{w.keep_there}</label>{due("turns")}
                    <button class="btn">{w.assign_bulk}</button></form>
            </div>
        </details>
    }
}
