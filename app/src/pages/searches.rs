//! Saved searches: what is new in each since the reader last looked.

use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{fill, find};
use assessments::desk::SavedView;
use assessments::failure::Failure;
use leptos::prelude::*;

/// The list.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn searches(visit: &Visit, done: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let found = visit.desk.saved_searches(visit.actor()?).await?;
    let f = find(visit.lang);
    let said = match done {
        "saved" => Some(f.search_saved),
        "removed" => Some(f.removed),
        _ => None,
    };
    Ok(page(visit, f.saved_searches, Place::None, || {
        view! {
            {head(f.saved_searches.into(), Some(f.searches_lead.into()), ().into_any())}
            {said.map(|s| view! { <p class="note" data-tone="good" role="status">{s}</p> })}
            {refused.map(|r| view! { {notice(visit, &r.failure)}{again(visit, r)} })}
            {if found.is_empty() {
                view! { <p class="empty">{f.searches_empty}" "<a href="/search">{crate::words::common(visit.lang).search}</a></p> }.into_any()
            } else {
                view! { <ul class="plain-list searches">{found.iter().map(|s| entry(visit, s)).collect_view()}</ul> }.into_any()
            }}
        }
    }))
}

/// The refused form with what was typed.
fn again(visit: &Visit, refused: &Refused) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let typed = |name: &str| refused.typed(name).unwrap_or("").to_owned();
    view! {
        <form class="filters" method="post" action="/searches">
            <input type="hidden" name="query" value=typed("query")/><input type="hidden" name="share" value=typed("share")/>
            <label>{f.search_name}<input type="text" name="name" required maxlength="80" value=typed("name")/></label>
            <button class="btn" name="verb" value="save">{f.save}</button>
        </form>
    }
}

fn entry(visit: &Visit, s: &SavedView) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let new = match (s.new, s.more) {
        (0, false) => view! { <span class="muted small">{f.nothing_new}</span> }.into_any(),
        (n, more) => {
            let words = if more { f.new_since_more } else { f.new_since };
            view! { <span class="chip" data-tone="good">{fill(words, &[&n])}</span> }.into_any()
        }
    };
    let shared = s.row.shared.as_ref().map(|id| {
        let name = visit.institutions.iter().find(|(i, _)| i == id).map(|(_, n)| n.get(visit.lang).to_owned());
        let by = (!s.own).then(|| view! { " "<span class="small">{fill(f.by_somebody, &[&s.row.owner])}</span> });
        view! { " "<span class="chip" data-tone="line">{fill(f.shared_with, &[&name.unwrap_or_else(|| id.to_string())])}</span>{by} }
    });
    let state = assessments::search::State::parse(&s.row.query);
    let words = state.facets.iter().map(|(key, value)| super::search::facet_word(visit, &[], key, value));
    let says: Vec<String> = std::iter::once(state.text.clone()).chain(words).filter(|t| !t.is_empty()).collect();
    view! {
        <li class="panel row" data-new=(s.new > 0).then_some("")>
            <div class="grow"><a href=format!("/search?{}", s.row.query)><b>{s.row.name.clone()}</b></a>" "{new}{shared}
                <p class="small muted">{says.join(" · ")}" — "{fill(f.last_look, &[&moment(s.row.looked_at)])}</p></div>
            <form method="post" action=format!("/searches/{}", s.row.id)>
                <button class="btn" data-kind="primary" name="verb" value="open" aria-label=fill(f.open_of, &[&s.row.name])>{f.open_search}</button>
                {s.own.then(|| view! { " "<button class="btn" data-kind="quiet" name="verb" value="remove" aria-label=fill(f.forget_of, &[&s.row.name])>{f.forget}</button> })}
            </form>
        </li>
    }
}
