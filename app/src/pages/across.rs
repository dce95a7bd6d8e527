//! One category across services: what every service answers, in a table that can be narrowed, and some services side by
//! side.

mod compare;

use super::Visit;
use super::basket::{collect_button, collect_form, flash};
use super::cell::{CellInput, cell, chip};
use super::shell::{Place, page, pager};
use crate::words::{common, fill, find, pages, sheet};
use assessments::cell::{Address, Layer};
use assessments::criteria::{Category, CriteriaSet};
use assessments::desk::Facets;
use assessments::failure::Failure;
use assessments::id::{RowId, ServiceId};
use assessments::link::escape;
use assessments::schema;
use assessments::store::{AcrossFilter, AcrossRow};
use leptos::prelude::*;

/// Services a page.
const SIZE: i64 = 30;
/// Texts of an answer, in the order of reading.
const TEXTS: [&str; 3] = ["summary", "configure", "limits"];

/// What the address of a category's page carries.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The criteria set; nothing for the one in force.
    pub set: String,
    /// What the list is narrowed to.
    pub filter: AcrossFilter,
    /// Services that are laid side by side.
    pub with: Vec<ServiceId>,
    /// Whether they are to be laid side by side, and not only chosen.
    pub compare: bool,
    /// The service that texts are compared with.
    pub against: String,
    /// The page of the list.
    pub page: i64,
    /// What a form did.
    pub done: String,
}

