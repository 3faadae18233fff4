//! Which words a document has.

mod alphabetic;
mod capitals;
mod dirty;
mod distinct;
mod lists;
mod presence;
mod stop;

pub(crate) use alphabetic::{Alphabetic, AlphabeticTokens};
pub(crate) use capitals::Capitals;
pub(crate) use dirty::{Dirty, DirtyCount, DirtyDistinct};
pub(crate) use distinct::{Distinct, Entropy};
pub use lists::{Found, WordLists};
pub(crate) use stop::{Stop, StopOccurrences, StopShare, StopWords};
