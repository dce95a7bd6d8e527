//! Stories of administration: who lets whom in, on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::desk::Invited;
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::lang::Label;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeSet;

fn bank(id: &str) -> (InstitutionId, Layer) {
    let id = InstitutionId::parse(id).unwrap();
    (id.clone(), Layer::Institution(id))
}

fn roles(list: &[Role]) -> BTreeSet<Role> {
    list.iter().copied().collect()
}

#[rstest]
#[tokio::test]
async fn the_administrator_names_the_first_manager_and_nobody_after_that(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::empty(database).await;
    let chief = Actor::command_line();
    let (id, layer) = bank("a-bank");
    stage.desk.add_institution(&chief, &id, &Label { ja: "A銀行".into(), en: "A Bank".into() }).await.unwrap();
    let Invited::New(token) = stage.desk.invite_first_manager(&chief, &id, "m@a.example", "管理 花子").await.unwrap()
    else {
        panic!("no link")
    };
    stage.desk.use_link(&token, "correct horse battery").await.unwrap();
    let second = stage.desk.invite_first_manager(&chief, &id, "n@a.example", "二人目").await;
    assert!(matches!(second, Err(Failure::Exists { .. })), "{second:?}");
    // Neither can the administrator look into the institution, nor give a role there, nor a link to its people.
    assert_eq!(stage.desk.members(&chief, &layer).await, Err(Failure::NotFound));
    let manager = stage.desk.person("m@a.example").await.unwrap();
    let person = manager.person.clone().unwrap();
    assert_eq!(stage.desk.new_link(&chief, &Layer::Shared, &person).await, Err(Failure::NotFound));
    let invited = stage.desk.invite(&chief, &layer, "x@a.example", "誰か", &roles(&[Role::Reader])).await;
    assert_eq!(invited, Err(Failure::NotFound));
    // The manager can.
    let editor =
        stage.desk.invite(&manager, &layer, "E@a.example ", "編集 太郎", &roles(&[Role::Editor])).await.unwrap();
    assert!(matches!(editor, Invited::New(_)));
    let names: Vec<String> = stage.desk.members(&manager, &layer).await.unwrap().into_iter().map(|m| m.email).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"e@a.example".to_owned()));
}

#[rstest]
#[tokio::test]
async fn somebody_of_two_banks_keeps_their_account_and_no_bank_can_take_it_over(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (stage.person("a-bank", &[Role::Manager]).await, stage.person("b-bank", &[Role::Manager]).await);
    let ((_, layer_a), (_, layer_b)) = (bank("a-bank"), bank("b-bank"));
    let Invited::New(token) =
        stage.desk.invite(&a, &layer_a, "both@x.example", "兼務 次郎", &roles(&[Role::Editor])).await.unwrap()
    else {
        panic!("no link")
    };
    let signed_in = stage.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
    let known = stage.desk.invite(&b, &layer_b, "both@x.example", "別の名", &roles(&[Role::Reader])).await.unwrap();
    assert_eq!(known, Invited::Known, "no link: it would set a password");
    let person = signed_in.actor.person.clone().unwrap();
    for (manager, layer) in [(&a, &layer_a), (&b, &layer_b)] {
        let link = stage.desk.new_link(manager, layer, &person).await;
        assert!(matches!(link, Err(Failure::Forbidden { .. })), "{link:?}");
    }
    // One bank lets go: the other's roles stay, and so does the session.
    stage.desk.set_roles(&a, &layer_a, &person, &roles(&[])).await.unwrap();
    let now = stage.desk.visitor(&signed_in.token, false).await.map(|v| v.actor).unwrap();
    assert_eq!(now.institutions.keys().map(InstitutionId::as_str).collect::<Vec<_>>(), ["b-bank"]);
    // The last one lets go: the session ends at once.
    stage.desk.set_roles(&b, &layer_b, &person, &roles(&[])).await.unwrap();
    assert_eq!(stage.desk.visitor(&signed_in.token, false).await.map(|v| v.actor), Err(Failure::SignedOut));
    let again = stage.desk.sign_in("both@x.example", "correct horse battery", "127.0.0.1").await;
    assert_eq!(again.map(|_| ()), Err(Failure::BadCredentials));
    // Invited again, they come back with the account they had.
    stage.desk.invite(&b, &layer_b, "both@x.example", "", &roles(&[Role::Reader])).await.unwrap();
    assert!(stage.desk.sign_in("both@x.example", "correct horse battery", "127.0.0.2").await.is_ok());
}

#[rstest]
#[tokio::test]
async fn a_manager_cannot_lock_themselves_out_nor_give_what_is_not_theirs(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let manager = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    let (_, layer) = bank("a-bank");
    let me = manager.person.clone().unwrap();
    let out = stage.desk.set_roles(&manager, &layer, &me, &roles(&[Role::Editor])).await;
    assert!(matches!(out, Err(Failure::Invalid { .. })), "{out:?}");
    let high = stage.desk.invite(&manager, &layer, "c@a.example", "調整", &roles(&[Role::Coordinator])).await;
    assert!(matches!(high, Err(Failure::Invalid { .. })), "{high:?}");
    let editor = stage.editor("a-bank").await;
    assert!(matches!(stage.desk.members(&editor, &layer).await, Err(Failure::Forbidden { .. })));
}

#[rstest]
#[tokio::test]
async fn one_sees_ones_own_sessions_and_ends_them_elsewhere(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let manager = stage.person("a-bank", &[Role::Manager]).await;
    let (_, layer) = bank("a-bank");
    let Invited::New(token) =
        stage.desk.invite(&manager, &layer, "e@a.example", "編集", &roles(&[Role::Editor])).await.unwrap()
    else {
        panic!("no link")
    };
    let first = stage.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
    let second = stage.desk.sign_in("e@a.example", "correct horse battery", "127.0.0.1").await.unwrap().done().unwrap();
    let mine = stage.desk.own_sessions(&second.actor, &second.token).await.unwrap();
    assert_eq!((mine.len(), mine.iter().filter(|(_, here)| *here).count()), (2, 1));
    // Somebody else's session cannot be ended by its name.
    let other = mine.iter().find(|(_, here)| !here).unwrap().0.token_hash.clone();
    stage.desk.end_own_sessions(&manager, "x", Some(&other)).await.unwrap();
    assert!(stage.desk.visitor(&first.token, false).await.map(|v| v.actor).is_ok());
    stage.desk.end_own_sessions(&second.actor, &second.token, None).await.unwrap();
    assert_eq!(stage.desk.visitor(&first.token, false).await.map(|v| v.actor), Err(Failure::SignedOut));
    assert!(stage.desk.visitor(&second.token, false).await.map(|v| v.actor).is_ok());
}
