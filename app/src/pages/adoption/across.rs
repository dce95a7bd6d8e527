//! An institution's decisions across services: verdicts, what runs out, systems, and what reuse saved.

use super::chart::{bars, line, shown};
use super::{approval_url, cause_words, flash, others, standing, url, verdict, whose};
use crate::pages::error::notice;
use crate::pages::shell::{Place, head, page};
use crate::pages::{Refused, Visit};
use crate::words::{adoption, common, elevation, fill, pages};
use assessments::access::{Action, permit};
use assessments::adoption::{Standing, State, field};
use assessments::cell::Layer;
use assessments::desk::{AdoptionFilter, AdoptionLine, AdoptionOverview, ApprovalLine, DueRisk, SystemLine};
use assessments::failure::Failure;
use assessments::id::ServiceId;
use assessments::schema;
use leptos::prelude::*;

/// What the page is drawn from.
struct Drawn<'a> {
    visit: &'a Visit,
    view: &'a AdoptionOverview,
    name: String,
    writes: bool,
    refused: Option<&'a Refused>,
}

/// The comparison.
///
/// # Errors
/// [`Failure::NotFound`] for an institution that is not the reader's.
pub async fn across(
    visit: &Visit,
    institution: &str,
    filter: &AdoptionFilter,
    done: &str,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let (id, name) = whose(visit, institution)?;
    let view = visit.desk.adoptions(visit.actor()?, &id, filter).await?;
    let (w, c) = (adoption(visit.lang), common(visit.lang));
    let name = name.get(visit.lang).to_owned();
    let writes = permit(visit.actor()?, Action::WriteCells, &Layer::Institution(id.clone())).is_ok();
    let d = Drawn { visit, view: &view, name: name.clone(), writes, refused };
    let title = fill(w.across_of, &[&name]);
    Ok(page(visit, &title, Place::None, || {
        view! {
            {head(title.clone(), Some(w.across_lead.into()), ().into_any())}
            {others(visit, "/adoption", &id)}
            <p class="small private across-head"><b>{name.clone()}</b>" "<span class="chip" data-tone="private">{c.private}</span>" "<span class="muted">{fill(w.only_own, &[&name])}</span></p>
            {flash(visit.lang, done)}
            {refused.map(|r| notice(visit, &r.failure))}
            <div class="stack across">
            {counts(&d)}
            {filters(&d, filter)}
            {decisions(&d)}
            <div class="pair">
                {list(&d, w.outdated, w.outdated_empty, &view.outdated)}
                {list(&d, w.expiring, w.expiring_empty, &view.expiring)}
            </div>
            {due(&d)}
            {systems(&d)}
            {saving(&d)}
            </div>
        }
    }))
}

fn counts(d: &Drawn<'_>) -> impl IntoView + use<> {
    let lang = d.visit.lang;
    let id = d.view.institution.to_string();
    let cards = d.view.verdicts.iter().filter_map(|(key, count)| {
        let choice = assessments::adoption::verdict_of(key)?;
        Some(view! { <a class="stat" href=format!("/adoption?institution={id}&verdict={key}")><span>{choice.marked(lang)}</span><b>{*count}</b></a> })
    });
    view! { <div class="cards">{cards.collect_view()}</div> }
}

fn filters(d: &Drawn<'_>, filter: &AdoptionFilter) -> impl IntoView + use<> {
    let (w, c, lang) = (adoption(d.visit.lang), common(d.visit.lang), d.visit.lang);
    let verdicts = schema::field("adoption", "verdict").map_or(&[][..], |f| f.choices());
    let verdicts = verdicts
        .iter()
        .map(|v| view! { <option value=v.key selected={filter.verdict == v.key}>{v.marked(lang)}</option> })
        .collect_view();
    let standings = [Standing::As(State::Approved), Standing::Outdated, Standing::Expired];
    let standings = standings
        .map(|s| view! { <option value=s.key() selected={filter.standing == s.key()}>{s.label(lang)}</option> });
    view! {
        <form class="filters" method="get" action="/adoption" role="search" aria-label=c.apply_filter>
            <input type="hidden" name="institution" value=d.view.institution.to_string()/>
            <label>{w.filter_text}<input type="search" name="text" value=filter.text.clone()/></label>
            <label>{w.col_verdict}<select name="verdict"><option value="">{c.all}</option>{verdicts}</select></label>
            <label>{w.filter_standing}<select name="standing"><option value="">{c.all}</option>{standings}
                <option value="none" selected={filter.standing == "none"}>{w.standing_none}</option></select></label>
            <button class="btn">{c.apply_filter}</button>
            <button class="btn" data-kind="quiet" formaction="/adoption/list.csv" title=elevation(lang).csv_hint>{elevation(lang).csv}</button>
        </form>
    }
}

