//! An institution's decision on a service: cells of its own layer, which nobody else's sheet can hold or show.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::{Actor, Role};
use assessments::adoption::verdict;
use assessments::cell::SheetKey;
use assessments::desk::{AdoptionFilter, Format};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::lang::Lang;
use assessments::schema::PRIVATE;
use chrono::Duration;
use desk_support::{Database, Stage};
use private_support::{Bank, K07, address, bank, own, publish, s3, write, write_from};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn the_decision_has_history_merge_search_and_files_of_its_own_and_b_has_none_of_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let key = own("a-bank");
    a.decide(&stage, "with_conditions", "藍玉条件：顧客情報は暗号化する。").await;
    let risk = [("risks/K07/accepted", "鍵の管理者が一人に限られる。"), ("risks/K07/expires", "2027-01-31")];
    write(&stage, &a.editor, &key, &risk).await.unwrap();
    // Two people change different lines of the note from the same revision: both stay. The same words conflict.
    let note = "adoption/service/note";
    write(&stage, &a.editor, &key, &[(note, "一行目。\n二行目。")]).await.unwrap();
    write_from(&stage, &a.editor, &key, 3, &[(note, "一行目、改。\n二行目。")]).await.unwrap();
    write_from(&stage, &a.editor, &key, 3, &[(note, "一行目。\n二行目、改。")]).await.unwrap();
    let refused = write_from(&stage, &a.editor, &key, 3, &[(note, "一行目、変更。\n二行目。")]).await;
    assert!(matches!(refused, Err(Failure::Conflict { .. })), "{refused:?}");
    let view = stage.desk.adoption(&a.approver, &a.id, &s3()).await.unwrap();
    assert_eq!(verdict(&view.own.cells).map(|c| c.marked(Lang::Ja)), Some("△ 条件付きで利用可".into()));
    assert_eq!(view.own.cells.text(&address(note)), "一行目、改。\n二行目、改。");
    assert!(view.approvals.is_empty() && view.newest.is_none());

    stage.desk.follow().await.unwrap();
    let found =
        async |actor: &Actor| stage.desk.search_cells(actor, "藍玉", 10, Default::default()).await.unwrap().len();
    assert_eq!((found(&a.editor).await, found(&b.editor).await), (1, 0));
    let exported = stage.desk.export(&a.editor, &key, Format::Markdown, Lang::Ja).await.unwrap();
    assert!(String::from_utf8(exported.bytes).unwrap().contains("藍玉条件"));
    for format in [Format::Markdown, Format::Json, Format::Xlsx] {
        let common = stage.desk.export(&a.editor, &stage.sheet(), format, Lang::Ja).await.unwrap();
        let text = String::from_utf8_lossy(&common.bytes).into_owned();
        assert!(!text.contains("藍玉条件") && !text.contains("採用判断"), "{format:?}");
        let refused = stage.desk.export(&b.editor, &key, format, Lang::Ja).await;
        assert_eq!(refused.err(), Some(Failure::NotFound));
    }
    assert_eq!(stage.desk.adoption(&b.editor, &a.id, &s3()).await.err(), Some(Failure::NotFound));
    assert!(stage.desk.adoptions(&b.editor, &b.id, &AdoptionFilter::default()).await.unwrap().lines.is_empty());
    assert!(stage.desk.check().await.unwrap().faults.is_empty());
}

#[rstest]
#[case("adoption/service/verdict", "may_use")]
#[case("adoption/service/note", "x")]
#[case("risks/K07/control", "x")]
#[tokio::test]
async fn the_common_sheet_has_no_place_for_it_whoever_writes(#[case] cell: &str, #[case] text: &str) {
    let stage = Stage::open(Database::Sqlite).await;
    let editor = stage.editor("a-bank").await;
    for actor in [&editor, &Actor::command_line()] {
        let refused = write(&stage, actor, &stage.sheet(), &[(K07, "x"), (cell, text)]).await;
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    }
    let cells = stage.desk.sheet(&editor, &stage.sheet()).await.unwrap().cells;
    assert!(cells.is_empty(), "nothing of the change is in");
    assert!(PRIVATE.iter().all(|s| cells.used_rows(s.key).is_empty()));
}

