//! Stories of the desk, told on both databases: what two people at their work would notice.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::search::Filter;
use assessments::store::{ChangeFilter, ServiceFilter};
use desk_support::{Database, Stage, address, input};
use rstest::rstest;

const SUMMARY: &str = "criteria/K07/summary/ja";

#[rstest]
#[tokio::test]
async fn two_people_edit_different_words_of_one_cell_and_nothing_is_lost(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let s3 = stage.sheet();
    let first = stage.desk.write(&hanako, &input(&s3, 0, &[(SUMMARY, "鍵は KMS で管理する。")])).await.unwrap();
    stage.desk.write(&hanako, &input(&s3, first.number, &[(SUMMARY, "鍵は AWS KMS で管理する。")])).await.unwrap();
    let merged =
        stage.desk.write(&ichiro, &input(&s3, first.number, &[(SUMMARY, "鍵は KMS で自動管理する。")])).await.unwrap();
    assert_eq!(merged.cells[0].1, "鍵は AWS KMS で自動管理する。");
    assert_eq!(merged.merged, [address(SUMMARY)]);
}

#[rstest]
#[tokio::test]
async fn the_same_words_changed_twice_come_back_with_base_theirs_and_yours_and_nothing_is_written(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let s3 = stage.sheet();
    let first = stage.desk.write(&hanako, &input(&s3, 0, &[(SUMMARY, "TLS 1.2")])).await.unwrap();
    let second = stage.desk.write(&hanako, &input(&s3, first.number, &[(SUMMARY, "TLS 1.3")])).await.unwrap();
    let both = input(&s3, first.number, &[(SUMMARY, "TLS 1.1"), ("criteria/K08/summary/ja", "別のセル")]);
    let Err(Failure::Conflict { cells }) = stage.desk.write(&ichiro, &both).await else { panic!("no conflict") };
    assert_eq!(
        (cells[0].base.as_str(), cells[0].theirs.as_str(), cells[0].yours.as_str()),
        ("TLS 1.2", "TLS 1.3", "TLS 1.1")
    );
    assert_eq!((cells[0].number, cells[0].author.as_str()), (second.number, hanako.name.as_str()));
    let view = stage.desk.sheet(&ichiro, &s3).await.unwrap();
    assert_eq!(view.number, second.number, "a refused write uses up no number");
    assert_eq!(view.cells.text(&address("criteria/K08/summary/ja")), "");
    // Decided: the same text with the number that the conflict named goes through.
    let decided = stage.desk.write(&ichiro, &input(&s3, cells[0].number, &[(SUMMARY, "TLS 1.1 以上")])).await.unwrap();
    assert_eq!(decided.number, second.number + 1);
}

#[rstest]
#[tokio::test]
async fn rows_get_numbers_that_never_name_another_row(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let s3 = stage.sheet();
    let made = stage
        .desk
        .write(
            &hanako,
            &input(
                &s3,
                0,
                &[
                    ("scenarios/new-1/title/ja", "連携"),
                    ("paths/new-1/scenario", "new-1"),
                    ("paths/new-1/from/ja", "端末"),
                ],
            ),
        )
        .await
        .unwrap();
    let cells = stage.desk.sheet(&hanako, &s3).await.unwrap().cells;
    assert_eq!(cells.text(&address("scenarios/S-01/title/ja")), "連携");
    assert_eq!(cells.text(&address("paths/P-01/scenario")), "S-01", "the reference followed the number");
    let gone = stage.desk.write(&hanako, &input(&s3, made.number, &[("scenarios/S-01/order", "")])).await.unwrap();
    let again =
        stage.desk.write(&hanako, &input(&s3, gone.number, &[("scenarios/new-1/title/ja", "別の用途")])).await.unwrap();
    assert_eq!(again.rows["scenarios/new-1"].as_str(), "S-02");
}

#[rstest]
#[tokio::test]
async fn a_row_deleted_while_somebody_writes_in_it_is_a_conflict_both_ways(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let s3 = stage.sheet();
    let made = stage
        .desk
        .write(&hanako, &input(&s3, 0, &[("notes/new-1/note/ja", "留意"), ("notes/new-2/note/ja", "二つ目")]))
        .await
        .unwrap();
    stage.desk.write(&hanako, &input(&s3, made.number, &[("notes/N-01/order", "")])).await.unwrap();
    let late = stage.desk.write(&ichiro, &input(&s3, made.number, &[("notes/N-01/note/ja", "留意する")])).await;
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    stage.desk.write(&ichiro, &input(&s3, made.number, &[("notes/N-02/note/ja", "二つ目を直す")])).await.unwrap();
    let late = stage.desk.write(&hanako, &input(&s3, made.number, &[("notes/N-02/order", "")])).await;
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
}

