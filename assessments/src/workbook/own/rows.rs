//! Which row of the base a row of the file is.

use super::blocks::Block;
use super::fits;
use super::mark::parse_row_mark;
use super::say::{self, Says};
use super::score::{self, Signature};
use crate::criteria::CriteriaSet;
use crate::id::RowId;
use crate::schema::Rows;
use crate::sheet::Cells;
use crate::workbook::grid::{At, Book, Grid};
use std::collections::{BTreeMap, BTreeSet};

/// Most rows of one table.
const MOST: usize = 1_000;
/// How much more a row must be like another row than like its own before its id is doubted.
const CLEARLY: u32 = 10;

/// Whose row it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A row of the base.
    Known(RowId),
    /// New; the id is a placeholder.
    New(RowId),
    /// Not to be taken.
    Nobody,
}

/// A row of the file.
#[derive(Debug)]
pub struct Matched {
    /// Its row in the sheet, from 0.
    pub at: u32,
    /// Whose it is.
    pub whose: Whose,
    /// The visible id as the file writes it.
    pub visible: String,
    /// The hash beside the hidden id, where that id decided.
    pub hash: Option<String>,
}

struct FileRow {
    at: u32,
    hidden: Option<(RowId, String)>,
    signature: Signature,
    visible: String,
    /// Index of the base row it is taken for.
    taken: Option<usize>,
    by_hidden: bool,
}

struct Table<'a> {
    block: &'a Block,
    grid: &'a Grid,
    ids: Vec<RowId>,
    base: Vec<Signature>,
    rows: Vec<FileRow>,
}

/// Matches the rows of a block: hidden id, visible id, what the row says. Ids that stand beside other rows' texts, as
/// after a sort of the visible columns alone, are not believed.
pub fn place(book: &Book, block: &Block, criteria: &CriteriaSet, base: &Cells, says: &mut Says) -> Vec<Matched> {
    let Some(grid) = book.sheets.get(block.sheet) else { return Vec::new() };
    if block.section.rows == Rows::One {
        let hash = grid.cells.values().find_map(|c| parse_row_mark(&c.text)).map(|(_, hash)| hash);
        return vec![Matched { at: block.first, whose: Whose::Known(RowId::service()), visible: String::new(), hash }];
    }
    let ids = base.rows(block.section, criteria);
    let signatures = ids.iter().map(|id| score::of_base(base, block.section, criteria, id)).collect();
    let mut table = Table { block, grid, ids, base: signatures, rows: Vec::new() };
    table.read(criteria, says);
    table.claim();
    let moved = table.moved();
    if moved.is_empty() {
        table.settle_duplicates();
    } else {
        says.rows_realigned(&grid.name, moved.len());
        table.realign();
    }
    table.by_content();
    table.finish(says)
}

