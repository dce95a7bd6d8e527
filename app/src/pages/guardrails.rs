//! The guardrail catalogue, and one guardrail with every answer that leans on it.

use super::Visit;
use super::shell::{Place, head, page, pager};
use crate::words::{common, find, pages};
use assessments::desk::LeaningAnswer;
use assessments::failure::Failure;
use assessments::guardrail::{Coverage, Guardrail, GuardrailId, Mechanism};
use assessments::id::RowId;
use assessments::link::escape;
use leptos::prelude::*;

/// Entries a page.
const SIZE: i64 = 100;
/// Mentions shown.
const MENTIONS: usize = 30;

/// The catalogue.
///
/// # Errors
/// [`Failure::SignedOut`] where nobody is signed in.
pub fn catalogue(visit: &Visit, text: &str, mechanism: &str, number: i64) -> Result<String, Failure> {
    let found = visit.desk.guardrails(visit.actor()?, text, Mechanism::parse(mechanism), number, SIZE)?;
    let (w, p) = (common(visit.lang), pages(visit.lang));
    Ok(page(visit, p.guardrails_title, Place::Guardrails, || {
        let options =
            Mechanism::ALL.map(|m| view! { <option value=m.key() selected={mechanism == m.key()}>{m.name()}</option> });
        view! {
            {head(p.guardrails_title.into(), Some(p.guardrails_lead.into()), ().into_any())}
            <form class="filters" method="get" action="/guardrails" role="search" aria-label=w.apply_filter>
                <label>{p.guardrails_filter}<input type="search" name="text" value=text.to_owned()/></label>
                <label>{p.col_mechanism}<select name="mechanism"><option value="">{w.all}</option>{options}</select></label>
                <button class="btn">{w.apply_filter}</button>
            </form>
            {if found.items.is_empty() {
                view! { <p class="empty">{p.guardrails_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{p.col_id}</th><th scope="col">{p.col_mechanism}</th><th scope="col">{p.col_mode}</th>
                            <th scope="col">{p.col_severity}</th><th scope="col">{p.col_regions}</th><th scope="col">{p.col_name}</th></tr></thead>
                        <tbody>{found.items.iter().map(|g| row(visit, g)).collect_view()}</tbody>
                    </table>
                }.into_any()
            }}
            {pager(visit, "/guardrails", &[("text", text), ("mechanism", mechanism)], found.page, found.pages(), found.total)}
        }
    }))
}

fn region(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "○",
        Some(false) => "×",
        None => "？",
    }
}

/// The severity's word. A blank is unknown and says so.
fn severity(visit: &Visit, key: &str) -> AnyView {
    let p = pages(visit.lang);
    let (word, tone) = match key {
        "critical" => (p.critical, "high"),
        "high" => (p.high, "high"),
        "medium" => (p.medium, "medium"),
        "low" => (p.low, "low"),
        "variable" => (p.variable, "info"),
        _ => return view! { <span class="muted">{p.unknown}</span> }.into_any(),
    };
    view! { <span class="sev" data-s=tone>{word}</span> }.into_any()
}

/// A category with its name.
fn category(visit: &Visit, set: &str, row: &RowId) -> impl IntoView + use<> {
    let set = visit.desk.criteria(set);
    let name = set.category(row.as_str()).map(|c| c.name(visit.lang).to_owned());
    view! { <span class="mono small">{row.to_string()}</span>" "{name} }
}

fn row(visit: &Visit, g: &Guardrail) -> impl IntoView + use<> {
    let p = pages(visit.lang);
    let mode = super::cell::mode(&g.mode).map_or(g.mode.clone(), |c| c.label(visit.lang).to_owned());
    view! {
        <tr>
            <th scope="row" data-label=p.col_id><a class="mono" href=format!("/guardrail?id={}", escape(&g.id.to_string()))>{g.id.native.clone()}</a></th>
            <td data-label=p.col_mechanism>{g.id.mechanism.name()}</td>
            <td data-label=p.col_mode>{mode}</td>
            <td data-label=p.col_severity>{severity(visit, &g.severity)}</td>
            <td data-label=p.col_regions class="nowrap">{region(g.tokyo)}" / "{region(g.osaka)}</td>
            <td data-label=p.col_name>{g.name.clone()}</td>
        </tr>
    }
}

/// One guardrail.
///
/// # Errors
/// [`Failure::NotFound`] where neither the catalogue nor an answer knows it.
pub async fn guardrail(visit: &Visit, id: &str) -> Result<String, Failure> {
    let id = GuardrailId::parse(id).ok_or(Failure::NotFound)?;
    let found = visit.desk.guardrail(visit.actor()?, &id).await?;
    let mentions = visit.desk.mentions(visit.actor()?, &found.id, MENTIONS).await?;
    let (p, f) = (pages(visit.lang), find(visit.lang));
    let title = found.id.native.clone();
    Ok(page(visit, &title, Place::Guardrails, || {
        let facts = found.entry.as_ref().map(|g| {
            let mode = super::cell::mode(&g.mode).map_or(g.mode.clone(), |c| c.label(visit.lang).to_owned());
            view! {
                <dl class="facts-list">
                    <dt>{p.col_mode}</dt><dd>{mode}</dd>
                    <dt>{p.col_severity}</dt><dd>{severity(visit, &g.severity)}</dd>
                    <dt>{p.col_regions}</dt><dd>{region(g.tokyo)}" / "{region(g.osaka)}</dd>
                    <dt>{p.detail}</dt><dd class="mono small">{g.detail.clone()}</dd>
                </dl>
            }
        });
        let answers = found.answers.iter().map(|LeaningAnswer { service, name, row, criteria, link }| {
            let reason = visit.lang.pick(&link.reason_ja, &link.reason_en).to_owned();
            view! {
                <tr>
                    <th scope="row" data-label=p.col_service><a href=format!("/services/{service}/criteria#criteria-{row}-guardrails")>{name.get(visit.lang).to_owned()}</a></th>
                    <td data-label=p.category_title>{category(visit, criteria, row)}</td>
                    <td><span class="chip" data-tone="line">{if link.coverage == Coverage::Full { p.full } else { p.partial }}</span></td>
                    <td>{reason}</td>
                </tr>
            }
        });
        view! {
            <nav class="crumbs" aria-label=p.guardrails_title><a href="/guardrails">{p.guardrails_title}</a>" › "{found.id.mechanism.name()}</nav>
            <div class="head"><div><h1 class="mono">{found.id.native.clone()}</h1>
                <p class="facts">{found.entry.as_ref().map(|g| g.name.clone())}</p></div></div>
            {found.entry.is_none().then(|| view! { <p class="note" data-tone="warn">{p.not_in_catalogue}</p> })}
            <section class="panel">{facts}</section>
            <h2>{p.leaning}</h2>
            {if found.answers.is_empty() {
                view! { <p class="empty">{p.leaning_empty}</p> }.into_any()
            } else {
                view! { <table class="list"><tbody>{answers.collect_view()}</tbody></table> }.into_any()
            }}
            <h2>{f.mentions}</h2>
            <p class="small muted">{f.mentions_lead}</p>
            {if mentions.is_empty() {
                view! { <p class="empty">{f.mentions_empty}</p> }.into_any()
            } else {
                view! { {super::basket::collect_form(visit)}<section class="panel hits"><ul class="plain-list">{mentions.iter().map(|h| super::search::plain_hit(visit, h)).collect_view()}</ul></section> }.into_any()
            }}
        }
    }))
}
