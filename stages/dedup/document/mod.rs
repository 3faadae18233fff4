//! dedup.document: near-duplicates, proposed by MinHash and verified by true Jaccard similarity.
//!
//! 1. *bands*: each document's signature becomes one key a band; documents with one key form a **group**.
//! 2. *groups*: groups of two and more are listed, and their links with them.
//! 3. *components*: union-find joins groups that share a document. A component only shares out the work: all that
//!    could decide about a document is in its component. It decides nothing, since chains A~B~C would remove C for
//!    A's sake.
//! 4. *verify*: each shard reads its candidates' text again and sends their shingle hashes to the component's bucket.
//! 5. *elect*: in a component, documents are looked at from best to worst (latest, longest, smallest id). One is
//!    removed if and only if a document that stays, and with which it shares a group, is at least `threshold` similar.
//!    So no document goes without a true near-duplicate in the output of this step.
//!
//! What is held: a bucket of band keys or shingles, 4 bytes a document in the third step, and in the last one the
//! shingles of a component's documents that stay, in rounds where they pass the budget (`elect`). A group of very many
//! documents that are not alike is compared through an index, not pair by pair (`kept`).

mod again;
mod components;
mod elect;
mod groups;
mod kept;
mod numbers;
mod pairs;
mod verify;

use serde::{Deserialize, Serialize};

pub(crate) use again::{Again, Copy};
pub use components::{Forest, join};
pub use groups::{Band, Link, Member, gather};
pub use pairs::Pair;

use super::minhash::{HashFamily, MinHash};
use super::normalise::Unspaced;
use super::settle::Settle;
use crate::bucket::{Record, bits_for};
use crate::error::Result;
use crate::plan::{Phase, Run, Step};
use crate::task::Workbench;

/// `dedup.document` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentDedup {
    /// Smallest true Jaccard similarity, inclusive, at which a document goes for another's sake.
    pub threshold: f64,
    /// Words in a shingle.
    pub ngram: usize,
    /// Bands of the signature.
    pub bands: usize,
    /// Rows in a band.
    pub rows: usize,
    /// What a word is in scripts without spaces: `characters` one by one, or `clauses` between punctuation.
    pub unspaced: Unspaced,
    /// The hash functions that sign: `trommel`, or `datatrove` for its very signatures.
    #[serde(skip_serializing_if = "HashFamily::is_default")]
    pub hash: HashFamily,
    /// Whether only documents of one language are compared (the report's way), or all.
    pub scope: Scope,
    /// Whether candidate pairs are listed before they are verified, for those who measure the search.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub list_pairs: bool,
}

/// Which documents are compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Those of one language.
    Language,
    /// All.
    Global,
}

impl Default for DocumentDedup {
    fn default() -> Self {
        let MinHash { ngram, bands, rows, unspaced, hash } = MinHash::default();
        Self { threshold: 0.8, ngram, bands, rows, unspaced, hash, scope: Scope::Language, list_pairs: false }
    }
}

impl DocumentDedup {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let threshold = (!(self.threshold > 0.0 && self.threshold <= 1.0))
            .then(|| format!("threshold: {} is not above 0 and at most 1", self.threshold));
        threshold.into_iter().chain(self.minhash().problem()).collect()
    }

    /// The search's parameters.
    #[must_use]
    pub fn minhash(&self) -> MinHash {
        MinHash { ngram: self.ngram, bands: self.bands, rows: self.rows, unspaced: self.unspaced, hash: self.hash }
    }
}

/// The phases of this step.
pub(crate) fn phases(step: &Step, config: &DocumentDedup) -> Vec<Box<dyn Phase>> {
    vec![
        Box::new(groups::Bands { step: step.clone(), config: config.clone() }),
        Box::new(groups::Groups { step: step.clone(), config: config.clone() }),
        Box::new(components::Components { step: step.clone(), config: config.clone() }),
        Box::new(verify::Verify { step: step.clone(), config: config.clone() }),
        Box::new(elect::Elect { step: step.clone(), config: config.clone() }),
        Box::new(Settle { step: step.clone(), bits: verify::bits }),
    ]
}

/// Bits that choose a band key's bucket.
fn band_bits(step: &Step, config: &DocumentDedup, run: &Run, bench: &Workbench) -> Result<u32> {
    let rows = step.key_rows(run)?;
    Ok(bits_for(rows * config.bands as u64 * groups::Band::WIDTH as u64, bench.bucket_budget()))
}
