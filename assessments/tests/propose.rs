//! A private text goes upstream: only what its person chose, and nothing that leads back.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::cell::Layer;
use assessments::desk::ProposalInput;
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::{AuditFilter, ChangeFilter};
use desk_support::{Database, Stage};
use private_support::{Bank, K07, address, own, s3, write};
use rstest::rstest;

const NOTE: &str = "criteria/K07/limits/ja";

fn proposal(to: &str, text: &str, base: i64) -> ProposalInput {
    ProposalInput {
        service: s3(),
        from: address(NOTE),
        to: address(to),
        category: "K07".into(),
        text: text.into(),
        reason: "運用で分かったこと".into(),
        base,
    }
}

#[rstest]
#[tokio::test]
async fn only_the_chosen_text_leaves_and_the_way_back_stands_in_the_own_audit_alone(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let desk = &stage.desk;
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "暗号化できる。")]).await.unwrap();
    write(&stage, &a.editor, &own("a-bank"), &[(NOTE, "瑠璃行内の手順書 12 に従う。鍵は年次で交換する。")])
        .await
        .unwrap();

    let input = proposal("notes/new-1/note/ja", "鍵は年次で交換する。", 1);
    let seen = desk.preview_proposal(&a.editor, &a.id, &input).await.unwrap();
    assert_eq!(seen.cells.len(), 2, "the note and its category: {:?}", seen.cells);
    assert_eq!((seen.name.as_str(), seen.reason.as_str()), (a.editor.name.as_str(), "運用で分かったこと"));
    assert_eq!(desk.sheet(&a.editor, &stage.sheet()).await.unwrap().number, 1, "a preview writes nothing");
    let written = desk.propose(&a.editor, &a.id, &input).await.unwrap();
    assert_eq!(written.number, 2);
    let mut sent: Vec<_> =
        written.cells.iter().filter(|(a, _)| !a.is_order()).map(|(a, t)| (a.to_string(), t.clone())).collect();
    sent.sort();
    assert_eq!(
        sent,
        [
            ("notes/N-01/category".to_owned(), "K07".to_owned()),
            ("notes/N-01/note/ja".into(), "鍵は年次で交換する。".into())
        ]
    );

    // What the others get: the text, the reason, the name; no word and no id of the private layer.
    let filter = ChangeFilter { service: Some(s3()), limit: 10, ..ChangeFilter::default() };
    let history = desk.history(&b.editor, &Layer::Shared, &filter).await.unwrap();
    let json = serde_json::to_string(&history).unwrap();
    assert!(json.contains("鍵は年次で交換する。") && json.contains("運用で分かったこと"));
    for word in ["瑠璃行内", "手順書", "a-bank", "i:a"] {
        assert!(!json.contains(word), "{word} in {json}");
    }
    let audit = async |bank: &Bank| {
        let layer = Layer::Institution(bank.id.clone());
        let filter = AuditFilter { action: "propose".into(), ..AuditFilter::default() };
        desk.audit(&bank.editor, &layer, &filter, 1, 10).await.unwrap().items
    };
    let entry = &audit(&a).await[0];
    assert!(entry.detail.contains(NOTE) && entry.detail.contains("r2"), "{entry:?}");
    assert!(audit(&b).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn it_merges_like_any_change_and_shows_a_conflict(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    write(&stage, &a.editor, &stage.sheet(), &[(NOTE, "一行目。\n二行目。")]).await.unwrap();
    write(&stage, &b.editor, &stage.sheet(), &[(NOTE, "一行目、改。\n二行目。")]).await.unwrap();
    let merged = proposal(NOTE, "一行目。\n二行目。\n三行目。", 1);
    stage.desk.propose(&a.editor, &a.id, &merged).await.unwrap();
    let cells = stage.desk.sheet(&a.editor, &stage.sheet()).await.unwrap().cells;
    assert_eq!(cells.text(&address(NOTE)), "一行目、改。\n二行目。\n三行目。");
    let clash = proposal(NOTE, "まったく別の文。", 1);
    let refused = stage.desk.propose(&a.editor, &a.id, &clash).await.unwrap_err();
    assert!(matches!(&refused, Failure::Conflict { cells } if cells[0].theirs.contains("三行目")), "{refused:?}");
}

#[tokio::test]
async fn what_has_no_place_or_no_reason_is_refused_and_another_institution_is_not_there() {
    let stage = Stage::open(Database::Sqlite).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let desk = &stage.desk;
    let code = async |input: &ProposalInput| desk.preview_proposal(&a.editor, &a.id, input).await.unwrap_err().code();
    assert_eq!(code(&ProposalInput { reason: "  ".into(), ..proposal(NOTE, "x", 0) }).await, "no_reason");
    assert_eq!(code(&proposal(NOTE, " ", 0)).await, "invalid");
    assert_eq!(code(&proposal("adoption/service/note", "x", 0)).await, "invalid", "a private place is none here");
    assert_eq!(code(&proposal("notes/N-01/order", "x", 0)).await, "invalid");
    let odd = ProposalInput { category: "K99".into(), ..proposal("notes/new-1/note/ja", "x", 0) };
    assert_eq!(code(&odd).await, "not_found");
    let input = proposal(NOTE, "x", 0);
    assert_eq!(desk.propose(&b.editor, &a.id, &input).await.err(), Some(Failure::NotFound));
    assert!(matches!(desk.propose(&a.approver, &a.id, &input).await, Err(Failure::Forbidden { .. })));
    assert_eq!(ProposalInput::new_note(Lang::En).to_string(), "notes/new-1/note/en");
}
