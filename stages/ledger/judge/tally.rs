//! What is counted while row groups are judged; tokens are estimated last, when all tell how long words are.

use std::collections::BTreeMap;

use arrow::array::{Array, StringArray};
use filters::Branch;

use super::{Judged, Moved, Moves, Rows, Rule, Side, Task};
use crate::filter;
use crate::ledger::hex;

/// Tokens a word where no kept document tells: about what English web text has in cl100k.
const TOKENS_PER_WORD: f64 = 1.33;

/// How long documents are: in tokens, or in words where nobody counted tokens.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) tokens: u64,
    pub(super) words: u64,
}

/// Tokens, and words of documents without tokens by language.
#[derive(Default)]
struct Tokens {
    counted: u64,
    words: BTreeMap<String, u64>,
}

impl Tokens {
    fn add(&mut self, language: &str, length: Length) {
        self.counted += length.tokens;
        if length.words > 0 {
            count(&mut self.words, language, length.words);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.counted += other.counted;
        merge(&mut self.words, &other.words);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate of a positive count")]
    #[expect(clippy::cast_precision_loss, reason = "words of a crawl are fewer than 2^52")]
    fn estimate(&self, per_word: &PerWord) -> u64 {
        let estimated = self.words.iter().map(|(language, words)| {
            let known = per_word.get(language).filter(|(words, _)| *words > 0);
            *words as f64 * known.map_or(TOKENS_PER_WORD, |(words, tokens)| *tokens as f64 / *words as f64)
        });
        self.counted + estimated.sum::<f64>() as u64
    }
}

/// What was counted of some row groups.
#[derive(Default)]
pub(super) struct Tally {
    before: Decided,
    after: Decided,
    gained: Changed,
    lost: Changed,
    /// Words and tokens of the documents that were tokenised, by language.
    per_word: PerWord,
}

/// A [`Side`] whose tokens are not estimated yet.
#[derive(Default)]
struct Decided {
    kept: u64,
    tokens: Tokens,
    rejected: BTreeMap<&'static str, u64>,
}

/// [`Moves`] whose tokens are not estimated yet.
#[derive(Default)]
struct Changed {
    documents: u64,
    tokens: Tokens,
    languages: BTreeMap<String, u64>,
    classes: BTreeMap<String, u64>,
    samples: BTreeMap<Vec<u8>, Moved>,
}

impl Tally {
    pub(super) fn add(&mut self, task: &Task<'_>, rows: &Rows<'_>) {
        for row in 0..rows.branches.len() {
            // What has no branch did not reach the filters.
            let Some(branch) = text(rows.branches, row).and_then(branch) else { continue };
            let language = filter::language(rows.languages, row);
            let old = task.before.rejection(rows, row, branch);
            let new = task.after.rejection(rows, row, branch);
            let (label, length) = (language.unwrap_or_default(), rows.length(row));
            self.before.add(old, label, length);
            self.after.add(new, label, length);
            match (old, new) {
                (Some(rule), None) => self.gained.add(rows, row, length, rule, task.samples),
                (None, Some(rule)) => self.lost.add(rows, row, length, rule, task.samples),
                _ => {}
            }
            if rows.tokens.is_valid(row) && rows.n_words.is_valid(row) {
                let (words, tokens) = (rows.n_words.value(row).into(), rows.tokens.value(row).into());
                add_pair(&mut self.per_word, label, (words, tokens));
            }
        }
    }

    pub(super) fn merged(mut self, other: Self, samples: usize) -> Self {
        self.before.merge(other.before);
        self.after.merge(other.after);
        self.gained.merge(other.gained, samples);
        self.lost.merge(other.lost, samples);
        for (language, sums) in other.per_word {
            add_pair(&mut self.per_word, &language, sums);
        }
        self
    }

    pub(super) fn judged(self) -> Judged {
        let per_word = &self.per_word;
        Judged {
            before: self.before.side(per_word),
            after: self.after.side(per_word),
            gained: self.gained.moves(per_word),
            lost: self.lost.moves(per_word),
        }
    }
}

impl Decided {
    fn add(&mut self, rejection: Option<Rule>, language: &str, length: Length) {
        if let Some((filter, ..)) = rejection {
            *self.rejected.entry(filter).or_default() += 1;
        } else {
            self.kept += 1;
            self.tokens.add(language, length);
        }
    }

    fn merge(&mut self, other: Self) {
        self.kept += other.kept;
        self.tokens.merge(&other.tokens);
        for (filter, n) in other.rejected {
            *self.rejected.entry(filter).or_default() += n;
        }
    }

    fn side(self, per_word: &PerWord) -> Side {
        Side { kept: self.kept, tokens: self.tokens.estimate(per_word), rejected: self.rejected }
    }
}

impl Changed {
    fn add(&mut self, rows: &Rows<'_>, row: usize, length: Length, rule: Rule, samples: usize) {
        self.documents += 1;
        self.tokens.add(filter::language(rows.languages, row).unwrap_or_default(), length);
        for (counts, values) in [(&mut self.languages, rows.languages), (&mut self.classes, rows.classes)] {
            if let Some(value) = text(values, row) {
                count(counts, value, 1);
            }
        }
        let id = rows.ids.value(row);
        let is_shown =
            self.samples.len() < samples || self.samples.last_key_value().is_some_and(|(last, _)| id < last.as_slice());
        if is_shown {
            let url = text(rows.urls, row).unwrap_or_default().to_owned();
            self.samples.insert(id.to_owned(), Moved { url, rule });
            keep_first(&mut self.samples, samples);
        }
    }

    fn merge(&mut self, other: Self, samples: usize) {
        self.documents += other.documents;
        self.tokens.merge(&other.tokens);
        merge(&mut self.languages, &other.languages);
        merge(&mut self.classes, &other.classes);
        self.samples.extend(other.samples);
        keep_first(&mut self.samples, samples);
    }

    fn moves(self, per_word: &PerWord) -> Moves {
        Moves {
            documents: self.documents,
            tokens: self.tokens.estimate(per_word),
            languages: self.languages,
            classes: self.classes,
            samples: self.samples.into_iter().map(|(id, document)| (hex(&id), document)).collect(),
        }
    }
}

/// Words and tokens of tokenised documents, by language.
type PerWord = BTreeMap<String, (u64, u64)>;

fn branch(name: &str) -> Option<Branch> {
    Branch::ALL.iter().copied().find(|branch| branch.name() == name)
}

fn text(values: &StringArray, row: usize) -> Option<&str> {
    values.is_valid(row).then(|| values.value(row))
}

/// Adds to a count, whose key is copied only where it is new.
fn count(counts: &mut BTreeMap<String, u64>, key: &str, n: u64) {
    match counts.get_mut(key) {
        Some(count) => *count += n,
        None => drop(counts.insert(key.to_owned(), n)),
    }
}

fn merge(counts: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (key, n) in other {
        count(counts, key, *n);
    }
}

fn add_pair(sums: &mut PerWord, language: &str, (words, tokens): (u64, u64)) {
    match sums.get_mut(language) {
        Some(sum) => *sum = (sum.0 + words, sum.1 + tokens),
        None => drop(sums.insert(language.to_owned(), (words, tokens))),
    }
}

fn keep_first(samples: &mut BTreeMap<Vec<u8>, Moved>, n: usize) {
    while samples.len() > n {
        samples.pop_last();
    }
}
