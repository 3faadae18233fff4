//! The chosen documents, shuffled into shards.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, FixedSizeBinaryArray, RecordBatch, UInt32Array, UInt64Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::select::{Selection, draw, select};
use super::{MixConfig, Share, Shortage, targets};
use crate::error::{Result, StageError};
use crate::schema::{self, Column};
use crate::task::{Layout, Output, Workbench};
use crate::write::TableWriter;

/// What a mix is: `mixes/NAME/mix.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// What was asked for.
    pub mix: MixConfig,
    /// The seed of every draw.
    pub seed: u64,
    /// What counted the tokens.
    pub tokenizer: String,
    /// What came out, class by class.
    pub classes: Vec<Taken>,
    /// The files, in order.
    pub files: Vec<Output>,
    /// What was short, in words.
    pub shortage: Option<String>,
}

/// One class as it came out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Taken {
    /// What was asked for, and what there was.
    #[serde(flatten)]
    pub share: Share,
    /// Tokens that were taken.
    pub tokens: u64,
    /// Documents, copies counted.
    pub documents: u64,
    /// Times the class is gone through.
    pub epochs: f64,
}

/// Why a mix was not written.
#[derive(Debug, thiserror::Error)]
pub enum MixError {
    /// A class cannot fill its share.
    #[error(transparent)]
    Short(#[from] Shortage),
    /// The world failed.
    #[error(transparent)]
    Stage(#[from] StageError),
}

/// Writes a mix of the run's documents. A mix of the same name is replaced when the new one is whole.
///
/// # Errors
/// [`MixError::Short`] when a class cannot fill its share; [`MixError::Stage`] when the storage fails.
pub fn regenerate(layout: &Layout, config: &MixConfig, seed: u64, bench: &Workbench) -> Result<Manifest, MixError> {
    bench.pool.install(|| write_mix(layout, config, seed, bench))
}

fn write_mix(layout: &Layout, config: &MixConfig, seed: u64, bench: &Workbench) -> Result<Manifest, MixError> {
    let files = layout.files("documents")?;
    let available = files
        .par_iter()
        .map(|file| {
            let mut tokens = BTreeMap::new();
            read_facts(file, |_, class, count| *tokens.entry(class.to_owned()).or_default() += count)?;
            Ok::<_, StageError>(tokens)
        })
        .try_reduce(BTreeMap::new, |mut total: BTreeMap<String, u64>, part| {
            for (class, tokens) in part {
                *total.entry(class).or_default() += tokens;
            }
            Ok(total)
        })?;
    let (shares, shortage) = targets(config, &available)?;
    let selections = select(&files, &shares, seed)?;
    let total: u64 = shares.iter().map(|share| share.target).sum();
    let piles = usize::try_from(total.div_ceil(config.shard_tokens).clamp(1, 10_000)).unwrap_or(1);

    let folder = format!("mixes/{}", config.name);
    let new = format!("work/mixes/{}/new", config.name);
    let work = layout.path(&format!("work/mixes/{}", config.name));
    remove_folder(&work)?; // of a try that was stopped
    let scattered = files
        .par_iter()
        .enumerate()
        .map(|(number, file)| {
            bench.check()?;
            scatter(layout, file, &format!("work/mixes/{}/{number:06}.parquet", config.name), &selections, seed, piles)
        })
        .collect::<Result<Vec<_>>>()?;
    let outputs = (0..piles)
        .into_par_iter()
        .map(|pile| {
            bench.check()?;
            gather(layout, &scattered, pile, &format!("{new}/part-{pile:05}.parquet"))
        })
        .collect::<Result<Vec<_>>>()?;

    let mut taken: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for file in &scattered {
        for (class, (documents, tokens)) in &file.taken {
            let sum = taken.entry(class).or_default();
            *sum = (sum.0 + documents, sum.1 + tokens);
        }
    }
    let classes = shares
        .into_iter()
        .map(|share| {
            let (documents, tokens) = taken.get(share.class.as_str()).copied().unwrap_or_default();
            Taken { epochs: share.epochs(), share, tokens, documents }
        })
        .collect();
    let files = outputs.into_iter().map(|file| Output { path: file.path.replacen(&new, &folder, 1), ..file }).collect();
    let manifest = Manifest {
        mix: config.clone(),
        seed,
        tokenizer: "cl100k_base".into(),
        classes,
        files,
        shortage: shortage.map(|shortage| shortage.to_string()),
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| StageError::Internal(error.to_string()))?;
    layout.write_file(&layout.path(&format!("{new}/mix.json")), &json)?;
    // The new mix is whole: it takes the place of the old one.
    let (new, target) = (layout.path(&new), layout.path(&folder));
    remove_folder(&target)?;
    fs::create_dir_all(layout.path("mixes")).map_err(StageError::io("create", layout.path("mixes")))?;
    fs::rename(&new, &target).map_err(StageError::io("rename to", &target))?;
    remove_folder(&work)?;
    Ok(manifest)
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StageError::io("remove", folder)(error)),
        _ => Ok(()),
    }
}

