//! Who changed what, when, why and through which door; restore and undo.

use super::{Opened, Tab, frame, open};
use crate::pages::Visit;
use crate::pages::error::notice;
use crate::pages::forms::{cell_diff, three};
use crate::pages::search::{place, url};
use crate::pages::shell::moment;
use crate::words::{fill, sheet, together};
use assessments::access::{Action, permit};
use assessments::cell::{Address, Layer};
use assessments::change::{CellChange, ChangeSet, Door};
use assessments::failure::{Conflict, Failure};
use assessments::id::InstitutionId;
use assessments::lang::Lang;
use assessments::link::escape;
use assessments::schema;
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
    let actor = visit.actor()?;
    let sets = visit.desk.history(actor, &Layer::Shared, &filter).await?;
    let sizes = visit.desk.operation_sizes(actor, &sets).await?;
    let s = sheet(visit.lang);
    Ok(frame(&opened, Tab::History, flash, || {
        let title = if address.is_some() { s.history_cell } else { s.history_title };
        let more = sets.last().filter(|last| last.number > 1 && sets.len() as i64 == SIZE).map(|last| {
            let cell = cell.map(|c| format!("&cell={}", escape(c))).unwrap_or_default();
            view! { <p><a class="btn" rel="next" href=format!("/services/{}/history?before={}{cell}", opened.id(), last.number)>{s.older}</a></p> }
        });
        view! {
            <h2>{title}</h2>
            {address.as_ref().map(|a| view! {
                <p><a href=url(opened.id(), a)>{place(visit, &opened.view.criteria.key(), a)}</a>" · "<a href=format!("/services/{}/history", opened.id())>{s.history_all}</a></p>
            })}
            {refused.map(|f| notice(visit, f))}
            {refused.and_then(|f| conflicts(&of_common(&opened), f))}
            {if sets.is_empty() {
                view! { <p class="empty">{s.history_empty}</p> }.into_any()
            } else {
                view! { <ol class="timeline">{sets.iter().map(|set| entry(&opened, set, address.as_ref(), sizes.get(&set.operation).copied().unwrap_or(1))).collect_view()}</ol> }.into_any()
            }}
            {more}
        }
    }))
}

/// Whose history it is, and what its reader may do there.
pub struct Past<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// The service's id.
    pub service: &'a str,
    /// The institution in whose layer it happened; none for the common text.
    pub own: Option<&'a InstitutionId>,
    /// The criteria set, for the names of categories.
    pub criteria: String,
    /// The newest revision.
    pub newest: i64,
    /// Whether the reader may write there.
    pub writes: bool,
}

impl Past<'_> {
    fn layer(&self) -> Layer {
        self.own.map_or(Layer::Shared, |id| Layer::Institution(id.clone()))
    }

    /// What each form sends so that it acts there.
    fn whose(&self) -> Option<impl IntoView + use<>> {
        let id = self.own?.to_string();
        Some(view! { <input type="hidden" name="institution" value=id/> })
    }

    /// Where a cell stands on a page.
    fn at(&self, address: &Address) -> String {
        match self.own {
            None => url(self.service, address),
            Some(own) => format!("/services/{}/adoption?institution={own}#{}", self.service, address.anchor()),
        }
    }

    /// The form of one cell, or of the own row that it stands in.
    fn form(&self, address: &Address) -> String {
        let edit = format!("/services/{}/edit?cell={}", self.service, escape(&address.to_string()));
        match (self.own, address.section.as_str()) {
            (None, _) => edit,
            (Some(own), "adoption") => format!("/services/{}/adoption/edit?institution={own}", self.service),
            (Some(own), "risks") => {
                format!("/services/{}/adoption/edit?institution={own}&row={}", self.service, address.row)
            }
            (Some(own), _) => format!("{edit}&institution={own}"),
        }
    }
}

fn of_common<'a>(opened: &'a Opened<'_>) -> Past<'a> {
    Past {
        visit: opened.visit,
        service: opened.id(),
        own: None,
        criteria: opened.view.criteria.key(),
        newest: opened.view.number,
        writes: opened.editable,
    }
}

/// The cells that could not be merged, each with its three texts and the way into it.
pub fn conflicts(past: &Past<'_>, failure: &Failure) -> Option<impl IntoView + use<>> {
    let Failure::Conflict { cells } = failure else { return None };
    let visit = past.visit;
    let w = together(visit.lang);
    let one = |c: &Conflict| {
        let address = Address::parse(&c.address).ok()?;
        let edit = past.form(&address);
        let way =
            schema::declared(&address).is_ok().then(|| view! { <p><a class="btn" href=edit>{w.open_cell}</a></p> });
        Some(view! {
            <section class="unmerged"><h3><a href=past.at(&address)>{place(visit, &past.criteria, &address)}</a>" "<span class="small muted">{c.author.clone()}</span></h3>
                {three(visit, &address, c)}{way}</section>
        })
    };
    Some(
        view! { <section aria-label=w.conflict_cells><h2>{w.conflict_cells}</h2><p>{w.conflict_hint}</p>{cells.iter().filter_map(one).collect_view()}</section> },
    )
}

/// What can be done with a change set: each button only for those whose form would be taken. `size` is how many change
/// sets its act wrote.
pub fn tools(past: &Past<'_>, set: &ChangeSet, size: i64) -> Option<impl IntoView + use<>> {
    let visit = past.visit;
    let (s, w) = (sheet(visit.lang), together(visit.lang));
    let actor = visit.actor.as_ref().filter(|_| past.writes && set.number <= past.newest)?;
    let own = actor.is(&set.author) || permit(actor, Action::UndoOthers, &past.layer()).is_ok();
    let whole = own && size > 1 && set.door != Door::Library;
    let action = |verb: &str| format!("/services/{}/{verb}", past.service);
    Some(view! {
        <div class="row">
            {own.then(|| view! {
                <form method="post" action=action("undo")><input type="hidden" name="number" value=set.number.to_string()/>{past.whose()}
                    <button class="btn" data-kind="quiet" title=s.confirm_hint>{s.undo}</button></form>
            })}
            {whole.then(|| view! {
                <form method="post" action=action("undo-operation")><input type="hidden" name="operation" value=set.operation.to_string()/>{past.whose()}
                    <button class="btn" data-kind="quiet" title=w.undo_all_hint>{fill(w.undo_all, &[&size])}</button></form>
            })}
            {(set.number < past.newest).then(|| view! {
                <form method="post" action=action("restore")><input type="hidden" name="number" value=set.number.to_string()/>{past.whose()}
                    <button class="btn" data-kind="quiet" title=s.confirm_hint>{s.restore}</button></form>
            })}
        </div>
    })
}

fn entry(opened: &Opened<'_>, set: &ChangeSet, only: Option<&Address>, size: i64) -> impl IntoView + use<> {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let cells: Vec<&CellChange> = set.cells.iter().filter(|c| only.is_none_or(|a| *a == c.address)).collect();
    let rest = cells.len().saturating_sub(CELLS);
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
            {tools(&of_common(opened), set, size)}
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
