//! Lists across services: the table, the matrix, one category everywhere, who leans on a guardrail.

use super::talk::one_of;
use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::{Label, Lang};
use crate::sheet::Cells;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};

/// Which services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFilter {
    /// Part of a name, abbreviation or id, in any case.
    pub text: String,
    /// Provider, exactly.
    pub provider: String,
    /// Service group, exactly, in either language.
    pub group: String,
    /// `empty`, `started`, `answered`, `published`, `in_review`, `taken_over`, or nothing.
    pub state: String,
    /// Criteria set, exactly; nothing for sheets of any set.
    pub criteria: String,
}

/// A line of the services table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRow {
    /// Id.
    pub id: ServiceId,
    /// Name.
    pub name: Label,
    /// Abbreviation.
    pub abbreviation: String,
    /// Provider.
    pub provider: String,
    /// Group.
    pub group: Label,
    /// Categories with an availability.
    pub answered: i64,
    /// Categories that its criteria set asks about; 0 where nothing was written, and the set in force counts.
    pub asked: i64,
    /// Its criteria set; empty where nothing was written.
    pub criteria: String,
    /// Newest revision; 0 where nothing was written.
    pub number: i64,
    /// When it was last changed.
    pub changed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub changed_by: String,
}

/// A row of the matrix: category to availability key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// The service.
    pub service: ServiceRow,
    /// Category to availability; categories without an answer are not in it.
    pub cells: BTreeMap<String, String>,
    /// Categories whose answer was taken over from another service and waits to be confirmed.
    pub taken_over: BTreeSet<String>,
}

/// What one service answers for one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrossRow {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// The row's cells.
    pub cells: Cells,
}

/// An answer that leans on a guardrail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlink {
    /// The service.
    pub service: ServiceId,
    /// Its name.
    pub name: Label,
    /// Category.
    pub row: RowId,
    /// The criteria set that has it.
    pub criteria: String,
    /// The whole cell of links.
    pub links: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name_ja: String,
    name_en: String,
    abbreviation: String,
    provider: String,
    group_ja: String,
    group_en: String,
    answered: Option<i64>,
    asked: Option<i64>,
    criteria: Option<String>,
    number: Option<i64>,
    changed_at: Option<DateTime<Utc>>,
    changed_by: Option<String>,
}

impl TryFrom<Row> for ServiceRow {
    type Error = Failure;
    fn try_from(row: Row) -> Result<Self, Failure> {
        Ok(Self {
            id: ServiceId::parse(&row.id)?,
            name: Label { ja: row.name_ja, en: row.name_en },
            abbreviation: row.abbreviation,
            provider: row.provider,
            group: Label { ja: row.group_ja, en: row.group_en },
            answered: row.answered.unwrap_or(0),
            asked: row.asked.unwrap_or(0),
            criteria: row.criteria.unwrap_or_default(),
            number: row.number.unwrap_or(0),
            changed_at: row.changed_at,
            changed_by: row.changed_by.unwrap_or_default(),
        })
    }
}

/// A `LIKE` pattern that finds the text itself: `%` and `_` lose their meaning, with `\` as the escape.
pub(super) fn like(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

const LINE: &str = "SELECT v.id, v.name_ja, v.name_en, v.abbreviation, v.provider, v.group_ja, v.group_en, h.answered,
    h.asked, h.criteria, h.number, h.changed_at, h.changed_by";
const FROM: &str = " FROM services v LEFT JOIN heads h ON h.service = v.id AND h.layer = 'shared' WHERE 1 = 1";

macro_rules! narrowed {
    ($query:expr, $filter:expr) => {{
        let (q, filter) = ($query, $filter);
        if !filter.text.is_empty() {
            // One comparison a service. Line breaks part the four, so that nothing is found across two of them: one that
            // was typed is a blank here.
            q.push(" AND LOWER(v.id || '\n' || v.name_ja || '\n' || v.name_en || '\n' || v.abbreviation) LIKE ")
                .push_bind(like(&filter.text.replace('\n', " ")))
                .push(" ESCAPE '\\'");
        }
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
        match filter.state.as_str() {
            "empty" => {
                q.push(" AND COALESCE(h.answered, 0) = 0");
            }
            "started" => {
                q.push(" AND h.answered > 0 AND h.answered < h.asked");
            }
            "answered" => {
                q.push(" AND h.answered >= h.asked");
            }
            "published" => {
                q.push(" AND EXISTS (SELECT 1 FROM publications b WHERE b.service = v.id)");
            }
            "in_review" => {
                q.push(" AND EXISTS (SELECT 1 FROM review_rounds r WHERE r.service = v.id AND r.ended = '')");
            }
            "taken_over" => {
                q.push(" AND EXISTS (SELECT 1 FROM cells c WHERE c.service = v.id AND c.layer = 'shared' AND c.section = 'criteria' AND c.field = 'taken_over')");
            }
            _ => {}
        }
        if !filter.criteria.is_empty() {
            q.push(" AND h.criteria = ").push_bind(&filter.criteria);
        }
    }};
}

/// How a service is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceName {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Label,
    /// Its abbreviation; empty where it has none.
    pub abbreviation: String,
    /// Who offers it.
    pub provider: String,
}

