//! Phases: the tasks of a run that may go on at the same time.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Earlier;
use crate::bucket::read_buckets;
use crate::dedup::{Level, Removal};
use crate::error::{Result, StageError};
use crate::task::{Commit, Layout, Output, Shard, Workbench, hash_of};

/// What a run works on: the same for every engine, and enough to do any of its tasks anywhere.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Its folder.
    pub layout: Layout,
    /// Its inputs.
    pub shards: Vec<Shard>,
    /// At most so many records of each input; all of them without.
    pub limit: Option<u64>,
    /// The recipe's seed, for draws by hash.
    pub seed: u64,
    /// Earlier runs that its documents are compared with.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// Whether a document of an earlier run goes where a later one is better; otherwise it stays.
    #[serde(default)]
    pub latest: bool,
}

/// Tasks that may run in any order, at the same time, once all earlier phases are done.
pub trait Phase: Send + Sync {
    /// `pass-1`, `dedup.url/scatter`: the first part of its tasks' names.
    fn name(&self) -> String;

    /// How it falls into tasks. Called when all earlier phases are done; reads their commits only.
    ///
    /// # Errors
    /// [`crate::StageError`] when a commit is gone.
    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split>;

    /// The hash over all that decides the outputs of this phase, but for the part's own inputs.
    fn key(&self) -> &str;

    /// Does one task. Its outputs are in place when it returns; the caller writes the commit.
    ///
    /// # Errors
    /// [`crate::StageError`] when the world fails or a promise is broken.
    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit>;
}

/// How a phase falls into tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// One task an input file.
    Shards,
    /// The same, and one task a file of the earlier runs that are compared with.
    AllToBuckets {
        /// Bits of the hash that choose the bucket.
        bits: u32,
    },
    /// One task a bucket, of two to the power of `bits`.
    Buckets {
        /// Bits of the hash that choose the bucket.
        bits: u32,
    },
    /// One task an input file, whose output is grouped by buckets.
    ShardsToBuckets {
        /// Bits of the hash that choose the bucket.
        bits: u32,
    },
    /// One task.
    Whole,
}

/// One task of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of the shard or bucket.
    pub number: u32,
    /// Its name within the phase: the shard's stem or the bucket's number.
    pub name: String,
    /// Bits that choose buckets, where there are any.
    pub bits: u32,
    /// The task's key.
    pub key: String,
}

impl Split {
    /// The tasks, in order.
    #[must_use]
    pub fn parts(self, run: &Run, key: &str) -> Vec<Part> {
        let shards = |bits: u32, all: bool| {
            let part = |shard: &Shard| Part {
                number: shard.number,
                name: shard.stem.clone(),
                bits,
                key: hash_of(&[key, &shard.name, &shard.stamp, &bits.to_string()]),
            };
            let earlier = run.earlier.iter().flat_map(Earlier::shards).filter(|_| all);
            run.shards.iter().chain(earlier).map(part).collect()
        };
        let buckets = |bits: u32| {
            let part = |number: u32| Part {
                number,
                name: bucket_name(number),
                bits,
                key: hash_of(&[key, &bucket_name(number), &bits.to_string()]),
            };
            (0..1 << bits).map(part).collect()
        };
        match self {
            Self::Shards => shards(0, false),
            Self::ShardsToBuckets { bits } => shards(bits, false),
            Self::AllToBuckets { bits } => shards(bits, true),
            Self::Buckets { bits } => buckets(bits),
            Self::Whole => buckets(0),
        }
    }
}

fn bucket_name(number: u32) -> String {
    format!("{number:05}")
}

