//! The different words of a document, counted once for all measures that ask about words.

use crate::table::Numbering;
use crate::text::{self, Traits};

/// The different words of a text, and which of them stands where.
pub(crate) struct Vocabulary<'a> {
    /// The different words, as written, in the order in which they first stand.
    pub(crate) words: Vec<Entry<'a>>,
    /// The place in `words` of each word of the text.
    pub(crate) ids: Vec<u32>,
    /// Characters of all words before each one, and at the end of all of them.
    pub(crate) chars_before: Vec<u32>,
    /// How often each of the different words stands when case is left out; none where it is counted with another.
    pub(crate) folded: Vec<u32>,
}

/// One of the different words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// The word as written.
    pub(crate) word: &'a str,
    /// How often it stands.
    pub(crate) count: u32,
    /// What it is made of.
    pub(crate) traits: Traits,
}

impl<'a> Vocabulary<'a> {
    /// Of the words of a text, which are parts of it.
    pub(crate) fn new(text: &str, words: &[&'a str]) -> Self {
        let mut numbering = Numbering::new(words.len());
        // Where each of the different words first stands. A known word writes too, and is overwritten by the next new one.
        let mut firsts = vec![0_u32; words.len()];
        let number = |(at, word): (u32, &&str)| {
            firsts[numbering.len()] = at;
            numbering.number(text::hash_within(text, word)).0
        };
        let ids: Vec<u32> = (0..).zip(words).map(number).collect();
        let firsts = firsts[..numbering.len()].iter().map(|first| words[*first as usize]);
        let mut different: Vec<Entry<'a>> =
            firsts.map(|word| Entry { word, count: 0, traits: Traits::within(text, word) }).collect();
        let mut chars_before = Vec::with_capacity(ids.len() + 1);
        let mut chars = 0_u32;
        for id in &ids {
            let entry = &mut different[*id as usize];
            entry.count += 1;
            chars_before.push(chars);
            chars = chars.saturating_add(entry.traits.chars);
        }
        chars_before.push(chars);
        let folded = fold(&different, numbering);
        Self { words: different, ids, chars_before, folded }
    }

    /// Words of the text.
    pub(crate) fn n_words(&self) -> usize {
        self.ids.len()
    }

    /// Characters of all words.
    pub(crate) fn n_chars(&self) -> usize {
        self.chars_before.last().map_or(0, |chars| *chars as usize)
    }

    /// How many words of the text are such words.
    pub(crate) fn count(&self, mut is_such: impl FnMut(&Entry<'_>) -> bool) -> usize {
        self.words.iter().filter(|entry| is_such(entry)).map(|entry| entry.count as usize).sum()
    }
}

/// Adds the words with capitals up with those that differ by case alone.
fn fold(words: &[Entry<'_>], mut numbering: Numbering) -> Vec<u32> {
    let mut counts: Vec<u32> = words.iter().map(|entry| entry.count).collect();
    for (at, entry) in words.iter().enumerate().filter(|(_, entry)| entry.traits.folded != entry.traits.hash) {
        let (id, is_new) = numbering.number(entry.traits.folded);
        if is_new {
            counts.push(0);
        }
        counts[id as usize] += entry.count;
        counts[at] -= entry.count;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_written() {
        let vocabulary = Vocabulary::new("", &["a", "über", "a", "A"]);
        let counts: Vec<_> =
            vocabulary.words.iter().map(|entry| (entry.word, entry.count, entry.traits.chars)).collect();
        assert_eq!(counts, [("a", 2, 1), ("über", 1, 4), ("A", 1, 1)]);
        assert_eq!(vocabulary.folded, [3, 1, 0]);
        assert_eq!(Vocabulary::new("", &["The", "ÉTÉ", "THE", "été"]).folded, [0, 0, 0, 2, 2]);
        assert_eq!(vocabulary.ids, [0, 1, 0, 2]);
        assert_eq!(vocabulary.chars_before, [0, 1, 5, 6, 7]);
        assert_eq!(vocabulary.count(|entry| entry.word.is_ascii()), 3);
        assert_eq!((Vocabulary::new("", &[]).n_words(), Vocabulary::new("", &[]).n_chars()), (0, 0));
    }
}
