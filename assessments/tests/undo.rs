//! Taking back: one's own last change, and everything that one act wrote.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Layer, SheetKey};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::store::ChangeFilter;
use desk_support::{Database, Stage};
use private_support::{K07 as SUMMARY, address, input, own};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn my_last_change_is_taken_back_step_by_step_and_others_stay(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let s3 = stage.sheet();
    let text = async || stage.desk.sheet(&hanako, &s3).await.unwrap().cells.text(&address(SUMMARY)).to_owned();
    assert_eq!(stage.desk.undo_last(&hanako, &s3, 0, "").await.err(), Some(Failure::NothingToUndo));
    stage.desk.write(&hanako, &input(&s3, 0, &[(SUMMARY, "一行目\n二行目")])).await.unwrap();
    let second = stage.desk.write(&hanako, &input(&s3, 1, &[(SUMMARY, "一行目改\n二行目")])).await.unwrap();
    stage.desk.write(&ichiro, &input(&s3, 2, &[(SUMMARY, "一行目改\n二行目改")])).await.unwrap();
    assert_eq!(stage.desk.last_own(&hanako, &s3).await.unwrap(), Some(second.number));
    stage.desk.undo_last(&hanako, &s3, second.number, "").await.unwrap();
    assert_eq!(text().await, "一行目\n二行目改", "the colleague's line stays");
    assert_eq!(
        stage.desk.undo_last(&hanako, &s3, second.number, "").await.err(),
        Some(Failure::NothingToUndo),
        "a second click of the same button takes nothing more"
    );
    // The one before: its line was changed by a colleague since, and that is shown.
    assert_eq!(stage.desk.last_own(&hanako, &s3).await.unwrap(), Some(1));
    assert!(matches!(stage.desk.undo_last(&hanako, &s3, 1, "").await, Err(Failure::Conflict { .. })));
    assert_eq!(text().await, "一行目\n二行目改", "and nothing was written");
    let reader = stage.person("a-bank", &[Role::Reader]).await;
    assert!(matches!(stage.desk.undo_last(&reader, &s3, 0, "").await, Err(Failure::Forbidden { .. })));
}

/// One act that writes into the common text of two services and into an institution's layer.
async fn one_act(stage: &Stage, actor: &Actor) -> assessments::id::OperationId {
    let (s3, a) = (stage.sheet(), own("a-bank"));
    let adds = permit(&Actor::command_line(), Action::AddService, &Layer::Shared).unwrap();
    let mut tx = stage.desk.db().begin().await.unwrap();
    let _ = tx.add_service(&adds, &ServiceId::parse("sqs").unwrap()).await;
    tx.commit().await.unwrap();
    let sqs = SheetKey::shared(ServiceId::parse("sqs").unwrap());
    let inputs = [
        input(&s3, i64::MAX - 1, &[(SUMMARY, "取込 s3")]),
        input(&sqs, i64::MAX - 1, &[(SUMMARY, "取込 sqs")]),
        input(&a, i64::MAX - 1, &[(SUMMARY, "取込 当行")]),
    ];
    stage.desk.write_together(actor, &inputs).await.unwrap();
    let filter = ChangeFilter { service: Some(s3.service.clone()), limit: 1, ..ChangeFilter::default() };
    stage.desk.history(actor, &Layer::Shared, &filter).await.unwrap()[0].operation.clone()
}

#[rstest]
#[tokio::test]
async fn a_whole_operation_is_taken_back_in_every_layer_or_not_at_all(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, taro, ichiro) =
        (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let coordinator = Actor::command_line();
    let (s3, a) = (stage.sheet(), own("a-bank"));
    let sqs = SheetKey::shared(ServiceId::parse("sqs").unwrap());
    let text =
        async |key: &SheetKey| stage.desk.sheet(&hanako, key).await.unwrap().cells.text(&address(SUMMARY)).to_owned();
    let operation = one_act(&stage, &hanako).await;
    let sets = stage.desk.history(&hanako, &a.layer, &ChangeFilter { limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(stage.desk.operation_sizes(&hanako, &sets).await.unwrap()[&operation], 3);
    assert!(matches!(stage.desk.undo_operation(&ichiro, &operation, "").await, Err(Failure::Forbidden { .. })));
    let unknown = assessments::id::OperationId::parse("nothing").unwrap();
    assert_eq!(stage.desk.undo_operation(&hanako, &unknown, "").await.err(), Some(Failure::NotFound));
    // Somebody changed the same words of one of the three since: nothing at all is taken back.
    stage.desk.write(&ichiro, &input(&sqs, 1, &[(SUMMARY, "別の文章")])).await.unwrap();
    assert!(matches!(stage.desk.undo_operation(&hanako, &operation, "").await, Err(Failure::Conflict { .. })));
    assert_eq!([text(&s3).await, text(&sqs).await, text(&a).await], ["取込 s3", "別の文章", "取込 当行"]);
    stage.desk.undo_last(&ichiro, &sqs, 0, "").await.unwrap();
    let back = stage.desk.undo_operation(&hanako, &operation, "取り違え").await.unwrap();
    assert_eq!(back.len(), 3);
    assert_eq!([text(&s3).await, text(&sqs).await, text(&a).await], ["", "", ""]);
    // Who has the right over one layer takes back what stands there, and learns of no other.
    let operation = one_act(&stage, &hanako).await;
    let back = stage.desk.undo_operation(&coordinator, &operation, "").await.unwrap();
    assert!(back.iter().all(|(key, _)| key.layer == Layer::Shared) && back.len() == 2);
    assert_eq!(text(&a).await, "取込 当行");
    let back = stage.desk.undo_operation(&taro, &operation, "").await.unwrap();
    assert_eq!(back.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>(), std::slice::from_ref(&a));
    stage.desk.follow().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}
