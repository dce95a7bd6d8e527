//! What a file holds, whatever it is called: the one door of every import.

use super::grid::Book;
use super::json_in::{JsonSheet, read_json};
use super::markdown_in::read_markdown;
use super::read;
use crate::failure::Failure;

/// What a file holds.
#[derive(Debug)]
pub enum Taken {
    /// A JSON or Markdown document of ours.
    Document(JsonSheet),
    /// A workbook, or separated values.
    Book(Book),
}

/// Reads a file by what it is. It takes at most 64 MB beside the file, and half a second.
///
/// # Errors
/// [`Failure::Refused`] with a reason that says what to do.
pub fn take(file: &str, bytes: &[u8]) -> Result<Taken, Failure> {
    match read_json(bytes).or_else(|| read_markdown(bytes)) {
        Some(document) => document.map(Taken::Document),
        None => read::read(file, bytes).map(Taken::Book),
    }
}
