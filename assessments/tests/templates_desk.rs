//! An institution's templates at the desk: versions, who may, what is audited, filled with an approval; the workbook of a
//! decision as it is printed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod desk_support;
mod private_support;
mod template_support;

use assessments::access::Role;
use assessments::cell::Layer;
use assessments::desk::TemplateUpload;
use assessments::failure::Failure;
use assessments::id::TemplateId;
use assessments::lang::Lang;
use assessments::store::AuditFilter;
use desk_support::{Database, Stage};
use private_support::{Bank, K07, own, publish, s3, write};
use rstest::rstest;
use std::collections::BTreeMap;
use template_support::{book, form, with_parts};

fn upload(bytes: Vec<u8>) -> TemplateUpload {
    TemplateUpload { name: "利用申請書".into(), note: String::new(), file_name: "申請書.xlsx".into(), bytes }
}

async fn stage(database: Database) -> (Stage, Bank) {
    let stage = Stage::open(database).await;
    let bank = Bank::open(&stage, "a-bank").await;
    write(
        &stage,
        &bank.editor,
        &stage.sheet(),
        &[(K07, "既定で暗号化する。"), ("criteria/K07/availability", "on_default")],
    )
    .await
    .unwrap();
    publish(&stage, "2026.11.1").await;
    bank.decide(&stage, "with_conditions", "- 鍵は自行で管理する。\n- 東京リージョンだけを使う。").await;
    (stage, bank)
}

#[rstest]
#[tokio::test]
async fn a_template_has_versions_is_its_institutions_own_and_is_retired(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, a) = stage(database).await;
    let desk = &stage.desk;
    let editor = stage.editor("a-bank").await;
    let refused = desk.add_template(&editor, &a.id, &upload(form())).await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })), "{refused:?}");
    let unknown = desk.add_template(&a.approver, &a.id, &upload(with_parts(&[("B2", "{{zaphiro}}")]))).await;
    assert!(matches!(unknown, Err(Failure::Refused { ref reason, .. }) if reason == "template_unknown"), "{unknown:?}");
    assert!(desk.templates(&editor, &a.id).await.unwrap().is_empty(), "what cannot be filled is not kept");

    let first = desk.add_template(&a.approver, &a.id, &upload(form())).await.unwrap();
    let second = desk.add_template(&a.editor, &a.id, &upload(with_parts(&[("B2", "{{判断}}")]))).await.unwrap();
    assert_eq!((first.version, second.version), (1, 2));
    let names: Vec<i64> = desk.templates(&editor, &a.id).await.unwrap().iter().map(|r| r.version).collect();
    assert_eq!(names, [2, 1]);
    let id = TemplateId::parse(&first.id).unwrap();
    assert_eq!(desk.template_file(&editor, &a.id, &id).await.unwrap().bytes, form());
    let view = desk.template(&editor, &a.id, &id).await.unwrap();
    assert!(view.template.problems.is_empty() && view.template.places.len() >= 8);

    // Another institution sees nothing of it, whatever its role; nor do those who run the installation.
    let b = Bank::open(&stage, "b-bank").await;
    for actor in [&b.editor, &b.approver] {
        assert_eq!(desk.templates(actor, &a.id).await.unwrap_err(), Failure::NotFound);
        assert_eq!(desk.template(actor, &b.id, &id).await.unwrap_err(), Failure::NotFound);
        assert_eq!(desk.template_file(actor, &b.id, &id).await.unwrap_err(), Failure::NotFound);
        let filled = desk.fill_template(actor, &b.id, &id, &s3(), None, Lang::Ja).await;
        assert_eq!(filled.unwrap_err(), Failure::NotFound);
        assert_eq!(desk.retire_template(actor, &b.id, &id).await.unwrap_err(), Failure::NotFound);
    }
    let reader = stage.person("a-bank", &[Role::Reader]).await;
    assert!(desk.fill_template(&reader, &a.id, &id, &s3(), None, Lang::Ja).await.is_ok());

    desk.retire_template(&a.approver, &a.id, &id).await.unwrap();
    assert_eq!(desk.retire_template(&a.approver, &a.id, &id).await.unwrap_err(), Failure::NotFound);
    let filled = desk.fill_template(&editor, &a.id, &id, &s3(), None, Lang::Ja).await;
    assert_eq!(filled.unwrap_err(), Failure::NotFound, "a retired version is kept, and not filled");
    let layer = Layer::Institution(a.id.clone());
    let audit = desk.audit(&a.editor, &layer, &AuditFilter::default(), 1, 50).await.unwrap().items;
    let did: Vec<&str> = audit.iter().map(|e| e.action.as_str()).filter(|a| a.contains("template")).collect();
    assert_eq!(did, ["retire_template", "fill_template", "add_template", "add_template"]);
}

