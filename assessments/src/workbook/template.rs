//! The institution's own template: a workbook of theirs, filled by changing its own XML. What is not touched stays byte
//! for byte: looks, merges, validations, conditional formats, comments, pictures, print set-up, names.

mod around;
mod book;
mod clean;
mod emit;
mod find;
mod looks;
mod names;
mod refs;
mod rich;
mod rows;
mod said;
mod scan;
mod xml;

pub use clean::Note;
pub use find::{Place, Problem};
pub use names::{ListName, Name, Names, Values, all as all_names};
pub use said::Said;

use super::grid::At;
use super::guard::{self, Sort};
use crate::failure::Failure;
use around::Moves;
use book::Changed;
use emit::{Emit, Texts};
use find::{ListRows, Plan, SheetPlan};
use looks::Looks;
use rich::{Mark, Rich};
use rows::{Block, RowMap};
use std::collections::{BTreeMap, BTreeSet};

/// Most rows that a list takes in a template.
const MAX_ROWS: usize = 2_000;
/// The last row of a sheet.
const LAST_ROW: u64 = 1_048_576;
/// Most UTF-16 units of a cell.
const MAX_UNITS: usize = 32_767;

/// A template that was looked through.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its bytes, macros taken out.
    pub bytes: Vec<u8>,
    /// What it asks for.
    pub places: Vec<Place>,
    /// What keeps it from being filled.
    pub problems: Vec<Problem>,
    /// What people should know of it.
    pub notes: Vec<Note>,
}

/// Reads a workbook as a template. Macros are taken out, links to other workbooks stay and are told.
///
/// # Errors
/// [`Failure::Refused`] for what is no workbook, breaks a bound, or holds sheets of macros.
pub fn read(file: &str, bytes: &[u8]) -> Result<Template, Failure> {
    if guard::sort(file, bytes)? == Sort::Text {
        return Err(Failure::refused("not_a_workbook", ""));
    }
    // The same bounds as for every upload, before anything of it is looked at.
    guard::open(bytes)?;
    let (bytes, notes) = clean::clean(bytes)?;
    let Plan { places, problems, .. } = find::plan(&bytes)?;
    Ok(Template { bytes, places, problems, notes })
}

/// A filled template.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The workbook.
    pub bytes: Vec<u8>,
    /// Cells whose text is higher than a row can be, where it cannot go on in further rows: `表紙!B7`.
    pub tall: Vec<String>,
}

/// Fills a template. One that asks for nothing comes back as it is.
///
/// # Errors
/// [`Failure::Refused`] naming sheet and cell for a name that is not known and a list that is not closed;
/// [`Failure::TooLong`] for a cell that would hold more than a workbook's cell can.
pub fn fill(bytes: &[u8], values: &Values) -> Result<Filled, Failure> {
    let plan = find::plan(bytes)?;
    if let Some(problem) = plan.problems.first() {
        return Err(problem.failure());
    }
    if plan.places.is_empty() && plan.sheets.iter().all(|s| s.targets.is_empty() && !s.margins) {
        return Ok(Filled { bytes: bytes.to_vec(), tall: vec![] });
    }
    let styles = plan.book.links.iter().find(|(kind, _)| kind == "styles").map(|(_, part)| part);
    let looks = match styles.filter(|p| plan.book.parts.contains(*p)) {
        Some(part) => Looks::read(&book::part(bytes, part)?),
        None => Looks::default(),
    };
    let mut filler = Filler { plan: &plan, values, looks: &looks, tall: vec![], left: scan::MAX_CELLS as u64 };
    let filled: Vec<FilledSheet> = (0..plan.sheets.len()).map(|n| filler.sheet(n)).collect::<Result<_, Failure>>()?;
    let tall = filler.tall;
    let changed = write(bytes, &plan, &filled, &looks, values)?;
    Ok(Filled { bytes: book::write(bytes, &changed)?, tall })
}

/// The texts of a sheet.
struct FilledSheet {
    texts: Texts,
    blocks: Vec<(Block, Vec<Texts>)>,
    map: RowMap,
}

struct Filler<'a> {
    plan: &'a Plan,
    values: &'a Values,
    looks: &'a Looks,
    tall: Vec<String>,
    /// Cells and rows that lists may still make.
    left: u64,
}

