//! Documents by number: those of the first shard first, so that 4 bytes name one.

use crate::error::{Result, StageError};
use crate::plan::{Run, Step};

/// The number of each shard's first document.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    firsts: Vec<u32>,
    own: u32,
    total: u32,
}

impl Numbers {
    /// The numbers of the documents that a step compares.
    pub(crate) fn new(step: &Step, run: &Run) -> Result<Self> {
        let rows = run.all_shards().map(|shard| step.key_rows_of(run, shard)).collect::<Result<Vec<_>>>()?;
        let mut numbers = Self::of(&rows)?;
        numbers.own = numbers.firsts.get(run.shards.len()).copied().unwrap_or(numbers.total);
        Ok(numbers)
    }

    fn of(rows: &[usize]) -> Result<Self> {
        let mut firsts = Vec::with_capacity(rows.len());
        let mut total = 0_u64;
        for rows in rows {
            firsts.push(u32::try_from(total).unwrap_or(u32::MAX));
            total += *rows as u64;
        }
        let total = u32::try_from(total).map_err(|_| {
            StageError::Recipe(format!(
                "dedup.document: {total} documents are more than 2^32 - 1\nhint: deduplicate the crawl in parts, and the \
                 later ones against the earlier ones"
            ))
        })?;
        Ok(Self { firsts, own: total, total })
    }

    /// The run's own documents, which come before those of earlier runs.
    pub(crate) fn own(&self) -> u32 {
        self.own
    }

    /// Documents.
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// The number of a document.
    pub(crate) fn number(&self, shard: u32, row: usize) -> u32 {
        self.firsts[shard as usize] + u32::try_from(row).unwrap_or(u32::MAX)
    }

    /// Shard and row of a document.
    pub(crate) fn place(&self, number: u32) -> (u32, u32) {
        // Of shards without documents, which share their first number with the next, the last is the one.
        let shard = self.firsts.partition_point(|first| *first <= number) - 1;
        (u32::try_from(shard).unwrap_or(u32::MAX), number - self.firsts[shard])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_documents() {
        let numbers = Numbers::of(&[3, 0, 2, 0]).unwrap();
        assert_eq!(numbers.total(), 5);
        for (shard, row) in [(0, 0), (0, 2), (2, 0), (2, 1)] {
            assert_eq!(numbers.place(numbers.number(shard, row)), (shard, u32::try_from(row).unwrap()));
        }
        let error = Numbers::of(&[usize::try_from(u32::MAX).unwrap(), 1]).unwrap_err();
        assert!(error.to_string().contains("in parts"), "{error}");
    }
}
