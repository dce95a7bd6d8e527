//! Stories of saved searches: what is new since the last look, and who sees them; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Layer, SheetKey};
use assessments::desk::SavedView;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;

async fn write(stage: &Stage, actor: &Actor, layer: &str, address: &str, text: &str) {
    let key = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse(layer).unwrap() };
    desk_support::write(stage, actor, &key, &[(address, text)]).await.unwrap();
    stage.desk.follow().await.unwrap();
}

async fn only(stage: &Stage, actor: &Actor) -> SavedView {
    let all = stage.desk.saved_searches(actor).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

#[rstest]
#[tokio::test]
async fn a_saved_search_counts_the_cells_that_changed_and_fit_and_looking_moves_the_mark(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, "shared", "criteria/K07/summary/ja", "保管時に暗号化する。").await;
    stage.pass(Duration::minutes(1));
    let id = stage.desk.save_search(&hanako, " 暗号化の話 ", "q=%E6%9A%97%E5%8F%B7%E5%8C%96", None).await.unwrap();
    let saved = only(&stage, &hanako).await;
    assert_eq!((saved.new, saved.row.name.as_str(), saved.own), (0, "暗号化の話", true), "what was there is not new");
    stage.pass(Duration::minutes(1));
    write(&stage, &hanako, "shared", "criteria/K08/summary/ja", "通信を暗号化する。").await;
    write(&stage, &hanako, "shared", "criteria/K11/summary/ja", "証跡を残す。").await;
    assert_eq!(only(&stage, &hanako).await.new, 1, "one fits, the other does not");
    let before = stage.desk.look_at_search(&hanako, &id).await.unwrap().looked_at;
    let changed = stage.desk.changed_since(&hanako, before).await.unwrap();
    assert_eq!(changed.len(), 2);
    stage.pass(Duration::minutes(1));
    stage.desk.open_thread(&hanako, &stage.sheet(), None, "暗号化の方式を確認してください").await.unwrap();
    write(&stage, &hanako, "shared", "facts/service/name/ja", "暗号化ストレージ").await;
    let own = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:b-bank").unwrap() };
    let ichiro = stage.editor("b-bank").await;
    stage.desk.open_thread(&ichiro, &own, None, "暗号化は B 銀行だけの話").await.unwrap();
    stage.desk.follow().await.unwrap();
    assert_eq!(only(&stage, &hanako).await.new, 2, "a comment and a service's name; nobody else's comment");
    stage.desk.look_at_search(&hanako, &id).await.unwrap();
    assert_eq!(only(&stage, &hanako).await.new, 0, "the mark has moved");
    stage.desk.remove_search(&hanako, &id).await.unwrap();
    assert!(stage.desk.saved_searches(&hanako).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn nobody_sees_or_counts_by_a_search_what_is_not_theirs(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, jiro) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Reader]).await);
    let ichiro = stage.editor("b-bank").await;
    let bank = InstitutionId::parse("a-bank").unwrap();
    let query = "q=%E6%9A%97%E5%8F%B7%E5%8C%96";
    let id = stage.desk.save_search(&hanako, "共有の検索", query, Some(&bank)).await.unwrap();
    stage.desk.save_search(&ichiro, "B の検索", query, None).await.unwrap();
    stage.pass(Duration::minutes(1));
    write(&stage, &hanako, "i:a-bank", "criteria/K07/limits/ja", "暗号化についての A 銀行だけの判断").await;
    assert_eq!(only(&stage, &jiro).await.new, 1, "shared: each reader has their own mark");
    let theirs = only(&stage, &ichiro).await;
    assert_eq!((theirs.new, theirs.row.name.as_str()), (0, "B の検索"), "a private change is counted by nobody else");
    assert_eq!(stage.desk.look_at_search(&ichiro, &id).await, Err(Failure::NotFound));
    assert_eq!(stage.desk.remove_search(&jiro, &id).await, Err(Failure::NotFound));
    stage.desk.look_at_search(&jiro, &id).await.unwrap();
    assert_eq!((only(&stage, &jiro).await.new, only(&stage, &hanako).await.new), (0, 1));
    let elsewhere = stage.desk.save_search(&ichiro, "x", query, Some(&bank)).await;
    assert_eq!(elsewhere, Err(Failure::NotFound));
    let reader = stage.desk.save_search(&jiro, "x", query, Some(&bank)).await;
    assert!(matches!(reader, Err(Failure::Forbidden { .. })), "{reader:?}");
    assert!(matches!(stage.desk.save_search(&jiro, "x", "q=+", None).await, Err(Failure::Invalid { .. })));
}
