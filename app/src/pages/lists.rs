//! The services table.

use super::Visit;
use super::shell::{Place, head, moment, page, pager};
use crate::words::{common, fill, pages, review, sheet};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::desk::Facets;
use assessments::failure::Failure;
use assessments::store::{ServiceFilter, ServiceRow};
use leptos::prelude::*;

/// Rows a page.
const SIZE: i64 = 50;

/// The services table.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn services(visit: &Visit, filter: &ServiceFilter, number: i64) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let found = visit.desk.services(actor, filter, number, SIZE).await?;
    let facets = visit.desk.facets(actor).await?;
    let p = pages(visit.lang);
    let may_add = permit(actor, Action::AddService, &Layer::Shared).is_ok();
    Ok(page(visit, p.services_title, Place::Services, || {
        view! {
            {head(p.services_title.into(), None, may_add.then(|| view! { <a class="btn" href="/services/new">"＋ "{p.new_service}</a> }).into_any())}
            {filters(visit, "/services", filter, &facets)}
            {if found.items.is_empty() {
                view! { <p class="empty">{p.services_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{p.col_provider}</th><th scope="col">{p.col_group}</th>
                            <th scope="col" class="num">{p.col_answered}</th><th scope="col">{p.col_changed}</th></tr></thead>
                        <tbody>{found.items.iter().map(|r| row(visit, r)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, "/services", &query(filter), found.page, found.pages(), found.total)}
        }
    }))
}

/// The filter as it stands in an address.
pub fn query(filter: &ServiceFilter) -> [(&'static str, &str); 5] {
    [
        ("text", &filter.text),
        ("provider", &filter.provider),
        ("group", &filter.group),
        ("state", &filter.state),
        ("criteria", &filter.criteria),
    ]
}

fn row(visit: &Visit, r: &ServiceRow) -> impl IntoView + use<> {
    let (p, s) = (pages(visit.lang), sheet(visit.lang));
    let changed = match r.changed_at {
        Some(at) if r.number > 0 => {
            view! { <time>{moment(at)}</time>" "<span class="muted small">{r.changed_by.clone()}</span> }.into_any()
        }
        _ => view! { <span class="muted">{p.never}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" data-label=p.col_service><a href=format!("/services/{}", r.id)>{r.name.get(visit.lang).to_owned()}</a>
                " "<small class="mono muted">{r.id.to_string()}</small></th>
            <td data-label=p.col_provider>{r.provider.clone()}</td>
            <td data-label=p.col_group>{r.group.get(visit.lang).to_owned()}</td>
            <td class="num" data-label=p.col_answered>
                <meter min="0" max=r.asked.to_string() value=r.answered.to_string() aria-label=fill(s.answered, &[&r.answered, &r.asked])></meter>
                " "{r.answered}<span class="muted">"/"{r.asked}</span></td>
            <td data-label=p.col_changed>{changed}</td>
        </tr>
    }
}

/// The filter form, for the services table and the matrix.
pub fn filters(visit: &Visit, path: &'static str, filter: &ServiceFilter, facets: &Facets) -> AnyView {
    let (w, p) = (common(visit.lang), pages(visit.lang));
    let option =
        |value: String, word: String, chosen: bool| view! { <option value=value selected=chosen>{word}</option> };
    let providers = facets.providers.iter().map(|x| option(x.clone(), x.clone(), *x == filter.provider)).collect_view();
    let groups = facets
        .groups
        .iter()
        .map(|g| {
            let word = g.get(visit.lang).to_owned();
            option(word.clone(), word, g.ja == filter.group || g.en == filter.group)
        })
        .collect_view();
    let r = review(visit.lang);
    let states = [
        ("answered", p.state_answered),
        ("started", p.state_started),
        ("empty", p.state_empty),
        ("published", r.filter_published),
        ("in_review", r.filter_in_review),
        ("taken_over", r.filter_taken),
    ]
    .map(|(key, word)| option(key.into(), word.into(), filter.state == key));
    let sets = visit.desk.criteria_sets();
    let sets = (sets.len() > 1 && !filter.criteria.is_empty()).then(|| {
        let options = sets.iter().map(|set| option(set.key(), set.key(), set.key() == filter.criteria)).collect_view();
        view! { <label>{p.filter_criteria}<select name="criteria">{options}</select></label> }
    });
    view! {
        <form class="filters" method="get" action=path role="search" aria-label=w.apply_filter>
            <label>{p.filter_text}<input type="search" name="text" value=filter.text.clone()/></label>
            <label>{p.filter_provider}<select name="provider"><option value="">{w.all}</option>{providers}</select></label>
            {(!facets.groups.is_empty()).then(|| view! {
                <label>{p.filter_group}<select name="group"><option value="">{w.all}</option>{groups}</select></label>
            })}
            <label>{p.filter_state}<select name="state"><option value="">{w.all}</option>{states}</select></label>
            {sets}
            <button class="btn">{w.apply_filter}</button>
            {(*filter != ServiceFilter::default()).then(|| view! { <a class="btn" data-kind="quiet" href=path>{w.clear}</a> })}
        </form>
    }
    .into_any()
}
