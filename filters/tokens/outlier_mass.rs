//! The filter: the share of outlier words, among documents of like length.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document};

/// `tokens.outlier_mass`
pub(crate) struct OutlierMass;

impl Filter for OutlierMass {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        document.token_scores().outliers
    }
}

static CARD: Card = Card {
    id: "tokens.outlier_mass",
    version: 1,
    summary: "How many words are outliers of their language, for a text of that length.",
    definition: "The normal score of the share of outlier words among reference documents of like length: 1.645 is \
                 passed by 5% of them, 2.326 by 1%. An outlier is a word so rare that all words as rare as it is make \
                 up at most 2% of the reference, or one that never stands in it. References, and what is not measured: \
                 as for tokens.kl.",
    unit: Unit::StandardDeviations,
    default: Bounds::at_most(2.326),
    branches: Branch::ALL,
    source: Source::llama3(
        "Section 3.1.1: \"excessive numbers of outlier tokens\". Formula and threshold are unpublished; these are ours",
    ),
    kept: &[],
    rejected: &[],
};
