//! Where the files of a run are.
//!
//! ```text
//! OUT/run.json                       recipe, versions, inputs, counts
//! OUT/documents/SHARD.parquet        kept documents, one file an input
//! OUT/rejected/PASS-SHARD.parquet    with fate and text
//! OUT/failed/PASS-SHARD.parquet      where, why, bytes lost
//! OUT/ledger/PASS-SHARD.parquet      one row an input record, kept or not
//! OUT/dedup/LEVEL-SHARD.parquet      one row a document that deduplication removed: for which, how similar
//! OUT/mixes/NAME/*.parquet           what the trainer reads
//! OUT/references/tokens              token distributions that the run was filtered by
//! OUT/commits/TASK.json              what is done
//! OUT/work/                          between passes; removed at the end
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::Output;
use crate::error::{Result, StageError};

/// The folder of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The run in that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit of a task; `task` is `pass/shard` or `step/bucket`.
    #[must_use]
    pub fn commit(&self, task: &str) -> PathBuf {
        self.root.join("commits").join(format!("{task}.json"))
    }

    /// What goes between passes.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    /// What the run is and did.
    #[must_use]
    pub fn run_json(&self) -> PathBuf {
        self.root.join("run.json")
    }

    /// The whole path of a file named relative to the run.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Opens a file that will appear under `relative` only when it is whole.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn create(&self, relative: &str) -> Result<Partial> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = self.work().join("partial");
        fs::create_dir_all(&folder).map_err(StageError::io("create", &folder))?;
        // The process id keeps two processes at the same task apart; a killed one's leftovers go with `work`.
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = folder.join(name);
        let file = File::create(&path).map_err(StageError::io("create", &path))?;
        Ok(Partial {
            writer: BufWriter::with_capacity(1 << 16, file),
            hash: Xxh3::new(),
            bytes: 0,
            path,
            target: self.root.join(relative),
            relative: relative.to_owned(),
            done: false,
        })
    }

    /// Writes a small file whole or not at all.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned();
        let mut partial = self.create(&relative)?;
        partial.write_all(bytes).map_err(StageError::io("write", path))?;
        partial.finish(0).map(drop)
    }

    /// Files of a folder of the run, sorted by name; none if there is no such folder.
    ///
    /// # Errors
    /// [`StageError::Io`] when the folder cannot be read.
    pub fn files(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let folder = self.root.join(folder);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StageError::io("list", &folder)(error)),
        };
        let mut files = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<Vec<_>>>()
            .map_err(StageError::io("list", &folder))?;
        files.retain(|path| path.is_file());
        files.sort();
        Ok(files)
    }
}

/// A file that is being written: it gets its name when it is finished, and is gone if it is dropped before.
pub struct Partial {
    writer: BufWriter<File>,
    hash: Xxh3,
    bytes: u64,
    path: PathBuf,
    target: PathBuf,
    relative: String,
    done: bool,
}

impl Partial {
    /// The name that it will get.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn finish(mut self, rows: u64) -> Result<Output> {
        self.writer.flush().map_err(StageError::io("write", &self.target))?;
        if let Some(folder) = self.target.parent() {
            fs::create_dir_all(folder).map_err(StageError::io("create", folder))?;
        }
        fs::rename(&self.path, &self.target).map_err(StageError::io("rename to", &self.target))?;
        self.done = true;
        let checksum = format!("{:032x}", self.hash.digest128());
        Ok(Output { path: self.relative.clone(), rows, bytes: self.bytes, checksum })
    }
}

impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial").field("target", &self.target).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Write for Partial {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let mut partial = layout.create("documents/a.parquet").unwrap();
        partial.write_all(b"half").unwrap();
        drop(partial);
        assert!(!layout.path("documents/a.parquet").exists());
        assert!(layout.files("work/partial").unwrap().is_empty(), "nothing is left of it");

        let mut partial = layout.create("documents/a.parquet").unwrap();
        partial.write_all(b"whole").unwrap();
        let output = partial.finish(1).unwrap();
        assert_eq!((output.bytes, output.checksum), (5, format!("{:032x}", xxhash_rust::xxh3::xxh3_128(b"whole"))));
        assert_eq!(fs::read(layout.path("documents/a.parquet")).unwrap(), b"whole");
    }
}
