//! Each cell of a change meets what stands there now.

use super::super::{Tx, fault, on};
use super::Draft;
use crate::canonical;
use crate::cell::Address;
use crate::failure::{Conflict, Failure};
use crate::id::RowId;
use crate::merge::{Merged, three_way};
use crate::schema;
use std::collections::BTreeSet;

impl Tx {
    pub(super) async fn merge_all(
        &mut self,
        draft: &mut Draft<'_>,
        asked: Vec<(Address, String)>,
    ) -> Result<(), Failure> {
        let set: BTreeSet<(String, RowId)> = asked
            .iter()
            .filter(|(a, t)| a.is_order() && !t.is_empty())
            .map(|(a, _)| (a.section.clone(), a.row.clone()))
            .collect();
        for (address, text) in asked {
            let text = if address.is_order() { order_text(&address, &text)? } else { checked(&address, &text)? };
            let is_there = draft.current.has_row(&address.section, &address.row)
                || set.contains(&(address.section.clone(), address.row.clone()));
            let goes = address.is_order() && text.is_empty();
            if !(is_there || goes) {
                self.gone_row(draft, &address, &text).await?;
                continue;
            }
            if goes {
                self.touched_row(draft, &address).await?;
            }
            self.merge_cell(draft, address, text).await?;
        }
        Ok(())
    }

    /// A cell of a row that somebody deleted meanwhile: a conflict, not a silent loss.
    async fn gone_row(&mut self, draft: &mut Draft<'_>, address: &Address, text: &str) -> Result<(), Failure> {
        let order = Address::order(&address.section, address.row.clone());
        let was = self.text_at(&draft.change.key.service, &draft.layer, &order, draft.change.base).await?;
        if was.is_empty() {
            return Err(Failure::NotFound);
        }
        self.conflict(draft, address, text).await
    }

    /// Deleting a row whose cells somebody changed meanwhile: a conflict on those cells.
    async fn touched_row(&mut self, draft: &mut Draft<'_>, address: &Address) -> Result<(), Failure> {
        let base = draft.change.base;
        let touched: Vec<Address> = draft
            .current
            .iter()
            .filter(|(a, c)| a.section == address.section && a.row == address.row && !a.is_order() && c.number > base)
            .map(|(a, _)| a.clone())
            .collect();
        for cell in touched {
            self.conflict(draft, &cell, "").await?;
        }
        Ok(())
    }

    async fn merge_cell(&mut self, draft: &mut Draft<'_>, address: Address, yours: String) -> Result<(), Failure> {
        let theirs = draft.current.get(&address).cloned();
        let current = theirs.as_ref().map_or("", |c| c.value.as_str()).to_owned();
        if current == yours {
            return Ok(());
        }
        let changed = match &theirs {
            Some(cell) => cell.number > draft.change.base,
            // An empty cell carries no number: whether it was emptied after the base shows in the history.
            None => draft.change.base < i64::MAX,
        };
        // A category of before the sheet moved to another criteria set is not the one of that name now: nothing merges.
        if address.of_criteria() && draft.change.base < draft.head.moved {
            return self.conflict(draft, &address, &yours).await;
        }
        let base = if changed {
            self.text_at(&draft.change.key.service, &draft.layer, &address, draft.change.base).await?
        } else {
            current.clone()
        };
        let kind = address.declared().map_or(schema::Kind::Choice(&[]), |f| f.kind);
        match three_way(kind, &base, &current, &yours) {
            Merged::Clean(text) if text == current => Ok(()),
            Merged::Clean(text) => {
                let text = if text == yours || address.is_order() { text } else { checked(&address, &text)? };
                if text != yours {
                    draft.merged.push(address.clone());
                }
                draft.changes.insert(address, text);
                Ok(())
            }
            Merged::Conflict => self.conflict(draft, &address, &yours).await,
        }
    }

    async fn conflict(&mut self, draft: &mut Draft<'_>, address: &Address, yours: &str) -> Result<(), Failure> {
        let key = &draft.change.key;
        let base = self.text_at(&key.service, &draft.layer, address, draft.change.base).await?;
        let row: Option<(i64, String)> = on!(Tx, self, t => sqlx::query_as(
            "SELECT s.number, s.author FROM cell_changes c JOIN change_sets s
               ON s.service = c.service AND s.layer = c.layer AND s.number = c.number
             WHERE c.service = $1 AND c.layer = $2 AND c.address = $3 ORDER BY c.number DESC LIMIT 1")
            .bind(key.service.as_str()).bind(&draft.layer).bind(address.to_string()).fetch_optional(&mut **t).await)
        .map_err(fault)?;
        let (number, author) = row.unwrap_or_default();
        let theirs = draft.current.text(address).to_owned();
        draft.conflicts.push(Conflict {
            address: address.to_string(),
            base,
            theirs,
            yours: yours.into(),
            number,
            author,
        });
        Ok(())
    }
}

fn checked(address: &Address, text: &str) -> Result<String, Failure> {
    let field = address.declared().ok_or_else(|| Failure::invalid("address", &address.to_string()))?;
    canonical::check(address, field, text)
}

fn order_text(address: &Address, text: &str) -> Result<String, Failure> {
    let fits = text.len() <= 80 && text.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(text.to_owned()) } else { Err(Failure::invalid(&address.to_string(), text)) }
}
