//! What a run saves of itself: `run.json`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stages::forget::{is_open, recover};
use stages::task::{Layout, Shard};

use super::Usage;
use crate::recipe::Recipe;
use crate::report::Summary;

/// Everything that is needed to repeat a run and to check it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    /// The program's version.
    pub version: String,
    /// The version of what the stages put out.
    #[serde(default)]
    pub output_version: u32,
    /// The recipe with every default filled in.
    pub recipe: Value,
    /// SHA-256 of each model and list, by its name in the recipe.
    pub resources: std::collections::BTreeMap<String, String>,
    /// The input files.
    pub inputs: Vec<Shard>,
    /// `--limit`, if it was given.
    pub limit: Option<u64>,
    /// What came out, once the run is finished.
    pub summary: Option<Summary>,
    /// Wall seconds of the try that finished it.
    pub seconds: Option<f64>,
}

impl Saved {
    /// What the run in that folder saved; `None` where there is no run.
    pub(super) fn read(layout: &Layout) -> Result<Option<Self>> {
        if is_open(layout) {
            let _lock = super::run::lock(layout)?;
            recover(layout)?;
            eprintln!("an interrupted change of {} was brought to its end", layout.root().display());
        }
        let path = layout.run_json();
        match std::fs::read(&path) {
            Ok(json) => Ok(Some(
                serde_json::from_slice(&json).with_context(|| format!("{} is not of this version", path.display()))?,
            )),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
        }
    }

    /// A finished run.
    pub(super) fn finished(folder: &Path) -> Result<(Layout, Self, Recipe)> {
        let layout = Layout::new(folder);
        let Some(saved) = Self::read(&layout)? else {
            return Err(Usage(format!("{} is not the folder of a run: it has no run.json", folder.display())).into());
        };
        if saved.summary.is_none() {
            return Err(Usage(format!(
                "the run in {} is not finished\nhint: the command that began it resumes it",
                folder.display()
            ))
            .into());
        }
        let recipe = Recipe::from_json(&saved.recipe).context("run.json holds no recipe of this version")?;
        Ok((layout, saved, recipe))
    }

    pub(super) fn write(&self, layout: &Layout) -> Result<()> {
        Ok(layout.write_file(&layout.run_json(), &serde_json::to_vec_pretty(self)?)?)
    }
}
