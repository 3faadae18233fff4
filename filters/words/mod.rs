//! Which words a document has.

mod alphabetic;
mod dirty;
mod lists;
mod stop;

pub(crate) use alphabetic::Alphabetic;
pub(crate) use dirty::{Dirty, DirtyDistinct};
pub use lists::{Found, WordLists};
pub(crate) use stop::Stop;
