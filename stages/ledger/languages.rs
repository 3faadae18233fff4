//! How the languages of a run's documents were identified, counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, StringArray};
use filters::language::Basis;
use serde::{Deserialize, Serialize};

use super::read;
use crate::error::{Result, StageError};
use crate::language;
use crate::schema;
use crate::task::Layout;

/// Documents that one language was identified for, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguageCount {
    /// Its label, such as `eng_Latn`; `und_*` where none was found.
    pub language: String,
    /// Documents, whatever became of them.
    pub documents: u64,
    /// Documents by what the language was judged by.
    pub basis: BTreeMap<String, u64>,
    /// Documents of which the model was less sure than the recipe asks for.
    pub unsure: u64,
}

impl LanguageCount {
    /// Documents whose language was judged by this.
    #[must_use]
    pub fn judged_by(&self, basis: Basis) -> u64 {
        self.basis.get(basis.name()).copied().unwrap_or(0)
    }

    /// Several languages as one.
    #[must_use]
    pub fn total(name: String, counts: &[Self]) -> Self {
        let mut total = Self { language: name, ..Self::default() };
        for count in counts {
            total.documents += count.documents;
            total.unsure += count.unsure;
            for (basis, documents) in &count.basis {
                *total.basis.entry(basis.clone()).or_default() += documents;
            }
        }
        total
    }
}

/// Counts the languages in a run's ledger, those of most documents first; none where no stage identified them.
///
/// # Errors
/// [`StageError`] when a ledger file is gone or damaged.
pub fn languages(layout: &Layout) -> Result<Vec<LanguageCount>> {
    languages_of(&layout.files("ledger")?)
}

/// The same of these files of a ledger.
///
/// # Errors
/// [`StageError`] when one is gone or damaged.
pub fn languages_of(files: &[PathBuf]) -> Result<Vec<LanguageCount>> {
    let mut counts: BTreeMap<String, LanguageCount> = BTreeMap::new();
    let damaged = || StageError::Internal("a ledger without languages or fates".into());
    for path in files {
        for batch in read(path, &["language", "language_basis", "fate.stage", "fate.rule"])? {
            let batch = batch?;
            let named = |name: &str| batch.column_by_name(name).ok_or_else(damaged);
            let languages: &StringArray = named(schema::LANGUAGE.name)?.as_string();
            let bases: &StringArray = named(schema::LANGUAGE_BASIS.name)?.as_string();
            let fate = named(schema::FATE.name)?.as_struct();
            let [stages, rules]: [&StringArray; 2] = [0, 1].map(|field| fate.column(field).as_string());
            for row in (0..batch.num_rows()).filter(|row| languages.is_valid(*row) && bases.is_valid(*row)) {
                let count = counts.entry(languages.value(row).to_owned()).or_default();
                count.documents += 1;
                *count.basis.entry(bases.value(row).to_owned()).or_default() += 1;
                let is_of_language = stages.is_valid(row) && stages.value(row) == language::CARD.id;
                let is_unsure = is_of_language && rules.is_valid(row) && rules.value(row) == language::CONFIDENCE;
                count.unsure += u64::from(is_unsure);
            }
        }
    }
    let mut counts: Vec<LanguageCount> =
        counts.into_iter().map(|(language, count)| LanguageCount { language, ..count }).collect();
    // Stable, so that languages of equally many documents stay in the order of their names.
    counts.sort_by_key(|count| Reverse(count.documents));
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_add_up() {
        let count = |basis: Basis, unsure| LanguageCount {
            language: "eng_Latn".into(),
            documents: 2,
            basis: BTreeMap::from([(basis.name().to_owned(), 2)]),
            unsure,
        };
        let total = LanguageCount::total("all".into(), &[count(Basis::Prose, 1), count(Basis::Verbatim, 0)]);
        assert_eq!((total.documents, total.unsure), (4, 1));
        assert_eq!(Basis::ALL.map(|basis| total.judged_by(basis)), [2, 2, 0, 0, 0]);
    }
}
