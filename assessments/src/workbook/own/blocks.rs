//! Finds the tables of a workbook: by their key rows, else by their headers.

use super::mark::{OwnMark, parse_key, parse_row_mark, parse_token};
use super::say::Says;
use crate::import::Copies;
use crate::lang::Lang;
use crate::schema::{Field, SECTIONS, Section};
use crate::workbook::grid::{At, Book, Grid};
use crate::workbook::text;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Rows from the top of a sheet, and under a key row, in which a header is looked for.
const HEADER_DEPTH: u32 = 60;

/// Most tables of a sheet, and of a workbook: an export has six.
const MOST: (usize, usize) = (16, 64);

/// Our own headers: the fields that they may be, by section.
type Headers = BTreeMap<String, Vec<(&'static str, Column)>>;
type Column = (&'static Field, Option<Lang>);

/// Fields by row, languages by column.
type Form = (BTreeMap<u32, &'static Field>, BTreeMap<u32, Lang>);

/// A table in a workbook.
#[derive(Clone, Debug)]
pub struct Block {
    /// Which section it holds.
    pub section: &'static Section,
    /// Index of its sheet.
    pub sheet: usize,
    /// First row of data.
    pub first: u32,
    /// The row behind the last.
    pub end: u32,
    /// Column with hidden ids.
    pub mark_col: Option<u32>,
    /// Column with visible ids.
    pub id_col: Option<u32>,
    /// Column with the categories' names.
    pub name_col: Option<u32>,
    /// Other columns that are derived.
    derived: Vec<u32>,
    /// Fields by column.
    fields: BTreeMap<u32, (&'static Field, Option<Lang>)>,
    /// The form of the facts: fields by row, languages by column.
    form: Option<Form>,
    /// Who the table says it is.
    pub token: Option<OwnMark>,
}

impl Block {
    /// Places of the fields of a row. The facts have one row, whose fields stand under each other.
    pub fn cells_of(&self, row: u32) -> Vec<(At, &'static Field, Option<Lang>)> {
        let Some((lines, langs)) = &self.form else {
            return self.fields.iter().map(|(col, (f, l))| (At { row, col: *col }, *f, *l)).collect();
        };
        let mut cells = Vec::new();
        for (row, field) in lines {
            for (n, (col, lang)) in langs.iter().enumerate() {
                if field.bilingual {
                    cells.push((At { row: *row, col: *col }, *field, Some(*lang)));
                } else if n == 0 {
                    cells.push((At { row: *row, col: *col }, *field, None));
                }
            }
        }
        cells
    }

    /// Whether a column is one of ours.
    pub fn is_ours(&self, col: u32) -> bool {
        let special = [self.mark_col, self.id_col, self.name_col];
        special.contains(&Some(col)) || self.derived.contains(&col) || self.fields.contains_key(&col)
    }

    /// Columns of the section that the table does not have.
    pub fn missing_columns(&self) -> Vec<(&'static Field, Option<Lang>)> {
        let all = self.section.fields.iter().flat_map(|f| f.langs().iter().map(move |l| (f, *l)));
        all.filter(|(f, l)| !self.fields.values().any(|(g, m)| f.key == g.key && l == m)).collect()
    }
}

fn row_cells(grid: &Grid, row: u32) -> impl Iterator<Item = (u32, &str)> {
    grid.cells.range(At { row, col: 0 }..At { row: row + 1, col: 0 }).map(|(at, c)| (at.col, c.text.as_str()))
}

/// All tables, in the order of the workbook.
pub fn find(book: &Book) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (index, grid) in book.sheets.iter().enumerate() {
        let mut found: Vec<(u32, Block)> = Vec::new();
        for (at, cell) in &grid.cells {
            let key = cell.text.trim().strip_prefix("#id/");
            if let Some(section) = key.and_then(crate::schema::section)
                && found.len() < MOST.0
                && blocks.len() + found.len() < MOST.1
            {
                found.push((at.row, keyed(grid, index, *at, section)));
            }
        }
        if found.is_empty() && blocks.len() < MOST.1 {
            found = by_header(grid, index);
        }
        let starts: Vec<u32> = found.iter().map(|(row, _)| *row).collect();
        let end = grid.extent().row + 1;
        for (n, (_, mut block)) in found.into_iter().enumerate() {
            block.end = starts.get(n + 1).copied().unwrap_or(end).max(block.first);
            if block.mark_col.is_none() {
                block.mark_col = mark_column(grid, &block);
            }
            blocks.push(block);
        }
    }
    blocks
}

/// The column in which hidden ids stand, where the key row does not say.
fn mark_column(grid: &Grid, block: &Block) -> Option<u32> {
    let range = grid.cells.range(At { row: block.first, col: 0 }..At { row: block.end, col: 0 });
    range
        .filter(|(at, _)| !block.fields.contains_key(&at.col))
        .find(|(_, c)| parse_row_mark(&c.text).is_some())
        .map(|(at, _)| at.col)
}

fn empty(section: &'static Section, sheet: usize, first: u32) -> Block {
    Block {
        section,
        sheet,
        first,
        end: first,
        mark_col: None,
        id_col: None,
        name_col: None,
        derived: Vec::new(),
        fields: BTreeMap::new(),
        form: None,
        token: None,
    }
}

/// A table with its key row.
fn keyed(grid: &Grid, sheet: usize, anchor: At, section: &'static Section) -> Block {
    let mut block = empty(section, sheet, anchor.row + 1);
    block.id_col = Some(anchor.col);
    let mut langs = BTreeMap::new();
    for (col, text) in row_cells(grid, anchor.row) {
        match text.trim() {
            "#name" => block.name_col = Some(col),
            "#ja" => drop(langs.insert(col, Lang::Ja)),
            "#en" => drop(langs.insert(col, Lang::En)),
            derived if derived.starts_with('#') && col != anchor.col => block.derived.push(col),
            key => {
                if let Some((token, _)) = parse_token(key) {
                    block.token = Some(token);
                    block.mark_col = Some(col);
                } else if let Some(found) = parse_key(section, key)
                    && !block.fields.values().any(|f| *f == found)
                {
                    block.fields.insert(col, found);
                }
            }
        }
    }
    if section.key == "facts" {
        block.form = Some((form_lines(grid, &block, anchor), langs));
        return block;
    }
    for row in anchor.row + 1..anchor.row.saturating_add(HEADER_DEPTH) {
        let is_header =
            |(col, text): &(u32, &str)| block.fields.get(col).is_some_and(|f| columns(section, text).any(|c| c == f));
        let hits = row_cells(grid, row).filter(is_header).count();
        if hits >= 2 {
            block.first = row + 1;
            break;
        }
    }
    block
}

/// Lines of the form: by the hidden key, else by the label.
fn form_lines(grid: &Grid, block: &Block, anchor: At) -> BTreeMap<u32, &'static Field> {
    let mut lines: BTreeMap<u32, &'static Field> = BTreeMap::new();
    let rows = grid.cells.range(At { row: anchor.row + 1, col: 0 }..);
    for (at, cell) in rows {
        let text = cell.text.trim();
        let by_key = (Some(at.col) == block.mark_col).then(|| text.strip_prefix("facts/")).flatten();
        let by_label = (Some(at.col) == block.id_col && block.mark_col.is_none()).then_some(text);
        let field = match (by_key, by_label) {
            (Some(key), _) => block.section.field(key),
            (_, Some(label)) => block.section.fields.iter().find(|f| f.ja == label || f.en == label),
            _ => None,
        };
        if let Some(field) = field
            && !lines.values().any(|f| f.key == field.key)
        {
            lines.insert(at.row, field);
        }
    }
    lines
}

/// All headers, made once: files that hurt have more cells where one may be than time allows to make them for each.
fn headers() -> &'static Headers {
    static ALL: OnceLock<Headers> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Headers::new();
        for section in SECTIONS {
            for (field, lang) in section.fields.iter().flat_map(|f| f.langs().iter().map(move |l| (f, *l))) {
                for header in text::headers(field, lang) {
                    all.entry(header).or_default().push((section.key, (field, lang)));
                }
            }
        }
        all
    })
}

