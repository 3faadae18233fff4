//! How varied the words are.

use std::sync::LazyLock;

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `words.distinct`
pub(crate) struct Distinct;

/// `words.entropy`
pub(crate) struct Entropy;

impl Filter for Distinct {
    fn card(&self) -> &'static Card {
        &DISTINCT
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        text::ratio(vocabulary.folded.iter().filter(|n| **n > 0).count(), vocabulary.n_words())
    }
}

impl Filter for Entropy {
    fn card(&self) -> &'static Card {
        &ENTROPY
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let vocabulary = document.vocabulary();
        let total = count(vocabulary.n_words());
        let sum: f64 = vocabulary.folded.iter().map(|n| n_ln_n(*n)).sum();
        // ln N - (Σ n ln n) / N; rounding must not make the entropy of one word negative.
        (total > 0.0).then(|| (total.ln() - sum / total).max(0.0))
    }
}

/// n ln n, and 0 of 0; looked up for the small numbers that nearly all are: a logarithm takes as long as reading two words.
fn n_ln_n(n: u32) -> f64 {
    static SMALL: LazyLock<[f64; 64]> = LazyLock::new(|| std::array::from_fn(|n| count(n) * count(n.max(1)).ln()));
    SMALL.get(n as usize).copied().unwrap_or_else(|| f64::from(n) * f64::from(n).ln())
}

static DISTINCT: Card = Card {
    id: "words.distinct",
    version: 1,
    summary: "Share of words that are different ones.",
    definition: "Different words, case left out ÷ words.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("Signal rps_doc_frac_unique_words; it takes the punctuation within words out too"),
    kept: &["one two two"],
    rejected: &[],
};

static ENTROPY: Card = Card {
    id: "words.entropy",
    version: 1,
    summary: "Entropy of the distribution of words.",
    definition: "- Σ p ln p over the different words, case left out, with p the share of a word; in nats.",
    unit: Unit::Nats,
    default: Bounds::at_least(2.0),
    branches: Branch::PROSE,
    source: Source::redpajama(
        "Signal rps_doc_unigram_entropy; the bound is OpenCoder's for English prose about code, which has 3 for Chinese",
    ),
    kept: &["The ferry leaves at nine from the old pier."],
    rejected: &["buy now buy now buy now"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Distinct, &[("no words", "", None), ("two of four", "The the A a", Some(0.5))]);
        check(
            &Entropy,
            &[
                ("no words", "", None),
                ("one word", "a A a", Some(0.0)),
                ("two equally often", "a b a b", Some(std::f64::consts::LN_2)),
            ],
        );
    }
}
