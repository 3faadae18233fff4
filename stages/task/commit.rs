//! The record that a finished task leaves.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::Layout;
use crate::dedup::Cluster;
use crate::error::{Result, StageError};
use crate::fate::{Fate, Outcome};
use crate::read::Integrity;

/// What a task did: proof of work, and the numbers that reports add up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Commit {
    /// Hash of the task's inputs and of the stages up to its own; equal key, equal outputs.
    pub key: String,
    /// Files written, relative to the run.
    pub outputs: Vec<Output>,
    /// What each stage did, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageCount>,
    /// What reading found of the input file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Integrity>,
    /// Kept documents of each language, where a later step needs to know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, u64>,
    /// Tokens of the kept documents of each class.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tokens: BTreeMap<String, u64>,
    /// The largest clusters that a step of deduplication found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
    /// Wall seconds.
    pub seconds: f64,
}

/// One file that a task wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Path relative to the run.
    pub path: String,
    /// Rows or records in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// xxh3-128 of its bytes, hexadecimal.
    pub checksum: String,
}

/// What one stage did with the documents of one task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageCount {
    /// The stage's id.
    pub stage: String,
    /// Documents that came in.
    pub documents_in: u64,
    /// Documents that went on.
    pub kept: u64,
    /// Documents that a rule took out, by rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejected: BTreeMap<String, u64>,
    /// Documents that could not be processed, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failed: BTreeMap<String, u64>,
    /// Compute seconds, summed over threads.
    pub seconds: f64,
}

impl StageCount {
    /// No documents yet.
    #[must_use]
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), ..Self::default() }
    }

    /// Counts one document that did not go on.
    pub fn count(&mut self, fate: &Fate) {
        let ended = match fate.outcome {
            Outcome::Failed => &mut self.failed,
            Outcome::Rejected | Outcome::Kept => &mut self.rejected,
        };
        *ended.entry(fate.rule.clone()).or_default() += 1;
    }

    /// Documents that a rule took out.
    #[must_use]
    pub fn n_rejected(&self) -> u64 {
        self.rejected.values().sum()
    }

    /// Documents that could not be processed.
    #[must_use]
    pub fn n_failed(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Adds another task's numbers of the same stage.
    pub fn add(&mut self, other: &Self) {
        self.documents_in += other.documents_in;
        self.kept += other.kept;
        self.seconds += other.seconds;
        for (rule, count) in &other.rejected {
            *self.rejected.entry(rule.clone()).or_default() += count;
        }
        for (kind, count) in &other.failed {
            *self.failed.entry(kind.clone()).or_default() += count;
        }
    }

    /// The promise of every pass: `in = kept + rejected + failed`.
    ///
    /// # Errors
    /// [`StageError::Internal`] when a document was lost or made up.
    pub fn check(&self, place: &str) -> Result<()> {
        if self.documents_in == self.kept + self.n_rejected() + self.n_failed() {
            return Ok(());
        }
        Err(StageError::Internal(format!(
            "{place}: stage {} took in {} documents and accounts for {} kept + {} rejected + {} failed",
            self.stage,
            self.documents_in,
            self.kept,
            self.n_rejected(),
            self.n_failed(),
        )))
    }
}

impl Commit {
    /// The commit of a task, if it is there, has this key, and all that it names is there in the size it names.
    #[must_use]
    pub fn find(layout: &Layout, task: &str, key: &str) -> Option<Self> {
        let commit: Self = serde_json::from_slice(&fs::read(layout.commit(task)).ok()?).ok()?;
        let whole = commit.key == key
            && commit
                .outputs
                .iter()
                .all(|output| fs::metadata(layout.path(&output.path)).is_ok_and(|file| file.len() == output.bytes));
        whole.then_some(commit)
    }

    /// The commit of a task of an earlier phase, which must be there.
    ///
    /// # Errors
    /// [`StageError`] when it is missing or damaged.
    pub fn read(layout: &Layout, task: &str) -> Result<Self> {
        let path = layout.commit(task);
        let json = fs::read(&path).map_err(StageError::io("read", &path))?;
        serde_json::from_slice(&json).map_err(StageError::table(&path))
    }

    /// Removes the commit of a task, if there is one: the task is not done from here on.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn remove(layout: &Layout, task: &str) -> Result<()> {
        let path = layout.commit(task);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StageError::io("remove", &path)(error)),
            _ => Ok(()),
        }
    }

    /// Writes the commit: the task is done from here on.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn write(&self, layout: &Layout, task: &str) -> Result<()> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| StageError::Internal(error.to_string()))?;
        layout.write_file(&layout.commit(task), &json)
    }

    /// The output under that folder.
    ///
    /// # Errors
    /// [`StageError::Internal`] when the task did not write one.
    pub fn output(&self, folder: &str) -> Result<&Output> {
        self.outputs
            .iter()
            .find(|output| output.path.starts_with(folder))
            .ok_or_else(|| StageError::Internal(format!("a commit names no output in {folder}")))
    }
}

/// The key of a task: a hash over everything that decides its outputs, in order.
#[must_use]
pub fn hash_of(parts: &[&str]) -> String {
    let mut hasher = Xxh3::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("{:032x}", hasher.digest128())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conservation_is_checked() {
        let mut count = StageCount { documents_in: 3, kept: 1, ..StageCount::new("filter") };
        count.count(&Fate::broke("filter", "length.words", 12.0, 50.0));
        assert!(count.check("a").is_err(), "one document is missing");
        count.count(&Fate::failed("filter", "panic", "no"));
        count.check("a").unwrap();
        let mut total = StageCount::new("filter");
        total.add(&count);
        total.add(&count);
        assert_eq!((total.documents_in, total.n_rejected(), total.n_failed()), (6, 2, 2));
    }

    #[test]
    fn a_key_depends_on_where_the_parts_end() {
        assert_ne!(hash_of(&["ab", "c"]), hash_of(&["a", "bc"]));
        assert_eq!(hash_of(&["ab", "c"]), hash_of(&["ab", "c"]));
    }
}
