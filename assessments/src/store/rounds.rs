//! Review rounds and their answers. Answers are appended and never changed; which of them count is [`crate::review`]'s.

use super::publications::author;
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit, Role};
use crate::cell::Layer;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{InstitutionId, PersonId, ServiceId};
use crate::lang::Label;
use crate::review::{Scope, Verdict};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};

/// A review round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Id. Opaque.
    pub id: String,
    /// Which service.
    pub service: ServiceId,
    /// The revision that it was opened on.
    pub number: i64,
    /// The revision of the last published version then; 0 where there was none.
    pub since: i64,
    /// What the coordinator asks for.
    pub note: String,
    /// By which day; empty for none.
    pub due: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// By whom.
    pub author: Author,
    /// How many answers it has.
    pub answers: i64,
    /// Empty while it runs, then `published` or `closed`.
    pub ended: String,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who ended it.
    pub ended_by: String,
    /// The version that it published; empty where it did not.
    pub version: String,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// 1, 2, 3, ... within the round.
    pub ord: i64,
    /// Who.
    pub person: PersonId,
    /// Their name then.
    pub name: String,
    /// For which institution.
    pub institution: InstitutionId,
    /// About what.
    pub scope: Scope,
    /// What.
    pub verdict: Verdict,
    /// The revision that they saw.
    pub number: i64,
    /// Why.
    pub comment: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody who may answer review rounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// Who.
    pub person: PersonId,
    /// As shown.
    pub name: String,
    /// For which institution.
    pub institution: InstitutionId,
    /// The institution's name.
    pub label: Label,
}

#[derive(FromRow)]
struct Row {
    id: String,
    service: String,
    number: i64,
    since: i64,
    note: String,
    due: String,
    opened_at: DateTime<Utc>,
    person: Option<String>,
    author: String,
    answers: i64,
    ended: String,
    ended_at: Option<DateTime<Utc>>,
    ended_by: String,
    version: String,
}

fn round(row: Row) -> Result<Round, Failure> {
    Ok(Round {
        id: row.id,
        service: ServiceId::parse(&row.service)?,
        number: row.number,
        since: row.since,
        note: row.note,
        due: row.due,
        opened_at: row.opened_at,
        author: author(row.person, row.author)?,
        answers: row.answers,
        ended: row.ended,
        ended_at: row.ended_at,
        ended_by: row.ended_by,
        version: row.version,
    })
}

const COLUMNS: &str = "SELECT id, service, number, since, note, due, opened_at, person, author, answers, ended, ended_at, ended_by, version FROM review_rounds";

impl Db {
    /// The rounds of a sheet, newest first.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn rounds(&self, permit: &Permit, service: &ServiceId) -> Result<Vec<Round>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("{COLUMNS} WHERE service = $1 ORDER BY opened_at DESC, id"))).bind(service.as_str()).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(round).collect()
    }

    /// Every round that runs, the one due first before the others; those without a day last.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn open_rounds(&self, permit: &Permit) -> Result<Vec<Round>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("{COLUMNS} WHERE ended = '' ORDER BY CASE WHEN due = '' THEN 1 ELSE 0 END, due, opened_at, id")))
            .fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(round).collect()
    }

    /// The answers of a round, in the order in which they were given.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn round_answers(&self, permit: &Permit, id: &str) -> Result<Vec<Given>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        type Line = (i64, String, String, String, String, String, i64, String, DateTime<Utc>);
        let rows: Vec<Line> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT ord, person, name, institution, scope, verdict, number, comment, at FROM review_answers WHERE round = $1 ORDER BY ord")
            .bind(id).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(ord, person, name, institution, scope, verdict, number, comment, at)| {
                Ok(Given {
                    ord,
                    person: PersonId::parse(&person)?,
                    name,
                    institution: InstitutionId::parse(&institution)?,
                    scope: Scope::parse(&scope)?,
                    verdict: Verdict::parse(&verdict).ok_or_else(|| Failure::invalid("verdict", &verdict))?,
                    number,
                    comment,
                    at,
                })
            })
            .collect()
    }

    /// Everybody who may answer rounds, by institution. Members see who of the others reviews; nothing else of them.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn reviewers(&self, permit: &Permit) -> Result<Vec<Reviewer>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<(String, String, String, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT p.id, p.name, i.id, i.name_ja, i.name_en FROM roles r JOIN people p ON p.id = r.person
             JOIN institutions i ON i.id = r.institution WHERE r.role = $1 AND p.active = $2 ORDER BY i.id, p.name, p.id")
            .bind(Role::Reviewer.key()).bind(true).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(person, name, institution, ja, en)| {
                Ok(Reviewer {
                    person: PersonId::parse(&person)?,
                    name,
                    institution: InstitutionId::parse(&institution)?,
                    label: Label { ja, en },
                })
            })
            .collect()
    }

    /// To which institutions people belong now; with `ever`, also those that they have left: what they wrote stays theirs.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn belonging(
        &self,
        permit: &Permit,
        people: &BTreeSet<PersonId>,
        ever: bool,
    ) -> Result<BTreeMap<PersonId, BTreeSet<InstitutionId>>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let from = if ever { "belonged" } else { "roles" };
        let mut out: BTreeMap<PersonId, BTreeSet<InstitutionId>> = BTreeMap::new();
        for person in people {
            let rows: Vec<(String,)> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
                format!("SELECT DISTINCT institution FROM {from} WHERE person = $1 AND institution <> ''")))
                .bind(person.as_str()).fetch_all(p).await)
            .map_err(fault)?;
            let own = rows.iter().map(|(id,)| InstitutionId::parse(id)).collect::<Result<_, _>>()?;
            out.insert(person.clone(), own);
        }
        Ok(out)
    }

    /// The names of all institutions, for pages on which they work together.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn institution_names(&self, permit: &Permit) -> Result<BTreeMap<InstitutionId, Label>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<(String, String, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT id, name_ja, name_en FROM institutions ORDER BY id").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(|(id, ja, en)| Ok((InstitutionId::parse(&id)?, Label { ja, en }))).collect()
    }
}

