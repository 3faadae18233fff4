//! Inputs that are text already: JSON lines and Parquet with a `text` column.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
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
    #[serde(alias = "doc_id")]
    id: Option<Value>,
    url: Option<String>,
    title: Option<String>,
    language: Option<Value>,
    #[serde(alias = "date", alias = "timestamp")]
    captured_at: Option<Value>,
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
            offset += skip_line(&mut input)?;
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
    let id = line.id.as_ref().map(plain);
    let language = line.language.as_ref().and_then(Value::as_str);
    let (kind, body) = match (&line.text, &line.html) {
        (Some(text), _) => ("text", text),
        (None, Some(html)) => ("html", html),
        (None, None) => return true,
    };
    visitor.row(&Row {
        kind,
        url: line.url.as_deref(),
        captured_at: line.captured_at.as_ref().and_then(date_of),
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
pub(super) fn read_parquet(
    mut file: File,
    path: &Path,
    integrity: &mut Integrity,
    visitor: &mut dyn Visitor,
) -> std::io::Result<()> {
    file.rewind()?;
    let bytes = file.metadata()?.len();
    let failed = |message: String| Damage::new("bad_parquet", message, 0, bytes);
    let builder = match ParquetRecordBatchReaderBuilder::try_new(file) {
        Ok(builder) if builder.schema().column_with_name("text").is_some() => builder,
        Ok(_) => {
            let damage = failed(format!("{} has no column `text`", path.display()));
            integrity.count(&damage);
            visitor.damage(&damage);
            return Ok(());
        }
        Err(error) => {
            let damage = failed(error.to_string());
            integrity.count(&damage);
            visitor.damage(&damage);
            return Ok(());
        }
    };
    let names: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .filter(|name| ["text", "id", "url", "title", "language", "captured_at"].contains(&name.as_str()))
        .collect();
    let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().map(String::as_str));
    let reader = match builder.with_projection(mask).with_batch_size(256).build() {
        Ok(reader) => reader,
        Err(error) => {
            let damage = failed(error.to_string());
            integrity.count(&damage);
            visitor.damage(&damage);
            return Ok(());
        }
    };
    let mut row = 0;
    for batch in reader {
        match batch {
            Ok(batch) => {
                *integrity.records.entry("row".into()).or_default() += batch.num_rows() as u64;
                if !visit_batch(&batch, row, visitor) {
                    return Ok(());
                }
                row += batch.num_rows() as u64;
            }
            Err(error) => {
                let damage = Damage::new("bad_parquet", error.to_string(), row, 0);
                integrity.count(&damage);
                visitor.damage(&damage);
                return Ok(()); // what follows cannot be found
            }
        }
    }
    Ok(())
}

fn visit_batch(batch: &RecordBatch, first_row: u64, visitor: &mut dyn Visitor) -> bool {
    let strings = |name: &str| -> Option<StringArray> {
        let column = cast(batch.column_by_name(name)?, &DataType::Utf8).ok()?;
        Some(column.as_string::<i32>().clone())
    };
    let [texts, ids, urls, titles, languages] = ["text", "id", "url", "title", "language"].map(strings);
    let dates = batch.column_by_name("captured_at").and_then(|column| {
        let dates = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
        Some(dates.as_primitive::<TimestampMicrosecondType>().clone())
    });
    for (place, offset) in (0..batch.num_rows()).zip(first_row..) {
        let value = |column: &Option<StringArray>| -> Option<String> {
            column.as_ref().filter(|column| column.is_valid(place)).map(|column| column.value(place).to_owned())
        };
        let (text, id, url, title, language) =
            (value(&texts).unwrap_or_default(), value(&ids), value(&urls), value(&titles), value(&languages));
        let goes_on = visitor.row(&Row {
            kind: "text",
            url: url.as_deref(),
            captured_at: dates.as_ref().filter(|dates| dates.is_valid(place)).map(|dates| dates.value(place)),
            content_type: None,
            body: text.as_bytes(),
            title: title.as_deref(),
            language_hint: language.as_deref(),
            given_id: id.as_deref(),
            offset,
            length: 1,
        });
        if !goes_on {
            return false;
        }
    }
    true
}
