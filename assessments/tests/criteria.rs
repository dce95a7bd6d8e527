//! Another criteria set comes into force, and a sheet moves to it without losing a word; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::Actor;
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::{Choices, Format, NewService};
use assessments::failure::Failure;
use assessments::id::{RowId, ServiceId};
use assessments::import::Outcome;
use assessments::lang::{Label, Lang};
use assessments::library::{parse_criteria, parse_crosswalk};
use assessments::store::ServiceFilter;
use desk_support::{Database, Stage, input};
use rstest::rstest;
use std::io::{Cursor, Read, Write};

const OLD: &str = "reconstructed-7x19@0.1.0";
const NEW: &str = "member-bank@2026.1";
const SET: &str = r#"
id = "member-bank"
version = "2026.1"
viewpoints = [{ id = "A", ja = "保護", en = "Protection" }]
categories = [
  { id = "C1", viewpoint = "A", ja = "暗号化全般", en = "Encryption" },
  { id = "C2", viewpoint = "A", ja = "証跡", en = "Audit trail" },
  { id = "K07", viewpoint = "A", ja = "別の意味", en = "Something else" },
]
"#;
const WALK: &str = r#"
from = "reconstructed-7x19@0.1.0"
to = "member-bank@2026.1"
[map]
K07 = ["C1"]
K08 = ["C1"]
K11 = ["C2", "K07"]
"#;

fn at(address: &str) -> Address {
    Address::parse(address).unwrap()
}

async fn loaded(stage: &Stage) -> Actor {
    let chief = Actor::command_line();
    stage.desk.load_criteria(&chief, parse_criteria(SET).unwrap()).await.unwrap();
    stage.desk.load_crosswalk(&chief, &parse_crosswalk(WALK).unwrap()).await.unwrap();
    chief
}

async fn write(
    stage: &Stage,
    actor: &Actor,
    key: &SheetKey,
    base: i64,
    cells: &[(&str, &str)],
) -> Result<i64, Failure> {
    stage.desk.write(actor, &input(key, base, cells)).await.map(|written| written.number)
}

async fn service(stage: &Stage, actor: &Actor, id: &str) -> SheetKey {
    let id = ServiceId::parse(id).unwrap();
    let name = Label { ja: format!("サービス {id}"), en: String::new() };
    let new = NewService { id: id.clone(), name, provider: "AWS".into() };
    stage.desk.add_service(actor, &new, Door::Form).await.unwrap();
    SheetKey::shared(id)
}

/// A workbook with one word for another, as somebody types it.
fn replaced(workbook: &[u8], word: &str, by: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        out.start_file(part.name().unwrap().into_owned(), zip::write::SimpleFileOptions::default()).unwrap();
        match String::from_utf8(bytes) {
            Ok(text) => {
                found |= text.contains(word);
                out.write_all(text.replace(word, by).as_bytes()).unwrap();
            }
            Err(binary) => out.write_all(binary.as_bytes()).unwrap(),
        }
    }
    assert!(found, "{word}");
    out.finish().unwrap().into_inner()
}

