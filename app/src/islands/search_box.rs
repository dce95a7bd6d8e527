//! The search box: a plain form that the browser turns into one with suggestions. It must live in the browser because
//! suggestions follow each key. With Ctrl+K it is the palette: pages, and what can be done here.

use crate::api::{Suggestion, suggest};
use crate::words::{common, editor};
use assessments::lang::Lang;
use leptos::prelude::*;

/// The search box of the header.
#[island]
pub fn SearchBox(lang: Lang) -> impl IntoView {
    let w = common(lang);
    let text = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<Suggestion>::new());
    let chosen = RwSignal::new(None::<usize>);
    let asked = RwSignal::new(0_u32);
    let ask = move |typed: String| {
        text.set(typed.clone());
        chosen.set(None);
        asked.update(|n| *n += 1);
        let mine = asked.get_untracked();
        leptos::task::spawn_local(async move {
            let found = suggest(typed, here(), lang).await.unwrap_or_default();
            // An answer that comes late must not replace a newer one.
            if asked.get_untracked() == mine {
                hits.set(found);
            }
        });
    };
    let keys = move |event: leptos::ev::KeyboardEvent| {
        let count = hits.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => {
                event.prevent_default();
                chosen.update(|c| *c = Some(c.map_or(0, |n| (n + 1) % count)));
                show(chosen.get_untracked());
            }
            "ArrowUp" if count > 0 => {
                event.prevent_default();
                chosen.update(|c| *c = Some(c.map_or(count - 1, |n| (n + count - 1) % count)));
                show(chosen.get_untracked());
            }
            "Escape" => hits.set(vec![]),
            "Enter" => {
                if let Some(hit) = chosen.get().and_then(|n| hits.with(|h| h.get(n).cloned())) {
                    event.prevent_default();
                    go(&hit.url);
                }
            }
            _ => {}
        }
    };
    view! {
        <form class="search" action="/search" method="get" role="search">
            <input type="search" name="q" id="search" aria-label=w.search placeholder=w.search_hint maxlength="400" autocomplete="off"
                role="combobox" aria-expanded=move || (!hits.with(Vec::is_empty)).to_string() aria-controls="suggestions" aria-autocomplete="list"
                aria-activedescendant=move || chosen.get().map(|n| format!("suggestion-{n}"))
                prop:value=move || text.get()
                on:input:target=move |event| ask(event.target().value())
                on:keydown=keys
                on:blur=move |_| clear_later(hits)/>
            <kbd aria-hidden="true">"/"</kbd>
            <ul id="suggestions" class="suggestions" role="listbox" aria-label=editor(lang).palette hidden=move || hits.with(Vec::is_empty)>
                {move || hits.get().into_iter().enumerate().map(|(n, hit)| {
                    let url = hit.url.clone();
                    view! {
                        <li role="option" id=format!("suggestion-{n}") aria-selected=move || (chosen.get() == Some(n)).to_string()
                            on:mousedown=move |event| { event.prevent_default(); go(&url); }>
                            <b>{hit.title}</b><span class="small muted">{hit.detail}</span></li>
                    }
                }).collect_view()}
            </ul>
        </form>
    }
}

/// Scrolls the list to the chosen one.
#[cfg(feature = "hydrate")]
fn show(chosen: Option<usize>) {
    let option = chosen.and_then(|n| super::browser::by_id(&format!("suggestion-{n}")));
    if let (Some(option), Some(list)) = (option, super::browser::by_id("suggestions")) {
        list.set_scroll_top(option.offset_top() - list.client_height() / 2);
    }
}

#[cfg(not(feature = "hydrate"))]
fn show(_: Option<usize>) {}

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

/// The list goes when the focus goes, but not before a press on it was handled.
#[cfg(feature = "hydrate")]
fn clear_later(hits: RwSignal<Vec<Suggestion>>) {
    super::browser::later(150, move || hits.set(vec![]));
}

#[cfg(not(feature = "hydrate"))]
fn clear_later(_: RwSignal<Vec<Suggestion>>) {}
