//! Several files at once, and what a file brings beside the common cells; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::desk::{Batch, BatchFile, Choices, Format, Received};
use assessments::failure::Failure;
use assessments::id::{ImportId, InstitutionId, OperationId, ServiceId};
use assessments::import::{Keep, Outcome};
use assessments::lang::Lang;
use assessments::store::ImportRecord;
use assessments::workbook::grid::{At, Book};
use desk_support::{Database, Stage};
use rstest::rstest;
use rust_xlsxwriter::Workbook;
use std::collections::BTreeSet;
use std::io::{Cursor, Write};

const KEY_VAULT: &[u8] =
    include_bytes!("fixtures/mcsb/key-vault-azure-security-benchmark-v3-latest-security-baseline.xlsx");

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

/// The texts of a workbook in a workbook of their own, as somebody's edit leaves it: the grid is edited, then written.
fn edited(bytes: &[u8], edit: impl FnOnce(&mut Book)) -> Vec<u8> {
    let mut book = assessments::workbook::read::read("a.xlsx", bytes).unwrap();
    edit(&mut book);
    let mut out = Workbook::new();
    for grid in &book.sheets {
        let sheet = out.add_worksheet().set_name(&grid.name).unwrap();
        for (at, cell) in &grid.cells {
            sheet.write_string(at.row, at.col as u16, &cell.text).unwrap();
        }
    }
    out.save_to_buffer().unwrap()
}

/// Where a row's field stands, by the hidden ids and the key row.
fn spot(book: &Book, row: &str, key: &str) -> (usize, At) {
    for (n, grid) in book.sheets.iter().enumerate() {
        let at = grid.cells.iter().find(|(at, c)| at.col == 0 && c.text.starts_with(&format!("{row}~")));
        let Some((at, _)) = at else { continue };
        if let Some((key, _)) = grid.cells.iter().rfind(|(k, c)| k.row < at.row && c.text == key) {
            return (n, At { row: at.row, col: key.col });
        }
    }
    panic!("{row} {key}");
}

fn put(book: &mut Book, sheet: usize, at: At, text: &str) {
    use assessments::workbook::grid::{GridCell, Origin};
    book.sheets[sheet].cells.insert(at, GridCell { text: text.into(), origin: Origin::Text, struck: false });
}

async fn write(stage: &Stage, actor: &assessments::access::Actor, cells: &[(&str, &str)]) -> i64 {
    desk_support::write(stage, actor, &stage.sheet(), cells).await.unwrap().number
}

fn of<'a>(batch: &'a Batch, file: &str) -> &'a BatchFile {
    batch.files.iter().find(|f| f.file == file).unwrap_or_else(|| panic!("{file}: {batch:?}"))
}

