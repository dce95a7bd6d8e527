//! Published versions: their numbers, their hashes, what changed between two of them.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer};
use assessments::elevation::{Scope as Lent, Verb, Wish};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::review::{Scope, Verdict};
use assessments::sheet::content_hash;
use assessments::store::{AuditFilter, Publication};
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;

const K07: &str = "criteria/K07/summary/ja";
const K08: &str = "criteria/K08/summary/ja";

fn s3() -> ServiceId {
    ServiceId::parse("s3").unwrap()
}

async fn write(stage: &Stage, actor: &Actor, cells: &[(&str, &str)]) {
    desk_support::write(stage, actor, &stage.sheet(), cells).await.unwrap();
}

/// Two institutions approve everything, and it is published.
async fn publish(stage: &Stage, reviewers: &[&Actor; 2]) -> Publication {
    let chief = Actor::command_line();
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    for reviewer in reviewers {
        let number = round.number;
        stage
            .desk
            .answer_round(reviewer, &s3(), &round.id, &Scope::Whole, Verdict::Approve, number, "", None)
            .await
            .unwrap();
    }
    stage.desk.publish(&chief, &s3(), &round.id, "", "").await.unwrap()
}

#[rstest]
#[tokio::test]
async fn versions_are_numbered_by_month_and_keep_their_text(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.editor("a-bank").await;
    let reviewers =
        [&stage.person("b-bank", &[Role::Reviewer]).await, &stage.person("c-bank", &[Role::Reviewer]).await];
    write(&stage, &anna, &[(K07, "一"), (K08, "一")]).await;
    let first = publish(&stage, &reviewers).await;
    write(&stage, &anna, &[(K07, "二")]).await;
    let second = publish(&stage, &reviewers).await;
    stage.pass(Duration::days(31));
    write(&stage, &anna, &[(K07, "一")]).await;
    let third = publish(&stage, &reviewers).await;
    let versions = [&first, &second, &third].map(|p| p.version.clone());
    assert_eq!(versions, ["2026.11.1", "2026.11.2", "2026.12.1"]);
    assert_eq!(first.hash, third.hash, "the same text has the same hash");
    assert_ne!(first.hash, second.hash);

    let all = stage.desk.publications(&anna, &s3()).await.unwrap();
    assert_eq!(all, [third.clone(), second, first.clone()], "newest first");
    let published = stage.desk.published(&anna, &s3(), "2026.11.1").await.unwrap();
    assert_eq!(published.cells.text(&Address::parse(K07).unwrap()), "一");
    assert!(published.holds());
    assert_eq!(content_hash(&published.cells, &published.criteria.key()), first.hash);
    assert_eq!(stage.desk.published(&anna, &s3(), "2025.1.1").await.err(), Some(Failure::NotFound));

    let state = stage.desk.sheet_state(&anna, &s3()).await.unwrap();
    assert_eq!((state.published.map(|p| p.version), state.changed, state.round), (Some("2026.12.1".into()), 0, None));
    write(&stage, &anna, &[(K08, "三")]).await;
    assert_eq!(stage.desk.sheet_state(&anna, &s3()).await.unwrap().changed, 1);
}

#[rstest]
#[tokio::test]
async fn a_difference_is_the_net_change_of_each_cell_with_its_authors(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    write(&stage, &anna, &[(K07, "一"), (K08, "一")]).await;
    write(&stage, &bert, &[(K07, "二")]).await;
    write(&stage, &anna, &[(K07, "三"), (K08, "二")]).await;
    write(&stage, &bert, &[(K08, "一")]).await;
    let changed = stage.desk.difference(&anna, &s3(), 1, 4).await.unwrap();
    assert_eq!(changed.len(), 1, "K08 was changed and changed back");
    let cell = &changed[0];
    assert_eq!((cell.address.to_string().as_str(), cell.old.as_str(), cell.new.as_str()), (K07, "一", "三"));
    assert_eq!((cell.number, cell.author.name.as_str()), (3, anna.name.as_str()));
    let authors: Vec<&str> = cell.authors.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(authors, [bert.name.as_str(), anna.name.as_str()]);
    assert_eq!(stage.desk.difference(&anna, &s3(), 0, 4).await.unwrap().len(), 2);
    assert!(stage.desk.difference(&anna, &s3(), 4, 4).await.unwrap().is_empty());
    for (from, to) in [(2, 1), (0, 5), (-1, 2)] {
        assert_eq!(stage.desk.difference(&anna, &s3(), from, to).await.err(), Some(Failure::NotFound), "{from} {to}");
    }
}

