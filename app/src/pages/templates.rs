//! An institution's own templates: the list with the form to add one, one version with what it asks for, and the links that
//! fill one.

use super::adoption::{others, private_head, whose};
use super::error::notice;
use super::shell::{Place, head, moment, page};
use super::{Refused, Visit};
use crate::words::{common, fill, templates};
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::failure::Failure;
use assessments::id::{InstitutionId, TemplateId};
use assessments::lang::Lang;
use assessments::link::escape;
use assessments::store::TemplateRow;
use assessments::workbook::template::{self, Name, Template, all_names};
use leptos::prelude::*;

/// The templates of an institution. `looked` is a file that was looked through and not kept.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's.
pub async fn list(
    visit: &Visit,
    institution: &str,
    done: &str,
    looked: Option<&Template>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (id, name) = whose(visit, institution)?;
    let name = name.get(visit.lang).to_owned();
    let actor = visit.actor()?;
    let rows = visit.desk.templates(actor, &id).await?;
    let manages = permit(actor, Action::ManageTemplates, &Layer::Institution(id.clone())).is_ok();
    let w = templates(visit.lang);
    let title = fill(w.of, &[&name]);
    Ok(page(visit, &title, Place::None, || {
        view! {
            {head(title.clone(), Some(w.lead.into()), ().into_any())}
            {others(visit, "/templates", &id)}
            {(done == "retired").then(|| view! { <p class="note" data-tone="good" role="status">{w.retired_done}</p> })}
            {refused.map(|r| notice(visit, &r.failure))}
            <div class="stack">
                {looked.map(|found| looked_at(visit, &name, found))}
                <section class="panel private-panel" aria-label=w.col_name>
                    {private_head(visit, w.col_name.to_owned(), &name)}
                    {if rows.is_empty() {
                        view! { <p class="empty">{w.empty}</p> }.into_any()
                    } else {
                        table(visit, &id, &rows)
                    }}
                </section>
                {manages.then(|| upload(visit, &id, refused))}
                {help(visit.lang)}
            </div>
        }
    }))
}

