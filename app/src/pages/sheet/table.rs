//! A section of free rows as a table. Fields that belong together share a column, so that the texts get the room.

use super::Opened;
use crate::words::sheet;
use assessments::id::RowId;
use assessments::schema::{self, Field, Section};
use leptos::prelude::*;

/// Fields that stand under one another in one column, all but the first with their names, as (section, first field, the others).
const TOGETHER: [(&str, &str, &[&str]); 4] = [
    ("paths", "kind", &["plane", "direction"]),
    ("paths", "protocol", &["encryption", "authentication"]),
    ("notes", "category", &["severity", "number"]),
    ("notes", "scenarios", &["regions", "as_of"]),
];

/// One column: fields, and whether it holds long text.
struct Column {
    fields: Vec<&'static Field>,
    wide: bool,
}

impl Column {
    fn label(&self, lang: assessments::lang::Lang) -> String {
        self.fields.iter().map(|f| f.label(lang)).collect::<Vec<_>>().join(lang.pick("・", ", "))
    }
}

fn columns(section: &'static Section) -> Vec<Column> {
    let groups = || TOGETHER.iter().filter(|g| g.0 == section.key);
    let joins_another = |f: &&Field| !groups().any(|g| g.2.contains(&f.key));
    let of_group = |f: &'static Field| {
        let others = groups().filter(|g| g.1 == f.key).flat_map(|g| g.2).filter_map(|key| section.field(key));
        Column { fields: std::iter::once(f).chain(others).collect(), wide: matches!(f.kind, schema::Kind::Markdown) }
    };
    section.fields.iter().filter(joins_another).map(of_group).collect()
}

/// How many columns of long text share the table's room.
fn wide(columns: &[Column]) -> &'static str {
    if columns.iter().filter(|c| c.wide).count() > 1 { "many" } else { "one" }
}

/// A section of free rows as a table.
pub fn table(opened: &Opened<'_>, section: &'static str, empty: &'static str) -> AnyView {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let rows = opened.rows(section);
    let Some(declared) = schema::section(section).filter(|_| !rows.is_empty()) else {
        return view! { <p class="empty">{empty}</p> }.into_any();
    };
    let columns = columns(declared);
    let wide = wide(&columns);
    let heads = columns
        .iter()
        .map(|c| view! { <th scope="col" data-wide=c.wide.then_some(wide)>{c.label(visit.lang)}</th> })
        .collect_view();
    let lines = rows.iter().map(|row| line(opened, section, row, &columns)).collect_view();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=declared.label(visit.lang)>
            <table class="sheet free"><thead><tr><th scope="col">{s.no}</th>{heads}</tr></thead><tbody>{lines}</tbody></table>
        </div>
    }
    .into_any()
}

fn line(opened: &Opened<'_>, section: &'static str, row: &RowId, columns: &[Column]) -> impl IntoView + use<> {
    let lang = opened.visit.lang;
    let wide = wide(columns);
    let cells = columns
        .iter()
        .map(|c| {
            let body = match c.fields.as_slice() {
                [only] => opened.cell(section, row, only.key, None),
                [first, others @ ..] => view! {
                    {opened.cell(section, row, first.key, None)}
                    {others.iter().map(|f| opened.labelled(section, row, f.key)).collect_view()}
                }
                .into_any(),
                [] => ().into_any(),
            };
            let label = c.fields.first().map(|f| f.label(lang));
            view! { <td data-label=label data-wide=c.wide.then_some(wide)>{body}</td> }
        })
        .collect_view();
    view! {
        <tr id=row.to_string()><th scope="row" class="mono" data-label=sheet(lang).no>{row.to_string()}{delete(opened, section, row)}</th>{cells}</tr>
    }
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
