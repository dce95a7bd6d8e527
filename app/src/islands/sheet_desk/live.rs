//! Colleagues' changes, as they happen: one event stream a page.

use super::state::{Desk, remark, show};
use crate::api::read_cell;
use crate::islands::browser::{all, listen};
use crate::words::{editor as words, fill};
use leptos::prelude::*;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, HtmlElement, MessageEvent};

/// A change set as the stream tells it.
#[derive(Deserialize)]
struct Change {
    author: String,
    own: bool,
    addresses: Vec<String>,
}

thread_local! {
    /// Open editors that want to hear of changes to their cell.
    static EDITORS: RefCell<BTreeMap<String, RwSignal<Option<String>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// An editor opens: it hears who changes its cell meanwhile.
pub(super) fn watch(address: &str, changed_by: RwSignal<Option<String>>) {
    EDITORS.with_borrow_mut(|e| e.insert(address.to_owned(), changed_by));
}

/// An editor closes.
pub(super) fn unwatch(address: &str) {
    EDITORS.with_borrow_mut(|e| e.remove(address));
}

/// Starts the stream, from the revision that the page was drawn at: what came between is told first.
pub(super) fn listen_to(desk: &Desk, number: i64, online: RwSignal<Option<bool>>) {
    let Ok(source) = EventSource::new(&format!("/live?service={}&after={number}", desk.service)) else { return };
    listen(&source, "open", move |_| online.set(Some(true)));
    listen(&source, "error", move |_| online.set(Some(false)));
    let desk = desk.clone();
    listen(&source, "change", move |event| {
        let data = event.dyn_into::<MessageEvent>().ok().and_then(|m| m.data().as_string());
        if let Some(change) = data.and_then(|d| serde_json::from_str::<Change>(&d).ok()) {
            apply(&desk, &change);
        }
    });
    // A stream that fell behind cannot tell everything: look again at each cell that is shown.
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
        if let Some(heard) = EDITORS.with_borrow(|e| e.get(address).copied()) {
            if !change.own {
                heard.set(Some(change.author.clone()));
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
            if let Ok(now) = read_cell(desk.service.clone(), address, desk.lang).await {
                show(&cell, &now.html, now.text.is_empty());
                let _ = cell.set_attribute("data-state", "changed");
                remark(&cell, &fill(words(desk.lang).changed_by, &[&author]), "changed");
            }
        });
    }
}
