//! An approval's whole way: prepared, decided by another, outdated by a newer version, renewed; its workbook frozen and
//! verified.

#![allow(clippy::unwrap_used)]

mod desk_support;
mod private_support;

use assessments::access::{Action, Actor, Grant, Role, permit};
use assessments::adoption::{Answer, Cause, Standing, State};
use assessments::cell::Layer;
use assessments::desk::{AUDIT_ACTIONS, FileState, PrepareInput};
use assessments::failure::Failure;
use assessments::id::{ApprovalId, GrantId};
use assessments::lang::Lang;
use assessments::store::{AuditFilter, Decision};
use chrono::Duration;
use desk_support::{Database, Stage};
use private_support::{Bank, K07, address, own, publish, s3, write};
use rstest::rstest;
use std::io::{Cursor, Read, Write};

/// A stage with a published sheet and two banks.
async fn published(database: Database) -> (Stage, Bank, Bank) {
    let stage = Stage::open(database).await;
    let (a, b) = (Bank::open(&stage, "a-bank").await, Bank::open(&stage, "b-bank").await);
    let cells = [(K07, "既定で暗号化する。"), ("criteria/K07/availability", "on_default")];
    write(&stage, &a.editor, &stage.sheet(), &cells).await.unwrap();
    publish(&stage, "2026.11.1").await;
    (stage, a, b)
}

#[rstest]
#[tokio::test]
async fn prepared_by_one_decided_by_another_outdated_by_a_version_and_renewed(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, a, _) = published(database).await;
    let desk = &stage.desk;
    a.decide(&stage, "with_conditions", "鍵は自行で管理する。").await;
    let input = PrepareInput { valid_until: "2027-06-30".into(), ticket: "RINGI-7".into(), ..PrepareInput::default() };
    let draft = desk.prepare_approval(&a.editor, &a.id, &s3(), &input).await.unwrap();
    assert_eq!((draft.state, draft.version.as_str()), (State::Draft, "2026.11.1"));
    // The adoption grows while the draft lies; what is put forward is what stands then.
    write(&stage, &a.editor, &own("a-bank"), &[("risks/K07/control", "鍵の操作を記録する。")]).await.unwrap();
    let other = stage.editor("a-bank").await;
    assert!(matches!(desk.forward_approval(&other, &a.id, &draft.id).await, Err(Failure::Forbidden { .. })));
    desk.forward_approval(&a.editor, &a.id, &draft.id).await.unwrap();
    assert!(desk.approvals_to_decide(&a.editor).await.unwrap().is_empty(), "not by whoever prepared it");
    let waiting = desk.approvals_to_decide(&a.approver).await.unwrap();
    assert_eq!(waiting.iter().map(|(i, w)| (i.as_str(), w.own_number)).collect::<Vec<_>>(), [("a-bank", 2)]);

    let own_work = desk.decide_approval(&a.editor, &a.id, &draft.id, true, "", Lang::Ja).await.unwrap_err();
    assert_eq!(own_work.code(), "same_person");
    desk.decide_approval(&a.approver, &a.id, &draft.id, true, "了承", Lang::Ja).await.unwrap();
    let again = desk.decide_approval(&a.approver, &a.id, &draft.id, false, "", Lang::Ja).await.unwrap_err();
    assert_eq!(again.code(), "approval_state");
    let view = desk.approval(&a.editor, &a.id, &draft.id).await.unwrap();
    assert_eq!(view.line.standing, Standing::As(State::Approved));
    assert!(view.line.approval.sha256.is_some() && view.changes.is_empty());

    // A newer version that changes two cells of three.
    write(
        &stage,
        &a.editor,
        &stage.sheet(),
        &[(K07, "既定で暗号化し、鍵を選べる。"), ("criteria/K08/summary/ja", "通信も。")],
    )
    .await
    .unwrap();
    assert!(desk.approvals_outdated(&a.editor).await.unwrap().is_empty(), "working text changes nothing");
    publish(&stage, "2026.11.2").await;
    let outdated = desk.approvals_outdated(&a.editor).await.unwrap();
    assert_eq!(outdated.len(), 1);
    let cells = vec![address(K07), address("criteria/K08/summary/ja")];
    assert_eq!(outdated[0].1.causes, [Cause::TextChanged { version: "2026.11.2".into(), cells: cells.clone() }]);

    desk.answer_upstream(&a.editor, &a.id, &draft.id, &cells[..1], Answer::Accepted, "条件は変わらない").await.unwrap();
    let odd = desk
        .answer_upstream(&a.editor, &a.id, &draft.id, &[address("criteria/K09/summary/ja")], Answer::Noted, "")
        .await;
    assert_eq!(odd, Err(Failure::NotFound));
    let view = desk.approval(&a.editor, &a.id, &draft.id).await.unwrap();
    assert_eq!((view.open(), view.changes.len()), (1, 2));
    assert_eq!(view.changes[0].answers[0].comment, "条件は変わらない");

    let input = PrepareInput {
        valid_until: "2027-10-31".into(),
        renews: Some(draft.id.clone()),
        forward: true,
        ..PrepareInput::default()
    };
    let renewed = desk.prepare_approval(&a.editor, &a.id, &s3(), &input).await.unwrap();
    assert_eq!((renewed.version.as_str(), renewed.verdict.as_str()), ("2026.11.2", "with_conditions"));
    let twice = desk.prepare_approval(&a.editor, &a.id, &s3(), &input).await.unwrap_err();
    assert_eq!(twice.code(), "approval_state", "one is under way");
    desk.decide_approval(&a.approver, &a.id, &renewed.id, true, "", Lang::En).await.unwrap();
    let all = desk.adoption(&a.editor, &a.id, &s3()).await.unwrap();
    let states: Vec<&str> = all.approvals.iter().map(|l| l.standing.key()).collect();
    assert_eq!(states.iter().filter(|s| **s == "approved").count(), 1);
    assert_eq!(states.iter().filter(|s| **s == "superseded").count(), 1);
    assert!(desk.approvals_outdated(&a.approver).await.unwrap().is_empty());
    stage.pass(Duration::days(400));
    assert_eq!(desk.approvals_outdated(&a.approver).await.unwrap()[0].1.standing, Standing::Expired);
}

