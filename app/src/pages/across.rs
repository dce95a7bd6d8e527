//! One category across services.

use super::Visit;
use super::cell::{CellInput, cell, chip};
use super::shell::{Place, page, pager};
use crate::words::{common, pages, sheet};
use assessments::cell::Address;
use assessments::criteria::{Category, CriteriaSet};
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::schema;
use assessments::store::AcrossRow;
use leptos::prelude::*;

/// Services a page.
const SIZE: i64 = 30;

/// What every service answers for one category.
///
/// # Errors
/// [`Failure::NotFound`] for a category that no set has.
pub async fn across(visit: &Visit, set: &str, id: &str, number: i64) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let row = RowId::parse(id).map_err(|_| Failure::NotFound)?;
    let criteria = visit.desk.criteria(set);
    let found = visit.desk.across(actor, &criteria, &row, number, SIZE).await?;
    let category = criteria.category(id).ok_or(Failure::NotFound)?;
    let (w, p, s) = (common(visit.lang), pages(visit.lang), sheet(visit.lang));
    let title = format!("{} {}", category.id, category.name(visit.lang));
    Ok(page(visit, &title, Place::Matrix, || {
        let viewpoint = criteria.viewpoint(&category.viewpoint).map(|v| v.get(visit.lang).to_owned());
        view! {
            <nav class="crumbs" aria-label=p.matrix_title><a href="/matrix">{p.matrix_title}</a>" › "{viewpoint}</nav>
            <div class="head"><div><h1><span class="mono">{category.id.clone()}</span>" "{category.name(visit.lang).to_owned()}</h1>
                <p class="facts">{p.category_lead}</p></div></div>
            {question(visit, &criteria, category)}
            {if found.items.is_empty() {
                view! { <p class="empty">{p.category_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="sheet">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{s.availability}</th><th scope="col">{s.texts}</th></tr></thead>
                        <tbody>{found.items.iter().map(|r| line(visit, &criteria, r, &row)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, &format!("/categories/{id}"), &[("criteria", set)], found.page, found.pages(), found.total)}
            <p class="small muted">{criteria.is_reconstruction().then_some(w.reconstruction)}</p>
        }
    }))
}

/// The address of a category's page. It names the criteria set where that is not the one in force.
pub fn url(visit: &Visit, criteria: &CriteriaSet, id: &str) -> String {
    let set = criteria.key();
    if set == visit.desk.criteria("").key() {
        format!("/categories/{id}")
    } else {
        format!("/categories/{id}?criteria={}", super::shell::escape(&set))
    }
}

/// The question, what a good answer holds, and where other frameworks speak of the same.
pub fn question(visit: &Visit, criteria: &CriteriaSet, category: &Category) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let frameworks = category.frameworks.iter().filter(|(_, ids)| !ids.is_empty()).map(|(key, ids)| {
        let name = criteria.framework_names.get(key).map_or(key.clone(), |n| n.get(visit.lang).to_owned());
        // `fisc_backed_by_aws` follows the edition named `fisc`.
        let edition = criteria.editions.iter().find(|(k, _)| key.starts_with(k.as_str())).map(|(_, e)| e.clone());
        view! { <li>{name}" "{edition.map(|e| view! { <small class="muted">"("{e}")"</small> })}": "{ids.join(", ")}</li> }
    });
    view! {
        <section class="panel question">
            <p><b>{p.question}</b>" "{category.question(visit.lang).to_owned()}</p>
            <details><summary>{p.guidance}" · "{p.frameworks}</summary>
                <p class="small"><code>{category.answer_shape.clone()}</code></p>
                <ul class="small plain-list">{frameworks.collect_view()}</ul>
                <p class="small muted">{p.frameworks_hint}</p>
            </details>
        </section>
    }
}

fn line(visit: &Visit, criteria: &CriteriaSet, r: &AcrossRow, row: &RowId) -> impl IntoView + use<> {
    let s = sheet(visit.lang);
    let availability = schema::availability(r.cells.plain("criteria", row, "availability"));
    let texts = [("summary", s.summary), ("configure", s.configure), ("limits", s.limits)].into_iter().filter_map(
        |(key, label)| {
            let field = schema::field("criteria", key)?;
            let shown = r.cells.shown("criteria", row, key, visit.lang);
            let address = Address::new("criteria", row.clone(), key, Some(visit.lang));
            (!shown.text.is_empty()).then(|| {
                cell(
                    visit,
                    CellInput {
                        address,
                        field,
                        text: shown.text,
                        other: shown.other,
                        service: r.service.as_str(),
                        criteria,
                        many: true,
                        editable: false,
                        label: Some(label),
                    },
                )
            })
        },
    );
    view! {
        <tr id=r.service.to_string()>
            <th scope="row" class="cat"><a href=format!("/services/{}/criteria#criteria-{row}-availability", r.service)>{r.name.get(visit.lang).to_owned()}</a></th>
            <td class="st" data-label=s.availability>{availability.map(|c| chip(c, visit.lang))}</td>
            <td class="text" data-label=s.texts>{texts.collect_view()}</td>
        </tr>
    }
}
