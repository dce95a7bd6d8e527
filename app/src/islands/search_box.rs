//! The search box: a plain form that the browser turns into a combobox with suggestions. It must live in the browser
//! because suggestions follow each key. With Ctrl+K it is the palette: pages, and what can be done here.

use crate::api::{Suggestion, suggest};
use crate::words::{common, editor};
use assessments::lang::Lang;
use leptos::prelude::*;

/// Milliseconds of quiet after a key before anybody is asked.
#[cfg(feature = "hydrate")]
const QUIET: i32 = 90;

/// What the box knows.
#[derive(Clone, Copy)]
struct Combo {
    text: RwSignal<String>,
    hits: RwSignal<Vec<Suggestion>>,
    chosen: RwSignal<Option<usize>>,
    asked: RwSignal<u32>,
    lang: Lang,
}

impl Combo {
    /// Takes what was typed and asks once the keys are quiet.
    fn typed(self, typed: String) {
        self.text.set(typed);
        self.chosen.set(None);
        self.asked.update(|n| *n += 1);
        let mine = self.asked.get_untracked();
        // An empty box is the palette, which is wanted at once.
        quiet(self.text.with_untracked(String::is_empty), move || {
            if self.asked.get_untracked() == mine {
                self.ask(mine);
            }
        });
    }

    fn ask(self, mine: u32) {
        leptos::task::spawn_local(async move {
            let found = suggest(self.text.get_untracked(), here(), self.lang).await.unwrap_or_default();
            // An answer that comes late replaces nothing newer, and nothing moves under a choice that was begun.
            if self.asked.get_untracked() == mine && self.chosen.get_untracked().is_none() {
                self.hits.set(found);
            }
        });
    }

    /// The list goes; an answer that is still on its way does not bring it back.
    fn close(self) {
        self.asked.update(|n| *n += 1);
        self.hits.set(vec![]);
        self.chosen.set(None);
    }

    fn choose(self, n: usize) {
        self.chosen.set(Some(n));
        show(n);
    }

    fn key(self, event: &leptos::ev::KeyboardEvent) {
        // Enter and arrows belong to the input method while it composes.
        if event.is_composing() {
            return;
        }
        let count = self.hits.with_untracked(Vec::len);
        let chosen = self.chosen.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                self.choose(chosen.map_or(0, |n| (n + 1) % count));
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                self.choose(chosen.map_or(count - 1, |n| (n + count - 1) % count));
            }
            "ArrowDown" | "ArrowUp" => self.typed(self.text.get_untracked()),
            "Escape" if count > 0 => {
                event.prevent_default();
                self.close();
            }
            "Escape" => self.text.set(String::new()),
            "Enter" => {
                if let Some(url) = chosen.and_then(|n| self.hits.with_untracked(|h| h.get(n).map(|s| s.url.clone()))) {
                    event.prevent_default();
                    go(&url);
                }
            }
            _ => {}
        }
    }
}

/// The search box of the header.
#[island]
pub fn SearchBox(lang: Lang) -> impl IntoView {
    let w = common(lang);
    let combo = Combo {
        text: RwSignal::new(String::new()),
        hits: RwSignal::new(Vec::new()),
        chosen: RwSignal::new(None),
        asked: RwSignal::new(0),
        lang,
    };
    let closed = move || combo.hits.with(Vec::is_empty);
    view! {
        <form class="search" action="/search" method="get" role="search">
            <input type="search" name="q" id="search" aria-label=w.search placeholder=w.search_hint maxlength="2000" autocomplete="off"
                role="combobox" aria-expanded=move || (!closed()).to_string() aria-controls="suggestions" aria-autocomplete="list" aria-haspopup="listbox"
                aria-activedescendant=move || combo.chosen.get().map(|n| format!("suggestion-{n}"))
                prop:value=move || combo.text.get()
                on:input:target=move |event| combo.typed(event.target().value())
                on:keydown=move |event| combo.key(&event)
                on:blur=move |_| later(move || combo.close())/>
            <kbd aria-hidden="true">"/"</kbd>
            <div id="suggestions" class="suggestions" role="listbox" aria-label=editor(lang).palette hidden=closed>
                {move || groups(combo)}
            </div>
        </form>
    }
}

/// The suggestions under the names of their groups, numbered through all of them.
fn groups(combo: Combo) -> impl IntoView {
    let hits = combo.hits.get();
    let mut out: Vec<(String, Vec<(usize, Suggestion)>)> = Vec::new();
    for (n, hit) in hits.into_iter().enumerate() {
        match out.last_mut() {
            Some((group, list)) if *group == hit.group => list.push((n, hit)),
            _ => out.push((hit.group.clone(), vec![(n, hit)])),
        }
    }
    let group = move |(name, list): (String, Vec<(usize, Suggestion)>)| {
        let options = list.into_iter().map(move |(n, hit)| option(combo, n, hit)).collect_view();
        view! { <div role="group" aria-label=name.clone()><p class="suggestion-group" aria-hidden="true">{name.clone()}</p>{options}</div> }
    };
    out.into_iter().map(group).collect_view()
}

fn option(combo: Combo, n: usize, hit: Suggestion) -> impl IntoView {
    let url = hit.url;
    view! {
        <div role="option" class="suggestion" id=format!("suggestion-{n}") aria-selected=move || (combo.chosen.get() == Some(n)).to_string()
            on:mousedown=move |event| { event.prevent_default(); go(&url); }>
            <b>{hit.title}</b><span class="small muted">{hit.detail}</span></div>
    }
}

/// Scrolls the list to the chosen one.
#[cfg(feature = "hydrate")]
fn show(n: usize) {
    let option = super::browser::by_id(&format!("suggestion-{n}"));
    if let (Some(option), Some(list)) = (option, super::browser::by_id("suggestions")) {
        list.set_scroll_top(option.offset_top() - list.client_height() / 2);
    }
}

#[cfg(not(feature = "hydrate"))]
fn show(_: usize) {}

/// The page's address, for the verbs of what is on it.
#[cfg(feature = "hydrate")]
fn here() -> String {
    super::browser::here()
}

#[cfg(not(feature = "hydrate"))]
fn here() -> String {
    String::new()
}

#[cfg(feature = "hydrate")]
fn go(url: &str) {
    super::browser::go(url);
}

#[cfg(not(feature = "hydrate"))]
fn go(_: &str) {}

/// Runs when the keys are quiet, or at once.
#[cfg(feature = "hydrate")]
fn quiet(at_once: bool, run: impl FnOnce() + 'static) {
    super::browser::later(if at_once { 0 } else { QUIET }, run);
}

#[cfg(not(feature = "hydrate"))]
fn quiet(_: bool, _: impl FnOnce() + 'static) {}

/// The list goes when the focus goes, but not before a press on it was handled.
#[cfg(feature = "hydrate")]
fn later(run: impl FnOnce() + 'static) {
    super::browser::later(150, run);
}

#[cfg(not(feature = "hydrate"))]
fn later(_: impl FnOnce() + 'static) {}
