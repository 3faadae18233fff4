//! Shards: the documents of one input file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hash_of;
use crate::error::{Result, StageError};

/// One input file and its place in the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its number: inputs are sorted by name, whatever order they were given in.
    pub number: u32,
    /// Its path relative to the input root, with `/`.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Changes when the file changes: size and time of modification.
    pub stamp: String,
    /// The stem of its output files: readable, unique, made of its name alone.
    pub stem: String,
}

impl Shard {
    /// The shards of these files. The input root is the deepest folder that holds them all.
    ///
    /// # Errors
    /// [`StageError::Io`] when a file cannot be looked at.
    pub fn from_files(files: &[PathBuf]) -> Result<Vec<Self>> {
        // Links are named as they are given: what they lead to may have a name that says nothing.
        let files = files
            .iter()
            .map(|file| std::path::absolute(file).map_err(StageError::io("open", file)))
            .collect::<Result<BTreeSet<_>>>()?;
        let root = common_folder(&files);
        let mut named: Vec<(String, PathBuf)> =
            files.into_iter().map(|path| (relative_name(&root, &path), path)).collect();
        named.sort();
        let mut shards = Vec::with_capacity(named.len());
        for (number, (name, path)) in (0..).zip(named) {
            let file = fs::metadata(&path).map_err(StageError::io("open", &path))?;
            let modified = file
                .modified()
                .ok()
                .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
                .map_or(0, |since| since.as_nanos());
            let stem = stem(&name);
            shards.push(Self {
                number,
                name,
                path,
                bytes: file.len(),
                stamp: format!("{}-{modified}", file.len()),
                stem,
            });
        }
        Ok(shards)
    }
}

fn common_folder(files: &BTreeSet<PathBuf>) -> PathBuf {
    let mut folders = files.iter().filter_map(|file| file.parent());
    let Some(first) = folders.next() else { return PathBuf::new() };
    let mut common = first.to_path_buf();
    for folder in folders {
        while !folder.starts_with(&common) {
            if !common.pop() {
                break;
            }
        }
    }
    common
}

fn relative_name(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// `a/b.warc.gz` becomes `b.warc.gz-1a2b3c4d5e6f7a8b`.
fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    let readable: String = file
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .take(80)
        .collect();
    format!("{readable}-{}", &hash_of(&[name])[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_sorted_and_independent_of_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for name in ["b/x.warc.gz", "a/x.warc.gz", "a/y z.warc"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
            files.push(path);
        }
        let shards = Shard::from_files(&files).unwrap();
        assert_eq!(
            shards.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["a/x.warc.gz", "a/y z.warc", "b/x.warc.gz"]
        );
        assert_eq!(shards.iter().map(|s| s.number).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(shards[1].stem.starts_with("y_z.warc-"));
        assert_ne!(shards[0].stem, shards[2].stem);
        files.reverse();
        files.push(files[0].clone());
        assert_eq!(Shard::from_files(&files).unwrap(), shards, "order and repeats change nothing");
    }

    #[test]
    fn one_file_is_named_by_its_file_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("only.warc");
        fs::write(&path, "").unwrap();
        assert_eq!(Shard::from_files(&[path]).unwrap()[0].name, "only.warc");
    }
}
