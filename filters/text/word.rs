//! What counting asks of a word: its hash, that of its lower case, what it is made of.
//!
//! Nearly all words have up to sixteen bytes. These are asked all at once, so that no branch depends on their length.

use super::{HIGH, hash, is_letter, letters_and_digits, n_chars, offset, within};

/// A hash of words, for counting them within a document.
#[must_use]
pub(crate) fn hash_word(word: &str) -> u64 {
    Short::of(word).map_or_else(|| hash(word.as_bytes()), Short::hash)
}

/// [`hash_word`] of a word of a text.
#[inline]
pub(crate) fn hash_within(text: &str, word: &str) -> u64 {
    Short::within(text, word).map_or_else(|| hash(word.as_bytes()), Short::hash)
}

/// [`hash_word`] of a word in lower case.
#[must_use]
pub(crate) fn hash_folded(word: &str) -> u64 {
    match Short::of(word) {
        Some(short) if short.is_ascii() => short.lower().hash(),
        _ => hash_word(&word.to_lowercase()),
    }
}

/// What is asked of a word but once, however often it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Traits {
    /// [`hash_word`] of it.
    pub(crate) hash: u64,
    /// [`hash_folded`] of it.
    pub(crate) folded: u64,
    /// Its characters.
    pub(crate) chars: u32,
    /// Whether it is made of ASCII letters and digits alone, as most are.
    pub(crate) is_plain: bool,
    /// Whether it has a letter of any script.
    pub(crate) has_letter: bool,
}

impl Traits {
    /// Of a word of a text.
    #[inline]
    pub(crate) fn within(text: &str, word: &str) -> Self {
        match Short::within(text, word) {
            Some(short) if short.is_ascii() => Self {
                hash: short.hash(),
                folded: short.lower().hash(),
                chars: short.len.into(),
                is_plain: short.is_plain(),
                has_letter: short.has_letter(),
            },
            _ => Self::of_others(word),
        }
    }

    fn of_others(word: &str) -> Self {
        Self {
            hash: hash_word(word),
            folded: hash_folded(word),
            chars: u32::try_from(n_chars(word)).unwrap_or(u32::MAX),
            is_plain: word.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            has_letter: word.chars().any(is_letter),
        }
    }
}

/// The bytes of a word of up to sixteen, the first lowest, with zeros above them.
#[derive(Clone, Copy)]
struct Short {
    low: u64,
    high: u64,
    len: u8,
}

impl Short {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "halves of sixteen bytes, and how many of them")]
    fn new(bytes: u128, len: usize) -> Self {
        Self { low: bytes as u64, high: (bytes >> 64) as u64, len: len as u8 }
    }

    fn of(word: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        Some(Self::new(u128::from_le_bytes(bytes), word.len()))
    }

    /// Of a word of a text: sixteen bytes of the text are read at once where it has them.
    #[inline]
    fn within(text: &str, word: &str) -> Option<Self> {
        match text.as_bytes().get(offset(text, word)..).and_then(<[u8]>::first_chunk) {
            Some(bytes) if (1..=16).contains(&word.len()) => {
                Some(Self::new(u128::from_le_bytes(*bytes) & u128::MAX >> (128 - 8 * word.len()), word.len()))
            }
            _ => Self::of(word),
        }
    }

    /// The product of both halves, folded.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a product")]
    fn hash(self) -> u64 {
        // Digits of π and e, without which a half of zeros would leave nothing of the other.
        let (low, high) = (self.low ^ 0x243f_6a88_85a3_08d3, self.high ^ 0xb7e1_5162_8aed_2a6a);
        let product = u128::from(low) * u128::from(high);
        product as u64 ^ (product >> 64) as u64 ^ u64::from(self.len) << 56
    }

    #[inline]
    fn is_ascii(self) -> bool {
        (self.low | self.high) & HIGH == 0
    }

    /// The same in lower case, of an ASCII word.
    #[inline]
    fn lower(self) -> Self {
        let capitals = |eight| within(eight, b'A', b'Z');
        Self { low: self.low | capitals(self.low) >> 2, high: self.high | capitals(self.high) >> 2, ..self }
    }

    /// Whether all are ASCII letters and digits.
    #[inline]
    fn is_plain(self) -> bool {
        letters_and_digits(self.low).count_ones() + letters_and_digits(self.high).count_ones() == u32::from(self.len)
    }

    /// Whether one is an ASCII letter, of an ASCII word.
    #[inline]
    fn has_letter(self) -> bool {
        let letters = |eight| within(eight | 0x2020_2020_2020_2020, b'a', b'z');
        letters(self.low) | letters(self.high) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same of a word that stands at the end of a text, which cannot be read sixteen bytes at once, and before others.
    fn traits(word: &str) -> Traits {
        let (end, before) = (format!("a{word}"), format!("é{word}aÉ1-abcdefghijklm"));
        let traits = Traits::within(&end, &end[1..]);
        assert_eq!(Traits::within(&before, &before[2..2 + word.len()]), traits, "{word:?}");
        assert_eq!(hash_within(&before, &before[2..2 + word.len()]), hash_word(word), "{word:?}");
        assert_eq!(hash_within(&end, &end[1..]), hash_word(word), "{word:?}");
        traits
    }

    #[test]
    fn words_have_hashes_of_their_own() {
        let mut seen = std::collections::BTreeSet::new();
        for length in 0..9_u32 {
            for number in 0..3_u32.pow(length) {
                let word: String =
                    (0..length).map(|place| ['a', 'b', '\0'][(number / 3_u32.pow(place) % 3) as usize]).collect();
                assert!(seen.insert(hash_word(&word)), "{word:?}");
                assert!(length == 0 || seen.insert(hash_word(&format!("{word}abcdefghijk"))), "{word:?}");
            }
        }
        let long = "abcdefghijklmnopqrstuvwxyz";
        assert!((12..=26).all(|length| seen.insert(hash_word(&long[..length]))));
    }

    #[test]
    fn words_are_what_their_characters_are() {
        let signs =
            ["", "A", "z", "Z", "é", "É", "0", "9", "`", "{", "@", "[", "/", ":", "\0", "\u{7f}", "Ⅷ", "İ", "ß", "ς"];
        for one in signs {
            for (next, filling) in
                signs.iter().flat_map(|next| ["", "abc", "ABCDEFG", "0123456789abc", "-"].map(|f| (next, f)))
            {
                let word = format!("{one}{filling}{next}");
                if word.is_empty() {
                    continue;
                }
                let expected = Traits {
                    hash: hash_word(&word),
                    folded: hash_word(&word.to_lowercase()),
                    chars: u32::try_from(word.chars().count()).unwrap(),
                    is_plain: word.chars().all(|c| c.is_ascii_alphanumeric()),
                    has_letter: word.chars().any(is_letter),
                };
                assert_eq!(traits(&word), expected, "{word:?}");
            }
        }
    }
}
