//! The matrix: services and categories as a heat map.

use super::Visit;
use super::lists::{filters, query};
use super::shell::{Place, address, head, page, pager};
use crate::words::{common, pages};
use assessments::criteria::CriteriaSet;
use assessments::failure::Failure;
use assessments::schema;
use assessments::store::{MatrixRow, ServiceFilter};
use leptos::prelude::*;

/// Services a page.
const SIZE: i64 = 60;

/// The matrix.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn matrix(visit: &Visit, filter: &ServiceFilter, number: i64) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let criteria = visit.desk.criteria(&filter.criteria);
    // Sheets of one set have the same columns. While there is only one, empty sheets stand there too.
    let several = visit.desk.criteria_sets().len() > 1;
    let set = if several { criteria.key() } else { String::new() };
    let filter = &ServiceFilter { criteria: set, ..filter.clone() };
    let found = visit.desk.matrix(actor, filter, number, SIZE).await?;
    let facets = visit.desk.facets(actor).await?;
    let p = pages(visit.lang);
    Ok(page(visit, p.matrix_title, Place::Matrix, || {
        let excel = view! {
            <a class="btn" href=address("/matrix/export", &query(filter))>{p.list_export}</a>
            <a class="btn" data-kind="quiet" href="/export/all">{p.all_export}</a>
        };
        view! {
            {head(p.matrix_title.into(), Some(p.matrix_lead.into()), excel.into_any())}
            {filters(visit, "/matrix", filter, &facets)}
            {legend(visit)}
            {if found.items.is_empty() {
                view! { <p class="empty">{p.services_empty}</p> }.into_any()
            } else {
                view! {
                    <div class="matrix-scroll" tabindex="0" role="region" aria-label=p.matrix_title>
                        <table class="matrix">
                            {columns(visit, &criteria)}
                            <tbody>{found.items.iter().map(|r| row(visit, &criteria, r)).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
            {pager(visit, "/matrix", &query(filter), found.page, found.pages(), found.total)}
        }
    }))
}

/// The marks and what they mean.
pub fn legend(visit: &Visit) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let choices = schema::field("criteria", "availability").map(|f| f.choices()).unwrap_or_default();
    view! {
        <p class="legend row small"><span class="muted">{p.legend}</span>
            {choices.iter().map(|c| super::cell::chip(c, visit.lang)).collect_view()}</p>
    }
}

fn columns(visit: &Visit, criteria: &CriteriaSet) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let groups = criteria.viewpoints.iter().map(|v| {
        let count = criteria.of_viewpoint(&v.id).count();
        view! { <th scope="colgroup" colspan=count.to_string() class="small">{visit.lang.pick(&v.ja, &v.en).to_owned()}</th> }
    });
    let heads = criteria.viewpoints.iter().flat_map(|v| criteria.of_viewpoint(&v.id)).map(|c| {
        view! { <th scope="col"><a class="mono" href=super::across::url(visit, criteria, &c.id) title=c.name(visit.lang).to_owned()>{c.id.clone()}</a></th> }
    });
    view! {
        <thead><tr><th rowspan="2" scope="col">{p.col_service}</th>{groups.collect_view()}</tr><tr>{heads.collect_view()}</tr></thead>
    }
}

fn row(visit: &Visit, criteria: &CriteriaSet, line: &MatrixRow) -> impl IntoView + use<> {
    let w = common(visit.lang);
    let id = line.service.id.to_string();
    let squares = criteria.viewpoints.iter().flat_map(|v| criteria.of_viewpoint(&v.id)).map(|c| {
        let choice = line.cells.get(&c.id).and_then(|key| schema::availability(key));
        let (key, mark, word) = choice.map_or(("none", "", w.unanswered), |c| (c.key, c.mark, c.label(visit.lang)));
        let taken = line.taken_over.contains(&c.id);
        let mark_word = if taken { format!("（{}）", crate::words::review(visit.lang).chip_taken) } else { String::new() };
        let label = format!("{} {} {word}{mark_word}", c.id, c.name(visit.lang));
        view! {
            <td><a class="sq" data-a=key data-taken=taken.then_some("") href=format!("/services/{id}/criteria#criteria-{}-availability", c.id) aria-label=label.clone() title=label>
                {mark}</a></td>
        }
    });
    view! {
        <tr><th scope="row"><a href=format!("/services/{id}")>{line.service.name.get(visit.lang).to_owned()}</a></th>{squares.collect_view()}</tr>
    }
}