#[rstest]
#[tokio::test]
async fn a_sheet_moves_to_another_set_without_losing_a_word_and_back_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, chief) = (stage.editor("a-bank").await, loaded(&stage).await);
    let key = service(&stage, &hanako, "moving").await;
    let cells = [
        ("criteria/K07/availability", "on_default"),
        ("criteria/K07/summary/ja", "保管時の言葉"),
        ("criteria/K07/guardrails", "securityhub:S3.17 | full | 鍵"),
        ("criteria/K08/availability", "partly"),
        ("criteria/K08/summary/ja", "伝送時の言葉"),
        ("criteria/K08/guardrails", "securityhub:S3.17 | partial | 平文\nsecurityhub:S3.5 | full"),
        ("criteria/K08/verified_at", "2026-03-01"),
        ("criteria/K07/verified_at", "2026-05-01"),
        ("criteria/K08/same_as", "K07,rds/K07"),
        ("criteria/K11/summary/ja", "証跡の言葉"),
        ("criteria/K13/summary/ja", "行き先のない言葉"),
        ("criteria/K13/availability", "can_enable"),
        ("notes/new-1/note/ja", "留意する言葉"),
        ("notes/new-1/category", "K08"),
    ];
    let number = write(&stage, &hanako, &key, 1, &cells).await.unwrap();
    let before = stage.desk.sheet(&hanako, &key).await.unwrap().cells;

    let tried = stage.desk.move_criteria(&chief, &key, NEW, true).await.unwrap();
    assert_eq!((tried.number, stage.desk.sheet(&hanako, &key).await.unwrap().number), (None, number));
    let moved = stage.desk.move_criteria(&chief, &key, NEW, false).await.unwrap();
    assert_eq!(assessments::desk::Moved { number: None, ..moved.clone() }, tried);
    assert_eq!((moved.from.as_str(), moved.to.as_str(), moved.number), (OLD, NEW, Some(number + 1)));
    assert_eq!(
        (moved.undecided.as_slice(), moved.notes.as_slice()),
        (&["criteria/C1/availability".to_owned()][..], &["K13".to_owned()][..])
    );

    let view = stage.desk.sheet(&hanako, &key).await.unwrap();
    assert_eq!(view.criteria.key(), NEW);
    assert_eq!((view.service.asked, view.service.answered), (3, 0));
    let text = |address: &str| view.cells.text(&at(address)).to_owned();
    let summary = text("criteria/C1/summary/ja");
    for words in ["保管時の言葉", "伝送時の言葉", "K07 保管データの暗号化", "既定で有効", "一部可能"]
    {
        assert!(summary.contains(words), "{words}: {summary}");
    }
    assert_eq!(text("criteria/C1/guardrails"), "securityhub:S3.17 | partial | 鍵 / 平文\nsecurityhub:S3.5 | full");
    assert_eq!(text("criteria/C1/verified_at"), "2026-03-01");
    assert_eq!(text("criteria/C1/same_as"), "C1,rds/K07");
    assert_eq!(text("criteria/C2/summary/ja"), "証跡の言葉");
    assert_eq!(text("criteria/K07/summary/ja"), "証跡の言葉");
    assert_eq!(text("notes/N-01/category"), "C1");
    let kept = text("notes/N-02/note/ja");
    assert!(kept.contains("行き先のない言葉") && kept.contains("設定で可能"), "{kept}");
    assert!(view.cells.used_rows("criteria").iter().all(|row| ["C1", "C2", "K07"].contains(&row.as_str())));

    // Who still has the page of before open means the old K07: their text is theirs to place.
    let late = write(&stage, &hanako, &key, number, &[("criteria/K07/summary/ja", "遅れた言葉")]).await;
    assert!(matches!(&late, Err(Failure::Conflict { cells }) if cells[0].yours == "遅れた言葉"), "{late:?}");
    let foreign = write(&stage, &hanako, &key, number + 1, &[("criteria/K13/summary/ja", "どこにも見えない")]).await;
    assert!(matches!(foreign, Err(Failure::Invalid { .. })), "{foreign:?}");

    stage.desk.undo(&chief, &key, number + 1, "").await.unwrap();
    let back = stage.desk.sheet(&hanako, &key).await.unwrap();
    assert_eq!((back.criteria.key(), back.service.asked), (OLD.to_owned(), 19));
    let texts =
        |cells: &assessments::sheet::Cells| cells.iter().map(|(a, c)| (a.clone(), c.value.clone())).collect::<Vec<_>>();
    assert_eq!(texts(&back.cells), texts(&before));
    stage.desk.follow().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn new_sheets_follow_the_set_in_force_and_lists_count_by_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, chief) = (stage.editor("a-bank").await, loaded(&stage).await);
    let old = service(&stage, &hanako, "old-one").await;
    write(&stage, &hanako, &old, 1, &[("criteria/K07/availability", "partly")]).await.unwrap();
    assert!(matches!(stage.desk.use_criteria(&hanako, NEW).await, Err(Failure::Forbidden { .. } | Failure::NotFound)));
    assert!(matches!(stage.desk.use_criteria(&chief, "nothing@1").await, Err(Failure::Invalid { .. })));
    stage.desk.use_criteria(&chief, NEW).await.unwrap();
    let new = service(&stage, &hanako, "new-one").await;
    let all = ["C1", "C2", "K07"].map(|c| format!("criteria/{c}/availability"));
    let cells: Vec<(&str, &str)> = all.iter().map(|a| (a.as_str(), "on_default")).collect();
    write(&stage, &hanako, &new, 1, &cells).await.unwrap();

    let state = |state: &str| ServiceFilter { text: "-one".into(), state: state.into(), ..ServiceFilter::default() };
    let ids = async |filter: &ServiceFilter| {
        let found = stage.desk.services(&hanako, filter, 1, 50).await.unwrap().items;
        found.iter().map(|r| (r.id.to_string(), r.answered, r.asked)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&state("answered")).await, [("new-one".to_owned(), 3, 3)]);
    assert_eq!(ids(&state("started")).await, [("old-one".to_owned(), 1, 19)]);
    let k07 = RowId::parse("K07").unwrap();
    for (set, expected) in [(OLD, "old-one"), (NEW, "new-one")] {
        let found =
            stage.desk.across(&hanako, &stage.desk.criteria(set), &k07, &Default::default(), (1, 50)).await.unwrap();
        assert!(found.items.iter().any(|r| r.service.as_str() == expected), "{set}");
        assert!(found.items.iter().all(|r| r.service.as_str() == expected || !r.service.as_str().ends_with("-one")));
        let filter = ServiceFilter { criteria: set.into(), ..state("") };
        let matrix = stage.desk.matrix(&hanako, &filter, 1, 50).await.unwrap();
        assert_eq!(matrix.items.iter().map(|r| r.service.id.as_str()).collect::<Vec<_>>(), [expected]);
    }
}

