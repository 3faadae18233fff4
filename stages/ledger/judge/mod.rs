//! What other bounds would do, from the measures that a run stored.
//!
//! Row groups are judged side by side, each by itself: all sums are of whole numbers and the samples are those of the
//! smallest ids, so that the answer is the same at any number of threads.

mod tally;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{
    Array, AsArray, FixedSizeBinaryArray, Float32Array, Float64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow::datatypes::{Float32Type, Float64Type, UInt32Type};
use filters::{Bounds, Branch, Card, FILTERS, Verdict};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use self::tally::{Length, Tally};
use crate::classify::ClassifyConfig;
use crate::error::{Result, StageError};
use crate::filter::{self, BoundsTable, FilterConfig};
use crate::schema::{self, Column};
use crate::task::Layout;

/// The stages of a recipe whose bounds are judged.
#[derive(Clone, Copy, Debug)]
pub struct Judges<'a> {
    /// By every measure.
    pub filter: &'a FilterConfig,
    /// By quality, where there is such a stage.
    pub classify: Option<&'a ClassifyConfig>,
}

impl<'a> From<&'a FilterConfig> for Judges<'a> {
    fn from(filter: &'a FilterConfig) -> Self {
        Self { filter, classify: None }
    }
}

/// The rule by which `classify` rejects for quality.
pub const QUALITY: &str = "classify.quality";

/// What two sets of bounds do with the documents that reached the filters.
#[derive(Debug, Default, PartialEq)]
pub struct Judged {
    /// By the run's bounds.
    pub before: Side,
    /// By the other ones.
    pub after: Side,
    /// Documents that only the other bounds keep.
    pub gained: Moves,
    /// Documents that only the run's bounds keep.
    pub lost: Moves,
}

/// Documents that two sets of bounds decide differently about.
#[derive(Debug, Default, PartialEq)]
pub struct Moves {
    /// How many.
    pub documents: u64,
    /// Their tokens, or an estimate.
    pub tokens: u64,
    /// How many of each language.
    pub languages: BTreeMap<String, u64>,
    /// How many of each class, where they were classified.
    pub classes: BTreeMap<String, u64>,
    /// Those of the smallest ids.
    pub samples: BTreeMap<String, Moved>,
}

/// What one set of bounds does.
#[derive(Debug, Default, PartialEq)]
pub struct Side {
    /// Documents that the filters keep.
    pub kept: u64,
    /// Their tokens. Documents that the run rejected were not tokenised: their tokens are estimated from their words.
    pub tokens: u64,
    /// Documents that go, by the first filter whose bound they break.
    pub rejected: BTreeMap<&'static str, u64>,
}

/// A document that the other bounds decide otherwise about.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Its URL.
    pub url: String,
    /// The filter whose bound it breaks on the side that rejects it, with value and bound.
    pub rule: Rule,
}

/// A filter with the value and the bound that it broke.
pub type Rule = (&'static str, f64, f64);

/// Rows that are judged at a time.
const BATCH: usize = 8192;

/// Judges the stored measures by the run's bounds and by others; keeps some documents of each side as samples.
///
/// Only the columns of filters that one side bounds are read, once, a row group a thread. Quality is judged of documents
/// that the filters keep and the run scored.
///
/// # Errors
/// [`StageError`] when a ledger file is gone, damaged or of another version.
pub fn judge<'a>(
    layout: &Layout,
    before: impl Into<Judges<'a>>,
    after: impl Into<Judges<'a>>,
    samples: usize,
) -> Result<Judged> {
    let (before, after) = (Bounded::new(before.into()), Bounded::new(after.into()));
    let judges: Vec<Judge> = (0..)
        .zip(FILTERS)
        .map(|(place, filter)| Judge { place, card: filter.card() })
        .filter(|judge| before.filters.judges(judge.place) || after.filters.judges(judge.place))
        .collect();
    let task = Task { before, after, judges, samples };
    let files = layout.files("ledger")?;
    let tally = files
        .par_iter()
        .map(|path| task.file(path))
        .try_reduce(Tally::default, |one, other| Ok(one.merged(other, samples)))?;
    Ok(tally.judged())
}

/// One side's bounds.
struct Bounded<'a> {
    filters: BoundsTable,
    classify: Option<&'a ClassifyConfig>,
}

impl<'a> Bounded<'a> {
    fn new(judges: Judges<'a>) -> Self {
        Self { filters: BoundsTable::new(judges.filter), classify: judges.classify }
    }

    /// The first rule that the document breaks: a filter's, else that of quality.
    fn rejection(&self, rows: &Rows<'_>, row: usize, branch: Branch) -> Option<Rule> {
        let language = filter::language(rows.languages, row);
        let by_filters = rows.rejection(row, branch, self.filters.of(language));
        by_filters.or_else(|| {
            let value = rows.quality.is_valid(row).then(|| f64::from(rows.quality.value(row)));
            match self.classify?.quality_of(language).judge(value) {
                Verdict::Reject { value, bound } => Some((QUALITY, value, bound)),
                _ => None,
            }
        })
    }
}

/// A filter that judges, by its place in the registry.
struct Judge {
    place: usize,
    card: &'static Card,
}

/// What each row group is asked.
struct Task<'a> {
    before: Bounded<'a>,
    after: Bounded<'a>,
    /// In the registry's order.
    judges: Vec<Judge>,
    samples: usize,
}

