//! Words with letters.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `words.alphabetic`
pub(crate) struct Alphabetic;

impl Filter for Alphabetic {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        text::ratio(vocabulary.count(|word| word.chars().any(char::is_alphabetic)), vocabulary.n_words())
    }
}

static CARD: Card = Card {
    id: "words.alphabetic",
    version: 1,
    summary: "Share of words with a letter.",
    definition: "Words that hold at least one alphabetic character of any script ÷ all words. A piece of punctuation \
                 alone is no word here, and counts in neither.",
    unit: Unit::Fraction,
    default: Bounds::at_least(0.8),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["The ferry leaves at 9 from the old pier."],
    rejected: &["12 34 56 seven"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &Alphabetic,
            &[("no words", "--", None), ("half", "one 2", Some(0.5)), ("any script", "мир 平和 a1", Some(1.0))],
        );
    }
}
