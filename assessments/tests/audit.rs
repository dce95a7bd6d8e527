//! The audit: what is noted, who reads it, and that nobody can change it unseen.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{AUDIT_ACTIONS, Format, WriteInput};
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::AuditFilter;
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeSet;

async fn read(stage: &Stage, actor: &Actor, layer: &Layer, filter: &AuditFilter) -> Vec<(String, String)> {
    let found = stage.desk.audit(actor, layer, filter, 1, 100).await.unwrap();
    assert_eq!(found.total, found.items.len() as i64);
    found.items.into_iter().map(|r| (r.actor, r.action)).collect()
}

#[rstest]
#[tokio::test]
async fn an_institution_reads_what_its_people_did_and_nobody_elses(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Layer::parse("i:a-bank").unwrap(), Layer::parse("i:b-bank").unwrap());
    let (anna, bert) = (stage.person("a-bank", &[Role::Manager]).await, stage.person("b-bank", &[Role::Manager]).await);
    let editor = stage.editor("a-bank").await;
    stage.desk.export(&editor, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();
    let roles = BTreeSet::from([Role::Reader]);
    stage.desk.set_roles(&anna, &a, editor.person.as_ref().unwrap(), &roles).await.unwrap();

    let all = read(&stage, &anna, &a, &AuditFilter::default()).await;
    let kinds: Vec<&str> = all.iter().map(|(_, action)| action.as_str()).collect();
    assert_eq!(kinds, ["give_role", "take_role", "export"], "newest first");
    assert!(kinds.iter().all(|kind| AUDIT_ACTIONS.contains(kind)));
    assert_eq!(all[2].0, editor.name);
    let exports = AuditFilter { action: "export".into(), ..AuditFilter::default() };
    assert_eq!(read(&stage, &anna, &a, &exports).await.len(), 1);
    let named = AuditFilter { text: editor.name.clone(), ..AuditFilter::default() };
    assert_eq!(read(&stage, &anna, &a, &named).await.len(), 3, "as who did it and as to whom");
    let odd = AuditFilter { text: "%_\\".into(), ..AuditFilter::default() };
    assert!(read(&stage, &anna, &a, &odd).await.is_empty());

    assert!(read(&stage, &bert, &b, &AuditFilter::default()).await.is_empty());
    for (actor, layer, expected) in
        [(&bert, &a, "not_found"), (&editor, &b, "not_found"), (&anna, &Layer::Shared, "forbidden")]
    {
        let refused = stage.desk.audit(actor, layer, &AuditFilter::default(), 1, 10).await;
        assert_eq!(refused.err().map(|f: Failure| f.code()), Some(expected));
    }
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.audited > 5 && report.faults.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_changed_entry_and_a_missing_end_are_found_and_named() {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    for _ in 0..4 {
        stage.desk.export(&anna, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();
    }
    stage.desk.follow().await.unwrap();
    let url = format!("sqlite://{}", stage.file().display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let run = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.unwrap().rows_affected();
    let faults = async || stage.desk.check().await.unwrap().faults;
    assert!(faults().await.is_empty());
    assert_eq!(run("UPDATE audit SET detail = 'r9 json' WHERE layer = 'i:a-bank' AND number = 2").await, 1);
    assert_eq!(faults().await, ["audit i:a-bank: entry 2 does not match its hash"]);
    run("UPDATE audit SET detail = (SELECT detail FROM audit WHERE layer = 'i:a-bank' AND number = 1) WHERE layer = 'i:a-bank' AND number = 2").await;
    assert!(faults().await.is_empty());
    assert_eq!(run("DELETE FROM audit WHERE layer = 'i:a-bank' AND number = 4").await, 1);
    assert_eq!(faults().await, ["audit i:a-bank: the head says 4, the chain ends at 3"]);
    assert_eq!(run("DELETE FROM audit WHERE layer = 'i:a-bank' AND number = 2").await, 1);
    assert!(faults().await.iter().any(|f| f == "audit i:a-bank: entry 2 is missing"));
}

fn edit(stage: &Stage, layer: &Layer, base: i64, text: &str) -> WriteInput {
    WriteInput {
        key: SheetKey { layer: layer.clone(), ..stage.sheet() },
        base,
        cells: vec![(Address::parse("criteria/K07/limits/ja").unwrap(), text.into())],
        reason: "見直し".into(),
        door: Door::Form,
        source: String::new(),
    }
}

#[rstest]
#[tokio::test]
async fn every_change_set_stands_in_its_layers_audit_and_each_chain_holds_the_other(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    let bert = stage.editor("b-bank").await;
    let own = Layer::parse("i:a-bank").unwrap();
    stage.desk.write(&anna, &edit(&stage, &own, 0, "自機関の判断")).await.unwrap();
    stage.desk.write(&anna, &edit(&stage, &Layer::Shared, 0, "共通の記載")).await.unwrap();
    stage.pass(Duration::hours(30));
    stage.desk.write(&bert, &edit(&stage, &Layer::Shared, 1, "共通の記載 2")).await.unwrap();

    let read = async |layer: &Layer, filter: AuditFilter| {
        let actor = if *layer == own { anna.clone() } else { Actor::command_line() };
        stage.desk.audit(&actor, layer, &filter, 1, 50).await.unwrap().items
    };
    let private = read(&own, AuditFilter { service: "s3".into(), ..AuditFilter::default() }).await;
    assert_eq!(private.len(), 1);
    let entry = &private[0];
    assert_eq!((entry.action.as_str(), entry.revision, entry.door.as_str()), ("change", 1, "form"));
    assert_eq!((entry.version, entry.change_hash.len(), entry.detail.as_str()), (2, 64, "r1 見直し"));

    let changes = || AuditFilter { action: "change".into(), ..AuditFilter::default() };
    assert_eq!(read(&Layer::Shared, changes()).await.len(), 2);
    let bank = AuditFilter { institution: "b-bank".into(), ..changes() };
    assert_eq!(read(&Layer::Shared, bank).await.iter().map(|r| &r.actor).collect::<Vec<_>>(), [&bert.name]);
    let person = AuditFilter { person: anna.person.clone().unwrap().to_string(), ..changes() };
    assert_eq!(read(&Layer::Shared, person).await.len(), 1);
    let lately = AuditFilter { from: Some(stage.now() - Duration::hours(1)), ..changes() };
    assert_eq!(read(&Layer::Shared, lately).await[0].actor, bert.name);
    let before = AuditFilter { until: Some(stage.now()), ..changes() };
    assert_eq!(read(&Layer::Shared, before).await.len(), 1);
    let facets = stage.desk.audit_facets(&anna, &own).await.unwrap();
    assert_eq!(facets.services, ["s3"]);

    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_change_set_taken_away_with_its_head_is_known_to_the_audit() {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.editor("a-bank").await;
    for n in 0..3 {
        stage.desk.write(&anna, &edit(&stage, &Layer::Shared, n, &format!("記載 {n}"))).await.unwrap();
    }
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.file().display())).await.unwrap();
    let run = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.unwrap().rows_affected();
    // The last change set goes, and everything that would tell: head, cell.
    for sql in [
        "UPDATE heads SET number = 2, hash = (SELECT hash FROM change_sets WHERE service = 's3' AND number = 2)",
        "UPDATE cells SET value = '記載 1', number = 2",
        "DELETE FROM cell_changes WHERE number = 3",
        "DELETE FROM change_sets WHERE number = 3",
    ] {
        assert!(run(sql).await > 0);
    }
    stage.desk.reindex().await.unwrap();
    let faults = stage.desk.check().await.unwrap().faults;
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].ends_with("knows another revision 3 of s3 than is there"), "{faults:?}");
}

