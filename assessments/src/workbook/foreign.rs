//! Workbooks that are not ours: layouts are profiles in data, headers are found, categories are proposed.

use super::grid::{At, Book, Grid};
use super::marks;
use crate::canonical;
use crate::cell::Address;
use crate::criteria::{Category, CriteriaSet};
use crate::failure::Failure;
use crate::id::{RowId, ServiceId};
use crate::import::{Draft, DraftCell, Finding, Level, Mapping, Place};
use crate::lang::{Label, Lang};
use crate::schema::{self, Field, Kind, Section};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Rows among which a header is looked for.
const HEADER_ROWS: u32 = 15;
/// Rows of a table that are read.
const MAX_ROWS: u32 = 5_000;
/// Confidence under which a category is only proposed.
const SURE: u8 = 60;

/// A layout, as `assessments/library/profiles/*.toml` describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Profile {
    /// `wg`.
    pub name: String,
    /// Language of the file's bilingual texts.
    pub lang: Lang,
    /// What its sheets may be.
    pub sheets: Vec<SheetProfile>,
    /// Category names that other sets use, to the words of ours: a proposal, corrected by the reader.
    #[serde(default)]
    pub categories: BTreeMap<String, String>,
    /// Whether the category column holds identifiers of this framework of the criteria set.
    #[serde(default)]
    pub framework: Option<String>,
    /// What follows the service's name in the file's name.
    #[serde(default)]
    pub file_suffix: String,
}

/// One kind of sheet in a layout.
#[derive(Clone, Debug, Deserialize)]
pub struct SheetProfile {
    /// The section that its rows go to.
    pub section: String,
    /// Names, folded before comparing.
    pub names: Vec<String>,
    /// Headers of the column that names the category (for criteria).
    #[serde(default)]
    pub category: Vec<String>,
    /// Field key to headers, beside the schema's own.
    #[serde(default)]
    pub columns: BTreeMap<String, Vec<String>>,
    /// Headers of columns that are the institution's own.
    #[serde(default)]
    pub own: Vec<String>,
}

/// The profiles that ship.
///
/// # Errors
/// [`Failure::Invalid`] where a shipped file is damaged, which a test rules out.
pub fn builtin_profiles() -> Result<Vec<Profile>, Failure> {
    [include_str!("../../library/profiles/wg.toml"), include_str!("../../library/profiles/mcsb.toml")]
        .into_iter()
        .map(|text| toml::from_str(text).map_err(|e| Failure::invalid("profile", e.message())))
        .collect()
}

/// A label as it is compared and remembered: NFKC, lower case, without blanks, brackets and numbering.
pub fn fold_label(label: &str) -> String {
    let folded: String = label
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '[' | ']' | '・' | '_' | '-' | ':' | '/'))
        .collect();
    folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned()
}

/// Services whose name, abbreviation or id is the one that a file says.
pub fn services_named(name: &str, names: &[(ServiceId, Label, String)]) -> Vec<ServiceId> {
    let wanted = fold_label(name).replace("編", "");
    if wanted.is_empty() {
        return vec![];
    }
    let fits = |(id, label, short): &&(ServiceId, Label, String)| {
        [label.ja.as_str(), label.en.as_str(), short.as_str(), id.as_str()]
            .into_iter()
            .any(|n| !n.is_empty() && fold_label(n) == wanted)
    };
    names.iter().filter(fits).map(|(id, _, _)| id.clone()).collect()
}

/// Where a table was found.
struct Table<'a> {
    grid: &'a Grid,
    section: &'static Section,
    /// First row of data.
    first: u32,
    /// Column to field.
    columns: BTreeMap<u32, &'static Field>,
    /// Column that names the category.
    category: Option<u32>,
    score: usize,
}

/// Reads a foreign workbook by the profile that fits best.
///
/// # Errors
/// [`Failure::Refused`] `nothing_found` where no table of any profile is there.
pub fn draft(
    book: &Book,
    criteria: &CriteriaSet,
    profiles: &[Profile],
    remembered: &BTreeMap<String, String>,
) -> Result<Draft, Failure> {
    let scored =
        profiles.iter().map(|p| (p, tables(book, p))).map(|(p, t)| (t.iter().map(|t| t.score).sum::<usize>(), p, t));
    let Some((_, profile, found)) = scored.filter(|(score, _, _)| *score > 0).max_by_key(|(score, _, _)| *score) else {
        return Err(Failure::refused("nothing_found", ""));
    };
    let mut draft = Draft {
        profile: profile.name.clone(),
        findings: book.findings.clone(),
        service_name: service_name(book, profile),
        ..Draft::default()
    };
    let mut reader = Reader { criteria, profile, remembered, draft: &mut draft, texts: BTreeMap::new() };
    let mut best: BTreeMap<&str, Table<'_>> = BTreeMap::new();
    for table in found {
        let key = table.section.key;
        match best.get(key) {
            Some(other) if other.score >= table.score => reader.other_candidate(&table, other.grid),
            Some(_) => {
                if let Some(old) = best.insert(key, table) {
                    let grid = best.get(key).map_or(old.grid, |t| t.grid);
                    reader.other_candidate(&old, grid);
                }
            }
            None => {
                best.insert(key, table);
            }
        }
    }
    for table in best.values() {
        reader.table(table);
    }
    reader.finish();
    Ok(draft)
}

