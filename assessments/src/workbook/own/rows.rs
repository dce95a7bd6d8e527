//! Which row of the base a row of the file is.

use super::blocks::Block;
use super::fits;
use super::mark::parse_row_mark;
use super::say::{self, Says};
use super::score::{self, Signature};
use super::value;
use crate::criteria::CriteriaSet;
use crate::id::RowId;
use crate::lang::Lang;
use crate::schema::{Field, Rows};
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
#[derive(Debug, PartialEq, Eq)]
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
    as_exported((grid, block), criteria, base, &ids)
        .unwrap_or_else(|| worked_out((grid, block), criteria, base, ids, says))
}

fn worked_out(
    (grid, block): (&Grid, &Block),
    criteria: &CriteriaSet,
    base: &Cells,
    ids: Vec<RowId>,
    says: &mut Says,
) -> Vec<Matched> {
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

/// The rows of a block that is as it was exported: each carries the hidden id of a row of its own and says nothing else than
/// that row said. Nothing is to be worked out then, as in most tables of a file that somebody sends back.
fn as_exported(
    (grid, block): (&Grid, &Block),
    criteria: &CriteriaSet,
    base: &Cells,
    ids: &[RowId],
) -> Option<Vec<Matched>> {
    let known: BTreeSet<&str> = ids.iter().map(RowId::as_str).collect();
    let (mut left, mut out) = (known.clone(), Vec::new());
    for at in lines(grid, block) {
        let text = |col: Option<u32>| col.map_or("", |col| grid.text(at, col)).trim();
        let (visible, name) = (text(block.id_col), text(block.name_col));
        let cells = block.cells_of(at).into_iter();
        let mut said = cells.filter_map(|(at, f, l)| Some((grid.cells.get(&at)?.text.as_str(), f, l)));
        let Some((id, hash)) = parse_row_mark(text(block.mark_col)) else {
            // A title, a note under the table.
            if said.all(|(text, ..)| text.trim().is_empty()) && !known.contains(visible) {
                continue;
            }
            return None;
        };
        let named = || criteria.category(id.as_str()).is_some_and(|c| Lang::ALL.iter().any(|l| c.name(*l) == name));
        let own = (visible.is_empty() || visible == id.as_str()) && (name.is_empty() || named());
        if out.len() == MOST || !left.remove(id.as_str()) || !fits(block.section, criteria, &id) || !own {
            return None;
        }
        let here = base.in_row(block.section.key, &id);
        let same = |(text, field, lang): (&str, &Field, Option<Lang>)| {
            let before = here.text(field.key, lang);
            text == before || text.trim().is_empty() || value::stored(field, text).is_some_and(|t| t == before)
        };
        if !said.all(same) {
            return None;
        }
        out.push(Matched { at, whose: Whose::Known(id), visible: visible.to_owned(), hash: Some(hash) });
    }
    Some(out)
}

/// The rows of the sheet that a block may have.
fn lines(grid: &Grid, block: &Block) -> BTreeSet<u32> {
    let range = At { row: block.first, col: 0 }..At { row: block.end, col: 0 };
    grid.cells.range(range).map(|(at, _)| at.row).collect()
}

impl Table<'_> {
    fn read(&mut self, criteria: &CriteriaSet, says: &mut Says) {
        for at in lines(self.grid, self.block) {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::blocks;
    use super::*;
    use crate::cell::Address;
    use crate::id::{ExportId, ServiceId};
    use crate::workbook::{ExportInput, export, read::read};

    #[test]
    fn the_short_way_comes_to_the_same_as_the_long_one() {
        let criteria = &*crate::library::default_criteria().unwrap();
        let mut cells = Cells::new();
        for (place, text) in [
            ("criteria/K01/summary/ja", "同じ文"),
            ("criteria/K07/summary/ja", "同じ文"),
            ("criteria/K07/availability", "supported"),
            ("notes/N-01/order", "a"),
            ("notes/N-01/note/ja", "一つ目"),
            ("notes/N-02/order", "b"),
            ("notes/N-02/note/en", "the second"),
        ] {
            cells.set(Address::parse(place).unwrap(), text.to_owned(), 1);
        }
        let input = ExportInput {
            service: &ServiceId::parse("s3").unwrap(),
            cells: &cells,
            criteria,
            history: &[],
            export: &ExportId::parse("e1").unwrap(),
            number: 1,
            at: chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            lang: Lang::Ja,
            guardrails: &|_| None,
        };
        let book = read("s3.xlsx", &export(&input).unwrap()).unwrap();
        let mut rows = 0;
        let changes = [("同じ文", "別の文"), ("一つ目", "1"), ("K07~", "K01~"), ("N-02~", "N-01~")];
        let mut met = [0; 4];
        for block in blocks::find(&book).iter().filter(|b| b.section.rows != Rows::One) {
            let ids = cells.rows(block.section, criteria);
            let mut grid = book.sheets[block.sheet].clone();
            let short = as_exported((&grid, block), criteria, &cells, &ids).unwrap();
            assert_eq!(short, worked_out((&grid, block), criteria, &cells, ids.clone(), &mut Says::default()));
            rows += short.len();
            // A word that was changed, a row that stands twice: the long way.
            for ((text, other), met) in changes.iter().zip(&mut met) {
                let old = grid.cells.clone();
                let found = grid.cells.values_mut().filter(|c| c.text.starts_with(*text));
                let changed = found.map(|c| c.text = c.text.replace(text, other)).count();
                *met += changed;
                let short = as_exported((&grid, block), criteria, &cells, &ids);
                assert_eq!(short.is_none(), changed > 0, "{text}");
                grid.cells = old;
            }
        }
        assert_eq!(rows, criteria.categories.len() + 2);
        assert!(met.iter().all(|n| *n > 0), "each change stands in some table: {met:?}");
    }
}
