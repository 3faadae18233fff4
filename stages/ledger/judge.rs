//! What other bounds would do, from the measures that a run stored.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{Float64Type, UInt32Type};
use filters::{Branch, FILTERS, Verdict};

use super::{hex, read};
use crate::error::{Result, StageError};
use crate::filter::{self, FilterConfig};
use crate::schema::{self, Column};
use crate::task::Layout;

/// What two sets of bounds do with the documents that reached the filters.
#[derive(Debug, Default)]
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
#[derive(Debug, Default)]
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
#[derive(Debug, Default)]
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
    pub rule: (&'static str, f64, f64),
}

/// Tokens a word where no kept document tells: about what English web text has in cl100k.
const TOKENS_PER_WORD: f64 = 1.33;

/// Judges the stored measures by the run's bounds and by others; keeps some documents of each side as samples.
///
/// # Errors
/// [`StageError`] when a ledger file is gone, damaged or of another version.
pub fn judge(layout: &Layout, before: &FilterConfig, after: &FilterConfig, samples: usize) -> Result<Judged> {
    let per_word = tokens_per_word(layout)?;
    let mut judged = Judged::default();
    for path in layout.files("ledger")? {
        for batch in read(&path, &[])? {
            let batch = batch?;
            let rows = Rows::of(&batch)?;
            for row in (0..batch.num_rows()).filter(|row| rows.branches.is_valid(*row)) {
                let (old, new) = (rows.rejection(row, before), rows.rejection(row, after));
                let tokens = rows.tokens(row, &per_word);
                judged.before.count(old, tokens);
                judged.after.count(new, tokens);
                match (old, new) {
                    (Some(rule), None) => judged.gained.add(&rows, row, tokens, rule, samples),
                    (None, Some(rule)) => judged.lost.add(&rows, row, tokens, rule, samples),
                    _ => {}
                }
            }
        }
    }
    Ok(judged)
}

type Rule = (&'static str, f64, f64);

impl Side {
    fn count(&mut self, rejection: Option<Rule>, tokens: u64) {
        if let Some((filter, ..)) = rejection {
            *self.rejected.entry(filter).or_default() += 1;
        } else {
            self.kept += 1;
            self.tokens += tokens;
        }
    }
}

impl Moves {
    fn add(&mut self, rows: &Rows<'_>, row: usize, tokens: u64, rule: Rule, samples: usize) {
        self.documents += 1;
        self.tokens += tokens;
        for (counts, values) in [(&mut self.languages, rows.languages), (&mut self.classes, rows.classes)] {
            if values.is_valid(row) {
                *counts.entry(values.value(row).to_owned()).or_default() += 1;
            }
        }
        let url = if rows.urls.is_valid(row) { rows.urls.value(row).to_owned() } else { String::new() };
        self.samples.insert(hex(rows.ids.value(row)), Moved { url, rule });
        if self.samples.len() > samples {
            self.samples.pop_last();
        }
    }
}

/// Tokens by words of the documents that were tokenised, by language.
fn tokens_per_word(layout: &Layout) -> Result<BTreeMap<String, f64>> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for path in layout.files("ledger")? {
        for batch in read(&path, &["language", "n_words", "n_tokens"])? {
            let batch = batch?;
            let languages: &StringArray = column(&batch, &schema::LANGUAGE)?.as_string();
            let words = column(&batch, &schema::N_WORDS)?.as_primitive::<UInt32Type>();
            let tokens = column(&batch, &schema::N_TOKENS)?.as_primitive::<UInt32Type>();
            for row in (0..batch.num_rows()).filter(|row| tokens.is_valid(*row) && words.is_valid(*row)) {
                let sum = sums.entry(languages.value(row).to_owned()).or_default();
                *sum = (sum.0 + u64::from(words.value(row)), sum.1 + u64::from(tokens.value(row)));
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let ratio = |(words, tokens): (u64, u64)| tokens as f64 / words.max(1) as f64;
    Ok(sums.into_iter().map(|(language, sum)| (language, ratio(sum))).collect())
}

fn column<'a>(batch: &'a RecordBatch, column: &Column) -> Result<&'a dyn Array> {
    let missing = || StageError::Internal(format!("a ledger without the column `{}`", column.name));
    batch.column_by_name(column.name).map(AsRef::as_ref).ok_or_else(missing)
}

/// The columns of a ledger that judging reads.
struct Rows<'a> {
    ids: &'a arrow::array::FixedSizeBinaryArray,
    urls: &'a StringArray,
    languages: &'a StringArray,
    classes: &'a StringArray,
    branches: &'a StringArray,
    tokens: &'a arrow::array::UInt32Array,
    measures: &'a StructArray,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        Ok(Self {
            ids: column(batch, &schema::ID)?.as_fixed_size_binary(),
            urls: column(batch, &schema::URL)?.as_string(),
            languages: column(batch, &schema::LANGUAGE)?.as_string(),
            classes: column(batch, &schema::CLASS)?.as_string(),
            branches: column(batch, &schema::BRANCH)?.as_string(),
            tokens: column(batch, &schema::N_TOKENS)?.as_primitive(),
            measures: column(batch, &schema::MEASURES)?.as_struct(),
        })
    }

    fn measure(&self, row: usize, filter: &str) -> Option<f64> {
        let values = self.measures.column_by_name(filter)?.as_primitive::<Float64Type>();
        (self.measures.is_valid(row) && values.is_valid(row)).then(|| values.value(row))
    }

    /// The first filter whose bound the document breaks, as [`filter::Filters::judge`] decides.
    fn rejection(&self, row: usize, config: &FilterConfig) -> Option<Rule> {
        let branch = Branch::ALL.iter().find(|branch| branch.name() == self.branches.value(row))?;
        let language = filter::language(self.languages, row);
        FILTERS.iter().map(|filter| filter.card()).filter(|card| card.branches.contains(branch)).find_map(|card| {
            match config.bounds_of(card.id, language)?.judge(self.measure(row, card.id)) {
                Verdict::Reject { value, bound } => Some((card.id, value, bound)),
                _ => None,
            }
        })
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate of a positive count")]
    fn tokens(&self, row: usize, per_word: &BTreeMap<String, f64>) -> u64 {
        if self.tokens.is_valid(row) {
            return self.tokens.value(row).into();
        }
        let words = self.measure(row, "length.words").unwrap_or(0.0);
        let ratio = filter::language(self.languages, row).and_then(|language| per_word.get(language));
        (words * ratio.copied().unwrap_or(TOKENS_PER_WORD)) as u64
    }
}