#[rstest]
#[tokio::test]
async fn a_failed_sign_in_is_noted_and_says_nothing_about_who_exists(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let chief = Actor::command_line();
    let anna = stage.person("a-bank", &[Role::Manager]).await;
    let own = Layer::parse("i:a-bank").unwrap();
    for email in ["p1@a-bank.example", "nobody@a-bank.example", "my secret passphrase"] {
        let refused = stage.desk.sign_in(email, "wrong", "192.0.2.7").await;
        assert_eq!(refused.err(), Some(Failure::BadCredentials));
    }
    let failed = AuditFilter { action: "sign_in_failed".into(), ..AuditFilter::default() };
    let found = stage.desk.audit(&chief, &Layer::Shared, &failed, 1, 10).await.unwrap().items;
    let mut told: Vec<(&str, &str, &str)> =
        found.iter().map(|r| (r.actor.as_str(), r.subject.as_str(), r.detail.as_str())).collect();
    told.sort_unstable();
    let known = "p…@a-bank.example";
    let unknown = "n…@a-bank.example";
    assert_eq!(told, [(unknown, unknown, "192.0.2.7"), (known, known, "192.0.2.7"), ("…", "…", "192.0.2.7")]);
    assert!(found.iter().all(|r| r.person.is_none()), "the same for who exists and who does not");
    assert_eq!(stage.desk.audit(&anna, &own, &failed, 1, 10).await.unwrap().total, 0);

    // Their institution learns of it with the sign-in that succeeds.
    let token =
        stage.desk.invite(&anna, &own, "new@a-bank.example", "新任", &BTreeSet::from([Role::Reader])).await.unwrap();
    let assessments::desk::Invited::New(token) = token else { panic!("no link") };
    stage.desk.use_link(&token, "correct horse battery").await.unwrap();
    stage.desk.sign_in("new@a-bank.example", "wrong", "192.0.2.8").await.unwrap_err();
    stage.desk.sign_in("new@a-bank.example", "correct horse battery", "192.0.2.8").await.unwrap();
    let own_failed = stage.desk.audit(&anna, &own, &failed, 1, 10).await.unwrap().items;
    assert_eq!(own_failed.iter().map(|r| r.detail.as_str()).collect::<Vec<_>>(), ["1 before this sign-in"]);
}

