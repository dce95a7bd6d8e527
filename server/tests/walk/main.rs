//! Proof of permission: every route, every server function and the event stream, asked by everybody, with one's own
//! things, another institution's and such as do not exist.
//!
//! The router's own list is the source: a route without a rule fails here. The answer is the policy's: what
//! `access::permit` says is what comes back. Another institution's thing is answered like one that does not exist, byte
//! for byte and with as many queries; and no byte of B's secrets is in anything that anybody else receives.

#![allow(clippy::unwrap_used)]

mod landed;
mod plant;
mod rules;
mod stage;

use assessments::access::{Actor, Role, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::failure::Failure;
use assessments::id::ServiceId;
use rules::{Needs, Rule, rules};
use stage::{Answer, Cast, SECRETS, Stage, Whose, until_silent};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the statements that go to the database.
struct Queries;

static QUERIES: AtomicUsize = AtomicUsize::new(0);

impl tracing::Subscriber for Queries {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        QUERIES.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn every_place_and_every_function_has_a_rule_and_no_rule_is_about_nothing() {
    let rules = rules();
    let ruled: BTreeSet<String> = rules.iter().map(|r| r.place.to_owned()).collect();
    let places = server::web::places().into_iter().map(|p| format!("{} {}", p.method, p.path));
    let places: BTreeSet<String> = places.chain(of_programs()).collect();
    let missing: Vec<_> = places.difference(&ruled).collect();
    assert!(missing.is_empty(), "routes that nobody walks; write a rule in walk/rules.rs: {missing:#?}");
    let gone: Vec<_> = ruled.difference(&places).collect();
    assert!(gone.is_empty(), "rules about places that are not there: {gone:#?}");
    let asked: BTreeSet<String> = rules.iter().map(|r| r.ask.to_owned()).collect();
    let functions: BTreeSet<String> = server::web::server_functions().into_iter().collect();
    assert!(functions.len() >= 7, "{functions:?}");
    let missing: Vec<_> = functions.difference(&asked).collect();
    assert!(missing.is_empty(), "server functions that nobody walks: {missing:#?}");
}

/// The operations of the HTTP API, from its own document.
fn of_programs() -> Vec<String> {
    let doc = serde_json::to_value(server::web::api::document()).unwrap();
    let paths = doc["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &serde_json::Value)| {
        let path = path.strip_prefix("/api/v1").unwrap_or(path).to_owned();
        let methods: Vec<String> = item.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
        methods.into_iter().map(move |m| format!("{m} /api/v1{path}"))
    };
    paths.iter().flat_map(of).collect()
}

/// What a rule's question comes to with somebody's things in it.
fn put(stage: &Stage, text: &str, whose: Whose) -> String {
    let mut out = text.to_owned();
    for (kind, ids) in &stage.things {
        out = out.replace(&format!("<{kind}>"), &ids[whose as usize]);
    }
    let service = if whose == Whose::Nobodys { "zaphiro-none" } else { "s3" };
    out.replace("<service>", service)
}

/// Whether a rule is about things that belong to somebody.
fn has_owner(stage: &Stage, rule: &Rule) -> bool {
    stage.things.keys().any(|kind| {
        let mark = format!("<{kind}>");
        rule.ask.contains(&mark) || rule.form.contains(&mark)
    })
}

/// What the policy says to somebody about a question.
fn decision(rule: &Rule, cast: &Cast, whose: Whose) -> Result<(), Failure> {
    let Some(actor) = &cast.actor else {
        return if matches!(rule.needs, Needs::Nothing) { Ok(()) } else { Err(Failure::SignedOut) };
    };
    match rule.needs {
        Needs::Nothing | Needs::Session => Ok(()),
        Needs::Common(action) => permit(actor, action, &Layer::Shared).map(drop),
        Needs::Own(action) => permit(actor, action, &whose.layer()).map(drop),
        Needs::Hidden(action) => permit(actor, action, &whose.layer()).map(drop).map_err(|_| Failure::NotFound),
        Needs::Member if actor.institutions.is_empty() => Err(Failure::NotFound),
        Needs::Member => Ok(()),
        Needs::Asks(action) if !actor.installation.is_empty() => {
            permit(actor, action, &Layer::Shared)?;
            if whose == Whose::Nobodys { Err(Failure::NotFound) } else { Ok(()) }
        }
        Needs::Asks(action) => permit(actor, action, &whose.layer()).map(drop),
        Needs::OfA(action) => {
            permit(actor, action, &Whose::A.layer())?;
            if whose == Whose::A { Ok(()) } else { Err(Failure::NotFound) }
        }
        Needs::Mine(action) => {
            permit(actor, action, &Layer::Shared)?;
            let owns =
                cast.side == Some(whose) && actor.institutions.values().any(|roles| roles.contains(&Role::Editor));
            if owns { Ok(()) } else { Err(Failure::NotFound) }
        }
    }
}

/// Whether an answer is what the decision says.
fn fits(rule: &Rule, decision: &Result<(), Failure>, answer: &Answer, there: bool) -> bool {
    let function = rule.ask.starts_with("/api/") && rule.place.contains("{*function}");
    match decision {
        // A service that does not exist is not found by those who may look for one; a wrong form may be told first.
        Ok(()) if !there => [404, 422, 500].contains(&answer.status) && (answer.status != 500 || function),
        Ok(()) => rule.good.contains(&answer.status),
        // What is common may be missed before anybody asks who wants it.
        Err(Failure::Forbidden { .. }) if !there && answer.status == 404 => true,
        Err(failure) if function => answer.status == 500 && answer.all.contains(failure.code()),
        Err(Failure::SignedOut) => {
            answer.status == 401 || (answer.status == 303 && answer.location.starts_with("/sign-in"))
        }
        Err(failure) => answer.status == failure.status(),
    }
}

/// An answer without what is another one each time: the number of the request, and the id that was asked for.
fn plain(stage: &Stage, rule: &Rule, answer: &Answer, whose: Whose) -> String {
    let mut text = answer.all.clone();
    for (kind, ids) in &stage.things {
        if rule.ask.contains(&format!("<{kind}>")) {
            text = text.replace(&ids[whose as usize], "·id·");
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_hexdigit() {
            run.push(c);
            continue;
        }
        out.push_str(if run.len() == 16 { "·operation·" } else { &run });
        run.clear();
        out.push(c);
    }
    out
}

/// Secrets that an answer holds. What somebody typed themselves comes back in a search box and in the way back after
/// signing in, and tells them nothing.
fn leaked(answer: &Answer, asked: &str) -> Vec<&'static str> {
    SECRETS.into_iter().filter(|s| answer.all.contains(s) && !asked.contains(s)).collect()
}

/// Walks every rule as one person; gives back the secrets that they saw.
async fn walk(stage: &Stage, cast: &Cast, faults: &mut Vec<String>) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let method = rule.place.split(' ').next().unwrap();
        let owned = has_owner(stage, &rule);
        let variants: &[Whose] = if owned {
            &Whose::ALL
        } else if rule.ask.contains("<service>") || rule.form.contains("<service>") {
            &[Whose::A, Whose::Nobodys]
        } else {
            &[Whose::A]
        };
        let mut answers = Vec::new();
        for whose in variants {
            let (path, form) = (put(stage, rule.ask, *whose), put(stage, rule.form, *whose));
            let before = QUERIES.load(Ordering::Relaxed);
            let answer = stage.ask(cast, method, &path, &form).await;
            let queries = QUERIES.load(Ordering::Relaxed) - before;
            let decided = decision(&rule, cast, *whose);
            if !fits(&rule, &decided, &answer, owned || *whose != Whose::Nobodys) {
                let body: String = answer.all.chars().take(400).collect();
                faults.push(format!("{} {method} {path} {form}: {decided:?}, and yet {body}", cast.who));
            }
            let found = leaked(&answer, &format!("{path} {form}"));
            if cast.side == Some(Whose::B) {
                seen.extend(found);
            } else if !found.is_empty() {
                faults.push(format!("{} {method} {path} {form} shows {found:?}", cast.who));
            }
            answers.push((*whose, answer, queries));
        }
        if owned {
            compare(stage, cast, &rule, &answers, faults).await;
        }
    }
    seen
}

