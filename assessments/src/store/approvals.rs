//! Internal approvals: records of an institution's layer. That nobody decides on what they prepared themselves is refused
//! here, below every door.

mod rows;

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::adoption::{Rule, State, refuse};
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{ApprovalId, PersonId, ServiceId};
use crate::lang::Label;
use chrono::{DateTime, Utc};
use rows::{COLUMNS, Row};
use sqlx::FromRow;

/// An internal approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Id.
    pub id: ApprovalId,
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// What people made of it.
    pub state: State,
    /// The pinned version of the common text.
    pub version: String,
    /// Its revision.
    pub number: i64,
    /// Its content hash.
    pub hash: String,
    /// Its criteria set.
    pub criteria: String,
    /// The pinned revision of the institution's own layer.
    pub own_number: i64,
    /// The content hash of the adoption at that revision.
    pub own_hash: String,
    /// The verdict at that revision, by key.
    pub verdict: String,
    /// Number in the institution's own system.
    pub ticket: String,
    /// Words of whoever prepared it.
    pub comment: String,
    /// The last day on which it holds; the day of the next review.
    pub valid_until: String,
    /// The approval that it renews.
    pub renews: Option<ApprovalId>,
    /// Who prepared it.
    pub prepared: Author,
    /// When.
    pub prepared_at: DateTime<Utc>,
    /// Who decided on it.
    pub decided: Option<Author>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Words of whoever decided.
    pub decision: String,
    /// Decided in the place of people who are away.
    pub taken_over: bool,
    /// SHA-256 of the frozen workbook; none before the decision.
    pub sha256: Option<String>,
}

/// A frozen workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrozenFile {
    /// Its name.
    pub name: String,
    /// The export that it carries.
    pub export: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// A decision on an approval.
pub struct Decision<'a> {
    /// Which approval.
    pub id: &'a ApprovalId,
    /// Approved or rejected.
    pub to: State,
    /// Who decides.
    pub person: &'a PersonId,
    /// Their name.
    pub name: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// In their words.
    pub comment: &'a str,
}

/// What somebody made of a change upstream.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct AnswerRow {
    /// The newer version.
    pub version: String,
    /// The cell.
    pub address: String,
    /// `accepted` or `noted`.
    pub answer: String,
    /// In their words.
    pub comment: String,
    /// Who.
    pub name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Which approvals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// Of one service only.
    pub service: Option<ServiceId>,
    /// In one of these states only; empty for all.
    pub states: Vec<State>,
    /// Only this one.
    pub id: Option<ApprovalId>,
    /// Only the one whose frozen workbook has this hash.
    pub sha256: Option<String>,
    /// Only the one whose frozen workbook carries this export.
    pub export: Option<String>,
}

impl Db {
    /// Approvals of the permit's layer, newest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn approvals(&self, permit: &Permit, filter: &ApprovalFilter) -> Result<Vec<Approval>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(COLUMNS);
            q.push_bind(permit.layer().key());
            if let Some(service) = &filter.service {
                q.push(" AND a.service = ").push_bind(service.as_str());
            }
            if let Some(id) = &filter.id {
                q.push(" AND a.id = ").push_bind(id.as_str());
            }
            if let Some(sha256) = &filter.sha256 {
                q.push(" AND f.sha256 = ").push_bind(sha256);
            }
            if let Some(export) = &filter.export {
                q.push(" AND f.export = ").push_bind(export);
            }
            if !filter.states.is_empty() {
                q.push(" AND a.state IN (");
                let mut list = q.separated(", ");
                for state in &filter.states {
                    list.push_bind(state.key());
                }
                q.push(")");
            }
            q.push(" ORDER BY a.prepared_at DESC, a.id LIMIT 2000");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(Approval::try_from).collect()
    }

    /// The frozen workbook of an approval of the permit's layer.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is none.
    pub async fn approval_file(&self, permit: &Permit, id: &ApprovalId) -> Result<FrozenFile, Failure> {
        permit.covers(permit.action(), permit.layer())?;
        if !matches!(permit.action(), Action::ReadSheet | Action::Export) {
            return Err(Failure::NotFound);
        }
        let row: Option<(String, String, String, Vec<u8>)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT name, export, sha256, content FROM approval_files WHERE approval = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).fetch_optional(p).await)
        .map_err(fault)?;
        let (name, export, sha256, content) = row.ok_or(Failure::NotFound)?;
        Ok(FrozenFile { name, export, sha256, content })
    }

    /// What was made of the changes upstream since an approval of the permit's layer, in the order of writing.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn approval_answers(&self, permit: &Permit, id: &ApprovalId) -> Result<Vec<AnswerRow>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT w.version, w.address, w.answer, w.comment, w.name, w.at FROM approval_answers w
               JOIN approvals a ON a.id = w.approval WHERE w.approval = $1 AND a.layer = $2 ORDER BY w.ord")
            .bind(id.as_str()).bind(permit.layer().key()).fetch_all(p).await)
        .map_err(fault)
    }
}

