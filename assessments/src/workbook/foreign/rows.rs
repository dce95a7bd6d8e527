//! The rows of a table, each placed or told.

use super::category::Categories;
use super::detect::Table;
use super::fold_label;
use super::profile::{Headers, Profile, Role};
use super::say::Says;
use super::texts::{Source, Texts, joined};
use crate::criteria::CriteriaSet;
use crate::id::RowId;
use crate::import::{Mapping, OwnColumn, OwnText, Place};
use crate::schema::{Field, Kind};
use crate::workbook::grid::{At, Origin};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Most bytes of a label that may name a category, or of a row's number: 300 Japanese characters, as many as are remembered.
pub const MAX_LABEL: usize = 900;
/// Most footnotes, and most bytes of one.
const FOOTNOTES: (usize, usize) = (1_000, 3_000);

/// A text that was read from a row.
#[derive(Clone, Copy)]
pub struct Said<'t> {
    /// The text; for a ditto mark what stands above.
    pub text: &'t str,
    /// What it was.
    pub origin: Origin,
    /// Where it stands; for a merged range its first cell.
    pub at: At,
    /// It stands in this row, and is not spread from another.
    pub own: bool,
}

/// Reads tables into texts.
pub struct Reader<'a> {
    /// The criteria set.
    pub criteria: &'a CriteriaSet,
    /// The layout.
    pub profile: &'a Profile,
    /// What labels mean.
    pub categories: Categories<'a>,
    /// What is told.
    pub says: Says,
    /// What is taken.
    pub texts: Texts,
    /// How categories were taken.
    pub mapping: Vec<Mapping>,
    /// The numbers of the file's categories.
    pub numbers: BTreeMap<String, (String, String)>,
    /// The groups of rows by section and key: the rows they became.
    pub groups: BTreeMap<(String, String), RowId>,
    /// What the marks of footnotes stand for.
    pub footnotes: BTreeMap<String, String>,
    /// Columns that are the institution's own.
    pub own: Vec<OwnColumn>,
    /// What the row that is read belongs to, as an own column names it.
    pub owner: String,
    labels: BTreeSet<String>,
    placeholders: BTreeMap<String, usize>,
    row: usize,
}

impl<'a> Reader<'a> {
    /// Starts with nothing read.
    pub fn new(criteria: &'a CriteriaSet, profile: &'a Profile, remembered: &'a BTreeMap<String, String>) -> Self {
        Self {
            criteria,
            profile,
            categories: Categories::new(criteria, profile, remembered),
            says: Says::default(),
            texts: Texts::new(profile.lang),
            mapping: vec![],
            numbers: BTreeMap::new(),
            groups: BTreeMap::new(),
            footnotes: BTreeMap::new(),
            own: vec![],
            owner: String::new(),
            labels: BTreeSet::new(),
            placeholders: BTreeMap::new(),
            row: 0,
        }
    }

    /// Reads a table.
    pub fn table(&mut self, table: &Table<'_>) {
        self.above_header(table);
        let own = self.own_columns(table);
        self.find_footnotes(table);
        if !table.layout.key.is_empty() {
            self.pairs(table);
            let rows = (table.first..=table.view.last.row).filter(|row| table.view.own(*row).next().is_some()).count();
            self.table_read(table, rows);
            return;
        }
        let headers = table.layout.headers();
        let mut above: BTreeMap<u32, &str> = BTreeMap::new();
        let mut rows = 0;
        for row in table.first..=table.view.last.row {
            if self.texts.room.is_full() {
                return;
            }
            if !table.view.own(row).any(|(_, c)| !c.text.trim().is_empty()) {
                continue;
            }
            let said = self.row(table, row, &mut above);
            self.row += 1;
            self.owner.clear();
            let taken = match table.section.key {
                "criteria" => self.answer(table, &headers, &said),
                _ => self.free(table, row, &said),
            };
            rows += usize::from(taken);
            if taken {
                self.own_texts(table, row, &own);
            } else {
                self.leftover(table, row);
            }
        }
        self.own.retain(|column| !column.texts.is_empty());
        self.whole(table);
        self.table_read(table, rows);
        let grid = table.view.grid;
        if !grid.hidden_rows.is_empty() || !grid.hidden_cols.is_empty() {
            self.says.hidden(&grid.name, grid.hidden_rows.len(), grid.hidden_cols.len());
        }
    }

    fn table_read(&mut self, table: &Table<'_>, rows: usize) {
        let at = Place { sheet: table.view.grid.name.clone(), cell: format!("A{}", table.header + 1) };
        self.says.table_read(&at, table.section.ja, table.section.en, rows);
    }

    /// The next new row of a section.
    pub fn placeholder(&mut self, section: &str) -> RowId {
        let number = self.placeholders.entry(section.to_owned()).or_insert(0);
        *number += 1;
        RowId::placeholder(*number)
    }

