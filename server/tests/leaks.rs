//! No byte of an institution's private matter reaches anybody else, whatever they ask: pages, exports, search,
//! suggestions, server functions, history, forms.

#![allow(clippy::unwrap_used)]

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, RealWorld, WriteInput};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::Db;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

/// Words that stand nowhere but in B's layer.
const SECRETS: [&str; 3] = ["機密判断ザフィーロ", "zaphiroverdict", "zaphiro-reason"];

struct Stage {
    router: Router,
    desk: Desk,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn open() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
        desk.seed(&|_, _| {}).await.unwrap();
        for id in ["a-bank", "b-bank"] {
            let name = Label { ja: id.into(), en: id.into() };
            desk.add_institution(&Actor::command_line(), &InstitutionId::parse(id).unwrap(), &name).await.unwrap();
        }
        Stage { router: server::web::router(desk.clone(), false), desk, _folder: folder }
    }

    /// Somebody with a role, and the cookie of their session.
    async fn person(&self, email: &str, institution: Option<&str>, role: Role) -> (Actor, String) {
        let place = institution.map(|id| InstitutionId::parse(id).unwrap());
        let token = self.desk.add_person(&Actor::command_line(), email, role.key(), &[(place, role)]).await.unwrap();
        let signed = self.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
        (signed.actor, format!("kyohyo_session={}", signed.token))
    }

    /// Everything that comes back: status, headers, body.
    async fn ask(&self, method: &str, path: &str, cookie: &str, form: &str) -> String {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookie)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let head = format!("{} {:?}", response.status(), response.headers());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        // A workbook is packed: its parts are looked at as they are read.
        let unpacked = if bytes.starts_with(b"PK") { unpacked(&bytes) } else { String::new() };
        format!("{head}\n{}{unpacked}", String::from_utf8_lossy(&bytes))
    }
}

fn unpacked(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len()).map(|n| std::io::read_to_string(archive.by_index(n).unwrap()).unwrap_or_default()).collect()
}

/// Every address a reader can open, and what they may type into one.
fn questions() -> Vec<(&'static str, String, String)> {
    let get = |path: &str| ("GET", path.to_owned(), String::new());
    let mut all: Vec<_> = [
        "/",
        "/services",
        "/services?text=zaphiro",
        "/matrix",
        "/categories/K07",
        "/guardrails?text=zaphiro",
        "/overdue",
        "/guardrail?id=config:zaphiro-reason",
        "/import",
        "/members",
        "/members?institution=b-bank",
        "/institutions",
        "/policy",
        "/account",
        "/services/new",
        "/services/s3",
        "/services/s3/scenarios",
        "/services/s3/criteria",
        "/services/s3/notes",
        "/services/s3/guardrails",
        "/services/s3/history",
        "/services/s3/history?layer=i:b-bank",
        "/services/s3/history?cell=criteria/K07/limits/ja",
        "/services/s3/edit?cell=criteria/K07/limits/ja",
        "/services/s3/edit?cell=criteria/K07/limits/ja&layer=i:b-bank",
        "/services/s3/export",
        "/services/s3/export?layer=i:b-bank",
        "/services/s3/export?format=json",
        "/services/s3/export?format=json&layer=i:b-bank",
        "/services/s3/export?format=md&layer=i:b-bank",
        "/search?q=zaphiroverdict",
        "/search?q=%E3%82%B6%E3%83%95%E3%82%A3%E3%83%BC%E3%83%AD",
        "/search?q=%E6%A9%9F%E5%AF%86%E5%88%A4%E6%96%AD&layer=i:b-bank",
        "/live?service=b-bank&after=0",
    ]
    .map(get)
    .into();
    for text in ["zaphiro", "ザフィーロ", "機密判断"] {
        all.push(("POST", "/api/suggest".into(), format!("text={text}&here=/services/s3&lang=ja")));
    }
    let cell = "address=criteria/K07/limits/ja&lang=ja&service=s3";
    all.push(("POST", "/api/cell".into(), cell.into()));
    all.push(("POST", "/api/guardrails".into(), "text=zaphiro&lang=ja".into()));
    for (path, form) in [
        ("/services/s3/undo", "number=1&layer=i:b-bank"),
        ("/services/s3/restore", "number=1&layer=i:b-bank"),
        ("/services/s3/edit", "cell=criteria/K07/limits/ja&base=0&text=x&reason=&layer=i:b-bank"),
    ] {
        all.push(("POST", path.into(), form.into()));
    }
    all
}

#[tokio::test]
async fn nothing_of_b_reaches_anybody_but_b() {
    let stage = Stage::open().await;
    let (ichiro, b_cookie) = stage.person("editor@b-bank.example", Some("b-bank"), Role::Editor).await;
    let own = |address: &str, text: &str| (Address::parse(address).unwrap(), text.to_owned());
    let input = WriteInput {
        key: SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:b-bank").unwrap() },
        base: 0,
        cells: vec![
            own("criteria/K07/limits/ja", &format!("{} {}", SECRETS[0], SECRETS[1])),
            own("criteria/K07/guardrails", "config:zaphiro-reason | full"),
            own("notes/new-1/note/ja", SECRETS[0]),
        ],
        reason: SECRETS[2].into(),
        door: Door::Browser,
        source: String::new(),
    };
    stage.desk.write(&ichiro, &input).await.unwrap();
    stage.desk.follow().await.unwrap();

    let found = |answer: &str| SECRETS.iter().any(|s| answer.contains(s));
    let at_home = stage.ask("GET", "/services/s3/criteria", &b_cookie, "").await;
    assert!(found(&at_home), "B's own people see it: the words are really there");
    let searched = stage.ask("GET", "/search?q=zaphiroverdict", &b_cookie, "").await;
    assert!(searched.matches("zaphiroverdict").count() > 2, "and find it");

    let mut strangers = vec![("nobody".to_owned(), String::new())];
    for role in Role::ALL {
        let place = (!role.is_installation()).then_some("a-bank");
        let (_, cookie) = stage.person(&format!("{}@a-bank.example", role.key()), place, role).await;
        strangers.push((role.key().to_owned(), cookie));
    }
    let mut asked = 0;
    for (who, cookie) in &strangers {
        for (method, path, form) in questions() {
            if path.starts_with("/live") && !cookie.is_empty() {
                continue;
            }
            let answer = stage.ask(method, &path, cookie, &form).await;
            // What was typed comes back in a search box, and nothing else of it.
            let typed = ["zaphiro", "zaphiroverdict"].iter().any(|w| path.contains(w) || form.contains(w));
            let leaks = if typed { answer.contains(SECRETS[0]) } else { found(&answer) };
            assert!(!leaks, "{who} {method} {path}: {answer}");
            if typed && path.starts_with("/search") {
                let counted = answer.contains("class=\"hit\"");
                assert!(!counted, "{who} {path} counts what it must not know");
            }
            // The questions are put as the pages put them: somebody who may ask is answered.
            if path.starts_with("/api/") && !cookie.is_empty() {
                assert!(answer.starts_with("200"), "{who} {path} {answer}");
            }
            asked += 1;
        }
    }
    assert!(asked > 250, "{asked}");
}
