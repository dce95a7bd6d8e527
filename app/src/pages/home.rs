//! Home: what changed, how far the sheets are, where to go on.

use super::Visit;
use super::search::place;
use super::shell::{Place, moment, page};
use crate::words::{common, fill, pages, sheet};
use assessments::failure::Failure;
use assessments::store::{NewsLine, ServiceFilter, ServiceRow};
use leptos::prelude::*;

/// Changes shown.
const RECENT: i64 = 12;

/// The home page.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn home(visit: &Visit) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let facets = visit.desk.facets(actor).await?;
    let by_state = |state: &str| ServiceFilter { state: state.into(), ..ServiceFilter::default() };
    let overdue = visit.desk.overdue(actor, 1, 1).await?.total;
    let started = visit.desk.services(actor, &by_state("started"), 1, 6).await?.items;
    let answered = visit.desk.services(actor, &by_state("answered"), 1, 6).await?.items;
    let changes = visit.desk.news(actor, RECENT).await?;
    let (w, p) = (common(visit.lang), pages(visit.lang));
    Ok(page(visit, p.home_title, Place::Home, || {
        let state = |n: i64, word: &'static str, key: &'static str| {
            view! { <a class="stat" href=format!("/services?state={key}")><b>{n}</b><span>{word}</span></a> }
        };
        view! {
            <div class="head"><div><h1>{w.brand}</h1><p class="facts">{p.home_lead}</p></div></div>
            <section aria-labelledby="states"><h2 id="states">{p.by_state}</h2>
                <div class="cards">
                    {state(facets.answered, p.state_answered, "answered")}
                    {state(facets.started, p.state_started, "started")}
                    {state(facets.empty, p.state_empty, "empty")}
                    {(overdue > 0).then(|| view! { <a class="stat" data-tone="warn" href="/overdue"><b>{overdue}</b><span>{p.overdue}</span></a> })}
                </div>
            </section>
            <div class="split">
                <section class="panel" aria-labelledby="recent"><h2 id="recent">{p.recent}</h2>
                    {if changes.is_empty() {
                        view! { <p class="empty">{p.recent_empty}</p> }.into_any()
                    } else {
                        view! { <ol class="timeline">{changes.iter().map(|c| recent(visit, c)).collect_view()}</ol> }.into_any()
                    }}
                </section>
                <div class="stack">
                    {list(visit, p.go_on, Some(p.go_on_hint), p.go_on_empty, &started)}
                    {list(visit, p.written, None, p.written_empty, &answered)}
                </div>
            </div>
        }
    }))
}

fn recent(visit: &Visit, change: &NewsLine) -> impl IntoView + use<> {
    let s = sheet(visit.lang);
    let id = change.service.to_string();
    let name = change.name.get(visit.lang).to_owned();
    let first = change.first.as_ref().map(|a| place(visit, &change.criteria, a)).unwrap_or_default();
    let rest = change.cells - 1;
    view! {
        <li>
            <a href=format!("/services/{id}/history#r{}", change.number)>{name}</a>
            " "<span class="small">{first}</span>
            {(rest > 0).then(|| view! { " "<span class="small muted">{fill(s.and_more, &[&rest])}</span> })}
            {(!change.reason.is_empty()).then(|| view! { <div>{change.reason.clone()}</div> })}
            <div class="small muted">{change.author.clone()}" · "<time>{moment(change.at)}</time>" · "{change.door.label(visit.lang)}</div>
        </li>
    }
}

fn list(
    visit: &Visit,
    title: &'static str,
    hint: Option<&'static str>,
    empty: &'static str,
    rows: &[ServiceRow],
) -> AnyView {
    let s = sheet(visit.lang);
    view! {
        <section class="panel"><h2>{title}</h2>
            {hint.map(|h| view! { <p class="small muted">{h}</p> })}
            {if rows.is_empty() {
                view! { <p class="empty">{empty}</p> }.into_any()
            } else {
                let items = rows.iter().map(|r| view! {
                    <li><a href=format!("/services/{}", r.id)>{r.name.get(visit.lang).to_owned()}</a>
                        " "<span class="small muted">{fill(s.answered, &[&r.answered, &r.asked])}</span></li>
                });
                view! { <ul class="plain-list">{items.collect_view()}</ul> }.into_any()
            }}
        </section>
    }
    .into_any()
}
