//! One request: where it stands, what came of it, and the forms of what its reader can do.

use super::{Shown, length, scope_word, state_word, tone, verb_word};
use crate::pages::Visit;
use crate::pages::shell::moment;
use crate::words::{Elevation as Words, elevation as words, fill};
use assessments::cell::Layer;
use assessments::elevation::{Act, Elevation, State, Verb};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// Where a right holds.
pub(super) fn place_word(visit: &Visit, shown: &Shown, layer: &Layer) -> String {
    let w = words(visit.lang);
    let Layer::Institution(id) = layer else { return w.common_place.to_owned() };
    let own = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, name)| name.get(visit.lang).to_owned());
    let asked = || {
        let found = shown.places.iter().find(|(l, _)| l == layer).and_then(|(_, name)| name.as_ref());
        found.map(|name| name.get(visit.lang).to_owned())
    };
    own.or_else(asked).unwrap_or_else(|| id.to_string())
}

/// Where a request stands.
pub(super) fn chips(visit: &Visit, now: DateTime<Utc>, e: &Elevation) -> AnyView {
    let w = words(visit.lang);
    let state = e.state(now);
    let left = e.window.filter(|_| state == State::Active).map(|window| {
        let minutes = (window.until - now).num_minutes().max(1);
        format!(" · {}", fill(w.ends_in, &[&length(visit.lang, minutes)]))
    });
    view! {
        <span class="chip" data-tone=tone(state)>{state_word(visit.lang, state)}{left}</span>
        {e.emergency.then(|| view! { " "<span class="chip" data-tone="bad">{w.emergency}</span> })}
        {e.to_review(now).then(|| view! { " "<span class="chip" data-tone="warn">{w.unreviewed}</span> })}
        {e.review.is_some().then(|| view! { " "<span class="chip" data-tone="line">{w.reviewed}</span> })}
    }
    .into_any()
}

/// Who did what, when, and in which words.
pub(super) fn acted(act: &Act, word: &str) -> String {
    let said = if act.comment.is_empty() { String::new() } else { format!("：{}", act.comment) };
    format!("{word} {} {}{said}", act.name, moment(act.at))
}

/// From when to when it was used.
pub(super) fn used(e: &Elevation) -> Option<String> {
    let window = e.window?;
    let until = e.stop.as_ref().map_or(window.until, |(_, act)| act.at.min(window.until));
    Some(format!("{} – {}", moment(window.from), moment(until)))
}

fn facts(visit: &Visit, e: &Elevation) -> AnyView {
    let w = words(visit.lang);
    let wanted = e.wish.start.map_or(String::new(), |start| format!("{} · ", moment(start)));
    let line = |term: &'static str, text: String| view! { <dt>{term}</dt><dd>{text}</dd> };
    let decided = e.decision.as_ref().map(|(yes, act)| {
        let word = match (yes, e.emergency) {
            (true, true) => w.did_emergency,
            (true, false) => w.did_approve,
            (false, _) => w.did_reject,
        };
        line(w.decided, acted(act, word))
    });
    let stopped = e.stop.as_ref().map(|(stop, act)| {
        let state = State::parse(stop.key()).unwrap_or(State::Ended);
        line(w.state, acted(act, state_word(visit.lang, state)))
    });
    view! {
        <dl class="facts-list small">
            {line(w.who, format!("{} {}", e.name, moment(e.asked_at)))}
            {line(w.length, format!("{wanted}{}", length(visit.lang, e.wish.minutes)))}
            {(!e.wish.ticket.is_empty()).then(|| line(w.ticket, e.wish.ticket.clone()))}
            {line(w.reason, e.wish.reason.clone())}
            {decided}
            {used(e).map(|text| line(w.used, text))}
            {stopped}
            {e.review.as_ref().map(|act| line(w.reviewed, acted(act, "")))}
        </dl>
    }
    .into_any()
}

/// A request with what its reader can do.
pub(super) fn card(visit: &Visit, shown: &Shown, e: &Elevation) -> AnyView {
    let title = scope_word(visit.lang, e.wish.scope);
    let id = format!("e-{}", e.id);
    view! {
        <article class="panel request" id=id.clone() aria-labelledby=format!("{id}-h")>
            <h3 id=format!("{id}-h")>{title}" "<small class="muted">{place_word(visit, shown, &e.wish.layer)}</small></h3>
            <p>{chips(visit, shown.now, e)}</p>
            {facts(visit, e)}
            {verbs(visit, shown.now, e)}
        </article>
    }
    .into_any()
}

/// The forms of what the reader can do with a request.
fn verbs(visit: &Visit, now: DateTime<Utc>, e: &Elevation) -> AnyView {
    let w: &Words = words(visit.lang);
    let me = visit.actor.as_ref().and_then(|a| a.person.as_ref());
    let possible: Vec<Verb> = Verb::ALL.into_iter().filter(|v| e.allows(*v, me, now)).collect();
    // Only the institution itself opens its layer, in an emergency too.
    let inside = match &e.wish.layer {
        Layer::Shared => true,
        Layer::Institution(id) => visit.actor.as_ref().is_some_and(|a| a.institutions.contains_key(id)),
    };
    let (silent, spoken): (Vec<Verb>, Vec<Verb>) =
        possible.into_iter().filter(|v| *v != Verb::Emergency).partition(|v| v.is_own());
    let action = format!("/elevation/{}", e.id);
    let button = |verb: Verb| {
        let kind = matches!(verb, Verb::Approve | Verb::Begin | Verb::Review).then_some("primary");
        view! { <button class="btn" name="verb" value=verb.key() data-kind=kind>{verb_word(visit.lang, verb)}</button> }
    };
    let needed = spoken.contains(&Verb::Review);
    let label = if needed { w.comment_needed } else { w.comment };
    let others = (!spoken.is_empty()).then(|| {
        view! {
            <form class="form" method="post" action=action.clone()>
                <label>{label}<input type="text" name="comment" maxlength="2000" required=needed autocomplete="off"/></label>
                <div class="row">{spoken.iter().map(|v| button(*v)).collect_view()}</div>
            </form>
        }
    });
    let own = (!silent.is_empty()).then(|| {
        view! { <form class="row" method="post" action=action.clone()>{silent.iter().map(|v| button(*v)).collect_view()}</form> }
    });
    let emergency = (inside && e.allows(Verb::Emergency, me, now)).then(|| {
        view! {
            <details class="small"><summary>{w.emergency}</summary>
                <form class="form" method="post" action=action.clone()>
                    <p class="hint">{w.emergency_hint}</p>
                    <label>{w.comment_needed}<input type="text" name="comment" maxlength="2000" required autocomplete="off"/></label>
                    <button class="btn" name="verb" value=Verb::Emergency.key()>{w.emergency_do}</button>
                </form>
            </details>
        }
    });
    view! { {others}{own}{emergency} }.into_any()
}
