//! The verbs, one file each.

mod against;
mod dedup;
mod explain;
mod filters;
mod forget;
mod judge;
mod mix;
mod print_config;
mod references;
mod run;
mod saved;
mod selftest;
mod sql;
mod stage;
mod train;
mod trial;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use stages::StageError;
use stages::task::Layout;

use crate::cli::{Command, ResourceArgs};
use crate::session::{Resources, Session, model_folders};

/// A mistake in the arguments, told before any work is done; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// Does what was asked.
///
/// # Errors
/// What stopped it, with enough context to act on.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Run(args) => run::run(args),
        Command::Dedup(args) => dedup::run(&args),
        Command::Selftest(args) => selftest::run(&args),
        Command::Forget(args) => forget::run(&args),
        Command::Mix(args) => mix::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Judge(args) => judge::run(&args),
        Command::Sql(args) => sql::run(&args),
        Command::Filters(args) => filters::run(&args),
        Command::PrintConfig(args) => print_config::run(&args),
        Command::Stage(args) => stage::run(&args),
        Command::Train(args) => train::run(&args),
    }
}

/// The engine with these resources, and what stops it on Ctrl-C.
fn session(args: &ResourceArgs) -> Result<(Session, Arc<AtomicBool>)> {
    let stop = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if on_signal.swap(true, Ordering::Relaxed) {
            std::process::exit(1); // a second Ctrl-C does not wait
        }
        eprintln!("\nstopping; unfinished tasks are dropped, finished ones are kept");
    })
    .context("listen for Ctrl-C")?;
    let threads = args.threads.map_or_else(all_cores, usize::from);
    crate::memory::share(threads);
    let resources = Resources { threads, memory: args.memory, models: model_folders(args.models.clone()) };
    Ok((Session::new(&resources, Arc::clone(&stop))?, stop))
}

/// The folder of a run, with what goes between passes where `--temp` says.
fn layout(out: &Path, args: &ResourceArgs) -> Result<Layout> {
    let layout = Layout::new(out);
    Ok(args.temp.as_deref().map_or(Ok(layout.clone()), |temp| layout.with_temp(temp))?)
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether work ended because it was asked to, which has been said by then.
pub(crate) fn is_stop(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(StageError::Stopped)))
}

/// Prints to standard output, where data goes; everything else goes to standard error.
fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
