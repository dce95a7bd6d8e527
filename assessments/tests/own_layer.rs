//! The own layer works as the common text does: taken back by the same rules, told to its own people, written out as a
//! list.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::Role;
use assessments::desk::AdoptionFilter;
use assessments::failure::Failure;
use assessments::store::ChangeFilter;
use desk_support::{Database, Stage};
use private_support::{Bank, K07, address, own, publish, write, write_from};
use rstest::rstest;

const NOTE: &str = "adoption/service/note";

#[rstest]
#[tokio::test]
async fn an_own_change_is_taken_back_by_the_rules_of_the_common_text(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let (colleague, reader) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Reader]).await);
    let key = own("a-bank");
    let text = async || stage.desk.sheet(&a.editor, &key).await.unwrap().cells.text(&address(NOTE)).to_owned();
    assert_eq!(stage.desk.undo_last(&a.editor, &key, 0, "").await.err(), Some(Failure::NothingToUndo));
    write(&stage, &a.editor, &key, &[(NOTE, "一行目\n二行目")]).await.unwrap();
    let second = write(&stage, &a.editor, &key, &[(NOTE, "一行目改\n二行目")]).await.unwrap();
    write_from(&stage, &colleague, &key, second.number, &[(NOTE, "一行目改\n二行目改")]).await.unwrap();
    assert_eq!(stage.desk.last_own(&a.editor, &key).await.unwrap(), Some(second.number));
    // Another institution cannot tell that there is anything; who only reads is told that they may not.
    for refused in [
        stage.desk.undo_last(&b.editor, &key, 0, "").await.err(),
        stage.desk.undo(&b.editor, &key, second.number, "").await.err(),
        stage.desk.restore(&b.editor, &key, 1, "").await.err(),
        stage.desk.last_own(&b.editor, &key).await.err(),
    ] {
        assert_eq!(refused, Some(Failure::NotFound));
    }
    assert!(matches!(stage.desk.undo_last(&reader, &key, 0, "").await, Err(Failure::Forbidden { .. })));
    let back = stage.desk.undo_last(&a.editor, &key, second.number, "").await.unwrap();
    assert_eq!(
        (back.number, text().await),
        (4, "一行目\n二行目改".to_owned()),
        "a new change set; the colleague's stays"
    );
    let again = stage.desk.undo_last(&a.editor, &key, second.number, "").await;
    assert_eq!(again.err(), Some(Failure::NothingToUndo), "a second click takes nothing more");
    assert!(matches!(stage.desk.undo_last(&a.editor, &key, 1, "").await, Err(Failure::Conflict { .. })));
    assert_eq!(text().await, "一行目\n二行目改", "and nothing was written");
    stage.desk.restore(&a.editor, &key, 1, "").await.unwrap();
    assert_eq!(text().await, "一行目\n二行目");
    stage.desk.follow().await.unwrap();
    assert!(stage.desk.check().await.unwrap().faults.is_empty());
}

#[rstest]
#[tokio::test]
async fn an_operation_of_the_own_layer_is_taken_back_by_its_people_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let (key, cells) = (own("a-bank"), [("risks/K07/owner", "業務部"), ("risks/K07/accepted", "残る")]);
    write(&stage, &a.editor, &key, &cells).await.unwrap();
    let filter = ChangeFilter { service: Some(key.service.clone()), limit: 1, ..ChangeFilter::default() };
    let sets = stage.desk.history(&a.editor, &key.layer, &filter).await.unwrap();
    let operation = sets[0].operation.clone();
    assert_eq!(stage.desk.undo_operation(&b.editor, &operation, "").await.err(), Some(Failure::NotFound));
    let back = stage.desk.undo_operation(&a.editor, &operation, "取り違え").await.unwrap();
    assert_eq!(back.len(), 1);
    let view = stage.desk.sheet(&a.editor, &key).await.unwrap();
    assert!(cells.iter().all(|(cell, _)| view.cells.text(&address(cell)).is_empty()));
}

#[tokio::test]
async fn the_comparison_leaves_as_csv_and_every_text_stays_what_it_is() {
    let stage = Stage::open(Database::Sqlite).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "暗号化できる。")]).await.unwrap();
    publish(&stage, "2026.11.1").await;
    a.decide(&stage, "with_conditions", "=HYPERLINK(\"x\"), \"引用\"\n二行目").await;
    let risk = [("risks/K07/accepted", "-1 件"), ("risks/K07/owner", "+業務部"), ("risks/K07/expires", "2026-12-10")];
    write(&stage, &a.editor, &own("a-bank"), &risk).await.unwrap();
    a.approve(&stage).await;
    let all = AdoptionFilter::default();
    let file = stage.desk.export_adoptions(&a.editor, &a.id, &all).await.unwrap();
    assert_eq!(
        (file.content_type, file.file_name.as_str()),
        ("text/csv; charset=utf-8", "kyohyo-adoption-20261118.csv")
    );
    let text = String::from_utf8(file.bytes).unwrap();
    let lines = text.strip_prefix('\u{feff}').unwrap();
    assert!(lines.starts_with("\"list\",\"service\",") && lines.contains("\r\n"));
    let mut reader = csv::Reader::from_reader(lines.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let of = |row: &csv::StringRecord, name: &str| row[head.iter().position(|h| h == name).unwrap()].to_owned();
    assert_eq!(rows.iter().map(|r| of(r, "list")).collect::<Vec<_>>(), ["decision", "risk"]);
    assert_eq!(
        of(&rows[0], "conditions"),
        "=HYPERLINK(\"x\"), \"引用\"\n二行目",
        "no apostrophe before anybody's text"
    );
    assert_eq!([of(&rows[0], "approval"), of(&rows[0], "version")], ["approved", "2026.11.1"]);
    assert_eq!([of(&rows[1], "accepted_risk"), of(&rows[1], "owner")], ["-1 件", "+業務部"]);
    // Later: the risk's end is a cause, so the approval stands among the outdated ones.
    stage.pass(chrono::Duration::days(40));
    let later = stage.desk.export_adoptions(&a.editor, &a.id, &all).await.unwrap();
    assert!(String::from_utf8(later.bytes).unwrap().contains("\r\n\"outdated\",\"s3\","));
    // Another institution's list has none of it, and A's is not there for them.
    let other = stage.desk.export_adoptions(&b.editor, &b.id, &all).await.unwrap();
    assert_eq!(String::from_utf8(other.bytes).unwrap().lines().count(), 1);
    assert_eq!(stage.desk.export_adoptions(&b.editor, &a.id, &all).await.err(), Some(Failure::NotFound));
}
