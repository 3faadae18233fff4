//! Line feeds against words: lists have many.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.feeds_per_word`
pub(crate) struct FeedsPerWord;

impl Filter for FeedsPerWord {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.n_feeds(), document.words().len())
    }
}

static CARD: Card = Card {
    id: "lines.feeds_per_word",
    version: 1,
    summary: "Line feeds per word.",
    definition: "Line feeds, those of blank lines included ÷ words.",
    unit: Unit::PerWord,
    default: Bounds::at_most(0.3),
    branches: Branch::PROSE,
    source: Source::fineweb("Not in the paper; list_ratio of datatrove 0.10"),
    kept: &["The ferry leaves at nine.\nBring a coat."],
    rejected: &["Home\nShop\nAbout"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&FeedsPerWord, &[("no words", "\n", None), ("blank lines count", "a b\n\nc d", Some(0.5))]);
    }
}
