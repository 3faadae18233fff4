//! Which documents of a component stay.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3Default;

use super::verify::{self, Candidate, Grouped, Shingle};
use super::{DocumentDedup, shard_and_row};
use crate::bucket::{BucketWriter, read_bucket};
use crate::dedup::Removal;
use crate::dedup::shingles::jaccard;
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::task::{Commit, Workbench};

/// Verifies and elects, one bucket of components at a time.
#[derive(Debug)]
pub(super) struct Elect {
    pub(super) step: Step,
    pub(super) config: DocumentDedup,
}

impl Phase for Elect {
    fn name(&self) -> String {
        self.step.phase("elect")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::Buckets { bits: verify::bits(&self.step, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let candidates: Vec<Candidate> = read_bucket(&self.step.shard_files(run, "candidates"), part.number)?;
        let grouped: Vec<Grouped> = read_bucket(&self.step.shard_files(run, "grouped"), part.number)?;
        let shingles: Vec<Shingle> = read_bucket(&self.step.shard_files(run, "shingles"), part.number)?;
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("gather", &part.name), bench.scatter_budget())?;
        for component in candidates.chunk_by(|a, b| a.component == b.component) {
            bench.check()?;
            let members: Vec<Document> = component
                .iter()
                .map(|candidate| Document {
                    id: candidate.id,
                    groups: part_of(&grouped, |g| (g.component, g.document), candidate, |g| g.group),
                    shingles: part_of(&shingles, |s| (s.component, s.document), candidate, |s| s.shingle),
                })
                .collect();
            for (candidate, decision) in component.iter().zip(elect(&members, self.config.threshold)) {
                let Some(decision) = decision else { continue };
                let (shard, row) = shard_and_row(candidate.document);
                let size = u32::try_from(decision.size).unwrap_or(u32::MAX);
                let (kept, similarity) = decision.removed_for.map_or((0, 0.0), |(keeper, j)| (members[keeper].id, j));
                let removal = Removal {
                    shard,
                    row,
                    kept,
                    similarity: similarity.to_bits(),
                    threshold: self.config.threshold.to_bits(),
                    size,
                };
                writer.push(shard, removal)?;
            }
        }
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// The values of one candidate, out of records sorted by component and document.
fn part_of<R>(
    records: &[R],
    place: impl Fn(&R) -> (u64, u64),
    candidate: &Candidate,
    value: impl Fn(&R) -> u64,
) -> Vec<u64> {
    let wanted = (candidate.component, candidate.document);
    let first = records.partition_point(|record| place(record) < wanted);
    records[first..].iter().take_while(|record| place(record) == wanted).map(value).collect()
}

/// One member of a component.
struct Document {
    id: u128,
    /// Its groups, sorted.
    groups: Vec<u64>,
    /// Its shingles, sorted.
    shingles: Vec<u64>,
}

/// What was decided of a member of a cluster.
#[derive(Clone, Debug, PartialEq)]
struct Decision {
    /// The member that stays for it, and their similarity; `None` where it stays itself.
    removed_for: Option<(usize, f64)>,
    /// The keeper and all that go for its sake.
    size: usize,
}

/// Decides of each member, best first; `None` of one that nobody goes for and that stays.
fn elect(members: &[Document], threshold: f64) -> Vec<Option<Decision>> {
    let mut kept_in: HashMap<u64, Vec<usize>, BuildHasherDefault<Xxh3Default>> = HashMap::default();
    let mut removed_for: Vec<Option<(usize, f64)>> = vec![None; members.len()];
    let mut sizes = vec![1_usize; members.len()];
    for (number, member) in members.iter().enumerate() {
        let keepers: BTreeSet<usize> =
            member.groups.iter().filter_map(|group| kept_in.get(group)).flatten().copied().collect();
        let found = keepers.into_iter().find_map(|keeper| {
            let other = &members[keeper].shingles;
            if !can_reach(threshold, member.shingles.len(), other.len()) {
                return None;
            }
            let similarity = jaccard(&member.shingles, other);
            (similarity >= threshold).then_some((keeper, similarity))
        });
        match found {
            Some((keeper, similarity)) => {
                removed_for[number] = Some((keeper, similarity));
                sizes[keeper] += 1;
            }
            None => {
                for group in &member.groups {
                    kept_in.entry(*group).or_default().push(number);
                }
            }
        }
    }
    (0..members.len())
        .map(|number| match removed_for[number] {
            Some((keeper, _)) => Some(Decision { removed_for: removed_for[number], size: sizes[keeper] }),
            None => (sizes[number] > 1).then_some(Decision { removed_for: None, size: sizes[number] }),
        })
        .collect()
}

/// Whether sets of these sizes can be that similar at all: J is at most the smaller by the larger.
#[expect(clippy::cast_precision_loss, reason = "sizes of one document's sets are far below 2^52")]
fn can_reach(threshold: f64, a: usize, b: usize) -> bool {
    a.min(b) as f64 >= threshold * a.max(b) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(id: u128, groups: &[u64], shingles: impl IntoIterator<Item = u64>) -> Document {
        Document { id, groups: groups.to_vec(), shingles: shingles.into_iter().collect() }
    }

    fn removed(members: &[Document]) -> Vec<Option<usize>> {
        elect(members, 0.8).iter().map(|d| d.as_ref().and_then(|d| d.removed_for).map(|(keeper, _)| keeper)).collect()
    }

    #[test]
    fn a_document_goes_only_for_a_similar_one_that_stays() {
        // A ~ B ~ C with J(A,B) = J(B,C) = 90/110 and J(A,C) = 80/120: B goes for A, C stays although B is gone.
        let a = document(1, &[1], 0..100);
        let b = document(2, &[1, 2], 10..110);
        let c = document(3, &[2], 20..120);
        assert_eq!(removed(&[a, b, c]), [None, Some(0), None]);
    }

    #[test]
    fn the_threshold_is_inclusive() {
        let pair = |shared: u64| [document(1, &[1], 0..=shared), document(2, &[1], (0..shared).chain([999]))];
        // 8 shared of 8 + 1 + 1.
        assert_eq!(removed(&pair(8)), [None, Some(0)]);
        assert_eq!(removed(&pair(7)), [None, None]);
    }

    #[test]
    fn only_documents_of_one_group_are_compared() {
        let equal = [document(1, &[1], 0..50), document(2, &[2], 0..50)];
        assert_eq!(removed(&equal), [None, None]);
    }

    #[test]
    fn the_keeper_knows_how_many_went_for_it() {
        let members: Vec<_> = (0..5).map(|id| document(id, &[7], 0..30)).collect();
        let decisions = elect(&members, 0.8);
        assert_eq!(decisions[0], Some(Decision { removed_for: None, size: 5 }));
        assert!(decisions[1..].iter().all(|d| d == &Some(Decision { removed_for: Some((0, 1.0)), size: 5 })));
    }
}