/// Another's is answered like what does not exist: the same bytes, after as many queries.
async fn compare(
    stage: &Stage,
    cast: &Cast,
    rule: &Rule,
    answers: &[(Whose, Answer, usize)],
    faults: &mut Vec<String>,
) {
    let Some((_, nothing, queries)) = answers.iter().find(|(w, ..)| *w == Whose::Nobodys) else { return };
    let nothing = plain(stage, rule, nothing, Whose::Nobodys);
    for (whose, answer, asked) in answers
        .iter()
        .filter(|(w, ..)| *w != Whose::Nobodys && cast.side != Some(*w) && decision(rule, cast, *w).is_err())
    {
        let theirs = plain(stage, rule, answer, *whose);
        if theirs != nothing {
            let at = theirs.bytes().zip(nothing.bytes()).take_while(|(a, b)| a == b).count();
            let near = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(60)..(at + 60).min(text.len())]).into_owned()
            };
            let (theirs, nothing) = (near(&theirs), near(&nothing));
            faults.push(format!("{} {} {whose:?}: {theirs:?} but nothing there: {nothing:?}", cast.who, rule.ask));
        }
        // A pool opens a connection now and then, with statements of its own: the least of some tries counts.
        let (mut least, mut least_for_nothing) = (*asked, *queries);
        for _ in 0..4 {
            if least == least_for_nothing {
                break;
            }
            least = least.min(count(stage, cast, rule, *whose).await);
            least_for_nothing = least_for_nothing.min(count(stage, cast, rule, Whose::Nobodys).await);
        }
        if least != least_for_nothing {
            let (who, ask) = (&cast.who, rule.ask);
            faults.push(format!("{who} {ask} {whose:?}: {least} queries, and {least_for_nothing} for nothing"));
        }
    }
}

