//! Who is visiting: session cookie and language cookie become a [`Visit`].

use super::Web;
use app::pages::Visit;
use assessments::desk::Visitor;
use assessments::failure::Failure;
use assessments::lang::Lang;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

/// Name of the session's cookie.
pub const SESSION: &str = "kyohyo_session";
/// Name of the cookie of a sign-in that waits for its second step.
pub const STEP: &str = "kyohyo_step";
/// Where somebody without any role may go: their account, the language, and out.
const OPEN_TO_NOBODY: [&str; 5] = ["/account", "/language", "/sign-out", "/sign-in", "/welcome"];
const LANGUAGE: &str = "kyohyo_lang";

/// A cookie's value.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` header: not for scripts, not for other sites. An empty value takes the cookie away.
pub fn set_cookie(web: &Web, name: &str, value: &str, age: chrono::Duration) -> HeaderValue {
    let secure = if web.https { "; Secure" } else { "" };
    let age = if value.is_empty() { 0 } else { age.num_seconds() };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The cookie that keeps the language.
pub fn language_cookie(web: &Web, lang: Lang) -> HeaderValue {
    set_cookie(web, LANGUAGE, lang.code(), chrono::Duration::days(365))
}

/// Puts the visit into the request.
pub async fn attach(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let lang = cookie(headers, LANGUAGE).and_then(Lang::parse).unwrap_or_default();
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let operation = operation();
    let mut visit = Visit {
        desk: web.desk.clone(),
        actor: None,
        institutions: vec![],
        alarms: vec![],
        unread: 0,
        lang,
        provider: web.provider.as_ref().map(|p| p.config().label.clone()),
        path,
        operation,
        assets: web.assets.clone(),
    };
    if let Some(token) = cookie(headers, SESSION) {
        // What islands and streams ask for has no header that says what waits.
        let page = !visit.path.starts_with("/api/") && !visit.path.starts_with("/live");
        match web.desk.visitor(token, page).await {
            Ok(Visitor { actor, institutions, alarms, unread }) => {
                visit = Visit { actor: Some(actor), institutions, alarms, unread, ..visit };
            }
            Err(Failure::SignedOut) => {}
            Err(failure) => return failed(&visit, &failure),
        }
    }
    // Whoever the provider vouches for, but nobody has given a role to yet.
    let nobody = visit.actor.as_ref().is_some_and(|a| a.installation.is_empty() && a.institutions.is_empty());
    if nobody && !OPEN_TO_NOBODY.iter().any(|open| request.uri().path().starts_with(open)) {
        return match app::pages::provider::no_role(&visit).await {
            Ok(html) => (StatusCode::FORBIDDEN, Html(html)).into_response(),
            Err(failure) => failed(&visit, &failure),
        };
    }
    request.extensions_mut().insert(visit);
    next.run(request).await
}

/// A request's number, which errors quote: eight random bytes.
pub fn operation() -> String {
    let mut bytes = [0; 8];
    // A repeated number would only make a log line harder to find.
    let _ = getrandom::fill(&mut bytes);
    format!("{:016x}", u64::from_be_bytes(bytes))
}

/// The error page of a failure, with its status; a visitor who is not signed in is led to do so and back.
pub fn failed(visit: &Visit, failure: &Failure) -> Response {
    if *failure == Failure::SignedOut {
        let back = assessments::link::escape(&visit.path);
        return Redirect::to(&format!("/sign-in?back={back}")).into_response();
    }
    if let Failure::Internal { operation } = failure {
        tracing::error!(request = %visit.operation, %operation, path = %visit.path, "failed");
    }
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Html(app::pages::error::error(visit, failure))).into_response()
}

/// A drawn page, or its failure's.
pub fn answer(visit: &Visit, drawn: Result<String, Failure>) -> Response {
    match drawn {
        Ok(html) => Html(html).into_response(),
        Err(failure) => failed(visit, &failure),
    }
}

/// A page drawn again because its form was refused: the failure's status, and what was typed still in it.
pub fn redrawn(visit: &Visit, failure: &Failure, drawn: Result<String, Failure>) -> Response {
    match drawn {
        Ok(html) => {
            let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            (status, Html(html)).into_response()
        }
        Err(other) => failed(visit, &other),
    }
}

/// A path of ours, for going back: never another site's address.
pub fn own_path(text: &str) -> &str {
    let fits = text.starts_with('/')
        && !text.starts_with("//")
        && !text.starts_with("/\\")
        && !text.chars().any(char::is_control);
    if fits { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_never_leads_to_another_site() {
        for (text, path) in [
            ("/services?x=1", "/services?x=1"),
            ("//evil", "/"),
            ("https://evil", "/"),
            ("/\\evil", "/"),
            ("", "/"),
            ("/a\nb", "/"),
        ] {
            assert_eq!(own_path(text), path, "{text}");
        }
    }
}
