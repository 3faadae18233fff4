//! One batch through the chain, and apart into the tables that it becomes.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::UInt32Type;

use super::chain::Chain;
use crate::batch::Batch;
use crate::error::{Result, StageError};
use crate::fate::{Fate, Outcome};
use crate::filter::{DocumentTokens, document_tokens};
use crate::read::Integrity;
use crate::schema::{self, Column};
use crate::task::StageCount;

/// What a batch became.
#[derive(Debug)]
pub(super) struct Processed {
    /// Rows that go on.
    pub(super) documents: RecordBatch,
    /// Their keys.
    pub(super) keys: Option<RecordBatch>,
    /// Rows that a rule took out.
    pub(super) rejected: RecordBatch,
    /// Rows that could not be processed.
    pub(super) failed: RecordBatch,
    /// One row for each that ended here; in the last pass, for each.
    pub(super) ledger: RecordBatch,
    /// What each stage did.
    pub(super) counts: Vec<StageCount>,
    /// Tokens of the kept documents, by class.
    pub(super) tokens: BTreeMap<String, u64>,
    /// Tokens of the documents that go on, for the references.
    pub(super) token_counts: Vec<DocumentTokens>,
    /// The account of the input file, on its last batch.
    pub(super) integrity: Option<Integrity>,
}

/// Runs the chain on a batch. Should a stage panic, its rows are tried one by one, and the one at fault fails: data
/// never stops a run.
pub(super) fn process(chain: &Chain, table: RecordBatch, first_row: usize) -> Result<Processed> {
    let (table, integrity) = split_account(table)?;
    let attempt = catch_unwind(AssertUnwindSafe(|| run(chain, Batch::new(table.clone(), first_row))));
    let mut processed = match attempt {
        Ok(processed) => processed?,
        Err(_) => one_by_one(chain, &table, first_row)?,
    };
    processed.integrity = integrity;
    Ok(processed)
}

fn one_by_one(chain: &Chain, table: &RecordBatch, first_row: usize) -> Result<Processed> {
    let mut parts: Vec<Processed> = Vec::with_capacity(table.num_rows());
    for row in 0..table.num_rows() {
        let single = || Batch::new(table.slice(row, 1), first_row + row);
        let processed = match catch_unwind(AssertUnwindSafe(|| run(chain, single()))) {
            Ok(processed) => processed?,
            Err(panic) => {
                let mut batch = single();
                batch.end(0, Fate::failed("pass", "panic", panic_message(&*panic)));
                let mut counts = chain.no_counts();
                // The first stage of the recipe took it in, and it got no further.
                for (stage, count) in chain.stages().iter().zip(&mut counts) {
                    count.documents_in = 1;
                    if stage.card().id != "apply" {
                        batch.fates().iter().flatten().for_each(|fate| count.count(fate));
                        break;
                    }
                    count.kept = 1;
                }
                divide(chain, &batch, counts)?
            }
        };
        parts.push(processed);
    }
    Processed::join(parts)
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "unknown".into())
}

/// A last row that is no record carries the file's account.
fn split_account(table: RecordBatch) -> Result<(RecordBatch, Option<Integrity>)> {
    let Some(accounts) = table.column_by_name(schema::ACCOUNT.name).map(AsArray::as_string::<i32>) else {
        return Ok((table, None));
    };
    let last = accounts.len().checked_sub(1).filter(|last| accounts.is_valid(*last));
    let Some(last) = last else { return Ok((table, None)) };
    let integrity =
        serde_json::from_str(accounts.value(last)).map_err(|error| StageError::Internal(error.to_string()))?;
    Ok((table.slice(0, last), Some(integrity)))
}

fn run(chain: &Chain, mut batch: Batch) -> Result<Processed> {
    let mut counts = chain.no_counts();
    for (stage, count) in chain.stages().iter().zip(&mut counts) {
        let (rows, alive) = (batch.len(), batch.n_alive());
        let started = Instant::now();
        let before: Vec<bool> = (0..rows).map(|row| batch.is_alive(row)).collect();
        stage.apply(&mut batch)?;
        count.seconds += started.elapsed().as_secs_f64();
        if batch.len() != rows {
            return Err(StageError::Internal(format!("stage {} changed the number of rows", stage.card().id)));
        }
        count.documents_in += alive as u64;
        count.kept += batch.n_alive() as u64;
        for (fate, _) in batch.fates().iter().zip(before).filter(|(_, was_alive)| *was_alive) {
            if let Some(fate) = fate {
                count.count(fate);
            }
        }
    }
    divide(chain, &batch, counts)
}

