//! Import: drop a file, look at what it would do, choose, apply.

use super::error::notice;
use super::forms::cell_diff;
use super::search::place as cell_place;
use super::shell::{Place, page};
use super::{Refused, Visit};
use crate::islands::FileDrop;
use crate::words::{common, exchange, fill};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::criteria::CriteriaSet;
use assessments::desk::Preview;
use assessments::failure::Failure;
use assessments::import::{Counts, Finding, Level, Mapping, Outcome, PlannedCell};
use leptos::prelude::*;

/// The page on which a file is dropped.
///
/// # Errors
/// [`Failure::Forbidden`] where the reader may not import.
pub fn drop(visit: &Visit, service: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    permit(visit.actor()?, Action::PreviewImport, &Layer::Shared)?;
    let x = exchange(visit.lang);
    Ok(page(visit, x.title, Place::Import, || {
        view! {
            <div class="head"><div><h1>{x.title}</h1><p class="facts">{x.lead}</p></div></div>
            {refused.map(|r| notice(visit, &r.failure))}
            <form class="form wide drop" method="post" action="/import" enctype="multipart/form-data">
                <label>{x.service}
                    <input type="text" name="service" value=service.to_owned() placeholder=x.service_auto/></label>
                <label>{x.drop}<input type="file" name="file" required accept=".xlsx,.xlsm,.csv,.tsv"/></label>
                <button class="btn" data-kind="primary">{x.read}</button>
                <FileDrop lang=visit.lang/>
            </form>
            <p class="small muted">{x.own_hint}</p>
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
        let changes: Vec<&PlannedCell> =
            preview.plan.cells.iter().filter(|c| c.outcome != Outcome::Unchanged).collect();
        view! {
            <nav class="crumbs"><a href="/import">{x.title}</a></nav>
            <div class="head"><div><h1>{x.preview}</h1><p class="facts">{title}</p></div></div>
            {refused.map(|r| notice(visit, &r.failure))}
            {preview.applied.map(|number| applied(visit, preview, number, written))}
            {summary(visit, counts)}
            {mapping(visit, preview)}
            {findings(visit, &preview.plan.findings)}
            {if changes.is_empty() {
                view! { <p class="empty">{x.nothing}</p> }.into_any()
            } else {
                view! {
                    <form method="post" action=format!("/import/{}", preview.id)>
                        <table class="list preview">
                            <thead><tr><th scope="col">{x.take}</th><th scope="col">{x.cell}</th><th scope="col">{x.outcome}</th>
                                <th scope="col">{x.place}</th><th scope="col">{x.result}</th></tr></thead>
                            <tbody>{changes.iter().map(|c| row(visit, &preview.criteria.key(), c, open, refused)).collect_view()}</tbody>
                        </table>
                        <p class="small muted">{fill(x.same_hidden, &[&counts.unchanged])}</p>
                        {open.then(|| view! { <button class="btn" data-kind="primary">{x.apply}</button> })}
                    </form>
                }.into_any()
            }}
        }
    })
}

fn applied(visit: &Visit, preview: &Preview, number: i64, written: usize) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    view! {
        <div class="note" data-tone="good" role="status">
            <p>{fill(x.applied, &[&number, &written])}</p>
            <div class="row"><a class="btn" href=format!("/services/{}/history#r{number}", preview.key.service)>{common(visit.lang).history}</a>
                <form method="post" action=format!("/services/{}/undo", preview.key.service)>
                    <input type="hidden" name="number" value=number.to_string()/><button class="btn" data-kind="quiet">{x.undo}</button></form></div>
        </div>
    }
}

fn summary(visit: &Visit, c: Counts) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let all = [
        (c.added, x.added),
        (c.changed, x.changed),
        (c.unchanged, x.unchanged),
        (c.conflicts, x.conflict),
        (c.proposed_deletions, x.deletion),
        (c.not_understood, x.not_understood),
    ];
    view! { <div class="cards counts">{all.map(|(n, word)| view! { <div class="stat"><b>{n}</b><span>{word}</span></div> })}</div> }
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
        _ => ().into_any(),
    };
    let typed = refused.and_then(|r| r.typed(&format!("settle:{address}"))).map(str::to_owned);
    let body = match c.outcome {
        Outcome::Conflict => conflict(visit, c, open, typed).into_any(),
        Outcome::ProposedDeletion => {
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
        {open.then(|| view! { <label class="small">{x.write_own}<textarea name=name rows="4">{text}</textarea></label> })}
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
