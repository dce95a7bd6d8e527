//! Which institution works on which category of a sheet.

use super::publications::author;
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::change::Author;
use crate::failure::Failure;
use crate::id::{InstitutionId, RowId, ServiceId};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A category that an institution works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Which service.
    pub service: ServiceId,
    /// The criteria set that has the category, `id@version`.
    pub criteria: String,
    /// The category.
    pub row: RowId,
    /// Who works on it.
    pub institution: InstitutionId,
    /// By which day; empty for none.
    pub due: String,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Who shared it out.
    pub author: Author,
}

/// How far the answer of a category is: what stands in the fields that say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it has an availability.
    pub answered: bool,
    /// Whether it has a day of verification.
    pub verified: bool,
    /// Whether it was taken over and waits to be confirmed.
    pub taken_over: bool,
}

impl Db {
    /// Assignments under the criteria set that each sheet follows now: of one service, or of all.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn assignments(&self, permit: &Permit, service: Option<&ServiceId>) -> Result<Vec<Assignment>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        type Line = (String, String, String, String, String, DateTime<Utc>, Option<String>, String);
        let rows: Vec<Line> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT a.service, a.criteria, a.row_id, a.institution, a.due, a.at, a.person, a.author FROM assignments a
             LEFT JOIN heads h ON h.service = a.service AND h.layer = 'shared'
             WHERE ($1 = '' OR a.service = $1) AND (h.criteria IS NULL OR h.criteria = a.criteria)
             ORDER BY a.service, a.row_id")
            .bind(service.map_or("", |s| s.as_str())).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(service, criteria, row, institution, due, at, person, name)| {
                Ok(Assignment {
                    service: ServiceId::parse(&service)?,
                    criteria,
                    row: RowId::parse(&row)?,
                    institution: InstitutionId::parse(&institution)?,
                    due,
                    at,
                    author: author(person, name)?,
                })
            })
            .collect()
    }

    /// How far the assigned categories are: of one sheet, or of all.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn assigned_standing(
        &self,
        permit: &Permit,
        service: Option<&ServiceId>,
    ) -> Result<BTreeMap<(ServiceId, RowId), Standing>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<(String, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.service, c.row_id, c.field FROM assignments a JOIN cells c ON c.service = a.service AND c.row_id = a.row_id
             WHERE ($1 = '' OR a.service = $1)
               AND c.layer = 'shared' AND c.section = 'criteria' AND c.field IN ('availability', 'verified_at', 'taken_over')")
            .bind(service.map_or("", |s| s.as_str())).fetch_all(p).await)
        .map_err(fault)?;
        let mut out: BTreeMap<(ServiceId, RowId), Standing> = BTreeMap::new();
        for (service, row, field) in rows {
            let line = out.entry((ServiceId::parse(&service)?, RowId::parse(&row)?)).or_default();
            match field.as_str() {
                "availability" => line.answered = true,
                "verified_at" => line.verified = true,
                _ => line.taken_over = true,
            }
        }
        Ok(out)
    }
}

impl Tx {
    /// Gives a category to an institution, in the place of whoever had it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn assign(&mut self, permit: &Permit, new: &Assignment) -> Result<(), Failure> {
        permit.covers(Action::Assign, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO assignments (service, criteria, row_id, institution, due, at, person, author)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (service, criteria, row_id) DO UPDATE SET institution = excluded.institution, due = excluded.due,
               at = excluded.at, person = excluded.person, author = excluded.author")
            .bind(new.service.as_str()).bind(&new.criteria).bind(new.row.as_str()).bind(new.institution.as_str())
            .bind(&new.due).bind(new.at).bind(new.author.person.as_ref().map(|p| p.as_str())).bind(&new.author.name)
            .execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }

    /// Takes a category back.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn unassign(
        &mut self,
        permit: &Permit,
        service: &ServiceId,
        criteria: &str,
        row: &RowId,
    ) -> Result<(), Failure> {
        permit.covers(Action::Assign, &Layer::Shared)?;
        on!(Tx, self, t => sqlx::query("DELETE FROM assignments WHERE service = $1 AND criteria = $2 AND row_id = $3")
            .bind(service.as_str()).bind(criteria).bind(row.as_str()).execute(&mut **t).await.map(|_| ()))
        .map_err(fault)
    }
}