impl Tx {
    /// Opens a round.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where the sheet has an open one.
    pub async fn add_round(&mut self, permit: &Permit, new: &Round) -> Result<(), Failure> {
        permit.covers(Action::ManageRounds, &Layer::Shared)?;
        let added = on!(Tx, self, t => sqlx::query(
            "INSERT INTO review_rounds (id, service, number, since, note, due, opened_at, person, author, answers, ended, ended_at, ended_by, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, '', NULL, '', '') ON CONFLICT DO NOTHING")
            .bind(&new.id).bind(new.service.as_str()).bind(new.number).bind(new.since).bind(&new.note).bind(&new.due)
            .bind(new.opened_at).bind(new.author.person.as_ref().map(|p| p.as_str())).bind(&new.author.name)
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if added == 1 { Ok(()) } else { Err(Failure::not_yet("round_open")) }
    }

    /// Appends an answer; its place is given here.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where the round has ended.
    pub async fn add_answer(&mut self, permit: &Permit, round: &str, given: &Given) -> Result<(), Failure> {
        permit.covers(Action::Review, &Layer::Shared)?;
        let place: Option<(i64,)> = on!(Tx, self, t => sqlx::query_as(
            "UPDATE review_rounds SET answers = answers + 1 WHERE id = $1 AND ended = '' RETURNING answers")
            .bind(round).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        let (ord,) = place.ok_or_else(|| Failure::not_yet("round_ended"))?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO review_answers (round, ord, person, name, institution, scope, verdict, number, comment, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(round).bind(ord).bind(given.person.as_str()).bind(&given.name).bind(given.institution.as_str())
            .bind(given.scope.key()).bind(given.verdict.key()).bind(given.number).bind(&given.comment).bind(given.at)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Ends a round as it was judged: with so many answers. `version` where it published one.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where it has ended, or somebody answered meanwhile.
    pub async fn end_round(
        &mut self,
        permit: &Permit,
        round: &Round,
        version: Option<&str>,
        by: &str,
        at: DateTime<Utc>,
    ) -> Result<(), Failure> {
        if !matches!(permit.action(), Action::ManageRounds | Action::Publish | Action::PublishWithoutQuorum) {
            return Err(Failure::NotFound);
        }
        permit.covers(permit.action(), &Layer::Shared)?;
        let ended = if version.is_some() { "published" } else { "closed" };
        let done = on!(Tx, self, t => sqlx::query(
            "UPDATE review_rounds SET ended = $3, ended_at = $4, ended_by = $5, version = $6 WHERE id = $1 AND ended = '' AND answers = $2")
            .bind(&round.id).bind(round.answers).bind(ended).bind(at).bind(by).bind(version.unwrap_or_default())
            .execute(&mut **t).await.map(|r| r.rows_affected()))
        .map_err(fault)?;
        if done == 1 { Ok(()) } else { Err(Failure::not_yet("moved_on")) }
    }
}