/// The fields of a section that a text is the header of.
fn columns(section: &Section, text: &str) -> impl Iterator<Item = &'static Column> {
    let key = section.key;
    let all = headers().get(text.trim()).into_iter().flatten();
    all.filter(move |(of, _)| *of == key).map(|(_, column)| column)
}

/// Tables whose key row somebody deleted: at least three of our own headers in one row.
fn by_header(grid: &Grid, sheet: usize) -> Vec<(u32, Block)> {
    let derived = grid.cells.values().find_map(|c| parse_token(&c.text)).is_some_and(|(_, s)| s.starts_with('_'));
    if derived {
        return Vec::new();
    }
    let mut found: Vec<(u32, Block)> = Vec::new();
    for row in 0..HEADER_DEPTH * 4 {
        let mut best: Option<Block> = None;
        for section in SECTIONS.iter().filter(|s| s.key != "facts") {
            if found.iter().any(|(_, b)| b.section.key == section.key) {
                continue;
            }
            let block = headed(grid, sheet, row, section);
            if block.fields.len() >= 3 && best.as_ref().is_none_or(|b| b.fields.len() < block.fields.len()) {
                best = Some(block);
            }
        }
        if let Some(block) = best {
            found.push((row, block));
        }
    }
    found
}

fn headed(grid: &Grid, sheet: usize, row: u32, section: &'static Section) -> Block {
    let mut block = empty(section, sheet, row + 1);
    for (col, text) in row_cells(grid, row) {
        let hit = columns(section, text).find(|f| !block.fields.values().any(|g| g == *f));
        match (text.trim(), hit) {
            (_, Some(hit)) => drop(block.fields.insert(col, *hit)),
            ("ID", None) => block.id_col = Some(col),
            ("対策分類" | "Category", None) => block.name_col = Some(col),
            ("観点" | "View" | "確認事項" | "Question" | "#", None) => block.derived.push(col),
            _ => {}
        }
    }
    block
}

