//! A sheet as a workbook: cover, revision history, facts and the three parts, with the identity that brings it home.
//!
//! The same input gives the same bytes.

pub mod basket;
pub(crate) mod block;
mod code;
mod columns;
mod cover;
mod facts;
mod guardrails;
mod listing;
mod lists;
mod own_lists;
mod own_sheet;
mod page;
mod print;
pub(crate) mod style;

use crate::criteria::CriteriaSet;
use crate::failure::Failure;
use crate::guardrail::GuardrailId;
use crate::id::{ExportId, ServiceId};
use crate::lang::Lang;
use crate::sheet::Cells;
use crate::workbook::own::mark::{self, OwnMark};
use crate::workbook::text;
use chrono::{DateTime, Utc};
use lists::Lists;
pub use own_sheet::{ApprovalLines, OwnSheet};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use style::Styles;

/// Sheets of tables with their sections.
type Tables = (&'static str, &'static [&'static str]);
const PART1: [Tables; 1] = [(text::PART1, &["scenarios", "paths"])];
const SIGNED_PART1: [Tables; 2] = [(text::SCENARIOS, &["scenarios"]), (text::PATHS, &["paths"])];
const PARTS: [Tables; 2] = [(text::PART2, &["criteria"]), (text::PART3, &["notes"])];

/// One line of the revision history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// The revision.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by display name.
    pub author: String,
    /// Why; may be empty.
    pub reason: String,
    /// Through which door, in the reader's words.
    pub door: String,
    /// How many cells.
    pub cells: usize,
}

/// Everything that an export needs.
pub struct ExportInput<'a> {
    /// The service.
    pub service: &'a ServiceId,
    /// The cells at the revision.
    pub cells: &'a Cells,
    /// The criteria set in force.
    pub criteria: &'a CriteriaSet,
    /// Newest first.
    pub history: &'a [HistoryLine],
    /// The export's id, as the server keeps it.
    pub export: &'a ExportId,
    /// The revision.
    pub number: i64,
    /// When; also the file's date of creation.
    pub at: DateTime<Utc>,
    /// Language of labels, and of the columns that are not folded away.
    pub lang: Lang,
    /// Display name of a guardrail, where its source allows one.
    pub guardrails: &'a dyn Fn(&GuardrailId) -> Option<String>,
}

impl ExportInput<'_> {
    /// What the workbook says about itself.
    pub fn mark(&self) -> OwnMark {
        OwnMark { export: self.export.clone(), service: self.service.to_string(), number: self.number }
    }

    /// The service's name in the reader's language; its id where it has none.
    pub fn name(&self) -> &str {
        let name = self.cells.shown("facts", &crate::id::RowId::service(), "name", self.lang).text;
        if name.trim().is_empty() { self.service.as_str() } else { name }
    }

    /// The criteria set, marked where it is a reconstruction.
    pub fn criteria_words(&self) -> String {
        let key = self.criteria.key();
        match (self.criteria.is_reconstruction(), self.lang) {
            (false, _) => key,
            (true, Lang::Ja) => format!("{key}（公開情報に基づく再構成）"),
            (true, Lang::En) => format!("{key} (reconstructed from public sources)"),
        }
    }
}

/// Writes a sheet as an xlsx workbook.
///
/// # Errors
/// [`Failure::Internal`] where the workbook cannot be written; a text within the schema's bounds never causes it.
pub fn export(input: &ExportInput) -> Result<Vec<u8>, Failure> {
    written(input, None)
}

/// The same with a sheet of an institution's own decision. Whoever hands it out has asked whose it is.
///
/// # Errors
/// As [`export`].
pub fn export_with(input: &ExportInput, own: &OwnSheet<'_>) -> Result<Vec<u8>, Failure> {
    written(input, Some(own))
}

fn written(input: &ExportInput, own: Option<&OwnSheet<'_>>) -> Result<Vec<u8>, Failure> {
    write(input, own).map_err(|error| {
        tracing::error!(export = %input.export, %error, "a workbook could not be written");
        Failure::Internal { operation: input.export.to_string() }
    })
}

fn write(input: &ExportInput, own: Option<&OwnSheet<'_>>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // Yu Gothic 11 stands in rows of 25 pixels and columns of 72.
    book.set_default_format(&Styles::default_format(), 25, 72)?;
    let styles = Styles::new();
    let lists = Lists::new(input);
    identify(&mut book, input)?;
    cover::cover(book.add_worksheet(), input, &styles)?;
    if let Some(own) = own {
        own_sheet::own_sheet(book.add_worksheet(), input, own, &styles)?;
        own_lists::own_lists(&mut book, input, own, &styles)?;
    }
    cover::history(book.add_worksheet(), input, &styles)?;
    facts::facts(book.add_worksheet(), input, &styles, &lists)?;
    // People fill in part 1 as one sheet. One that is signed is read on paper, where each table needs its own headers on
    // every page.
    let signed = own.is_some_and(|own| own.approval.is_some());
    let part1 = if signed { &SIGNED_PART1[..] } else { &PART1[..] };
    for (name, sections) in part1.iter().chain(&PARTS) {
        block::sheet(book.add_worksheet(), input, &styles, &lists, name, sections)?;
    }
    if let Some(own) = own {
        print::print(book.add_worksheet(), input, own, &styles)?;
    }
    guardrails::guardrails(book.add_worksheet(), input, &styles)?;
    lists.write(book.add_worksheet(), input)?;
    book.save_to_buffer()
}

/// The second copy of the identity, and what a file manager shows.
fn identify(book: &mut Workbook, input: &ExportInput) -> Result<(), XlsxError> {
    let own = input.mark();
    let mut properties = DocProperties::new()
        .set_title(format!(
            "{} {}",
            input.name(),
            input.lang.pick("セキュリティリスク評価シート", "Security risk assessment")
        ))
        .set_author("Kyohyo")
        .set_creation_datetime(&ExcelDateTime::from_timestamp(input.at.timestamp())?);
    for (name, value) in mark::PROPERTIES.into_iter().zip(mark::second_copy_of(&own)) {
        book.define_name(name, &format!("=\"{value}\""))?;
        properties = properties.set_custom_property(name, value);
    }
    book.set_properties(&properties);
    Ok(())
}
