//! The policy as tables, asked of the very functions that decide.

use super::Visit;
use super::admin::{action_word, role_word, tabs};
use super::elevation::{scope_word, state_word, verb_word};
use super::shell::{Place, head, page};
use crate::words::{admin, elevation};
use assessments::access::{Action, Role, Stage, Whose, decides, holders};
use assessments::adoption::State as Approval;
use assessments::cell::Layer;
use assessments::elevation::{Scope, State, Verb};
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::Lang;
use leptos::prelude::*;

fn joined(lang: Lang, words: Vec<&'static str>) -> String {
    if words.is_empty() { admin(lang).nothing.to_owned() } else { words.join(lang.pick("・", ", ")) }
}

/// The policy: by role, what is lent for a time, and what a request's state allows.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub fn policy(visit: &Visit) -> Result<String, Failure> {
    visit.actor()?;
    let w = admin(visit.lang);
    Ok(page(visit, w.policy, Place::None, || {
        view! {
            {head(w.policy.into(), Some(w.policy_lead.into()), ().into_any())}
            {tabs(visit, "/policy")}
            {roles(visit.lang)}
            {rights(visit.lang)}
            {stages(visit.lang)}
            {states(visit.lang)}
        }
    }))
}

fn roles(lang: Lang) -> impl IntoView {
    let (w, e) = (admin(lang), elevation(lang));
    let rows = Role::ALL.map(|role| {
        let allowed = |whose: Whose| {
            let fits = Action::ALL.into_iter().filter(|action| decides(role, *action, whose));
            joined(lang, fits.map(|action| action_word(lang, action)).collect())
        };
        view! {
            <tr><th scope="row" data-label=w.role>{role_word(lang, role)}</th>
                <td data-label=w.common_layer>{allowed(Whose::Common)}</td>
                <td data-label=w.own_layer>{allowed(Whose::Own)}</td>
                <td data-label=e.other_layer>{allowed(Whose::Other)}</td></tr>
        }
    });
    view! {
        <table class="list">
            <thead><tr><th scope="col">{w.role}</th><th scope="col">{w.common_layer}</th><th scope="col">{w.own_layer}</th>
                <th scope="col">{e.other_layer}</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

fn rights(lang: Lang) -> impl IntoView {
    let e = elevation(lang);
    let own = InstitutionId::parse("own").map_or(Layer::Shared, Layer::Institution);
    let rows = Scope::ALL.map(|scope| {
        let layer = if scope.is_common() { &Layer::Shared } else { &own };
        let words = |roles: Vec<Role>| joined(lang, roles.into_iter().map(|r| role_word(lang, r)).collect());
        let lends = joined(lang, scope.actions().iter().map(|a| action_word(lang, *a)).collect());
        // By a role there, or, in an institution's layer, by a role over the installation.
        let whose = if scope.is_common() { vec![Whose::Common] } else { vec![Whose::Own, Whose::Other] };
        let may = |role: &Role| whose.iter().any(|w| asks(*role, *w));
        let askers = words(Role::ALL.into_iter().filter(may).collect());
        let deciders = words(holders(Action::DecideElevation, layer));
        view! {
            <tr><th scope="row" data-label=e.scope>{scope_word(lang, scope)}</th><td data-label=e.lends>{lends}</td>
                <td data-label=e.who>{askers}</td><td data-label=e.who_decides>{deciders}</td></tr>
        }
    });
    view! {
        <section aria-labelledby="rights"><h2 id="rights">{e.for_a_time}</h2><p class="muted">{e.for_a_time_lead}</p>
            <table class="list">
                <thead><tr><th scope="col">{e.scope}</th><th scope="col">{e.lends}</th><th scope="col">{e.who}</th><th scope="col">{e.who_decides}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}

/// Whether a role asks for rights there: an institution's own people, or whoever holds a role over the installation.
fn asks(role: Role, whose: Whose) -> bool {
    match whose {
        Whose::Other => role.is_installation() && decides(role, Action::RequestElevation, Whose::Common),
        whose => decides(role, Action::RequestElevation, whose),
    }
}

/// A stage's words.
fn stage_word(lang: Lang, stage: Stage) -> &'static str {
    let e = elevation(lang);
    match stage {
        Stage::RoundOpen => e.round_open,
        Stage::RoundApproved => e.round_approved,
        Stage::RoundEnded => e.round_ended,
        Stage::Approval(Approval::Draft) => e.approval_draft,
        Stage::Approval(Approval::Waiting) => e.approval_waiting,
        Stage::Approval(Approval::Approved) => e.approval_approved,
        Stage::Approval(Approval::Rejected) => e.approval_rejected,
        Stage::Approval(Approval::Withdrawn) => e.approval_withdrawn,
        Stage::Approval(Approval::Superseded) => e.approval_superseded,
    }
}

fn stages(lang: Lang) -> impl IntoView {
    let e = elevation(lang);
    let rows = Stage::all().into_iter().map(|stage| {
        let fits = Action::ALL.into_iter().filter(|a| stage.fits(*a)).map(|a| action_word(lang, a));
        view! {
            <tr><th scope="row" data-label=e.state>{stage_word(lang, stage)}</th>
                <td data-label=e.possible>{joined(lang, fits.collect())}</td></tr>
        }
    });
    view! {
        <section aria-labelledby="stages"><h2 id="stages">{e.stages}</h2>
            <table class="list">
                <thead><tr><th scope="col">{e.state}</th><th scope="col">{e.possible}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}

fn states(lang: Lang) -> impl IntoView {
    let e = elevation(lang);
    let rows = State::ALL.map(|state| {
        let verbs = |own: bool| {
            let fits = Verb::ALL.into_iter().filter(|v| v.is_own() == own && v.fits(state));
            joined(lang, fits.map(|v| verb_word(lang, v)).collect())
        };
        view! {
            <tr><th scope="row" data-label=e.state>{state_word(lang, state)}</th><td data-label=e.by_others>{verbs(false)}</td>
                <td data-label=e.by_person>{verbs(true)}</td></tr>
        }
    });
    view! {
        <section aria-labelledby="states"><h2 id="states">{e.states}</h2>
            <table class="list">
                <thead><tr><th scope="col">{e.state}</th><th scope="col">{e.by_others}</th><th scope="col">{e.by_person}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
}
