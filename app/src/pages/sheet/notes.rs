//! Part 3: usage notes.

use super::table::{add, table};
use super::{Tab, frame, open};
use crate::pages::Visit;
use crate::words::sheet;
use assessments::failure::Failure;
use leptos::prelude::*;

/// The usage notes.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn notes(visit: &Visit, service: &str, flash: Option<String>) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let s = sheet(visit.lang);
    Ok(frame(
        &opened,
        Tab::Notes,
        flash,
        || view! { {table(&opened, "notes", s.notes_empty)} {add(&opened, "notes", s.add_note)} },
    ))
}
