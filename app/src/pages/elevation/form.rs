//! Asking for a right, and the longest that one is lent for.

use super::{Shown, length, scope_word};
use crate::pages::shell::in_area;
use crate::pages::{Refused, Visit};
use crate::words::{elevation as words, fill};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::elevation::{MOST_HOURS, Scope};
use leptos::prelude::*;

/// Durations that the form offers, in minutes.
const LENGTHS: [i64; 7] = [15, 30, 60, 120, 240, 480, 1_440];

/// The form that asks for a right.
pub(super) fn form(visit: &Visit, shown: &Shown, refused: Option<&Refused>) -> AnyView {
    let w = words(visit.lang);
    if shown.places.is_empty() {
        return view! { <section class="panel"><h2>{w.request}</h2><p class="muted">{w.cannot}</p></section> }
            .into_any();
    }
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    let (chosen, long) = (typed("right"), typed("minutes"));
    let groups = shown.places.iter().map(|(layer, name)| {
        let word = name.as_ref().map_or(w.common_scopes.to_owned(), |n| n.get(visit.lang).to_owned());
        let options = Scope::ALL.into_iter().filter(|s| s.is_common() == (*layer == Layer::Shared)).map(|scope| {
            let value = format!("{} {}", scope.key(), layer.key());
            let selected = value == chosen;
            view! { <option value=value selected=selected>{scope_word(visit.lang, scope)}</option> }
        });
        view! { <optgroup label=word>{options.collect_view()}</optgroup> }
    });
    let lengths = LENGTHS.into_iter().filter(|m| *m <= shown.hours * 60).map(|minutes| {
        let selected = if long.is_empty() { minutes == 60 } else { long == minutes.to_string() };
        view! { <option value=minutes.to_string() selected=selected>{length(visit.lang, minutes)}</option> }
    });
    view! {
        <section class="panel" aria-labelledby="request"><h2 id="request">{w.request}</h2>
            <p class="small muted">{fill(w.request_lead, &[&shown.hours.min(MOST_HOURS)])}</p>
            <form class="form" method="post" action="/elevation">
                <label>{w.scope}<select name="right" required>{groups.collect_view()}</select></label>
                <label>{w.reason}<textarea name="reason" rows="3" required maxlength="2000">{in_area(typed("reason"))}</textarea></label>
                <label>{w.ticket}<input type="text" name="ticket" value=typed("ticket") maxlength="200" autocomplete="off"/></label>
                <label>{w.length}<select name="minutes">{lengths.collect_view()}</select></label>
                <label>{w.start}<input type="datetime-local" name="start" value=typed("start") aria-describedby="start-hint"/></label>
                <p class="hint" id="start-hint">{w.start_hint}</p>
                <button class="btn" data-kind="primary">{w.send}</button>
            </form>
        </section>
    }
    .into_any()
}

/// The form of the longest duration, for those who may set it.
pub(super) fn limit(visit: &Visit, shown: &Shown, refused: Option<&Refused>) -> Option<impl IntoView + use<>> {
    let w = words(visit.lang);
    let actor = visit.actor.as_ref()?;
    permit(actor, Action::ManageInstitutions, &Layer::Shared).ok()?;
    let typed = refused.and_then(|r| r.typed("hours")).map_or_else(|| shown.hours.to_string(), str::to_owned);
    Some(view! {
        <section class="panel" aria-labelledby="limit"><h2 id="limit">{w.limit}</h2>
            <p class="small muted">{fill(w.limit_lead, &[&MOST_HOURS])}</p>
            <form class="form" method="post" action="/elevation/limit">
                <label>{w.limit_hours}<input type="number" name="hours" min="1" max=MOST_HOURS.to_string() required value=typed/></label>
                <button class="btn">{w.limit_set}</button>
            </form>
        </section>
    })
}
