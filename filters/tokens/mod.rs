//! Token distributions: how far a document's words are from the usual ones of its language.
//!
//! The Llama 3 report drops documents with "excessive numbers of outlier tokens compared to the training corpus
//! distribution" by Kullback-Leibler divergence; no implementation is published. Ours: tokens are lower-case words,
//! hashed to 65,536 buckets; a [`Reference`] is the distribution over one language and branch (prose, code, maths) of
//! the run itself. The divergence of a short text is large by chance (drawn from the reference itself, 100 tokens give
//! 3.8 nats, 1,000 give 2.2), so that a fixed threshold would be a length filter: the measure is the distance from
//! what real documents of that length have, in standard deviations.

mod calibration;
mod counts;
mod kl;
mod reference;

pub use calibration::{Calibration, Point};
pub use counts::{BUCKETS, TokenCounts, count_tokens};
pub(crate) use kl::Kl;
pub use reference::{Reference, References};
