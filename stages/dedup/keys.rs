//! The keys by which the documents of all shards meet: computed in the pass before, stored beside the text.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, FixedSizeBinaryArray, FixedSizeBinaryBuilder, ListBuilder,
    RecordBatch, StringArray, UInt32Array, UInt64Builder,
};
use arrow::datatypes::TimestampMicrosecondType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelectionPolicy};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::lines::each_line;
use super::minhash::{MinHash, Scratch, Signer};
use super::shingles::content_hash;
use crate::batch::{self, Batch};
use crate::error::{Result, StageError};
use crate::schema::{self, Column};
use crate::stage::{DocumentStage, StageCard};

/// Which keys the global steps of a recipe need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeysSpec {
    /// For dedup.url.
    pub url: bool,
    /// For dedup.exact.
    pub content: bool,
    /// For dedup.document.
    pub signature: Option<MinHash>,
    /// For dedup.line.
    pub lines: bool,
}

/// Adds the key columns.
#[derive(Debug)]
pub struct Keys {
    spec: KeysSpec,
    signer: Option<Signer>,
}

static CARD: StageCard = StageCard {
    id: "keys",
    summary: "Computes the keys by which global steps compare documents.",
    reads: &[&schema::URL_KEY, &schema::TEXT, &schema::BLOCKS],
    adds: &[&schema::N_CHARS, &schema::KEY_URL, &schema::KEY_CONTENT, &schema::BAND_KEYS, &schema::LINE_HASHES],
    memory: "one batch",
};

impl Keys {
    /// The stage for these keys.
    #[must_use]
    pub fn new(spec: KeysSpec) -> Self {
        Self { spec, signer: spec.signature.map(Signer::new) }
    }
}

impl DocumentStage for Keys {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let alive = |row: &usize| batch.is_alive(*row);

        let n_chars = (0..batch.len())
            .map(|row| alive(&row).then(|| u32::try_from(texts.value(row).chars().count()).unwrap_or(u32::MAX)))
            .collect();
        let mut added: Vec<(&Column, ArrayRef)> = vec![(&schema::N_CHARS, batch::numbers(n_chars))];
        if self.spec.url {
            let urls = batch.strings(&schema::URL_KEY)?;
            let hashes = (0..batch.len()).map(|row| {
                (alive(&row) && urls.is_valid(row) && !urls.value(row).is_empty())
                    .then(|| xxh3_128(urls.value(row).as_bytes()))
            });
            added.push((&schema::KEY_URL, hash_column(hashes)));
        }
        if self.spec.content {
            let hashes = (0..batch.len()).map(|row| alive(&row).then(|| content_hash(texts.value(row))));
            added.push((&schema::KEY_CONTENT, hash_column(hashes)));
        }
        if let Some(signer) = &self.signer {
            let mut column = BinaryBuilder::with_capacity(batch.len(), batch.len() * signer.width());
            let (mut scratch, mut keys) = (Scratch::default(), Vec::with_capacity(signer.width()));
            for row in 0..batch.len() {
                if alive(&row) {
                    keys.clear();
                    signer.band_keys(texts.value(row), &mut scratch, &mut keys);
                    column.append_value(&keys);
                } else {
                    column.append_null();
                }
            }
            added.push((&schema::BAND_KEYS, Arc::new(column.finish())));
        }
        if self.spec.lines {
            let blocks = batch.blocks()?;
            let mut lines = ListBuilder::new(UInt64Builder::new());
            let mut row_blocks = Vec::new();
            for row in 0..batch.len() {
                if alive(&row) {
                    blocks.read(row, &mut row_blocks);
                    each_line(texts.value(row), &row_blocks, |_, hash| lines.values().append_value(hash));
                }
                lines.append(alive(&row));
            }
            added.push((&schema::LINE_HASHES, Arc::new(lines.finish())));
        }
        added.into_iter().try_for_each(|(column, values)| batch.set(column, values))
    }
}

fn hash_column(hashes: impl ExactSizeIterator<Item = Option<u128>>) -> ArrayRef {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(hashes.len(), 16);
    for hash in hashes {
        match hash {
            // The width is the type's own, so appending cannot fail.
            Some(hash) => builder.append_value(hash.to_be_bytes()).unwrap_or_else(|_| builder.append_null()),
            None => builder.append_null(),
        }
    }
    Arc::new(builder.finish())
}

