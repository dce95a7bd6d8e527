//! Answers of many services at once, for workbooks that read across them.

use super::{Db, Pool, fault, on};
use crate::access::{Action, Permit};
use crate::cell::{Address, Layer};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::lang::Lang;
use crate::sheet::Cells;
use std::collections::BTreeMap;

/// Services asked for with one statement: well below what either database binds.
const BATCH: usize = 500;

/// Which answers.
#[derive(Clone, Copy, Debug)]
pub enum Answers<'a> {
    /// Every field of one category.
    Of(&'a RowId),
    /// Availability, responsibility and summary of all categories.
    Short,
}

impl Db {
    /// Cells of the section `criteria` of these services' common text, by service. Services without any are not in it.
    ///
    /// # Errors
    /// [`Failure::Internal`] where the database does not answer.
    pub async fn answers(
        &self,
        permit: &Permit,
        services: &[ServiceId],
        which: Answers<'_>,
    ) -> Result<BTreeMap<ServiceId, Cells>, Failure> {
        permit.covers(Action::Export, &Layer::Shared)?;
        let mut out: BTreeMap<ServiceId, Cells> = BTreeMap::new();
        for batch in services.chunks(BATCH) {
            let rows: Vec<(String, String, String, String, String, i64)> = on!(Pool, &self.read, p => {
                let mut q = sqlx::QueryBuilder::new("SELECT service, row_id, field, lang, value, number FROM cells WHERE layer = 'shared' AND section = 'criteria'");
                match which {
                    Answers::Of(row) => q.push(" AND row_id = ").push_bind(row.as_str()),
                    Answers::Short => q.push(" AND field IN ('availability', 'responsibility', 'summary')"),
                };
                q.push(" AND service IN (");
                let mut list = q.separated(", ");
                for service in batch {
                    list.push_bind(service.as_str());
                }
                q.push(")");
                q.build_query_as().fetch_all(p).await
            })
            .map_err(fault)?;
            for (service, row, field, lang, value, number) in rows {
                let address = Address::new("criteria", RowId::parse(&row)?, &field, Lang::parse(&lang));
                out.entry(ServiceId::parse(&service)?).or_default().set(address, value, number);
            }
        }
        Ok(out)
    }
}