impl Db {
    /// Services in order: those with answers first, then by name; and how many there are in all.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn services(
        &self,
        permit: &Permit,
        filter: &ServiceFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<ServiceRow>, i64), Failure> {
        let rows = self.service_rows(permit, filter, offset, limit).await?;
        let total: i64 = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new("SELECT COUNT(*)");
            // Heads are looked up for what is asked of them alone.
            q.push(if filter.state.is_empty() && filter.criteria.is_empty() { " FROM services v WHERE 1 = 1" } else { FROM });
            narrowed!(&mut q, filter);
            q.build_query_scalar().fetch_one(p).await
        })
        .map_err(fault)?;
        Ok((rows, total))
    }

    async fn service_rows(
        &self,
        permit: &Permit,
        filter: &ServiceFilter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<ServiceRow>, Failure> {
        permit.covers(Action::ReadSheet, &crate::cell::Layer::Shared)?;
        let rows: Vec<Row> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(LINE);
            q.push(FROM);
            narrowed!(&mut q, filter);
            q.push(" ORDER BY CASE WHEN COALESCE(h.answered, 0) > 0 THEN 0 ELSE 1 END, LOWER(v.name_en), v.id LIMIT ")
                .push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        rows.into_iter().map(ServiceRow::try_from).collect()
    }

    /// The lines of some services, in their order; of those that there are.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn service_lines(&self, permit: &Permit, ids: &[ServiceId]) -> Result<Vec<ServiceRow>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let wanted: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let rows: Vec<Row> = on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(LINE);
            q.push(FROM).push(" AND");
            one_of!(q, "v.id", wanted);
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)?;
        let mut lines = rows.into_iter().map(ServiceRow::try_from).collect::<Result<Vec<_>, _>>()?;
        lines.sort_by_key(|line| ids.iter().position(|id| *id == line.id));
        Ok(lines)
    }

    /// One service's line.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where there is none.
    pub async fn service(&self, permit: &Permit, id: &ServiceId) -> Result<ServiceRow, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let row: Option<Row> =
            on!(Pool, &self.read, p => sqlx::query_as(sqlx::AssertSqlSafe(format!("{LINE}{FROM} AND v.id = $1")))
            .bind(id.as_str()).fetch_optional(p).await)
            .map_err(fault)?;
        row.ok_or(Failure::NotFound)?.try_into()
    }

    /// Every service's id and names, for recognising what a foreign workbook is about.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn service_names(&self, permit: &Permit) -> Result<Vec<ServiceName>, Failure> {
        permit.covers(Action::ReadSheet, &crate::cell::Layer::Shared)?;
        let rows: Vec<(String, String, String, String, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT id, name_ja, name_en, abbreviation, provider FROM services ORDER BY id").fetch_all(p).await)
        .map_err(fault)?;
        rows.into_iter()
            .map(|(id, ja, en, abbreviation, provider)| {
                Ok(ServiceName { id: ServiceId::parse(&id)?, name: Label { ja, en }, abbreviation, provider })
            })
            .collect()
    }

    /// How many services are full, started and empty; and the providers and groups that exist.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn facets(&self, permit: &Permit) -> Result<([i64; 3], Vec<String>, Vec<Label>), Failure> {
        permit.covers(Action::ReadSheet, &crate::cell::Layer::Shared)?;
        // A sheet that nobody has written in has no head.
        let (all, started, answered): (i64, i64, i64) = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM services), COUNT(CASE WHEN answered < asked THEN 1 END),
               COUNT(CASE WHEN answered >= asked THEN 1 END)
             FROM heads WHERE layer = 'shared' AND answered > 0").fetch_one(p).await)
        .map_err(fault)?;
        let providers: Vec<(String,)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT DISTINCT provider FROM services WHERE provider <> '' ORDER BY provider").fetch_all(p).await).map_err(fault)?;
        let groups: Vec<(String, String)> = on!(Pool, &self.read, p =>
            sqlx::query_as("SELECT DISTINCT group_ja, group_en FROM services WHERE group_ja <> '' OR group_en <> '' ORDER BY group_ja").fetch_all(p).await).map_err(fault)?;
        let groups = groups.into_iter().map(|(ja, en)| Label { ja, en }).collect();
        Ok(([answered, started, all - answered - started], providers.into_iter().map(|(p,)| p).collect(), groups))
    }

    /// The matrix: services with the availability of every category.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn matrix(
        &self,
        permit: &Permit,
        filter: &ServiceFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<MatrixRow>, i64), Failure> {
        let (services, total) = self.services(permit, filter, offset, limit).await?;
        if services.is_empty() {
            return Ok((vec![], total));
        }
        let cells = self.in_matrix(&services, "availability").await?;
        let marks = self.in_matrix(&services, "taken_over").await?;
        let mut rows: Vec<MatrixRow> = services
            .into_iter()
            .map(|service| MatrixRow { service, cells: BTreeMap::new(), taken_over: BTreeSet::new() })
            .collect();
        let at: BTreeMap<String, usize> = rows.iter().enumerate().map(|(i, r)| (r.service.id.to_string(), i)).collect();
        for (service, row, value) in cells {
            if let Some(line) = at.get(&service).and_then(|i| rows.get_mut(*i)) {
                line.cells.insert(row, value);
            }
        }
        for (service, row, _) in marks {
            if let Some(line) = at.get(&service).and_then(|i| rows.get_mut(*i)) {
                line.taken_over.insert(row);
            }
        }
        Ok((rows, total))
    }

    /// One field of the criteria section for a page of services. The field stands in the statement and not beside it, so
    /// that its partial index serves.
    async fn in_matrix(
        &self,
        services: &[ServiceRow],
        field: &'static str,
    ) -> Result<Vec<(String, String, String)>, Failure> {
        on!(Pool, &self.read, p => {
            let mut q = sqlx::QueryBuilder::new(format!("SELECT service, row_id, value FROM cells WHERE layer = 'shared' AND section = 'criteria' AND field = '{field}' AND service IN ("));
            let mut list = q.separated(", ");
            for service in services {
                list.push_bind(service.id.as_str());
            }
            q.push(")");
            q.build_query_as().fetch_all(p).await
        })
        .map_err(fault)
    }

    /// The answers of the common text whose links name an identifier (in any case). The caller reads the links.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn backlinks(&self, permit: &Permit, id: &str) -> Result<Vec<Backlink>, Failure> {
        permit.covers(Action::ReadSheet, &crate::cell::Layer::Shared)?;
        let rows: Vec<(String, String, String, String, String, String)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT c.service, v.name_ja, v.name_en, c.row_id, h.criteria, c.value FROM cells c
             JOIN services v ON v.id = c.service JOIN heads h ON h.service = c.service AND h.layer = c.layer WHERE c.layer = 'shared' AND c.section = 'criteria' AND c.field = 'guardrails' AND LOWER(c.value) LIKE $1 ESCAPE '\\'
             ORDER BY LOWER(v.name_en), c.row_id")
            .bind(like(id)).fetch_all(p).await).map_err(fault)?;
        rows.into_iter()
            .map(|(service, ja, en, row, criteria, links)| {
                Ok(Backlink {
                    service: ServiceId::parse(&service)?,
                    name: Label { ja, en },
                    row: RowId::parse(&row)?,
                    criteria,
                    links,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Makes a service exist. Says whether it is new.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn add_service(&mut self, permit: &Permit, id: &ServiceId) -> Result<bool, Failure> {
        permit.covers(Action::AddService, &crate::cell::Layer::Shared)?;
        on!(Tx, self, t => sqlx::query(
            "INSERT INTO services (id, name_ja, name_en, abbreviation, provider, group_ja, group_en) VALUES ($1, $1, $1, '', '', '', '') ON CONFLICT (id) DO NOTHING")
            .bind(id.as_str()).execute(&mut **t).await.map(|r| r.rows_affected() == 1)).map_err(fault)
    }

    /// Keeps what lists need of a service's facts.
    pub(super) async fn list_facts(&mut self, service: &str, cells: &Cells) -> Result<(), Failure> {
        let row = RowId::service();
        let in_lang = |field: &str, lang| cells.shown("facts", &row, field, lang).text.to_owned();
        let plain = |field: &str| cells.plain("facts", &row, field).to_owned();
        let or_id = |name: String| if name.is_empty() { service.to_owned() } else { name };
        on!(Tx, self, t => sqlx::query(
            "UPDATE services SET name_ja = $2, name_en = $3, abbreviation = $4, provider = $5, group_ja = $6, group_en = $7 WHERE id = $1")
            .bind(service).bind(or_id(in_lang("name", Lang::Ja))).bind(or_id(in_lang("name", Lang::En)))
            .bind(plain("abbreviation")).bind(plain("provider")).bind(in_lang("group", Lang::Ja)).bind(in_lang("group", Lang::En))
            .execute(&mut **t).await.map(|_| ())).map_err(fault)
    }
}
