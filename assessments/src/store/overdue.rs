//! Answers that somebody promised to look at again by a day that has passed.

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{PersonId, RowId, ServiceId};
use crate::lang::Label;

/// An overdue answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueRow {
    /// Its service.
    pub service: ServiceId,
    /// The service's name.
    pub name: Label,
    /// Its category.
    pub row: RowId,
    /// The criteria set that has the category.
    pub criteria: String,
    /// The day by which it was to be looked at: `2026-03-31`.
    pub review_by: String,
}

const OVERDUE: &str = " FROM cells c JOIN services v ON v.id = c.service
    JOIN heads h ON h.service = c.service AND h.layer = c.layer
    WHERE c.layer = 'shared' AND c.section = 'criteria' AND c.field = 'review_by' AND c.value < $1";

type Row = (String, String, String, String, String, String);

fn overdue((service, ja, en, row, criteria, review_by): Row) -> Result<OverdueRow, Failure> {
    let (service, row) = (ServiceId::parse(&service)?, RowId::parse(&row)?);
    Ok(OverdueRow { service, name: Label { ja, en }, row, criteria, review_by })
}

impl Db {
    /// Answers of the common text with a review day before `today` (`2026-11-24`), the longest overdue first; and how many
    /// there are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn overdue(
        &self,
        permit: &Permit,
        today: &str,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<OverdueRow>, i64), Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("SELECT c.service, v.name_ja, v.name_en, c.row_id, h.criteria, c.value{OVERDUE} ORDER BY c.value, c.service, c.row_id LIMIT $2 OFFSET $3")))
            .bind(today).bind(limit).bind(offset).fetch_all(p).await)
        .map_err(fault)?;
        let total: i64 =
            on!(Pool, &self.read, p => sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*){OVERDUE}")))
            .bind(today).fetch_one(p).await)
            .map_err(fault)?;
        Ok((rows.into_iter().map(overdue).collect::<Result<_, Failure>>()?, total))
    }

    /// Those of them that a person looked after last: who wrote the day of verification, or the day of the next look.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn overdue_of(
        &self,
        permit: &Permit,
        today: &str,
        person: &PersonId,
        limit: i64,
    ) -> Result<Vec<OverdueRow>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "SELECT c.service, v.name_ja, v.name_en, c.row_id, h.criteria, c.value{OVERDUE} AND EXISTS (
               SELECT 1 FROM cells d JOIN change_sets s ON s.service = d.service AND s.layer = d.layer AND s.number = d.number
               WHERE d.service = c.service AND d.layer = c.layer AND d.section = c.section AND d.row_id = c.row_id
                 AND d.field IN ('verified_at', 'review_by') AND s.person = $2)
             ORDER BY c.value, c.service, c.row_id LIMIT $3")))
            .bind(today).bind(person.as_str()).bind(limit).fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter().map(overdue).collect()
    }
}
