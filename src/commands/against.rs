//! Earlier runs that a run is compared with: `[dedup] against` in a recipe, `--against` of `dedup`.

use std::path::Path;

use anyhow::Result;
use stages::dedup::{DocumentDedup, Level};
use stages::models::ModelStore;
use stages::plan::{Earlier, Plan, Run};
use stages::spec::StageSpec;

use super::Usage;
use super::saved::Saved;
use crate::recipe::Recipe;

/// The earlier runs of these folders, checked: their keys must be there, and made as this recipe makes its own.
///
/// # Errors
/// [`Usage`] that says which run cannot be compared with, and why.
pub(super) fn load(
    folders: &[String],
    recipe: &Recipe,
    models: &ModelStore,
    own_shards: usize,
) -> Result<Vec<Earlier>> {
    let mut found: Vec<Earlier> = Vec::new();
    let mut first = own_shards;
    for (number, folder) in folders.iter().enumerate() {
        let refuse = |why: &str| Usage(format!("{folder} cannot be deduplicated against: {why}"));
        let (layout, saved, old) = Saved::finished(Path::new(folder))?;
        if saved.version != env!("CARGO_PKG_VERSION") || saved.output_version != stages::OUTPUT_VERSION {
            return Err(refuse(&format!(
                "it was made by another version ({}, output {})",
                saved.version, saved.output_version
            ))
            .into());
        }
        for level in [Level::Url, Level::Exact, Level::Document] {
            let of = |recipe: &Recipe| recipe.stages.iter().find(|stage| stage.level() == Some(level)).cloned();
            match (of(recipe), of(&old)) {
                (Some(StageSpec::DedupDocument(ours)), Some(StageSpec::DedupDocument(theirs)))
                    if keys_of(&ours) != keys_of(&theirs)
                        || (recipe.latest && ours.threshold.to_bits() != theirs.threshold.to_bits()) =>
                {
                    return Err(refuse(&format!(
                        "its keys have other parameters\n  here:  {}\n  there: {}",
                        ours.minhash().s_curve(),
                        theirs.minhash().s_curve()
                    ))
                    .into());
                }
                (Some(_), None) => {
                    return Err(refuse(&format!("it has no {}, and so no keys for it", level.name())).into());
                }
                (None, Some(_)) if recipe.latest => {
                    let why = format!("it has {}, which is not done here: the latest cannot win then", level.name());
                    return Err(refuse(&why).into());
                }
                _ => {}
            }
        }
        let run = Run {
            layout,
            shards: saved.inputs,
            limit: saved.limit,
            seed: old.seed,
            earlier: Vec::new(),
            latest: false,
        };
        let plan = Plan::new(&old.stages, models, &run)?;
        let steps = plan.steps.iter().find(|steps| !steps.is_empty());
        let Some(steps) = steps else { return Err(refuse("it has no deduplication").into()) };
        let pass = steps[0].0.pass.clone();
        if !run.shards.iter().all(|shard| steps[0].0.keys(&run, shard).exists()) {
            return Err(refuse("it kept no keys\nhint: run it with --keep-work, and without --temp").into());
        }
        let levels = steps.iter().map(|(step, _)| step.level).filter(|level| level.removes_documents()).collect();
        let shards = run.shards.len();
        let begin = u32::try_from(first).unwrap_or(u32::MAX);
        found.push(Earlier::new(run.layout, pass, levels, run.shards, number, begin));
        first += shards;
    }
    Ok(found)
}

/// What decides the keys of near-duplicates.
fn keys_of(config: &DocumentDedup) -> DocumentDedup {
    DocumentDedup { threshold: 1.0, list_pairs: false, ..config.clone() }
}
