//! What is found, by whom, and how the index stays in step: cells, published text, comments, guardrails, categories,
//! synonyms.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer, SheetKey};
use assessments::change::Door;
use assessments::desk::WriteInput;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, ServiceId};
use assessments::lang::Lang;
use assessments::review::{Scope, Verdict};
use assessments::search::{Answer, FacetKey, HitKind, Request, SynonymGroup, WhyKind};
use assessments::store::AuditFilter;
use desk_support::{Database, Stage};
use rstest::rstest;
use std::sync::Arc;

const K07: &str = "criteria/K07/summary/ja";

async fn write(stage: &Stage, actor: &Actor, key: &SheetKey, cells: &[(&str, &str)]) {
    desk_support::write(stage, actor, key, cells).await.unwrap();
    stage.desk.follow().await.unwrap();
}

async fn find(stage: &Stage, actor: &Actor, text: &str) -> Arc<Answer> {
    stage.desk.find(actor, &Request::new(text, stage.now())).await.unwrap()
}

fn kinds(answer: &Arc<Answer>) -> Vec<HitKind> {
    answer.hits.iter().map(|h| h.kind).collect()
}

#[rstest]
#[tokio::test]
async fn guardrails_categories_and_the_words_of_choices_are_found(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[("criteria/K07/availability", "on_default"), (K07, "暗号化される。")])
        .await;
    let exact = find(&stage, &hanako, "s3-bucket-ssl-requests-only").await;
    assert_eq!(exact.hits[0].kind, HitKind::Guardrail);
    assert_eq!(exact.hits[0].reference, "config:s3-bucket-ssl-requests-only");
    assert!(kinds(&find(&stage, &hanako, "匿名・共有・静的な資格情報").await).contains(&HitKind::Category));
    for words in ["既定で有効", "On by default"] {
        let hits = &find(&stage, &hanako, words).await.hits;
        assert!(hits.iter().any(|h| h.address.as_ref().is_some_and(|a| a.field == "availability")), "{words} {hits:?}");
    }
    let narrowed = find(&stage, &hanako, "カテゴリ:K07 提供状況:◎ 暗号化").await;
    assert!(narrowed.hits.iter().all(|h| h.address.as_ref().is_some_and(|a| a.row.as_str() == "K07")));
    assert!(
        !narrowed.hits.is_empty()
            && narrowed.said.iter().all(|n| !matches!(n, assessments::search::Notice::Literal { .. }))
    );
}