impl Filler<'_> {
    fn sheet(&mut self, number: usize) -> Result<FilledSheet, Failure> {
        let mut filled = FilledSheet { texts: Texts::new(), blocks: vec![], map: RowMap::default() };
        let plan = self.plan;
        let (Some(sheet), Some(named)) = (plan.sheets.get(number), plan.book.sheets.get(number)) else {
            return Ok(filled);
        };
        let inside = |at: &At| sheet.lists.iter().any(|l| (l.first..=l.last).contains(&at.row));
        for (at, rich) in sheet.targets.iter().filter(|(at, _)| !inside(at)) {
            let text = rich.filled(|mark| self.value(mark, None));
            self.fits(&text, &named.name, *at)?;
            if self.looks_of(sheet, *at, &text).len() > 1 {
                self.tall.push(format!("{}!{}", named.name, at.name()));
            }
            filled.texts.insert(*at, text);
        }
        for list in &sheet.lists {
            let copies = self.copies(sheet, &named.name, list)?;
            let count = u32::try_from(copies.len()).unwrap_or(1).max(1);
            let end = u64::from(list.last) + u64::from(count) * u64::from(list.last - list.first + 1);
            if end > LAST_ROW {
                return Err(Failure::refused("too_many_cells", &named.name));
            }
            let block = Block { first: list.first, last: list.last, copies: count };
            filled.map.blocks.push(block);
            filled.blocks.push((block, copies));
        }
        Ok(filled)
    }

    /// The texts of each copy of a list's rows. A text that is higher than a row can be goes on in further rows.
    fn copies(&mut self, sheet: &SheetPlan, name: &str, list: &ListRows) -> Result<Vec<Texts>, Failure> {
        let inside = |at: &At| (list.first..=list.last).contains(&at.row);
        let targets: Vec<(&At, &Rich)> = sheet.targets.iter().filter(|(at, _)| inside(at)).collect();
        let none = vec![BTreeMap::new()];
        let rows = self.values.lists.get(&list.list.name.key).filter(|r| !r.is_empty());
        let (rows, is_empty) = (rows.unwrap_or(&none), rows.is_none());
        if rows.len() > MAX_ROWS {
            return Err(Failure::Full { place: format!("{name} {}", list.list.name.key), most: MAX_ROWS });
        }
        // What one copy costs: its cells, and its rows where they are empty.
        let cells = sheet.scan.rows.iter().filter(|r| (list.first..=list.last).contains(&r.row)).map(|r| r.cells.len());
        let cost = (cells.sum::<usize>() as u64).max(u64::from(list.last - list.first + 1));
        let mut copies = Vec::new();
        for (n, row) in rows.iter().enumerate() {
            let (mut texts, mut said) = (Texts::new(), false);
            for (at, rich) in &targets {
                let text = rich.filled(|mark| match mark {
                    Mark::Field(_) if is_empty && !said => {
                        said = true;
                        self.values.nothing.clone()
                    }
                    Mark::Field(_) if is_empty => String::new(),
                    _ => self.value(mark, Some((list.list, row, n + 1))),
                });
                self.fits(&text, name, **at)?;
                if list.first != list.last && self.looks_of(sheet, **at, &text).len() > 1 {
                    self.tall.push(format!("{name}!{}", at.name()));
                }
                texts.insert(**at, text);
            }
            let before = copies.len();
            if list.first == list.last {
                copies.extend(self.rows(sheet, texts));
            } else {
                copies.push(texts);
            }
            let made = cost * (copies.len() - before) as u64;
            self.left = self.left.checked_sub(made).ok_or_else(|| Failure::refused("too_many_cells", name))?;
        }
        Ok(copies)
    }

    /// One row, or several where a text does not fit the tallest.
    fn rows(&self, sheet: &SheetPlan, texts: Texts) -> Vec<Texts> {
        let pieces: Vec<(At, Vec<String>, Rich)> =
            texts.into_iter().map(|(at, rich)| (at, self.looks_of(sheet, at, &rich), rich)).collect();
        let most = pieces.iter().map(|(_, p, _)| p.len()).max().unwrap_or(1);
        let piece = |n: usize, (at, pieces, rich): &(At, Vec<String>, Rich)| {
            let looks = rich.0.first().map(|r| r.looks.clone()).unwrap_or_default();
            let text = match (pieces.len(), n) {
                (0 | 1, 0) => rich.clone(),
                _ => Rich(vec![rich::Run { looks, text: pieces.get(n).cloned().unwrap_or_default() }]),
            };
            (*at, text)
        };
        (0..most.max(1)).map(|n| pieces.iter().map(|p| piece(n, p)).collect()).collect()
    }

    fn looks_of(&self, sheet: &SheetPlan, at: At, text: &Rich) -> Vec<String> {
        let row = sheet.scan.rows.iter().find(|r| r.row == at.row);
        let style = row.and_then(|r| r.cells.iter().find(|c| c.at == at)).map_or(0, |c| c.style);
        let right = sheet.scan.merge_at(at).map_or(at.col, |m| m.right);
        self.looks.pieces(style, &text.text(), sheet.scan.width(at.col, right))
    }

    fn fits(&self, text: &Rich, sheet: &str, at: At) -> Result<(), Failure> {
        let units = text.text().encode_utf16().count();
        if units > MAX_UNITS {
            return Err(Failure::TooLong { place: format!("{sheet}!{}", at.name()), units, most: MAX_UNITS });
        }
        Ok(())
    }

    fn value(&self, mark: &Mark, row: Option<(&'static ListName, &BTreeMap<String, String>, usize)>) -> String {
        value(self.values, mark, row)
    }
}