#[rstest]
#[tokio::test]
async fn an_institution_takes_its_own_part_out_and_it_verifies_without_a_database(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let folder = tempfile::tempdir().unwrap();
    stage.desk.keep_anchors_in(folder.path().join("anchors.log"));
    let (anna, bert) = (
        stage.person("a-bank", &[Role::Manager, Role::Editor]).await,
        stage.person("b-bank", &[Role::Manager, Role::Editor]).await,
    );
    let (a, b) = (Layer::parse("i:a-bank").unwrap(), Layer::parse("i:b-bank").unwrap());
    stage.desk.write(&anna, &edit(&stage, &a, 0, "A の判断")).await.unwrap();
    stage
        .desk
        .write(&bert, &WriteInput { reason: "ザフィーロ".into(), ..edit(&stage, &b, 0, "B の判断") })
        .await
        .unwrap();
    stage.desk.anchor().await.unwrap();
    stage.desk.export(&anna, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();

    let file = stage.desk.export_audit(&anna, &a).await.unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    let report = assessments::audit::file::check(&text, &[]);
    assert_eq!(report.faults, []);
    assert_eq!((report.header.layer.as_str(), report.entries, report.anchors), ("i:a-bank", 3, 2));
    assert!(text.contains("export_audit"), "that it was taken out is its last entry");
    for foreign in ["b-bank", "ザフィーロ", bert.name.as_str(), "i:b-bank"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    for (actor, layer) in [(&bert, &a), (&Actor::command_line(), &a), (&anna, &b)] {
        assert_eq!(stage.desk.export_audit(actor, layer).await.err(), Some(Failure::NotFound));
    }
    assert!(matches!(stage.desk.export_audit(&anna, &Layer::Shared).await, Err(Failure::Forbidden { .. })));
    let whole = stage.desk.export_audit(&Actor::command_line(), &Layer::Shared).await.unwrap();
    assert_eq!(assessments::audit::file::check(&String::from_utf8(whole.bytes).unwrap(), &[]).faults, []);
}

#[tokio::test]
async fn what_is_consistent_in_itself_still_fails_against_the_anchors() {
    let stage = Stage::open(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("anchors.log");
    stage.desk.keep_anchors_in(log.clone());
    let anna = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    for _ in 0..4 {
        stage.desk.export(&anna, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();
        stage.desk.anchor().await.unwrap();
    }
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty() && report.anchors >= 5, "{report:?}");
    let backup = folder.path().join("backup.sqlite");
    stage.desk.db().backup(&backup).await.unwrap();

    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.file().display())).await.unwrap();
    let run = async |sql: &'static str| sqlx::query(sql).execute(&pool).await.unwrap().rows_affected();
    let faults = async || stage.desk.check().await.unwrap().faults;
    // The last rows go, and the head with them: the database says nothing.
    run("DELETE FROM audit WHERE layer = 'i:a-bank' AND number > 2").await;
    run("UPDATE audit_heads SET number = 2, hash = (SELECT hash FROM audit WHERE layer = 'i:a-bank' AND number = 2) WHERE layer = 'i:a-bank'").await;
    let found = faults().await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("audit i:a-bank: ends at entry 2, but entry 3 was there at"), "{found:?}");

    // It goes on from there: other entries stand where the anchored ones stood.
    for _ in 0..4 {
        stage.desk.export(&anna, &stage.sheet(), Format::Markdown, Lang::Ja).await.unwrap();
    }
    let found = faults().await;
    assert!(found[0].contains("entries 3 to 3 were written anew"), "{found:?}");

    // Where that is known and meant, there is a way on, and it is written down.
    let chief = Actor::command_line();
    assert!(matches!(stage.desk.restart_anchors(&chief, " ").await, Err(Failure::Invalid { .. })));
    assert!(matches!(stage.desk.restart_anchors(&anna, "x").await, Err(Failure::Forbidden { .. })));
    stage.desk.restart_anchors(&chief, "夜間バックアップから復元").await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
    assert!(report.notes.iter().any(|n| n.contains("夜間バックアップから復元")), "{:?}", report.notes);
    let noted = AuditFilter { action: "anchors_restart".into(), ..AuditFilter::default() };
    assert_eq!(stage.desk.audit(&chief, &Layer::Shared, &noted, 1, 5).await.unwrap().total, 1);

    // And the file itself: a line that was changed shows.
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.replacen("\"number\":1", "\"number\":7", 1)).unwrap();
    assert!(faults().await.iter().any(|f| f.starts_with("anchors: line ")));
}

