//! The HTTP API: each verb as it is meant to be used.
#![allow(clippy::unwrap_used)]

mod api_support;

use api_support::App;
use assessments::access::{Role, Scope};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

const SUMMARY: &str = "criteria/K07/summary/ja";

#[tokio::test]
async fn sheets_are_listed_page_by_page_and_narrowed() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Reader, &[Scope::Read]).await;
    let (mut seen, mut path) = (Vec::new(), "/sheets?limit=100".to_owned());
    loop {
        let page = app.get(&path, &token).await;
        assert_eq!(page.status, 200);
        let page = page.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|l| l["service"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/sheets?limit=100&cursor={next}");
    }
    let all = app.desk.service_names(&assessments::access::Actor::command_line()).await.unwrap().len();
    seen.sort();
    seen.dedup();
    assert!(all > 200 && seen.len() == all, "{} of {all}", seen.len());
    let narrowed = app.get("/sheets?text=s3&state=answered", &token).await.json();
    assert!(narrowed["items"].as_array().unwrap().iter().any(|l| l["service"] == "s3" && l["revision"] == 2));
    assert_eq!(app.get("/sheets?cursor=00", &token).await.code(), "not_found");
    assert_eq!(app.get("/sheets?limit=0", &token).await.code(), "request");
    let head = app.ask("HEAD", "/sheets", &token, &[], None).await;
    assert!(head.status == 200 && head.bytes.is_empty());
}

#[tokio::test]
async fn a_sheet_and_a_cell_carry_their_revision() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Reader, &[Scope::Read]).await;
    let sheet = app.get("/sheets/s3", &token).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("etag")), (200, "\"2\""));
    assert!(sheet.json()["cells"].as_array().unwrap().len() > 300);
    let again = app.ask("GET", "/sheets/s3", &token, &[("if-none-match", "\"2\"")], None).await;
    assert!(again.status == 304 && again.bytes.is_empty());
    let cell = app.get(&format!("/sheets/s3/cell?address={SUMMARY}"), &token).await;
    assert!(cell.header("etag") == "\"2\"" && !cell.json()["text"].as_str().unwrap().is_empty());
    let empty = app.get("/sheets/sqs/cell?address=criteria/K07/limits/en", &token).await;
    assert!(empty.status == 200 && empty.json()["text"] == "" && empty.json()["revision"] == 0);
    let own = app.get("/sheets/s3?layer=i:a-bank", &token).await;
    assert!(own.status == 200 && own.json()["revision"] == 0 && own.header("etag") == "\"0\"");
    for path in [
        "/sheets/nothing",
        "/sheets/s3?layer=x",
        "/sheets/s3/cell?address=x",
        "/sheets/s3/cell?address=criteria/K07/nothing",
        "/nowhere",
        "/",
    ] {
        assert_eq!(app.get(path, &token).await.code(), "not_found", "{path}");
    }
}

#[tokio::test]
async fn a_write_is_merged_and_only_what_cannot_be_is_a_conflict() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &[Scope::Write]).await;
    let write = async |base: &str, cells: serde_json::Value| {
        let body = json!({ "cells": cells, "reason": "点検" });
        app.ask("PATCH", "/sheets/sqs", &token, &[("if-match", base)], Some(body)).await
    };
    let cell = |text: &str| json!([{ "address": "criteria/K07/limits/ja", "text": text }]);
    let first = write("\"1\"", cell("甲 乙 丙")).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"2\""), "{}", first.json());
    assert_eq!(write("\"2\"", cell("A 乙 丙")).await.status, 200);
    let merged = write("\"2\"", cell("甲 乙 C")).await;
    assert_eq!(merged.json()["cells"][0]["text"], "A 乙 C", "{}", merged.json());
    assert_eq!(merged.json()["merged"], json!(["criteria/K07/limits/ja"]));
    let clash = write("\"2\"", cell("甲 乙 D")).await;
    assert_eq!((clash.status.as_u16(), clash.code().as_str()), (409, "conflict"));
    let c = &clash.json()["cells"][0];
    assert_eq!((&c["base"], &c["theirs"], &c["yours"]), (&json!("甲 乙 丙"), &json!("A 乙 C"), &json!("甲 乙 D")));
    // Merged by hand, on the revision that the conflict named.
    let settled = write(&format!("\"{}\"", c["revision"]), cell("A 乙 CD")).await;
    assert_eq!(settled.status, 200);
    let row = write("\"5\"", json!([{ "address": "notes/new-1/order", "text": "000010" }, { "address": "notes/new-1/note/ja", "text": "注意" }])).await;
    assert_eq!(row.status, 200, "{}", row.json());
    assert!(row.json()["rows"]["notes/new-1"].as_str().unwrap().starts_with("N-"), "{}", row.json());

    let missing = app.ask("PATCH", "/sheets/sqs", &token, &[], Some(json!({ "cells": cell("x") }))).await;
    assert_eq!((missing.status.as_u16(), missing.json()["reason"].clone()), (428, json!("no_revision")));
    assert_eq!(write("*", cell("x")).await.status, 400);
    assert_eq!(write("\"999\"", cell("x")).await.status, 412);
    assert_eq!(write("\"6\"", json!([])).await.status, 422);
    let odd = write("\"6\"", json!([{ "address": "criteria/K99/limits/ja", "text": "x" }])).await;
    assert_eq!((odd.status.as_u16(), odd.json()["place"].clone()), (422, json!("address")));
    let history = app.get("/sheets/sqs/changes?limit=2", &token).await.json();
    assert_eq!(
        (history["items"][0]["revision"].clone(), history["items"][0]["door"].clone()),
        (json!(6), json!("api"))
    );
    let older =
        app.get(&format!("/sheets/sqs/changes?limit=9&cursor={}", history["next"].as_str().unwrap()), &token).await;
    assert_eq!(older.json()["items"].as_array().unwrap().len(), 4);
    let undone = app.ask("POST", "/sheets/sqs/changes/6/undo", &token, &[], Some(json!({ "reason": "誤り" }))).await;
    assert_eq!((undone.status.as_u16(), undone.header("etag")), (200, "\"7\""), "{}", undone.json());
    let back = app.ask("POST", "/sheets/sqs/changes/2/restore", &token, &[], Some(json!({}))).await;
    assert_eq!(back.json()["cells"][0]["text"], "甲 乙 丙", "{}", back.json());
}

