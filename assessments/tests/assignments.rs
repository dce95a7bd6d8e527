//! Sharing a sheet's categories out, and how far each institution is.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::desk::{Plan, by_viewpoint, round_robin};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, RowId, ServiceId};
use assessments::store::AuditFilter;
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeMap;

fn s3() -> ServiceId {
    ServiceId::parse("s3").unwrap()
}

fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

fn plan(lines: &[(&str, &str)]) -> Plan {
    let to = |text: &str| (!text.is_empty()).then(|| bank(text));
    lines.iter().map(|(row, institution)| (RowId::parse(row).unwrap(), to(institution))).collect()
}

async fn write(stage: &Stage, actor: &Actor, cells: &[(&str, &str)]) {
    desk_support::write(stage, actor, &stage.sheet(), cells).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn progress_is_answered_then_confirmed_and_late_after_its_day(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let shared = plan(&[("K01", "a-bank"), ("K02", "a-bank"), ("K03", "b-bank")]);
    let due = (stage.now() + Duration::days(7)).format("%Y-%m-%d").to_string();
    assert_eq!(stage.desk.assign(&chief, &s3(), &shared, &due).await, Ok(3));
    assert_eq!(stage.desk.assign(&chief, &s3(), &shared, &due).await, Ok(0), "nothing changes twice");
    assert!(matches!(stage.desk.assign(&anna, &s3(), &shared, "").await, Err(Failure::Forbidden { .. })));
    for (bad, place) in [(plan(&[("K99", "a-bank")]), "category"), (plan(&[("K01", "z-bank")]), "institution")] {
        let refused = stage.desk.assign(&chief, &s3(), &bad, "").await;
        assert!(matches!(refused, Err(Failure::Invalid { place: at, .. }) if at == place));
    }
    write(&stage, &anna, &[("criteria/K01/availability", "on_default"), ("criteria/K02/availability", "partly")]).await;
    write(&stage, &anna, &[("criteria/K01/verified_at", "2026-11-24")]).await;
    let mine = stage.desk.assigned_to(&anna).await.unwrap();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].rows.len(), mine[0].answered, mine[0].confirmed, mine[0].overdue), (2, 2, 1, 0));
    assert_eq!(mine[0].due, due);
    // An answer that was taken over is not confirmed, whatever day stands beside it.
    write(&stage, &anna, &[("criteria/K01/taken_over", "rds/K01")]).await;
    assert_eq!(stage.desk.assigned_to(&anna).await.unwrap()[0].confirmed, 0);
    stage.pass(Duration::days(9));
    assert_eq!(stage.desk.assigned_to(&anna).await.unwrap()[0].overdue, 2);
    let all = stage.desk.shares(&bert).await.unwrap();
    let order: Vec<&str> = all.iter().map(|s| s.institution.as_str()).collect();
    assert_eq!(order, ["b-bank", "a-bank"], "one's own first");
    let filter = AuditFilter { action: "assign".into(), ..AuditFilter::default() };
    assert_eq!(stage.desk.audit(&chief, &Layer::Shared, &filter, 1, 10).await.unwrap().total, 3);
}

#[rstest]
#[tokio::test]
async fn a_category_has_one_institution_and_can_be_taken_back(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let anna = stage.editor("a-bank").await;
    stage.editor("b-bank").await;
    let set = stage.desk.sheet(&chief, &stage.sheet()).await.unwrap().criteria;
    let banks = [bank("a-bank"), bank("b-bank")];
    let dealt = round_robin(&set, &banks, &[RowId::parse("K02").unwrap()]);
    assert_eq!(dealt.len(), set.categories.len() - 1);
    assert_eq!(dealt[0].1, Some(bank("a-bank")));
    assert_eq!((dealt[1].0.as_str(), dealt[1].1.clone()), ("K03", Some(bank("b-bank"))));
    stage.desk.assign(&chief, &s3(), &dealt, "").await.unwrap();
    let first = &set.viewpoints[0].id;
    let whole = by_viewpoint(&set, &BTreeMap::from([(first.clone(), bank("b-bank"))]));
    assert_eq!(whole.len(), set.of_viewpoint(first).count());
    stage.desk.assign(&chief, &s3(), &whole, "").await.unwrap();
    let now = stage.desk.assignments(&anna, &s3()).await.unwrap();
    let of =
        |row: &str| now.iter().find(|a| a.assignment.row.as_str() == row).map(|a| a.assignment.institution.clone());
    assert_eq!(of("K01"), Some(bank("b-bank")));
    assert!(round_robin(&set, &[], &[]).is_empty());
    stage.desk.assign(&chief, &s3(), &plan(&[("K01", "")]), "").await.unwrap();
    let now = stage.desk.assignments(&anna, &s3()).await.unwrap();
    assert!(now.iter().all(|a| a.assignment.row.as_str() != "K01"));
    let reader = stage.person("c-bank", &[Role::Reader]).await;
    assert!(stage.desk.assigned_to(&reader).await.unwrap().is_empty());
    let nobody = Actor { installation: Default::default(), ..Actor::command_line() };
    assert_eq!(stage.desk.shares(&nobody).await.err(), Some(Failure::NotFound));
}
