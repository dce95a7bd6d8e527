//! Twenty people who save as fast as they can, for five seconds, through the router: every save that was acknowledged is
//! in the history at its revision and in what stands now. `cargo xtask soak crowd` does the same with two hundred.

#![allow(clippy::unwrap_used)]

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{Desk, RealWorld};
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Label;
use assessments::search::{Search, Synonyms};
use assessments::store::{ChangeFilter, Db};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::ServiceExt;

const PEOPLE: usize = 20;
const TIME: Duration = Duration::from_secs(5);
/// Everybody has a line of their own here.
const COMMON: &str = "criteria/K19/limits/en";

/// A save that was acknowledged.
struct Saved {
    number: i64,
    cell: String,
    word: String,
}

#[derive(Default)]
struct Work {
    saved: Vec<Saved>,
    conflicts: usize,
    took: Vec<Duration>,
}

async fn call(router: &Router, cookie: &str, method: &str, path: &str, form: String) -> (u16, String, String) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form));
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let location = response.headers().get(header::LOCATION).map_or("", |v| v.to_str().unwrap()).to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, location, String::from_utf8_lossy(&body).into_owned())
}

/// Base and text of a cell's form.
async fn form(router: &Router, cookie: &str, cell: &str) -> (i64, String) {
    let path = format!("/services/sqs/edit?cell={}", cell.replace('/', "%2F"));
    let (status, _, html) = call(router, cookie, "GET", &path, String::new()).await;
    assert_eq!(status, 200, "{html}");
    let after = |mark: &str| html.split_once(mark).unwrap().1;
    let base = after("name=\"base\" value=\"").split_once('"').unwrap().0.parse().unwrap();
    let text = after("<textarea").split_once('>').unwrap().1.split_once("</textarea>").unwrap().0;
    (base, text.trim_start_matches('\n').to_owned())
}

async fn save(router: &Router, cookie: &str, cell: &str, base: i64, text: &str) -> Option<i64> {
    let escaped: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
    let sent = format!("cell={cell}&base={base}&reason=&text={escaped}");
    let (status, to, body) = call(router, cookie, "POST", "/services/sqs/edit", sent).await;
    match status {
        303 => Some(to.split_once("done=saved-").unwrap().1.split(['#', '&']).next().unwrap().parse().unwrap()),
        409 => None,
        other => panic!("{other} {body}"),
    }
}

async fn edit(router: Router, cookie: String, who: usize, end: Instant) -> Work {
    let mut work = Work::default();
    let own = format!("criteria/K{:02}/{}/ja", who % 18 + 1, if who < 18 { "limits" } else { "configure" });
    for n in 0.. {
        if Instant::now() >= end {
            break;
        }
        let word = format!("w{who}x{n}");
        let (base, text) = form(&router, &cookie, COMMON).await;
        let start = format!("line {who}: ");
        let changed: Vec<String> =
            text.lines().map(|l| if l.starts_with(&start) { format!("{start}{word}") } else { l.to_owned() }).collect();
        for (cell, base, text) in [(COMMON, base, changed.join("\n")), (own.as_str(), base, format!("自分 {word}"))] {
            let began = Instant::now();
            match save(&router, &cookie, cell, base, &text).await {
                Some(number) => {
                    work.took.push(began.elapsed());
                    work.saved.push(Saved { number, cell: cell.to_owned(), word: word.clone() });
                }
                None => work.conflicts += 1,
            }
        }
    }
    work
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_editors_for_five_seconds_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::sqlite(&folder.path().join("test.sqlite")).await.unwrap();
    let desk = Desk::open(db, Search::in_memory(Synonyms::builtin()).unwrap(), Arc::new(RealWorld)).await.unwrap();
    desk.seed(&|_, _| {}).await.unwrap();
    let router = server::web::router(desk.clone(), false);
    let bank = InstitutionId::parse("a-bank").unwrap();
    let chief = Actor::command_line();
    desk.add_institution(&chief, &bank, &Label { ja: "A銀行".into(), en: "A".into() }).await.unwrap();
    let mut cookies = Vec::new();
    for n in 0..PEOPLE {
        let roles = [(Some(bank.clone()), Role::Editor)];
        let token = desk.add_person(&chief, &format!("p{n}@a.example"), &format!("人{n}"), &roles).await.unwrap();
        let signed = desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
        cookies.push(format!("kyohyo_session={}", signed.token));
    }
    let (base, _) = form(&router, &cookies[0], COMMON).await;
    let lines: Vec<String> = (0..PEOPLE).map(|n| format!("line {n}: nothing")).collect();
    save(&router, &cookies[0], COMMON, base, &lines.join("\n\n")).await.unwrap();

    let keeps = tokio::spawn(desk.clone().keep_index());
    let end = Instant::now() + TIME;
    let at_work: Vec<_> = cookies
        .into_iter()
        .enumerate()
        .map(|(who, cookie)| tokio::spawn(edit(router.clone(), cookie, who, end)))
        .collect();
    let mut works = Vec::new();
    for one in at_work {
        works.push(one.await.unwrap());
    }
    keeps.abort();

    let key = SheetKey::shared(ServiceId::parse("sqs").unwrap());
    let mut sets = BTreeMap::new();
    let mut before = None;
    loop {
        let filter = ChangeFilter { service: Some(key.service.clone()), before, limit: 500, ..ChangeFilter::default() };
        let page = desk.history(&chief, &Layer::Shared, &filter).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        sets.extend(page.into_iter().map(|s| (s.number, s)));
    }
    let view = desk.sheet(&chief, &key).await.unwrap();
    let has = |text: &str, word: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == word);
    for work in &works {
        for saved in &work.saved {
            let address = Address::parse(&saved.cell).unwrap();
            let set = sets.get(&saved.number).unwrap();
            let there = set.cells.iter().any(|c| c.address == address && has(c.new.as_deref().unwrap(), &saved.word));
            assert!(there, "{} is not in revision {}", saved.word, saved.number);
        }
        for common in [true, false] {
            let Some(last) = work.saved.iter().rfind(|s| (s.cell == COMMON) == common) else { continue };
            let text = view.cells.text(&Address::parse(&last.cell).unwrap());
            assert!(has(text, &last.word), "{} was written over: {text}", last.word);
        }
    }
    let mut took: Vec<Duration> = works.iter().flat_map(|w| w.took.iter().copied()).collect();
    took.sort();
    let conflicts: usize = works.iter().map(|w| w.conflicts).sum();
    assert!(took.len() > 2 * PEOPLE, "{} saves", took.len());
    println!(
        "{} saves, {conflicts} conflicts, median {:?}, p99 {:?}",
        took.len(),
        took[took.len() / 2],
        took[took.len() * 99 / 100]
    );
    desk.follow().await.unwrap();
    assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new());
}
