//! Encoder models that score texts: BERT, `DistilBERT` and `RoBERTa` with a head for sequence classification, as Hugging
//! Face's transformers save them (`config.json`, `model.safetensors`, `tokenizer.json` in a folder).
//!
//! They come with the feature `encoder`: tensors and tokenizers are many crates, and most runs have no use for them. A
//! build without it has the same interface and says how to get it.

#[cfg(not(feature = "encoder"))]
mod disabled;
#[cfg(feature = "encoder")]
mod enabled;
#[cfg(feature = "encoder")]
mod model;

#[cfg(not(feature = "encoder"))]
pub(crate) use disabled::Encoder;
#[cfg(feature = "encoder")]
pub(crate) use enabled::Encoder;

use filters::Bounds;
use serde::{Deserialize, Serialize};

/// The files of a model, in its folder.
pub(crate) const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];

/// An encoder in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EncoderConfig {
    /// The model's folder: a path, or the name of one in a model folder.
    pub folder: String,
    /// The label whose probability is the score, by its name in `config.json`; without, the last one. A model of one
    /// number answers with that number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Tokens of a text that are seen, at most; a model may see fewer.
    pub max_tokens: usize,
    /// The score that keeps a document; without a bound it is only recorded.
    pub score: Bounds,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self { folder: String::new(), label: None, max_tokens: 512, score: Bounds::NONE }
    }
}

impl EncoderConfig {
    /// Everything that cannot be meant.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let folder = self.folder.is_empty().then(|| "write `folder = …`: where the model is".to_owned());
        // A first and a last token frame the text.
        let tokens = (self.max_tokens < 3).then(|| format!("max_tokens: {} leave no room for a text", self.max_tokens));
        folder.into_iter().chain(tokens).chain(self.score.problem())
    }
}
