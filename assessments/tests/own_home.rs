//! A file that was handed out from an institution's layer comes home to that layer, and to no other.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::cell::Layer;
use assessments::desk::{Choices, Format, Received};
use assessments::failure::Failure;
use assessments::lang::Lang;
use desk_support::{Database, Stage};
use private_support::{Bank, address, own, s3, write};
use rstest::rstest;

const NOTE: &str = "criteria/K07/limits/ja";
const CONDITIONS: &str = "adoption/service/conditions";

#[rstest]
#[tokio::test]
async fn it_comes_home_three_ways_and_goes_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Format::Json, Format::Xlsx)] format: Format,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let key = own("a-bank");
    a.decide(&stage, "with_conditions", "出力した時の条件").await;
    write(&stage, &a.editor, &key, &[(NOTE, "出力した時のメモ")]).await.unwrap();
    let file = stage.desk.export(&a.editor, &key, format, Lang::Ja).await.unwrap();
    // Meanwhile somebody writes another note, and erases this one: the file brings it back as a conflict or not at all.
    write(&stage, &a.editor, &key, &[("criteria/K08/limits/ja", "あとから書いたメモ")]).await.unwrap();
    let same = stage.desk.preview(&a.editor, "own", file.bytes.clone(), None).await.unwrap();
    assert_eq!(same.key, key, "it is the layer's, though nobody said so");
    assert!(same.plan.cells.iter().all(|c| c.outcome == assessments::import::Outcome::Unchanged), "{:?}", same.plan);

    let changed = match format {
        Format::Json => {
            let text = String::from_utf8(file.bytes.clone()).unwrap();
            text.replace("出力した時のメモ", "書き直したメモ")
                .replace("出力した時の条件", "書き直した条件")
                .into_bytes()
        }
        _ => replaced(&file.bytes, "出力した時のメモ", "書き直したメモ"),
    };
    // Who is not of the institution finds nothing, and nothing of it reaches the common text.
    let refused = stage.desk.preview(&b.editor, "own", changed.clone(), None).await;
    assert_eq!(refused.err(), Some(Failure::NotFound));
    let refused = stage.desk.preview(&b.editor, "own", changed.clone(), Some(&s3())).await;
    assert_eq!(refused.err(), Some(Failure::NotFound));
    let preview = stage.desk.preview(&a.editor, "own", changed, None).await.unwrap();
    assert_eq!(stage.desk.preview_again(&b.editor, &preview.id).await.err(), Some(Failure::NotFound));
    let refused = stage.desk.preview_again(&a.approver, &preview.id).await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })), "who imports nothing is told so: {refused:?}");
    let applied = stage.desk.apply(&a.editor, &preview.id, &Choices::default()).await.unwrap();
    assert_eq!(applied.key, key);
    let text =
        async |cell: &str| stage.desk.sheet(&a.editor, &key).await.unwrap().cells.text(&address(cell)).to_owned();
    assert_eq!(text(NOTE).await, "書き直したメモ");
    assert_eq!(text("criteria/K08/limits/ja").await, "あとから書いたメモ", "what came later stays");
    let conditions = if format == Format::Json { "書き直した条件" } else { "出力した時の条件" };
    assert_eq!(text(CONDITIONS).await, conditions, "a workbook's decision sheet is for reading");
    let common = stage.desk.sheet(&a.editor, &stage.sheet()).await.unwrap();
    assert!(common.cells.is_empty() && common.key.layer == Layer::Shared);
    assert!(matches!(stage.desk.apply(&a.editor, &preview.id, &Choices::default()).await, Err(Failure::Exists { .. })));
    stage.desk.undo(&a.editor, &key, applied.written.number, "").await.unwrap();
    assert_eq!([text(NOTE).await, text(CONDITIONS).await], ["出力した時のメモ", "出力した時の条件"]);
    stage.desk.follow().await.unwrap();
    assert!(stage.desk.check().await.unwrap().faults.is_empty());
}

#[rstest]
#[tokio::test]
async fn among_several_files_it_is_told_to_come_alone_and_the_others_are_taken(
    #[values(Format::Json, Format::Xlsx)] format: Format,
) {
    let stage = Stage::open(Database::Sqlite).await;
    let a = Bank::open(&stage, "a-bank").await;
    write(&stage, &a.editor, &stage.sheet(), &[("criteria/K07/summary/ja", "共通の文")]).await.unwrap();
    write(&stage, &a.editor, &own("a-bank"), &[(NOTE, "内密のメモ")]).await.unwrap();
    let private = stage.desk.export(&a.editor, &own("a-bank"), format, Lang::Ja).await.unwrap();
    let common = stage.desk.export(&a.editor, &stage.sheet(), format, Lang::Ja).await.unwrap();
    // Also where the service is named, by which a file of an unknown look would be taken.
    let s3 = s3();
    for service in [None, Some(&s3)] {
        let mut intake = stage.desk.intake(&a.editor, service).await.unwrap();
        intake.add("common", common.bytes.clone()).await.unwrap();
        intake.add("private", private.bytes.clone()).await.unwrap();
        let Received::Several(id) = intake.finish().unwrap() else { panic!("two files") };
        let batch = stage.desk.batch(&a.editor, &id).await.unwrap();
        let failures: Vec<_> = batch.files.iter().map(|f| f.read.as_ref().unwrap().failure.clone()).collect();
        assert_eq!(failures, [None, Some(Failure::not_yet("layer_file_alone"))]);
        let all = batch.files.iter().map(|f| f.id.clone()).collect();
        stage.desk.apply_batch(&a.editor, &id, &all).await.unwrap();
        let text = stage.desk.sheet(&a.editor, &stage.sheet()).await.unwrap().cells.text(&address(NOTE)).to_owned();
        assert_eq!(text, "", "nothing private in the common text");
    }
}

#[rstest]
#[tokio::test]
async fn notes_alone_look_like_the_common_text_and_are_not_taken_for_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
    #[values(Format::Json, Format::Markdown, Format::Xlsx)] format: Format,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    // A reader of A's layer who works for B may hand A's notes out, and bring them nowhere.
    write(&stage, &a.editor, &own("a-bank"), &[(NOTE, "内密のメモ")]).await.unwrap();
    let file = stage.desk.export(&a.editor, &own("a-bank"), format, Lang::Ja).await.unwrap();
    for service in [None, Some(&s3())] {
        let refused = stage.desk.preview(&b.editor, "own", file.bytes.clone(), service).await;
        assert_eq!(refused.err(), Some(Failure::NotFound));
    }
    let home = stage.desk.preview(&a.editor, "own", file.bytes, None).await.unwrap();
    assert_eq!(home.key, own("a-bank"));
}

/// A workbook with one text replaced in its shared strings.
fn replaced(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    use std::io::{Cursor, Read, Write};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..from.len() {
        let mut part = from.by_index(n).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), Vec::new());
        part.read_to_end(&mut content).unwrap();
        if name == "xl/sharedStrings.xml" {
            content = String::from_utf8(content).unwrap().replace(old, new).into_bytes();
        }
        to.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}
