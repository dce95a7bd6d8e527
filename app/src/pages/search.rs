//! Search results, grouped by sheet, each linking to the very cell.

use super::Visit;
use super::shell::{Place, page};
use crate::words::{common, fill, pages};
use assessments::cell::{Address, Layer};
use assessments::desk::{Found, FoundCell};
use assessments::failure::Failure;
use assessments::schema;
use assessments::search::Filter;
use leptos::prelude::*;

/// Cells shown.
const LIMIT: usize = 100;

/// The search page.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub async fn search(visit: &Visit, query: &str) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let asked = !query.trim().is_empty();
    let found = if asked { visit.desk.search(actor, query, LIMIT, Filter::default()).await? } else { vec![] };
    let (w, p) = (common(visit.lang), pages(visit.lang));
    let cells: usize = found.iter().map(|f| f.cells.len()).sum();
    let title = if asked { format!("{query} · {}", p.search_title) } else { p.search_title.to_owned() };
    Ok(page(visit, &title, Place::None, || {
        view! {
            <div class="head"><div><h1>{p.search_title}</h1></div></div>
            <form class="filters" method="get" action="/search" role="search" aria-label=p.search_title>
                <label>{p.search_label}<input type="search" name="q" value=query.to_owned() maxlength="400"/></label>
                <button class="btn" data-kind="primary">{w.search}</button>
            </form>
            {match (asked, found.is_empty()) {
                (false, _) => view! { <p class="empty">{p.search_lead}</p> }.into_any(),
                (true, true) => view! { <p class="empty" role="status">{p.search_none}</p> }.into_any(),
                (true, false) => view! {
                    <p class="muted small" role="status">{fill(p.found_cells, &[&found.len(), &cells])}</p>
                    {found.iter().map(|f| group(visit, f)).collect_view()}
                }.into_any(),
            }}
        }
    }))
}

fn group(visit: &Visit, f: &Found) -> impl IntoView + use<> {
    view! {
        <section class="panel hits">
            <h2><a href=format!("/services/{}", f.service)>{f.name.get(visit.lang).to_owned()}</a></h2>
            <ul class="plain-list">{f.cells.iter().map(|c| hit(visit, f, c)).collect_view()}</ul>
        </section>
    }
}

fn hit(visit: &Visit, f: &Found, c: &FoundCell) -> impl IntoView + use<> {
    let w = common(visit.lang);
    let private = c.layer != Layer::Shared;
    view! {
        <li class="hit">
            <a href=url(f.service.as_str(), &c.address)>{place(visit, &c.criteria, &c.address)}</a>
            {private.then(|| view! { " "<span class="chip" data-tone="warn">{w.private}</span> })}
            <p lang=c.address.lang.map(|l| l.code())>{snippet(&c.snippet)}</p>
        </li>
    }
}

/// The words of a snippet with what matched marked.
pub fn snippet(runs: &[(bool, String)]) -> impl IntoView + use<> {
    runs.iter()
        .map(
            |(marked, text)| {
                if *marked { view! { <mark>{text.clone()}</mark> }.into_any() } else { text.clone().into_any() }
            },
        )
        .collect_view()
}

/// A cell's place in words: part, row and field; `set` is the criteria set that its sheet follows.
pub fn place(visit: &Visit, set: &str, address: &Address) -> String {
    let criteria = visit.desk.criteria(set);
    let section = schema::section(&address.section).map_or("", |s| s.label(visit.lang));
    let field = address.declared().map_or("", |f| f.label(visit.lang));
    match criteria.category(address.row.as_str()) {
        Some(category) if address.section == "criteria" => {
            format!("{} {} › {field}", category.id, category.name(visit.lang))
        }
        _ if address.section == "facts" => format!("{section} › {field}"),
        _ => format!("{section} {} › {field}", address.row),
    }
}

/// The address of a cell's page.
pub fn url(service: &str, address: &Address) -> String {
    let part = match address.section.as_str() {
        "criteria" => "/criteria",
        "scenarios" | "paths" => "/scenarios",
        "notes" => "/notes",
        _ => "",
    };
    format!("/services/{service}{part}#{}", address.anchor())
}