impl Tx {
    /// Adds an approval that is being prepared.
    ///
    /// # Errors
    /// [`Rule::State`] where one is under way for the service already.
    pub async fn add_approval(&mut self, permit: &Permit, a: &Approval) -> Result<(), Failure> {
        permit.covers(Action::PrepareApproval, permit.layer())?;
        let by = a.prepared.person.as_ref().ok_or(Failure::NotFound)?;
        let added = on!(Tx, self, t => sqlx::query(
            "INSERT INTO approvals (id, layer, service, state, version, number, hash, criteria, own_number, own_hash, verdict,
               ticket, comment, valid_until, renews, prepared_by, prepared_name, prepared_at, decided_name, decision, taken_over)
             VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,'','',$19) ON CONFLICT DO NOTHING")
            .bind(a.id.as_str()).bind(permit.layer().key()).bind(a.service.as_str()).bind(a.state.key()).bind(&a.version)
            .bind(a.number).bind(&a.hash).bind(&a.criteria).bind(a.own_number).bind(&a.own_hash).bind(&a.verdict)
            .bind(&a.ticket).bind(&a.comment).bind(&a.valid_until).bind(a.renews.as_ref().map_or("", |r| r.as_str()))
            .bind(by.as_str()).bind(&a.prepared.name).bind(a.prepared_at).bind(false)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if added == 1 { Ok(()) } else { Err(refuse(Rule::State, a.service.as_str())) }
    }

