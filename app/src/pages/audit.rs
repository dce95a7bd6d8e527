//! The audit of the installation's records, or of an institution's own.

use super::Visit;
use super::admin::tabs;
use super::shell::{Place, head, moment, page, pager};
use crate::words::{Admin, Elevation, admin, adoption, common, elevation, fill, templates, tokens};
use assessments::cell::Layer;
use assessments::desk::{AUDIT_ACTIONS, AuditFacets};
use assessments::failure::Failure;
use assessments::lang::{Label, Lang};
use assessments::link::escape;
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
    let (w, e): (&Admin, &Elevation) = (admin(lang), elevation(lang));
    match action {
        "sign_in" => w.did_sign_in,
        "change" => w.did_change,
        "export" => w.did_export,
        "prepare_approval" => adoption(lang).did_prepare,
        "forward_approval" => adoption(lang).did_forward,
        "withdraw_approval" => adoption(lang).did_withdraw,
        "approve" => adoption(lang).did_approve,
        "reject" => adoption(lang).did_reject,
        "answer_upstream" => adoption(lang).did_answer,
        "propose" => adoption(lang).did_propose,
        "add_template" => templates(lang).did_add,
        "retire_template" => templates(lang).did_retire,
        "fill_template" => templates(lang).did_fill,
        "put_system" => adoption(lang).did_put_system,
        "delete_system" => adoption(lang).did_delete_system,
        "verify" => adoption(lang).did_verify,
        "apply_import" => w.did_apply_import,
        "comment" => w.did_comment,
        "edit_comment" => w.did_edit_comment,
        "delete_comment" => w.did_delete_comment,
        "resolve_thread" => w.did_resolve_thread,
        "reopen_thread" => w.did_reopen_thread,
        "export_basket" => w.did_export_basket,
        "share_basket" => w.did_share_basket,
        "unshare_basket" => w.did_unshare_basket,
        "share_search" => w.did_share_search,
        "unshare_search" => w.did_unshare_search,
        "add_person" => w.did_add_person,
        "give_role" => w.did_give_role,
        "take_role" => w.did_take_role,
        "new_link" => w.did_new_link,
        "add_institution" => w.did_add_institution,
        "change_password" => w.did_change_password,
        "second_factor_on" => w.did_factor_on,
        "second_factor_off" => w.did_factor_off,
        "second_factor_removed" => w.did_factor_removed,
        "elevation_request" => e.did_request,
        "elevation_approve" => e.did_approve,
        "elevation_reject" => e.did_reject,
        "elevation_emergency" => e.did_emergency,
        "elevation_begin" => e.did_begin,
        "elevation_cancel" => e.did_cancel,
        "elevation_end" => e.did_end,
        "elevation_revoke" => e.did_revoke,
        "elevation_review" => e.did_review,
        "elevation_seen" => e.did_see,
        "elevation_limit" => e.did_limit,
        "sign_in_failed" => w.did_sign_in_failed,
        "read_audit" => w.did_read_audit,
        "export_audit" => w.did_export_audit,
        "export_elevations" => e.did_export,
        "anchors_restart" => w.did_anchors_restart,
        "join_by_provider" => tokens(lang).did_join,
        "link_provider" => tokens(lang).did_link,
        "unlink_provider" => tokens(lang).did_unlink,
        "make_token" => tokens(lang).did_make,
        "revoke_token" => tokens(lang).did_revoke,
        "load_criteria" => w.did_load_criteria,
        "load_crosswalk" => w.did_load_crosswalk,
        "use_criteria" => w.did_use_criteria,
        "move_criteria" => w.did_move_criteria,
        "edit_synonyms" => w.did_edit_synonyms,
        "open_round" => w.did_open_round,
        "answer_round" => w.did_answer_round,
        "close_round" => w.did_close_round,
        "publish" => w.did_publish,
        "publish_without_quorum" => w.did_publish_without_quorum,
        "assign" => w.did_assign,
        "add_service" => w.did_add_service,
        other => return other.to_owned(),
    }
    .to_owned()
}

/// What a reader narrows by: the filter, and the days as they were typed.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The filter.
    pub filter: AuditFilter,
    /// From and to.
    pub days: (String, String),
    /// The page.
    pub page: i64,
}