#[rstest]
#[tokio::test]
async fn restore_and_undo_are_new_change_sets_and_keep_later_work(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let s3 = stage.sheet();
    let first = stage
        .desk
        .write(&hanako, &input(&s3, 0, &[(SUMMARY, "一行目\n二行目"), ("scenarios/new-1/title/ja", "連携")]))
        .await
        .unwrap();
    let second =
        stage.desk.write(&hanako, &input(&s3, first.number, &[(SUMMARY, "一行目を改めた\n二行目")])).await.unwrap();
    stage
        .desk
        .write(&ichiro, &input(&s3, second.number, &[(SUMMARY, "一行目を改めた\n二行目を改めた")]))
        .await
        .unwrap();
    stage.desk.undo(&hanako, &s3, second.number, "").await.unwrap();
    let view = stage.desk.sheet(&hanako, &s3).await.unwrap();
    assert_eq!(view.cells.text(&address(SUMMARY)), "一行目\n二行目を改めた");
    assert!(matches!(stage.desk.undo(&ichiro, &s3, second.number, "").await, Err(Failure::Forbidden { .. })));
    let restored = stage.desk.restore(&ichiro, &s3, 0, "やり直し").await.unwrap();
    assert_eq!(restored.number, view.number + 1);
    assert!(stage.desk.sheet(&hanako, &s3).await.unwrap().cells.is_empty());
    stage.desk.restore(&ichiro, &s3, view.number, "").await.unwrap();
    assert_eq!(stage.desk.sheet(&hanako, &s3).await.unwrap().cells.text(&address("scenarios/S-01/title/ja")), "連携");
}

