//! Compares what a file says with what stands here.

use crate::canonical;
use crate::cell::Address;
use crate::import::{Draft, DraftCell, Finding, Level, Outcome, Place, Plan, PlannedCell, outcome};
use crate::schema::{Rows, SECTIONS, section};
use crate::sheet::{Cells, InRow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Compares a draft with what stands here. Without a base (a foreign workbook) it is compared two ways.
///
/// A row that came from another export, or that somebody deleted meanwhile, is never changed without a decision.
pub fn plan(draft: &Draft, base: Option<&Cells>, current: &Cells, number: i64) -> Plan {
    plan_with(draft, base, &BTreeMap::new(), current, number)
}

/// The same; `older` holds the bases of rows that came from other exports, by `section/row`.
pub fn plan_with(
    draft: &Draft,
    base: Option<&Cells>,
    older: &BTreeMap<String, Arc<Cells>>,
    current: &Cells,
    number: i64,
) -> Plan {
    let mut findings = draft.findings.clone();
    let mut cells: BTreeMap<(usize, usize, usize, Address), PlannedCell> = BTreeMap::new();
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let mut last: Option<(&Address, usize, Beside<'_>)> = None;
    for said in &draft.cells {
        // Cells come row by row: what stands here is looked up once a row.
        let same = |a: &Address| a.row == said.address.row && a.section == said.address.section;
        let (_, row, beside) = match last.take().filter(|(address, ..)| same(address)) {
            Some(known) => last.insert(known),
            None => {
                let (key, next) = (row_key(&said.address), rows.len());
                let beside = Beside::of(draft, base, older, current, &said.address, &key);
                last.insert((&said.address, *rows.entry(key).or_insert(next), beside))
            }
        };
        let row = *row;
        let planned = planned(base, current, beside, said);
        let (of_section, of_field) = position(&said.address);
        match cells.entry((of_section, row, of_field, said.address.clone())) {
            std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(planned)),
            std::collections::btree_map::Entry::Occupied(first) => {
                if !canonical::same(&first.get().file, &said.text) {
                    findings.push(said_twice(said, first.get()));
                }
            }
        }
    }
    for address in &draft.missing_rows {
        let order = Address::order(&address.section, address.row.clone());
        if !current.has_row(&order.section, &order.row) {
            continue;
        }
        let (of_section, of_field) = position(&order);
        let planned = PlannedCell {
            outcome: Outcome::ProposedDeletion,
            base: base.map(|b| b.text(&order).to_owned()),
            current: current.text(&order).to_owned(),
            file: String::new(),
            result: String::new(),
            place: Place::default(),
            address: order.clone(),
        };
        cells.entry((of_section, usize::MAX, of_field, order)).or_insert(planned);
    }
    for blank in &draft.blanks {
        let now = current.text(&blank.address);
        if canonical::fold(now).is_empty() {
            continue;
        }
        let next = rows.len();
        let row = *rows.entry(row_key(&blank.address)).or_insert(next);
        let (of_section, of_field) = position(&blank.address);
        let planned = PlannedCell {
            address: blank.address.clone(),
            outcome: Outcome::Blank,
            base: base.map(|b| b.text(&blank.address).to_owned()),
            current: now.to_owned(),
            file: String::new(),
            result: String::new(),
            place: blank.place.clone(),
        };
        cells.entry((of_section, row, of_field, blank.address.clone())).or_insert(planned);
    }
    Plan {
        number,
        cells: cells.into_values().collect(),
        findings,
        mapping: draft.mapping.clone(),
        profile: draft.profile.clone(),
        own: draft.own.clone(),
        copies: draft.copies.clone(),
    }
}

fn row_key(address: &Address) -> String {
    format!("{}/{}", address.section, address.row)
}

/// Place of a cell's section, and of its field within it; a row's order comes first.
fn position(address: &Address) -> (usize, usize) {
    let of_section = SECTIONS.iter().position(|s| s.key == address.section).unwrap_or(SECTIONS.len());
    let fields = section(&address.section).map_or(&[][..], |s| s.fields);
    let of_field = fields.iter().position(|f| f.key == address.field).map_or(0, |n| n + 1);
    (of_section, of_field)
}

/// What a row of the file is compared with.
struct Beside<'a> {
    /// What it was where it was exported; none where nobody knows.
    before: Option<InRow<'a>>,
    now: InRow<'a>,
    /// Whether it came from another export, of which nobody knows what it held.
    elsewhere: bool,
}

impl<'a> Beside<'a> {
    fn of(
        draft: &Draft,
        base: Option<&'a Cells>,
        older: &'a BTreeMap<String, Arc<Cells>>,
        current: &'a Cells,
        address: &Address,
        key: &str,
    ) -> Beside<'a> {
        let row = |cells: &'a Cells| cells.in_row(&address.section, &address.row);
        // A row of another export is compared with what it was there; where nobody knows that, it takes a decision.
        let own_base = older.get(key).map(Arc::as_ref);
        let elsewhere = draft.row_base.contains_key(key) && own_base.is_none();
        Beside { before: own_base.or(base).filter(|_| !elsewhere).map(row), now: row(current), elsewhere }
    }
}

fn planned(base: Option<&Cells>, current: &Cells, beside: &Beside<'_>, said: &DraftCell) -> PlannedCell {
    let address = &said.address;
    let Beside { before, now, elsewhere } = beside;
    let before = before.as_ref().map(|row| row.text(&address.field, address.lang));
    let now = now.text(&address.field, address.lang);
    let (mut what, mut result) = outcome(address, before, now, &said.text);
    let deleted = || {
        let free = section(&address.section).is_some_and(|s| matches!(s.rows, Rows::Free(_)));
        free && !address.row.is_placeholder() && !current.has_row(&address.section, &address.row)
    };
    let from_elsewhere = *elsewhere && what == Outcome::Changed;
    if what != Outcome::Unchanged && (from_elsewhere || (base.is_some() && deleted())) {
        what = Outcome::Conflict;
        result = now.to_owned();
    }
    PlannedCell {
        address: address.clone(),
        outcome: what,
        base: before.map(str::to_owned),
        current: now.to_owned(),
        file: said.text.clone(),
        result,
        place: said.place.clone(),
    }
}

fn said_twice(said: &DraftCell, first: &PlannedCell) -> Finding {
    let address = &said.address;
    Finding {
        level: Level::Error,
        code: "said_twice".into(),
        sheet: said.place.sheet.clone(),
        cell: said.place.cell.clone(),
        ja: format!("{address} は {} でも書かれています。先の方だけを読みました。", first.place.cell),
        en: format!("{address} stands at {} as well. Only the first was read.", first.place.cell),
    }
}
