//! Number of characters.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document};

/// `length.chars`
pub(crate) struct Chars;

impl Filter for Chars {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.n_chars()))
    }
}

static CARD: Card = Card {
    id: "length.chars",
    version: 1,
    summary: "Number of characters.",
    definition: "Unicode scalar values of the text, white space included.",
    unit: Unit::Chars,
    default: Bounds::NONE,
    branches: Branch::ALL,
    source: Source {
        work: "Weber et al. 2024 (RedPajama-V2)",
        place: "Signal ccnet_length; DCLM's C4 has at most 190,000, OpenCoder's code at least 50",
        url: "https://arxiv.org/abs/2411.12372",
    },
    kept: &["Short."],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Chars, &[("nothing", "", Some(0.0)), ("characters, not bytes", "é本\n", Some(3.0))]);
    }
}
