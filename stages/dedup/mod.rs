//! Deduplication on three levels: by URL, by document (exact, then near), by line.
//!
//! All of it works on keys that the pass before left beside the text (`keys`); text stays where it is. Each level is
//! a few phases of map-only tasks over bucket files (see `bucket`): scatter keys, gather and decide by
//! bucket, settle the decisions by shard. The pass after applies them (`apply`).

mod apply;
mod compare;
mod datatrove;
pub mod document;
mod evidence;
mod hashed;
mod keys;
pub mod line;
mod lines;
mod list;
mod minhash;
mod normalise;
mod rank;
mod settle;
mod shingles;
mod sign;
mod superseded;
pub mod unique;
mod words;

pub use apply::{CutLines, Removals};
pub use compare::covered;
pub use document::{DocumentDedup, Pair, Scope};
pub use evidence::{Cluster, LARGEST, keep_largest, largest};
pub use keys::{Keys, KeysSpec};
pub use line::{Counted, LineDedup};
pub use list::{Removed, each_pair, each_removed};
pub use minhash::{HashFamily, MinHash, Scratch, Signer};
pub use normalise::{Unspaced, pieces};
pub(crate) use rank::{recency, shortness};
pub use settle::Removal;
pub use shingles::{Shingling, jaccard};
pub use superseded::write_superseded;

use serde::{Deserialize, Serialize};

use crate::plan::{Phase, Step};
use crate::schema;

/// A level of deduplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// The latest capture of each URL.
    #[serde(rename = "dedup.url")]
    Url,
    /// One of each text.
    #[serde(rename = "dedup.exact")]
    Exact,
    /// One of each cluster of near-duplicates.
    #[serde(rename = "dedup.document")]
    Document,
    /// Lines that stand in too many documents.
    #[serde(rename = "dedup.line")]
    Line,
}

impl Level {
    /// The stage's name in recipes, fates and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "dedup.url",
            Self::Exact => "dedup.exact",
            Self::Document => "dedup.document",
            Self::Line => "dedup.line",
        }
    }

    /// Whether it takes out documents; otherwise it cuts lines.
    #[must_use]
    pub const fn removes_documents(self) -> bool {
        !matches!(self, Self::Line)
    }
}

/// The phases of dedup.url.
#[must_use]
pub fn url_phases(step: Step) -> Vec<Box<dyn Phase>> {
    unique::phases(step, &schema::KEY_URL)
}

/// The phases of dedup.exact.
#[must_use]
pub fn exact_phases(step: Step) -> Vec<Box<dyn Phase>> {
    unique::phases(step, &schema::KEY_CONTENT)
}

/// The phases of dedup.document.
#[must_use]
pub fn document_phases(step: &Step, config: &DocumentDedup) -> Vec<Box<dyn Phase>> {
    document::phases(step, config)
}

/// The phases of dedup.line.
#[must_use]
pub fn line_phases(step: &Step, config: &LineDedup) -> Vec<Box<dyn Phase>> {
    line::phases(step, config)
}
