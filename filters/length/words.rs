//! Number of words.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document};

/// `length.words`
pub(crate) struct Words;

impl Filter for Words {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.words().len()))
    }
}

static CARD: Card = Card {
    id: "length.words",
    version: 1,
    summary: "Number of words.",
    definition: "Words of the document; see `text` for what a word is.",
    unit: Unit::Words,
    default: Bounds::between(50.0, 100_000.0),
    branches: Branch::ALL,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &[
        "The ferry leaves the small harbour at nine every morning. Bring a warm coat, since the upper deck is cold \
             and the wind rarely rests. Tickets are sold on board, coins are welcome, and children travel free. The \
             crossing takes about forty minutes when the sea is calm, a little longer when it is not.",
    ],
    rejected: &["Home Shop About"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Words, &[("nothing", "", Some(0.0)), ("three", "one, two -- three!", Some(3.0))]);
    }
}
