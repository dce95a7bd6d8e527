//! Keys of the whole page: search, going places, walking through cells, help, and the command palette. It must live in
//! the browser because it listens to keys.

use crate::words::{common, editor};
use assessments::lang::Lang;
use leptos::prelude::*;

/// The keyboard help, shown by `?`.
#[island]
pub fn Keyboard(lang: Lang) -> impl IntoView {
    let w = editor(lang);
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| start(dialog));
    view! {
        <dialog class="help" node_ref=dialog aria-label=w.keys_title>
            <h2>{w.keys_title}</h2>
            <table class="key"><tbody>
                <tr><th scope="row"><kbd>"/"</kbd></th><td>{w.key_search}</td></tr>
                <tr><th scope="row"><kbd>"Ctrl+K"</kbd></th><td>{w.key_palette}</td></tr>
                <tr><th scope="row"><kbd>"g"</kbd></th><td>{w.key_go}</td></tr>
                <tr><th scope="row"><kbd>"j"</kbd>" "<kbd>"k"</kbd></th><td>{w.key_cells}</td></tr>
                <tr><th scope="row"><kbd>"e"</kbd>" "<kbd>"Enter"</kbd></th><td>{w.key_edit}</td></tr>
                <tr><th scope="row"><kbd>"?"</kbd></th><td>{w.key_help}</td></tr>
            </tbody></table>
            <form method="dialog"><button class="btn">{common(lang).cancel}</button></form>
        </dialog>
    }
}

#[cfg(not(feature = "hydrate"))]
fn start(_: NodeRef<leptos::html::Dialog>) {}

#[cfg(feature = "hydrate")]
fn start(dialog: NodeRef<leptos::html::Dialog>) {
    use super::browser::{by_id, document, go, is_typing, listen};
    use std::cell::Cell;
    use wasm_bindgen::JsCast;

    let Some(document) = document() else { return };
    let going = Cell::new(false);
    listen(&document, "keydown", move |event| {
        let Ok(key) = event.clone().dyn_into::<web_sys::KeyboardEvent>() else { return };
        if (key.ctrl_key() || key.meta_key()) && key.key() == "k" {
            event.prevent_default();
            focus_search();
            // An empty box that hears of input shows the commands.
            if let (Some(input), Ok(told)) = (by_id("search"), web_sys::Event::new("input")) {
                let _ = input.dispatch_event(&told);
            }
            return;
        }
        if is_typing(&key) {
            return;
        }
        if going.replace(false) {
            let place = match key.key().as_str() {
                "h" => "/",
                "s" => "/services",
                "m" => "/matrix",
                "g" => "/guardrails",
                "i" => "/import",
                _ => return,
            };
            event.prevent_default();
            go(place);
            return;
        }
        match key.key().as_str() {
            "/" => {
                event.prevent_default();
                focus_search();
            }
            "g" => going.set(true),
            "j" => step(1),
            "k" => step(-1),
            "e" => {
                let tool = super::browser::document()
                    .and_then(|d| d.active_element())
                    .and_then(|a| a.closest(".cell[data-editable]").ok().flatten())
                    .and_then(|c| c.query_selector("[data-tool=edit]").ok().flatten())
                    .and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok());
                if let Some(tool) = tool {
                    event.prevent_default();
                    tool.click();
                }
            }
            "?" => {
                if let Some(dialog) = dialog.get_untracked() {
                    let _ = dialog.show_modal();
                }
            }
            _ => {}
        }
    });

    fn focus_search() {
        if let Some(input) = by_id("search") {
            let _ = input.focus();
        }
    }

    /// Focus moves to the next or the previous cell.
    fn step(by: isize) {
        let cells = super::browser::all(".cell");
        let active = super::browser::document().and_then(|d| d.active_element());
        let here = cells.iter().position(|c| active.as_ref().is_some_and(|a| c.contains(Some(a))));
        let next = match here {
            Some(n) => n.saturating_add_signed(by).min(cells.len().saturating_sub(1)),
            None => 0,
        };
        if let Some(cell) = cells.get(next) {
            let _ = cell.focus();
        }
    }
}
