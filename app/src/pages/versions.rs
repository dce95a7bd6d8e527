//! Published versions: the list, one of them as it was, and the difference of two.

use super::Visit;
use super::forms::cell_diff;
use super::search::place;
use super::sheet::criteria::answers;
use super::sheet::table::table;
use super::sheet::{Opened, Tab, frame, open, still};
use super::shell::moment;
use crate::words::{fill, review, sheet};
use assessments::desk::Published;
use assessments::failure::Failure;
use assessments::id::RowId;
use assessments::lang::Lang;
use assessments::link::escape;
use assessments::schema;
use assessments::store::{CellDifference, Publication};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The value of "before any version" in a form.
const NOTHING: &str = "0";

/// The versions of a sheet, newest first.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service.
pub async fn versions(visit: &Visit, service: &str, flash: Option<String>) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let all = visit.desk.publications(visit.actor()?, &opened.view.key.service).await?;
    let w = review(visit.lang);
    Ok(frame(&opened, Tab::Versions, flash, || {
        let lines: Vec<_> = all.iter().enumerate().map(|(n, p)| line(&opened, p, all.get(n + 1))).collect();
        view! {
            <h2>{w.tab_versions}</h2>
            <p class="muted">{w.versions_lead}</p>
            {if lines.is_empty() {
                view! { <p class="empty">{w.versions_empty}</p> }.into_any()
            } else {
                view! {
                    <table class="list">
                        <thead><tr><th scope="col">{w.col_version}</th><th scope="col">{w.col_at}</th><th scope="col">{w.col_by}</th>
                            <th scope="col" class="num">{w.col_revision}</th><th scope="col">{w.col_hash}</th><th scope="col">{w.col_round}</th></tr></thead>
                        <tbody>{lines}</tbody>
                    </table>
                }.into_any()
            }}
        }
    }))
}

fn line(opened: &Opened<'_>, p: &Publication, before: Option<&Publication>) -> impl IntoView + use<> {
    let (w, id) = (review(opened.visit.lang), opened.id().to_owned());
    let at = format!("/services/{id}/versions/{}", p.version);
    let from = before.map_or(NOTHING.to_owned(), |b| b.version.clone());
    view! {
        <tr>
            <th scope="row" data-label=w.col_version><a class="mono" href=at.clone()>{p.version.clone()}</a></th>
            <td data-label=w.col_at class="nowrap"><time class="mono small">{moment(p.at)}</time></td>
            <td data-label=w.col_by>{p.author.name.clone()}{(!p.note.is_empty()).then(|| view! { <p class="small muted">{p.note.clone()}</p> })}</td>
            <td data-label=w.col_revision class="num mono">{p.number}</td>
            <td data-label=w.col_hash class="mono small" title=p.hash.clone()>{p.hash.chars().take(16).collect::<String>()}</td>
            <td data-label=w.col_round>{round_link(opened, p)}" · "<a href=format!("{at}?from={}", escape(&from))>{w.compare_show}</a></td>
        </tr>
    }
}

fn round_link(opened: &Opened<'_>, p: &Publication) -> AnyView {
    let w = review(opened.visit.lang);
    if p.round.is_empty() {
        return view! { <span class="chip" data-tone="warn">{w.without_quorum}</span> }.into_any();
    }
    view! { <a href=format!("/services/{}/review?round={}", opened.id(), p.round)>{w.see_round}</a> }.into_any()
}

/// One version: its text, read-only; with `from`, what changed from another one.
///
/// # Errors
/// [`Failure::NotFound`] for a version that does not exist.
pub async fn version(visit: &Visit, service: &str, version: &str, from: &str) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let (actor, id) = (visit.actor()?, opened.view.key.service.clone());
    let all = visit.desk.publications(actor, &id).await?;
    let published = visit.desk.published(actor, &id, version).await?;
    let changed = match from {
        "" => None,
        NOTHING => Some(visit.desk.difference(actor, &id, 0, published.publication.number).await?),
        other => {
            let start = all.iter().find(|p| p.version == other).ok_or(Failure::NotFound)?.number;
            let (a, b) = (start.min(published.publication.number), start.max(published.publication.number));
            let mut changed = visit.desk.difference(actor, &id, a, b).await?;
            if start > published.publication.number {
                // Asked backwards: what would have to change to get there.
                changed.iter_mut().for_each(|c| std::mem::swap(&mut c.old, &mut c.new));
            }
            Some(changed)
        }
    };
    let w = review(visit.lang);
    let title = fill(w.published, &[&version]);
    Ok(still(&opened, Tab::Versions, &title, || {
        view! {
            {record(&opened, &published, &all, from)}
            {match &changed {
                Some(changed) => difference(&opened, &published, from, changed).into_any(),
                None => text(&opened, &published).into_any(),
            }}
        }
    }))
}