/// One table for each section: on a sheet that the reader named, else of this export before others, under its own sheet
/// name before copies. Where nobody has named one of several, that is asked.
pub fn choose(
    book: &Book,
    found: &[Block],
    mark: &OwnMark,
    named_sheets: &[String],
    (asked, says): (&mut Vec<Copies>, &mut Says),
) -> Vec<Block> {
    let name = |b: &Block| book.sheets.get(b.sheet).map_or("", |g| g.name.as_str()).to_owned();
    let mut chosen: Vec<Block> = Vec::new();
    for section in SECTIONS {
        let mut candidates = Vec::new();
        // Tables are few; each is looked at once a section.
        for block in found.iter().filter(|b| b.section.key == section.key) {
            match &block.token {
                Some(token) if token.service != mark.service => says.other_service(&name(block), &token.service),
                _ => candidates.push(block),
            }
        }
        let rank = |b: &&Block| {
            let ours = b.token.as_ref().is_some_and(|t| t.export == mark.export);
            let named = text::sheets_of(section.key).contains(&name(b).trim());
            (!named_sheets.contains(&name(b)), !ours, !named, b.sheet)
        };
        candidates.sort_by_key(rank);
        let Some(first) = candidates.first() else { continue };
        if candidates.len() > 1 && !named_sheets.contains(&name(first)) {
            let sheets = candidates.iter().take(20).map(|b| name(b)).collect();
            asked.push(Copies { section: section.key.to_owned(), sheets });
        }
        for copy in &candidates[1..] {
            says.two_copies(&name(first), &name(copy));
        }
        chosen.push((*first).clone());
    }
    chosen
}
