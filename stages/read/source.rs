//! The scan of input files: a DataFusion source of records, one partition a file.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileOpenFuture, FileOpener, FileScanConfig, FileSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result as PlanResult};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::DisplayFormatType;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::{StreamExt, TryFutureExt};
use object_store::{GetResultPayload, ObjectStore, ObjectStoreExt};
use tokio::sync::mpsc::{Sender, channel};

use super::ReadConfig;
use super::integrity::{Damage, Integrity};
use super::rows::{Row, Rows};
use super::tables::{Visitor, read_jsonl, read_parquet};
use super::warc::{Item, RecordKind, WarcReader};
use crate::error::{Result, StageError};
use crate::schema;
use crate::task::Workbench;

/// Yields the records of an input file, in order, and on a last row the account of the file.
///
/// The format follows from name and first bytes: WARC and WET (plain, gzip, zstd), JSON lines (likewise), Parquet.
#[derive(Clone)]
pub struct RecordSource {
    config: ReadConfig,
    /// The file's name in the run.
    name: String,
    /// At most so many records.
    limit: Option<u64>,
    bench: Option<Arc<Workbench>>,
    table_schema: TableSchema,
    metrics: ExecutionPlanMetricsSet,
}

impl RecordSource {
    /// A source of the file that the run knows under `name`.
    #[must_use]
    pub fn new(config: ReadConfig, name: String, limit: Option<u64>, bench: Option<Arc<Workbench>>) -> Self {
        let table_schema = TableSchema::from(schema::records());
        Self { config, name, limit, bench, table_schema, metrics: ExecutionPlanMetricsSet::new() }
    }
}

impl fmt::Debug for RecordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordSource").field("name", &self.name).field("config", &self.config).finish_non_exhaustive()
    }
}

impl FileSource for RecordSource {
    fn create_file_opener(
        &self,
        store: Arc<dyn ObjectStore>,
        _: &FileScanConfig,
        _: usize,
    ) -> PlanResult<Arc<dyn FileOpener>> {
        Ok(Arc::new(Opener { source: self.clone(), store }))
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table_schema
    }

    fn with_batch_size(&self, _: usize) -> Arc<dyn FileSource> {
        Arc::new(self.clone()) // batches are cut by bytes
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &'static str {
        "records"
    }

    fn supports_repartitioning(&self) -> bool {
        false // a compressed file has one beginning
    }

    fn fmt_extra(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", name={}", self.name)
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> PlanResult<TreeNodeRecursion>,
    ) -> PlanResult<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
}

struct Opener {
    source: RecordSource,
    store: Arc<dyn ObjectStore>,
}

impl FileOpener for Opener {
    fn open(&self, file: PartitionedFile) -> PlanResult<FileOpenFuture> {
        let (source, store) = (self.source.clone(), Arc::clone(&self.store));
        Ok(Box::pin(async move {
            let location = file.object_meta.location;
            let (input, path) = match store.get(&location).map_err(DataFusionError::from).await?.payload {
                GetResultPayload::File(file, path) => (file, path),
                GetResultPayload::Stream(_) => {
                    return Err(DataFusionError::NotImplemented("only local input files are read".into()));
                }
            };
            // Reading and inflating block, so they have a thread of their own; two batches wait at most.
            let (sender, receiver) = channel(1);
            let reader = datafusion::common::runtime::SpawnedTask::spawn_blocking(move || {
                let failure = read(&source, input, &path, &sender).err();
                if let Some(error) = failure {
                    // Nobody listens any more when this fails.
                    let _ = sender.blocking_send(Err(error));
                }
            });
            let stream = futures::stream::unfold((receiver, Some(reader)), |(mut receiver, reader)| async move {
                if let Some(batch) = receiver.recv().await {
                    let batch: Result<RecordBatch> = batch;
                    return Some((batch.map_err(DataFusionError::from), (receiver, reader)));
                }
                // A reader that panicked has ended early: its file is not read.
                let error = reader?.join().await.err()?;
                Some((Err(DataFusionError::External(Box::new(error))), (receiver, None)))
            });
            Ok(stream.boxed())
        }))
    }
}

/// Where rows go: batches to the channel, as they fill.
struct Sink<'a> {
    rows: Rows,
    limit: u64,
    sender: &'a Sender<Result<RecordBatch>>,
    bench: Option<&'a Workbench>,
    /// Nobody reads any more.
    closed: bool,
    error: Option<StageError>,
}

impl Sink<'_> {
    fn flush_if_full(&mut self) -> bool {
        if self.rows.is_full() {
            self.flush();
        }
        !self.closed && self.error.is_none() && self.rows.total() < self.limit
    }

    fn flush(&mut self) {
        match self.rows.finish() {
            Ok(batch) => self.closed |= self.sender.blocking_send(Ok(batch)).is_err(),
            Err(error) => self.error = Some(error),
        }
        if let Some(Err(stopped)) = self.bench.map(Workbench::check) {
            self.error = Some(stopped);
        }
    }
}

impl Visitor for Sink<'_> {
    fn row(&mut self, row: &Row<'_>) -> bool {
        self.rows.add(row);
        self.flush_if_full()
    }

    fn damage(&mut self, damage: &Damage) -> bool {
        self.rows.add_damage(damage);
        self.flush_if_full()
    }
}

