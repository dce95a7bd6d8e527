//! B's secrets, and the people who must not see them.

use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Author;
use assessments::desk::{Desk, PrepareInput, RealWorld};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::{Label, Lang};
use assessments::search::{Search, Synonyms};
use assessments::sheet::content_hash;
use assessments::store::{Db, Publication};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use std::sync::Arc;
use tower::ServiceExt;

/// Words that stand nowhere but in B's layer.
pub const SECRETS: [&str; 3] = ["機密判断ザフィーロ", "zaphiroverdict", "zaphiro-reason"];

pub struct Stage {
    pub router: Router,
    pub desk: Desk,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub async fn open() -> Stage {
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
    pub async fn person(&self, email: &str, institution: Option<&str>, role: Role) -> (Actor, String) {
        let place = institution.map(|id| InstitutionId::parse(id).unwrap());
        let token = self.desk.add_person(&Actor::command_line(), email, role.key(), &[(place, role)]).await.unwrap();
        let signed = self.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
        (signed.actor, format!("kyohyo_session={}", signed.token))
    }

    /// Everything that comes back: status, headers, body.
    pub async fn ask(&self, method: &str, path: &str, cookie: &str, form: &str) -> String {
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

pub fn unpacked(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len()).map(|n| std::io::read_to_string(archive.by_index(n).unwrap()).unwrap_or_default()).collect()
}

/// B's people talk about the cell among themselves: a thread with an answer. Gives back its id and a comment's.
pub async fn talk_in_private(stage: &Stage, ichiro: &Actor, key: &SheetKey) -> (String, String) {
    let (colleague, _) = stage.person("colleague@b-bank.example", Some("b-bank"), Role::Editor).await;
    let at = Address::parse("criteria/K07/limits/ja").unwrap();
    let text = format!("@colleague:b-bank {} {}", SECRETS[0], SECRETS[1]);
    let thread = stage.desk.open_thread(ichiro, key, Some(&at), &text).await.unwrap();
    let comment = stage.desk.reply(&colleague, &thread, SECRETS[2]).await.unwrap();
    assert_eq!((stage.desk.unread(ichiro).await, stage.desk.unread(&colleague).await), (Ok(1), Ok(1)));
    (thread, comment)
}

/// An approval of B's, decided by its approver, whose words are secrets as well.
pub async fn approved(stage: &Stage, editor: &Actor) -> String {
    let (b, s3) = (InstitutionId::parse("b-bank").unwrap(), ServiceId::parse("s3").unwrap());
    let chief = Actor::command_line();
    let view = stage.desk.sheet(&chief, &SheetKey::shared(s3.clone())).await.unwrap();
    let publication = Publication {
        service: s3.clone(),
        version: "2026.11.1".into(),
        number: view.number,
        hash: content_hash(&view.cells, &view.criteria.key()),
        criteria: view.criteria.key(),
        at: chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
        author: Author { person: None, name: "まとめ役".into() },
        round: String::new(),
        note: String::new(),
    };
    let publishes = permit(&chief, Action::Publish, &Layer::Shared).unwrap();
    let mut tx = stage.desk.db().begin().await.unwrap();
    tx.add_publication(&publishes, &publication).await.unwrap();
    tx.commit().await.unwrap();
    let until = assessments::adoption::day_after(&stage.desk.today(), 100).unwrap();
    let input = PrepareInput {
        ticket: SECRETS[2].into(),
        comment: SECRETS[0].into(),
        valid_until: until,
        forward: true,
        ..PrepareInput::default()
    };
    let made = stage.desk.prepare_approval(editor, &b, &s3, &input).await.unwrap();
    let (approver, cookie) = stage.person("approver@b-bank.example", Some("b-bank"), Role::Approver).await;
    stage.desk.decide_approval(&approver, &b, &made.id, true, SECRETS[1], Lang::Ja).await.unwrap();
    stage.desk.put_system(editor, &b, None, SECRETS[0], SECRETS[1], &[s3]).await.unwrap();
    // They are really there, for whom they are for.
    for path in [
        "/services/s3/adoption",
        &format!("/approvals/{}", made.id),
        &format!("/approvals/{}/file", made.id),
        "/adoption",
    ] {
        let answer = stage.ask("GET", path, &cookie, "").await;
        assert!(answer.starts_with("200") && answer.contains(SECRETS[0]), "{path}");
    }
    made.id.to_string()
}
