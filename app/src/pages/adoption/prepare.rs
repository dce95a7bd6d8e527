//! Preparing an approval, or renewing one.

use super::sheet::crumbs;
use super::{private_head, url, verdict, whose};
use crate::pages::error::notice;
use crate::pages::shell::{Place, page};
use crate::pages::{Refused, Visit};
use crate::words::{adoption, common, fill};
use assessments::access::Action;
use assessments::adoption::{day_after, field};
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::id::{ApprovalId, ServiceId};
use assessments::markdown;
use leptos::prelude::*;

/// The form.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's; [`Failure::Forbidden`] without the role.
pub async fn form(
    visit: &Visit,
    service: &str,
    institution: &str,
    renews: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (id, name) = whose(visit, institution)?;
    let actor = visit.who_may(Action::PrepareApproval, &Layer::Institution(id.clone()))?;
    let service_id = ServiceId::parse(service).map_err(|_| Failure::NotFound)?;
    let view = visit.desk.adoption(actor, &id, &service_id).await?;
    let before = match renews {
        "" => None,
        renews => {
            let before = ApprovalId::parse(renews).map_err(|_| Failure::NotFound)?;
            Some(visit.desk.approval(actor, &id, &before).await?)
        }
    };
    let (w, c) = (adoption(visit.lang), common(visit.lang));
    let typed = |key: &str, or: String| refused.and_then(|r| r.typed(key)).map_or(or, str::to_owned);
    let today = visit.desk.today();
    let (most, year) = (day_after(&today, 366).unwrap_or_default(), day_after(&today, 365).unwrap_or_default());
    let title = if before.is_some() { w.renew_title } else { w.prepare_title };
    let lead = if before.is_some() { w.renew_lead } else { w.prepare_lead };
    let answered = before.as_ref().map(|b| fill(w.answered_note, &[&b.changes.len(), &(b.changes.len() - b.open())]));
    let said = before.as_ref().map(|b| b.line.approval.comment.clone()).unwrap_or_default();
    let service_name = view.own.service.name.get(visit.lang).to_owned();
    let chosen = typed("version", view.publications.first().map(|p| p.version.clone()).unwrap_or_default());
    let (until, ticket, comment) = (typed("valid_until", year), typed("ticket", String::new()), typed("comment", said));
    let name = name.get(visit.lang).to_owned();
    Ok(page(visit, &format!("{title} · {service_name}"), Place::Services, || {
        let options = view.publications.iter().map(|p| {
            let selected = p.version == chosen;
            view! { <option value=p.version.clone() selected=selected>{p.version.clone()}</option> }
        });
        let conditions = field(&view.own.cells, "conditions").to_owned();
        view! {
            {crumbs(visit, service, &service_name, &id)}
            <h1>{title}</h1>
            <p>{lead}</p>
            {refused.map(|r| notice(visit, &r.failure))}
            <section class="panel private-panel" aria-label=w.pinned_adoption>
                {private_head(visit, w.pinned_adoption.to_owned(), &name)}
                <p class="verdict">{verdict(visit.lang, field(&view.own.cells, "verdict"))}" "<span class="small muted">{fill(w.own_revision, &[&view.own.number])}</span></p>
                {(!conditions.is_empty()).then(|| view! { <div class="prose" inner_html=markdown::to_html(&conditions)></div> })}
                {answered.map(|a| view! { <p class="small">{a}</p> })}
            </section>
            {view.publications.is_empty().then(|| view! { <p class="note" data-tone="warn">{w.nothing_published}</p> })}
            <form class="form wide" method="post" action=format!("/services/{service}/adoption/prepare")>
                <input type="hidden" name="institution" value=id.to_string()/>
                <input type="hidden" name="renews" value=renews.to_owned()/>
                <label>{w.pin_version}<select name="version">{options.collect_view()}</select></label>
                <label>{w.valid_until}<input type="date" name="valid_until" value=until min=today.clone() max=most required/></label>
                <label>{w.ticket}<input type="text" name="ticket" value=ticket maxlength="200"/></label>
                <label>{w.prepare_comment}<textarea name="comment" rows="4" maxlength="4000">{crate::pages::shell::in_area(comment)}</textarea></label>
                <p class="row"><button class="btn" data-kind="primary" name="verb" value="forward">{w.forward}</button>
                    <button class="btn" name="verb" value="draft">{w.save_draft}</button>
                    <a class="btn" data-kind="quiet" href=url(service, &id)>{c.cancel}</a></p>
            </form>
        }
    }))
}
