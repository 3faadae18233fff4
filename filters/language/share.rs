//! The filter: share of the text in a second language.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document};

/// `language.second_share`
pub(crate) struct SecondShare;

impl Filter for SecondShare {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        document.second_share()
    }
}

static CARD: Card = Card {
    id: "language.second_share",
    version: 1,
    summary: "Share of the text in the language that is its second.",
    definition: "Characters in segments of the second language ÷ characters in all segments of which the language model is \
                 sure (probability 0.5 and more). Segments are lines joined to 50 characters and more, and pieces of up to 150 \
                 of longer ones, without code and math blocks, formulas and URLs. 4 are identified, spread over the text; and \
                 up to 30 where one of these is in another language than the text, or where the model gives the whole text \
                 another one with a probability of 0.005. Else it is 0, although a short passage may differ. Not measured: \
                 texts of one segment or of no known language, and recipes that identify no language.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::ALL,
    source: Source::madlad(
        "Section 2.2, questionable sentences, rule 1: sentences in another language than their document, of which the paper \
         allows 20% together with four other rules; here only those of one language, by characters, and unsure segments \
         aside",
    ),
    kept: &[],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_what_identification_found() {
        let document = Document::new("The ferry leaves at nine.");
        assert_eq!(SecondShare.measure(&document), None);
        assert_eq!(SecondShare.measure(&document.with_second_share(Some(0.25))), Some(0.25));
    }
}
