//! MinHash: a document's shingles as a few hundred bytes by which similar documents find each other.
//!
//! A signature is, for each of `bands × rows` random hash functions, the smallest value over the document's shingles.
//! Two documents agree in one place with probability J, their Jaccard similarity; they agree in all rows of at least
//! one band with probability 1 − (1 − J^rows)^bands. The default, 14 bands of 8 rows (FineWeb's), finds 21% of pairs at
//! J = 0.6, 56% at 0.7, 92% at 0.8 and practically all at 0.9. A shared band only *proposes* a pair: verification by
//! true Jaccard decides (see `document`).

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::shingles::each_shingle;

/// Parameters of the near-duplicate search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MinHash {
    /// Words in a shingle.
    pub ngram: usize,
    /// Bands; more of them propose more pairs.
    pub bands: usize,
    /// Rows in a band; more of them propose fewer pairs.
    pub rows: usize,
}

impl Default for MinHash {
    fn default() -> Self {
        Self { ngram: 5, bands: 14, rows: 8 }
    }
}

impl MinHash {
    /// Hash functions in a signature.
    #[must_use]
    pub const fn n_hashes(&self) -> usize {
        self.bands * self.rows
    }

    /// Probability that a pair of this Jaccard similarity shares a band.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "bands and rows are small")]
    pub fn probability(&self, jaccard: f64) -> f64 {
        1.0 - (1.0 - jaccard.powi(self.rows as i32)).powi(self.bands as i32)
    }

    /// Why these parameters cannot be meant, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        if self.ngram == 0 || self.bands == 0 || self.rows == 0 {
            return Some("ngram, bands and rows must be at least 1".into());
        }
        (self.n_hashes() > 10_000).then(|| format!("{} hashes are more than 10,000", self.n_hashes()))
    }
}

/// Signs documents with one set of parameters.
#[derive(Debug)]
pub(crate) struct Signer {
    parameters: MinHash,
    factors: Vec<u32>,
    offsets: Vec<u32>,
}

impl Signer {
    /// The hash functions of these parameters: the same in every run.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a random number is a random number")]
    pub(crate) fn new(parameters: MinHash) -> Self {
        let mut state = 0x5eed_u64;
        let mut next = || {
            // SplitMix64 (Steele, Lea, Flood 2014).
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) as u32
        };
        let factors = (0..parameters.n_hashes()).map(|_| next() | 1).collect();
        let offsets = (0..parameters.n_hashes()).map(|_| next()).collect();
        Self { parameters, factors, offsets }
    }

    /// Bytes of a signature.
    #[must_use]
    pub(crate) const fn width(&self) -> usize {
        self.parameters.n_hashes() * 4
    }

    /// Signs a text; `false`, and an untouched signature, where it has no words.
    pub(crate) fn sign(&self, text: &str, signature: &mut Vec<u32>) -> bool {
        signature.clear();
        signature.resize(self.parameters.n_hashes(), u32::MAX);
        let mut any = false;
        each_shingle(text, self.parameters.ngram, |shingle| {
            any = true;
            lower(signature, &self.factors, &self.offsets, fold(shingle));
        });
        any
    }

    /// The 64-bit key of each band of a signature, within a scope: documents of different scopes never meet.
    pub(crate) fn band_keys<'a>(&'a self, signature: &'a [u8], scope: u64) -> impl Iterator<Item = u64> + 'a {
        let width = self.parameters.rows * 4;
        signature.chunks_exact(width).zip(0_u32..).map(move |(rows, band)| {
            let mut hasher = Xxh3::with_seed(scope);
            hasher.update(&band.to_le_bytes());
            hasher.update(rows);
            hasher.digest()
        })
    }
}

/// A 64-bit hash as 32 bits, for the 32-bit hash family.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
const fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// Lowers each place of the signature to the value of its hash function, `a·x + b` modulo 2^32 with odd `a`.
fn lower(signature: &mut [u32], factors: &[u32], offsets: &[u32], shingle: u32) {
    for ((least, factor), offset) in signature.iter_mut().zip(factors).zip(offsets) {
        *least = (*least).min(factor.wrapping_mul(shingle).wrapping_add(*offset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::shingles::{jaccard, shingles};

    #[test]
    fn the_s_curve_is_the_published_one() {
        let fineweb = MinHash::default();
        for (similarity, expected) in [(0.6, 0.21), (0.7, 0.56), (0.75, 0.77), (0.8, 0.92), (0.85, 0.988)] {
            let found = fineweb.probability(similarity);
            assert!((found - expected).abs() < 0.006, "{similarity}: {found}");
        }
    }

    #[test]
    fn agreeing_places_estimate_jaccard() {
        let signer = Signer::new(MinHash { bands: 100, rows: 10, ngram: 5 });
        // Numbers are normalised to `0`: letters must tell the words apart.
        let letters = |from: usize| {
            (from..from + 400)
                .map(|n| n.to_string().bytes().map(|d| char::from(d - b'0' + b'a')).collect::<String>())
                .collect::<Vec<_>>()
                .join(" ")
        };
        for shift in [0, 20, 100, 300] {
            let (a, b) = (letters(0), letters(shift));
            let truth = jaccard(&shingles(&a, 5), &shingles(&b, 5));
            let (mut x, mut y) = (Vec::new(), Vec::new());
            assert!(signer.sign(&a, &mut x) && signer.sign(&b, &mut y));
            let agree = x.iter().zip(&y).filter(|(x, y)| x == y).count();
            let estimate = f64::from(u32::try_from(agree).unwrap()) / 1000.0;
            // Four standard deviations of 1,000 draws.
            assert!((estimate - truth).abs() <= 4.0 * (0.25_f64 / 1000.0).sqrt(), "{truth} {estimate}");
        }
    }

    #[test]
    fn scopes_do_not_meet() {
        let signer = Signer::new(MinHash::default());
        let bytes = vec![7; signer.width()];
        let keys = |scope| signer.band_keys(&bytes, scope).collect::<Vec<_>>();
        assert_eq!(keys(1).len(), 14);
        assert_eq!(keys(1), keys(1));
        assert!(keys(1).iter().zip(keys(2)).all(|(a, b)| *a != b));
    }
}
