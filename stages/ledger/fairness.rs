//! Whom the filters hit: the removal rate of each rule by language, top-level domain, branch and length.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::Float64Type;
use serde::{Deserialize, Serialize};

use super::read;
use crate::error::{Result, StageError};
use crate::schema;
use crate::task::Layout;

/// Fewest documents of a group whose rates are told.
const LEAST: u64 = 100;

/// The two-sided 95% quantile of the normal distribution.
const Z: f64 = 1.959_964;

/// A rule's removals in one group of documents, among those that reached the filters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// language, tld, branch or length.
    pub by: String,
    /// Which of them; of lengths the decile, 1 for the shortest documents.
    pub group: String,
    /// The filter whose bound they broke first.
    pub rule: String,
    /// Documents of the group.
    pub documents: u64,
    /// Those that the rule removed.
    pub removed: u64,
    /// Documents of the other groups.
    pub other_documents: u64,
    /// Those that the rule removed.
    pub other_removed: u64,
}

impl Cell {
    /// The 95% interval of the removal rate (Wilson 1927), a fraction.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        wilson(self.removed, self.documents)
    }

    /// The interval of all other groups together.
    #[must_use]
    pub fn other_interval(&self) -> (f64, f64) {
        wilson(self.other_removed, self.other_documents)
    }

    /// How far the two intervals are apart, as a fraction; 0 where they overlap.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.documents == 0 || self.other_documents == 0 {
            return 0.0;
        }
        let ((low, high), (other_low, other_high)) = (self.interval(), self.other_interval());
        (low - other_high).max(other_low - high).max(0.0)
    }
}