#[rstest]
#[tokio::test]
async fn files_that_come_together_are_previewed_applied_and_undone_one_by_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    write(&stage, &hanako, &[("criteria/K07/summary/ja", "前の文")]).await;
    let export = stage.desk.export(&hanako, &stage.sheet(), Format::Xlsx, Lang::Ja).await.unwrap();
    let s3 = edited(&export.bytes, |book| {
        let (sheet, at) = spot(book, "K07", "summary/ja");
        put(book, sheet, at, "後の文");
    });
    let zip = zipped(&[("評価/s3.xlsx", &s3), ("評価/key-vault.xlsx", KEY_VAULT), ("評価/bad.xlsx", b"PK\x03\x04cut")]);
    let mut intake = stage.desk.intake(&hanako, None).await.unwrap();
    intake.add("files.zip", zip).await.unwrap();
    intake.add("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old".to_vec()).await.unwrap();
    let Received::Several(id) = intake.finish().unwrap() else { panic!("a batch") };

    let batch = stage.desk.batch(&hanako, &id).await.unwrap();
    assert_eq!((batch.files.len(), batch.waiting()), (4, 0));
    let good = of(&batch, "評価/s3.xlsx").read.clone().unwrap();
    assert_eq!((good.counts.changed, good.counts.added, good.is_ready()), (1, 0, true));
    let asks = of(&batch, "評価/key-vault.xlsx").read.clone().unwrap();
    assert!(matches!(asks.failure, Some(Failure::WhichService { .. })), "{asks:?}");
    for file in ["評価/bad.xlsx", "old.xls"] {
        let read = of(&batch, file).read.clone().unwrap();
        assert!(matches!(read.failure, Some(Failure::Refused { .. })) && !read.is_ready(), "{read:?}");
    }
    // Nobody else's.
    assert_eq!(stage.desk.batch(&ichiro, &id).await.unwrap_err(), Failure::NotFound);
    assert_eq!(stage.desk.batch_report(&ichiro, &id, Lang::Ja).await.unwrap_err(), Failure::NotFound);

    // All are chosen; what cannot be applied stops none of the others.
    let all: BTreeSet<ImportId> = batch.files.iter().map(|f| f.id.clone()).collect();
    let batch = stage.desk.apply_batch(&hanako, &id, &all).await.unwrap();
    let number = of(&batch, "評価/s3.xlsx").applied.unwrap();
    assert_eq!(batch.files.iter().filter(|f| f.applied.is_some()).count(), 1);
    let text = async || {
        stage
            .desk
            .sheet(&hanako, &stage.sheet())
            .await
            .unwrap()
            .cells
            .text(&Address::parse("criteria/K07/summary/ja").unwrap())
            .to_owned()
    };
    assert_eq!(text().await, "後の文");
    stage.desk.undo(&hanako, &stage.sheet(), number, "").await.unwrap();
    assert_eq!(text().await, "前の文");

    // Whose service nobody knew is named and read anew.
    let vault = of(&batch, "評価/key-vault.xlsx").id.clone();
    let permit = permit(&hanako, Action::PreviewImport, &Layer::Shared).unwrap();
    let records = stage.desk.db().imports_together(&permit, &id, hanako.person.as_ref()).await.unwrap();
    let before = records.iter().find(|r| r.id == vault).unwrap();
    assert!(before.summary.contains("failure"), "nobody knew the service: {}", before.summary);
    stage.desk.name_import(&hanako, &vault, &ServiceId::parse("s3").unwrap()).await.unwrap();
    // A reading that began before that comes too late.
    let late = async |before: &ImportRecord| {
        let mut tx = stage.desk.db().begin().await.unwrap();
        tx.note_reading(&permit, &vault, before.reading, &before.summary).await.unwrap();
        tx.commit().await.unwrap();
    };
    late(before).await;
    let batch = stage.desk.batch(&hanako, &id).await.unwrap();
    assert!(of(&batch, "評価/key-vault.xlsx").read.clone().unwrap().counts.added > 20);
    // Nor one that began before a mapping was learned, though service and sheets are the same.
    let records = stage.desk.db().imports_together(&permit, &id, hanako.person.as_ref()).await.unwrap();
    let unlearned =
        ImportRecord { summary: before.summary.clone(), ..records.into_iter().find(|r| r.id == vault).unwrap() };
    stage.desk.remember_mapping(&hanako, &vault, &[("Network Security".into(), String::new())]).await.unwrap();
    late(&unlearned).await;
    let batch = stage.desk.batch(&hanako, &id).await.unwrap();
    assert!(of(&batch, "評価/key-vault.xlsx").read.clone().unwrap().failure.is_none());
    assert!(!batch.is_second(of(&batch, "評価/key-vault.xlsx")), "the first of the two is applied");

    let report = stage.desk.batch_report(&hanako, &id, Lang::Ja).await.unwrap();
    let report = assessments::workbook::read::read("r.xlsx", &report).unwrap();
    let files: Vec<&str> = (1..=4).map(|row| report.sheets[0].text(row, 0)).collect();
    assert_eq!(files, ["評価/s3.xlsx", "評価/key-vault.xlsx", "評価/bad.xlsx", "old.xls"]);
    assert!(report.sheets[1].cells.values().any(|c| c.text.contains("旧形式")));
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_refused_alone_and_listed_among_others() {
    let stage = Stage::open(Database::Sqlite).await;
    let hanako = stage.editor("a-bank").await;
    let large = || {
        let mut bytes = vec![0; assessments::workbook::MAX_FILE + 1];
        bytes[..4].copy_from_slice(b"PK\x03\x04");
        bytes
    };
    for (bytes, why) in [(large(), "too_large"), (zipped(&[]), "empty_zip")] {
        let mut intake = stage.desk.intake(&hanako, None).await.unwrap();
        intake.add("a.zip", bytes.clone()).await.unwrap();
        let refused = intake.finish().err();
        assert!(matches!(&refused, Some(Failure::Refused { reason, .. }) if reason == why), "{refused:?}");

        let mut intake = stage.desk.intake(&hanako, None).await.unwrap();
        intake.add("a.zip", bytes).await.unwrap();
        intake.add("key-vault.xlsx", KEY_VAULT.to_vec()).await.unwrap();
        let Received::Several(id) = intake.finish().unwrap() else { panic!("a batch") };
        let batch = stage.desk.batch(&hanako, &id).await.unwrap();
        let listed = of(&batch, "a.zip").read.clone().unwrap().failure;
        assert!(matches!(&listed, Some(Failure::Refused { reason, .. }) if reason == why), "{listed:?}");
        assert_eq!(batch.files.len(), 2);
    }
}

