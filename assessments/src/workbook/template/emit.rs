//! A filled sheet's XML: rows repeated, cells with their texts, formulas that follow.

use super::around::{self, Moves};
use super::looks::Looks;
use super::refs;
use super::rich::Rich;
use super::rows::{Area, Block};
use super::scan::{CellSpan, RowSpan, Scan};
use super::xml::{cut, escape, with_attr, without_attr};
use crate::workbook::grid::At;
use crate::workbook::tall::TALLEST;
use std::collections::{BTreeMap, BTreeSet};

/// Texts by cell, as the template numbers it.
pub type Texts = BTreeMap<At, Rich>;

/// A sheet that is being written.
pub struct Emit<'a> {
    /// Its XML.
    pub xml: &'a str,
    /// Its structure.
    pub scan: &'a Scan,
    /// Texts outside of repeated rows.
    pub texts: &'a Texts,
    /// Repeated rows with the texts of each copy.
    pub blocks: &'a [(Block, Vec<Texts>)],
    /// Where rows go, here and in other sheets.
    pub moves: &'a Moves<'a>,
    /// Heights.
    pub looks: &'a Looks,
    /// Values that formulas had go, so that nobody reads an old one.
    pub forget_values: bool,
}

impl Emit<'_> {
    /// The sheet.
    pub fn sheet(&self) -> String {
        let data = self.scan.data.clone();
        let (head, tail) = (cut(self.xml, 0..data.start), cut(self.xml, data.end..self.xml.len()));
        let (open, close) = if self.scan.empty_data { ("<sheetData>", "</sheetData>") } else { ("", "") };
        let rows = self.rows();
        let (head, tail) = (around::sheet_part(head, self.moves), around::sheet_part(tail, self.moves));
        format!("{head}{open}{rows}{close}{tail}")
    }

    fn rows(&self) -> String {
        let shared = self.shared();
        let by_row: BTreeMap<u32, &RowSpan> = self.scan.rows.iter().map(|r| (r.row, r)).collect();
        let mut numbers: BTreeSet<u32> = by_row.keys().copied().collect();
        numbers.extend(self.texts.keys().map(|at| at.row));
        numbers.extend(self.blocks.iter().flat_map(|(b, _)| b.first..=b.last));
        let mut out = String::with_capacity(self.scan.data.len() + 4_096);
        for row in numbers {
            let span = by_row.get(&row).copied();
            match self.blocks.iter().find(|(b, _)| b.holds(row)) {
                None => out.push_str(&self.row(span, row, self.texts, None, &shared)),
                Some((block, copies)) if row == block.first => {
                    for (copy, texts) in (0u32..).zip(copies) {
                        for row in block.first..=block.last {
                            let span = by_row.get(&row).copied();
                            out.push_str(&self.row(span, row, texts, Some((*block, copy)), &shared));
                        }
                    }
                }
                Some(_) => {}
            }
        }
        out
    }

    /// Shared formulas: where each was written, and how it reads there.
    fn shared(&self) -> BTreeMap<u32, (At, String)> {
        let mut found = BTreeMap::new();
        for cell in self.scan.rows.iter().flat_map(|r| &r.cells) {
            if let Some((_, f)) = &cell.formula
                && let Some(number) = f.shared.filter(|_| !f.text.is_empty())
            {
                found.entry(number).or_insert((cell.at, f.text.clone()));
            }
        }
        found
    }

    fn row(
        &self,
        span: Option<&RowSpan>,
        row: u32,
        texts: &Texts,
        at: Option<(Block, u32)>,
        shared: &BTreeMap<u32, (At, String)>,
    ) -> String {
        let new = self.moves.own.start(row) + at.map_or(0, |(b, copy)| copy * b.height());
        let within = At { row, col: 0 }..At { row: row + 1, col: 0 };
        let mine: Vec<(&At, &Rich)> = texts.range(within).collect();
        let cells = span.map_or(&[][..], |s| &s.cells);
        let formulas = cells.iter().any(|c| c.formula.is_some()) && (self.moves.any || self.forget_values);
        if let Some(span) = span
            && new == row
            && mine.is_empty()
            && !formulas
        {
            return cut(self.xml, span.range.clone()).to_owned();
        }
        if span.is_none() && mine.is_empty() {
            return String::new();
        }
        let mut inside: BTreeMap<u32, String> =
            cells.iter().map(|c| (c.at.col, self.cell(c, new, texts.get(&c.at), at, shared))).collect();
        for (at, rich) in mine.iter().filter(|(at, _)| !cells.iter().any(|c| c.at == **at)) {
            let name = At { row: new, col: at.col }.name();
            inside.insert(at.col, format!("<c r=\"{name}\" t=\"inlineStr\"><is>{}</is></c>", rich.xml()));
        }
        let tag = span.map_or("<row>", |s| cut(self.xml, s.tag.clone()));
        let mut tag = with_attr(tag, "r", &(new + 1).to_string());
        if let Some(height) = self.height(span, row, cells, &mine) {
            tag = with_attr(&with_attr(&tag, "ht", &format!("{height:.2}")), "customHeight", "1");
        }
        let open = tag.strip_suffix("/>").map_or(tag.clone(), |t| format!("{}>", t.trim_end()));
        // An empty row closes itself.
        if inside.is_empty() {
            return if tag.ends_with("/>") { tag } else { format!("{open}</row>") };
        }
        format!("{open}{}</row>", inside.into_values().collect::<String>())
    }

    /// The height that a row needs for its new texts, where that is more than it has.
    fn height(&self, span: Option<&RowSpan>, row: u32, cells: &[CellSpan], mine: &[(&At, &Rich)]) -> Option<f64> {
        let has = span.and_then(|s| s.height).unwrap_or(self.scan.height);
        let needs = |(at, rich): &(&At, &Rich)| {
            let style = cells.iter().find(|c| c.at == **at).map_or(0, |c| c.style);
            let merge = self.scan.merge_at(**at).unwrap_or(Area { top: row, left: at.col, bottom: row, right: at.col });
            let others: f64 = self
                .scan
                .rows
                .iter()
                .filter(|r| r.row > row && r.row <= merge.bottom)
                .map(|r| r.height.unwrap_or(self.scan.height))
                .sum();
            let width = self.scan.width(merge.left, merge.right);
            self.looks.height(style, &rich.text(), width).map(|h| h - others)
        };
        let most = mine.iter().filter_map(needs).fold(0.0, f64::max);
        (most > has).then_some(most.min(TALLEST))
    }

    fn cell(
        &self,
        cell: &CellSpan,
        row: u32,
        text: Option<&Rich>,
        at: Option<(Block, u32)>,
        shared: &BTreeMap<u32, (At, String)>,
    ) -> String {
        let name = At { row, col: cell.at.col }.name();
        let tag = with_attr(cut(self.xml, cell.tag.clone()), "r", &name);
        if let Some(rich) = text {
            let tag = ["t", "cm", "vm"].iter().fold(tag, |tag, attr| without_attr(&tag, attr));
            let tag = tag.trim_end_matches('>').trim_end_matches('/').trim_end();
            if rich.text().is_empty() {
                return format!("{tag}/>");
            }
            return format!("{tag} t=\"inlineStr\"><is>{}</is></c>", rich.xml());
        }
        let inner = cut(self.xml, cell.tag.end..cell.range.end);
        let Some((range, formula)) = &cell.formula else { return format!("{tag}{inner}") };
        let outside = formula.text.contains('[');
        let value = match &cell.value {
            Some(value) if !self.forget_values || outside => format!("<v>{}</v>", cut(self.xml, value.clone())),
            _ => String::new(),
        };
        // A formula that was shared is written out: the cells that share it may move apart.
        let master = formula.shared.and_then(|n| shared.get(&n));
        let words = match master.filter(|_| formula.kind == "shared" && formula.text.is_empty()) {
            Some((from, words)) => refs::translated(words, *from, cell.at),
            None => formula.text.clone(),
        };
        let moved = refs::moved(&words, &|sheet| self.moves.of(sheet), at);
        let same = !self.moves.any || formula.kind == "dataTable";
        let written = match (same, formula.kind.as_str()) {
            (true, _) => cut(self.xml, range.clone()).to_owned(),
            (_, "array") => {
                let by = at.map_or(0, |(b, copy)| copy * b.height());
                let area = formula.area.map(|a| Area {
                    top: self.moves.own.start(a.top) + by,
                    bottom: self.moves.own.start(a.bottom) + by,
                    ..a
                });
                format!("<f t=\"array\" ref=\"{}\">{}</f>", area.map(refs::area_text).unwrap_or(name), escape(&moved))
            }
            _ => format!("<f>{}</f>", escape(&moved)),
        };
        // The type was of the value; without one a formula has none.
        let tag = if value.is_empty() { without_attr(&tag, "t") } else { tag };
        format!("{tag}{written}{value}</c>")
    }
}
