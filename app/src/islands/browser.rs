//! Small helpers over web-sys. Everything here fails softly: a browser that lacks something loses a convenience, never
//! what was typed.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, KeyboardEvent, Storage, Window};

/// The window.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Storage on this device.
pub fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

/// An element by its id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// All elements that fit a selector.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let Some(list) = document().and_then(|d| d.query_selector_all(selector).ok()) else { return vec![] };
    (0..list.length()).filter_map(|i| list.item(i)?.dyn_into().ok()).collect()
}

/// The element or the one around it that fits a selector.
pub fn closest(event: &Event, selector: &str) -> Option<HtmlElement> {
    let element: Element = event.target()?.dyn_into().ok()?;
    element.closest(selector).ok().flatten()?.dyn_into().ok()
}

/// Listens for as long as the page lives.
pub fn listen(target: &EventTarget, name: &str, handle: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(handle);
    if target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).is_ok() {
        closure.forget();
    }
}

/// Keys that are meant for what is being typed, and not for the page.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    event.is_composing()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || closest(event, "input, textarea, select, [contenteditable]").is_some()
}

/// Runs after some milliseconds.
pub fn later(milliseconds: i32, run: impl FnOnce() + 'static) {
    let closure = Closure::once_into_js(run);
    if let Some(window) = window() {
        let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(closure.unchecked_ref(), milliseconds);
    }
}

/// The time of day, `14:02`.
pub fn clock() -> String {
    let now = js_sys::Date::new_0();
    format!("{:02}:{:02}", now.get_hours(), now.get_minutes())
}

/// The path of the page.
pub fn here() -> String {
    window().and_then(|w| w.location().pathname().ok()).unwrap_or_default()
}

/// Goes to an address of ours.
pub fn go(url: &str) {
    if let Some(window) = window() {
        let _ = window.location().set_href(url);
    }
}