/// Reads a whole file.
fn read(source: &RecordSource, file: File, path: &PathBuf, sender: &Sender<Result<RecordBatch>>) -> Result<()> {
    let bench = source.bench.as_deref();
    let mut sink = Sink {
        rows: Rows::new(source.name.clone()),
        limit: source.limit.unwrap_or(u64::MAX),
        sender,
        bench,
        closed: false,
        error: None,
    };
    let bytes = file.metadata().map_err(StageError::io("open", path))?.len();
    let watch = Arc::new(Watch::default());
    let input = Metered {
        file: file.try_clone().map_err(StageError::io("open", path))?,
        bench: source.bench.clone(),
        watch: Arc::clone(&watch),
    };
    let failed = |error| StageError::io("read", path)(error);
    let mut integrity = Integrity { bytes, ..Integrity::default() };
    match format_of(&source.name) {
        Format::JsonLines(Compression::None) => {
            read_jsonl(input, source.config.max_record, &mut integrity, &mut sink).map_err(failed)?;
        }
        Format::JsonLines(Compression::Gzip) => {
            let input = flate2::bufread::MultiGzDecoder::new(std::io::BufReader::new(input));
            read_packed(input, source, &watch, &mut integrity, &mut sink);
        }
        Format::JsonLines(Compression::Zstandard) => {
            let input = zstd::stream::read::Decoder::new(input).map_err(failed)?;
            read_packed(input, source, &watch, &mut integrity, &mut sink);
        }
        Format::Parquet => {
            read_parquet(file, source.config.max_record, &mut integrity, &mut sink).map_err(failed)?;
            if let Some(bench) = bench {
                bench.meter.add_bytes(bytes);
            }
        }
        Format::Warc => integrity = read_warc(input, source, &mut sink).map_err(failed)?,
    }
    watch.check(path)?;
    if let Some(error) = sink.error {
        return Err(error);
    }
    sink.rows.add_account(&integrity);
    sink.flush();
    sink.error.map_or(Ok(()), Err)
}

/// Compressed lines: where the compression breaks, the rest of the file is lost, and said to be.
fn read_packed(input: impl Read, source: &RecordSource, watch: &Watch, integrity: &mut Integrity, sink: &mut Sink<'_>) {
    if let Err(error) = read_jsonl(input, source.config.max_record, integrity, sink) {
        let read = watch.read.load(Ordering::Relaxed).min(integrity.bytes);
        let damage = Damage::new("corrupt", error.to_string(), read, integrity.bytes - read);
        integrity.count(&damage);
        sink.damage(&damage);
    }
}

fn read_warc(
    input: impl Read + Send + 'static,
    source: &RecordSource,
    sink: &mut Sink<'_>,
) -> std::io::Result<Integrity> {
    let mut reader = WarcReader::new(input, source.config.max_record)?;
    while let Some(item) = reader.next_item() {
        let goes_on = match &item {
            Item::Damage(damage) => sink.damage(damage),
            Item::Record(record) => {
                let kind = match record.kind {
                    RecordKind::Response => "response",
                    RecordKind::Resource => "resource",
                    RecordKind::Conversion => "text",
                    _ => continue, // counted in the account
                };
                sink.row(&Row {
                    kind,
                    url: record.header.target_uri.as_deref(),
                    captured_at: record.header.date,
                    content_type: record.header.content_type.as_deref(),
                    body: &record.block,
                    offset: record.offset,
                    length: record.length,
                    ..Row::default()
                })
            }
        };
        if !goes_on {
            break;
        }
    }
    let mut integrity = reader.integrity().clone();
    integrity.bytes = reader.position().max(integrity.bytes);
    Ok(integrity)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstandard,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Warc,
    JsonLines(Compression),
    Parquet,
}

/// The format by name; what is not a table by name is taken for WARC, whose reader says what it is not.
fn format_of(name: &str) -> Format {
    let lower = name.to_lowercase();
    let (stem, compression) = match lower.rsplit_once('.') {
        Some((stem, "gz")) => (stem, Compression::Gzip),
        Some((stem, "zst" | "zstd")) => (stem, Compression::Zstandard),
        _ => (lower.as_str(), Compression::None),
    };
    match stem.rsplit('.').next() {
        Some("jsonl" | "ndjson" | "json") => Format::JsonLines(compression),
        Some("parquet") => Format::Parquet,
        _ => Format::Warc,
    }
}

/// A file that tells the meter what is read of it, and remembers when the storage fails: that is no damage of the file,
/// and the task must be tried again.
struct Metered {
    file: File,
    bench: Option<Arc<Workbench>>,
    watch: Arc<Watch>,
}

/// What is known of a file from outside while a decoder reads it.
#[derive(Default)]
struct Watch {
    read: AtomicU64,
    failure: Mutex<Option<std::io::Error>>,
}

impl Watch {
    /// The storage's error, if there was one.
    fn check(&self, path: &Path) -> Result<()> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), |error| Err(StageError::io("read", path)(error)))
    }
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = match self.file.read(buffer) {
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => {
                let told = std::io::Error::new(error.kind(), error.to_string());
                *self.watch.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                return Err(told);
            }
            other => other?,
        };
        self.watch.read.fetch_add(count as u64, Ordering::Relaxed);
        if let Some(bench) = &self.bench {
            bench.meter.add_bytes(count as u64);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_by_name() {
        for (name, expected) in [
            ("a/CC-MAIN-1.warc.gz", Format::Warc),
            ("x.warc.wet.gz", Format::Warc),
            ("x.jsonl", Format::JsonLines(Compression::None)),
            ("x.jsonl.zst", Format::JsonLines(Compression::Zstandard)),
            ("x.JSON.gz", Format::JsonLines(Compression::Gzip)),
            ("x.parquet", Format::Parquet),
            ("no_extension", Format::Warc),
        ] {
            assert_eq!(format_of(name), expected, "{name}");
        }
    }
}
