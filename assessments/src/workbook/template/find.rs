//! Where a template asks for something: marks in cells, defined names, rows that repeat, and what is wrong with them.

use super::book::{self, Book};
use super::names::{self, ListName, Name};
use super::refs;
use super::rich::{Mark, Rich};
use super::scan::{MAX_CELLS, Scan};
use super::xml::cut;
use crate::failure::Failure;
use crate::workbook::grid::At;
use std::collections::BTreeMap;

/// Most places of a template that are listed.
const MAX_PLACES: usize = 2_000;

/// A place that the template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The sheet.
    pub sheet: String,
    /// The cell: `B7`; empty for a header or footer.
    pub cell: String,
    /// As it is written: `{{verdict}}`.
    pub written: String,
    /// The list whose row it stands in.
    pub list: Option<&'static Name>,
    /// What it stands for; none where the name is not known.
    pub name: Option<&'static Name>,
}

/// Something that keeps a template from being filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Why, by the key of its sentence: `template_unknown`, `template_unclosed`, ...
    pub reason: &'static str,
    /// Where and what: `表紙!B7 {{x}}`.
    pub at: String,
}

impl Problem {
    /// The refusal that says it.
    pub fn failure(&self) -> Failure {
        Failure::refused(self.reason, &self.at)
    }
}

/// Rows that repeat for each row of a list.
#[derive(Clone, Debug)]
pub struct ListRows {
    /// First row, from 0.
    pub first: u32,
    /// Last row.
    pub last: u32,
    /// The list.
    pub list: &'static ListName,
}

/// A sheet with what it asks for.
pub struct SheetPlan {
    /// Its XML.
    pub xml: String,
    /// Its structure.
    pub scan: Scan,
    /// Cells with marks.
    pub targets: BTreeMap<At, Rich>,
    /// Rows that repeat, in order.
    pub lists: Vec<ListRows>,
    /// Headers and footers that hold marks.
    pub margins: bool,
}

/// A template with what it asks for.
pub struct Plan {
    /// Its parts.
    pub book: Book,
    /// Its sheets, in the book's order.
    pub sheets: Vec<SheetPlan>,
    /// What it asks for.
    pub places: Vec<Place>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// Looks a template through.
///
/// # Errors
/// [`Failure::Refused`] for what is no workbook or breaks a bound.
pub fn plan(bytes: &[u8]) -> Result<Plan, Failure> {
    let book = book::open(bytes)?;
    let (mut sheets, mut places, mut problems, mut left) = (Vec::new(), Vec::new(), Vec::new(), MAX_CELLS);
    for sheet in &book.sheets {
        let xml = book::part(bytes, &sheet.part)?;
        let scan = Scan::read(&xml, &mut left)?;
        let mut found = Finder { sheet: &sheet.name, book: &book, places: &mut places, problems: &mut problems };
        sheets.push(found.sheet(xml, scan));
    }
    for name in book.names.iter().filter(|n| book::asked(&n.name).is_some()) {
        let known = refers(&name.refers).is_some_and(|(sheet, _)| book.sheets.iter().any(|s| s.name == sheet));
        if !known {
            problems.push(Problem { reason: "template_name", at: format!("{} {}", name.name, name.refers) });
        }
    }
    Ok(Plan { book, sheets, places, problems })
}

/// Sheet and cell that a defined name refers to.
fn refers(text: &str) -> Option<(String, super::rows::Area)> {
    let (sheet, range) = text.trim_start_matches('=').rsplit_once('!')?;
    let sheet = sheet.trim_matches('\'').replace("''", "'");
    Some((sheet, refs::area(range)?))
}

struct Finder<'a> {
    sheet: &'a str,
    book: &'a Book,
    places: &'a mut Vec<Place>,
    problems: &'a mut Vec<Problem>,
}

