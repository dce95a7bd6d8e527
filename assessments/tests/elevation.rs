//! Stories of elevated access, on both databases: asked for, decided on by somebody else, used, over, reviewed.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::criteria::Crosswalk;
use assessments::desk::{Format, WriteInput};
use assessments::elevation::{Scope, State, Verb, Wish};
use assessments::failure::Failure;
use assessments::id::{GrantId, ServiceId};
use assessments::lang::Lang;
use assessments::store::{AuditFilter, ChangeFilter, ElevationFilter};
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::collections::BTreeSet;

/// Somebody with a role over the installation.
async fn installed(stage: &Stage, email: &str, role: Role) -> Actor {
    stage.desk.add_person(&Actor::command_line(), email, role.key(), &[(None, role)]).await.unwrap();
    stage.desk.person(email).await.unwrap()
}

/// The same person as they are now.
async fn now(stage: &Stage, email: &str) -> Actor {
    stage.desk.person(email).await.unwrap()
}

fn wish(scope: Scope, layer: &str) -> Wish {
    Wish {
        scope,
        layer: Layer::parse(layer).unwrap(),
        reason: "理由".into(),
        ticket: "CHG-7".into(),
        start: None,
        minutes: 60,
    }
}

async fn act(stage: &Stage, actor: &Actor, id: &GrantId, verb: Verb) -> Result<State, Failure> {
    stage.desk.act_elevation(actor, id, verb, "確認した").await.map(|e| e.state(stage.now()))
}

fn walk(stage: &Stage) -> Crosswalk {
    let key = stage.desk.criteria("").key();
    Crosswalk { from: key.clone(), to: key, map: [].into() }
}

#[rstest]
#[tokio::test]
async fn a_right_over_the_common_part_is_asked_granted_used_ended_and_reviewed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let carl = installed(&stage, "carl@x.example", Role::Coordinator).await;
    let key = stage.desk.criteria("").key();
    let forbidden = Err(Failure::Forbidden { action: "manage_criteria".into() });
    assert_eq!(stage.desk.use_criteria(&anna, &key).await, forbidden);

    let id = stage.desk.ask_elevation(&anna, wish(Scope::ManageCriteria, "shared")).await.unwrap();
    assert_eq!(act(&stage, &anna, &id, Verb::Approve).await, Err(Failure::elevation("own")));
    let waiting = stage.desk.elevations_to_decide(&carl).await.unwrap();
    assert_eq!(waiting.iter().map(|e| &e.id).collect::<Vec<_>>(), [&id]);
    assert!(stage.desk.elevations_to_decide(&anna).await.unwrap().is_empty(), "one's own waits for others");
    assert_eq!(act(&stage, &carl, &id, Verb::Approve).await, Ok(State::Approved));
    assert_eq!(stage.desk.use_criteria(&now(&stage, "anna@x.example").await, &key).await, forbidden, "not begun");
    assert_eq!(act(&stage, &carl, &id, Verb::Begin).await, Err(Failure::elevation("own")));
    assert_eq!(act(&stage, &anna, &id, Verb::Begin).await, Ok(State::Active));

    let elevated = now(&stage, "anna@x.example").await;
    assert_eq!(elevated.grants.len(), 1);
    stage.desk.use_criteria(&elevated, &key).await.unwrap();
    stage.desk.load_crosswalk(&elevated, &walk(&stage)).await.unwrap();
    // The command line reads the whole audit: who holds the server's files does.
    let chief = Actor::command_line();
    let under = AuditFilter { grant: id.to_string(), ..AuditFilter::default() };
    let entries = stage.desk.audit(&chief, &Layer::Shared, &under, 1, 50).await.unwrap().items;
    let kinds: Vec<&str> = entries.iter().rev().map(|r| r.action.as_str()).collect();
    let story = ["elevation_request", "elevation_approve", "elevation_begin", "use_criteria", "load_crosswalk"];
    assert_eq!(kinds, story);
    assert!(entries.iter().filter(|r| !r.action.starts_with("elevation")).all(|r| r.elevation == id.as_str()));

    stage.pass(Duration::minutes(59));
    assert!(!now(&stage, "anna@x.example").await.grants.is_empty());
    stage.pass(Duration::minutes(1));
    let after = now(&stage, "anna@x.example").await;
    assert!(after.grants.is_empty(), "the clock ends it");
    assert_eq!(stage.desk.use_criteria(&after, &key).await, forbidden);
    assert_eq!(act(&stage, &anna, &id, Verb::Review).await, Err(Failure::elevation("own")));
    assert_eq!(stage.desk.elevations_to_review(&carl).await.unwrap().len(), 1);
    assert_eq!(act(&stage, &carl, &id, Verb::Review).await, Ok(State::Ended));
    assert!(stage.desk.elevations_to_review(&carl).await.unwrap().is_empty());
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

