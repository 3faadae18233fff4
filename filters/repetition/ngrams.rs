//! Word n-grams that stand more than once: the most frequent short one, and how much long ones cover.
//!
//! Published implementations disagree on these (they count or do not count spaces, the first copy, overlaps). Ours:
//! lengths are those of words in UTF-8 bytes, spaces left out on both sides of the ratio; a word counts once however
//! many n-grams it lies in; the first copy of an n-gram does not count as duplicated, as with lines; an n-gram that
//! stands once covers nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::card::{Card, Filter, Source, Unit};
use crate::text::{hash_ngram, ratio};
use crate::{Bounds, Branch, Document};

/// `repetition.top_{n}gram`
pub(crate) struct TopNgram(pub(crate) usize);

/// `repetition.duplicate_{n}gram`
pub(crate) struct DuplicateNgrams(pub(crate) usize);

/// Share of a document's words, by length, that lie in a repeated n-gram, for n = 5 to 10.
pub(crate) type Coverage = [Option<f64>; 6];

/// A hash is its own hash.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type Map<V> = HashMap<u64, V, BuildHasherDefault<Identity>>;

/// The coverage of all n at once.
pub(crate) fn coverage(document: &Document<'_>) -> Coverage {
    let (words, hashes) = (document.words(), document.word_hashes());
    let total: usize = words.iter().map(|word| word.len()).sum();
    let mut seen: HashSet<u64, BuildHasherDefault<Identity>> = HashSet::default();
    std::array::from_fn(|place| {
        let n = place + 5;
        if words.is_empty() {
            return None;
        }
        seen.clear();
        // A word before `covered_to` is counted already.
        let (mut covered, mut covered_to) = (0, 0);
        for (start, ngram) in hashes.windows(n).enumerate() {
            if !seen.insert(hash_ngram(ngram)) {
                let from = covered_to.max(start);
                covered += words[from..start + n].iter().map(|word| word.len()).sum::<usize>();
                covered_to = start + n;
            }
        }
        ratio(covered, total)
    })
}

impl Filter for DuplicateNgrams {
    fn card(&self) -> &'static Card {
        &DUPLICATE[self.0 - 5]
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        document.ngram_coverage()[self.0 - 5]
    }
}

impl Filter for TopNgram {
    fn card(&self) -> &'static Card {
        &TOP[self.0 - 2]
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let (words, hashes) = (document.words(), document.word_hashes());
        let total: usize = words.iter().map(|word| word.len()).sum();
        // Count and where an occurrence not overlapping the last one may begin; the longest of the most frequent wins.
        let mut counts: Map<(usize, usize)> = Map::default();
        let (mut most, mut bytes) = (1, 0);
        for (start, ngram) in hashes.windows(self.0).enumerate() {
            let (count, free_from) = counts.entry(hash_ngram(ngram)).or_default();
            if start < *free_from {
                continue;
            }
            *count += 1;
            *free_from = start + self.0;
            if *count > 1 && *count >= most {
                let length: usize = words[start..start + self.0].iter().map(|word| word.len()).sum();
                if *count > most || length > bytes {
                    (most, bytes) = (*count, length);
                }
            }
        }
        ratio(if most > 1 { most * bytes } else { 0 }, total)
    }
}

macro_rules! card {
    ($id:literal, $summary:literal, $definition:literal, $max:literal) => {
        Card {
            id: $id,
            version: 1,
            summary: $summary,
            definition: $definition,
            unit: Unit::Fraction,
            default: Bounds::at_most($max),
            branches: Branch::PROSE,
            source: Source::gopher("Table A1; departures are in the definition"),
            kept: &["The ferry leaves at nine. Bring a coat; the upper deck is cold and the wind rarely rests there."],
            rejected: &["buy now and save a lot of money today with us buy now and save a lot of money today with us \
                         buy now and save a lot of money today with us"],
        }
    };
}

static TOP: [Card; 3] = [
    card!(
        "repetition.top_2gram",
        "Share of text in the most frequent pair of words.",
        "Bytes of all occurrences of the most frequent 2-gram that stands at least twice, overlaps left out ÷ bytes of \
         all words. Departs from datatrove, which divides by the text with its spaces and counts pairs that stand once.",
        0.20
    ),
    card!(
        "repetition.top_3gram",
        "Share of text in the most frequent three words in a row.",
        "As `repetition.top_2gram`, for 3-grams.",
        0.18
    ),
    card!(
        "repetition.top_4gram",
        "Share of text in the most frequent four words in a row.",
        "As `repetition.top_2gram`, for 4-grams.",
        0.16
    ),
];

static DUPLICATE: [Card; 6] = [
    card!(
        "repetition.duplicate_5gram",
        "Share of text in 5-grams that repeat an earlier one.",
        "Bytes of words that lie in a 5-gram equal to an earlier 5-gram, each word once ÷ bytes of all words. The first \
         copy does not count. Departs from datatrove, which jumps over what follows a hit and divides by the text with \
         its spaces; from Dolma, which counts the first copy too.",
        0.15
    ),
    card!(
        "repetition.duplicate_6gram",
        "Share of text in 6-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 6-grams.",
        0.14
    ),
    card!(
        "repetition.duplicate_7gram",
        "Share of text in 7-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 7-grams.",
        0.13
    ),
    card!(
        "repetition.duplicate_8gram",
        "Share of text in 8-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 8-grams.",
        0.12
    ),
    card!(
        "repetition.duplicate_9gram",
        "Share of text in 9-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 9-grams.",
        0.11
    ),
    card!(
        "repetition.duplicate_10gram",
        "Share of text in 10-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 10-grams.",
        0.10
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &TopNgram(2),
            &[
                ("no words", "", None),
                ("every pair stands once", "a b c d", Some(0.0)),
                ("twice", "aa bb cc aa bb dd", Some(8.0 / 12.0)),
                ("overlaps count once", "a a a a a", Some(4.0 / 5.0)),
                ("the longer of equally frequent ones", "a b x a b y ccc ddd z ccc ddd", Some(12.0 / 19.0)),
            ],
        );
        check(
            &DuplicateNgrams(5),
            &[
                ("no words", "", None),
                ("fewer than five", "a b c", Some(0.0)),
                ("the second copy counts", "a b c d e a b c d e", Some(0.5)),
                ("each word once", "a b c d e f a b c d e f", Some(0.5)),
                ("two copies after the first", "a b c d e a b c d e a b c d e", Some(10.0 / 15.0)),
            ],
        );
        check(&DuplicateNgrams(10), &[("shorter repeats do not count", "a b c d e a b c d e", Some(0.0))]);
    }
}
