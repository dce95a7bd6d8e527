//! The stage of the walk: two institutions of the same shape, everybody's sessions, and B's secrets.

use assessments::access::{Actor, Role, Scope};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, Format, RealWorld, Received, TokenWanted, WriteInput};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::{Label, Lang};
use assessments::search::{Search, Synonyms};
use assessments::store::{ChangeFilter, Db};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// Whose a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    A,
    B,
    /// It does not exist.
    Nobodys,
}

impl Whose {
    pub const ALL: [Whose; 3] = [Whose::A, Whose::B, Whose::Nobodys];

    pub fn layer(self) -> Layer {
        Layer::parse(["i:a-bank", "i:b-bank", "i:x-bank"][self as usize]).unwrap()
    }
}

/// Words that stand nowhere but in what is B's. Each must be seen by somebody of B somewhere on the walk: what was not
/// planted cannot leak.
pub const SECRETS: [&str; 14] = [
    "機密判断ザフィーロ",
    "zaphiroverdict",
    "zaphiro-guardrail",
    "zaphiro-reason",
    "zaphiro-file",
    "zaphiro-member@b-bank.example",
    "zaphiro-condition",
    "zaphiro-ticket",
    "zaphiro-decision",
    "zaphiro-system",
    "zaphiro-talk",
    "zaphiro-elevation",
    "zaphiro-refused",
    "zaphiro-unsaved",
];

/// Somebody.
pub struct Cast {
    pub who: String,
    /// Whose people they are; none of the two for the installation and for nobody at all.
    pub side: Option<Whose>,
    /// None for a visitor who is not signed in.
    pub actor: Option<Actor>,
    pub cookie: String,
    /// A token for programs.
    pub token: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub kind: String,
    /// Headers and body, a packed workbook with its parts.
    pub all: String,
}

pub struct Stage {
    pub router: Router,
    pub desk: Desk,
    pub cast: Vec<Cast>,
    /// Things by kind, as they are called in an address: A's, B's, and one that is not there.
    pub things: BTreeMap<&'static str, [String; 3]>,
    _folder: tempfile::TempDir,
}

