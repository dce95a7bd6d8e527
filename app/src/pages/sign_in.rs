//! Signing in and the first welcome.

use super::error::notice;
use super::shell::{Place, page};
use super::{Refused, Visit};
use crate::words::{common, fill, pages};
use assessments::failure::Failure;
use leptos::prelude::*;

/// The sign-in form. `back` is a path of ours to go to afterwards.
pub fn sign_in(visit: &Visit, back: &str, refused: Option<&Refused>) -> String {
    let p = pages(visit.lang);
    let email = refused.and_then(|r| r.typed("email")).unwrap_or("").to_owned();
    // What went wrong at the provider stands in the log too, under this number.
    let outside = refused.is_some_and(|r| matches!(r.failure, Failure::Provider { .. }));
    page(visit, p.sign_in_title, Place::None, || {
        view! {
            <section class="panel narrow">
                <h1>{p.sign_in_title}</h1>
                <p class="muted">{p.sign_in_lead}</p>
                {refused.map(|r| notice(visit, &r.failure))}
                {outside.then(|| view! { <p class="small muted">{common(visit.lang).operation}": "<span class="mono">{visit.operation.clone()}</span></p> })}
                <form class="form" method="post" action="/sign-in">
                    <input type="hidden" name="back" value=back.to_owned()/>
                    <label>{p.email}<input type="email" name="email" value=email required autocomplete="username" autofocus/></label>
                    <label>{p.password}<input type="password" name="password" required autocomplete="current-password"/></label>
                    <button class="btn" data-kind="primary">{p.sign_in_title}</button>
                </form>
                {super::provider::button(visit, back)}
                <p class="small muted">{p.first_time}</p>
            </section>
        }
    })
}

/// The second step: a code. `back` is a path of ours to go to afterwards.
pub fn code(visit: &Visit, back: &str, refused: Option<&Refused>) -> String {
    let p = pages(visit.lang);
    page(visit, p.code_title, Place::None, || {
        view! {
            <section class="panel narrow">
                <h1>{p.code_title}</h1>
                <p class="muted">{p.code_lead}</p>
                {refused.map(|r| notice(visit, &r.failure))}
                <form class="form" method="post" action="/sign-in/code">
                    <input type="hidden" name="back" value=back.to_owned()/>
                    <label>{p.code}<input type="text" name="code" required maxlength="40" autocomplete="one-time-code" autocapitalize="none" autofocus/></label>
                    <button class="btn" data-kind="primary">{p.sign_in_title}</button>
                </form>
                <p class="small muted">{p.code_lost}</p>
            </section>
        }
    })
}

/// What a one-time link opens: choose a password.
///
/// # Errors
/// [`Failure::DeadLink`] where it cannot be used any more.
pub async fn welcome(visit: &Visit, token: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.desk.look_at_link(token).await?;
    let p = pages(visit.lang);
    Ok(page(visit, p.welcome_title, Place::None, || {
        view! {
            <section class="panel narrow">
                <h1>{p.welcome_title}</h1>
                <p>{fill(p.welcome_lead, &[&actor.name])}</p>
                {refused.map(|r| notice(visit, &r.failure))}
                <form class="form" method="post" action=format!("/welcome/{token}")>
                    <label>{p.new_password}
                        <input type="password" name="password" required minlength="12" autocomplete="new-password" autofocus/></label>
                    <button class="btn" data-kind="primary">{p.start}</button>
                </form>
            </section>
        }
    }))
}