    /// Puts a prepared approval forward, of the adoption as it stands now.
    ///
    /// # Errors
    /// [`Failure::NotFound`] outside of the layer; [`Rule::State`] where it is no draft.
    pub async fn forward_approval(
        &mut self,
        permit: &Permit,
        id: &ApprovalId,
        own_number: i64,
        own_hash: &str,
        verdict: &str,
    ) -> Result<(), Failure> {
        permit.covers(Action::PrepareApproval, permit.layer())?;
        let (state, _) = self.held_approval(permit, id).await?;
        if state != State::Draft {
            return Err(refuse(Rule::State, state.key()));
        }
        on!(Tx, self, t => sqlx::query(
            "UPDATE approvals SET state = 'waiting', own_number = $3, own_hash = $4, verdict = $5 WHERE id = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).bind(own_number).bind(own_hash).bind(verdict)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes an approval back before it is decided.
    ///
    /// # Errors
    /// [`Failure::NotFound`] outside of the layer; [`Rule::State`] where it was decided.
    pub async fn withdraw_approval(&mut self, permit: &Permit, id: &ApprovalId) -> Result<(), Failure> {
        permit.covers(Action::PrepareApproval, permit.layer())?;
        let (state, _) = self.held_approval(permit, id).await?;
        if !matches!(state, State::Draft | State::Waiting) {
            return Err(refuse(Rule::State, state.key()));
        }
        on!(Tx, self, t => sqlx::query("UPDATE approvals SET state = 'withdrawn' WHERE id = $1 AND layer = $2")
            .bind(id.as_str()).bind(permit.layer().key()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Decides on an approval. What was approved before gives way to it.
    ///
    /// # Errors
    /// [`Rule::SamePerson`] for whoever prepared it, whatever their roles; [`Rule::State`] where it does not wait;
    /// [`Failure::NotFound`] outside of the layer.
    pub async fn decide_approval(&mut self, permit: &Permit, decision: &Decision<'_>) -> Result<(), Failure> {
        if !matches!(permit.action(), Action::DecideApproval | Action::TakeOverApproval) {
            return Err(Failure::NotFound);
        }
        let (state, prepared_by) = self.held_approval(permit, decision.id).await?;
        if prepared_by == decision.person.as_str() {
            return Err(refuse(Rule::SamePerson, decision.name));
        }
        if state != State::Waiting || !matches!(decision.to, State::Approved | State::Rejected) {
            return Err(refuse(Rule::State, state.key()));
        }
        let layer = permit.layer().key();
        if decision.to == State::Approved {
            on!(Tx, self, t => sqlx::query(
                "UPDATE approvals SET state = 'superseded' WHERE layer = $1 AND state = 'approved'
                   AND service = (SELECT service FROM approvals WHERE id = $2)")
                .bind(&layer).bind(decision.id.as_str()).execute(&mut **t).await.map(|_| ()))
            .map_err(fault)?;
        }
        // Whose work it is stands in the condition as well: no way to this row leads past it.
        let decided = on!(Tx, self, t => sqlx::query(
            "UPDATE approvals SET state = $3, decided_by = $4, decided_name = $5, decided_at = $6, decision = $7, taken_over = $8
             WHERE id = $1 AND layer = $2 AND state = 'waiting' AND prepared_by <> $4")
            .bind(decision.id.as_str()).bind(&layer).bind(decision.to.key()).bind(decision.person.as_str()).bind(decision.name)
            .bind(decision.at).bind(decision.comment).bind(permit.action() == Action::TakeOverApproval)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if decided == 1 { Ok(()) } else { Err(refuse(Rule::State, state.key())) }
    }

    /// Keeps the workbook of a decision. It is kept once.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn freeze_approval(
        &mut self,
        permit: &Permit,
        id: &ApprovalId,
        file: &FrozenFile,
    ) -> Result<(), Failure> {
        if !matches!(permit.action(), Action::DecideApproval | Action::TakeOverApproval) {
            return Err(Failure::NotFound);
        }
        self.held_approval(permit, id).await?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO approval_files (approval, layer, name, export, sha256, content) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id.as_str()).bind(permit.layer().key()).bind(&file.name).bind(&file.export).bind(&file.sha256).bind(&file.content)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Notes what somebody made of a change upstream.
    ///
    /// # Errors
    /// [`Failure::NotFound`] outside of the layer.
    pub async fn answer_upstream(
        &mut self,
        permit: &Permit,
        id: &ApprovalId,
        person: &PersonId,
        row: &AnswerRow,
    ) -> Result<(), Failure> {
        permit.covers(Action::PrepareApproval, permit.layer())?;
        self.held_approval(permit, id).await?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO approval_answers (approval, ord, version, address, answer, comment, person, name, at)
             SELECT $1, COALESCE(MAX(ord), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM approval_answers WHERE approval = $1")
            .bind(id.as_str()).bind(&row.version).bind(&row.address).bind(&row.answer).bind(&row.comment)
            .bind(person.as_str()).bind(&row.name).bind(row.at).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// State and preparer of an approval of the permit's layer, held by this write until it ends.
    async fn held_approval(&mut self, permit: &Permit, id: &ApprovalId) -> Result<(State, String), Failure> {
        // An update that changes nothing: the row's lock, on both databases.
        let row: Option<(String, String)> = on!(Tx, self, t => sqlx::query_as(
            "UPDATE approvals SET state = state WHERE id = $1 AND layer = $2 RETURNING state, prepared_by")
            .bind(id.as_str()).bind(permit.layer().key()).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        let (state, by) = row.ok_or(Failure::NotFound)?;
        Ok((State::parse(&state).ok_or_else(|| Failure::invalid("state", &state))?, by))
    }
}