impl Run {
    /// Removes tables that no task of this plan wrote, and that are not among `others`: those of inputs that are gone since an earlier try.
    ///
    /// # Errors
    /// [`crate::StageError`] when a commit is missing or a file cannot be removed.
    pub fn remove_stale(&self, plan: &super::Plan, others: &[Output]) -> Result<()> {
        let mut current: BTreeSet<PathBuf> = others.iter().map(|output| self.layout.path(&output.path)).collect();
        for pass in &plan.passes {
            current.extend(
                self.commits(&pass.name)?
                    .into_iter()
                    .flat_map(|commit| commit.outputs)
                    .map(|o| self.layout.path(&o.path)),
            );
        }
        for (step, _) in plan.steps.iter().flatten() {
            let outputs = self.commits(&step.phase("settle"))?.into_iter().flat_map(|commit| commit.outputs);
            current.extend(outputs.map(|output| self.layout.path(&output.path)));
        }
        for folder in ["documents", "rejected", "failed", "ledger", "dedup", "lines", "superseded"] {
            for file in self.layout.files(folder)?.iter().filter(|file| !current.contains(*file)) {
                std::fs::remove_file(file).map_err(StageError::io("remove", file))?;
            }
        }
        Ok(())
    }

    /// Every shard whose documents are compared: the run's own, then those of earlier runs.
    pub fn all_shards(&self) -> impl Iterator<Item = &Shard> {
        self.shards.iter().chain(self.earlier.iter().flat_map(Earlier::shards))
    }

    /// The shard of that number.
    ///
    /// # Errors
    /// [`crate::StageError`] when there is none: a bug of ours.
    pub fn shard(&self, number: u32) -> Result<&Shard> {
        let found = self.all_shards().nth(number as usize);
        found.ok_or_else(|| StageError::Internal(format!("there is no shard {number}")))
    }

    /// The earlier run that a shard is of; `None` of the run's own.
    #[must_use]
    pub fn earlier_of(&self, shard: &Shard) -> Option<&Earlier> {
        self.is_earlier(shard.number).then(|| {
            self.earlier.iter().find(|earlier| earlier.shards().iter().any(|own| own.number == shard.number))
        })?
    }

    /// Whether a shard is of an earlier run.
    #[must_use]
    pub fn is_earlier(&self, shard: u32) -> bool {
        shard as usize >= self.shards.len()
    }

    /// The commits of all shards for a phase that falls into shards.
    ///
    /// # Errors
    /// [`crate::StageError`] when one is missing.
    pub fn commits(&self, phase: &str) -> Result<Vec<Commit>> {
        self.shards.iter().map(|shard| self.commit(phase, &shard.stem)).collect()
    }

    /// The commit of one task.
    ///
    /// # Errors
    /// [`crate::StageError`] when it is missing.
    pub fn commit(&self, phase: &str, part: &str) -> Result<Commit> {
        Commit::read(&self.layout, &format!("{phase}/{part}"))
    }
}

/// A global step: where its files are, and what came before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// What it compares.
    pub level: Level,
    /// The pass whose documents it compares.
    pub pass: String,
    /// Earlier steps over the same documents; what they removed takes no part.
    pub earlier: Vec<Level>,
    /// Hash of everything up to and including this step.
    pub key: String,
}

impl Step {
    /// `dedup.url/scatter`.
    #[must_use]
    pub fn phase(&self, phase: &str) -> String {
        format!("{}/{phase}", self.level.name())
    }

    /// A file of one phase of this step, relative to the run.
    #[must_use]
    pub fn file(&self, phase: &str, name: &str) -> String {
        format!("work/{}/{phase}/{name}", self.level.name())
    }

    /// The files that all shards wrote in a phase, those of earlier runs too.
    #[must_use]
    pub fn all_files(&self, run: &Run, phase: &str) -> Vec<PathBuf> {
        run.all_shards().map(|shard| run.layout.path(&self.file(phase, &shard.stem))).collect()
    }

    /// The files that the run's own shards wrote in a phase.
    #[must_use]
    pub fn shard_files(&self, run: &Run, phase: &str) -> Vec<PathBuf> {
        run.shards.iter().map(|shard| run.layout.path(&self.file(phase, &shard.stem))).collect()
    }

    /// The files that all buckets wrote in a phase.
    #[must_use]
    pub fn bucket_files(&self, run: &Run, phase: &str, bits: u32) -> Vec<PathBuf> {
        (0..1_u32 << bits).map(|number| run.layout.path(&self.file(phase, &bucket_name(number)))).collect()
    }

