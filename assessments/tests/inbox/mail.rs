//! What is unread goes out by mail, and nothing private with it.

use super::{handle, one, own, wants};
use crate::desk_support::{Database, Stage};
use assessments::desk::{Mail, Told};
use assessments::lang::Lang;
use assessments::store::Often;
use chrono::Duration;
use rstest::rstest;

/// The one mail that is due.
#[rstest]
#[tokio::test]
async fn a_mail_gathers_what_is_unread_and_says_nothing_of_a_private_layer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, arno, bert) = (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let (to_arno, to_bert) = (handle(&stage, &anna, &arno).await, handle(&stage, &anna, &bert).await);
    wants(&stage, &arno, Often::AtOnce, Lang::En).await;
    desk.open_thread(&anna, &own("a-bank"), None, &format!("@{to_arno} 機密の一")).await.unwrap();
    desk.open_thread(&anna, &own("a-bank"), None, &format!("@{to_arno} 機密の二")).await.unwrap();
    desk.open_thread(&anna, &stage.sheet(), None, &format!("@{to_arno} @{to_bert} `KMS` の件")).await.unwrap();
    assert!(desk.take_mail().await.unwrap().is_empty(), "a minute to gather");
    stage.pass(Duration::minutes(2));
    let mail = one(&stage).await;
    assert!(desk.take_mail().await.unwrap().is_empty(), "it is being sent; and Bert never asked for mail");
    assert_eq!(mail.lang, Lang::En);
    assert!(!format!("{mail:?}").contains("機密"), "{mail:?}");
    assert_eq!(mail.told.len(), 2, "what is private stands once");
    assert!(mail.told.contains(&Told::Private));
    assert!(mail.told.iter().any(|t| matches!(t, Told::Comment { text, .. } if text.contains("KMS の件"))));
    desk.mail_sent(&mail).await.unwrap();
    stage.pass(Duration::hours(30));
    assert!(desk.take_mail().await.unwrap().is_empty(), "once");
}

#[rstest]
#[tokio::test]
async fn a_mail_waits_for_a_dead_server_and_is_not_lost(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let named = handle(&stage, &anna, &bert).await;
    wants(&stage, &bert, Often::AtOnce, Lang::Ja).await;
    desk.open_thread(&anna, &stage.sheet(), None, &format!("@{named} 一")).await.unwrap();
    stage.pass(Duration::minutes(1));
    let mail = one(&stage).await;
    // The program dies in the middle of it: another takes it over after some minutes.
    stage.pass(Duration::minutes(6));
    let again = one(&stage).await;
    assert_eq!(again.id, mail.id, "the same message");
    let mut waits = Vec::new();
    for n in 1..=10 {
        desk.mail_failed(&one_or(&stage, &again, n).await, "connection refused").await.unwrap();
        let mut waited = 0;
        while desk.db().mail_due(stage.now(), 10).await.unwrap().is_empty() {
            stage.pass(Duration::minutes(1));
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360], "minutes between the tries");
    let mail = one(&stage).await;
    desk.mail_sent(&mail).await.unwrap();
    assert_eq!(mail.told.len(), 1);

    // Read meanwhile: there is nothing to say any more.
    desk.open_thread(&anna, &stage.sheet(), None, &format!("@{named} 二")).await.unwrap();
    desk.mark_inbox(&bert, None, true).await.unwrap();
    stage.pass(Duration::minutes(1));
    assert!(desk.take_mail().await.unwrap().is_empty());
    assert!(desk.db().mail_due(stage.now() + Duration::days(30), 10).await.unwrap().is_empty(), "and nothing waits");

    // A week is enough; the inbox still has it.
    desk.open_thread(&anna, &stage.sheet(), None, &format!("@{named} 三")).await.unwrap();
    stage.pass(Duration::days(8));
    desk.mail_failed(&one(&stage).await, "no such mailbox").await.unwrap();
    stage.pass(Duration::days(1));
    assert!(desk.take_mail().await.unwrap().is_empty());
    assert_eq!(desk.unread(&bert).await.unwrap(), 1);
}

/// The first try has its mail in hand already.
async fn one_or(stage: &Stage, first: &Mail, n: usize) -> Mail {
    if n == 1 { first.clone() } else { one(stage).await }
}

#[rstest]
#[tokio::test]
async fn the_daily_mail_and_a_change_of_mind(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let named = handle(&stage, &anna, &bert).await;
    let say = async || desk.open_thread(&anna, &stage.sheet(), None, &format!("@{named} x")).await.unwrap();
    wants(&stage, &bert, Often::Daily, Lang::Ja).await;
    say().await;
    stage.pass(Duration::minutes(10));
    say().await;
    assert!(desk.take_mail().await.unwrap().is_empty());
    stage.pass(Duration::hours(24));
    let mail = one(&stage).await;
    assert_eq!(mail.told.len(), 2, "one mail for both");
    desk.mail_sent(&mail).await.unwrap();

    say().await;
    wants(&stage, &bert, Often::AtOnce, Lang::Ja).await;
    stage.pass(Duration::minutes(2));
    desk.mail_sent(&one(&stage).await).await.unwrap();
    say().await;
    wants(&stage, &bert, Often::Off, Lang::Ja).await;
    stage.pass(Duration::days(2));
    assert!(desk.take_mail().await.unwrap().is_empty(), "off is off, for what waits too");
    assert_eq!(desk.mail_setting(&bert).await.unwrap().often, Often::Off);
}