    /// The texts of a row by column; struck-out cells and error values are told and left out, ditto marks repeat what
    /// stands above.
    fn row<'t>(&mut self, table: &Table<'t>, row: u32, above: &mut BTreeMap<u32, &'t str>) -> BTreeMap<u32, Said<'t>> {
        let mut out = BTreeMap::new();
        for (col, role) in &table.roles {
            let Some((at, cell)) = table.view.cell(row, *col) else { continue };
            let own = at == At { row, col: *col };
            let (place, text) = (table.view.place(at), cell.text.trim());
            if cell.struck || cell.origin == Origin::Error {
                if own && cell.struck {
                    self.says.struck_out(&place, text);
                } else if own {
                    self.says.error_value(&place, text);
                }
                continue;
            }
            if self.profile.is_blank(text) {
                continue;
            }
            if own && cell.origin == Origin::Formula && matches!(role, Role::Field(_) | Role::Parent(_)) {
                self.says.formula(&place, text);
            }
            let text = match (self.profile.is_ditto(text), above.get(col)) {
                (false, _) => text,
                (true, Some(text)) => *text,
                (true, None) => {
                    self.says.ditto(&place, text);
                    continue;
                }
            };
            above.insert(*col, text);
            out.insert(*col, Said { text, origin: cell.origin, at, own });
        }
        out
    }

    fn answer(&mut self, table: &Table<'_>, headers: &Headers, said: &BTreeMap<u32, Said<'_>>) -> bool {
        let of = |role: Role| table.column(&role).and_then(|col| said.get(&col));
        let Some(label) = of(Role::Category) else { return false };
        let at = table.view.place(label.at);
        if label.text.len() > MAX_LABEL {
            self.says.unmapped(&at, label.text, "");
            return true;
        }
        if headers.role(&fold_label(label.text)) == Some(&Role::Category) {
            return false;
        }
        let (category, confidence) = self.categories.propose(label.text);
        if self.labels.insert(label.text.to_owned()) {
            let (label, category) = (label.text.to_owned(), category.clone());
            let group = of(Role::Derived).map(|s| s.text.chars().take(MAX_LABEL / 4).collect()).unwrap_or_default();
            self.mapping.push(Mapping { label, category, confidence, group, place: at.clone() });
        }
        if let Some(number) = of(Role::Number).filter(|n| n.text.len() <= MAX_LABEL) {
            self.numbers.insert(plain(number.text), (category.clone(), label.text.to_owned()));
        }
        self.owner = if category.is_empty() { label.text } else { category.as_str() }.to_owned();
        let Some(row) = RowId::parse(&category).ok().filter(|_| !category.is_empty()) else {
            self.says.unmapped(&at, label.text, &joined(said.values().map(|s| s.text), " / "));
            return true;
        };
        let mut head = of(Role::Head).map(|h| h.text.to_owned()).unwrap_or_default();
        if self.profile.framework.is_some() && !head.is_empty() {
            head = format!("{head} ({})", label.text);
        }
        let source = Source { row: self.row, head, label: label.text.to_owned() };
        let by_default = of(Role::Default).map(|d| d.text.to_owned()).unwrap_or_default();
        for (field, said) in fields(table, said) {
            self.value(table, &row, field, said, &source, &by_default);
        }
        true
    }

    fn free(&mut self, table: &Table<'_>, row: u32, said: &BTreeMap<u32, Said<'_>>) -> bool {
        let own = fields(table, said).filter(|(_, s)| s.own).count();
        let all = table.roles.values().filter(|r| matches!(r, Role::Field(_))).count();
        let grouped = table.layout.parent.is_some() && said.len() > own;
        if own == 0 || (own == 1 && all > 1 && !grouped) {
            return false;
        }
        let id = self.placeholder(table.section.key);
        let number = said.iter().find(|(col, _)| table.roles.get(col).is_some_and(is_number));
        let number = number.map(|(_, s)| s.text.to_owned()).filter(|n| n.len() <= MAX_LABEL);
        self.owner = number.unwrap_or_else(|| format!("{}", row + 1));
        let head = table.column(&Role::Head).and_then(|c| said.get(&c)).map(|h| h.text.to_owned()).unwrap_or_default();
        let source = Source { row: self.row, head, label: String::new() };
        self.group(table, &id, said);
        for (field, said) in fields(table, said) {
            match (field.key, said.origin) {
                ("number", Origin::Date) => self.converted(table, row, &id, field, said, &source),
                _ => self.value(table, &id, field, said, &source, ""),
            }
        }
        true
    }

