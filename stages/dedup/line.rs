//! dedup.line: lines seen more than `max` times among so many documents of a language are boilerplate and go.
//!
//! The Llama 3 report's rule: lines that appeared more than 6 times in each bucket of 30M documents are removed, all
//! of their copies. Documents are counted per language in the order of the inputs' names; every `window` of them is
//! compared by itself. Lines are compared after ccNet's normalisation (see `lines`); lines within code and math
//! blocks take no part. Every occurrence counts, within one document too, or every document that has the line.
//!
//! 1. *count*: how many documents of each language a shard still has, from which every document's window follows.
//! 2. *scatter*: a shard's lines, counted; 3. *gather*: the sums; what is above the bound goes back to every shard
//!    that has the line. 4. *settle*: one file a shard, and the evidence: each line that goes, once, with its count and
//!    its text (`lines/`). The lines themselves are cut where the text is, in the pass that follows (see `apply`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::evidence;
use super::keys::read_keys;
use crate::bucket::{BucketWriter, Record, bits_for, bucket_of, read_bucket, record};
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::schema;
use crate::task::{Commit, Shard, Workbench};

/// `dedup.line` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LineDedup {
    /// Most occurrences that a line may have in a window; above, every copy goes.
    pub max: u32,
    /// What is counted: `occurrences` of the line, or the `documents` that have it.
    pub count: Counted,
    /// Documents of one language that are compared with each other.
    pub window: u64,
    /// Largest share of its characters that a document may lose; above, it is rejected.
    pub max_loss: f64,
}

/// What is counted of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counted {
    /// Every time that it stands somewhere.
    #[default]
    Occurrences,
    /// Documents that have it, however often.
    Documents,
}

impl Default for LineDedup {
    fn default() -> Self {
        Self { max: 6, count: Counted::Occurrences, window: 30_000_000, max_loss: 0.5 }
    }
}

impl LineDedup {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let window = (self.window == 0).then(|| "window: 0 documents hold no lines".to_owned());
        let loss =
            (!(0.0..=1.0).contains(&self.max_loss)).then(|| format!("max_loss: {} is not a share", self.max_loss));
        window.into_iter().chain(loss).collect()
    }
}

record! {
    /// How often a line stands in a shard, within one window and language.
    pub struct LineCount {
        /// The line's key; its top bits choose the bucket.
        key: u64,
        /// The shard.
        shard: u32,
        /// The first of the shard's documents that has it.
        row: u32,
        /// How often it was counted.
        count: u32,
    }
}

record! {
    /// A line that goes, and how often it was seen.
    pub(crate) struct FrequentLine {
        key: u64,
        count: u32,
        /// The document of this shard that shows its text; `u32::MAX` where an earlier shard does.
        row: u32,
    }
}

/// The phases of this step.
pub(crate) fn phases(step: &Step, config: &LineDedup) -> Vec<Box<dyn Phase>> {
    vec![
        Box::new(Count { step: step.clone() }),
        Box::new(Scatter { step: step.clone(), config: config.clone() }),
        Box::new(Gather { step: step.clone(), max: config.max }),
        Box::new(Settle { step: step.clone(), window: config.window }),
    ]
}

/// The key of a line in its window and language.
pub(crate) fn line_key(line: u64, language: &str, window: u64) -> u64 {
    let mut hasher = Xxh3::with_seed(window);
    hasher.update(language.as_bytes());
    hasher.update(&line.to_le_bytes());
    hasher.digest()
}

/// The window of each document of a shard, by row; documents that earlier steps removed have none.
pub(crate) fn windows(step: &Step, run: &Run, shard: &Shard, window: u64) -> Result<Vec<Option<u64>>> {
    let alive = step.survivors(run, shard)?;
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for earlier in &run.shards[..shard.number as usize] {
        for (language, count) in run.commit(&step.phase("count"), &earlier.stem)?.languages {
            *seen.entry(language).or_default() += count;
        }
    }
    let mut windows = Vec::with_capacity(alive.len());
    for batch in read_keys(&step.keys(run, shard), &[&schema::LANGUAGE])? {
        let batch = batch?;
        for language in batch.languages()? {
            let alive = alive[windows.len()];
            windows.push(alive.then(|| {
                let seen = seen.entry(language.unwrap_or_default().to_owned()).or_default();
                *seen += 1;
                (*seen - 1) / window.max(1)
            }));
        }
    }
    Ok(windows)
}

/// Lines are about a twentieth of the key files' bytes each; the files' size bounds them.
fn bits(step: &Step, run: &Run, bench: &Workbench) -> Result<u32> {
    let folder = format!("work/{}/keys", step.pass);
    let mut bytes = 0;
    for commit in run.commits(&step.pass)? {
        bytes += commit.output(&folder)?.bytes;
    }
    Ok(bits_for(bytes / 8 * LineCount::WIDTH as u64, bench.bucket_budget()))
}

