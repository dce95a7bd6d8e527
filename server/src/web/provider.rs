//! Signing in through a provider: there, back, and linking one's own account.

use super::Web;
use super::forms::go_in;
use super::routes::{Routes, get, post};
use super::visit::{SESSION, answer, cookie, failed, own_path, redrawn, set_cookie};
use crate::oidc::Provider;
use app::pages::{self, Refused, Visit};
use assessments::desk::{Claims, PROVIDER_MINUTES};
use assessments::failure::Failure;
use assessments::store::ProviderStep;
use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use chrono::Duration;
use serde::Deserialize;
use std::net::SocketAddr;

/// Name of the cookie of a sign-in that is awaited back from the provider.
const STATE: &str = "kyohyo_provider";
/// Name of the cookie that says that one came in through the provider.
const VIA: &str = "kyohyo_via";

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .route("/sign-in/provider", get(there))
        .route("/sign-in/provider/back", get(back))
        .route("/sign-out/done", get(signed_out))
        .route("/account/provider", post(unlink))
        .route("/account/provider/link", get(link))
}

fn provider(web: &Web) -> Result<&Provider, Failure> {
    web.provider.as_deref().ok_or_else(|| Failure::provider("off", ""))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    back: String,
    code: String,
    state: String,
    error: String,
    error_description: String,
}

type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// Why it did not work, on the sign-in page, with the number that the log and the audit have too.
async fn told(visit: &Visit, failure: &Failure, peer: Peer) -> Response {
    tracing::warn!(operation = %visit.operation, code = failure.code(), %failure, "sign-in through the provider");
    let origin = peer.map_or_else(|| "local".to_owned(), |Extension(ConnectInfo(a))| a.ip().to_string());
    match visit.desk.provider_failed(failure, &origin, &visit.operation).await {
        Err(Failure::SlowDown { .. }) | Ok(()) => {}
        Err(error) => tracing::error!(operation = %visit.operation, %error, "a failed sign-in is not in the audit"),
    }
    if visit.actor.is_some() || !matches!(failure, Failure::Provider { .. }) {
        return failed(visit, failure);
    }
    let refused = Refused { failure: failure.clone(), typed: vec![] };
    redrawn(visit, failure, Ok(pages::sign_in::sign_in(visit, "/", Some(&refused))))
}

/// A link and not a form: the policy of pages lets no form lead to another site.
async fn there(
    State(web): State<Web>,
    Extension(visit): Extension<Visit>,
    peer: Peer,
    Query(asked): Query<Asked>,
) -> Response {
    go_there(&web, &visit, own_path(&asked.back), false, peer).await
}

/// The same, to link the account of whoever is signed in.
async fn link(State(web): State<Web>, Extension(visit): Extension<Visit>, peer: Peer) -> Response {
    if let Err(failure) = visit.actor() {
        return failed(&visit, &failure);
    }
    go_there(&web, &visit, "/account?done=linked", true, peer).await
}

async fn go_there(web: &Web, visit: &Visit, to: &str, linking: bool, peer: Peer) -> Response {
    let done = async {
        let provider = provider(web)?;
        let begun = visit.desk.begin_provider(to, visit.actor.as_ref().filter(|_| linking)).await?;
        Ok::<_, Failure>((provider.address(&begun).await?, begun.state))
    };
    match done.await {
        Ok((address, state)) => {
            let cookie = set_cookie(web, STATE, &state, Duration::minutes(PROVIDER_MINUTES));
            ([(header::SET_COOKIE, cookie)], Redirect::to(&address)).into_response()
        }
        Err(failure) => told(visit, &failure, peer).await,
    }
}

/// Somebody comes back from the provider.
async fn back(
    State(web): State<Web>,
    Extension(visit): Extension<Visit>,
    peer: Peer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Response {
    let mut response = match came_back(&web, &visit, &headers, &asked).await {
        Ok(response) => response,
        Err(failure) => told(&visit, &failure, peer).await,
    };
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&web, STATE, "", Duration::zero()));
    response
}

async fn came_back(web: &Web, visit: &Visit, headers: &HeaderMap, asked: &Asked) -> Result<Response, Failure> {
    let provider = provider(web)?;
    // The browser that began it, and no other: else somebody could be signed in as somebody else.
    if asked.state.is_empty() || cookie(headers, STATE) != Some(asked.state.as_str()) {
        return Err(Failure::provider("state", ""));
    }
    let step = visit.desk.back_from_provider(&asked.state).await?;
    if !asked.error.is_empty() {
        let reason = if asked.error == "access_denied" { "denied" } else { "answer" };
        return Err(Failure::provider(reason, format!("{} {}", asked.error, asked.error_description)));
    }
    let claims = provider.claims(&asked.code, &step).await?;
    match &step.person {
        Some(_) => linked(visit, &step, &claims).await,
        None => {
            let signed = visit.desk.provider_sign_in(&claims).await?;
            let via = set_cookie(web, VIA, "provider", visit.desk.session_limits().absolute);
            Ok((AppendHeaders([(header::SET_COOKIE, via)]), go_in(web, &signed, own_path(&step.back))).into_response())
        }
    }
}

async fn linked(visit: &Visit, step: &ProviderStep, claims: &Claims) -> Result<Response, Failure> {
    let actor = visit.actor()?;
    // Whoever began it is still the one who is signed in here.
    if actor.person != step.person {
        return Err(Failure::provider("state", ""));
    }
    visit.desk.link_provider(actor, claims).await?;
    Ok(Redirect::to(own_path(&step.back)).into_response())
}

/// Takes the link of one's own account away.
async fn unlink(
    State(web): State<Web>,
    Extension(visit): Extension<Visit>,
    headers: HeaderMap,
    Form(_): Form<Vec<(String, String)>>,
) -> Response {
    let done = async { visit.desk.unlink_provider(visit.actor()?, &provider(&web)?.config().issuer).await };
    match done.await {
        Ok(()) => Redirect::to("/account?done=unlinked").into_response(),
        Err(failure @ Failure::Provider { .. }) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            let session = cookie(&headers, SESSION).unwrap_or("");
            let drawn = pages::account::account(&visit, session, &pages::account::Told::Nothing, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
        Err(failure) => failed(&visit, &failure),
    }
}

/// Where signing out leads: on to the provider, for those who came in through it.
pub fn after_sign_out(web: &Web, headers: &HeaderMap) -> &'static str {
    if web.provider.is_some() && cookie(headers, VIA).is_some_and(|v| !v.is_empty()) {
        "/sign-out/done"
    } else {
        "/sign-in"
    }
}

/// Says that one is signed out here, and goes on to the provider. Not from the form itself: the policy of pages lets no
/// form lead to another site.
async fn signed_out(State(web): State<Web>, Extension(visit): Extension<Visit>) -> Response {
    let address = match &web.provider {
        Some(provider) => provider.sign_out_address().await,
        None => None,
    };
    let via = set_cookie(&web, VIA, "", Duration::zero());
    let Some(address) = address else {
        return ([(header::SET_COOKIE, via)], Redirect::to("/sign-in")).into_response();
    };
    let mut response = answer(&visit, Ok(pages::provider::signed_out(&visit, &address)));
    response.headers_mut().append(header::SET_COOKIE, via);
    if let Ok(refresh) = HeaderValue::from_str(&format!("1; url={address}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}
