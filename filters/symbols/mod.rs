//! Symbols that menus, snippets and spam are full of.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `symbols.hash_to_word`
pub(crate) struct HashToWord;

/// `symbols.ellipsis_to_word`
pub(crate) struct EllipsisToWord;

impl Filter for HashToWord {
    fn card(&self) -> &'static Card {
        &HASH
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let count = memchr::memchr_iter(b'#', document.text().as_bytes()).count();
        text::ratio(count, document.words().len())
    }
}

impl Filter for EllipsisToWord {
    fn card(&self) -> &'static Card {
        &ELLIPSIS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let bytes = document.text().as_bytes();
        let dots = memchr::memmem::find_iter(bytes, "...").count();
        let signs = memchr::memmem::find_iter(bytes, "…").count();
        text::ratio(dots + signs, document.words().len())
    }
}

static HASH: Card = Card {
    id: "symbols.hash_to_word",
    version: 1,
    summary: "Hash signs per word.",
    definition: "Number of `#` ÷ number of words.",
    unit: Unit::PerWord,
    default: Bounds::at_most(0.1),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["The ferry leaves at nine from pier #2, opposite the old customs house by the market."],
    rejected: &["#sale #shop #now ten words"],
};

static ELLIPSIS: Card = Card {
    id: "symbols.ellipsis_to_word",
    version: 1,
    summary: "Ellipses per word.",
    definition: "Number of `...` and `…` ÷ number of words; four dots are one ellipsis.",
    unit: Unit::PerWord,
    default: Bounds::at_most(0.1),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["She waited… and then, after a long and rather cold hour, the ferry came at last."],
    rejected: &["Read more... See all… Next..."],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&HashToWord, &[("no words", "###", None), ("one of two", "#a b", Some(0.5)), ("none", "a b", Some(0.0))]);
        check(
            &EllipsisToWord,
            &[
                ("no words", "...", None),
                ("both kinds", "a... b… c d", Some(0.5)),
                ("four dots are one", "a.... b", Some(0.5)),
            ],
        );
    }
}
