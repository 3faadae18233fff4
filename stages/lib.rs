//! What happens to a table: reading, extraction, deduplication, filtering, mixing, writing.
//!
//! A run is a plan of passes and global steps (`plan`), which fall into tasks (`task`). A pass streams documents
//! through per-document stages (`pass`); a global step makes the keys of all shards meet in bucket files (`bucket`,
//! `dedup`). Nothing here knows of arguments, recipes in TOML, or printing.

pub mod batch;
pub mod bucket;
pub mod classify;
mod cut;
pub mod dedup;
pub mod encoder;
pub mod error;
pub mod extract;
pub mod fate;
pub mod filter;
pub mod forget;
pub mod language;
pub mod ledger;
pub mod lines;
pub mod mix;
pub mod models;
pub mod names;
pub mod pass;
pub mod plan;
pub mod read;
#[cfg(test)]
mod real_pages;
pub mod schema;
pub mod scrub;
pub mod spec;
pub mod stage;
pub mod task;
pub mod text;
pub mod url;
pub mod write;

pub use error::{Result, StageError};

/// Raised whenever a stage can give another output for the same input and settings: finished tasks of an earlier
/// version are then not taken over. Filters have versions of their own, on their cards.
pub const OUTPUT_VERSION: u32 = 7;
