//! Files that were dropped together: one line each, applied together or one by one, each undone with one click.

use super::counted;
use crate::pages::error::notice;
use crate::pages::shell::{Place, page};
use crate::pages::{Refused, Visit};
use crate::words::{exchange, fill};
use assessments::desk::{Batch, BatchFile};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::import::{Counts, FileRead};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The page of a batch. `names` are those of all services.
pub fn batch(visit: &Visit, batch: &Batch, names: &BTreeMap<ServiceId, String>, refused: Option<&Refused>) -> String {
    let x = exchange(visit.lang);
    page(visit, x.several, Place::Import, || {
        let (all, waiting) = (batch.files.len(), batch.waiting());
        let read = all - waiting;
        let ready = batch.files.iter().any(|f| f.applied.is_none() && f.read.as_ref().is_some_and(FileRead::is_ready));
        let rows = batch.files.iter().map(|f| row(visit, batch, f, names)).collect_view();
        let undos = batch.files.iter().filter_map(undo_of).collect_view();
        view! {
            <nav class="crumbs"><a href="/import">{x.title}</a></nav>
            <div class="head"><div><h1>{x.several}</h1><p class="facts">{fill(x.several_read, &[&all, &read])}</p></div>
                {(waiting == 0).then(|| view! { <a class="btn" data-kind="quiet" href=format!("/import/several/{}/report", batch.id) download>{x.report}</a> })}</div>
            {refused.map(|r| notice(visit, &r.failure))}
            {(waiting > 0).then(|| view! {
                <p role="status"><progress max=all.to_string() value=read.to_string() aria-label=x.reading></progress>" "{x.several_waits}</p>
            })}
            {super::summary(visit, total(batch))}
            <form method="post" action=format!("/import/several/{}", batch.id)>
                <table class="list preview files">
                    <thead><tr><th scope="col">{x.take}</th><th scope="col">{x.in_file}</th><th scope="col">{x.service}</th>
                        <th scope="col">{x.changes}</th><th scope="col">{x.state}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                <p class="small muted">{x.several_note}</p>
                {(ready && waiting == 0).then(|| view! { <button class="btn" data-kind="primary">{x.apply_files}</button> })}
            </form>
            {undos}
        }
    })
}

fn total(batch: &Batch) -> Counts {
    let mut sum = Counts::default();
    for c in batch.files.iter().filter_map(|f| f.read.as_ref()).map(|r| r.counts) {
        sum.added += c.added;
        sum.changed += c.changed;
        sum.unchanged += c.unchanged;
        sum.conflicts += c.conflicts;
        sum.proposed_deletions += c.proposed_deletions;
        sum.blank += c.blank;
        sum.not_understood += c.not_understood;
    }
    sum
}

fn row(visit: &Visit, batch: &Batch, f: &BatchFile, names: &BTreeMap<ServiceId, String>) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let read = f.read.clone().unwrap_or_default();
    let second = batch.is_second(f);
    let ready = f.applied.is_none() && read.is_ready();
    let service = read.service.as_ref().map(|id| names.get(id).cloned().unwrap_or_else(|| id.to_string()));
    let label = format!("{} {}", x.take, f.file);
    let said = numbers(visit, &read);
    // A narrow page shows no label over nothing.
    let (of_service, of_numbers) = (service.is_some().then_some(x.service), (!said.is_empty()).then_some(x.changes));
    let opens = f.read.is_some() && !matches!(read.failure, Some(Failure::Refused { .. }));
    let name = if opens {
        view! { <a href=format!("/import/{}", f.id)>{f.file.clone()}</a> }.into_any()
    } else {
        view! { <span>{f.file.clone()}</span> }.into_any()
    };
    view! {
        <tr>
            <td data-label=ready.then_some(x.take)>{ready.then(|| view! { <input type="checkbox" name="take" value=f.id.to_string() checked=!second aria-label=label/> })}</td>
            <th scope="row" data-label=x.in_file>{name}</th>
            <td data-label=of_service class="nowrap">{service}</td>
            <td data-label=of_numbers class="small">{said}</td>
            <td data-label=x.state>{state(visit, f, &read, second)}</td>
        </tr>
    }
}

