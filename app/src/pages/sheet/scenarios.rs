//! Part 1: usage scenarios and connection paths.

use super::table::{add, table};
use super::{Tab, diagram, frame, open};
use crate::pages::Visit;
use crate::words::sheet;
use assessments::failure::Failure;
use leptos::prelude::*;

/// Scenarios, diagram and paths.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn scenarios(visit: &Visit, service: &str, flash: Option<String>) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let s = sheet(visit.lang);
    Ok(frame(&opened, Tab::Scenarios, flash, || {
        view! {
            <h2>{s.scenarios}</h2>
            {table(&opened, "scenarios", s.scenarios_empty)}
            {add(&opened, "scenarios", s.add_scenario)}
            {diagram::figure(&opened)}
            <h2>{s.paths}</h2>
            {table(&opened, "paths", s.paths_empty)}
            {add(&opened, "paths", s.add_path)}
        }
    }))
}
