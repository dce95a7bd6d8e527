//! Signing in through a provider, as far as the desk goes; and how long sessions last.
#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::Layer;
use assessments::desk::{Claims, SessionLimits, SignIn};
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::store::{AuditFilter, Held};
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeSet;

const PASSWORD: &str = "correct horse battery";

fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

fn claims(subject: &str, email: Option<&str>, roles: &[Held]) -> Claims {
    Claims {
        issuer: "https://login.example".into(),
        subject: subject.into(),
        email: email.map(str::to_owned),
        name: "鈴木 次郎".into(),
        roles: roles.iter().cloned().collect(),
        second_factor: false,
    }
}

async fn signed(stage: &Stage, claims: &Claims) -> Actor {
    stage.desk.provider_sign_in(claims).await.unwrap().done().unwrap().actor
}

#[rstest]
#[tokio::test]
async fn somebody_new_has_no_role_until_a_manager_gives_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let manager = stage.person("a-bank", &[Role::Manager]).await;
    let jiro = signed(&stage, &claims("s1", Some("Jiro@A.example"), &[])).await;
    assert!(jiro.installation.is_empty() && jiro.institutions.is_empty());
    assert_eq!(stage.desk.sheet(&jiro, &stage.sheet()).await.err(), Some(Failure::NotFound));
    assert_eq!(stage.desk.own_address(&jiro).await.unwrap().as_deref(), Some("jiro@a.example"));
    let scope = Layer::Institution(bank("a-bank"));
    stage.desk.invite(&manager, &scope, "jiro@a.example", "", &BTreeSet::from([Role::Editor])).await.unwrap();
    // The same person at the next sign-in, with the role that was given by hand.
    let again = signed(&stage, &claims("s1", Some("jiro@a.example"), &[])).await;
    assert_eq!(again.person, jiro.person);
    assert!(stage.desk.sheet(&again, &stage.sheet()).await.is_ok());
    let person = again.person.clone().unwrap();
    stage.desk.set_roles(&manager, &scope, &person, &BTreeSet::new()).await.unwrap();
    let let_go = stage.desk.provider_sign_in(&claims("s1", Some("jiro@a.example"), &[])).await;
    assert_eq!(let_go.err(), Some(Failure::provider("inactive", "")));
}

#[rstest]
#[tokio::test]
async fn roles_follow_the_groups_and_those_given_by_hand_stay(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let manager = stage.person("a-bank", &[Role::Manager]).await;
    let scope = Layer::Institution(bank("a-bank"));
    let held = |role| (Some(bank("a-bank")), role);
    let jiro = signed(&stage, &claims("s1", Some("jiro@a.example"), &[held(Role::Editor), held(Role::Reader)])).await;
    assert_eq!(jiro.institutions[&bank("a-bank")], BTreeSet::from([Role::Editor, Role::Reader]));
    let person = jiro.person.clone().unwrap();
    let all = BTreeSet::from([Role::Editor, Role::Reader, Role::Reviewer]);
    stage.desk.set_roles(&manager, &scope, &person, &all).await.unwrap();
    let less = signed(&stage, &claims("s1", None, &[held(Role::Reader), (Some(bank("no-bank")), Role::Editor)])).await;
    assert_eq!(less.institutions[&bank("a-bank")], BTreeSet::from([Role::Reader, Role::Reviewer]));
    assert_eq!(less.institutions.len(), 1, "an institution that does not exist gives nothing");
    let audit = stage.desk.audit(&manager, &scope, &AuditFilter::default(), 1, 100).await.unwrap();
    assert!(audit.items.iter().any(|r| r.action == "take_role" && r.detail == "editor (provider)"));
}

#[rstest]
#[tokio::test]
async fn an_account_is_never_taken_over_by_an_address(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.person("a-bank", &[Role::Editor]).await;
    let address = stage.desk.own_address(&hanako).await.unwrap().unwrap();
    let verified = claims("s1", Some(&address), &[]);
    assert_eq!(stage.desk.provider_sign_in(&verified).await.err(), Some(Failure::provider("link_first", &address)));
    // An address that the provider did not verify leads nowhere, and takes nobody's.
    let nobody = signed(&stage, &claims("s2", None, &[])).await;
    assert_ne!(nobody.person, hanako.person);
    assert_eq!(stage.desk.own_address(&nobody).await.unwrap(), None);
    // Linked by whoever is signed in to it.
    stage.desk.link_provider(&hanako, &verified).await.unwrap();
    stage.desk.link_provider(&hanako, &verified).await.unwrap();
    assert_eq!(signed(&stage, &verified).await.person, hanako.person);
    assert_eq!(stage.desk.link_provider(&nobody, &verified).await, Err(Failure::provider("taken", "")));
    assert_eq!(stage.desk.own_identities(&hanako).await.unwrap().len(), 1);
    let only_way = stage.desk.unlink_provider(&hanako, "https://login.example").await;
    assert_eq!(only_way, Err(Failure::provider("only_way", "")), "no password yet");
    let manager = stage.person("a-bank", &[Role::Manager]).await;
    let scope = Layer::Institution(bank("a-bank"));
    let link = stage.desk.new_link(&manager, &scope, hanako.person.as_ref().unwrap()).await.unwrap();
    stage.desk.use_link(&link, PASSWORD).await.unwrap();
    stage.desk.unlink_provider(&hanako, "https://login.example").await.unwrap();
    assert_eq!(stage.desk.provider_sign_in(&verified).await.err(), Some(Failure::provider("link_first", &address)));
}

