//! Number of lines.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document};

/// `length.lines`
pub(crate) struct Lines;

impl Filter for Lines {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.lines().len()))
    }
}

static CARD: Card = Card {
    id: "length.lines",
    version: 1,
    summary: "Number of lines.",
    definition: "Lines that are not blank.",
    unit: Unit::Count,
    default: Bounds::between(10.0, 100_000.0),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_num_lines; RedPajama-V2 records it as ccnet_nlines"),
    kept: &["a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\ng = 7\nh = 8\ni = 9\nprint(a)"],
    rejected: &["print(1)"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Lines, &[("nothing", " \n", Some(0.0)), ("blank ones do not count", "a\n\n b", Some(2.0))]);
    }
}
