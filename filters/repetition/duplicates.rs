//! Lines and paragraphs that stand more than once.

use crate::card::{Card, Filter, Source, Unit};
use crate::table::Numbering;
use crate::{Bounds, Branch, Document, text};

/// `repetition.duplicate_lines`
pub(crate) struct DuplicateLines;
/// `repetition.duplicate_paragraphs`
pub(crate) struct DuplicateParagraphs;
/// `repetition.duplicate_line_chars`
pub(crate) struct DuplicateLineChars;
/// `repetition.duplicate_paragraph_chars`
pub(crate) struct DuplicateParagraphChars;

/// Pieces of a text that repeat an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeated {
    /// How many.
    pub(crate) count: usize,
    /// Their characters.
    pub(crate) chars: usize,
}

impl Repeated {
    pub(crate) fn of(pieces: &[&str]) -> Self {
        let mut seen = Numbering::new(pieces.len());
        pieces
            .iter()
            .filter(|piece| !seen.number(text::hash(piece.as_bytes())).1)
            .fold(Self::default(), |sum, piece| Self { count: sum.count + 1, chars: sum.chars + text::n_chars(piece) })
    }
}

impl Filter for DuplicateLines {
    fn card(&self) -> &'static Card {
        &LINES
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.repeated_lines().count, document.lines().len())
    }
}

impl Filter for DuplicateParagraphs {
    fn card(&self) -> &'static Card {
        &PARAGRAPHS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.repeated_paragraphs().count, document.paragraphs().len())
    }
}

impl Filter for DuplicateLineChars {
    fn card(&self) -> &'static Card {
        &LINE_CHARS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_text(document, document.repeated_lines())
    }
}

impl Filter for DuplicateParagraphChars {
    fn card(&self) -> &'static Card {
        &PARAGRAPH_CHARS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_text(document, document.repeated_paragraphs())
    }
}

fn share_of_text(document: &Document<'_>, repeated: &Repeated) -> Option<f64> {
    (!document.lines().is_empty()).then(|| text::ratio(repeated.chars, document.n_chars())).flatten()
}

static LINES: Card = Card {
    id: "repetition.duplicate_lines",
    version: 1,
    summary: "Share of lines that repeat an earlier line.",
    definition: "Lines equal to an earlier line ÷ all lines. Lines are trimmed before they are compared (datatrove leaves \
                 white space at their ends); empty ones are left out.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.30),
    branches: Branch::PROSE,
    source: Source::gopher("Table A1"),
    kept: &["The ferry leaves at nine.\nBring a coat; the deck is cold."],
    rejected: &["Home\nShop\nHome\nShop\nAbout"],
};

static PARAGRAPHS: Card = Card {
    id: "repetition.duplicate_paragraphs",
    version: 1,
    summary: "Share of paragraphs that repeat an earlier paragraph.",
    definition: "Paragraphs equal to an earlier one ÷ all paragraphs. Paragraphs are separated by blank lines.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.30),
    branches: Branch::PROSE,
    source: Source::gopher("Table A1"),
    kept: &["The ferry leaves at nine.\n\nBring a coat; the deck is cold."],
    rejected: &["Home\n\nShop\n\nHome\n\nShop"],
};

static LINE_CHARS: Card = Card {
    id: "repetition.duplicate_line_chars",
    version: 2,
    summary: "Share of text in lines that repeat an earlier line.",
    definition: "Characters of lines equal to an earlier line ÷ characters of the text, white space included.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.20),
    branches: Branch::PROSE,
    source: Source::gopher("Table A1; Dolma 1.5 uses 0.30"),
    kept: &["The ferry leaves at nine.\nBring a coat; the deck is cold."],
    rejected: &["A long line about the ferry\nA long line about the ferry\nshort"],
};

static PARAGRAPH_CHARS: Card = Card {
    id: "repetition.duplicate_paragraph_chars",
    version: 2,
    summary: "Share of text in paragraphs that repeat an earlier paragraph.",
    definition: "Characters of paragraphs equal to an earlier one ÷ characters of the text.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.20),
    branches: Branch::PROSE,
    source: Source::gopher("Table A1"),
    kept: &["The ferry leaves at nine.\n\nBring a coat; the deck is cold."],
    rejected: &["A long paragraph about the ferry\n\nA long paragraph about the ferry\n\nshort"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &DuplicateLines,
            &[
                ("no lines, nothing to measure", "", None),
                ("one of four repeats", "a\nb\na\nc", Some(0.25)),
                ("trimmed before comparing", "a\n  a ", Some(0.5)),
            ],
        );
        check(
            &DuplicateParagraphs,
            &[("one of two", "a\nb\n\na\nb", Some(0.5)), ("lines are not paragraphs", "a\na", Some(0.0))],
        );
        check(
            &DuplicateLineChars,
            &[("weighed by length", "aaaa\nb\naaaa\nb", Some(5.0 / 13.0)), ("none", "a\nb", Some(0.0))],
        );
        check(&DuplicateParagraphChars, &[("weighed by length", "aaa\n\nb\n\naaa", Some(3.0 / 11.0))]);
    }
}
