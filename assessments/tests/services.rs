//! New services, and files that do not say which service they are about; on both databases.

#![allow(clippy::unwrap_used)]

mod desk_support;

use assessments::access::Role;
use assessments::cell::SheetKey;
use assessments::change::Door;
use assessments::desk::{Choices, NewService};
use assessments::failure::Failure;
use assessments::id::{ImportId, ServiceId};
use assessments::lang::Label;
use desk_support::{Database, Stage, write};
use rstest::rstest;

const KEY_VAULT: &[u8] =
    include_bytes!("fixtures/mcsb/key-vault-azure-security-benchmark-v3-latest-security-baseline.xlsx");

fn new_service(id: &str, name: &str) -> NewService {
    NewService {
        id: ServiceId::parse(id).unwrap(),
        name: Label { ja: name.into(), en: String::new() },
        provider: "Azure".into(),
    }
}

#[rstest]
#[tokio::test]
async fn a_workbook_of_a_service_that_is_not_there_waits_until_somebody_has_added_it(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (hanako, ichiro) = (stage.editor("a-bank").await, stage.editor("b-bank").await);
    let refused = stage.desk.preview(&hanako, "key-vault.xlsx", KEY_VAULT.to_vec(), None).await;
    let Err(Failure::WhichService { import, .. }) = refused else { panic!("{refused:?}") };
    let import = ImportId::parse(&import).unwrap();
    assert!(matches!(stage.desk.preview_again(&hanako, &import).await, Err(Failure::WhichService { .. })));

    let id = ServiceId::parse("key-vault").unwrap();
    let unknown = stage.desk.name_import(&hanako, &import, &id).await;
    assert!(matches!(unknown, Err(Failure::UnknownService { .. })), "{unknown:?}");
    stage.desk.add_service(&hanako, &new_service("key-vault", "鍵の保管庫"), Door::Form).await.unwrap();
    // Somebody else's file is not there for them.
    assert_eq!(stage.desk.name_import(&ichiro, &import, &id).await, Err(Failure::NotFound));
    stage.desk.name_import(&hanako, &import, &id).await.unwrap();

    let preview = stage.desk.preview_again(&hanako, &import).await.unwrap();
    assert_eq!(preview.key, SheetKey::shared(id.clone()));
    assert!(preview.plan.counts().added > 20);
    let applied = stage.desk.apply(&hanako, &import, &Choices::default()).await.unwrap();
    assert!(applied.written.cells.len() > 20);
    let view = stage.desk.sheet(&ichiro, &SheetKey::shared(id)).await.unwrap();
    assert_eq!((view.service.name.ja.as_str(), view.service.provider.as_str()), ("鍵の保管庫", "Azure"));
}

#[rstest]
#[tokio::test]
async fn a_service_is_added_once_by_those_who_may(#[values(Database::Sqlite, Database::Postgres)] database: Database) {
    let stage = Stage::open(database).await;
    let (editor, reader) = (stage.editor("a-bank").await, stage.person("a-bank", &[Role::Reader]).await);
    let vault = new_service("key-vault", "鍵の保管庫");
    let refused = stage.desk.add_service(&reader, &vault, Door::Form).await;
    assert!(matches!(refused, Err(Failure::Forbidden { .. })), "{refused:?}");
    stage.desk.add_service(&editor, &vault, Door::Form).await.unwrap();
    let twice = stage.desk.add_service(&editor, &vault, Door::Form).await;
    assert_eq!(twice, Err(Failure::Exists { place: "key-vault".into() }));
    for (id, name) in [("new", "x"), ("vault-2", "  ")] {
        let odd = stage.desk.add_service(&editor, &new_service(id, name), Door::Form).await;
        assert!(matches!(odd, Err(Failure::Invalid { .. })), "{id} {odd:?}");
    }
}

#[rstest]
#[tokio::test]
async fn lists_tell_how_far_services_are_and_what_they_can_be_narrowed_by(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let editor = stage.editor("a-bank").await;
    let counted = async || {
        let facets = stage.desk.facets(&editor).await.unwrap();
        let groups: Vec<(String, String)> = facets.groups.into_iter().map(|g| (g.ja, g.en)).collect();
        ((facets.answered, facets.started, facets.empty), facets.providers, groups)
    };
    assert_eq!(counted().await, ((0, 0, 1), vec![], vec![]));
    stage.desk.add_service(&editor, &new_service("key-vault", "鍵の保管庫"), Door::Form).await.unwrap();
    let grouped = [("facts/service/group/ja", "鍵"), ("facts/service/group/en", "Keys")];
    let key = SheetKey::shared(ServiceId::parse("key-vault").unwrap());
    write(&stage, &editor, &key, &grouped).await.unwrap();
    let (providers, groups) = (vec!["Azure".to_owned()], vec![("鍵".to_owned(), "Keys".to_owned())]);
    assert_eq!(counted().await, ((0, 0, 2), providers.clone(), groups.clone()));

    write(&stage, &editor, &stage.sheet(), &[("criteria/K01/availability", "partly")]).await.unwrap();
    assert_eq!(counted().await, ((0, 1, 1), providers.clone(), groups.clone()));
    let all: Vec<String> = (1..=19).map(|n| format!("criteria/K{n:02}/availability")).collect();
    let all: Vec<(&str, &str)> = all.iter().map(|place| (place.as_str(), "on_default")).collect();
    write(&stage, &editor, &key, &all).await.unwrap();
    assert_eq!(counted().await, ((1, 1, 0), providers, groups));
}
