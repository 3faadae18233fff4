//! Tasks: the unit of work, of resume and of every engine.
//!
//! A task reads committed inputs only, writes under temporary names and commits by rename. Doing it twice, at the same
//! time twice, or after a crash is harmless. The commits on storage, and nothing else, say what is done: a task is
//! finished when its commit carries the task's key (a hash of its inputs and of the stages up to its own) and the
//! outputs that it names are there.

mod commit;
mod layout;
mod shard;
mod workbench;

pub use commit::{Commit, Output, StageCount, hash_of};
pub use layout::{Layout, Partial};
pub use shard::Shard;
pub use workbench::{Meter, Workbench};