#[rstest]
#[tokio::test]
async fn an_institutions_layer_is_opened_by_that_institution_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let carl = installed(&stage, "carl@x.example", Role::Coordinator).await;
    let (mika, bert) = (stage.person("a-bank", &[Role::Manager]).await, stage.person("b-bank", &[Role::Manager]).await);
    let own = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse("i:a-bank").unwrap() };
    assert_eq!(stage.desk.sheet(&anna, &own).await.err(), Some(Failure::NotFound));

    let id = stage.desk.ask_elevation(&anna, wish(Scope::WorkInLayer, "i:a-bank")).await.unwrap();
    for stranger in [&carl, &bert, &stage.editor("b-bank").await] {
        assert_eq!(act(&stage, stranger, &id, Verb::Approve).await, Err(Failure::NotFound));
        assert!(stage.desk.elevations_to_decide(stranger).await.unwrap().is_empty());
        let seen = stage.desk.elevations(stranger, &ElevationFilter::default(), None, 1, 10).await.unwrap();
        assert_eq!(seen.total, 0, "nobody learns that it was asked");
    }
    let helped = act(&stage, &anna, &id, Verb::Emergency).await;
    assert!(matches!(helped, Err(Failure::Forbidden { .. })), "no emergency opens another's door: {helped:?}");
    assert_eq!(act(&stage, &mika, &id, Verb::Approve).await, Ok(State::Approved));
    assert_eq!(act(&stage, &anna, &id, Verb::Begin).await, Ok(State::Active));

    let guest = now(&stage, "anna@x.example").await;
    assert_eq!(guest.layers().len(), 2);
    let input = WriteInput {
        key: own.clone(),
        base: 0,
        cells: vec![(Address::parse("criteria/K07/limits/ja").unwrap(), "代わりに記入".into())],
        reason: "依頼により".into(),
        door: Door::Form,
        source: String::new(),
    };
    stage.desk.write(&guest, &input).await.unwrap();
    stage.desk.export(&guest, &own, Format::Json, Lang::Ja).await.unwrap();
    let filter = ChangeFilter { service: Some(own.service.clone()), limit: 5, ..ChangeFilter::default() };
    let history = stage.desk.history(&mika, &own.layer, &filter).await.unwrap();
    assert_eq!(history[0].grant.as_ref(), Some(&id), "the change set carries it");

    let under = AuditFilter { service: "s3".into(), ..AuditFilter::default() };
    let entries = stage.desk.audit(&mika, &own.layer, &under, 1, 50).await.unwrap().items;
    let told: Vec<(&str, &str)> = entries.iter().map(|r| (r.action.as_str(), r.elevation.as_str())).collect();
    assert_eq!(told, [("export", id.as_str()), ("change", id.as_str())]);
    assert_eq!(entries[1].revision, 1);
    let common = stage.desk.audit(&Actor::command_line(), &Layer::Shared, &under, 1, 50).await.unwrap();
    assert_eq!(common.total, 0, "what was done in a layer stands in that layer's audit alone");

    assert_eq!(act(&stage, &mika, &id, Verb::Revoke).await, Ok(State::Revoked));
    let after = now(&stage, "anna@x.example").await;
    assert_eq!(stage.desk.sheet(&after, &own).await.err(), Some(Failure::NotFound), "at once");
    stage.desk.follow().await.unwrap();
    let report = stage.desk.check().await.unwrap();
    assert!(report.faults.is_empty(), "{report:?}");
}

