//! What a pass leaves behind for one shard: tables under their final names, all or none of them.

use std::collections::BTreeMap;
use std::time::Instant;

use super::chain::Chain;
use super::process::Processed;
use super::spec::{PassSpec, Source};
use crate::error::{Result, StageError};
use crate::filter::TokenCounts;
use crate::plan::Run;
use crate::read::Integrity;
use crate::schema;
use crate::task::{Commit, Shard, StageCount};
use crate::write::TableWriter;

/// Writes the batches of one shard, in order.
pub(super) struct Sink {
    run: Run,
    shard: Shard,
    documents: TableWriter,
    keys: Option<TableWriter>,
    rejected: TableWriter,
    failed: TableWriter,
    ledger: TableWriter,
    counts: Vec<StageCount>,
    tokens: BTreeMap<String, u64>,
    token_counts: Option<(String, TokenCounts)>,
    integrity: Option<Integrity>,
    reads_input: bool,
    started: Instant,
}

impl Sink {
    pub(super) fn open(spec: &PassSpec, run: &Run, shard: &Shard, chain: &Chain) -> Result<Self> {
        let stem = &shard.stem;
        let documents = if spec.last {
            format!("documents/{stem}.parquet")
        } else {
            format!("work/{}/documents/{stem}.parquet", spec.name)
        };
        let open = |path: &str, columns: &[_]| TableWriter::create(&run.layout, path, schema::schema(columns));
        let aside = |folder: &str| format!("{folder}/{}-{stem}.parquet", spec.name);
        let keys = format!("work/{}/keys/{stem}.parquet", spec.name);
        Ok(Self {
            documents: open(&documents, chain.columns())?,
            keys: chain.has_keys().then(|| TableWriter::create_keys(&run.layout, &keys)).transpose()?,
            rejected: open(&aside("rejected"), &chain.rejected_columns())?,
            failed: open(&aside("failed"), schema::FAILED)?,
            ledger: open(&aside("ledger"), schema::LEDGER)?,
            counts: chain.no_counts(),
            tokens: BTreeMap::new(),
            token_counts: chain
                .counts_tokens()
                .then(|| (format!("work/{}/tokens/{stem}", spec.name), TokenCounts::default())),
            integrity: None,
            reads_input: spec.source == Source::Inputs,
            run: run.clone(),
            shard: shard.clone(),
            started: Instant::now(),
        })
    }

    pub(super) fn write(&mut self, processed: Processed) -> Result<()> {
        self.documents.write(&processed.documents)?;
        if let (Some(writer), Some(keys)) = (&mut self.keys, &processed.keys) {
            writer.write(keys)?;
        }
        self.rejected.write(&processed.rejected)?;
        self.failed.write(&processed.failed)?;
        self.ledger.write(&processed.ledger)?;
        for (total, count) in self.counts.iter_mut().zip(&processed.counts) {
            total.add(count);
        }
        for (class, tokens) in processed.tokens {
            *self.tokens.entry(class).or_default() += tokens;
        }
        if let Some((_, total)) = &mut self.token_counts {
            processed.token_counts.into_iter().for_each(|document| total.count(document));
        }
        self.integrity = processed.integrity.or(self.integrity.take());
        Ok(())
    }

    /// Checks that no document was lost, and gives the tables their names.
    pub(super) fn finish(self) -> Result<Commit> {
        if self.reads_input && self.integrity.is_none() {
            return Err(StageError::Internal(format!("{}: its reading ended without an account", self.shard.name)));
        }
        for (count, next) in self.counts.iter().zip(self.counts.iter().skip(1).map(Some).chain([None])) {
            count.check(&self.shard.name)?;
            if next.is_some_and(|next| next.documents_in != count.kept) {
                return Err(StageError::Internal(format!("{}: documents lost after {}", self.shard.name, count.stage)));
            }
        }
        let mut outputs = vec![self.documents.finish()?];
        if let Some(last) = self.counts.last()
            && outputs[0].rows != last.kept
        {
            return Err(StageError::Internal(format!(
                "{}: {} documents written, {} kept",
                self.shard.name, outputs[0].rows, last.kept
            )));
        }
        outputs.extend(self.keys.map(TableWriter::finish).transpose()?);
        outputs.push(self.rejected.finish()?);
        outputs.push(self.failed.finish()?);
        outputs.push(self.ledger.finish()?);
        if let Some((path, counts)) = self.token_counts {
            outputs.push(counts.write(&self.run.layout, &path)?);
        }
        Ok(Commit {
            outputs,
            stages: self.counts,
            integrity: self.integrity,
            tokens: self.tokens,
            seconds: self.started.elapsed().as_secs_f64(),
            ..Commit::default()
        })
    }
}
