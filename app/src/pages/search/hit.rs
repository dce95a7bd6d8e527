//! One hit: where it stands, whose it is, the words that fit, why, and a button to collect it.

use super::Drawn;
use crate::pages::Visit;
use crate::pages::basket::collect_button;
use crate::words::{fill, find};
use assessments::cell::{Address, Layer};
use assessments::link::escape;
use assessments::schema;
use assessments::search::{Hit, HitKind, Why, WhyKind};
use leptos::either::Either;
use leptos::prelude::*;

/// One hit. `named` where it does not stand under its sheet's name.
///
/// No part of it is an `AnyView`: a page has dozens, and each would be copied, put into a box and called through it.
pub fn hit(d: &Drawn<'_>, h: &Hit, named: bool) -> impl IntoView + use<> {
    let visit = d.visit;
    let place = words(visit, h);
    let title = h.title.get(visit.lang);
    let shown = if named && h.service.is_some() && !title.is_empty() { format!("{title} › {place}") } else { place };
    let lang = h.address.as_ref().and_then(|a| a.lang).map(|l| l.code());
    let collect = match (h.kind, &h.service, &h.address) {
        (HitKind::Cell, Some(service), Some(address)) => {
            Some(collect_button(visit, service, &h.layer, address, &format!("{title} {shown}")))
        }
        _ => None,
    };
    let why = (!h.why.is_empty()).then(|| {
        let reasons: Vec<_> = h.why.iter().map(|w| why(visit, w)).collect();
        view! { <p class="small muted why">{reasons.join(" · ")}</p> }
    });
    view! {
        <li class="hit" data-private=(h.layer != Layer::Shared).then_some("")>
            <div class="hit-head"><a href=address(visit, h)>{shown}</a>{marks(d, h)}{collect}</div>
            <p lang=lang>{snippet(&h.snippet)}</p>
            {why}
        </li>
    }
}

/// A hit on another page than the search's: with its sheet's name, nothing marked as new.
pub fn plain_hit(visit: &Visit, h: &Hit) -> impl IntoView + use<> {
    let asked = super::Asked::default();
    let drawn = Drawn {
        visit,
        asked: &asked,
        toggles: asked.state.toggles(),
        answer: Default::default(),
        changed: Default::default(),
        groups: vec![],
        mean: vec![],
    };
    hit(&drawn, h, true)
}

/// What it is, whose it is, whether it is new.
fn marks(d: &Drawn<'_>, h: &Hit) -> impl IntoView + use<> {
    let (visit, f) = (d.visit, find(d.visit.lang));
    let kind = match h.kind {
        HitKind::Cell => None,
        HitKind::Published => Some(f.kind_published),
        HitKind::Comment => Some(f.kind_comment),
        HitKind::Guardrail => Some(f.kind_guardrail),
        HitKind::Service => Some(f.kind_service),
        HitKind::Category => Some(f.kind_category),
    };
    let private = match &h.layer {
        Layer::Shared => None,
        Layer::Institution(id) => {
            let name = visit.institutions.iter().find(|(own, _)| own == id).map(|(_, n)| n.get(visit.lang).to_owned());
            Some(fill(f.private_of, &[&name.unwrap_or_else(|| id.to_string())]))
        }
    };
    let new = d.changed.has(h);
    (kind.is_some() || private.is_some() || new).then(|| {
        view! {
            {kind.map(|k| view! { " "<span class="chip" data-tone="line">{k}</span> })}
            {private.map(|p| view! { " "<span class="chip" data-tone="warn">{p}</span> })}
            {new.then(|| view! { " "<span class="chip" data-tone="good">{f.new_hit}</span> })}
        }
    })
}

fn why(visit: &Visit, w: &Why) -> String {
    let f = find(visit.lang);
    let words = match w.kind {
        WhyKind::Synonym => f.why_synonym,
        WhyKind::Prefix => f.why_prefix,
        WhyKind::Typo => f.why_typo,
        WhyKind::Stem => f.why_stem,
    };
    fill(words, &[&w.typed, &w.found])
}

/// A hit's place in words.
fn words(visit: &Visit, h: &Hit) -> String {
    let title = || h.title.get(visit.lang).to_owned();
    match (h.kind, &h.address) {
        (HitKind::Guardrail, _) => {
            let native = h.reference.split_once(':').map_or(h.reference.as_str(), |(_, native)| native);
            if title().is_empty() || title() == native { native.to_owned() } else { format!("{native} {}", title()) }
        }
        (HitKind::Category, _) => format!("{} {}", h.reference, title()),
        (_, Some(address)) => place(visit, &h.criteria, address),
        (_, None) => title(),
    }
}

/// Where a hit leads.
pub fn address(visit: &Visit, h: &Hit) -> String {
    match (h.kind, &h.service, &h.address) {
        (HitKind::Guardrail, ..) => format!("/guardrail?id={}", escape(&h.reference)),
        // The text as it was published, and the thread in which something was said: the sheet says neither.
        (HitKind::Published, Some(service), Some(address)) => {
            format!("/services/{service}/versions/{}#{}", escape(&h.reference), address.anchor())
        }
        (HitKind::Comment, Some(service), _) => {
            let (thread, comment) = h.reference.split_once('#').unwrap_or((&h.reference, ""));
            format!("/services/{service}/talk?thread={}#c-{comment}", escape(thread))
        }
        (HitKind::Category, ..) => crate::pages::across::url(visit, &visit.desk.criteria(&h.criteria), &h.reference),
        (_, Some(service), Some(address)) => url(service.as_str(), address),
        (_, Some(service), None) => format!("/services/{service}"),
        (_, None, _) => "/services".into(),
    }
}

/// The words of a snippet with what matched marked.
pub fn snippet(runs: &[(bool, String)]) -> impl IntoView + use<> {
    let run = |(marked, text): &(bool, String)| match marked {
        true => Either::Left(view! { <mark>{text.clone()}</mark> }),
        false => Either::Right(text.clone()),
    };
    runs.iter().map(run).collect_view()
}

/// A cell's place in words: part, row and field; `set` is the criteria set that its sheet follows.
pub fn place(visit: &Visit, set: &str, address: &Address) -> String {
    schema::place(&visit.desk.criteria(set), address, visit.lang)
}

/// The address of a cell's page.
pub fn url(service: &str, address: &Address) -> String {
    let part = match address.section.as_str() {
        "criteria" => "/criteria",
        "scenarios" | "paths" => "/scenarios",
        "notes" => "/notes",
        "adoption" | "risks" => "/adoption",
        _ => "",
    };
    format!("/services/{service}{part}#{}", address.anchor())
}