#[rstest]
#[tokio::test]
async fn a_published_text_that_differs_is_found_and_marked(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[(K07, "旧い言い回しの琥珀色。")]).await;
    let chief = Actor::command_line();
    let s3 = ServiceId::parse("s3").unwrap();
    let round = stage.desk.open_round(&chief, &s3, "", "").await.unwrap();
    for bank in ["b-bank", "c-bank"] {
        let reviewer = stage.person(bank, &[Role::Reviewer]).await;
        let desk = &stage.desk;
        desk.answer_round(&reviewer, &s3, &round.id, &Scope::Whole, Verdict::Approve, round.number, "", None)
            .await
            .unwrap();
    }
    let version = stage.desk.publish(&chief, &s3, &round.id, "", "").await.unwrap().version;
    stage.desk.follow().await.unwrap();
    assert_eq!(kinds(&find(&stage, &hanako, "琥珀色").await), [HitKind::Cell], "the same text is found once");
    write(&stage, &hanako, &stage.sheet(), &[(K07, "新しい言い回し。")]).await;
    let found = find(&stage, &hanako, "琥珀色").await;
    assert_eq!(kinds(&found), [HitKind::Published]);
    assert_eq!(found.hits[0].reference, version);
    assert!(found.facets.iter().any(|(k, v)| *k == FacetKey::State && v[0].0 == "published"));
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn comments_are_found_in_their_layer_only_and_go_when_they_are_deleted(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    write(&stage, &hanako, &stage.sheet(), &[(K07, "暗号化される。")]).await;
    let own = SheetKey {
        service: ServiceId::parse("s3").unwrap(),
        layer: Layer::Institution(InstitutionId::parse("a-bank").unwrap()),
    };
    let address = Address::parse("criteria/K07/summary").unwrap();
    stage.desk.open_thread(&hanako, &stage.sheet(), Some(&address), "翡翠の件を確認してください").await.unwrap();
    stage.desk.open_thread(&hanako, &own, Some(&address), "紫水晶の件は当行だけの話").await.unwrap();
    stage.desk.follow().await.unwrap();
    let shared = find(&stage, &ichiro, "翡翠").await;
    assert_eq!(kinds(&shared), [HitKind::Comment]);
    assert_eq!(shared.hits[0].address.as_ref().map(ToString::to_string).as_deref(), Some("criteria/K07/summary"));
    assert_eq!(find(&stage, &hanako, "紫水晶").await.total, 1);
    let stranger = find(&stage, &ichiro, "紫水晶の件").await;
    assert!(stranger.hits.iter().all(|h| h.layer == Layer::Shared && !h.text.contains("紫水晶")), "{stranger:?}");
    let institutions = |a: &Answer| a.facets.iter().find(|(k, _)| *k == FacetKey::Institution).cloned();
    assert!(institutions(&stranger).is_none_or(|(_, v)| v.iter().all(|(name, _)| name == "shared")));
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

#[rstest]
#[tokio::test]
async fn synonyms_are_a_coordinators_and_in_force_here_and_on_other_servers(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[(K07, "鍵束を金庫に置く。")]).await;
    assert!(find(&stage, &hanako, "ざくろ").await.hits.iter().all(|h| h.kind != HitKind::Cell));
    let group = |words: &[&str]| SynonymGroup {
        words: words.iter().map(|w| (*w).to_owned()).collect(),
        shipped: false,
        on: true,
    };
    let groups = [group(&["ざくろ", "鍵束", " 鍵束 "])];
    assert!(matches!(stage.desk.set_synonyms(&hanako, 0, &groups).await, Err(Failure::Forbidden { .. })));
    let chief = Actor::command_line();
    // Another server on the same database.
    let search = assessments::search::Search::in_memory(assessments::search::Synonyms::builtin()).unwrap();
    let other = assessments::desk::Desk::open(
        stage.desk.db().clone(),
        search,
        std::sync::Arc::new(assessments::desk::RealWorld),
    )
    .await
    .unwrap();
    other.follow().await.unwrap();
    let table = stage.desk.set_synonyms(&chief, 0, &groups).await.unwrap();
    assert_eq!(table.number, 1);
    assert_eq!(table.groups.last().unwrap().words, ["ざくろ", "鍵束"]);
    for desk in [&stage.desk, &other] {
        let found = desk.find(&hanako, &Request::new("ざくろ", stage.now())).await.unwrap();
        assert_eq!(found.hits[0].why[0].kind, WhyKind::Synonym);
        assert_eq!(found.hits[0].why[0].found, "鍵束");
    }
    // A second change as well, though that server just asked: it looks again soon.
    stage.desk.set_synonyms(&chief, 1, &[group(&["いちじく", "鍵束"])]).await.unwrap();
    let known = async |word: &str| {
        let found = other.find(&hanako, &Request::new(word, stage.now())).await.unwrap();
        found.hits.iter().flat_map(|h| &h.why).any(|w| w.kind == WhyKind::Synonym && w.found == "鍵束")
    };
    let soon = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while !known("いちじく").await {
        assert!(tokio::time::Instant::now() < soon, "the other server goes on with the old list");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!known("ざくろ").await);
    let late = stage.desk.set_synonyms(&chief, 0, &[group(&["い", "ろ"])]).await;
    assert!(matches!(late, Err(Failure::Conflict { .. })), "{late:?}");
    assert!(matches!(stage.desk.set_synonyms(&chief, 2, &[group(&["one"])]).await, Err(Failure::Invalid { .. })));
    let trail = stage
        .desk
        .audit(&chief, &Layer::Shared, &AuditFilter { action: "edit_synonyms".into(), ..Default::default() }, 1, 10)
        .await;
    assert_eq!(trail.unwrap().total, 2);
    // A shipped group can be switched off and on again.
    let shipped = |on: bool| {
        let mut first = table.groups[0].clone();
        first.on = on;
        first
    };
    let off = stage.desk.set_synonyms(&chief, 2, &[shipped(false)]).await.unwrap();
    assert!(!off.groups[0].on && off.groups[0].shipped);
    assert!(stage.desk.set_synonyms(&chief, 3, &[shipped(true)]).await.unwrap().groups[0].on);
}

