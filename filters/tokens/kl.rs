//! The filter: distance from the usual divergence.

use crate::card::{Card, Filter, Source, Unit};
use crate::tokens::count_tokens;
use crate::{Bounds, Branch, Document};

/// `tokens.kl`
pub(crate) struct Kl;

impl Filter for Kl {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let reference = document.resources().references.get(document.language()?, document.branch())?;
        let mut counts = Vec::new();
        count_tokens(document.words(), &mut counts);
        reference.z(&counts)
    }
}

static CARD: Card = Card {
    id: "tokens.kl",
    version: 1,
    summary: "How far the words are from the usual ones of their language, for a text of that length.",
    definition: "z = (KL − median) ÷ spread, where KL = Σ p ln(p/q) in nats of the document's word distribution p from \
                 the run's distribution q of the same language and branch (words in lower case, hashed to 65,536 \
                 buckets, 0.1 added to each count), and median and spread (1.4826 × MAD) are those of the run's \
                 documents of like length, around a parabola in ln length. Not measured: languages with fewer than \
                 5,000 words or 20 documents in the run, texts of fewer than 20 words.",
    unit: Unit::StandardDeviations,
    default: Bounds::at_most(5.0),
    branches: Branch::ALL,
    source: Source::llama3(
        "Section 3.1.1: token-distribution Kullback-Leibler divergence. Formula and threshold are unpublished; these \
         are ours",
    ),
    kept: &[],
    rejected: &[],
};
