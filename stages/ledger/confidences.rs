//! How sure the language model was, language by language, and the bound that follows.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float32Type;

use super::read;
use crate::error::{Result, StageError};
use crate::task::Layout;

/// The confidences of a run's documents by their label (`eng_Latn`), whatever became of them; sorted.
///
/// # Errors
/// When the documents cannot be read, or was written by a recipe without the stage `language`.
pub fn confidences(layout: &Layout) -> Result<BTreeMap<String, Vec<f32>>> {
    let mut found: BTreeMap<String, Vec<f32>> = BTreeMap::new();
    let (kept, rejected) = (layout.files("documents")?, layout.files("rejected")?);
    for path in kept.into_iter().chain(rejected) {
        for batch in read(&path, &["language", "language_confidence"])? {
            let batch = batch?;
            let missing = || StageError::Internal("documents without the columns of languages".into());
            let labels = batch.column_by_name("language").and_then(|column| column.as_string_opt::<i32>());
            let values = batch.column_by_name("language_confidence");
            let values = values.and_then(|column| column.as_primitive_opt::<Float32Type>()).ok_or_else(missing)?;
            let labels = labels.ok_or_else(missing)?;
            for row in (0..batch.num_rows()).filter(|row| labels.is_valid(*row) && values.is_valid(*row)) {
                found.entry(labels.value(row).to_owned()).or_default().push(values.value(row));
            }
        }
    }
    for values in found.values_mut() {
        values.sort_by(f32::total_cmp);
    }
    Ok(found)
}

/// FineWeb-2's least confidence of a language: max(0.3, min(0.9, median − standard deviation)) of the confidences of its
/// documents (Penedo et al. 2025, <https://arxiv.org/abs/2506.20920>). `None` of no documents. The values are sorted.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "documents of one language are fewer than 2^52")]
pub fn least_confidence(values: &[f32]) -> Option<f64> {
    let middle = |at: usize| values.get(at).copied().map(f64::from);
    let median = f64::midpoint(middle(values.len().checked_sub(1)? / 2)?, middle(values.len() / 2)?);
    let n = values.len() as f64;
    let mean = values.iter().copied().map(f64::from).sum::<f64>() / n;
    let variance = values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / n;
    Some((median - variance.sqrt()).clamp(0.3, 0.9))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_confidence_is_fineweb_2s() {
        for (what, values, expected) in [
            ("nothing", vec![], None),
            ("one document", vec![0.6], Some(0.6)),
            ("median less deviation", vec![0.4, 0.6, 0.8], Some(0.6 - (0.08_f64 / 3.0).sqrt())),
            ("between the two in the middle", vec![0.4, 0.8], Some(0.4)),
            ("sure", vec![0.99, 0.99, 1.0], Some(0.9)),
            ("unsure", vec![0.1, 0.2, 0.3], Some(0.3)),
        ] {
            let found = least_confidence(&values);
            assert_eq!(found.is_some(), expected.is_some(), "{what}");
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-6, "{what}: {found:?}");
        }
    }
}
