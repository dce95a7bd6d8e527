//! Colleagues' changes, as they happen, and who else is here: one event stream a page.

use super::Said;
use super::presence;
use super::state::{Desk, remark, show};
use crate::api::{edits, read_cell};
use crate::islands::browser::{all, listen};
use crate::words::{editor as words, fill};
use leptos::prelude::*;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventSource, HtmlElement, MessageEvent};

/// A change set as the stream tells it.
#[derive(Deserialize)]
struct Change {
    author: String,
    own: bool,
    /// The reader's institution whose layer it is; empty for the common text.
    layer: String,
    addresses: Vec<String>,
}

/// What an open editor wants to hear.
#[derive(Clone, Copy)]
pub(super) struct Ears {
    /// Who changed its cell meanwhile.
    pub(super) changed_by: RwSignal<Option<String>>,
    /// Who has the cell open as well.
    pub(super) edited_by: RwSignal<Option<String>>,
}

thread_local! {
    /// Open editors, by their cell.
    static EDITORS: RefCell<BTreeMap<String, Ears>> = const { RefCell::new(BTreeMap::new()) };
    /// The word by which the server knows this tab.
    static TAB: RefCell<String> = const { RefCell::new(String::new()) };
}

/// An editor opens: it hears who changes its cell meanwhile, and others see that it is being edited.
pub(super) fn watch(desk: &Desk, address: &str, ears: Ears) {
    EDITORS.with_borrow_mut(|e| e.insert(address.to_owned(), ears));
    say(desk, address.to_owned());
    presence::again();
}

/// An editor closes.
pub(super) fn unwatch(desk: &Desk, address: &str) {
    let left = EDITORS.with_borrow_mut(|e| {
        e.remove(address);
        e.keys().next().cloned()
    });
    say(desk, left.unwrap_or_default());
}

/// What the open editor of a cell wants to hear.
pub(super) fn ears(address: &str) -> Option<Ears> {
    EDITORS.with_borrow(|e| e.get(address).copied())
}

/// Says which cell is being edited here. Where it cannot be said, nothing is lost but the mark on others' pages.
fn say(desk: &Desk, address: String) {
    let tab = TAB.with_borrow(Clone::clone);
    if tab.is_empty() {
        return;
    }
    let (service, layer) = (desk.service.clone(), desk.layer.clone());
    leptos::task::spawn_local(async move {
        let _ = edits(service, layer, tab, address).await;
    });
}

fn data(event: Event) -> Option<String> {
    event.dyn_into::<MessageEvent>().ok()?.data().as_string()
}

/// Starts the stream, from where the page was drawn: what came between is told first.
pub(super) fn listen_to(desk: &Desk, cursor: &str, said: Said) {
    let url = format!("/live?service={}&after={cursor}&place={}", desk.service, desk.layer);
    let Ok(source) = EventSource::new(&url) else { return };
    listen(&source, "open", move |_| said.online.set(Some(true)));
    listen(&source, "error", move |_| said.online.set(Some(false)));
    let seated = desk.clone();
    listen(&source, "hello", move |event| {
        TAB.with_borrow_mut(|tab| *tab = data(event).unwrap_or_default());
        // After a lost connection the server knows this tab by another word.
        if let Some(address) = EDITORS.with_borrow(|e| e.keys().next().cloned()) {
            say(&seated, address);
        }
    });
    let around = desk.clone();
    listen(&source, "present", move |event| {
        if let Some(people) = data(event).and_then(|d| serde_json::from_str(&d).ok()) {
            presence::show(&around, people);
        }
    });
    let desk = desk.clone();
    listen(&source, "change", move |event| {
        if let Some(change) = data(event).and_then(|d| serde_json::from_str::<Change>(&d).ok()) {
            if change.layer == desk.layer {
                apply(&desk, &change);
            } else if !change.layer.is_empty() && !change.own {
                said.own_changed.set(Some(change.author));
            }
        }
    });
    // A stream that fell behind cannot tell everything: the page is drawn anew. Drafts stay on this device.
    listen(&source, "behind", move |_| {
        if let Some(window) = crate::islands::browser::window() {
            let _ = window.location().reload();
        }
    });
    std::mem::forget(source);
}

fn apply(desk: &Desk, change: &Change) {
    let cells: BTreeMap<String, HtmlElement> =
        all(".cell").into_iter().filter_map(|c| Some((c.get_attribute("data-cell")?, c))).collect();
    for address in &change.addresses {
        if let Some(heard) = ears(address) {
            if !change.own {
                heard.changed_by.set(Some(change.author.clone()));
            }
            continue;
        }
        let Some(cell) = cells.get(address).cloned() else { continue };
        if change.own && cell.has_attribute("data-just-saved") {
            let _ = cell.remove_attribute("data-just-saved");
            continue;
        }
        let (desk, address, author) = (desk.clone(), address.clone(), change.author.clone());
        leptos::task::spawn_local(async move {
            if let Ok(now) = read_cell(desk.service.clone(), desk.layer.clone(), address, desk.lang).await {
                show(&cell, now.number, &now.html, now.text.is_empty());
                let _ = cell.set_attribute("data-state", "changed");
                remark(&cell, &fill(words(desk.lang).changed_by, &[&author]), "changed");
            }
        });
    }
}
