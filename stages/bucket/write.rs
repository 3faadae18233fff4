//! Writing a bucket file.

use std::io::Write;
use std::marker::PhantomData;

use super::{ENTRY, FOOTER, LISTS, MAGIC, Record};
use crate::error::{Result, StageError};
use crate::task::{Layout, Output, Partial};

/// Collects records by bucket and writes them grouped. Holds `budget` bytes; past it, a run is written and the next
/// one begins.
#[derive(Debug)]
pub struct BucketWriter<R> {
    file: Grouped,
    records: Vec<u8>,
    buckets: Vec<u32>,
    /// The records in order of their buckets, before they are written.
    sorted: Vec<u8>,
    /// Records that a run holds.
    most: usize,
    record: PhantomData<R>,
}

impl<R: Record> BucketWriter<R> {
    /// A writer of the file `relative` to the run.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn new(layout: &Layout, relative: &str, budget: usize) -> Result<Self> {
        // A record is held twice while its run is sorted, and its bucket once.
        let most = (budget / (2 * R::WIDTH + size_of::<u32>())).max(1);
        let file = Grouped::new(layout, relative, R::WIDTH)?;
        Ok(Self { file, records: Vec::new(), buckets: Vec::new(), sorted: Vec::new(), most, record: PhantomData })
    }

    /// Adds a record to a bucket.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn push(&mut self, bucket: u32, record: R) -> Result<()> {
        if self.buckets.len() == self.most {
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
    pub fn finish(mut self) -> Result<Output> {
        self.write_run()?;
        self.file.finish()
    }

    /// A counting sort by bucket: records of a bucket keep their order.
    fn write_run(&mut self) -> Result<()> {
        let Some(&last) = self.buckets.iter().max() else { return Ok(()) };
        let mut ends = vec![0_usize; last as usize + 2];
        for &bucket in &self.buckets {
            ends[bucket as usize + 1] += 1;
        }
        for bucket in 1..ends.len() {
            ends[bucket] += ends[bucket - 1];
        }
        self.sorted.clear();
        self.sorted.resize(self.records.len(), 0);
        for (record, &bucket) in self.records.chunks_exact(R::WIDTH).zip(&self.buckets) {
            let place = ends[bucket as usize] * R::WIDTH;
            self.sorted[place..place + R::WIDTH].copy_from_slice(record);
            ends[bucket as usize] += 1;
        }
        let mut start = 0;
        for (bucket, &end) in (0..=last).zip(&ends) {
            if start < end {
                let bytes = &self.sorted[start * R::WIDTH..end * R::WIDTH];
                self.file.write_group(bucket, bytes, (end - start) as u64)?;
                start = end;
            }
        }
        self.records.clear();
        self.buckets.clear();
        Ok(())
    }
}

/// The same for records that carry a list of numbers each, such as a document's shingles.
#[derive(Debug)]
pub struct ListWriter<R> {
    file: Grouped,
    bytes: Vec<u8>,
    /// Bucket, first byte and end of each item.
    items: Vec<(u32, usize, usize)>,
    budget: usize,
    record: PhantomData<R>,
}

impl<R: Record> ListWriter<R> {
    /// A writer of the file `relative` to the run.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn new(layout: &Layout, relative: &str, budget: usize) -> Result<Self> {
        let file = Grouped::new(layout, relative, R::WIDTH | LISTS)?;
        Ok(Self { file, bytes: Vec::new(), items: Vec::new(), budget, record: PhantomData })
    }

    /// Adds a record and its list to a bucket.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn push(&mut self, bucket: u32, record: R, list: &[u64]) -> Result<()> {
        let size = R::WIDTH + size_of::<u32>() + size_of_val(list);
        if !self.items.is_empty() && self.bytes.len() + size > self.budget {
            self.write_run()?;
        }
        let start = self.bytes.len();
        self.bytes.resize(start + R::WIDTH, 0);
        record.write(&mut self.bytes[start..]);
        let length =
            u32::try_from(list.len()).map_err(|_| StageError::Internal(format!("a list of {} numbers", list.len())))?;
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(list.iter().flat_map(|number| number.to_le_bytes()));
        self.items.push((bucket, start, self.bytes.len()));
        Ok(())
    }

    /// Writes what is held, the table and the footer, and gives the file its name.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn finish(mut self) -> Result<Output> {
        self.write_run()?;
        self.file.finish()
    }

    fn write_run(&mut self) -> Result<()> {
        self.items.sort_by_key(|(bucket, ..)| *bucket);
        for group in self.items.chunk_by(|a, b| a.0 == b.0) {
            self.file.begin(group[0].0);
            for &(_, start, end) in group {
                self.file.write(&self.bytes[start..end], 1)?;
            }
        }
        self.items.clear();
        self.bytes.clear();
        Ok(())
    }
}

/// The file itself: groups, table, footer.
#[derive(Debug)]
struct Grouped {
    file: Partial,
    width: usize,
    /// Bucket, first byte, bytes, records of each group.
    table: Vec<(u32, u64, u64, u64)>,
    written: u64,
}

impl Grouped {
    fn new(layout: &Layout, relative: &str, width: usize) -> Result<Self> {
        Ok(Self { file: layout.create(relative)?, width, table: Vec::new(), written: 0 })
    }

    fn begin(&mut self, bucket: u32) {
        self.table.push((bucket, self.written, 0, 0));
    }

    fn write(&mut self, bytes: &[u8], records: u64) -> Result<()> {
        self.file.write_all(bytes).map_err(StageError::io("write", self.file.target()))?;
        self.written += bytes.len() as u64;
        if let Some((_, _, size, count)) = self.table.last_mut() {
            *size += bytes.len() as u64;
            *count += records;
        }
        Ok(())
    }

    fn write_group(&mut self, bucket: u32, bytes: &[u8], records: u64) -> Result<()> {
        self.begin(bucket);
        self.write(bytes, records)
    }

    fn finish(mut self) -> Result<Output> {
        let mut tail = Vec::with_capacity(self.table.len() * ENTRY + FOOTER);
        let mut rows = 0;
        for (bucket, first, bytes, records) in &self.table {
            tail.extend(bucket.to_le_bytes());
            for field in [first, bytes, records] {
                tail.extend(field.to_le_bytes());
            }
            rows += records;
        }
        tail.extend((self.table.len() as u64).to_le_bytes());
        tail.extend(u32::try_from(self.width).unwrap_or(u32::MAX).to_le_bytes());
        tail.extend(MAGIC.to_le_bytes());
        self.file.write_all(&tail).map_err(StageError::io("write", self.file.target()))?;
        self.file.finish(rows)
    }
}
