//! Comments of a sheet: threads by place, with the forms to take part. Everything works as links and plain forms.

mod thread;

use super::error::notice;
use super::search::place;
use super::sheet::{Opened, Tab, frame, open};
use super::shell::pager;
use super::{Refused, Visit};
use crate::words::{common, fill, talk as words};
use assessments::access::{Action, Actor, permit};
use assessments::cell::{Address, Layer};
use assessments::desk::{Addressee, Page};
use assessments::failure::Failure;
use assessments::link::escape;
use assessments::schema::MAX_UNITS;
use assessments::store::{TalkFilter, Thread};
use leptos::prelude::*;

/// Threads a page.
const SIZE: i64 = 30;
/// People offered in a form's list; everybody can be named by hand.
const OFFERED: usize = 300;

/// Which threads a page shows, as its address says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Those on this cell; none for all, an empty text for those on the whole sheet.
    pub cell: Option<String>,
    /// This thread alone; empty for all.
    pub thread: String,
    /// `open`, `resolved`, `mine` or `all`; empty for what fits the rest.
    pub show: String,
    /// Which page.
    pub page: i64,
}

impl Shown {
    /// The cell without its language.
    fn address(&self) -> Result<Option<Address>, Failure> {
        let text = self.cell.as_deref().unwrap_or("");
        if text.is_empty() {
            return Ok(None);
        }
        Address::parse(text).map(|a| Some(Address { lang: None, ..a })).map_err(|_| Failure::NotFound)
    }

    /// A cell's page and a thread's show everything, the sheet's what is open.
    fn show(&self) -> &str {
        match self.show.as_str() {
            known @ ("open" | "resolved" | "mine" | "all") => known,
            _ if self.cell.is_some() || !self.thread.is_empty() => "all",
            _ => "open",
        }
    }

    /// The query part of this page's address, for coming back to it.
    pub fn query(&self) -> String {
        let mut parts = Vec::new();
        if let Some(cell) = &self.cell {
            parts.push(format!("cell={}", escape(cell)));
        }
        for (key, value) in [("thread", &self.thread), ("show", &self.show)] {
            if !value.is_empty() {
                parts.push(format!("{key}={}", escape(value)));
            }
        }
        parts.join("&")
    }
}

/// What the page's parts are drawn with.
struct Talk<'a> {
    visit: &'a Visit,
    opened: &'a Opened<'a>,
    shown: &'a Shown,
    refused: Option<&'a Refused>,
    /// Whom one can name, by layer.
    people: Vec<(Layer, Vec<Addressee>)>,
}

impl Talk<'_> {
    fn actor(&self) -> Option<&Actor> {
        self.visit.actor.as_ref()
    }

    fn may(&self, action: Action, layer: &Layer) -> bool {
        self.actor().is_some_and(|a| permit(a, action, layer).is_ok())
    }

    /// What was typed into a form that was refused: the one with this verb about this subject.
    fn typed(&self, verb: &str, subject: &str, field: &str) -> Option<String> {
        let refused =
            self.refused.filter(|r| r.typed("verb") == Some(verb) && r.typed("subject").unwrap_or("") == subject)?;
        refused.typed(field).map(str::to_owned)
    }

    /// The fields that bring a form's answer back to this page.
    fn hidden(&self, verb: &'static str, subject: &str) -> impl IntoView + use<> {
        view! {
            <input type="hidden" name="verb" value=verb/>
            <input type="hidden" name="subject" value=subject.to_owned()/>
            {self.shown.cell.clone().map(|c| view! { <input type="hidden" name="cell" value=c/> })}
            <input type="hidden" name="thread" value=self.shown.thread.clone()/>
            <input type="hidden" name="show" value=self.shown.show.clone()/>
        }
    }

    fn action(&self) -> String {
        format!("/services/{}/talk", self.opened.id())
    }

    /// The field that names somebody, with the people who can be named in a layer.
    fn to(&self, verb: &str, subject: &str, layer: &Layer) -> impl IntoView + use<> {
        let value = self.typed(verb, subject, "to").unwrap_or_default();
        view! { <label>{words(self.visit.lang).to}<input type="text" name="to" list=list_id(layer) value=value maxlength="400" autocomplete="off" autocapitalize="none"/></label> }
    }
}

fn list_id(layer: &Layer) -> String {
    format!("people-{}", layer.key().replace(':', "-"))
}

/// The page.
///
/// # Errors
/// [`Failure::NotFound`] for an unknown service, cell or thread.
pub async fn talk(
    visit: &Visit,
    service: &str,
    shown: &Shown,
    flash: Option<String>,
    refused: Option<&Refused>,
) -> Result<String, Failure> {
    let opened = open(visit, service).await?;
    let actor = visit.actor()?;
    let address = shown.address()?;
    let filter = TalkFilter {
        service: Some(opened.view.key.service.clone()),
        thread: Some(shown.thread.clone()).filter(|t| !t.is_empty()),
        address: shown.cell.is_some().then(|| address.as_ref().map(ToString::to_string).unwrap_or_default()),
        resolved: match shown.show() {
            "open" => Some(false),
            "resolved" => Some(true),
            _ => None,
        },
        with: actor.person.clone().filter(|_| shown.show() == "mine"),
    };
    let found = visit.desk.threads(actor, &filter, shown.page, SIZE).await?;
    if filter.thread.is_some() && found.items.is_empty() {
        return Err(Failure::NotFound);
    }
    let mut people = Vec::new();
    for layer in actor.layers() {
        if permit(actor, Action::Comment, &layer).is_ok() {
            people.push((layer.clone(), visit.desk.addressees(actor, &layer).await?));
        }
    }
    let drawn = Talk { visit, opened: &opened, shown, refused, people };
    Ok(frame(&opened, Tab::Talk, flash, || body(&drawn, address.as_ref(), &found)))
}

