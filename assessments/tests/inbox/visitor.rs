//! What a page asks about its visitor first.

use super::handle;
use crate::desk_support::{Database, Stage};
use assessments::access::{Actor, Role};
use assessments::cell::{Address, Layer};
use assessments::elevation::{Scope, Verb, Wish};
use assessments::id::InstitutionId;
use chrono::Duration;
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn a_page_knows_its_visitor_their_banks_and_what_waits_for_them(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (desk, chief) = (&stage.desk, Actor::command_line());
    let anna = stage.editor("b-bank").await;
    stage.editor("a-bank").await;
    // Nobody else could have decided on it then; whoever can later is alarmed.
    desk.add_person(&chief, "mika@x.example", "管理", &[(None, Role::Administrator)]).await.unwrap();
    let mika = desk.person("mika@x.example").await.unwrap();
    let wish = Wish {
        scope: Scope::ReadAudit,
        layer: Layer::Shared,
        reason: "理由".into(),
        ticket: "CHG-7".into(),
        start: None,
        minutes: 60,
    };
    let id = desk.ask_elevation(&mika, wish).await.unwrap();
    desk.act_elevation(&mika, &id, Verb::Emergency, "停止している").await.unwrap();

    let bank = |id: &str| (Some(InstitutionId::parse(id).unwrap()), Role::Reader);
    let roles = [bank("b-bank"), (None, Role::Coordinator), bank("a-bank")];
    let link = desk.add_person(&chief, "carl@x.example", "カール", &roles).await.unwrap();
    let token = desk.use_link(&link, "correct horse battery").await.unwrap().done().unwrap().token;
    let quiet = desk.visitor(&token, true).await.unwrap();
    assert_eq!((quiet.alarms.len(), quiet.unread), (1, 0));
    let named = handle(&stage, &anna, &quiet.actor).await;
    let at = Address::parse("criteria/K07/summary/ja").unwrap();
    desk.open_thread(&anna, &stage.sheet(), Some(&at), &format!("@{named} ご存じですか？")).await.unwrap();

    let page = desk.visitor(&token, true).await.unwrap();
    assert_eq!(page.actor, quiet.actor);
    let banks: Vec<_> = page.institutions.iter().map(|(id, name)| (id.as_str(), name.ja.as_str())).collect();
    assert_eq!(banks, [("a-bank", "a-bank"), ("b-bank", "b-bank")]);
    assert_eq!((page.alarms.iter().map(|e| &e.id).collect::<Vec<_>>(), page.unread), (vec![&id], 1));
    // What a part of a page asks for has no header, in which they would stand.
    let part = desk.visitor(&token, false).await.unwrap();
    assert_eq!((part.institutions, part.alarms.len(), part.unread), (page.institutions, 0, 0));

    // Many at once, more than there are connections: nobody waits for another's.
    let all = (0..40).map(|_| desk.visitor(&token, true));
    stage.pass(Duration::minutes(11));
    for visitor in futures::future::join_all(all).await {
        assert_eq!(visitor.unwrap().unread, 1);
    }
}