#[tokio::test]
async fn a_template_is_filled_with_what_an_approval_pinned_and_what_changed_since_the_one_before() {
    let (stage, a) = stage(Database::Sqlite).await;
    let desk = &stage.desk;
    let first = a.approve(&stage).await;
    let risk = [("risks/K07/accepted", "鍵の操作は翌日に確認する。"), ("risks/K07/owner", "情シス")];
    write(&stage, &a.editor, &own("a-bank"), &risk).await.unwrap();
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "既定で暗号化し、鍵を選べる。")]).await.unwrap();
    publish(&stage, "2026.11.2").await;
    stage.pass(chrono::Duration::hours(1));
    let second = a.approve(&stage).await;
    let template = with_parts(&[
        ("A1", "{{機関名}} {{版}} {{承認者}} {{前回の版}} {{変更件数}}"),
        ("A2", "{{照合コード}}"),
        ("A3", "{{#条件一覧}}{{連番}}. {{条件}}{{/条件一覧}}"),
        ("A5", "{{#変更点}}{{箇所}}"),
        ("B5", "{{変更前}}"),
        ("C5", "{{変更後}}{{/変更点}}"),
        ("A7", "{{#リスク}}{{id}} {{accepted}} {{owner}}{{/リスク}}"),
    ]);
    let row = desk.add_template(&a.approver, &a.id, &upload(template)).await.unwrap();
    let id = TemplateId::parse(&row.id).unwrap();
    let filled = desk.fill_template(&a.editor, &a.id, &id, &s3(), Some(&second.id), Lang::Ja).await.unwrap();
    let read = book(&filled.bytes);
    assert_eq!(read.text("申請", "A1"), format!("a-bank 2026.11.2 {} 2026.11.1 3", a.approver.name));
    assert_eq!(read.text("申請", "A2").len(), 14);
    assert_eq!(
        (read.text("申請", "A3"), read.text("申請", "A4")),
        ("1. 鍵は自行で管理する。".into(), "2. 東京リージョンだけを使う。".into())
    );
    let changed: Vec<[String; 2]> =
        (6..=8).map(|n| [read.text("申請", &format!("B{n}")), read.text("申請", &format!("C{n}"))]).collect();
    assert!(changed.contains(&["既定で暗号化する。".into(), "既定で暗号化し、鍵を選べる。".into()]), "{changed:?}");
    assert_eq!(read.text("申請", "A10"), "K07 鍵の操作は翌日に確認する。 情シス");
    let filled = desk.fill_template(&a.editor, &a.id, &id, &s3(), Some(&first.id), Lang::Ja).await.unwrap();
    let read = book(&filled.bytes);
    assert_eq!(read.text("申請", "A1"), format!("a-bank 2026.11.1 {}  0", a.approver.name));
    assert_eq!(read.text("申請", "A6"), "（該当なし）", "{:?}", read.text("申請", "A5"));
}

