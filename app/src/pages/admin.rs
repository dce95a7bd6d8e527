//! Administration: members and institutions.

use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{admin, elevation, fill, find, review};
use assessments::access::{Action, Role, permit};
use assessments::cell::Layer;
use assessments::desk::Invited;
use assessments::failure::Failure;
use assessments::lang::Lang;
use assessments::link::escape;
use assessments::store::{InstitutionRow, Member};
use leptos::prelude::*;

/// A role's word.
pub fn role_word(lang: Lang, role: Role) -> &'static str {
    let w = admin(lang);
    match role {
        Role::Administrator => w.administrator,
        Role::Coordinator => w.coordinator,
        Role::Manager => w.manager,
        Role::Editor => w.editor,
        Role::Reviewer => w.reviewer,
        Role::Approver => w.approver,
        Role::Reader => w.reader,
    }
}

/// An action's word.
pub fn action_word(lang: Lang, action: Action) -> &'static str {
    let w = admin(lang);
    match action {
        Action::ReadSheet => w.read_sheet,
        Action::WriteCells => w.write_cells,
        Action::UndoOthers => w.undo_others,
        Action::Export => w.export,
        Action::PreviewImport => w.preview_import,
        Action::ApplyImport => w.apply_import,
        Action::AddService => w.add_service,
        Action::ManageCriteria => w.manage_criteria,
        Action::ManageInstitutions => w.manage_institutions,
        Action::ManagePeople => w.manage_people,
        Action::ReadAudit => w.read_audit,
        Action::Comment => w.comment,
        Action::Review => w.review,
        Action::ManageRounds => w.manage_rounds,
        Action::Assign => w.assign,
        Action::Publish => w.publish,
        Action::PublishWithoutQuorum => w.publish_without_quorum,
        Action::PrepareApproval => w.prepare_approval,
        Action::DecideApproval => w.decide_approval,
        Action::TakeOverApproval => w.take_over_approval,
        Action::ManageTemplates => crate::words::templates(lang).manage,
        Action::EditSynonyms => w.edit_synonyms,
        Action::RequestElevation => w.request_elevation,
        Action::DecideElevation => w.decide_elevation,
    }
}

/// Which administration pages a person has: path and word.
pub fn places(visit: &Visit, lang: Lang) -> Vec<(String, String)> {
    let w = admin(lang);
    let Some(actor) = &visit.actor else { return vec![] };
    let may = |action, layer: &Layer| permit(actor, action, layer).is_ok();
    let f = find(lang);
    let mut out = vec![
        ("/basket".to_owned(), f.baskets.to_owned()),
        ("/searches".to_owned(), f.saved_searches.to_owned()),
        ("/account".to_owned(), w.account.to_owned()),
    ];
    out.push(("/inbox".into(), crate::words::talk(lang).inbox.into()));
    out.push(("/rounds".to_owned(), review(lang).rounds.to_owned()));
    out.push(("/assignments".to_owned(), review(lang).assignments.to_owned()));
    for (id, name) in &visit.institutions {
        let of = crate::words::adoption(lang).across_of;
        out.push((format!("/adoption?institution={id}"), fill(of, &[&name.get(lang)])));
        let of = crate::words::templates(lang).of;
        out.push((format!("/templates?institution={id}"), fill(of, &[&name.get(lang)])));
        if may(Action::ManagePeople, &Layer::Institution(id.clone())) {
            out.push((format!("/members?institution={id}"), fill(w.people_of, &[&name.get(lang)])));
        }
        if may(Action::ReadAudit, &Layer::Institution(id.clone())) {
            out.push((super::audit::path(&Layer::Institution(id.clone())), fill(w.audit_of, &[&name.get(lang)])));
        }
    }
    if may(Action::ManagePeople, &Layer::Shared) {
        out.push(("/members".into(), w.people_installation.into()));
    }
    if may(Action::ReadAudit, &Layer::Shared) {
        out.push(("/audit".into(), w.audit_installation.into()));
    }
    if may(Action::ManageInstitutions, &Layer::Shared) {
        out.push(("/institutions".into(), w.institutions.into()));
    }
    if visit.desk.knows_elevation(actor) {
        out.push(("/elevation".into(), elevation(lang).title.into()));
    }
    out.push(("/synonyms".into(), f.synonyms.into()));
    out.push(("/policy".into(), w.policy.into()));
    out
}

