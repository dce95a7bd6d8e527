//! Finds the tables: every sheet and every header candidate is scored, the best of each section is read.

use super::fold_label;
use super::profile::{Headers, Profile, Role, SheetProfile};
use super::view::{HEADER_DEPTH, HEADER_ROWS, View};
use crate::schema::{self, Kind, Section};
use std::collections::BTreeMap;

/// Where a table was found.
pub struct Table<'a> {
    /// The sheet.
    pub view: &'a View<'a>,
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

    /// The same, folded; none where it is longer than a header.
    pub fn folded(&self, col: u32) -> Option<&str> {
        (self.header..self.first).rev().find_map(|row| self.view.folded(row, col))
    }

    /// The header over a column, its lowest row.
    pub fn label(&self, col: u32) -> &str {
        (self.header..self.first).rev().map(|row| self.view.text(row, col)).find(|t| !t.is_empty()).unwrap_or("")
    }
}

/// A kind of sheet of a profile, ready to be looked for.
struct Sought<'a> {
    layout: &'a SheetProfile,
    section: &'static Section,
    names: Vec<String>,
    headers: Headers,
}

/// The best reading of each sheet of a workbook by a profile. `only` says whether the workbook has one sheet.
pub fn tables<'a>(views: &'a [View<'a>], only: bool, profile: &'a Profile) -> Vec<Table<'a>> {
    let kinds = profile.sheets.iter().filter_map(|layout| {
        let section = schema::section(&layout.section)?;
        let names = layout.names.iter().map(|n| fold_label(n)).collect();
        Some(Sought { layout, section, names, headers: layout.headers() })
    });
    let kinds: Vec<Sought<'a>> = kinds.collect();
    views.iter().filter_map(|view| best(view, only, &kinds)).collect()
}

fn best<'a>(view: &'a View<'a>, only: bool, kinds: &[Sought<'a>]) -> Option<Table<'a>> {
    let name = fold_label(&view.grid.name);
    let mut best: Option<Table<'a>> = None;
    for Sought { layout, section, names, headers } in kinds {
        let named = names.iter().find(|n| name.contains(n.as_str()));
        // A tab of another name may hold a table of answers.
        if named.is_none() && section.key != "criteria" {
            continue;
        }
        for (row, depth) in (0..HEADER_ROWS).flat_map(|row| (1..=HEADER_DEPTH).map(move |depth| (row, depth))) {
            let Some((roles, score)) = header(view, section, headers, row, depth) else { continue };
            let score = match named {
                Some(wanted) => 2 * score + 4 + usize::from(name == *wanted),
                // It must show more of one to be taken for it.
                None if score >= 4 => score,
                // The only sheet, as of separated values, needs no name.
                None if score >= 2 && only => score,
                None => continue,
            };
            if best.as_ref().is_none_or(|b| score > b.score) {
                best = Some(Table { view, layout, section, header: row, first: row + depth, roles, score });
            }
        }
    }
    best
}

/// Reads a header of one or two rows and scores it by the columns that it names.
fn header(
    view: &View<'_>,
    section: &Section,
    headers: &Headers,
    row: u32,
    depth: u32,
) -> Option<(BTreeMap<u32, Role>, usize)> {
    let mut roles: BTreeMap<u32, Role> = BTreeMap::new();
    for col in 0..=view.last.col {
        let labels = (row..row + depth).filter_map(|r| view.folded(r, col));
        let Some(last) = labels.clone().next_back().filter(|_| !labels.clone().any(|l| headers.is_own(l))) else {
            continue;
        };
        let Some(role) = headers.role(last) else { continue };
        // Texts may stand in several columns; of everything else the first counts.
        let several =
            matches!(role, Role::Field(f) if matches!(f.kind, Kind::Markdown | Kind::Links)) || *role == Role::Derived;
        if several || !roles.values().any(|r| r == role) {
            roles.insert(col, role.clone());
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
