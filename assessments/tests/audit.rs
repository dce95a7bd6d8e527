//! The audit: what is noted, who reads it, and that nobody can change it unseen.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::desk::{AUDIT_ACTIONS, Format};
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::AuditFilter;
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
