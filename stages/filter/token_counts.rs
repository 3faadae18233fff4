//! Hashed token counts of a shard, by language and branch, and a sample of its documents: what the run's references
//! are made of.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, AsArray, ListBuilder, RecordBatch, StringBuilder, UInt16Builder, UInt64Builder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt16Type, UInt64Type};
use filters::tokens::{BUCKETS, TokenCounts as Counts, bin};
use filters::{Branch, Document};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use xxhash_rust::xxh3::xxh3_64;

use super::language;
use crate::batch::Batch;
use crate::error::{Result, StageError};
use crate::schema;
use crate::task::{Layout, Output};
use crate::write::TableWriter;

/// Documents of a language, branch and half octave of length that calibrate it: those of the smallest hashes of their
/// ids. Of long ones as many as have about a million tokens together, so that a language and branch hold 50 MiB at most.
const SAMPLE: usize = 500;
const LEAST_SAMPLE: usize = 60;
const SAMPLE_TOKENS: usize = 1 << 20;

/// Pairs of bucket and count that are written at once: they are in memory several times while they are.
const PAIRS_AT_ONCE: usize = 1 << 16;

/// The tokens of one document.
#[derive(Clone, Debug)]
pub struct DocumentTokens {
    language: String,
    branch: Branch,
    /// Hash of the document's id: it decides whether the document is sampled.
    hash: u64,
    counts: Counts,
}

/// Token counts by language and branch.
#[derive(Clone, Debug, Default)]
pub struct TokenCounts {
    places: BTreeMap<(String, Branch), Place>,
}

/// One language and branch.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Tokens of each bucket: 512 KiB a language and branch.
    pub(super) totals: Vec<u64>,
    /// Sampled documents, by half octave of length and the hash of their id.
    sample: BTreeMap<usize, BTreeMap<u64, Counts>>,
}

impl Default for Place {
    fn default() -> Self {
        Self { totals: vec![0; BUCKETS], sample: BTreeMap::new() }
    }
}

impl Place {
    fn count(&mut self, counts: &Counts) {
        for (bucket, count) in counts {
            self.totals[usize::from(*bucket)] += u64::from(*count);
        }
    }

    fn offer(&mut self, hash: u64, counts: Counts) {
        let tokens = counts.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        let bin = bin(tokens);
        let most = (SAMPLE_TOKENS >> (bin / 2)).clamp(LEAST_SAMPLE, SAMPLE);
        let sample = self.sample.entry(bin).or_default();
        if sample.len() < most || sample.last_key_value().is_some_and(|(last, _)| hash < *last) {
            sample.insert(hash, counts);
            if sample.len() > most {
                sample.pop_last();
            }
        }
    }

    /// Sampled documents, in an order of their own.
    pub(super) fn sample(&self) -> impl Iterator<Item = (u64, &Counts)> {
        self.sample.values().flatten().map(|(hash, counts)| (*hash, counts))
    }
}

impl TokenCounts {
    /// Adds one document.
    pub fn count(&mut self, document: DocumentTokens) {
        let place = self.places.entry((document.language, document.branch)).or_default();
        place.count(&document.counts);
        place.offer(document.hash, document.counts);
    }

    /// Adds those of other documents.
    pub fn add(&mut self, other: Self) {
        for (key, place) in other.places {
            let ours = self.places.entry(key).or_default();
            ours.totals.iter_mut().zip(&place.totals).for_each(|(sum, count)| *sum += count);
            for (hash, counts) in place.sample.into_values().flatten() {
                ours.offer(hash, counts);
            }
        }
    }

    /// Every language and branch, in order.
    pub(super) fn into_places(self) -> impl Iterator<Item = ((String, Branch), Place)> {
        self.places.into_iter()
    }

    /// Writes them as a table: a row of totals, and a row a sampled document, for each language and branch.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn write(&self, layout: &Layout, relative: &str) -> Result<Output> {
        let mut writer = TableWriter::create(layout, relative, table_schema())?;
        let mut rows = RowsBuilder::default();
        for ((language, branch), place) in &self.places {
            let totals = (0..=u16::MAX).zip(&place.totals).filter(|(_, count)| **count > 0);
            rows.append(language, *branch, None, totals.map(|(bucket, count)| (bucket, *count)));
            for (hash, counts) in place.sample() {
                rows.append(language, *branch, Some(hash), counts.iter().map(|(b, count)| (*b, u64::from(*count))));
                if rows.buckets.values_ref().len() >= PAIRS_AT_ONCE {
                    writer.write(&std::mem::take(&mut rows).finish()?)?;
                }
            }
        }
        writer.write(&rows.finish()?)?;
        writer.finish()
    }

    /// Reads a table back.
    ///
    /// # Errors
    /// [`StageError::Table`] when it is damaged.
    pub fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(StageError::io("open", path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(256).build())
            .map_err(StageError::table(path))?;
        let mut found = Self::default();
        for batch in reader {
            let batch = batch.map_err(StageError::table(path))?;
            let (languages, branches) = (batch.column(0).as_string::<i32>(), batch.column(1).as_string::<i32>());
            let hashes = batch.column(2).as_primitive::<UInt64Type>();
            let (buckets, counts) = (batch.column(3).as_list::<i32>(), batch.column(4).as_list::<i32>());
            for row in 0..batch.num_rows() {
                let branch = Branch::ALL.iter().find(|branch| branch.name() == branches.value(row));
                let branch = *branch.ok_or_else(|| StageError::table(path)("an unknown branch"))?;
                let place = found.places.entry((languages.value(row).to_owned(), branch)).or_default();
                let (buckets, counts) = (buckets.value(row), counts.value(row));
                let pairs = buckets
                    .as_primitive::<UInt16Type>()
                    .values()
                    .iter()
                    .zip(counts.as_primitive::<UInt64Type>().values());
                if hashes.is_valid(row) {
                    let counts = pairs.map(|(bucket, count)| (*bucket, u32::try_from(*count).unwrap_or(u32::MAX)));
                    place.offer(hashes.value(row), counts.collect());
                } else {
                    pairs.for_each(|(bucket, count)| place.totals[usize::from(*bucket)] += count);
                }
            }
        }
        Ok(found)
    }
}

