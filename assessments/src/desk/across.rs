//! One category across services: the list, and some services laid side by side with what differs.

use super::read::bounded;
use super::{Desk, Page};
use crate::access::{Action, Actor};
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::store::{AcrossFilter, AcrossRow};
use std::collections::{BTreeMap, BTreeSet};

/// Most services side by side.
const MOST: usize = 6;
/// The fields whose values can be counted.
const COUNTED: [&str; 4] = ["availability", "responsibility", "modes", "guardrails"];

/// A service among those laid side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcrossColumn {
    /// Its answer.
    pub row: AcrossRow,
    /// Fields in which it has another value than most.
    pub differs: BTreeSet<&'static str>,
}

/// Services side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Across {
    /// In the order in which they were chosen.
    pub columns: Vec<AcrossColumn>,
    /// Fields in which all have the same value.
    pub agreed: BTreeSet<&'static str>,
    /// Fields in which no value stands with more than the others: there is no majority to differ from.
    pub split: BTreeSet<&'static str>,
}

impl Across {
    /// Compares the countable fields of answers.
    pub fn of(rows: Vec<AcrossRow>, category: &RowId) -> Across {
        let mut across = Across {
            columns: rows.into_iter().map(|row| AcrossColumn { row, differs: BTreeSet::new() }).collect(),
            ..Across::default()
        };
        for field in COUNTED {
            let values: Vec<String> = across.columns.iter().map(|c| value(&c.row, category, field)).collect();
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for value in &values {
                *counts.entry(value).or_default() += 1;
            }
            let most = counts.values().copied().max().unwrap_or(0);
            let mut leaders = counts.iter().filter(|(_, n)| **n == most).map(|(value, _)| *value);
            match (counts.len(), leaders.next(), leaders.next()) {
                (0 | 1, _, _) => {
                    across.agreed.insert(field);
                }
                (_, Some(majority), None) => {
                    for (column, value) in across.columns.iter_mut().zip(&values) {
                        if value != majority {
                            column.differs.insert(field);
                        }
                    }
                }
                _ => {
                    across.split.insert(field);
                }
            }
        }
        across
    }
}

/// A field's value in a form that can be counted: of guardrails, the identifiers in order.
fn value(row: &AcrossRow, category: &RowId, field: &str) -> String {
    let text = row.cells.plain("criteria", category, field);
    if field != "guardrails" {
        return text.to_owned();
    }
    let links = crate::guardrail::parse_links(text).unwrap_or_default();
    let ids: BTreeSet<String> = links.iter().map(|l| l.id.to_string().to_lowercase()).collect();
    ids.into_iter().collect::<Vec<_>>().join("\n")
}

impl Desk {
    /// What every service whose sheet follows a criteria set answers for one of its categories.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a category that the set does not have.
    pub async fn across(
        &self,
        actor: &Actor,
        criteria: &CriteriaSet,
        category: &RowId,
        filter: &AcrossFilter,
        (page, size): (i64, i64),
    ) -> Result<Page<AcrossRow>, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        criteria.category(category.as_str()).ok_or(Failure::NotFound)?;
        let (page, size) = bounded(page, size);
        let (items, total) =
            self.db.across(&permit, &criteria.key(), category, filter, ((page - 1) * size, size)).await?;
        Ok(Page { items, page, size, total })
    }

    /// Some services' answers to a category side by side, at most six.
    ///
    /// # Errors
    /// [`Failure::NotFound`] for a category that the set does not have.
    pub async fn side_by_side(
        &self,
        actor: &Actor,
        criteria: &CriteriaSet,
        category: &RowId,
        of: &[ServiceId],
    ) -> Result<Across, Failure> {
        let permit = self.shared(actor, Action::ReadSheet)?;
        criteria.category(category.as_str()).ok_or(Failure::NotFound)?;
        let mut chosen: Vec<ServiceId> = Vec::new();
        for id in of {
            if !chosen.contains(id) && chosen.len() < MOST {
                chosen.push(id.clone());
            }
        }
        let rows = self.db.across_of(&permit, &criteria.key(), category, &chosen).await?;
        Ok(Across::of(rows, category))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::Address;
    use crate::lang::Label;
    use crate::sheet::Cells;

    fn row(id: &str, cells: &[(&str, &str)]) -> AcrossRow {
        let mut all = Cells::new();
        for (field, text) in cells {
            all.set(Address::parse(&format!("criteria/K07/{field}")).unwrap(), (*text).to_owned(), 1);
        }
        AcrossRow { service: ServiceId::parse(id).unwrap(), name: Label { ja: id.into(), en: id.into() }, cells: all }
    }

    #[test]
    fn who_differs_from_most_is_marked_and_where_nobody_leads_nobody_is() {
        let k07 = RowId::parse("K07").unwrap();
        let (on, can) = (("availability", "on_default"), ("availability", "can_enable"));
        let found = Across::of(
            vec![
                row("a", &[on, ("responsibility", "shared"), ("guardrails", "config:x | full\nconfig:y")]),
                row("b", &[on, ("responsibility", "customer"), ("guardrails", "config:Y\nconfig:x | partial | 理由")]),
                row("c", &[can, ("guardrails", "config:z")]),
            ],
            &k07,
        );
        let differs: Vec<Vec<&str>> =
            found.columns.iter().map(|c| c.differs.iter().copied().collect::<Vec<_>>()).collect();
        assert_eq!(differs, [vec![], vec![], vec!["availability", "guardrails"]]);
        assert!(found.split.contains("responsibility") && found.agreed.contains("modes"));
    }
}
