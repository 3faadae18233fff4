//! Rows of tables: found, replaced, and made to say less.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::SchemaRef;

use super::commit::Change;
use crate::error::{Result, StageError};
use crate::fate::{self, Fate};
use crate::ledger;
use crate::schema::{self, Column};
use crate::task::Layout;
use crate::write::TableWriter;

/// Rows that a change is made to at once: they may hold texts.
const ROWS: usize = 256;

/// What becomes of a row.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// It stays as it is.
    Stay,
    /// It goes.
    Go,
    /// This row, of the same table, stands in its place.
    Become(RecordBatch),
}

/// The 16-byte values of a column; none where it has none.
pub(super) fn ids(batch: &RecordBatch, column: &Column) -> Result<Vec<Option<u128>>> {
    let values = batch.column_by_name(column.name).and_then(|values| values.as_fixed_size_binary_opt());
    let values = values.ok_or_else(|| StageError::Internal(format!("a table without `{}`", column.name)))?;
    Ok(values.iter().map(|id| id?.try_into().ok().map(u128::from_be_bytes)).collect())
}

/// A text column, if the table has it.
pub(super) fn strings<'a>(batch: &'a RecordBatch, column: &Column) -> Option<&'a arrow::array::StringArray> {
    batch.column_by_name(column.name)?.as_string_opt()
}

/// Whether a file has a row of which one of these columns is wanted.
pub(super) fn has_any(path: &Path, columns: &[&Column], wanted: impl Fn(u128) -> bool) -> Result<bool> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    for batch in ledger::read(path, &names)? {
        let batch = batch?;
        for column in columns {
            if ids(&batch, column)?.into_iter().flatten().any(&wanted) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The rows of a file, a few at a time.
pub(super) fn each_batch(path: &Path, mut visit: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    for batch in ledger::read(path, &[])? {
        let batch = batch?;
        for first in (0..batch.num_rows()).step_by(ROWS) {
            visit(&batch.slice(first, ROWS.min(batch.num_rows() - first)))?;
        }
    }
    Ok(())
}

/// Writes a table aside with its rows as `turn` says, and then these, which are fitted to it.
pub(super) fn rewrite(
    layout: &Layout,
    change: &mut Change<'_>,
    relative: &str,
    mut turn: impl FnMut(&RecordBatch, usize) -> Result<Turn>,
    appended: &[RecordBatch],
) -> Result<()> {
    let path = layout.path(relative);
    let table = ledger::schema_of(&path)?;
    let aside = Change::aside(relative);
    let mut writer = if relative.starts_with("work/") && relative.contains("/keys/") {
        TableWriter::create_keys(layout, &aside)?
    } else {
        TableWriter::create(layout, &aside, Arc::clone(&table))?
    };
    each_batch(&path, |batch| writer.write(&turned(batch, &mut turn)?))?;
    for rows in appended {
        writer.write(&fit(rows, &table)?)?;
    }
    let written = writer.finish()?;
    change.replace(relative, written);
    Ok(())
}

fn turned(batch: &RecordBatch, turn: &mut impl FnMut(&RecordBatch, usize) -> Result<Turn>) -> Result<RecordBatch> {
    let (mut others, mut order) = (Vec::new(), Vec::with_capacity(batch.num_rows()));
    for row in 0..batch.num_rows() {
        match turn(batch, row)? {
            Turn::Stay => order.push((0, row)),
            Turn::Go => {}
            Turn::Become(other) => {
                others.push(other);
                order.push((others.len(), 0));
            }
        }
    }
    if others.is_empty() && order.len() == batch.num_rows() {
        return Ok(batch.clone());
    }
    let tables: Vec<&RecordBatch> = std::iter::once(batch).chain(&others).collect();
    Ok(interleave_record_batch(&tables, &order)?)
}

/// Rows with the columns of another table: what they lack is null.
pub(super) fn fit(rows: &RecordBatch, table: &SchemaRef) -> Result<RecordBatch> {
    let column = |field: &arrow::datatypes::FieldRef| -> ArrayRef {
        let found = rows.column_by_name(field.name()).filter(|values| values.data_type() == field.data_type());
        found.cloned().unwrap_or_else(|| new_null_array(field.data_type(), rows.num_rows()))
    };
    Ok(RecordBatch::try_new(Arc::clone(table), table.fields().iter().map(column).collect())?)
}

/// A row with other values of some columns.
pub(super) fn with(row: &RecordBatch, values: &[(&Column, ArrayRef)]) -> Result<RecordBatch> {
    let mut columns = row.columns().to_vec();
    for (column, value) in values {
        if let Some((place, _)) = row.schema().column_with_name(column.name) {
            columns[place] = Arc::clone(value);
        }
    }
    Ok(RecordBatch::try_new(row.schema(), columns)?)
}

/// A row with another fate.
pub(super) fn with_fate(row: &RecordBatch, fate: &Fate) -> Result<RecordBatch> {
    with(row, &[(&schema::FATE, fate::column(std::iter::once(Some(fate))))])
}

/// What stays of a forgotten record in a table with fates: its id, its place in the input, and that it was forgotten.
pub(super) fn stripped(row: &RecordBatch, table: &SchemaRef, fate: &Fate) -> Result<RecordBatch> {
    let keep = [schema::ID.name, schema::SOURCE.name];
    let places: Vec<usize> = keep.iter().filter_map(|name| row.schema().index_of(name).ok()).collect();
    with_fate(&fit(&row.project(&places)?, table)?, fate)
}

/// A column of one 16-byte value.
pub(super) fn id_column(id: Option<u128>) -> ArrayRef {
    let mut builder = arrow::array::FixedSizeBinaryBuilder::with_capacity(1, 16);
    match id {
        // The width is the type's own, so appending cannot fail.
        Some(id) => builder.append_value(id.to_be_bytes()).unwrap_or_else(|_| builder.append_null()),
        None => builder.append_null(),
    }
    Arc::new(builder.finish())
}
