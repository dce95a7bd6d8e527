//! Stories of reading across: sheets that are like one another, a category narrowed and side by side; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Action, Actor, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::id::{RowId, ServiceId};
use assessments::store::AcrossFilter;
use desk_support::{Database, Stage};
use rstest::rstest;

async fn answer(stage: &Stage, actor: &Actor, layer: &str, service: &str, answers: &[(&str, &str)]) {
    let adds = permit(&Actor::command_line(), Action::AddService, &Layer::Shared).unwrap();
    let id = ServiceId::parse(service).unwrap();
    let mut tx = stage.desk.db().begin().await.unwrap();
    tx.add_service(&adds, &id).await.unwrap();
    tx.commit().await.unwrap();
    let key = SheetKey { service: id, layer: Layer::parse(layer).unwrap() };
    let base = stage.desk.sheet(actor, &key).await.unwrap().number;
    let cell =
        |(place, text): &(&str, &str)| (Address::parse(&format!("criteria/{place}")).unwrap(), (*text).to_owned());
    let cells = answers.iter().map(cell).collect();
    let input = WriteInput { key, base, cells, reason: String::new(), door: Door::Form, source: String::new() };
    stage.desk.write(actor, &input).await.unwrap();
}

const ALIKE: [(&str, &str); 3] =
    [("K01/availability", "on_default"), ("K02/availability", "can_enable"), ("K03/availability", "partly")];

#[rstest]
#[tokio::test]
async fn the_nearest_sheets_come_first_follow_changes_and_know_nothing_of_private_answers(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::empty(database).await;
    let hanako = stage.editor("a-bank").await;
    for service in ["s3", "rds"] {
        answer(&stage, &hanako, "shared", service, &ALIKE).await;
    }
    let far = [("K01/availability", "not_offered"), ("K02/availability", "not_applicable"), ALIKE[2]];
    answer(&stage, &hanako, "shared", "sqs", &far).await;
    answer(&stage, &hanako, "shared", "sns", &ALIKE[..2]).await;
    let s3 = ServiceId::parse("s3").unwrap();
    let names = async || {
        let found = stage.desk.similar(&hanako, &s3, 5).await.unwrap();
        found.iter().map(|f| f.service.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["rds", "sqs"], "sns answers too little");
    let found = stage.desk.similar(&hanako, &s3, 1).await.unwrap();
    assert_eq!((found.len(), found[0].likeness.same.len()), (1, 3));
    // A private answer changes nothing; a common one is seen at the next question.
    answer(&stage, &hanako, "i:a-bank", "sqs", &[("K01/limits/ja", "自機関の判断")]).await;
    assert_eq!(names().await, ["rds", "sqs"]);
    answer(
        &stage,
        &hanako,
        "shared",
        "rds",
        &[("K01/availability", "not_offered"), ("K03/availability", "not_applicable")],
    )
    .await;
    answer(&stage, &hanako, "shared", "sqs", &ALIKE).await;
    assert_eq!(names().await, ["sqs", "rds"]);
}

#[rstest]
#[tokio::test]
async fn a_category_is_narrowed_by_every_filter_and_laid_side_by_side(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::empty(database).await;
    let hanako = stage.editor("a-bank").await;
    let k07 = RowId::parse("K07").unwrap();
    let base = [
        ("K07/availability", "on_default"),
        ("K07/responsibility", "shared"),
        ("K07/summary/ja", "既定で暗号化100%する。"),
    ];
    answer(&stage, &hanako, "shared", "s3", &base).await;
    answer(&stage, &hanako, "shared", "rds", &base[..2]).await;
    let other = [("K07/availability", "can_enable"), ("K07/guardrails", "config:sqs-rule | full")];
    answer(&stage, &hanako, "shared", "sqs", &other).await;
    let set = stage.desk.criteria("");
    let ids = async |filter: AcrossFilter| {
        let found = stage.desk.across(&hanako, &set, &k07, &filter, (1, 50)).await.unwrap();
        assert_eq!(found.total, i64::try_from(found.items.len()).unwrap());
        found.items.iter().map(|r| r.service.to_string()).collect::<Vec<_>>()
    };
    let none = AcrossFilter::default;
    assert_eq!(ids(none()).await, ["rds", "s3", "sqs"]);
    assert_eq!(ids(AcrossFilter { availability: "can_enable".into(), ..none() }).await, ["sqs"]);
    assert_eq!(ids(AcrossFilter { responsibility: "shared".into(), ..none() }).await, ["rds", "s3"]);
    assert_eq!(ids(AcrossFilter { guardrail: "yes".into(), ..none() }).await, ["sqs"]);
    assert_eq!(ids(AcrossFilter { guardrail: "no".into(), ..none() }).await, ["rds", "s3"]);
    assert_eq!(ids(AcrossFilter { text: "100%".into(), ..none() }).await, ["s3"]);
    assert_eq!(ids(AcrossFilter { text: "100_".into(), ..none() }).await, Vec::<String>::new());
    assert_eq!(ids(AcrossFilter { text: "RDS".into(), ..none() }).await, ["rds"]);
    assert!(ids(AcrossFilter { provider: "X".into(), ..none() }).await.is_empty());

    let chosen: Vec<ServiceId> =
        ["sqs", "s3", "rds", "s3", "none"].iter().map(|id| ServiceId::parse(id).unwrap()).collect();
    let across = stage.desk.side_by_side(&hanako, &set, &k07, &chosen).await.unwrap();
    let columns: Vec<&str> = across.columns.iter().map(|c| c.row.service.as_str()).collect();
    assert_eq!(columns, ["sqs", "s3", "rds"], "in the order of choosing, each once");
    assert!(across.columns[0].differs.contains("availability") && across.columns[1].differs.is_empty());
}
