//! Reads our own exports back: who the workbook is, which row is which, and what every cell says.

mod blocks;
pub mod mark;
mod rows;
mod say;
mod score;
pub mod value;

pub use mark::{OwnMark, of_a_layer, recognise, row_hash};

use crate::canonical;
use crate::cell::Address;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::RowId;
use crate::import::{Draft, DraftCell, OwnColumn, OwnText, Room};
use crate::schema::{Kind, Rows, Section};
use crate::sheet::{Cells, order_between};
use crate::workbook::grid::{At, Book, Origin};
use blocks::Block;
use rows::{Matched, Whose};
use say::Says;
use std::collections::{BTreeMap, BTreeSet};

/// In [`Draft::row_base`]: the row came from another export, and the file does not say from which.
pub const UNKNOWN_EXPORT: &str = "unknown";

/// Most columns of an institution's own that are listed.
const MOST_OWN: usize = 100;

/// What reading needs at hand.
struct Reader<'a> {
    book: &'a Book,
    criteria: &'a CriteriaSet,
    base: &'a Cells,
    says: Says,
    draft: Draft,
    room: Room,
}

/// Reads our own export. `base` holds the cells at the export's revision.
///
/// A blank cell of the file never erases, a row that is gone is only proposed for deletion, and whatever a program made
/// of a text by itself is told and not taken.
///
/// # Errors
/// [`Failure::Refused`] `too_much_for_a_sheet`.
pub fn own_draft(book: &Book, criteria: &CriteriaSet, base: &Cells, mark: &OwnMark) -> Result<Draft, Failure> {
    own_draft_of(book, criteria, base, mark, &[])
}

/// The same; of several copies of a table those on the named sheets are read.
///
/// # Errors
/// As [`own_draft`].
pub fn own_draft_of(
    book: &Book,
    criteria: &CriteriaSet,
    base: &Cells,
    mark: &OwnMark,
    sheets: &[String],
) -> Result<Draft, Failure> {
    let mut draft = Draft {
        export: Some(mark.export.clone()),
        service: Some(mark.service.clone()),
        profile: "kyohyo".into(),
        ..Draft::default()
    };
    let mut says = Says::default();
    let blocks = blocks::choose(book, &blocks::find(book), mark, sheets, (&mut draft.copies, &mut says));
    let mut reader = Reader { book, criteria, base, says, draft, room: Room::default() };
    let mut placed = Vec::new();
    for block in &blocks {
        let matched = reader.place(block, mark);
        placed.push((block, matched));
    }
    // Rows are known now, so a reference may name a row that is new in this file.
    let new: BTreeMap<(String, String), RowId> = placed
        .iter()
        .flat_map(|(b, m)| m.iter().map(move |row| (b.section.key, row)))
        .filter_map(|(section, row)| match &row.whose {
            Whose::New(id) if !row.visible.is_empty() => Some(((section.into(), row.visible.clone()), id.clone())),
            _ => None,
        })
        .collect();
    for (block, matched) in &placed {
        for row in matched {
            reader.read_row(block, row, &new);
        }
        if block.section.key != "facts" {
            reader.own_columns(block, matched);
        }
    }
    let Reader { mut draft, says, room, .. } = reader;
    room.check()?;
    let name = Address::new("facts", RowId::service(), "name", Some(crate::lang::Lang::Ja));
    let named = draft.cells.iter().find(|c| c.address == name).map(|c| c.text.clone());
    draft.service_name = named.unwrap_or_else(|| base.text(&name).to_owned());
    draft.findings = book.findings.clone();
    draft.findings.extend(says.finish());
    Ok(draft)
}