#[tokio::test]
async fn the_check_names_what_the_index_has_wrong() {
    let stage = Stage::open(Database::Sqlite).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[(K07, "暗号化される。")]).await;
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
    let base = stage.desk.sheet(&hanako, &stage.sheet()).await.unwrap().number;
    let cells = vec![(Address::parse(K07).unwrap(), "書き換えた。".to_owned())];
    let (key, door) = (stage.sheet(), Door::Browser);
    let input = WriteInput { key, base, cells, reason: String::new(), door, source: String::new() };
    stage.desk.write(&hanako, &input).await.unwrap();
    let faults = stage.desk.check().await.unwrap().faults;
    assert!(faults.iter().any(|f| f.contains("sheet/s3") && f.contains("differs")), "{faults:?}");
    stage.desk.reindex().await.unwrap();
    assert_eq!(stage.desk.check().await.unwrap().faults, Vec::<String>::new());
}

#[tokio::test]
async fn suggestions_name_services_categories_guardrails_and_cells() {
    let stage = Stage::open(Database::Sqlite).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[(K07, "SSE-KMS で暗号化される。")]).await;
    assert_eq!(stage.desk.suggestions(&hanako, "s3", 3, Lang::Ja).await.unwrap().services.len(), 1);
    // Whatever the width and the case, and part of a name.
    assert_eq!(stage.desk.suggestions(&hanako, "ｓ３", 3, Lang::Ja).await.unwrap().services[0].id.as_str(), "s3");
    assert!(!stage.desk.suggestions(&hanako, "保管デー", 3, Lang::Ja).await.unwrap().categories.is_empty());
    assert!(!stage.desk.suggestions(&hanako, "s3-bucket", 3, Lang::Ja).await.unwrap().guardrails.is_empty());
    assert_eq!(stage.desk.suggestions(&hanako, "sse-k", 3, Lang::Ja).await.unwrap().cells.len(), 1);
    assert_eq!(stage.desk.suggestions(&hanako, "  ", 3, Lang::Ja).await.unwrap(), Default::default());
}

#[tokio::test]
async fn what_is_offered_is_what_changed_lately() {
    let stage = Stage::open(Database::Sqlite).await;
    let hanako = stage.editor("a-bank").await;
    write(&stage, &hanako, &stage.sheet(), &[("criteria/K07/limits/ja", "保管庫の琥珀は年に一度。")]).await;
    stage.pass(chrono::Duration::days(200));
    write(&stage, &hanako, &stage.sheet(), &[("criteria/K08/limits/ja", "保管庫の琥珀は年に二度。")]).await;
    stage.pass(chrono::Duration::days(200));
    for (newest, older) in [("K08", "K07"), ("K07", "K08")] {
        let text = format!("保管庫の琥珀は年に三度。{newest}");
        let address = format!("criteria/{newest}/limits/ja");
        write(&stage, &hanako, &stage.sheet(), &[(address.as_str(), &text)]).await;
        let cells = stage.desk.suggestions(&hanako, "琥珀", 5, Lang::Ja).await.unwrap().cells;
        let rows: Vec<String> = cells.iter().map(|h| h.address.as_ref().unwrap().row.to_string()).collect();
        assert_eq!(rows, [newest, older]);
        stage.pass(chrono::Duration::days(200));
    }
}

mod lost {
    //! The index is a cache: whatever befalls its folder, opening and following it bring it back.

