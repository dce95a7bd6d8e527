//! What was written in an institution's own layer, and the way to take it back.

use super::private_head;
use crate::pages::Visit;
use crate::pages::error::notice;
use crate::pages::forms::cell_diff;
use crate::pages::search::place;
use crate::pages::sheet::history::{Past, conflicts, tools};
use crate::pages::sheet::undo_last;
use crate::pages::shell::moment;
use crate::words::{adoption, common, fill, sheet as sheet_words};
use assessments::change::ChangeSet;
use assessments::desk::AdoptionView;
use assessments::failure::Failure;
use assessments::id::OperationId;
use assessments::store::ChangeFilter;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Change sets shown.
const HISTORY: i64 = 20;

/// What the history is drawn from.
pub(super) struct Own<'a> {
    visit: &'a Visit,
    sets: Vec<ChangeSet>,
    sizes: BTreeMap<OperationId, i64>,
    /// The reader's own last change that stands.
    last: Option<i64>,
    pub(super) writes: bool,
}

/// Reads the newest change sets of the layer.
///
/// # Errors
/// [`Failure::NotFound`] where the layer is not the reader's.
pub(super) async fn read<'a>(visit: &'a Visit, view: &AdoptionView, writes: bool) -> Result<Own<'a>, Failure> {
    let (actor, key) = (visit.actor()?, &view.own.key);
    let filter = ChangeFilter { service: Some(key.service.clone()), limit: HISTORY, ..ChangeFilter::default() };
    let sets = visit.desk.history(actor, &key.layer, &filter).await?;
    let sizes = visit.desk.operation_sizes(actor, &sets).await?;
    let last = if writes { visit.desk.last_own(actor, key).await? } else { None };
    Ok(Own { visit, sets, sizes, last, writes })
}

fn past<'a>(own: &Own<'a>, view: &'a AdoptionView) -> Past<'a> {
    Past {
        visit: own.visit,
        service: view.own.key.service.as_str(),
        own: Some(&view.institution),
        criteria: view.own.criteria.key(),
        newest: view.own.number,
        writes: own.writes,
    }
}

/// What could not be taken back: why, and the cells that need a person.
pub(super) fn refused(own: &Own<'_>, view: &AdoptionView, failure: Option<&Failure>) -> Option<AnyView> {
    let failure = failure?;
    Some(view! { {notice(own.visit, failure)}{conflicts(&past(own, view), failure)} }.into_any())
}

/// The panel of the history, open where there is something to take back.
pub(super) fn section(own: &Own<'_>, view: &AdoptionView, name: &str) -> impl IntoView + use<> {
    let visit = own.visit;
    let (w, s) = (adoption(visit.lang), sheet_words(visit.lang));
    let past = past(own, view);
    let entries = own.sets.iter().map(|set| {
        let cells = set.cells.iter().filter(|c| !c.address.is_order()).map(|c| {
            let (old, new) = (c.old.clone().unwrap_or_default(), c.new.clone().unwrap_or_default());
            view! { <div class="change"><span class="small">{place(visit, &past.criteria, &c.address)}</span><div class="diff">{cell_diff(visit.lang, &c.address, &old, &new)}</div></div> }
        });
        view! {
            <li><p><time class="mono small">{moment(set.at)}</time>" "<b>{set.author.name.clone()}</b>" "<span class="muted small">{fill(s.revision, &[&set.number])}" · "{set.door.label(visit.lang)}</span>
                {(!set.reason.is_empty()).then(|| view! { <br/><span>{set.reason.clone()}</span> })}</p>{cells.collect_view()}
                {tools(&past, set, own.sizes.get(&set.operation).copied().unwrap_or(1))}</li>
        }
    });
    let entries = entries.collect_view();
    let last = own.last.map(|last| undo_last(visit, past.service, past.own, last));
    view! {
        <section class="panel private-panel" id="own-history" aria-label=w.history>
            {private_head(visit, w.history.to_owned(), name)}
            {if own.sets.is_empty() {
                view! { <p class="empty">{w.history_empty}</p> }.into_any()
            } else {
                view! { <div class="row">{last}</div><details><summary>{fill(common(visit.lang).items, &[&own.sets.len()])}</summary><ol class="timeline">{entries}</ol></details> }.into_any()
            }}
        </section>
    }
}