impl Finder<'_> {
    fn sheet(&mut self, xml: String, scan: Scan) -> SheetPlan {
        let mut targets = BTreeMap::new();
        for cell in scan.rows.iter().flat_map(|r| &r.cells) {
            if let Some(rich) = scan.rich(&xml, cell, &self.book.shared).filter(|r| !r.marks().is_empty()) {
                targets.insert(cell.at, rich);
            }
        }
        let mut lists = self.lists(&targets);
        let mut named = Vec::new();
        for name in &self.book.names {
            let Some(asked) = book::asked(&name.name) else { continue };
            let Some((_, area)) = refers(&name.refers).filter(|(sheet, _)| sheet == self.sheet) else { continue };
            let at = At { row: area.top, col: area.left };
            match book::asked_list(asked) {
                Some((_, Some(list))) => lists.push(ListRows { first: area.top, last: area.bottom, list }),
                Some((rest, None)) => self.problem("template_unknown", at, &format!("{} ({rest})", name.name)),
                None => named.push((at, asked.to_owned())),
            }
        }
        lists.sort_by_key(|l| l.first);
        self.overlaps(&lists, &scan);
        for (at, asked) in named {
            targets.entry(at).or_insert_with(|| Rich::plain(&format!("{{{{{asked}}}}}")));
        }
        for (at, rich) in &targets {
            let within = lists.iter().find(|l| (l.first..=l.last).contains(&at.row)).map(|l| l.list);
            for (_, mark) in rich.marks() {
                self.place(at.name(), &mark, within);
            }
        }
        if let Some((at, _)) = targets.first_key_value().filter(|_| scan.prefixed) {
            self.problem("template_prefix", *at, "");
        }
        let margins: Vec<String> = scan
            .margins
            .iter()
            .map(|m| super::xml::unescape(cut(&xml, m.clone())))
            .filter(|t| t.contains(['{', '｛']))
            .collect();
        for text in &margins {
            for (_, mark) in super::rich::marks(text) {
                self.place(String::new(), &mark, None);
            }
        }
        let margins = margins.iter().any(|t| !super::rich::marks(t).is_empty());
        SheetPlan { xml, scan, targets, lists, margins }
    }

    /// Rows between `{{#list}}` and `{{/list}}`.
    fn lists(&mut self, targets: &BTreeMap<At, Rich>) -> Vec<ListRows> {
        let mut lists = Vec::new();
        let mut open: Option<(At, String, Option<&'static ListName>)> = None;
        for (at, rich) in targets {
            for (_, mark) in rich.marks() {
                match &mark {
                    Mark::Open(name) => {
                        let list = names::list(name);
                        if list.is_none() {
                            self.problem("template_unknown", *at, &mark.written());
                        }
                        if open.is_some() {
                            self.problem("template_nested", *at, &mark.written());
                        } else {
                            open = Some((*at, mark.written(), list));
                        }
                    }
                    Mark::Close(name) => match open.take() {
                        Some((from, _, list))
                            if list.map(|l| &l.name.key) == names::list(name).map(|l| &l.name.key) =>
                        {
                            lists.extend(list.map(|list| ListRows { first: from.row, last: at.row, list }));
                        }
                        other => {
                            self.problem("template_unopened", *at, &mark.written());
                            open = other;
                        }
                    },
                    Mark::Field(_) => {}
                }
            }
        }
        if let Some((at, written, _)) = open {
            self.problem("template_unclosed", at, &written);
        }
        lists
    }

    /// Two lists in one row, and merged cells that reach over the edge of a list.
    fn overlaps(&mut self, lists: &[ListRows], scan: &Scan) {
        for pair in lists.windows(2) {
            if let [a, b] = pair
                && a.last >= b.first
            {
                self.problem("template_overlap", At { row: b.first, col: 0 }, &b.list.name.key);
            }
        }
        for list in lists {
            let inside = |row: u32| (list.first..=list.last).contains(&row);
            let crossing = |m: &&super::rows::Area| {
                (inside(m.top) != inside(m.bottom)) && !(m.top < list.first && m.bottom > list.last)
            };
            for merge in scan.merges.iter().filter(crossing) {
                self.problem("template_merge", At { row: merge.top, col: merge.left }, &refs::area_text(*merge));
            }
        }
    }

    fn place(&mut self, cell: String, mark: &Mark, within: Option<&'static ListName>) {
        let Mark::Field(name) = mark else { return };
        let found = names::field(name, within).map(|(_, n)| n);
        if found.is_none() {
            let mark_at = format!("{}!{cell} {}", self.sheet, mark.written());
            self.problems.push(Problem { reason: "template_unknown", at: mark_at });
        }
        if self.places.len() < MAX_PLACES {
            let (sheet, written) = (self.sheet.to_owned(), mark.written());
            self.places.push(Place { sheet, cell, written, list: within.map(|l| &l.name), name: found });
        }
    }

    fn problem(&mut self, reason: &'static str, at: At, what: &str) {
        self.problems.push(Problem { reason, at: format!("{}!{} {what}", self.sheet, at.name()) });
    }
}
