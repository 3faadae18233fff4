//! Two texts side by side: what of each is shared.

use std::ops::Range;

use super::normalise::pieces;
use super::shingles::{Rolling, Shingling};
use super::words::hash_word;

/// The pieces of a text between white space, and whether a shingle that is in `other` (sorted) covers each.
#[must_use]
pub fn covered(text: &str, other: &[u64], shingling: Shingling) -> Vec<(Range<usize>, bool)> {
    let mut words: Vec<(Range<usize>, bool)> = Vec::new();
    let mut rolling = Rolling::new(shingling.ngram);
    let mark = |words: &mut Vec<(Range<usize>, bool)>, shingle: Option<u64>| {
        if shingle.is_some_and(|shingle| other.binary_search(&shingle).is_ok()) {
            let first = words.len().saturating_sub(shingling.ngram);
            words[first..].iter_mut().for_each(|(_, shared)| *shared = true);
        }
    };
    pieces(text, shingling.unspaced, |range, word| {
        words.push((range, false));
        let shingle = rolling.push(hash_word(word));
        mark(&mut words, shingle);
    });
    mark(&mut words, rolling.short());
    // A piece may hold several words, and punctuation none: it goes with what stands before it.
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    for (range, shared) in words {
        match found.last_mut() {
            Some((last, all)) if *last == range => *all &= shared,
            _ => found.push((range, shared)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::Unspaced;
    use super::*;

    #[test]
    fn what_shared_shingles_cover_is_marked() {
        let shingling = Shingling { ngram: 3, unspaced: Unspaced::Clauses };
        let mut other = Vec::new();
        shingling.set("the ferry leaves at nine from the old pier", &mut other);
        let text = "The ferry leaves — at TEN, from the old pier.";
        let shown: String = covered(text, &other, shingling)
            .into_iter()
            .map(|(range, shared)| if shared { format!("{} ", &text[range]) } else { format!("[{}] ", &text[range]) })
            .collect();
        assert_eq!(shown, "The ferry leaves at [TEN,] from the old pier. ");
        assert!(covered("", &other, shingling).is_empty());
        shingling.set("one two", &mut other);
        assert!(covered("One, two!", &other, shingling).iter().all(|(_, shared)| *shared));
    }
}
