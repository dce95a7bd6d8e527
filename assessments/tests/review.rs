//! Review rounds: who asks, who answers, what counts, what comes of it.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Address;
use assessments::desk::RoundState;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::review::{Scope, Verdict};
use assessments::store::Round;
use desk_support::{Database, Stage};
use rstest::rstest;

const K07: &str = "criteria/K07/summary/ja";
const K08: &str = "criteria/K08/summary/ja";

fn s3() -> ServiceId {
    ServiceId::parse("s3").unwrap()
}

fn at(text: &str) -> Address {
    Address::parse(text).unwrap()
}

async fn write(stage: &Stage, actor: &Actor, cell: &str, text: &str) -> i64 {
    desk_support::write(stage, actor, &stage.sheet(), &[(cell, text)]).await.unwrap().number
}

async fn answer(
    stage: &Stage,
    actor: &Actor,
    round: &Round,
    scope: &str,
    verdict: Verdict,
    comment: &str,
) -> Result<(), Failure> {
    let number = stage.desk.sheet(actor, &stage.sheet()).await.unwrap().number;
    let scope = Scope::parse(scope).unwrap();
    stage.desk.answer_round(actor, &s3(), &round.id, &scope, verdict, number, comment, None).await
}

async fn state(stage: &Stage, round: &Round) -> RoundState {
    stage.desk.review_round(&Actor::command_line(), &s3(), &round.id).await.unwrap().state()
}

#[rstest]
#[tokio::test]
async fn two_other_institutions_approve_and_a_version_is_published(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let anna = stage.person("a-bank", &[Role::Editor, Role::Reviewer]).await;
    let (bert, carl) =
        (stage.person("b-bank", &[Role::Reviewer]).await, stage.person("c-bank", &[Role::Reviewer]).await);
    let none = stage.desk.open_round(&chief, &s3(), "", "").await;
    assert_eq!(none.err(), Some(Failure::not_yet("nothing_changed")));
    write(&stage, &anna, K07, "暗号化").await;
    write(&stage, &anna, K08, "鍵").await;
    let bad = stage.desk.open_round(&chief, &s3(), "", "2026-02-30").await;
    assert!(matches!(bad, Err(Failure::Invalid { place, .. }) if place == "due"));
    assert!(matches!(stage.desk.open_round(&anna, &s3(), "", "").await, Err(Failure::Forbidden { .. })));
    let round = stage.desk.open_round(&chief, &s3(), "見てください", "2026-12-01").await.unwrap();
    assert_eq!(stage.desk.open_round(&chief, &s3(), "", "").await.err(), Some(Failure::not_yet("round_open")));

    assert_eq!(stage.desk.reviews_to_give(&bert).await.unwrap()[0].waiting, 2);
    assert!(stage.desk.reviews_to_give(&anna).await.unwrap().is_empty(), "nobody reviews what they wrote");
    answer(&stage, &bert, &round, "", Verdict::Approve, "").await.unwrap();
    assert!(stage.desk.reviews_to_give(&bert).await.unwrap().is_empty());
    answer(&stage, &anna, &round, "", Verdict::Approve, "").await.unwrap();
    assert_eq!(state(&stage, &round).await, RoundState::Open, "the author's institution does not count");
    let own = answer(&stage, &anna, &round, K07, Verdict::Approve, "").await;
    assert_eq!(own, Err(Failure::not_yet("own_change")));
    assert_eq!(stage.desk.publish(&chief, &s3(), &round.id, "", "").await.err(), Some(Failure::not_yet("no_quorum")));
    answer(&stage, &carl, &round, K07, Verdict::Approve, "").await.unwrap();
    assert_eq!(state(&stage, &round).await, RoundState::Open, "K08 waits for a second institution");
    answer(&stage, &carl, &round, K08, Verdict::Approve, "").await.unwrap();
    assert_eq!(state(&stage, &round).await, RoundState::Approved);

    assert!(matches!(stage.desk.publish(&bert, &s3(), &round.id, "", "").await, Err(Failure::Forbidden { .. })));
    let version = stage.desk.publish(&chief, &s3(), &round.id, "初版", "").await.unwrap();
    assert_eq!((version.version.as_str(), version.number, version.round), ("2026.11.1", 2, round.id.clone()));
    assert_eq!(state(&stage, &round).await, RoundState::Published);
    let late = answer(&stage, &bert, &round, "", Verdict::Object, "遅い").await;
    assert_eq!(late, Err(Failure::not_yet("round_ended")));
    assert_eq!(stage.desk.close_round(&chief, &s3(), &round.id).await, Err(Failure::not_yet("round_ended")));
}

#[rstest]
#[tokio::test]
async fn a_changed_cell_loses_its_approval_and_the_others_keep_theirs(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let anna = stage.editor("a-bank").await;
    let (bert, carl) =
        (stage.person("b-bank", &[Role::Reviewer]).await, stage.person("c-bank", &[Role::Reviewer]).await);
    write(&stage, &anna, K07, "一").await;
    write(&stage, &anna, K08, "一").await;
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    for reviewer in [&bert, &carl] {
        answer(&stage, reviewer, &round, "", Verdict::Approve, "").await.unwrap();
    }
    assert_eq!(state(&stage, &round).await, RoundState::Approved);
    write(&stage, &anna, K07, "二").await;
    let view = stage.desk.review_round(&chief, &s3(), &round.id).await.unwrap();
    assert_eq!((view.state(), view.judgement.missing()), (RoundState::Open, 1));
    assert_eq!(view.judgement.cells[&at(K07)].outdated.len(), 2);
    assert!(view.judgement.cells[&at(K08)].is_approved());
    assert_eq!(stage.desk.reviews_to_give(&bert).await.unwrap()[0].waiting, 1);
    // Taken back to what was published (nothing): there is no change left to approve.
    write(&stage, &anna, K07, "").await;
    assert_eq!(state(&stage, &round).await, RoundState::Approved);
    let progress = stage.desk.review_round(&chief, &s3(), &round.id).await.unwrap().progress();
    let lines: Vec<_> = progress.iter().map(|p| (p.institution.as_str(), p.may, p.approved)).collect();
    assert_eq!(lines, [("b-bank", 1, 1), ("c-bank", 1, 1)]);
}

