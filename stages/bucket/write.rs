//! Writing a bucket file.

use std::io::Write;
use std::marker::PhantomData;

use super::{MAGIC, Record};
use crate::error::{Result, StageError};
use crate::task::{Layout, Output, Partial};

/// Collects records by bucket and writes them grouped. Holds `budget` bytes; past it, a run is written and the next
/// one begins.
#[derive(Debug)]
pub(crate) struct BucketWriter<R> {
    file: Partial,
    records: Vec<u8>,
    buckets: Vec<u32>,
    budget: usize,
    table: Vec<(u32, u64, u64)>,
    written: u64,
    rows: u64,
    record: PhantomData<R>,
}

impl<R: Record> BucketWriter<R> {
    /// A writer of the file `relative` to the run.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub(crate) fn new(layout: &Layout, relative: &str, budget: usize) -> Result<Self> {
        Ok(Self {
            file: layout.create(relative)?,
            records: Vec::new(),
            buckets: Vec::new(),
            budget: budget.max(R::WIDTH),
            table: Vec::new(),
            written: 0,
            rows: 0,
            record: PhantomData,
        })
    }

    /// Adds a record to a bucket.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub(crate) fn push(&mut self, bucket: u32, record: R) -> Result<()> {
        if self.records.len() + R::WIDTH > self.budget {
            self.write_run()?;
        }
        let start = self.records.len();
        self.records.resize(start + R::WIDTH, 0);
        record.write(&mut self.records[start..]);
        self.buckets.push(bucket);
        Ok(())
    }

    /// Writes what is held, the table and the footer, and gives the file its name.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub(crate) fn finish(mut self) -> Result<Output> {
        self.write_run()?;
        let mut tail = Vec::with_capacity(self.table.len() * super::ENTRY + super::FOOTER);
        for (bucket, first, records) in &self.table {
            tail.extend(bucket.to_le_bytes());
            tail.extend(first.to_le_bytes());
            tail.extend(records.to_le_bytes());
        }
        tail.extend((self.table.len() as u64).to_le_bytes());
        tail.extend(u32::try_from(R::WIDTH).unwrap_or(u32::MAX).to_le_bytes());
        tail.extend(MAGIC.to_le_bytes());
        self.write(&tail)?;
        self.file.finish(self.rows)
    }

    fn write_run(&mut self) -> Result<()> {
        let mut order: Vec<usize> = (0..self.buckets.len()).collect();
        order.sort_by_key(|&place| self.buckets[place]);
        let mut grouped = Vec::with_capacity(self.records.len());
        for &place in &order {
            let bucket = self.buckets[place];
            match self.table.last_mut() {
                Some((last, first, records)) if *last == bucket && *first >= self.written => *records += 1,
                _ => self.table.push((bucket, self.written + grouped.len() as u64, 1)),
            }
            grouped.extend_from_slice(&self.records[place * R::WIDTH..(place + 1) * R::WIDTH]);
        }
        self.write(&grouped)?;
        self.written += grouped.len() as u64;
        self.rows += order.len() as u64;
        self.records.clear();
        self.buckets.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(StageError::io("write", self.file.target()))
    }
}
