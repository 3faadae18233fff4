//! A recipe on a few records, before a run: what its stages would take out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use futures::StreamExt;
use rayon::prelude::*;

use super::chain::Chain;
use super::process::process;
use super::task::{context, scan_of};
use crate::error::{Result, StageError};
use crate::read::RecordSource;
use crate::spec::StageSpec;
use crate::task::{Shard, StageCount, Workbench};

/// Files whose first records are tried.
const FILES: usize = 4;

/// Records of a file that are tried at most; of large ones, as many as a batch of 8 MiB holds.
const RECORDS: u64 = 250;

/// Rows after which the clock is looked at.
const SLICE: usize = 16;

/// Sends the first records of some input files through a recipe's stages, and counts what becomes of them. Stages that
/// need all documents at once are left out, and so are token references: divergence is not measured. Nothing is written.
///
/// The records are always the same; what is not done within `time` is left out. Needs a runtime of tokio around it.
///
/// # Errors
/// [`StageError`] when a file cannot be opened or a model cannot be loaded.
pub fn trial(
    stages: &[StageSpec],
    shards: &[Shard],
    time: Duration,
    bench: &Arc<Workbench>,
) -> Result<Vec<StageCount>> {
    let end = Instant::now() + time;
    let chain = Chain::trial(stages, bench)?;
    let Some(StageSpec::Read(config)) = stages.first() else { return Ok(Vec::new()) };
    let mut slices: Vec<RecordBatch> = Vec::new();
    let picked = FILES.min(shards.len());
    for shard in (0..picked).map(|number| &shards[number * shards.len() / picked]) {
        let source = RecordSource::new(config.clone(), shard.name.clone(), Some(RECORDS), None);
        let scan = scan_of(&shard.path, shard.bytes, Arc::new(source))?;
        let mut stream = scan.execute(0, context(bench)?)?;
        if let Some(batch) = tokio::runtime::Handle::current().block_on(stream.next()) {
            let batch = batch?;
            let starts = (0..batch.num_rows()).step_by(SLICE);
            slices.extend(starts.map(|start| batch.slice(start, SLICE.min(batch.num_rows() - start))));
        }
        if Instant::now() > end {
            break;
        }
    }
    let work = || {
        slices
            .into_par_iter()
            .filter(|_| Instant::now() < end)
            .map(|slice| Ok::<_, StageError>(process(&chain, slice, 0)?.counts))
            .try_reduce(
                || chain.no_counts(),
                |mut total, counts| {
                    total.iter_mut().zip(&counts).for_each(|(total, count)| total.add(count));
                    Ok(total)
                },
            )
    };
    bench.pool.install(work)
}