#[rstest]
#[tokio::test]
async fn an_objection_blocks_until_it_is_answered_anew_and_stays_on_record(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let anna = stage.editor("a-bank").await;
    let (bert, carl) =
        (stage.person("b-bank", &[Role::Reviewer]).await, stage.person("c-bank", &[Role::Reviewer]).await);
    let dora = stage.person("d-bank", &[Role::Reviewer, Role::Approver]).await;
    write(&stage, &anna, K07, "一").await;
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    for reviewer in [&bert, &carl] {
        answer(&stage, reviewer, &round, "", Verdict::Approve, "").await.unwrap();
    }
    let silent = answer(&stage, &dora, &round, K07, Verdict::Object, "  ").await;
    assert_eq!(silent, Err(Failure::not_yet("no_comment")));
    answer(&stage, &dora, &round, K07, Verdict::Object, "根拠がない").await.unwrap();
    assert_eq!(stage.desk.publish(&chief, &s3(), &round.id, "", "").await.err(), Some(Failure::not_yet("objection")));
    let refused = stage.desk.publish_without_quorum(&chief, &s3(), "急ぎ", "").await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })), "no role holds it");
    let asked = stage.desk.changes_asked_of(&anna).await.unwrap();
    assert_eq!((asked.len(), asked[0].given.comment.as_str()), (1, "根拠がない"));
    assert!(stage.desk.changes_asked_of(&bert).await.unwrap().is_empty());
    write(&stage, &anna, K07, "二").await;
    assert!(stage.desk.changes_asked_of(&anna).await.unwrap().is_empty(), "it was changed since");
    for reviewer in [&bert, &carl] {
        answer(&stage, reviewer, &round, "", Verdict::Approve, "").await.unwrap();
    }
    assert_eq!(state(&stage, &round).await, RoundState::Open, "the objection still stands");
    answer(&stage, &dora, &round, K07, Verdict::Withdraw, "").await.unwrap();
    assert_eq!(state(&stage, &round).await, RoundState::Approved);
    stage.desk.publish(&chief, &s3(), &round.id, "", "").await.unwrap();
    let view = stage.desk.review_round(&chief, &s3(), &round.id).await.unwrap();
    assert!(view.given.iter().any(|g| g.verdict == Verdict::Object && g.comment == "根拠がない"));
}

#[rstest]
#[tokio::test]
async fn what_somebody_wrote_stays_their_institutions_after_they_left(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let manager = stage.person("a-bank", &[Role::Manager, Role::Reviewer]).await;
    let anna = stage.editor("a-bank").await;
    let bert = stage.person("b-bank", &[Role::Reviewer]).await;
    write(&stage, &anna, K07, "一").await;
    let bank = assessments::cell::Layer::parse("i:a-bank").unwrap();
    let nothing = std::collections::BTreeSet::new();
    stage.desk.set_roles(&manager, &bank, anna.person.as_ref().unwrap(), &nothing).await.unwrap();
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    for reviewer in [&manager, &bert] {
        answer(&stage, reviewer, &round, "", Verdict::Approve, "").await.unwrap();
    }
    let view = stage.desk.review_round(&chief, &s3(), &round.id).await.unwrap();
    assert_eq!(view.state(), RoundState::Open);
    assert_eq!(view.authors().0[0].0.as_str(), "a-bank");
}

#[rstest]
#[tokio::test]
async fn an_answer_is_given_for_one_institution_and_as_of_what_was_seen(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let anna = stage.editor("a-bank").await;
    let bert = stage.person("b-bank", &[Role::Reviewer]).await;
    write(&stage, &anna, K07, "一").await;
    let round = stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    let other = assessments::id::InstitutionId::parse("a-bank").unwrap();
    let give = async |number: i64, institution| {
        stage.desk.answer_round(&bert, &s3(), &round.id, &Scope::Whole, Verdict::Approve, number, "", institution).await
    };
    assert!(matches!(give(1, Some(&other)).await, Err(Failure::Invalid { place, .. }) if place == "institution"));
    assert!(matches!(give(2, None).await, Err(Failure::Invalid { place, .. }) if place == "number"));
    // The page was drawn at revision 1; meanwhile somebody wrote.
    write(&stage, &anna, K07, "二").await;
    give(1, None).await.unwrap();
    let view = stage.desk.review_round(&chief, &s3(), &round.id).await.unwrap();
    assert_eq!(view.judgement.cells[&at(K07)].outdated.len(), 1);
    let gone = answer(&stage, &bert, &round, K08, Verdict::Approve, "").await;
    assert_eq!(gone, Err(Failure::not_yet("moved_on")), "a cell that is not in the round");
    let editor = answer(&stage, &anna, &round, "", Verdict::Approve, "").await;
    assert!(matches!(editor, Err(Failure::Forbidden { .. })));
    stage.desk.close_round(&chief, &s3(), &round.id).await.unwrap();
    assert_eq!(state(&stage, &round).await, RoundState::Closed);
    assert!(stage.desk.open_rounds(&bert).await.unwrap().is_empty());
    stage.desk.open_round(&chief, &s3(), "", "").await.unwrap();
    assert_eq!(stage.desk.rounds(&bert, &s3()).await.unwrap().len(), 2);
}
