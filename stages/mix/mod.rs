//! Mixes: shares of classes by tokens, out of a finished run's documents.
//!
//! A mix is a target share of tokens for each class. How many tokens that is follows from the budget; which documents
//! follow from the smallest hashes of seed and id, so that a mix is the same on every machine and a larger budget
//! contains a smaller one. Classes whose target is above what there is are repeated, whole epochs first. Documents are
//! shuffled over shards by a second hash.
//!
//! Three readings of the run: ids, classes and token counts to find where each class's selection ends, the same again
//! for the few documents at that end, and the chosen texts, once out of each file and once into each shard.

mod plan;
mod select;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use plan::{Share, Shortage, targets};
pub use write::{Manifest, MixError, regenerate};

/// The classes that a mix draws from, in the order of reports.
pub const CLASSES: [&str; 4] = ["general", "math", "code", "multilingual"];

/// `[[mix]]` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MixConfig {
    /// Its folder under `mixes/`.
    pub name: String,
    /// Share of tokens of each class; normalised to one. The report's: 50% general knowledge, 25% mathematics and
    /// reasoning, 17% code, 8% multilingual (Llama 3, section 3.1.2).
    pub ratio: BTreeMap<String, f64>,
    /// Tokens of the whole mix; without, the largest total in which no class passes `max_epochs`.
    pub budget: Option<u64>,
    /// Most times that a class may be repeated. Up to 4 epochs are about as good as fresh data (Muennighoff et al.
    /// 2023).
    pub max_epochs: f64,
    /// What to do when a class cannot fill its share.
    pub on_shortage: OnShortage,
    /// Tokens of one output file, about.
    pub shard_tokens: u64,
}

/// What to do when a class cannot fill its share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnShortage {
    /// Write nothing, and say which class is short by how much.
    #[default]
    Error,
    /// Take what there is of the short class, keep the other classes' tokens, and say so.
    Fill,
}

impl Default for MixConfig {
    fn default() -> Self {
        let ratio = [("general", 0.50), ("math", 0.25), ("code", 0.17), ("multilingual", 0.08)];
        Self {
            name: "default".into(),
            ratio: ratio.map(|(class, share)| (class.to_owned(), share)).into(),
            budget: None,
            max_epochs: 1.0,
            on_shortage: OnShortage::Error,
            shard_tokens: 25_000_000,
        }
    }
}

impl MixConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (class, share) in &self.ratio {
            if !CLASSES.contains(&class.as_str()) {
                problems.push(format!("there is no class `{class}`; there are {}", CLASSES.join(", ")));
            }
            if !(share.is_finite() && *share >= 0.0) {
                problems.push(format!("the share of {class}, {share}, is not a share"));
            }
        }
        if self.ratio.values().sum::<f64>() <= 0.0 {
            problems.push("the shares of a mix add up to nothing".into());
        }
        if !(self.max_epochs.is_finite() && self.max_epochs > 0.0) {
            problems.push(format!("max_epochs must be above 0, not {}", self.max_epochs));
        }
        if self.shard_tokens == 0 {
            problems.push("shard_tokens must be at least 1".into());
        }
        if self.budget == Some(0) {
            problems.push("a mix of 0 tokens is none".into());
        }
        if self.name.is_empty()
            || self.name.starts_with('.')
            || !self.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        {
            problems.push(format!("`{}` is no name for a mix: use letters, digits, `-`, `_`, `.`", self.name));
        }
        problems
    }
}
