//! API tokens: one's own on the account page, and those of a scope's people on the members page.

use super::account::Told;
use super::shell::moment;
use super::{Refused, Visit};
use crate::words::{Tokens, tokens};
use assessments::access::Scope;
use assessments::desk::TOKEN_DAYS;
use assessments::store::TokenRow;
use leptos::prelude::*;

/// Days that the form offers.
const DAYS: i64 = 90;

/// One's own tokens, and the form for another.
pub fn own(visit: &Visit, held: &[TokenRow], told: &Told, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = tokens(visit.lang);
    let fresh = match told {
        Told::Token(token) => Some(token.clone()),
        _ => None,
    };
    let rows = held
        .iter()
        .map(|t| {
            let (revoke, id) = (format!("{} {}", w.revoke, t.name), t.id.clone());
            let end = view! {
                <form method="post" action="/account/tokens"><input type="hidden" name="verb" value="revoke"/>
                    <input type="hidden" name="token" value=id/><button class="btn" data-kind="quiet" aria-label=revoke>{w.revoke}</button></form>
            };
            view! {
                <tr><th scope="row" data-label=w.name>{t.name.clone()}</th>{told_of(visit, w, t)}
                    <td data-label=w.ends class="nowrap"><time class="mono small">{moment(t.expires_at)}</time></td><td>{end}</td></tr>
            }
        })
        .collect_view();
    view! {
        <section id="tokens">
            <h2>{w.title}</h2>
            <p class="small muted">{w.lead}" "<a href="/api">{w.how}</a></p>
            {fresh.map(|token| view! {
                <div class="note" data-tone="good" role="status"><p>{w.once}</p><p><code class="mono token">{token}</code></p></div>
            })}
            {if held.is_empty() {
                view! { <p class="empty">{w.none}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.name}</th><th scope="col">{w.scopes}</th><th scope="col">{w.bound}</th><th scope="col">{w.used}</th>
                            <th scope="col">{w.ends}</th><th scope="col"><span class="visually-hidden">{w.revoke}</span></th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }.into_any()
            }}
            {form(visit, refused)}
        </section>
    }
}

/// What every list says of a token.
fn told_of(visit: &Visit, w: &'static Tokens, t: &TokenRow) -> impl IntoView + use<> {
    let scopes: Vec<&str> = t.scopes.iter().map(|s| s.key()).collect();
    let named = |id: &assessments::id::InstitutionId| {
        visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned())
    };
    let bound = t.institution.as_ref().and_then(named).unwrap_or_else(|| w.any_institution.to_owned());
    let used = t.used_at.map_or_else(|| w.never.to_owned(), moment);
    view! {
        <td data-label=w.scopes><span class="mono small">{scopes.join(" ")}</span></td>
        <td data-label=w.bound>{bound}</td>
        <td data-label=w.used class="nowrap"><time class="mono small">{used}</time></td>
    }
}

fn form(visit: &Visit, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = tokens(visit.lang);
    // A refused form of another section of the page says nothing about this one.
    let refused = refused.filter(|r| r.typed("token_name").is_some());
    let typed = |name: &str, or: &str| refused.and_then(|r| r.typed(name)).unwrap_or(or).to_owned();
    let chosen = |scope: Scope| match refused {
        Some(r) => r.typed.iter().any(|(n, v)| n == "scope" && v == scope.key()),
        None => scope == Scope::Read,
    };
    let boxes = Scope::ALL.map(|scope| {
        view! {
            <label class="check"><input type="checkbox" name="scope" value=scope.key() checked=chosen(scope)/>
                <span>{scope.label(visit.lang)}" "<code class="mono small">{scope.key()}</code></span></label>
        }
    });
    let bound = typed("institution", "");
    let institutions = visit
        .institutions
        .iter()
        .map(|(id, name)| {
            let id = id.to_string();
            view! { <option value=id.clone() selected={id == bound}>{name.get(visit.lang).to_owned()}</option> }
        })
        .collect_view();
    view! {
        <section class="panel form-panel"><h3>{w.make}</h3>
            <form class="form wide" method="post" action="/account/tokens">
                <input type="hidden" name="verb" value="make"/>
                <label>{w.name}<input type="text" name="token_name" value=typed("token_name", "") required maxlength="100" autocomplete="off"/></label>
                <fieldset><legend>{w.scopes}</legend>{boxes}</fieldset>
                <label>{w.bound}<select name="institution"><option value="">{w.any_institution}</option>{institutions}</select></label>
                <label>{w.days}<input type="number" name="days" value=typed("days", &DAYS.to_string()) min="1" max=TOKEN_DAYS.to_string() required/></label>
                <button class="btn" data-kind="primary">{w.make}</button>
            </form>
        </section>
    }
}

/// The tokens that can act in a scope, for those who look after its people.
pub fn of_members(visit: &Visit, action: &str, held: &[TokenRow]) -> impl IntoView + use<> {
    let w = tokens(visit.lang);
    let rows = held
        .iter()
        .map(|t| {
            let revoke = format!("{} {} {}", w.revoke, t.holder, t.name);
            view! {
                <tr><th scope="row" data-label=w.holder>{t.holder.clone()}</th><td data-label=w.name>{t.name.clone()}</td>{told_of(visit, w, t)}
                    <td><form method="post" action=action.to_owned()><input type="hidden" name="verb" value="token"/>
                        <input type="hidden" name="token" value=t.id.clone()/><button class="btn" data-kind="quiet" aria-label=revoke>{w.revoke}</button></form></td></tr>
            }
        })
        .collect_view();
    view! {
        <section id="tokens"><h2>{w.of_members}</h2><p class="small muted">{w.of_members_lead}</p>
            {if held.is_empty() {
                view! { <p class="empty">{w.no_members}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.holder}</th><th scope="col">{w.name}</th><th scope="col">{w.scopes}</th><th scope="col">{w.bound}</th>
                            <th scope="col">{w.used}</th><th scope="col"><span class="visually-hidden">{w.revoke}</span></th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                }.into_any()
            }}
        </section>
    }
}
