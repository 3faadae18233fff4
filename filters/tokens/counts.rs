//! Words counted by hash bucket.

use crate::text::{self, Traits};
use crate::vocabulary::Entry;

/// Buckets that words are hashed to.
pub const BUCKETS: usize = 1 << 16;

/// How often each bucket's words stand: sparse, in order of the buckets.
pub type TokenCounts = Vec<(u16, u32)>;

/// Counts the words of a text; `into` is cleared first.
pub fn count_tokens(words: &[&str], into: &mut TokenCounts) {
    into.clear();
    each_token(words, |_, bucket| into.push((bucket, 1)));
    add_up(into);
}

/// The same by the different words of a text: each is hashed once.
pub(crate) fn count_different(words: &[Entry<'_>]) -> TokenCounts {
    let mut lower = String::new();
    let mut bucket = |entry: &Entry<'_>| match entry.traits {
        // In lower case already, as most are.
        Traits { is_plain: true, hash, folded, .. } if hash == folded => bucket_of_lower(entry.word),
        _ => bucket(entry.word, &mut lower),
    };
    let mut found = words.iter().map(|entry| (bucket(entry), entry.count)).collect();
    add_up(&mut found);
    found
}

/// Makes one of those of a bucket, in order.
fn add_up(counts: &mut TokenCounts) {
    sort(counts);
    counts.dedup_by(|next, one| {
        let is_same = next.0 == one.0;
        one.1 = one.1.saturating_add(if is_same { next.1 } else { 0 });
        is_same
    });
    counts.shrink_to_fit(); // kept for long, in great number
}

/// Sorts by bucket, a byte of it at a time: comparing a page's few hundred words took a sixth of the time of `tokens.kl`.
fn sort(counts: &mut TokenCounts) {
    let mut sorted = vec![(0, 0); counts.len()];
    for shift in [0, 8] {
        let byte = |bucket: u16| usize::from(bucket >> shift & 0xff);
        let mut places = [0; 256];
        for (bucket, _) in counts.iter() {
            places[byte(*bucket)] += 1;
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for count in counts.iter() {
            let place = &mut places[byte(count.0)];
            sorted[*place] = *count;
            *place += 1;
        }
        std::mem::swap(counts, &mut sorted);
    }
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
    bucket_of_lower(lower)
}

fn bucket_of_lower(word: &str) -> u16 {
    // The top bits: the low ones choose other things elsewhere.
    u16::try_from(text::hash(word.as_bytes()) >> 48).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    #[test]
    fn buckets_are_in_order_and_each_stands_once() {
        let mut counts: TokenCounts =
            (0..5_000_u32).map(|n| (u16::try_from(n * 7_919 % 4_099 * 16).unwrap_or(7), n)).collect();
        let mut expected = std::collections::BTreeMap::new();
        for (bucket, count) in &counts {
            *expected.entry(*bucket).or_insert(0) += count;
        }
        add_up(&mut counts);
        assert_eq!(counts, expected.into_iter().collect::<TokenCounts>());
    }

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
