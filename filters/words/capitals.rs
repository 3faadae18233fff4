//! Words in capitals.

use crate::card::{Card, Filter, Source, Unit};
use crate::vocabulary::Entry;
use crate::{Bounds, Branch, Document, text};

/// `words.capitals`
pub(crate) struct Capitals;

impl Filter for Capitals {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        text::ratio(vocabulary.count(|entry| has_capital(entry) && is_in_capitals(entry.word)), vocabulary.n_words())
    }
}

/// Whether a word may have a capital, which most have not.
fn has_capital(entry: &Entry<'_>) -> bool {
    !entry.traits.is_plain || entry.traits.folded != entry.traits.hash
}

fn is_in_capitals(word: &str) -> bool {
    let mut has_capital = false;
    for character in word.chars() {
        if character.is_lowercase() {
            return false;
        }
        has_capital |= character.is_uppercase();
    }
    has_capital
}

static CARD: Card = Card {
    id: "words.capitals",
    version: 1,
    summary: "Share of words in capitals.",
    definition: "Words with a capital and no lower-case letter ÷ words. RedPajama-V2 counts punctuation among the words.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.5),
    branches: Branch::PROSE,
    source: Source::redpajama("Signal rps_doc_frac_all_caps_words; the bound is OpenCoder's for English prose"),
    kept: &["The BBC said so."],
    rejected: &["BUY NOW"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &Capitals,
            &[("no words", "", None), ("two of four", "A BC-3 Ab 3", Some(0.5)), ("no case", "平和", Some(0.0))],
        );
    }
}
