//! Answers whose review day has passed.

use super::Visit;
use super::shell::{Place, head, page, pager};
use crate::words::pages;
use assessments::failure::Failure;
use assessments::store::OverdueRow;
use leptos::prelude::*;

/// Answers a page.
const SIZE: i64 = 50;

/// The list, the longest overdue first.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn overdue(visit: &Visit, number: i64) -> Result<String, Failure> {
    let found = visit.desk.overdue(visit.actor()?, number, SIZE).await?;
    let p = pages(visit.lang);
    Ok(page(visit, p.overdue, Place::None, || {
        let excel = (found.total > 0).then(|| view! { <a class="btn" href="/overdue/export">{p.list_export}</a> });
        view! {
            {head(p.overdue.into(), Some(p.overdue_lead.into()), excel.into_any())}
            {if found.items.is_empty() {
                view! { <p class="empty">{p.overdue_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{p.category_title}</th><th scope="col">{p.col_due}</th></tr></thead>
                        <tbody>{found.items.iter().map(|r| line(visit, r)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, "/overdue", &[], found.page, found.pages(), found.total)}
        }
    }))
}

fn line(visit: &Visit, r: &OverdueRow) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let set = visit.desk.criteria(&r.criteria);
    let category = set.category(r.row.as_str()).map(|c| c.name(visit.lang).to_owned());
    view! {
        <tr>
            <th scope="row" data-label=p.col_service><a href=format!("/services/{}", r.service)>{r.name.get(visit.lang).to_owned()}</a></th>
            <td data-label=p.category_title><a href=format!("/services/{}/criteria#criteria-{}-review_by", r.service, r.row)>
                <span class="mono small">{r.row.to_string()}</span>" "{category}</a></td>
            <td data-label=p.col_due><time class="mono" datetime=r.review_by.clone()>{r.review_by.clone()}</time></td>
        </tr>
    }
}
