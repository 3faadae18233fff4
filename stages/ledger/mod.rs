//! The ledger of a run, read: one row an input record, with its fate and every measure.

mod by_language;
mod fairness;
mod fates;
mod find;
mod judge;
mod languages;
mod scored;
mod unmeasured;

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub use by_language::{ByLanguage, best, confidences, least_confidence, qualities};
pub use fairness::{Cell, fairness};
pub use fates::{FateCount, fates, fates_of};
pub use find::{Wanted, find};
pub use judge::{Judged, Judges, Moved, Moves, QUALITY, Rule, Side, judge};
pub use languages::{LanguageCount, languages, languages_of};
pub use scored::{Scored, scored};
pub use unmeasured::without_reference;

use crate::error::{Result, StageError};

/// Reads some columns of a table of a run, a batch at a time; nested ones are named with a dot. No names: all of them.
pub(crate) fn read(path: &Path, columns: &[&str]) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let file = File::open(path).map_err(StageError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(path))?;
    let mask = match columns {
        [] => ProjectionMask::all(),
        columns => ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied()),
    };
    let reader = builder.with_projection(mask).with_batch_size(4096).build().map_err(StageError::table(path))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(StageError::table(&path))))
}

/// The columns of a table of a run.
pub(crate) fn schema_of(path: &Path) -> Result<SchemaRef> {
    let file = File::open(path).map_err(StageError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(path))?;
    Ok(std::sync::Arc::new(builder.schema().as_ref().clone().with_metadata(std::collections::HashMap::default())))
}

/// An id as people write it: 32 hexadecimal digits.
#[must_use]
pub fn hex(id: &[u8]) -> String {
    use std::fmt::Write;
    id.iter().fold(String::with_capacity(id.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
