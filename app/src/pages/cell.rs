//! How a cell's text is shown: by its kind, in the reader's language, marked where it is the other one.

use super::Visit;
use crate::words::{adoption, common, fill, find, pages, sheet, talk};
use assessments::cell::Address;
use assessments::criteria::CriteriaSet;
use assessments::desk::Desk;
use assessments::guardrail::{Coverage, parse_links};
use assessments::lang::Lang;
use assessments::link::escape;
use assessments::schema::{Choice, Field, Kind};
use assessments::{link, markdown};
use leptos::prelude::*;

/// The body of a cell: its text by kind. The server function for live updates draws the same.
pub fn body(desk: &Desk, criteria: &CriteriaSet, lang: Lang, field: &Field, text: &str) -> AnyView {
    let w = common(lang);
    if text.trim().is_empty() {
        return view! { <span class="muted small">{w.none_yet}</span> }.into_any();
    }
    match field.kind {
        Kind::Markdown => view! { <div class="prose" inner_html=markdown::to_html(text)></div> }.into_any(),
        Kind::Choice(list) if field.key == "availability" => {
            list.iter().find(|c| c.key == text).map(|c| chip(c, lang)).into_any()
        }
        Kind::Choice(list) if field.key == "severity" => list
            .iter()
            .find(|c| c.key == text)
            .map(|c| view! { <span class="sev" data-s=c.key>{c.label(lang)}</span> })
            .into_any(),
        Kind::Choice(_) if field.key == "verdict" => super::adoption::verdict(lang, text),
        Kind::Choice(list) | Kind::Choices(list) => {
            let keys: Vec<&str> = text.split(',').collect();
            let words: Vec<&Choice> = list.iter().filter(|c| keys.contains(&c.key)).collect();
            words
                .into_iter()
                .map(|c| view! { <span class="chip" data-tone="line">{c.marked(lang)}</span>" " })
                .collect_view()
                .into_any()
        }
        Kind::Date => {
            // Days of one form compare as texts.
            let over = match field.key {
                "review_by" => Some(pages(lang).overdue_short),
                "next_review" => Some(adoption(lang).review_overdue),
                "expires" => Some(adoption(lang).risk_over),
                _ => None,
            };
            let over = over.filter(|_| text < desk.today().as_str());
            view! { <time class="mono nowrap" datetime=text.to_owned()>{text.to_owned()}</time>
            {over.map(|word| view! { " "<span class="chip" data-tone="warn">{word}</span> })} }
            .into_any()
        }
        Kind::Links => links(lang, text),
        Kind::Guardrails => guardrails(desk, lang, text),
        Kind::Reference("criteria") => categories(criteria, lang, text),
        Kind::Reference(_) => view! { <span>{text.replace(',', ", ")}</span> }.into_any(),
        Kind::Short => view! { <span>{text.to_owned()}</span> }.into_any(),
    }
}

/// Categories with their names; one of another sheet (`rds/K07`) leads there.
fn categories(criteria: &CriteriaSet, lang: Lang, text: &str) -> AnyView {
    let one = |reference: &str| {
        let (service, id) = reference.split_once('/').unwrap_or(("", reference));
        let name = criteria.category(id).map(|c| c.name(lang).to_owned());
        if service.is_empty() || name.is_none() {
            view! { <span><span class="mono">{reference.to_owned()}</span>" "{name}</span>" " }.into_any()
        } else {
            let url = format!("/services/{service}/criteria#criteria-{id}-availability");
            view! { <a href=url><span class="mono">{reference.to_owned()}</span>" "{name}</a>" " }.into_any()
        }
    };
    text.split(',').map(str::trim).filter(|r| !r.is_empty()).map(one).collect_view().into_any()
}

/// The chip of an availability: mark and word, never colour alone.
pub fn chip(choice: &Choice, lang: Lang) -> impl IntoView + use<> {
    view! { <span class="chip" data-a=choice.key>{choice.marked(lang)}</span> }
}

/// Evidence: title, and how old the look at it is.
pub fn links(lang: Lang, text: &str) -> AnyView {
    let w = common(lang);
    let items = link::parse(text).unwrap_or_default().into_iter().map(|l| {
        let age = l.as_of.clone().unwrap_or_else(|| w.not_checked.to_owned());
        view! {
            <li>
                {if l.url.is_empty() {
                    view! { <span>{l.title.clone()}</span> }.into_any()
                } else {
                    view! { <a href=l.url.clone() rel="noopener noreferrer nofollow">{l.title.clone()}</a> }.into_any()
                }}
                " "<small class="muted nowrap">{age}</small>
            </li>
        }
    });
    view! { <ul class="links">{items.collect_view()}</ul> }.into_any()
}