#[tokio::test]
async fn entries_of_before_keep_their_hashes() {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    // Two entries as the version before wrote them.
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", stage.file().display())).await.unwrap();
    let (layer, at, mut previous) = ("i:a-bank", "2026-11-01T01:02:03.004Z", "0".repeat(64));
    for number in 1..=2_i64 {
        let parts = (number, at, layer, Some("p"), "佐藤", "export", "s3", "r1 json");
        let hash = assessments::change::link_hash(&previous, &serde_json::to_vec(&parts).unwrap());
        sqlx::query("INSERT INTO audit (id, at, layer, person, actor, action, subject, detail, number, hash) VALUES ($1, $2, $3, 'p', '佐藤', 'export', 's3', 'r1 json', $4, $5)")
            .bind(format!("old{number}")).bind(chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc()).bind(layer).bind(number).bind(&hash)
            .execute(&pool).await.unwrap();
        previous = hash;
    }
    sqlx::query("INSERT INTO audit_heads (layer, number, hash) VALUES ($1, 2, $2)")
        .bind(layer)
        .bind(&previous)
        .execute(&pool)
        .await
        .unwrap();
    stage.desk.export(&anna, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
    let own = Layer::parse(layer).unwrap();
    let versions: Vec<i64> = stage
        .desk
        .audit(&anna, &own, &AuditFilter::default(), 1, 9)
        .await
        .unwrap()
        .items
        .iter()
        .map(|r| r.version)
        .collect();
    assert_eq!(versions, [2, 1, 1]);
    sqlx::query("UPDATE audit SET version = 2 WHERE number = 1 AND layer = $1")
        .bind(layer)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, ["audit i:a-bank: entry 1 does not match its hash"]);
}