fn value(values: &Values, mark: &Mark, row: Option<(&'static ListName, &BTreeMap<String, String>, usize)>) -> String {
    let Mark::Field(name) = mark else { return String::new() };
    match (names::field(name, row.map(|(list, ..)| list)), row) {
        (Some((true, of)), Some((_, _, n))) if of.key == "n" => n.to_string(),
        (Some((true, of)), Some((_, row, _))) => row.get(&of.key).cloned().unwrap_or_default(),
        (Some((_, of)), _) => values.one.get(&of.key).cloned().unwrap_or_default(),
        (None, _) => String::new(),
    }
}

/// The parts that change.
fn write(
    bytes: &[u8],
    plan: &Plan,
    filled: &[FilledSheet],
    looks: &Looks,
    values: &Values,
) -> Result<Changed, Failure> {
    let mut changed = Changed::new();
    let any = filled.iter().any(|f| !f.map.stays());
    let all: BTreeMap<String, RowMap> =
        plan.book.sheets.iter().zip(filled).map(|(s, f)| (s.name.to_lowercase(), f.map.clone())).collect();
    for ((named, sheet), of) in plan.book.sheets.iter().zip(&plan.sheets).zip(filled) {
        let moves = Moves { own: &of.map, all: &all, any };
        let here = !of.texts.is_empty() || !of.blocks.is_empty();
        let elsewhere = sheet.scan.formulas && sheet.xml.contains('!');
        let xml = with_margins(sheet, values);
        let scan = if xml == sheet.xml { None } else { Some(scan::Scan::read(&xml, &mut scan::MAX_CELLS.clone())?) };
        let scan = scan.as_ref().unwrap_or(&sheet.scan);
        let emit = Emit {
            xml: &xml,
            scan,
            texts: &of.texts,
            blocks: &of.blocks,
            moves: &moves,
            looks,
            forget_values: sheet.scan.formulas && (here || elsewhere),
        };
        let new = if here || any || emit.forget_values { emit.sheet() } else { xml.clone() };
        if new != sheet.xml {
            changed.insert(named.part.clone(), Some(new));
        }
        if !of.map.stays() {
            follow(bytes, plan, &named.around, &moves, &mut changed)?;
        }
    }
    let still = RowMap::default();
    let moves = Moves { own: &still, all: &all, any };
    let formulas = plan.sheets.iter().any(|s| s.scan.formulas);
    let new = around::workbook(&plan.book.xml, &moves, formulas);
    if new != plan.book.xml {
        changed.insert(plan.book.workbook.clone(), Some(new));
    }
    for part in plan.book.parts.iter().filter(|p| any && p.starts_with("xl/charts/") && p.ends_with(".xml")) {
        let text = book::part(bytes, part)?;
        let new = around::sheet_part(&text, &moves);
        if new != text {
            changed.insert(part.clone(), Some(new));
        }
    }
    // The order in which formulas were worked out names cells that may have moved: the program makes it anew.
    let chain: BTreeSet<String> =
        plan.book.links.iter().filter(|(kind, _)| kind == "calcChain").map(|(_, part)| part.clone()).collect();
    if formulas {
        book::forget(bytes, &plan.book, &chain, &mut changed)?;
    }
    Ok(changed)
}

/// Drawings, comments and tables of a sheet whose rows move.
fn follow(
    bytes: &[u8],
    plan: &Plan,
    around: &[(String, String)],
    moves: &Moves<'_>,
    changed: &mut Changed,
) -> Result<(), Failure> {
    const KINDS: [&str; 5] = ["drawing", "comments", "vmlDrawing", "table", "threadedComment"];
    for (_, part) in around.iter().filter(|(k, p)| KINDS.contains(&k.as_str()) && plan.book.parts.contains(p)) {
        let text = book::part(bytes, part)?;
        let new = around::sheet_part(&text, moves);
        if new != text {
            changed.insert(part.clone(), Some(new));
        }
    }
    Ok(())
}

/// The sheet with its headers and footers filled. In them `&` begins a code.
fn with_margins(sheet: &SheetPlan, values: &Values) -> String {
    if !sheet.margins {
        return sheet.xml.clone();
    }
    let mut edits = xml::Edits::new(&sheet.xml);
    for range in &sheet.scan.margins {
        let text = xml::unescape(xml::cut(&sheet.xml, range.clone()));
        if rich::marks(&text).is_empty() {
            continue;
        }
        let line = |mark: &Mark| value(values, mark, None).replace(['\n', '\r'], " ").replace('&', "&&");
        let mut filled: String = Rich::plain(&text).filled(line).text().chars().take(255).collect();
        // Cut between the two signs of one `&`, the next letter would be a code.
        if !filled.chars().rev().take_while(|c| *c == '&').count().is_multiple_of(2) {
            filled.pop();
        }
        edits.replace(range.clone(), &xml::escape(&filled));
    }
    edits.finish()
}
