//! The stage that leaves out, in another try of a run, what was forgotten.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::compute::nullif;

use super::Forgotten;
use crate::batch::Batch;
use crate::error::Result;
use crate::fate::Fate;
use crate::ledger::hex;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// Ends what is on the list, and takes what it says of itself out of the row.
#[derive(Debug)]
pub struct Forget(Forgotten);

pub(super) static CARD: StageCard = StageCard {
    id: "forget",
    summary: "Ends the documents that the run was told to forget.",
    reads: &[&schema::ID, &schema::URL],
    adds: &[],
    memory: "the list",
};

impl Forget {
    /// The stage of a list.
    #[must_use]
    pub fn new(list: Forgotten) -> Self {
        Self(list)
    }
}

/// That a record was forgotten.
pub(super) fn fate(rule: &'static str) -> Fate {
    Fate { evidence: None, ..Fate::rejected(CARD.id, rule, "") }
}

impl DocumentStage for Forget {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (ids, urls) = (batch.column(&schema::ID)?.as_fixed_size_binary(), batch.strings(&schema::URL)?);
        let rules: Vec<Option<&'static str>> = (0..batch.len())
            .map(|row| {
                let id = ids.is_valid(row).then(|| hex(ids.value(row)));
                let url = urls.is_valid(row).then(|| urls.value(row));
                self.0.names(id.as_deref(), url).filter(|_| batch.is_alive(row))
            })
            .collect();
        if rules.iter().all(Option::is_none) {
            return Ok(());
        }
        let listed: BooleanArray = rules.iter().map(|rule| Some(rule.is_some())).collect();
        for column in [&schema::URL, &schema::TITLE, &schema::LANGUAGE_HINT] {
            if batch.has(column) {
                let without = nullif(batch.column(column)?, &listed)?;
                batch.set(column, Arc::clone(&without))?;
            }
        }
        for (row, rule) in rules.into_iter().enumerate() {
            if let Some(rule) = rule {
                batch.end(row, fate(rule));
            }
        }
        Ok(())
    }
}
