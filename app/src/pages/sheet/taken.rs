//! Answers that were taken over from another service: marked until somebody confirms them.

use super::Opened;
use crate::words::{fill, review};
use assessments::criteria::Category;
use assessments::desk::TAKEN_OVER;
use assessments::id::RowId;
use leptos::prelude::*;

/// The mark beside an answer, and the button that confirms it.
pub fn mark(opened: &Opened<'_>, row: &RowId) -> Option<impl IntoView + use<>> {
    let r = review(opened.visit.lang);
    let from = opened.view.cells.plain("criteria", row, TAKEN_OVER).to_owned();
    let link =
        from.split_once('/').map(|(service, id)| format!("/services/{service}/criteria#criteria-{id}-availability"));
    (!from.is_empty()).then(|| {
        view! {
            <p class="small" id=format!("criteria-{row}-taken_over")><span class="chip" data-tone="warn">{r.chip_taken}</span>
                {link.map(|href| view! { " "<span class="muted">{r.taken_from}</span>" "<a class="mono" href=href>{from.clone()}</a> })}</p>
            {opened.editable.then(|| button(opened, &[row.to_string()], r.confirm.to_owned(), Some(format!("{} {row}", r.confirm))))}
        }
    })
}

/// The button that confirms all of a viewpoint.
pub fn confirm_group(opened: &Opened<'_>, categories: &[&Category]) -> Option<impl IntoView + use<>> {
    let r = review(opened.visit.lang);
    let waits = |c: &&&Category| {
        RowId::parse(&c.id).is_ok_and(|row| !opened.view.cells.plain("criteria", &row, TAKEN_OVER).is_empty())
    };
    let rows: Vec<String> = categories.iter().filter(waits).map(|c| c.id.clone()).collect();
    (opened.editable && rows.len() > 1).then(|| button(opened, &rows, fill(r.confirm_all, &[&rows.len()]), None))
}

fn button(opened: &Opened<'_>, rows: &[String], word: String, label: Option<String>) -> impl IntoView + use<> {
    let rows: Vec<_> = rows.iter().map(|row| view! { <input type="hidden" name="row" value=row.clone()/> }).collect();
    view! {
        <form class="confirm" method="post" action=format!("/services/{}/confirm", opened.id())>
            <input type="hidden" name="base" value=opened.view.number.to_string()/>
            {rows}
            <button class="btn" aria-label=label>{word}</button>
        </form>
    }
}
