//! Every page for every kind of visitor, through the router, without a socket.

#![allow(clippy::unwrap_used)]

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
struct TestApp {
    router: Router,
    desk: Desk,
    _folder: tempfile::TempDir,
}

/// An answer.
struct Answer {
    status: StatusCode,
    location: String,
    cookie: String,
    body: String,
    headers: axum::http::HeaderMap,
}

impl TestApp {
    async fn start() -> TestApp {
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
    async fn person(&self, institution: &str, role: Role) -> String {
        let email = format!("{}@{institution}.example", role.key());
        let roles = [(Some(InstitutionId::parse(institution).unwrap()), role)];
        let token = self.desk.add_person(&Actor::command_line(), &email, role.key(), &roles).await.unwrap();
        let answer = self.post(&format!("/welcome/{token}"), "", "password=correct+horse+battery").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert!(answer.cookie.contains("HttpOnly") && answer.cookie.contains("SameSite=Lax"));
        answer.cookie.split(';').next().unwrap().to_owned()
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.call(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.call(request.unwrap()).await
    }

    async fn call(&self, request: Request<Body>) -> Answer {
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

const PAGES: [&str; 16] = [
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
async fn a_plain_form_saves_and_a_stale_one_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let cell = "cell=criteria/K07/verified_by";
    let saved = app.post("/services/sqs/edit", &editor, &format!("{cell}&base=1&text=alpha")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(saved.location.contains("done=saved-2#criteria-K07-verified_by"), "{}", saved.location);
    let clash = app.post("/services/sqs/edit", &editor, &format!("{cell}&base=1&text=omega")).await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(clash.body.contains("omega") && clash.body.contains("alpha"), "both texts are shown");
    let bad = app.post("/services/sqs/edit", &editor, "cell=criteria/K07/review_by&base=2&text=soon").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("soon"), "what was typed is still there");
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

#[tokio::test]
async fn sign_in_says_the_same_for_an_unknown_address_and_a_wrong_password() {
    let app = TestApp::start().await;
    app.person("a-bank", Role::Reader).await;
    let wrong = app.post("/sign-in", "", "email=reader%40a-bank.example&password=wrong&back=/").await;
    let unknown = app.post("/sign-in", "", "email=nobody%40a-bank.example&password=wrong&back=/").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    assert_eq!(wrong.body.replace("reader@", "nobody@"), unknown.body);
    let right = app
        .post("/sign-in", "", "email=reader%40a-bank.example&password=correct+horse+battery&back=%2F%2Fevil.example")
        .await;
    assert_eq!((right.status, right.location.as_str()), (StatusCode::SEE_OTHER, "/"), "never to another site");
}

#[tokio::test]
async fn a_workbook_goes_out_and_comes_back_with_no_difference() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let request = Request::get("/services/s3/export").header(header::COOKIE, &editor).body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(request).await.unwrap();
    assert!(response.headers().get(header::CONTENT_DISPOSITION).unwrap().to_str().unwrap().contains("kyohyo-s3-r"));
    let file = response.into_body().collect().await.unwrap().to_bytes();
    let mut body = b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"s3.xlsx\"\r\n\r\n".to_vec();
    body.extend_from_slice(&file);
    body.extend_from_slice(b"\r\n--xx--\r\n");
    let upload = Request::post("/import")
        .header(header::COOKIE, &editor)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xx")
        .body(Body::from(body));
    let answer = app.call(upload.unwrap()).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let preview = app.get(&answer.location, &editor).await;
    assert!(preview.body.contains("取り込むものはありません"), "{}", preview.body.len());
}

#[tokio::test]
async fn a_file_that_is_no_workbook_is_refused_with_a_sentence() {
    let app = TestApp::start().await;
    let editor = app.person("a-bank", Role::Editor).await;
    let body = b"--xx\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.xlsx\"\r\n\r\n\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old\r\n--xx--\r\n".to_vec();
    let upload = Request::post("/import")
        .header(header::COOKIE, &editor)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=xx")
        .body(Body::from(body));
    let answer = app.call(upload.unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("保存し直し"));
}

#[tokio::test]
async fn a_service_is_added_by_a_form_that_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let (editor, reader) = (app.person("a-bank", Role::Editor).await, app.person("b-bank", Role::Reader).await);
    assert!(app.get("/services", &editor).await.body.contains("/services/new"));
    assert!(!app.get("/services", &reader).await.body.contains("/services/new"));
    assert_eq!(app.get("/services/new", &reader).await.status, StatusCode::FORBIDDEN);
    let taken = app.post("/services/new", &editor, "id=s3&name_ja=%E9%8D%B5&name_en=&provider=X").await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.body.contains(r#"value="鍵""#) && taken.body.contains("role=\"alert\""), "{}", taken.body);
    let made = app.post("/services/new", &editor, "id=key-vault&name_ja=%E9%8D%B5&name_en=&provider=X").await;
    assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/services/key-vault"));
    assert_eq!(app.get("/services/key-vault", &reader).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_institution_looks_after_its_own_people_and_nobody_elses() {
    let app = TestApp::start().await;
    let manager = app.person("a-bank", Role::Manager).await;
    let other = app.person("b-bank", Role::Manager).await;
    let reader = app.person("a-bank", Role::Reader).await;
    let list = app.get("/members?institution=a-bank", &manager).await;
    assert!(list.status == StatusCode::OK && list.body.contains("reader@a-bank.example"), "{}", list.body);
    assert!(!list.body.contains("b-bank.example"));
    assert_eq!(app.get("/members?institution=a-bank", &other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/members?institution=no-such-bank", &manager).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/members?institution=a-bank", &reader).await.status, StatusCode::FORBIDDEN);
    for path in ["/members", "/institutions"] {
        assert_eq!(app.get(path, &manager).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let into_another =
        app.post("/members?institution=a-bank", &other, "verb=invite&email=x%40x.example&name=x&role=reader").await;
    assert_eq!(into_another.status, StatusCode::NOT_FOUND);
    let invited =
        app.post("/members?institution=a-bank", &manager, "verb=invite&email=new%40a.example&name=N&role=editor").await;
    assert!(invited.status == StatusCode::OK && invited.body.contains("/welcome/"), "{}", invited.body);
    assert!(
        !app.get("/members?institution=a-bank", &manager).await.body.contains("/welcome/"),
        "the link is shown once"
    );
    let refused =
        app.post("/members?institution=a-bank", &manager, "verb=invite&email=nonsense&name=Typed&role=editor").await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(r#"value="Typed""#));
}

#[tokio::test]
async fn the_policy_and_ones_own_sessions_are_open_to_everybody_signed_in() {
    let app = TestApp::start().await;
    let reader = app.person("a-bank", Role::Reader).await;
    let policy = app.get("/policy", &reader).await;
    assert!(policy.status == StatusCode::OK && policy.body.contains("他の人の変更を取り消す"));
    let account = app.get("/account", &reader).await;
    assert!(account.status == StatusCode::OK && account.body.contains("この画面"), "{}", account.body);
    assert_eq!(app.post("/account/sessions", &reader, "").await.location, "/account?done=ended");
    assert_eq!(app.get("/account", &reader).await.status, StatusCode::OK, "one's own goes on");
    assert_eq!(app.get("/account", "").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_open_stream_ends_with_its_readers_session() {
    let app = TestApp::start().await;
    let (reader, editor) = (app.person("a-bank", Role::Reader).await, app.person("b-bank", Role::Editor).await);
    let stream = app.get("/live?service=s3&after=2", &reader);
    let work = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(app.post("/sign-out", &reader, "").await.status, StatusCode::SEE_OTHER);
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        let form = "cell=criteria/K07/limits/en&base=999999&text=after+the+end&reason=";
        assert_eq!(app.post("/services/s3/edit", &editor, form).await.status, StatusCode::SEE_OTHER);
    };
    let both = async { tokio::join!(stream, work).0 };
    let told = tokio::time::timeout(std::time::Duration::from_secs(30), both).await.unwrap();
    assert!(
        told.status == StatusCode::OK && told.body.contains("ready") && !told.body.contains("limits/en"),
        "{}",
        told.body
    );
    assert_ne!(app.get("/live?service=s3", &reader).await.status, StatusCode::OK);
}
