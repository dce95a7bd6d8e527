//! Finds the tables: every sheet and every header candidate is scored, the best of each section is read.

use super::fold_label;
use super::profile::{Profile, Role, SheetProfile};
use super::view::View;
use crate::schema::{self, Kind, Section};
use crate::workbook::grid::Book;
use std::collections::BTreeMap;

/// Rows among which a header is looked for.
const HEADER_ROWS: u32 = 15;

/// Where a table was found.
pub struct Table<'a> {
    /// The sheet.
    pub view: View<'a>,
    /// Its layout.
    pub layout: &'a SheetProfile,
    /// The section that its rows go to.
    pub section: &'static Section,
    /// First row of the header.
    pub header: u32,
    /// First row of data.
    pub first: u32,
    /// What its columns are.
    pub roles: BTreeMap<u32, Role>,
    /// How well it fits.
    pub score: usize,
}

impl Table<'_> {
    /// The first column of a role.
    pub fn column(&self, role: &Role) -> Option<u32> {
        self.roles.iter().find(|(_, r)| *r == role).map(|(col, _)| *col)
    }

    /// The header over a column, its lowest row.
    pub fn label(&self, col: u32) -> &str {
        (self.header..self.first).rev().map(|row| self.view.text(row, col)).find(|t| !t.is_empty()).unwrap_or("")
    }
}

/// The best reading of each sheet of a workbook by a profile.
pub fn tables<'a>(book: &'a Book, profile: &'a Profile) -> Vec<Table<'a>> {
    let mut out = Vec::new();
    for grid in book.sheets.iter().filter(|g| !g.hidden) {
        let name = fold_label(&grid.name);
        let view = View::new(grid);
        let mut best: Option<Found<'a>> = None;
        for layout in &profile.sheets {
            let Some(section) = schema::section(&layout.section) else { continue };
            let named = layout.names.iter().map(|n| fold_label(n)).find(|n| name.contains(n.as_str()));
            for (row, depth) in (0..HEADER_ROWS).flat_map(|row| [1_u32, 2].map(|depth| (row, depth))) {
                let Some((roles, score)) = header(&view, section, layout, row, depth) else { continue };
                let score = match &named {
                    Some(wanted) => 2 * score + 4 + usize::from(name == *wanted),
                    // A tab of another name must show more of a table to be taken for one.
                    None if section.key == "criteria" && score >= 4 => score,
                    // The only sheet, as of separated values, needs no name.
                    None if section.key == "criteria" && score >= 2 && book.sheets.len() == 1 => score,
                    None => continue,
                };
                if best.as_ref().is_none_or(|b| score > b.score) {
                    best = Some(Found { layout, section, header: row, first: row + depth, roles, score });
                }
            }
        }
        out.extend(best.map(|b| b.table(view)));
    }
    out
}

struct Found<'a> {
    layout: &'a SheetProfile,
    section: &'static Section,
    header: u32,
    first: u32,
    roles: BTreeMap<u32, Role>,
    score: usize,
}

impl<'a> Found<'a> {
    fn table(self, view: View<'a>) -> Table<'a> {
        let Found { layout, section, header, first, roles, score } = self;
        Table { view, layout, section, header, first, roles, score }
    }
}

/// Reads a header of one or two rows and scores it by the columns that it names.
fn header(
    view: &View<'_>,
    section: &Section,
    layout: &SheetProfile,
    row: u32,
    depth: u32,
) -> Option<(BTreeMap<u32, Role>, usize)> {
    let mut roles: BTreeMap<u32, Role> = BTreeMap::new();
    for col in 0..=view.last.col {
        let labels: Vec<String> =
            (row..row + depth).map(|r| fold_label(view.text(r, col))).filter(|l| !l.is_empty()).collect();
        let Some(last) = labels.last().filter(|_| !labels.iter().any(|l| layout.is_own(l))) else { continue };
        let Some(role) = layout.role(last) else { continue };
        // Texts may stand in several columns; of everything else the first counts.
        let several =
            matches!(&role, Role::Field(f) if matches!(f.kind, Kind::Markdown | Kind::Links)) || role == Role::Derived;
        if several || !roles.values().any(|r| *r == role) {
            roles.insert(col, role);
        }
    }
    let has = |role: &Role| roles.values().any(|r| r == role);
    let fields = roles.values().filter(|r| matches!(r, Role::Field(_))).count();
    let whole = match section.key {
        "criteria" => has(&Role::Category) && fields >= 1,
        "facts" => has(&Role::Key) && has(&Role::Value),
        _ => fields >= 2,
    };
    whole.then(|| {
        let score = roles.values().filter(|r| **r != Role::Derived).count();
        (roles, score)
    })
}