impl Reader<'_> {
    /// Says which row of the base each row of a block is, and what is missing.
    fn place(&mut self, block: &Block, mark: &OwnMark) -> Vec<Matched> {
        let sheet = self.sheet(block).to_owned();
        let matched = rows::place(self.book, block, self.criteria, self.base, &mut self.says);
        let seen: BTreeSet<&RowId> =
            matched.iter().filter_map(|m| if let Whose::Known(id) = &m.whose { Some(id) } else { None }).collect();
        for id in self.base.rows(block.section, self.criteria) {
            if seen.contains(&id) {
                continue;
            }
            match block.section.rows {
                Rows::Free(_) => self.draft.missing_rows.push(Address::order(block.section.key, id)),
                _ => self.says.row_missing(&sheet, id.as_str()),
            }
        }
        for row in &matched {
            let Whose::Known(id) = &row.whose else { continue };
            let other = block.token.as_ref().filter(|t| t.export != mark.export).map(|t| t.export.clone());
            let stale = row.hash.as_ref().is_some_and(|h| *h != row_hash(self.base, block.section, id));
            let unknown = || crate::id::ExportId::parse(UNKNOWN_EXPORT).ok();
            let from = if other.is_some() {
                other
            } else if stale {
                unknown()
            } else {
                None
            };
            if let Some(export) = from {
                let place = At { row: row.at, col: block.id_col.unwrap_or(0) }.name();
                self.says.other_revision(&sheet, &place, id.as_str());
                let key = format!("{}/{id}", block.section.key);
                if let Some(hash) = &row.hash {
                    self.draft.row_hash.insert(key.clone(), hash.clone());
                }
                self.draft.row_base.insert(key, export);
            }
        }
        self.order_new(block, &matched);
        matched
    }

    /// A new row stands behind the row above it.
    fn order_new(&mut self, block: &Block, matched: &[Matched]) {
        let section = block.section.key;
        let order = |id: &RowId| self.base.text(&Address::order(section, id.clone())).to_owned();
        let mut taken: BTreeSet<String> = self.base.rows(block.section, self.criteria).iter().map(&order).collect();
        let mut previous = String::new();
        let mut new = Vec::new();
        for row in matched {
            match &row.whose {
                Whose::Known(id) => previous = order(id),
                Whose::New(id) => {
                    let next =
                        taken.range((std::ops::Bound::Excluded(previous.clone()), std::ops::Bound::Unbounded)).next();
                    previous = order_between(&previous, next.map_or("", String::as_str));
                    taken.insert(previous.clone());
                    new.push((id.clone(), previous.clone(), row.at));
                }
                Whose::Nobody => {}
            }
        }
        let sheet = self.sheet(block).to_owned();
        for (id, text, at) in new {
            let place = say::place(&sheet, At { row: at, col: block.id_col.unwrap_or(0) });
            self.draft.cells.push(DraftCell { address: Address::order(section, id), text, place });
        }
    }

    fn sheet(&self, block: &Block) -> &str {
        self.book.sheets.get(block.sheet).map_or("", |g| g.name.as_str())
    }

    /// Takes the cells of one row.
    fn read_row(&mut self, block: &Block, row: &Matched, new: &BTreeMap<(String, String), RowId>) {
        let id = match &row.whose {
            Whose::Known(id) | Whose::New(id) => id.clone(),
            Whose::Nobody => return,
        };
        let Some(grid) = self.book.sheets.get(block.sheet) else { return };
        let mut kept = Vec::new();
        let mut read = 0;
        for (at, field, lang) in block.cells_of(row.at) {
            let address = Address::new(block.section.key, id.clone(), field.key, lang);
            let base = self.base.text(&address);
            let Some(cell) = grid.cells.get(&at).filter(|c| !c.text.trim().is_empty()) else {
                if !canonical::fold(base).is_empty() {
                    kept.push((at, field));
                    let row = format!("{}/{id}", block.section.key);
                    if !self.draft.row_base.contains_key(&row) {
                        let place = say::place(&grid.name, at);
                        self.draft.blanks.push(DraftCell { address, text: String::new(), place });
                    }
                }
                continue;
            };
            read += 1;
            if !self.room.take(cell.text.len()) {
                return;
            }
            let place = say::place(&grid.name, at);
            let mut text = match value::read(&address, field, cell, base, &place, &mut self.says) {
                Some(text) => text,
                None => continue,
            };
            if let Kind::Reference(to) = field.kind
                && text != base
            {
                text = rename(&text, to, new);
            }
            self.draft.cells.push(DraftCell { address, text, place });
        }
        match (read, kept.first()) {
            (_, None) => {}
            (0, Some((at, _))) => self.says.blank_row(&grid.name, *at, id.as_str()),
            _ => kept.iter().for_each(|(at, field)| self.says.blank_kept(&grid.name, *at, field)),
        }
    }

    /// Lists the columns that are not ours, and those of ours that are gone.
    fn own_columns(&mut self, block: &Block, matched: &[Matched]) {
        let Some(grid) = self.book.sheets.get(block.sheet) else { return };
        let mut own: BTreeSet<u32> = BTreeSet::new();
        for row in matched {
            let cells = grid.cells.range(At { row: row.at, col: 0 }..At { row: row.at + 1, col: 0 });
            own.extend(cells.map(|(at, _)| at.col).filter(|col| !block.is_ours(*col)));
        }
        for col in own.into_iter().take(MOST_OWN) {
            let header = At { row: block.first.saturating_sub(1), col };
            let name = grid.spread(header.row, col);
            self.says.own_column(&grid.name, header, name);
            let mut texts = Vec::new();
            for row in matched {
                let at = At { row: row.at, col };
                let text = grid.cells.get(&at).filter(|c| !c.struck && c.origin != Origin::Error);
                let text = text.filter(|c| !c.text.trim().is_empty());
                if let (Some(cell), Whose::Known(id) | Whose::New(id)) = (text, &row.whose) {
                    if !self.room.take(cell.text.len()) {
                        return;
                    }
                    let row = if row.visible.is_empty() { id.to_string() } else { row.visible.clone() };
                    texts.push(OwnText { row, cell: at.name(), text: cell.text.trim().to_owned() });
                }
            }
            if !texts.is_empty() {
                let (section, place) = (block.section.key.to_owned(), say::place(&grid.name, header));
                self.draft.own.push(OwnColumn { section, header: name.trim().to_owned(), place, texts });
            }
        }
        for (field, lang) in block.missing_columns() {
            self.says.column_missing(&grid.name, &crate::workbook::text::header(field, lang, crate::lang::Lang::Ja));
        }
    }
}

/// References by the visible id of a row that is new in this file become references to its placeholder.
fn rename(text: &str, section: &str, new: &BTreeMap<(String, String), RowId>) -> String {
    let part = |p: &str| new.get(&(section.to_owned(), p.to_owned())).map_or_else(|| p.to_owned(), ToString::to_string);
    text.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// Whether a row id has the form of the section's rows.
fn fits(section: &Section, criteria: &CriteriaSet, id: &RowId) -> bool {
    match section.rows {
        Rows::One => *id == RowId::service(),
        Rows::Criteria => criteria.category(id.as_str()).is_some(),
        Rows::Free(prefix) => id.number(prefix).is_some(),
    }
}
