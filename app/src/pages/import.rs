//! Import: drop a file, look at what it would do, choose, apply.

mod beside;
pub mod several;

use super::adoption::private_line;
use super::error::notice;
use super::forms::cell_diff;
use super::search::place as cell_place;
use super::shell::{Place, page};
use super::{Refused, Visit};
use crate::islands::FileDrop;
use crate::words::{common, exchange, fill};
use assessments::access::Action;
use assessments::cell::Layer;
use assessments::criteria::CriteriaSet;
use assessments::desk::Preview;
use assessments::failure::Failure;
use assessments::import::{Counts, Finding, Level, Mapping, Outcome, PlannedCell};
use leptos::attr::custom::custom_attribute;
use leptos::prelude::*;

/// The page on which a file is dropped.
///
/// # Errors
/// [`Failure::Forbidden`] where the reader may not import.
pub fn drop(visit: &Visit, service: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    visit.who_may(Action::PreviewImport, &Layer::Shared)?;
    let x = exchange(visit.lang);
    Ok(page(visit, x.title, Place::Import, || {
        view! {
            <div class="head"><div><h1>{x.title}</h1><p class="facts">{x.lead}</p></div></div>
            {refused.map(|r| notice(visit, &r.failure))}
            <form class="form wide drop" method="post" action="/import" enctype="multipart/form-data">
                <label>{x.service}
                    <input type="text" name="service" value=service.to_owned() placeholder=x.service_auto/></label>
                <label>{x.drop}<input type="file" name="file" required multiple accept=".xlsx,.xlsm,.csv,.tsv,.json,.md,.zip"/></label>
                <button class="btn" data-kind="primary">{x.read}</button>
                <FileDrop lang=visit.lang/>
            </form>
            // A field takes either files or a folder: the folder has one of its own.
            <form class="form wide folder" method="post" action="/import" enctype="multipart/form-data">
                <label>{x.folder}<input type="file" name="file" required {custom_attribute("webkitdirectory", true)}/></label>
                <button class="btn">{x.folder_read}</button>
                <FileDrop lang=visit.lang/>
            </form>
            <p class="small muted">{x.own_hint}</p>
            <p class="small muted">{x.several_hint}</p>
        }
    }))
}

/// The preview of a file. `written` is how many cells applying it changed, where that is done.
pub fn preview(visit: &Visit, preview: &Preview, name: &str, written: usize, refused: Option<&Refused>) -> String {
    let x = exchange(visit.lang);
    let title = fill(x.of_file, &[&preview.file, &name]);
    page(visit, x.preview, Place::Import, || {
        let counts = preview.plan.counts();
        let open = preview.applied.is_none();
        let asked = !preview.plan.copies.is_empty();
        let changes: Vec<&PlannedCell> =
            preview.plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged).collect();
        view! {
            <nav class="crumbs"><a href="/import">{x.title}</a>
                {preview.batch.as_ref().map(|batch| view! { <a href=format!("/import/several/{batch}")>{x.several}</a> })}</nav>
            <div class="head"><div><h1>{x.preview}</h1><p class="facts">{title}</p></div>
                <a class="btn" data-kind="quiet" href=format!("/import/{}/report", preview.id) download>{x.report}</a></div>
            {private_line(visit, &preview.key.layer)}
            {refused.map(|r| notice(visit, &r.failure))}
            {preview.applied.map(|number| applied(visit, preview, number, written))}
            {summary(visit, counts)}
            {beside::question(visit, preview)}
            {mapping(visit, preview)}
            {beside::as_criteria(visit, preview, refused)}
            {findings(visit, &preview.plan.findings)}
            {if changes.is_empty() && preview.plan.own.is_empty() {
                view! { <p class="empty">{x.nothing}</p> }.into_any()
            } else {
                view! {
                    <form method="post" action=format!("/import/{}", preview.id)>
                        {beside::own_columns(visit, preview, refused)}
                        <table class="list preview">
                            <thead><tr><th scope="col">{x.take}</th><th scope="col">{x.cell}</th><th scope="col">{x.outcome}</th>
                                <th scope="col">{x.place}</th><th scope="col">{x.result}</th></tr></thead>
                            <tbody>{changes.iter().map(|c| row(visit, &preview.criteria.key(), c, open, refused)).collect_view()}</tbody>
                        </table>
                        <p class="small muted">{fill(x.same_hidden, &[&counts.unchanged])}</p>
                        {(open && !asked).then(|| view! { <button class="btn" data-kind="primary">{x.apply}</button> })}
                    </form>
                }.into_any()
            }}
        }
    })
}

