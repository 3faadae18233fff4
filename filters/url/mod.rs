//! What a URL says: its canonical form, its host and domain, and whether a list names it.

mod block_list;
mod canonical;

pub use block_list::{BlockList, Hit, Kind};
pub use canonical::{Canonical, Rules, canonical, canonical_by};
