//! Which documents of a component stay.

use std::sync::Arc;

use super::kept::{Kept, Match};
use super::numbers::Numbers;
use super::verify::{self, Candidate};
use super::{DocumentDedup, pairs};
use crate::bucket::{BucketWriter, Lists};
use crate::dedup::Removal;
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
        let numbers = Numbers::new(&self.step, run)?;
        let files = self.step.all_files(run, "candidates");
        let mut candidates = Lists::<Candidate>::open(&files, part.number, bench.bucket_budget())?;
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("gather", &part.name), bench.scatter_budget())?;
        let mut pairs = pairs::Writer::new(&self.step, &self.config, run, part, bench)?;
        let mut start = 0;
        while start < candidates.records().len() {
            bench.check()?;
            let records = &candidates.records()[start..];
            let component = records[0].component;
            let members: Vec<Candidate> =
                records.iter().take_while(|record| record.component == component).copied().collect();
            pairs.write(&members, |member, list| candidates.get(start + member, list))?;
            let decisions = elect(&members, self.config.threshold, bench.bucket_budget(), |member, list| {
                bench.check()?;
                candidates.get(start + member, list)
            })?;
            for (candidate, decision) in members.iter().zip(decisions) {
                let (shard, row) = numbers.place(candidate.document);
                let decision = match decision {
                    _ if run.is_earlier(shard) && !run.latest => continue, // it stays, and its own run has told of it
                    Some(decision) => decision,
                    // That it was looked at again is news of a document that had gone.
                    None if run.is_earlier(shard) => Decision { removed_for: None, size: candidate.copies },
                    None => continue,
                };
                let found = decision.removed_for;
                let (kept_shard, kept_row) = numbers.place(found.map_or(0, |found| members[found.member].document));
                let removal = Removal {
                    shard,
                    row,
                    kept: found.map_or(0, |found| members[found.member].id.max(1)),
                    kept_shard,
                    kept_row,
                    similarity: found.map_or(0.0, |found| found.similarity).to_bits(),
                    threshold: self.config.threshold.to_bits(),
                    size: decision.size,
                    component: members[0].id,
                    component_size: u32::try_from(members.len()).unwrap_or(u32::MAX),
                    band: found.map_or(0, |found| found.band),
                };
                writer.push(shard, removal)?;
            }
            start += members.len();
        }
        let mut outputs = vec![writer.finish()?];
        outputs.extend(pairs.finish()?);
        Ok(Commit { outputs, ..Commit::default() })
    }
}

/// What was decided of a member of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decision {
    /// The member that stays for it; `None` where it stays itself.
    pub(super) removed_for: Option<Match>,
    /// Copies in the cluster: the keeper, all that go for its sake, and the exact copies of each.
    pub(super) size: u32,
}

