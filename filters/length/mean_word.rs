//! Mean length of words.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `length.mean_word`
pub(crate) struct MeanWord;

impl Filter for MeanWord {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        text::ratio(vocabulary.n_chars(), vocabulary.n_words())
    }
}

static CARD: Card = Card {
    id: "length.mean_word",
    version: 1,
    summary: "Mean length of words in characters.",
    definition: "Characters of all words ÷ number of words. Punctuation at a word's ends is no part of it.",
    unit: Unit::Chars,
    default: Bounds::between(3.0, 10.0),
    branches: Branch::PROSE,
    source: Source::gopher(
        "Appendix A.1, quality filtering. The bounds were made for English; Chinese words have 1 to 2 characters, \
         agglutinating languages more: recipes set bounds by language",
    ),
    kept: &["The ferry leaves at nine."],
    rejected: &["a b c d e f", "supercalifragilisticexpialidocious"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &MeanWord,
            &[
                ("no words", " - ", None),
                ("two and four", "ab abcd", Some(3.0)),
                ("characters, not bytes", "éé öööö", Some(3.0)),
            ],
        );
    }
}