/// The links between the administration's pages.
pub(super) fn tabs(visit: &Visit, here: &str) -> impl IntoView + use<> {
    let links = places(visit, visit.lang)
        .into_iter()
        // The inbox is no part of administration; every page's header leads to it.
        .filter(|(path, _)| path != "/inbox")
        .map(|(path, word)| {
            let current = (path == here).then_some("page");
            view! { <a href=path aria-current=current>{word}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=admin(visit.lang).people>{links}</nav> }
}

fn path_of(scope: &Layer) -> String {
    match scope {
        Layer::Shared => "/members".into(),
        Layer::Institution(id) => format!("/members?institution={id}"),
    }
}

fn roles_of(scope: &Layer) -> Vec<Role> {
    Role::ALL.into_iter().filter(|r| r.is_installation() == matches!(scope, Layer::Shared)).collect()
}

/// Something to say above a list: an invitation's link, once, or that it was saved.
pub enum Said {
    /// Nothing.
    Nothing,
    /// Saved.
    Saved,
    /// What came of an invitation.
    Invited(Invited),
}

fn said(visit: &Visit, said: &Said) -> Option<AnyView> {
    let w = admin(visit.lang);
    match said {
        Said::Nothing => None,
        Said::Saved => Some(view! { <p class="note" data-tone="good" role="status">{w.saved}</p> }.into_any()),
        Said::Invited(Invited::Known) => Some(view! { <p class="note" role="status">{w.known}</p> }.into_any()),
        Said::Invited(Invited::New(token)) => {
            let (link, shown) = (format!("/welcome/{token}"), format!("/welcome/{token}"));
            Some(
                view! {
                    <div class="note" data-tone="good" role="status"><p>{w.link_once}</p>
                        <p><a class="mono" href=link>{shown}</a></p></div>
                }
                .into_any(),
            )
        }
    }
}

/// The members of a scope.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's; [`Failure::Forbidden`].
pub async fn members(visit: &Visit, scope: &Layer, done: Said, refused: Option<&Refused>) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let list = visit.desk.members(actor, scope).await?;
    let tokens = visit.desk.tokens_in(actor, scope).await?;
    let w = admin(visit.lang);
    let title = match scope {
        Layer::Shared => w.people_installation.to_owned(),
        Layer::Institution(id) => {
            let name = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned());
            fill(w.people_of, &[&name.unwrap_or_default()])
        }
    };
    Ok(page(visit, &title, Place::None, || {
        view! {
            {head(title.clone(), Some(w.people_lead.into()), ().into_any())}
            {tabs(visit, &path_of(scope))}
            {said(visit, &done)}
            {refused.map(|r| notice(visit, &r.failure))}
            <table class="list">
                <thead><tr><th scope="col">{w.name}</th><th scope="col">{w.email}</th><th scope="col">{w.seen}</th><th scope="col">{w.roles}</th></tr></thead>
                <tbody>{list.iter().map(|m| line(visit, scope, m)).collect_view()}</tbody>
            </table>
            {invite(visit, scope, refused)}
            {super::tokens::of_members(visit, &path_of(scope), &tokens)}
        }
    }))
}

fn boxes(visit: &Visit, scope: &Layer, held: &dyn Fn(Role) -> bool) -> impl IntoView + use<> {
    roles_of(scope)
        .into_iter()
        .map(|role| view! { <label class="check"><input type="checkbox" name="role" value=role.key() checked=held(role)/>{role_word(visit.lang, role)}</label> })
        .collect_view()
}

fn line(visit: &Visit, scope: &Layer, m: &Member) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let state = match (m.active, m.joined) {
        (false, _) => Some((w.inactive, "bad")),
        (true, false) => Some((w.invited, "warn")),
        _ => None,
    };
    let path = path_of(scope);
    let seen = m.seen_at.map(moment);
    view! {
        <tr>
            <th scope="row" data-label=w.name>{m.name.clone()}{state.map(|(word, tone)| view! { " "<span class="chip" data-tone=tone>{word}</span> })}
                {m.second.then(|| view! { " "<span class="chip" data-tone="good">{w.factor_chip}</span> })}</th>
            <td data-label=w.email>{m.email.clone()}</td>
            <td data-label=w.seen><time>{seen}</time></td>
            <td data-label=w.roles>
                <form class="row" method="post" action=path.clone()>
                    <input type="hidden" name="verb" value="roles"/><input type="hidden" name="person" value=m.id.to_string()/>
                    <fieldset class="row"><legend class="visually-hidden">{format!("{} {}", w.roles, m.name)}</legend>{boxes(visit, scope, &|r| m.roles.contains(&r))}</fieldset>
                    <button class="btn" aria-label=format!("{} {}", w.save_roles, m.name)>{w.save_roles}</button>
                </form>
                <form method="post" action=path>
                    <input type="hidden" name="verb" value="link"/><input type="hidden" name="person" value=m.id.to_string()/>
                    <button class="btn" data-kind="quiet" aria-label=format!("{} {}", w.new_link, m.name)>{w.new_link}</button>
                </form>
                {m.second.then(|| view! {
                    <form method="post" action=path_of(scope)>
                        <input type="hidden" name="verb" value="factor"/><input type="hidden" name="person" value=m.id.to_string()/>
                        <button class="btn" data-kind="quiet" aria-label=format!("{} {}", w.remove_factor, m.name)>{w.remove_factor}</button>
                    </form>
                })}
            </td>
        </tr>
    }
}

