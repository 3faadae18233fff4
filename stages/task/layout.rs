//! Where the files of a run are.
//!
//! ```text
//! OUT/run.json                       recipe, versions, inputs, counts
//! OUT/documents/SHARD.parquet        kept documents, one file an input
//! OUT/rejected/PASS-SHARD.parquet    with fate and text
//! OUT/failed/PASS-SHARD.parquet      where, why, bytes lost
//! OUT/ledger/PASS-SHARD.parquet      one row an input record, kept or not
//! OUT/dedup/LEVEL-SHARD.parquet      one row a document that deduplication removed: for which, how similar
//! OUT/lines/SHARD.parquet            one row a line that deduplication cut, with its count and text
//! OUT/superseded/N~SHARD.parquet     what must go in earlier runs, or come back there, where later ones win
//! OUT/mixes/NAME/*.parquet           what the trainer reads
//! OUT/references/tokens              token distributions that the run was filtered by
//! OUT/commits/TASK.json              what is done
//! OUT/work/                          between passes, or in a folder below --temp; removed at the end
//! ```

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::{Output, hash_of};
use crate::error::{Result, StageError};

/// The folder of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    root: PathBuf,
    /// Where `work/` is, if not in the run's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work: Option<PathBuf>,
}

impl Layout {
    /// The run in that folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), work: None }
    }

    /// The same with `work/` in a folder of this run's own below `temp`: what goes between passes and what spills.
    ///
    /// # Errors
    /// [`StageError::Io`] when the run's folder has no absolute path.
    pub fn with_temp(mut self, temp: &Path) -> Result<Self> {
        let root = std::path::absolute(&self.root).map_err(StageError::io("find", &self.root))?;
        self.work = Some(temp.join(format!("trommel-{}", &hash_of(&[&root.to_string_lossy()])[..16])));
        Ok(self)
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
        self.work.clone().unwrap_or_else(|| self.root.join("work"))
    }

    /// Removes what goes between passes.
    ///
    /// # Errors
    /// [`StageError::Io`] when a file cannot be removed.
    pub fn remove_work(&self) -> Result<()> {
        for folder in [self.work(), self.root.join("work")] {
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(StageError::io("remove", &folder))?;
            }
        }
        Ok(())
    }

    /// What the run is and did.
    #[must_use]
    pub fn run_json(&self) -> PathBuf {
        self.root.join("run.json")
    }

    /// The whole path of a file named relative to the run.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        match relative.strip_prefix("work/") {
            Some(rest) => self.work().join(rest),
            None => self.root.join(relative),
        }
    }

    /// Opens a file that will appear under `relative` only when it is whole.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn create(&self, relative: &str) -> Result<Partial> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // On the disk of the file's last place: a rename does not leave its disk.
        let folder =
            if relative.starts_with("work/") { self.path("work/partial") } else { self.root.join("work/partial") };
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
            target: self.path(relative),
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
        let folder = self.path(folder);
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
    fn work_can_be_on_another_disk() {
        let (folder, temp) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let layout = Layout::new(folder.path()).with_temp(temp.path()).unwrap();
        for (name, place) in [("work/keys/a", temp.path()), ("documents/a", folder.path())] {
            layout.create(name).unwrap().finish(0).unwrap();
            assert!(layout.path(name).starts_with(place) && layout.path(name).exists(), "{name}");
        }
        assert_eq!(layout.files("work/keys").unwrap(), [layout.path("work/keys/a")]);
        let other = Layout::new(folder.path().join("other")).with_temp(temp.path()).unwrap();
        assert_ne!(other.work(), layout.work(), "two runs may share the folder");
        layout.remove_work().unwrap();
        assert!(!layout.path("work/keys/a").exists() && layout.path("documents/a").exists());
    }

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
