//! Excel in and out. Reading never fails for one bad cell: it returns what it could read, and findings.

pub mod across;
mod compare;
pub mod export;
pub mod foreign;
pub mod grid;
mod guard;
mod intake;
pub mod json;
mod json_in;
mod markdown_in;
pub mod markdown_out;
mod marks;
pub mod own;
mod paper;
pub mod parcel;
pub mod plan;
pub mod read;
pub mod report;
mod tall;
pub mod template;
mod text;
mod try_out;
pub mod zip_out;

pub use compare::{Differs, differences};
pub use export::basket::{BasketInput, BasketLine, basket_markdown, export_basket};
pub use export::{ApprovalLines, ExportInput, HistoryLine, OwnSheet, export, export_with};
pub use guard::MAX_FILE;
pub use intake::{Taken, take};
pub use json::export_json;
pub use json_in::JsonSheet;
pub use markdown_out::export_markdown;
pub use own::{OwnMark, of_a_layer, own_draft, own_draft_of, recognise, row_hash};
pub use plan::{plan, plan_with};
pub use text::moment;
pub use try_out::try_out;