#[rstest]
#[tokio::test]
async fn the_store_itself_refuses_whoever_prepared_it_even_with_a_right_that_was_lent(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, a, b) = published(database).await;
    a.decide(&stage, "may_use", "").await;
    let made = a.prepare(&stage).await;
    let layer = Layer::Institution(a.id.clone());
    let decides = permit(&a.editor, Action::DecideApproval, &layer).unwrap();
    let person = a.editor.person.clone().unwrap();
    let decision = |to| Decision { id: &made.id, to, person: &person, name: "x", at: stage.now(), comment: "" };
    let mut tx = stage.desk.db().begin().await.unwrap();
    assert_eq!(tx.decide_approval(&decides, &decision(State::Approved)).await.unwrap_err().code(), "same_person");
    drop(tx);
    // A permit of another action, or of another institution, opens nothing.
    let other = a.approver.person.clone().unwrap();
    let by_other = Decision { person: &other, ..decision(State::Approved) };
    for (actor, action, layer) in [
        (&a.editor, Action::PrepareApproval, layer.clone()),
        (&b.approver, Action::DecideApproval, Layer::Institution(b.id.clone())),
    ] {
        let wrong = permit(actor, action, &layer).unwrap();
        let mut tx = stage.desk.db().begin().await.unwrap();
        assert_eq!(tx.decide_approval(&wrong, &by_other).await.err(), Some(Failure::NotFound));
    }
    let state = stage.desk.approval(&a.editor, &a.id, &made.id).await.unwrap().line.approval.state;
    assert_eq!(state, State::Waiting);

    // Lent for people who are away: to a manager it opens the decision, to whoever prepared it nothing.
    let lent = |actor: &Actor| Actor {
        institutions: [(a.id.clone(), [Role::Manager].into())].into(),
        grants: vec![Grant {
            id: GrantId::parse("g1").unwrap(),
            action: Action::TakeOverApproval,
            layer: layer.clone(),
            until: stage.now() + Duration::hours(1),
        }],
        ..actor.clone()
    };
    let decide = async |actor: &Actor| stage.desk.decide_approval(actor, &a.id, &made.id, true, "", Lang::Ja).await;
    assert_eq!(decide(&lent(&a.editor)).await.unwrap_err().code(), "same_person");
    let manager = stage.person("a-bank", &[Role::Manager]).await;
    assert!(matches!(decide(&manager).await, Err(Failure::Forbidden { .. })));
    assert_eq!(stage.desk.approvals_to_decide(&lent(&manager)).await.unwrap().len(), 1);
    decide(&lent(&manager)).await.unwrap();
    let approval = stage.desk.approval(&a.editor, &a.id, &made.id).await.unwrap().line.approval;
    assert!(approval.taken_over && approval.state == State::Approved);
    let filter = AuditFilter { action: "approve".into(), ..AuditFilter::default() };
    let audit = stage.desk.audit(&a.editor, &layer, &filter, 1, 9).await.unwrap();
    assert!(audit.items[0].detail.contains("take_over"));
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_prepared_says_why_and_what_was_taken_back_makes_room(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let stage = Stage::open(database).await;
    let a = Bank::open(&stage, "a-bank").await;
    let desk = &stage.desk;
    let input = |until: &str| PrepareInput { valid_until: until.into(), forward: true, ..PrepareInput::default() };
    let refused =
        async |until: &str| desk.prepare_approval(&a.editor, &a.id, &s3(), &input(until)).await.unwrap_err().code();
    assert_eq!(refused("2027-06-30").await, "nothing_published");
    write(&stage, &a.editor, &stage.sheet(), &[(K07, "x")]).await.unwrap();
    publish(&stage, "2026.11.1").await;
    assert_eq!(refused("2027-06-30").await, "no_verdict");
    a.decide(&stage, "pending", "").await;
    assert_eq!(refused("2027-06-30").await, "no_verdict");
    a.decide(&stage, "may_use", "").await;
    for day in ["2028-06-30", "2026-01-01", "", "soon"] {
        assert_eq!(refused(day).await, "review_too_far", "{day}");
    }
    let odd = PrepareInput { version: "2020.1.1".into(), ..input("2027-06-30") };
    assert_eq!(desk.prepare_approval(&a.editor, &a.id, &s3(), &odd).await.err(), Some(Failure::NotFound));
    let made = a.prepare(&stage).await;
    desk.withdraw_approval(&a.editor, &a.id, &made.id).await.unwrap();
    assert_eq!(desk.withdraw_approval(&a.editor, &a.id, &made.id).await.unwrap_err().code(), "approval_state");
    let next = a.prepare(&stage).await;
    desk.decide_approval(&a.approver, &a.id, &next.id, false, "条件が足りない", Lang::Ja).await.unwrap();
    let view = desk.approval(&a.approver, &a.id, &next.id).await.unwrap();
    assert_eq!((view.line.standing.key(), view.line.approval.decision.as_str()), ("rejected", "条件が足りない"));
    let reader = stage.person("a-bank", &[Role::Reader]).await;
    assert!(matches!(desk.withdraw_approval(&reader, &a.id, &next.id).await, Err(Failure::Forbidden { .. })));
}

