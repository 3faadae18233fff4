//! The evidence: for each document that a step removed, what it was removed for, and how alike they are; for each line
//! that was cut, how often it was seen, and its text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, FixedSizeBinaryBuilder, Float64Builder, RecordBatch, StringBuilder, UInt32Builder, UInt64Builder,
};
use serde::{Deserialize, Serialize};

use super::Level;
use super::keys::{each_row, read_keys};
use super::line::{FrequentLine, line_key};
use super::lines::each_line;
use super::settle::Removal;
use crate::batch::Batch;
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

/// Characters of a line that the evidence shows.
const SAMPLE: usize = 200;

/// Writes the lines that go and whose text this shard shows, each once over all shards.
pub(super) fn write_lines(
    run: &Run,
    step: &Step,
    shard: &Shard,
    windows: &[Option<u64>],
    lines: &[FrequentLine],
) -> Result<Output> {
    let path = format!("lines/{}.parquet", shard.stem);
    let mut writer = TableWriter::create(&run.layout, &path, schema::schema(schema::LINES))?;
    // They are sorted by their keys; a bit says which have been shown.
    let mut shown = vec![0_u64; lines.len().div_ceil(64)];
    let mut take = |key: u64| {
        let place = lines.binary_search_by_key(&key, |line| line.key).ok().filter(|at| lines[*at].row != u32::MAX)?;
        let (word, bit) = (place / 64, 1 << (place % 64));
        let is_new = shown[word] & bit == 0;
        shown[word] |= bit;
        is_new.then_some(lines[place].count)
    };
    let mut showing = vec![false; windows.len()];
    lines.iter().filter(|line| line.row != u32::MAX).for_each(|line| showing[line.row as usize] = true);
    let rows: Vec<usize> = (0..showing.len()).filter(|row| showing[*row]).collect();
    drop(showing);
    let mut at = rows.iter().copied();
    each_row(&step.documents(run, shard), &rows, &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE], |table| {
        let batch = Batch::new(table, 0);
        let (texts, languages, blocks) =
            (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?, batch.blocks()?);
        let (mut hashes, mut counts) = (UInt64Builder::new(), UInt32Builder::new());
        let (mut of, mut in_windows, mut samples) = (StringBuilder::new(), UInt64Builder::new(), StringBuilder::new());
        let mut row_blocks = Vec::new();
        for place in 0..batch.len() {
            let Some(window) = at.next().and_then(|row| windows.get(row).copied().flatten()) else { continue };
            let (text, language) = (texts.value(place), languages.value(place));
            blocks.read(place, &mut row_blocks);
            each_line(text, &row_blocks, |range, hash| {
                if let Some(count) = take(line_key(hash, language, window)) {
                    hashes.append_value(hash);
                    of.append_value(language);
                    in_windows.append_value(window);
                    counts.append_value(count);
                    samples.append_value(text[range].trim().chars().take(SAMPLE).collect::<String>());
                }
            });
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(hashes.finish()),
            Arc::new(of.finish()),
            Arc::new(in_windows.finish()),
            Arc::new(counts.finish()),
            Arc::new(samples.finish()),
        ];
        writer.write(&RecordBatch::try_new(schema::schema(schema::LINES), columns)?)
    })?;
    writer.finish()
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
