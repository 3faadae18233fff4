//! A pass: documents stream through a chain of stages, file by file.
//!
//! A pass is one serialisable plan node, [`PassExec`], over a scan with one partition an input file. The node runs the
//! chain on batches, on every thread of the pool, and keeps their order; its sink writes what the batches became and
//! commits. It emits one row: the commit.

mod again;
mod chain;
mod exec;
mod process;
mod sink;
mod spec;
mod task;
mod trial;

pub(crate) use again::again;
pub use chain::build;
pub use exec::{PassExec, PassTask};
pub use spec::{PassSpec, Source};
pub use trial::trial;
