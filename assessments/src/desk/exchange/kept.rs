//! What a file brings beside the common text: columns that are an institution's own, kept in its own layer; categories
//! that are a criteria set of their own.

use super::super::{Desk, WriteInput};
use super::{Choices, Preview};
use crate::access::{Action, Actor, Permit, permit};
use crate::cell::{Address, Layer, SheetKey};
use crate::change::Door;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::{ImportId, RowId};
use crate::import::{Keep, OwnColumn, as_criteria};
use crate::sheet::Cells;
use std::collections::BTreeMap;

impl Desk {
    /// What applying writes into the institution's layer: every chosen column behind what stands there already. None
    /// where nothing was chosen, or all of it stands there.
    pub(super) async fn kept_columns(
        &self,
        actor: &Actor,
        preview: &Preview,
        choices: &Choices,
    ) -> Result<Option<(Permit, WriteInput)>, Failure> {
        if choices.own.is_empty() {
            return Ok(None);
        }
        // What a layer's own file brings stays in that layer.
        let institution = match &preview.key.layer {
            Layer::Institution(home) => Some(home.clone()),
            Layer::Shared => choices.institution.clone().or_else(|| actor.institutions.keys().next().cloned()),
        };
        let layer = Layer::Institution(institution.ok_or(Failure::NotFound)?);
        let permit = permit(actor, Action::WriteCells, &layer)?;
        let key = SheetKey { service: preview.key.service.clone(), layer };
        let view = self.sheet(actor, &key).await?;
        let mut cells: BTreeMap<Address, String> = BTreeMap::new();
        for column in &preview.plan.own {
            if let Some(keep) = choices.own.get(&column.key()) {
                add(&mut cells, &view.cells, column, *keep, &preview.criteria)?;
            }
        }
        cells.retain(|address, text| view.cells.text(address) != text);
        let input = WriteInput {
            key,
            base: view.number,
            cells: cells.into_iter().collect(),
            reason: String::new(),
            door: Door::Workbook,
            source: preview.file.clone(),
        };
        Ok((!input.cells.is_empty()).then_some((permit, input)))
    }

    /// Loads the categories of a kept file as a criteria set of their own, with the crosswalk from the set by which they
    /// were read. No sheet moves by itself.
    ///
    /// # Errors
    /// [`Failure::Forbidden`] without elevated access; [`Failure::Exists`] where this version is there with other
    /// contents; [`Failure::Invalid`] for an id or version of the wrong form.
    pub async fn criteria_of_import(
        &self,
        actor: &Actor,
        id: &ImportId,
        set: &str,
        version: &str,
    ) -> Result<CriteriaSet, Failure> {
        permit(actor, Action::ManageCriteria, &Layer::Shared)?;
        let preview = self.preview_again(actor, id).await?;
        let (set, walk) = as_criteria(&preview.plan.mapping, &preview.criteria, set.trim(), version.trim())?;
        self.load_criteria(actor, set.clone()).await?;
        self.load_crosswalk(actor, &walk).await?;
        Ok(set)
    }
}

/// Puts a column's texts behind what stands in their cells; what stands there already is not said twice.
fn add(
    cells: &mut BTreeMap<Address, String>,
    now: &Cells,
    column: &OwnColumn,
    keep: Keep,
    criteria: &CriteriaSet,
) -> Result<(), Failure> {
    let mut put = |address: Address, text: &str| {
        let stands = cells.entry(address.clone()).or_insert_with(|| now.text(&address).to_owned());
        if stands.is_empty() {
            text.clone_into(stands);
        } else if !format!("\n\n{stands}\n\n").contains(&format!("\n\n{text}\n\n")) {
            // As a paragraph: a word within another text is not this text.
            stands.push_str("\n\n");
            stands.push_str(text);
        }
    };
    if keep == Keep::Note {
        let lines: Vec<String> =
            column.texts.iter().map(|t| format!("- {}: {}", t.row, t.text.replace('\n', " "))).collect();
        let text = format!("{}\n\n{}", column.header, lines.join("\n"));
        put(Address::new("adoption", RowId::service(), keep.key(), None), text.trim());
        return Ok(());
    }
    if !keep.fits(&column.section) {
        return Err(Failure::invalid("keep", keep.key()));
    }
    for text in &column.texts {
        if criteria.category(&text.row).is_none() {
            return Err(Failure::invalid("keep", &text.row));
        }
        put(Address::new("risks", RowId::parse(&text.row)?, keep.key(), None), &text.text);
    }
    Ok(())
}
