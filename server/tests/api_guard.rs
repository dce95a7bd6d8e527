//! The HTTP API: who may, what is refused, and how it is said.
#![allow(clippy::unwrap_used)]

mod api_support;

use api_support::App;
use assessments::access::{Role, Scope};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::id::ServiceId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every operation with something to send, and a scope under which it is not allowed.
fn operations() -> Vec<(&'static str, &'static str, Option<Value>, Option<Scope>)> {
    let change = json!({ "cells": [{ "address": "criteria/K07/limits/ja", "text": "x" }] });
    let new = json!({ "service": "new-one", "name": { "ja": "新", "en": "" } });
    vec![
        ("GET", "/me", None, None),
        ("GET", "/sheets", None, None),
        ("POST", "/sheets", Some(new), Some(Scope::Read)),
        ("GET", "/sheets/{service}", None, None),
        ("PATCH", "/sheets/{service}", Some(change), Some(Scope::Export)),
        ("GET", "/sheets/{service}/cell", None, None),
        ("GET", "/sheets/{service}/changes", None, None),
        ("POST", "/sheets/{service}/changes/{revision}/undo", Some(json!({})), None),
        ("POST", "/sheets/{service}/changes/{revision}/restore", Some(json!({})), Some(Scope::Import)),
        ("GET", "/sheets/{service}/export", None, Some(Scope::Read)),
        ("GET", "/search", None, None),
        ("GET", "/sheets/{service}/versions", None, None),
        ("GET", "/institutions/{institution}/audit", None, None),
        ("POST", "/imports", None, Some(Scope::Write)),
        ("GET", "/imports/{id}", None, Some(Scope::Read)),
        ("PUT", "/imports/{id}/service", Some(json!({ "service": "s3" })), Some(Scope::Read)),
        ("POST", "/imports/{id}/apply", Some(json!({})), Some(Scope::Read)),
    ]
}

fn filled(path: &str) -> String {
    let path = path
        .replace("{service}", "s3")
        .replace("{revision}", "1")
        .replace("{id}", "0")
        .replace("{institution}", "a-bank");
    match path.as_str() {
        "/search" => "/search?q=s3".into(),
        "/imports" => "/imports?file=x.xlsx".into(),
        p if p.ends_with("/cell") => format!("{p}?address=criteria/K07/limits/ja"),
        p => p.into(),
    }
}

#[tokio::test]
async fn the_document_names_every_operation_and_no_other() {
    let app = App::start().await;
    let answer = app.get("/openapi.json", "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let doc = answer.json();
    assert!(doc["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut named = BTreeSet::new();
    for (path, item) in doc["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            named.insert((method.to_uppercase(), path.clone()));
            for status in ["400", "401", "403", "404", "429", "500"] {
                let schema = &operation["responses"][status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            }
            assert!(operation["security"][0]["token"][0].is_string() && operation["summary"].is_string(), "{path}");
        }
    }
    let tested: BTreeSet<_> = operations().into_iter().map(|(m, p, ..)| (m.to_owned(), p.to_owned())).collect();
    assert_eq!(named, tested, "a new operation belongs into this test's list");
    // People read of each in their own language.
    let page = String::from_utf8(
        app.call(axum::http::Request::get("/api").body(axum::body::Body::empty()).unwrap()).await.bytes,
    );
    let page = page.unwrap();
    for (path, item) in doc["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(page.contains(path) && !page.contains(operation["summary"].as_str().unwrap()), "{path}");
        }
    }
    assert_eq!(doc["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_and_no_cookie_speaks() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &Scope::ALL).await;
    for (method, path, body, _) in operations() {
        let path = filled(path);
        for wrong in ["", "kyohyo_nonsense", &token[1..]] {
            let answer = app.ask(method, &path, wrong, &[("if-match", "\"1\"")], body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "signed_out"), "{method} {path}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
        let cookie = [("cookie", "kyohyo_session=abc"), ("if-match", "\"1\"")];
        let answer = app.ask(method, &path, &token, &cookie, body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["reason"].clone()),
            (400, json!("cookie")),
            "{method} {path}"
        );
    }
    // The pages do not take tokens.
    let request = axum::http::Request::get("/services").header("authorization", format!("Bearer {token}"));
    assert_eq!(app.call(request.body(axum::body::Body::empty()).unwrap()).await.status, 303);
}

#[tokio::test]
async fn a_scope_that_does_not_cover_it_is_a_403_and_so_is_a_missing_role() {
    let app = App::start().await;
    for (method, path, body, wrong) in operations() {
        let Some(scope) = wrong else { continue };
        let token = {
            let email = format!("{}{}@a-bank.example", method.to_lowercase(), path.len());
            let person = app.person(&email, "a-bank", Role::Editor).await;
            let wanted = assessments::desk::TokenWanted {
                name: "narrow".into(),
                scopes: BTreeSet::from([scope]),
                days: 1,
                institution: None,
            };
            app.desk.make_token(&person, &wanted).await.unwrap()
        };
        let octets = [("if-match", "\"1\""), ("content-type", "application/octet-stream")];
        let headers = if body.is_some() { &octets[..1] } else { &octets[..] };
        let answer = app.ask(method, &filled(path), &token, headers, body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "out_of_scope"), "{method} {path}");
    }
    let manager = app.token("a-bank", Role::Manager, &[Scope::Audit]).await;
    let audit = app.get("/institutions/a-bank/audit", &manager).await;
    assert!(audit.status == 200 && String::from_utf8_lossy(&audit.bytes).contains("make_token"));
    assert_eq!(app.get("/institutions/b-bank/audit", &manager).await.code(), "not_found");
    let narrow = app.token("a-bank", Role::Manager, &[Scope::Read]).await;
    assert_eq!(app.get("/institutions/a-bank/audit", &narrow).await.code(), "out_of_scope");
    let reader = app.token("a-bank", Role::Reader, &Scope::ALL).await;
    assert_eq!(app.get("/institutions/a-bank/audit", &reader).await.code(), "forbidden");
    let change = json!({ "cells": [{ "address": "criteria/K07/limits/ja", "text": "x" }] });
    let answer = app.ask("PATCH", "/sheets/s3", &reader, &[("if-match", "\"2\"")], Some(change)).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "forbidden"));
}

#[tokio::test]
async fn another_institutions_layer_is_not_found_and_says_nothing() {
    let app = App::start().await;
    let b = app.person("editor@b-bank.example", "b-bank", Role::Editor).await;
    let key = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:b-bank").unwrap() };
    let secret = "機密判断ザフィーロ";
    let cells = vec![(Address::parse("criteria/K07/limits/ja").unwrap(), secret.to_owned())];
    let input = WriteInput { key, base: 0, cells, reason: secret.into(), door: Door::Browser, source: String::new() };
    app.desk.write(&b, &input).await.unwrap();
    app.desk.follow().await.unwrap();
    let token = app.token("a-bank", Role::Editor, &Scope::ALL).await;
    let change = json!({ "cells": [{ "address": "criteria/K07/limits/ja", "text": "x" }] });
    for (method, path, body) in [
        ("GET", "/sheets/s3?layer=LAYER", None),
        ("GET", "/sheets/s3/cell?address=criteria/K07/limits/ja&layer=LAYER", None),
        ("GET", "/sheets/s3/changes?layer=LAYER", None),
        ("GET", "/sheets/s3/export?format=json&layer=LAYER", None),
        ("PATCH", "/sheets/s3?layer=LAYER", Some(change)),
        ("POST", "/sheets/s3/changes/1/undo?layer=LAYER", Some(json!({}))),
        ("POST", "/sheets/s3/changes/1/restore?layer=LAYER", Some(json!({}))),
    ] {
        let mut said = Vec::new();
        // One that is there and one that is not: the answers are the same.
        for layer in ["i:b-bank", "i:no-such-bank"] {
            let answer =
                app.ask(method, &path.replace("LAYER", layer), &token, &[("if-match", "\"0\"")], body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "not_found"), "{method} {path}");
            let mut problem = answer.json();
            problem["operation"] = Value::Null;
            said.push(problem);
        }
        assert_eq!(said[0], said[1]);
    }
    let search = app
        .get("/search?q=%E6%A9%9F%E5%AF%86%E5%88%A4%E6%96%AD%E3%82%B6%E3%83%95%E3%82%A3%E3%83%BC%E3%83%AD", &token)
        .await;
    assert!(!String::from_utf8_lossy(&search.bytes).contains(secret));
    assert!(app.get("/me", &token).await.json()["institutions"].as_array().unwrap().len() == 1);
}