#[tokio::test]
async fn the_workbook_of_a_decision_says_what_changed_and_cuts_no_text() {
    let (stage, a) = stage(Database::Sqlite).await;
    a.approve(&stage).await;
    let long = "鍵の管理に関する長い所見。".repeat(400);
    write(&stage, &a.editor, &own("a-bank"), &[("risks/K07/control", &long)]).await.unwrap();
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "既定で暗号化し、鍵を選べる。")]).await.unwrap();
    publish(&stage, "2026.11.2").await;
    stage.pass(chrono::Duration::hours(1));
    let second = a.approve(&stage).await;
    let file = stage.desk.approval_file(&a.editor, &a.id, &second.id).await.unwrap();
    let read = book(&file.content);
    let own = read.all("採用判断");
    for said in ["承認欄", "照合コード", "固定した版", "非公開（機関外秘）"] {
        assert!(own.contains(said), "{said}");
    }
    let since = read.all("前回承認からの変更点");
    for said in ["前回承認（2026.11.1 版）からの変更点（2 件）", "既定で暗号化する。", "鍵を選べる。"]
    {
        assert!(since.contains(said), "{said}");
    }
    for sheet in ["リスクへの対応", "前回承認からの変更点", "回答と自機関の対応"] {
        let all = read.all(sheet);
        assert_eq!(all.matches("鍵の管理に関する長い所見。").count(), 400, "{sheet}");
        assert!(all.contains("続き"), "{sheet}");
    }
    assert!(read.all("回答と自機関の対応").contains("サービスの概要"), "the service's facts stand there too");
    pages_begin_with_their_headers(&file.content);
}

/// Whatever takes more than a page begins each with its headers, and what is an institution's own says so on each.
fn pages_begin_with_their_headers(bytes: &[u8]) {
    let parts = template_support::parts(bytes);
    let workbook = String::from_utf8(parts["xl/workbook.xml"].clone()).unwrap();
    let titles: BTreeMap<String, String> = workbook
        .split("<definedName name=\"_xlnm.Print_Titles\"")
        .skip(1)
        .map(|name| name.split('>').nth(1).unwrap().split('<').next().unwrap())
        .map(|range| range.rsplit_once('!').unwrap())
        .map(|(sheet, rows)| (sheet.trim_matches('\'').to_owned(), rows.to_owned()))
        .collect();
    let (mut private, read) = (0, book(bytes));
    for (n, name) in (1..).zip(workbook.split("<sheet name=\"").skip(1).map(|rest| rest.split('"').next().unwrap())) {
        let sheet = String::from_utf8(parts[&format!("xl/worksheets/sheet{n}.xml")].clone()).unwrap();
        private += usize::from(sheet.contains("<oddHeader>&amp;R&amp;8非公開（機関外秘）</oddHeader>"));
        // The cover is one page, and the lists of choices are hidden.
        if matches!(name, "表紙" | "選択肢") {
            continue;
        }
        let rows = titles.get(name).unwrap_or_else(|| panic!("{name} repeats nothing: {titles:?}"));
        let first: u32 = rows.trim_start_matches('$').split(':').next().unwrap().parse().unwrap();
        let head = match name {
            "採用判断" => "採用判断",
            "前回承認からの変更点" | "回答と自機関の対応" => "番号",
            "改訂履歴" => "版",
            "サービスの概要" => "項目",
            _ => "ID",
        };
        let first = read.text(name, &format!("B{first}"));
        assert!(first == head || first.ends_with(&format!("　{head}")), "{name} begins its pages with {first:?}");
        // Lists go on in further rows of a third of a page. What is read back stays whole, as high as Excel allows.
        let listed = matches!(name, "リスクへの対応" | "前回承認からの変更点" | "回答と自機関の対応" | "改訂履歴");
        let highest =
            sheet.split(" ht=\"").skip(1).map(|t| t.split('"').next().unwrap().parse().unwrap()).fold(0.0, f64::max);
        assert!(highest <= if listed { 260.0 } else { 409.5 }, "{name}: {highest}");
    }
    assert_eq!(private, 4, "decision, risks, changes, and the answers beside the own response");
}