/// Calls `visit` with id, class and tokens of every document of a file.
pub(super) fn read_facts(path: &Path, mut visit: impl FnMut(&[u8], &str, u64)) -> Result<()> {
    for batch in read(path, &[&schema::ID, &schema::CLASS, &schema::N_TOKENS])? {
        let batch = batch?;
        let (ids, classes, tokens) = facts(&batch)?;
        for row in 0..batch.num_rows() {
            visit(ids.value(row), classes.value(row), tokens.value(row).into());
        }
    }
    Ok(())
}

type Facts<'a> = (&'a FixedSizeBinaryArray, &'a arrow::array::StringArray, &'a UInt32Array);

fn facts(batch: &RecordBatch) -> Result<Facts<'_>> {
    let column = |column: &Column| {
        let missing = || StageError::Internal(format!("documents without the column `{}`", column.name));
        batch.column_by_name(column.name).ok_or_else(missing)
    };
    Ok((
        column(&schema::ID)?.as_fixed_size_binary(),
        column(&schema::CLASS)?.as_string(),
        column(&schema::N_TOKENS)?.as_primitive::<UInt32Type>(),
    ))
}

fn read(path: &Path, columns: &[&Column]) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let file = File::open(path).map_err(StageError::io("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(StageError::table(path))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|column| column.name));
    let reader = builder.with_projection(mask).with_batch_size(256).build().map_err(StageError::table(path))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(StageError::table(&path))))
}

/// The columns that a mix takes over, and the two that it adds.
const TAKEN_OVER: [&Column; 6] =
    [&schema::ID, &schema::TEXT, &schema::CLASS, &schema::TOPIC, &schema::LANGUAGE, &schema::N_TOKENS];

fn mix_schema(with_order: bool) -> SchemaRef {
    let mut fields: Vec<_> = TAKEN_OVER.iter().map(|column| column.field()).collect();
    fields.push(Arc::new(Field::new("epoch", DataType::UInt32, false)));
    if with_order {
        fields.push(Arc::new(Field::new("order", DataType::UInt64, false)));
    }
    Arc::new(Schema::new(fields))
}

/// One file's chosen documents, a row group (or several) a pile.
struct Scattered {
    path: PathBuf,
    /// The pile of each row group.
    piles: Vec<usize>,
    /// Documents and tokens of each class.
    taken: BTreeMap<String, (u64, u64)>,
}

/// Text that a scatter holds before it writes.
const CHUNK_BYTES: usize = 16 << 20;

fn scatter(
    layout: &Layout,
    path: &Path,
    relative: &str,
    selections: &BTreeMap<String, Selection>,
    seed: u64,
    piles: usize,
) -> Result<Scattered> {
    let mut writer = TableWriter::create(layout, relative, mix_schema(true))?;
    let mut scattered = Scattered { path: layout.path(relative), piles: Vec::new(), taken: BTreeMap::new() };
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    let mut flush = |chunk: &mut Vec<RecordBatch>, scattered: &mut Scattered| -> Result<()> {
        let whole = concat_batches(&mix_schema(true), chunk.iter())?;
        chunk.clear();
        let orders = whole.column(whole.num_columns() - 1).as_primitive::<arrow::datatypes::UInt64Type>().clone();
        let mut rows: Vec<u64> = (0..whole.num_rows() as u64).collect();
        let order = |row: &u64| usize::try_from(*row).map_or(0, |row| orders.value(row));
        rows.sort_by_key(order);
        for pile in rows.chunk_by(|a, b| pile_of(order(a), piles) == pile_of(order(b), piles)) {
            writer.write(&take_record_batch(&whole, &UInt64Array::from(pile.to_vec()))?)?;
            writer.end_row_group()?;
            scattered.piles.push(pile_of(order(&pile[0]), piles));
        }
        Ok(())
    };
    for batch in read(path, &TAKEN_OVER)? {
        let batch = batch?;
        let chosen = choose(&batch, selections, seed, &mut scattered.taken)?;
        bytes += chosen.get_array_memory_size();
        chunk.push(chosen);
        if bytes >= CHUNK_BYTES {
            flush(&mut chunk, &mut scattered)?;
            bytes = 0;
        }
    }
    flush(&mut chunk, &mut scattered)?;
    writer.finish()?;
    Ok(scattered)
}