#[tokio::test]
async fn what_http_refuses_is_said_like_everything_else_in_the_callers_language() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &Scope::ALL).await;
    let wrong_method = app.ask("DELETE", "/sheets/s3", &token, &[], None).await;
    assert_eq!((wrong_method.status.as_u16(), wrong_method.code().as_str()), (405, "request"));
    assert!(wrong_method.header("allow").contains("GET") && wrong_method.header("allow").contains("PATCH"));
    let no_type = app.ask("PATCH", "/sheets/s3", &token, &[("if-match", "\"2\"")], None).await;
    assert_eq!((no_type.status.as_u16(), no_type.json()["reason"].clone()), (415, json!("media_type")));
    let unknown = json!({ "cells": [], "surprise": 1 });
    let malformed = app.ask("PATCH", "/sheets/s3", &token, &[("if-match", "\"2\"")], Some(unknown)).await;
    assert_eq!((malformed.status.as_u16(), malformed.json()["reason"].clone()), (400, json!("malformed")));
    for (asked, lang, words) in
        [("ja", "ja", "見つかりません"), ("en-US,en;q=0.9", "en", "Not found"), ("", "ja", "見つかりません")]
    {
        let answer = app.ask("GET", "/sheets/nothing", &token, &[("accept-language", asked)], None).await;
        assert_eq!(answer.header("content-language"), lang);
        assert!(answer.json()["title"].as_str().unwrap().contains(words));
    }
    let guarded = app.get("/me", &token).await;
    assert_eq!((guarded.header("x-content-type-options"), guarded.header("cache-control")), ("nosniff", "no-store"));
}

#[tokio::test]
async fn a_token_that_asks_too_fast_waits_and_one_whose_person_was_let_go_is_nobody() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &Scope::ALL).await;
    let settings = server::web::Settings { api_rate: 3, ..Default::default() };
    let slow = App { router: server::web::router_with(app.desk.clone(), settings), ..app };
    for _ in 0..3 {
        assert_eq!(slow.get("/me", &token).await.status, 200);
    }
    let waits = slow.get("/me", &token).await;
    assert_eq!((waits.status.as_u16(), waits.code().as_str()), (429, "slow_down"));
    assert!(waits.header("retry-after").parse::<u64>().unwrap() <= 20);

    let fast = server::web::router(slow.desk.clone(), false);
    let app = App { router: fast, ..slow };
    let manager = app.person("manager@a-bank.example", "a-bank", Role::Manager).await;
    let scope = Layer::parse("i:a-bank").unwrap();
    let held = app.desk.tokens_in(&manager, &scope).await.unwrap();
    app.desk.set_roles(&manager, &scope, &held[0].person, &BTreeSet::new()).await.unwrap();
    assert_eq!(app.get("/me", &token).await.code(), "signed_out");
    assert!(app.desk.token(&token).await.is_err());
}