/// The 95% score interval of a share; everything where nothing was seen.
#[expect(clippy::cast_precision_loss, reason = "counts of documents")]
fn wilson(part: u64, whole: u64) -> (f64, f64) {
    if whole == 0 {
        return (0.0, 1.0);
    }
    let (n, p) = (whole as f64, part as f64 / whole as f64);
    let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[derive(Default)]
struct Group {
    documents: u64,
    removed: BTreeMap<String, u64>,
}

/// Counts the removals of each rule of the filters in each group of at least 100 documents.
///
/// # Errors
/// [`StageError`] when a ledger file is gone or damaged.
pub fn fairness(layout: &Layout) -> Result<Vec<Cell>> {
    let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
    // Lengths by sixteenths of an octave: deciles in one reading and little memory.
    let mut lengths: BTreeMap<u32, Group> = BTreeMap::new();
    let damaged = || StageError::Internal("a ledger without fates or measures".into());
    let columns = ["url", "language", "branch", "fate.stage", "fate.rule", "measures"];
    for path in layout.files("ledger")? {
        for batch in read(&path, &columns)? {
            let batch = batch?;
            let named = |name: &str| batch.column_by_name(name).ok_or_else(damaged);
            let urls: &StringArray = named(schema::URL.name)?.as_string();
            let languages: &StringArray = named(schema::LANGUAGE.name)?.as_string();
            let branches: &StringArray = named(schema::BRANCH.name)?.as_string();
            let fate = named(schema::FATE.name)?.as_struct();
            let stages: &StringArray = fate.column_by_name("stage").ok_or_else(damaged)?.as_string();
            let rules: &StringArray = fate.column_by_name("rule").ok_or_else(damaged)?.as_string();
            let measures = named(schema::MEASURES.name)?.as_struct();
            let words = measures.column_by_name("length.words").map(AsArray::as_primitive::<Float64Type>);
            for row in (0..batch.num_rows()).filter(|row| branches.is_valid(*row)) {
                let is_removed = stages.is_valid(row) && stages.value(row) == "filter" && rules.is_valid(row);
                let rule = is_removed.then(|| rules.value(row));
                let mut add = |by, group: &str| groups.entry((by, group.to_owned())).or_default().add(rule);
                add("branch", branches.value(row));
                if languages.is_valid(row) {
                    add("language", languages.value(row));
                }
                if let Some(tld) = urls.is_valid(row).then(|| tld(urls.value(row))).flatten() {
                    add("tld", &tld);
                }
                if let Some(words) = words.filter(|words| measures.is_valid(row) && words.is_valid(row)) {
                    lengths.entry(sixteenth(words.value(row))).or_default().add(rule);
                }
            }
        }
    }
    for (decile, group) in deciles(lengths) {
        groups.insert(("length", decile), group);
    }
    Ok(cells(&groups))
}

impl Group {
    fn add(&mut self, rule: Option<&str>) {
        self.documents += 1;
        if let Some(rule) = rule {
            *self.removed.entry(rule.to_owned()).or_default() += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        self.documents += other.documents;
        for (rule, count) in other.removed {
            *self.removed.entry(rule).or_default() += count;
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the logarithm of a count is small")]
fn sixteenth(words: f64) -> u32 {
    (words.max(1.0).log2() * 16.0) as u32
}

/// Groups of about a tenth of the documents each, by length; a length falls whole into one.
fn deciles(lengths: BTreeMap<u32, Group>) -> BTreeMap<String, Group> {
    let total: u64 = lengths.values().map(|group| group.documents).sum();
    let (mut found, mut before): (BTreeMap<String, Group>, u64) = (BTreeMap::new(), 0);
    for group in lengths.into_values() {
        let decile = (before * 2 + group.documents) * 5 / total.max(1) + 1;
        before += group.documents;
        found.entry(decile.min(10).to_string()).or_default().merge(group);
    }
    found
}

/// The last label of a URL's host; none of an address.
fn tld(url: &str) -> Option<String> {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let host = host.split(':').next()?.trim_end_matches('.');
    let (_, label) = host.rsplit_once('.')?;
    label.chars().all(char::is_alphabetic).then(|| label.to_lowercase()).filter(|label| !label.is_empty())
}

fn cells(groups: &BTreeMap<(&str, String), Group>) -> Vec<Cell> {
    let mut all: BTreeMap<&str, Group> = BTreeMap::new();
    for ((by, _), group) in groups {
        let whole = all.entry(by).or_default();
        whole.documents += group.documents;
        for (rule, count) in &group.removed {
            *whole.removed.entry(rule.clone()).or_default() += count;
        }
    }
    let mut cells = Vec::new();
    for ((by, name), group) in groups.iter().filter(|(_, group)| group.documents >= LEAST) {
        let whole = &all[by];
        for (rule, total) in &whole.removed {
            let removed = group.removed.get(rule).copied().unwrap_or(0);
            cells.push(Cell {
                by: (*by).to_owned(),
                group: name.clone(),
                rule: rule.clone(),
                documents: group.documents,
                removed,
                other_documents: whole.documents - group.documents,
                other_removed: total - removed,
            });
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_wilsons() {
        // Newcombe 1998, Table I: 81 of 263 and 0 of 20.
        for (part, whole, low, high) in [(81, 263, 0.2553, 0.3662), (0, 20, 0.0, 0.1611)] {
            let found = wilson(part, whole);
            assert!((found.0 - low).abs() < 1e-4 && (found.1 - high).abs() < 1e-4, "{found:?}");
        }
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn a_group_that_loses_more_than_the_rest_stands_apart() {
        let mut groups: BTreeMap<(&str, String), Group> = BTreeMap::new();
        for (name, documents, removed) in [("a", 1000, 20), ("b", 1000, 22), ("c", 1000, 300), ("rare", 99, 99)] {
            let group = groups.entry(("language", name.to_owned())).or_default();
            (0..documents).for_each(|number| group.add((number < removed).then_some("length.words")));
        }
        let cells = cells(&groups);
        let names: Vec<&str> = cells.iter().map(|cell| cell.group.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"], "too few documents say nothing");
        assert!(cells[2].gap() > 0.15, "{}", cells[2].gap());
        assert_eq!((cells[2].other_documents, cells[2].other_removed), (2099, 141));
    }

    #[test]
    fn deciles_are_tenths_of_the_documents() {
        let lengths = (0..100_u32).map(|length| (length, Group { documents: 10, ..Group::default() })).collect();
        let deciles = deciles(lengths);
        assert_eq!(deciles.len(), 10);
        assert!(deciles.values().all(|group| group.documents == 100));
    }

    #[test]
    fn top_level_domains() {
        for (url, expected) in [
            ("https://a.example.DE/x.html", Some("de")),
            ("http://user@b.co.uk:80?q=1.x", Some("uk")),
            ("http://127.0.0.1/", None),
            ("http://localhost/", None),
            ("", None),
        ] {
            assert_eq!(tld(url).as_deref(), expected, "{url}");
        }
    }
}
