//! The different words of a document, counted once for all measures that ask about words.

use crate::table::Numbering;
use crate::text::{self, Traits};

/// The different words of a text, and which of them stands where.
#[derive(Default)]
pub(crate) struct Vocabulary<'a> {
    /// The different words, as written, in the order in which they first stand.
    pub(crate) words: Vec<Entry<'a>>,
    /// The place in `words` of each word of the text.
    pub(crate) ids: Vec<u32>,
    /// Characters of all words before each one, and at the end of all of them.
    pub(crate) chars_before: Vec<u32>,
    /// How often each of the different words stands when case is left out.
    pub(crate) folded: Vec<u32>,
}

/// One of the different words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// The word as written.
    pub(crate) word: &'a str,
    /// How often it stands.
    pub(crate) count: u32,
    /// Its characters.
    pub(crate) chars: u32,
    /// [`text::hash_word`] of it.
    pub(crate) hash: u64,
    /// The same of it in lower case.
    pub(crate) folded: u64,
    /// Whether it is made of ASCII letters and digits alone, as most are.
    pub(crate) is_plain: bool,
    /// Whether it has a letter of any script.
    pub(crate) has_letter: bool,
}

impl<'a> Vocabulary<'a> {
    /// Of the words of a text, which are parts of it.
    pub(crate) fn new(text: &str, words: &[&'a str]) -> Self {
        let mut numbering = Numbering::new(words.len());
        let mut vocabulary = Self { ids: Vec::with_capacity(words.len()), ..Self::default() };
        vocabulary.words.reserve((words.len() / 2).min(1024));
        vocabulary.chars_before.reserve_exact(words.len() + 1);
        let mut chars_before = 0_u32;
        for word in words {
            let hash = text::hash_within(text, word);
            let (id, is_new) = numbering.number(hash);
            if is_new {
                let Traits { folded, chars, is_plain, has_letter } = Traits::within(text, word);
                let chars = u32::try_from(chars).unwrap_or(u32::MAX);
                vocabulary.words.push(Entry { word, count: 0, chars, hash, folded, is_plain, has_letter });
            }
            let entry = &mut vocabulary.words[id as usize];
            entry.count += 1;
            vocabulary.ids.push(id);
            vocabulary.chars_before.push(chars_before);
            chars_before = chars_before.saturating_add(entry.chars);
        }
        vocabulary.chars_before.push(chars_before);
        vocabulary.fold(numbering);
        vocabulary
    }

    /// Adds the words with capitals up with those that differ by case alone.
    fn fold(&mut self, mut numbering: Numbering) {
        let mut counts: Vec<u32> = self.words.iter().map(|entry| entry.count).collect();
        for (at, entry) in self.words.iter().enumerate() {
            if entry.folded == entry.hash {
                continue;
            }
            let (id, is_new) = numbering.number(entry.folded);
            if is_new {
                counts.push(0);
            }
            counts[id as usize] += entry.count;
            counts[at] -= entry.count;
        }
        counts.retain(|count| *count > 0);
        self.folded = counts;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_as_written() {
        let vocabulary = Vocabulary::new("", &["a", "über", "a", "A"]);
        let counts: Vec<_> = vocabulary.words.iter().map(|entry| (entry.word, entry.count, entry.chars)).collect();
        assert_eq!(counts, [("a", 2, 1), ("über", 1, 4), ("A", 1, 1)]);
        assert_eq!(vocabulary.folded, [3, 1]);
        assert_eq!(Vocabulary::new("", &["The", "ÉTÉ", "THE", "été"]).folded, [1 + 1, 2]);
        assert_eq!(vocabulary.ids, [0, 1, 0, 2]);
        assert_eq!(vocabulary.chars_before, [0, 1, 5, 6, 7]);
        assert_eq!(vocabulary.count(|entry| entry.word.is_ascii()), 3);
        assert_eq!((Vocabulary::new("", &[]).n_words(), Vocabulary::new("", &[]).n_chars()), (0, 0));
    }
}
