//! What the stories of the private layer do over and over.
#![allow(dead_code)] // Each test binary uses a part of it.

use super::desk_support::Stage;
#[allow(unused_imports)] // As above.
pub use super::desk_support::{address, input, write, write_from};
use assessments::access::{Action, Actor, Role, permit};
use assessments::cell::{Layer, SheetKey};
use assessments::change::Author;
use assessments::desk::PrepareInput;
use assessments::id::{InstitutionId, ServiceId};
use assessments::sheet::content_hash;
use assessments::store::{Approval, Publication};

pub const K07: &str = "criteria/K07/summary/ja";

pub fn s3() -> ServiceId {
    ServiceId::parse("s3").unwrap()
}

pub fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

pub fn own(id: &str) -> SheetKey {
    SheetKey { service: s3(), layer: Layer::Institution(bank(id)) }
}

/// Publishes what stands there, as a review round would; rounds have stories of their own.
pub async fn publish(stage: &Stage, version: &str) -> Publication {
    let chief = Actor::command_line();
    let view = stage.desk.sheet(&chief, &stage.sheet()).await.unwrap();
    let publication = Publication {
        service: s3(),
        version: version.into(),
        number: view.number,
        hash: content_hash(&view.cells, &view.criteria.key()),
        criteria: view.criteria.key(),
        at: stage.now(),
        author: Author { person: None, name: "まとめ役".into() },
        round: String::new(),
        note: String::new(),
    };
    let permit = permit(&chief, Action::Publish, &Layer::Shared).unwrap();
    let mut tx = stage.desk.db().begin().await.unwrap();
    tx.add_publication(&permit, &publication).await.unwrap();
    tx.commit().await.unwrap();
    publication
}

/// An institution's people: who prepares, and who decides.
pub struct Bank {
    pub id: InstitutionId,
    pub editor: Actor,
    pub approver: Actor,
}

impl Bank {
    pub async fn open(stage: &Stage, id: &str) -> Bank {
        let editor = stage.person(id, &[Role::Editor, Role::Manager, Role::Approver]).await;
        let approver = stage.person(id, &[Role::Approver]).await;
        Bank { id: bank(id), editor, approver }
    }

    /// Writes a verdict into the bank's layer.
    pub async fn decide(&self, stage: &Stage, verdict: &str, conditions: &str) {
        let cells = [("adoption/service/verdict", verdict), ("adoption/service/conditions", conditions)];
        write(stage, &self.editor, &own(self.id.as_str()), &cells).await.unwrap();
    }

    /// Prepares an approval and puts it forward.
    pub async fn prepare(&self, stage: &Stage) -> Approval {
        let input = PrepareInput { valid_until: "2027-06-30".into(), forward: true, ..PrepareInput::default() };
        stage.desk.prepare_approval(&self.editor, &self.id, &s3(), &input).await.unwrap()
    }

    /// Prepares one and has it approved.
    pub async fn approve(&self, stage: &Stage) -> Approval {
        let made = self.prepare(stage).await;
        let lang = assessments::lang::Lang::Ja;
        stage.desk.decide_approval(&self.approver, &self.id, &made.id, true, "了承", lang).await.unwrap();
        stage.desk.approval(&self.editor, &self.id, &made.id).await.unwrap().line.approval
    }
}
