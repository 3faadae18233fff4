//! The run's own token distributions: folded from all shards, frozen, calibrated.

use std::fs;
use std::io::Write;
use std::sync::Arc;

use filters::tokens::{Reference, References, ReferencesError};

use super::TokenCounts;
use crate::error::{Result, StageError};
use crate::models::ModelStore;
use crate::plan::{Part, Phase, Run, Split};
use crate::task::{Commit, Layout, Workbench};

/// Where the references of a run stand in its folder: they outlive the run's work, since they explain its verdicts.
pub const PATH: &str = "references/tokens";

/// Adds up the token counts of all shards of a pass.
#[derive(Clone, Debug)]
pub struct FoldReferences {
    /// The pass that counted.
    pub pass: String,
    /// Hash of all that decides the counts, every input included.
    pub key: String,
}

impl Phase for FoldReferences {
    fn name(&self) -> String {
        "filter/references".into()
    }

    fn split(&self, _: &Run, _: &Workbench) -> Result<Split> {
        Ok(Split::Whole)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn work(&self, run: &Run, _: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let mut total = TokenCounts::default();
        for shard in &run.shards {
            bench.check()?;
            total.add(TokenCounts::read(&run.layout.path(&format!("work/{}/tokens/{}", self.pass, shard.stem)))?);
        }
        let mut references = References::default();
        for ((language, branch), place) in total.into_places() {
            let Some(reference) = Reference::new(place.totals.clone()) else { continue };
            references.insert(language, branch, reference.calibrated(place.sample().map(|(_, counts)| counts)));
        }
        let mut file = run.layout.create(PATH)?;
        file.write_all(&references.to_bytes()).map_err(StageError::io("write", file.target()))?;
        let rows = references.iter().count() as u64;
        Ok(Commit { outputs: vec![file.finish(rows)?], ..Commit::default() })
    }
}

/// The references of a run, whose documents are those that it filters.
///
/// # Errors
/// [`StageError`] when the file is gone or damaged.
pub fn load_references(layout: &Layout) -> Result<References> {
    let path = layout.path(PATH);
    let bytes = fs::read(&path).map_err(StageError::io("read", &path))?;
    let told = |error: ReferencesError| StageError::table(&path)(format!("{error}; run again into a new folder"));
    Ok(References::from_bytes(&bytes).map_err(told)?.of_counted())
}

/// The references of a file that a recipe names.
///
/// # Errors
/// [`StageError::Model`] when it is not there, of another version, or damaged.
pub fn named_references(name: &str, models: &ModelStore) -> Result<References> {
    References::from_bytes(&models.bytes(name)?).map_err(|error| StageError::Model {
        name: name.to_owned(),
        message: format!("{error} (`trommel train kl` makes such files)"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_references_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::default();
        for (bytes, expected) in [
            (&b"trmlkl01\x08\0\0\0eng_Latn"[..], "version 01"),
            (b"trmlkl02\x08\0\0\0eng_Latn", "damaged"),
            (b"PAR1", "no file of token references"),
            (b"", "no file of token references"),
        ] {
            let path = folder.path().join("tokens").display().to_string();
            fs::write(&path, bytes).unwrap();
            let message = named_references(&path, &store).unwrap_err().to_string();
            assert!(message.contains(expected) && message.contains(&path), "{message}");
        }
        let layout = Layout::new(folder.path());
        fs::create_dir(folder.path().join("references")).unwrap();
        fs::write(layout.path(PATH), b"trmlkl01").unwrap();
        let message = load_references(&layout).unwrap_err().to_string();
        assert!(message.contains("version 01") && message.contains("new folder"), "{message}");
    }
}
