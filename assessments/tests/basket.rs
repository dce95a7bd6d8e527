//! Stories of baskets: what is collected, what changed since, who sees what of it; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{BasketChange, Format, MAX_BASKET_CELLS, MAX_BASKETS};
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use assessments::store::BasketCellKey;
use desk_support::{Database, Stage};
use rstest::rstest;

fn cell(layer: &str, address: &str) -> BasketCellKey {
    BasketCellKey {
        service: ServiceId::parse("s3").unwrap(),
        layer: Layer::parse(layer).unwrap(),
        address: Address::parse(address).unwrap(),
    }
}

async fn write(stage: &Stage, actor: &Actor, key: &BasketCellKey, text: &str) {
    let sheet = SheetKey { service: key.service.clone(), layer: key.layer.clone() };
    desk_support::write(stage, actor, &sheet, &[(&key.address.to_string(), text)]).await.unwrap();
}

fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

#[rstest]
#[tokio::test]
async fn a_collected_cell_keeps_how_it_was_and_says_that_it_changed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let summary = cell("shared", "criteria/K07/summary/ja");
    let empty = cell("shared", "criteria/K08/summary/ja");
    write(&stage, &hanako, &summary, "既定で暗号化される。").await;
    let (id, added) = stage.desk.collect(&hanako, None, &[summary.clone(), empty.clone()], Lang::Ja).await.unwrap();
    assert_eq!(added, 2);
    let again = stage.desk.collect(&hanako, None, std::slice::from_ref(&summary), Lang::Ja).await.unwrap();
    assert_eq!(again, (id.clone(), 0), "the same basket, and nothing twice");
    let remark = BasketChange::Remark("次回の審査で確認する".into());
    stage.desk.change_in_basket(&hanako, &id, &summary, &remark).await.unwrap();
    write(&stage, &hanako, &summary, "既定で SSE-S3 により暗号化される。").await;

    let view = stage.desk.basket(&hanako, &id).await.unwrap();
    let first = &view.cells[0];
    assert!(view.own && first.changed() && !view.cells[1].changed(), "{view:?}");
    assert_eq!(first.then.as_deref(), Some("既定で暗号化される。"));
    assert_eq!(first.now.as_deref(), Some("既定で SSE-S3 により暗号化される。"));
    assert_eq!(first.remark, "次回の審査で確認する");

    stage.desk.change_in_basket(&hanako, &id, &summary, &BasketChange::Retake).await.unwrap();
    stage.desk.change_in_basket(&hanako, &id, &summary, &BasketChange::Down).await.unwrap();
    let view = stage.desk.basket(&hanako, &id).await.unwrap();
    assert_eq!((&view.cells[0].key, &view.cells[1].key), (&empty, &summary));
    assert!(!view.cells[1].changed() && view.cells[1].remark == "次回の審査で確認する");
    stage.desk.change_in_basket(&hanako, &id, &empty, &BasketChange::Drop).await.unwrap();
    assert_eq!(stage.desk.basket(&hanako, &id).await.unwrap().cells.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_basket_is_its_owners_until_it_is_shared_and_hides_what_a_reader_may_not_read(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, jiro) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Reader]).await);
    let (ichiro, shared, own) = (
        stage.editor("b-bank").await,
        cell("shared", "criteria/K07/summary/ja"),
        cell("i:a-bank", "criteria/K07/limits/ja"),
    );
    write(&stage, &hanako, &shared, "共通の文章").await;
    write(&stage, &hanako, &own, "A銀行だけの判断").await;
    let (id, _) = stage.desk.collect(&hanako, None, &[shared.clone(), own.clone()], Lang::Ja).await.unwrap();
    for other in [&jiro, &ichiro] {
        assert_eq!(stage.desk.basket(other, &id).await, Err(Failure::NotFound));
        assert!(stage.desk.baskets(other).await.unwrap().is_empty());
    }
    assert_eq!(stage.desk.collect(&ichiro, None, std::slice::from_ref(&own), Lang::Ja).await, Err(Failure::NotFound));
    let elsewhere = stage.desk.set_basket(&hanako, &id, "審査用", Some(&bank("b-bank"))).await;
    assert_eq!(elsewhere, Err(Failure::NotFound), "not into another institution");
    stage.desk.set_basket(&hanako, &id, "審査用", Some(&bank("a-bank"))).await.unwrap();

    let seen = stage.desk.basket(&jiro, &id).await.unwrap();
    assert!(!seen.own && seen.cells.len() == 2);
    let change = stage.desk.change_in_basket(&jiro, &id, &shared, &BasketChange::Drop).await;
    assert_eq!(change, Err(Failure::NotFound), "reading along is not writing");
    assert_eq!(stage.desk.remove_basket(&jiro, &id).await, Err(Failure::NotFound));
    assert_eq!(stage.desk.basket(&ichiro, &id).await, Err(Failure::NotFound));

    // Whoever leaves the institution keeps the basket and sees nothing of the institution's text in it.
    let left = Actor { institutions: [(bank("b-bank"), [Role::Reader].into())].into(), ..hanako.clone() };
    let kept: Vec<_> = stage.desk.basket(&left, &id).await.unwrap().cells.into_iter().map(|c| c.key).collect();
    assert_eq!(kept, [shared]);
    let file = stage.desk.export_basket(&left, &id, Format::Markdown, Lang::Ja).await.unwrap();
    assert!(!String::from_utf8(file.bytes).unwrap().contains("だけの判断"));
    let file = stage.desk.export_basket(&hanako, &id, Format::Markdown, Lang::Ja).await.unwrap();
    assert!(String::from_utf8(file.bytes).unwrap().contains("だけの判断"));
}

#[rstest]
#[tokio::test]
async fn lists_have_bounds_and_a_refused_step_changes_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let many: Vec<BasketCellKey> =
        (0..=MAX_BASKET_CELLS).map(|n| cell("shared", &format!("scenarios/S-{n:02}/title/ja"))).collect();
    let full = stage.desk.collect(&hanako, None, &many, Lang::Ja).await;
    assert!(matches!(full, Err(Failure::Full { most: MAX_BASKET_CELLS, .. })), "{full:?}");
    assert!(stage.desk.baskets(&hanako).await.unwrap().is_empty(), "not even the basket");
    let (id, added) = stage.desk.collect(&hanako, None, &many[..2], Lang::Ja).await.unwrap();
    assert_eq!(added, 2);
    let long = stage.desk.change_in_basket(&hanako, &id, &many[0], &BasketChange::Remark("長".repeat(2_001))).await;
    assert!(matches!(long, Err(Failure::TooLong { .. })), "{long:?}");
    assert_eq!(stage.desk.add_basket(&hanako, "  ").await, Err(Failure::invalid("name", "")));
    for n in 1..MAX_BASKETS {
        stage.desk.add_basket(&hanako, &format!("一覧 {n}")).await.unwrap();
    }
    assert!(matches!(stage.desk.add_basket(&hanako, "もう一つ").await, Err(Failure::Full { .. })));
    stage.desk.remove_basket(&hanako, &id).await.unwrap();
    assert_eq!(stage.desk.basket(&hanako, &id).await, Err(Failure::NotFound));
    let nobody = stage.desk.add_basket(&Actor::command_line(), "x").await;
    assert!(matches!(nobody, Err(Failure::Forbidden { .. })), "the command line has no baskets");
}
