//! The few parts that live in the browser, each with the reason why it must.

mod drop;
#[cfg(feature = "hydrate")]
pub(crate) mod guardrail_picker;
mod keyboard;
mod search_box;
mod sheet_desk;

pub use drop::FileDrop;
pub use keyboard::Keyboard;
pub use search_box::SearchBox;
pub use sheet_desk::SheetDesk;

/// Helpers for the browser: documents, storage, focus.
#[cfg(feature = "hydrate")]
pub(crate) mod browser;
