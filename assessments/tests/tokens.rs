//! API tokens: what they open, for how long, and who ends them.
#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role, Scope};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{TokenWanted, WriteInput};
use assessments::failure::Failure;
use assessments::id::InstitutionId;
use assessments::store::AuditFilter;
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeSet;

fn wanted(scopes: &[Scope], institution: Option<&str>) -> TokenWanted {
    TokenWanted {
        name: "夜間の取り込み".into(),
        scopes: scopes.iter().copied().collect(),
        days: 30,
        institution: institution.map(|id| InstitutionId::parse(id).unwrap()),
    }
}

fn layer(id: &str) -> Layer {
    Layer::Institution(InstitutionId::parse(id).unwrap())
}

fn input(key: SheetKey, text: &str) -> WriteInput {
    WriteInput {
        key,
        base: 0,
        cells: vec![(Address::parse("criteria/K07/limits/ja").unwrap(), text.into())],
        reason: String::new(),
        door: Door::Api,
        source: String::new(),
    }
}

#[rstest]
#[tokio::test]
async fn a_token_acts_as_its_person_within_its_scopes(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let editor = stage.editor("a-bank").await;
    let token = stage.desk.make_token(&editor, &wanted(&[Scope::Read], None)).await.unwrap();
    assert!(token.starts_with("kyohyo_") && token.len() > 50);
    let (reads, _) = stage.desk.token(&token).await.unwrap();
    assert!(stage.desk.sheet(&reads, &stage.sheet()).await.is_ok());
    let refused = stage.desk.write(&reads, &input(stage.sheet(), "x")).await;
    assert_eq!(refused.err(), Some(Failure::OutOfScope { action: "write_cells".into() }));
    let token = stage.desk.make_token(&editor, &wanted(&[Scope::Write], None)).await.unwrap();
    let (writes, _) = stage.desk.token(&token).await.unwrap();
    assert_eq!(stage.desk.write(&writes, &input(stage.sheet(), "x")).await.unwrap().number, 1);
    // What concerns the account is not for tokens.
    assert!(matches!(stage.desk.own_tokens(&writes).await, Err(Failure::OutOfScope { .. })));
    assert!(matches!(
        stage.desk.make_token(&writes, &wanted(&Scope::ALL, None)).await,
        Err(Failure::OutOfScope { .. })
    ));
    assert!(matches!(stage.desk.begin_factor(&writes).await, Err(Failure::OutOfScope { .. })));
    for strange in ["", "kyohyo_", &token[..token.len() - 1], &format!("{token}x"), &"k".repeat(5_000)] {
        assert_eq!(stage.desk.token(strange).await.err(), Some(Failure::SignedOut));
    }
}

#[rstest]
#[tokio::test]
async fn a_token_ends_with_its_time_by_hand_and_with_its_person(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (editor, manager) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Manager]).await);
    let make = async || stage.desk.make_token(&editor, &wanted(&[Scope::Write], None)).await.unwrap();
    let (first, second, third) = (make().await, make().await, make().await);
    let (_, row) = stage.desk.token(&second).await.unwrap();
    assert_eq!(stage.desk.own_tokens(&manager).await.unwrap(), []);
    assert_eq!(stage.desk.revoke_own_token(&manager, &row.id).await, Err(Failure::NotFound));
    stage.desk.revoke_own_token(&editor, &row.id).await.unwrap();
    assert_eq!(stage.desk.token(&second).await.err(), Some(Failure::SignedOut));
    assert_eq!(stage.desk.own_tokens(&editor).await.unwrap().len(), 2);

    // A role that was taken is taken from the token at the next request.
    let person = editor.person.clone().unwrap();
    stage.desk.set_roles(&manager, &layer("a-bank"), &person, &BTreeSet::from([Role::Reader])).await.unwrap();
    let (actor, _) = stage.desk.token(&first).await.unwrap();
    assert!(matches!(stage.desk.write(&actor, &input(stage.sheet(), "x")).await, Err(Failure::Forbidden { .. })));
    stage.pass(Duration::days(31));
    assert_eq!(stage.desk.token(&third).await.err(), Some(Failure::SignedOut));
    let last = make().await;
    stage.desk.set_roles(&manager, &layer("a-bank"), &person, &BTreeSet::new()).await.unwrap();
    assert_eq!(stage.desk.token(&last).await.err(), Some(Failure::SignedOut), "whoever was let go");
}

