//! MinHash: a document's shingles as a few hundred bytes by which similar documents find each other.
//!
//! A signature is, for each of `bands × rows` random hash functions, the smallest value over the document's shingles.
//! Two documents agree in one place with probability J, their Jaccard similarity; they agree in all rows of at least
//! one band with probability 1 − (1 − J^rows)^bands. The default, 14 bands of 8 rows (FineWeb's), finds 21% of pairs at
//! J = 0.6, 56% at 0.7, 92% at 0.8 and practically all at 0.9. A shared band only *proposes* a pair: verification by
//! true Jaccard decides (see `document`), so that only the bands' keys are kept, 8 bytes each.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::datatrove;
use super::normalise::Unspaced;
use super::shingles::Shingling;
use super::sign::{self, Family};

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
    /// What a word is in scripts without spaces.
    pub unspaced: Unspaced,
    /// The hash functions.
    #[serde(skip_serializing_if = "HashFamily::is_default")]
    pub hash: HashFamily,
}

/// Which hash functions sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HashFamily {
    /// 32 bits that wrap, as fast as vectors go.
    #[default]
    Trommel,
    /// datatrove's, value for value.
    Datatrove,
}

impl HashFamily {
    /// Whether it is the one that is meant where none is named.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for MinHash {
    fn default() -> Self {
        Self { ngram: 5, bands: 14, rows: 8, unspaced: Unspaced::default(), hash: HashFamily::default() }
    }
}

/// Bits of a band key that say which band it is; the others are a hash. At 2^30 documents, about 30 pairs a band meet
/// by chance, which verification sorts out.
const BAND_BITS: u32 = 10;

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

    /// The S-curve in a line: which share of the pairs at a similarity is found.
    #[must_use]
    pub fn s_curve(&self) -> String {
        let of = if self.hash == HashFamily::Datatrove { " (datatrove's hashes)" } else { "" };
        let mut text = format!("{} bands × {} rows of {}-grams{of} find", self.bands, self.rows, self.ngram);
        for percent in [60_u32, 65, 70, 75, 80, 85, 90, 95] {
            let found = 100.0 * self.probability(f64::from(percent) / 100.0);
            let what = if percent == 60 { " of pairs at Jaccard" } else { " at" };
            let comma = if percent == 60 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma} {found:.1}%{what} 0.{percent}");
        }
        text
    }

    /// Why these parameters cannot be meant, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        if self.ngram == 0 || self.bands == 0 || self.rows == 0 {
            return Some("ngram, bands and rows must be at least 1".into());
        }
        if self.bands > 1 << BAND_BITS {
            return Some(format!("bands: {} are more than {}", self.bands, 1 << BAND_BITS));
        }
        (self.n_hashes() > 10_000).then(|| format!("{} hashes are more than 10,000", self.n_hashes()))
    }

    /// How texts become sets of shingles.
    #[must_use]
    pub const fn shingling(&self) -> Shingling {
        Shingling { ngram: self.ngram, unspaced: self.unspaced }
    }
}

/// Signs documents with one set of parameters.
#[derive(Debug)]
pub struct Signer {
    parameters: MinHash,
    family: Family,
    datatrove: Option<datatrove::Family>,
}

/// What signing one document after the other uses again.
#[derive(Debug, Default)]
pub struct Scratch {
    shingles: Vec<u64>,
    hashes: Vec<u32>,
    signature: Vec<u32>,
    words: datatrove::Words,
    wide: Vec<u64>,
}

impl Signer {
    /// The hash functions of these parameters: the same in every run.
    #[must_use]
    pub fn new(parameters: MinHash) -> Self {
        let n_hashes = parameters.n_hashes();
        let datatrove = (parameters.hash == HashFamily::Datatrove).then(|| datatrove::Family::new(n_hashes));
        Self { parameters, family: Family::new(n_hashes), datatrove }
    }

    /// Bytes of a document's band keys.
    #[must_use]
    pub(crate) const fn width(&self) -> usize {
        self.parameters.bands * size_of::<u64>()
    }

    /// The signature of a text by our own family: for each hash function its smallest value.
    pub fn sign<'a>(&self, text: &str, scratch: &'a mut Scratch) -> &'a [u32] {
        self.parameters.shingling().all(text, &mut scratch.shingles);
        scratch.hashes.clear();
        scratch.hashes.extend(scratch.shingles.iter().map(|shingle| sign::fold(*shingle)));
        self.family.lowest(&scratch.hashes, &mut scratch.signature);
        &scratch.signature
    }

    /// The key of each band of a text, little-endian, appended to `keys`: equal where all rows of the band are.
    pub fn band_keys(&self, text: &str, scratch: &mut Scratch, keys: &mut Vec<u8>) {
        let rows = self.parameters.rows;
        let mut bytes = Vec::with_capacity(rows * size_of::<u64>());
        let mut add = |band: u64, bytes: &[u8]| {
            let mut hasher = Xxh3::with_seed(band);
            hasher.update(bytes);
            keys.extend(hasher.digest().to_le_bytes());
        };
        if let Some(family) = &self.datatrove {
            family.sign(text, self.parameters.shingling(), &mut scratch.words, &mut scratch.wide);
            for (band, values) in (0..).zip(scratch.wide.chunks_exact(rows)) {
                bytes.clear();
                bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
                add(band, &bytes);
            }
            return;
        }
        for (band, values) in (0..).zip(self.sign(text, scratch).chunks_exact(rows)) {
            bytes.clear();
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
            add(band, &bytes);
        }
    }
}