#[rstest]
#[tokio::test]
async fn what_comes_back_is_taken_once_in_time_and_a_second_factor_is_asked_for_unless_the_provider_did(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let begun = stage.desk.begin_provider("/services", None).await.unwrap();
    let step = stage.desk.back_from_provider(&begun.state).await.unwrap();
    assert_eq!((&step.nonce, &step.verifier, step.back.as_str()), (&begun.nonce, &begun.verifier, "/services"));
    assert!(begun.verifier.len() >= 43 && begun.state != begun.nonce);
    for state in [begun.state.as_str(), "", "made up"] {
        assert_eq!(stage.desk.back_from_provider(state).await, Err(Failure::provider("state", "")));
    }
    let late = stage.desk.begin_provider("/", None).await.unwrap();
    stage.pass(Duration::minutes(10));
    assert_eq!(stage.desk.back_from_provider(&late.state).await, Err(Failure::provider("expired", "")));

    let jiro = signed(&stage, &claims("s1", None, &[(None, Role::Coordinator)])).await;
    let begun = stage.desk.begin_factor(&jiro).await.unwrap();
    let secret = totp_rs::Secret::try_from_base32(&begun.secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_skew(1).build().unwrap();
    let code = totp.generate(stage.now().timestamp().unsigned_abs()).to_string();
    stage.desk.confirm_factor(&jiro, &code).await.unwrap();
    let same = claims("s1", None, &[(None, Role::Coordinator)]);
    assert!(matches!(stage.desk.provider_sign_in(&same).await.unwrap(), SignIn::Second(_)));
    let strong = Claims { second_factor: true, ..same };
    assert!(stage.desk.provider_sign_in(&strong).await.unwrap().done().is_some());
}

#[rstest]
#[tokio::test]
async fn a_session_ends_when_nobody_is_there_and_at_the_latest_after_its_time(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let over = Some(Failure::SignedOut);
    let start = async || {
        let signed = stage.desk.provider_sign_in(&claims("s1", None, &[])).await.unwrap().done().unwrap();
        signed.token
    };
    let idle = start().await;
    stage.pass(Duration::hours(7) + Duration::minutes(59));
    assert!(stage.desk.visitor(&idle, false).await.map(|v| v.actor).is_ok());
    stage.pass(Duration::hours(7) + Duration::minutes(59));
    assert!(stage.desk.visitor(&idle, false).await.map(|v| v.actor).is_ok(), "a request begins the time anew");
    stage.pass(Duration::hours(8));
    assert_eq!(stage.desk.visitor(&idle, false).await.map(|v| v.actor).err(), over);

    let busy = start().await;
    for _ in 0..27 {
        stage.pass(Duration::hours(6));
        assert!(stage.desk.visitor(&busy, false).await.map(|v| v.actor).is_ok());
    }
    stage.pass(Duration::hours(6));
    assert_eq!(
        stage.desk.visitor(&busy, false).await.map(|v| v.actor).err(),
        over,
        "a week is over, however busy it was"
    );

    let strict = stage.desk.clone().with_session_limits(SessionLimits::new(1, 2).unwrap());
    let token = strict.provider_sign_in(&claims("s1", None, &[])).await.unwrap().done().unwrap().token;
    stage.pass(Duration::hours(1));
    assert_eq!(strict.visitor(&token, false).await.map(|v| v.actor).err(), over);
    for (hours, days) in [(0, 7), (169, 7), (8, 0), (8, 91)] {
        assert!(matches!(SessionLimits::new(hours, days), Err(Failure::Invalid { .. })), "{hours} {days}");
    }
}

#[rstest]
#[tokio::test]
async fn a_sign_in_that_failed_is_in_the_audit_without_what_the_provider_said(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let failures = async || {
        let filter = AuditFilter { action: "sign_in_failed".into(), ..AuditFilter::default() };
        let found = stage.desk.audit(&Actor::command_line(), &Layer::Shared, &filter, 1, 100).await.unwrap().items;
        found.into_iter().map(|r| (r.actor, r.subject, r.detail)).collect::<Vec<_>>()
    };
    let fails =
        async |failure: Failure, operation: &str| stage.desk.provider_failed(&failure, "192.0.2.7", operation).await;
    fails(Failure::provider("off", ""), "op-0").await.unwrap();
    assert!(failures().await.is_empty(), "nothing is set up: nobody tried to sign in");
    fails(Failure::provider("answer", "server_error token=s3cr3t"), "op-1").await.unwrap();
    fails(Failure::provider("link_first", "jiro@a.example"), "op-2").await.unwrap();
    let entry = |detail: &str| ("sign-in provider".to_owned(), "provider".to_owned(), detail.to_owned());
    let told = [entry("link_first 192.0.2.7 op-2 j…@a.example"), entry("answer 192.0.2.7 op-1")];
    assert_eq!(failures().await, told, "why, from where, the page's number; no token, no whole address");
    // A script that knocks does not fill the audit.
    let mut slowed = false;
    for n in 0..60 {
        slowed |=
            matches!(fails(Failure::provider("state", ""), &format!("op-{n}")).await, Err(Failure::SlowDown { .. }));
    }
    assert!(slowed && failures().await.len() < 40, "{}", failures().await.len());
    stage.desk.follow().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}
