//! Part 2: the criteria table.

use super::{Opened, Tab, frame, open, taken};
use crate::pages::Visit;
use crate::pages::error::notice;
use crate::words::{common, fill, pages, review, sheet};
use assessments::criteria::Category;
use assessments::desk::taken_over;
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::markdown;
use assessments::schema::{self, Kind};
use leptos::prelude::*;

/// The criteria table.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn criteria(
    visit: &Visit,
    service: &str,
    only_taken_over: bool,
    flash: Option<String>,
    refused: Option<&Failure>,
) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let r = review(visit.lang);
    let waits = taken_over(&opened.view.cells, &opened.view.criteria);
    let only = only_taken_over && !waits.is_empty();
    Ok(frame(&opened, Tab::Criteria, flash, || {
        let path = format!("/services/{}/criteria", opened.id());
        let filter = (!waits.is_empty()).then(|| match only {
            true => view! { <a class="btn" data-kind="quiet" href=path.clone()>{r.show_all}</a> },
            false => {
                view! { <a class="btn" data-kind="quiet" href=format!("{path}?only=taken_over")>{r.only_taken}</a> }
            }
        });
        view! {
            {refused.map(|f| notice(visit, f))}
            {crate::pages::matrix::legend(visit)}
            {filter.map(|f| view! { <p class="row">{f}</p> })}
            {answers(&opened, only.then_some(waits.as_slice()))}
        }
    }))
}

/// The answers, by viewpoint; with `only`, those of these categories.
pub fn answers(opened: &Opened<'_>, only: Option<&[RowId]>) -> impl IntoView + use<> {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let shown = |c: &&Category| only.is_none_or(|rows| rows.iter().any(|r| r.as_str() == c.id));
    let groups = opened.view.criteria.viewpoints.iter().map(|v| {
        let categories: Vec<&Category> = opened.view.criteria.of_viewpoint(&v.id).filter(shown).collect();
        let span = categories.len();
        let rows = categories.iter().enumerate().map(|(n, c)| {
            let head = (n == 0).then(|| {
                view! { <th scope="rowgroup" class="vp" rowspan=span.to_string()><span class="mono small">{v.id.clone()}</span>" "{visit.lang.pick(&v.ja, &v.en).to_owned()}
                    {taken::confirm_group(opened, &categories)}</th> }
            });
            view! { <tr id=c.id.clone()>{head}{answer(opened, c)}</tr> }
        });
        view! { <tbody>{rows.collect_view()}</tbody> }
    });
    view! {
        <table class="sheet">
            <thead><tr><th scope="col">{s.viewpoint}</th><th scope="col">{s.category}</th><th scope="col">{s.availability}</th>
                <th scope="col">{s.texts}</th><th scope="col">{s.guardrails}</th></tr></thead>
            {groups.collect_view()}
        </table>
    }
}

fn answer(opened: &Opened<'_>, c: &Category) -> Option<impl IntoView + use<>> {
    let (p, s) = (pages(opened.visit.lang), sheet(opened.visit.lang));
    let row = RowId::parse(&c.id).ok()?;
    let lang = opened.visit.lang;
    let cell = |field: &str, label: Option<&'static str>| opened.cell("criteria", &row, field, label);
    let na = opened.view.cells.plain("criteria", &row, "availability") == "not_applicable";
    Some(view! {
        <td class="cat" data-label=s.category>
            <a class="mono small" href=crate::pages::across::url(opened.visit, &opened.view.criteria, &c.id)>{c.id.clone()}</a><b>{c.name(lang).to_owned()}</b>
            {assigned(opened, &row)}
            <details class="small"><summary>{s.question}</summary>
                <p>{c.question(lang).to_owned()}</p><p class="muted">{p.guidance}": "<code>{c.answer_shape.clone()}</code></p></details>
        </td>
        <td class="st" data-label=s.availability>
            {cell("availability", None)}
            {taken::mark(opened, &row)}
            {na.then(|| cell("handled_by", Some(s.handled_by)))}
            {cell("responsibility", None)}
            {cell("modes", None)}
        </td>
        <td class="text" data-label=s.texts>
            {cell("summary", Some(s.summary))}
            {opened.labelled("criteria", &row, "configure")}
            {opened.labelled("criteria", &row, "limits")}
            {opened.labelled("criteria", &row, "same_as")}
            {own(opened, &row)}
        </td>
        <td class="guard" data-label=s.guardrails>
            {cell("guardrails", None)}
            {cell("evidence", Some(s.evidence))}
            <div class="row">{opened.labelled("criteria", &row, "verified_at")}{opened.labelled("criteria", &row, "verified_by")}
                {opened.labelled("criteria", &row, "review_by")}</div>
        </td>
    })
}

/// Which institution works on it, and until when.
fn assigned(opened: &Opened<'_>, row: &RowId) -> Option<impl IntoView + use<>> {
    let (r, lang) = (review(opened.visit.lang), opened.visit.lang);
    opened.assigned.get(row).map(|a| {
        let due = (!a.assignment.due.is_empty()).then(|| format!("（{}）", fill(r.until, &[&a.assignment.due])));
        view! {
            <p class="small"><span class="chip" data-tone=if a.overdue { "warn" } else { "line" }>{fill(r.assigned_to, &[&a.name.get(lang)])}{due}</span></p>
        }
    })
}

/// What the reader's own institutions keep about this row: in a panel of its own, named and marked private.
fn own(opened: &Opened<'_>, row: &RowId) -> impl IntoView + use<> {
    let visit = opened.visit;
    let (w, s) = (common(visit.lang), sheet(visit.lang));
    opened
        .own
        .iter()
        .filter_map(|(_, name, cells)| {
            let fields = schema::section("criteria")?.fields.iter().filter(|f| matches!(f.kind, Kind::Markdown | Kind::Short));
            let texts: Vec<_> = fields
                .filter_map(|f| {
                    let shown = cells.shown("criteria", row, f.key, visit.lang);
                    (!shown.text.is_empty()).then(|| view! { <div class="prose" inner_html=markdown::to_html(shown.text)></div> })
                })
                .collect();
            (!texts.is_empty()).then(|| {
                view! {
                    <aside class="private" aria-label=fill(s.own_note, &[&name.get(visit.lang)])>
                        <p class="small"><b>{fill(s.own_note, &[&name.get(visit.lang)])}</b>" "<span class="chip" data-tone="warn">{w.private}</span>" "<span class="muted">{s.own_hint}</span></p>
                        {texts}
                    </aside>
                }
            })
        })
        .collect_view()
}
