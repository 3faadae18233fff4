//! MADLAD-400's questionable sentences; a sentence is a line there.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.list_case`
pub(crate) struct ListCase;

/// `lines.abnormal_length`
pub(crate) struct AbnormalLength;

/// `lines.technical`
pub(crate) struct Technical;

impl Filter for ListCase {
    fn card(&self) -> &'static Card {
        &LIST_CASE
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().list_case, document.lines().len())
    }
}

impl Filter for AbnormalLength {
    fn card(&self) -> &'static Card {
        &ABNORMAL
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().abnormal, document.lines().len())
    }
}

impl Filter for Technical {
    fn card(&self) -> &'static Card {
        &TECHNICAL
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().technical, document.lines().len())
    }
}

static LIST_CASE: Card = Card {
    id: "lines.list_case",
    version: 1,
    summary: "Share of lines in list case: long, and most words begin with a capital.",
    definition: "Lines of at least 12 words (pieces between white space) more than half of which begin with a capital letter ÷ lines that are not blank.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.2),
    branches: Branch::PROSE,
    source: Source::madlad("Section 2.2, questionable sentences, rule 2; Dolma 3 drops documents with 20% such lines"),
    kept: &["The ferry to the island leaves at nine from the old pier behind the market hall."],
    rejected: &["Home Shop About Contact News Sport Weather Travel Jobs Cars Money Health More"],
};

static ABNORMAL: Card = Card {
    id: "lines.abnormal_length",
    version: 1,
    summary: "Share of lines of fewer than 20 or more than 500 characters.",
    definition: "Lines of fewer than 20 or more than 500 characters ÷ lines that are not blank.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::madlad(
        "Section 2.2, questionable sentences, rule 3; made for texts split into sentences, so it has no bound here",
    ),
    kept: &["Home"],
    rejected: &[],
};

static TECHNICAL: Card = Card {
    id: "lines.technical",
    version: 1,
    summary: "Share of lines with more than a fifth of technical characters.",
    definition: "Lines more than 20% of whose characters are digits or one of `{}+/()>` ÷ lines that are not blank.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.2),
    branches: Branch::PROSE,
    source: Source::madlad(
        "Section 2.2, questionable sentences, rule 4; a document goes from 20% of questionable sentences on",
    ),
    kept: &["The ferry leaves at 9 from pier 2."],
    rejected: &["12/03 (14:00) > 5+3"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &ListCase,
            &[
                ("no lines", "", None),
                ("too few words", "A B C", Some(0.0)),
                ("12 of 12", "A B C D E F G H I J K L", Some(1.0)),
            ],
        );
        check(
            &AbnormalLength,
            &[("no lines", "", None), ("one of two", "Home\nA line of twenty characters.", Some(0.5))],
        );
        check(
            &Technical,
            &[("no lines", "", None), ("a quarter", "1abc", Some(1.0)), ("a fifth is not more", "1abcd", Some(0.0))],
        );
    }
}
