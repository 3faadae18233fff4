//! The filter: divergence from the usual words, among documents of like length.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document};

/// `tokens.kl`
pub(crate) struct Kl;

impl Filter for Kl {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        document.token_scores().divergence
    }
}

static CARD: Card = Card {
    id: "tokens.kl",
    version: 2,
    summary: "How far the words are from the usual ones of their language, for a text of that length.",
    definition: "The normal score of KL = Σ p ln(p/q) among reference documents of like length: 1.645 is passed by 5% \
                 of them, 2.326 by 1%. p is the document's word distribution, q that of the references (the run's own, \
                 or the file that the recipe names) in the same language and branch: words in lower case, hashed to \
                 65,536 buckets, 0.1 added to each count; a document that is part of its reference is compared with \
                 the rest of it. Not measured: languages and branches with fewer than 5,000 words or 20 documents in \
                 the references, texts of fewer than 20 words or shorter than every reference document.",
    unit: Unit::StandardDeviations,
    default: Bounds::at_most(2.326),
    branches: Branch::ALL,
    source: Source::llama3(
        "Section 3.1.1: token-distribution Kullback-Leibler divergence. Formula and threshold are unpublished; these \
         are ours",
    ),
    kept: &[],
    rejected: &[],
};
