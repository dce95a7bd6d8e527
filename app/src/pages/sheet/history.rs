//! Who changed what, when, why and through which door; restore and undo.

use super::{Opened, Tab, frame, open};
use crate::pages::Visit;
use crate::pages::error::notice;
use crate::pages::forms::cell_diff;
use crate::pages::search::{place, url};
use crate::pages::shell::moment;
use crate::words::{fill, sheet};
use assessments::cell::{Address, Layer};
use assessments::change::{CellChange, ChangeSet};
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::ChangeFilter;
use leptos::prelude::*;

/// Change sets a page.
const SIZE: i64 = 20;
/// Cells shown of one change set before the rest is folded away.
const CELLS: usize = 8;

/// The history of a sheet, or of one cell of it.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service or a cell of the wrong form.
pub async fn history(
    visit: &Visit,
    service: &str,
    cell: Option<&str>,
    before: Option<i64>,
    flash: Option<String>,
    refused: Option<&Failure>,
) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let address = cell.map(Address::parse).transpose().map_err(|_| Failure::NotFound)?;
    let filter = ChangeFilter {
        service: Some(opened.view.key.service.clone()),
        address: address.clone(),
        before,
        number: None,
        limit: SIZE,
    };
    let sets = visit.desk.history(visit.actor()?, &Layer::Shared, &filter).await?;
    let s = sheet(visit.lang);
    Ok(frame(&opened, Tab::History, flash, || {
        let title = if address.is_some() { s.history_cell } else { s.history_title };
        let more = sets.last().filter(|last| last.number > 1 && sets.len() as i64 == SIZE).map(|last| {
            let cell = cell.map(|c| format!("&cell={}", crate::pages::shell::escape(c))).unwrap_or_default();
            view! { <p><a class="btn" rel="next" href=format!("/services/{}/history?before={}{cell}", opened.id(), last.number)>{s.older}</a></p> }
        });
        view! {
            <h2>{title}</h2>
            {address.as_ref().map(|a| view! {
                <p><a href=url(opened.id(), a)>{place(visit, &opened.view.criteria.key(), a)}</a>" · "<a href=format!("/services/{}/history", opened.id())>{s.history_all}</a></p>
            })}
            {refused.map(|f| notice(visit, f))}
            {if sets.is_empty() {
                view! { <p class="empty">{s.history_empty}</p> }.into_any()
            } else {
                view! { <ol class="timeline">{sets.iter().map(|set| entry(&opened, set, address.as_ref())).collect_view()}</ol> }.into_any()
            }}
            {more}
        }
    }))
}

fn entry(opened: &Opened<'_>, set: &ChangeSet, only: Option<&Address>) -> impl IntoView + use<> {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let cells: Vec<&CellChange> = set.cells.iter().filter(|c| only.is_none_or(|a| *a == c.address)).collect();
    let rest = cells.len().saturating_sub(CELLS);
    let tools = (opened.editable && set.number <= opened.view.number).then(|| {
        let action = |verb: &str| format!("/services/{}/{verb}", opened.id());
        view! {
            <div class="row">
                <form method="post" action=action("undo")><input type="hidden" name="number" value=set.number.to_string()/>
                    <button class="btn" data-kind="quiet" title=s.confirm_hint>{s.undo}</button></form>
                {(set.number < opened.view.number).then(|| view! {
                    <form method="post" action=action("restore")><input type="hidden" name="number" value=set.number.to_string()/>
                        <button class="btn" data-kind="quiet" title=s.confirm_hint>{s.restore}</button></form>
                })}
            </div>
        }
    });
    let source = if set.source.is_empty() { String::new() } else { format!("（{}）", set.source) };
    view! {
        <li id=format!("r{}", set.number)>
            <p class="row"><b>{fill(s.revision, &[&set.number])}</b><time class="mono small">{moment(set.at)}</time>
                <span>{set.author.name.clone()}</span><span class="chip" data-tone="line">{set.door.label(visit.lang)}{source}</span>
                <span class="small muted">{fill(s.cells, &[&set.cells.len()])}</span></p>
            {(!set.reason.is_empty()).then(|| view! { <p>{set.reason.clone()}</p> })}
            {cells.iter().take(CELLS).map(|c| change(opened, set, c)).collect_view()}
            {(rest > 0).then(|| view! {
                <details><summary>{fill(s.and_more, &[&rest])}</summary>{cells.iter().skip(CELLS).map(|c| change(opened, set, c)).collect_view()}</details>
            })}
            {tools}
        </li>
    }
}

fn change(opened: &Opened<'_>, set: &ChangeSet, c: &CellChange) -> impl IntoView + use<> {
    let (old, new) = (c.old.clone().unwrap_or_default(), c.new.clone().unwrap_or_default());
    view! {
        <div class="change"><a class="small" href=url(opened.id(), &c.address)>{place(opened.visit, &set.criteria, &c.address)}</a>
            <div class="diff" lang=c.address.lang.map(Lang::code)>{cell_diff(opened.visit.lang, &c.address, &old, &new)}</div></div>
    }
}
