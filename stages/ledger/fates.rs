//! How the records of a run ended, counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, StringArray};
use serde::{Deserialize, Serialize};

use super::{hex, read};
use crate::error::{Result, StageError};
use crate::fate::Outcome;
use crate::schema;
use crate::task::Layout;

/// One way in which records ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FateCount {
    /// kept, rejected or failed.
    pub outcome: String,
    /// The stage that decided; empty for kept ones.
    pub stage: String,
    /// By which rule.
    pub rule: String,
    /// How many.
    pub count: u64,
    /// The smallest id among them, to ask about.
    pub example: String,
}

/// Counts the fates in a run's ledger: kept first, then rejected and failed, the most frequent first within each.
///
/// # Errors
/// [`StageError`] when a ledger file is gone or damaged.
pub fn fates(layout: &Layout) -> Result<Vec<FateCount>> {
    fates_of(&layout.files("ledger")?)
}

/// The same of these files of a ledger.
///
/// # Errors
/// [`StageError`] when one is gone or damaged.
pub fn fates_of(files: &[PathBuf]) -> Result<Vec<FateCount>> {
    let mut counts: BTreeMap<(String, String, String), (u64, Vec<u8>)> = BTreeMap::new();
    let damaged = || StageError::Internal("a ledger without ids or fates".into());
    for path in files {
        for batch in read(path, &["id", "fate.outcome", "fate.stage", "fate.rule"])? {
            let batch = batch?;
            let ids = batch.column_by_name(schema::ID.name).ok_or_else(damaged)?.as_fixed_size_binary();
            let fate = batch.column_by_name(schema::FATE.name).ok_or_else(damaged)?.as_struct();
            let [outcomes, stages, rules]: [&StringArray; 3] = [0, 1, 2].map(|field| fate.column(field).as_string());
            for row in 0..batch.num_rows() {
                let key = (outcomes.value(row).to_owned(), stages.value(row).to_owned(), rules.value(row).to_owned());
                let id = if ids.is_valid(row) { ids.value(row) } else { &[] };
                let (count, example) = counts.entry(key).or_insert_with(|| (0, id.to_vec()));
                *count += 1;
                if id < example.as_slice() {
                    *example = id.to_vec();
                }
            }
        }
    }
    let mut fates: Vec<FateCount> = counts
        .into_iter()
        .map(|((outcome, stage, rule), (count, id))| FateCount { outcome, stage, rule, count, example: hex(&id) })
        .collect();
    let order = |outcome: &str| {
        [Outcome::Kept, Outcome::Rejected, Outcome::Failed].iter().position(|known| known.name() == outcome)
    };
    fates.sort_by_key(|fate| (order(&fate.outcome), Reverse(fate.count), fate.stage.clone(), fate.rule.clone()));
    Ok(fates)
}
