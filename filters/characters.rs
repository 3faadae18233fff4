//! How many characters of each kind a text has, counted in one pass.

use crate::text::{count_bytes, non_ascii};

/// Characters (Unicode scalar values) by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Characters {
    /// All of them.
    pub(crate) all: usize,
    /// Letters of any script.
    pub(crate) alphabetic: usize,
    /// Capital letters.
    pub(crate) uppercase: usize,
    /// Digits and other numerals.
    pub(crate) numeric: usize,
    /// White space.
    pub(crate) whitespace: usize,
    /// `{` and `}`.
    pub(crate) curly: usize,
    /// `#`.
    pub(crate) hash: usize,
    /// Line feeds.
    pub(crate) newlines: usize,
    /// U+FFFD, which stands where bytes could not be decoded.
    pub(crate) replacement: usize,
}

impl Characters {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut counts = Self {
            all: count_bytes(bytes, |byte| byte.is_ascii()),
            alphabetic: count_bytes(bytes, |byte| (byte | 0x20).is_ascii_lowercase()),
            uppercase: count_bytes(bytes, |byte| byte.is_ascii_uppercase()),
            numeric: count_bytes(bytes, |byte| byte.is_ascii_digit()),
            whitespace: count_bytes(bytes, |byte| matches!(byte, b' ' | b'\t'..=b'\r')),
            curly: count_bytes(bytes, |byte| matches!(byte, b'{' | b'}')),
            hash: count_bytes(bytes, |byte| byte == b'#'),
            newlines: count_bytes(bytes, |byte| byte == b'\n'),
            replacement: 0,
        };
        if counts.all < text.len() {
            non_ascii(text).for_each(|character| counts.add(character));
        }
        counts
    }

    fn add(&mut self, character: char) {
        self.all += 1;
        if character.is_alphabetic() {
            self.alphabetic += 1;
            self.uppercase += usize::from(character.is_uppercase());
        } else if character.is_numeric() {
            self.numeric += 1;
        } else if character.is_whitespace() {
            self.whitespace += 1;
        } else if character == '\u{fffd}' {
            self.replacement += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_counted_once() {
        let text = "Ab {é}#\n٣ 5\u{fffd}Ж本";
        let counts = Characters::of(text);
        let expected = Characters {
            all: 14,
            alphabetic: 5,
            uppercase: 2,
            numeric: 2,
            whitespace: 3,
            curly: 2,
            hash: 1,
            newlines: 1,
            replacement: 1,
        };
        assert_eq!(counts, expected);
        assert_eq!(Characters::of(""), Characters::default());
    }
}
