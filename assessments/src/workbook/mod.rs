//! Excel in and out. Reading never fails for one bad cell: it returns what it could read, and findings.

pub mod export;
pub mod foreign;
pub mod grid;
mod guard;
pub mod json;
pub mod markdown_out;
mod marks;
pub mod own;
pub mod plan;
pub mod read;
mod text;

pub use export::{ExportInput, HistoryLine, export};
pub use json::export_json;
pub use markdown_out::export_markdown;
pub use own::{OwnMark, own_draft, recognise};
pub use plan::plan;
