//! What deduplication removed, as the input names its documents: for people who bring a corpus and want a list.

use std::fs::File;

use arrow::array::{Array, AsArray};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::hashed::HashedMap;
use super::{Level, Pair};
use crate::bucket::each_record;
use crate::error::{Result, StageError};
use crate::ledger::hex;
use crate::plan::{Run, Step, settled};
use crate::schema;
use crate::task::Shard;

/// A document that was removed, and the one that stays for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    /// Its id as the input gives it; ours, hexadecimal, where it gives none.
    pub id: String,
    /// The id of the document that stays when all steps are done.
    pub duplicate_of: String,
    /// Their true Jaccard similarity; `None` where only their URLs were compared.
    pub jaccard: Option<f64>,
    /// The step that removed it.
    pub level: Level,
}

/// Calls `visit` with every removed document, in the order of the input. Holds 24 bytes a removed document, and the
/// names of one shard and of the documents that stay for others.
///
/// What an earlier step kept may go in a later one. So an exact copy is told with the document that stays for its twin,
/// at the twin's similarity, which is its own: equal texts have equal shingles.
///
/// # Errors
/// [`StageError`] when a file of the run is gone: they are, once it is finished.
pub fn each_removed(run: &Run, steps: &[Step], mut visit: impl FnMut(&Removed) -> Result<()>) -> Result<()> {
    let Some(first) = steps.first() else { return Ok(()) };
    // By place: who stays, and how alike they are.
    let mut gone: HashedMap<u64, (u64, Option<f64>, Level)> = HashedMap::default();
    for step in steps {
        for shard in run.all_shards().filter(|shard| run.latest || !run.is_earlier(shard.number)) {
            for removal in settled(run, step.level, shard)?.into_iter().filter(super::Removal::removes) {
                let kept = place(removal.kept_shard, removal.kept_row);
                gone.insert(place(removal.shard, removal.row), (kept, removal.jaccard(), step.level));
            }
        }
    }
    let last = |mut at: u64, mut jaccard: Option<f64>, mut level: Level| {
        // A similarity holds for the pair that was compared, and for the exact copies of both.
        while let Some((next, similarity, by)) = gone.get(&at) {
            jaccard = match (level, *by) {
                (Level::Exact, _) => *similarity,
                (_, Level::Exact) => jaccard,
                _ => None,
            };
            (at, level) = (*next, if level == Level::Exact { *by } else { level });
        }
        (at, jaccard)
    };
    let mut names: HashedMap<u64, String> = HashedMap::default();
    #[expect(clippy::iter_over_hash_type, reason = "what is filled here is looked up, and never listed")]
    for (kept, jaccard, level) in gone.values() {
        names.insert(last(*kept, *jaccard, *level).0, String::new());
    }
    for shard in run.all_shards() {
        each_name(run, first, shard, |row, name| {
            if let Some(kept) = names.get_mut(&place(shard.number, row)) {
                name.clone_into(kept);
            }
            Ok(())
        })?;
    }
    for shard in &run.shards {
        each_name(run, first, shard, |row, name| {
            let Some((kept, jaccard, level)) = gone.get(&place(shard.number, row)) else { return Ok(()) };
            let (kept, jaccard) = last(*kept, *jaccard, *level);
            let duplicate_of = names.get(&kept).cloned().unwrap_or_default();
            visit(&Removed { id: name.to_owned(), duplicate_of, jaccard, level: *level })
        })?;
    }
    Ok(())
}

/// Calls `visit` with the ids of each pair that shares a band, and the first such band; where dedup.document was told
/// to list them. Holds the name of every document.
///
/// # Errors
/// [`StageError`] when a file of the run is gone: they are, once it is finished.
pub fn each_pair(run: &Run, step: &Step, mut visit: impl FnMut(&str, &str, u32) -> Result<()>) -> Result<()> {
    let mut names = Vec::new();
    for shard in run.all_shards() {
        each_name(run, step, shard, |_, name| {
            names.push(name.to_owned());
            Ok(())
        })?;
    }
    let name = |number: u32| names.get(number as usize).map_or("", String::as_str);
    for file in run.layout.files(&format!("work/{}/pairs", step.level.name()))? {
        let mut failure = None;
        each_record(&file, |pair: Pair| {
            if failure.is_none() {
                failure = visit(name(pair.a), name(pair.b), pair.band).err();
            }
        })?;
        failure.map_or(Ok(()), Err)?;
    }
    Ok(())
}

const fn place(shard: u32, row: u32) -> u64 {
    (shard as u64) << 32 | row as u64
}

/// Calls `visit` with row and name of each document of a shard, in order.
fn each_name(run: &Run, step: &Step, shard: &Shard, mut visit: impl FnMut(u32, &str) -> Result<()>) -> Result<()> {
    let path = step.documents(run, shard);
    let file = File::open(&path).map_err(StageError::io("open", &path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(&path))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [schema::ID.name, "source.id"]);
    let reader = builder.with_projection(mask).with_batch_size(4096).build().map_err(StageError::table(&path))?;
    let mut row = 0;
    for batch in reader {
        let batch = batch.map_err(StageError::table(&path))?;
        let missing = |name: &str| StageError::Internal(format!("no column `{name}`"));
        let ids = batch.column_by_name(schema::ID.name).ok_or_else(|| missing("id"))?.as_fixed_size_binary();
        let sources = batch.column_by_name(schema::SOURCE.name).ok_or_else(|| missing("source"))?.as_struct();
        let given = sources.column_by_name("id").ok_or_else(|| missing("source.id"))?.as_string::<i32>();
        for place in 0..batch.num_rows() {
            if given.is_valid(place) {
                visit(row, given.value(place))?;
            } else {
                visit(row, &hex(ids.value(place)))?;
            }
            row += 1;
        }
    }
    Ok(())
}
