//! Some services side by side for one category: a column each, what differs from most marked, texts with the difference
//! to one of them.

use super::{Asked, head, hidden, question};
use crate::pages::Visit;
use crate::pages::cell::body;
use crate::pages::forms::diff;
use crate::pages::shell::{Place, page};
use crate::words::{common, fill, find};
use assessments::criteria::{Category, CriteriaSet};
use assessments::desk::{Across, AcrossColumn};
use assessments::id::RowId;
use assessments::link::escape;
use assessments::schema::{self, Field, Kind};
use leptos::prelude::*;

/// The fields that stand below each other.
const FIELDS: [&str; 8] =
    ["availability", "handled_by", "responsibility", "summary", "configure", "limits", "modes", "guardrails"];

/// The page.
pub fn draw(
    visit: &Visit,
    criteria: &CriteriaSet,
    category: &Category,
    row: &RowId,
    asked: &Asked,
    found: &Across,
) -> String {
    let (w, f) = (common(visit.lang), find(visit.lang));
    let title = format!("{} · {} {}", f.compare_title, category.id, category.name(visit.lang));
    let back = address(category, asked, found, false);
    page(visit, &title, Place::Matrix, || {
        view! {
            {head(visit, criteria, category)}
            {question(visit, criteria, category)}
            {if found.columns.len() < 2 {
                view! { <p class="empty" role="status">{f.compare_few}" "<a href=back.clone()>{f.compare_done}</a></p> }.into_any()
            } else {
                let rows = FIELDS.into_iter().filter_map(|key| schema::field("criteria", key));
                view! {
                    {against(visit, category, asked, found)}
                    <div class="table-scroll" tabindex="0" role="region" aria-label=f.compare_title>
                        <table class="sheet compare">
                            <thead><tr><th scope="col">{f.item}</th>{found.columns.iter().map(|c| column(visit, category, asked, found, c)).collect_view()}</tr></thead>
                            <tbody>{rows.map(|field| line(visit, criteria, row, asked, found, field)).collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
            <p class="small muted">{criteria.is_reconstruction().then_some(w.reconstruction)}</p>
        }
    })
}

/// The address of this choice of services; `compare` says whether side by side.
fn address(category: &Category, asked: &Asked, found: &Across, compare: bool) -> String {
    let mut parts: Vec<String> = found.columns.iter().map(|c| format!("with={}", c.row.service)).collect();
    if !asked.set.is_empty() {
        parts.push(format!("criteria={}", escape(&asked.set)));
    }
    if compare {
        parts.push("compare=1".into());
    }
    format!("/categories/{}?{}", category.id, parts.join("&"))
}

/// Which service the texts are compared with, and the way out.
fn against(visit: &Visit, category: &Category, asked: &Asked, found: &Across) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let options = found.columns.iter().map(|c| {
        let id = c.row.service.to_string();
        view! { <option value=id.clone() selected={asked.against == id}>{c.row.name.get(visit.lang).to_owned()}</option> }
    });
    let with = found.columns.iter().map(|c| hidden("with", c.row.service.as_str()));
    view! {
        <form class="filters" method="get" action=format!("/categories/{}", category.id) aria-label=f.compare_against>
            {hidden("criteria", &asked.set)}{hidden("compare", "1")}{with.collect_view()}
            <label>{f.compare_against}<select name="against"><option value="">{f.compare_against_none}</option>{options.collect_view()}</select></label>
            <button class="btn">{f.compare_show}</button>
            <a class="btn" data-kind="quiet" href=address(category, asked, found, false)>{f.compare_done}</a>
            <span class="muted small">{fill(f.chosen_count, &[&found.columns.len()])}</span>
        </form>
    }
}

fn column(
    visit: &Visit,
    category: &Category,
    asked: &Asked,
    found: &Across,
    c: &AcrossColumn,
) -> impl IntoView + use<> {
    let f = find(visit.lang);
    let name = c.row.name.get(visit.lang).to_owned();
    let rest = Across {
        columns: found.columns.iter().filter(|o| o.row.service != c.row.service).cloned().collect(),
        ..Across::default()
    };
    let without = address(category, asked, &rest, true);
    let base = (asked.against == c.row.service.as_str())
        .then(|| view! { " "<span class="chip" data-tone="info">{f.base_text}</span> });
    view! {
        <th scope="col"><a href=format!("/services/{}/criteria#criteria-{}-availability", c.row.service, category.id)>{name.clone()}</a>{base}
            " "<a class="small" href=without aria-label=fill(f.compare_remove, &[&name])>"×"</a></th>
    }
}

fn line(
    visit: &Visit,
    criteria: &CriteriaSet,
    row: &RowId,
    asked: &Asked,
    found: &Across,
    field: &'static Field,
) -> AnyView {
    let f = find(visit.lang);
    let text = |c: &AcrossColumn| c.row.cells.shown("criteria", row, field.key, visit.lang).text.to_owned();
    if found.columns.iter().all(|c| text(c).is_empty()) {
        return ().into_any();
    }
    let base = found.columns.iter().find(|c| c.row.service.as_str() == asked.against);
    let cells = found.columns.iter().map(|c| {
        let shown = c.row.cells.shown("criteria", row, field.key, visit.lang);
        let differs = c.differs.contains(field.key);
        let mark = differs.then(|| view! { <p class="small"><span class="chip" data-tone="warn">{f.differs}</span></p> });
        let inner = match base.filter(|b| field.kind == Kind::Markdown && b.row.service != c.row.service) {
            Some(base) => view! { <div class="diff">{diff(&text(base), shown.text)}</div> }.into_any(),
            None => body(&visit.desk, criteria, visit.lang, field, shown.text),
        };
        view! {
            <td data-label=c.row.name.get(visit.lang).to_owned() data-differs=differs.then_some("") lang=shown.other.map(|l| l.code())>{mark}{inner}</td>
        }
    });
    let note = if found.agreed.contains(field.key) {
        Some(f.all_same)
    } else {
        found.split.contains(field.key).then_some(f.no_majority)
    };
    view! {
        <tr><th scope="row" class="cat">{field.label(visit.lang)}{note.map(|n| view! { <p class="small muted">{n}</p> })}</th>{cells.collect_view()}</tr>
    }
    .into_any()
}
