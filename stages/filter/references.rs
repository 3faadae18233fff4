//! The run's own token distributions: folded from all shards, frozen, calibrated.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use filters::tokens::{Point, Reference, References, TokenCounts as Counts};

use super::TokenCounts;
use crate::error::{Result, StageError};
use crate::plan::{Part, Phase, Run, Split};
use crate::task::{Commit, Layout, Workbench};

/// Where the references of a run stand: they outlive the run's work, since they explain its verdicts.
const PATH: &str = "references/tokens";

/// Adds up the token counts of all shards of a pass.
#[derive(Clone, Debug)]
pub struct FoldReferences {
    /// The pass that counted.
    pub pass: String,
    /// Hash of all that decides the counts, every input included.
    pub key: String,
}

impl Phase for FoldReferences {
    fn name(&self) -> String {
        "filter/references".into()
    }

    fn split(&self, _: &Run, _: &Workbench) -> Result<Split> {
        Ok(Split::Whole)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn work(&self, run: &Run, _: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let mut total = TokenCounts::default();
        for shard in &run.shards {
            bench.check()?;
            total.add(TokenCounts::read(&run.layout.path(&format!("work/{}/tokens/{}", self.pass, shard.stem)))?);
        }
        let mut references = References::default();
        for ((language, branch), place) in total.into_places() {
            let Some(reference) = Reference::new(narrow(&place.totals)) else { continue };
            let points: Vec<Point> = place.sample.values().filter_map(|counts| reference.divergence(counts)).collect();
            references.insert(language, branch, reference.calibrated(&points));
        }
        let mut file = run.layout.create(PATH)?;
        file.write_all(&references.to_bytes()).map_err(StageError::io("write", file.target()))?;
        let rows = references.iter().count() as u64;
        Ok(Commit { outputs: vec![file.finish(rows)?], ..Commit::default() })
    }
}

/// The counts that are not zero, in 32 bits; of a very large run, all of them divided by the same power of two.
fn narrow(totals: &[u64]) -> Counts {
    let most = totals.iter().copied().max().unwrap_or(0);
    let shift = (u64::BITS - most.leading_zeros()).saturating_sub(u32::BITS);
    (0..=u16::MAX)
        .zip(totals)
        .filter_map(|(bucket, count)| Some((bucket, u32::try_from(count >> shift).ok().filter(|count| *count > 0)?)))
        .collect()
}

/// The references of a run.
///
/// # Errors
/// [`StageError`] when the file is gone or damaged.
pub fn load_references(layout: &Layout) -> Result<References> {
    let path = layout.path(PATH);
    let bytes = fs::read(&path).map_err(StageError::io("read", &path))?;
    References::from_bytes(&bytes).ok_or_else(|| {
        StageError::table(&path)("token references that are damaged or of another version: run again into a new folder")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_keep_their_ratios() {
        assert_eq!(narrow(&[0, 5, 7]), [(1, 5), (2, 7)]);
        assert_eq!(narrow(&[1 << 33, 1 << 32, 1]), [(0, 1 << 31), (1, 1 << 30)]);
    }
}
