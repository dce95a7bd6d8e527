//! A sheet that starts from a similar one: what comes over, how it is marked, and who takes the mark away.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{CopyParts, Format, NewService, TAKEN_OVER, taken_over};
use assessments::failure::Failure;
use assessments::id::{RowId, ServiceId};
use assessments::lang::{Label, Lang};
use assessments::store::ServiceFilter;
use desk_support::{Database, Stage};
use rstest::rstest;

const ALL: CopyParts = CopyParts { scenarios: true, notes: true };

fn id(text: &str) -> ServiceId {
    ServiceId::parse(text).unwrap()
}

fn at(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn row(text: &str) -> RowId {
    RowId::parse(text).unwrap()
}

async fn write(stage: &Stage, actor: &Actor, service: &str, cells: &[(&str, &str)]) {
    desk_support::write(stage, actor, &SheetKey::shared(id(service)), cells).await.unwrap();
}

/// S3 with two answers, a scenario that a path and a note name, and `efs` with facts only.
async fn two_sheets(stage: &Stage, anna: &Actor) {
    let cells = [
        ("criteria/K07/availability", "on_default"),
        ("criteria/K07/summary/ja", "暗号化"),
        ("criteria/K07/verified_at", "2026-01-01"),
        ("criteria/K08/summary/en", "Keys"),
        ("scenarios/new-1/title/ja", "帳票の保管"),
        ("paths/new-1/scenario", "new-1"),
        ("paths/new-1/from/ja", "店舗"),
        ("notes/new-1/note/ja", "版を残す"),
        ("notes/new-1/scenarios", "new-1"),
    ];
    write(stage, anna, "s3", &cells).await;
    let name = Label { ja: "EFS".into(), en: "EFS".into() };
    stage
        .desk
        .add_service(anna, &NewService { id: id("efs"), name, provider: "AWS".into() }, Door::Form)
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn answers_come_over_as_one_change_set_marked_until_each_is_confirmed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.editor("a-bank").await;
    two_sheets(&stage, &anna).await;
    let written = stage.desk.copy_sheet(&anna, &id("s3"), &id("efs"), ALL, "似ている", Door::Form).await.unwrap();
    let efs = SheetKey::shared(id("efs"));
    let view = stage.desk.sheet(&anna, &efs).await.unwrap();
    assert_eq!(view.number, written.number);
    let text = |address: &str| view.cells.text(&at(address)).to_owned();
    assert_eq!(text("criteria/K07/summary/ja"), "暗号化");
    assert_eq!(text("criteria/K07/taken_over"), "s3/K07");
    assert_eq!(text("criteria/K08/taken_over"), "s3/K08");
    assert_eq!(text("criteria/K07/verified_at"), "", "who looked at S3 did not look at EFS");
    assert_eq!((text("paths/P-01/scenario"), text("notes/N-01/scenarios")), ("S-01".into(), "S-01".into()));
    assert_eq!(text("facts/service/name/ja"), "EFS");
    assert_eq!(taken_over(&view.cells, &view.criteria), [row("K07"), row("K08")]);

    // Editing an answer does not say that the rest of it holds.
    write(&stage, &anna, "efs", &[("criteria/K07/summary/ja", "EFS の暗号化")]).await;
    let view = stage.desk.sheet(&anna, &efs).await.unwrap();
    assert_eq!(taken_over(&view.cells, &view.criteria).len(), 2);
    let filter = ServiceFilter { state: "taken_over".into(), ..ServiceFilter::default() };
    assert_eq!(stage.desk.services(&anna, &filter, 1, 10).await.unwrap().total, 1);
    let matrix = stage.desk.matrix(&anna, &ServiceFilter::default(), 1, 10).await.unwrap();
    let marked: Vec<_> = matrix.items.iter().flat_map(|r| &r.taken_over).cloned().collect();
    assert_eq!(marked, ["K07", "K08"]);
    let json = stage.desk.export(&anna, &efs, Format::Json, Lang::Ja).await.unwrap();
    assert!(String::from_utf8(json.bytes).unwrap().contains("s3/K07"), "the mark travels");

    let done = stage.desk.confirm(&anna, &id("efs"), &[row("K07"), row("K11")], view.number, Door::Form).await.unwrap();
    assert_eq!(done.cells.len(), 3, "K11 carries no mark and is passed over");
    let view = stage.desk.sheet(&anna, &efs).await.unwrap();
    assert_eq!(view.cells.text(&at("criteria/K07/verified_by")), anna.name);
    assert_eq!(view.cells.text(&at("criteria/K07/verified_at")), stage.desk.today());
    assert_eq!(taken_over(&view.cells, &view.criteria), [row("K08")]);
    let again = stage.desk.confirm(&anna, &id("efs"), &[row("K07")], view.number, Door::Form).await;
    assert_eq!(again, Err(Failure::not_yet("nothing_to_confirm")));

    stage.desk.undo(&anna, &efs, done.number, "").await.unwrap();
    let view = stage.desk.sheet(&anna, &efs).await.unwrap();
    assert_eq!(view.cells.plain("criteria", &row("K07"), TAKEN_OVER), "s3/K07", "taking it back marks it again");
    stage.desk.follow().await.unwrap();
    assert!(stage.desk.check().await.unwrap().faults.is_empty());
}

#[rstest]
#[tokio::test]
async fn only_what_was_chosen_comes_over_and_only_into_a_sheet_without_answers(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.editor("a-bank").await;
    two_sheets(&stage, &anna).await;
    let copy = async |from: &str, to: &str, parts| {
        stage.desk.copy_sheet(&anna, &id(from), &id(to), parts, "", Door::Form).await.map(|_| ())
    };
    assert_eq!(copy("efs", "s3", ALL).await, Err(Failure::not_yet("target_answered")));
    assert_eq!(copy("s3", "s3", ALL).await, Err(Failure::not_yet("target_answered")));
    assert_eq!(copy("s3", "none", ALL).await, Err(Failure::NotFound));
    let reader = stage.person("b-bank", &[Role::Reader]).await;
    let refused = stage.desk.copy_sheet(&reader, &id("s3"), &id("efs"), ALL, "", Door::Form).await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })));
    copy("s3", "efs", CopyParts { scenarios: false, notes: true }).await.unwrap();
    let view = stage.desk.sheet(&anna, &SheetKey::shared(id("efs"))).await.unwrap();
    let sections: std::collections::BTreeSet<&str> = view.cells.iter().map(|(a, _)| a.section.as_str()).collect();
    assert_eq!(sections.into_iter().collect::<Vec<_>>(), ["criteria", "facts", "notes"]);
    assert_eq!(view.cells.text(&at("notes/N-01/scenarios")), "", "a scenario that did not come over is not named");
    assert_eq!(copy("s3", "efs", ALL).await, Err(Failure::not_yet("target_answered")));
}
