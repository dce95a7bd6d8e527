//! The desk of a sheet's page: opens the editor in a cell, brings colleagues' changes in, keeps unsaved text on this
//! device. One island for the whole page: cells stay plain HTML, and a page of four hundred cells costs the same as one
//! of ten.

#[cfg(feature = "hydrate")]
pub(super) mod editor;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
mod presence;
#[cfg(feature = "hydrate")]
pub(super) mod state;

use crate::words::{editor as words, fill};
use assessments::lang::Lang;
use leptos::prelude::*;

/// What the desk says in the corner of the page.
#[derive(Clone, Copy)]
pub(crate) struct Said {
    /// Whether changes are coming in.
    online: RwSignal<Option<bool>>,
    /// Who changed the text of an institution of the reader's beside this page's, which is drawn anew with the page.
    own_changed: RwSignal<Option<String>>,
}

/// The desk. Draws only the line that says whether changes are coming in. `place` is the reader's institution whose page
/// this is, or empty for the common text's.
#[island]
pub fn SheetDesk(
    service: String,
    cursor: String,
    lang: Lang,
    person: String,
    editable: bool,
    place: String,
) -> impl IntoView {
    let said = Said { online: RwSignal::new(None), own_changed: RwSignal::new(None) };
    let w = words(lang);
    Effect::new(move |_| start((&service, &place), &cursor, lang, &person, editable, said));
    view! {
        <div class="presence" role="status">
            {move || said.own_changed.get().map(|who| view! { <span class="small">{fill(w.own_changed, &[&who])}" "<a href="">{w.reload}</a></span> })}
            {move || said.online.get().map(|on| view! { <span class="small" data-online=on.to_string()>{if on { w.online } else { w.offline }}</span> })}
        </div>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: (&str, &str), _: &str, _: Lang, _: &str, _: bool, _: Said) {}

#[cfg(feature = "hydrate")]
fn start((service, layer): (&str, &str), cursor: &str, lang: Lang, person: &str, editable: bool, said: Said) {
    use super::browser::{closest, document, listen};
    use wasm_bindgen::JsCast;

    let desk = state::Desk { service: service.to_owned(), layer: layer.to_owned(), lang, person: person.to_owned() };
    state::mark_live();
    live::listen_to(&desk, cursor, said);
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
