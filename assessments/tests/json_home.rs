//! A sheet that left as JSON comes home: without a difference where nobody touched it, merged where somebody did.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::Actor;
use assessments::cell::Address;
use assessments::desk::{Choices, Format, Preview};
use assessments::failure::Failure;
use assessments::import::Outcome;
use assessments::lang::Lang;
use desk_support::{Database, Stage};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;

async fn write(stage: &Stage, actor: &Actor, cells: &[(&str, &str)]) {
    desk_support::write(stage, actor, &stage.sheet(), cells).await.unwrap();
}

async fn taken_out(stage: &Stage, actor: &Actor) -> Value {
    let file = stage.desk.export(actor, &stage.sheet(), Format::Json, Lang::Ja).await.unwrap();
    serde_json::from_slice(&file.bytes).unwrap()
}

async fn home(stage: &Stage, actor: &Actor, document: &Value) -> Result<Preview, Failure> {
    stage.desk.preview(actor, "s3.json", serde_json::to_vec(document).unwrap(), None).await
}

/// A sheet that left as Markdown.
async fn as_markdown(stage: &Stage, actor: &Actor, lang: Lang) -> String {
    let file = stage.desk.export(actor, &stage.sheet(), Format::Markdown, lang).await.unwrap();
    String::from_utf8(file.bytes).unwrap()
}

#[rstest]
#[tokio::test]
async fn a_markdown_document_comes_home_as_it_left_and_an_edit_is_merged(#[values(Lang::Ja, Lang::En)] lang: Lang) {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.editor("a-bank").await;
    write(&stage, &anna, &START).await;
    let odd = "# 見出し\n\n- *a*\n<!-- kyohyo:x -->\n<!-- /kyohyo -->\n  end  ";
    let more = [
        ("criteria/K08/summary/ja", odd),
        ("criteria/K08/modes", "preventive,detective"),
        ("criteria/K08/verified_at", "2026-11-01"),
        (
            "criteria/K08/guardrails",
            "config:s3-bucket-versioning-enabled | partial | 理由 | reason\nsecurityhub:S3.5 | full",
        ),
        ("facts/service/abbreviation", "S3: *\\*[x]<!-- y -->"),
    ];
    write(&stage, &anna, &more).await;
    let document = as_markdown(&stage, &anna, lang).await;
    let take = |text: &str| stage.desk.preview(&anna, "s3.md", text.as_bytes().to_vec(), None);
    let same = take(&document.replace('\n', "\r\n")).await.unwrap();
    let odd: Vec<_> = same.plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged).collect();
    assert!(odd.is_empty() && same.plan.findings.is_empty(), "{odd:?} {:?}", same.plan.findings);
    assert!(same.plan.cells.len() >= 9, "{:?}", same.plan.cells);

    write(&stage, &anna, &[("criteria/K07/summary/ja", "A 乙 丙")]).await;
    let edited =
        document.replace("甲 乙 丙", "甲 乙 C").replace("◎ 既定で有効", "× なし").replace("◎ On by default", "× なし");
    let preview = take(&edited).await.unwrap();
    stage.desk.apply(&anna, &preview.id, &Choices::default()).await.unwrap();
    let now = stage.desk.sheet(&anna, &stage.sheet()).await.unwrap().cells;
    let text = |a: &str| now.text(&Address::parse(a).unwrap()).to_owned();
    assert_eq!(text("criteria/K07/summary/ja"), "A 乙 C");

    let cut = &document[..document.rfind("<!-- /kyohyo").unwrap()];
    let refused = take(cut).await.unwrap_err();
    assert!(refused.message(Lang::Ja).contains("Markdown"), "{}", refused.message(Lang::Ja));
}

const START: [(&str, &str); 5] = [
    ("criteria/K07/summary/ja", "甲 乙 丙"),
    ("criteria/K07/availability", "on_default"),
    ("scenarios/new-1/order", "000010"),
    ("scenarios/new-1/title/ja", "分析基盤"),
    ("notes/new-2/order", "000010"),
];

