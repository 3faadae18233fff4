//! Groups to components, by union-find: 4 bytes a document of the run.

use std::path::PathBuf;
use std::sync::Arc;

use super::groups::Link;
use super::numbers::Numbers;
use super::{DocumentDedup, band_bits};
use crate::bucket::{BucketWriter, each_record, record};
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::task::{Commit, Workbench};

record! {
    /// A candidate's component, named by the number of the component's first document.
    pub(super) struct Label { row: u32, component: u32, }
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
        let numbers = Numbers::new(&self.step, run)?;
        let mut forest = join(numbers.total(), &self.step.bucket_files(run, "links", bits))?;
        let mut writer =
            BucketWriter::new(&run.layout, &self.step.file("components", &part.name), bench.scatter_budget())?;
        let open = Open::new(&self.step, run, &numbers, &mut forest)?;
        forest.each_joined(|document, component| {
            if !open.holds(component) {
                return Ok(());
            }
            let (shard, row) = numbers.place(document);
            writer.push(shard, Label { row, component })
        })?;
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// The components that must be decided: all, but for those of documents of earlier runs alone in which nothing changed.
struct Open {
    /// A bit a component, by its first document; `None` where all must be.
    changed: Option<Vec<u64>>,
}

impl Open {
    fn new(step: &Step, run: &Run, numbers: &Numbers, forest: &mut Forest) -> Result<Self> {
        if !run.latest {
            return Ok(Self { changed: None });
        }
        let mut changed = vec![0; forest.parents.len().div_ceil(64)];
        let mut open = |document: u32| {
            let root = forest.root(document);
            changed[root as usize / 64] |= 1_u64 << (root % 64);
        };
        (0..numbers.own()).for_each(&mut open);
        for shard in run.all_shards().skip(run.shards.len()) {
            let (now, before) = (step.survivors(run, shard)?, step.survivors_before(run, shard)?);
            for (row, _) in now.iter().zip(&before).enumerate().filter(|(_, (now, before))| now != before) {
                open(numbers.number(shard.number, row));
            }
        }
        Ok(Self { changed: Some(changed) })
    }

    fn holds(&self, component: u32) -> bool {
        self.changed.as_ref().is_none_or(|bits| bits[component as usize / 64] & (1 << (component % 64)) != 0)
    }
}

/// The components of so many documents by the links in these files.
///
/// # Errors
/// [`crate::StageError`] when a file is gone or damaged.
pub fn join(documents: u32, files: &[PathBuf]) -> Result<Forest> {
    let mut forest = Forest::new(documents);
    for file in files {
        each_record(file, |link: Link| forest.join(link.a, link.b))?;
    }
    Ok(forest)
}

/// Disjoint sets; the root of a set is its smallest member, so that a set's name does not depend on the order of joins.
#[derive(Debug)]
pub struct Forest {
    parents: Vec<u32>,
}

impl Forest {
    fn new(size: u32) -> Self {
        Self { parents: (0..size).collect() }
    }

    fn root(&mut self, member: u32) -> u32 {
        let mut at = member;
        loop {
            let parent = self.parents[at as usize];
            if parent == at {
                return at;
            }
            let above = self.parents[parent as usize];
            self.parents[at as usize] = above; // halves the path
            at = above;
        }
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// Calls `visit` with each member of a set of two and more, and the set's smallest member, in order.
    ///
    /// # Errors
    /// The visitor's.
    pub fn each_joined(&mut self, mut visit: impl FnMut(u32, u32) -> Result<()>) -> Result<()> {
        let size = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        // A root cannot be told from a set of one by itself: a bit for each that has another member.
        let mut has_others = vec![0_u64; self.parents.len().div_ceil(64)];
        for member in 0..size {
            let root = self.root(member);
            if root != member {
                has_others[root as usize / 64] |= 1 << (root % 64);
            }
        }
        for member in 0..size {
            let root = self.root(member);
            if root != member || has_others[root as usize / 64] & (1 << (root % 64)) != 0 {
                visit(member, root)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_sets_share_their_smallest_member() {
        let mut forest = Forest::new(70);
        for (a, b) in [(5, 4), (4, 2), (1, 0), (3, 3), (66, 69)] {
            forest.join(a, b);
        }
        let mut found = Vec::new();
        forest
            .each_joined(|member, root| {
                found.push((member, root));
                Ok(())
            })
            .unwrap();
        assert_eq!(found, [(0, 0), (1, 0), (2, 2), (4, 2), (5, 2), (66, 66), (69, 66)]);
    }
}