/// The numbers of a file that are not zero.
fn numbers(visit: &Visit, read: &FileRead) -> String {
    let said: Vec<String> =
        counted(visit, read.counts).filter(|(n, _)| *n > 0).map(|(n, word)| format!("{word} {n}")).collect();
    said.join(visit.lang.pick("、", ", "))
}

fn state(visit: &Visit, f: &BatchFile, read: &FileRead, second: bool) -> impl IntoView + use<> {
    let x = exchange(visit.lang);
    let lang = visit.lang;
    let chip = |tone: &'static str, word: String| view! { <span class="chip" data-tone=tone>{word}</span> };
    if let Some(number) = f.applied {
        let button = f.read.as_ref().and_then(|r| r.service.as_ref()).map(|_| {
            let label = format!("{} {}", x.undo, f.file);
            view! { " "<button class="btn" data-kind="quiet" form=format!("undo-{}", f.id) aria-label=label>{x.undo}</button> }
        });
        return view! { {chip("good", fill(x.file_applied, &[&number]))}{button} }.into_any();
    }
    if f.read.is_none() {
        return chip("line", x.file_waits.into()).into_any();
    }
    match &read.failure {
        Some(Failure::WhichService { .. }) => {
            let link = view! { <a href=format!("/import/{}", f.id)>{x.which}</a> };
            view! { {chip("warn", x.file_asks.into())}" "{link} }.into_any()
        }
        Some(failure) => {
            let said = format!("{} {}", failure.message(lang), failure.way_on(lang));
            view! { {chip("bad", x.file_refused.into())}<p class="small">{said}</p> }.into_any()
        }
        None if read.asks => {
            let link = view! { <a href=format!("/import/{}", f.id)>{x.which_sheet}</a> };
            view! { {chip("warn", x.file_asks.into())}" "{link} }.into_any()
        }
        None if read.is_ready() || read.counts.conflicts + read.counts.proposed_deletions + read.counts.blank > 0 => {
            let twice = second.then(|| view! { <p class="small">{x.same_service}</p> });
            let own = (read.own > 0).then(|| view! { <p class="small">{fill(x.has_own, &[&read.own])}</p> });
            let unsure =
                (read.unsure > 0).then(|| view! { <p class="small">{fill(x.has_unsure, &[&read.unsure])}</p> });
            let word = if read.is_ready() { x.file_ready } else { x.file_decide };
            view! { {chip("info", word.into())}{twice}{own}{unsure} }.into_any()
        }
        None => chip("line", x.file_same.into()).into_any(),
    }
}

/// The form behind a line's button; forms do not stand within forms.
fn undo_of(f: &BatchFile) -> Option<impl IntoView + use<>> {
    let service = f.read.as_ref()?.service.clone()?;
    let number = f.applied?;
    let (action, name, value) = undo_target(service.as_str(), number, &f.operation);
    Some(
        view! { <form id=format!("undo-{}", f.id) method="post" action=action><input type="hidden" name=name value=value/></form> },
    )
}

/// Takes an import back: its change set, or everything that its act wrote.
pub fn undo(
    visit: &Visit,
    service: &str,
    number: i64,
    operation: &str,
    institution: Option<String>,
) -> impl IntoView + use<> {
    let (action, name, value) = undo_target(service, number, operation);
    let own = institution.map(|id| view! { <input type="hidden" name="institution" value=id/> });
    let word = exchange(visit.lang).undo;
    view! { <form method="post" action=action>{own}<input type="hidden" name=name value=value/><button class="btn" data-kind="quiet">{word}</button></form> }
}

fn undo_target(service: &str, number: i64, operation: &str) -> (String, &'static str, String) {
    if operation.is_empty() {
        (format!("/services/{service}/undo"), "number", number.to_string())
    } else {
        (format!("/services/{service}/undo-operation"), "operation", operation.to_owned())
    }
}
