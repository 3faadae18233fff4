//! Token distributions: how far a document's words are from the usual ones of its language.
//!
//! The Llama 3 report drops documents with "excessive numbers of outlier tokens compared to the training corpus
//! distribution" by Kullback-Leibler divergence; no implementation is published. Ours: tokens are lower-case words,
//! hashed to 65,536 buckets; a [`Reference`] is the distribution over one language and branch (prose, code, maths) of
//! the run itself, or of another corpus. Two measures of a document: its divergence from the reference, and the share
//! of its words that are outliers there. The divergence of a short text is large by chance (drawn from the reference
//! itself, 100 tokens give 3.8 nats, 1,000 give 2.2), so that a fixed threshold would be a length filter: both measures
//! are told as ranks among real documents of that length ([`Calibration`]), so that a bound is a rate.

mod calibration;
mod counts;
mod kl;
mod outlier_mass;
mod reference;
mod references;

pub use calibration::{Calibration, Point, bin};
pub(crate) use counts::count_different;
pub use counts::{BUCKETS, TokenCounts, count_tokens};
pub(crate) use kl::Kl;
pub(crate) use outlier_mass::OutlierMass;
pub use reference::{Contribution, Distance, Reference, Scores};
pub use references::{References, ReferencesError};
