//! Candidates' shingles on their way to the bucket of their component: the one step that sends more than keys.

use std::fs::File;
use std::sync::Arc;

use arrow::array::AsArray;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection};

use super::components::Label;
use super::groups::Member;
use super::{DocumentDedup, band_bits, document_number};
use crate::bucket::{BucketWriter, bits_for, bucket_of, read_bucket, record};
use crate::dedup::keys::read_keys;
use crate::dedup::rank::{recency, shortness};
use crate::dedup::shingles::shingles;
use crate::error::{Result, StageError};
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::schema;
use crate::task::{Commit, Shard, Workbench};

record! {
    /// A document that may go. Sorted, a component's documents stand together, the best first.
    pub(super) struct Candidate {
        component: u64,
        recency: u64,
        shortness: u32,
        id: u128,
        document: u64,
    }
}

record! {
    /// One of a candidate's groups.
    pub(super) struct Grouped { component: u64, document: u64, group: u64, }
}

record! {
    /// One of a candidate's shingles.
    pub(super) struct Shingle { component: u64, document: u64, shingle: u64, }
}

/// Bits that choose a component's bucket. A shingle takes 24 bytes and stands for about 6 of text, which was compressed
/// to less than half: were all documents candidates, that would be 12 times the documents' files.
pub(super) fn bits(step: &Step, run: &Run, bench: &Workbench) -> Result<u32> {
    let folder = format!("work/{}/documents", step.pass);
    let mut bytes = 0;
    for commit in run.commits(&step.pass)? {
        bytes += commit.output(&folder)?.bytes * 12;
    }
    Ok(bits_for(bytes, bench.bucket_budget()))
}

/// The bucket of a component.
fn bucket(component: u64, bits: u32) -> u32 {
    bucket_of(component.wrapping_mul(0x9e37_79b9_7f4a_7c15), bits)
}

/// Reads the candidates' text again and sends their shingles, groups and rank.
#[derive(Debug)]
pub(super) struct Verify {
    pub(super) step: Step,
    pub(super) config: DocumentDedup,
}

impl Phase for Verify {
    fn name(&self) -> String {
        self.step.phase("verify")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::ShardsToBuckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = &run.shards[part.number as usize];
        let labels: Vec<Label> = read_bucket(&self.step.bucket_files(run, "components", 0), part.number)?;
        let (layout, budget) = (&run.layout, bench.scatter_budget());
        let file = |phase: &str| self.step.file(phase, &part.name);
        let mut candidates = BucketWriter::new(layout, &file("candidates"), budget)?;
        let mut grouped = BucketWriter::new(layout, &file("grouped"), budget)?;
        let mut shingle_writer = BucketWriter::new(layout, &file("shingles"), budget)?;

        let component = |row: usize| {
            let row = u32::try_from(row).ok()?;
            let place = labels.binary_search_by_key(&row, |label| label.row).ok()?;
            Some((labels[place].component, document_number(part.number, row)))
        };
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::ID, &schema::CAPTURED_AT, &schema::N_CHARS])? {
            let batch = batch?;
            let (ids, captured, n_chars) = (batch.hashes(&schema::ID)?, batch.captured_at()?, batch.n_chars()?);
            for place in 0..batch.len() {
                let Some((component, document)) = component(batch.first_row + place) else { continue };
                let candidate = Candidate {
                    component,
                    recency: recency(captured[place]),
                    shortness: shortness(n_chars.value(place)),
                    id: ids[place].unwrap_or_default(),
                    document,
                };
                candidates.push(bucket(component, part.bits), candidate)?;
            }
        }
        let band_bits = band_bits(&self.step, &self.config, run, bench)?;
        let members: Vec<Member> = read_bucket(&self.step.bucket_files(run, "members", band_bits), part.number)?;
        for member in members {
            if let Some((component, document)) = component(member.row as usize) {
                let record = Grouped { component, document, group: member.group };
                grouped.push(bucket(component, part.bits), record)?;
            }
        }
        each_text(&self.step, run, shard, &labels, |row, text| {
            bench.check()?;
            if let Some((component, document)) = component(row) {
                for shingle in shingles(text, self.config.ngram) {
                    shingle_writer.push(bucket(component, part.bits), Shingle { component, document, shingle })?;
                }
            }
            Ok(())
        })?;
        let outputs = vec![candidates.finish()?, grouped.finish()?, shingle_writer.finish()?];
        Ok(Commit { outputs, ..Commit::default() })
    }
}

/// Calls `visit` with row and text of the labelled documents of a shard; only their rows are read.
fn each_text(
    step: &Step,
    run: &Run,
    shard: &Shard,
    labels: &[Label],
    mut visit: impl FnMut(usize, &str) -> Result<()>,
) -> Result<()> {
    if labels.is_empty() {
        return Ok(());
    }
    let path = step.documents(run, shard);
    let file = File::open(&path).map_err(StageError::io("open", &path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(&path))?;
    let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let rows = labels.iter().map(|label| label.row as usize..label.row as usize + 1);
    let mask = ProjectionMask::columns(builder.parquet_schema(), [schema::TEXT.name]);
    let reader = builder
        .with_projection(mask)
        .with_row_selection(RowSelection::from_consecutive_ranges(rows, total))
        .with_batch_size(256)
        .build()
        .map_err(StageError::table(&path))?;
    let mut rows = labels.iter().map(|label| label.row as usize);
    for batch in reader {
        let batch = batch.map_err(StageError::table(&path))?;
        for text in batch.column(0).as_string::<i32>() {
            if let (Some(row), Some(text)) = (rows.next(), text) {
                visit(row, text)?;
            }
        }
    }
    Ok(())
}
