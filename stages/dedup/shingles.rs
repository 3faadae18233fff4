//! Documents as sets of word n-grams (shingles), and how alike two sets are.

use filters::text::{hash, hash_ngram};

use super::normalise;

/// The distinct 64-bit hashes of the word n-grams, sorted. A text of fewer than `n` words is one shingle: it is equal
/// to the same text and to nothing else. A text without words has none.
#[must_use]
pub fn shingles(text: &str, n: usize) -> Vec<u64> {
    let mut found = Vec::with_capacity(text.len() / 6);
    each_shingle(text, n, |shingle| found.push(shingle));
    found.sort_unstable();
    found.dedup();
    found
}

/// Calls `visit` with the hash of each word n-gram, repeats included.
pub(crate) fn each_shingle(text: &str, n: usize, mut visit: impl FnMut(u64)) {
    let mut window: Vec<u64> = Vec::with_capacity(n);
    let mut whole = false;
    normalise::words(text, |word| {
        if window.len() == n {
            window.remove(0);
        }
        window.push(hash(word));
        if window.len() == n {
            visit(hash_ngram(&window));
            whole = true;
        }
    });
    if !whole && !window.is_empty() {
        visit(hash_ngram(&window));
    }
}

/// The hash of the normalised text, by which exact copies are recognised; `None` of a text without words.
#[must_use]
pub(crate) fn content_hash(text: &str) -> Option<u128> {
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    let mut any = false;
    normalise::words(text, |word| {
        hasher.update(word);
        hasher.update(b" ");
        any = true;
    });
    any.then(|| hasher.digest128())
}

/// |A ∩ B| / |A ∪ B| of two sorted sets; 0 of two empty ones, which say nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "sizes of one document's sets are far below 2^52")]
pub fn jaccard(a: &[u64], b: &[u64]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let union = a.len() + b.len() - shared;
    if union == 0 { 0.0 } else { shared as f64 / union as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_of_known_sets() {
        for (what, a, b, expected) in [
            ("equal after normalising", "The CAT sat on 3 mats.", "the cat sat on 44 mats", 1.0),
            ("one word of six differs at the end", "a b c d e f", "a b c d e g", 1.0 / 3.0),
            ("short and equal", "One two", "one, two!", 1.0),
            ("short and different", "one two", "one three", 0.0),
            ("empty", "", "!", 0.0),
        ] {
            let similarity = jaccard(&shingles(a, 5), &shingles(b, 5));
            assert!((similarity - expected).abs() < 1e-12, "{what}: {similarity}");
        }
    }

    #[test]
    fn exact_copies_have_one_hash() {
        assert_eq!(content_hash("Hello, world!"), content_hash("hello world"));
        assert_ne!(content_hash("hello world"), content_hash("helloworld"));
        assert_eq!(content_hash(" ! "), None);
    }
}
