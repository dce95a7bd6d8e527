//! The desk of a sheet's page: opens the editor in a cell, brings colleagues' changes in, keeps unsaved text on this
//! device. One island for the whole page: cells stay plain HTML, and a page of four hundred cells costs the same as one
//! of ten.

#[cfg(feature = "hydrate")]
pub(super) mod editor;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
pub(super) mod state;

use crate::words::editor as words;
use assessments::lang::Lang;
use leptos::prelude::*;

/// The desk. Draws only the line that says whether changes are coming in.
#[island]
pub fn SheetDesk(service: String, number: i64, lang: Lang, person: String, editable: bool) -> impl IntoView {
    let online = RwSignal::new(None::<bool>);
    let w = words(lang);
    Effect::new(move |_| start(&service, number, lang, &person, editable, online));
    view! {
        <div class="presence" role="status">
            {move || online.get().map(|on| view! { <span class="small" data-online=on.to_string()>{if on { w.online } else { w.offline }}</span> })}
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: &str, _: i64, _: Lang, _: &str, _: bool, _: RwSignal<Option<bool>>) {}

#[cfg(feature = "hydrate")]
fn start(service: &str, number: i64, lang: Lang, person: &str, editable: bool, online: RwSignal<Option<bool>>) {
    use super::browser::{closest, document, listen};
    use wasm_bindgen::JsCast;

    let desk = state::Desk { service: service.to_owned(), lang, person: person.to_owned() };
    state::mark_live();
    live::listen_to(&desk, number, online);
    if !editable {
        return;
    }
    let Some(document) = document() else { return };
    let opener = desk.clone();
    listen(&document, "dblclick", move |event| {
        if let Some(cell) =
            closest(&event, ".cell[data-editable]").filter(|_| closest(&event, ".editor, a, button").is_none())
        {
            editor::open(&opener, &cell, None);
        }
    });
    let opener = desk.clone();
    listen(&document, "click", move |event| {
        let modified =
            event.dyn_ref::<web_sys::MouseEvent>().is_some_and(|m| m.ctrl_key() || m.meta_key() || m.shift_key());
        if let (Some(_), Some(cell), false) =
            (closest(&event, "[data-tool=edit]"), closest(&event, ".cell[data-editable]"), modified)
        {
            event.prevent_default();
            editor::open(&opener, &cell, None);
        }
    });
    let opener = desk.clone();
    listen(&document, "keydown", move |event| {
        let enter = event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|k| k.key() == "Enter" && !k.is_composing());
        let target = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(cell) = target.filter(|t| enter && t.matches(".cell[data-editable]").unwrap_or(false)) {
            event.prevent_default();
            editor::open(&opener, &cell, None);
        }
    });
    // What was typed and not saved before the page went away opens again.
    for (cell, draft) in state::drafts(&desk) {
        editor::open(&desk, &cell, Some(draft));
    }
}
