//! How long a document is, and its words.

mod chars;
mod lines;
mod mean_word;
mod median_word;
mod sentences;
mod words;

pub(crate) use chars::Chars;
pub(crate) use lines::Lines;
pub(crate) use mean_word::MeanWord;
pub(crate) use median_word::MedianWord;
pub(crate) use sentences::Sentences;
pub(crate) use words::Words;
