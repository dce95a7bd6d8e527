//! Lists that leave as workbooks: the matrix, one category across services, what is overdue, every sheet in a zip.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::SheetKey;
use assessments::change::Door;
use assessments::desk::{Format, List, NewService};
use assessments::id::ServiceId;
use assessments::lang::{Label, Lang};
use assessments::review::{Scope, Verdict};
use assessments::store::{AuditFilter, ServiceFilter};
use calamine::{Data, Reader, Xlsx};
use desk_support::{Database, Stage};
use rstest::rstest;
use std::io::Cursor;

/// The rows of a sheet as words.
fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    let word = |cell: &Data| cell.to_string();
    range.rows().map(|row| row.iter().map(word).collect()).collect()
}

fn sheets(bytes: &[u8]) -> Vec<String> {
    let book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    book.sheet_names().to_vec()
}

/// A part of a workbook as it stands in the file.
fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    std::io::read_to_string(zip.by_name(name).unwrap()).unwrap()
}

async fn write(stage: &Stage, actor: &Actor, service: &str, cells: &[(&str, &str)]) {
    let key = SheetKey::shared(ServiceId::parse(service).unwrap());
    desk_support::write(stage, actor, &key, cells).await.unwrap();
}

/// Two services with answers, one without.
async fn stage(database: Database) -> (Stage, Actor) {
    let stage = Stage::open(database).await;
    let anna = stage.person("a-bank", &[Role::Editor, Role::Manager]).await;
    for id in ["rds", "empty"] {
        let name = Label { ja: format!("{id} の名前"), en: id.into() };
        let new = NewService { id: ServiceId::parse(id).unwrap(), name, provider: "aws".into() };
        stage.desk.add_service(&anna, &new, Door::Form).await.unwrap();
    }
    let long = "既定で暗号化される。\n".repeat(90);
    let s3 = [
        ("criteria/K07/availability", "on_default"),
        ("criteria/K07/summary/ja", long.as_str()),
        ("criteria/K07/limits/ja", "=HYPERLINK(\"http://x\")"),
        ("criteria/K01/availability", "partly"),
        ("criteria/K07/review_by", "2020-01-31"),
    ];
    write(&stage, &anna, "s3", &s3).await;
    write(&stage, &anna, "rds", &[("criteria/K07/availability", "not_offered")]).await;
    (stage, anna)
}

#[rstest]
#[tokio::test]
async fn the_matrix_leaves_with_every_service_and_a_sheet_for_each_viewpoint(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, anna) = stage(database).await;
    let list = List::Matrix(ServiceFilter::default());
    let file = stage.desk.export_list(&anna, &list, Lang::Ja).await.unwrap();
    assert!(file.file_name.starts_with("kyohyo-matrix-") && file.file_name.ends_with(".xlsx"));
    let criteria = stage.desk.criteria("");
    assert_eq!(sheets(&file.bytes).len(), 1 + criteria.viewpoints.len());
    let matrix = rows(&file.bytes, "一覧表");
    let at = |id: &str| matrix[3].iter().position(|head| head.starts_with(id)).unwrap();
    let of = |name: &str| matrix.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name}: {matrix:?}"));
    assert_eq!((of("s3")[at("K07")].as_str(), of("s3")[at("K01")].as_str()), ("◎", "△"));
    assert_eq!((of("s3")[3].as_str(), of("empty の名前")[3].as_str()), ("2", "0"));
    assert_eq!(of("rds の名前")[at("K07")], "×");
    assert!(matrix.iter().flatten().any(|cell| cell.contains("再構成")), "a reconstruction says so");

    let only = List::Matrix(ServiceFilter { text: "rds".into(), ..ServiceFilter::default() });
    let file = stage.desk.export_list(&anna, &only, Lang::En).await.unwrap();
    let narrowed = rows(&file.bytes, "Matrix");
    assert!(narrowed[1][0].contains("Narrowed to: rds") && !narrowed.iter().any(|row| row[0] == "s3"));
    let xml = part(&file.bytes, "xl/workbook.xml");
    assert!(xml.contains(">Matrix!$3:$4<"), "viewpoints and headers stand on every page: {xml}");
    let sheet = part(&file.bytes, "xl/worksheets/sheet1.xml");
    let number = |col: &str, name: &str| -> f64 {
        col.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    // Columns of one width stand together in the file.
    let width = |at: usize| -> f64 {
        let mut cols = sheet.split("<col ").skip(1);
        let col = cols.find(|col| (number(col, "min")..=number(col, "max")).contains(&(at as f64 + 1.0)));
        number(col.unwrap(), "width")
    };
    for (at, head) in narrowed[3].iter().enumerate().skip(4) {
        let longest = head.split_whitespace().map(str::len).max().unwrap() as f64;
        assert!(width(at) >= longest * 0.9, "a word of {head:?} is broken");
    }
    let noted = AuditFilter { action: "export".into(), ..AuditFilter::default() };
    let layer = assessments::cell::Layer::parse("i:a-bank").unwrap();
    assert_eq!(stage.desk.audit(&anna, &layer, &noted, 1, 10).await.unwrap().total, 2);
}

