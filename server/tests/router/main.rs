//! Every page for every kind of visitor, through the router, without a socket.

#![allow(clippy::unwrap_used)]

mod files;
mod find;
mod people;
mod sheets;
mod stage;

use assessments::access::Role;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use stage::TestApp;

const PAGES: [&str; 24] = [
    "/",
    "/services",
    "/services?state=answered&text=s3",
    "/services/s3",
    "/services/s3/scenarios",
    "/services/s3/criteria",
    "/services/s3/notes",
    "/services/s3/guardrails",
    "/services/s3/history",
    "/services/s3/history?cell=criteria/K07/summary/ja",
    "/services/sqs/criteria",
    "/matrix",
    "/categories/K07",
    "/categories/K07?availability=on_default&guardrail=yes&text=s3&with=s3",
    "/categories/K07?compare=1&with=s3&with=rds&with=lambda&against=s3",
    "/search?q=%22&category=K07&view=flat&since=1700000000000&page=2",
    "/searches",
    "/synonyms?text=mfa&try=mfa",
    "/basket",
    "/basket/add?service=s3&cell=criteria/K07/summary/ja",
    "/search",
    "/guardrails?text=s3",
    "/guardrail?id=securityhub:S3.5",
    "/search?q=%E6%9A%97%E5%8F%B7%E5%8C%96",
];

#[tokio::test]
async fn every_page_is_drawn_for_a_reader_in_both_languages() {
    let app = TestApp::start().await;
    let reader = app.person("a-bank", Role::Reader).await;
    for path in PAGES {
        for (lang, html) in [("ja", "<html lang=\"ja\""), ("en", "<html lang=\"en\"")] {
            let answer = app.get(path, &format!("{reader}; kyohyo_lang={lang}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {lang}");
            assert!(answer.body.contains(html) && answer.body.contains("<main"), "{path} {lang}");
        }
    }
}

#[tokio::test]
async fn a_stranger_is_led_to_sign_in_and_back() {
    let app = TestApp::start().await;
    for path in PAGES {
        let answer = app.get(path, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location.starts_with("/sign-in?back=%2F"), "{path} {}", answer.location);
    }
    assert_eq!(app.get("/live?service=s3", "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_not_there_is_a_404_with_a_way_on() {
    let app = TestApp::start().await;
    let reader = app.person("a-bank", Role::Reader).await;
    for path in [
        "/services/nothing",
        "/services/..%2Fetc",
        "/categories/K99",
        "/guardrail?id=config:no-such-rule",
        "/import/0",
        "/nowhere",
        "/welcome/x",
    ] {
        let answer = app.get(path, &reader).await;
        assert!(matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN), "{path} {}", answer.status);
        assert!(answer.body.contains("操作番号") && answer.body.contains("href=\"/\""), "{path}");
    }
}

#[tokio::test]
async fn buttons_are_drawn_by_the_same_policy_that_the_forms_meet() {
    let app = TestApp::start().await;
    let (reader, editor) = (app.person("a-bank", Role::Reader).await, app.person("a-bank", Role::Editor).await);
    let (read, edited) =
        (app.get("/services/s3/criteria", &reader).await, app.get("/services/s3/criteria", &editor).await);
    assert!(!read.body.contains("data-editable") && edited.body.contains("data-editable"));
    let form = "cell=criteria/K07/summary/ja&base=0&text=x";
    assert_eq!(app.post("/services/s3/edit", &reader, form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/services/s3/edit?cell=criteria/K07/summary/ja", &reader).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/import", &reader).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_request_from_another_site_is_refused_and_every_answer_is_guarded() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-nothing", "y")] {
        let request = Request::post("/services/s3/edit")
            .header(header::COOKIE, &editor)
            .header(header::HOST, "127.0.0.1")
            .header(name, value)
            .body(Body::from("x=y"));
        assert_eq!(app.call(request.unwrap()).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    let answer = app.get("/", &editor).await;
    let policy = answer.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
    assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"));
    assert!(!answer.body.contains(" style=") && !answer.body.contains("<script>") && !answer.body.contains("onclick"));
}
