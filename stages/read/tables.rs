//! Inputs that are text already: JSON lines and Parquet with a `text` column.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use arrow::array::{Array, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;
use serde_json::Value;

use super::integrity::{Damage, Integrity};
use super::rows::Row;

/// What reads a table tells, row by row; `false` ends the reading.
pub(super) trait Visitor {
    fn row(&mut self, row: &Row<'_>) -> bool;
    fn damage(&mut self, damage: &Damage) -> bool;
}

/// Fields that are understood; other ones are not carried along.
#[derive(Deserialize)]
struct Line {
    text: Option<String>,
    html: Option<String>,
    id: Option<Value>,
    doc_id: Option<Value>,
    url: Option<String>,
    title: Option<String>,
    language: Option<Value>,
    captured_at: Option<Value>,
    date: Option<Value>,
    timestamp: Option<Value>,
}

/// Reads JSON lines, plain, gzip or zstd. A line of more than `most` bytes fails.
pub(super) fn read_jsonl(
    input: impl Read,
    most: u64,
    integrity: &mut Integrity,
    visitor: &mut dyn Visitor,
) -> std::io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, input);
    let mut line = Vec::new();
    let mut offset = 0;
    loop {
        line.clear();
        let read = (&mut input).take(most + 1).read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            return Ok(());
        }
        let start = offset;
        offset += read;
        if read > most {
            if !line.ends_with(b"\n") {
                offset += skip_line(&mut input)?;
            }
            let damage = Damage::new("too_large", format!("a line of more than {most} bytes"), start, offset - start);
            integrity.count(&damage);
            if !visitor.damage(&damage) {
                return Ok(());
            }
            continue;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let goes_on = match parse_line(&line) {
            Ok(parsed) => {
                *integrity.records.entry("line".into()).or_default() += 1;
                visit_line(&parsed, start, read, visitor)
            }
            Err(message) => {
                let damage = Damage::new("bad_line", message, start, read);
                integrity.count(&damage);
                visitor.damage(&damage)
            }
        };
        if !goes_on {
            return Ok(());
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        let (count, ended) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(count);
        skipped += count as u64;
        if ended {
            return Ok(skipped);
        }
    }
}

fn parse_line(line: &[u8]) -> Result<Line, String> {
    let parsed: Line = serde_json::from_slice(line).map_err(|error| format!("no JSON object of ours: {error}"))?;
    if parsed.text.is_none() && parsed.html.is_none() {
        return Err("the line has neither `text` nor `html`".into());
    }
    Ok(parsed)
}

