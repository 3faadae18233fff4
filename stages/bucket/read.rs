//! Reading one bucket of many files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{ENTRY, FOOTER, LISTS, MAGIC, Record};
use crate::error::{Result, StageError};

/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// Every record of the bucket, sorted.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when a file is gone or damaged.
pub fn read_bucket<R: Record>(files: &[PathBuf], bucket: u32) -> Result<Vec<R>> {
    let mut records = Vec::new();
    for path in files {
        each(path, |found| found == bucket, |record| records.push(record))?;
    }
    records.sort_unstable();
    Ok(records)
}

/// Bytes of a bucket's records.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when a file is gone or damaged.
pub fn bucket_bytes<R: Record>(files: &[PathBuf], bucket: u32) -> Result<u64> {
    let mut bytes = 0;
    for path in files {
        bytes += open(path, R::WIDTH, |found| found == bucket)?.1.iter().map(|group| group.bytes).sum::<u64>();
    }
    Ok(bytes)
}

/// Calls `visit` with every record of the bucket, in the order of the files: holds a mebibyte, however large it is.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when a file is gone or damaged; the visitor's first error.
pub fn each_of_bucket<R: Record>(files: &[PathBuf], bucket: u32, mut visit: impl FnMut(R) -> Result<()>) -> Result<()> {
    let mut failure = Ok(());
    for path in files {
        each(
            path,
            |found| found == bucket,
            |record| {
                if failure.is_ok() {
                    failure = visit(record);
                }
            },
        )?;
        if failure.is_err() {
            break;
        }
    }
    failure
}

/// Every record of one file, whatever its bucket, sorted.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when the file is gone or damaged.
pub fn read_buckets<R: Record>(file: &Path) -> Result<Vec<R>> {
    let mut records = Vec::new();
    each_record(file, |record| records.push(record))?;
    records.sort_unstable();
    Ok(records)
}

/// Calls `visit` with every record of one file, whatever its bucket, as they stand there: holds a mebibyte.
///
/// # Errors
/// [`StageError::Io`] or [`StageError::Table`] when the file is gone or damaged.
pub fn each_record<R: Record>(file: &Path, visit: impl FnMut(R)) -> Result<()> {
    each(file, |_| true, visit)
}

fn each<R: Record>(path: &Path, wanted: impl Fn(u32) -> bool, mut visit: impl FnMut(R)) -> Result<()> {
    let (mut file, groups) = open(path, R::WIDTH, wanted)?;
    let mut bytes = Vec::new();
    for group in groups {
        let mut left = group.bytes;
        file.seek(SeekFrom::Start(group.first)).map_err(StageError::io("read", path))?;
        while left > 0 {
            // At least one record, and whole ones.
            let most = (CHUNK / R::WIDTH).max(1) * R::WIDTH;
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(most);
            bytes.resize(size, 0);
            file.read_exact(&mut bytes).map_err(StageError::io("read", path))?;
            bytes.chunks_exact(R::WIDTH).map(R::read).for_each(&mut visit);
            left -= size as u64;
        }
    }
    Ok(())
}

/// Records that carry a list of numbers each: those of one bucket of many files, sorted by record.
///
/// The lists are in memory where they fit, and otherwise stay in the files and are read one by one.
#[derive(Debug)]
pub struct Lists<R> {
    records: Vec<R>,
    places: Vec<Place>,
    /// All lists, one after the other; none when they are read from the files.
    numbers: Option<Vec<u64>>,
    files: Vec<(PathBuf, File)>,
}

/// Where a list is: in which file, at which byte (or at which of the numbers in memory), and how long it is.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u32,
    first: u64,
    length: u32,
}

impl<R: Record> Lists<R> {
    /// Opens the bucket; holds the lists when they take at most `budget` bytes.
    ///
    /// # Errors
    /// [`StageError::Io`] or [`StageError::Table`] when a file is gone or damaged.
    pub fn open(paths: &[PathBuf], bucket: u32, budget: u64) -> Result<Self> {
        let mut opened = Vec::new();
        let mut total = 0;
        for path in paths {
            let (file, groups) = open(path, R::WIDTH | LISTS, |found| found == bucket)?;
            total += groups.iter().map(|group| group.bytes).sum::<u64>();
            if !groups.is_empty() {
                opened.push((path.clone(), file, groups));
            }
        }
        let mut numbers = (total <= budget).then(Vec::new);
        let (mut items, mut files) = (Vec::new(), Vec::new());
        for (number, (path, mut file, groups)) in (0..).zip(opened) {
            for group in groups {
                file.seek(SeekFrom::Start(group.first)).map_err(StageError::io("read", &path))?;
                let reader = io::BufReader::with_capacity(CHUNK, &mut file);
                scan(reader, group, number, numbers.as_mut(), &mut items).map_err(StageError::io("read", &path))?;
            }
            files.push((path, file));
        }
        if numbers.is_some() {
            files.clear();
        }
        items.sort_unstable_by_key(|(record, _): &(R, Place)| *record);
        let (records, places) = items.into_iter().unzip();
        Ok(Self { records, places, numbers, files })
    }