#[rstest]
#[tokio::test]
async fn a_manager_sees_and_ends_what_can_act_in_their_institution_and_nothing_else(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (stage.person("a-bank", &[Role::Manager]).await, stage.person("b-bank", &[Role::Manager]).await);
    // Somebody of both.
    let both = stage.editor("a-bank").await;
    let (id, scope) = (both.person.clone().unwrap(), layer("b-bank"));
    stage.desk.invite(&b, &scope, "p3@a-bank.example", "x", &BTreeSet::from([Role::Editor])).await.unwrap();
    let both = Actor {
        institutions: [("a-bank", ()), ("b-bank", ())]
            .map(|(i, ())| (InstitutionId::parse(i).unwrap(), BTreeSet::from([Role::Editor])))
            .into(),
        ..both
    };
    assert_eq!(both.person.as_ref(), Some(&id));
    let bound = stage.desk.make_token(&both, &wanted(&[Scope::Write], Some("b-bank"))).await.unwrap();
    stage.desk.make_token(&both, &wanted(&[Scope::Read], None)).await.unwrap();
    let (seen_a, seen_b) =
        (stage.desk.tokens_in(&a, &layer("a-bank")).await.unwrap(), stage.desk.tokens_in(&b, &scope).await.unwrap());
    assert_eq!((seen_a.len(), seen_b.len()), (1, 2), "what is bound to B is B's to know");
    assert_eq!(stage.desk.tokens_in(&a, &scope).await.err(), Some(Failure::NotFound));
    let (actor, row) = stage.desk.token(&bound).await.unwrap();
    assert_eq!(actor.layers(), [Layer::Shared, scope.clone()]);
    let private = SheetKey { layer: layer("a-bank"), ..stage.sheet() };
    assert_eq!(stage.desk.write(&actor, &input(private, "x")).await.err(), Some(Failure::NotFound));
    assert_eq!(stage.desk.revoke_token(&a, &layer("a-bank"), &row.id).await, Err(Failure::NotFound));
    let audit = stage.desk.audit(&a, &layer("a-bank"), &AuditFilter::default(), 1, 100).await.unwrap();
    let made = audit.items.iter().filter(|r| r.action == "make_token").count();
    assert_eq!(made, 1, "A's audit does not know of B's token");
    stage.desk.revoke_token(&b, &scope, &row.id).await.unwrap();
    assert_eq!(stage.desk.token(&bound).await.err(), Some(Failure::SignedOut));
    assert_eq!(
        stage.desk.tokens_in(&both, &scope).await.err(),
        Some(Failure::Forbidden { action: "manage_people".into() })
    );
}

#[rstest]
#[tokio::test]
async fn last_use_is_kept_to_the_minute_and_a_strange_wish_is_refused(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let editor = stage.editor("a-bank").await;
    let token = stage.desk.make_token(&editor, &wanted(&[Scope::Read], None)).await.unwrap();
    let used = async || stage.desk.own_tokens(&editor).await.unwrap()[0].used_at;
    assert_eq!(used().await, None);
    let first = stage.now();
    stage.desk.token(&token).await.unwrap();
    stage.pass(Duration::seconds(59));
    stage.desk.token(&token).await.unwrap();
    assert_eq!(used().await, Some(first), "a read does not become a write");
    stage.pass(Duration::seconds(1));
    stage.desk.token(&token).await.unwrap();
    assert_eq!(used().await, Some(stage.now()));

    let good = wanted(&[Scope::Read], None);
    for bad in [
        TokenWanted { name: "  ".into(), ..good.clone() },
        TokenWanted { scopes: BTreeSet::new(), ..good.clone() },
        TokenWanted { days: 0, ..good.clone() },
        TokenWanted { days: 366, ..good.clone() },
        TokenWanted { institution: Some(InstitutionId::parse("b-bank").unwrap()), ..good.clone() },
    ] {
        assert!(matches!(stage.desk.make_token(&editor, &bad).await, Err(Failure::Invalid { .. })), "{bad:?}");
    }
    assert_eq!(stage.desk.make_token(&Actor::command_line(), &good).await.err(), Some(Failure::SignedOut));
}