fn body(t: &Talk<'_>, address: Option<&Address>, found: &Page<Thread>) -> impl IntoView + use<> {
    let (visit, w) = (t.visit, words(t.visit.lang));
    let lists = t
        .people
        .iter()
        .map(|(layer, people)| {
            let options = people.iter().take(OFFERED).map(|p| {
                let handle = format!("@{}", p.handles.first().cloned().unwrap_or_default());
                let at: Vec<&str> = p.institutions.iter().map(|l| l.get(visit.lang)).collect();
                let name = if at.is_empty() { p.name.clone() } else { format!("{}（{}）", p.name, at.join("・")) };
                view! { <option value=handle>{name}</option> }
            });
            view! { <datalist id=list_id(layer)>{options.collect_view()}</datalist> }
        })
        .collect_view();
    let alone = !t.shown.thread.is_empty();
    let about = address.map(|a| place(visit, &t.opened.view.criteria.key(), a));
    let empty = if t.shown.show() == "open" { w.empty_open } else { w.empty };
    let query = [
        ("cell", t.shown.cell.as_deref().unwrap_or("")),
        ("show", t.shown.show.as_str()),
        ("thread", t.shown.thread.as_str()),
    ];
    view! {
        <h2>{w.title}{about.clone().map(|p| view! { <span class="muted">" · "{p}</span> })}</h2>
        <p class="small muted">{w.lead}</p>
        {filters(t)}
        {t.refused.map(|r| notice(visit, &r.failure))}
        {if found.items.is_empty() {
            view! { <p class="empty">{empty}</p> }.into_any()
        } else {
            view! { <div class="threads">{found.items.iter().map(|item| thread::thread(t, item)).collect_view()}</div> }.into_any()
        }}
        {pager(visit, &t.action(), &query, found.page, found.pages(), found.total)}
        {(!alone).then(|| new(t, address, about))}
        {lists}
    }
}

fn filters(t: &Talk<'_>) -> impl IntoView + use<> {
    let w = words(t.visit.lang);
    let alone = t.shown.cell.is_some() || !t.shown.thread.is_empty();
    let here = t.shown.show().to_owned();
    let path = t.action();
    let links = [("open", w.show_open), ("resolved", w.show_resolved), ("mine", w.show_mine), ("all", w.show_all)].map(
        |(key, word)| {
            let current = (!alone && here == key).then_some("true");
            view! { <a class="btn" data-kind="quiet" href=format!("{path}?show={key}") aria-current=current>{word}</a> }
        },
    );
    view! {
        <nav class="row talk-filter" aria-label=w.filter>{links}
            {alone.then(|| view! { <a class="btn" href=t.action()>{w.all_of_sheet}</a> })}</nav>
    }
}

/// The form of a new thread.
fn new(t: &Talk<'_>, address: Option<&Address>, about: Option<String>) -> Option<impl IntoView + use<>> {
    let (visit, w) = (t.visit, words(t.visit.lang));
    let (first, _) = t.people.first()?;
    let chosen = t.typed("open", "", "layer").unwrap_or_else(|| first.key());
    let layers = t
        .people
        .iter()
        .map(|(layer, _)| {
            let key = layer.key();
            let word = match layer {
                Layer::Shared => w.everybody.to_owned(),
                Layer::Institution(_) => fill(w.only_own, &[&name_of(visit, layer)]),
            };
            view! { <option value=key.clone() selected={key == chosen}>{word}</option> }
        })
        .collect_view();
    let text = t.typed("open", "", "text").unwrap_or_default();
    Some(view! {
        <section class="panel form-panel talk-form" id="new" aria-labelledby="new-title"><h2 id="new-title">{w.new}</h2>
            <p class="small muted">{match about { Some(place) => fill(w.on_cell, &[&place]), None => w.on_whole.to_owned() }}</p>
            <form class="form" method="post" action=t.action()>
                {t.hidden("open", "")}
                <input type="hidden" name="on" value=address.map(ToString::to_string).unwrap_or_default()/>
                <label>{w.body}<textarea name="text" rows="4" required maxlength=MAX_UNITS.to_string() aria-describedby="new-hint">{super::shell::in_area(text)}</textarea></label>
                <p class="hint" id="new-hint">{w.hint}</p>
                <div class="two">
                    <label>{w.audience}<select name="layer">{layers}</select></label>
                    {t.to("open", "", first)}
                </div>
                <button class="btn" data-kind="primary">{w.send}</button>
            </form>
        </section>
    })
}

/// A layer's name for its readers.
pub(super) fn name_of(visit: &Visit, layer: &Layer) -> String {
    match layer {
        Layer::Shared => common(visit.lang).shared.to_owned(),
        Layer::Institution(id) => visit
            .institutions
            .iter()
            .find(|(own, _)| own == id)
            .map_or_else(|| id.to_string(), |(_, name)| name.get(visit.lang).to_owned()),
    }
}
