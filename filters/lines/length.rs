//! How long lines are.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `lines.short`
pub(crate) struct Short;

/// `lines.long`
pub(crate) struct Long;

/// `lines.mean_words`
pub(crate) struct MeanWords;

impl Filter for Short {
    fn card(&self) -> &'static Card {
        &SHORT_CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.line_shapes().short, document.lines().len())
    }
}

impl Filter for Long {
    fn card(&self) -> &'static Card {
        &LONG_CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.line_shapes().long))
    }
}

impl Filter for MeanWords {
    fn card(&self) -> &'static Card {
        &MEAN_CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.words().len(), document.lines().len())
    }
}

static SHORT_CARD: Card = Card {
    id: "lines.short",
    version: 1,
    summary: "Share of lines of at most 30 characters.",
    definition: "Lines of at most 30 characters ÷ lines that are not blank. Lines are trimmed (datatrove counts white space at their ends).",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.67),
    branches: Branch::PROSE,
    source: Source::fineweb("Section 3.6, custom filters; short_line_ratio of datatrove 0.10"),
    kept: &["The ferry leaves at nine from the old pier behind the market."],
    rejected: &["Home\nShop\nAbout"],
};

static LONG_CARD: Card = Card {
    id: "lines.long",
    version: 1,
    summary: "How many lines have at least 200 characters.",
    definition: "Lines of at least 200 characters.",
    unit: Unit::Count,
    default: Bounds::at_least(3.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Xue et al. 2021 (mC4)",
        place: "Section 3.1: at least three lines of 200 or more characters",
        url: "https://arxiv.org/abs/2010.11934",
    },
    kept: &[
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\nzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
    ],
    rejected: &["The ferry leaves at nine."],
};

static MEAN_CARD: Card = Card {
    id: "lines.mean_words",
    version: 1,
    summary: "Mean number of words of a line.",
    definition: "Words ÷ lines that are not blank.",
    unit: Unit::Words,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("The mean of the signal rps_lines_num_words"),
    kept: &["One.\nTwo."],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;
    use crate::lines::Shapes;

    #[test]
    fn measures() {
        let (short, long) = ("é".repeat(Shapes::SHORT), "é".repeat(Shapes::LONG));
        check(&Short, &[("no lines", "", None), ("30 characters", &short, Some(1.0)), ("more", &long, Some(0.0))]);
        check(
            &Long,
            &[("no lines", "", Some(0.0)), ("200 characters", &long, Some(1.0)), ("fewer", &short, Some(0.0))],
        );
        check(&MeanWords, &[("no lines", "", None), ("three in two", "a b\n\nc", Some(1.5))]);
    }
}
