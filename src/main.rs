//! trommel: web crawls in, mixed pre-training data out.

mod cli;
mod commands;
mod memory;
mod progress;
mod recipe;
mod report;
mod sample;
mod session;
mod train;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .without_time()
        .init();
    match commands::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !is_broken_pipe(&error) && !commands::is_stop(&error) {
                eprintln!("error: {}", told(&error));
            }
            exit_code(&error)
        }
    }
}

/// The error and its causes, without those that an outer one repeats.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told {
        told if told.is_empty() => cause,
        told if told.contains(&cause) => told,
        told => format!("{told}: {cause}"),
    })
}

/// 2 where the user can mend it before any data is read (recipe, model, arguments), 1 where the world failed.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    let users = error.chain().any(|cause| {
        cause.is::<recipe::RecipeError>()
            || cause.is::<commands::Usage>()
            || cause
                .downcast_ref::<stages::StageError>()
                .is_some_and(|error| matches!(error, stages::StageError::Recipe(_) | stages::StageError::Model { .. }))
    });
    ExitCode::from(if users { 2 } else { 1 })
}

/// Whether the reader of our output went away, as `head` does: nothing to complain about.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