#[rstest]
#[tokio::test]
async fn a_workbook_of_before_the_move_settles_nothing_by_itself(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, chief) = (stage.editor("a-bank").await, loaded(&stage).await);
    let key = service(&stage, &hanako, "exported").await;
    write(&stage, &hanako, &key, 1, &[("criteria/K07/summary/ja", "古い言葉")]).await.unwrap();
    let export = stage.desk.export(&hanako, &key, Format::Xlsx, Lang::Ja).await.unwrap();
    stage.desk.move_criteria(&chief, &key, NEW, false).await.unwrap();
    let edited = replaced(&export.bytes, "古い言葉", "直した言葉");
    let preview = stage.desk.preview(&hanako, &export.file_name, edited, None).await.unwrap();
    let changed: Vec<_> = preview
        .plan
        .cells
        .iter()
        .filter(|c| c.outcome != Outcome::Unchanged)
        .map(|c| (c.address.to_string(), c.outcome))
        .collect();
    assert!(changed.contains(&("criteria/K07/summary/ja".to_owned(), Outcome::Conflict)), "{changed:?}");
    assert!(preview.plan.findings.iter().any(|f| f.code == "criteria_moved"));
    let applied = stage.desk.apply(&hanako, &preview.id, &Choices::default()).await.unwrap();
    assert!(applied.written.cells.iter().all(|(a, _)| a.section != "criteria"));
}

#[rstest]
#[tokio::test]
async fn an_institution_moves_its_own_layer_and_nobody_else_does(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro, chief) = (stage.editor("a-bank").await, stage.editor("b-bank").await, loaded(&stage).await);
    let shared = service(&stage, &hanako, "own").await;
    let layer = Layer::parse("i:a-bank").unwrap();
    let key = SheetKey { layer, ..shared };
    write(&stage, &hanako, &key, 0, &[("criteria/K07/limits/ja", "当行の判断")]).await.unwrap();
    for actor in [&ichiro, &chief] {
        let refused = stage.desk.move_criteria(actor, &key, NEW, true).await;
        assert!(matches!(refused, Err(Failure::NotFound)), "{refused:?}");
    }
    stage.desk.move_criteria(&hanako, &key, NEW, false).await.unwrap();
    let view = stage.desk.sheet(&hanako, &key).await.unwrap();
    assert_eq!(view.cells.text(&at("criteria/C1/limits/ja")), "当行の判断");
}
