//! Present cells, and cells as they were.

use super::{Db, Pool, Tx, fault, on};
use crate::access::{Action, Permit};
use crate::cell::Address;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::Lang;
use crate::sheet::{Cell, Cells};

type CellRow = (String, String, String, String, String, i64);

fn address((section, row, field, lang): (String, String, String, String)) -> Result<Address, Failure> {
    Ok(Address { section, row: RowId::parse(&row)?, field, lang: Lang::parse(&lang) })
}

fn collect(rows: Vec<CellRow>) -> Result<Cells, Failure> {
    rows.into_iter()
        .map(|(section, row, field, lang, value, number)| {
            Ok((address((section, row, field, lang))?, Cell { value, number }))
        })
        .collect()
}

const SELECT: &str = "SELECT section, row_id, field, lang, value, number FROM cells WHERE service = $1 AND layer = $2";

const SELECT_ROW: &str = "SELECT section, row_id, field, lang, value, number FROM cells \
    WHERE service = $1 AND layer = $2 AND section = $3 AND row_id = $4";

/// The newest revision of a (sheet, layer).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 where nothing was written yet.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// Criteria set and version that it follows.
    pub criteria: String,
    /// The revision that moved it to that set; 0 where it always followed it.
    pub moved: i64,
}

impl Db {
    /// The cells of a sheet in the permit's layer, with the revision they are at.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the service does not exist.
    pub async fn cells(&self, permit: &Permit, service: &ServiceId) -> Result<(Head, Cells), Failure> {
        self.cells_of(permit, service, None).await
    }

    /// The same with the cells of one row (section, row id) alone: what one edited cell needs.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where the service does not exist.
    pub async fn row(
        &self,
        permit: &Permit,
        service: &ServiceId,
        row: (&str, &RowId),
    ) -> Result<(Head, Cells), Failure> {
        self.cells_of(permit, service, Some(row)).await
    }

    async fn cells_of(
        &self,
        permit: &Permit,
        service: &ServiceId,
        row: Option<(&str, &RowId)>,
    ) -> Result<(Head, Cells), Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let layer = permit.layer().key();
        // Head and cells in one read transaction: the number belongs to these cells.
        on!(Pool, &self.read, p => {
            let mut t = p.begin().await.map_err(fault)?;
            let known: Option<(String,)> = sqlx::query_as("SELECT id FROM services WHERE id = $1")
                .bind(service.as_str()).fetch_optional(&mut *t).await.map_err(fault)?;
            if known.is_none() {
                return Err(Failure::NotFound);
            }
            let head: Option<(i64, String, String, i64)> =
                sqlx::query_as("SELECT number, hash, criteria, moved FROM heads WHERE service = $1 AND layer = $2")
                    .bind(service.as_str()).bind(&layer).fetch_optional(&mut *t).await.map_err(fault)?;
            let rows: Vec<CellRow> = match row {
                None => sqlx::query_as(SELECT).bind(service.as_str()).bind(&layer).fetch_all(&mut *t).await,
                Some((section, row)) => sqlx::query_as(SELECT_ROW)
                    .bind(service.as_str()).bind(&layer).bind(section).bind(row.as_str()).fetch_all(&mut *t).await,
            }.map_err(fault)?;
            let (number, hash, criteria, moved) = head.unwrap_or_default();
            Ok((Head { number, hash, criteria, moved }, collect(rows)?))
        })
    }

    /// The criteria set that the sheet followed at revision `number`; none before the first one.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn criteria_at(
        &self,
        permit: &Permit,
        service: &ServiceId,
        number: i64,
    ) -> Result<Option<String>, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        on!(Pool, &self.read, p => sqlx::query_scalar(
            "SELECT criteria FROM change_sets WHERE service = $1 AND layer = $2 AND number <= $3 ORDER BY number DESC LIMIT 1")
            .bind(service.as_str()).bind(permit.layer().key()).bind(number).fetch_optional(p).await)
        .map_err(fault)
    }

    /// The cells as they were at revision `number`, by replaying the chain.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn cells_at(&self, permit: &Permit, service: &ServiceId, number: i64) -> Result<Cells, Failure> {
        permit.covers(Action::ReadSheet, permit.layer())?;
        let rows: Vec<(String, Option<String>, i64)> = on!(Pool, &self.read, p => sqlx::query_as(
            "SELECT address, new_text, number FROM cell_changes WHERE service = $1 AND layer = $2 AND number <= $3 ORDER BY number, ord")
            .bind(service.as_str()).bind(permit.layer().key()).bind(number).fetch_all(p).await)
        .map_err(fault)?;
        let mut cells = Cells::new();
        for (address, value, number) in rows {
            cells.set(Address::parse(&address)?, value.unwrap_or_default(), number);
        }
        Ok(cells)
    }
}

impl Tx {
    /// The cells of a sheet inside this write.
    pub(super) async fn cells(&mut self, service: &ServiceId, layer: &str) -> Result<Cells, Failure> {
        let rows: Vec<CellRow> =
            on!(Tx, self, t => sqlx::query_as(SELECT).bind(service.as_str()).bind(layer).fetch_all(&mut **t).await)
                .map_err(fault)?;
        collect(rows)
    }

    /// A cell's text at revision `number`; empty where it had none.
    pub(super) async fn text_at(
        &mut self,
        service: &ServiceId,
        layer: &str,
        address: &Address,
        number: i64,
    ) -> Result<String, Failure> {
        let row: Option<(Option<String>,)> = on!(Tx, self, t => sqlx::query_as(
            "SELECT new_text FROM cell_changes WHERE service = $1 AND layer = $2 AND address = $3 AND number <= $4
             ORDER BY number DESC LIMIT 1")
            .bind(service.as_str()).bind(layer).bind(address.to_string()).bind(number).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        Ok(row.and_then(|(text,)| text).unwrap_or_default())
    }
}
