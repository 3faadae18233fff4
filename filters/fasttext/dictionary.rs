//! Words and labels of a model, and how a text is cut into words.

use super::LoadError;
use super::ngrams::{BASIS, step};
use super::read::Reader;

/// The word at the end of each text.
pub(super) const END: &[u8] = b"</s>";

/// What a label begins with, in training texts and in the file.
const LABEL_PREFIX: &str = "__label__";

/// What a word of a text is to the model.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A word by its number, which is also its row in the input matrix.
    Word(u32),
    /// A label, or a word that looks like one.
    Label,
    /// A word that is not in the dictionary.
    Unknown,
}

/// Words and labels.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// All words one after the other, then all labels.
    bytes: Vec<u8>,
    /// Where each word and label ends.
    ends: Vec<usize>,
    n_words: usize,
    labels: Vec<String>,
    label_counts: Vec<i64>,
    /// Open addressing, at most half full: hash and number of each word and label.
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    number: u32,
}

impl Slot {
    const EMPTY: Self = Self { hash: 0, number: u32::MAX };
}

impl Dictionary {
    /// The dictionary, and how many pruned buckets follow; `None` in a model that is not pruned.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<(Self, Option<usize>), LoadError> {
        let (size, n_words, n_labels) = (reader.size()?, reader.size()?, reader.size()?);
        reader.i64()?; // words in the training text
        let n_pruned = match reader.i64()? {
            -1 => None,
            count => Some(usize::try_from(count).map_err(|_| LoadError::Inconsistent("a size is negative"))?),
        };
        if size != n_words + n_labels {
            return Err(LoadError::Inconsistent("words and labels are not what the dictionary has"));
        }
        if n_labels == 0 {
            return Err(LoadError::Inconsistent("it has no labels"));
        }
        reader.check(size, 1 + size_of::<i64>() + 1)?;
        let mut dictionary = Self {
            bytes: Vec::new(),
            ends: Vec::with_capacity(size),
            n_words,
            labels: Vec::with_capacity(n_labels),
            label_counts: Vec::with_capacity(n_labels),
            slots: vec![Slot::EMPTY; (2 * size).next_power_of_two()],
        };
        for number in 0..size {
            let word = reader.until_nul()?;
            let count = reader.i64()?;
            let is_label = match reader.u8()? {
                0 => false,
                1 => true,
                _ => return Err(LoadError::Inconsistent("an entry is neither word nor label")),
            };
            if is_label != (number >= n_words) {
                return Err(LoadError::Inconsistent("words and labels are mixed"));
            }
            if is_label {
                let label = String::from_utf8_lossy(word);
                dictionary.labels.push(label.strip_prefix(LABEL_PREFIX).unwrap_or(&label).to_owned());
                dictionary.label_counts.push(count);
            }
            dictionary.add(word);
        }
        Ok((dictionary, n_pruned))
    }

    /// Adds the next word. Of equal ones, the last is found, as in the reference.
    fn add(&mut self, word: &[u8]) {
        let hash = word.iter().fold(BASIS, |hash, byte| step(hash, *byte));
        let slot = self.slot(word, hash);
        // A file has fewer than 2³¹ words.
        let number = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.slots[slot] = Slot { hash, number };
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len());
    }

    /// The slot of a word, or the empty one that it would take.
    #[inline]
    fn slot(&self, word: &[u8], hash: u32) -> usize {
        let last = self.slots.len() - 1;
        let mut at = hash as usize & last;
        loop {
            let slot = self.slots[at];
            if slot.number == u32::MAX || slot.hash == hash && self.entry(slot.number as usize) == word {
                return at;
            }
            at = (at + 1) & last;
        }
    }

    #[inline]
    fn entry(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// What a word is, given its hash.
    #[inline]
    pub(super) fn find(&self, word: &[u8], hash: u32) -> Entry {
        match self.slots[self.slot(word, hash)].number {
            u32::MAX if word.starts_with(LABEL_PREFIX.as_bytes()) => Entry::Label,
            u32::MAX => Entry::Unknown,
            number if (number as usize) < self.n_words => Entry::Word(number),
            _ => Entry::Label,
        }
    }

    pub(super) fn n_words(&self) -> usize {
        self.n_words
    }

    /// The words in order, without the labels.
    pub(super) fn words(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.n_words).map(|number| self.entry(number))
    }

    /// The labels in order, without their prefix.
    pub(super) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// How often each label was in the training text.
    pub(super) fn label_counts(&self) -> &[i64] {
        &self.label_counts
    }
}

