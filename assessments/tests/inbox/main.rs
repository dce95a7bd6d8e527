//! The inbox and the mail about it: what is addressed to whom, what was seen, what goes out when.

#![allow(clippy::unwrap_used)]

#[path = "../desk_support/mod.rs"]
mod desk_support;
mod held;
mod mail;
mod visitor;

use crate::desk_support::{Database, Stage};
use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{InboxKind, Mail, Told, WriteInput};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::store::{MailSetting, Often, TalkFilter};
use chrono::Duration;
use rstest::rstest;
use std::collections::BTreeSet;

pub(crate) fn own(institution: &str) -> SheetKey {
    SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse(&format!("i:{institution}")).unwrap() }
}

pub(crate) async fn kinds(stage: &Stage, actor: &Actor) -> Vec<(InboxKind, bool)> {
    stage.desk.inbox(actor).await.unwrap().iter().map(|i| (i.kind, i.unread)).collect()
}

pub(crate) async fn handle(stage: &Stage, by: &Actor, of: &Actor) -> String {
    let people = stage.desk.addressees(by, &Layer::Shared).await.unwrap();
    people.into_iter().find(|p| Some(&p.id) == of.person.as_ref()).unwrap().handles.remove(0)
}

pub(crate) async fn one(stage: &Stage) -> Mail {
    let mut mails = stage.desk.take_mail().await.unwrap();
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

pub(crate) async fn wants(stage: &Stage, actor: &Actor, often: Often, lang: Lang) {
    stage.desk.set_mail(actor, MailSetting { often, lang }).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn who_is_named_and_who_wrote_is_told_and_sees_it_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert, carl) =
        (stage.editor("a-bank").await, stage.editor("b-bank").await, stage.person("c-bank", &[Role::Reader]).await);
    let at = Address::parse("criteria/K07/summary/ja").unwrap();
    let named = handle(&stage, &anna, &carl).await;
    let id = desk.open_thread(&anna, &stage.sheet(), Some(&at), &format!("@{named} ご存じですか？")).await.unwrap();
    stage.pass(Duration::minutes(1));
    desk.reply(&bert, &id, "**調べます**").await.unwrap();
    stage.pass(Duration::minutes(1));
    let me = handle(&stage, &anna, &anna).await;
    desk.reply(&anna, &id, &format!("@{me} 自分への覚え")).await.unwrap();

    assert_eq!(kinds(&stage, &carl).await, [(InboxKind::Mention, true)], "a reader is named; was not writing");
    assert_eq!(kinds(&stage, &bert).await, [(InboxKind::Reply, true)]);
    let annas = desk.inbox(&anna).await.unwrap();
    assert_eq!(annas.len(), 1, "nobody is told of their own words");
    assert_eq!((annas[0].who.as_str(), annas[0].text.as_str()), (bert.name.as_str(), "調べます"));
    assert_eq!(annas[0].place.as_ref().unwrap().1.to_string(), "criteria/K07/summary");
    assert!(annas[0].url.starts_with(&format!("/services/s3/talk?thread={id}#c-")));

    assert_eq!(desk.unread(&carl).await.unwrap(), 1);
    desk.mark_thread(&carl, &id).await.unwrap();
    assert_eq!((desk.unread(&carl).await.unwrap(), desk.unread(&bert).await.unwrap()), (0, 1), "each reader's own");
    assert_eq!(kinds(&stage, &carl).await, [(InboxKind::Mention, false)]);
    let key = desk.inbox(&carl).await.unwrap()[0].key.clone();
    assert_eq!(desk.mark_inbox(&bert, Some(&key), true).await, Err(Failure::NotFound), "somebody else's");
    desk.mark_inbox(&carl, Some(&key), false).await.unwrap();
    assert_eq!(desk.unread(&carl).await.unwrap(), 1);
    desk.mark_inbox(&carl, None, true).await.unwrap();
    assert_eq!(desk.unread(&carl).await.unwrap(), 0);

    // What is taken away is told to nobody any more.
    let filter = TalkFilter { thread: Some(id), ..TalkFilter::default() };
    let first = desk.threads(&anna, &filter, 1, 1).await.unwrap().items.remove(0).comments.remove(0);
    desk.delete_comment(&anna, &first.id).await.unwrap();
    assert!(kinds(&stage, &carl).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn who_leaves_an_institution_no_longer_sees_what_was_said_there(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let boss = stage.person("a-bank", &[Role::Manager, Role::Editor]).await;
    let arno = stage.person("a-bank", &[Role::Editor]).await;
    let named = handle(&stage, &boss, &arno).await;
    wants(&stage, &arno, Often::AtOnce, Lang::Ja).await;
    desk.open_thread(&boss, &own("a-bank"), None, &format!("@{named} 内密の相談")).await.unwrap();
    assert_eq!(desk.unread(&arno).await.unwrap(), 1);
    desk.set_roles(&boss, &own("a-bank").layer, arno.person.as_ref().unwrap(), &BTreeSet::new()).await.unwrap();
    let outside = Actor { institutions: stage.editor("b-bank").await.institutions, ..arno };
    assert_eq!(desk.unread(&outside).await.unwrap(), 0);
    assert!(desk.inbox(&outside).await.unwrap().is_empty());
    stage.pass(Duration::hours(1));
    assert!(desk.take_mail().await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn answers_that_i_verified_come_back_when_their_day_has_passed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (desk, anna, bert) = (&stage.desk, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let write = async |actor: &Actor, base: i64, row: &str, day: &str| {
        let input = WriteInput {
            key: stage.sheet(),
            base,
            cells: vec![(Address::parse(&format!("criteria/{row}/review_by")).unwrap(), day.to_owned())],
            reason: String::new(),
            door: Door::Form,
            source: String::new(),
        };
        desk.write(actor, &input).await.unwrap().number
    };
    let base = write(&anna, 0, "K07", "2024-01-31").await;
    let base = write(&bert, base, "K08", "2024-02-29").await;
    let items = desk.inbox(&anna).await.unwrap();
    assert_eq!(items.len(), 1, "the other is Bert's");
    assert_eq!(
        (items[0].kind, items[0].due.as_deref(), items[0].unread),
        (InboxKind::Overdue, Some("2024-01-31"), true)
    );
    assert_eq!(items[0].url, "/services/s3/criteria#criteria-K07-review_by");
    desk.mark_inbox(&anna, Some(&items[0].key), true).await.unwrap();
    assert_eq!(kinds(&stage, &anna).await, [(InboxKind::Overdue, false)], "it stays until it is done");
    let base = write(&anna, base, "K07", "2024-03-31").await;
    assert_eq!(kinds(&stage, &anna).await, [(InboxKind::Overdue, true)], "another day is another matter");
    write(&anna, base, "K07", "2199-01-31").await;
    assert!(kinds(&stage, &anna).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn what_waits_for_ones_doing_stands_in_the_inbox_until_it_is_done(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let desk = &stage.desk;
    let (anna, bert) = (stage.editor("a-bank").await, stage.person("b-bank", &[Role::Reviewer]).await);
    let s3 = stage.sheet().service;
    let at = Address::parse("criteria/K07/summary/ja").unwrap();
    let write = async |base: i64, text: &str| {
        let input = WriteInput {
            key: stage.sheet(),
            base,
            cells: vec![(at.clone(), text.to_owned())],
            reason: String::new(),
            door: Door::Form,
            source: String::new(),
        };
        desk.write(&anna, &input).await.unwrap().number
    };
    let number = write(0, "暗号化").await;
    let round = desk.open_round(&chief, &s3, "見てください", "2026-12-01").await.unwrap();
    let waits = desk.inbox(&bert).await.unwrap();
    assert_eq!((waits.len(), waits[0].kind, waits[0].unread), (1, InboxKind::Review, true));
    assert_eq!((waits[0].due.as_deref(), waits[0].text.as_str()), (Some("2026-12-01"), "見てください"));
    assert!(desk.inbox(&anna).await.unwrap().is_empty());
    let scope = assessments::review::Scope::Cell(at.clone());
    let verdict = assessments::review::Verdict::AskChanges;
    desk.answer_round(&bert, &s3, &round.id, &scope, verdict, number, "鍵の種類も", None).await.unwrap();
    assert!(desk.inbox(&bert).await.unwrap().is_empty(), "answered");
    let asked = desk.inbox(&anna).await.unwrap();
    assert_eq!((asked.len(), asked[0].kind, asked[0].text.as_str()), (1, InboxKind::Changes, "鍵の種類も"));
    assert_eq!(asked[0].place.as_ref().map(|p| p.1.clone()), Some(at.clone()));
    // It comes by mail in the morning, once; and whoever has seen it in the inbox is not told again.
    wants(&stage, &anna, Often::AtOnce, Lang::Ja).await;
    assert!(desk.take_mail().await.unwrap().is_empty());
    stage.pass(Duration::hours(24));
    let mail = one(&stage).await;
    assert!(matches!(&mail.told[..], [Told::Task { kind: InboxKind::Changes, .. }]), "{mail:?}");
    desk.mail_sent(&mail).await.unwrap();
    for _ in 0..3 {
        assert!(desk.take_mail().await.unwrap().is_empty());
        stage.pass(Duration::hours(24));
    }
    assert_eq!(kinds(&stage, &anna).await, [(InboxKind::Changes, true)], "it stands in the inbox");
    let number = write(number, "暗号化と鍵の種類").await;
    assert!(desk.inbox(&anna).await.unwrap().is_empty(), "changed");

    // A category is given to an institution: its people see it, with its overdue answers; nobody else does.
    let row = assessments::id::RowId::parse("K07").unwrap();
    let plan = vec![(row, anna.institutions.keys().next().cloned())];
    desk.assign(&chief, &s3, &plan, "2026-12-24").await.unwrap();
    let day = WriteInput {
        key: stage.sheet(),
        base: number,
        cells: vec![(Address::parse("criteria/K07/review_by").unwrap(), "2024-01-31".into())],
        reason: String::new(),
        door: Door::Form,
        source: String::new(),
    };
    desk.write(&chief, &day).await.unwrap();
    let mut given = kinds(&stage, &anna).await;
    given.sort();
    assert_eq!(given, [(InboxKind::Assignment, true), (InboxKind::Overdue, true)]);
    assert!(kinds(&stage, &bert).await.iter().all(|(kind, _)| *kind == InboxKind::Review));
}

#[tokio::test]
async fn a_request_for_an_institutions_layer_waits_for_its_own_people_only() {
    use assessments::elevation::{Scope, Wish};
    let stage = Stage::open(Database::Sqlite).await;
    let desk = &stage.desk;
    let boss = stage.person("a-bank", &[Role::Manager]).await;
    let (other, asker) =
        (stage.person("b-bank", &[Role::Manager]).await, stage.person("a-bank", &[Role::Editor]).await);
    let wish = Wish {
        scope: Scope::TakeOverApproval,
        layer: own("a-bank").layer,
        reason: "承認者が不在".into(),
        ticket: "T-1".into(),
        start: None,
        minutes: 60,
    };
    desk.ask_elevation(&asker, wish).await.unwrap();
    let waits = desk.inbox(&boss).await.unwrap();
    assert_eq!((waits.len(), waits[0].kind, waits[0].text.as_str()), (1, InboxKind::Elevation, "承認者が不在"));
    assert!(desk.inbox(&other).await.unwrap().is_empty());
    assert!(desk.inbox(&asker).await.unwrap().is_empty(), "nobody decides on their own");
    wants(&stage, &boss, Often::Daily, Lang::Ja).await;
    assert!(desk.take_mail().await.unwrap().is_empty());
    stage.pass(Duration::hours(23));
    let mails = desk.take_mail().await.unwrap();
    assert!(
        mails.iter().all(|m| m.told == [Told::Private]),
        "a private layer's requests are not written out: {mails:?}"
    );
}
