//! Why an approval no longer holds. The list grows: a deployed guardrail that is gone will be one more.

use super::risks;
use crate::cell::Address;
use crate::id::RowId;
use crate::sheet::Cells;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One reason to look at an approval again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// A newer version is published, and these cells of it say something else.
    TextChanged {
        /// The newer version.
        version: String,
        /// What differs.
        cells: Vec<Address>,
    },
    /// The newer version answers another criteria set.
    CriteriaMoved {
        /// What the approval was given for, `id@version`.
        from: String,
        /// What is asked now.
        to: String,
    },
    /// The institution's own decision says something else than what was approved.
    AdoptionChanged {
        /// What differs.
        cells: Vec<Address>,
    },
    /// A risk was accepted until a day that has passed.
    RiskExpired {
        /// Its category.
        row: RowId,
        /// The day.
        expires: String,
    },
}

/// What an approval was given for.
#[derive(Clone, Copy, Debug)]
pub struct Approved<'a> {
    /// The pinned version.
    pub version: &'a str,
    /// Its cells.
    pub cells: &'a Cells,
    /// Its criteria set.
    pub criteria: &'a str,
    /// The adoption as it was approved.
    pub own: &'a Cells,
}

/// What stands today.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The newest published version.
    pub version: &'a str,
    /// Its cells.
    pub cells: &'a Cells,
    /// Its criteria set.
    pub criteria: &'a str,
    /// The adoption as it stands.
    pub own: &'a Cells,
    /// The day.
    pub today: &'a str,
}

/// Every reason to look at the approval again; none: it holds.
#[must_use]
pub fn causes(approved: &Approved<'_>, now: &Now<'_>) -> Vec<Cause> {
    let mut out = Vec::new();
    if approved.version != now.version {
        let cells = changed_cells(approved.cells, now.cells);
        if !cells.is_empty() {
            out.push(Cause::TextChanged { version: now.version.into(), cells });
        }
        if approved.criteria != now.criteria {
            out.push(Cause::CriteriaMoved { from: approved.criteria.into(), to: now.criteria.into() });
        }
    }
    let cells: Vec<Address> = changed_cells(&super::of(approved.own), &super::of(now.own))
        .into_iter()
        .filter(|a| a.section != "adoption" || !BESIDE.contains(&a.field.as_str()))
        .collect();
    if !cells.is_empty() {
        out.push(Cause::AdoptionChanged { cells });
    }
    let over = risks(approved.own).into_iter().filter(|r| !r.expires.is_empty() && r.expires.as_str() < now.today);
    out.extend(over.map(|r| Cause::RiskExpired { row: r.row, expires: r.expires }));
    out
}

/// Fields of the adoption that an approval does not rest on: what it cost to come to it.
const BESIDE: [&str; 2] = ["effort_reuse", "effort_alone"];

/// Addresses whose texts differ, in the order of addresses. The order of rows is no text.
#[must_use]
pub fn changed_cells(old: &Cells, new: &Cells) -> Vec<Address> {
    let all: BTreeSet<&Address> = old.iter().chain(new.iter()).map(|(a, _)| a).collect();
    all.into_iter().filter(|a| !a.is_order() && old.text(a) != new.text(a)).cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn cells(list: &[(&str, &str)]) -> Cells {
        let mut cells = Cells::new();
        for (address, text) in list {
            cells.set(Address::parse(address).unwrap(), (*text).into(), 1);
        }
        cells
    }

    #[test]
    fn each_cause_stands_alone_and_all_are_told() {
        let (old, new) = (cells(&[("criteria/K07/summary/ja", "a")]), cells(&[("criteria/K07/summary/ja", "b")]));
        let own = cells(&[("adoption/service/verdict", "may_use"), ("risks/K07/expires", "2026-10-01")]);
        let other = cells(&[
            ("adoption/service/verdict", "not"),
            ("risks/K07/expires", "2026-10-01"),
            ("criteria/K07/limits/ja", "own note"),
            ("adoption/service/effort_reuse", "4"),
        ]);
        let approved = Approved { version: "2026.10.1", cells: &old, criteria: "x@1", own: &own };
        let now = |version, cells, criteria, own, today| Now { version, cells, criteria, own, today };
        let keys = |now: &Now<'_>| {
            causes(&approved, now)
                .iter()
                .map(|c| serde_json::to_value(c).unwrap()["cause"].to_string())
                .collect::<Vec<_>>()
        };
        assert!(keys(&now("2026.10.1", &old, "x@1", &own, "2026-10-01")).is_empty());
        assert!(keys(&now("2026.11.1", &old, "x@1", &own, "2026-10-01")).is_empty(), "published anew, nothing changed");
        assert_eq!(keys(&now("2026.11.1", &new, "x@1", &own, "2026-10-01")), ["\"text_changed\""]);
        assert_eq!(
            keys(&now("2026.11.1", &new, "y@1", &other, "2026-10-02")),
            ["\"text_changed\"", "\"criteria_moved\"", "\"adoption_changed\"", "\"risk_expired\""]
        );
        let changed = causes(&approved, &now("2026.10.1", &old, "x@1", &other, "2026-10-01"));
        assert_eq!(changed, [Cause::AdoptionChanged { cells: vec![super::super::address("verdict")] }]);
    }
}