fn tables<'a>(book: &'a Book, profile: &'a Profile) -> Vec<Table<'a>> {
    let mut out = Vec::new();
    for grid in book.sheets.iter().filter(|g| !g.hidden) {
        let name = fold_label(&grid.name);
        for sheet in &profile.sheets {
            let Some(section) = schema::section(&sheet.section) else { continue };
            let named = sheet.names.iter().map(|n| fold_label(n)).find(|n| name.contains(n.as_str()));
            let Some(named) = named else { continue };
            let candidates = (0..HEADER_ROWS).flat_map(|row| [1_u32, 2].map(|depth| (row, depth)));
            let best =
                candidates.filter_map(|(row, depth)| header(grid, section, sheet, row, depth)).max_by_key(|t| t.score);
            out.extend(best.map(|t| Table { score: t.score * 2 + usize::from(name == named), ..t }));
        }
    }
    out
}

/// Reads a header of one or two rows and scores it by the columns that it names.
fn header<'a>(
    grid: &'a Grid,
    section: &'static Section,
    profile: &'a SheetProfile,
    row: u32,
    depth: u32,
) -> Option<Table<'a>> {
    let mut columns: BTreeMap<u32, &'static Field> = BTreeMap::new();
    let mut category = None;
    let mut taken = BTreeSet::new();
    for col in 0..=grid.extent().col.min(200) {
        let labels: Vec<String> =
            (row..row + depth).map(|r| fold_label(grid.spread(r, col))).filter(|l| !l.is_empty()).collect();
        let Some(last) = labels.last() else { continue };
        if profile.own.iter().any(|own| labels.iter().any(|l| *l == fold_label(own))) {
            continue;
        }
        if category.is_none() && profile.category.iter().any(|c| fold_label(c) == *last) {
            category = Some(col);
            continue;
        }
        if let Some(field) = section.fields.iter().find(|f| !taken.contains(f.key) && named(f, profile, last)) {
            taken.insert(field.key);
            columns.insert(col, field);
        }
    }
    let whole = section.key != "criteria" || category.is_some();
    let score = columns.len() + usize::from(category.is_some());
    (whole && score >= 2).then_some(Table { grid, section, first: row + depth, columns, category, score })
}

fn named(field: &Field, profile: &SheetProfile, label: &str) -> bool {
    let own = profile.columns.get(field.key).into_iter().flatten().map(String::as_str);
    // A profile's own headers stand for the field; the schema's are for the fields it does not name.
    if profile.columns.contains_key(field.key) {
        return own.into_iter().any(|n| fold_label(n) == label);
    }
    [field.ja, field.en].into_iter().chain(field.aliases.iter().copied()).any(|n| fold_label(n) == label)
}

fn service_name(book: &Book, profile: &Profile) -> String {
    if !profile.file_suffix.is_empty() {
        let stem = book.file.split(&profile.file_suffix).next().unwrap_or("");
        return stem.replace(['-', '_'], " ").trim().to_owned();
    }
    for grid in &book.sheets {
        for cell in grid.cells.values() {
            let text: String = cell.text.nfkc().collect();
            if let Some((_, rest)) = text.split_once("対象サービス:") {
                return rest.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            }
        }
    }
    String::new()
}

struct Reader<'a> {
    criteria: &'a CriteriaSet,
    profile: &'a Profile,
    remembered: &'a BTreeMap<String, String>,
    draft: &'a mut Draft,
    /// Address to the texts of several rows, in the file's order.
    texts: BTreeMap<Address, Vec<(String, Place)>>,
}