/// The chosen rows of a batch, once a copy, with epoch and place in the shuffled order.
fn choose(
    batch: &RecordBatch,
    selections: &BTreeMap<String, Selection>,
    seed: u64,
    taken: &mut BTreeMap<String, (u64, u64)>,
) -> Result<RecordBatch> {
    let (ids, classes, tokens) = facts(batch)?;
    let (mut rows, mut epochs, mut orders) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..batch.num_rows() {
        let (id, class) = (ids.value(row), classes.value(row));
        let copies = selections.get(class).map_or(0, |selection| selection.copies(draw(id, seed)));
        for epoch in 1..=copies {
            rows.push(row as u64);
            epochs.push(epoch);
            // Another seed than the draw's: else the first shards would hold what is taken first.
            let order = xxh3_64_with_seed(&epoch.to_le_bytes(), draw(id, !seed));
            orders.push(order);
            let sum = taken.entry(class.to_owned()).or_default();
            *sum = (sum.0 + 1, sum.1 + u64::from(tokens.value(row)));
        }
    }
    let chosen = take_record_batch(batch, &UInt64Array::from(rows))?;
    let mut columns: Vec<ArrayRef> = TAKEN_OVER
        .iter()
        .map(|column| {
            let column = chosen.column_by_name(column.name).cloned();
            column.ok_or_else(|| StageError::Internal("documents without a column of the mix".into()))
        })
        .collect::<Result<_>>()?;
    columns.push(Arc::new(UInt32Array::from(epochs)));
    columns.push(Arc::new(UInt64Array::from(orders)));
    Ok(RecordBatch::try_new(mix_schema(true), columns)?)
}

fn pile_of(order: u64, piles: usize) -> usize {
    usize::try_from((u128::from(order) * piles as u128) >> 64).unwrap_or(0)
}

/// One output file: the pile's row groups of all files, in the shuffled order.
fn gather(layout: &Layout, scattered: &[Scattered], pile: usize, relative: &str) -> Result<Output> {
    let mut batches = Vec::new();
    for file in scattered {
        let groups: Vec<usize> = (0..file.piles.len()).filter(|group| file.piles[*group] == pile).collect();
        if groups.is_empty() {
            continue;
        }
        let open = File::open(&file.path).map_err(StageError::io("open", &file.path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(open).map_err(StageError::table(&file.path))?;
        let reader = builder.with_row_groups(groups).build().map_err(StageError::table(&file.path))?;
        for batch in reader {
            batches.push(batch.map_err(StageError::table(&file.path))?);
        }
    }
    let whole = concat_batches(&mix_schema(true), &batches)?;
    drop(batches);
    let orders = whole.column(whole.num_columns() - 1).as_primitive::<arrow::datatypes::UInt64Type>().clone();
    let ids = whole.column(0).as_fixed_size_binary().clone();
    let mut rows: Vec<usize> = (0..whole.num_rows()).collect();
    rows.sort_by(|&a, &b| orders.value(a).cmp(&orders.value(b)).then_with(|| ids.value(a).cmp(ids.value(b))));
    let mut writer = TableWriter::create(layout, relative, mix_schema(false))?;
    let without_order: Vec<usize> = (0..whole.num_columns() - 1).collect();
    for part in rows.chunks(512) {
        let part = UInt64Array::from(part.iter().map(|row| *row as u64).collect::<Vec<_>>());
        writer.write(&take_record_batch(&whole, &part)?.project(&without_order)?)?;
    }
    writer.finish()
}
