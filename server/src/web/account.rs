//! One's own account: sessions, second factor, password.

use super::visit::{SESSION, answer, cookie, failed, redrawn};
use app::pages::account::{self, Told};
use app::pages::{Refused, Visit};
use assessments::access::Scope;
use assessments::desk::TokenWanted;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use axum::Extension;
use axum::extract::{Form, Query};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

type V = Extension<Visit>;
type Typed = Form<Vec<(String, String)>>;

/// What was done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    done: String,
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

fn session(headers: &HeaderMap) -> &str {
    cookie(headers, SESSION).unwrap_or("")
}

pub async fn account(Extension(visit): V, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let done = ["ended", "password", "off", "mail", "revoked", "linked", "unlinked"]
        .into_iter()
        .find(|key| *key == asked.done);
    let told = done.map_or(Told::Nothing, Told::Done);
    answer(&visit, account::account(&visit, session(&headers), &told, None).await)
}

/// Ends one of one's own sessions, or all others.
pub async fn end_sessions(Extension(visit): V, headers: HeaderMap, Form(typed): Typed) -> Response {
    let which = Some(field(&typed, "which")).filter(|w| !w.is_empty());
    let done = async { visit.desk.end_own_sessions(visit.actor()?, session(&headers), which).await };
    match done.await {
        Ok(()) => Redirect::to("/account?done=ended").into_response(),
        Err(failure) => failed(&visit, &failure),
    }
}

/// Sets the second factor up, confirms it, ends it.
pub async fn second(Extension(visit): V, headers: HeaderMap, Form(typed): Typed) -> Response {
    let (verb, code) = (field(&typed, "verb"), field(&typed, "code"));
    let done = async {
        let actor = visit.actor()?;
        match verb {
            "begin" => Ok(Told::Enrolment(visit.desk.begin_factor(actor).await?)),
            "confirm" => Ok(Told::Codes(visit.desk.confirm_factor(actor, code).await?)),
            "off" => visit.desk.end_factor(actor, code).await.map(|()| Told::Done("off")),
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(Told::Done(key)) => Redirect::to(&format!("/account?done={key}")).into_response(),
        // Secret and codes are in this answer only: no address keeps them.
        Ok(told) => answer(&visit, account::account(&visit, session(&headers), &told, None).await),
        Err(failure @ (Failure::SignedOut | Failure::NotFound)) => failed(&visit, &failure),
        Err(failure) => {
            // A wrong first code: the picture stays to try again.
            let again = async { visit.desk.begin_factor(visit.actor()?).await };
            let told = match verb {
                "confirm" => again.await.map_or(Told::Nothing, Told::Enrolment),
                _ => Told::Nothing,
            };
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            redrawn(&visit, &failure, account::account(&visit, session(&headers), &told, Some(&refused)).await)
        }
    }
}

/// Makes an API token, or ends one.
pub async fn tokens(Extension(visit): V, headers: HeaderMap, Form(typed): Typed) -> Response {
    let done = async {
        let actor = visit.actor()?;
        match field(&typed, "verb") {
            "make" => Ok(Told::Token(visit.desk.make_token(actor, &wanted(&typed)?).await?)),
            "revoke" => {
                visit.desk.revoke_own_token(actor, field(&typed, "token")).await.map(|()| Told::Done("revoked"))
            }
            _ => Err(Failure::NotFound),
        }
    };
    match done.await {
        Ok(Told::Done(key)) => Redirect::to(&format!("/account?done={key}")).into_response(),
        // The token is in this answer only: no address keeps it.
        Ok(told) => answer(&visit, account::account(&visit, session(&headers), &told, None).await),
        Err(failure @ (Failure::SignedOut | Failure::NotFound)) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed };
            let drawn = account::account(&visit, session(&headers), &Told::Nothing, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}

fn wanted(typed: &[(String, String)]) -> Result<TokenWanted, Failure> {
    let scope = |key: &String| Scope::parse(key).ok_or_else(|| Failure::invalid("scopes", key));
    let institution = field(typed, "institution");
    Ok(TokenWanted {
        name: field(typed, "token_name").to_owned(),
        scopes: typed.iter().filter(|(n, _)| n == "scope").map(|(_, v)| scope(v)).collect::<Result<_, _>>()?,
        days: field(typed, "days").trim().parse().map_err(|_| Failure::invalid("days", field(typed, "days")))?,
        institution: if institution.is_empty() { None } else { Some(InstitutionId::parse(institution)?) },
    })
}

/// Changes one's own password.
pub async fn password(Extension(visit): V, headers: HeaderMap, Form(typed): Typed) -> Response {
    let (now, new) = (field(&typed, "now"), field(&typed, "new"));
    let done = async { visit.desk.change_password(visit.actor()?, session(&headers), now, new).await };
    match done.await {
        Ok(()) => Redirect::to("/account?done=password").into_response(),
        Err(failure @ Failure::SignedOut) => failed(&visit, &failure),
        Err(failure) => {
            let refused = Refused { failure: failure.clone(), typed: vec![] };
            let drawn = account::account(&visit, session(&headers), &Told::Nothing, Some(&refused)).await;
            redrawn(&visit, &failure, drawn)
        }
    }
}
