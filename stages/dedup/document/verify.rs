//! Candidates' shingles on their way to the bucket of their component: the one step that sends more than keys.

use std::sync::Arc;

use super::components::Label;
use super::groups::Member;
use super::numbers::Numbers;
use super::{DocumentDedup, band_bits};
use crate::batch::Batch;
use crate::bucket::{ListWriter, bits_for, bucket_of, read_bucket, record};
use crate::dedup::Level;
use crate::dedup::keys::{each_row, read_keys};
use crate::dedup::rank::{recency, shortness};
use crate::error::{Result, StageError};
use crate::plan::{Part, Phase, Run, Split, Step, settled};
use crate::schema;
use crate::task::{Commit, Shard, Workbench};

record! {
    /// A document that may go. Sorted, a component's documents stand together, the best first. Its list holds its groups
    /// first, sorted, then its shingles, sorted.
    pub(super) struct Candidate {
        component: u32,
        /// 0 of an earlier run's, which stays; else 1.
        age: u32,
        recency: u64,
        shortness: u32,
        id: u128,
        document: u32,
        /// Exact copies that an earlier step removed for it, itself included.
        copies: u32,
        /// How many of the list's numbers are groups.
        n_groups: u32,
    }
}

/// Bits that choose a component's bucket. A shingle takes 8 bytes and stands for about 6 of text, which was compressed
/// to less than half; of the documents, so many are candidates as there are labels.
pub(super) fn bits(step: &Step, run: &Run, bench: &Workbench) -> Result<u32> {
    let documents: u64 = {
        let folder = format!("work/{}/documents", step.pass);
        run.commits(&step.pass)?.iter().map(|commit| Ok(commit.output(&folder)?.bytes)).sum::<Result<u64>>()?
    };
    let labels: u64 = run.commit(&step.phase("components"), "00000")?.outputs.iter().map(|output| output.rows).sum();
    let share = u128::from(labels) * 4 * u128::from(documents) / u128::from(step.key_rows(run)?.max(1));
    Ok(bits_for(u64::try_from(share).unwrap_or(u64::MAX), bench.bucket_budget()))
}

/// The bucket of a component.
fn bucket(component: u32, bits: u32) -> u32 {
    bucket_of(u64::from(component).wrapping_mul(0x9e37_79b9_7f4a_7c15), bits)
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
        Ok(Split::AllToBuckets { bits: bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = run.shard(part.number)?;
        let mut candidates = self.candidates(run, part, shard)?;
        let band_bits = band_bits(&self.step, &self.config, run, bench)?;
        let members: Vec<Member> = read_bucket(&self.step.bucket_files(run, "members", band_bits), part.number)?;
        let mut members = members.chunk_by(|a, b| a.document == b.document);
        let file = self.step.file("candidates", &part.name);
        let mut writer = ListWriter::new(&run.layout, &file, bench.scatter_budget())?;
        let (mut list, mut shingles) = (Vec::new(), Vec::new());
        let shingling = self.config.minhash().shingling();
        let rows: Vec<usize> = candidates.iter().map(|(row, _)| *row).collect();
        let mut candidates = candidates.drain(..);
        each_row(&self.step.documents(run, shard), &rows, &[&schema::TEXT], |table| {
            bench.check()?;
            let batch = Batch::new(table, 0);
            for text in batch.strings(&schema::TEXT)? {
                // Rows, members and candidates are all in the order of the shard's documents.
                let next = candidates.next();
                let groups = next.and_then(|(_, next)| members.find(|groups| groups[0].document == next.document));
                let (Some((_, mut candidate)), Some(groups)) = (next, groups) else {
                    return Err(StageError::Internal(format!("{}: candidates without groups", shard.name)));
                };
                candidate.n_groups = u32::try_from(groups.len()).unwrap_or(u32::MAX);
                list.clear();
                list.extend(groups.iter().map(|member| member.group));
                shingling.set(text.unwrap_or_default(), &mut shingles);
                list.extend_from_slice(&shingles);
                writer.push(bucket(candidate.component, part.bits), candidate, &list)?;
            }
            Ok(())
        })?;
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

impl Verify {
    /// The shard's candidates by row, in order, without their groups.
    fn candidates(&self, run: &Run, part: &Part, shard: &Shard) -> Result<Vec<(usize, Candidate)>> {
        let labels: Vec<Label> = read_bucket(&self.step.bucket_files(run, "components", 0), part.number)?;
        let numbers = Numbers::new(&self.step, run)?;
        let mut copies = std::collections::BTreeMap::new();
        if self.step.earlier.contains(&Level::Exact) && (run.latest || !run.is_earlier(part.number)) {
            let kept = settled(run, Level::Exact, shard)?.into_iter().filter(|decision| !decision.removes());
            copies.extend(kept.map(|decision| (decision.row, decision.size)));
        }
        let alive = self.step.survivors(run, shard)?;
        let mut labels = labels.into_iter().filter(|label| alive[label.row as usize]).peekable();
        let mut found = Vec::new();
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::ID, &schema::CAPTURED_AT, &schema::N_CHARS])? {
            let batch = batch?;
            let (ids, captured, n_chars) = (batch.hashes(&schema::ID)?, batch.captured_at()?, batch.n_chars()?);
            let end = batch.first_row + batch.len();
            while let Some(label) = labels.next_if(|label| (label.row as usize) < end) {
                let row = label.row as usize;
                let place = row - batch.first_row;
                let candidate = Candidate {
                    component: label.component,
                    age: u32::from(run.latest || !run.is_earlier(part.number)),
                    recency: recency(captured[place]),
                    shortness: shortness(n_chars.value(place)),
                    id: ids[place].unwrap_or_default(),
                    document: numbers.number(part.number, row),
                    copies: copies.get(&label.row).copied().unwrap_or(1),
                    n_groups: 0,
                };
                found.push((row, candidate));
            }
        }
        Ok(found)
    }
}
