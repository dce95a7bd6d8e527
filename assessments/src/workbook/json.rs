//! A sheet as one JSON document: every cell by its address, so that it can be read again.

use super::export::ExportInput;
use crate::failure::Failure;
use chrono::SecondsFormat;
use serde::Serialize;
use std::collections::BTreeMap;

/// The document's own name and version, for whoever reads it later.
pub(super) const FORMAT: &str = "kyohyo-sheet/1";

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    service: &'a str,
    name: &'a str,
    criteria: String,
    reconstruction: bool,
    number: i64,
    export: &'a str,
    at: String,
    /// Address to text as stored, rows' order included.
    cells: BTreeMap<String, &'a str>,
    history: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    number: i64,
    at: String,
    author: &'a str,
    reason: &'a str,
    door: &'a str,
    cells: usize,
}

/// Writes the whole sheet, both languages.
///
/// # Errors
/// [`Failure::Internal`] where the document cannot be written.
pub fn export_json(input: &ExportInput) -> Result<Vec<u8>, Failure> {
    let at = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let document = Document {
        format: FORMAT,
        service: input.service.as_str(),
        name: input.name(),
        criteria: input.criteria.key(),
        reconstruction: input.criteria.is_reconstruction(),
        number: input.number,
        export: input.export.as_str(),
        at: at(input.at),
        cells: input.cells.iter().map(|(a, c)| (a.to_string(), c.value.as_str())).collect(),
        history: input
            .history
            .iter()
            .map(|l| Line {
                number: l.number,
                at: at(l.at),
                author: &l.author,
                reason: &l.reason,
                door: &l.door,
                cells: l.cells,
            })
            .collect(),
    };
    serde_json::to_vec_pretty(&document).map_err(|error| {
        tracing::error!(export = %input.export, %error, "a JSON export could not be written");
        Failure::Internal { operation: input.export.to_string() }
    })
}
