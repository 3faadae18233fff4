//! What a run says of the documents of earlier runs, where later ones win: which of them must go there, and which come
//! back.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, FixedSizeBinaryBuilder, Float64Builder, RecordBatch, StringBuilder, UInt32Builder, new_null_array,
};

use super::Level;
use super::hashed::HashedMap;
use super::keys::read_keys;
use super::settle::Removal;
use crate::error::Result;
use crate::plan::{Run, Step, decided_before, settled};
use crate::schema;
use crate::task::{Output, Shard};
use crate::write::TableWriter;

/// Writes `superseded/`, a file for each file of the earlier runs: one row a document that stayed there and now goes, as
/// in `dedup/`; and one without `kept_id` a document that had gone and now stays, since what it went for is gone.
///
/// # Errors
/// [`crate::StageError`] when a file of one of the runs is gone.
pub fn write_superseded(run: &Run, steps: &[Step]) -> Result<Vec<Output>> {
    let steps: Vec<&Step> = steps.iter().filter(|step| step.level.removes_documents()).collect();
    let (true, Some(first)) = (run.latest, steps.first()) else { return Ok(Vec::new()) };
    let earlier = run.all_shards().skip(run.shards.len());
    earlier.map(|shard| of_shard(run, first, &steps, shard)).collect()
}

fn of_shard(run: &Run, first: &Step, steps: &[&Step], shard: &Shard) -> Result<Output> {
    let rows = first.key_rows_of(run, shard)?;
    let mut before: Vec<Option<Level>> = vec![None; rows];
    let mut now: HashedMap<u32, (Level, Removal)> = HashedMap::default();
    let mut stands = vec![true; rows];
    for step in steps {
        for decision in decided_before(run, step.level, shard)?.into_iter().filter(Removal::removes) {
            before[decision.row as usize] = Some(step.level);
        }
        for decision in settled(run, step.level, shard)? {
            if decision.removes() {
                now.insert(decision.row, (step.level, decision));
            }
            // Components without a new document were not looked at again: what was decided of them stands.
            if step.level == Level::Document {
                stands[decision.row as usize] = false;
            }
        }
    }
    let mut changed: Vec<(u32, Option<(Level, Removal)>)> = Vec::new();
    for (row, before) in (0..).zip(before) {
        let gone = now.get(&row).copied();
        match before {
            None if gone.is_some() => changed.push((row, gone)),
            Some(level) if gone.is_none() && !(level == Level::Document && stands[row as usize]) => {
                changed.push((row, None));
            }
            _ => {}
        }
    }
    write(run, first, shard, &changed)
}

fn write(run: &Run, step: &Step, shard: &Shard, changed: &[(u32, Option<(Level, Removal)>)]) -> Result<Output> {
    let path = format!("superseded/{}.parquet", shard.stem);
    let mut writer = TableWriter::create(&run.layout, &path, schema::schema(schema::DEDUP))?;
    let mut changed = changed.iter().peekable();
    for batch in read_keys(&step.keys(run, shard), &[&schema::ID])? {
        let batch = batch?;
        let ids = batch.hashes(&schema::ID)?;
        let end = batch.first_row + batch.len();
        let (mut id, mut kept) = (FixedSizeBinaryBuilder::new(16), FixedSizeBinaryBuilder::new(16));
        let (mut level, mut jaccard) = (StringBuilder::new(), Float64Builder::new());
        let (mut threshold, mut band) = (Float64Builder::new(), UInt32Builder::new());
        let mut rows = 0;
        while let Some((row, gone)) = changed.next_if(|(row, _)| (*row as usize) < end) {
            let own = ids[*row as usize - batch.first_row].unwrap_or_default();
            // The width is the builder's own, so appending cannot fail.
            id.append_value(own.to_be_bytes()).unwrap_or_else(|_| id.append_null());
            match gone {
                Some((_, removal)) => {
                    kept.append_value(removal.kept.to_be_bytes()).unwrap_or_else(|_| kept.append_null());
                }
                None => kept.append_null(),
            }
            level.append_option(gone.map(|(level, _)| level.name()));
            jaccard.append_option(gone.and_then(|(_, removal)| removal.jaccard()));
            threshold.append_option(gone.and_then(|(_, removal)| removal.threshold()));
            band.append_option(gone.and_then(|(_, removal)| removal.band()));
            rows += 1;
        }
        let null = |column: &schema::Column| new_null_array(&column.data_type(), rows);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(id.finish()),
            Arc::new(level.finish()),
            Arc::new(kept.finish()),
            Arc::new(jaccard.finish()),
            Arc::new(threshold.finish()),
            null(&schema::CLUSTER_SIZE),
            null(&schema::COMPONENT),
            null(&schema::COMPONENT_SIZE),
            Arc::new(band.finish()),
        ];
        writer.write(&RecordBatch::try_new(schema::schema(schema::DEDUP), columns)?)?;
    }
    writer.finish()
}
