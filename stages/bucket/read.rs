//! Reading one bucket of many files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{ENTRY, FOOTER, MAGIC, Record};
use crate::error::{Result, StageError};

/// Every record of the bucket, sorted.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when a file is gone or damaged.
pub(crate) fn read_bucket<R: Record>(files: &[PathBuf], bucket: u32) -> Result<Vec<R>> {
    let mut records = Vec::new();
    for path in files {
        read_into(path, |found| found == bucket, &mut records)?;
    }
    records.sort_unstable();
    Ok(records)
}

/// Every record of one file, whatever its bucket, sorted.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when the file is gone or damaged.
pub(crate) fn read_buckets<R: Record>(file: &Path) -> Result<Vec<R>> {
    let mut records = Vec::new();
    read_into(file, |_| true, &mut records)?;
    records.sort_unstable();
    Ok(records)
}

fn read_into<R: Record>(path: &Path, wanted: impl Fn(u32) -> bool, records: &mut Vec<R>) -> Result<()> {
    let read = |error| StageError::io("read", path)(error);
    let mut file = File::open(path).map_err(StageError::io("open", path))?;
    let length = file.metadata().map_err(read)?.len();
    let damaged = || StageError::table(path)("not a whole bucket file of this record");
    let mut bytes = Vec::new();
    for (first, count) in table::<R>(&mut file, length, &wanted).map_err(read)?.ok_or_else(damaged)? {
        let width = R::WIDTH as u64;
        let size = count.checked_mul(width).filter(|size| first.checked_add(*size).is_some_and(|end| end <= length));
        let size = usize::try_from(size.ok_or_else(damaged)?).map_err(|_| damaged())?;
        bytes.resize(size, 0);
        file.seek(SeekFrom::Start(first)).map_err(read)?;
        file.read_exact(&mut bytes).map_err(read)?;
        records.extend(bytes.chunks_exact(R::WIDTH).map(R::read));
    }
    Ok(())
}

/// First byte and number of records of each wanted group; `None` when the footer is not ours.
fn table<R: Record>(file: &mut File, length: u64, wanted: impl Fn(u32) -> bool) -> io::Result<Option<Vec<(u64, u64)>>> {
    if length < FOOTER as u64 {
        return Ok(None);
    }
    let mut footer = [0; FOOTER];
    file.seek(SeekFrom::Start(length - FOOTER as u64))?;
    file.read_exact(&mut footer)?;
    let (entries, width, magic) = (u64_at(&footer, 0), u32_at(&footer, 8), u32_at(&footer, 12));
    let size = entries.saturating_mul(ENTRY as u64);
    if magic != MAGIC || width as usize != R::WIDTH || size > length - FOOTER as u64 {
        return Ok(None);
    }
    let mut table = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    file.seek(SeekFrom::Start(length - FOOTER as u64 - size))?;
    file.read_exact(&mut table)?;
    let groups = table.chunks_exact(ENTRY).filter(|entry| wanted(u32_at(entry, 0)));
    Ok(Some(groups.map(|entry| (u64_at(entry, 4), u64_at(entry, 12))).collect()))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut field = [0; 4];
    field.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(field)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut field = [0; 8];
    field.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(field)
}
