//! Words counted by hash bucket.

use crate::text;

/// Buckets that words are hashed to.
pub const BUCKETS: usize = 1 << 16;

/// How often each bucket's words stand: sparse, in order of the buckets.
pub type TokenCounts = Vec<(u16, u32)>;

/// Counts the words of a text; `into` is cleared first.
pub fn count_tokens(words: &[&str], into: &mut TokenCounts) {
    into.clear();
    let mut buckets = Vec::with_capacity(words.len());
    each_token(words, |_, bucket| buckets.push(bucket));
    buckets.sort_unstable();
    into.reserve_exact(buckets.chunk_by(|a, b| a == b).count()); // kept for long, in great number
    for same in buckets.chunk_by(|a, b| a == b) {
        into.push((same[0], u32::try_from(same.len()).unwrap_or(u32::MAX)));
    }
}

/// Calls with each word in lower case and its bucket.
pub(super) fn each_token(words: &[&str], mut f: impl FnMut(&str, u16)) {
    let mut lower = String::new();
    for word in words {
        lower.clear();
        if word.is_ascii() {
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower.extend(word.chars().flat_map(char::to_lowercase));
        }
        // The top bits: the low ones choose other things elsewhere.
        f(&lower, u16::try_from(text::hash(lower.as_bytes()) >> 48).unwrap_or(u16::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count() {
        let mut counts = Vec::new();
        count_tokens(&["The", "ferry", "THE", "Ähre", "ähre"], &mut counts);
        let mut numbers: Vec<u32> = counts.iter().map(|(_, count)| *count).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 2]);
        assert!(counts.is_sorted());
        count_tokens(&[], &mut counts);
        assert!(counts.is_empty());
    }
}