/// How many statements a question costs.
async fn count(stage: &Stage, cast: &Cast, rule: &Rule, whose: Whose) -> usize {
    let method = rule.place.split(' ').next().unwrap();
    let before = QUERIES.load(Ordering::Relaxed);
    stage.ask(cast, method, &put(stage, rule.ask, whose), &put(stage, rule.form, whose)).await;
    QUERIES.load(Ordering::Relaxed) - before
}

/// What stands in B's layer, and what of B's waits.
async fn state_of_b(stage: &Stage) -> (i64, usize, usize) {
    let (editor, manager) = (stage.actor(Some(Whose::B), Role::Editor), stage.actor(Some(Whose::B), Role::Manager));
    let key = SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Whose::B.layer() };
    let view = stage.desk.sheet(&editor, &key).await.unwrap();
    let members = stage.desk.members(&manager, &Whose::B.layer()).await.unwrap();
    (view.number, view.cells.len(), members.len())
}

#[tokio::test]
async fn everybody_gets_what_the_policy_says_and_nothing_of_b() {
    let _ = tracing::subscriber::set_global_default(Queries);
    let stage = Stage::open().await;
    let before = state_of_b(&stage).await;
    let mut faults = Vec::new();
    for cast in stage.cast.iter().filter(|c| c.side != Some(Whose::B)) {
        walk(&stage, cast, &mut faults).await;
    }
    assert!(QUERIES.load(Ordering::Relaxed) > 500, "queries are counted");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(state_of_b(&stage).await, before, "nothing of B's was touched on the way");
    let mut seen = BTreeSet::new();
    for cast in stage.cast.iter().filter(|c| c.side == Some(Whose::B)) {
        seen.extend(walk(&stage, cast, &mut faults).await);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    let unseen: Vec<_> = SECRETS.iter().filter(|s| !seen.contains(*s)).collect();
    assert!(unseen.is_empty(), "B's own people never saw these: they prove nothing: {unseen:?}");
}

fn change(layer: Layer, base: i64, text: &str, reason: &str) -> WriteInput {
    WriteInput {
        key: SheetKey { service: ServiceId::parse("s3").unwrap(), layer },
        base,
        cells: vec![(Address::parse("criteria/K05/limits/ja").unwrap(), text.to_owned())],
        reason: reason.into(),
        door: Door::Browser,
        source: String::new(),
    }
}

#[tokio::test]
async fn the_stream_tells_each_reader_their_own_layers_only() {
    let stage = Stage::open().await;
    let (a, b) = (stage.actor(Some(Whose::A), Role::Editor), stage.actor(Some(Whose::B), Role::Editor));
    let service = ServiceId::parse("s3").unwrap();
    let listening: Vec<&Cast> = stage.cast.iter().filter(|c| c.actor.is_some()).collect();
    let mut streams = Vec::new();
    for cast in &listening {
        let request = axum::http::Request::get("/live?service=s3").header("cookie", &cast.cookie);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(stage.router.clone(), request).await.unwrap();
        assert_eq!(response.status(), 200, "{}", cast.who);
        streams.push(tokio::spawn(until_silent(response.into_body())));
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    // B works in its own layer, is there, and edits there; A writes in its own layer and in the common text.
    let seat = stage.desk.sit_down(&b, &SheetKey::shared(service.clone())).await.unwrap();
    let own = SheetKey { service, layer: Whose::B.layer() };
    let cell = Address::parse("criteria/K06/limits/en").unwrap();
    stage.desk.edits(&b, seat.tab(), &own, Some(&cell)).unwrap();
    stage.desk.write(&b, &change(Whose::B.layer(), 1, SECRETS[0], SECRETS[3])).await.unwrap();
    stage.desk.write(&a, &change(Whose::A.layer(), 1, "当行", "")).await.unwrap();
    stage.desk.write(&a, &change(Layer::Shared, i64::MAX - 1, "共通", "")).await.unwrap();
    for (cast, stream) in listening.into_iter().zip(streams) {
        let told = String::from_utf8(stream.await.unwrap()).unwrap();
        let actor: &Actor = cast.actor.as_ref().unwrap();
        assert!(SECRETS.iter().all(|s| !told.contains(s)), "no text at all is told: {told}");
        assert!(told.contains("\"layer\":\"\""), "{} hears of the common text: {told}", cast.who);
        for (whose, name) in [(Whose::A, "a-bank"), (Whose::B, "b-bank")] {
            let heard = told.contains(&format!("\"layer\":\"{name}\""));
            assert_eq!(heard, cast.side == Some(whose), "{} {name}: {told}", cast.who);
        }
        let sees_b = told.contains("criteria/K06/limits/en");
        let may = cast.side == Some(Whose::B) && !actor.is(&author(&b));
        assert_eq!(sees_b, may, "{} sees where B's editor is: {told}", cast.who);
        for line in told.lines().filter_map(|l| l.strip_prefix("id: ")) {
            assert!(line.split('.').all(|id| id.len() == 26), "a cursor counts nothing: {line}");
        }
    }
}

fn author(actor: &Actor) -> assessments::change::Author {
    assessments::change::Author { person: actor.person.clone(), name: actor.name.clone() }
}
