//! Together at the same time: many on one sheet, what open pages are told, and two servers in front of one database.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::Actor;
use assessments::cell::{Layer, SheetKey};
use assessments::desk::{Desk, Event, News, ToldChange, Watch};
use assessments::failure::Failure;
use desk_support::{Database, Stage};
use private_support::{K07 as SUMMARY, address, input, own};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Numbers by chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// What one of the sixteen did.
#[derive(Default)]
struct Work {
    /// (cell, word) that was acknowledged and not replaced by its own writer.
    standing: BTreeSet<(usize, String)>,
    acknowledged: usize,
    merged: usize,
    conflicts: usize,
}

const CELLS: [&str; 4] = [SUMMARY, "criteria/K07/limits/ja", "criteria/K09/summary/ja", "criteria/K11/configure/ja"];
const EDITS: usize = 12;

/// Edits from texts that are up to six revisions old: puts a word of one's own in, or replaces one that is there.
async fn edit(desk: Desk, actor: Actor, key: SheetKey, who: usize) -> Work {
    let (mut work, mut chance) = (Work::default(), Chance(who as u64 * 7_919 + 17));
    for n in 0..EDITS {
        let now = desk.sheet(&actor, &key).await.unwrap().number;
        let base = (now - chance.below(7) as i64).max(1);
        let cell = chance.below(CELLS.len());
        let text = desk.sheet_at(&actor, &key, base).await.unwrap().text(&address(CELLS[cell])).to_owned();
        let word = format!("w{who}x{n}");
        let mine: Option<String> =
            work.standing.iter().find(|(c, w)| *c == cell && text.contains(w.as_str())).map(|(_, w)| w.clone());
        let (text, replaced) = match mine.filter(|_| chance.below(3) == 0) {
            Some(old) => (text.replace(&old, &word), Some(old)),
            None => {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                let at = chance.below(lines.len());
                lines[at].push(' ');
                lines[at].push_str(&word);
                (lines.join("\n"), None)
            }
        };
        match desk.write(&actor, &input(&key, base, &[(CELLS[cell], &text)])).await {
            Ok(written) => {
                work.acknowledged += 1;
                work.merged += written.merged.len();
                if let Some(old) = replaced {
                    work.standing.remove(&(cell, old));
                }
                work.standing.insert((cell, word));
            }
            Err(Failure::Conflict { cells }) => {
                assert!(cells[0].yours.contains(&word), "the writer gets their own text back");
                work.conflicts += 1;
            }
            Err(other) => panic!("{other:?}"),
        }
        tokio::task::yield_now().await;
    }
    work
}