    use super::*;
    use assessments::desk::Desk;
    use assessments::search::{GroupDocs, Search, Synonyms, category_docs};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        let (folders, mut out): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|p| p.is_dir());
        out.extend(folders.iter().flat_map(|f| files(f)));
        out.sort();
        out
    }

    fn of(folder: &Path, part: &str) -> Vec<PathBuf> {
        let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
        files(folder).into_iter().filter(|p| name(p).contains(part)).collect()
    }

    fn cut_in_half(path: &Path) {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }

    fn copy(from: &Path, to: &Path) {
        for file in files(from) {
            let there = to.join(file.strip_prefix(from).unwrap());
            std::fs::create_dir_all(there.parent().unwrap()).unwrap();
            std::fs::copy(&file, &there).unwrap();
        }
    }

    /// What happens to a folder. `before` is a copy of it as it was one change earlier.
    fn befall(what: &str, folder: &Path, before: &Path) {
        match what {
            "nothing" => {}
            "everything gone" => std::fs::remove_dir_all(folder).unwrap(),
            "an older state" => {
                std::fs::remove_dir_all(folder).unwrap();
                copy(before, folder);
            }
            "files of a commit that never was" => {
                for ending in ["store", "idx", "term", "pos", "fast", "fieldnorm"] {
                    for file in of(folder, &format!(".{ending}")) {
                        let name = format!("{}.{ending}", "0".repeat(32));
                        std::fs::write(file.with_file_name(name), "half of a segment").unwrap();
                    }
                }
            }
            "a lock of a dead process" => {
                for meta in of(folder, "meta.json") {
                    std::fs::write(meta.with_file_name(".tantivy-writer.lock"), "").unwrap();
                    std::fs::write(meta.with_file_name(".tantivy-meta.lock"), "").unwrap();
                }
            }
            "a temporary file" => {
                for meta in of(folder, "meta.json") {
                    std::fs::write(meta.with_file_name(".tmpAbCdEf"), "{\"segments\":").unwrap();
                }
            }
            other => {
                let (verb, part) = other.split_once(' ').unwrap();
                let found = of(folder, part);
                assert!(!found.is_empty(), "{part}");
                for file in found {
                    match verb {
                        "no" => std::fs::remove_file(&file).unwrap(),
                        "half" => cut_in_half(&file),
                        "empty" => std::fs::write(&file, "").unwrap(),
                        _ => {
                            let length = std::fs::read(&file).unwrap().len();
                            std::fs::write(&file, vec![0xa5_u8; length]).unwrap();
                        }
                    }
                }
            }
        }
    }

    #[tokio::test]
    async fn an_index_that_is_ahead_of_its_database_goes_back() {
        let stage = Stage::open(Database::Sqlite).await;
        let hanako = stage.editor("a-bank").await;
        write(&stage, &hanako, &stage.sheet(), &[(K07, "暗号化される。")]).await;
        let search = Search::in_memory(Synonyms::builtin()).unwrap();
        let desk =
            Desk::open(stage.desk.db().clone(), search.clone(), Arc::new(assessments::desk::RealWorld)).await.unwrap();
        desk.follow().await.unwrap();
        let ahead = |layer: &str, group: &str| GroupDocs {
            layer: Layer::parse(layer).unwrap(),
            group: group.to_owned(),
            mark: "99/99/2030.1.1".to_owned(),
            docs: category_docs(&stage.desk.criteria_sets()[0]),
        };
        search
            .replace(vec![ahead("shared", "sheet/s3"), ahead("shared", "sheet/ghost"), ahead("i:a-bank", "talk/ghost")])
            .unwrap();
        desk.follow().await.unwrap();
        assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new());
        for layer in ["shared", "i:a-bank"] {
            let positions = search.positions(&Layer::parse(layer).unwrap()).unwrap();
            assert!(positions.keys().all(|group| !group.contains("ghost")), "{layer} {positions:?}");
        }
        assert_eq!(search.fingerprints(&Layer::parse("i:a-bank").unwrap()).unwrap().len(), 0);
    }

    #[rstest]
    #[tokio::test]
    async fn an_index_comes_back_whatever_befell_it(
        #[values(
            "nothing",
            "everything gone",
            "an older state",
            "files of a commit that never was",
            "a lock of a dead process",
            "a temporary file",
            "no meta.json",
            "half meta.json",
            "empty meta.json",
            "no .managed.json",
            "half .managed.json",
            "no version",
            "no .store",
            "half .store",
            "empty .store",
            "torn .store",
            "no .term",
            "half .term",
            "torn .term",
            "no .idx",
            "half .idx",
            "torn .idx",
            "half .pos",
            "half .fast",
            "torn .fast",
            "half .fieldnorm"
        )]
        what: &str,
    ) {
        let stage = Stage::open(Database::Sqlite).await;
        let hanako = stage.editor("a-bank").await;
        let folder = tempfile::tempdir().unwrap();
        let (index, before) = (folder.path().join("index"), folder.path().join("before"));
        let open = async || {
            let search = Search::open(&index, Synonyms::builtin()).unwrap();
            Desk::open(stage.desk.db().clone(), search, Arc::new(assessments::desk::RealWorld)).await.unwrap()
        };
        for (n, text) in ["暗号化される。", "琥珀色に暗号化される。"].iter().enumerate() {
            let desk = open().await;
            if n == 1 {
                copy(&index, &before);
            }
            write(&stage, &hanako, &stage.sheet(), &[(K07, text)]).await;
            desk.follow().await.unwrap();
            assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new());
        }
        befall(what, &index, &before);
        let desk = open().await;
        desk.follow().await.unwrap();
        assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new(), "{what}");
        let found = desk.find(&hanako, &Request::new("琥珀色", stage.now())).await.unwrap();
        assert_eq!(kinds(&found), [HitKind::Cell], "{what}");
        // It can be written, too.
        write(&stage, &hanako, &stage.sheet(), &[(K07, "翡翠色に暗号化される。")]).await;
        desk.follow().await.unwrap();
        assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new(), "{what}");
    }
}
