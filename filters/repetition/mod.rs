//! Text that repeats itself.

mod duplicates;
mod ngrams;

pub(crate) use duplicates::{DuplicateLineChars, DuplicateLines, DuplicateParagraphChars, DuplicateParagraphs};
pub(crate) use ngrams::{Coverage, DuplicateNgrams, TopNgram, coverage};