fn decisions(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (w, p) = (adoption(d.visit.lang), pages(d.visit.lang));
    if d.view.lines.is_empty() {
        return view! { <p class="empty">{w.across_empty}</p> }.into_any();
    }
    let rows = d.view.lines.iter().map(|l| decision(d, l)).collect_view();
    let review = schema::field("adoption", "next_review").map_or("", |f| f.label(d.visit.lang));
    view! {
        <table class="list">
            <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{w.col_verdict}</th><th scope="col">{w.approval}</th>
                <th scope="col">{w.col_until}</th><th scope="col">{review}</th><th scope="col">{w.used_by}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn decision(d: &Drawn<'_>, l: &AdoptionLine) -> impl IntoView + use<> {
    let (w, p, lang) = (adoption(d.visit.lang), pages(d.visit.lang), d.visit.lang);
    let id = &d.view.institution;
    let approval = l.approval.as_ref().map(|a| {
        view! { <a href=approval_url(a.approval.id.as_str(), id)>{standing(lang, a.standing)}</a>" "<span class="mono small">{a.approval.version.clone()}</span> }
    });
    let until = l.approval.as_ref().map(|a| a.approval.valid_until.clone()).unwrap_or_else(|| "—".into());
    let review = field(&l.row.cells, "next_review").to_owned();
    let over = !review.is_empty() && review < d.view.today;
    let label = schema::field("adoption", "next_review").map_or("", |f| f.label(lang));
    view! {
        <tr>
            <th scope="row" data-label=p.col_service><a href=url(l.row.service.as_str(), id)>{l.row.name.get(lang).to_owned()}</a></th>
            <td data-label=w.col_verdict>{verdict(lang, &l.verdict)}</td>
            <td data-label=w.approval>{match approval {
                Some(shown) => shown.into_any(),
                None => view! { <span class="muted">{w.standing_none}</span> }.into_any(),
            }}</td>
            <td data-label=w.col_until class="mono">{until}</td>
            <td data-label=label><span class="mono">{review}</span>{over.then(|| view! { " "<span class="chip" data-tone="warn">{w.review_overdue}</span> })}</td>
            <td data-label=w.used_by>{l.systems.join(lang.pick("、", ", "))}</td>
        </tr>
    }
}

fn list(d: &Drawn<'_>, title: &'static str, empty: &'static str, lines: &[ApprovalLine]) -> impl IntoView + use<> {
    let lang = d.visit.lang;
    let rows = lines.iter().map(|l| {
        let why = l.causes.iter().map(|c| view! { <br/><span class="small">{cause_words(d.visit, &l.approval.criteria, c)}</span> }).collect_view();
        view! {
            <li><a href=approval_url(l.approval.id.as_str(), &d.view.institution)>{l.approval.name.get(lang).to_owned()}</a>" "{standing(lang, l.standing)}" "
                <time class="mono small" datetime=l.approval.valid_until.clone()>{l.approval.valid_until.clone()}</time>{why}</li>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <section class="panel private-panel"><h2>{title}</h2>
            {if rows.is_empty() { view! { <p class="empty">{empty}</p> }.into_any() } else { view! { <ul class="plain-list">{rows}</ul> }.into_any() }}
        </section>
    }
}

fn due(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (w, p) = (adoption(d.visit.lang), pages(d.visit.lang));
    let rows: Vec<_> = d.view.risks.iter().map(|r| due_risk(d, r)).collect();
    let label = |key: &str| schema::field("risks", key).map_or("", |f| f.label(d.visit.lang));
    view! {
        <section class="panel private-panel"><h2>{w.due_risks}</h2>
            {if rows.is_empty() {
                view! { <p class="empty">{w.due_risks_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list"><thead><tr><th scope="col">{p.col_service}</th><th scope="col">{p.category_title}</th><th scope="col">{label("accepted")}</th>
                        <th scope="col">{label("owner")}</th><th scope="col">{label("expires")}</th></tr></thead><tbody>{rows}</tbody></table>
                }.into_any()
            }}
        </section>
    }
}

fn due_risk(d: &Drawn<'_>, r: &DueRisk) -> impl IntoView + use<> {
    let (w, p, lang) = (adoption(d.visit.lang), pages(d.visit.lang), d.visit.lang);
    let label = |key: &str| schema::field("risks", key).map_or("", |f| f.label(lang));
    let href = format!("{}#risks-{}", url(r.service.as_str(), &d.view.institution), r.risk.row);
    view! {
        <tr>
            <th scope="row" data-label=p.col_service><a href=href>{r.name.get(lang).to_owned()}</a></th>
            <td data-label=p.category_title class="mono">{r.risk.row.to_string()}</td>
            <td data-label=label("accepted")>{r.risk.accepted.clone()}</td>
            <td data-label=label("owner")>{r.risk.owner.clone()}</td>
            <td data-label=label("expires")><time class="mono" datetime=r.risk.expires.clone()>{r.risk.expires.clone()}</time>
                {r.over.then(|| view! { " "<span class="chip" data-tone="warn">{w.risk_over}</span> })}</td>
        </tr>
    }
}

fn systems(d: &Drawn<'_>) -> impl IntoView + use<> {
    let w = adoption(d.visit.lang);
    let rows: Vec<_> = d.view.systems.iter().map(|s| system(d, s)).collect();
    let typed = |key: &str| d.refused.and_then(|r| r.typed(key)).unwrap_or("").to_owned();
    let add = d.writes.then(|| {
        let form = system_form(d, "", &typed("name"), &typed("owner"), &typed("services"), w.add_system);
        view! { <details open=d.refused.is_some()><summary>{w.add_system}</summary>{form}</details> }
    });
    view! {
        <section class="panel private-panel" id="systems"><h2>{w.systems}</h2>
            {if rows.is_empty() {
                view! { <p class="empty">{w.systems_empty}</p> }.into_any()
            } else {
                view! { <table class="list"><thead><tr><th scope="col">{w.system_name}</th><th scope="col">{w.system_owner}</th><th scope="col">{w.services}</th></tr></thead><tbody>{rows}</tbody></table> }.into_any()
            }}
            {add}
        </section>
    }
}

fn system(d: &Drawn<'_>, s: &SystemLine) -> impl IntoView + use<> {
    let (w, lang) = (adoption(d.visit.lang), d.visit.lang);
    let used = s.services.iter().map(|(id, name, key, holds)| {
        let mark = if *holds { Standing::As(State::Approved).mark() } else { "" };
        view! { <li><a href=url(id.as_str(), &d.view.institution)>{name.get(lang).to_owned()}</a>" "{verdict(lang, key)}" "<span class="small">{mark}{holds.then(|| Standing::As(State::Approved).label(lang))}</span></li> }
    });
    let used = used.collect_view();
    let ids = s.system.services.iter().map(ServiceId::as_str).collect::<Vec<_>>().join(", ");
    let edit = d.writes.then(|| {
        let form = system_form(d, s.system.id.as_str(), &s.system.name, &s.system.owner, &ids, w.save_system);
        view! { <details class="small"><summary>{fill(w.edit_system, &[&s.system.name])}</summary>{form}</details> }
    });
    view! {
        <tr><th scope="row" data-label=w.system_name>{s.system.name.clone()}{edit}</th><td data-label=w.system_owner>{s.system.owner.clone()}</td>
            <td data-label=w.services><ul class="plain-list">{used}</ul></td></tr>
    }
}

fn system_form(d: &Drawn<'_>, id: &str, name: &str, owner: &str, services: &str, save: &'static str) -> AnyView {
    let w = adoption(d.visit.lang);
    let (id, name, owner, services) = (id.to_owned(), name.to_owned(), owner.to_owned(), services.to_owned());
    let exists = !id.is_empty();
    view! {
        <form class="form" method="post" action="/adoption/systems">
            <input type="hidden" name="institution" value=d.view.institution.to_string()/>
            <input type="hidden" name="id" value=id/>
            <label>{w.system_name}<input type="text" name="name" value=name maxlength="200" required/></label>
            <label>{w.system_owner}<input type="text" name="owner" value=owner maxlength="200"/></label>
            <label>{w.system_services}<input type="text" name="services" value=services/></label>
            <p class="row"><button class="btn" data-kind="primary" name="verb" value="put">{save}</button>
                {exists.then(|| view! { <button class="btn" name="verb" value="delete">{w.delete_system}</button> })}</p>
        </form>
    }
    .into_any()
}

fn saving(d: &Drawn<'_>) -> impl IntoView + use<> {
    let (w, p, lang) = (adoption(d.visit.lang), pages(d.visit.lang), d.visit.lang);
    let (saving, efforts) = (&d.view.saving, &d.view.efforts);
    let Some(percent) = saving.percent() else {
        return view! { <section class="panel private-panel"><h2>{w.saving}</h2><p class="empty">{w.saving_none}</p></section> }.into_any();
    };
    let rows = efforts.iter().map(|e| {
        view! {
            <tr><th scope="row" data-label=p.col_service><a href=url(e.service.as_str(), &d.view.institution)>{e.name.get(lang).to_owned()}</a></th>
                <td class="num" data-label=w.with_reuse>{shown(e.reuse)}</td><td class="num" data-label=w.alone>{shown(e.alone)}</td>
                <td class="num" data-label=w.saved_hours>{shown(e.saved())}</td><td class="mono" data-label=w.month>{e.month.clone()}</td></tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="panel private-panel" aria-label=w.saving><h2>{w.saving}</h2>
            <p class="figure"><b>{fill(w.saving_sum, &[&shown(saving.saved()), &percent])}</b>" "<span class="small muted">{d.name.clone()}</span></p>
            <div class="pair">{bars(lang, efforts)}{(saving.months.len() > 1).then(|| line(lang, saving))}</div>
            <p class="small">{fill(w.saving_how, &[&efforts.len(), &shown(saving.alone), &shown(saving.reuse)])}</p>
            <table class="list"><thead><tr><th scope="col">{p.col_service}</th><th scope="col" class="num">{w.with_reuse}</th><th scope="col" class="num">{w.alone}</th>
                <th scope="col" class="num">{w.saved_hours}</th><th scope="col">{w.month}</th></tr></thead><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}
