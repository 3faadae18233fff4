//! How long a document and its words are.

mod mean_word;
mod words;

pub(crate) use mean_word::MeanWord;
pub(crate) use words::Words;