impl Reader<'_> {
    fn finding(&mut self, level: Level, code: &str, place: &Place, ja: String, en: String) {
        if self.draft.findings.len() < 2_000 {
            self.draft.findings.push(Finding {
                level,
                code: code.into(),
                sheet: place.sheet.clone(),
                cell: place.cell.clone(),
                ja,
                en,
            });
        }
    }

    fn other_candidate(&mut self, table: &Table<'_>, chosen: &Grid) {
        let place = Place { sheet: table.grid.name.clone(), cell: String::new() };
        let (ja, en) = (
            format!("「{}」を読みました。このシートは同じ種類の別の写しとして読んでいません。", chosen.name),
            format!("“{}” was read instead; this sheet looks like another copy and was not read.", chosen.name),
        );
        self.finding(Level::Warning, "other_candidate", &place, ja, en);
    }

    fn table(&mut self, table: &Table<'_>) {
        let grid = table.grid;
        self.own_columns(table);
        let last = grid.extent().row.min(table.first + MAX_ROWS);
        let mut above: BTreeMap<u32, String> = BTreeMap::new();
        let mut number = 0;
        for row in table.first..=last {
            let texts: BTreeMap<u32, (String, Place)> = self.row(table, row, &mut above);
            let label = table.category.map(|col| (grid.spread(row, col).to_owned(), place(grid, row, col)));
            let filled = (0..=grid.extent().col.min(200)).any(|c| !grid.text(row, c).is_empty());
            if !filled {
                continue;
            }
            match label {
                Some((label, at)) if !label.trim().is_empty() => self.answer(table, &label, &at, &texts),
                None if texts.len() >= 2 || (texts.len() == 1 && table.columns.len() == 1) => {
                    number += 1;
                    self.free(table, number, &texts);
                }
                _ => {
                    let at = Place { sheet: grid.name.clone(), cell: format!("{}", row + 1) };
                    let read: String = grid
                        .cells
                        .range(At { row, col: 0 }..At { row: row + 1, col: 0 })
                        .map(|(_, c)| c.text.as_str())
                        .collect::<Vec<_>>()
                        .join(" ")
                        .chars()
                        .take(80)
                        .collect();
                    self.finding(
                        Level::Info,
                        "row_without_place",
                        &at,
                        format!("この行は表の行ではないため取り込みません：{read}"),
                        format!("This row is no row of the table and is not taken: {read}"),
                    );
                }
            }
        }
    }

    fn own_columns(&mut self, table: &Table<'_>) {
        let grid = table.grid;
        for col in 0..=grid.extent().col.min(200) {
            let head = grid.spread(table.first.saturating_sub(1), col).to_owned();
            let used =
                (table.first..=grid.extent().row.min(table.first + MAX_ROWS)).any(|r| !grid.text(r, col).is_empty());
            if !table.columns.contains_key(&col) && table.category != Some(col) && used && !head.is_empty() {
                let at = place(grid, table.first.saturating_sub(1), col);
                self.finding(
                    Level::Info,
                    "own_column",
                    &at,
                    format!("列「{head}」は共通の項目ではないため取り込みません。"),
                    format!("Column “{head}” is no common field and is not taken."),
                );
            }
        }
    }

    /// The texts of a row by column; ditto marks repeat what stands above.
    fn row(
        &mut self,
        table: &Table<'_>,
        row: u32,
        above: &mut BTreeMap<u32, String>,
    ) -> BTreeMap<u32, (String, Place)> {
        let mut out = BTreeMap::new();
        for col in table.columns.keys() {
            let spread = table.grid.spread(row, *col).trim();
            let text = if matches!(spread, "〃" | "同上" | "''") {
                above.get(col).cloned().unwrap_or_default()
            } else {
                spread.to_owned()
            };
            // What a merged group says belongs to each of its rows, but a row of nothing but its group is no row.
            if !text.is_empty() && text != "None" {
                above.insert(*col, text.clone());
                out.insert(*col, (text, place(table.grid, row, *col)));
            }
        }
        out
    }

    fn answer(&mut self, table: &Table<'_>, label: &str, at: &Place, texts: &BTreeMap<u32, (String, Place)>) {
        let (category, confidence) = propose(label, self.criteria, self.profile, self.remembered);
        if !self.draft.mapping.iter().any(|m| m.label == label) {
            self.draft.mapping.push(Mapping {
                label: label.to_owned(),
                category: category.clone(),
                confidence,
                place: at.clone(),
            });
        }
        let Ok(row) = RowId::parse(&category) else {
            let read: String =
                texts.values().map(|(t, _)| t.as_str()).collect::<Vec<_>>().join(" / ").chars().take(200).collect();
            self.finding(
                Level::Error,
                "unmapped_category",
                at,
                format!("「{label}」に当たる対策分類がないため取り込みません：{read}"),
                format!("No category fits “{label}”; not taken: {read}"),
            );
            return;
        };
        for (col, (text, at)) in texts {
            if let Some(field) = table.columns.get(col) {
                self.text(table, &row, field, text, at);
            }
        }
    }

    fn free(&mut self, table: &Table<'_>, number: usize, texts: &BTreeMap<u32, (String, Place)>) {
        let row = RowId::placeholder(number);
        for (col, (text, at)) in texts {
            if let Some(field) = table.columns.get(col) {
                self.text(table, &row, field, text, at);
            }
        }
    }

    fn text(&mut self, table: &Table<'_>, row: &RowId, field: &'static Field, text: &str, at: &Place) {
        let lang = field.bilingual.then_some(self.profile.lang);
        let address = Address::new(table.section.key, row.clone(), field.key, lang);
        let value = match field.kind {
            Kind::Choice(list) => {
                let (key, rest) = marks::choice(field, list, text);
                if let (Some(_), false) = (key, rest.is_empty()) {
                    let limits = Address::new(table.section.key, row.clone(), "limits", Some(self.profile.lang));
                    if limits.declared().is_some() {
                        self.texts.entry(limits).or_default().push((rest, at.clone()));
                    }
                }
                key.map(str::to_owned)
            }
            Kind::Reference("criteria") => {
                let first = text.split([',', '、', ' ']).next().unwrap_or("");
                let (category, confidence) = propose(first, self.criteria, self.profile, self.remembered);
                (confidence >= SURE).then_some(category)
            }
            Kind::Reference(_) => None,
            Kind::Links => Some(text.to_owned()),
            _ => Some(text.to_owned()),
        };
        let checked = value.and_then(|v| canonical::check(&address, field, &v).ok());
        match checked {
            Some(value) => self.texts.entry(address).or_default().push((value, at.clone())),
            None => {
                let label = field.label(Lang::Ja);
                self.finding(
                    Level::Error,
                    "not_understood",
                    at,
                    format!("「{label}」として読めません：{text}"),
                    format!("Not readable as {}: {text}", field.en),
                );
            }
        }
    }

    /// Several rows of one category become a list in the file's order; values of one kind that differ are told.
    fn finish(mut self) {
        let texts = std::mem::take(&mut self.texts);
        for (address, rows) in texts {
            let Some(field) = address.declared() else { continue };
            let mut seen = BTreeSet::new();
            let distinct: Vec<&(String, Place)> = rows.iter().filter(|(t, _)| seen.insert(t.clone())).collect();
            let Some((first, place)) = distinct.first().map(|(t, p)| (t.clone(), p.clone())) else { continue };
            let text = match (distinct.len(), field.kind) {
                (1, _) => first,
                (_, Kind::Choice(_)) => {
                    let all = distinct.iter().map(|(t, p)| format!("{}: {t}", p.cell)).collect::<Vec<_>>().join("、");
                    self.finding(
                        Level::Warning,
                        "marks_differ",
                        &place,
                        format!("同じ分類の行で値が異なるため取り込みません：{all}"),
                        format!("Rows of one category say different things; not taken: {all}"),
                    );
                    continue;
                }
                (_, Kind::Links | Kind::Guardrails) => {
                    distinct.iter().map(|(t, _)| t.as_str()).collect::<Vec<_>>().join("\n")
                }
                _ => distinct
                    .iter()
                    .map(|(t, _)| format!("- {}", t.replace('\n', "\n  ")))
                    .collect::<Vec<_>>()
                    .join("\n"),
            };
            self.draft.cells.push(DraftCell { address, text, place });
        }
    }
}

