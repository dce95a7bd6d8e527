//! The audit of the installation's records, or of an institution's own.

use super::Visit;
use super::admin::tabs;
use super::shell::{Place, escape, head, moment, page, pager};
use crate::words::{Admin, admin, common, fill};
use assessments::cell::Layer;
use assessments::desk::AUDIT_ACTIONS;
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::store::{AuditFilter, AuditRow};
use leptos::prelude::*;

/// Entries a page.
const SIZE: i64 = 50;

/// The address of a scope's audit.
pub fn path(scope: &Layer) -> String {
    match scope {
        Layer::Shared => "/audit".into(),
        Layer::Institution(id) => format!("/audit?institution={}", escape(id.as_str())),
    }
}

/// The word of a kind of entry; the kind itself where a later version wrote it.
pub fn action_word(lang: Lang, action: &str) -> String {
    let w: &Admin = admin(lang);
    match action {
        "sign_in" => w.did_sign_in,
        "export" => w.did_export,
        "apply_import" => w.did_apply_import,
        "add_person" => w.did_add_person,
        "give_role" => w.did_give_role,
        "take_role" => w.did_take_role,
        "new_link" => w.did_new_link,
        "add_institution" => w.did_add_institution,
        "change_password" => w.did_change_password,
        "second_factor_on" => w.did_factor_on,
        "second_factor_off" => w.did_factor_off,
        "second_factor_removed" => w.did_factor_removed,
        "load_criteria" => w.did_load_criteria,
        "load_crosswalk" => w.did_load_crosswalk,
        "use_criteria" => w.did_use_criteria,
        "move_criteria" => w.did_move_criteria,
        "add_service" => w.did_add_service,
        other => return other.to_owned(),
    }
    .to_owned()
}

/// The audit, newest first.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's; [`Failure::Forbidden`] without the role.
pub async fn audit(visit: &Visit, scope: &Layer, filter: &AuditFilter, number: i64) -> Result<String, Failure> {
    let found = visit.desk.audit(visit.actor()?, scope, filter, number, SIZE).await?;
    let (w, c) = (admin(visit.lang), common(visit.lang));
    let (title, institution) = match scope {
        Layer::Shared => (w.audit_installation.to_owned(), String::new()),
        Layer::Institution(id) => {
            let name = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned());
            (fill(w.audit_of, &[&name.unwrap_or_default()]), id.to_string())
        }
    };
    Ok(page(visit, &title, Place::None, || {
        let kinds = AUDIT_ACTIONS.map(|key| {
            view! { <option value=key selected={filter.action == key}>{action_word(visit.lang, key)}</option> }
        });
        let query = [("institution", institution.as_str()), ("action", &filter.action), ("text", &filter.text)];
        view! {
            {head(title.clone(), Some(w.audit_lead.into()), ().into_any())}
            {tabs(visit, &path(scope))}
            <form class="filters" method="get" action="/audit" role="search" aria-label=c.apply_filter>
                {(!institution.is_empty()).then(|| view! { <input type="hidden" name="institution" value=institution.clone()/> })}
                <label>{w.audit_kind}<select name="action"><option value="">{c.all}</option>{kinds}</select></label>
                <label>{w.audit_text}<input type="search" name="text" value=filter.text.clone()/></label>
                <button class="btn">{c.apply_filter}</button>
            </form>
            {if found.items.is_empty() {
                view! { <p class="empty">{w.audit_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.audit_when}</th><th scope="col">{w.audit_who}</th><th scope="col">{w.audit_kind}</th>
                            <th scope="col">{w.audit_what}</th><th scope="col" class="num">{w.audit_number}</th></tr></thead>
                        <tbody>{found.items.iter().map(|r| line(visit, r)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, "/audit", &query, found.page, found.pages(), found.total)}
        }
    }))
}

fn line(visit: &Visit, r: &AuditRow) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let subject = r.known_as.clone().unwrap_or_else(|| r.subject.clone());
    view! {
        <tr>
            <td data-label=w.audit_when class="nowrap"><time class="mono small">{moment(r.at)}</time></td>
            <th scope="row" data-label=w.audit_who>{r.actor.clone()}</th>
            <td data-label=w.audit_kind>{action_word(visit.lang, &r.action)}</td>
            <td data-label=w.audit_what>{subject}" "<span class="small muted">{r.detail.clone()}</span></td>
            <td data-label=w.audit_number class="num mono small">{r.number}</td>
        </tr>
    }
}
