//! Workbooks that are not ours: layouts are profiles in data, headers are found, categories are proposed, and every row
//! is placed or told.

mod category;
mod detect;
mod numbers;
mod profile;
mod rows;
mod say;
mod texts;
mod values;
mod view;

pub use profile::{Profile, SheetProfile, builtin_profiles};

use super::grid::Book;
use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::id::ServiceId;
use crate::import::Draft;
use crate::store::ServiceName;
use detect::{Table, tables};
use rows::Reader;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use view::View;

/// The order in which tables are read: notes name categories and scenarios by the numbers of the tables before.
const ORDER: [&str; 5] = ["criteria", "facts", "paths", "scenarios", "notes"];

/// Most bytes of a line that names the service.
const SERVICE_LINE: usize = 1_000;

/// A label as it is compared and remembered: NFKC, lower case, without blanks, brackets and numbering.
pub fn fold_label(label: &str) -> String {
    let folded: String = label
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '[' | ']' | '・' | '_' | '-' | ':' | '/'))
        .collect();
    folded.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned()
}

/// Services whose name, abbreviation or id is the one that a file says; only the provider's, where the file is one's.
pub fn services_named(name: &str, provider: &str, names: &[ServiceName]) -> Vec<ServiceId> {
    let wanted = fold_label(name).replace("編", "");
    if wanted.is_empty() {
        return vec![];
    }
    let fits = |s: &&ServiceName| {
        (provider.is_empty() || s.provider.is_empty() || s.provider.eq_ignore_ascii_case(provider))
            && [s.name.ja.as_str(), s.name.en.as_str(), s.abbreviation.as_str(), s.id.as_str()]
                .into_iter()
                .any(|n| !n.is_empty() && fold_label(n) == wanted)
    };
    names.iter().filter(fits).map(|s| s.id.clone()).collect()
}

/// Reads a foreign workbook by the profile that fits best.
///
/// # Errors
/// [`Failure::Refused`] `nothing_found` where no table of any profile is there, `too_much_for_a_sheet`.
pub fn draft(
    book: &Book,
    criteria: &CriteriaSet,
    profiles: &[Profile],
    remembered: &BTreeMap<String, String>,
) -> Result<Draft, Failure> {
    let views = View::all(book);
    let read = profiles.iter().map(|p| (p, tables(&views, book.sheets.len() == 1, p)));
    let scored = read.map(|(p, t)| (t.iter().map(|t| t.score).sum::<usize>(), p, t));
    let Some((_, profile, found)) = scored.filter(|(score, _, _)| *score > 0).max_by_key(|(score, _, _)| *score) else {
        return Err(Failure::refused("nothing_found", ""));
    };
    let mut reader = Reader::new(criteria, profile, remembered);
    reader.says.findings.clone_from(&book.findings);
    let best = best_of(found, &mut reader);
    for section in ORDER {
        if let Some(table) = best.get(section) {
            reader.table(table);
        }
    }
    for grid in &book.sheets {
        let read = best.values().any(|t| t.view.grid.name == grid.name);
        if !read && !grid.cells.is_empty() && !reader.says.names(&grid.name) {
            reader.says.sheet_not_read(&grid.name, grid.hidden);
        }
    }
    let mut draft = Draft {
        profile: profile.name.clone(),
        service_name: service_name(book, profile),
        provider: profile.provider.clone(),
        mapping: std::mem::take(&mut reader.mapping),
        ..Draft::default()
    };
    draft.own = std::mem::take(&mut reader.own);
    let Reader { texts, mut says, .. } = reader;
    draft.cells = texts.finish(&mut says)?;
    draft.findings = says.findings;
    Ok(draft)
}

/// The best table of each section; the others are told as copies.
fn best_of<'b>(found: Vec<Table<'b>>, reader: &mut Reader<'_>) -> BTreeMap<&'static str, Table<'b>> {
    let mut best: BTreeMap<&'static str, Table<'b>> = BTreeMap::new();
    for table in found {
        let key = table.section.key;
        let loser = match best.remove(key) {
            None => {
                best.insert(key, table);
                continue;
            }
            Some(other) if other.score >= table.score => {
                best.insert(key, other);
                table
            }
            Some(other) => {
                best.insert(key, table);
                other
            }
        };
        let chosen = best.get(key).map(|t| t.view.grid.name.clone()).unwrap_or_default();
        reader.says.other_candidate(&loser.view.grid.name, &chosen);
    }
    best
}

fn service_name(book: &Book, profile: &Profile) -> String {
    if !profile.file_suffix.is_empty() {
        let stem = book.file.split(&profile.file_suffix).next().unwrap_or("");
        return stem.replace(['-', '_'], " ").trim().to_owned();
    }
    for grid in &book.sheets {
        for cell in grid.cells.values() {
            // Most cells are told from it without a second look at their characters.
            if cell.text.len() > SERVICE_LINE || !cell.text.contains("対象") {
                continue;
            }
            let text: String = cell.text.nfkc().collect();
            if let Some((_, rest)) = text.split_once("対象サービス:") {
                return rest.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            }
        }
    }
    String::new()
}
