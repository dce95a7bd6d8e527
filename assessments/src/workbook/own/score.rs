//! How much a row of the file says what a row of the base says.

use super::blocks::Block;
use super::value;
use crate::canonical;
use crate::criteria::CriteriaSet;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{Field, Kind, Section};
use crate::sheet::Cells;
use crate::workbook::grid::Grid;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the visible id and the category's name are worth: as much as a short text.
const NAMED: u32 = 12;
/// Most that one text is worth, in characters.
const TEXT: u32 = 60;

/// A row as hashes of what it says, by column.
#[derive(Debug, Default)]
pub struct Signature {
    texts: BTreeMap<u16, (u64, u32)>,
    visible: String,
    names: Vec<String>,
}

fn hashed(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    canonical::fold(text).hash(&mut hasher);
    hasher.finish()
}

/// A column as a number, for quick comparing.
fn slot(section: &Section, field: &Field, lang: Option<Lang>) -> u16 {
    let of_field = section.fields.iter().position(|f| f.key == field.key).unwrap_or(0) as u16;
    of_field * 2 + u16::from(lang == Some(Lang::En))
}

fn worth(kind: Kind, text: &str) -> u32 {
    match kind {
        Kind::Choice(_) | Kind::Choices(_) => 2,
        Kind::Date => 3,
        _ => text.chars().take(TEXT as usize).count() as u32 + 2,
    }
}

/// What a row of the base says.
pub fn of_base(cells: &Cells, section: &Section, criteria: &CriteriaSet, row: &RowId) -> Signature {
    let mut texts = BTreeMap::new();
    let said = cells.in_row(section.key, row);
    for field in section.fields {
        for lang in field.langs() {
            let text = said.text(field.key, *lang);
            if !text.trim().is_empty() {
                texts.insert(slot(section, field, *lang), (hashed(text), worth(field.kind, text)));
            }
        }
    }
    let category = criteria.category(row.as_str());
    let names = category.map_or_else(Vec::new, |c| Lang::ALL.iter().map(|l| c.name(*l).to_owned()).collect());
    Signature { texts, visible: row.to_string(), names }
}

/// What a row of the file says.
pub fn of_file(grid: &Grid, block: &Block, at: u32) -> Signature {
    let mut texts = BTreeMap::new();
    for (at, field, lang) in block.cells_of(at) {
        let Some(cell) = grid.cells.get(&at).filter(|c| !c.text.trim().is_empty()) else { continue };
        let text = value::stored(field, &cell.text).unwrap_or_else(|| cell.text.clone());
        texts.insert(slot(block.section, field, lang), (hashed(&text), worth(field.kind, &text)));
    }
    let own = |col: Option<u32>| col.map_or("", |col| grid.text(at, col)).trim().to_owned();
    Signature { texts, visible: own(block.id_col), names: vec![own(block.name_col)] }
}

impl Signature {
    /// How alike two rows are; 0 for nothing in common.
    pub fn score(&self, base: &Signature) -> u32 {
        self.score_beyond(base, None)
    }

    /// How alike two rows are in what `not` does not say as well: rows of one sheet share many texts.
    pub fn score_beyond(&self, base: &Signature, not: Option<&Signature>) -> u32 {
        let says = |row: &Signature, slot: u16, hash: u64| row.texts.get(&slot).is_some_and(|(h, _)| *h == hash);
        let texts =
            self.texts.iter().filter(|(k, (h, _))| says(base, **k, *h) && !not.is_some_and(|n| says(n, **k, *h)));
        let texts: u32 = texts.map(|(_, (_, worth))| worth).sum();
        let visible = if !self.visible.is_empty() && self.visible == base.visible { NAMED } else { 0 };
        texts + visible + if self.shares_name(base) { NAMED } else { 0 }
    }

    /// Whether both stand beside the same category's name.
    pub fn shares_name(&self, other: &Signature) -> bool {
        self.names.iter().any(|n| !n.is_empty() && other.names.contains(n))
    }

    /// What the row would score against its equal.
    pub fn full(&self) -> u32 {
        self.score(self)
    }

    /// Whether no field says anything.
    pub fn is_blank(&self) -> bool {
        self.texts.is_empty()
    }
}
