//! Errors of the API: the one `Failure` as problem+json (RFC 9457), in the language that was asked for.

use super::types::CellConflict;
use assessments::failure::Failure;
use assessments::lang::Lang;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, and what to do.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "/api#not_found", "title": "Not found.", "status": 404, "code": "not_found",
    "way_on": "Check the address, or search.", "operation": "9f86d081884c7d65"
}))]
pub struct Problem {
    /// Where the code is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a sentence; in the language that Accept-Language asks for.
    pub title: String,
    /// The answer's status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Stable code: `not_found`, `forbidden`, `out_of_scope`, `conflict`, `invalid`, `request`, ...
    pub code: String,
    /// What to do next.
    pub way_on: String,
    /// Number of this request, which leads to the log.
    pub operation: String,
    /// Of a `request` or `refused`: the exact reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of an `invalid`, `too_long` or `exists`: which field or cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Of an `invalid`: what was read, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<String>,
    /// Of a `conflict`: the cells that a person has to merge. Nothing of the change was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<Vec<CellConflict>>,
    /// Of a `which_service` or `unknown_service`: ids that fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<Vec<String>>,
    /// Of a `which_service`: the import that waits to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<String>,
}

/// A failure on its way out of a handler; [`problems`] says it in the caller's language.
pub struct Oops(pub Failure);

impl From<Failure> for Oops {
    fn from(failure: Failure) -> Oops {
        Oops(failure)
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

/// The language that a caller asks for: the first of theirs that we speak, else Japanese like the pages.
pub fn language(headers: &HeaderMap) -> Lang {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    asked.split(',').find_map(|tag| Lang::parse(tag.trim().get(..2)?.to_lowercase().as_str())).unwrap_or_default()
}

/// Turns every refusal into a problem, whoever made it: a handler, an extractor or the router itself.
pub async fn problems(request: Request, next: Next) -> Response {
    let (lang, path) = (language(request.headers()), request.uri().path().to_owned());
    let operation = super::super::visit::operation();
    let mut response = next.run(request).await;
    let known = response.extensions_mut().remove::<Failure>();
    let Some(failure) = known.or_else(|| by_status(response.status())) else { return response };
    if let Failure::Internal { operation: inner } = &failure {
        tracing::error!(request = %operation, operation = %inner, %path, "failed");
    }
    let mut answer = of(&failure, lang, operation);
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    if failure == Failure::SignedOut {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kyohyo\""));
    }
    if let Failure::SlowDown { seconds } = failure {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// What axum itself refuses, in our words.
fn by_status(status: StatusCode) -> Option<Failure> {
    Some(match status.as_u16() {
        404 => Failure::NotFound,
        405 => Failure::request("method", ""),
        413 => Failure::request("too_large", ""),
        415 => Failure::request("media_type", ""),
        400 | 422 => Failure::request("malformed", ""),
        500 => Failure::Internal { operation: "api".into() },
        _ => return None,
    })
}

fn of(failure: &Failure, lang: Lang, operation: String) -> Response {
    let mut problem = Problem {
        kind: format!("/api#{}", failure.code()),
        title: match failure {
            // There is no session here.
            Failure::SignedOut => lang.pick("有効な API トークンがありません。", "There is no valid API token.").into(),
            other => other.message(lang),
        },
        status: failure.status(),
        code: failure.code().into(),
        way_on: match failure {
            Failure::SignedOut => lang
                .pick(
                    "「自分のアカウント」でトークンを作り、Authorization: Bearer で送ってください。",
                    "Make a token at “Your account” and send it as Authorization: Bearer.",
                )
                .into(),
            other => other.way_on(lang).into(),
        },
        operation,
        reason: None,
        place: None,
        read: None,
        cells: None,
        candidates: None,
        import: None,
    };
    match failure.clone() {
        Failure::Conflict { cells } => problem.cells = Some(cells.into_iter().map(CellConflict::from).collect()),
        Failure::Invalid { place, read } => (problem.place, problem.read) = (Some(place), Some(read)),
        Failure::TooLong { place, .. } | Failure::Exists { place } => problem.place = Some(place),
        Failure::Request { reason, .. } | Failure::Refused { reason, .. } => problem.reason = Some(reason),
        Failure::UnknownService { candidates, .. } => problem.candidates = Some(candidates),
        Failure::WhichService { candidates, import } => {
            (problem.candidates, problem.import) = (Some(candidates), Some(import).filter(|i| !i.is_empty()));
        }
        _ => {}
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/problem+json"), (header::CONTENT_LANGUAGE, lang.code())], body)
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_we_speak_is_answered() {
        for (asked, lang) in
            [("", Lang::Ja), ("en-GB,ja;q=0.5", Lang::En), ("fr, en", Lang::En), ("ja,en", Lang::Ja), ("é", Lang::Ja)]
        {
            let mut headers = HeaderMap::new();
            headers.extend(HeaderValue::from_str(asked).ok().map(|v| (header::ACCEPT_LANGUAGE, v)));
            assert_eq!(language(&headers), lang, "{asked}");
        }
    }
}
