//! Why a stage could not go on. A bad row is not among these: it is a value, a row whose fate is *failed*.

use std::path::{Path, PathBuf};

/// The result of this crate.
pub type Result<T, E = StageError> = std::result::Result<T, E>;

/// What stops a task, and with it the run.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The recipe asks for what cannot be: told before any data is read.
    #[error("{0}")]
    Recipe(String),
    /// The world failed: disk full, file gone, no permission.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was being done: `read`, `write`, `rename`.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A table of this run cannot be read or written.
    #[error("table {}: {message}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A model cannot be found or loaded.
    #[error("model {name}: {message}")]
    Model {
        /// The model's name in the recipe.
        name: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] datafusion::error::DataFusionError),
    /// A column has another type than its declaration: a bug of ours.
    #[error(transparent)]
    Arrow(#[from] arrow::error::ArrowError),
    /// A broken promise, such as a row lost: a bug of ours.
    #[error("internal error: {0}; please report it with the run's run.json")]
    Internal(String),
    /// The run was asked to stop.
    #[error("stopped")]
    Stopped,
}

impl StageError {
    /// An I/O error with what was being done to which file.
    pub fn io(doing: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, path: path.as_ref().to_owned(), source }
    }

    /// An error of a Parquet file.
    pub fn table<E: std::fmt::Display>(path: impl AsRef<Path>) -> impl FnOnce(E) -> Self {
        move |error| Self::Table { path: path.as_ref().to_owned(), message: error.to_string() }
    }
}

impl From<StageError> for datafusion::error::DataFusionError {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Engine(inner) => inner,
            other => Self::External(Box::new(other)),
        }
    }
}
