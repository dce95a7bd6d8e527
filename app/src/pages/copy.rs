//! Starting a sheet from a similar service's.

use super::error::notice;
use super::sheet::{Tab, frame, open};
use super::{Refused, Visit};
use crate::words::{common, review};
use assessments::access::Action;
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::store::ServiceFilter;
use leptos::prelude::*;

/// Most sheets offered.
const OFFERED: i64 = 500;

/// The form: from which sheet, and what of it.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service; [`Failure::Forbidden`] for a reader.
pub async fn copy(visit: &Visit, service: &str, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.who_may(Action::WriteCells, &Layer::Shared)?;
    let opened = open(visit, service).await?;
    let filter = ServiceFilter { criteria: opened.view.criteria.key(), ..ServiceFilter::default() };
    let all = visit.desk.services(actor, &filter, 1, OFFERED).await?.items;
    let offered: Vec<_> = all.into_iter().filter(|s| s.answered > 0 && s.id != opened.view.key.service).collect();
    let (w, r) = (common(visit.lang), review(visit.lang));
    let typed = |name: &str| refused.and_then(|x| x.typed(name)).unwrap_or("").to_owned();
    Ok(frame(&opened, Tab::Overview, None, || {
        let path = format!("/services/{}", opened.id());
        let options: Vec<_> = offered
            .iter()
            .map(|s| {
                let id = s.id.to_string();
                let chosen = typed("source") == id;
                view! { <option value=id selected=chosen>{format!("{}（{}/{}）", s.name.get(visit.lang), s.answered, s.asked)}</option> }
            })
            .collect();
        let check = |name: &'static str, word: &'static str| {
            let checked = refused.is_none() || !typed(name).is_empty();
            view! { <label class="check"><input type="checkbox" name=name value="yes" checked=checked/>{word}</label> }
        };
        view! {
            <h2>{r.copy_title}</h2>
            <p>{r.copy_lead}</p>
            {refused.map(|x| notice(visit, &x.failure))}
            {if options.is_empty() {
                view! { <p class="empty">{r.copy_none}</p> }.into_any()
            } else {
                view! {
                    <form class="form wide" method="post" action=format!("{path}/copy")>
                        <label>{r.copy_from}<select name="source" required><option value="">{r.copy_choose}</option>{options}</select></label>
                        <div>{check("scenarios", r.copy_scenarios)}{check("notes", r.copy_notes)}</div>
                        <label>{r.copy_reason}<input type="text" name="reason" maxlength="2000" value=typed("reason")/></label>
                        <p class="row"><button class="btn" data-kind="primary">{r.copy}</button><a class="btn" data-kind="quiet" href=path.clone()>{w.cancel}</a></p>
                    </form>
                }.into_any()
            }}
        }
    }))
}