#[rstest]
#[tokio::test]
async fn nothing_of_an_institutions_layer_reaches_another(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let own = SheetKey {
        service: ServiceId::parse("s3").unwrap(),
        layer: Layer::Institution(InstitutionId::parse("a-bank").unwrap()),
    };
    let written = stage.desk.write(&hanako, &input(&own, 0, &[(SUMMARY, "当行限定の秘密の判断")])).await.unwrap();
    stage.desk.follow().await.unwrap();
    let administrator = Actor::command_line();
    for stranger in [&ichiro, &administrator] {
        assert_eq!(stage.desk.sheet(stranger, &own).await.err(), Some(Failure::NotFound));
        assert_eq!(stage.desk.sheet_at(stranger, &own, 1).await.err(), Some(Failure::NotFound));
        assert_eq!(
            stage.desk.history(stranger, &own.layer, &ChangeFilter { limit: 10, ..Default::default() }).await.err(),
            Some(Failure::NotFound)
        );
        assert_eq!(
            stage.desk.write(stranger, &input(&own, written.number, &[(SUMMARY, "x")])).await.err(),
            Some(Failure::NotFound)
        );
        assert_eq!(stage.desk.undo(stranger, &own, written.number, "").await.err(), Some(Failure::NotFound));
        assert!(
            stage
                .desk
                .search(stranger, "秘密の判断", 10, Filter::default())
                .await
                .unwrap()
                .iter()
                .all(|f| f.cells.iter().all(|c| c.layer == Layer::Shared))
        );
        let shared = stage
            .desk
            .history(stranger, &Layer::Shared, &ChangeFilter { limit: 1_000, ..Default::default() })
            .await
            .unwrap();
        assert!(shared.iter().all(|c| c.key.layer == Layer::Shared));
        let row = stage
            .desk
            .services(stranger, &ServiceFilter { text: "s3".into(), ..Default::default() }, 1, 10)
            .await
            .unwrap();
        assert!(row.items.iter().all(|s| s.number == 0 && s.answered == 0), "the private write shows in no count");
    }
    assert_eq!(stage.desk.search(&hanako, "秘密の判断", 10, Filter::default()).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_saved_change_is_found_and_the_check_is_clean(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let s3 = stage.sheet();
    stage.desk.write(&hanako, &input(&s3, 0, &[(SUMMARY, "新規オブジェクトは既定で暗号化される。")])).await.unwrap();
    stage.desk.follow().await.unwrap();
    let found = stage.desk.search(&hanako, "暗号化", 10, Filter::default()).await.unwrap();
    assert_eq!(found[0].cells[0].address, address(SUMMARY));
    let report = stage.desk.check().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
    assert!(report.change_sets >= 1 && report.indexed >= 1);
}

#[rstest]
#[tokio::test]
async fn many_writers_at_once_lose_nothing(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let s3 = stage.sheet();
    let writes = (1..=16).map(|n| {
        let (desk, actor, s3) = (stage.desk.clone(), hanako.clone(), s3.clone());
        tokio::spawn(async move {
            desk.write(&actor, &input(&s3, 0, &[(&format!("criteria/K{n:02}/verified_by"), &format!("担当{n}"))])).await
        })
    });
    let mut numbers = Vec::new();
    for write in writes.collect::<Vec<_>>() {
        numbers.push(write.await.unwrap().unwrap().number);
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=16).collect::<Vec<i64>>(), "numbers without gaps");
    assert_eq!(stage.desk.sheet(&hanako, &s3).await.unwrap().cells.len(), 16);
    stage.desk.follow().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn a_reader_reads_and_does_not_write(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let reader = stage.person("b-bank", &[Role::Reader]).await;
    let s3 = stage.sheet();
    assert!(stage.desk.sheet(&reader, &s3).await.is_ok());
    assert!(matches!(
        stage.desk.write(&reader, &input(&s3, 0, &[(SUMMARY, "x")])).await,
        Err(Failure::Forbidden { .. })
    ));
    assert!(matches!(stage.desk.restore(&reader, &s3, 0, "").await, Err(Failure::Forbidden { .. })));
}

#[rstest]
#[tokio::test]
async fn a_one_time_link_works_once_and_guesses_are_slowed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let token = stage.desk.first_start().await.unwrap().unwrap();
    assert!(stage.desk.first_start().await.unwrap().is_none());
    assert!(
        matches!(stage.desk.use_link(&token, "short").await, Err(Failure::Invalid { .. })),
        "and the link is not used up"
    );
    let signed = stage.desk.use_link(&token, "correct horse battery").await.unwrap().done().unwrap();
    assert_eq!(stage.desk.visitor(&signed.token, false).await.map(|v| v.actor).unwrap().name, signed.actor.name);
    assert_eq!(stage.desk.use_link(&token, "correct horse battery").await.err(), Some(Failure::DeadLink));
    stage.desk.sign_out(&signed.token).await.unwrap();
    assert_eq!(stage.desk.visitor(&signed.token, false).await.map(|v| v.actor).err(), Some(Failure::SignedOut));
    for _ in 0..4 {
        assert_eq!(
            stage.desk.sign_in("admin@localhost", "wrong", "10.0.0.1").await.err(),
            Some(Failure::BadCredentials)
        );
    }
    assert!(matches!(
        stage.desk.sign_in("admin@localhost", "correct horse battery", "10.0.0.1").await,
        Err(Failure::SlowDown { .. })
    ));
    stage.pass(chrono::Duration::minutes(6));
    let signed =
        stage.desk.sign_in("Admin@localhost", "correct horse battery", "10.0.0.1").await.unwrap().done().unwrap();
    stage.pass(chrono::Duration::hours(13));
    assert_eq!(
        stage.desk.visitor(&signed.token, false).await.map(|v| v.actor).err(),
        Some(Failure::SignedOut),
        "idle too long"
    );
}

#[rstest]
#[tokio::test]
async fn the_starter_library_loads_once_and_checks_clean(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    // The stage made one service by hand; the library wants an empty installation.
    assert!(!stage.desk.seed(&|_, _| {}).await.unwrap());
    let fresh = Stage::empty(database).await;
    assert!(fresh.desk.seed(&|_, _| {}).await.unwrap());
    assert!(!fresh.desk.seed(&|_, _| {}).await.unwrap());
    let actor = fresh.editor("a-bank").await;
    let answered = ServiceFilter { state: "answered".into(), ..Default::default() };
    let rows = fresh.desk.services(&actor, &answered, 1, 10).await.unwrap();
    let criteria = assessments::library::default_criteria().unwrap();
    let written = assessments::library::starter_sheets(&criteria).unwrap();
    assert!(rows.items.iter().any(|r| r.id.as_str() == "s3"));
    assert_eq!(rows.items.len(), written.len(), "the sheets that ship are answered in full");
    assert!(fresh.desk.services(&actor, &ServiceFilter::default(), 1, 10).await.unwrap().total >= 430);
    fresh.desk.follow().await.unwrap();
    assert_eq!(fresh.desk.check().await.unwrap().faults, Vec::<String>::new());
    drop(hanako);
}

#[rstest]
#[tokio::test]
async fn answers_are_overdue_from_the_day_after(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    let today = stage.desk.today();
    let days = [
        ("criteria/K07/review_by", "2024-01-31"),
        ("criteria/K08/review_by", &today),
        ("criteria/K09/review_by", "2199-01-01"),
    ];
    let cells = days.map(|(address, day)| (Address::parse(address).unwrap(), day.to_owned()));
    let input = WriteInput {
        key: stage.sheet(),
        base: 0,
        cells: cells.into(),
        reason: String::new(),
        door: Door::Browser,
        source: String::new(),
    };
    stage.desk.write(&hanako, &input).await.unwrap();
    let due = async || {
        let found = stage.desk.overdue(&hanako, 1, 10).await.unwrap();
        assert_eq!(found.total, found.items.len() as i64);
        found.items.into_iter().map(|r| (r.row.to_string(), r.review_by)).collect::<Vec<_>>()
    };
    assert_eq!(due().await, [("K07".to_owned(), "2024-01-31".to_owned())]);
    stage.pass(chrono::Duration::days(1));
    assert_eq!(due().await.len(), 2);
}
