//! The evidence table: for each document that a step removed, what it was removed for, and how alike they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, FixedSizeBinaryBuilder, Float64Builder, RecordBatch, StringBuilder, UInt32Builder};
use serde::{Deserialize, Serialize};

use super::Level;
use super::keys::read_keys;
use super::settle::Removal;
use crate::error::Result;
use crate::plan::{Run, Step};
use crate::schema;
use crate::task::{Output, Shard};
use crate::write::TableWriter;

/// Rows of a batch.
const ROWS: usize = 4096;

/// The largest clusters of a step, of which a run's report tells.
pub const LARGEST: usize = 10;

/// A document and how many went for its sake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cluster {
    /// Copies, without the one that stays.
    pub removed: u64,
    /// The id of the one that stays, hexadecimal.
    pub kept: String,
}

/// Writes one shard's evidence of a step.
pub(super) struct Evidence {
    writer: TableWriter,
    level: Level,
    rows: Vec<([u8; 16], Removal)>,
}

impl Evidence {
    pub(super) fn create(run: &Run, level: Level, shard: &Shard) -> Result<Self> {
        let path = format!("dedup/{}-{}.parquet", level.name(), shard.stem);
        let writer = TableWriter::create(&run.layout, &path, schema::schema(schema::DEDUP))?;
        Ok(Self { writer, level, rows: Vec::new() })
    }

    fn push(&mut self, id: u128, removal: Removal) -> Result<()> {
        self.rows.push((id.to_be_bytes(), removal));
        if self.rows.len() == ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let ids = |of: fn(&([u8; 16], Removal)) -> [u8; 16]| -> ArrayRef {
            let mut builder = FixedSizeBinaryBuilder::with_capacity(self.rows.len(), 16);
            for row in &self.rows {
                // The width is the builder's own, so appending cannot fail.
                builder.append_value(of(row)).unwrap_or_else(|_| builder.append_null());
            }
            Arc::new(builder.finish())
        };
        let floats = |of: fn(&Removal) -> Option<f64>| -> ArrayRef {
            let mut builder = Float64Builder::with_capacity(self.rows.len());
            self.rows.iter().for_each(|(_, removal)| builder.append_option(of(removal)));
            Arc::new(builder.finish())
        };
        let numbers = |of: fn(&Removal) -> Option<u32>| -> ArrayRef {
            let mut builder = UInt32Builder::with_capacity(self.rows.len());
            self.rows.iter().for_each(|(_, removal)| builder.append_option(of(removal)));
            Arc::new(builder.finish())
        };
        let mut levels = StringBuilder::new();
        self.rows.iter().for_each(|_| levels.append_value(self.level.name()));
        let columns: Vec<ArrayRef> = vec![
            ids(|(id, _)| *id),
            Arc::new(levels.finish()),
            ids(|(_, removal)| removal.kept.to_be_bytes()),
            floats(Removal::jaccard),
            floats(Removal::threshold),
            numbers(|removal| Some(removal.size)),
            ids(|(_, removal)| removal.component.to_be_bytes()),
            numbers(|removal| Some(removal.component_size)),
            numbers(Removal::band),
        ];
        self.writer.write(&RecordBatch::try_new(schema::schema(schema::DEDUP), columns)?)?;
        self.rows.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<Output> {
        self.flush()?;
        self.writer.finish()
    }
}

/// Writes the evidence for a shard's decisions, which are sorted by row; and finds its largest clusters.
pub(super) fn write(run: &Run, step: &Step, shard: &Shard, decisions: &[Removal]) -> Result<(Output, Vec<Cluster>)> {
    let mut evidence = Evidence::create(run, step.level, shard)?;
    let mut clusters = Vec::new();
    let mut decisions = decisions.iter().peekable();
    for batch in read_keys(&step.keys(run, shard), &[&schema::ID])? {
        let batch = batch?;
        let ids = batch.hashes(&schema::ID)?;
        while let Some(decision) = decisions.next_if(|decision| (decision.row as usize) < batch.first_row + batch.len())
        {
            let id = ids[decision.row as usize - batch.first_row].unwrap_or_default();
            if decision.removes() {
                evidence.push(id, *decision)?;
            } else {
                clusters.push(Cluster { removed: u64::from(decision.size) - 1, kept: format!("{id:032x}") });
                if clusters.len() >= 1 << 10 {
                    keep_largest(&mut clusters);
                }
            }
        }
    }
    keep_largest(&mut clusters);
    Ok((evidence.finish()?, clusters))
}

/// The largest clusters, the largest first.
pub fn keep_largest(clusters: &mut Vec<Cluster>) {
    clusters.sort_unstable_by(|a, b| b.removed.cmp(&a.removed).then_with(|| a.kept.cmp(&b.kept)));
    clusters.truncate(LARGEST);
}

/// The largest clusters of a step over all shards.
///
/// # Errors
/// [`crate::StageError`] when a commit is gone.
pub fn largest(run: &Run, step: &Step) -> Result<Vec<Cluster>> {
    let mut clusters: BTreeMap<String, u64> = BTreeMap::new();
    for commit in run.commits(&step.phase("settle"))? {
        clusters.extend(commit.clusters.into_iter().map(|cluster| (cluster.kept, cluster.removed)));
    }
    let mut clusters = clusters.into_iter().map(|(kept, removed)| Cluster { removed, kept }).collect();
    keep_largest(&mut clusters);
    Ok(clusters)
}