fn visit_line(line: &Line, offset: u64, length: u64, visitor: &mut dyn Visitor) -> bool {
    let id = line.id.as_ref().or(line.doc_id.as_ref()).map(plain);
    let date = line.captured_at.as_ref().or(line.date.as_ref()).or(line.timestamp.as_ref());
    let language = line.language.as_ref().and_then(Value::as_str);
    let (kind, body) = match (&line.text, &line.html) {
        (Some(text), _) => ("text", text),
        (None, Some(html)) => ("html", html),
        (None, None) => return true,
    };
    visitor.row(&Row {
        kind,
        url: line.url.as_deref(),
        captured_at: date.and_then(date_of),
        content_type: Some("text/html; charset=utf-8"),
        body: body.as_bytes(),
        title: line.title.as_deref(),
        language_hint: language,
        given_id: id.as_deref(),
        offset,
        length,
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A date as text, or as seconds since 1970.
fn date_of(value: &Value) -> Option<i64> {
    match value {
        Value::Number(seconds) => seconds.as_i64()?.checked_mul(1_000_000),
        Value::String(text) => super::warc::parse_date(text),
        _ => None,
    }
}

/// Reads a Parquet file with a column `text`, and `id`, `url`, `title`, `language`, `captured_at` where there are such.
/// A text of more than `most` bytes fails, and so does a row without one.
pub(super) fn read_parquet(
    mut file: File,
    most: u64,
    integrity: &mut Integrity,
    visitor: &mut dyn Visitor,
) -> std::io::Result<()> {
    file.rewind()?;
    let bytes = file.metadata()?.len();
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string()).and_then(|builder| {
            if builder.schema().column_with_name("text").is_none() {
                return Err("there is no column `text`".to_owned());
            }
            let total = builder.metadata().file_metadata().num_rows();
            let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
            let reader = builder.with_projection(mask).with_batch_size(256).build();
            reader.map(|reader| (reader, u64::try_from(total).unwrap_or(0))).map_err(|error| error.to_string())
        });
    let (reader, total) = match reader {
        Ok(found) => found,
        Err(message) => {
            let damage = Damage::new("bad_parquet", message, 0, bytes);
            integrity.count(&damage);
            visitor.damage(&damage);
            return Ok(());
        }
    };
    let mut row = 0;
    for batch in reader {
        let columns = batch.map_err(|error| error.to_string()).and_then(|batch| Columns::of(&batch));
        let columns = match columns {
            Ok(columns) => columns,
            Err(message) => {
                // What follows cannot be found: its share of the file is lost.
                let damage = Damage::new("bad_parquet", message, row, bytes / total.max(1) * total.saturating_sub(row));
                integrity.count(&damage);
                visitor.damage(&damage);
                return Ok(());
            }
        };
        for place in 0..columns.texts.len() {
            let goes_on = match columns.text(place, most) {
                Ok(text) => {
                    *integrity.records.entry("row".into()).or_default() += 1;
                    columns.visit(place, text, row, visitor)
                }
                Err((kind, message)) => {
                    let damage = Damage::new(kind, message, row, 0);
                    integrity.count(&damage);
                    visitor.damage(&damage)
                }
            };
            if !goes_on {
                return Ok(());
            }
            row += 1;
        }
    }
    Ok(())
}

/// Columns that are understood; other ones are not carried along.
const COLUMNS: [&str; 6] = ["text", "id", "url", "title", "language", "captured_at"];

/// A few hundred rows of a Parquet file.
struct Columns {
    texts: StringArray,
    /// id, url, title, language.
    others: [Option<StringArray>; 4],
    dates: Option<TimestampMicrosecondArray>,
}

impl Columns {
    fn of(batch: &RecordBatch) -> Result<Self, String> {
        let column = |name: &str| batch.column_by_name(name);
        let strings = |name: &str| -> Option<StringArray> {
            Some(cast(column(name)?, &DataType::Utf8).ok()?.as_string::<i32>().clone())
        };
        let texts = column("text").ok_or("there is no column `text`")?;
        let texts =
            cast(texts, &DataType::Utf8).map_err(|error| format!("the column `text` holds no text: {error}"))?;
        let dates = column("captured_at").and_then(|dates| {
            let dates = cast(dates, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
            Some(dates.as_primitive::<TimestampMicrosecondType>().clone())
        });
        Ok(Self {
            texts: texts.as_string::<i32>().clone(),
            others: ["id", "url", "title", "language"].map(strings),
            dates,
        })
    }

    /// The row's text, or what is wrong with it.
    fn text(&self, place: usize, most: u64) -> Result<&str, (&'static str, String)> {
        if self.texts.is_null(place) {
            return Err(("bad_row", "the row has no text".into()));
        }
        let text = self.texts.value(place);
        if text.len() as u64 > most {
            return Err(("too_large", format!("a text of {} bytes, more than {most}", text.len())));
        }
        Ok(text)
    }

    fn visit(&self, place: usize, text: &str, row: u64, visitor: &mut dyn Visitor) -> bool {
        let [id, url, title, language] = self
            .others
            .each_ref()
            .map(|column| column.as_ref().filter(|column| column.is_valid(place)).map(|column| column.value(place)));
        visitor.row(&Row {
            kind: "text",
            url,
            captured_at: self.dates.as_ref().filter(|dates| dates.is_valid(place)).map(|dates| dates.value(place)),
            content_type: None,
            body: text.as_bytes(),
            title,
            language_hint: language,
            given_id: id,
            offset: row,
            length: 1,
        })
    }
}
