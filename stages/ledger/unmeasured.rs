//! Languages and branches whose words had nothing to be compared with.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Float64Type;

use super::read;
use crate::error::{Result, StageError};
use crate::schema;
use crate::task::Layout;

/// Fewest words of a document that would have been compared.
const LEAST_WORDS: f64 = 20.0;

/// Languages and branches in which the filters measured no document against a token reference, and how many they saw.
///
/// # Errors
/// [`StageError`] when a ledger file is gone or damaged.
pub fn without_reference(layout: &Layout) -> Result<Vec<(String, u64)>> {
    // Documents, and whether one of them was measured.
    let mut places: BTreeMap<String, (u64, bool)> = BTreeMap::new();
    let damaged = || StageError::Internal("a ledger without languages or measures".into());
    for path in layout.files("ledger")? {
        for batch in read(&path, &["language", "branch", "measures"])? {
            let batch = batch?;
            let named = |name: &str| batch.column_by_name(name).ok_or_else(damaged);
            let languages: &StringArray = named(schema::LANGUAGE.name)?.as_string();
            let branches: &StringArray = named(schema::BRANCH.name)?.as_string();
            let measures = named(schema::MEASURES.name)?.as_struct();
            let [words, divergence] = ["length.words", "tokens.kl"]
                .map(|id| measures.column_by_name(id).map(AsArray::as_primitive::<Float64Type>));
            let (Some(words), Some(divergence)) = (words, divergence) else { return Err(damaged()) };
            for row in (0..batch.num_rows()).filter(|row| branches.is_valid(*row) && measures.is_valid(*row)) {
                if !words.is_valid(row) || words.value(row) < LEAST_WORDS {
                    continue;
                }
                let language = if languages.is_valid(row) { languages.value(row) } else { "" };
                let language = if language.is_empty() { "of no known language" } else { language };
                let place = places.entry(format!("{language} {}", branches.value(row))).or_default();
                place.0 += 1;
                place.1 |= divergence.is_valid(row);
            }
        }
    }
    Ok(places.into_iter().filter(|(_, (_, measured))| !measured).map(|(place, (count, _))| (place, count)).collect())
}