/// Guardrail links: mode, identifier, how far it goes and why.
pub fn guardrails(desk: &Desk, lang: Lang, text: &str) -> AnyView {
    let w = crate::words::pages(lang);
    let items = parse_links(text).unwrap_or_default().into_iter().map(|l| {
        let entry = desk.catalogue().get(&l.id);
        let mode = entry.and_then(|e| mode(&e.mode)).map(|c| c.label(lang));
        let reason = lang.pick(&l.reason_ja, &l.reason_en);
        let reason = if reason.is_empty() { lang.other().pick(&l.reason_ja, &l.reason_en) } else { reason }.to_owned();
        view! {
            <li>
                <span class="small muted">{mode.unwrap_or("")}</span>" "
                <a class="mono" href=format!("/guardrail?id={}", escape(&l.id.to_string()))>{l.id.native.clone()}</a>" "
                <span class="chip" data-tone="line">{if l.coverage == Coverage::Full { w.full } else { w.partial }}</span>
                {(!reason.is_empty()).then(|| view! { <small class="muted">" "{reason}</small> })}
            </li>
        }
    });
    view! { <ul class="guard-list">{items.collect_view()}</ul> }.into_any()
}

/// The choice of a guardrail's mode.
pub fn mode(key: &str) -> Option<&'static Choice> {
    assessments::schema::field("criteria", "modes")?.choices().iter().find(|c| c.key == key)
}

/// One cell to be drawn.
pub struct CellInput<'a> {
    /// The cell in the reader's language.
    pub address: Address,
    /// Its declaration.
    pub field: &'a Field,
    /// The text as the reader gets it.
    pub text: &'a str,
    /// Language of the text, where it is not the reader's.
    pub other: Option<Lang>,
    /// The service, for links.
    pub service: &'a str,
    /// The sheet's criteria set, for the names of categories.
    pub criteria: &'a CriteriaSet,
    /// Whether the page shows other services' cells as well, so that anchors need the service's id.
    pub many: bool,
    /// Whether the reader may write it.
    pub editable: bool,
    /// Shown before the text: the field's name.
    pub label: Option<&'static str>,
    /// How many open threads stand on it; none where the page does not ask.
    pub talk: Option<i64>,
}

/// A cell with its tools. The tools are links, so that they work with script off.
pub fn cell(visit: &Visit, input: CellInput<'_>) -> AnyView {
    let (w, s, f) = (common(visit.lang), sheet(visit.lang), find(visit.lang));
    let address = input.address.to_string();
    let query = escape(&address);
    let (edit, history) = (
        format!("/services/{}/edit?cell={query}", input.service),
        format!("/services/{}/history?cell={query}", input.service),
    );
    let collect =
        super::basket::add_url(input.service, &input.address.in_lang(input.other.unwrap_or(visit.lang)).to_string());
    let only = input.other.map(|l| if l == Lang::Ja { w.only_other_ja } else { w.only_other_en });
    let text_lang = input.other.map(Lang::code);
    let label = input.field.label(visit.lang);
    let name = format!("{} {label}", input.address.row);
    // A link to the text in the other language leads here as well: one cell shows both.
    let anchored = |a: &Address| if input.many { format!("{}-{}", input.service, a.anchor()) } else { a.anchor() };
    let anchor = anchored(&input.address);
    let other = input.address.lang.map(|l| anchored(&input.address.in_lang(l.other())));
    let t = talk(visit.lang);
    let said = format!(
        "/services/{}/talk?cell={}",
        input.service,
        escape(&Address { lang: None, ..input.address.clone() }.to_string())
    );
    let open = input.talk.filter(|n| *n > 0).map(|n| {
        view! { <a class="talk-count" href=said.clone() aria-label=fill(t.count, &[&name, &n])>{fill(t.of_cell, &[&n])}</a> }
    });
    view! {
        <div class="cell" id=anchor data-cell=address data-editable=input.editable.then_some("") data-kind=kind(input.field)
            data-empty=input.text.is_empty().then_some("") tabindex="0" role="group" aria-label=name.clone()>
            {other.map(|id| view! { <span id=id></span> })}
            {input.label.map(|l| view! { <span class="cell-label">{l}</span> })}
            <div class="cell-body" lang=text_lang>{body(&visit.desk, input.criteria, visit.lang, input.field, input.text)}</div>
            {only.map(|o| view! { <span class="other-lang">{o}</span> })}
            {open}
            <div class="cell-tools">
                {input.editable.then(|| view! { <a class="tool" data-tool="edit" href=edit aria-label=format!("{} {name}", w.edit)>{w.edit}</a> })}
                {(!input.many).then(|| view! { <a class="tool" href=collect aria-label=format!("{name} {}", f.collect)>{f.collect}</a> })}
                <a class="tool" href=history aria-label=format!("{} {name}", s.history_cell)>{w.history}</a>
                {input.talk.is_some().then(|| view! { <a class="tool" href=said aria-label=format!("{} {name}", t.title)>{t.title}</a> })}
            </div>
        </div>
    }
    .into_any()
}

/// What the editor needs to know of a kind.
pub fn kind(field: &Field) -> &'static str {
    match field.kind {
        Kind::Short => "short",
        Kind::Markdown => "markdown",
        Kind::Choice(_) => "choice",
        Kind::Choices(_) => "choices",
        Kind::Date => "date",
        Kind::Links => "links",
        Kind::Guardrails => "guardrails",
        Kind::Reference(_) => "reference",
    }
}
