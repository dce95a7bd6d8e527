//! Every request that the reader may see, and what came of it.

use super::request::{acted, chips, place_word, used};
use super::{Asked, Shown, scope_word, state_word};
use crate::pages::Visit;
use crate::pages::shell::{moment, pager};
use crate::words::{common, elevation as words};
use assessments::access::{Action, permit};
use assessments::elevation::{Elevation, Scope, State};
use assessments::link::escape;
use leptos::prelude::*;

/// The list, with its filter and its file.
pub(super) fn history(visit: &Visit, shown: &Shown, asked: &Asked) -> AnyView {
    let (w, c) = (words(visit.lang), common(visit.lang));
    let states = State::ALL.map(|s| {
        view! { <option value=s.key() selected={asked.state == Some(s)}>{state_word(visit.lang, s)}</option> }
    });
    let scopes = Scope::ALL.map(|s| {
        view! { <option value=s.key() selected={asked.filter.scope == s.key()}>{scope_word(visit.lang, s)}</option> }
    });
    let query = asked.query();
    let parts: Vec<String> =
        query.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", escape(v))).collect();
    let csv = format!("/elevation/history.csv?{}", parts.join("&"));
    let rows = shown.history.items.iter().map(|e| row(visit, shown, e)).collect_view();
    view! {
        <section aria-labelledby="history">
            <h2 id="history">{w.history}</h2>
            <form class="filters" method="get" action="/elevation#history" role="search" aria-label=w.history>
                <label>{w.state}<select name="state"><option value="">{c.all}</option>{states}</select></label>
                <label>{w.scope}<select name="scope"><option value="">{c.all}</option>{scopes}</select></label>
                <label>{w.text}<input type="search" name="text" value=asked.filter.text.clone()/></label>
                <label>{w.from}<input type="date" name="from" value=asked.days.0.clone()/></label>
                <label>{w.to}<input type="date" name="to" value=asked.days.1.clone()/></label>
                <button class="btn">{c.apply_filter}</button>
                <a class="btn" href=csv aria-describedby="csv-hint">{w.csv}</a>
            </form>
            {if shown.history.items.is_empty() {
                view! { <p class="empty">{w.history_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.scope}</th><th scope="col">{w.state}</th><th scope="col">{w.who}</th>
                            <th scope="col">{w.reason}</th><th scope="col">{w.used}</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, "/elevation", &query, shown.history.page, shown.history.pages(), shown.history.total)}
            <p class="hint" id="csv-hint">{w.csv_hint}</p>
        </section>
    }
    .into_any()
}

fn row(visit: &Visit, shown: &Shown, e: &Elevation) -> AnyView {
    let w = words(visit.lang);
    let ticket =
        (!e.wish.ticket.is_empty()).then(|| view! { <span class="mono small muted">{e.wish.ticket.clone()}" "</span> });
    // Where the reader reads the layer's audit, what was done under the right is one step away.
    let reads = visit.actor.as_ref().is_some_and(|a| permit(a, Action::ReadAudit, &e.wish.layer).is_ok());
    let entries = (reads && e.window.is_some()).then(|| {
        let path = crate::pages::audit::path(&e.wish.layer);
        let by = if path.contains('?') { '&' } else { '?' };
        view! { <div><a class="small" href=format!("{path}{by}grant={}", e.id)>{w.all_entries}</a></div> }
    });
    let acts = [
        e.decision.as_ref().map(|(_, act)| acted(act, w.decided)),
        e.review.as_ref().map(|act| acted(act, w.reviewed)),
    ];
    let acts = acts.into_iter().flatten().map(|text| view! { <div class="small muted">{text}</div> }).collect_view();
    view! {
        <tr>
            <th scope="row" data-label=w.scope>{scope_word(visit.lang, e.wish.scope)}<div class="small muted">{place_word(visit, shown, &e.wish.layer)}</div></th>
            <td data-label=w.state>{chips(visit, shown.now, e)}</td>
            <td data-label=w.who>{e.name.clone()}<div class="small muted"><time>{moment(e.asked_at)}</time></div></td>
            <td data-label=w.reason>{ticket}{e.wish.reason.clone()}{acts}</td>
            <td data-label=w.used><span class="small">{used(e)}</span>{entries}</td>
        </tr>
    }
    .into_any()
}
