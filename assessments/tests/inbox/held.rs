//! A text that met a conflict waits for its writer.

use super::{kinds, one, own, wants};
use crate::desk_support::{Database, Stage, input};
use assessments::access::{Actor, Role};
use assessments::cell::{Address, SheetKey};
use assessments::change::Door;
use assessments::desk::{InboxKind, Told, WriteInput};
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::Often;
use chrono::Duration;
use rstest::rstest;
use std::collections::BTreeSet;

/// Writes over what somebody else wrote meanwhile: refused.
async fn collides(stage: &Stage, actor: &Actor, key: &SheetKey, cell: &str, text: &str) {
    let refused = stage.desk.write(actor, &input(key, 0, &[(cell, text)])).await;
    assert!(matches!(refused, Err(Failure::Conflict { .. })), "{refused:?}");
}

const CELL: &str = "criteria/K07/summary/ja";

#[rstest]
#[tokio::test]
async fn a_text_that_met_a_conflict_is_kept_for_its_writer_until_they_save_the_cell(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, arno, bert) = (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let number = desk.write(&bert, &input(&stage.sheet(), 0, &[(CELL, "ベルトの文")])).await.unwrap().number;
    collides(&stage, &anna, &stage.sheet(), CELL, "アンナの一").await;
    stage.pass(Duration::minutes(1));
    collides(&stage, &anna, &stage.sheet(), CELL, "アンナの二").await;
    let items = desk.inbox(&anna).await.unwrap();
    assert_eq!(items.len(), 1, "one a cell, the newer one: {items:?}");
    assert_eq!((items[0].kind, items[0].text.as_str(), items[0].unread), (InboxKind::Conflict, "アンナの二", true));
    assert_eq!(items[0].place.as_ref().unwrap().1.to_string(), CELL);
    let id = items[0].key.strip_prefix("conflict:").unwrap().to_owned();
    assert_eq!(items[0].url, format!("/services/s3/edit?held={id}"));
    assert_eq!(desk.held_text(&anna, &id).await.unwrap().base, 0);
    for other in [&arno, &bert] {
        assert!(desk.inbox(other).await.unwrap().is_empty(), "nobody else's");
        assert_eq!(desk.held_text(other, &id).await.err(), Some(Failure::NotFound));
        assert_eq!(desk.put_aside(other, &id).await.err(), Some(Failure::NotFound));
    }
    // Somebody else's save and one of another cell change nothing; one's own of this cell does, merged or the same.
    let number = desk.write(&bert, &input(&stage.sheet(), number, &[(CELL, "ベルトの次")])).await.unwrap().number;
    desk.write(&anna, &input(&stage.sheet(), number, &[("criteria/K08/summary/ja", "別")])).await.unwrap();
    assert_eq!(desk.held_texts(&anna).await.unwrap().len(), 1);
    desk.write(&anna, &input(&stage.sheet(), number, &[(CELL, "ベルトの次")])).await.unwrap();
    assert!(desk.inbox(&anna).await.unwrap().is_empty());

    // Put aside, by the key that the inbox knows it by; once.
    collides(&stage, &anna, &stage.sheet(), CELL, "三").await;
    let key = desk.inbox(&anna).await.unwrap()[0].key.clone();
    desk.put_aside(&anna, &key).await.unwrap();
    assert!(desk.inbox(&anna).await.unwrap().is_empty());
    assert_eq!(desk.put_aside(&anna, &key).await.err(), Some(Failure::NotFound));

    // A click that types nothing neither keeps a text nor does away with one: taking back what stands, and what does not.
    let number = desk.write(&anna, &input(&stage.sheet(), i64::MAX - 1, &[(CELL, "アンナの文")])).await.unwrap().number;
    collides(&stage, &anna, &stage.sheet(), CELL, "四").await;
    let kept = desk.held_texts(&anna).await.unwrap();
    desk.undo(&anna, &stage.sheet(), number, "").await.unwrap();
    assert_eq!(desk.held_texts(&anna).await.unwrap(), kept);
    let number = desk.write(&anna, &input(&stage.sheet(), i64::MAX - 1, &[(CELL, "アンナの文")])).await.unwrap().number;
    collides(&stage, &anna, &stage.sheet(), CELL, "四").await;
    let kept = desk.held_texts(&anna).await.unwrap();
    desk.write(&bert, &input(&stage.sheet(), i64::MAX - 1, &[(CELL, "まったく別の内容")])).await.unwrap();
    assert!(desk.undo(&anna, &stage.sheet(), number, "").await.is_err());
    assert_eq!(desk.held_texts(&anna).await.unwrap(), kept);
}

