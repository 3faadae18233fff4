//! Text that repeats itself.

mod duplicates;
mod ngrams;

pub(crate) use duplicates::{
    DuplicateLineChars, DuplicateLines, DuplicateParagraphChars, DuplicateParagraphs, Repeated,
};
pub(crate) use ngrams::coverage_of_line;
pub(crate) use ngrams::{DuplicateNgrams, Repeats, TopNgram, repeats};
