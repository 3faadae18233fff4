//! What models said of a run's documents, language by language, and the bounds that follow.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float32Type;

use super::read;
use crate::error::{Result, StageError};
use crate::filter::language;
use crate::task::Layout;

/// Numbers of a run's documents by language label (`eng_Latn`), those without one left out; each language's are sorted.
pub type ByLanguage = BTreeMap<String, Vec<f32>>;

/// How sure the language model was of each document, whatever became of it.
///
/// # Errors
/// When the documents cannot be read, or were written by a recipe without the stage `language`.
pub fn confidences(layout: &Layout) -> Result<ByLanguage> {
    by_language(layout, "language_confidence", None)
}

/// The quality scores of all documents that got one, whatever became of them.
///
/// # Errors
/// When the documents cannot be read.
pub fn qualities(layout: &Layout) -> Result<ByLanguage> {
    by_language(layout, "scores", Some("quality"))
}

/// The numbers of a column, or of a field within it.
fn by_language(layout: &Layout, column: &str, field: Option<&str>) -> Result<ByLanguage> {
    let mut found = ByLanguage::new();
    let leaf = field.map_or_else(|| column.to_owned(), |field| format!("{column}.{field}"));
    let (kept, rejected) = (layout.files("documents")?, layout.files("rejected")?);
    for path in kept.into_iter().chain(rejected) {
        for batch in read(&path, &["language", &leaf])? {
            let batch = batch?;
            let missing = || StageError::Internal(format!("documents without the columns `language` and `{leaf}`"));
            let labels = batch.column_by_name("language").and_then(|column| column.as_string_opt::<i32>());
            let whole = batch.column_by_name(column);
            let values = match field {
                Some(field) => whole.and_then(|column| column.as_struct_opt()?.column_by_name(field)),
                None => whole,
            };
            let values = values.and_then(|column| column.as_primitive_opt::<Float32Type>()).ok_or_else(missing)?;
            let labels = labels.ok_or_else(missing)?;
            for row in (0..batch.num_rows()).filter(|row| values.is_valid(*row)) {
                let Some(label) = language(labels, row) else { continue };
                found.entry(label.to_owned()).or_default().push(values.value(row));
            }
        }
    }
    for values in found.values_mut() {
        values.sort_by(f32::total_cmp);
    }
    Ok(found)
}

/// The score from which on at least this share of sorted scores lies, rounded down to six places so that a document at
/// the bound keeps to its side. `None` of no scores.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "documents of one language are fewer than 2^52")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
pub fn best(values: &[f32], share: f64) -> Option<f64> {
    let n = (values.len() as f64 * share).ceil() as usize;
    let at = values.len().saturating_sub(n.max(1));
    values.get(at).map(|score| (f64::from(*score) * 1e6).floor() / 1e6)
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

    #[test]
    fn the_best_are_at_least_their_share() {
        let eighths: Vec<f32> = (0..8_u8).map(|score| f32::from(score) / 8.0).collect();
        for (what, values, share, expected) in [
            ("nothing", &[][..], 0.5, None),
            ("half", &eighths, 0.5, Some(0.5)),
            ("a part of one is one", &eighths, 0.01, Some(0.875)),
            ("all", &eighths, 1.0, Some(0.0)),
            ("more than a third", &eighths, 0.34, Some(0.625)),
            ("rounded down", &[0.123_456_7], 0.5, Some(0.123_456)),
        ] {
            assert_eq!(best(values, share), expected, "{what}");
        }
    }
}
