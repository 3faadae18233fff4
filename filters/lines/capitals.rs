//! Lines in capitals, and lines of digits.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.capitals`
pub(crate) struct Capitals;

/// `lines.numeric`
pub(crate) struct Numeric;

impl Filter for Capitals {
    fn card(&self) -> &'static Card {
        &CAPITALS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().capitals, document.lines().len())
    }
}

impl Filter for Numeric {
    fn card(&self) -> &'static Card {
        &NUMERIC
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().numeric, document.lines().len())
    }
}

static CAPITALS: Card = Card {
    id: "lines.capitals",
    version: 1,
    summary: "Share of lines that are mostly capitals.",
    definition: "Lines more than half of whose characters are capital letters ÷ lines that are not blank. Such lines are what RefinedWeb cuts (line rule `capitals`); RedPajama-V2 records the share in each line.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source {
        work: "Penedo et al. 2023 (RefinedWeb)",
        place: "Section 3.2, line-wise corrections; signal rps_lines_uppercase_letter_fraction of RedPajama-V2",
        url: "https://arxiv.org/abs/2306.01116",
    },
    kept: &["SALE NOW"],
    rejected: &[],
};

static NUMERIC: Card = Card {
    id: "lines.numeric",
    version: 1,
    summary: "Share of lines that are mostly digits.",
    definition: "Lines more than half of whose characters are digits or other numerals ÷ lines that are not blank. RedPajama-V2 records the share in each line.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("From the signal rps_lines_numerical_chars_fraction"),
    kept: &["12 34"],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Capitals, &[("no lines", "", None), ("one of two", "ABC d\nAB cd", Some(0.5))]);
        check(&Numeric, &[("no lines", "", None), ("one of two", "12-3\n1-2-", Some(0.5))]);
    }
}
