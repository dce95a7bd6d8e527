//! The second factor and one's own password, on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::desk::{Factor, SignIn};
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "correct horse battery";

/// What an authenticator shows for this secret now.
fn code(stage: &Stage, secret: &str) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    totp.generate(stage.now().timestamp().unsigned_abs()).to_string()
}

async fn joined(stage: &Stage, email: &str) -> Actor {
    let institution = (Some(InstitutionId::parse("a-bank").unwrap()), Role::Editor);
    stage.person("a-bank", &[Role::Manager]).await;
    let token = stage.desk.add_person(&Actor::command_line(), email, "佐藤 花子", &[institution]).await.unwrap();
    stage.desk.use_link(&token, PASSWORD).await.unwrap().done().unwrap().actor
}

#[rstest]
#[tokio::test]
async fn once_confirmed_a_code_is_asked_for_and_taken_once(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = joined(&stage, "hanako@a.example").await;
    let begun = stage.desk.begin_factor(&hanako).await.unwrap();
    assert!(begun.address.starts_with("otpauth://totp/Kyohyo:%E4%BD%90") && begun.address.contains(&begun.secret));
    // Begun but not confirmed: nothing is asked for yet.
    assert!(stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap().done().is_some());
    assert_eq!(stage.desk.confirm_factor(&hanako, "000000").await, Err(Failure::WrongCode));
    assert_eq!(stage.desk.begin_factor(&hanako).await.unwrap(), begun, "the picture stays good after a slip");
    let codes = stage.desk.confirm_factor(&hanako, &code(&stage, &begun.secret)).await.unwrap();
    assert_eq!((codes.len(), stage.desk.own_factor(&hanako).await.unwrap()), (10, Factor::On { codes: 10 }));
    assert!(matches!(stage.desk.begin_factor(&hanako).await, Err(Failure::Exists { .. })));

    let step = stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap();
    let SignIn::Second(token) = step else { panic!("a code is asked for") };
    assert!(
        matches!(stage.desk.visitor(&token, false).await.map(|v| v.actor), Err(Failure::SignedOut)),
        "the step is no session"
    );
    // The code that confirmed it was taken.
    let same = code(&stage, &begun.secret);
    assert_eq!(stage.desk.second_step(&token, &same).await.err(), Some(Failure::WrongCode));
    stage.pass(Duration::seconds(60));
    let next = code(&stage, &begun.secret);
    let signed = stage.desk.second_step(&token, &next).await.unwrap();
    assert_eq!(stage.desk.visitor(&signed.token, false).await.map(|v| v.actor).unwrap(), hanako);
    assert_eq!(stage.desk.second_step(&token, &next).await.err(), Some(Failure::SignedOut), "a step is used once");

    // A recovery code as somebody types it: once.
    let typed = format!(" {} ", codes[0].to_uppercase().replace('-', " "));
    for (expected, asked) in [(None, &typed), (Some(Failure::WrongCode), &typed), (None, &codes[1])] {
        stage.pass(Duration::seconds(60));
        let SignIn::Second(token) = stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap() else {
            panic!("a code is asked for")
        };
        assert_eq!(stage.desk.second_step(&token, asked).await.err(), expected);
    }
    assert_eq!(stage.desk.own_factor(&hanako).await.unwrap(), Factor::On { codes: 8 });

    // A step that waited too long.
    let SignIn::Second(late) = stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap() else { panic!() };
    stage.pass(Duration::minutes(6));
    let fresh = code(&stage, &begun.secret);
    assert_eq!(stage.desk.second_step(&late, &fresh).await.err(), Some(Failure::SignedOut));
    stage.desk.end_factor(&hanako, &fresh).await.unwrap();
    assert!(stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap().done().is_some());
}

#[rstest]
#[tokio::test]
async fn guessing_codes_is_slowed_and_a_new_link_is_no_way_around(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = joined(&stage, "hanako@a.example").await;
    let begun = stage.desk.begin_factor(&hanako).await.unwrap();
    stage.desk.confirm_factor(&hanako, &code(&stage, &begun.secret)).await.unwrap();
    let SignIn::Second(token) = stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap() else { panic!() };
    let mut slowed = false;
    for guess in 0..8 {
        let answer = stage.desk.second_step(&token, &format!("{guess:06}")).await.err();
        slowed |= matches!(answer, Some(Failure::SlowDown { .. }));
    }
    assert!(slowed);

    let manager = stage.person("a-bank", &[Role::Manager]).await;
    let scope = Layer::Institution(InstitutionId::parse("a-bank").unwrap());
    let person = hanako.person.clone().unwrap();
    let link = stage.desk.new_link(&manager, &scope, &person).await.unwrap();
    assert!(stage.desk.use_link(&link, "another horse battery").await.unwrap().done().is_none());
    let stranger = stage.person("b-bank", &[Role::Manager]).await;
    assert_eq!(stage.desk.remove_factor(&stranger, &scope, &person).await, Err(Failure::NotFound));
    let members = stage.desk.members(&manager, &scope).await.unwrap();
    assert!(members.iter().any(|m| m.id == person && m.second));
    stage.desk.remove_factor(&manager, &scope, &person).await.unwrap();
    assert!(stage.desk.sign_in("hanako@a.example", "another horse battery", "a").await.unwrap().done().is_some());
}

#[rstest]
#[tokio::test]
async fn a_new_password_needs_the_present_one_and_ends_the_other_sessions(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = joined(&stage, "hanako@a.example").await;
    let here = stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.unwrap().done().unwrap();
    let other = stage.desk.sign_in("hanako@a.example", PASSWORD, "b").await.unwrap().done().unwrap();
    let change = async |now: &str, new: &str| stage.desk.change_password(&hanako, &here.token, now, new).await;
    assert_eq!(change("not it", "a longer new password").await, Err(Failure::BadCredentials));
    assert!(matches!(change(PASSWORD, "short").await, Err(Failure::Invalid { .. })));
    change(PASSWORD, "a longer new password").await.unwrap();
    assert!(stage.desk.visitor(&here.token, false).await.map(|v| v.actor).is_ok());
    assert_eq!(stage.desk.visitor(&other.token, false).await.map(|v| v.actor).err(), Some(Failure::SignedOut));
    assert_eq!(stage.desk.sign_in("hanako@a.example", PASSWORD, "a").await.err(), Some(Failure::BadCredentials));
    assert!(stage.desk.sign_in("hanako@a.example", "a longer new password", "a").await.is_ok());
}