/// Calls `visit` with each word and its hash, and with [`END`] once, after the last.
#[inline]
pub(super) fn tokens<'a>(text: &'a [u8], mut visit: impl FnMut(&'a [u8], u32)) {
    let (mut start, mut hash) = (0, BASIS);
    for at in 0..=text.len() {
        if let Some(byte) = text.get(at).copied().filter(|byte| !is_separator(*byte)) {
            hash = step(hash, byte);
            continue;
        }
        let token = &text[start..at];
        if token == END {
            break;
        }
        if !token.is_empty() {
            visit(token, hash);
        }
        (start, hash) = (at + 1, BASIS);
    }
    visit(END, END.iter().fold(BASIS, |hash, byte| step(hash, *byte)));
}

#[inline]
const fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0x0b | 0x0c | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_separators() {
        for (what, text, expected) in [
            ("nothing", "", vec!["</s>"]),
            ("all separators", " a\tb\nc\rd\u{b}e\u{c}f\0g ", vec!["a", "b", "c", "d", "e", "f", "g", "</s>"]),
            ("other white space is none", "a\u{a0}b c\u{3000}d\u{85}e", vec!["a\u{a0}b", "c\u{3000}d\u{85}e", "</s>"]),
            ("the end ends", "a </s> b", vec!["a", "</s>"]),
            ("only as a word", "a</s> b", vec!["a</s>", "b", "</s>"]),
            ("the end at the end", "a </s>", vec!["a", "</s>"]),
        ] {
            let mut found = Vec::new();
            tokens(text.as_bytes(), |token, hash| {
                assert_eq!(hash, token.iter().fold(BASIS, |hash, byte| step(hash, *byte)));
                found.push(std::str::from_utf8(token).unwrap());
            });
            assert_eq!(found, expected, "{what}");
        }
    }

    fn file(entries: &[(&str, u8)]) -> Vec<u8> {
        let n_labels = entries.iter().filter(|(_, kind)| *kind == 1).count();
        let mut bytes = Vec::new();
        for size in [entries.len(), entries.len() - n_labels, n_labels] {
            bytes.extend(i32::try_from(size).unwrap().to_le_bytes());
        }
        bytes.extend(100_i64.to_le_bytes());
        bytes.extend((-1_i64).to_le_bytes());
        for (word, kind) in entries {
            bytes.extend(word.as_bytes());
            bytes.push(0);
            bytes.extend(7_i64.to_le_bytes());
            bytes.push(*kind);
        }
        bytes
    }

    #[test]
    fn words_and_labels_are_told_apart() {
        let bytes = file(&[("the", 0), ("a", 0), ("__label__en", 1), ("plain", 1)]);
        let (dictionary, pruned) = Dictionary::read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(pruned, None);
        assert_eq!(dictionary.labels(), ["en", "plain"]);
        assert_eq!(dictionary.words().collect::<Vec<_>>(), [&b"the"[..], b"a"]);
        for (word, entry) in [
            ("the", Entry::Word(0)),
            ("a", Entry::Word(1)),
            ("The", Entry::Unknown),
            ("", Entry::Unknown),
            ("plain", Entry::Label),
            ("__label__en", Entry::Label),
            ("__label__other", Entry::Label),
        ] {
            let hash = word.bytes().fold(BASIS, step);
            assert_eq!(dictionary.find(word.as_bytes(), hash), entry, "{word}");
        }
    }

    #[test]
    fn a_damaged_dictionary_is_refused() {
        for (what, bytes) in [
            ("no labels", file(&[("the", 0)])),
            ("labels before words", file(&[("__label__en", 1), ("the", 0)])),
            ("neither word nor label", file(&[("the", 2), ("__label__en", 1)])),
        ] {
            let error = Dictionary::read(&mut Reader::new(&bytes)).unwrap_err();
            assert!(matches!(error, LoadError::Inconsistent(_)), "{what}: {error}");
        }
        let mut bytes = file(&[("the", 0), ("__label__en", 1)]);
        bytes[..8].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f, 0xfe, 0xff, 0xff, 0x7f]);
        let error = Dictionary::read(&mut Reader::new(&bytes)).unwrap_err();
        assert!(matches!(error, LoadError::Truncated { .. }), "{error}");
    }
}