/// What every service answers for one category.
///
/// # Errors
/// [`Failure::NotFound`] for a category that no set has.
pub async fn across(visit: &Visit, id: &str, asked: &Asked) -> Result<String, Failure> {
    let actor = visit.actor()?;
    let row = RowId::parse(id).map_err(|_| Failure::NotFound)?;
    let criteria = visit.desk.criteria(&asked.set);
    let category = criteria.category(id).ok_or(Failure::NotFound)?;
    if asked.compare {
        let found = visit.desk.side_by_side(actor, &criteria, &row, &asked.with).await?;
        return Ok(compare::draw(visit, &criteria, category, &row, asked, &found));
    }
    let found = visit.desk.across(actor, &criteria, &row, &asked.filter, (asked.page, SIZE)).await?;
    let facets = visit.desk.facets(actor).await?;
    let (w, p, f) = (common(visit.lang), pages(visit.lang), find(visit.lang));
    let title = format!("{} {}", category.id, category.name(visit.lang));
    let chosen: Vec<String> = asked.with.iter().map(ToString::to_string).collect();
    let filtered = asked.filter != AcrossFilter::default();
    Ok(page(visit, &title, Place::Matrix, || {
        view! {
            {head(visit, &criteria, category)}
            {flash(visit, &asked.done)}
            {question(visit, &criteria, category)}
            {filters(visit, category, asked, &facets)}
            {if found.items.is_empty() {
                let word = if filtered { p.services_empty } else { p.category_empty };
                view! { <p class="empty" role="status">{word}</p> }.into_any()
            } else {
                view! {
                    <form id="compare" method="get" action=format!("/categories/{id}") class="row compare-bar">
                        {hidden("criteria", &asked.set)}{elsewhere(asked, &found.items)}
                        <button class="btn" name="compare" value="1">{f.compare}</button>
                        <a class="btn" href=address(&format!("/categories/{id}/export"), &asked.filter)>{p.list_export}</a><span class="hint">{f.compare_hint}</span>
                    </form>
                    {collect_form(visit)}
                    <table class="sheet across">
                        <thead><tr><th scope="col">{p.col_service}</th><th scope="col">{f.availability}</th><th scope="col">{sheet(visit.lang).texts}</th>
                            <th scope="col">{f.has_guardrail}</th></tr></thead>
                        <tbody>{found.items.iter().map(|r| line(visit, &criteria, r, &row, asked)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, &format!("/categories/{id}"), &with_chosen(asked, &chosen), found.page, found.pages(), found.total)}
            <p class="small muted">{criteria.is_reconstruction().then_some(w.reconstruction)}</p>
        }
    }))
}

/// The list as a workbook, of the provider and group that it is narrowed to.
fn address(path: &str, filter: &AcrossFilter) -> String {
    let query = [("provider", &filter.provider), ("group", &filter.group)];
    let query: Vec<String> = query
        .iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(k, v)| format!("{k}={}", assessments::link::escape(v)))
        .collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// A field that a form carries along; nothing where it is empty.
fn hidden(name: &'static str, value: &str) -> AnyView {
    if value.is_empty() {
        return ().into_any();
    }
    view! { <input type="hidden" name=name value=value.to_owned()/> }.into_any()
}

/// Services that were chosen and stand on no line here.
fn elsewhere(asked: &Asked, items: &[AcrossRow]) -> impl IntoView + use<> {
    let missing = asked.with.iter().filter(|id| !items.iter().any(|r| r.service == **id));
    missing.map(|id| hidden("with", id.as_str())).collect_view()
}

/// The list's state with the chosen services.
fn with_chosen<'a>(asked: &'a Asked, chosen: &'a [String]) -> Vec<(&'static str, &'a str)> {
    query(asked).into_iter().chain(chosen.iter().map(|id| ("with", id.as_str()))).collect()
}

/// The list's state as it stands in an address.
fn query(asked: &Asked) -> [(&'static str, &str); 7] {
    let f = &asked.filter;
    [
        ("criteria", &asked.set),
        ("provider", &f.provider),
        ("group", &f.group),
        ("availability", &f.availability),
        ("responsibility", &f.responsibility),
        ("guardrail", &f.guardrail),
        ("text", &f.text),
    ]
}

/// Crumbs and title.
fn head(visit: &Visit, criteria: &CriteriaSet, category: &Category) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let viewpoint = criteria.viewpoint(&category.viewpoint).map(|v| v.get(visit.lang).to_owned());
    view! {
        <nav class="crumbs" aria-label=p.matrix_title><a href="/matrix">{p.matrix_title}</a>" › "{viewpoint}</nav>
        <div class="head"><div><h1><span class="mono">{category.id.clone()}</span>" "{category.name(visit.lang).to_owned()}</h1>
            <p class="facts">{p.category_lead}</p></div></div>
    }
}

fn filters(visit: &Visit, category: &Category, asked: &Asked, facets: &Facets) -> AnyView {
    let (w, f) = (common(visit.lang), find(visit.lang));
    let filter = &asked.filter;
    let option =
        |value: String, word: String, chosen: bool| view! { <option value=value selected=chosen>{word}</option> };
    let providers = facets.providers.iter().map(|x| option(x.clone(), x.clone(), *x == filter.provider)).collect_view();
    let groups = facets.groups.iter().map(|g| {
        let word = g.get(visit.lang).to_owned();
        option(word.clone(), word, g.ja == filter.group || g.en == filter.group)
    });
    let choices = |field: &str, chosen: &str| {
        let list = schema::field("criteria", field).map(|f| f.choices()).unwrap_or_default();
        list.iter().map(|c| option(c.key.into(), c.marked(visit.lang), c.key == chosen)).collect_view()
    };
    let guard = [("yes", f.with_guardrail), ("no", f.without_guardrail)]
        .map(|(key, word)| option(key.into(), word.into(), filter.guardrail == key));
    let path = format!("/categories/{}", category.id);
    let clear = if asked.set.is_empty() { path.clone() } else { format!("{path}?criteria={}", escape(&asked.set)) };
    view! {
        <form class="filters" method="get" action=path role="search" aria-label=f.across_filter>
            {hidden("criteria", &asked.set)}{elsewhere(asked, &[])}
            <label>{f.across_text}<input type="search" name="text" value=filter.text.clone()/></label>
            <label>{f.provider}<select name="provider"><option value="">{w.all}</option>{providers}</select></label>
            {(!facets.groups.is_empty()).then(|| view! { <label>{f.group}<select name="group"><option value="">{w.all}</option>{groups.collect_view()}</select></label> })}
            <label>{f.availability}<select name="availability"><option value="">{w.all}</option>{choices("availability", &filter.availability)}</select></label>
            <label>{f.responsibility}<select name="responsibility"><option value="">{w.all}</option>{choices("responsibility", &filter.responsibility)}</select></label>
            <label>{f.has_guardrail}<select name="guardrail"><option value="">{w.all}</option>{guard}</select></label>
            <button class="btn">{w.apply_filter}</button>
            {(*filter != AcrossFilter::default()).then(|| view! { <a class="btn" data-kind="quiet" href=clear>{w.clear}</a> })}
        </form>
    }
    .into_any()
}

/// The address of a category's page. It names the criteria set where that is not the one in force.
pub fn url(visit: &Visit, criteria: &CriteriaSet, id: &str) -> String {
    let set = criteria.key();
    if set == visit.desk.criteria("").key() {
        format!("/categories/{id}")
    } else {
        format!("/categories/{id}?criteria={}", escape(&set))
    }
}

/// The question, what a good answer holds, and where other frameworks speak of the same.
pub fn question(visit: &Visit, criteria: &CriteriaSet, category: &Category) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let frameworks = category.frameworks.iter().filter(|(_, ids)| !ids.is_empty()).map(|(key, ids)| {
        let name = criteria.framework_names.get(key).map_or(key.clone(), |n| n.get(visit.lang).to_owned());
        // `fisc_backed_by_aws` follows the edition named `fisc`.
        let edition = criteria.editions.iter().find(|(k, _)| key.starts_with(k.as_str())).map(|(_, e)| e.clone());
        view! { <li>{name}" "{edition.map(|e| view! { <small class="muted">"("{e}")"</small> })}": "{ids.join(", ")}</li> }
    });
    view! {
        <section class="panel question">
            <p><b>{p.question}</b>" "{category.question(visit.lang).to_owned()}</p>
            <details><summary>{p.guidance}" · "{p.frameworks}</summary>
                <p class="small"><code>{category.answer_shape.clone()}</code></p>
                <ul class="small plain-list">{frameworks.collect_view()}</ul>
                <p class="small muted">{p.frameworks_hint}</p>
            </details>
        </section>
    }
}

fn line(visit: &Visit, criteria: &CriteriaSet, r: &AcrossRow, row: &RowId, asked: &Asked) -> impl IntoView + use<> {
    let (s, f) = (sheet(visit.lang), find(visit.lang));
    let availability = schema::availability(r.cells.plain("criteria", row, "availability"));
    let name = r.name.get(visit.lang).to_owned();
    let texts = TEXTS.into_iter().filter_map(|key| {
        let field = schema::field("criteria", key)?;
        let shown = r.cells.shown("criteria", row, key, visit.lang);
        let address = Address::new("criteria", row.clone(), key, Some(visit.lang));
        // What is collected is the text that is shown.
        let taken = address.in_lang(shown.other.unwrap_or(visit.lang));
        (!shown.text.is_empty()).then(|| {
            let button = collect_button(visit, &r.service, &Layer::Shared, &taken, &name);
            let input = CellInput {
                address,
                field,
                text: shown.text,
                other: shown.other,
                service: r.service.as_str(),
                criteria,
                many: true,
                editable: false,
                label: Some(field.label(visit.lang)),
                talk: None,
            };
            view! { {cell(visit, input)}{button} }
        })
    });
    let responsibility = schema::field("criteria", "responsibility").map(|f| f.choices()).unwrap_or_default();
    let responsibility = responsibility
        .iter()
        .find(|c| c.key == r.cells.plain("criteria", row, "responsibility"))
        .map(|c| c.label(visit.lang));
    let guardrails = r.cells.plain("criteria", row, "guardrails");
    view! {
        <tr id=r.service.to_string()>
            <th scope="row" class="cat"><a href=format!("/services/{}/criteria#criteria-{row}-availability", r.service)>{name.clone()}</a>
                <label class="check small pick"><input type="checkbox" name="with" value=r.service.to_string() form="compare" checked=asked.with.contains(&r.service)
                    aria-label=fill(f.compare_pick, &[&name])/><span aria-hidden="true">{f.compare}</span></label></th>
            <td class="st" data-label=s.availability>{availability.map(|c| chip(c, visit.lang))}
                {responsibility.map(|word| view! { <p class="small"><span class="muted">{f.responsibility}</span>" "{word}</p> })}</td>
            <td class="text" data-label=s.texts>{texts.collect_view()}</td>
            <td class="guard" data-label=f.has_guardrail>{(!guardrails.is_empty()).then(|| super::cell::guardrails(&visit.desk, visit.lang, guardrails))}</td>
        </tr>
    }
}
