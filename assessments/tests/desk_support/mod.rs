//! A stage for stories: a desk over a fresh database, a clock that the story moves, people by their roles.
#![allow(dead_code)] // Each test binary uses a part of it.

use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{Desk, World, WriteInput};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::{Db, Written};
use chrono::{DateTime, Duration, Utc};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// On which database a story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file in a temporary folder.
    Sqlite,
    /// A schema of its own in the cluster that `cargo xtask test` starts.
    Postgres,
}

/// A clock that stands still, and random bytes that are a counter.
struct Clock {
    now: Mutex<DateTime<Utc>>,
    count: AtomicU64,
}

impl World for Clock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }

    fn random(&self) -> [u8; 16] {
        let n = self.count.fetch_add(1, Ordering::Relaxed);
        let mut bytes = [7; 16];
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        bytes
    }
}

/// A desk with everything around it.
pub struct Stage {
    pub desk: Desk,
    clock: Arc<Clock>,
    people: AtomicU64,
    url: String,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// A desk with one service, `s3`.
    pub async fn open(database: Database) -> Stage {
        let stage = Stage::empty(database).await;
        let permit = permit(&Actor::command_line(), Action::AddService, &Layer::Shared).unwrap();
        let mut tx = stage.desk.db().begin().await.unwrap();
        tx.add_service(&permit, &ServiceId::parse("s3").unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        stage
    }

    /// A desk with nothing.
    pub async fn empty(database: Database) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let (db, url) = match database {
            Database::Sqlite => (Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap(), String::new()),
            Database::Postgres => {
                let url = schema(folder.path());
                (Db::postgres(&url).await.unwrap(), url)
            }
        };
        let clock = Arc::new(Clock {
            now: Mutex::new(DateTime::from_timestamp(1_795_000_000, 0).unwrap()),
            count: AtomicU64::new(1),
        });
        let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), clock.clone()).await.unwrap();
        Stage { desk, clock, people: AtomicU64::new(1), url, _folder: folder }
    }

    /// Another server in front of the same PostgreSQL, with an index of its own.
    pub async fn second_server(&self) -> Desk {
        let db = Db::postgres(&self.url).await.unwrap();
        Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), self.clock.clone()).await.unwrap()
    }

    /// Ends the connections on which servers listen, as a network does.
    pub fn cut_listeners(&self) {
        let schema = self.url.rsplit("%3D").next().unwrap();
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN \"kyohyo_{schema}\"'"
        );
        let cut = std::process::Command::new("psql").args([&self.url, "-Atc", &sql]).output().unwrap();
        let said = String::from_utf8_lossy(&cut.stdout).into_owned();
        assert_eq!(said.lines().filter(|l| *l == "t").count(), 2, "{said}");
    }

    /// The common sheet of `s3`.
    pub fn sheet(&self) -> SheetKey {
        SheetKey::shared(ServiceId::parse("s3").unwrap())
    }

    /// An editor of an institution.
    pub async fn editor(&self, institution: &str) -> Actor {
        self.person(institution, &[Role::Editor]).await
    }

    /// A person with roles in an institution, which is made where it is missing.
    pub async fn person(&self, institution: &str, roles: &[Role]) -> Actor {
        let chief = Actor::command_line();
        let id = InstitutionId::parse(institution).unwrap();
        let _ = self.desk.add_institution(&chief, &id, &Label { ja: institution.into(), en: institution.into() }).await;
        let n = self.people.fetch_add(1, Ordering::Relaxed);
        let email = format!("p{n}@{institution}.example");
        let roles: Vec<_> = roles.iter().map(|r| (Some(id.clone()), *r)).collect();
        self.desk.add_person(&chief, &email, &format!("人{n}"), &roles).await.unwrap();
        self.desk.person(&email).await.unwrap()
    }

    /// The file of the embedded database.
    pub fn file(&self) -> std::path::PathBuf {
        self._folder.path().join("test.sqlite")
    }

    /// The stage's time.
    pub fn now(&self) -> DateTime<Utc> {
        *self.clock.now.lock().unwrap()
    }

    /// Time goes by.
    pub fn pass(&self, by: Duration) {
        *self.clock.now.lock().unwrap() += by;
    }
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A change as the browser sends it.
pub fn input(key: &SheetKey, base: i64, cells: &[(&str, &str)]) -> WriteInput {
    WriteInput {
        key: key.clone(),
        base,
        cells: cells.iter().map(|(a, t)| (address(a), (*t).to_owned())).collect(),
        reason: String::new(),
        door: Door::Browser,
        source: String::new(),
    }
}

/// Writes cells on top of what stands there.
pub async fn write(stage: &Stage, actor: &Actor, key: &SheetKey, cells: &[(&str, &str)]) -> Result<Written, Failure> {
    let base = stage.desk.sheet(actor, key).await?.number;
    write_from(stage, actor, key, base, cells).await
}

/// Writes cells that were seen at a revision.
pub async fn write_from(
    stage: &Stage,
    actor: &Actor,
    key: &SheetKey,
    base: i64,
    cells: &[(&str, &str)],
) -> Result<Written, Failure> {
    stage.desk.write(actor, &input(key, base, cells)).await
}

/// Makes a schema of its own, so that stories do not meet.
fn schema(folder: &std::path::Path) -> String {
    let url = std::env::var("KYOHYO_TEST_POSTGRES")
        .unwrap_or_else(|_| panic!("KYOHYO_TEST_POSTGRES is not set: run the tests with `cargo xtask test`"));
    let name =
        folder.file_name().unwrap().to_string_lossy().to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
    let name = format!("t{name}{}", std::process::id());
    let made =
        std::process::Command::new("psql").args([&url, "-qc", &format!("CREATE SCHEMA {name}")]).status().unwrap();
    assert!(made.success(), "psql could not make a schema");
    let by = if url.contains('?') { '&' } else { '?' };
    format!("{url}{by}options=-c%20search_path%3D{name}")
}
