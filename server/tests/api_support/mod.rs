//! The program with two institutions, people by their tokens.
#![allow(dead_code, clippy::unwrap_used)] // Each test binary uses a part of it.

use assessments::access::{Actor, Role, Scope};
use assessments::desk::{Desk, RealWorld, TokenWanted};
use assessments::id::InstitutionId;
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::sync::Arc;
use tower::ServiceExt;

pub struct App {
    pub router: Router,
    pub desk: Desk,
    pub folder: tempfile::TempDir,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }

    /// The code of a problem, having looked that it is a whole one.
    pub fn code(&self) -> String {
        let problem = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{problem}");
        assert_eq!(problem["status"], self.status.as_u16());
        for key in ["type", "title", "way_on", "operation"] {
            assert!(problem[key].as_str().is_some_and(|t| !t.is_empty()), "{key} of {problem}");
        }
        problem["code"].as_str().unwrap().to_owned()
    }
}

impl App {
    pub async fn start() -> App {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
        desk.seed(&|_, _| {}).await.unwrap();
        desk.follow().await.unwrap();
        for id in ["a-bank", "b-bank"] {
            let name = Label { ja: id.into(), en: id.into() };
            desk.add_institution(&Actor::command_line(), &InstitutionId::parse(id).unwrap(), &name).await.unwrap();
        }
        App { router: server::web::router(desk.clone(), false), desk, folder }
    }

    pub async fn person(&self, email: &str, institution: &str, role: Role) -> Actor {
        let roles = [(Some(InstitutionId::parse(institution).unwrap()), role)];
        self.desk.add_person(&Actor::command_line(), email, role.key(), &roles).await.unwrap();
        self.desk.person(email).await.unwrap()
    }

    /// A token of somebody with this role.
    pub async fn token(&self, institution: &str, role: Role, scopes: &[Scope]) -> String {
        let keys: Vec<&str> = scopes.iter().map(|s| s.key()).collect();
        let email = format!("{}-{}@{institution}.example", role.key(), keys.join("-"));
        let person = self.person(&email, institution, role).await;
        let wanted =
            TokenWanted { name: "test".into(), scopes: scopes.iter().copied().collect(), days: 1, institution: None };
        self.desk.make_token(&person, &wanted).await.unwrap()
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, bytes: response.into_body().collect().await.unwrap().to_bytes().to_vec() }
    }

    /// A request with a token and headers; a JSON body where there is one.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(json) => {
                request = request.header("content-type", "application/json");
                Body::from(json.to_string())
            }
            None => Body::empty(),
        };
        self.call(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask("GET", path, token, &[], None).await
    }
}
