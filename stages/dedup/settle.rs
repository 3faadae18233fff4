//! Decisions on their way back to the shard that their document lives in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::evidence;
use crate::bucket::{BucketWriter, read_bucket, record};
use crate::error::{Result, StageError};
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::task::{Commit, StageCount, Workbench};

record! {
    /// What a step decided of one document: removed for `kept`'s sake, or kept for a cluster of `size`.
    pub struct Removal {
        /// The document's shard.
        shard: u32,
        /// Its row among the shard's documents of the pass before.
        row: u32,
        /// The id of the document that stays for it; 0 where the document itself stays.
        kept: u128,
        /// The shard of the document that stays.
        kept_shard: u32,
        /// Its row.
        kept_row: u32,
        /// Their true Jaccard similarity, as the bits of an `f64`; 0 where the step compares keys.
        similarity: u64,
        /// The threshold that it met, likewise.
        threshold: u64,
        /// The cluster's documents: the one that stays and all that go for its sake.
        size: u32,
        /// The id of the best document of all that are linked by what the step compares.
        component: u128,
        /// How many these are.
        component_size: u32,
        /// The first band that the document shares with the one that stays; 0 where the step compares keys.
        band: u32,
    }
}

impl Removal {
    /// Whether the document goes.
    #[must_use]
    pub fn removes(&self) -> bool {
        self.kept != 0
    }

    /// Their true Jaccard similarity, where it was measured.
    #[must_use]
    pub fn jaccard(&self) -> Option<f64> {
        (self.similarity != 0).then(|| f64::from_bits(self.similarity))
    }

    /// The threshold that it met, where there is one.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        (self.threshold != 0).then(|| f64::from_bits(self.threshold))
    }

    /// The first band that they share, where bands were compared.
    #[must_use]
    pub fn band(&self) -> Option<u32> {
        (self.threshold != 0).then_some(self.band)
    }
}

/// Collects each shard's decisions of all buckets into one file, and counts them.
#[derive(Debug)]
pub(crate) struct Settle {
    pub(crate) step: Step,
    /// Bits of the gather whose decisions these are.
    pub(crate) bits: fn(&Step, &Run, &Workbench) -> Result<u32>,
}

impl Phase for Settle {
    fn name(&self) -> String {
        self.step.phase("settle")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        let bits = (self.bits)(&self.step, run, bench)?;
        Ok(if run.latest { Split::AllToBuckets { bits } } else { Split::ShardsToBuckets { bits } })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, _: &Arc<Workbench>) -> Result<Commit> {
        let shard = run.shard(part.number)?;
        let decisions: Vec<Removal> = read_bucket(&self.step.bucket_files(run, "gather", part.bits), part.number)?;
        let mut alive = self.step.survivors(run, shard)?;
        let mut count = StageCount::new(self.step.level.name());
        count.documents_in = alive.iter().filter(|alive| **alive).count() as u64;

        // Of documents of an earlier run, the table `superseded/` tells.
        let (evidence, clusters) = if run.is_earlier(part.number) {
            (None, Vec::new())
        } else {
            let (evidence, clusters) = evidence::write(run, &self.step, shard, &decisions)?;
            (Some(evidence), clusters)
        };
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("settled", &part.name), 1 << 20)?;
        for decision in decisions {
            if decision.removes() {
                let row = alive.get_mut(decision.row as usize);
                if !row.is_some_and(std::mem::take) {
                    return Err(StageError::Internal(format!(
                        "{} removed row {} of {} twice",
                        self.step.level.name(),
                        decision.row,
                        shard.name
                    )));
                }
            }
            writer.push(0, decision)?;
        }
        count.kept = alive.iter().filter(|alive| **alive).count() as u64;
        let removed = count.documents_in - count.kept;
        count.rejected = BTreeMap::from_iter((removed > 0).then(|| (self.step.level.name().to_owned(), removed)));
        let outputs = [writer.finish()?].into_iter().chain(evidence).collect();
        Ok(Commit { outputs, stages: vec![count], clusters, ..Commit::default() })
    }
}
