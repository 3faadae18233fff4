//! The texts of a finished run with one number each: what a model is distilled from.

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, MapArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type};

use super::{hex, read, schema_of};
use crate::error::{Result, StageError};
use crate::schema;
use crate::task::Layout;

/// A text of a run, and the number that a column has for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The document's id, 32 hexadecimal digits.
    pub id: String,
    /// Its URL, where it has one.
    pub url: Option<String>,
    /// Its text.
    pub text: String,
    /// The number.
    pub score: f64,
}

/// Visits all documents of a run that have a text and a number in this column, whatever became of them. The column is
/// one of `documents`, such as `language_confidence`, or a field within one, such as `scores.quality`,
/// `measures.length.words` or `encoder_scores.edu`.
///
/// # Errors
/// [`StageError::Recipe`] when there is no such column or it holds no numbers, [`StageError`] when a table cannot be read.
pub fn scored(layout: &Layout, column: &str, mut visit: impl FnMut(Scored)) -> Result<()> {
    let (kept, rejected) = (layout.files("documents")?, layout.files("rejected")?);
    for path in kept.into_iter().chain(rejected) {
        if schema_of(&path)?.column_with_name(schema::TEXT.name).is_none() {
            continue; // rejected documents without their text
        }
        // The names of a map's fields are in its rows.
        let leaf = if column.starts_with(schema::ENCODER_SCORES.name) { schema::ENCODER_SCORES.name } else { column };
        for batch in read(&path, &["id", "url", "text", leaf])? {
            let batch = batch?;
            let scores = numbers(&batch, column)?;
            let missing =
                || StageError::Table { path: path.clone(), message: "its columns are of another version".into() };
            let texts =
                batch.column_by_name("text").and_then(|texts| texts.as_string_opt::<i32>()).ok_or_else(missing)?;
            let urls = batch.column_by_name("url").and_then(|urls| urls.as_string_opt::<i32>()).ok_or_else(missing)?;
            let ids = batch.column_by_name("id").and_then(|ids| ids.as_fixed_size_binary_opt()).ok_or_else(missing)?;
            for row in (0..batch.num_rows()).filter(|row| texts.is_valid(*row) && scores.is_valid(*row)) {
                visit(Scored {
                    id: hex(ids.value(row)),
                    url: urls.is_valid(row).then(|| urls.value(row).to_owned()),
                    text: texts.value(row).to_owned(),
                    score: scores.value(row),
                });
            }
        }
    }
    Ok(())
}

/// A column, or a field of one, as numbers.
fn numbers(batch: &RecordBatch, name: &str) -> Result<Float64Array> {
    let (column, field) = name.split_once('.').map_or((name, None), |(column, field)| (column, Some(field)));
    let whole = batch.column_by_name(column);
    if let (Some(map), Some(field)) = (whole.and_then(|whole| whole.as_map_opt()), field) {
        return Ok(of_map(map, field));
    }
    let found: Option<&ArrayRef> = match field {
        Some(field) => whole.and_then(|whole| whole.as_struct_opt()?.column_by_name(field)),
        None => whole,
    };
    let found = found.ok_or_else(|| StageError::Recipe(format!("the run's documents have no column `{name}`")))?;
    if !found.data_type().is_numeric() {
        return Err(StageError::Recipe(format!("the column `{name}` holds no numbers but {}", found.data_type())));
    }
    Ok(cast(found, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
}

/// What a map has under a name, row by row.
fn of_map(map: &MapArray, name: &str) -> Float64Array {
    let (Some(keys), Some(values)) =
        (map.keys().as_string_opt::<i32>(), map.values().as_primitive_opt::<Float32Type>())
    else {
        return Float64Array::new_null(map.len());
    };
    let value = |row: usize| {
        let [first, end] = [row, row + 1].map(|place| usize::try_from(map.value_offsets()[place]).unwrap_or(0));
        let place = (first..end).find(|place| keys.value(*place) == name)?;
        (map.is_valid(row) && values.is_valid(place)).then(|| f64::from(values.value(place)))
    };
    (0..map.len()).map(value).collect()
}
