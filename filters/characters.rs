//! How many characters of each kind a text has, counted in one pass.

use std::ops::AddAssign;

use crate::text::{n_chars, non_ascii};

/// Characters (Unicode scalar values) by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Characters {
    /// All of them.
    pub(crate) all: usize,
    /// Letters of any script.
    pub(crate) alphabetic: usize,
    /// Capital letters.
    pub(crate) uppercase: usize,
    /// Digits and other numerals that are no letters.
    pub(crate) numeric: usize,
    /// Letters that are numerals, as `Ⅷ` is.
    pub(crate) numeric_letters: usize,
    /// White space.
    pub(crate) whitespace: usize,
    /// `{` and `}`.
    pub(crate) curly: usize,
    /// `#`.
    pub(crate) hash: usize,
    /// Digits of ASCII and `{}+/()>`.
    pub(crate) technical: usize,
    /// U+FFFD, which stands where bytes could not be decoded.
    pub(crate) replacement: usize,
}

/// What a byte counts as: eight numbers of a byte each, so that one addition counts all of them.
static KINDS: [u64; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0_u8;
    loop {
        let kinds_of_it = [
            byte.is_ascii_alphabetic(),
            byte.is_ascii_uppercase(),
            byte.is_ascii_digit(),
            matches!(byte, b' ' | b'\t'..=b'\r'),
            matches!(byte, b'{' | b'}'),
            byte == b'#',
            matches!(byte, b'0'..=b'9' | b'{' | b'}' | b'+' | b'/' | b'(' | b')' | b'>'),
            matches!(byte, 0x80..=0xbf), // within a character, not the first of it
        ];
        let mut kind = 0;
        while kind < kinds_of_it.len() {
            kinds[byte as usize] |= (kinds_of_it[kind] as u64) << (8 * kind);
            kind += 1;
        }
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

impl Characters {
    pub(crate) fn of(text: &str) -> Self {
        let mut counts = Self::default();
        // So many bytes are counted at once that no number overflows.
        for piece in text.as_bytes().chunks(usize::from(u8::MAX)) {
            let sum = piece.iter().fold(0_u64, |sum, byte| sum + KINDS[usize::from(*byte)]);
            let [alphabetic, uppercase, numeric, whitespace, curly, hash, technical, within] =
                sum.to_le_bytes().map(usize::from);
            counts.all += piece.len() - within;
            counts.alphabetic += alphabetic;
            counts.uppercase += uppercase;
            counts.numeric += numeric;
            counts.whitespace += whitespace;
            counts.curly += curly;
            counts.hash += hash;
            counts.technical += technical;
        }
        if counts.all < text.len() {
            non_ascii(text).for_each(|character| counts.add(character));
        }
        counts
    }

    /// The same of a text, given those of all its [`crate::text::lines`]: what is left out of them is white space.
    pub(crate) fn with_space(self, text: &str) -> Self {
        let all = n_chars(text);
        Self { all, whitespace: self.whitespace + (all - self.all), ..self }
    }

    /// Adds the kinds of a character beyond ASCII.
    fn add(&mut self, character: char) {
        // Most are quotes and dashes, which are of none.
        if matches!(character, '\u{2010}'..='\u{2027}') {
            return;
        }
        if character.is_alphabetic() {
            self.alphabetic += 1;
            self.uppercase += usize::from(character.is_uppercase());
            // The first letters that are numerals.
            self.numeric_letters += usize::from(character >= '\u{16ee}' && character.is_numeric());
        } else if character.is_numeric() {
            self.numeric += 1;
        } else if character.is_whitespace() {
            self.whitespace += 1;
        } else if character == '\u{fffd}' {
            self.replacement += 1;
        }
    }
}

impl AddAssign for Characters {
    fn add_assign(&mut self, more: Self) {
        self.all += more.all;
        self.alphabetic += more.alphabetic;
        self.uppercase += more.uppercase;
        self.numeric += more.numeric;
        self.numeric_letters += more.numeric_letters;
        self.whitespace += more.whitespace;
        self.curly += more.curly;
        self.hash += more.hash;
        self.technical += more.technical;
        self.replacement += more.replacement;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_counted_once() {
        let text = "Ab {é}#\n٣ 5\u{fffd}Ж本Ⅷ”";
        let counts = Characters::of(text);
        let expected = Characters {
            all: 16,
            alphabetic: 6,
            uppercase: 3,
            numeric: 2,
            numeric_letters: 1,
            whitespace: 3,
            curly: 2,
            hash: 1,
            technical: 3,
            replacement: 1,
        };
        assert_eq!(counts, expected);
        assert_eq!(Characters::of(""), Characters::default());
    }

    #[test]
    fn long_texts_are_counted_in_pieces() {
        let counts = Characters::of(&"A1é ".repeat(100_000));
        assert_eq!((counts.all, counts.alphabetic, counts.whitespace), (400_000, 200_000, 100_000));
        assert_eq!((counts.uppercase, counts.numeric, counts.technical), (100_000, 100_000, 100_000));
    }

    #[test]
    fn lines_and_the_space_around_them_make_the_text() {
        let text = " \u{a0}a B\u{3000}1\r\n\n {é}\u{2003}\n";
        let mut counts = Characters::default();
        crate::text::lines(text).for_each(|line| counts += Characters::of(line));
        assert_eq!(counts.with_space(text), Characters::of(text));
    }

    #[test]
    fn characters_are_what_unicode_says() {
        for character in ('\u{80}'..='\u{10ffff}').filter(|character| *character != '\u{fffd}') {
            let counts = Characters::of(character.encode_utf8(&mut [0; 4]));
            let expected = [
                character.is_alphabetic(),
                character.is_uppercase(),
                character.is_numeric(),
                character.is_whitespace(),
            ];
            let numeric = counts.numeric + counts.numeric_letters;
            let found = [counts.alphabetic, counts.uppercase, numeric, counts.whitespace];
            assert_eq!((counts.all, found), (1, expected.map(usize::from)), "{character:?}");
        }
    }
}
