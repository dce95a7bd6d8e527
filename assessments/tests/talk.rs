//! Comments: threads on cells, who reads them, who is told, what happens to what was said.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{AUDIT_ACTIONS, WriteInput};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::store::{AuditFilter, TalkFilter, Thread};
use chrono::Duration;
use desk_support::{Database, Stage};
use rstest::rstest;

fn cell(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn own(institution: &str) -> SheetKey {
    SheetKey { service: ServiceId::parse("s3").unwrap(), layer: Layer::parse(&format!("i:{institution}")).unwrap() }
}

async fn read(stage: &Stage, actor: &Actor) -> Vec<Thread> {
    let found = stage.desk.threads(actor, &TalkFilter::default(), 1, 50).await.unwrap();
    assert_eq!(found.total, found.items.len() as i64);
    found.items
}

fn texts(thread: &Thread) -> Vec<&str> {
    thread.comments.iter().map(|c| c.text.as_str()).collect()
}

/// The handle of a person of the stage: `p3:a-bank`.
async fn handle(stage: &Stage, by: &Actor, of: &Actor) -> String {
    let people = stage.desk.addressees(by, &Layer::Shared).await.unwrap();
    people.into_iter().find(|p| Some(&p.id) == of.person.as_ref()).unwrap().handles.remove(0)
}

#[rstest]
#[tokio::test]
async fn two_institutions_talk_about_a_cell_and_settle_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert) = (stage.editor("a-bank").await, stage.person("b-bank", &[Role::Reviewer]).await);
    let reader = stage.person("b-bank", &[Role::Reader]).await;
    let sheet = stage.sheet();
    let at = cell("criteria/K07/summary/ja");
    let name = handle(&stage, &anna, &bert).await;
    let id = desk.open_thread(&anna, &sheet, Some(&at), &format!("@{name} 鍵の方針は？")).await.unwrap();
    stage.pass(Duration::minutes(1));
    desk.reply(&bert, &id, "年一回の更新です。").await.unwrap();

    let threads = read(&stage, &reader).await;
    assert_eq!(threads.len(), 1, "a reader reads it");
    assert_eq!(threads[0].address.as_ref().unwrap().to_string(), "criteria/K07/summary", "whatever the language");
    assert_eq!(texts(&threads[0]), [format!("@{name} 鍵の方針は？").as_str(), "年一回の更新です。"]);
    assert_eq!(threads[0].comments[0].mentions.get(&name), Some(&bert.name));
    let set = desk.sheet(&anna, &sheet).await.unwrap().criteria.key();
    let counts = async |actor| desk.talk_counts(actor, &sheet.service, &set).await.unwrap();
    assert_eq!(counts(&reader).await.get("criteria/K07/summary"), Some(&1));

    for refused in [
        desk.reply(&reader, &id, "読むだけの人").await.map(|_| ()),
        desk.open_thread(&reader, &sheet, None, "読むだけの人").await.map(|_| ()),
        desk.resolve_thread(&reader, &id, true).await.map(|_| ()),
    ] {
        assert_eq!(refused.err().map(|f| f.code()), Some("forbidden"));
    }
    desk.resolve_thread(&bert, &id, true).await.unwrap();
    assert!(counts(&anna).await.is_empty());
    assert_eq!(read(&stage, &anna).await[0].resolved.as_ref().map(|r| r.1.clone()), Some(bert.name.clone()));
    desk.resolve_thread(&anna, &id, false).await.unwrap();
    assert_eq!(counts(&anna).await.len(), 1);

    let (number, docs) = desk.db().comments_of(&sheet).await.unwrap();
    assert_eq!((number, docs.len()), (4, 2), "two comments, resolved, opened again");
    assert_eq!(desk.db().talk_numbers().await.unwrap(), [(sheet.clone(), 4)]);
}