    /// The row's group becomes a row of its own section, once, and the row names it.
    fn group(&mut self, table: &Table<'_>, id: &RowId, said: &BTreeMap<u32, Said<'_>>) {
        let Some(parent) = &table.layout.parent else { return };
        let mut of_group: Vec<(&'static Field, &Said<'_>)> = Vec::new();
        for (col, role) in &table.roles {
            if let (Role::Parent(field), Some(said)) = (role, said.get(col)) {
                of_group.push((field, said));
            }
        }
        let number = table.column(&Role::Number).and_then(|c| said.get(&c)).filter(|s| s.text.len() <= MAX_LABEL);
        let number = number.map(|s| plain(s.text));
        let Some(key) = number.or_else(|| of_group.first().map(|(_, s)| s.text.to_owned())) else { return };
        let bytes = key.len();
        let slot = (parent.section.clone(), key);
        let group = match self.groups.get(&slot) {
            Some(known) => known.clone(),
            None => {
                if !self.texts.room.take(bytes) {
                    return;
                }
                let new = self.placeholder(&parent.section);
                self.groups.insert(slot, new.clone());
                new
            }
        };
        for (field, said) in &of_group {
            if !table.layout.ignores(field, said.text) {
                let lang = field.bilingual.then_some(self.profile.lang);
                let address = crate::cell::Address::new(&parent.section, group.clone(), field.key, lang);
                self.texts.add(address, said.text.to_owned(), table.view.place(said.at), &Source::default());
            }
        }
        let at = of_group.first().map_or(At::default(), |(_, s)| s.at);
        let address = crate::cell::Address::new(table.section.key, id.clone(), &parent.field, None);
        self.texts.add(address, group.to_string(), table.view.place(at), &Source::default());
    }

    fn find_footnotes(&mut self, table: &Table<'_>) {
        for (_, cell) in table.view.grid.cells.range(At { row: table.first, col: 0 }..).take(100_000) {
            let text = cell.text.trim();
            let digits = text.strip_prefix('※').map(|t| t.chars().take_while(char::is_ascii_digit).count());
            let Some(digits) = digits.filter(|n| *n > 0) else { continue };
            let mark: String = text.chars().take(1 + digits).collect();
            if text.len() > mark.len() && text.len() <= FOOTNOTES.1 && self.footnotes.len() < FOOTNOTES.0 {
                self.footnotes.entry(mark).or_insert_with(|| text.to_owned());
            }
        }
    }

    fn above_header(&mut self, table: &Table<'_>) {
        for row in 0..table.header {
            let Some((at, _)) = table.view.own(row).next() else { continue };
            let place = table.view.place(*at);
            let read = joined(table.view.own(row).map(|(_, c)| &c.text), " ");
            if read.contains("評価日") {
                self.says.assessment_date(&place, &read);
            } else {
                self.says.row_without_place(&place, &read);
            }
        }
    }

    /// Tells the columns that are not ours; their numbers, with their places in what is kept of them.
    fn own_columns(&mut self, table: &Table<'_>) -> Vec<(u32, usize)> {
        let mut found = Vec::new();
        let used: BTreeSet<u32> = table
            .view
            .grid
            .cells
            .range(At { row: table.first, col: 0 }..)
            .map(|(at, _)| at.col)
            .take(100_000)
            .collect();
        for col in used.into_iter().filter(|c| *c <= table.view.last.col && !table.roles.contains_key(c)) {
            let header = table.label(col);
            if !header.is_empty() {
                let place = table.view.place(At { row: table.first.saturating_sub(1), col });
                self.says.own_column(&place, header);
                found.push((col, self.own.len()));
                let (section, header) = (table.section.key.to_owned(), header.trim().to_owned());
                self.own.push(OwnColumn { section, header, place, texts: vec![] });
            }
        }
        found
    }

    /// What the institution's own columns say in a row.
    fn own_texts(&mut self, table: &Table<'_>, row: u32, own: &[(u32, usize)]) {
        for (col, index) in own {
            let cell = table.view.grid.cells.get(&At { row, col: *col });
            let Some(cell) = cell.filter(|c| !c.struck && c.origin != Origin::Error) else { continue };
            let text = cell.text.trim();
            if let Some(column) = self.own.get_mut(*index)
                && !self.profile.is_blank(text)
                && column.texts.len() < 1_000
                && self.texts.room.take(text.len() + self.owner.len())
            {
                let cell = At { row, col: *col }.name();
                column.texts.push(OwnText { row: self.owner.clone(), cell, text: text.to_owned() });
            }
        }
    }

    fn leftover(&mut self, table: &Table<'_>, row: u32) {
        let read = joined(table.view.own(row).map(|(_, c)| &c.text), " ");
        if let Some((at, _)) = table.view.own(row).find(|(_, c)| !c.text.trim().is_empty()) {
            self.says.row_without_place(&table.view.place(*at), &read);
        }
    }
}

/// A number as it is compared: `３` and `3` are one.
pub fn plain(text: &str) -> String {
    text.nfkc().collect::<String>().trim().trim_end_matches('.').to_owned()
}

fn is_number(role: &Role) -> bool {
    *role == Role::Number || matches!(role, Role::Field(f) if f.key == "number")
}

/// The fields of a row, choices first: what stands behind a mark goes ahead of remarks.
fn fields<'t>(
    table: &'t Table<'_>,
    said: &'t BTreeMap<u32, Said<'t>>,
) -> impl Iterator<Item = (&'static Field, &'t Said<'t>)> {
    let is_choice = |role: &Role| matches!(role, Role::Field(f) if matches!(f.kind, Kind::Choice(_)));
    let of = move |choices: bool| {
        table.roles.iter().filter(move |(_, r)| is_choice(r) == choices).filter_map(|(col, role)| match role {
            Role::Field(field) => said.get(col).map(|s| (*field, s)),
            _ => None,
        })
    };
    of(true).chain(of(false))
}