    /// A shard's key file.
    #[must_use]
    pub fn keys(&self, run: &Run, shard: &Shard) -> PathBuf {
        self.left(run, shard, "keys")
    }

    /// A shard's documents with text.
    #[must_use]
    pub fn documents(&self, run: &Run, shard: &Shard) -> PathBuf {
        self.left(run, shard, "documents")
    }

    /// What the pass before left of a shard, in this run or its own.
    fn left(&self, run: &Run, shard: &Shard, table: &str) -> PathBuf {
        match run.earlier_of(shard) {
            Some(earlier) => {
                let (pass, stem) = (earlier.pass(), Earlier::stem(shard));
                earlier.layout().path(&format!("work/{pass}/{table}/{stem}.parquet"))
            }
            None => run.layout.path(&format!("work/{}/{table}/{}.parquet", self.pass, shard.stem)),
        }
    }

    /// Rows of all shards' key files.
    ///
    /// # Errors
    /// [`crate::StageError`] when a commit is missing.
    pub fn key_rows(&self, run: &Run) -> Result<u64> {
        let mut rows = 0;
        for shard in run.all_shards() {
            rows += self.key_rows_of(run, shard)? as u64;
        }
        Ok(rows)
    }

    /// Rows of a shard's key file.
    pub(crate) fn key_rows_of(&self, run: &Run, shard: &Shard) -> Result<usize> {
        let (layout, pass, stem) = match run.earlier_of(shard) {
            Some(earlier) => (earlier.layout(), earlier.pass(), Earlier::stem(shard)),
            None => (&run.layout, self.pass.as_str(), shard.stem.as_str()),
        };
        let commit = Commit::read(layout, &format!("{pass}/{stem}"))?;
        let rows = commit.output(&format!("work/{pass}/keys"))?.rows;
        usize::try_from(rows).map_err(|error| StageError::Internal(error.to_string()))
    }

    /// Which rows of a shard earlier steps have left; of an earlier run's whose documents stay, which all of its steps
    /// have.
    ///
    /// # Errors
    /// [`crate::StageError`] when a decision file is gone.
    pub fn survivors(&self, run: &Run, shard: &Shard) -> Result<Vec<bool>> {
        let earlier = run.earlier_of(shard).filter(|_| !run.latest);
        let levels = earlier.map_or(self.earlier.as_slice(), Earlier::levels);
        self.without(run, shard, levels, settled)
    }

    /// Which rows of an earlier run's shard its own steps before this one had left.
    ///
    /// # Errors
    /// [`crate::StageError`] when a decision file is gone.
    pub fn survivors_before(&self, run: &Run, shard: &Shard) -> Result<Vec<bool>> {
        self.without(run, shard, &self.earlier, decided_before)
    }

    fn without(
        &self,
        run: &Run,
        shard: &Shard,
        levels: &[Level],
        decisions: fn(&Run, Level, &Shard) -> Result<Vec<Removal>>,
    ) -> Result<Vec<bool>> {
        let mut alive = vec![true; self.key_rows_of(run, shard)?];
        for level in levels {
            for removal in decisions(run, *level, shard)? {
                if let (true, Some(row)) = (removal.removes(), alive.get_mut(removal.row as usize)) {
                    *row = false;
                }
            }
        }
        Ok(alive)
    }
}

/// What a step decided of one shard, by row.
///
/// # Errors
/// [`crate::StageError`] when the decision file is gone.
pub fn settled(run: &Run, level: Level, shard: &Shard) -> Result<Vec<Removal>> {
    if run.earlier_of(shard).is_some() && !run.latest {
        return decided_before(run, level, shard);
    }
    read_buckets(&run.layout.path(&format!("work/{}/settled/{}", level.name(), shard.stem)))
}

/// What a step of an earlier run decided of one of its shards, by row.
///
/// # Errors
/// [`crate::StageError`] when the decision file is gone.
pub fn decided_before(run: &Run, level: Level, shard: &Shard) -> Result<Vec<Removal>> {
    let layout = run.earlier_of(shard).map_or(&run.layout, Earlier::layout);
    read_buckets(&layout.path(&format!("work/{}/settled/{}", level.name(), Earlier::stem(shard))))
}