#[rstest]
#[tokio::test]
async fn one_file_stays_one_file_and_a_corrected_name_reads_the_others_again(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let mut intake = stage.desk.intake(&hanako, None).await.unwrap();
    intake.add("key-vault.xlsx", KEY_VAULT.to_vec()).await.unwrap();
    assert!(
        matches!(intake.finish().unwrap(), Received::One(name, bytes) if name == "key-vault.xlsx" && bytes == KEY_VAULT)
    );

    let table = |label: &str| format!("対策分類,内容,対応状況\n{label},鍵を分ける,○\n").into_bytes();
    let s3 = ServiceId::parse("s3").unwrap();
    let mut intake = stage.desk.intake(&hanako, Some(&s3)).await.unwrap();
    for name in ["a.csv", "b.csv"] {
        intake.add(name, table("謎の分類")).await.unwrap();
    }
    let Received::Several(id) = intake.finish().unwrap() else { panic!("a batch") };
    let batch = stage.desk.batch(&hanako, &id).await.unwrap();
    let unsure: Vec<usize> = batch.files.iter().map(|f| f.read.clone().unwrap().unsure).collect();
    assert_eq!(unsure, [1, 1], "{batch:?}");
    let first = &batch.files[0].id;
    stage.desk.remember_mapping(&hanako, first, &[("謎の分類".to_owned(), "K09".to_owned())]).await.unwrap();
    let batch = stage.desk.batch(&hanako, &id).await.unwrap();
    assert!(batch.files.iter().all(|f| f.read.clone().unwrap().unsure == 0), "{batch:?}");
}

#[rstest]
#[tokio::test]
async fn own_columns_go_into_the_institutions_layer_with_the_import_and_back_with_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    write(&stage, &hanako, &[("criteria/K07/summary/ja", "前の文"), ("criteria/K08/summary/ja", "隣の文")]).await;
    let export = stage.desk.export(&hanako, &stage.sheet(), Format::Xlsx, Lang::Ja).await.unwrap();
    let file = edited(&export.bytes, |book| {
        let (sheet, at) = spot(book, "K07", "summary/ja");
        put(book, sheet, at, "後の文");
        put(book, sheet, At { row: at.row, col: 70 }, "当行はHSMで補う");
        let header = book.sheets[sheet]
            .cells
            .iter()
            .find(|(_, c)| c.text == "概要" || c.text.starts_with("概要"))
            .unwrap()
            .0
            .row;
        put(book, sheet, At { row: header, col: 70 }, "当行の代替統制");
        let (sheet, at) = spot(book, "K08", "summary/ja");
        book.sheets[sheet].cells.remove(&at);
    });
    let preview = stage.desk.preview(&hanako, "s3.xlsx", file, None).await.unwrap();
    let column = preview.plan.own.first().unwrap_or_else(|| panic!("{:?}", preview.plan.findings));
    assert_eq!((column.header.as_str(), column.texts[0].row.as_str()), ("当行の代替統制", "K07"));
    let blank = Address::parse("criteria/K08/summary/ja").unwrap();
    assert!(preview.plan.cells.iter().any(|c| c.address == blank && c.outcome == Outcome::Blank));

    let choices = Choices {
        own: [(column.key(), Keep::Control)].into(),
        institution: Some(InstitutionId::parse("a-bank").unwrap()),
        delete: [blank.clone()].into(),
        ..Choices::default()
    };
    let layer = SheetKey {
        service: preview.key.service.clone(),
        layer: Layer::Institution(InstitutionId::parse("a-bank").unwrap()),
    };
    let control = Address::parse("risks/K07/control").unwrap();
    // What holds the same words within others is another text: neither is lost.
    let before = "当行はHSMで補うことを検討中";
    desk_support::write(&stage, &hanako, &layer, &[("risks/K07/control", before)]).await.unwrap();
    stage.desk.apply(&hanako, &preview.id, &choices).await.unwrap();
    let now = stage.desk.sheet(&hanako, &layer).await.unwrap().cells.text(&control).to_owned();
    assert_eq!(now, format!("{before}\n\n当行はHSMで補う"));
    let common = stage.desk.sheet(&ichiro, &stage.sheet()).await.unwrap();
    assert_eq!(common.cells.text(&blank), "", "erased, since that was said for this cell");
    assert!(!common.cells.iter().any(|(_, c)| c.value.contains("HSM")), "never in the common text");

    let again = stage.desk.preview_again(&hanako, &preview.id).await.unwrap();
    let operation = OperationId::parse(&again.operation).unwrap();
    stage.desk.undo_operation(&hanako, &operation, "").await.unwrap();
    assert_eq!(stage.desk.sheet(&hanako, &layer).await.unwrap().cells.text(&control), before);
    let common = stage.desk.sheet(&ichiro, &stage.sheet()).await.unwrap();
    assert_eq!(common.cells.text(&blank), "隣の文");
    assert_eq!(common.cells.text(&Address::parse("criteria/K07/summary/ja").unwrap()), "前の文");
}