/// The audit, newest first.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's; [`Failure::Forbidden`] without the role.
pub async fn audit(visit: &Visit, scope: &Layer, asked: &Asked) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let filter = &asked.filter;
    let found = visit.desk.audit(actor, scope, filter, asked.page, SIZE).await?;
    let facets = visit.desk.audit_facets(actor, scope).await?;
    let banks = match scope {
        Layer::Shared => visit.desk.elevation_places(actor).await?,
        Layer::Institution(_) => vec![],
    };
    let w = admin(visit.lang);
    let (title, institution) = match scope {
        Layer::Shared => (w.audit_installation.to_owned(), String::new()),
        Layer::Institution(id) => {
            let name = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned());
            (fill(w.audit_of, &[&name.unwrap_or_default()]), id.to_string())
        }
    };
    let export = match scope {
        Layer::Shared => "/audit/export".to_owned(),
        Layer::Institution(id) => format!("/audit/export?institution={}", escape(id.as_str())),
    };
    Ok(page(visit, &title, Place::None, || {
        let query = [
            ("institution", institution.as_str()),
            ("action", &filter.action),
            ("person", &filter.person),
            ("of", &filter.institution),
            ("service", &filter.service),
            ("from", &asked.days.0),
            ("to", &asked.days.1),
            ("grant", &filter.grant),
            ("text", &filter.text),
        ];
        let take = view! { <a class="btn" href=export download="">{w.audit_export}</a> }.into_any();
        view! {
            {head(title.clone(), Some(w.audit_lead.into()), take)}
            {tabs(visit, &path(scope))}
            {filters(visit, &institution, asked, &facets, &banks)}
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

fn filters(
    visit: &Visit,
    institution: &str,
    asked: &Asked,
    facets: &AuditFacets,
    banks: &[(Layer, Option<Label>)],
) -> impl IntoView + use<> {
    let (w, c, filter) = (admin(visit.lang), common(visit.lang), &asked.filter);
    let option = |value: &str, word: String, chosen: &str| {
        view! { <option value=value.to_owned() selected={value == chosen}>{word}</option> }
    };
    let kinds =
        AUDIT_ACTIONS.iter().map(|key| option(key, action_word(visit.lang, key), &filter.action)).collect_view();
    let people = facets.people.iter().map(|(id, name)| option(id, name.clone(), &filter.person)).collect_view();
    let sheets = facets.services.iter().map(|id| option(id, id.clone(), &filter.service)).collect_view();
    let named = banks.iter().filter_map(|(layer, name)| match (layer, name) {
        (Layer::Institution(id), Some(name)) => {
            Some(option(id.as_str(), name.get(visit.lang).to_owned(), &filter.institution))
        }
        _ => None,
    });
    let named = named.collect_view();
    let all = move || view! { <option value="">{c.all}</option> };
    let hidden = |name: &'static str, value: &str| {
        (!value.is_empty()).then(|| view! { <input type="hidden" name=name value=value.to_owned()/> })
    };
    view! {
        <form class="filters" method="get" action="/audit" role="search" aria-label=c.apply_filter>
            {hidden("institution", institution)}
            {hidden("grant", &filter.grant)}
            <label>{w.audit_kind}<select name="action">{all()}{kinds}</select></label>
            <label>{w.audit_who}<select name="person">{all()}{people}</select></label>
            {(!banks.is_empty()).then(|| view! { <label>{w.institutions}<select name="of">{all()}{named}</select></label> })}
            <label>{w.audit_sheet}<select name="service">{all()}{sheets}</select></label>
            <label>{w.audit_from}<input type="date" name="from" value=asked.days.0.clone()/></label>
            <label>{w.audit_to}<input type="date" name="to" value=asked.days.1.clone()/></label>
            <label>{w.audit_text}<input type="search" name="text" value=filter.text.clone()/></label>
            <button class="btn">{c.apply_filter}</button>
        </form>
    }
}

fn line(visit: &Visit, r: &AuditRow) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let subject = r.known_as.clone().unwrap_or_else(|| r.subject.clone());
    let subject = if r.revision > 0 {
        view! { <a href=format!("/services/{}/history#r{}", escape(&r.service), r.revision)>{subject}</a> }.into_any()
    } else {
        view! { <span>{subject}</span> }.into_any()
    };
    let under = (!r.elevation.is_empty()).then(|| {
        view! { " "<span class="chip" data-tone="warn" title=r.elevation.clone()>{elevation(visit.lang).title}</span> }
    });
    view! {
        <tr>
            <td data-label=w.audit_when class="nowrap"><time class="mono small">{moment(r.at)}</time></td>
            <th scope="row" data-label=w.audit_who>{r.actor.clone()}</th>
            <td data-label=w.audit_kind>{action_word(visit.lang, &r.action)}{under}</td>
            <td data-label=w.audit_what>{subject}" "<span class="small muted">{r.detail.clone()}</span></td>
            <td data-label=w.audit_number class="num mono small">{r.number}</td>
        </tr>
    }
}
