//! The frame of every page: head, header with search, main, footer.

use super::{Visit, draw};
use crate::islands::{Keyboard, SearchBox};
use crate::words::common;
use assessments::access::{Action, permit};
use assessments::cell::Layer;
use assessments::lang::Lang;
use assessments::link::escape;
use leptos::prelude::*;

/// An icon of the sprite; says nothing to a screen reader, the word beside it does.
pub fn icon(visit: &Visit, name: &'static str) -> AnyView {
    match &visit.assets.sprite {
        Some(sprite) => view! {
            <svg class="icon" aria-hidden="true" width="16" height="16"><use href=format!("{sprite}#{name}")></use></svg>
        }
        .into_any(),
        None => ().into_any(),
    }
}

/// Which entry of the main navigation a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Home.
    Home,
    /// Services and sheets.
    Services,
    /// The matrix and the categories.
    Matrix,
    /// Guardrails.
    Guardrails,
    /// Import.
    Import,
    /// None of them.
    None,
}

/// A whole page.
pub fn page<V: IntoView>(visit: &Visit, title: &str, place: Place, body: impl FnOnce() -> V) -> String {
    let mut html = draw(|| {
        let w = common(visit.lang);
        let assets = visit.assets.clone();
        let title = format!("{title} · {}", w.brand);
        view! {
            <html lang=visit.lang.code() data-js=assets.js.clone() data-wasm=assets.wasm.clone()>
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>{title}</title>
                    <link rel="stylesheet" href=assets.css.clone()/>
                    {assets.favicon.clone().map(|f| view! { <link rel="icon" href=f type="image/svg+xml"/> })}
                    {assets.js.clone().map(|js| view! { <link rel="modulepreload" href=js/> })}
                    {assets.boot.clone().map(|boot| view! { <script type="module" src=boot></script> })}
                </head>
                <body>
                    <a class="skip" href="#main">{w.skip}</a>
                    {header(visit, place)}
                    <main id="main" tabindex="-1">{super::elevation::alarms(visit)}{body()}</main>
                    <footer class="foot"><p>{w.footer}</p></footer>
                    {visit.actor.is_some().then(|| view! { <Keyboard lang=visit.lang/> })}
                </body>
            </html>
        }
    });
    html.insert_str(0, "<!DOCTYPE html>");
    html
}

fn header(visit: &Visit, place: Place) -> AnyView {
    let w = common(visit.lang);
    if visit.actor.is_none() {
        return view! {
            <header class="top"><a class="brand" href="/">{w.brand}</a><div class="who">{language(visit)}</div></header>
        }
        .into_any();
    }
    let may_import = visit.actor.as_ref().is_some_and(|a| permit(a, Action::PreviewImport, &Layer::Shared).is_ok());
    let link = |at: Place, href: &'static str, word: &'static str| {
        view! { <a href=href aria-current=(at == place).then_some("page")>{word}</a> }
    };
    view! {
        <header class="top">
            <a class="brand" href="/">{w.brand}</a>
            <nav class="primary" aria-label=w.main_nav>
                {link(Place::Services, "/services", w.services)}
                {link(Place::Matrix, "/matrix", w.matrix)}
                {link(Place::Guardrails, "/guardrails", w.guardrails)}
                {may_import.then(|| link(Place::Import, "/import", w.import))}
            </nav>
            <SearchBox lang=visit.lang/>
            {who(visit)}
        </header>
    }
    .into_any()
}

fn language(visit: &Visit) -> AnyView {
    let w = common(visit.lang);
    let other = visit.lang.other();
    view! {
        <form method="post" action="/language" class="lang">
            <input type="hidden" name="lang" value=other.code()/>
            <input type="hidden" name="back" value=visit.path.clone()/>
            <button class="btn" data-kind="quiet" lang=other.code()>{w.other_language}</button>
        </form>
    }
    .into_any()
}

