//! How long lines of code are.

use super::code;
use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `code.max_line`
pub(crate) struct MaxLine;

/// `code.mean_line`
pub(crate) struct MeanLine;

impl Filter for MaxLine {
    fn card(&self) -> &'static Card {
        &MAX
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        code(document)?.lines().map(text::n_chars).max().map(count)
    }
}

impl Filter for MeanLine {
    fn card(&self) -> &'static Card {
        &MEAN
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let (n_lines, chars) =
            code(document)?.lines().fold((0, 0), |(n, chars), line| (n + 1, chars + text::n_chars(line)));
        text::ratio(chars, n_lines)
    }
}

static MAX: Card = Card {
    id: "code.max_line",
    version: 1,
    summary: "Characters of the longest line.",
    definition: "Characters of the longest line of a document that is mostly code.",
    unit: Unit::Chars,
    default: Bounds::at_most(1000.0),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_num_chars_line_max; 20,000 for data"),
    kept: &["let ferry = leaves(9);"],
    rejected: &[concat!(
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    )],
};

static MEAN: Card = Card {
    id: "code.mean_line",
    version: 1,
    summary: "Mean characters of a line.",
    definition: "Characters of all lines, line feeds left out ÷ lines, blank ones included, of a document that is mostly code.",
    unit: Unit::Chars,
    default: Bounds::between(5.0, 100.0),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_num_chars_line_mean"),
    kept: &["let ferry = leaves(9);"],
    rejected: &["a\nb\nc"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&MaxLine, &[("nothing", "", None), ("of three", "ab\n\nabc", Some(3.0))]);
        check(&MeanLine, &[("nothing", "", None), ("of two", "abc\né", Some(2.0))]);
        assert_eq!(MaxLine.measure(&Document::new("prose")), None);
    }
}
