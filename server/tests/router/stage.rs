//! The router of the program with the starter library, and people by their cookies.

use assessments::access::{Actor, Role};
use assessments::desk::{Desk, RealWorld};
use assessments::id::InstitutionId;
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

/// The program with the starter library, and people by their cookies.
pub struct TestApp {
    pub router: Router,
    pub desk: Desk,
    _folder: tempfile::TempDir,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub cookie: String,
    pub body: String,
    pub headers: axum::http::HeaderMap,
}

impl TestApp {
    pub async fn start() -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
        desk.seed(&|_, _| {}).await.unwrap();
        desk.follow().await.unwrap();
        let chief = Actor::command_line();
        for (id, name) in [("a-bank", "A銀行"), ("b-bank", "B銀行")] {
            desk.add_institution(&chief, &InstitutionId::parse(id).unwrap(), &Label { ja: name.into(), en: id.into() })
                .await
                .unwrap();
        }
        TestApp { router: server::web::router(desk.clone(), false), desk, _folder: folder }
    }

    /// Signs somebody in and gives back their cookie.
    pub async fn person(&self, institution: &str, role: Role) -> String {
        let email = format!("{}@{institution}.example", role.key());
        let roles = [(Some(InstitutionId::parse(institution).unwrap()), role)];
        let token = self.desk.add_person(&Actor::command_line(), &email, role.key(), &roles).await.unwrap();
        let answer = self.post(&format!("/welcome/{token}"), "", "password=correct+horse+battery").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(answer.cookie.contains("HttpOnly") && answer.cookie.contains("SameSite=Lax"));
        answer.cookie.split(';').next().unwrap().to_owned()
    }

    /// Somebody who reviews for an institution, which is made where it is missing.
    pub async fn reviewer(&self, institution: &str) -> Actor {
        let (chief, id) = (Actor::command_line(), InstitutionId::parse(institution).unwrap());
        let name = Label { ja: institution.into(), en: institution.into() };
        let _ = self.desk.add_institution(&chief, &id, &name).await;
        let email = format!("judge@{institution}.example");
        self.desk.add_person(&chief, &email, "審査する人", &[(Some(id), Role::Reviewer)]).await.unwrap();
        self.desk.person(&email).await.unwrap()
    }

    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.call(request.unwrap()).await
    }

    /// Drops files on the import's form.
    pub async fn send(&self, cookie: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, content) in files {
            body.extend_from_slice(b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"");
            body.extend_from_slice(name.as_bytes());
            body.extend_from_slice(b"\"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xx--\r\n");
        let request = Request::post("/import")
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xx")
            .body(Body::from(body));
        self.call(request.unwrap()).await
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name| {
            response.headers().get(name).and_then(|v: &header::HeaderValue| v.to_str().ok()).unwrap_or("").to_owned()
        };
        let (status, location, cookie, headers) =
            (response.status(), text(header::LOCATION), text(header::SET_COOKIE), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, location, cookie, body: String::from_utf8_lossy(&bytes).into_owned(), headers }
    }
}
