//! Text in repeated lines, as `FineWeb` counts it.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.duplicate_chars`
pub(crate) struct DuplicateChars;

impl Filter for DuplicateChars {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let whole = document.n_chars() - document.n_feeds();
        (!document.lines().is_empty()).then(|| text::ratio(document.repeated_lines().chars, whole)).flatten()
    }
}

static CARD: Card = Card {
    id: "lines.duplicate_chars",
    version: 1,
    summary: "Share of text, line feeds left out, in lines that repeat an earlier line.",
    definition: "Characters of lines equal to an earlier line ÷ characters of the text that are not line feeds. `repetition.duplicate_line_chars` is the same with line feeds below the line.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.01),
    branches: Branch::PROSE,
    source: Source::fineweb(
        "Appendix E.4 and datatrove (char_dup_ratio); the text of section 3.6 says 0.1, which FineWeb-2 uses",
    ),
    kept: &["The ferry leaves at nine.\nBring a coat."],
    rejected: &["Home\nThe ferry leaves.\nHome"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&DuplicateChars, &[("no lines", "\n", None), ("4 of 12", "abcd\nefgh\nabcd", Some(1.0 / 3.0))]);
    }
}