#[rstest]
#[tokio::test]
async fn what_is_said_in_an_institutions_layer_stays_there(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, arno) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Manager, Role::Reader]).await);
    let bert = stage.editor("b-bank").await;
    let coordinator = Actor::command_line();
    let at = cell("criteria/K07/summary/ja");
    let id = desk.open_thread(&anna, &own("a-bank"), Some(&at), "当行の事情").await.unwrap();
    assert_eq!(read(&stage, &arno).await.len(), 1);
    for stranger in [&bert, &coordinator] {
        assert!(read(&stage, stranger).await.is_empty());
        let set = desk.sheet(stranger, &stage.sheet()).await.unwrap().criteria.key();
        assert!(
            desk.talk_counts(stranger, &stage.sheet().service, &set).await.unwrap().is_empty(),
            "not even how many"
        );
        let comment = read(&stage, &anna).await[0].comments[0].id.clone();
        for refused in [
            desk.reply(stranger, &id, "x").await.map(|_| ()),
            desk.resolve_thread(stranger, &id, true).await.map(|_| ()),
            desk.edit_comment(stranger, &comment, "x").await.map(|_| ()),
            desk.delete_comment(stranger, &comment).await.map(|_| ()),
            desk.open_thread(stranger, &own("a-bank"), None, "x").await.map(|_| ()),
            desk.addressees(stranger, &own("a-bank").layer).await.map(|_| ()),
        ] {
            assert_eq!(refused, Err(Failure::NotFound));
        }
    }
    // Naming somebody of another institution there is refused in the same words as naming nobody.
    let theirs = handle(&stage, &anna, &bert).await;
    for nobody in [theirs.as_str(), "nobody:b-bank", "nobody:a-bank"] {
        let refused = desk.reply(&anna, &id, &format!("@{nobody} x")).await;
        assert_eq!(refused, Err(Failure::Addressee { handle: nobody.into() }));
    }
    assert_eq!(read(&stage, &anna).await[0].comments.len(), 1, "nothing of it was written");
    let mine = handle(&stage, &anna, &arno).await;
    desk.reply(&anna, &id, &format!("@{mine} @someone user@b-bank.example `@nobody:x`")).await.unwrap();

    // The audit of the layer says so; nobody else's does, and no audit says what.
    let noted = desk.audit(&arno, &own("a-bank").layer, &AuditFilter::default(), 1, 50).await.unwrap().items;
    let said: Vec<_> = noted.iter().filter(|r| r.action == "comment").collect();
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|r| r.detail == "s3 criteria/K07/summary"));
    let administrators = desk.audit(&coordinator, &Layer::Shared, &AuditFilter::default(), 1, 50).await.unwrap();
    assert!(administrators.items.iter().all(|r| r.action != "comment"));
}

