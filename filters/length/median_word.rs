//! Median length of words.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document};

/// `length.median_word`
pub(crate) struct MedianWord;

/// Longer words are counted as this long: no median of text is.
const LONGEST: usize = 64;

impl Filter for MedianWord {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        let mut lengths = [0_usize; LONGEST + 1];
        for entry in &vocabulary.words {
            lengths[(entry.traits.chars as usize).min(LONGEST)] += entry.count as usize;
        }
        let last = vocabulary.n_words().checked_sub(1)?;
        let at = |place: usize| {
            let mut before = 0;
            (0..=LONGEST).find(|length| {
                before += lengths[*length];
                before > place
            })
        };
        // Of an even number, the mean of the two in the middle.
        Some(crate::card::count(at(last / 2)? + at(last.div_ceil(2))?) / 2.0)
    }
}

static CARD: Card = Card {
    id: "length.median_word",
    version: 1,
    summary: "Median length of words in characters.",
    definition: "The middle one of all words' lengths, the mean of two where there is no middle one; words of more than 64 \
                 characters count as 64.",
    unit: Unit::Chars,
    default: Bounds::between(3.0, 10.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Soldaini et al. 2024 (Dolma)",
        place: "Gopher rules as in its toolkit, median_word_length in place of the mean",
        url: "https://arxiv.org/abs/2402.00159",
    },
    kept: &["The ferry leaves at nine."],
    rejected: &["a b c d e f"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &MedianWord,
            &[("no words", "-", None), ("of three", "a bb cccccc", Some(2.0)), ("of four", "a bb ccc dddd", Some(2.5))],
        );
    }
}
