//! From a recipe's stages to passes and phases.

use std::collections::BTreeSet;

use super::phase::{Phase, Run, Step};
use crate::dedup::{self, KeysSpec};
use crate::error::{Result, StageError};
use crate::filter::FoldReferences;
use crate::forget::Forgotten;
use crate::models::ModelStore;
use crate::pass::{PassSpec, Source};
use crate::schema;
use crate::spec::StageSpec;
use crate::task::hash_of;

/// A checked recipe, cut into passes.
#[derive(Debug)]
pub struct Plan {
    /// The passes over documents, in order.
    pub passes: Vec<PassSpec>,
    /// What happens between the passes: `steps[k]` stand between pass `k` and `k + 1`.
    pub steps: Vec<Vec<(Step, StageSpec)>>,
    /// What freezes the run's token references, if a filter needs them: after the pass that counts tokens.
    references: Option<FoldReferences>,
}

/// The filter whose measure the stage `language` takes.
const SECOND_SHARE: &str = "language.second_share";

/// Why a chain of stages cannot run, if so: every reason at once.
#[must_use]
pub fn problems(stages: &[StageSpec]) -> Vec<String> {
    let mut problems = Vec::new();
    if !matches!(stages.first(), Some(StageSpec::Read(_))) {
        problems.push("the first stage must be `read`".to_owned());
    }
    if !matches!(stages.last(), Some(StageSpec::Write(_))) {
        problems.push("the last stage must be `write`".to_owned());
    }
    let (mut seen, mut columns): (_, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for (place, stage) in stages.iter().enumerate() {
        let card = stage.card();
        // At a cut, what is no column of documents stays behind.
        if place > 0 && stages[place - 1].is_global() && !stage.is_global() {
            columns.retain(|name| schema::DOCUMENTS.iter().any(|column| column.name == *name));
        }
        // What a stage leaves behind, such as the cuts of `lines`, the second one would write over.
        if !seen.insert(card.id) {
            problems.push(format!("stage `{}` stands twice", card.id));
        }
        if place > 0 && matches!(stage, StageSpec::Read(_)) {
            problems.push("`read` can only be the first stage".to_owned());
        }
        for column in card.reads {
            if !columns.contains(column.name) {
                problems.push(format!(
                    "stage `{}` reads the column `{}`, which no earlier stage adds",
                    card.id, column.name
                ));
            }
        }
        // Every other measure is of columns that the filter cannot be without.
        let shares = schema::SECOND_LANGUAGE_SHARE.name;
        if matches!(stage, StageSpec::Filter(config) if config.judges_by(SECOND_SHARE)) && !columns.contains(shares) {
            problems.push(format!(
                "`{SECOND_SHARE}` judges, and is never measured: no stage `language` stands before the filter"
            ));
        }
        columns.extend(card.adds.iter().map(|column| column.name));
    }
    problems
}

impl Plan {
    /// Cuts a recipe's stages into passes, at every stage that needs all documents at once, and before a filter that
    /// needs the run's own token distribution.
    ///
    /// # Errors
    /// [`StageError::Recipe`] with every reason why the stages cannot run; [`StageError::Model`] when one is missing.
    pub fn new(stages: &[StageSpec], models: &ModelStore, run: &Run) -> Result<Self> {
        let problems = problems(stages);
        if !problems.is_empty() {
            return Err(StageError::Recipe(problems.join("\n")));
        }
        let mut plan = Self { passes: Vec::new(), steps: Vec::new(), references: None };
        let mut rest = stages;
        let mut key = hash_of(&[&crate::OUTPUT_VERSION.to_string(), &filters::registry::fingerprint()]);
        let mut columns: BTreeSet<&'static str> = BTreeSet::new();
        while !rest.is_empty() {
            let first_of_plan = plan.passes.is_empty();
            let length = pass_length(rest, first_of_plan);
            let (pass, after) = rest.split_at(length);
            let n_steps = after.iter().take_while(|stage| stage.is_global()).count();
            let (steps, next) = after.split_at(n_steps);
            let needs_references = next.first().is_some_and(|_| filter_of_next_pass_needs_references(next));

            columns.extend(pass.iter().flat_map(|stage| stage.card().adds).map(|column| column.name));
            let before = plan.steps.last().map_or(&[][..], Vec::as_slice);
            let mut spec = PassSpec {
                name: format!("pass-{}", plan.passes.len() + 1),
                source: match plan.passes.last() {
                    None => Source::Inputs,
                    Some(earlier) => Source::Pass { name: earlier.name.clone(), columns: earlier.columns.clone() },
                },
                stages: pass.to_vec(),
                removals: before
                    .iter()
                    .map(|(step, _)| step)
                    .filter(|step| step.level.removes_documents())
                    .cloned()
                    .collect(),
                cut_lines: before.iter().find_map(|(step, spec)| match spec {
                    StageSpec::DedupLine(config) => Some((step.clone(), config.clone())),
                    _ => None,
                }),
                references: pass.iter().any(needs_token_references),
                columns: schema::DOCUMENTS
                    .iter()
                    .filter(|column| columns.contains(column.name) || next.is_empty())
                    .map(|column| column.name.to_owned())
                    .collect(),
                keys: keys_of(steps),
                counts_tokens: needs_references,
                rejected: stages
                    .iter()
                    .find_map(|stage| match stage {
                        StageSpec::Write(config) => Some(config.rejected),
                        _ => None,
                    })
                    .unwrap_or_default(),
                last: next.is_empty(),
                key: String::new(),
            };
            columns.extend(steps.iter().flat_map(|stage| stage.card().adds).map(|column| column.name));
            spec.key = pass_key(&key, &spec, models, run)?;
            key = inputs_key(&spec.key, run);
            if needs_references {
                plan.references = Some(FoldReferences { pass: spec.name.clone(), key: key.clone() });
            }
            let (mut earlier, mut planned) = (Vec::new(), Vec::new());
            for stage in steps {
                let Some(level) = stage.level() else { continue };
                key = hash_of(&[&key, &json(stage)?]);
                let step = Step { level, pass: spec.name.clone(), earlier: earlier.clone(), key: key.clone() };
                if level.removes_documents() {
                    earlier.push(level);
                }
                planned.push((step, stage.clone()));
            }
            plan.passes.push(spec);
            plan.steps.push(planned);
            rest = next;
        }
        Ok(plan)
    }

    /// Everything to do, in order.
    #[must_use]
    pub fn phases(&self) -> Vec<Box<dyn Phase>> {
        let mut phases: Vec<Box<dyn Phase>> = Vec::new();
        for (pass, steps) in self.passes.iter().zip(&self.steps) {
            phases.push(Box::new(pass.clone()));
            if let Some(fold) = self.references.as_ref().filter(|fold| fold.pass == pass.name) {
                phases.push(Box::new(fold.clone()));
            }
            for (step, stage) in steps {
                match stage {
                    StageSpec::DedupUrl(_) => phases.extend(dedup::url_phases(step.clone())),
                    StageSpec::DedupExact(_) => phases.extend(dedup::exact_phases(step.clone())),
                    StageSpec::DedupDocument(config) => phases.extend(dedup::document_phases(step, config)),
                    StageSpec::DedupLine(config) => phases.extend(dedup::line_phases(step, config)),
                    _ => {}
                }
            }
        }
        phases
    }
}

/// Stages up to the next cut.
fn pass_length(stages: &[StageSpec], first_of_plan: bool) -> usize {
    let global = stages.iter().position(StageSpec::is_global).unwrap_or(stages.len());
    // Without a pass before it, such a filter has nothing to take its references from: it begins a pass.
    let filter = stages.iter().position(needs_token_references).filter(|_| first_of_plan);
    filter.map_or(global, |filter| filter.min(global))
}

/// Whether the pass that begins here filters by the run's own token distribution.
fn filter_of_next_pass_needs_references(stages: &[StageSpec]) -> bool {
    stages.iter().take_while(|stage| !stage.is_global()).any(needs_token_references)
}

fn needs_token_references(stage: &StageSpec) -> bool {
    matches!(stage, StageSpec::Filter(config) if config.needs_token_references())
}

fn keys_of(steps: &[StageSpec]) -> KeysSpec {
    let mut keys = KeysSpec::default();
    for step in steps {
        match step {
            StageSpec::DedupUrl(_) => keys.url = true,
            StageSpec::DedupExact(_) => keys.content = true,
            StageSpec::DedupDocument(config) => keys.signature = Some(config.minhash()),
            StageSpec::DedupLine(_) => keys.lines = true,
            _ => {}
        }
    }
    keys
}

/// The hash of all that decides a pass's outputs but for each input file itself.
fn pass_key(before: &str, spec: &PassSpec, models: &ModelStore, run: &Run) -> Result<String> {
    let mut parts = vec![before.to_owned(), json(spec)?, run.seed.to_string(), format!("{:?}", run.limit)];
    for stage in &spec.stages {
        for resource in stage.resources() {
            parts.push(models.checksum(resource)?);
        }
    }
    let forgotten = Forgotten::load(&run.layout)?;
    if spec.source == Source::Inputs && !forgotten.is_empty() {
        parts.push(forgotten.fingerprint());
    }
    Ok(hash_of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Global steps see every input.
fn inputs_key(before: &str, run: &Run) -> String {
    let mut parts = vec![before, if run.latest { "latest" } else { "" }];
    for shard in run.all_shards() {
        parts.extend([shard.name.as_str(), shard.stamp.as_str()]);
    }
    hash_of(&parts)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StageError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Layout;

    fn stages(kinds: &[&str]) -> Vec<StageSpec> {
        kinds.iter().map(|kind| serde_json::from_value(serde_json::json!({ "kind": kind })).unwrap()).collect()
    }

    fn plan(stages: &[StageSpec]) -> Plan {
        let run = Run {
            layout: Layout::new("out"),
            shards: Vec::new(),
            limit: None,
            seed: 0,
            earlier: Vec::new(),
            latest: false,
        };
        Plan::new(stages, &ModelStore::default(), &run).unwrap()
    }

    #[test]
    fn passes_are_cut_at_global_stages() {
        let stages = stages(&["read", "url", "extract", "language", "dedup.url", "dedup.line", "filter", "write"]);
        let plan = plan(&stages);
        let passes: Vec<Vec<_>> =
            plan.passes.iter().map(|pass| pass.stages.iter().map(StageSpec::id).collect()).collect();
        assert_eq!(passes, [vec!["read", "url", "extract", "language"], vec!["filter", "write"]]);
        assert_eq!(plan.passes[0].keys, KeysSpec { url: true, lines: true, ..KeysSpec::default() });
        assert!(plan.passes[1].cut_lines.is_some() && plan.passes[1].last);
        assert_eq!(plan.passes[1].removals.len(), 1);
        assert_eq!(plan.steps[0][1].0.earlier, [dedup::Level::Url]);
        let names: Vec<_> = plan.phases().iter().map(|phase| phase.name()).collect();
        assert_eq!(names[0], "pass-1");
        assert_eq!(names.last().map(String::as_str), Some("pass-2"));
    }

    #[test]
    fn a_filter_by_the_runs_own_tokens_begins_a_pass() {
        let mut stages = stages(&["read", "url", "extract", "language", "filter", "write"]);
        stages[4] =
            serde_json::from_value(serde_json::json!({ "kind": "filter", "tokens.kl": { "max": 4.0 } })).unwrap();
        let plan = plan(&stages);
        assert_eq!(plan.passes.len(), 2);
        assert!(plan.passes[0].counts_tokens && plan.passes[1].references);
    }

    #[test]
    fn what_does_not_cross_a_cut_is_missed_behind_it() {
        let problems = problems(&stages(&["read", "url", "dedup.url", "extract", "write"]));
        assert!(problems.iter().any(|problem| problem.contains("`extract` reads the column `html`")), "{problems:?}");
    }

    #[test]
    fn a_bound_on_the_second_language_needs_its_stage() {
        let bound = serde_json::json!({ "language.second_share": { "max": 0.2 } });
        for filter in [bound.clone(), serde_json::json!({ "languages": { "deu": bound } })] {
            let mut filter = filter;
            filter["kind"] = "filter".into();
            let told = |kinds: &[&str]| {
                let mut stages = stages(kinds);
                stages.insert(kinds.len() - 1, serde_json::from_value(filter.clone()).unwrap());
                problems(&stages)
            };
            let missing = told(&["read", "text", "write"]);
            assert!(missing.len() == 1 && missing[0].contains("no stage `language`"), "{missing:?}");
            assert_eq!(told(&["read", "url", "extract", "language", "dedup.url", "write"]), [""; 0]);
        }
        assert_eq!(problems(&stages(&["read", "text", "filter", "write"])), [""; 0], "nothing is judged by it");
    }

    #[test]
    fn a_second_stage_of_a_kind_is_refused() {
        for kind in ["lines", "filter", "scrub"] {
            let problems = problems(&stages(&["read", "url", "extract", "language", kind, kind, "write"]));
            assert_eq!(problems, [format!("stage `{kind}` stands twice")]);
        }
    }

    #[test]
    fn every_reason_is_told_at_once() {
        let problems = problems(&stages(&["extract", "dedup.url", "extract"]));
        let expected = [
            "the first stage must be `read`",
            "the last stage must be `write`",
            "stage `extract` reads the column `html`, which no earlier stage adds",
            "stage `dedup.url` reads the column `url_key`, which no earlier stage adds",
            "stage `extract` stands twice",
        ];
        for reason in expected {
            assert!(problems.iter().any(|problem| problem == reason), "{reason}: {problems:?}");
        }
    }
}
