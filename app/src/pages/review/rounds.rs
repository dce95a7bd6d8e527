//! All open rounds, those that wait for the reader first.

use super::state_chip;
use crate::pages::Visit;
use crate::pages::shell::{Place, head, page};
use crate::words::{fill, pages, review};
use assessments::desk::RoundView;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::Label;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The list.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn rounds(visit: &Visit) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let mut open = visit.desk.open_rounds(actor).await?;
    let mine: BTreeSet<String> = visit.desk.reviews_to_give(actor).await?.into_iter().map(|r| r.round.id).collect();
    open.sort_by_key(|(view, _)| !mine.contains(&view.round.id));
    let (w, p) = (review(visit.lang), pages(visit.lang));
    let own: BTreeSet<InstitutionId> = actor.institutions.keys().cloned().collect();
    let waits = |view: &RoundView| match &actor.person {
        Some(person) if mine.contains(&view.round.id) => view.waiting_for(person, &own),
        _ => 0,
    };
    Ok(page(visit, w.rounds, Place::None, || {
        let line = |(round, name): &(RoundView, Label)| {
            let waiting = waits(round);
            view! {
                <tr>
                    <th scope="row" data-label=p.col_service><a href=format!("/services/{}/review", round.round.service)>{name.get(visit.lang).to_owned()}</a></th>
                    <td data-label=w.rounds>{state_chip(visit, round.state())}
                        {(waiting > 0).then(|| view! { " "<span class="chip" data-tone="warn">{fill(w.waits_for_you, &[&waiting])}</span> })}</td>
                    <td data-label=w.due class="mono nowrap">{round.round.due.clone()}</td>
                    <td class="num" data-label=w.col_waiting>{round.judgement.missing()}<span class="muted">"/"{round.changed.len()}</span></td>
                    <td class="num" data-label=w.col_objections>{round.judgement.objections.len()}</td>
                    <td data-label=w.asked_by>{round.round.author.name.clone()}</td>
                </tr>
            }
        };
        view! {
            {head(w.rounds.into(), Some(w.rounds_lead.into()), ().into_any())}
            {if open.is_empty() {
                view! { <p class="empty">{w.rounds_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{w.rounds}</th><th scope="col">{w.due}</th>
                            <th scope="col" class="num">{w.col_waiting}</th><th scope="col" class="num">{w.col_objections}</th><th scope="col">{w.asked_by}</th></tr></thead>
                        <tbody>{open.iter().map(line).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
        }
    }))
}
