//! What a stage is.

use crate::batch::Batch;
use crate::error::Result;
use crate::schema::Column;

/// What is said of a stage outside its code.
#[derive(Debug)]
pub struct StageCard {
    /// Its name in recipes, fates and reports.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Columns that it needs.
    pub reads: &'static [&'static Column],
    /// Columns that it leaves behind.
    pub adds: &'static [&'static Column],
    /// What it holds in memory, with the bound.
    pub memory: &'static str,
}

/// One step on documents: a batch in, the same rows out, each row accounted for. Fused with its neighbours to a pass.
pub trait DocumentStage: Send + Sync {
    /// Name, columns, memory.
    fn card(&self) -> &'static StageCard;

    /// Adds this stage's columns and ends the rows that it takes out. Rows that ended before are left alone.
    ///
    /// # Errors
    /// [`crate::StageError`] when the world fails, or a column is not what its stage declares. Bad data is no error.
    fn apply(&self, batch: &mut Batch) -> Result<()>;
}