fn institution(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

impl Stage {
    pub async fn open() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
        desk.seed(&|_, _| {}).await.unwrap();
        for (id, ja) in [("a-bank", "A銀行"), ("b-bank", "B銀行")] {
            let name = Label { ja: ja.into(), en: id.into() };
            desk.add_institution(&Actor::command_line(), &institution(id), &name).await.unwrap();
        }
        let router = server::web::router(desk.clone(), false);
        let nobody =
            Cast { who: "anonymous".into(), side: None, actor: None, cookie: String::new(), token: String::new() };
        let mut stage = Stage { router, desk, cast: vec![nobody], things: BTreeMap::new(), _folder: folder };
        for role in Role::ALL {
            if role.is_installation() {
                stage.person(None, role).await;
            } else {
                stage.person(Some(Whose::A), role).await;
                stage.person(Some(Whose::B), role).await;
            }
        }
        stage.things.insert("institution", ["a-bank", "b-bank", "x-bank"].map(str::to_owned));
        stage.publish().await;
        for whose in [Whose::A, Whose::B] {
            stage.plant(whose).await;
            stage.plant_more(whose).await;
        }
        stage.desk.follow().await.unwrap();
        stage
    }

    async fn person(&mut self, side: Option<Whose>, role: Role) {
        let place = side.map(|s| if s == Whose::A { "a-bank" } else { "b-bank" });
        let who = format!("{}@{}.example", role.key(), place.unwrap_or("installation"));
        let roles = [(place.map(institution), role)];
        let token = self.desk.add_person(&Actor::command_line(), &who, role.key(), &roles).await.unwrap();
        let signed = self.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
        let cookie = format!("kyohyo_session={}", signed.token);
        let wanted = TokenWanted {
            name: "walk".into(),
            scopes: Scope::ALL.into(),
            days: 1,
            institution: place.map(institution),
        };
        let token = self.desk.make_token(&signed.actor, &wanted).await.unwrap();
        self.cast.push(Cast { who, side, actor: Some(signed.actor), cookie, token });
    }

    /// Somebody of one side with a role.
    pub fn of(&self, side: Option<Whose>, role: Role) -> &Cast {
        let has = |actor: &Actor| {
            actor.installation.contains(&role) || actor.institutions.values().any(|roles| roles.contains(&role))
        };
        self.cast.iter().find(|c| c.side == side && c.actor.as_ref().is_some_and(has)).unwrap()
    }

    pub fn actor(&self, side: Option<Whose>, role: Role) -> Actor {
        self.of(side, role).actor.clone().unwrap()
    }

    /// The same of everything for both; B's has the secrets in it.
    async fn plant(&mut self, whose: Whose) {
        let secret = |n: usize| if whose == Whose::B { SECRETS[n].to_owned() } else { format!("plain words {n}") };
        let (editor, manager) = (self.actor(Some(whose), Role::Editor), self.actor(Some(whose), Role::Manager));
        let cell = |address: &str, text: String| (Address::parse(address).unwrap(), text);
        let guardrail = if whose == Whose::B { SECRETS[2] } else { "plain-guardrail" };
        let own = WriteInput {
            key: SheetKey { service: ServiceId::parse("s3").unwrap(), layer: whose.layer() },
            base: 0,
            cells: vec![
                cell("criteria/K07/limits/ja", format!("{} {}", secret(0), secret(1))),
                cell("criteria/K07/guardrails", format!("config:{guardrail} | full")),
                cell("notes/new-1/note/ja", secret(0)),
            ],
            reason: secret(3),
            door: Door::Browser,
            source: String::new(),
        };
        self.desk.write(&editor, &own).await.unwrap();
        let filter = ChangeFilter { service: Some(own.key.service.clone()), limit: 1, ..ChangeFilter::default() };
        let set = self.desk.history(&editor, &own.key.layer, &filter).await.unwrap().remove(0);
        self.thing("operation", whose, set.operation.as_str());

        let sheet = SheetKey::shared(own.key.service.clone());
        let file = self.desk.export(&editor, &sheet, Format::Xlsx, Lang::Ja).await.unwrap();
        let name = format!("{}.xlsx", secret(4));
        let preview = self.desk.preview(&editor, &name, file.bytes, Some(&sheet.service)).await.unwrap();
        self.thing("import", whose, preview.id.as_str());
        let mut intake = self.desk.intake(&editor, None).await.unwrap();
        for n in [1, 2] {
            intake.add(&format!("{n} {name}"), format!("{}\n", secret(0)).into_bytes()).await.unwrap();
        }
        let Received::Several(batch) = intake.finish().unwrap() else { panic!("two files are several") };
        self.thing("batch", whose, batch.as_str());

        let email = if whose == Whose::B { SECRETS[5] } else { "plain-member@a-bank.example" };
        let roles = [Role::Reader].into();
        self.desk.invite(&manager, &whose.layer(), email, "会員", &roles).await.unwrap();
        let members = self.desk.members(&manager, &whose.layer()).await.unwrap();
        let member = members.iter().find(|m| m.email == email).unwrap();
        self.thing("person", whose, member.id.as_str());
    }

    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        assessments::desk::World::now(&RealWorld)
    }

    pub fn thing(&mut self, kind: &'static str, whose: Whose, id: &str) {
        // A made-up one of the same length: only whether it exists may tell them apart, and must not.
        let made_up = || "z".repeat(id.len());
        let all = self.things.entry(kind).or_insert_with(|| [made_up(), made_up(), made_up()]);
        all[whose as usize] = id.to_owned();
    }

    /// Asks as somebody. A stream is read until it falls silent.
    pub async fn ask(&self, cast: &Cast, method: &str, path: &str, form: &str) -> Answer {
        let multipart = form.starts_with("--");
        let kind = if multipart { "multipart/form-data; boundary=walk" } else { "application/x-www-form-urlencoded" };
        let program = path.starts_with("/api/v1/");
        let kind = if path.starts_with("/api/v1/imports?") { "application/octet-stream" } else { kind };
        let (name, value) = match program {
            true => (header::AUTHORIZATION, format!("Bearer {}", cast.token)),
            false => (header::COOKIE, cast.cookie.clone()),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(name, value)
            .header("sec-fetch-site", "same-origin")
            // A program's write names the revision that it saw; elsewhere nobody reads it.
            .header(header::IF_MATCH, "\"1\"")
            .header(header::CONTENT_TYPE, if form.starts_with('{') { "application/json" } else { kind })
            .body(Body::from(form.to_owned()));
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let text = |name| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        let (status, location, kind) = (response.status().as_u16(), text(header::LOCATION), text(header::CONTENT_TYPE));
        let head = format!("{status} {:?}", response.headers());
        let bytes = if kind.starts_with("text/event-stream") {
            until_silent(response.into_body()).await
        } else {
            response.into_body().collect().await.unwrap().to_bytes().to_vec()
        };
        let unpacked = if bytes.starts_with(b"PK") { unpacked(&bytes) } else { String::new() };
        Answer { status, location, kind, all: format!("{head}\n{}{unpacked}", String::from_utf8_lossy(&bytes)) }
    }
}

/// What a stream says until it has been silent for a while.
pub async fn until_silent(mut body: Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(Duration::from_millis(400), body.frame()).await {
        bytes.extend(frame.into_data().unwrap_or_default());
    }
    bytes
}

fn unpacked(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len()).map(|n| std::io::read_to_string(archive.by_index(n).unwrap()).unwrap_or_default()).collect()
}
