//! Every column, named once: its type, and what it holds.
//!
//! Column names are stable API: the tables of a run are read by people's queries.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use filters::FILTERS;

use crate::error::{Result, StageError};
use crate::fate;

/// One column of the tables that documents travel in.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds, with units.
    pub about: &'static str,
    data_type: fn() -> DataType,
}

impl Column {
    /// Its Arrow type.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        (self.data_type)()
    }

    /// As an Arrow field. All columns are nullable: a record may fail before a column is known.
    #[must_use]
    pub fn field(&self) -> FieldRef {
        Arc::new(Field::new(self.name, self.data_type(), true))
    }
}

macro_rules! columns {
    ($($(#[doc = $about:literal])+ $name:ident: $text:literal = $data_type:expr;)*) => {
        $($(#[doc = $about])+ pub static $name: Column =
            Column { name: $text, about: concat!($($about),+), data_type: || $data_type };)*

        static ALL: &[&Column] = &[$(&$name),*];
    };
}

columns! {
    /// 16 bytes: xxh3-128 of URL, capture time, payload and the ordinal among equal records of the file.
    ID: "id" = DataType::FixedSizeBinary(16);
    /// The URL as captured.
    URL: "url" = DataType::Utf8;
    /// The canonical URL, by which captures of one page are recognised.
    URL_KEY: "url_key" = DataType::Utf8;
    /// The host, lower case, without port.
    HOST: "host" = DataType::Utf8;
    /// The registered domain: public suffix and one label.
    DOMAIN: "domain" = DataType::Utf8;
    /// When the page was captured, UTC.
    CAPTURED_AT: "captured_at" = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    /// Where the record stands: file relative to the input root, byte offset and length, and the id given by the input.
    SOURCE: "source" = DataType::Struct(source_fields());
    /// The body as stored, while it is being read.
    BODY: "body" = DataType::Binary;
    /// What kind of record the body is: `response`, `resource`, `html` or `text`.
    RECORD_KIND: "record_kind" = DataType::Utf8;
    /// The media type that the record declares, with parameters.
    CONTENT_TYPE: "content_type" = DataType::Utf8;
    /// What went wrong while reading, if anything.
    ERROR_KIND: "error_kind" = DataType::Utf8;
    /// The same in words.
    ERROR_MESSAGE: "error_message" = DataType::Utf8;
    /// Bytes of the input that were passed over.
    BYTES_LOST: "bytes_lost" = DataType::UInt64;
    /// The decoded page, while it is being extracted.
    HTML: "html" = DataType::Utf8;
    /// The page's title.
    TITLE: "title" = DataType::Utf8;
    /// The publication date that the page states.
    PUBLISHED: "published" = DataType::Utf8;
    /// The language that the page declares (`<html lang>`).
    LANGUAGE_HINT: "language_hint" = DataType::Utf8;
    /// Plain text.
    TEXT: "text" = DataType::Utf8;
    /// Stretches of the text: kind (prose, heading, list, table, code, math, quote), first byte, one past the last.
    BLOCKS: "blocks" = DataType::List(Arc::new(Field::new("item", DataType::Struct(block_fields()), true)));
    /// Language and script, such as `eng_Latn`; `und_Zyyy` where none is recognised.
    LANGUAGE: "language" = DataType::Utf8;
    /// Dominant script, ISO 15924.
    SCRIPT: "script" = DataType::Utf8;
    /// The model's probability of the language, 0 to 1.
    LANGUAGE_CONFIDENCE: "language_confidence" = DataType::Float32;
    /// What the language was judged by: `prose`, `verbatim` (code, formulas and URLs, for want of anything else), nothing, for
    /// want of letters (`no_letters`) or of a language that the model has for them (`no_language`); or `given` by the input.
    LANGUAGE_BASIS: "language_basis" = DataType::Utf8;
    /// The language of most text that is not in the first; null where there is none, or it was not looked for.
    SECOND_LANGUAGE: "second_language" = DataType::Utf8;
    /// Its share of the text, 0 to 1; null where it was not looked for.
    SECOND_LANGUAGE_SHARE: "second_language_share" = DataType::Float64;
    /// Personal details that were replaced by placeholders.
    N_SCRUBBED: "n_scrubbed" = DataType::UInt32;
    /// Lines that dedup.line removed.
    N_LINES_REMOVED: "n_lines_removed" = DataType::UInt32;
    /// Lines that the stage `lines` cut, whole or in part: the rule, the line's hash, and of the first line of each rule the
    /// line itself, at most 200 characters.
    CUTS: "cuts" = DataType::List(Arc::new(Field::new("item", DataType::Struct(cut_fields()), true)));
    /// Near-duplicate copies seen, this one included; later steps can up-weight by it.
    CLUSTER_SIZE: "cluster_size" = DataType::UInt32;
    /// Characters of the text.
    N_CHARS: "n_chars" = DataType::UInt32;
    /// Words of the text.
    N_WORDS: "n_words" = DataType::UInt32;
    /// Non-empty lines of the text.
    N_LINES: "n_lines" = DataType::UInt32;
    /// cl100k tokens of the text.
    N_TOKENS: "n_tokens" = DataType::UInt32;
    /// Every filter's value, null where it has none.
    MEASURES: "measures" = DataType::Struct(measure_fields());
    /// The kind of text that decides which rules judge: prose, code or math.
    BRANCH: "branch" = DataType::Utf8;
    /// Finer domain label.
    TOPIC: "topic" = DataType::Utf8;
    /// What the mix draws from: general, math, code, multilingual.
    CLASS: "class" = DataType::Utf8;
    /// What the models say: quality, code, math, topic; each 0 to 1.
    SCORES: "scores" = DataType::Struct(score_fields());
    /// How many of the recipe's `quality_buckets` the quality score reaches, 0 for the worst; null where it has none.
    QUALITY_BUCKET: "quality_bucket" = DataType::UInt32;
    /// What the recipe's encoders say of the document, by their names there; null where none was asked.
    ENCODER_SCORES: "encoder_scores" = DataType::Map(Arc::new(Field::new("entries", DataType::Struct(encoder_fields()), false)), false);
    /// xxh3-128 of the canonical URL.
    KEY_URL: "key_url" = DataType::FixedSizeBinary(16);
    /// xxh3-128 of the normalised text.
    KEY_CONTENT: "key_content" = DataType::FixedSizeBinary(16);
    /// MinHash band keys, 8 bytes a band, little-endian.
    BAND_KEYS: "band_keys" = DataType::Binary;
    /// Hashes of the normalised lines that take part in line deduplication, in order.
    LINE_HASHES: "line_hashes" = DataType::List(Arc::new(Field::new("item", DataType::UInt64, true)));
    /// The level of deduplication that removed the document: `dedup.url`, `dedup.exact`, `dedup.document`.
    LEVEL: "level" = DataType::Utf8;
    /// The id of the document that stays in its place.
    KEPT_ID: "kept_id" = DataType::FixedSizeBinary(16);
    /// True Jaccard similarity with the document that stays, 0 to 1; null where URLs were compared.
    JACCARD: "jaccard" = DataType::Float64;
    /// The similarity that was asked for; null where keys were compared.
    THRESHOLD: "threshold" = DataType::Float64;
    /// The best document of all that are linked by common bands, whether they are alike or not.
    COMPONENT: "component" = DataType::FixedSizeBinary(16);
    /// How many documents these are.
    COMPONENT_SIZE: "component_size" = DataType::UInt32;
    /// The first band, from 0, that the document shares with the one that stays; null where keys were compared.
    BAND: "band" = DataType::UInt32;
    /// Hash of a line as line deduplication compares it.
    LINE_HASH: "hash" = DataType::UInt64;
    /// The window of documents of its language, from 0, in which a line was counted.
    WINDOW: "window" = DataType::UInt64;
    /// How often the line was counted there.
    COUNT: "count" = DataType::UInt32;
    /// The line as it stands in one document, at most 200 characters.
    LINE: "line" = DataType::Utf8;
    /// The account of a whole input file, JSON, on a last row that is no record.
    ACCOUNT: "account" = DataType::Utf8;
    /// How the record ended, and why.
    FATE: "fate" = DataType::Struct(fate::fields());
}

/// The fields of `source`.
#[must_use]
pub fn source_fields() -> Fields {
    Fields::from(vec![
        Field::new("file", DataType::Utf8, false),
        Field::new("offset", DataType::UInt64, false),
        Field::new("length", DataType::UInt64, false),
        Field::new("id", DataType::Utf8, true),
    ])
}

/// The fields of one item of `blocks`.
#[must_use]
pub fn block_fields() -> Fields {
    Fields::from(vec![
        Field::new("kind", DataType::Utf8, false),
        Field::new("start", DataType::UInt32, false),
        Field::new("end", DataType::UInt32, false),
    ])
}

/// The fields of one item of `cuts`.
#[must_use]
pub fn cut_fields() -> Fields {
    Fields::from(vec![
        Field::new("rule", DataType::Utf8, false),
        Field::new("hash", DataType::UInt64, false),
        Field::new("line", DataType::Utf8, true),
    ])
}

/// The fields of `measures`, one a filter, in the registry's order.
#[must_use]
pub fn measure_fields() -> Fields {
    FILTERS.iter().map(|filter| Field::new(filter.card().id, DataType::Float64, true)).collect()
}

/// The names of the fields of `scores`.
pub const SCORES_NAMED: [&str; 4] = ["quality", "math", "code", "topic"];

/// The fields of `scores`.
#[must_use]
pub fn score_fields() -> Fields {
    SCORES_NAMED.iter().map(|name| Field::new(*name, DataType::Float32, true)).collect()
}

/// The fields of an entry of `encoder_scores`.
#[must_use]
pub fn encoder_fields() -> Fields {
    Fields::from(vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::Float32, true)])
}

/// What a reader yields: one row a record, before anything is decided.
#[must_use]
pub fn records() -> SchemaRef {
    schema(&[
        &ID,
        &URL,
        &CAPTURED_AT,
        &SOURCE,
        &RECORD_KIND,
        &CONTENT_TYPE,
        &BODY,
        &TITLE,
        &LANGUAGE_HINT,
        &ERROR_KIND,
        &ERROR_MESSAGE,
        &BYTES_LOST,
        &ACCOUNT,
    ])
}

/// What a shard keeps for the global steps: keys, never text.
pub static KEYS: &[&Column] =
    &[&ID, &CAPTURED_AT, &LANGUAGE, &N_CHARS, &KEY_URL, &KEY_CONTENT, &BAND_KEYS, &LINE_HASHES];

/// `documents/`, one file a shard.
pub static DOCUMENTS: &[&Column] = &[
    &ID,
    &URL,
    &URL_KEY,
    &HOST,
    &DOMAIN,
    &CAPTURED_AT,
    &SOURCE,
    &LANGUAGE,
    &SCRIPT,
    &LANGUAGE_CONFIDENCE,
    &LANGUAGE_BASIS,
    &SECOND_LANGUAGE,
    &SECOND_LANGUAGE_SHARE,
    &TITLE,
    &PUBLISHED,
    &TEXT,
    &BLOCKS,
    &N_CHARS,
    &N_WORDS,
    &N_LINES,
    &N_TOKENS,
    &N_SCRUBBED,
    &N_LINES_REMOVED,
    &CUTS,
    &BRANCH,
    &MEASURES,
    &TOPIC,
    &CLASS,
    &SCORES,
    &QUALITY_BUCKET,
    &ENCODER_SCORES,
    &CLUSTER_SIZE,
];

/// `ledger/`: one row an input record, kept or not, without text.
pub static LEDGER: &[&Column] = &[
    &ID,
    &URL,
    &SOURCE,
    &LANGUAGE,
    &LANGUAGE_BASIS,
    &BRANCH,
    &CLASS,
    &N_CHARS,
    &N_WORDS,
    &N_TOKENS,
    &FATE,
    &MEASURES,
    &SCORES,
];

/// `dedup/`: one row a document that deduplication removed.
pub static DEDUP: &[&Column] =
    &[&ID, &LEVEL, &KEPT_ID, &JACCARD, &THRESHOLD, &CLUSTER_SIZE, &COMPONENT, &COMPONENT_SIZE, &BAND];

/// `lines/`: one row a line that line deduplication cut.
pub static LINES: &[&Column] = &[&LINE_HASH, &LANGUAGE, &WINDOW, &COUNT, &LINE];

/// `failed/`: where, what kind, how much was passed over.
pub static FAILED: &[&Column] = &[&ID, &URL, &SOURCE, &FATE, &BYTES_LOST];

/// The columns of these names, in order.
///
/// # Errors
/// [`StageError::Internal`] when there is no such column.
pub fn named(names: &[String]) -> Result<Vec<&'static Column>> {
    let find = |name: &String| ALL.iter().copied().find(|column| column.name == *name);
    names.iter().map(|name| find(name).ok_or_else(|| StageError::Internal(format!("no column `{name}`")))).collect()
}

/// A schema of these columns.
#[must_use]
pub fn schema(columns: &[&Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(|column| column.field()).collect::<Vec<_>>()))
}

/// `rejected/`: as documents, with the fate.
#[must_use]
pub fn rejected() -> Vec<&'static Column> {
    let mut columns = DOCUMENTS.to_vec();
    columns.push(&FATE);
    columns
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_table_names_each_column_once() {
        for table in [DOCUMENTS, LEDGER, FAILED, KEYS, DEDUP, LINES, &rejected()] {
            let names: BTreeSet<_> = table.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.len());
            assert!(table.iter().all(|column| !column.about.is_empty()));
        }
    }
}
