//! What a shared security risk assessment is.
//!
//! The pure half (no feature) knows no IO, no clock and no randomness and compiles for server and browser: addresses,
//! the schema, canonical text, merge, change sets, criteria, permission, failures. With the feature `server` come the
//! store, the search index, workbooks, the library of shipped data, and the [`desk`], where everything that a
//! signed-in person can do is one verb.

pub mod access;
pub mod adoption;
pub mod audit;
pub mod canonical;
pub mod cell;
pub mod change;
pub mod criteria;
pub mod diff;
pub mod elevation;
pub mod failure;
pub mod guardrail;
pub mod id;
pub mod import;
pub mod lang;
pub mod link;
pub mod mention;
pub mod merge;
pub mod review;
pub mod schema;
pub mod sheet;
pub mod similar;

#[cfg(feature = "server")]
mod cut;
#[cfg(feature = "server")]
pub mod desk;
#[cfg(feature = "server")]
pub mod library;
#[cfg(feature = "server")]
pub mod markdown;
#[cfg(feature = "server")]
pub mod search;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod workbook;
