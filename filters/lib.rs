//! What is asked of a document: text segmentation, measures, detectors and models.
//!
//! Everything here is a pure function of one document: no tables, no files, no clock, no randomness, no second
//! document. A filter *measures*; a recipe *judges* the measure against [`Bounds`]; what happens to the document is
//! the business of the stages.
#![forbid(unsafe_code)]

pub mod card;
pub mod classes;
pub mod document;
pub mod fasttext;
pub mod language;
pub mod models;
pub mod pii;
pub mod registry;
pub mod text;
pub mod verdict;

pub mod tokens;
pub mod url;
pub mod words;

mod characters;
mod chars;
mod code;
pub mod line_rules;

mod length;
mod lines;
#[cfg(test)]
mod parity;
mod phrases;
mod repetition;
mod symbols;
mod table;
mod unsafe_model;
mod vocabulary;

pub use card::{Card, Filter, Source, Unit};
pub use document::{Block, BlockKind, Branch, Document, Resources};
pub use registry::{FILTERS, find};
pub use unsafe_model::UnsafeModel;
pub use verdict::{Bounds, Verdict};
