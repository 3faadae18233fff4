//! The last stage, which counts tokens, and the writer of every table.

mod table;
mod tokens;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use table::TableWriter;
pub use tokens::{CARD, Write, count_tokens};

/// `write` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WriteConfig {
    /// What is kept of rejected documents: `text`, or `ledger` for their facts alone.
    pub rejected: Rejected,
    /// Whether characters, words, lines and tokens are counted, as a mix needs them.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub counts: bool,
}

impl Default for WriteConfig {
    fn default() -> Self {
        Self { rejected: Rejected::default(), counts: true }
    }
}

/// What is kept of rejected documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rejected {
    /// Everything, so that people can look.
    #[default]
    Text,
    /// Facts and measures, without text.
    Ledger,
}

/// The tokenizer that counts: cl100k, embedded.
static TOKENIZER: LazyLock<Option<&'static tiktoken::CoreBpe>> =
    LazyLock::new(|| tiktoken::get_encoding("cl100k_base"));
