//! Records to batches.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use arrow::array::{
    BinaryBuilder, FixedSizeBinaryBuilder, RecordBatch, StringBuilder, StructArray, TimestampMicrosecondBuilder,
    UInt64Builder,
};
use memchr::memmem;
use xxhash_rust::xxh3::{Xxh3, Xxh3Default, xxh3_64};

use super::integrity::{Damage, Integrity};
use crate::error::Result;
use crate::schema;

/// A batch is cut at this many bytes of bodies, or rows.
const BATCH_BYTES: usize = 8 << 20;
const BATCH_ROWS: usize = 1024;

/// One record on its way into a batch.
#[derive(Debug, Default)]
pub(super) struct Row<'a> {
    pub(super) kind: &'a str,
    pub(super) url: Option<&'a str>,
    pub(super) captured_at: Option<i64>,
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) title: Option<&'a str>,
    pub(super) language_hint: Option<&'a str>,
    pub(super) given_id: Option<&'a str>,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Collects records of one file into batches, and gives them their ids.
pub(super) struct Rows {
    file: String,
    ids: FixedSizeBinaryBuilder,
    urls: StringBuilder,
    dates: TimestampMicrosecondBuilder,
    offsets: UInt64Builder,
    lengths: UInt64Builder,
    given_ids: StringBuilder,
    kinds: StringBuilder,
    types: StringBuilder,
    bodies: BinaryBuilder,
    titles: StringBuilder,
    hints: StringBuilder,
    error_kinds: StringBuilder,
    error_messages: StringBuilder,
    lost: UInt64Builder,
    accounts: StringBuilder,
    rows: usize,
    bytes: usize,
    /// Rows of the file so far.
    total: u64,
    /// How often each record was seen in this file: 16 bytes a record.
    seen: HashMap<u64, u32, BuildHasherDefault<Xxh3Default>>,
}

impl Rows {
    pub(super) fn new(file: String) -> Self {
        Self {
            file,
            ids: FixedSizeBinaryBuilder::new(16),
            urls: StringBuilder::new(),
            dates: TimestampMicrosecondBuilder::new(),
            offsets: UInt64Builder::new(),
            lengths: UInt64Builder::new(),
            given_ids: StringBuilder::new(),
            kinds: StringBuilder::new(),
            types: StringBuilder::new(),
            bodies: BinaryBuilder::new(),
            titles: StringBuilder::new(),
            hints: StringBuilder::new(),
            error_kinds: StringBuilder::new(),
            error_messages: StringBuilder::new(),
            lost: UInt64Builder::new(),
            accounts: StringBuilder::new(),
            rows: 0,
            bytes: 0,
            total: 0,
            seen: HashMap::default(),
        }
    }

    /// Rows of the file so far.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Whether the batch is full.
    pub(super) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    /// Adds a whole record.
    pub(super) fn add(&mut self, row: &Row<'_>) {
        let id = self.id(row);
        self.push(row, Some(id), None, None);
    }

    /// Adds a damaged place: a row that fails. Its id is made of its place.
    pub(super) fn add_damage(&mut self, damage: &Damage) {
        let row = Row {
            kind: "damage",
            url: damage.url.as_deref(),
            captured_at: damage.date,
            offset: damage.offset,
            length: damage.bytes_lost,
            ..Row::default()
        };
        let mut hasher = Xxh3::new();
        hasher.update(self.file.as_bytes());
        hasher.update(&damage.offset.to_le_bytes());
        hasher.update(damage.kind.as_bytes());
        self.push(&row, Some(hasher.digest128().to_be_bytes()), Some(damage), None);
    }

    /// Adds the file's account, on a last row that is no record.
    pub(super) fn add_account(&mut self, integrity: &Integrity) {
        let json = serde_json::to_string(integrity).unwrap_or_default();
        self.push(&Row::default(), None, None, Some(&json));
        self.total -= 1;
    }

    /// xxh3-128 of URL, capture time, payload and the ordinal among equal records of the file: never of a path, and
    /// of nothing that a recipe decides.
    fn id(&mut self, row: &Row<'_>) -> [u8; 16] {
        let mut hasher = Xxh3::new();
        let url = row.url.unwrap_or_default();
        hasher.update(&(url.len() as u64).to_le_bytes());
        hasher.update(url.as_bytes());
        hasher.update(&row.captured_at.unwrap_or(i64::MIN).to_le_bytes());
        hasher.update(&xxh3_64(row.body).to_le_bytes());
        let ordinal = self.seen.entry(hasher.digest()).or_default();
        hasher.update(&ordinal.to_le_bytes());
        *ordinal += 1;
        hasher.digest128().to_be_bytes()
    }

