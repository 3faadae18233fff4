//! Documents as sets of word n-grams (shingles), and how alike two sets are.

use super::normalise::Unspaced;
use super::words::{each_word, mix};

/// How a text becomes a set of shingles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shingling {
    /// Words in a shingle.
    pub ngram: usize,
    /// What a word is where there are no spaces.
    pub unspaced: Unspaced,
}

impl Shingling {
    /// The distinct 64-bit hashes of the word n-grams, sorted, into `found`, which is cleared first.
    ///
    /// A text of fewer words than an n-gram is one shingle: it is equal to the same text and to nothing else. So is a
    /// text without words.
    pub fn set(self, text: &str, found: &mut Vec<u64>) {
        self.all(text, found);
        found.sort_unstable();
        found.dedup();
    }

    /// The hashes of all word n-grams in order, repeats included.
    pub(crate) fn all(self, text: &str, found: &mut Vec<u64>) {
        found.clear();
        let mut rolling = Rolling::new(self.ngram);
        each_word(text, self.unspaced, |word| found.extend(rolling.push(word)));
        found.extend(rolling.short());
    }
}

/// A window of words that moves on by one: a polynomial in the words' hashes, so that a step costs two products
/// whatever the length.
#[derive(Debug)]
pub(crate) struct Rolling {
    window: Vec<u64>,
    /// Where the oldest word of a full window stands, and the next one goes.
    next: usize,
    /// Words seen, up to the length of the window.
    seen: usize,
    sum: u64,
    /// The base to the power of the window's length: what the oldest word's hash is multiplied by when it leaves.
    leaving: u64,
}

/// Odd, so that multiplying by it loses nothing.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
const FACTOR: u64 = 0xe703_7ed1_a0b4_28db;

impl Rolling {
    pub(crate) fn new(ngram: usize) -> Self {
        let leaving = (0..ngram).fold(1_u64, |power, _| power.wrapping_mul(BASE));
        Self { window: vec![0; ngram.max(1)], next: 0, seen: 0, sum: 0, leaving }
    }

    /// Takes in a word; the shingle that ends with it, once there are enough.
    pub(crate) fn push(&mut self, word: u64) -> Option<u64> {
        let oldest = std::mem::replace(&mut self.window[self.next], word);
        self.next = if self.next + 1 == self.window.len() { 0 } else { self.next + 1 };
        self.seen = self.window.len().min(self.seen + 1);
        self.sum = self.sum.wrapping_mul(BASE).wrapping_add(word).wrapping_sub(oldest.wrapping_mul(self.leaving));
        (self.seen == self.window.len()).then(|| self.shingle())
    }

    /// The one shingle of a text that is over before its first n-gram is.
    pub(crate) fn short(&self) -> Option<u64> {
        (self.seen < self.window.len()).then(|| self.shingle())
    }

    fn shingle(&self) -> u64 {
        mix(self.sum ^ ((self.seen as u64) << 56), FACTOR)
    }
}

/// The hash of the normalised text, by which exact copies are recognised. Equal texts are equal as sets of shingles, so
/// clauses count as words here: white space between them is a difference.
#[must_use]
pub(crate) fn content_hash(text: &str) -> u128 {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    each_word(text, Unspaced::Clauses, |word| hasher.update(&word.to_le_bytes()));
    hasher.digest128()
}

/// |A ∩ B| / |A ∪ B| of two sorted sets; 0 of two empty ones, which say nothing.
#[must_use]
pub fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    similarity(shared, a.len() + b.len() - shared)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of one document's sets are far below 2^52")]
fn similarity(shared: usize, union: usize) -> f64 {
    if union == 0 { 0.0 } else { shared as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shingles(text: &str, ngram: usize) -> Vec<u64> {
        let mut found = Vec::new();
        Shingling { ngram, unspaced: Unspaced::Characters }.set(text, &mut found);
        found
    }

    #[test]
    fn similarity_of_known_sets() {
        for (what, a, b, expected) in [
            ("equal after normalising", "The CAT sat on 3 mats.", "the cat sat on 44 mats", 1.0),
            ("one word of six differs at the end", "a b c d e f", "a b c d e g", 1.0 / 3.0),
            ("short and equal", "One two", "one, two!", 1.0),
            ("short and different", "one two", "one three", 0.0),
            ("order matters", "a b c d e", "b a c d e", 0.0),
            ("no words", "", "!", 1.0),
            ("no words and one", "", "a", 0.0),
        ] {
            let similarity = jaccard(&shingles(a, 5), &shingles(b, 5));
            assert!((similarity - expected).abs() < 1e-12, "{what}: {similarity}");
        }
    }

    #[test]
    fn a_shingle_depends_on_its_words_alone() {
        let all = |text: &str, ngram: usize| {
            let mut found = Vec::new();
            Shingling { ngram, unspaced: Unspaced::Characters }.all(text, &mut found);
            found
        };
        for ngram in [1, 2, 5, 13] {
            let long = all("q w e r t y u i o p a s d f g h j k l", ngram);
            let late = all("e r t y u i o p a s d f g h j k l", ngram);
            assert_eq!(long[2..], late[..], "{ngram}");
            assert_eq!(long.len(), 19 + 1 - ngram);
        }
    }

    #[test]
    fn exact_copies_have_one_hash() {
        assert_eq!(content_hash("Hello, world!"), content_hash("hello world"));
        assert_ne!(content_hash("hello world"), content_hash("helloworld"));
    }
}
