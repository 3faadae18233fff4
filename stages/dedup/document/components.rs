//! Groups to components, by union-find: 8 bytes for the number of each candidate and 4 for its parent.

use std::sync::Arc;

use super::groups::Link;
use super::{DocumentDedup, band_bits, shard_and_row};
use crate::bucket::{BucketWriter, read_buckets, record};
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::task::{Commit, Workbench};

record! {
    /// A candidate's component, named by the component's first document.
    pub(super) struct Label { row: u32, component: u64, }
}

/// Joins the groups that share documents.
#[derive(Debug)]
pub(super) struct Components {
    pub(super) step: Step,
    pub(super) config: DocumentDedup,
}

impl Phase for Components {
    fn name(&self) -> String {
        self.step.phase("components")
    }

    fn split(&self, _: &Run, _: &Workbench) -> Result<Split> {
        Ok(Split::Whole)
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let bits = band_bits(&self.step, &self.config, run, bench)?;
        let files = self.step.bucket_files(run, "links", bits);
        let (mut documents, mut distinct): (Vec<u64>, usize) = (Vec::new(), 1 << 16);
        for file in &files {
            documents.extend(read_buckets::<Link>(file)?.iter().flat_map(|link| [link.a, link.b]));
            if documents.len() >= 2 * distinct {
                documents.sort_unstable();
                documents.dedup();
                distinct = documents.len().max(1 << 16);
            }
        }
        documents.sort_unstable();
        documents.dedup();
        let mut forest = Forest::new(documents.len());
        for file in &files {
            for link in read_buckets::<Link>(file)? {
                if let (Ok(a), Ok(b)) = (documents.binary_search(&link.a), documents.binary_search(&link.b)) {
                    forest.join(a, b);
                }
            }
        }
        let mut writer =
            BucketWriter::new(&run.layout, &self.step.file("components", &part.name), bench.scatter_budget())?;
        for (place, &document) in documents.iter().enumerate() {
            let (shard, row) = shard_and_row(document);
            writer.push(shard, Label { row, component: documents[forest.root(place)] })?;
        }
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// Disjoint sets; the root of a set is its smallest member, so that a set's name does not depend on the order of joins.
struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    fn new(size: usize) -> Self {
        Self { parents: (0..u32::try_from(size).unwrap_or(u32::MAX)).collect() }
    }

    fn root(&mut self, member: usize) -> usize {
        let mut at = member;
        while self.parents[at] as usize != at {
            self.parents[at] = self.parents[self.parents[at] as usize]; // halves the path
            at = self.parents[at] as usize;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parents[high] = u32::try_from(low).unwrap_or(u32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_sets_share_their_smallest_member() {
        let mut forest = Forest::new(6);
        for (a, b) in [(5, 4), (4, 2), (1, 0), (3, 3)] {
            forest.join(a, b);
        }
        let roots: Vec<_> = (0..6).map(|member| forest.root(member)).collect();
        assert_eq!(roots, [0, 0, 2, 3, 2, 2]);
    }
}