#[rstest]
#[tokio::test]
async fn a_row_pasted_from_an_older_export_finds_its_own_base_and_two_copies_wait_for_an_answer(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &[("criteria/K05/summary/ja", "古い文"), ("criteria/K05/limits/ja", "限り")]).await;
    let old = stage.desk.export(&hanako, &stage.sheet(), Format::Xlsx, Lang::Ja).await.unwrap();
    write(&stage, &hanako, &[("criteria/K05/summary/ja", "新しい文")]).await;
    let new = stage.desk.export(&hanako, &stage.sheet(), Format::Xlsx, Lang::Ja).await.unwrap();
    let old = assessments::workbook::read::read("old.xlsx", &old.bytes).unwrap();
    let file = edited(&new.bytes, |book| {
        let (sheet, at) = spot(book, "K05", "limits/ja");
        for (place, cell) in old.sheets[sheet].cells.range(At { row: at.row, col: 0 }..At { row: at.row + 1, col: 0 }) {
            book.sheets[sheet].cells.insert(*place, cell.clone());
        }
        put(book, sheet, at, "限りの編集");
    });
    let preview = stage.desk.preview(&hanako, "s3.xlsx", file.clone(), None).await.unwrap();
    let odd: Vec<String> = preview
        .plan
        .cells
        .iter()
        .filter(|c| c.outcome != Outcome::Unchanged)
        .map(|c| format!("{} {:?} {}", c.address, c.outcome, c.result))
        .collect();
    assert_eq!(odd, ["criteria/K05/limits/ja Changed 限りの編集"]);
    assert!(preview.plan.findings.iter().any(|f| f.code == "older_row"), "{:?}", preview.plan.findings);

    let copied = edited(&file, |book| {
        let (sheet, _) = spot(book, "K05", "limits/ja");
        let mut copy = book.sheets[sheet].clone();
        copy.name = format!("{} (2)", copy.name);
        book.sheets.push(copy);
    });
    let preview = stage.desk.preview(&hanako, "s3.xlsx", copied, None).await.unwrap();
    let refused = stage.desk.apply(&hanako, &preview.id, &Choices::default()).await;
    assert_eq!(refused.unwrap_err(), Failure::not_yet("two_copies"));
    stage.desk.choose_sheets(&hanako, &preview.id, &preview.plan.copies[0].sheets[..1]).await.unwrap();
    stage.desk.apply(&hanako, &preview.id, &Choices::default()).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_categories_of_a_file_become_a_criteria_set_with_the_way_from_the_old_one(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (chief, hanako) = (assessments::access::Actor::command_line(), stage.editor("a-bank").await);
    write(&stage, &hanako, &[("criteria/K07/summary/ja", "保管の答え"), ("criteria/K01/summary/ja", "認証の答え")])
        .await;
    let file = "観点,対策分類,内容\n守る,保管データの暗号化,鍵を分ける\n守る,我々だけの分類,社内の決まり\n"
        .as_bytes()
        .to_vec();
    let preview =
        stage.desk.preview(&chief, "own.csv", file.clone(), Some(&ServiceId::parse("s3").unwrap())).await.unwrap();
    let set = stage.desk.criteria_of_import(&chief, &preview.id, "our-own", "1.0").await.unwrap();
    assert_eq!(
        set.categories.iter().map(|c| c.ja.as_str()).collect::<Vec<_>>(),
        ["保管データの暗号化", "我々だけの分類"]
    );
    assert_eq!(set.viewpoints[0].ja, "守る");
    let moved = stage.desk.move_criteria(&chief, &stage.sheet(), "our-own@1.0", true).await.unwrap();
    assert_eq!(moved.answers["K07"], ["C01"]);
    assert_eq!(moved.notes, ["K01"], "what has no counterpart is told");
    // Whoever may not manage criteria may not do it this way either.
    let preview = stage.desk.preview(&hanako, "own.csv", file, Some(&ServiceId::parse("s3").unwrap())).await.unwrap();
    let refused = stage.desk.criteria_of_import(&hanako, &preview.id, "other", "1").await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. } | Failure::NotFound)), "{refused:?}");
}