/// An open page: each cell that it is told of is read anew, until everybody is done and nothing more is told.
async fn page(desk: Desk, actor: Actor, key: SheetKey, mut watch: Watch, over: Arc<AtomicBool>) -> Vec<String> {
    let mut shown: BTreeMap<&str, (i64, String)> = BTreeMap::new();
    let mut anew: Vec<&str> = CELLS.to_vec();
    loop {
        for cell in anew.drain(..) {
            let now = desk.row(&actor, &key, &address(cell)).await.unwrap();
            let there = shown.entry(cell).or_default();
            if now.number >= there.0 {
                *there = (now.number, now.cells.text(&address(cell)).to_owned());
            }
        }
        let ended = over.load(Ordering::Acquire);
        match tokio::time::timeout(Duration::from_millis(300), watch.next()).await {
            Ok(Some(event)) => {
                for news in watch.look(event).await.unwrap() {
                    match news {
                        News::Change(told) => {
                            anew.extend(CELLS.iter().filter(|c| told.addresses.contains(&address(c))))
                        }
                        News::Behind => anew = CELLS.to_vec(),
                        News::Present(_) | News::Talk(_) => {}
                    }
                }
            }
            _ if ended => return CELLS.iter().map(|c| shown[c].1.clone()).collect(),
            _ => {}
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_people_on_one_sheet_lose_no_word(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let s3 = stage.sheet();
    let start: Vec<(String, String)> = CELLS
        .iter()
        .map(|c| ((*c).to_owned(), (0..40).map(|n| format!("行{n} は")).collect::<Vec<_>>().join("\n")))
        .collect();
    let start: Vec<(&str, &str)> = start.iter().map(|(a, t)| (a.as_str(), t.as_str())).collect();
    let mut people = Vec::new();
    for n in 0..16 {
        people.push(stage.editor(&format!("bank{}", n % 8)).await);
    }
    stage.desk.write(&people[0], &input(&s3, 0, &start)).await.unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let mut pages = Vec::new();
    for actor in &people {
        let watch = stage.desk.watch(actor, &s3.service, None).await.unwrap();
        pages.push(tokio::spawn(page(stage.desk.clone(), actor.clone(), s3.clone(), watch, over.clone())));
    }
    let at_work: Vec<_> = people
        .iter()
        .enumerate()
        .map(|(who, actor)| tokio::spawn(edit(stage.desk.clone(), actor.clone(), s3.clone(), who)))
        .collect();
    let mut works = Vec::new();
    for one in at_work {
        works.push(one.await.unwrap());
    }
    over.store(true, Ordering::Release);
    let view = stage.desk.sheet(&people[0], &s3).await.unwrap();
    let stands: Vec<String> = CELLS.iter().map(|c| view.cells.text(&address(c)).to_owned()).collect();
    for page in pages {
        assert_eq!(page.await.unwrap(), stands, "every open page shows what the database has");
    }
    for (cell, word) in works.iter().flat_map(|w| &w.standing) {
        let text = view.cells.text(&address(CELLS[*cell]));
        let there = text.split(char::is_whitespace).any(|w| w == word);
        assert!(there, "{word} was acknowledged and is gone from {}:\n{text}", CELLS[*cell]);
    }
    let sum = |of: fn(&Work) -> usize| works.iter().map(of).sum::<usize>();
    let (acknowledged, merged, conflicts) = (sum(|w| w.acknowledged), sum(|w| w.merged), sum(|w| w.conflicts));
    assert_eq!(acknowledged + conflicts, 16 * EDITS);
    assert!(merged > 20 && acknowledged > 100, "{acknowledged} acknowledged, {merged} merged, {conflicts} conflicts");
    assert_eq!(view.number, 1 + acknowledged as i64, "a number for each acknowledged edit, and no other");
    assert_eq!(stage.desk.sheet_at(&people[0], &s3, view.number).await.unwrap(), view.cells, "replay gives the cells");
    stage.desk.follow().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

/// What a watch has to say about everything that happened.
async fn told(watch: &mut Watch) -> Vec<ToldChange> {
    let mut out = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(30), watch.next()).await {
        for news in watch.look(event).await.unwrap() {
            if let News::Change(change) = news {
                out.push(change);
            }
        }
    }
    out
}

fn changes(news: Vec<News>) -> Vec<ToldChange> {
    news.into_iter().filter_map(|n| if let News::Change(c) = n { Some(c) } else { None }).collect()
}

#[rstest]
#[tokio::test]
async fn a_page_is_told_every_change_once_and_of_no_other_layer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, taro, ichiro) =
        (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let (s3, a, b) = (stage.sheet(), own("a-bank"), own("b-bank"));
    stage.desk.write(&hanako, &input(&s3, 0, &[(SUMMARY, "一")])).await.unwrap();
    let drawn = stage.desk.cursor(&hanako, &s3.service).await.unwrap();
    let mut watch = stage.desk.watch(&hanako, &s3.service, Some(&drawn)).await.unwrap();
    assert_eq!(watch.start().await.unwrap(), [News::Present(vec![])]);
    stage.desk.write(&ichiro, &input(&s3, 1, &[(SUMMARY, "二")])).await.unwrap();
    stage.desk.write(&ichiro, &input(&b, 0, &[(SUMMARY, "秘密")])).await.unwrap();
    stage.desk.write(&taro, &input(&a, 0, &[(SUMMARY, "当行")])).await.unwrap();
    // The index follows and says again what everybody knows already.
    stage.desk.follow().await.unwrap();
    let heard = told(&mut watch).await;
    let layers: Vec<&Layer> = heard.iter().map(|c| &c.layer).collect();
    assert_eq!(layers, [&Layer::Shared, &a.layer], "the common change and our own, once each: {heard:?}");
    assert_eq!(heard[1].author.name, taro.name);
    // A cursor is made of opaque ids: no number of one's own layer, and nothing at all of another's.
    let cursor = &heard[1].cursor;
    assert!(cursor.split('.').all(|id| id.len() == 26), "{cursor}");
    let again = stage.desk.watch(&hanako, &s3.service, Some(cursor)).await.unwrap().start().await.unwrap();
    assert_eq!(changes(again), [], "going on from there, nothing is told twice");
    let from_start = stage.desk.watch(&hanako, &s3.service, Some(&drawn)).await.unwrap().start().await.unwrap();
    assert_eq!(changes(from_start).len(), 2, "and from the page's own place, both");
    // Somebody else's cursor, or a made-up one, opens nothing.
    let theirs = stage.desk.cursor(&ichiro, &s3.service).await.unwrap();
    let mixed = stage.desk.watch(&hanako, &s3.service, Some(&theirs)).await.unwrap().start().await.unwrap();
    assert!(changes(mixed).iter().all(|c| c.layer != b.layer));
    let mut other = stage.desk.watch(&ichiro, &s3.service, None).await.unwrap();
    stage.desk.write(&taro, &input(&a, 1, &[(SUMMARY, "当行だけ")])).await.unwrap();
    assert_eq!(told(&mut other).await, [], "B hears nothing of A's");
}

#[rstest]
#[tokio::test]
async fn changes_that_were_missed_or_came_in_another_order_are_told_in_order(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let s3 = stage.sheet();
    let mut watch = stage.desk.watch(&hanako, &s3.service, Some("")).await.unwrap();
    let mut base = 0;
    for n in 0..3 {
        base = stage.desk.write(&hanako, &input(&s3, base, &[(SUMMARY, &format!("{n}"))])).await.unwrap().number;
    }
    let mut events = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(20), watch.next()).await {
        events.push(event);
    }
    events.reverse();
    let mut cursors = Vec::new();
    for event in events {
        cursors.extend(changes(watch.look(event).await.unwrap()));
    }
    assert_eq!(cursors.len(), 3, "the first event that came reads the two before it");
    for n in 0..60 {
        base = stage.desk.write(&hanako, &input(&s3, base, &[(SUMMARY, &format!("x{n}"))])).await.unwrap().number;
    }
    assert!(watch.look(Event::LookAgain).await.unwrap().contains(&News::Behind), "sixty at once: draw the page anew");
    assert_eq!(changes(watch.look(Event::LookAgain).await.unwrap()), []);
}

#[tokio::test]
async fn two_servers_on_one_database_hear_each_other() {
    let stage = Stage::open(Database::Postgres).await;
    let (hanako, taro, ichiro) =
        (stage.editor("a-bank").await, stage.editor("a-bank").await, stage.editor("b-bank").await);
    let (here, there) = (stage.desk.clone(), stage.second_server().await);
    let s3 = stage.sheet();
    let mut watch = there.watch(&ichiro, &s3.service, Some("")).await.unwrap();
    let mut other = here.watch(&ichiro, &s3.service, None).await.unwrap();
    let ears = [tokio::spawn(here.clone().keep_listening()), tokio::spawn(there.clone().keep_listening())];
    let indexes = tokio::spawn(there.clone().keep_index());
    // The ears open in their own time.
    for watch in [&mut watch, &mut other] {
        until(watch, async |_, event| event == Event::LookAgain).await;
    }

    here.write(&hanako, &input(&s3, 0, &[(SUMMARY, "あちらで書いた文章")])).await.unwrap();
    let heard = until_change(&mut watch).await;
    assert_eq!((heard.author.name.as_str(), heard.addresses[0].to_string().as_str()), (hanako.name.as_str(), SUMMARY));
    here.write(&hanako, &input(&own("a-bank"), 0, &[(SUMMARY, "当行だけの文章")])).await.unwrap();

    // Who sits there is seen here, and who leaves is gone; in a layer of another institution never.
    let seat = here.sit_down(&hanako, &s3).await.unwrap();
    wait_for(async || there.present(&ichiro, &s3.service).unwrap().len() == 1).await;
    // The page's own word about what it edits may be answered by the other server.
    there.edits(&hanako, seat.tab(), &s3, Some(&address(SUMMARY))).unwrap();
    wait_for(async || here.present(&ichiro, &s3.service).unwrap().iter().any(|p| !p.cells.is_empty())).await;
    here.edits(&hanako, seat.tab(), &own("a-bank"), Some(&address(SUMMARY))).unwrap();
    wait_for(async || there.present(&ichiro, &s3.service).unwrap().is_empty()).await;
    drop(seat);
    // However quickly somebody comes and goes, and comes: it is heard in this order.
    for _ in 0..40 {
        drop(here.sit_down(&hanako, &s3).await.unwrap());
    }
    let seat = here.sit_down(&taro, &s3).await.unwrap();
    let there_now = || there.present(&ichiro, &s3.service).unwrap().into_iter().map(|p| p.name).collect::<Vec<_>>();
    wait_for(async || there_now().contains(&taro.name)).await;
    assert_eq!(there_now(), std::slice::from_ref(&taro.name));
    drop(seat);

    // Its index follows.
    let filter = assessments::search::Filter::default;
    wait_for(async || there.search(&ichiro, "あちらで書いた", 5, filter()).await.is_ok_and(|f| !f.is_empty())).await;
    assert!(
        there
            .search(&ichiro, "当行だけ", 5, filter())
            .await
            .unwrap()
            .iter()
            .all(|f| f.cells.iter().all(|c| c.layer == Layer::Shared && !c.text.contains("当行だけ")))
    );

    // The connection is lost; what was written meanwhile is told once it stands again.
    stage.cut_listeners();
    here.write(&ichiro, &input(&s3, 1, &[("criteria/K09/summary/ja", "切れている間の文章")])).await.unwrap();
    let heard = until_change(&mut watch).await;
    assert_eq!(heard.addresses[0].to_string(), "criteria/K09/summary/ja");
    here.write(&ichiro, &input(&s3, 2, &[("criteria/K09/summary/ja", "その後の文章")])).await.unwrap();
    assert_eq!(until_change(&mut watch).await.addresses.len(), 1);
    for task in ears.into_iter().chain([indexes]) {
        task.abort();
    }
}

/// Looks at events until one of them says enough.
async fn until(watch: &mut Watch, mut enough: impl AsyncFnMut(&mut Watch, Event) -> bool) {
    let all = async {
        loop {
            let event = watch.next().await.unwrap();
            if enough(watch, event).await {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap();
}

async fn until_change(watch: &mut Watch) -> ToldChange {
    let mut heard = None;
    until(watch, async |watch, event| {
        heard = changes(watch.look(event).await.unwrap()).into_iter().next();
        heard.is_some()
    })
    .await;
    heard.unwrap()
}

async fn wait_for(mut holds: impl AsyncFnMut() -> bool) {
    let all = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap();
}