fn table(visit: &Visit, id: &InstitutionId, rows: &[TemplateRow]) -> AnyView {
    let w = templates(visit.lang);
    let line = |row: &TemplateRow| {
        let url = format!("/templates/{}?institution={id}", row.id);
        let by = format!("{} {}", row.added_name, moment(row.added_at));
        let (tone, state) = state(visit.lang, rows, row);
        view! {
            <tr><th scope="row" data-label=w.col_name><a href=url>{row.name.clone()}</a></th><td data-label=w.col_version>{row.version}</td>
                <td data-label=w.col_added>{by}<span class="small muted">{row.note.clone()}</span></td>
                <td data-label=w.col_state><span class="chip" data-tone=tone>{state}</span></td></tr>
        }
    };
    view! {
        <table class="list">
            <thead><tr><th scope="col">{w.col_name}</th><th scope="col">{w.col_version}</th><th scope="col">{w.col_added}</th><th scope="col">{w.col_state}</th></tr></thead>
            <tbody>{rows.iter().map(line).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// Only the newest version of a name that is not retired is offered.
fn state(lang: Lang, rows: &[TemplateRow], row: &TemplateRow) -> (&'static str, &'static str) {
    let w = templates(lang);
    let newest = rows.iter().find(|r| r.name == row.name && r.retired_at.is_none());
    match (row.retired_at, newest) {
        (Some(_), _) => ("line", w.retired),
        (None, Some(newest)) if newest.id == row.id => ("good", w.in_use),
        _ => ("line", w.older),
    }
}

fn upload(visit: &Visit, id: &InstitutionId, refused: Option<&Refused>) -> impl IntoView + use<> {
    let w = templates(visit.lang);
    let typed = |name: &str| refused.and_then(|r| r.typed(name)).unwrap_or("").to_owned();
    view! {
        <section class="panel" aria-label=w.add>
            <h2>{w.add}</h2>
            <form class="form" method="post" action="/templates" enctype="multipart/form-data">
                <input type="hidden" name="institution" value=id.to_string()/>
                <label>{w.name}<input type="text" name="name" maxlength="120" value=typed("name")/></label>
                <label>{w.note}<input type="text" name="note" maxlength="120" value=typed("note")/></label>
                <label>{w.file}<input type="file" name="file" required accept=".xlsx,.xlsm,.xltx,.xltm"/></label>
                <p class="small muted">{w.add_hint}</p>
                <p class="row"><button class="btn" data-kind="primary" name="verb" value="save">{w.save}</button>
                    <button class="btn" name="verb" value="check">{w.check}</button></p>
            </form>
        </section>
    }
}

fn looked_at(visit: &Visit, name: &str, found: &Template) -> impl IntoView + use<> {
    let w = templates(visit.lang);
    let good = found.problems.is_empty();
    view! {
        <section class="panel private-panel" aria-label=w.check>
            {private_head(visit, w.check.to_owned(), name)}
            {good.then(|| view! { <p class="note" data-tone="good" role="status">{w.checked}" "{w.checked_again}</p> })}
            {what(visit.lang, found)}
        </section>
    }
}

/// What is wrong, what should be known, and every place.
fn what(lang: Lang, found: &Template) -> impl IntoView + use<> {
    let w = templates(lang);
    let problems = found.problems.iter().map(|p| view! { <li>{p.failure().message(lang)}</li> }).collect_view();
    let notes = found.notes.iter().map(|n| view! { <li>{n.words(lang)}</li> }).collect_view();
    let place = |p: &template::Place| {
        let cell =
            if p.cell.is_empty() { format!("{} {}", p.sheet, w.margin) } else { format!("{}!{}", p.sheet, p.cell) };
        let list = p.list.map(|l| fill(w.in_list, &[&label(lang, l)]));
        let means = match p.name {
            Some(name) => view! { <span>{label(lang, name).to_owned()}</span> }.into_any(),
            None => view! { <span class="chip" data-tone="bad">{w.unknown}</span> }.into_any(),
        };
        view! {
            <tr><th scope="row" class="mono" data-label=w.col_where>{cell}</th><td class="mono" data-label=w.col_written>{p.written.clone()}</td>
                <td data-label=w.col_means>{means}" "<span class="small muted">{list}</span></td></tr>
        }
    };
    let places = found.places.iter().map(place).collect_view();
    view! {
        {(!found.problems.is_empty()).then(|| view! { <div class="note" data-tone="bad" role="alert"><p><b>{w.problems}</b></p><ul class="plain-list">{problems}</ul></div> })}
        {(!found.notes.is_empty()).then(|| view! { <div class="note" data-tone="warn"><p><b>{w.notes}</b></p><ul class="plain-list">{notes}</ul></div> })}
        <h3>{fill(w.places, &[&found.places.len()])}</h3>
        {if found.places.is_empty() {
            view! { <p class="empty">{w.places_none}</p> }.into_any()
        } else {
            view! {
                <table class="list"><thead><tr><th scope="col">{w.col_where}</th><th scope="col">{w.col_written}</th><th scope="col">{w.col_means}</th></tr></thead>
                    <tbody>{places}</tbody></table>
            }.into_any()
        }}
    }
}

fn label(lang: Lang, name: &Name) -> &str {
    lang.pick(name.ja.as_str(), name.en.as_str())
}

/// All names that a template can hold.
fn help(lang: Lang) -> impl IntoView + use<> {
    let w = templates(lang);
    let line =
        |n: &Name| view! { <li>{format!("{{{{{}}}}}", n.ja)}" "<code>{format!("{{{{{}}}}}", n.key)}</code></li> };
    let names = all_names();
    let lists = names.lists.iter().map(|l| {
        let title = format!("{} {{{{#{}}}}} … {{{{/{}}}}}", fill(w.help_list, &[&label(lang, &l.name)]), l.name.ja, l.name.ja);
        view! { <details><summary>{title}" "<code>{l.name.key.clone()}</code></summary><ul class="plain-list small">{l.fields.iter().map(line).collect_view()}</ul></details> }
    });
    view! {
        <section class="panel" aria-label=w.help>
            <h2>{w.help}</h2>
            <p>{w.help_lead}</p>
            <details><summary>{w.help_once}</summary><ul class="plain-list small">{names.one.iter().map(line).collect_view()}</ul></details>
            {lists.collect_view()}
        </section>
    }
}

/// One version: what it asks for, and what can be done with it.
///
/// # Errors
/// [`Failure::NotFound`] for another institution's.
pub async fn one(
    visit: &Visit,
    id: &str,
    institution: &str,
    done: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (own, name) = whose(visit, institution)?;
    let name = name.get(visit.lang).to_owned();
    let actor = visit.actor()?;
    let id = TemplateId::parse(id).map_err(|_| Failure::NotFound)?;
    let view = visit.desk.template(actor, &own, &id).await?;
    let manages = permit(actor, Action::ManageTemplates, &Layer::Institution(own.clone())).is_ok();
    let (w, c, row) = (templates(visit.lang), common(visit.lang), &view.row);
    let title = fill(w.version_of, &[&row.name, &row.version]);
    let retired = row.retired_at.map(|at| fill(w.retired_by, &[&row.retired_name, &moment(at)]));
    let in_use = retired.is_none();
    Ok(page(visit, &title, Place::None, || {
        view! {
            <p class="crumbs"><a href=format!("/templates?institution={own}")>{fill(w.of, &[&name])}</a></p>
            <h1>{title.clone()}</h1>
            {(done == "added").then(|| view! { <p class="note" data-tone="good" role="status">{w.added}</p> })}
            {refused.map(|r| notice(visit, &r.failure))}
            {refused.filter(|r| matches!(&r.failure, Failure::Refused { reason, .. } if reason == "template_tall")).and_then(|r| r.typed.iter().find(|(n, _)| n == "anyway")).map(|(_, url)| view! {
                <p><a class="btn" href=url.clone() download>{w.anyway}</a></p>
            })}
            <div class="stack">
                <section class="panel private-panel" aria-label=w.col_name>
                    {private_head(visit, row.file_name.clone(), &name)}
                    {retired.map(|r| view! { <p><span class="chip" data-tone="line">{r}</span></p> })}
                    <p class="small">{row.added_name.clone()}" "{moment(row.added_at)}" "{row.note.clone()}</p>
                    <p class="mono small hash">"SHA-256 "{row.sha256.clone()}</p>
                    <div class="actions">
                        <a class="btn" href=format!("/templates/{id}/file?institution={own}")>{w.download}</a>
                        {(manages && in_use).then(|| view! {
                            <form method="post" action=format!("/templates/{id}")><input type="hidden" name="institution" value=own.to_string()/>
                                <button class="btn" data-kind="quiet" name="verb" value="retire">{w.retire}</button></form>
                        })}
                        <a class="btn" data-kind="quiet" href=format!("/templates?institution={own}")>{c.cancel}</a>
                    </div>
                </section>
                {in_use.then(|| view! {
                    <section class="panel" aria-label=w.fill_title>
                        <h2>{w.fill_title}</h2>
                        <form class="form" method="get" action=format!("/templates/{id}/fill")>
                            <input type="hidden" name="institution" value=own.to_string()/>
                            <label>{w.fill_service}<input type="text" name="service" required maxlength="64"/></label>
                            <p class="small muted">{w.fill_hint}</p>
                            <button class="btn" data-kind="primary">{w.fill_button}</button>
                        </form>
                    </section>
                })}
                <section class="panel" aria-label=fill(w.places, &[&view.template.places.len()])>{what(visit.lang, &view.template)}</section>
            </div>
        }
    }))
}

/// The templates that are offered: of each name the newest that is not retired.
pub async fn offered(visit: &Visit, own: &InstitutionId) -> Vec<TemplateRow> {
    let Ok(actor) = visit.actor() else { return vec![] };
    if permit(actor, Action::Export, &Layer::Institution(own.clone())).is_err() {
        return vec![];
    }
    let rows = visit.desk.templates(actor, own).await.unwrap_or_default();
    rows.iter().filter(|r| state(visit.lang, &rows, r).0 == "good").cloned().collect()
}

/// Links that fill each of them with a service's adoption or approval; nothing where there is none.
pub fn fill_links(
    lang: Lang,
    rows: &[TemplateRow],
    own: &InstitutionId,
    service: &str,
    approval: Option<&str>,
) -> Option<AnyView> {
    let w = templates(lang);
    let approval = approval.map(|a| format!("&approval={a}")).unwrap_or_default();
    let link = |r: &TemplateRow| {
        let url = format!("/templates/{}/fill?institution={}&service={service}{approval}", r.id, escape(own.as_str()));
        view! { <a class="btn" data-kind="quiet" href=url>{format!("{} v{}", r.name, r.version)}</a> }
    };
    let links = rows.iter().map(link).collect_view();
    (!rows.is_empty()).then(|| {
        view! { <section class="panel private-panel" aria-label=w.fill_title><h2>{w.fill_title}</h2><p class="row">{links}</p></section> }
            .into_any()
    })
}