/// A few thousand rows of a shard's key file.
pub(crate) struct KeyBatch {
    table: RecordBatch,
    /// Number, in the shard, of the first row.
    pub(crate) first_row: usize,
}

/// Reads some columns of a key file, a batch at a time.
///
/// # Errors
/// [`StageError`] when the file is gone or damaged.
pub(crate) fn read_keys(path: &Path, columns: &[&Column]) -> Result<impl Iterator<Item = Result<KeyBatch>> + use<>> {
    let file = File::open(path).map_err(StageError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(path))?;
    let names = columns.iter().map(|column| column.name);
    let mask = ProjectionMask::columns(builder.parquet_schema(), names);
    let reader = builder.with_projection(mask).with_batch_size(4096).build().map_err(StageError::table(path))?;
    let path = path.to_owned();
    let mut first_row = 0;
    Ok(reader.map(move |batch| {
        let table = batch.map_err(StageError::table(&path))?;
        let batch = KeyBatch { table, first_row };
        first_row += batch.len();
        Ok(batch)
    }))
}

/// Calls `visit` with these rows of a file of documents, in order, some dozens at a time; only they are read.
///
/// # Errors
/// [`StageError`] when the file is gone or damaged, or the visitor fails.
pub(crate) fn each_row(
    path: &Path,
    rows: &[usize],
    columns: &[&Column],
    mut visit: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let file = File::open(path).map_err(StageError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(path))?;
    let total = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    let ranges = rows.iter().map(|row| *row..*row + 1);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|column| column.name));
    let reader = builder
        .with_projection(mask)
        .with_row_selection(RowSelection::from_consecutive_ranges(ranges, total))
        // A mask, the other way, would decode all that stands between the rows of a batch and hold it.
        .with_row_selection_policy(RowSelectionPolicy::Selectors)
        .with_batch_size(64) // they may be long
        .build()
        .map_err(StageError::table(path))?;
    for batch in reader {
        visit(batch.map_err(StageError::table(path))?)?;
    }
    Ok(())
}

impl KeyBatch {
    pub(crate) fn len(&self) -> usize {
        self.table.num_rows()
    }

    fn column(&self, column: &Column) -> Result<&ArrayRef> {
        self.table
            .column_by_name(column.name)
            .ok_or_else(|| StageError::Internal(format!("no key column `{}`", column.name)))
    }

    /// A column of 16-byte values.
    pub(crate) fn hashes(&self, column: &Column) -> Result<Vec<Option<u128>>> {
        let array: &FixedSizeBinaryArray = self.column(column)?.as_fixed_size_binary();
        Ok(array.iter().map(|value| value?.try_into().ok().map(u128::from_be_bytes)).collect())
    }

    pub(crate) fn captured_at(&self) -> Result<Vec<Option<i64>>> {
        Ok(self.column(&schema::CAPTURED_AT)?.as_primitive::<TimestampMicrosecondType>().iter().collect())
    }

    pub(crate) fn n_chars(&self) -> Result<&UInt32Array> {
        Ok(self.column(&schema::N_CHARS)?.as_primitive())
    }

    pub(crate) fn languages(&self) -> Result<&StringArray> {
        Ok(self.column(&schema::LANGUAGE)?.as_string())
    }

    pub(crate) fn band_keys(&self) -> Result<&BinaryArray> {
        Ok(self.column(&schema::BAND_KEYS)?.as_binary())
    }

    /// Calls `visit` with row (within the batch) and hash of each line.
    pub(crate) fn each_line(&self, mut visit: impl FnMut(usize, u64)) -> Result<()> {
        let lists = self.column(&schema::LINE_HASHES)?.as_list::<i32>();
        for row in 0..self.len() {
            if lists.is_valid(row) {
                let hashes = lists.value(row);
                for hash in hashes.as_primitive::<arrow::datatypes::UInt64Type>().values() {
                    visit(row, *hash);
                }
            }
        }
        Ok(())
    }
}