/// The tokens of a batch's documents that go on and whose language is known.
///
/// # Errors
/// [`StageError::Internal`] when the batch has no texts or languages.
pub fn document_tokens(batch: &Batch) -> Result<Vec<DocumentTokens>> {
    let (texts, languages) = (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?);
    let ids = batch.column(&schema::ID)?.as_fixed_size_binary();
    let block_column = batch.blocks()?;
    let (mut found, mut blocks) = (Vec::with_capacity(batch.len()), Vec::new());
    for row in (0..batch.len()).filter(|row| batch.is_alive(*row)) {
        let Some(language) = language(languages, row) else { continue };
        block_column.read(row, &mut blocks);
        let document = Document::new(texts.value(row)).with_language(Some(language)).with_blocks(&blocks);
        let (language, branch) = (language.to_owned(), document.branch());
        found.push(DocumentTokens { language, branch, hash: xxh3_64(ids.value(row)), counts: document.token_counts() });
    }
    Ok(found)
}

fn table_schema() -> SchemaRef {
    let list =
        |name: &str, item: DataType| Field::new(name, DataType::List(Arc::new(Field::new("item", item, true))), false);
    Arc::new(Schema::new(vec![
        Field::new("language", DataType::Utf8, false),
        Field::new("branch", DataType::Utf8, false),
        Field::new("document", DataType::UInt64, true),
        list("buckets", DataType::UInt16),
        list("counts", DataType::UInt64),
    ]))
}

#[derive(Default)]
struct RowsBuilder {
    languages: StringBuilder,
    branches: StringBuilder,
    documents: UInt64Builder,
    buckets: ListBuilder<UInt16Builder>,
    counts: ListBuilder<UInt64Builder>,
}

impl RowsBuilder {
    fn append(
        &mut self,
        language: &str,
        branch: Branch,
        document: Option<u64>,
        pairs: impl Iterator<Item = (u16, u64)>,
    ) {
        self.languages.append_value(language);
        self.branches.append_value(branch.name());
        self.documents.append_option(document);
        for (bucket, count) in pairs {
            self.buckets.values().append_value(bucket);
            self.counts.values().append_value(count);
        }
        self.buckets.append(true);
        self.counts.append(true);
    }

    fn finish(mut self) -> Result<RecordBatch> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.languages.finish()),
            Arc::new(self.branches.finish()),
            Arc::new(self.documents.finish()),
            Arc::new(self.buckets.finish()),
            Arc::new(self.counts.finish()),
        ];
        Ok(RecordBatch::try_new(table_schema(), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(documents: std::ops::Range<u64>) -> TokenCounts {
        let mut found = TokenCounts::default();
        for hash in documents {
            let counts = vec![(u16::try_from(hash % 100).unwrap(), 2), (500, 1)];
            let hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            found.count(DocumentTokens { language: "eng_Latn".into(), branch: Branch::Prose, hash, counts });
        }
        found
    }

    #[test]
    fn order_of_shards_does_not_matter() {
        let mut one = counted(0..900);
        one.add(counted(900..2_000));
        let mut other = counted(900..2_000);
        other.add(counted(0..900));
        let whole = counted(0..2_000);
        let key = ("eng_Latn".to_owned(), Branch::Prose);
        for found in [&one, &other] {
            assert_eq!(found.places[&key].totals, whole.places[&key].totals);
            assert_eq!(found.places[&key].sample, whole.places[&key].sample);
        }
        assert_eq!(whole.places[&key].sample().count(), SAMPLE);
        assert_eq!(whole.places[&key].totals[500], 2_000);
    }

    #[test]
    fn tables_survive() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let counts = counted(0..50);
        counts.write(&layout, "tokens/a").unwrap();
        let again = TokenCounts::read(&layout.path("tokens/a")).unwrap();
        let key = ("eng_Latn".to_owned(), Branch::Prose);
        assert_eq!(again.places[&key].totals, counts.places[&key].totals);
        assert_eq!(again.places[&key].sample, counts.places[&key].sample);
    }
}
