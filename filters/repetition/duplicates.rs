//! Lines and paragraphs that stand more than once.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use xxhash_rust::xxh3::Xxh3Default;

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `repetition.duplicate_lines`
pub(crate) struct DuplicateLines;
/// `repetition.duplicate_paragraphs`
pub(crate) struct DuplicateParagraphs;
/// `repetition.duplicate_line_chars`
pub(crate) struct DuplicateLineChars;
/// `repetition.duplicate_paragraph_chars`
pub(crate) struct DuplicateParagraphChars;

/// Number and bytes of the pieces that repeat an earlier one.
fn repeats(pieces: &[&str]) -> (usize, usize) {
    let mut seen: HashSet<&str, BuildHasherDefault<Xxh3Default>> = HashSet::default();
    pieces
        .iter()
        .filter(|piece| !seen.insert(piece))
        .fold((0, 0), |(count, bytes), piece| (count + 1, bytes + piece.len()))
}

fn share_of_pieces(pieces: &[&str]) -> Option<f64> {
    text::ratio(repeats(pieces).0, pieces.len())
}

fn share_of_bytes(pieces: &[&str]) -> Option<f64> {
    text::ratio(repeats(pieces).1, pieces.iter().map(|piece| piece.len()).sum())
}

impl Filter for DuplicateLines {
    fn card(&self) -> &'static Card {
        &LINES
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_pieces(document.lines())
    }
}

impl Filter for DuplicateParagraphs {
    fn card(&self) -> &'static Card {
        &PARAGRAPHS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_pieces(document.paragraphs())
    }
}

impl Filter for DuplicateLineChars {
    fn card(&self) -> &'static Card {
        &LINE_CHARS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_bytes(document.lines())
    }
}

impl Filter for DuplicateParagraphChars {
    fn card(&self) -> &'static Card {
        &PARAGRAPH_CHARS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share_of_bytes(document.paragraphs())
    }
}

static LINES: Card = Card {
    id: "repetition.duplicate_lines",
    version: 1,
    summary: "Share of lines that repeat an earlier line.",
    definition: "Lines equal to an earlier line ÷ all lines. Lines are trimmed; empty ones are left out.",
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
    version: 1,
    summary: "Share of text in lines that repeat an earlier line.",
    definition: "UTF-8 bytes of lines equal to an earlier line ÷ bytes of all lines. Departs from the paper in counting \
                 bytes, not characters: within one document the two shares are practically equal.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.20),
    branches: Branch::PROSE,
    source: Source::gopher("Table A1; Dolma 1.5 uses 0.30"),
    kept: &["The ferry leaves at nine.\nBring a coat; the deck is cold."],
    rejected: &["A long line about the ferry\nA long line about the ferry\nshort"],
};

static PARAGRAPH_CHARS: Card = Card {
    id: "repetition.duplicate_paragraph_chars",
    version: 1,
    summary: "Share of text in paragraphs that repeat an earlier paragraph.",
    definition: "UTF-8 bytes of paragraphs equal to an earlier one ÷ bytes of all paragraphs.",
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
            &[("weighed by length", "aaaa\nb\naaaa\nb", Some(0.5)), ("none", "a\nb", Some(0.0))],
        );
        check(&DuplicateParagraphChars, &[("weighed by length", "aaa\n\nb\n\naaa", Some(3.0 / 7.0))]);
    }
}