    fn push(&mut self, row: &Row<'_>, id: Option<[u8; 16]>, damage: Option<&Damage>, account: Option<&str>) {
        match id {
            // The width is the builder's own, so appending cannot fail.
            Some(id) => self.ids.append_value(id).unwrap_or_else(|_| self.ids.append_null()),
            None => self.ids.append_null(),
        }
        self.urls.append_option(row.url);
        self.dates.append_option(row.captured_at);
        self.offsets.append_value(row.offset);
        self.lengths.append_value(row.length);
        self.given_ids.append_option(row.given_id);
        self.kinds.append_value(row.kind);
        self.types.append_option(row.content_type);
        self.bodies.append_value(row.body);
        self.titles.append_option(row.title);
        self.hints.append_option(row.language_hint);
        self.error_kinds.append_option(damage.map(|damage| damage.kind));
        self.error_messages.append_option(damage.map(|damage| &damage.message));
        self.lost.append_option(damage.map(|damage| damage.bytes_lost));
        self.accounts.append_option(account);
        self.rows += 1;
        self.total += 1;
        self.bytes += weight(row);
    }

    /// The batch, which begins anew.
    pub(super) fn finish(&mut self) -> Result<RecordBatch> {
        let mut files = StringBuilder::with_capacity(self.rows, self.rows * self.file.len());
        for _ in 0..self.rows {
            files.append_value(&self.file);
        }
        let sources = StructArray::new(
            schema::source_fields(),
            vec![
                Arc::new(files.finish()),
                Arc::new(self.offsets.finish()),
                Arc::new(self.lengths.finish()),
                Arc::new(self.given_ids.finish()),
            ],
            None,
        );
        self.rows = 0;
        self.bytes = 0;
        Ok(RecordBatch::try_new(
            schema::records(),
            vec![
                Arc::new(self.ids.finish()),
                Arc::new(self.urls.finish()),
                Arc::new(self.dates.finish().with_timezone("UTC")),
                Arc::new(sources),
                Arc::new(self.kinds.finish()),
                Arc::new(self.types.finish()),
                Arc::new(self.bodies.finish()),
                Arc::new(self.titles.finish()),
                Arc::new(self.hints.finish()),
                Arc::new(self.error_kinds.finish()),
                Arc::new(self.error_messages.finish()),
                Arc::new(self.lost.finish()),
                Arc::new(self.accounts.finish()),
            ],
        )?)
    }
}

/// Bytes that a record takes in its batch once its body is decoded, about.
fn weight(row: &Row<'_>) -> usize {
    let strings = [row.url, row.title, row.content_type, row.language_hint, row.given_id];
    let beside: usize = strings.iter().flatten().map(|text| text.len()).sum();
    beside + if row.kind == "response" { decoded_bytes(row.body) } else { row.body.len() }
}

/// How large the body of an HTTP response becomes: gzip says it in its last bytes; of other codings, and of chunks, the
/// usual ratio is taken several times over. A wrong guess makes a batch smaller or larger, and nothing else.
fn decoded_bytes(response: &[u8]) -> usize {
    /// Pages compress to a fourth or an eighth.
    const RATIO: usize = 32;
    let has = |name: &[u8], head: &[u8]| memmem::find(head, name).is_some();
    let head = &response[..response.len().min(4096)];
    if !has(b"ncoding:", head) {
        return response.len();
    }
    let head = head.to_ascii_lowercase();
    if !has(b"\ncontent-encoding:", &head) {
        return response.len();
    }
    let guess = match response.last_chunk::<4>() {
        Some(size) if has(b"gzip", &head) && !has(b"\ntransfer-encoding:", &head) => u32::from_le_bytes(*size) as usize,
        _ => response.len().saturating_mul(RATIO),
    };
    // A larger one would fail.
    guess.clamp(response.len(), response.len().max(16 << 20))
}

/// A table of one HTML page, as the scan of an input file yields it.
///
/// # Errors
/// [`crate::StageError::Arrow`] when the page is too large for a column.
pub fn single_page(file: &str, body: &[u8]) -> Result<RecordBatch> {
    let mut rows = Rows::new(file.to_owned());
    rows.add(&Row { kind: "html", body, length: body.len() as u64, ..Row::default() });
    rows.finish()
}
