//! Many files of a finished run, replaced together: all of them, or none.
//!
//! New files are written aside. When they are whole, a journal that names them is committed by rename: from then on the
//! change is made, whatever happens; before, nothing has changed. Whoever opens the run next brings an interrupted one to
//! its end ([`recover`]): moving a file twice is harmless.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Result, StageError};
use crate::task::{Layout, Output};

/// The folder of what is under way.
const FOLDER: &str = "forget";
const JOURNAL: &str = "forget/journal.json";

/// What is decided and may not all be done yet.
#[derive(Debug, Serialize, Deserialize)]
struct Journal {
    /// The run, as it was opened: what goes between passes may lie elsewhere.
    layout: Layout,
    /// Files that take their place.
    files: Vec<String>,
    /// Files and folders that go.
    gone: Vec<String>,
}

/// A change of a finished run on its way.
#[derive(Debug)]
pub(super) struct Change<'a> {
    layout: &'a Layout,
    outputs: Vec<Output>,
    gone: Vec<String>,
}

impl<'a> Change<'a> {
    /// Begins one. The run's folder must be locked.
    pub(super) fn begin(layout: &'a Layout) -> Result<Self> {
        recover(layout)?;
        // Before anything is half written: it is how the next one knows that there was a change.
        let folder = layout.path(FOLDER);
        fs::create_dir_all(&folder).map_err(StageError::io("create", &folder))?;
        Ok(Self { layout, outputs: Vec::new(), gone: Vec::new() })
    }

    /// Where the new form of a file is written, relative to the run: on the same disk.
    pub(super) fn aside(relative: &str) -> String {
        match relative.strip_prefix("work/") {
            Some(rest) => format!("work/{FOLDER}/{rest}"),
            None => format!("{FOLDER}/{relative}"),
        }
    }

    /// A file that was written aside for `relative`.
    pub(super) fn replace(&mut self, relative: &str, written: Output) {
        self.outputs.push(Output { path: relative.to_owned(), ..written });
    }

    /// A small file, written aside.
    pub(super) fn write(&mut self, relative: &str, bytes: &[u8]) -> Result<()> {
        use std::io::Write as _;
        let aside = Self::aside(relative);
        let mut file = self.layout.create(&aside)?;
        file.write_all(bytes).map_err(StageError::io("write", self.layout.path(&aside)))?;
        let written = file.finish(0)?;
        self.replace(relative, written);
        Ok(())
    }

    /// A file or folder that is not to stay.
    pub(super) fn remove(&mut self, relative: String) {
        self.gone.push(relative);
    }

    /// The new files so far.
    pub(super) fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Makes the change.
    pub(super) fn commit(self) -> Result<()> {
        let files = self.outputs.into_iter().map(|output| output.path).collect();
        let journal = Journal { layout: self.layout.clone(), files, gone: self.gone };
        let json = serde_json::to_vec(&journal).map_err(|error| StageError::Internal(error.to_string()))?;
        self.layout.write_file(&self.layout.path(JOURNAL), &json)?;
        finish(self.layout, &journal)
    }
}

/// Whether a change was begun in that folder and not ended.
#[must_use]
pub fn is_open(layout: &Layout) -> bool {
    layout.path(FOLDER).exists()
}

/// Ends a change that was interrupted: it is made if it had been decided, and otherwise leaves nothing. The run's folder
/// must be locked.
///
/// # Errors
/// [`StageError`] when the storage fails.
pub fn recover(layout: &Layout) -> Result<()> {
    let path = layout.path(JOURNAL);
    match fs::read(&path) {
        Ok(json) => {
            let journal: Journal = serde_json::from_slice(&json).map_err(StageError::table(&path))?;
            finish(layout, &journal)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => clean(layout, layout),
        Err(error) => Err(StageError::io("read", &path)(error)),
    }
}

fn finish(layout: &Layout, journal: &Journal) -> Result<()> {
    for file in &journal.files {
        let (aside, target) = (journal.layout.path(&Change::aside(file)), journal.layout.path(file));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(StageError::io("create", folder))?;
        }
        match fs::rename(&aside, &target) {
            // It has its name already.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            renamed => renamed.map_err(StageError::io("rename to", &target))?,
        }
    }
    for gone in &journal.gone {
        remove(&journal.layout.path(gone))?;
    }
    // Without its journal the folder is one of a change that was not decided.
    remove(&layout.path(JOURNAL))?;
    clean(layout, &journal.layout)
}

/// Removes what was written aside, and what was half written.
fn clean(layout: &Layout, opened: &Layout) -> Result<()> {
    for half in [layout.root().join("work/partial"), opened.path("work/partial"), opened.path(&Change::aside("work/"))]
    {
        remove(&half)?;
    }
    remove(&layout.path(FOLDER))?;
    // A finished run that kept nothing between its passes has no such folder; one that did keeps it.
    let _ = fs::remove_dir(layout.root().join("work"));
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StageError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        for name in ["documents/a", "documents/b", "work/keys/a", "work/other/a"] {
            layout.write_file(&layout.path(name), b"old").unwrap();
        }
        let read = |name: &str| fs::read_to_string(layout.path(name)).ok();
        let all = || ["documents/a", "documents/b", "work/keys/a", "work/other/a"].map(read);
        let old = || Some("old".to_owned());
        let begin = || {
            let mut change = Change::begin(&layout).unwrap();
            for name in ["documents/a", "work/keys/a"] {
                change.write(name, b"new").unwrap();
            }
            change.remove("work/other".into());
            change
        };
        // Stopped before it was decided.
        drop(begin());
        assert!(is_open(&layout));
        recover(&layout).unwrap();
        assert_eq!(all(), [old(), old(), old(), old()]);
        assert!(!is_open(&layout));

        // Stopped after it was decided, with one of the files moved.
        let change = begin();
        let files = change.outputs().iter().map(|output| output.path.clone()).collect();
        let journal = Journal { layout: layout.clone(), files, gone: change.gone.clone() };
        layout.write_file(&layout.path(JOURNAL), &serde_json::to_vec(&journal).unwrap()).unwrap();
        fs::rename(layout.path("forget/documents/a"), layout.path("documents/a")).unwrap();
        drop(change);
        recover(&layout).unwrap();
        let new = || Some("new".to_owned());
        assert_eq!(all(), [new(), old(), new(), None]);
        assert!(!is_open(&layout));
        recover(&layout).unwrap();
    }
}