fn applied(visit: &Visit, preview: &Preview, number: i64, written: usize) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let service = &preview.key.service;
    let (history, own) = match &preview.key.layer {
        Layer::Shared => (format!("/services/{service}/history#r{number}"), None),
        Layer::Institution(id) => {
            (format!("/services/{service}/adoption?institution={id}#own-history"), Some(id.to_string()))
        }
    };
    view! {
        <div class="note" data-tone="good" role="status">
            <p>{fill(x.applied, &[&number, &written])}</p>
            <div class="row"><a class="btn" href=history>{common(visit.lang).history}</a>
                {several::undo(visit, service.as_str(), number, &preview.operation, own)}</div>
        </div>
    }
}

/// The numbers of a preview with their words.
fn counted(visit: &Visit, counts: Counts) -> impl Iterator<Item = (usize, &'static str)> + use<> {
    let x = exchange(visit.lang);
    let words = [x.added, x.changed, x.unchanged, x.conflict, x.deletion, x.blank, x.not_understood];
    counts.each().into_iter().zip(words)
}

fn summary(visit: &Visit, counts: Counts) -> impl IntoView + use<> {
    let all = counted(visit, counts);
    view! { <div class="cards counts">{all.map(|(n, word)| view! { <div class="stat"><b>{n}</b><span>{word}</span></div> }).collect_view()}</div> }
}

/// A cell's word and tone for its outcome.
fn outcome(visit: &Visit, outcome: Outcome) -> (&'static str, &'static str) {
    let x = exchange(visit.lang);
    match outcome {
        Outcome::Added => (x.added, "good"),
        Outcome::Changed => (x.changed, "info"),
        Outcome::Merged => (x.merged, "info"),
        Outcome::Unchanged => (x.unchanged, "line"),
        Outcome::Conflict => (x.conflict, "bad"),
        Outcome::ProposedDeletion => (x.deletion, "warn"),
        Outcome::Blank => (x.blank, "warn"),
    }
}

fn row(visit: &Visit, set: &str, c: &PlannedCell, open: bool, refused: Option<&Refused>) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let (word, tone) = outcome(visit, c.outcome);
    let address = c.address.to_string();
    let label = format!("{} {address}", x.take);
    let name = cell_place(visit, set, &c.address);
    let choice = match c.outcome {
        Outcome::Added | Outcome::Changed | Outcome::Merged => view! {
            <input type="checkbox" name="take" value=address.clone() checked aria-label=label disabled=!open/>
        }
        .into_any(),
        Outcome::ProposedDeletion => view! {
            <label class="check"><input type="checkbox" name="delete" value=address.clone() disabled=!open/>{x.delete_row}</label>
        }
        .into_any(),
        Outcome::Blank => view! {
            <label class="check"><input type="checkbox" name="delete" value=address.clone() disabled=!open/>{x.erase}</label>
        }
        .into_any(),
        _ => ().into_any(),
    };
    let typed = refused.and_then(|r| r.typed(&format!("settle:{address}"))).map(str::to_owned);
    let body = match c.outcome {
        Outcome::Conflict => conflict(visit, c, open, typed).into_any(),
        Outcome::ProposedDeletion | Outcome::Blank => {
            view! { <div class="diff">{cell_diff(visit.lang, &c.address, &c.current, "")}</div> }.into_any()
        }
        _ => view! { <div class="diff">{cell_diff(visit.lang, &c.address, &c.current, &c.result)}</div> }.into_any(),
    };
    view! {
        <tr data-outcome=tone>
            <td data-label=x.take>{choice}</td>
            <th scope="row" data-label=x.cell><span>{name}</span><br/><small class="mono muted">{address}</small></th>
            <td data-label=x.outcome><span class="chip" data-tone=tone>{word}</span></td>
            <td data-label=x.place class="small"><span>{c.place.sheet.clone()}</span>" "<span class="mono">{c.place.cell.clone()}</span></td>
            <td data-label=x.result>{body}</td>
        </tr>
    }
}

