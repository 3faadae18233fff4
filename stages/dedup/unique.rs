//! dedup.url and dedup.exact: of the documents with one key, the best stays.

use std::path::PathBuf;
use std::sync::Arc;

use super::Level;
use super::hashed::HashedMap;
use super::keys::read_keys;
use super::rank::{recency, shortness};
use super::settle::{Removal, Settle};
use crate::bucket::{BucketWriter, Record, bits_for, bucket_bytes, bucket_of, each_of_bucket, read_bucket, record};
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::schema::{self, Column};
use crate::task::{Commit, Workbench};

record! {
    /// A document under its key. Sorted, the best of each key comes first.
    pub struct Keyed {
        /// What documents are compared by; its top bits choose the bucket.
        key: u128,
        /// 0 of an earlier run's, which stays; else 1.
        age: u32,
        /// Smaller for later captures.
        recency: u64,
        /// Smaller for longer texts.
        shortness: u32,
        /// The document's id.
        id: u128,
        /// Its shard.
        shard: u32,
        /// Its row there.
        row: u32,
    }
}

/// The phases of a step that keeps one document a key.
pub(crate) fn phases(step: Step, key: &'static Column) -> Vec<Box<dyn Phase>> {
    vec![
        Box::new(Scatter { step: step.clone(), key }),
        Box::new(Gather { step: step.clone() }),
        Box::new(Settle { step, bits }),
    ]
}

fn bits(step: &Step, run: &Run, bench: &Workbench) -> Result<u32> {
    let rows = step.key_rows(run)?;
    Ok(bits_for(rows * Keyed::WIDTH as u64, bench.bucket_budget()))
}

#[derive(Debug)]
struct Scatter {
    step: Step,
    key: &'static Column,
}

impl Phase for Scatter {
    fn name(&self) -> String {
        self.step.phase("scatter")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::AllToBuckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = run.shard(part.number)?;
        let alive = self.step.survivors(run, shard)?;
        let mut writer =
            BucketWriter::new(&run.layout, &self.step.file("scatter", &part.name), bench.scatter_budget())?;
        let columns = [&schema::ID, &schema::CAPTURED_AT, &schema::N_CHARS, self.key];
        for batch in read_keys(&self.step.keys(run, shard), &columns)? {
            bench.check()?;
            let batch = batch?;
            let (keys, ids) = (batch.hashes(self.key)?, batch.hashes(&schema::ID)?);
            let (captured, n_chars) = (batch.captured_at()?, batch.n_chars()?);
            for (place, key) in keys.into_iter().enumerate() {
                let row = batch.first_row + place;
                let Some(key) = key.filter(|_| alive[row]) else { continue };
                let document = Keyed {
                    key,
                    age: u32::from(run.latest || !run.is_earlier(part.number)),
                    recency: recency(captured[place]),
                    shortness: shortness(n_chars.value(place)),
                    id: ids[place].unwrap_or_default(),
                    shard: part.number,
                    row: u32::try_from(row).unwrap_or(u32::MAX),
                };
                writer.push(bucket_of(high_half(key), part.bits), document)?;
            }
            bench.meter.add_documents(batch.len() as u64, 0);
        }
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

fn high_half(key: u128) -> u64 {
    (key >> 64) as u64
}

#[derive(Debug)]
struct Gather {
    step: Step,
}

impl Phase for Gather {
    fn name(&self) -> String {
        self.step.phase("gather")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::Buckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("gather", &part.name), bench.scatter_budget())?;
        let files = self.step.all_files(run, "scatter");
        gather(&files, part.number, 2 * bench.bucket_budget(), |best, size, copy| {
            bench.check()?;
            if copy.age == 0 {
                return Ok(());
            }
            // What has one normalised text has one set of shingles; of one URL nothing is known but the URL.
            let similarity = if self.step.level == Level::Exact { 1.0_f64.to_bits() } else { 0 };
            // Equal records of two files have one id.
            let kept = if copy == best { 0 } else { best.id.max(1) };
            let removal = Removal {
                shard: copy.shard,
                row: copy.row,
                kept,
                kept_shard: best.shard,
                kept_row: best.row,
                similarity: if kept == 0 { 0 } else { similarity },
                threshold: 0,
                size,
                component: best.id,
                component_size: size,
                band: 0,
            };
            writer.push(copy.shard, removal)
        })?;
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// Calls `visit` with each document of one bucket whose key several have: the best of its key, how many they are, and the
/// document. A bucket that is larger than `budget` bytes, which one key makes that very many have, is read twice instead
/// of held: a document a key is.
///
/// # Errors
/// [`crate::StageError`] when a file is gone or damaged, or the visitor fails.
pub fn gather(
    files: &[PathBuf],
    bucket: u32,
    budget: u64,
    mut visit: impl FnMut(&Keyed, u32, &Keyed) -> Result<()>,
) -> Result<()> {
    if bucket_bytes::<Keyed>(files, bucket)? <= budget {
        let documents: Vec<Keyed> = read_bucket(files, bucket)?;
        for group in documents.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1) {
            let size = u32::try_from(group.len()).unwrap_or(u32::MAX);
            group.iter().try_for_each(|copy| visit(&group[0], size, copy))?;
        }
        return Ok(());
    }
    let mut best: HashedMap<u128, (Keyed, u32)> = HashedMap::default();
    each_of_bucket(files, bucket, |document: Keyed| {
        let (first, size) = best.entry(document.key).or_insert((document, 0));
        *first = document.min(*first);
        *size = size.saturating_add(1);
        Ok(())
    })?;
    each_of_bucket(files, bucket, |document: Keyed| match best.get(&document.key) {
        Some((first, size)) if *size > 1 => visit(first, *size, &document),
        _ => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Layout;

    #[test]
    fn a_bucket_that_does_not_fit_is_decided_alike() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let mut files = Vec::new();
        for shard in 0..3_u32 {
            let name = format!("keys-{shard}");
            let mut writer = BucketWriter::new(&layout, &name, 1 << 16).unwrap();
            for row in 0..500_u32 {
                // One key that most have, and others.
                let key = if row % 5 > 0 { 7 } else { u128::from(row % 90) };
                let recency = u64::from((row * 37 + shard * 11) % 101);
                let id = u128::from(shard * 1_000 + row);
                writer.push(0, Keyed { key, age: 1, recency, shortness: 0, id, shard, row }).unwrap();
            }
            writer.finish().unwrap();
            files.push(layout.path(&name));
        }
        let decided = |budget: u64| {
            let mut found = Vec::new();
            gather(&files, 0, budget, |best, size, copy| {
                found.push((*copy, best.id, size));
                Ok(())
            })
            .unwrap();
            found.sort_unstable();
            found
        };
        assert_eq!(decided(u64::MAX), decided(0));
        assert_eq!(decided(0).iter().filter(|(copy, ..)| copy.key == 7).count(), 1_200);
    }
}
