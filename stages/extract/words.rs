//! What single words say of a block: words of its text (`copyright`, `subscribe`, `however`), and words of the classes
//! and ids of the elements around it. How much each says is learned, see [`super::model`].

use std::collections::BTreeMap;

/// Slots of a table: a power of two, several for each word.
const SLOTS: usize = 1 << 15;
/// Words of a block's text that are read, from its start.
pub(super) const MOST_WORDS: usize = 16;
/// Bytes of a word that count.
const LONGEST: usize = 24;
/// Stands before a block's first word, which counts twice: as the first, and as a word.
const FIRST: u8 = b'^';

/// Weights of words.
#[derive(Debug, Default)]
pub struct Weights {
    /// Part of the hash, and the weight: what is not in the table says nothing, but for one word in 65,536.
    slots: Vec<(u16, f32)>,
}

/// What the words of one block say together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Said {
    sum: f32,
    count: f32,
    least: f32,
    most: f32,
}

impl Weights {
    /// Of a list of words, with weights in hundredths. Where two meet in one slot, the one that says more stays.
    #[must_use]
    pub fn new(words: &BTreeMap<String, i16>) -> Self {
        let mut slots = vec![(0, 0.0_f32); SLOTS];
        for (word, weight) in words {
            let (slot, rest) = place(filters::text::hash(word.as_bytes()));
            let weight = f32::from(*weight) / 100.0;
            if slots[slot].1.abs() < weight.abs() {
                slots[slot] = (rest, weight);
            }
        }
        Self { slots }
    }

    /// Mean, lowest and highest weight of some words.
    #[must_use]
    pub fn columns(&self, words: &[String]) -> [f32; 3] {
        let mut said = Said::default();
        for word in words {
            self.read(word.as_bytes(), &mut said);
        }
        said.columns()
    }

    /// Adds what one word says.
    pub(super) fn read(&self, word: &[u8], said: &mut Said) {
        let (slot, rest) = place(filters::text::hash(word));
        let Some((known, weight)) = self.slots.get(slot).copied() else { return }; // no word has a weight
        if known == rest && weight != 0.0 {
            said.sum += weight;
            said.count += 1.0;
            said.least = said.least.min(weight);
            said.most = said.most.max(weight);
        }
    }

    /// What the words of a text say.
    pub(super) fn of_text(&self, text: &str) -> Said {
        let mut said = Said::default();
        each_of_text(text, |word| self.read(word, &mut said));
        said
    }
}

impl Said {
    /// Both.
    pub(super) const fn with(self, other: Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            count: self.count + other.count,
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }

    /// Mean, lowest and highest weight.
    pub(super) const fn columns(self) -> [f32; 3] {
        [self.sum / self.count.max(1.0), self.least, self.most]
    }
}

fn place(hash: u64) -> (usize, u16) {
    #[expect(clippy::cast_possible_truncation, reason = "two parts of a hash")]
    (hash as usize % SLOTS, (hash >> 48) as u16)
}

/// The first words of a text, in lower case: runs of letters, `0` for a run of digits, and signs that stand for words.
/// The first one comes once more, with [`FIRST`] before it.
pub(super) fn each_of_text(text: &str, mut each: impl FnMut(&[u8])) {
    let mut buffer = [FIRST; LONGEST + 5];
    let mut n_words = 0;
    let mut length = 0;
    let mut end = |length: &mut usize, buffer: &[u8], n_words: &mut usize| {
        if *length > 0 {
            each(&buffer[1..=*length]);
            if *n_words == 0 {
                each(&buffer[..=*length]);
            }
            *n_words += 1;
            *length = 0;
        }
    };
    let mut was_digit = false;
    for character in text.chars() {
        let is_digit = character.is_ascii_digit();
        if is_digit != was_digit {
            end(&mut length, &buffer, &mut n_words);
        }
        was_digit = is_digit;
        if is_digit {
            buffer[1] = b'0';
            length = 1;
        } else if character.is_ascii_alphabetic() {
            if length < LONGEST {
                length += 1;
                buffer[length] = character.to_ascii_lowercase() as u8;
            }
        } else if !character.is_ascii() && character.is_alphabetic() {
            // One lower-case letter for one letter: the few that become two keep their first.
            let lower = character.to_lowercase().next().unwrap_or(character);
            if length + lower.len_utf8() <= LONGEST {
                length += lower.encode_utf8(&mut buffer[length + 1..]).len();
            }
        } else {
            end(&mut length, &buffer, &mut n_words);
            if matches!(character, '©' | '|' | '•' | '→' | '›' | '»') {
                length = character.encode_utf8(&mut buffer[1..]).len();
                end(&mut length, &buffer, &mut n_words);
            }
        }
        if n_words >= MOST_WORDS {
            return;
        }
    }
    end(&mut length, &buffer, &mut n_words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_and_weighed() {
        for (text, expected) in [
            ("", ""),
            ("  © 2024 Ärzte-Blatt", "© ^© 0 ärzte blatt"),
            ("Read more»", "read ^read more »"),
            ("a1b", "a ^a 0 b"),
        ] {
            let mut found = vec![];
            each_of_text(text, |word| found.push(String::from_utf8(word.to_vec()).unwrap()));
            assert_eq!(found.join(" "), expected, "{text}");
        }
        let weights = Weights::new(&[("cookie".to_owned(), -200), ("^the".to_owned(), 100)].into());
        for (said, expected) in [
            (weights.of_text("The cookie, the unknown"), "[-0.5, -2.0, 1.0]"),
            (weights.of_text(""), "[0.0, 0.0, 0.0]"),
        ] {
            assert_eq!(format!("{:?}", said.columns()), expected);
        }
    }
}
