//! Symbols that menus, snippets and spam are full of.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `symbols.hash_to_word`
pub(crate) struct HashToWord;

/// `symbols.ellipsis_to_word`
pub(crate) struct EllipsisToWord;

/// `symbols.curly_bracket`
pub(crate) struct CurlyBracket;

impl Filter for HashToWord {
    fn card(&self) -> &'static Card {
        &HASH
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().hash, document.words().len())
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

impl Filter for CurlyBracket {
    fn card(&self) -> &'static Card {
        &CURLY
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().curly, document.n_chars())
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

static CURLY: Card = Card {
    id: "symbols.curly_bracket",
    version: 1,
    summary: "Share of characters that are curly brackets.",
    definition: "`{` and `}` ÷ characters of the text. C4 drops a page with any `{`, which is `max = 0` but for a lone `}`; \
                 its recipe looks at the lines that C4 looks at.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Raffel et al. 2020 (C4); Weber et al. 2024 (RedPajama-V2)",
        place: "Section 2.2; signal rps_doc_curly_bracket",
        url: "https://arxiv.org/abs/2411.12372",
    },
    kept: &["The ferry leaves at nine."],
    rejected: &["function ferry() { return 9; }"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&HashToWord, &[("no words", "###", None), ("one of two", "#a b", Some(0.5)), ("none", "a b", Some(0.0))]);
        check(&CurlyBracket, &[("nothing", "", None), ("two of four", "{ab}", Some(0.5))]);
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