/// The same workbook packed anew, with one text changed: what another program, or somebody, makes of it.
fn repacked(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut changed = 0;
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.ends_with(".xml") && !from.is_empty() {
            let text = String::from_utf8(content).unwrap();
            changed += text.matches(from).count();
            content = text.replace(from, to).into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&content).unwrap();
    }
    assert_eq!(changed > 0, !from.is_empty(), "“{from}” is in it");
    out.finish().unwrap().into_inner()
}

#[rstest]
#[tokio::test]
async fn the_workbook_is_frozen_with_the_decision_and_tells_what_was_changed_in_a_copy(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, a, b) = published(database).await;
    let desk = &stage.desk;
    a.decide(&stage, "with_conditions", "鍵は自行で管理する。").await;
    let approved = a.approve(&stage).await;
    let file = desk.approval_file(&a.editor, &a.id, &approved.id).await.unwrap();
    assert_eq!(Some(&file.sha256), approved.sha256.as_ref());
    // Whatever is written later, the file stays.
    a.decide(&stage, "not", "使わない。").await;
    assert_eq!(desk.approval_file(&a.approver, &a.id, &approved.id).await.unwrap(), file);

    let same = desk.verify(&a.approver, "copy.xlsx", file.content.clone()).await.unwrap();
    assert_eq!((same.file, &same.approval.id), (FileState::Unchanged, &approved.id));
    assert_eq!(same.standing, Standing::Outdated, "the adoption says something else now");
    let anew = desk.verify(&a.approver, "copy.xlsx", repacked(&file.content, "", "")).await.unwrap();
    assert_eq!(anew.file, FileState::SavedAnew);
    let verify = async |from: &str, to: &str| {
        let found = desk.verify(&a.approver, "copy.xlsx", repacked(&file.content, from, to)).await.unwrap();
        let FileState::Altered { cells, total } = found.file else { panic!("{from} → {to} was not seen") };
        (cells, total)
    };
    let (cells, total) = verify("既定で暗号化する。", "暗号化しない。").await;
    // It stands in its part of the workbook, and once more on the sheet for paper.
    assert_eq!((total, cells[0].address.as_str(), cells[0].is.as_str()), (2, K07, "暗号化しない。"));
    let (cells, total) = verify("鍵は自行で管理する。", "条件なし。").await;
    assert_eq!((total, cells[0].sheet.as_str()), (1, "採用判断"));

    // Another institution's is not known, and a workbook that belongs to none neither.
    let strange = desk.export(&a.editor, &stage.sheet(), assessments::desk::Format::Xlsx, Lang::Ja).await.unwrap();
    for (actor, bytes) in
        [(&b.editor, file.content.clone()), (&b.approver, repacked(&file.content, "", "")), (&a.editor, strange.bytes)]
    {
        assert_eq!(desk.verify(actor, "copy.xlsx", bytes).await.err(), Some(Failure::NotFound));
    }
    let refused = desk.verify(&a.editor, "x.xlsx", b"no workbook".to_vec()).await;
    assert!(matches!(refused, Err(Failure::Refused { .. })), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn nothing_of_it_is_anybody_elses_and_everything_is_in_the_own_audit(
    #[values(Database::Sqlite, Database::Postgres)] database: Database,
) {
    let (stage, a, b) = published(database).await;
    let desk = &stage.desk;
    a.decide(&stage, "may_use", "").await;
    let approved = a.approve(&stage).await;
    let pending = a.prepare(&stage).await;
    let made_up = ApprovalId::parse("nothing").unwrap();
    for id in [&approved.id, &pending.id, &made_up] {
        for institution in [&a.id, &b.id] {
            let failures = [
                desk.approval(&b.approver, institution, id).await.err(),
                desk.approval_file(&b.approver, institution, id).await.err(),
                desk.decide_approval(&b.approver, institution, id, true, "", Lang::Ja).await.err(),
                desk.withdraw_approval(&b.editor, institution, id).await.err(),
                desk.forward_approval(&b.editor, institution, id).await.err(),
                desk.answer_upstream(&b.editor, institution, id, &[address(K07)], Answer::Noted, "").await.err(),
            ];
            assert!(failures.iter().all(|f| *f == Some(Failure::NotFound)), "{id} {institution} {failures:?}");
        }
    }
    // To renew what is another's is to name what is not there.
    b.decide(&stage, "may_use", "").await;
    let input =
        PrepareInput { valid_until: "2027-06-30".into(), renews: Some(approved.id.clone()), ..PrepareInput::default() };
    assert_eq!(desk.prepare_approval(&b.editor, &b.id, &s3(), &input).await.err(), Some(Failure::NotFound));
    assert!(desk.approvals_to_decide(&b.approver).await.unwrap().is_empty());
    assert!(desk.approvals_outdated(&b.approver).await.unwrap().is_empty());

    let audited = async |bank: &Bank| {
        let layer = Layer::Institution(bank.id.clone());
        let all = desk.audit(&bank.editor, &layer, &AuditFilter::default(), 1, 100).await.unwrap();
        all.items.into_iter().map(|r| r.action).collect::<Vec<_>>()
    };
    let kinds = audited(&a).await;
    for kind in ["prepare_approval", "approve"] {
        assert!(kinds.iter().any(|k| k == kind) && AUDIT_ACTIONS.contains(&kind), "{kinds:?}");
    }
    assert!(!audited(&b).await.iter().any(|k| k.contains("appro")));
    desk.follow().await.unwrap();
    assert_eq!(desk.check().await.unwrap().faults, Vec::<String>::new());
}