#[rstest]
#[tokio::test]
async fn publishing_is_in_the_audit_and_reading_needs_membership(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.editor("a-bank").await;
    let reviewers =
        [&stage.person("b-bank", &[Role::Reviewer]).await, &stage.person("c-bank", &[Role::Reviewer]).await];
    write(&stage, &anna, &[(K07, "一")]).await;
    publish(&stage, &reviewers).await;
    let nobody = Actor { installation: Default::default(), ..Actor::command_line() };
    assert_eq!(stage.desk.publications(&nobody, &s3()).await.err(), Some(Failure::NotFound));
    assert_eq!(stage.desk.difference(&nobody, &s3(), 0, 1).await.err(), Some(Failure::NotFound));
    assert_eq!(stage.desk.open_rounds(&nobody).await.err(), Some(Failure::NotFound));
    let filter = AuditFilter { action: "publish".into(), ..AuditFilter::default() };
    let found = stage.desk.audit(&Actor::command_line(), &Layer::Shared, &filter, 1, 10).await.unwrap();
    let lines: Vec<_> = found.items.iter().map(|r| (r.subject.as_str(), r.detail.as_str())).collect();
    assert_eq!(lines, [("s3", "2026.11.1")]);
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{:?}", report.faults);
}

#[rstest]
#[tokio::test]
async fn who_publishes_says_that_they_saw_what_nobody_stands_behind(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (chief, anna) = (Actor::command_line(), stage.editor("a-bank").await);
    let reviewers =
        [&stage.person("b-bank", &[Role::Reviewer]).await, &stage.person("c-bank", &[Role::Reviewer]).await];
    write(
        &stage,
        &anna,
        &[(K07, "一"), ("criteria/K07/review_by", "2024-01-31"), ("criteria/K08/taken_over", "efs/K08")],
    )
    .await;
    write(&stage, &anna, &[("criteria/K09/review_by", "2199-01-31")]).await;
    let found = stage.desk.unsettled(&chief, &s3()).await.unwrap();
    assert_eq!(found.taken_over.iter().map(|r| r.as_str()).collect::<Vec<_>>(), ["K08"]);
    assert_eq!(found.overdue.iter().map(|r| r.as_str()).collect::<Vec<_>>(), ["K07"]);
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    for reviewer in reviewers {
        let (desk, number) = (&stage.desk, round.number);
        desk.answer_round(reviewer, &s3(), &round.id, &Scope::Whole, Verdict::Approve, number, "", None).await.unwrap();
    }
    // Nothing said, or less than there is: what came meanwhile was not seen.
    for seen in ["", "K08;", ";K07", "K07;K07", "K08;K07,K09"] {
        let refused = stage.desk.publish(&chief, &s3(), &round.id, "初版", seen).await;
        assert_eq!(refused.err(), Some(Failure::not_yet("unsettled")), "{seen}");
    }
    assert!(stage.desk.publications(&anna, &s3()).await.unwrap().is_empty());
    let version = stage.desk.publish(&chief, &s3(), &round.id, "初版", &found.mark()).await.unwrap();
    assert_eq!(version.note, "初版");
    // In an emergency as well.
    write(&stage, &anna, &[(K08, "二")]).await;
    let grant = stage.desk.publish_without_quorum(&chief, &s3(), "急ぎ", "").await;
    assert!(matches!(grant, Err(Failure::Forbidden { .. })), "the right goes first: {grant:?}");
    for email in ["carl@x.example", "dora@x.example"] {
        stage.desk.add_person(&chief, email, email, &[(None, Role::Coordinator)]).await.unwrap();
    }
    let (carl, dora) =
        (stage.desk.person("carl@x.example").await.unwrap(), stage.desk.person("dora@x.example").await.unwrap());
    let wish = Wish {
        scope: Lent::PublishWithoutQuorum,
        layer: Layer::Shared,
        reason: "急ぎ".into(),
        ticket: "CHG-8".into(),
        start: None,
        minutes: 60,
    };
    let id = stage.desk.ask_elevation(&carl, wish).await.unwrap();
    stage.desk.act_elevation(&dora, &id, Verb::Approve, "確認した").await.unwrap();
    stage.desk.act_elevation(&carl, &id, Verb::Begin, "").await.unwrap();
    let carl = stage.desk.person("carl@x.example").await.unwrap();
    let found = stage.desk.unsettled(&carl, &s3()).await.unwrap();
    for seen in ["", "K08;"] {
        let refused = stage.desk.publish_without_quorum(&carl, &s3(), "急ぎ", seen).await;
        assert_eq!(refused.err(), Some(Failure::not_yet("unsettled")), "{seen}");
    }
    let anyway = stage.desk.publish_without_quorum(&carl, &s3(), "急ぎ", &found.mark()).await.unwrap();
    assert_eq!((anyway.note.as_str(), stage.desk.publications(&anna, &s3()).await.unwrap().len()), ("急ぎ", 2));
}
