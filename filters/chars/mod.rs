//! Which characters a text is made of.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `chars.alphabetic`
pub(crate) struct Alphabetic;

/// `chars.digits`
pub(crate) struct Digits;

/// `chars.whitespace`
pub(crate) struct Whitespace;

/// `chars.capitals`
pub(crate) struct Capitals;

/// `chars.replacement`
pub(crate) struct Replacement;

impl Filter for Alphabetic {
    fn card(&self) -> &'static Card {
        &ALPHABETIC
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().alphabetic, document.n_chars())
    }
}

impl Filter for Digits {
    fn card(&self) -> &'static Card {
        &DIGITS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().numeric, document.n_chars())
    }
}

impl Filter for Whitespace {
    fn card(&self) -> &'static Card {
        &WHITESPACE
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().whitespace, document.n_chars())
    }
}

impl Filter for Capitals {
    fn card(&self) -> &'static Card {
        &CAPITALS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().uppercase, document.n_chars())
    }
}

impl Filter for Replacement {
    fn card(&self) -> &'static Card {
        &REPLACEMENT
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.characters().replacement, document.n_chars())
    }
}

static ALPHABETIC: Card = Card {
    id: "chars.alphabetic",
    version: 1,
    summary: "Share of characters that are letters.",
    definition: "Letters of any script ÷ characters of the text, white space included.",
    unit: Unit::Fraction,
    default: Bounds::at_least(0.5),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_alphabet"),
    kept: &["let ferry = leaves(nine);"],
    rejected: &["0 1 2 3 + 4 5 == 6"],
};

static DIGITS: Card = Card {
    id: "chars.digits",
    version: 1,
    summary: "Share of characters that are digits.",
    definition: "Digits and other numerals ÷ characters of the text, white space included.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.2),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_digital; its rules for SQL have 0.3"),
    kept: &["let ferry = leaves(9);"],
    rejected: &["0 1 2 3 4 5 6"],
};

static WHITESPACE: Card = Card {
    id: "chars.whitespace",
    version: 1,
    summary: "Share of characters that are white space.",
    definition: "White space, line feeds included ÷ characters of the text.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.5),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_whitespace"),
    kept: &["let ferry = leaves(9);"],
    rejected: &["a      b"],
};

static CAPITALS: Card = Card {
    id: "chars.capitals",
    version: 1,
    summary: "Share of characters that are capital letters.",
    definition: "Capital letters ÷ characters of the text, white space included.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("Over the document what rps_lines_uppercase_letter_fraction is for a line"),
    kept: &["SALE"],
    rejected: &[],
};

static REPLACEMENT: Card = Card {
    id: "chars.replacement",
    version: 1,
    summary: "Share of characters that could not be decoded.",
    definition: "U+FFFD, the replacement character ÷ characters of the text.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.01),
    branches: Branch::ALL,
    source: Source::opencoder("qsc_doc_frac_chars_replacement_symbols, qsc_code_frac_chars_replacement_symbols"),
    kept: &["The ferry leaves at nine."],
    rejected: &["The f�rry"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Alphabetic, &[("nothing", "", None), ("half", "a1é ", Some(0.5))]);
        check(&Digits, &[("nothing", "", None), ("half", "1a٣b", Some(0.5))]);
        check(&Whitespace, &[("nothing", "", None), ("half", "a \nb", Some(0.5))]);
        check(&Capitals, &[("nothing", "", None), ("half", "AbÉ!", Some(0.5))]);
        check(&Replacement, &[("nothing", "", None), ("half", "a\u{fffd}", Some(0.5))]);
    }
}
