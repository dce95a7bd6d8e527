//! Who calls the API, and what they send: a bearer token and nothing else says who it is.

use super::problem::{Oops, language};
use crate::web::Web;
use crate::web::visit::{SESSION, cookie};
use assessments::access::{Actor, Scope};
use assessments::failure::Failure;
use assessments::lang::Lang;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::Instant;

/// Whoever calls.
pub struct Caller {
    /// The token's person, narrowed.
    pub actor: Actor,
    /// The token's scopes.
    pub scopes: BTreeSet<Scope>,
    /// The language of answers.
    pub lang: Lang,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Web: FromRef<S>,
{
    type Rejection = Oops;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Caller, Oops> {
        let web = Web::from_ref(state);
        if cookie(&parts.headers, SESSION).is_some() {
            // A browser's cookie must never speak here: that is why this door needs no rule about other sites.
            return Err(Failure::request("cookie", "").into());
        }
        let token = bearer(&parts.headers).ok_or(Failure::SignedOut)?;
        let (actor, row) = web.desk.token(token).await?;
        web.rates.take(&row.id)?;
        Ok(Caller { actor, scopes: row.scopes, lang: language(&parts.headers) })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (kind, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The query of an address.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Oops;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Asked<T>, Oops> {
        // A database would stumble over it, and no text of ours holds one.
        if parts.uri.query().is_some_and(|q| q.contains("%00")) {
            return Err(Failure::request("malformed", "%00").into());
        }
        let read = Query::<T>::from_request_parts(parts, state).await;
        let Query(asked) = read.map_err(|e| Failure::request("malformed", &said(&e.body_text())))?;
        Ok(Asked(asked))
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Oops;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Oops> {
        let read = axum::Json::<T>::from_request(request, state).await;
        let axum::Json(body) = read.map_err(|e| {
            let reason = match e.status().as_u16() {
                413 => "too_large",
                415 => "media_type",
                _ => "malformed",
            };
            Failure::request(reason, &said(&e.body_text()))
        })?;
        Ok(Body(body))
    }
}

/// A file as the whole body.
pub struct File(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = Oops;

    async fn from_request(request: Request, state: &S) -> Result<File, Oops> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if kind != "application/octet-stream" {
            return Err(Failure::request("media_type", kind).into());
        }
        let read = Bytes::from_request(request, state).await;
        let reason = |status: u16| if status == 413 { "too_large" } else { "malformed" };
        Ok(File(read.map_err(|e| Failure::request(reason(e.status().as_u16()), ""))?.to_vec()))
    }
}

/// What the library says, without its preamble.
fn said(text: &str) -> String {
    text.rsplit_once("target type: ").map_or(text, |(_, detail)| detail).to_owned()
}

/// The revision that a write starts from, by `If-Match: "12"`.
///
/// # Errors
/// 428 where the header is missing; 400 where it is something else.
pub fn base_revision(headers: &HeaderMap) -> Result<i64, Failure> {
    let value = headers.get(header::IF_MATCH).ok_or_else(|| Failure::request("no_revision", ""))?;
    let text = value.to_str().unwrap_or_default().trim();
    let number = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| t.parse::<i64>().ok());
    number.filter(|n| *n >= 0).ok_or_else(|| Failure::request("malformed", &format!("If-Match: {text}")))
}

/// How fast each token may ask: a bucket that refills.
pub struct Rates {
    per_minute: u32,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Rates {
    /// So many requests a minute; as many at once after a rest.
    pub fn new(per_minute: u32) -> Rates {
        Rates { per_minute: per_minute.max(1), buckets: Mutex::default() }
    }

    /// Takes one request from a token's bucket.
    ///
    /// # Errors
    /// [`Failure::SlowDown`] with the seconds until the next.
    pub fn take(&self, token: &str) -> Result<(), Failure> {
        self.take_at(token, Instant::now())
    }

    fn take_at(&self, token: &str, now: Instant) -> Result<(), Failure> {
        let (most, a_second) = (f64::from(self.per_minute), f64::from(self.per_minute) / 60.0);
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Full buckets say nothing: they are forgotten before there are many.
        if buckets.len() > 10_000 {
            buckets.retain(|_, (left, at)| *left + now.duration_since(*at).as_secs_f64() * a_second < most);
        }
        let (left, at) = buckets.entry(token.to_owned()).or_insert((most, now));
        *left = (*left + now.duration_since(*at).as_secs_f64() * a_second).min(most);
        *at = now;
        if *left < 1.0 {
            return Err(Failure::SlowDown { seconds: ((1.0 - *left) / a_second).ceil().max(1.0) as u64 });
        }
        *left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_token_that_asks_too_fast_is_told_how_long_to_wait_and_others_are_not() {
        let (rates, start) = (Rates::new(60), Instant::now());
        assert!((0..60).all(|_| rates.take_at("a", start).is_ok()));
        assert_eq!(rates.take_at("a", start), Err(Failure::SlowDown { seconds: 1 }));
        assert!(rates.take_at("b", start).is_ok());
        assert!(rates.take_at("a", start + Duration::from_secs(1)).is_ok());
        assert!(rates.take_at("a", start + Duration::from_secs(1)).is_err());
    }

    #[test]
    fn a_write_names_its_revision_and_nothing_else_will_do() {
        let with = |text: &str| HeaderMap::from_iter([(header::IF_MATCH, text.parse().unwrap())]);
        assert_eq!(base_revision(&with("\"12\"")), Ok(12));
        assert_eq!(base_revision(&HeaderMap::new()).unwrap_err().status(), 428);
        for bad in ["*", "12", "W/\"12\"", "\"-1\"", "\"a\"", "\"1\", \"2\""] {
            assert_eq!(base_revision(&with(bad)).unwrap_err().status(), 400, "{bad}");
        }
    }
}