#[tokio::test]
async fn a_service_is_added_and_found() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &[Scope::Write]).await;
    let new = json!({ "service": "key-vault", "name": { "ja": "鍵保管庫", "en": "" }, "provider": "Azure" });
    let made = app.ask("POST", "/sheets", &token, &[], Some(new.clone())).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, "/api/v1/sheets/key-vault"), "{}", made.json());
    assert_eq!(app.ask("POST", "/sheets", &token, &[], Some(new)).await.code(), "exists");
    app.desk.follow().await.unwrap();
    let found = app.get("/search?q=%E9%8D%B5%E4%BF%9D%E7%AE%A1%E5%BA%AB", &token).await.json();
    assert_eq!(found["items"][0]["service"], "key-vault", "{found}");
    let me = app.get("/me", &token).await.json();
    assert_eq!((me["scopes"].clone(), me["institutions"][0]["roles"].clone()), (json!(["write"]), json!(["editor"])));
}

#[tokio::test]
async fn a_workbook_goes_out_and_comes_home() {
    let app = App::start().await;
    let token = app.token("a-bank", Role::Editor, &[Scope::Export, Scope::Import, Scope::Write]).await;
    for (format, kind) in [("xlsx", "spreadsheetml"), ("json", "application/json"), ("md", "text/markdown")] {
        let file = app.get(&format!("/sheets/s3/export?format={format}"), &token).await;
        assert!(file.status == 200 && file.header("content-type").contains(kind), "{format}");
        assert!(file.header("content-disposition").contains(&format!("kyohyo-s3-r2.{format}")));
    }
    let book = app.get("/sheets/s3/export", &token).await.bytes;
    // Somebody empties a cell meanwhile: the file, which does not know of it, leaves it so.
    let upload = async |path: &str, kind: &str, bytes: Vec<u8>| {
        let request = Request::post(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", kind)
            .body(Body::from(bytes));
        app.call(request.unwrap()).await
    };
    let made = upload("/imports?file=s3.xlsx", "application/octet-stream", book.clone()).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let preview = made.json();
    assert_eq!(
        (preview["service"].clone(), preview["counts"]["changed"].clone()),
        (json!("s3"), json!(0)),
        "{preview}"
    );
    // Into another service, by name: everything would be filled.
    let other = upload("/imports?file=s3.xlsx&service=sqs", "application/octet-stream", book).await.json();
    assert!(other["counts"]["added"].as_u64().unwrap() > 100, "{}", other["counts"]);
    let id = other["id"].as_str().unwrap();
    assert_eq!(app.get(&format!("/imports/{id}"), &token).await.json()["counts"], other["counts"]);
    let take = json!({ "take": [other["cells"][0]["address"]] });
    let applied = app.ask("POST", &format!("/imports/{id}/apply"), &token, &[], Some(take.clone())).await;
    assert_eq!(
        (applied.status.as_u16(), applied.json()["cells"].as_array().map(Vec::len)),
        (200, Some(1)),
        "{}",
        applied.json()
    );
    assert_eq!(app.ask("POST", &format!("/imports/{id}/apply"), &token, &[], Some(take)).await.code(), "exists");
    let refused =
        upload("/imports?file=x.xlsx", "application/octet-stream", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old".to_vec())
            .await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, "refused"));
    assert_eq!(upload("/imports?file=x.xlsx", "text/plain", vec![1]).await.status, 415);
    assert_eq!(upload("/imports?file=x.xlsx", "application/octet-stream", vec![0; 22 << 20]).await.status, 413);
}
