//! Candidate pairs before verification, for those who measure the search: kept only where the settings ask for them.

use std::collections::BTreeMap;

use super::DocumentDedup;
use super::verify::Candidate;
use crate::bucket::{BucketWriter, record};
use crate::dedup::minhash::band_of;
use crate::error::Result;
use crate::plan::{Part, Run, Step};
use crate::task::{Output, Workbench};

record! {
    /// Two documents that share a band, by number, the better one first.
    pub struct Pair {
        /// The better one's number.
        a: u32,
        /// The other one's.
        b: u32,
        /// The first band that they share.
        band: u32,
    }
}

/// Of a larger group only the pairs with its best document are listed: all of them would be a square.
const MOST: usize = 2_000;

/// Writes pairs, or nothing.
#[derive(Debug)]
pub(super) struct Writer {
    writer: Option<BucketWriter<Pair>>,
}

impl Writer {
    pub(super) fn new(step: &Step, config: &DocumentDedup, run: &Run, part: &Part, bench: &Workbench) -> Result<Self> {
        let file = step.file("pairs", &part.name);
        let open = || BucketWriter::new(&run.layout, &file, bench.scatter_budget());
        Ok(Self { writer: config.list_pairs.then(open).transpose()? })
    }

    /// Lists the pairs of a component.
    pub(super) fn write(
        &mut self,
        members: &[Candidate],
        mut list_of: impl FnMut(usize, &mut Vec<u64>) -> Result<()>,
    ) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let mut groups: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let mut list = Vec::new();
        for (number, member) in members.iter().enumerate() {
            list_of(number, &mut list)?;
            for group in &list[..member.n_groups as usize] {
                groups.entry(*group).or_default().push(number);
            }
        }
        let mut pairs: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for (group, members) in groups {
            let firsts = if members.len() > MOST { 1 } else { members.len() };
            for (at, first) in members.iter().enumerate().take(firsts) {
                for second in &members[at + 1..] {
                    let band = pairs.entry((*first, *second)).or_insert(u64::MAX);
                    *band = (*band).min(band_of(group));
                }
            }
        }
        for ((first, second), band) in pairs {
            let (a, b) = (members[first].document, members[second].document);
            writer.push(0, Pair { a, b, band: u32::try_from(band).unwrap_or(u32::MAX) })?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Option<Output>> {
        self.writer.map(BucketWriter::finish).transpose()
    }
}