fn who(visit: &Visit) -> AnyView {
    let w = common(visit.lang);
    let name = visit.actor.as_ref().map(|a| a.name.clone()).unwrap_or_default();
    let banks: Vec<String> = visit.institutions.iter().map(|(_, n)| n.get(visit.lang).to_owned()).collect();
    let banks = banks.join(if visit.lang == Lang::Ja { "・" } else { ", " });
    let places = super::admin::places(visit, visit.lang)
        .into_iter()
        .map(|(path, word)| view! { <li><a href=path>{word}</a></li> })
        .collect_view();
    view! {
        <div class="who">
            {super::elevation::chip(visit)}
            {inbox(visit)}
            <details>
                <summary><span class="visually-hidden">{w.menu}</span>
                    {(!banks.is_empty()).then(|| view! { <b>{banks.clone()}</b>" · " })}<span>{name.clone()}</span></summary>
                <div class="menu">
                    <p class="small muted">{w.seen_as}": "{name}{(!banks.is_empty()).then(|| format!("（{banks}）"))}</p>
                    <ul class="plain-list">{places}</ul>
                    <form method="post" action="/sign-out"><button class="btn" data-kind="quiet">{w.sign_out}</button></form>
                </div>
            </details>
            {language(visit)}
        </div>
    }
    .into_any()
}

/// The way to the inbox, with how much of it is unread.
fn inbox(visit: &Visit) -> impl IntoView + use<> {
    let t = crate::words::talk(visit.lang);
    let label =
        if visit.unread > 0 { crate::words::fill(t.inbox_unread, &[&visit.unread]) } else { t.inbox.to_owned() };
    let here = (visit.path.split('?').next() == Some("/inbox")).then_some("page");
    let many = if visit.unread > 99 { "99+".to_owned() } else { visit.unread.to_string() };
    view! {
        <a class="inbox" href="/inbox" aria-label=label aria-current=here>{t.inbox}
            {(visit.unread > 0).then(|| view! { <span class="badge">{many}</span> })}</a>
    }
}

/// The head of a page: title, a line under it, and what can be done.
pub fn head(title: String, lead: Option<String>, actions: AnyView) -> impl IntoView {
    view! {
        <div class="head">
            <div><h1>{title}</h1>{lead.map(|l| view! { <p class="facts">{l}</p> })}</div>
            <div class="actions">{actions}</div>
        </div>
    }
}

/// Links to the neighbouring pages of a list. `query` is everything but the page, as it stands in the address.
pub fn pager(visit: &Visit, path: &str, query: &[(&str, &str)], page: i64, pages: i64, total: i64) -> AnyView {
    let w = common(visit.lang);
    let counted = crate::words::fill(w.items, &[&total]);
    if pages <= 1 {
        return view! { <p class="small muted">{counted}</p> }.into_any();
    }
    let to = |n: i64| {
        let n = n.to_string();
        address(path, &[query, &[("page", n.as_str())]].concat())
    };
    view! {
        <nav class="pager" aria-label=crate::words::fill(w.page_of, &[&page, &pages])>
            {(page > 1).then(|| view! { <a class="btn" rel="prev" href=to(page - 1)>{w.previous}</a> })}
            <span>{crate::words::fill(w.page_of, &[&page, &pages])}</span>
            <span class="muted small">{counted}</span>
            {(page < pages).then(|| view! { <a class="btn" rel="next" href=to(page + 1)>{w.next}</a> })}
        </nav>
    }
    .into_any()
}

/// A text for inside a `textarea`, which Leptos writes as it is: without this a `</textarea>` that somebody typed would end
/// it, and `&lt;` would come back as `<`. The line break in front is the one that a browser drops there.
pub fn in_area(text: impl AsRef<str>) -> String {
    let text = text.as_ref().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("\n{text}")
}

/// An address with those parts of a query that say something.
pub fn address(path: &str, query: &[(&str, &str)]) -> String {
    let parts: Vec<String> =
        query.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", escape(v))).collect();
    if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
}

/// A moment as tables show it, in Japanese time: `2026-11-23 14:02`. Japan has had no summer time since 1951.
pub fn moment(at: chrono::DateTime<chrono::Utc>) -> String {
    (at + chrono::Duration::hours(9)).format("%Y-%m-%d %H:%M").to_string()
}