#[rstest]
#[tokio::test]
async fn a_comment_can_be_edited_within_the_hour_and_taken_away(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert) = (stage.person("a-bank", &[Role::Manager, Role::Editor]).await, stage.editor("b-bank").await);
    let id = desk.open_thread(&anna, &stage.sheet(), None, "  最初の\r\n文 ").await.unwrap();
    let comment = read(&stage, &anna).await[0].comments[0].id.clone();
    let refused = desk.edit_comment(&bert, &comment, "他人の文").await.map(|_| ());
    assert_eq!(refused.err().map(|f| f.code()), Some("forbidden"));
    stage.pass(Duration::minutes(59));
    desk.edit_comment(&anna, &comment, "直した文").await.unwrap();
    let thread = read(&stage, &bert).await.remove(0);
    assert_eq!(texts(&thread), ["直した文"]);
    assert_eq!(thread.comments[0].versions[0].0, "最初の\n文", "the earlier text stays readable");
    stage.pass(Duration::minutes(2));
    let late = desk.edit_comment(&anna, &comment, "遅い").await.map(|_| ());
    assert_eq!(late, Err(Failure::TooLate { minutes: 60 }));

    let answer = desk.reply(&bert, &id, "合言葉を貼ってしまった").await.unwrap();
    let refused = desk.delete_comment(&anna, &answer).await.map(|_| ());
    assert_eq!(refused.err().map(|f| f.code()), Some("forbidden"), "somebody else's");
    desk.delete_comment(&Actor::command_line(), &answer).await.unwrap();
    let thread = read(&stage, &anna).await.remove(0);
    assert_eq!(texts(&thread), ["直した文", ""]);
    assert_eq!(thread.comments[1].deleted.as_ref().map(|d| d.1.as_str()), Some("command line"));
    assert_eq!(desk.delete_comment(&bert, &answer).await.map(|_| ()), Err(Failure::NotFound), "once");
    desk.delete_comment(&anna, &comment).await.unwrap();
    let thread = read(&stage, &anna).await.remove(0);
    assert!(thread.comments.iter().all(|c| c.text.is_empty() && c.versions.is_empty()), "earlier texts go with it");
    assert!(desk.db().comments_of(&stage.sheet()).await.unwrap().1.is_empty());

    let layer = Layer::parse("i:a-bank").unwrap();
    let noted = desk.audit(&anna, &layer, &AuditFilter::default(), 1, 50).await.unwrap().items;
    for verb in ["comment", "edit_comment", "delete_comment"] {
        assert!(AUDIT_ACTIONS.contains(&verb) && noted.iter().any(|r| r.action == verb), "{verb}");
    }
    desk.follow().await.unwrap();
    assert!(desk.check().await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn a_text_that_does_not_fit_is_refused_with_a_reason() {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.editor("a-bank").await;
    let say = async |address: Option<&str>, text: &str| {
        let address = address.map(cell);
        stage.desk.open_thread(&anna, &stage.sheet(), address.as_ref(), text).await.err().map(|f| f.code())
    };
    assert_eq!(say(None, " \n ").await, Some("invalid"));
    assert_eq!(say(None, &"あ".repeat(32_001)).await, Some("too_long"));
    assert_eq!(say(None, &"あ".repeat(32_000)).await, None);
    for nowhere in ["criteria/K99/summary/ja", "criteria/K07/nothing", "notes/N-77/note/ja", "nothing/x/y"] {
        assert_eq!(say(Some(nowhere), "x").await, Some("not_found"), "{nowhere}");
    }
    let unknown = SheetKey::shared(ServiceId::parse("nope").unwrap());
    assert_eq!(stage.desk.open_thread(&anna, &unknown, None, "x").await, Err(Failure::NotFound));
}

#[rstest]
#[tokio::test]
async fn a_thread_outlives_its_row(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let (desk, anna) = (&stage.desk, stage.editor("a-bank").await);
    let write = async |base: i64, address: &str, text: &str| {
        let input = WriteInput {
            key: stage.sheet(),
            base,
            cells: vec![(cell(address), text.to_owned())],
            reason: String::new(),
            door: Door::Form,
            source: String::new(),
        };
        desk.write(&anna, &input).await.unwrap()
    };
    let row = write(0, "notes/new-1/order", "500000").await.rows.values().next().unwrap().clone();
    write(1, &format!("notes/{row}/note/ja"), "気をつける").await;
    let at = cell(&format!("notes/{row}/note/ja"));
    desk.open_thread(&anna, &stage.sheet(), Some(&at), "いつから？").await.unwrap();
    write(2, &format!("notes/{row}/order"), "").await;
    let thread = read(&stage, &anna).await.remove(0);
    assert_eq!(thread.revision, 2, "it says where it stood");
    assert!(!desk.sheet(&anna, &stage.sheet()).await.unwrap().cells.has_row("notes", &row));
    desk.reply(&anna, &thread.id, "去年からです。").await.unwrap();
    let again = desk.open_thread(&anna, &stage.sheet(), Some(&at), "消えた行").await;
    assert_eq!(again, Err(Failure::NotFound), "no new one on a row that is gone");
}

#[rstest]
#[tokio::test]
async fn a_thread_stays_with_the_criteria_set_it_was_about(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    use assessments::library::{parse_criteria, parse_crosswalk};
    const SET: &str = r#"
id = "member-bank"
version = "2026.1"
viewpoints = [{ id = "A", ja = "保護", en = "Protection" }]
categories = [
  { id = "C1", viewpoint = "A", ja = "暗号化全般", en = "Encryption" },
  { id = "K07", viewpoint = "A", ja = "別の意味", en = "Something else" },
]
"#;
    const WALK: &str = r#"
from = "reconstructed-7x19@0.1.0"
to = "member-bank@2026.1"
[map]
K07 = ["C1"]
"#;
    let (stage, chief) = (Stage::open(database).await, Actor::command_line());
    let (desk, anna) = (&stage.desk, stage.editor("a-bank").await);
    let at = cell("criteria/K07/summary/ja");
    let input = WriteInput {
        key: stage.sheet(),
        base: 0,
        cells: vec![(at.clone(), "保管時に暗号化".into())],
        reason: String::new(),
        door: Door::Form,
        source: String::new(),
    };
    desk.write(&anna, &input).await.unwrap();
    let id = desk.open_thread(&anna, &stage.sheet(), Some(&at), "鍵は？").await.unwrap();
    desk.load_criteria(&chief, parse_criteria(SET).unwrap()).await.unwrap();
    desk.load_crosswalk(&chief, &parse_crosswalk(WALK).unwrap()).await.unwrap();
    desk.move_criteria(&chief, &stage.sheet(), "member-bank@2026.1", false).await.unwrap();

    let set = desk.sheet(&anna, &stage.sheet()).await.unwrap().criteria.key();
    assert_eq!(set, "member-bank@2026.1");
    let counts = desk.talk_counts(&anna, &stage.sheet().service, &set).await.unwrap();
    assert_eq!(counts.get("criteria/K07/summary"), None, "K07 of the new set is something else");
    assert_eq!(counts.get(""), Some(&1), "and it is not lost: it counts with the sheet");
    let thread = read(&stage, &anna).await.remove(0);
    assert_eq!((thread.id.as_str(), thread.criteria.as_str()), (id.as_str(), "reconstructed-7x19@0.1.0"));
    desk.open_thread(&anna, &stage.sheet(), Some(&at), "新しい K07 は？").await.unwrap();
    let counts = desk.talk_counts(&anna, &stage.sheet().service, &set).await.unwrap();
    assert_eq!(counts.get("criteria/K07/summary"), Some(&1));
}

#[rstest]
#[tokio::test]
async fn open_pages_hear_of_comments_in_their_readers_layers_only(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    use assessments::desk::{Event, News, Watch};
    let stage = Stage::open(database).await;
    let desk = &stage.desk;
    let (anna, bert) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let (key, at) = (stage.sheet(), cell("criteria/K07/summary/ja"));
    let mut hers: Watch = desk.watch(&anna, &key.service, None).await.unwrap();
    let mut his: Watch = desk.watch(&bert, &key.service, None).await.unwrap();
    let counts =
        |counts: &[(&str, i64)]| vec![News::Talk(counts.iter().map(|(place, n)| ((*place).to_owned(), *n)).collect())];
    let place = "criteria/K07/summary";
    async fn hears(watch: &mut Watch) -> Vec<News> {
        let event = watch.next().await.unwrap();
        assert!(matches!(event, Event::Talk(_)), "{event:?}");
        watch.look(event).await.unwrap()
    }
    let id = desk.open_thread(&anna, &key, Some(&at), "鍵の方針は？").await.unwrap();
    assert_eq!(hears(&mut hers).await, counts(&[(place, 1)]));
    assert_eq!(hears(&mut his).await, counts(&[(place, 1)]));
    // One's own institution's thread: the other hears nothing, and is told no other number afterwards.
    let private = desk.open_thread(&anna, &own("a-bank"), Some(&at), "内密").await.unwrap();
    assert_eq!(hears(&mut hers).await, counts(&[(place, 2)]));
    assert_eq!(hears(&mut his).await, vec![]);
    desk.reply(&anna, &private, "内密の続き").await.unwrap();
    assert_eq!((hears(&mut hers).await, hears(&mut his).await), (counts(&[(place, 2)]), vec![]));
    desk.reply(&bert, &id, "年一回です").await.unwrap();
    assert_eq!((hears(&mut hers).await, hears(&mut his).await), (counts(&[(place, 2)]), counts(&[(place, 1)])));
    desk.resolve_thread(&bert, &id, true).await.unwrap();
    assert_eq!((hears(&mut hers).await, hears(&mut his).await), (counts(&[(place, 1)]), counts(&[])));
    // Another sheet's page is not woken; and who was away is told as it is now.
    assert_eq!(hers.talk().await.unwrap(), counts(&[(place, 1)]).remove(0));
    assert!(his.look(Event::LookAgain).await.unwrap().contains(&counts(&[])[0]));
}

#[tokio::test]
async fn a_comment_on_one_server_wakes_the_pages_of_the_other() {
    use assessments::desk::{Event, News};
    let stage = Stage::open(Database::Postgres).await;
    let there = stage.second_server().await;
    let (anna, key) = (stage.editor("a-bank").await, stage.sheet());
    let mut watch = there.watch(&anna, &key.service, None).await.unwrap();
    let mut next =
        async || tokio::time::timeout(std::time::Duration::from_secs(10), watch.next()).await.unwrap().unwrap();
    let ears = tokio::spawn(there.clone().keep_listening());
    // The other server says when it has begun to listen.
    assert_eq!(next().await, Event::LookAgain);
    stage.desk.open_thread(&anna, &key, None, "聞こえますか").await.unwrap();
    let event = next().await;
    assert_eq!(event, Event::Talk(key));
    assert_eq!(watch.look(event).await.unwrap(), vec![News::Talk([(String::new(), 1)].into())]);
    ears.abort();
}