fn place(grid: &Grid, row: u32, col: u32) -> Place {
    Place { sheet: grid.name.clone(), cell: At { row, col }.name() }
}

/// The category that a label most likely means, with a confidence in percent.
fn propose(
    label: &str,
    criteria: &CriteriaSet,
    profile: &Profile,
    remembered: &BTreeMap<String, String>,
) -> (String, u8) {
    let folded = fold_label(label);
    if let Some(category) = remembered.get(&folded) {
        return (category.clone(), 100);
    }
    if let Some(framework) = &profile.framework {
        let id = label.trim();
        let fits = |c: &&Category| c.frameworks.get(framework).is_some_and(|ids| ids.iter().any(|i| i == id));
        return criteria.categories.iter().find(fits).map_or((String::new(), 0), |c| (c.id.clone(), 100));
    }
    if let Some(category) = criteria.categories.iter().find(|c| c.id.eq_ignore_ascii_case(label.trim())) {
        return (category.id.clone(), 100);
    }
    if let Some((_, id)) = profile.categories.iter().find(|(name, _)| fold_label(name) == folded) {
        return (id.clone(), 80);
    }
    let scored = criteria.categories.iter().map(|c| {
        let best = [&c.ja, &c.en].into_iter().map(|n| similarity(&folded, &fold_label(n))).max().unwrap_or(0);
        (best, c)
    });
    scored
        .max_by_key(|(score, _)| *score)
        .filter(|(score, _)| *score >= 40)
        .map_or((String::new(), 0), |(score, c)| (c.id.clone(), score))
}

/// Shared pairs of characters, in percent.
fn similarity(a: &str, b: &str) -> u8 {
    let pairs = |t: &str| -> BTreeSet<(char, char)> { t.chars().zip(t.chars().skip(1)).collect() };
    let (a, b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let percent = (200 * a.intersection(&b).count()).checked_div(total).unwrap_or(0);
    u8::try_from(percent).unwrap_or(100).min(99)
}