/// Lays the rows out by fate.
fn divide(chain: &Chain, batch: &Batch, counts: Vec<StageCount>) -> Result<Processed> {
    let rows = |outcome: Option<Outcome>| -> BooleanArray {
        batch.fates().iter().map(|fate| Some(fate.as_ref().map(|fate| fate.outcome) == outcome)).collect()
    };
    let select = |columns: &[&Column], rows: &BooleanArray| -> Result<RecordBatch> {
        Ok(filter_record_batch(&batch.project(columns)?, rows)?)
    };
    let kept = rows(None);
    let ended: BooleanArray = batch.fates().iter().map(|fate| Some(fate.is_some())).collect();
    let everything = BooleanArray::from(vec![true; batch.len()]);
    Ok(Processed {
        documents: select(chain.columns(), &kept)?,
        keys: chain.has_keys().then(|| select(schema::KEYS, &kept)).transpose()?,
        rejected: select(&chain.rejected_columns(), &rows(Some(Outcome::Rejected)))?,
        failed: select(schema::FAILED, &rows(Some(Outcome::Failed)))?,
        ledger: select(schema::LEDGER, if chain.is_last() { &everything } else { &ended })?,
        counts,
        tokens: if chain.is_last() { tokens_by_class(batch)? } else { BTreeMap::new() },
        token_counts: if chain.counts_tokens() && batch.n_alive() > 0 { document_tokens(batch)? } else { Vec::new() },
        integrity: None,
    })
}

fn tokens_by_class(batch: &Batch) -> Result<BTreeMap<String, u64>> {
    let mut tokens = BTreeMap::new();
    if !batch.has(&schema::N_TOKENS) || !batch.has(&schema::CLASS) {
        return Ok(tokens);
    }
    let (classes, counts) = (batch.strings(&schema::CLASS)?, batch.column(&schema::N_TOKENS)?);
    let counts = counts.as_primitive::<UInt32Type>();
    for row in (0..batch.len()).filter(|row| batch.is_alive(*row)) {
        *tokens.entry(classes.value(row).to_owned()).or_default() += u64::from(counts.value(row));
    }
    Ok(tokens)
}

impl Processed {
    /// Those of one batch, put together in their order.
    fn join(parts: Vec<Self>) -> Result<Self> {
        let table = |of: fn(&Self) -> &RecordBatch| -> Result<RecordBatch> {
            let first = parts.first().ok_or_else(|| StageError::Internal("a batch without rows panicked".into()))?;
            Ok(concat_batches(&of(first).schema(), parts.iter().map(of))?)
        };
        let (documents, rejected) = (table(|part| &part.documents)?, table(|part| &part.rejected)?);
        let (failed, ledger) = (table(|part| &part.failed)?, table(|part| &part.ledger)?);
        let keys: Vec<&RecordBatch> = parts.iter().filter_map(|part| part.keys.as_ref()).collect();
        let keys = keys.first().map(|first| concat_batches(&first.schema(), keys.iter().copied())).transpose()?;
        let (mut counts, mut tokens, mut token_counts) = (Vec::<StageCount>::new(), BTreeMap::new(), Vec::new());
        for part in parts {
            if counts.is_empty() {
                counts = part.counts;
            } else {
                counts.iter_mut().zip(&part.counts).for_each(|(total, count)| total.add(count));
            }
            for (class, count) in part.tokens {
                *tokens.entry(class).or_default() += count;
            }
            token_counts.extend(part.token_counts);
        }
        Ok(Self { documents, keys, rejected, failed, ledger, counts, tokens, token_counts, integrity: None })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;
    use crate::stage::{DocumentStage, StageCard};

    /// Panics at one text, as a bug would.
    struct Fragile(&'static StageCard);

    static APPLY: StageCard = StageCard { id: "apply", summary: "", reads: &[], adds: &[], memory: "" };
    static FRAGILE: StageCard = StageCard { id: "fragile", summary: "", reads: &[], adds: &[], memory: "" };

    impl DocumentStage for Fragile {
        fn card(&self) -> &'static StageCard {
            self.0
        }

        fn apply(&self, batch: &mut Batch) -> Result<()> {
            let is_mine = self.0.id == FRAGILE.id;
            assert!(!is_mine || batch.strings(&schema::TEXT)?.iter().all(|text| text != Some("boom")), "a bug");
            Ok(())
        }
    }

    #[test]
    fn a_panic_costs_the_row_at_fault() {
        let chain = Chain::of(vec![Box::new(Fragile(&APPLY)), Box::new(Fragile(&FRAGILE))], vec![&schema::TEXT]);
        let texts: Vec<&str> = vec!["one", "boom", "three"];
        let columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(StringArray::from(texts))];
        let table = RecordBatch::try_new(schema::schema(&[&schema::TEXT]), columns).unwrap();
        let processed = process(&chain, table, 0).unwrap();
        assert_eq!(
            (processed.documents.num_rows(), processed.failed.num_rows(), processed.ledger.num_rows()),
            (2, 1, 3)
        );
        let [apply, fragile] = &processed.counts[..] else { panic!("two stages") };
        assert_eq!((apply.documents_in, apply.kept), (3, 3));
        assert_eq!((fragile.documents_in, fragile.kept, fragile.n_failed()), (3, 2, 1));
        processed.counts.iter().for_each(|count| count.check("a").unwrap());
    }
}
