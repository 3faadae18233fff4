//! Words counted by hash bucket.

use crate::text;

/// Buckets that words are hashed to.
pub const BUCKETS: usize = 1 << 16;

/// How often each bucket's words stand: sparse, in order of the buckets.
pub type TokenCounts = Vec<(u16, u32)>;

/// Counts the words of a text; `into` is cleared first.
pub fn count_tokens(words: &[&str], into: &mut TokenCounts) {
    add_up(words.iter().map(|word| (*word, 1)), into);
}

/// The same of words with the times that each stands: the different words of a text are hashed once.
pub(crate) fn add_up<'a>(words: impl Iterator<Item = (&'a str, u32)>, into: &mut TokenCounts) {
    let mut lower = String::new();
    let mut found: TokenCounts = words.map(|(word, count)| (bucket(word, &mut lower), count)).collect();
    found.sort_unstable_by_key(|(bucket, _)| *bucket);
    let same = || found.chunk_by(|one, next| one.0 == next.0);
    into.clear();
    into.reserve_exact(same().count()); // kept for long, in great number
    into.extend(same().map(|same| (same[0].0, same.iter().fold(0, |sum: u32, (_, count)| sum.saturating_add(*count)))));
}

/// Calls with each word in lower case and its bucket.
pub(super) fn each_token(words: &[&str], mut f: impl FnMut(&str, u16)) {
    let mut lower = String::new();
    for word in words {
        let bucket = bucket(word, &mut lower);
        f(&lower, bucket);
    }
}

/// The bucket of a word, by its lower case, which is left in `lower`.
fn bucket(word: &str, lower: &mut String) -> u16 {
    lower.clear();
    if word.is_ascii() {
        lower.push_str(word);
        lower.make_ascii_lowercase();
    } else {
        lower.extend(word.chars().flat_map(char::to_lowercase));
    }
    // The top bits: the low ones choose other things elsewhere.
    u16::try_from(text::hash(lower.as_bytes()) >> 48).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn case_does_not_count() {
        let mut counts = Vec::new();
        count_tokens(&["The", "ferry", "THE", "Ähre", "ähre"], &mut counts);
        let mut numbers: Vec<u32> = counts.iter().map(|(_, count)| *count).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 2]);
        assert!(counts.is_sorted());
        let document = Document::new("The ferry: THE Ähre, ähre.");
        assert_eq!(document.token_counts(), counts, "the same by the different words");
        count_tokens(&[], &mut counts);
        assert!(counts.is_empty());
    }
}