#[rstest]
#[tokio::test]
async fn an_emergency_alarms_everybody_and_blocks_until_it_is_reviewed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    // A single administrator: nobody else can decide.
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let id = stage.desk.ask_elevation(&anna, wish(Scope::ReadAudit, "shared")).await.unwrap();
    let silent = stage.desk.act_elevation(&anna, &id, Verb::Emergency, " ").await;
    assert!(matches!(silent, Err(Failure::Invalid { .. })), "{silent:?}");
    assert_eq!(act(&stage, &anna, &id, Verb::Emergency).await, Ok(State::Active));
    let elevated = now(&stage, "anna@x.example").await;
    assert!(stage.desk.audit(&elevated, &Layer::Shared, &AuditFilter::default(), 1, 5).await.unwrap().total > 0);
    let next = stage.desk.ask_elevation(&elevated, wish(Scope::ManageCriteria, "shared")).await;
    assert_eq!(next, Err(Failure::elevation("unreviewed")));

    // Whoever could decide, and be it later, is alarmed until they say that they have seen it.
    let carl = installed(&stage, "carl@x.example", Role::Coordinator).await;
    assert_eq!(stage.desk.elevation_alarms(&carl).await.unwrap().len(), 1);
    assert!(stage.desk.elevation_alarms(&anna).await.unwrap().is_empty());
    assert!(stage.desk.elevation_alarms(&stage.editor("a-bank").await).await.unwrap().is_empty());
    assert_eq!(stage.desk.see_alarm(&stage.editor("a-bank").await, &id).await, Err(Failure::NotFound));
    stage.desk.see_alarm(&carl, &id).await.unwrap();
    stage.desk.see_alarm(&carl, &id).await.unwrap();
    assert!(stage.desk.elevation_alarms(&carl).await.unwrap().is_empty());

    assert_eq!(act(&stage, &anna, &id, Verb::End).await, Ok(State::Ended));
    assert_eq!(act(&stage, &carl, &id, Verb::Review).await, Ok(State::Ended));
    stage.desk.ask_elevation(&anna, wish(Scope::ManageCriteria, "shared")).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn who_could_decide_and_is_there_comes_before_an_emergency(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let link = stage
        .desk
        .add_person(&Actor::command_line(), "carl@x.example", "carl", &[(None, Role::Coordinator)])
        .await
        .unwrap();
    stage.desk.use_link(&link, "correct horse battery").await.unwrap();
    let id = stage.desk.ask_elevation(&anna, wish(Scope::ReadAudit, "shared")).await.unwrap();
    assert_eq!(act(&stage, &anna, &id, Verb::Emergency).await, Err(Failure::elevation("present")));
    stage.pass(Duration::minutes(15));
    assert_eq!(act(&stage, &anna, &id, Verb::Emergency).await, Ok(State::Active), "no answer: nobody is there");
}

#[rstest]
#[tokio::test]
async fn overlapping_rights_do_not_end_each_other_and_go_with_their_person(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let chief = Actor::command_line();
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let carl = installed(&stage, "carl@x.example", Role::Coordinator).await;
    let mut ids = vec![];
    for minutes in [30, 90] {
        let asked = Wish { minutes, ..wish(Scope::ReadAudit, "shared") };
        let id = stage.desk.ask_elevation(&carl, asked).await.unwrap();
        act(&stage, &anna, &id, Verb::Approve).await.unwrap();
        act(&stage, &carl, &id, Verb::Begin).await.unwrap();
        ids.push(id);
    }
    let planned = Wish { start: Some(stage.now() + Duration::hours(2)), ..wish(Scope::ManageCriteria, "shared") };
    let planned = stage.desk.ask_elevation(&carl, planned).await.unwrap();
    assert_eq!(act(&stage, &anna, &planned, Verb::Approve).await, Ok(State::Scheduled));
    let held = async || now(&stage, "carl@x.example").await.grants.into_iter().map(|g| g.id).collect::<Vec<_>>();
    let person = carl.person.clone().unwrap();
    let roles = BTreeSet::from([Role::Administrator, Role::Coordinator]);
    stage.desk.set_roles(&chief, &Layer::Shared, &person, &roles).await.unwrap();
    let mut both = held().await;
    both.sort();
    assert_eq!(both, ids.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(), "each once");
    assert_eq!(now(&stage, "carl@x.example").await.installation, roles);
    stage.desk.set_roles(&chief, &Layer::Shared, &person, &BTreeSet::from([Role::Coordinator])).await.unwrap();
    act(&stage, &carl, &ids[1], Verb::End).await.unwrap();
    assert_eq!(held().await, [ids[0].clone()], "ending the longer one leaves the shorter");
    stage.pass(Duration::minutes(125));
    assert_eq!(held().await, std::slice::from_ref(&planned), "what was planned begins by itself");

    // Let go, everything goes; and does not come back with the person.
    stage.desk.set_roles(&chief, &Layer::Shared, &person, &BTreeSet::new()).await.unwrap();
    assert_eq!(stage.desk.person("carl@x.example").await.err(), Some(Failure::NotFound));
    stage.desk.set_roles(&chief, &Layer::Shared, &person, &BTreeSet::from([Role::Coordinator])).await.unwrap();
    assert!(held().await.is_empty());
    let all = stage.desk.elevations(&anna, &ElevationFilter::default(), Some(State::Revoked), 1, 10).await.unwrap();
    assert_eq!(all.items.iter().map(|e| e.id.clone()).collect::<Vec<_>>(), [planned]);
}