#[rstest]
#[case("adoption/service/next_review", "2027-12-31", "review_too_far")]
#[case("adoption/service/next_review", "soon", "invalid")]
#[case("adoption/service/effort_alone", "many", "hours")]
#[case("adoption/service/verdict", "perhaps", "invalid")]
#[case("risks/K99/owner", "x", "invalid")]
#[tokio::test]
async fn what_does_not_read_is_refused_with_a_reason(#[case] cell: &str, #[case] text: &str, #[case] code: &str) {
    let stage = Stage::open(Database::Sqlite).await;
    let editor = stage.editor("a-bank").await;
    let refused = write(&stage, &editor, &own("a-bank"), &[(cell, text)]).await.unwrap_err();
    assert_eq!(refused.code(), code);
    assert!(Lang::ALL.iter().all(|l| !refused.message(*l).is_empty() && !refused.way_on(*l).is_empty()));
    // Within a year it is taken, and may grow old where it stands.
    write(&stage, &editor, &own("a-bank"), &[("adoption/service/next_review", "2027-11-18")]).await.unwrap();
    stage.pass(Duration::days(500));
    write(&stage, &editor, &own("a-bank"), &[("adoption/service/note", "続き")]).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn decisions_stand_side_by_side_with_what_runs_out_the_systems_and_the_saving(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "暗号化できる。"), ("facts/service/name/ja", "S3 ストレージ")])
        .await
        .unwrap();
    publish(&stage, "2026.11.1").await;
    let cells = [
        ("adoption/service/verdict", "may_use"),
        ("adoption/service/effort_reuse", "12"),
        ("adoption/service/effort_alone", "１８．５"),
        ("risks/K07/accepted", "残る"),
        ("risks/K07/expires", "2026-12-10"),
        ("risks/K08/accepted", "残る"),
        ("risks/K08/expires", "2027-10-01"),
    ];
    write(&stage, &a.editor, &own("a-bank"), &cells).await.unwrap();
    a.approve(&stage).await;
    stage.desk.put_system(&a.editor, &a.id, None, "勘定系", "業務部", &[s3()]).await.unwrap();
    let unknown = ServiceId::parse("nothing").unwrap();
    let refused = stage.desk.put_system(&a.editor, &a.id, None, "x", "", &[unknown]).await;
    assert_eq!(refused.err(), Some(Failure::NotFound));

    let all = stage.desk.adoptions(&a.editor, &a.id, &AdoptionFilter::default()).await.unwrap();
    assert_eq!(all.verdicts[0], ("may_use".to_owned(), 1));
    assert_eq!(all.lines.len(), 1);
    assert!(all.lines[0].approval.as_ref().unwrap().standing.holds());
    assert_eq!(all.lines[0].systems, ["勘定系"]);
    assert_eq!(all.risks.iter().map(|r| (r.risk.row.as_str(), r.over)).collect::<Vec<_>>(), [("K07", false)]);
    assert_eq!((all.saving.saved(), all.saving.percent()), (6.5, Some(35)));
    assert_eq!(all.efforts[0].month, "2026-11");
    assert_eq!(all.systems[0].services[0].2, "may_use");
    assert!(all.systems[0].services[0].3, "an approval stands behind it");
    for (text, verdict, standing, lines) in [
        ("ストレージ", "", "", 1),
        ("勘定", "", "approved", 1),
        ("", "not", "", 0),
        ("", "", "none", 0),
        ("zzz", "", "", 0),
    ] {
        let filter = AdoptionFilter { text: text.into(), verdict: verdict.into(), standing: standing.into() };
        let found = stage.desk.adoptions(&a.editor, &a.id, &filter).await.unwrap();
        assert_eq!((found.lines.len(), found.verdicts[0].1), (lines, 1), "{filter:?}: the counts are of all");
    }
    stage.pass(Duration::days(30));
    let later = stage.desk.adoptions(&a.editor, &a.id, &AdoptionFilter::default()).await.unwrap();
    assert!(later.risks[0].over && later.outdated.len() == 1, "an accepted risk that ran out is a cause");

    // Another institution sees none of it, and cannot touch it.
    let none = stage.desk.adoptions(&b.editor, &b.id, &AdoptionFilter::default()).await.unwrap();
    assert!(none.lines.is_empty() && none.systems.is_empty() && none.risks.is_empty() && none.efforts.is_empty());
    let id = all.systems[0].system.id.clone();
    for tried in [
        stage.desk.put_system(&b.editor, &b.id, Some(&id), "乗っ取り", "", &[]).await.map(|_| ()),
        stage.desk.delete_system(&b.editor, &b.id, &id).await,
        stage.desk.delete_system(&b.editor, &bank("a-bank"), &id).await,
        stage.desk.adoptions(&b.editor, &bank("a-bank"), &AdoptionFilter::default()).await.map(|_| ()),
    ] {
        assert_eq!(tried.err(), Some(Failure::NotFound));
    }
    let reader = stage.person("a-bank", &[Role::Reader]).await;
    let refused = stage.desk.delete_system(&reader, &a.id, &id).await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })));
    stage.desk.delete_system(&a.editor, &a.id, &id).await.unwrap();
}

#[tokio::test]
async fn a_private_note_on_an_answer_is_no_part_of_the_adoption() {
    let stage = Stage::open(Database::Sqlite).await;
    let a = Bank::open(&stage, "a-bank").await;
    let key: SheetKey = own("a-bank");
    write(&stage, &a.editor, &key, &[("criteria/K07/limits/ja", "覚え書き")]).await.unwrap();
    let all = stage.desk.adoptions(&a.editor, &a.id, &AdoptionFilter::default()).await.unwrap();
    assert!(all.lines.is_empty());
    let cells = stage.desk.sheet(&a.editor, &key).await.unwrap().cells;
    assert_eq!(cells.text(&address("criteria/K07/limits/ja")), "覚え書き");
    assert!(assessments::adoption::of(&cells).is_empty());
}
