//! What a task finds where it runs: threads, models, a budget, a meter, and a way to be told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::error::{Result, StageError};
use crate::models::ModelStore;

/// The surroundings of a task: nothing here changes what it writes.
#[derive(Debug)]
pub struct Workbench {
    /// Threads for the batches of one task.
    pub pool: ThreadPool,
    /// Models by name and checksum, loaded once.
    pub models: ModelStore,
    /// Bytes that a global step may hold.
    pub memory: u64,
    /// How far the work is.
    pub meter: Meter,
    tasks: AtomicUsize,
    stop: Arc<AtomicBool>,
}

impl Workbench {
    /// Most bytes that one file of a scatter collects before it writes.
    pub const MOST_SCATTER: usize = 16 << 20;

    /// A workbench of so many threads.
    ///
    /// # Errors
    /// [`StageError::Internal`] when the system gives no threads.
    pub fn new(threads: usize, memory: u64, models: ModelStore, stop: Arc<AtomicBool>) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("batch-{number}"))
            .build()
            .map_err(|error| StageError::Internal(error.to_string()))?;
        Ok(Self { pool, models, memory, meter: Meter::default(), tasks: AtomicUsize::new(1), stop })
    }

    /// Threads of the pool.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Bytes that one file of a scatter may collect before it writes: an eighth of the budget, shared by the threads,
    /// and at most [`Workbench::MOST_SCATTER`]: more would not make the groups worth reading much longer.
    #[must_use]
    pub fn scatter_budget(&self) -> usize {
        let share = usize::try_from(self.memory / 8).unwrap_or(usize::MAX) / self.threads().max(1);
        share.min(Self::MOST_SCATTER)
    }

    /// Says how many tasks run at the same time from now on.
    pub fn share_among(&self, tasks: usize) {
        self.tasks.store(tasks.clamp(1, self.threads()), Ordering::Relaxed);
    }

    /// Batches that a task may have under way: all tasks together two a thread.
    #[must_use]
    pub fn batches_of_a_task(&self) -> usize {
        (2 * self.threads()).div_ceil(self.tasks.load(Ordering::Relaxed)).max(2)
    }

    /// Bytes that one bucket of a global step may take, once as bytes and once sorted, in as many tasks as there are
    /// threads.
    #[must_use]
    pub fn bucket_budget(&self) -> u64 {
        self.memory / (4 * self.threads() as u64)
    }

    /// Tells every task to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// An error if the run was asked to stop.
    ///
    /// # Errors
    /// [`StageError::Stopped`].
    pub fn check(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(StageError::Stopped) } else { Ok(()) }
    }
}

/// Counters that a progress bar reads while tasks run.
#[derive(Debug, Default)]
pub struct Meter {
    /// Input bytes read.
    pub bytes: AtomicU64,
    /// Records or documents seen.
    pub documents: AtomicU64,
    /// Of them, kept so far.
    pub kept: AtomicU64,
}

impl Meter {
    /// Counts input bytes.
    pub fn add_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts documents.
    pub fn add_documents(&self, seen: u64, kept: u64) {
        self.documents.fetch_add(seen, Ordering::Relaxed);
        self.kept.fetch_add(kept, Ordering::Relaxed);
    }

    /// Back to zero, for the next pass.
    pub fn reset(&self) {
        for counter in [&self.bytes, &self.documents, &self.kept] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