/// Decides of each member, best first; `None` of one that nobody goes for and that stays.
///
/// The shingles of the members that stay are held, up to `budget` bytes: what does not fit is decided in another round,
/// over the members that none of the earlier ones stays for. A member's shingles are read once a round.
pub(super) fn elect(
    members: &[Candidate],
    threshold: f64,
    budget: u64,
    mut list_of: impl FnMut(usize, &mut Vec<u64>) -> Result<()>,
) -> Result<Vec<Option<Decision>>> {
    let mut removed_for: Vec<Option<Match>> = vec![None; members.len()];
    let mut sizes: Vec<u32> = members.iter().map(|member| member.copies).collect();
    let mut alone = vec![true; members.len()];
    let mut open: Vec<usize> = (0..members.len()).collect();
    let mut list = Vec::new();
    while !open.is_empty() {
        let mut kept = Kept::new(threshold);
        let mut next = Vec::new();
        for member in open {
            list_of(member, &mut list)?;
            let (groups, shingles) = list.split_at(members[member].n_groups as usize);
            let found = if members[member].age == 0 { None } else { kept.find(groups, shingles) };
            if let Some(found) = found {
                sizes[found.member] = sizes[found.member].saturating_add(members[member].copies);
                alone[found.member] = false;
                removed_for[member] = Some(found);
            } else if kept.bytes() <= budget {
                kept.add(member, groups, shingles);
            } else {
                next.push(member);
            }
        }
        open = next;
    }
    let decide = |member: usize| match removed_for[member] {
        Some(found) => Some(Decision { removed_for: Some(found), size: sizes[found.member] }),
        None => (!alone[member]).then_some(Decision { removed_for: None, size: sizes[member] }),
    };
    Ok((0..members.len()).map(decide).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Document = (Vec<u64>, Vec<u64>);

    fn document(groups: &[u64], shingles: impl IntoIterator<Item = u64>) -> Document {
        (groups.to_vec(), shingles.into_iter().collect())
    }

    fn decisions(documents: &[Document], budget: u64) -> Vec<Option<Decision>> {
        let candidate = |(id, (groups, _)): (u32, &Document)| Candidate {
            component: 0,
            age: 1,
            recency: 0,
            shortness: 0,
            id: u128::from(id) + 1,
            document: id,
            copies: 1,
            n_groups: u32::try_from(groups.len()).unwrap(),
        };
        let members: Vec<Candidate> = (0..).zip(documents).map(candidate).collect();
        elect(&members, 0.8, budget, |member, list| {
            list.clear();
            list.extend(documents[member].0.iter().chain(&documents[member].1));
            Ok(())
        })
        .unwrap()
    }

    fn removed(documents: &[Document]) -> Vec<Option<usize>> {
        let keepers = |budget| -> Vec<Option<usize>> {
            let decisions = decisions(documents, budget);
            decisions.iter().map(|d| d.as_ref().and_then(|d| d.removed_for).map(|found| found.member)).collect()
        };
        let found = keepers(u64::MAX);
        assert_eq!(found, keepers(0), "one kept document a round");
        found
    }

    #[test]
    fn a_document_goes_only_for_a_similar_one_that_stays() {
        // A ~ B ~ C with J(A,B) = J(B,C) = 90/110 and J(A,C) = 80/120: B goes for A, C stays although B is gone.
        let a = document(&[1], 0..100);
        let b = document(&[1, 2], 10..110);
        let c = document(&[2], 20..120);
        assert_eq!(removed(&[a, b, c]), [None, Some(0), None]);
    }

    #[test]
    fn a_long_chain_keeps_its_ends() {
        // Each is 90/110 alike to the next, and not enough to the one after: every other one stays.
        let chain: Vec<Document> =
            (0..1_000).map(|link| document(&[link, link + 1], 10 * link..10 * link + 100)).collect();
        let found = removed(&chain);
        assert!(found.iter().enumerate().all(|(at, keeper)| *keeper == (at % 2 == 1).then(|| at - 1)), "{found:?}");
    }

    #[test]
    fn the_threshold_is_inclusive() {
        let pair = |shared: u64| [document(&[1], 0..=shared), document(&[1], (0..shared).chain([999]))];
        // 8 shared of 8 + 1 + 1.
        assert_eq!(removed(&pair(8)), [None, Some(0)]);
        assert_eq!(removed(&pair(7)), [None, None]);
    }

    #[test]
    fn only_documents_of_one_group_are_compared() {
        let equal = [document(&[1], 0..50), document(&[2], 0..50)];
        assert_eq!(removed(&equal), [None, None]);
    }

    #[test]
    fn the_keeper_knows_how_many_went_for_it() {
        let documents: Vec<_> = (0..5).map(|_| document(&[7 << 10 | 3], 0..30)).collect();
        let decisions = decisions(&documents, u64::MAX);
        assert_eq!(decisions[0], Some(Decision { removed_for: None, size: 5 }));
        let gone = Some(Match { member: 0, similarity: 1.0, band: 3 });
        assert!(decisions[1..].iter().all(|d| d == &Some(Decision { removed_for: gone, size: 5 })));
    }
}