impl Task<'_> {
    fn file(&self, path: &Path) -> Result<Tally> {
        let file = File::open(path).map_err(StageError::io("open", path))?;
        let metadata =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::default()).map_err(StageError::table(path))?;
        (0..metadata.metadata().num_row_groups())
            .into_par_iter()
            .map(|group| self.row_group(path, &metadata, group))
            .try_reduce(Tally::default, |one, other| Ok(one.merged(other, self.samples)))
    }

    fn row_group(&self, path: &Path, metadata: &ArrowReaderMetadata, group: usize) -> Result<Tally> {
        // Its own handle: those that are cloned share their place in the file.
        let file = File::open(path).map_err(StageError::io("open", path))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
        // By leaf: the name of a measure holds a dot.
        let schema = builder.parquet_schema();
        let leaves = (0..).zip(schema.columns()).filter(|(_, leaf)| self.reads(leaf.path().parts()));
        let mask = ProjectionMask::leaves(schema, leaves.map(|(place, _)| place));
        let reader = builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(BATCH).build();
        let mut tally = Tally::default();
        for batch in reader.map_err(StageError::table(path))? {
            let batch = batch.map_err(StageError::table(path))?;
            let rows = Rows::of(&batch, &self.judges).map_err(|missing| StageError::Table {
                path: path.to_owned(),
                message: format!("no column `{missing}`: another version of the program wrote it; run again"),
            })?;
            tally.add(self, &rows);
        }
        Ok(tally)
    }

    /// Whether judging needs the column of this path.
    fn reads(&self, path: &[String]) -> bool {
        match path {
            [column] => PLAIN.iter().any(|plain| plain.name == column),
            [column, id] if column == schema::SCORES.name => id == SCORE,
            [column, id] => {
                column == schema::MEASURES.name && (id == WORDS || self.judges.iter().any(|judge| judge.card.id == id))
            }
            _ => false,
        }
    }
}

/// The columns that are read besides measures.
static PLAIN: [&Column; 7] = [
    &schema::ID,
    &schema::URL,
    &schema::LANGUAGE,
    &schema::BRANCH,
    &schema::CLASS,
    &schema::N_WORDS,
    &schema::N_TOKENS,
];

/// The measure that stands for tokens where nobody counted them.
const WORDS: &str = "length.words";

/// The score that quality is judged by.
const SCORE: &str = "quality";

/// The columns of a ledger that judging reads.
struct Rows<'a> {
    ids: &'a FixedSizeBinaryArray,
    urls: &'a StringArray,
    languages: &'a StringArray,
    classes: &'a StringArray,
    branches: &'a StringArray,
    n_words: &'a UInt32Array,
    tokens: &'a UInt32Array,
    words: &'a Float64Array,
    quality: &'a Float32Array,
    /// Of the filters that judge, in their order.
    measures: Vec<(&'a Judge, &'a Float64Array)>,
}

impl<'a> Rows<'a> {
    /// The columns of a batch, or the name of the one that it has not.
    fn of(batch: &'a RecordBatch, judges: &'a [Judge]) -> Result<Self, &'static str> {
        let column = |column: &Column| batch.column_by_name(column.name).ok_or(column.name);
        let measures = column(&schema::MEASURES)?.as_struct();
        let measure = |id: &'static str| {
            measures.column_by_name(id).and_then(|values| values.as_primitive_opt::<Float64Type>()).ok_or(id)
        };
        Ok(Self {
            ids: column(&schema::ID)?.as_fixed_size_binary(),
            urls: column(&schema::URL)?.as_string(),
            languages: column(&schema::LANGUAGE)?.as_string(),
            classes: column(&schema::CLASS)?.as_string(),
            branches: column(&schema::BRANCH)?.as_string(),
            n_words: column(&schema::N_WORDS)?.as_primitive::<UInt32Type>(),
            tokens: column(&schema::N_TOKENS)?.as_primitive::<UInt32Type>(),
            words: measure(WORDS)?,
            quality: column(&schema::SCORES)?
                .as_struct_opt()
                .and_then(|scores| scores.column_by_name(SCORE)?.as_primitive_opt::<Float32Type>())
                .ok_or(SCORE)?,
            measures: judges
                .iter()
                .map(|judge| measure(judge.card.id).map(|values| (judge, values)))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The first filter whose bound the document breaks, as [`crate::filter::Filters::judge`] decides.
    fn rejection(&self, row: usize, branch: Branch, bounds: &[Option<Bounds>]) -> Option<Rule> {
        let mut judges = self.measures.iter().filter(|(judge, _)| judge.card.branches.contains(&branch));
        judges.find_map(|(judge, values)| {
            let value = values.is_valid(row).then(|| values.value(row));
            match bounds[judge.place]?.judge(value) {
                Verdict::Reject { value, bound } => Some((judge.card.id, value, bound)),
                _ => None,
            }
        })
    }

    fn length(&self, row: usize) -> Length {
        if self.tokens.is_valid(row) {
            return Length { tokens: self.tokens.value(row).into(), words: 0 };
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let words = if self.words.is_valid(row) { self.words.value(row) as u64 } else { 0 };
        Length { tokens: 0, words }
    }
}