#[rstest]
#[tokio::test]
async fn one_category_leaves_whole_however_long_an_answer_is(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, anna) = stage(database).await;
    let list = List::Category(ServiceFilter::default(), "K07".into());
    let file = stage.desk.export_list(&anna, &list, Lang::Ja).await.unwrap();
    let category = rows(&file.bytes, "K07");
    let head = |word: &str| category[3].iter().position(|h| h == word).unwrap();
    let s3: Vec<&Vec<String>> = category.iter().filter(|row| row[0] == "s3").collect();
    assert!(s3.len() > 1, "a text that no row can hold goes on in the next one");
    let summary: String = s3.iter().map(|row| row[head("概要")].replace('\n', "")).collect();
    assert_eq!(summary, "既定で暗号化される。".repeat(90));
    assert_eq!(s3[0][head("制約・注意")], "=HYPERLINK(\"http://x\")", "a text and no formula");
    assert!(!category.iter().any(|row| row[0] == "empty の名前"), "services that answer");
    assert!(category[3].iter().any(|h| h == "質問"));
    let missing = List::Category(ServiceFilter::default(), "K99".into());
    assert_eq!(stage.desk.export_list(&anna, &missing, Lang::Ja).await.unwrap_err().code(), "not_found");

    let file = stage.desk.export_list(&anna, &List::Overdue, Lang::Ja).await.unwrap();
    let overdue = rows(&file.bytes, "期限超過");
    let line = overdue.iter().find(|row| row[0] == "2020-01-31").unwrap();
    assert_eq!((line[1].as_str(), line[2].as_str()), ("s3", "K07"));
}

/// Publishes a service's sheet as it stands, with the consent of people of two institutions.
async fn publish(stage: &Stage, chief: &Actor, service: &ServiceId, banks: [&str; 2]) -> String {
    let round = stage.desk.open_round(chief, service, "", "").await.unwrap();
    for bank in banks {
        let reviewer = stage.person(bank, &[Role::Reviewer]).await;
        let (id, number) = (&round.id, round.number);
        stage
            .desk
            .answer_round(&reviewer, service, id, &Scope::Whole, Verdict::Approve, number, "", None)
            .await
            .unwrap();
    }
    // One answer is overdue, and the publisher has seen it.
    let seen = stage.desk.unsettled(chief, service).await.unwrap().mark();
    stage.desk.publish(chief, service, &round.id, "", &seen).await.unwrap().version
}

