//! New rows get their numbers inside the write.

use super::super::{Tx, fault, on};
use super::NewChange;
use crate::cell::Address;
use crate::failure::Failure;
use crate::id::RowId;
use crate::schema::{self, Rows};
use crate::sheet::Cells;
use std::collections::{BTreeMap, BTreeSet};

impl Tx {
    /// Gives placeholders the next numbers of their sections, counting rows that were ever there, so that a number that
    /// somebody has seen never names another row.
    pub(super) async fn number_rows(
        &mut self,
        change: &NewChange,
        layer: &str,
        current: &Cells,
    ) -> Result<(Vec<(Address, String)>, BTreeMap<String, RowId>), Failure> {
        let mut rows: BTreeMap<(String, RowId), RowId> = BTreeMap::new();
        let mut given = BTreeMap::new();
        let mut asked = Vec::with_capacity(change.cells.len());
        let mut extra = Vec::new();
        let mut last: BTreeMap<String, (u32, String)> = BTreeMap::new();
        let orders: BTreeSet<(String, RowId)> = change
            .cells
            .iter()
            .filter(|(a, _)| a.is_order())
            .map(|(a, _)| (a.section.clone(), a.row.clone()))
            .collect();
        for (address, text) in &change.cells {
            let section = schema::declared(address)?;
            let Rows::Free(prefix) = section.rows else {
                asked.push((address.clone(), text.clone()));
                continue;
            };
            if !address.row.is_placeholder() {
                asked.push((address.clone(), text.clone()));
                continue;
            }
            let slot = (address.section.clone(), address.row.clone());
            if !rows.contains_key(&slot) {
                if !last.contains_key(&address.section) {
                    let used = self.last_row(change, layer, &address.section, prefix).await?;
                    last.insert(address.section.clone(), (used, current.order_at_end(&address.section)));
                }
                if let Some((number, order)) = last.get_mut(&address.section) {
                    *number += 1;
                    let row = RowId::numbered(prefix, *number);
                    if !orders.contains(&slot) {
                        extra.push((Address::order(&address.section, row.clone()), order.clone()));
                        *order = crate::sheet::order_after(order);
                    }
                    given.insert(format!("{}/{}", address.section, address.row), row.clone());
                    rows.insert(slot.clone(), row);
                }
            }
            if let Some(row) = rows.get(&slot) {
                asked.push((Address { row: row.clone(), ..address.clone() }, text.clone()));
            }
        }
        asked.extend(extra);
        name_rows(&mut asked, &given);
        Ok((asked, given))
    }

    /// The highest number that a row of a section ever had.
    async fn last_row(&mut self, change: &NewChange, layer: &str, section: &str, prefix: &str) -> Result<u32, Failure> {
        let like = format!("{section}/{prefix}-%/order");
        let rows: Vec<(String,)> = on!(Tx, self, t => sqlx::query_as(
            "SELECT DISTINCT address FROM cell_changes WHERE service = $1 AND layer = $2 AND address LIKE $3")
            .bind(change.key.service.as_str()).bind(layer).bind(&like).fetch_all(&mut **t).await)
        .map_err(fault)?;
        Ok(rows.iter().filter_map(|(a,)| Address::parse(a).ok()?.row.number(prefix)).max().unwrap_or(0))
    }
}

/// References to rows of the same change: a path names a scenario that is new as well.
fn name_rows(asked: &mut [(Address, String)], given: &BTreeMap<String, RowId>) {
    for (address, text) in asked {
        if let Some(schema::Kind::Reference(section)) = address.declared().map(|f| f.kind)
            && text.contains("new-")
        {
            let named =
                |part: &str| given.get(&format!("{section}/{part}")).map_or_else(|| part.to_owned(), RowId::to_string);
            *text = text.split(',').map(|part| named(part.trim())).collect::<Vec<_>>().join(",");
        }
    }
}
