//! Part 1: usage scenarios and connection paths.

use super::{Opened, Tab, diagram, frame, open};
use crate::pages::Visit;
use crate::words::sheet;
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::schema;
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

/// A section of free rows as a table.
pub fn table(opened: &Opened<'_>, section: &'static str, empty: &'static str) -> AnyView {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let rows = opened.rows(section);
    let Some(declared) = schema::section(section).filter(|_| !rows.is_empty()) else {
        return view! { <p class="empty">{empty}</p> }.into_any();
    };
    let heads = declared.fields.iter().map(|f| view! { <th scope="col">{f.label(visit.lang)}</th> }).collect_view();
    let lines = rows
        .iter()
        .map(|row| {
            let cells = declared.fields.iter().map(|f| view! { <td data-label=f.label(visit.lang)>{opened.cell(section, row, f.key, None)}</td> }).collect_view();
            view! {
                <tr id=row.to_string()><th scope="row" class="mono" data-label=s.no>{row.to_string()}{delete(opened, section, row)}</th>{cells}</tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=declared.label(visit.lang)>
            <table class="sheet free"><thead><tr><th scope="col">{s.no}</th>{heads}</tr></thead><tbody>{lines}</tbody></table>
        </div>
    }
    .into_any()
}

fn delete(opened: &Opened<'_>, section: &'static str, row: &RowId) -> Option<impl IntoView + use<>> {
    let s = sheet(opened.visit.lang);
    opened.editable.then(|| {
        view! {
            <form class="row-tools" method="post" action=format!("/services/{}/rows", opened.id())>
                <input type="hidden" name="section" value=section/>
                <input type="hidden" name="delete" value=row.to_string()/>
                <input type="hidden" name="base" value=opened.view.number.to_string()/>
                <button class="btn" data-kind="quiet" title=s.delete_hint aria-label=format!("{} {row}", s.delete_row)>"×"</button>
            </form>
        }
    })
}

/// The button that adds a row.
pub fn add(opened: &Opened<'_>, section: &'static str, word: &'static str) -> Option<impl IntoView + use<>> {
    opened.editable.then(|| {
        view! {
            <form class="add-row" method="post" action=format!("/services/{}/rows", opened.id())>
                <input type="hidden" name="section" value=section/>
                <input type="hidden" name="base" value=opened.view.number.to_string()/>
                <button class="btn">"＋ "{word}</button>
            </form>
        }
    })
}