#[rstest]
#[tokio::test]
async fn an_export_comes_home_as_it_left_and_an_edit_is_merged(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let anna = stage.editor("a-bank").await;
    write(&stage, &anna, &START).await;
    let mut document = taken_out(&stage, &anna).await;
    let same = home(&stage, &anna, &document).await.unwrap();
    assert!(same.plan.cells.iter().all(|c| c.outcome == Outcome::Unchanged), "{:?}", same.plan.cells);
    assert!(same.plan.findings.is_empty() && same.plan.cells.len() > 4);

    write(&stage, &anna, &[("criteria/K07/summary/ja", "A 乙 丙")]).await;
    let cells = document["cells"].as_object_mut().unwrap();
    cells.insert("criteria/K07/summary/ja".into(), "甲 乙 C".into());
    cells.insert("criteria/K08/availability".into(), "no_such_key".into());
    cells.insert("nowhere/x/y".into(), "z".into());
    cells.insert("criteria/K07/availability".into(), "".into());
    cells.retain(|address, _| !address.starts_with("notes/"));
    let preview = home(&stage, &anna, &document).await.unwrap();
    let codes: Vec<&str> = preview.plan.findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["not_understood", "unknown_address"]);
    assert_eq!(preview.plan.counts().proposed_deletions, 1);
    stage.desk.apply(&anna, &preview.id, &Choices::default()).await.unwrap();
    let now = stage.desk.sheet(&anna, &stage.sheet()).await.unwrap().cells;
    let text = |a: &str| now.text(&Address::parse(a).unwrap()).to_owned();
    assert_eq!(text("criteria/K07/summary/ja"), "A 乙 C");
    assert_eq!(text("criteria/K07/availability"), "on_default", "a blank never erases");
    assert_eq!(text("notes/N-01/order"), "000010", "a missing row is only proposed for deletion");
}

#[tokio::test]
async fn a_document_of_another_installation_brings_its_rows_as_new_ones() {
    let (here, there) = (Stage::open(Database::Sqlite).await, Stage::open(Database::Sqlite).await);
    let (anna, bert) = (here.editor("a-bank").await, there.editor("b-bank").await);
    write(&there, &bert, &START).await;
    let mut document = taken_out(&there, &bert).await;
    document["export"] = "0123456789abcdef0123456789abcdef".into();
    write(&here, &anna, &[("scenarios/new-1/order", "000010"), ("scenarios/new-1/title/ja", "別のシナリオ")]).await;
    let preview = home(&here, &anna, &document).await.unwrap();
    assert!(preview.plan.findings.iter().any(|f| f.code == "rows_as_new"));
    here.desk.apply(&anna, &preview.id, &Choices::default()).await.unwrap();
    let now = here.desk.sheet(&anna, &here.sheet()).await.unwrap().cells;
    let text = |a: &str| now.text(&Address::parse(a).unwrap()).to_owned();
    assert_eq!(
        (text("scenarios/S-01/title/ja"), text("scenarios/S-02/title/ja")),
        ("別のシナリオ".into(), "分析基盤".into())
    );
}

#[tokio::test]
async fn what_is_no_document_of_ours_is_refused_with_a_sentence() {
    let stage = Stage::open(Database::Sqlite).await;
    let anna = stage.editor("a-bank").await;
    let deep = "{\"cells\":".repeat(50_000);
    for text in ["{", "{}", "{\"format\":\"x/1\",\"service\":\"s3\",\"number\":1,\"cells\":{}}", "  {\"a\": [", &deep] {
        let refused = stage.desk.preview(&anna, "x.json", text.as_bytes().to_vec(), None).await.unwrap_err();
        assert_eq!(refused.code(), "refused");
        assert!(refused.message(Lang::Ja).contains("JSON"), "{}", refused.message(Lang::Ja));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_text_that_the_editor_takes_comes_home_as_it_left(texts in prop::collection::vec("\\PC{1,60}", 3)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::open(Database::Sqlite).await;
            let anna = stage.editor("a-bank").await;
            let places = ["criteria/K07/summary/ja", "criteria/K08/limits/en", "criteria/K09/configure/ja"];
            let cells: Vec<(&str, &str)> = places.into_iter().zip(texts.iter().map(String::as_str)).collect();
            write(&stage, &anna, &cells).await;
            let document = taken_out(&stage, &anna).await;
            let preview = home(&stage, &anna, &document).await.unwrap();
            assert!(preview.plan.cells.iter().all(|c| c.outcome == Outcome::Unchanged && c.file == c.current));
            let document = as_markdown(&stage, &anna, Lang::Ja).await.into_bytes();
            let preview = stage.desk.preview(&anna, "s3.md", document, None).await.unwrap();
            assert_eq!(preview.plan.cells.len(), 3);
            assert!(preview.plan.cells.iter().all(|c| c.outcome == Outcome::Unchanged));
        });
    }
}