/// A conflict: three texts and the text that shall stand, which starts as the current one.
fn conflict(visit: &Visit, c: &PlannedCell, open: bool, typed: Option<String>) -> impl IntoView + use<> {
    let (x, p) = (exchange(visit.lang), crate::words::pages(visit.lang));
    let base = c.base.clone().unwrap_or_default();
    let name = format!("settle:{}", c.address);
    let text = typed.unwrap_or_else(|| c.current.clone());
    let pane = |title: &'static str, to: &str| {
        let runs = cell_diff(visit.lang, &c.address, &base, to);
        view! { <section><h3>{title}</h3><div class="diff">{runs}</div></section> }
    };
    view! {
        <div class="conflict">
            {pane(p.base, &base)}
            {pane(x.current, &c.current)}
            {pane(x.file, &c.file)}
        </div>
        {open.then(|| view! { <label class="small">{x.write_own}<textarea name=name rows="4">{super::shell::in_area(text)}</textarea></label> })}
    }
}

fn findings(visit: &Visit, findings: &[Finding]) -> Option<impl IntoView + use<>> {
    let x = exchange(visit.lang);
    let items = findings
        .iter()
        .map(|f| {
            let (word, tone) = match f.level {
                Level::Info => (x.info, "line"),
                Level::Warning => (x.warning, "warn"),
                Level::Error => (x.error, "bad"),
            };
            view! {
                <li><span class="chip" data-tone=tone>{word}</span>" "<span class="small">{f.sheet.clone()}" "<span class="mono">{f.cell.clone()}</span></span>" "
                    {f.message(visit.lang).to_owned()}</li>
            }
        })
        .collect_view();
    let grave = findings.iter().any(|f| f.level == Level::Error);
    (!findings.is_empty()).then(|| {
        view! { <details class="panel" open=grave><summary>{x.findings}" ("{findings.len()}")"</summary><ul class="plain-list findings">{items}</ul></details> }
    })
}

fn mapping(visit: &Visit, preview: &Preview) -> Option<impl IntoView + use<>> {
    let x = exchange(visit.lang);
    let rows: Vec<_> =
        preview.plan.mapping.iter().enumerate().map(|(n, m)| mapping_row(visit, &preview.criteria, n, m)).collect();
    let unsure = preview.plan.mapping.iter().any(|m| m.confidence < 80);
    (!rows.is_empty()).then(|| {
        view! {
            <details class="panel" open=unsure><summary>{x.mapping}</summary>
                <p class="small muted">{x.mapping_hint}</p>
                <form method="post" action=format!("/import/{}/mapping", preview.id)>
                    <table class="list"><thead><tr><th scope="col">{x.label}</th><th scope="col">{x.category}</th><th scope="col" class="num">{x.confidence}</th></tr></thead>
                        <tbody>{rows}</tbody></table>
                    <button class="btn">{x.remap}</button>
                </form>
            </details>
        }
    })
}

fn mapping_row(visit: &Visit, criteria: &CriteriaSet, n: usize, m: &Mapping) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let options = criteria
        .categories
        .iter()
        .map(|c| view! { <option value=c.id.clone() selected={c.id == m.category}>{format!("{} {}", c.id, c.name(visit.lang))}</option> })
        .collect_view();
    view! {
        <tr>
            <th scope="row">{m.label.clone()}<input type="hidden" name=format!("label:{n}") value=m.label.clone()/></th>
            <td><select name=format!("category:{n}") aria-label=format!("{} {}", x.category, m.label)><option value="">{x.no_category}</option>{options}</select></td>
            <td class="num">{m.confidence}"%"</td>
        </tr>
    }
}