#[derive(Debug)]
struct Count {
    step: Step,
}

impl Phase for Count {
    fn name(&self) -> String {
        self.step.phase("count")
    }

    fn split(&self, _: &Run, _: &Workbench) -> Result<Split> {
        Ok(Split::Shards)
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, _: &Arc<Workbench>) -> Result<Commit> {
        let shard = &run.shards[part.number as usize];
        let alive = self.step.survivors(run, shard)?;
        let mut languages: BTreeMap<String, u64> = BTreeMap::new();
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::LANGUAGE])? {
            let batch = batch?;
            for (place, language) in batch.languages()?.iter().enumerate() {
                if alive[batch.first_row + place] {
                    *languages.entry(language.unwrap_or_default().to_owned()).or_default() += 1;
                }
            }
        }
        Ok(Commit { languages, ..Commit::default() })
    }
}

#[derive(Debug)]
struct Scatter {
    step: Step,
    config: LineDedup,
}

impl Phase for Scatter {
    fn name(&self) -> String {
        self.step.phase("scatter")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::ShardsToBuckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = &run.shards[part.number as usize];
        let windows = windows(&self.step, run, shard, self.config.window)?;
        let mut writer =
            BucketWriter::new(&run.layout, &self.step.file("scatter", &part.name), bench.scatter_budget())?;
        // Lines and the documents that have them, in the order of the documents.
        let mut lines: Vec<(u64, u32)> = Vec::new();
        let mut flush = |lines: &mut Vec<(u64, u32)>| -> Result<()> {
            lines.sort_unstable();
            if self.config.count == Counted::Documents {
                lines.dedup();
            }
            for same in lines.chunk_by(|a, b| a.0 == b.0) {
                let (key, row) = same[0];
                let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
                writer.push(bucket_of(key, part.bits), LineCount { key, shard: part.number, row, count })?;
            }
            lines.clear();
            Ok(())
        };
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::LANGUAGE, &schema::LINE_HASHES])? {
            bench.check()?;
            let batch = batch?;
            let languages = batch.languages()?;
            batch.each_line(|place, line| {
                let row = batch.first_row + place;
                if let Some(window) = windows[row] {
                    let key = line_key(line, languages.value(place), window);
                    lines.push((key, u32::try_from(row).unwrap_or(u32::MAX)));
                }
            })?;
            // A document's lines are in one batch, so that none is counted in two.
            if lines.len() * size_of::<(u64, u32)>() > bench.scatter_budget() {
                flush(&mut lines)?;
            }
            bench.meter.add_documents(batch.len() as u64, 0);
        }
        flush(&mut lines)?;
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

#[derive(Debug)]
struct Gather {
    step: Step,
    max: u32,
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
        gather(&self.step.shard_files(run, "scatter"), part.number, self.max, |line, total| {
            for (place, shard) in line.chunk_by(|a, b| a.shard == b.shard).enumerate() {
                let row = if place == 0 { shard[0].row } else { u32::MAX };
                writer.push(shard[0].shard, FrequentLine { key: line[0].key, count: total, row })?;
            }
            Ok(())
        })?;
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// Calls `visit` with the counts and the sum of each line of a bucket that was counted more than `max` times.
///
/// # Errors
/// [`crate::StageError`] when a file is gone or damaged, or the visitor fails.
pub fn gather(
    files: &[PathBuf],
    bucket: u32,
    max: u32,
    mut visit: impl FnMut(&[LineCount], u32) -> Result<()>,
) -> Result<()> {
    let counts: Vec<LineCount> = read_bucket(files, bucket)?;
    for line in counts.chunk_by(|a, b| a.key == b.key) {
        let total = line.iter().fold(0_u32, |total, part| total.saturating_add(part.count));
        if total > max {
            visit(line, total)?;
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Settle {
    step: Step,
    window: u64,
}

impl Phase for Settle {
    fn name(&self) -> String {
        self.step.phase("settle")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::ShardsToBuckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, _: &Arc<Workbench>) -> Result<Commit> {
        let lines: Vec<FrequentLine> = read_bucket(&self.step.bucket_files(run, "gather", part.bits), part.number)?;
        let shard = &run.shards[part.number as usize];
        let windows = windows(&self.step, run, shard, self.window)?;
        let evidence = evidence::write_lines(run, &self.step, shard, &windows, &lines)?;
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("settled", &part.name), 1 << 20)?;
        for line in lines {
            writer.push(0, line)?;
        }
        Ok(Commit { outputs: vec![writer.finish()?, evidence], ..Commit::default() })
    }
}