fn invite(visit: &Visit, scope: &Layer, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    let first = roles_of(scope).into_iter().find(|r| matches!(r, Role::Editor | Role::Coordinator));
    view! {
        <section class="panel form-panel"><h2>{w.invite}</h2><p class="small muted">{w.invite_lead}</p>
            <form class="form wide" method="post" action=path_of(scope)>
                <input type="hidden" name="verb" value="invite"/>
                <label>{w.name}<input type="text" name="name" value=typed("name") required maxlength="100" autocomplete="off"/></label>
                <label>{w.email}<input type="email" name="email" value=typed("email") required maxlength="200" autocomplete="off"/></label>
                <fieldset><legend>{w.roles}</legend>{boxes(visit, scope, &|r| Some(r) == first)}</fieldset>
                <button class="btn" data-kind="primary">{w.invite}</button>
            </form>
        </section>
    }
}

/// The institutions.
///
/// # Errors
/// [`Failure::Forbidden`] for all but administrators.
pub async fn institutions(visit: &Visit, done: Said, refused: Option<&Refused>) -> Result<String, Failure> {
    let list = visit.desk.institutions(visit.actor()?).await?;
    let w = admin(visit.lang);
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    Ok(page(visit, w.institutions, Place::None, || {
        view! {
            {head(w.institutions.into(), Some(w.institutions_lead.into()), ().into_any())}
            {tabs(visit, "/institutions")}
            {said(visit, &done)}
            {refused.map(|r| notice(visit, &r.failure))}
            <table class="list">
                <thead><tr><th scope="col">{w.institutions}</th><th scope="col" class="num">{w.people_count}</th><th scope="col">{w.manager}</th></tr></thead>
                <tbody>{list.iter().map(|i| institution(visit, i)).collect_view()}</tbody>
            </table>
            <section class="panel form-panel"><h2>{w.add_institution}</h2>
                <form class="form wide" method="post" action="/institutions">
                    <input type="hidden" name="verb" value="add"/>
                    <label>{w.name_ja}<input type="text" name="name_ja" value=typed("name_ja") maxlength="100" lang="ja"/></label>
                    <label>{w.name_en}<input type="text" name="name_en" value=typed("name_en") maxlength="100" lang="en"/></label>
                    <label>{w.institution_id}<input type="text" name="id" value=typed("id") required maxlength="64" autocapitalize="none"/></label>
                    <button class="btn" data-kind="primary">{w.add_institution}</button>
                </form>
            </section>
        }
    }))
}

fn institution(visit: &Visit, i: &InstitutionRow) -> impl IntoView + use<> {
    let w = admin(visit.lang);
    let name = i.name.get(visit.lang).to_owned();
    let manager = if i.managers > 0 {
        view! { <span>{w.has_manager}</span> }.into_any()
    } else {
        view! {
            <form class="row" method="post" action="/institutions">
                <input type="hidden" name="verb" value="manager"/><input type="hidden" name="id" value=i.id.to_string()/>
                <input type="text" name="name" required placeholder=w.name aria-label=format!("{} {name}", w.name)/>
                <input type="email" name="email" required placeholder=w.email aria-label=format!("{} {name}", w.email)/>
                <button class="btn">{w.first_manager}</button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr><th scope="row" data-label=w.institutions>{name}" "<small class="mono muted">{i.id.to_string()}</small></th>
            <td class="num" data-label=w.people_count>{i.people}</td><td data-label=w.manager>{manager}</td></tr>
    }
}

/// The address of a scope's list, for going back.
pub fn back(institution: &str) -> String {
    if institution.is_empty() { "/members".into() } else { format!("/members?institution={}", escape(institution)) }
}