#[rstest]
#[tokio::test]
async fn the_list_for_auditors_alters_no_text(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let odd = "=1+1 \"quoted\", と、\n-改行";
    stage.desk.ask_elevation(&anna, Wish { reason: odd.into(), ..wish(Scope::ReadAudit, "shared") }).await.unwrap();
    let file = stage.desk.export_elevations(&anna, &ElevationFilter::default(), None).await.unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.starts_with("\u{feff}\"id\",\"state\",") && text.ends_with("\r\n"));
    assert!(text.contains("\"=1+1 \"\"quoted\"\", と、\n-改行\""), "{text}");
    assert!(permit(&stage.editor("a-bank").await, Action::RequestElevation, &Layer::Shared).is_err());
    let limited = stage.desk.set_elevation_hours(&anna, 1).await;
    assert!(limited.is_ok());
    let long = stage.desk.ask_elevation(&anna, Wish { minutes: 61, ..wish(Scope::ReadAudit, "shared") }).await;
    assert!(matches!(long, Err(Failure::Invalid { .. })), "{long:?}");
}

#[rstest]
#[tokio::test]
async fn an_emergency_goes_out_by_mail_to_whoever_could_have_decided(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    use assessments::desk::{Mail, Told};
    use assessments::store::{MailSetting, Often};
    let stage = Stage::open(database).await;
    let anna = installed(&stage, "anna@x.example", Role::Administrator).await;
    let carl = installed(&stage, "carl@x.example", Role::Coordinator).await;
    let (mika, miki) = (stage.person("a-bank", &[Role::Manager]).await, stage.person("a-bank", &[Role::Manager]).await);
    let wants = async |actor: &Actor, often| {
        stage.desk.set_mail(actor, MailSetting { often, lang: Lang::En }).await.unwrap();
    };
    wants(&carl, Often::Off).await;
    let mails = async || {
        let mails: Vec<Mail> = stage.desk.take_mail().await.unwrap();
        for mail in &mails {
            stage.desk.mail_sent(mail).await.unwrap();
        }
        mails.into_iter().map(|m| (m.to, m.told)).collect::<Vec<_>>()
    };
    let id = stage.desk.ask_elevation(&anna, wish(Scope::ReadAudit, "shared")).await.unwrap();
    stage.pass(Duration::minutes(20));
    assert!(mails().await.is_empty(), "who wants no mail gets none of a request");
    act(&stage, &anna, &id, Verb::Emergency).await.unwrap();
    let what = Some(("administrator".to_owned(), Scope::ReadAudit));
    let alarm = Told::Alarm { what, at: stage.now() };
    assert_eq!(mails().await, [("carl@x.example".to_owned(), vec![alarm])], "at once, whatever they want of mail");
    wants(&carl, Often::AtOnce).await;
    stage.pass(Duration::hours(30));
    for (_, told) in mails().await {
        assert!(!told.iter().any(|t| matches!(t, Told::Alarm { .. })), "once: {told:?}");
    }
    wants(&carl, Often::Off).await;

    // In an institution's layer: its own people, and no word of it.
    let id = stage.desk.ask_elevation(&mika, wish(Scope::TakeOverApproval, "i:a-bank")).await.unwrap();
    stage.pass(Duration::minutes(20));
    act(&stage, &mika, &id, Verb::Emergency).await.unwrap();
    let told = mails().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].1, [Told::Alarm { what: None, at: stage.now() }]);
    assert_eq!(stage.desk.person(&told[0].0).await.unwrap().person, miki.person);
}