/// The keys of a document's bands within a scope, by which they meet: documents of different scopes never do.
pub(crate) fn scoped(keys: &[u8], scope: u64) -> impl Iterator<Item = u64> {
    keys.chunks_exact(size_of::<u64>()).zip(0_u64..).map(move |(key, band)| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(key);
        // An odd factor loses nothing; the top bits, which choose the bucket, depend on all of them.
        let key = (u64::from_le_bytes(bytes) ^ scope).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (key >> BAND_BITS << BAND_BITS) | band
    })
}

/// Which band a key is of.
#[must_use]
pub(crate) const fn band_of(key: u64) -> u64 {
    key & ((1 << BAND_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::shingles::jaccard;

    #[test]
    fn the_s_curve_is_the_published_one() {
        let fineweb = MinHash::default();
        for (similarity, expected) in [(0.6, 0.21), (0.7, 0.56), (0.75, 0.77), (0.8, 0.92), (0.85, 0.988)] {
            let found = fineweb.probability(similarity);
            assert!((found - expected).abs() < 0.006, "{similarity}: {found}");
        }
        let told = fineweb.s_curve();
        assert!(told.contains("14 bands × 8 rows") && told.contains("92.4% at 0.80"), "{told}");
    }

    /// Numbers are normalised to `0`: letters must tell the words apart.
    fn letters(from: usize, count: usize) -> String {
        let word = |n: usize| n.to_string().bytes().map(|d| char::from(d - b'0' + b'a')).collect::<String>();
        (from..from + count).map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn agreeing_places_estimate_jaccard() {
        let signer = Signer::new(MinHash { bands: 100, rows: 10, ..MinHash::default() });
        for shift in [0, 20, 100, 300] {
            let (a, b) = (letters(0, 400), letters(shift, 400));
            let (mut x, mut y) = (Vec::new(), Vec::new());
            MinHash::default().shingling().set(&a, &mut x);
            MinHash::default().shingling().set(&b, &mut y);
            let truth = jaccard(&x, &y);
            let (mut x, mut y) = (Scratch::default(), Scratch::default());
            let agree = signer.sign(&a, &mut x).iter().zip(signer.sign(&b, &mut y)).filter(|(x, y)| x == y).count();
            let estimate = f64::from(u32::try_from(agree).unwrap()) / 1000.0;
            // Four standard deviations of 1,000 draws.
            assert!((estimate - truth).abs() <= 4.0 * (0.25_f64 / 1000.0).sqrt(), "{truth} {estimate}");
        }
    }

    #[test]
    fn pairs_are_found_as_often_as_the_s_curve_says() {
        for hash in [HashFamily::Trommel, HashFamily::Datatrove] {
            found_as_often(MinHash { hash, ..MinHash::default() });
        }
    }

    fn found_as_often(parameters: MinHash) {
        let signer = Signer::new(parameters);
        let (mut scratch, mut a, mut b) = (Scratch::default(), Vec::new(), Vec::new());
        // 100 words and the same ones moved on: 96 shingles each, `96 - shift` of them shared.
        for shift in [8, 11, 14, 17] {
            let (mut found, pairs) = (0_u32, 1_500);
            for pair in 0..pairs {
                let from = 1_000 * pair;
                a.clear();
                b.clear();
                signer.band_keys(&letters(from, 100), &mut scratch, &mut a);
                signer.band_keys(&letters(from + shift, 100), &mut scratch, &mut b);
                found += u32::from(scoped(&a, 0).zip(scoped(&b, 0)).any(|(a, b)| a == b));
            }
            let (pairs, shift) = (f64::from(u32::try_from(pairs).unwrap()), f64::from(u32::try_from(shift).unwrap()));
            let expected = parameters.probability((96.0 - shift) / (96.0 + shift));
            let deviation = (expected * (1.0 - expected) / pairs).sqrt();
            let share = f64::from(found) / pairs;
            assert!((share - expected).abs() <= 3.3 * deviation, "shift {shift}: {share}, {expected} expected");
        }
    }

    #[test]
    fn scopes_and_bands_do_not_meet() {
        let bytes = [7; 14 * 8];
        let keys = |scope| scoped(&bytes, scope).collect::<Vec<_>>();
        assert_eq!(keys(1), keys(1));
        assert!(keys(1).iter().zip(keys(2)).all(|(a, b)| *a != b));
        assert!(keys(1).iter().map(|key| band_of(*key)).eq(0..14));
    }
}
