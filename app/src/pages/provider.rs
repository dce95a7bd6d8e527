//! Pages around a sign-in provider: the button, the link of one's own account, and what somebody without a role sees.

use super::Visit;
use super::shell::{Place, moment, page};
use crate::words::{fill, tokens};
use assessments::failure::Failure;
use assessments::link::escape;
use assessments::store::Identity;
use leptos::prelude::*;

/// The way in through the provider, where there is one.
pub fn button(visit: &Visit, back: &str) -> Option<impl IntoView + use<>> {
    let w = tokens(visit.lang);
    let label = visit.provider.as_ref()?.get(visit.lang).to_owned();
    let to = format!("/sign-in/provider?back={}", escape(back));
    Some(
        view! { <div class="ways"><p class="small muted">{w.or}</p><a class="btn" href=to>{fill(w.sign_in_with, &[&label])}</a></div> },
    )
}

/// The link of one's own account, where there is a provider.
pub fn panel(visit: &Visit, held: &[Identity]) -> Option<impl IntoView + use<>> {
    let w = tokens(visit.lang);
    let label = visit.provider.as_ref()?.get(visit.lang).to_owned();
    let body = match held.first() {
        Some(identity) => view! {
            <p><span class="chip" data-tone="good">{w.linked}</span>" "{label}" "<time class="mono small">{moment(identity.created_at)}</time></p>
            <form method="post" action="/account/provider"><button class="btn" data-kind="quiet">{w.unlink}</button></form>
        }
        .into_any(),
        None => view! {
            <p class="muted">{w.provider_lead}</p>
            <p><a class="btn" href="/account/provider/link">{fill(w.link, &[&label])}</a></p>
        }
        .into_any(),
    };
    Some(view! { <section class="panel form-panel"><h2>{w.provider}</h2>{body}</section> })
}

/// What somebody sees who has no role anywhere.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn no_role(visit: &Visit) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let address = visit.desk.own_address(actor).await?;
    let w = tokens(visit.lang);
    Ok(page(visit, w.no_role_title, Place::None, || {
        view! {
            <section class="panel narrow">
                <h1>{w.no_role_title}</h1>
                <p>{fill(w.no_role_lead, &[&actor.name])}</p>
                {match address {
                    Some(address) => view! { <p>{w.no_role_ask}</p><p class="mono">{address}</p> }.into_any(),
                    None => view! { <p>{w.no_role_unverified}</p> }.into_any(),
                }}
                <p><a class="btn" data-kind="primary" href="/">{w.try_again}</a></p>
            </section>
        }
    }))
}

/// Signed out here; the provider's own sign-out follows.
pub fn signed_out(visit: &Visit, address: &str) -> String {
    let w = tokens(visit.lang);
    page(visit, w.signed_out_title, Place::None, || {
        view! {
            <section class="panel narrow">
                <h1>{w.signed_out_title}</h1>
                <p>{w.signed_out_lead}</p>
                <p><a class="btn" href=address.to_owned()>{w.signed_out_provider}</a></p>
            </section>
        }
    })
}
