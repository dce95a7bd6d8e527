//! Answers that somebody promised to look at again by a day that has passed.

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Layer;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
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
        let rows: Vec<(String, String, String, String, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(
            format!("SELECT c.service, v.name_ja, v.name_en, c.row_id, h.criteria, c.value{OVERDUE} ORDER BY c.value, c.service, c.row_id LIMIT $2 OFFSET $3")))
            .bind(today).bind(limit).bind(offset).fetch_all(p).await)
        .map_err(fault)?;
        let total: i64 =
            on!(Pool, &self.read, p => sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*){OVERDUE}")))
            .bind(today).fetch_one(p).await)
            .map_err(fault)?;
        let row = |(service, ja, en, row, criteria, review_by): (String, String, String, String, String, String)| {
            Ok(OverdueRow {
                service: ServiceId::parse(&service)?,
                name: Label { ja, en },
                row: RowId::parse(&row)?,
                criteria,
                review_by,
            })
        };
        Ok((rows.into_iter().map(row).collect::<Result<_, Failure>>()?, total))
    }
}
