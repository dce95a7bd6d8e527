//! Starting a sheet from a similar service's: the answers come over marked, and each stays marked until somebody says that
//! it holds for this service too.

use super::{Desk, WriteInput};
use crate::access::{Action, Actor, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::schema::{self, Kind};
use crate::sheet::Cells;
use crate::store::Written;
use std::collections::BTreeMap;

/// The field that says from where an answer was taken over: `s3/K07`. Empty once it was confirmed.
pub const TAKEN_OVER: &str = "taken_over";
/// Fields that belong to whoever looked at the other service: they do not come over.
const STAYS: [&str; 4] = ["verified_at", "verified_by", "review_by", TAKEN_OVER];

/// What comes over beside the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyParts {
    /// Usage scenarios and connection paths.
    pub scenarios: bool,
    /// Usage notes.
    pub notes: bool,
}

impl Desk {
    /// Fills a sheet without answers from another one's, as one change set.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where the target has answers, scenarios, paths or notes already, where the source has none, or
    /// where the two follow different criteria sets; [`Failure::Forbidden`].
    pub async fn copy_sheet(
        &self,
        actor: &Actor,
        source: &ServiceId,
        target: &ServiceId,
        parts: CopyParts,
        reason: &str,
        door: Door,
    ) -> Result<Written, Failure> {
        let permit = permit(actor, Action::WriteCells, &Layer::Shared)?;
        let from = self.sheet(actor, &SheetKey::shared(source.clone())).await?;
        let to = self.sheet(actor, &SheetKey::shared(target.clone())).await?;
        if source == target || to.cells.iter().any(|(a, _)| a.section != "facts") {
            return Err(Failure::not_yet("target_answered"));
        }
        if from.criteria.key() != to.criteria.key() {
            return Err(Failure::not_yet("other_criteria"));
        }
        let cells = copied(&from.cells, &from.criteria, source, parts);
        if cells.is_empty() {
            return Err(Failure::not_yet("nothing_to_copy"));
        }
        let input = WriteInput {
            key: to.key,
            base: to.number,
            cells,
            reason: reason.to_owned(),
            door,
            source: format!("{source} r{}", from.number),
        };
        self.write_with(actor, &permit, &input, &self.operation()?).await
    }

    /// Says that answers that were taken over hold for this service: the mark goes, today and the person's name stand as
    /// their verification. `rows` that carry no mark are passed over.
    ///
    /// # Errors
    /// [`Failure::NotYet`] where none of them carries one; [`Failure::Conflict`]; [`Failure::Forbidden`].
    pub async fn confirm(
        &self,
        actor: &Actor,
        service: &ServiceId,
        rows: &[RowId],
        base: i64,
        door: Door,
    ) -> Result<Written, Failure> {
        let permit = permit(actor, Action::WriteCells, &Layer::Shared)?;
        let key = SheetKey::shared(service.clone());
        let view = self.sheet(actor, &key).await?;
        let marked = rows.iter().filter(|row| !view.cells.plain("criteria", row, TAKEN_OVER).is_empty());
        let at = |row: &RowId, field: &str| Address::new("criteria", row.clone(), field, None);
        let cells: Vec<(Address, String)> = marked
            .flat_map(|row| {
                [
                    (at(row, TAKEN_OVER), String::new()),
                    (at(row, "verified_at"), self.today()),
                    (at(row, "verified_by"), actor.name.clone()),
                ]
            })
            .collect();
        if cells.is_empty() {
            return Err(Failure::not_yet("nothing_to_confirm"));
        }
        let input = WriteInput { key, base, cells, reason: String::new(), door, source: "confirm".into() };
        self.write_with(actor, &permit, &input, &self.operation()?).await
    }
}

/// The rows of a criteria set whose answers were taken over and wait.
pub fn taken_over(cells: &Cells, criteria: &CriteriaSet) -> Vec<RowId> {
    let rows = criteria.categories.iter().filter_map(|c| RowId::parse(&c.id).ok());
    rows.filter(|row| !cells.plain("criteria", row, TAKEN_OVER).is_empty()).collect()
}

fn copied(from: &Cells, criteria: &CriteriaSet, source: &ServiceId, parts: CopyParts) -> Vec<(Address, String)> {
    let mut out = Vec::new();
    for category in &criteria.categories {
        let Ok(row) = RowId::parse(&category.id) else { continue };
        let before = out.len();
        let of_row = from.iter().filter(|(a, _)| a.section == "criteria" && a.row == row);
        out.extend(
            of_row.filter(|(a, _)| !STAYS.contains(&a.field.as_str())).map(|(a, c)| (a.clone(), c.value.clone())),
        );
        if out.len() > before {
            out.push((Address::new("criteria", row.clone(), TAKEN_OVER, None), format!("{source}/{row}")));
        }
    }
    let sections: &[&str] = match (parts.scenarios, parts.notes) {
        (true, true) => &["scenarios", "paths", "notes"],
        (true, false) => &["scenarios", "paths"],
        (false, true) => &["notes"],
        (false, false) => &[],
    };
    let scenarios = if parts.scenarios { placeholders(from, criteria, "scenarios") } else { BTreeMap::new() };
    for section in sections {
        let rows = placeholders(from, criteria, section);
        for (address, cell) in from.iter().filter(|(a, _)| a.section == *section && !a.is_order()) {
            let Some(row) = rows.get(&address.row) else { continue };
            let text = match address.declared().map(|f| f.kind) {
                Some(Kind::Reference("scenarios")) => renamed(&cell.value, &scenarios),
                _ => cell.value.clone(),
            };
            if !text.is_empty() {
                out.push((Address { row: row.clone(), ..address.clone() }, text));
            }
        }
    }
    out
}

/// The rows of a section, in order, as rows that do not exist yet.
fn placeholders(from: &Cells, criteria: &CriteriaSet, section: &str) -> BTreeMap<RowId, RowId> {
    let Some(section) = schema::section(section) else { return BTreeMap::new() };
    from.rows(section, criteria).into_iter().enumerate().map(|(n, row)| (row, RowId::placeholder(n + 1))).collect()
}

/// References to scenarios that come over; the others would point at nothing.
fn renamed(text: &str, rows: &BTreeMap<RowId, RowId>) -> String {
    let parts = text.split(',').filter_map(|part| rows.get(&RowId::parse(part.trim()).ok()?));
    parts.map(RowId::to_string).collect::<Vec<_>>().join(",")
}