#[rstest]
#[tokio::test]
async fn what_changed_since_a_version_leaves_cell_by_cell(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, anna) = stage(database).await;
    let (chief, s3) = (Actor::command_line(), ServiceId::parse("s3").unwrap());
    let version = publish(&stage, &chief, &s3, ["b-bank", "c-bank"]).await;
    write(&stage, &anna, "s3", &[("criteria/K01/availability", ""), ("criteria/K08/summary/ja", "通信を暗号化する。")])
        .await;
    write(&stage, &anna, "s3", &[("criteria/K07/limits/ja", "=HYPERLINK(\"http://y\")")]).await;

    let list = List::Difference(s3.clone(), version.clone(), String::new());
    let file = stage.desk.export_list(&anna, &list, Lang::Ja).await.unwrap();
    assert!(file.file_name.contains(&format!("s3-{version}-now")), "{}", file.file_name);
    let found = rows(&file.bytes, "差分");
    let lines: Vec<[&str; 3]> = found[4..].iter().map(|r| [r[1].as_str(), r[2].as_str(), r[3].as_str()]).collect();
    let (x, y) = ("=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://y\")");
    assert_eq!(lines, [["削除", "△ 一部可能", ""], ["変更", x, y], ["追加", "", "通信を暗号化する。"]]);
    assert!(found[5][0].starts_with("K07 "), "{:?}", found[5]);

    // Two published versions: what came after the second is not in it, and what is higher than a row goes on.
    let long = "暗号化の設定に関する長い説明。".repeat(300);
    write(&stage, &anna, "s3", &[("criteria/K08/summary/ja", &long)]).await;
    let second = publish(&stage, &chief, &s3, ["d-bank", "e-bank"]).await;
    write(&stage, &anna, "s3", &[("criteria/K08/limits/ja", "後で書いた。")]).await;
    let list = List::Difference(s3.clone(), version.clone(), second.clone());
    let file = stage.desk.export_list(&anna, &list, Lang::Ja).await.unwrap();
    assert!(file.file_name.contains(&format!("s3-{version}-{second}")), "{}", file.file_name);
    let found = rows(&file.bytes, "差分");
    let changed: Vec<&str> = found[4..].iter().map(|r| r[1].as_str()).collect();
    assert!(changed.len() > 4 && changed[..2] == ["削除", "変更"] && changed[2..].iter().all(|c| *c == "追加"));
    let added: String = found[6..].iter().map(|r| r[3].as_str()).collect();
    assert_eq!(added, long);
    assert!(found[6..].iter().all(|r| r[0] == found[6][0]), "each part says where it stands");
    let back = List::Difference(s3.clone(), second.clone(), version);
    assert_eq!(stage.desk.export_list(&anna, &back, Lang::Ja).await.unwrap_err().code(), "not_found");
    let same = List::Difference(s3.clone(), second.clone(), second);
    assert_eq!(rows(&stage.desk.export_list(&anna, &same, Lang::Ja).await.unwrap().bytes, "差分").len(), 4);

    let unknown = List::Difference(s3, "1999.1.1".into(), String::new());
    assert_eq!(stage.desk.export_list(&anna, &unknown, Lang::Ja).await.unwrap_err().code(), "not_found");
}

#[tokio::test]
async fn every_answered_sheet_is_in_the_zip_and_comes_home_from_it() {
    let (stage, anna) = stage(Database::Sqlite).await;
    let mut bundle = stage.desk.bundle(&anna, Format::Xlsx, Lang::Ja).unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = bundle.next().await.unwrap() {
        bytes.extend(piece);
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let at = names.iter().find(|n| n.starts_with("kyohyo-s3-r")).unwrap();
    let mut workbook = Vec::new();
    std::io::copy(&mut archive.by_name(at).unwrap(), &mut workbook).unwrap();
    let preview = stage.desk.preview(&anna, at, workbook, None).await.unwrap();
    let counts = preview.plan.counts();
    assert_eq!((counts.added, counts.changed, counts.conflicts), (0, 0, 0), "{counts:?}");
}

#[tokio::test]
async fn somebody_without_a_role_takes_nothing_out() {
    let (stage, anna) = stage(Database::Sqlite).await;
    let nobody = Actor { institutions: Default::default(), installation: Default::default(), ..anna };
    assert!(stage.desk.bundle(&nobody, Format::Xlsx, Lang::Ja).is_err());
    assert_eq!(stage.desk.export_list(&nobody, &List::Overdue, Lang::Ja).await.unwrap_err().code(), "not_found");
}
