//! One category across services: which services, narrowed, and what they answer.

use super::lists::like;
use super::{AcrossRow, Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::{Label, Lang};
use crate::sheet::{Cell, Cells};
use std::collections::BTreeMap;

/// Which answers to a category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcrossFilter {
    /// Provider, exactly.
    pub provider: String,
    /// Service group, exactly, in either language.
    pub group: String,
    /// The availability's key.
    pub availability: String,
    /// The responsibility's key.
    pub responsibility: String,
    /// `yes` or `no`: whether the answer leans on a guardrail.
    pub guardrail: String,
    /// Part of the service's name or id, or of any text of the answer, in any case.
    pub text: String,
}

const ANSWERED: &str = " FROM cells a JOIN services v ON v.id = a.service
    JOIN heads h ON h.service = a.service AND h.layer = 'shared'
    WHERE a.layer = 'shared' AND a.section = 'criteria' AND a.field = 'availability' AND a.row_id = ";

/// A cell of the same answer.
const BESIDE: &str =
    "SELECT 1 FROM cells c WHERE c.service = a.service AND c.layer = 'shared' AND c.section = 'criteria'
    AND c.row_id = a.row_id";

macro_rules! narrowed {
    ($query:expr, $criteria:expr, $category:expr, $filter:expr) => {{
        let (q, filter) = ($query, $filter);
        q.push(ANSWERED).push_bind($category.as_str()).push(" AND h.criteria = ").push_bind($criteria);
        if !filter.provider.is_empty() {
            q.push(" AND v.provider = ").push_bind(&filter.provider);
        }
        if !filter.group.is_empty() {
            q.push(" AND (v.group_ja = ")
                .push_bind(&filter.group)
                .push(" OR v.group_en = ")
                .push_bind(&filter.group)
                .push(")");
        }
        if !filter.availability.is_empty() {
            q.push(" AND a.value = ").push_bind(&filter.availability);
        }
        if !filter.responsibility.is_empty() {
            q.push(" AND EXISTS (").push(BESIDE).push(" AND c.field = 'responsibility' AND c.value = ");
            q.push_bind(&filter.responsibility).push(")");
        }
        match filter.guardrail.as_str() {
            "yes" => {
                q.push(" AND EXISTS (").push(BESIDE).push(" AND c.field = 'guardrails')");
            }
            "no" => {
                q.push(" AND NOT EXISTS (").push(BESIDE).push(" AND c.field = 'guardrails')");
            }
            _ => {}
        }
        if !filter.text.is_empty() {
            let pattern = like(&filter.text);
            q.push(" AND (LOWER(v.id) LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
            for column in [" OR LOWER(v.name_ja) LIKE ", " OR LOWER(v.name_en) LIKE "] {
                q.push(column).push_bind(pattern.clone()).push(" ESCAPE '\\'");
            }
            q.push(" OR EXISTS (")
                .push(BESIDE)
                .push(" AND LOWER(c.value) LIKE ")
                .push_bind(pattern)
                .push(" ESCAPE '\\'))");
        }
    }};
}

impl Db {
    /// Services that answer a category of a criteria set and fit, by name, with their answers; and how many there are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn across(
        &self,
        permit: &Permit,
        criteria: &str,
        category: &RowId,
        filter: &AcrossFilter,
        (offset, limit): (i64, i64),
    ) -> Result<(Vec<AcrossRow>, i64), Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        let services: Vec<(String, String, String)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT v.id, v.name_ja, v.name_en");
            narrowed!(&mut q, criteria, category, filter);
            q.push(" ORDER BY LOWER(v.name_en), v.id LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let total: i64 = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT COUNT(*)");
            narrowed!(&mut q, criteria, category, filter);
            q.build_query_scalar().fetch_one(p).await
        })
        .map_err(fault)?;
        Ok((self.category_answers(category, services).await?, total))
    }

    /// The answers of named services to a category, in the order of the names; services without a sheet of this criteria
    /// set are left out.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn across_of(
        &self,
        permit: &Permit,
        criteria: &str,
        category: &RowId,
        of: &[ServiceId],
    ) -> Result<Vec<AcrossRow>, Failure> {
        permit.covers(Action::ReadSheet, &Layer::Shared)?;
        if of.is_empty() {
            return Ok(vec![]);
        }
        let services: Vec<(String, String, String)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT v.id, v.name_ja, v.name_en FROM services v JOIN heads h ON h.service = v.id AND h.layer = 'shared'
                 WHERE h.criteria = ");
            q.push_bind(criteria).push(" AND v.id IN (");
            let mut list = q.separated(", ");
            for service in of {
                list.push_bind(service.as_str());
            }
            q.push(")");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mut rows = self.category_answers(category, services).await?;
        rows.sort_by_key(|row| of.iter().position(|id| *id == row.service));
        Ok(rows)
    }

    async fn category_answers(
        &self,
        category: &RowId,
        services: Vec<(String, String, String)>,
    ) -> Result<Vec<AcrossRow>, Failure> {
        if services.is_empty() {
            return Ok(vec![]);
        }
        let rows: Vec<(String, String, String, String, i64)> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(
                "SELECT service, field, lang, value, number FROM cells WHERE layer = 'shared' AND section = 'criteria' AND row_id = ");
            q.push_bind(category.as_str()).push(" AND service IN (");
            let mut list = q.separated(", ");
            for (id, _, _) in &services {
                list.push_bind(id.as_str());
            }
            q.push(")");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mut cells: BTreeMap<String, Vec<(Address, Cell)>> = BTreeMap::new();
        for (service, field, lang, value, number) in rows {
            let address = Address::new("criteria", category.clone(), &field, Lang::parse(&lang));
            cells.entry(service).or_default().push((address, Cell { value, number }));
        }
        services
            .into_iter()
            .map(|(id, ja, en)| {
                let cells: Cells = cells.remove(&id).unwrap_or_default().into_iter().collect();
                Ok(AcrossRow { service: ServiceId::parse(&id)?, name: Label { ja, en }, cells })
            })
            .collect()
    }
}