    /// The records, sorted.
    #[must_use]
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// Puts the list of the record at `index` into `list`, which is cleared first.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn get(&mut self, index: usize, list: &mut Vec<u64>) -> Result<()> {
        let Place { file, first, length } = self.places[index];
        list.clear();
        if let Some(numbers) = &self.numbers {
            let first = usize::try_from(first).unwrap_or(usize::MAX);
            list.extend_from_slice(&numbers[first..first + length as usize]);
            return Ok(());
        }
        let (path, file) = &mut self.files[file as usize];
        let mut bytes = vec![0; length as usize * size_of::<u64>()];
        file.seek(SeekFrom::Start(first))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(StageError::io("read", &*path))?;
        list.extend(bytes.chunks_exact(size_of::<u64>()).map(|number| u64_at(number, 0)));
        Ok(())
    }
}

/// Reads the items of one group: the records, and the lists where they are held.
fn scan<R: Record>(
    mut reader: impl Read + Seek,
    group: Group,
    file: u32,
    mut numbers: Option<&mut Vec<u64>>,
    items: &mut Vec<(R, Place)>,
) -> io::Result<()> {
    let (mut at, mut bytes) = (group.first, Vec::new());
    for _ in 0..group.records {
        bytes.resize(R::WIDTH + size_of::<u32>(), 0);
        reader.read_exact(&mut bytes)?;
        at += bytes.len() as u64;
        let (record, length) = (R::read(&bytes[..R::WIDTH]), u32_at(&bytes, R::WIDTH));
        let size = u64::from(length) * size_of::<u64>() as u64;
        let first = if let Some(numbers) = &mut numbers {
            bytes.resize(length as usize * size_of::<u64>(), 0);
            reader.read_exact(&mut bytes)?;
            let first = numbers.len() as u64;
            numbers.extend(bytes.chunks_exact(size_of::<u64>()).map(|number| u64_at(number, 0)));
            first
        } else {
            reader.seek_relative(i64::try_from(size).unwrap_or(i64::MAX))?;
            at
        };
        at += size;
        items.push((record, Place { file, first, length }));
    }
    Ok(())
}

/// One group of a file: records of one bucket that stand together.
#[derive(Clone, Copy, Debug)]
struct Group {
    first: u64,
    bytes: u64,
    records: u64,
}

/// Opens a file and finds its wanted groups.
fn open(path: &Path, width: usize, wanted: impl Fn(u32) -> bool) -> Result<(File, Vec<Group>)> {
    let mut file = File::open(path).map_err(StageError::io("open", path))?;
    let length = file.metadata().map_err(StageError::io("read", path))?.len();
    let groups = table(&mut file, length, width, wanted).map_err(StageError::io("read", path))?;
    let damaged = || StageError::table(path)("not a whole bucket file of this record");
    let groups = groups.ok_or_else(damaged)?;
    let whole = groups.iter().all(|group| {
        let fits = group.first.checked_add(group.bytes).is_some_and(|end| end <= length);
        fits && (width & LISTS != 0 || group.bytes.is_multiple_of(width as u64))
    });
    if whole { Ok((file, groups)) } else { Err(damaged()) }
}

/// The wanted groups; `None` when the footer is not ours.
fn table(
    file: &mut File,
    length: u64,
    expected: usize,
    wanted: impl Fn(u32) -> bool,
) -> io::Result<Option<Vec<Group>>> {
    if length < FOOTER as u64 {
        return Ok(None);
    }
    let mut footer = [0; FOOTER];
    file.seek(SeekFrom::Start(length - FOOTER as u64))?;
    file.read_exact(&mut footer)?;
    let (entries, width, magic) = (u64_at(&footer, 0), u32_at(&footer, 8), u32_at(&footer, 12));
    let size = entries.saturating_mul(ENTRY as u64);
    if magic != MAGIC || width as usize != expected || size > length - FOOTER as u64 {
        return Ok(None);
    }
    let mut table = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    file.seek(SeekFrom::Start(length - FOOTER as u64 - size))?;
    file.read_exact(&mut table)?;
    let groups = table.chunks_exact(ENTRY).filter(|entry| wanted(u32_at(entry, 0)));
    let group = |entry: &[u8]| Group { first: u64_at(entry, 4), bytes: u64_at(entry, 12), records: u64_at(entry, 20) };
    Ok(Some(groups.map(group).collect()))
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
