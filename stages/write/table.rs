//! Parquet files that appear when they are whole.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Fields, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::error::{Result, StageError};
use crate::schema;
use crate::task::{Layout, Output, Partial};

/// Bytes of a row group before compression: what a writer holds, and what a reader holds of it later.
const ROW_GROUP_BYTES: usize = 8 << 20;

/// Bytes of a row group as they are in memory, so that texts which compress to nothing do not make a batch of gigabytes
/// when they are read.
const MOST_DECODED: usize = 32 << 20;

/// Writes one table of one task.
pub struct TableWriter {
    writer: ArrowWriter<Partial>,
    rows: u64,
    /// Bytes in memory of the row group's rows so far.
    decoded: usize,
}

impl TableWriter {
    /// A table under `relative`, compressed with zstd.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub fn create(layout: &Layout, relative: &str, schema: SchemaRef) -> Result<Self> {
        let properties = properties(&schema);
        Self::with(layout, relative, schema, properties)
    }

    /// A key table: hashes do not compress, and are not worth the try.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails.
    pub(crate) fn create_keys(layout: &Layout, relative: &str) -> Result<Self> {
        let schema = schema::schema(schema::KEYS);
        let mut properties = properties(&schema);
        for column in [&schema::ID, &schema::KEY_URL, &schema::KEY_CONTENT, &schema::BAND_KEYS] {
            properties = plain(properties, &[column.name]);
        }
        properties = plain(properties, &[schema::LINE_HASHES.name, "list", "item"]);
        Self::with(layout, relative, schema, properties)
    }

    fn with(layout: &Layout, relative: &str, schema: SchemaRef, properties: WriterPropertiesBuilder) -> Result<Self> {
        let file = layout.create(relative)?;
        let writer =
            ArrowWriter::try_new(file, schema, Some(properties.build())).map_err(StageError::table(relative))?;
        Ok(Self { writer, rows: 0, decoded: 0 })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// [`StageError::Table`] when the storage fails.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.rows += batch.num_rows() as u64;
        let error = |writer: &ArrowWriter<Partial>, error| StageError::table(writer.inner().target())(error);
        if let Err(failed) = self.writer.write(batch) {
            return Err(error(&self.writer, failed));
        }
        for column in batch.columns() {
            let size = column.to_data().get_slice_memory_size();
            self.decoded += size.map_err(|failed| error(&self.writer, failed.into()))?;
        }
        if self.writer.in_progress_size() >= ROW_GROUP_BYTES || self.decoded >= MOST_DECODED {
            self.decoded = 0;
            if let Err(failed) = self.writer.flush() {
                return Err(error(&self.writer, failed));
            }
        }
        Ok(())
    }

    /// Ends the row group, so that the rows to come can be read by themselves.
    ///
    /// # Errors
    /// [`StageError::Table`] when the storage fails.
    pub fn end_row_group(&mut self) -> Result<()> {
        self.writer.flush().map_err(StageError::table("row group"))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// [`StageError::Table`] when the storage fails.
    pub fn finish(self) -> Result<Output> {
        let target = self.writer.inner().target().to_owned();
        self.writer.into_inner().map_err(StageError::table(target))?.finish(self.rows)
    }
}

fn properties(schema: &Schema) -> WriterPropertiesBuilder {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_column_dictionary_enabled(ColumnPath::from(schema::TEXT.name), false) // texts do not repeat
        .set_created_by(format!("trommel {}", env!("CARGO_PKG_VERSION")));
    numbers(properties, &[], schema.fields())
}

/// Numbers, of which a table has a hundred columns, each with a compressor of its own while it is written: zstd's and a
/// dictionary take 160 kB, Snappy's two, for files that are not larger by more than a hundredth.
fn numbers(mut properties: WriterPropertiesBuilder, above: &[&str], fields: &Fields) -> WriterPropertiesBuilder {
    for field in fields {
        let path = [above, &[field.name().as_str()]].concat();
        properties = match field.data_type() {
            DataType::Struct(parts) => numbers(properties, &path, parts),
            number if number.is_numeric() || *number == DataType::Boolean => {
                let column = column_path(&path);
                properties
                    .set_column_compression(column.clone(), Compression::SNAPPY)
                    .set_column_dictionary_enabled(column, false)
            }
            _ => properties,
        };
    }
    properties
}

fn column_path(path: &[&str]) -> ColumnPath {
    ColumnPath::new(path.iter().map(|part| (*part).to_owned()).collect())
}

fn plain(properties: WriterPropertiesBuilder, path: &[&str]) -> WriterPropertiesBuilder {
    let column = column_path(path);
    properties
        .set_column_compression(column.clone(), Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(column.clone(), false)
        .set_column_encoding(column, Encoding::PLAIN)
}
