//! How many characters of each kind a text has, counted in one pass.

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
        let mut bytes = [[0_u32; 256]; 2];
        let mut pairs = text.as_bytes().chunks_exact(2);
        for pair in &mut pairs {
            bytes[0][usize::from(pair[0])] += 1;
            bytes[1][usize::from(pair[1])] += 1;
        }
        for byte in pairs.remainder() {
            bytes[0][usize::from(*byte)] += 1;
        }
        let mut counts = Self::default();
        for byte in 0..128_u8 {
            let of = |bytes: &[u32; 256]| bytes[usize::from(byte)] as usize;
            counts.add(char::from(byte), of(&bytes[0]) + of(&bytes[1]));
        }
        if counts.all < text.len() {
            for character in text.chars().filter(|character| !character.is_ascii()) {
                counts.add(character, 1);
            }
        }
        counts
    }

    fn add(&mut self, character: char, count: usize) {
        if count == 0 {
            return;
        }
        self.all += count;
        if character.is_alphabetic() {
            self.alphabetic += count;
            self.uppercase += if character.is_uppercase() { count } else { 0 };
        } else if character.is_numeric() {
            self.numeric += count;
        } else if character.is_whitespace() {
            self.whitespace += count;
            self.newlines += if character == '\n' { count } else { 0 };
        } else {
            match character {
                '{' | '}' => self.curly += count,
                '#' => self.hash += count,
                '\u{fffd}' => self.replacement += count,
                _ => {}
            }
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
