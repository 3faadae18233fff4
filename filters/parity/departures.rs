//! Where a formula here is another than datatrove's, why, and datatrove's own on our words and lines.

use std::collections::{HashMap, HashSet};

use crate::Document;

/// A formula (over its lengths of n-grams, if it has several) that is not datatrove's.
pub(super) struct Departure {
    /// What the names of its measures begin with.
    pub(super) measures: &'static [&'static str],
    /// Documents of `own.tsv` and `real.tsv` in which a value differs.
    pub(super) documents: [usize; 2],
    /// datatrove's formula, of the measure of this name.
    pub(super) theirs: fn(&str, &Document<'_>) -> f64,
}

/// All of them.
pub(super) const DEPARTURES: [Departure; 5] = [
    // More signs begin an item than `•` and `-`, and blank lines do not count: extraction here sets blocks apart by blank
    // lines, with which no list would be a list. Most texts that datatrove sees have none.
    Departure { measures: &["lines.bullet_start"], documents: [2, 527], theirs: bullet_start },
    // Blank lines do not count, as above.
    Departure { measures: &["lines.ellipsis_end"], documents: [1, 271], theirs: ellipsis_end },
    // An n-gram that stands once repeats nothing: its share is 0, where datatrove flags short texts by it. No share is
    // above 1, where datatrove adds up occurrences that overlap.
    Departure { measures: &["repetition.top_"], documents: [14, 726], theirs: top },
    // Words are compared as words; datatrove joins them, so that `ab c` is `a bc`. It shows where words are short, or
    // split by dictionary.
    Departure {
        measures: &[
            "repetition.duplicate_5gram",
            "repetition.duplicate_6",
            "repetition.duplicate_7",
            "repetition.duplicate_8",
            "repetition.duplicate_9",
            "repetition.duplicate_10",
        ],
        documents: [0, 7],
        theirs: duplicate,
    },
    // The full-width digit `１` is a digit; datatrove's list of punctuation holds it, by mistake.
    Departure { measures: &["length.words", "length.mean_word"], documents: [0, 1], theirs: length },
];

#[expect(clippy::cast_precision_loss, reason = "counts of one document are far below 2^52")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn share_of_lines(document: &Document<'_>, is_such: impl Fn(&str) -> bool) -> f64 {
    let lines: Vec<&str> = document.text().lines().collect();
    ratio(lines.iter().filter(|line| is_such(line)).count(), lines.len())
}

fn bullet_start(_: &str, document: &Document<'_>) -> f64 {
    share_of_lines(document, |line| line.starts_with(['•', '-']))
}

fn ellipsis_end(_: &str, document: &Document<'_>) -> f64 {
    share_of_lines(document, |line| line.ends_with("...") || line.ends_with('…'))
}

/// The n of an n-gram's measure.
fn n(name: &str) -> usize {
    name.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn top(name: &str, document: &Document<'_>) -> f64 {
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for (place, ngram) in document.words().windows(n(name)).enumerate() {
        counts.entry(ngram.join(" ")).or_insert((0, place)).0 += 1;
    }
    // Of equally frequent ones the first.
    let most = counts.iter().max_by_key(|(_, (count, place))| (*count, std::cmp::Reverse(*place)));
    ratio(most.map_or(0, |(ngram, (count, _))| ngram.chars().count() * count), document.n_chars())
}

fn duplicate(name: &str, document: &Document<'_>) -> f64 {
    let (words, n) = (document.words(), n(name));
    let (mut seen, mut chars, mut at) = (HashSet::new(), 0, 0);
    while at + n <= words.len() {
        let ngram = words[at..at + n].concat();
        let length = ngram.chars().count();
        if seen.insert(ngram) {
            at += 1;
        } else {
            chars += length;
            at += n;
        }
    }
    ratio(chars, document.n_chars())
}

fn length(name: &str, document: &Document<'_>) -> f64 {
    let words: Vec<&&str> = document.words().iter().filter(|word| word.chars().any(|c| c != '１')).collect();
    if name == "length.words" {
        return ratio(words.len(), 1);
    }
    ratio(words.iter().map(|word| word.chars().count()).sum(), words.len())
}
