//! The stages of a pass, built: models loaded, decisions of global steps read.

use super::PassSpec;
use crate::dedup::{CutLines, Keys, KeysSpec, Level, Removals};
use crate::error::{Result, StageError};
use crate::filter::{Filters, load_references};
use crate::forget::{Forget, Forgotten};
use crate::plan::Run;
use crate::schema::{self, Column};
use crate::spec::StageSpec;
use crate::stage::DocumentStage;
use crate::task::{Layout, Shard, StageCount, Workbench};
use crate::write::Rejected;

/// The stages that the documents of one shard go through in a pass.
pub(super) struct Chain {
    stages: Vec<Box<dyn DocumentStage>>,
    columns: Vec<&'static Column>,
    rejected_columns: Vec<&'static Column>,
    has_keys: bool,
    counts_tokens: bool,
    is_last: bool,
}

/// A per-document stage from its recipe entry, for a pass or for `trommel stage`.
///
/// # Errors
/// [`StageError::Model`] when a model cannot be loaded, [`StageError::Recipe`] for a stage that needs all documents.
pub fn build(spec: &StageSpec, bench: &Workbench) -> Result<Box<dyn DocumentStage>> {
    spec.build(&bench.models)?.ok_or_else(|| StageError::Recipe(format!("{} needs all documents at once", spec.id())))
}

/// The stages of a pass, from its recipe entries.
fn build_all(
    spec: &PassSpec,
    layout: &Layout,
    bench: &Workbench,
    stages: &mut Vec<Box<dyn DocumentStage>>,
) -> Result<()> {
    for stage in &spec.stages {
        match stage {
            StageSpec::Filter(config) if spec.references => {
                let references = load_references(layout)?;
                stages.push(Box::new(Filters::new(config, &bench.models, Some(references))?));
            }
            stage => stages.push(build(stage, bench)?),
        }
        if matches!(stage, StageSpec::Read(_)) {
            let forgotten = Forgotten::load(layout)?;
            if !forgotten.is_empty() {
                stages.push(Box::new(Forget::new(forgotten)));
            }
        }
    }
    Ok(())
}

/// What is kept of rejected documents.
fn rejected_columns(spec: &PassSpec) -> Vec<&'static Column> {
    let mut columns = schema::rejected();
    if spec.rejected == Rejected::Ledger {
        columns.retain(|column| !["text", "blocks"].contains(&column.name));
    }
    columns
}

impl Chain {
    /// The chain of a pass for one shard.
    pub(super) fn new(spec: &PassSpec, run: &Run, shard: &Shard, bench: &Workbench) -> Result<Self> {
        let mut stages: Vec<Box<dyn DocumentStage>> = Vec::new();
        if !spec.removals.is_empty() {
            let levels: Vec<Level> = spec.removals.iter().map(|step| step.level).collect();
            stages.push(Box::new(Removals::load(run, shard, &levels)?));
        }
        if let Some((step, config)) = &spec.cut_lines {
            stages.push(Box::new(CutLines::load(run, shard, step, config)?));
        }
        build_all(spec, &run.layout, bench, &mut stages)?;
        let has_keys = spec.keys != KeysSpec::default();
        if has_keys {
            stages.push(Box::new(Keys::new(spec.keys)));
        }
        let (columns, rejected_columns) = (schema::named(&spec.columns)?, rejected_columns(spec));
        Ok(Self { stages, columns, rejected_columns, has_keys, counts_tokens: spec.counts_tokens, is_last: spec.last })
    }

    /// The stages of these passes as one, for documents that their first one had ended.
    pub(super) fn again(
        passes: &[PassSpec],
        layout: &Layout,
        cut: Option<CutLines>,
        bench: &Workbench,
    ) -> Result<Self> {
        let last = passes.last().ok_or_else(|| StageError::Internal("no pass comes after a step".into()))?;
        let mut stages: Vec<Box<dyn DocumentStage>> = Vec::new();
        stages.extend(cut.map(|cut| -> Box<dyn DocumentStage> { Box::new(cut) }));
        for spec in passes {
            build_all(spec, layout, bench, &mut stages)?;
        }
        let (columns, rejected_columns) = (schema::named(&last.columns)?, rejected_columns(last));
        Ok(Self { stages, columns, rejected_columns, has_keys: false, counts_tokens: false, is_last: true })
    }

    /// The stages of a recipe that take one document at a time, for a trial of which nothing is kept. Tokens are not
    /// counted.
    pub(super) fn trial(specs: &[StageSpec], bench: &Workbench) -> Result<Self> {
        let alone = specs.iter().filter(|spec| !spec.is_global() && !matches!(spec, StageSpec::Write(_)));
        let stages = alone.map(|spec| build(spec, bench)).collect::<Result<_>>()?;
        let (columns, rejected_columns) = (vec![&schema::ID], vec![&schema::ID]);
        Ok(Self { stages, columns, rejected_columns, has_keys: false, counts_tokens: false, is_last: false })
    }

    /// A last pass of these stages, for tests of what happens around them.
    #[cfg(test)]
    pub(super) fn of(stages: Vec<Box<dyn DocumentStage>>, columns: Vec<&'static Column>) -> Self {
        let rejected_columns = schema::rejected();
        Self { stages, columns, rejected_columns, has_keys: false, counts_tokens: false, is_last: true }
    }

    pub(super) fn stages(&self) -> &[Box<dyn DocumentStage>] {
        &self.stages
    }

    pub(super) fn no_counts(&self) -> Vec<StageCount> {
        self.stages.iter().map(|stage| StageCount::new(stage.card().id)).collect()
    }

    pub(super) fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    pub(super) fn rejected_columns(&self) -> Vec<&'static Column> {
        self.rejected_columns.clone()
    }

    pub(super) fn has_keys(&self) -> bool {
        self.has_keys
    }

    pub(super) fn counts_tokens(&self) -> bool {
        self.counts_tokens
    }

    pub(super) fn is_last(&self) -> bool {
        self.is_last
    }
}