fn record(opened: &Opened<'_>, published: &Published, all: &[Publication], from: &str) -> impl IntoView + use<> {
    let w = review(opened.visit.lang);
    let p = &published.publication;
    let holds = published.holds();
    let at = format!("/services/{}/versions/{}", opened.id(), p.version);
    let option = |value: &str, word: &str| {
        view! { <option value=value.to_owned() selected={from == value}>{word.to_owned()}</option> }
    };
    let options: Vec<_> =
        all.iter().filter(|o| o.version != p.version).map(|o| option(&o.version, &o.version)).collect();
    view! {
        <section class="panel">
            <h2>{fill(w.published, &[&p.version])}</h2>
            <dl class="facts-list">
                <dt>{w.col_at}</dt><dd><time class="mono">{moment(p.at)}</time>" "{p.author.name.clone()}</dd>
                <dt>{w.col_revision}</dt><dd class="mono">{p.number}" · "{p.criteria.clone()}</dd>
                <dt>{w.col_hash}</dt><dd><span class="mono hash">{p.hash.clone()}</span><br/>
                    <span class="small" data-holds=holds.to_string()>{if holds { w.holds } else { w.does_not_hold }}</span></dd>
                <dt>{w.col_round}</dt><dd>{round_link(opened, p)}</dd>
                {(!p.note.is_empty()).then(|| view! { <dt>{w.note}</dt><dd class="pre">{p.note.clone()}</dd> })}
            </dl>
            <form class="filters" method="get" action=at.clone()>
                <label>{w.compare_from}<select name="from">{option(NOTHING, w.nothing)}{options}</select></label>
                <button class="btn">{w.compare_show}</button>
                {(!from.is_empty()).then(|| view! { <a class="btn" data-kind="quiet" href=at.clone()>{w.back_to_text}</a> })}
                <a class="btn" data-kind="quiet" href=workbook(opened.id(), p, all, from)>{w.compare_export}</a>
            </form>
        </section>
    }
}

/// The workbook of what changed: between the two versions that are shown, else since this one.
fn workbook(service: &str, this: &Publication, all: &[Publication], from: &str) -> String {
    let (first, last) = match all.iter().find(|p| p.version == from) {
        Some(other) if other.number < this.number => (&other.version, this.version.as_str()),
        Some(other) => (&this.version, other.version.as_str()),
        None => (&this.version, ""),
    };
    let to = if last.is_empty() { String::new() } else { format!("?to={}", escape(last)) };
    format!("/services/{service}/versions/{}/difference{to}", escape(first))
}

/// The sheet as it was published, drawn by the same parts as the live one; nothing on it can be edited.
fn text(opened: &Opened<'_>, published: &Published) -> impl IntoView + use<> {
    let visit = opened.visit;
    let s = sheet(visit.lang);
    let mut view = opened.view.clone();
    (view.cells, view.criteria, view.number) =
        (published.cells.clone(), published.criteria.clone(), published.publication.number);
    let then = Opened {
        visit,
        view,
        own: vec![],
        editable: false,
        cursor: String::new(),
        last_own: None,
        place: None,
        talk: BTreeMap::new(),
        state: opened.state.clone(),
        assigned: BTreeMap::new(),
    };
    let facts = schema::section("facts").map(|f| f.fields).unwrap_or_default();
    let row = RowId::service();
    view! {
        <section class="published-section panel"><h2>{s.facts}</h2>{facts.iter().map(|f| then.labelled("facts", &row, f.key)).collect_view()}</section>
        <section class="published-section"><h2>{s.scenarios}</h2>{table(&then, "scenarios", s.scenarios_empty)}
            <h2>{s.paths}</h2>{table(&then, "paths", s.paths_empty)}</section>
        <section class="published-section"><h2>{s.tab_criteria}</h2>{answers(&then, None)}</section>
        <section class="published-section"><h2>{s.tab_notes}</h2>{table(&then, "notes", s.notes_empty)}</section>
    }
}

fn difference(
    opened: &Opened<'_>,
    published: &Published,
    from: &str,
    changed: &[CellDifference],
) -> impl IntoView + use<> {
    let visit = opened.visit;
    let w = review(visit.lang);
    let from = if from == NOTHING { w.nothing.to_owned() } else { from.to_owned() };
    let set = published.criteria.key();
    let lines: Vec<_> = changed
        .iter()
        .map(|c| {
            view! {
                <li class="panel"><p class="row"><b>{place(visit, &set, &c.address)}</b>
                    <span class="small muted">{c.author.name.clone()}" "<time class="mono">{moment(c.at)}</time></span></p>
                    <div class="diff" lang=c.address.lang.map(Lang::code)>{cell_diff(visit.lang, &c.address, &c.old, &c.new)}</div></li>
            }
        })
        .collect();
    view! {
        <section class="published-section"><h2>{fill(w.differences, &[&from, &published.publication.version, &changed.len()])}</h2>
            {if lines.is_empty() {
                view! { <p class="empty">{w.no_differences}</p> }.into_any()
            } else {
                view! { <ol class="changes">{lines}</ol> }.into_any()
            }}
        </section>
    }
}