impl Table<'_> {
    fn read(&mut self, criteria: &CriteriaSet, says: &mut Says) {
        let range = At { row: self.block.first, col: 0 }..At { row: self.block.end, col: 0 };
        let at: BTreeSet<u32> = self.grid.cells.range(range).map(|(at, _)| at.row).collect();
        for at in at {
            if self.rows.len() >= MOST {
                says.too_many_rows(&self.grid.name, MOST);
                break;
            }
            let text = |col: Option<u32>| col.map_or("", |col| self.grid.text(at, col)).trim();
            let hidden =
                parse_row_mark(text(self.block.mark_col)).filter(|(id, _)| fits(self.block.section, criteria, id));
            let visible = text(self.block.id_col).to_owned();
            let signature = score::of_file(self.grid, self.block, at);
            // A title, a note under the table, a row of the institution's own columns.
            if signature.is_blank() && hidden.is_none() && !self.ids.iter().any(|id| id.as_str() == visible) {
                continue;
            }
            self.rows.push(FileRow { at, hidden, signature, visible, taken: None, by_hidden: false });
        }
    }

    /// Every row takes its hidden id; the visible one only where no row has it hidden.
    fn claim(&mut self) {
        let index: BTreeMap<&str, usize> = self.ids.iter().enumerate().map(|(i, id)| (id.as_str(), i)).collect();
        let mut used = BTreeSet::new();
        for row in &mut self.rows {
            row.taken = row.hidden.as_ref().and_then(|(id, _)| index.get(id.as_str()).copied());
            row.by_hidden = row.taken.is_some();
            used.extend(row.taken);
        }
        for row in self.rows.iter_mut().filter(|r| r.hidden.is_none()) {
            row.taken = index.get(row.visible.as_str()).copied().filter(|i| !used.contains(i));
        }
    }

    /// Rows that clearly say what another row's base says, while the row that stands there does not say it any more.
    fn moved(&self) -> Vec<usize> {
        let mut moved: Vec<(usize, usize)> = Vec::new();
        // Base rows whose own row still says rather what it should: a text copied elsewhere is no sort.
        let mut home = BTreeSet::new();
        for (n, row) in self.rows.iter().enumerate() {
            let Some(own) = row.taken.filter(|_| row.by_hidden) else { continue };
            if row.signature.score(&self.base[own]) == row.signature.full() {
                home.insert(own);
                continue;
            }
            let beside = |a: usize, b: usize| row.signature.score_beyond(&self.base[a], Some(&self.base[b]));
            let others = (0..self.base.len()).filter(|i| *i != own).map(|i| (beside(i, own), beside(own, i), i));
            let best = others.max_by_key(|(other, own, _)| i64::from(*other) - i64::from(*own));
            match best {
                Some((other, own, i)) if other >= 2 * own + CLEARLY => moved.push((n, i)),
                Some((other, left, _)) if other > left => {}
                _ => drop(home.insert(own)),
            }
        }
        moved.retain(|(_, to)| !home.contains(to));
        let enough = moved.len() >= 2 && moved.len() * 5 >= self.rows.len();
        if enough { moved.into_iter().map(|(n, _)| n).collect() } else { Vec::new() }
    }

    /// Gives every row to the base row that it is most like.
    fn realign(&mut self) {
        let mut pairs: Vec<(u32, bool, usize, usize)> = Vec::new();
        for (n, row) in self.rows.iter().enumerate() {
            for (i, base) in self.base.iter().enumerate() {
                let score = row.signature.score(base);
                if score > 0 {
                    pairs.push((score, row.taken == Some(i), n, i));
                }
            }
        }
        pairs.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(a.2.cmp(&b.2)).then(a.3.cmp(&b.3)));
        for row in &mut self.rows {
            row.taken = None;
            row.by_hidden = false;
            // What it claims to be is no longer believed.
            row.hidden = None;
        }
        let mut used = BTreeSet::new();
        for (_, _, n, i) in pairs {
            if self.rows[n].taken.is_none() && used.insert(i) {
                self.rows[n].taken = Some(i);
            }
        }
    }

    /// Of two rows with one id the closest to the base keeps it.
    fn settle_duplicates(&mut self) {
        let mut best: BTreeMap<usize, (u32, usize)> = BTreeMap::new();
        for (n, row) in self.rows.iter().enumerate() {
            let Some(i) = row.taken else { continue };
            let score = row.signature.score(&self.base[i]);
            if best.get(&i).is_none_or(|(s, _)| score > *s) {
                best.insert(i, (score, n));
            }
        }
        for (n, row) in self.rows.iter_mut().enumerate() {
            if row.taken.is_some_and(|i| best.get(&i).is_some_and(|(_, keeper)| *keeper != n)) {
                row.taken = None;
            }
        }
    }

    /// Without an id column, what a row says decides, where it says half of what a base row said.
    fn by_content(&mut self) {
        let mut used: BTreeSet<usize> = self.rows.iter().filter_map(|r| r.taken).collect();
        let ids_gone = self.block.mark_col.is_none();
        for row in self.rows.iter_mut().filter(|r| r.taken.is_none() && r.hidden.is_none()) {
            let free = (0..self.base.len()).filter(|i| !used.contains(i));
            let best = free.map(|i| (row.signature.score(&self.base[i]), i)).max();
            let Some((score, i)) = best else { continue };
            let named = self.base[i].shares_name(&row.signature);
            if named || (ids_gone && row.visible.is_empty() && score >= 20 && score * 2 >= row.signature.full()) {
                row.taken = Some(i);
                used.insert(i);
            }
        }
    }

    fn finish(self, says: &mut Says) -> Vec<Matched> {
        let free = matches!(self.block.section.rows, Rows::Free(_));
        let mut next = 1;
        let mut out = Vec::new();
        for row in self.rows {
            let at = say::place(&self.grid.name, At { row: row.at, col: self.block.id_col.unwrap_or(0) });
            let claimed = row.hidden.as_ref().map_or(row.visible.clone(), |(id, _)| id.to_string());
            let whose = match row.taken {
                Some(i) => Whose::Known(self.ids[i].clone()),
                None if row.signature.is_blank() => continue,
                None => {
                    let known = self.ids.iter().any(|id| id.as_str() == claimed);
                    match (known, claimed.is_empty() || (free && row.hidden.is_none() && !known)) {
                        (true, _) => says.duplicate_row(at, &claimed, free),
                        // A number that somebody gave to a row of their own.
                        (false, true) if free => {}
                        _ => says.unknown_row(at, &claimed, free),
                    }
                    if free {
                        next += 1;
                        Whose::New(RowId::placeholder(next - 1))
                    } else {
                        Whose::Nobody
                    }
                }
            };
            let hash = row.hidden.filter(|_| row.by_hidden).map(|(_, hash)| hash);
            out.push(Matched { at: row.at, whose, visible: row.visible, hash });
        }
        out
    }
}
