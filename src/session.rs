//! The one place that knows which engine runs: here, in this process.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::StreamExt;
use stages::StageError;
use stages::models::{ModelStore, cache_folder};
use stages::plan::{Part, Phase, Run};
use stages::spec::StageSpec;
use stages::task::{Commit, StageCount, Workbench};
use tokio::runtime::Runtime;

use crate::progress::PhaseBar;

/// The embedded engine.
pub(crate) struct Session {
    runtime: Runtime,
    bench: Arc<Workbench>,
}

/// What changes a run and not its output.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    /// Threads.
    pub threads: usize,
    /// Bytes that global steps may hold.
    pub memory: u64,
    /// Folders of models.
    pub models: Vec<PathBuf>,
}

/// How a phase went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PhaseReport {
    /// Tasks of the phase.
    pub tasks: usize,
    /// Of them, found finished.
    pub reused: usize,
}

impl Session {
    /// An engine with these resources. `stop` tells it to end early.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn new(resources: &Resources, stop: Arc<AtomicBool>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(resources.threads)
            // A task waits in one of these threads for the one that reads its file.
            .max_blocking_threads(3 * resources.threads + 16)
            .enable_all()
            .build()
            .context("start the engine")?;
        let models = model_store(resources.models.clone());
        let bench = Workbench::new(resources.threads, resources.memory, models, stop)?;
        Ok(Self { runtime, bench: Arc::new(bench) })
    }

    /// Threads, models and meter of this engine.
    pub(crate) fn bench(&self) -> &Arc<Workbench> {
        &self.bench
    }

    /// What a recipe's stages make of the inputs' first records, for at most that time.
    ///
    /// # Errors
    /// As [`stages::pass::trial`].
    pub(crate) fn trial(&self, run: &Run, stages: &[StageSpec], time: Duration) -> stages::Result<Vec<StageCount>> {
        let _runtime = self.runtime.enter();
        stages::pass::trial(stages, &run.shards, time, &self.bench)
    }

    /// Does all tasks of a phase that are not done, at most one a thread at a time.
    ///
    /// # Errors
    /// The first task's error; the others end, and what is finished stays so.
    pub(crate) fn run_phase(&self, run: &Arc<Run>, phase: Box<dyn Phase>, bar: &PhaseBar) -> Result<PhaseReport> {
        let phase: Arc<dyn Phase> = Arc::from(phase);
        let parts = phase.split(run, &self.bench)?.parts(run, phase.key());
        let mut report = PhaseReport { tasks: parts.len(), reused: 0 };
        self.bench.share_among(parts.len());
        let mut open = Vec::new();
        for part in parts {
            if Commit::find(&run.layout, &task_name(&*phase, &part), &part.key).is_some() {
                report.reused += 1;
                bar.finished(weight(run, &part));
            } else {
                open.push(part);
            }
        }
        self.runtime.block_on(async {
            let mut tasks = futures::stream::iter(open)
                .map(|part| {
                    let (run, phase, bench) = (Arc::clone(run), Arc::clone(&phase), Arc::clone(&self.bench));
                    let (weight, name) = (weight(&run, &part), what(&run, &part));
                    let task = tokio::task::spawn_blocking(move || run_task(&run, &*phase, &part, &bench));
                    async move { (weight, name, task.await) }
                })
                .buffer_unordered(self.bench.threads());
            let mut failure = None;
            while let Some((weight, name, result)) = tasks.next().await {
                let result = result.unwrap_or_else(|panic| Err(StageError::Internal(panic.to_string())));
                match result {
                    Ok(()) => bar.finished(weight),
                    // The others are told to stop by their own check or end by themselves; the first error is told.
                    Err(error) => {
                        failure.get_or_insert_with(|| anyhow::Error::new(error).context(name));
                        self.bench.stop();
                    }
                }
            }
            failure.map_or(Ok(()), Err)
        })?;
        Ok(report)
    }
}

/// Does one task and commits it: what every engine calls.
fn run_task(run: &Run, phase: &dyn Phase, part: &Part, bench: &Arc<Workbench>) -> stages::Result<()> {
    bench.check()?;
    let started = std::time::Instant::now();
    // An outdated commit must not vouch for outputs that are being replaced.
    Commit::remove(&run.layout, &task_name(phase, part))?;
    let mut commit = phase.work(run, part, bench)?;
    commit.key.clone_from(&part.key);
    commit.seconds = started.elapsed().as_secs_f64();
    let name = task_name(phase, part);
    commit.write(&run.layout, &name)?;
    tracing::debug!(task = name, seconds = commit.seconds, outputs = commit.outputs.len(), "Task committed.");
    Ok(())
}

fn task_name(phase: &dyn Phase, part: &Part) -> String {
    format!("{}/{}", phase.name(), part.name)
}

/// What a task works on, for messages: the input file, or the number of the bucket.
fn what(run: &Run, part: &Part) -> String {
    let shard = run.shards.get(part.number as usize).filter(|shard| shard.stem == part.name);
    shard.map_or_else(|| format!("part {}", part.name), |shard| shard.name.clone())
}

/// Bytes of the input that a task stands for, for the progress of its phase.
fn weight(run: &Run, part: &Part) -> u64 {
    run.shards.get(part.number as usize).filter(|shard| shard.stem == part.name).map_or(1, |shard| shard.bytes.max(1))
}

/// The models in these folders, and from the web.
pub(crate) fn model_store(folders: Vec<PathBuf>) -> ModelStore {
    ModelStore::new(folders).telling(|what| eprintln!("{what}"))
}

/// The folders in which models are looked for: `--models`, then `TROMMEL_MODELS`, then the user's cache.
pub(crate) fn model_folders(flag: Option<PathBuf>) -> Vec<PathBuf> {
    let variable = std::env::var_os("TROMMEL_MODELS").map(PathBuf::from);
    flag.into_iter().chain(variable).chain(cache_folder()).collect()
}