#[rstest]
#[tokio::test]
async fn a_form_of_several_cells_keeps_all_that_was_typed_and_a_cell_that_went_along_ends_nothing(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (desk, key) = (&stage.desk, stage.sheet());
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let (two, three) = ("criteria/K08/summary/ja", "criteria/K09/summary/ja");
    let number = desk.write(&bert, &input(&key, 0, &[(CELL, "ベルトの文"), (three, "同じ")])).await.unwrap().number;
    let form = WriteInput {
        door: Door::Form, ..input(&key, 0, &[(CELL, "アンナの一"), (two, "隣"), (three, "同じ")])
    };
    assert!(matches!(desk.write(&anna, &form).await, Err(Failure::Conflict { .. })));
    let kept = async || {
        let kept = desk.held_texts(&anna).await.unwrap();
        kept.into_iter().map(|h| (h.address.to_string(), h.text)).collect::<BTreeSet<_>>()
    };
    let both = BTreeSet::from([(CELL.to_owned(), "アンナの一".to_owned()), (two.to_owned(), "隣".to_owned())]);
    assert_eq!(kept().await, both, "the one in conflict and the one beside it; not what stands there anyway");
    // Another form of the row: the first cell goes along as it stands, the second is saved.
    let form = WriteInput { door: Door::Form, ..input(&key, number, &[(CELL, "ベルトの文"), (two, "隣")]) };
    desk.write(&anna, &form).await.unwrap();
    assert_eq!(kept().await, BTreeSet::from([(CELL.to_owned(), "アンナの一".to_owned())]));
}

#[rstest]
#[tokio::test]
async fn what_is_kept_is_bounded_and_ends_with_the_right_to_read_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let boss = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    let anna = stage.editor("a-bank").await;
    let key = own("a-bank");
    desk.write(&boss, &input(&key, 0, &[(CELL, "内密の一")])).await.unwrap();
    collides(&stage, &anna, &key, CELL, "内密の二").await;
    assert_eq!(kinds(&stage, &anna).await, [(InboxKind::Conflict, true)]);
    // By mail only that there is something: it is a private layer's.
    wants(&stage, &anna, Often::AtOnce, Lang::Ja).await;
    assert!(desk.take_mail().await.unwrap().is_empty());
    stage.pass(Duration::hours(24));
    assert_eq!(one(&stage).await.told, [Told::Private]);
    // Who leaves the institution sees it no more; who comes back does.
    let person = anna.person.as_ref().unwrap();
    desk.set_roles(&boss, &key.layer, person, &BTreeSet::new()).await.unwrap();
    let outside = Actor { institutions: stage.editor("b-bank").await.institutions, ..anna.clone() };
    assert!(desk.inbox(&outside).await.unwrap().is_empty());
    stage.pass(Duration::days(assessments::desk::HELD_DAYS + 1));
    assert!(desk.held_texts(&anna).await.unwrap().is_empty(), "too old");

    // Never more than so many of one person: the newest.
    let cells = |text: &str| -> Vec<(Address, String)> {
        let categories = desk.criteria("").categories.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        let fields = ["summary", "limits", "configure"].iter().flat_map(|f| ["ja", "en"].map(|l| format!("{f}/{l}")));
        let places =
            fields.flat_map(|f| categories.iter().map(move |c| format!("criteria/{c}/{f}")).collect::<Vec<_>>());
        places.map(|a| (Address::parse(&a).unwrap(), format!("{text}{a}"))).collect()
    };
    let shared = WriteInput { cells: cells("甲"), ..input(&stage.sheet(), 0, &[(CELL, "")]) };
    let private = WriteInput { cells: cells("乙"), ..input(&key, 1, &[(CELL, "")]) };
    desk.write_together(&boss, &[shared.clone(), private.clone()]).await.unwrap();
    let many = |input: &WriteInput| WriteInput { cells: cells("丙"), base: 0, ..input.clone() };
    let refused = desk.write_together(&anna, &[many(&shared), many(&private)]).await;
    let Err(Failure::Conflict { cells: refused }) = refused else { panic!("{refused:?}") };
    assert!(refused.len() as i64 > assessments::desk::MOST_HELD, "{}", refused.len());
    let held = desk.held_texts(&anna).await.unwrap();
    assert_eq!(held.len() as i64, assessments::desk::MOST_HELD);
    assert!(held.iter().any(|h| h.key == key) && held.iter().all(|h| h.text.starts_with('丙')));
}
