//! Documents of a finished run that go on from where a step had ended them.

use arrow::array::RecordBatch;

use super::chain::Chain;
use super::process::process;
use super::spec::PassSpec;
use crate::dedup::CutLines;
use crate::error::Result;
use crate::task::{Layout, Workbench};

/// What became of them.
#[derive(Debug)]
pub(crate) struct Again {
    /// Rows of `documents/`.
    pub(crate) documents: RecordBatch,
    /// Rows of `rejected/`.
    pub(crate) rejected: RecordBatch,
    /// Rows of `failed/`.
    pub(crate) failed: RecordBatch,
    /// Rows of `ledger/`, one for each.
    pub(crate) ledger: RecordBatch,
}

/// Sends documents, as `rejected/` holds them, through the stages of these passes, one after the other.
///
/// # Errors
/// [`crate::StageError`] when a model cannot be loaded or the run's references are gone.
pub(crate) fn again(
    passes: &[PassSpec],
    layout: &Layout,
    cut: Option<CutLines>,
    table: RecordBatch,
    bench: &Workbench,
) -> Result<Again> {
    let chain = Chain::again(passes, layout, cut, bench)?;
    let done = process(&chain, table, 0)?;
    Ok(Again { documents: done.documents, rejected: done.rejected, failed: done.failed, ledger: done.ledger })
}
