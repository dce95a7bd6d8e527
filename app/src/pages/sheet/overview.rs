//! The overview: facts, diagram, answers at a glance, grave notes; and the guardrails by category.

use super::{Opened, Tab, diagram, frame, open, overdue, similar};
use crate::pages::Visit;
use crate::pages::cell::guardrails as guardrail_list;
use crate::words::{adoption, common, fill, review, sheet};
use assessments::desk::TAKEN_OVER;
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::schema;
use leptos::prelude::*;

/// The overview.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn overview(visit: &Visit, service: &str, flash: Option<String>) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let s = sheet(visit.lang);
    let near = similar::nearest(&opened, visit.actor()?).await?;
    Ok(frame(&opened, Tab::Overview, flash, || {
        let row = RowId::service();
        let facts = schema::section("facts").map(|f| f.fields).unwrap_or_default();
        let grave =
            opened.rows("notes").into_iter().filter(|r| opened.view.cells.plain("notes", r, "severity") == "high");
        let grave: Vec<_> = grave.map(|r| view! { <li>{opened.cell("notes", &r, "note", None)}</li> }).collect();
        view! {
            <div class="split">
                <div class="stack">
                    {decided(&opened)}
                    {start(&opened)}
                    {late(&opened)}
                    {diagram::figure(&opened)}
                    <section class="panel"><h2>{s.overview_answers}</h2>{glance(&opened)}</section>
                    {(!grave.is_empty()).then(|| view! { <section class="panel"><h2>{s.overview_notes}</h2><ul class="plain-list">{grave}</ul></section> })}
                </div>
                <div class="stack">
                    <section class="panel"><h2>{s.facts}</h2>
                        {facts.iter().map(|f| opened.labelled("facts", &row, f.key)).collect_view()}
                    </section>
                    {similar::panel(&opened, &near)}
                </div>
            </div>
        }
    }))
}

/// What the reader's own institutions decided, each in a panel of its own.
fn decided(opened: &Opened<'_>) -> impl IntoView + use<> {
    let (visit, w, c) = (opened.visit, adoption(opened.visit.lang), common(opened.visit.lang));
    let panels = opened.own.iter().filter_map(|(id, name, cells)| {
        let choice = assessments::adoption::verdict(cells)?;
        let (name, href) = (name.get(visit.lang).to_owned(), format!("/services/{}/adoption?institution={id}", opened.id()));
        Some(view! {
            <aside class="private" aria-label=fill(w.of, &[&name])>
                <p class="small"><b>{name.clone()}</b>" "<span class="chip" data-tone="private">{c.private}</span>" "
                    <a href=href>{w.tab}</a>" "<span class="chip" data-verdict=choice.key>{choice.marked(visit.lang)}</span></p>
            </aside>
        })
    });
    panels.collect_view()
}

/// An empty sheet can be started from a similar service's.
fn start(opened: &Opened<'_>) -> Option<impl IntoView + use<>> {
    let r = review(opened.visit.lang);
    let empty = opened.view.cells.iter().all(|(a, _)| a.section == "facts");
    (opened.editable && empty).then(|| {
        view! {
            <section class="panel"><h2>{r.copy_title}</h2><p>{r.copy_lead}</p>
                <p><a class="btn" data-kind="primary" href=format!("/services/{}/copy", opened.id())>{r.copy_title}</a></p></section>
        }
    })
}

/// Answers whose review day has passed.
pub fn late(opened: &Opened<'_>) -> Option<impl IntoView + use<>> {
    let visit = opened.visit;
    let r = review(visit.lang);
    let (id, rows) = (opened.id().to_owned(), overdue(opened));
    let lines: Vec<_> = rows
        .iter()
        .map(|(day, row)| {
            let name = opened.view.criteria.category(row.as_str()).map(|c| c.name(visit.lang).to_owned());
            view! {
                <li><a href=format!("/services/{id}/criteria#criteria-{row}-review_by")><span class="mono small">{row.to_string()}</span>" "{name}</a>
                    " "<time class="mono small" datetime=day.clone()>{day.clone()}</time></li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! { <section class="panel" id="overdue"><h2>{r.overdue_title}</h2><ul class="plain-list">{lines}</ul></section> }
    })
}

fn glance(opened: &Opened<'_>) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = common(visit.lang);
    let id = opened.id().to_owned();
    let groups = opened.view.criteria.viewpoints.iter().map(|v| {
        let items = opened.view.criteria.of_viewpoint(&v.id).map(|c| {
            let row = RowId::parse(&c.id).ok();
            let taken = row.as_ref().is_some_and(|r| !opened.view.cells.plain("criteria", r, TAKEN_OVER).is_empty());
            let choice = row.and_then(|r| schema::availability(opened.view.cells.plain("criteria", &r, "availability")));
            let (key, mark, word) = choice.map_or(("none", "", w.unanswered), |a| (a.key, a.mark, a.label(visit.lang)));
            view! {
                <li><a href=format!("/services/{id}/criteria#criteria-{}-availability", c.id)>
                    <span class="sq" data-a=key data-taken=taken.then_some("") aria-hidden="true">{mark}</span>
                    <span class="mono small muted">{c.id.clone()}</span>" "{c.name(visit.lang).to_owned()}
                    <span class="visually-hidden">" "{word}{taken.then(|| format!("（{}）", review(visit.lang).chip_taken))}</span></a></li>
            }
        });
        view! { <div><h3>{visit.lang.pick(&v.ja, &v.en).to_owned()}</h3><ul class="plain-list">{items.collect_view()}</ul></div> }
    });
    view! { <div class="glance">{groups.collect_view()}</div> }
}

/// The guardrails of a sheet, by category.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn guardrails(visit: &Visit, service: &str) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let s = sheet(visit.lang);
    Ok(frame(&opened, Tab::Guardrails, None, || {
        let linked: Vec<_> = opened
            .rows("criteria")
            .into_iter()
            .filter_map(|row| {
                let text = opened.view.cells.plain("criteria", &row, "guardrails");
                let category = opened.view.criteria.category(row.as_str())?;
                (!text.is_empty()).then(|| {
                    view! {
                        <section class="panel"><h2><span class="mono small muted">{category.id.clone()}</span>" "{category.name(visit.lang).to_owned()}</h2>
                            {guardrail_list(&visit.desk, visit.lang, text)}</section>
                    }
                })
            })
            .collect();
        if linked.is_empty() {
            view! { <p class="empty">{s.guardrails_empty}</p> }.into_any()
        } else {
            view! { <div class="stack">{linked}</div> }.into_any()
        }
    }))
}
