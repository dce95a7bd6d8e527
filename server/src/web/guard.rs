//! The guard around every request: headers of the answer, and the one place where cross-site requests are refused.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;

/// No inline script or style, nothing from elsewhere, no frames, no forms to elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Refuses cross-site writes and puts the headers on every answer.
pub async fn guard(request: Request, next: Next) -> Response {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if writes && !same_site(request.headers()) {
        return headed((StatusCode::FORBIDDEN, "cross-site request refused\n").into_response());
    }
    headed(timed(request, next).await)
}

/// The headers alone, for the door that knows no cookie: no other site's page can speak for its reader there.
pub async fn headers(request: Request, next: Next) -> Response {
    headed(timed(request, next).await)
}

/// Answers, and writes into the log how long that took where `KYOHYO_LOG` asks for it: `kyohyo::time=debug`. Never into the
/// answer, where it would tell what is there from what is not; and the log has the route, not what was asked.
async fn timed(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let begun = Instant::now();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    tracing::debug!(target: "kyohyo::time", route, status = response.status().as_u16(), micros = begun.elapsed().as_micros());
    response
}

fn headed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages are one reader's: no cache between may keep them. Assets say otherwise themselves.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether a write comes from our own page: the browser's word where it gives one, else the origin it names. A request
/// that says neither is no browser's form of ours.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::{Arc, Mutex};
    use tower::ServiceExt;

    /// Where a log is written to.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn the_log_has_the_route_and_the_time_and_never_what_was_asked() {
        let written = Written::default();
        let (log, to) =
            (tracing_subscriber::fmt().with_ansi(false).with_max_level(tracing::Level::TRACE), written.clone());
        let logging = tracing::subscriber::set_default(log.with_writer(move || to.clone()).finish());
        let routes = axum::Router::new().route("/find/{id}", axum::routing::get(async || "found"));
        let asked = Request::get("/find/internal-name?q=unreleased").body(axum::body::Body::empty()).unwrap();
        let answer = routes.layer(axum::middleware::from_fn(guard)).oneshot(asked).await.unwrap();
        drop(logging);
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert!(log.contains("route=\"/find/{id}\" status=200 micros="), "{log}");
        let told = log + &format!("{:?}", answer.headers());
        assert!(["internal", "unreleased"].iter().all(|word| !told.contains(word)), "{told}");
        assert!(answer.headers().iter().all(|(name, _)| !name.as_str().contains("timing")));
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_write() {
        for (pairs, fits) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")], true),
            (vec![("origin", "http://evil.example"), ("host", "127.0.0.1:3000")], false),
            (vec![("origin", "null"), ("host", "a")], false),
            (vec![("host", "a")], false),
        ] {
            assert_eq!(same_site(&headers(&pairs)), fits, "{pairs:?}");
        }
    }
}
