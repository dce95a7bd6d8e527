//! The interface. `pages` are drawn on the server only; `islands` live on both sides; `api` is the wire between them;
//! `words` holds every text in both languages.

pub mod api;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod words;

/// Called by the boot script once the module is loaded; the islands are hydrated one by one after it.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
