//! The plan of a run: passes over documents, cut where a stage needs all of them at once.

mod chain;
mod earlier;
mod phase;

pub use chain::{Plan, problems};
pub use earlier::Earlier;
pub use phase::{Part, Phase, Run, Split, Step, decided_before, settled};
