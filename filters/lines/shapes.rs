//! What lines are made of, counted in one reading for all measures that ask.

use crate::text::n_chars;

/// Lines of a document by what they are; one line may be several of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shapes {
    /// At most [`Shapes::SHORT`] characters.
    pub(super) short: usize,
    /// At least [`Shapes::LONG`] characters.
    pub(super) long: usize,
    /// A length that sentences seldom have.
    pub(super) abnormal: usize,
    /// More than half capitals.
    pub(super) capitals: usize,
    /// More than half digits and other numerals.
    pub(super) numeric: usize,
    /// More than a fifth digits and `{}+/()>`.
    pub(super) technical: usize,
    /// At least [`Shapes::LEAST_TOKENS`] words more than half of which begin with a capital.
    pub(super) list_case: usize,
}

impl Shapes {
    /// Most characters of a short line (`FineWeb`).
    pub(super) const SHORT: usize = 30;
    /// Fewest characters of a long line (mC4).
    pub(super) const LONG: usize = 200;
    /// Characters of a sentence of normal length (MADLAD-400).
    const NORMAL: std::ops::RangeInclusive<usize> = 20..=500;
    /// Words from which a line can be in list case (MADLAD-400).
    const LEAST_TOKENS: usize = 12;

    pub(crate) fn of(lines: &[&str]) -> Self {
        let mut shapes = Self::default();
        for line in lines {
            let counts = Counts::of(line);
            let has = |condition: bool| usize::from(condition);
            shapes.short += has(counts.chars <= Self::SHORT);
            shapes.long += has(counts.chars >= Self::LONG);
            shapes.abnormal += has(!Self::NORMAL.contains(&counts.chars));
            shapes.capitals += has(2 * counts.capitals > counts.chars);
            shapes.numeric += has(2 * counts.numeric > counts.chars);
            shapes.technical += has(5 * counts.technical > counts.chars);
            shapes.list_case += has(is_list_case(line, counts.capitals));
        }
        shapes
    }
}

/// Characters of one line by kind.
#[derive(Default)]
struct Counts {
    chars: usize,
    capitals: usize,
    numeric: usize,
    technical: usize,
}

/// What each byte adds: capitals, digits and technical characters of ASCII in fields of 16 bits.
static ADDED: [u64; 256] = {
    let mut added = [0; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        let is_technical = byte.is_ascii_digit() || matches!(byte, b'{' | b'}' | b'+' | b'/' | b'(' | b')' | b'>');
        added[byte as usize] =
            byte.is_ascii_uppercase() as u64 | (byte.is_ascii_digit() as u64) << 16 | (is_technical as u64) << 32;
        byte += 1;
    }
    added
};

impl Counts {
    fn of(line: &str) -> Self {
        let mut counts = Self { chars: n_chars(line), ..Self::default() };
        // No field of 16 bits overflows within such a piece.
        for piece in line.as_bytes().chunks(usize::from(u16::MAX)) {
            let sum: u64 = piece.iter().map(|byte| ADDED[usize::from(*byte)]).sum();
            let field = |shift: u32| usize::from((sum >> shift) as u16);
            counts.capitals += field(0);
            counts.numeric += field(16);
            counts.technical += field(32);
        }
        if counts.chars < line.len() {
            for character in line.chars().filter(|character| !character.is_ascii()) {
                counts.capitals += usize::from(character.is_uppercase());
                counts.numeric += usize::from(character.is_numeric());
            }
        }
        counts
    }
}

/// Words are pieces between white space.
fn is_list_case(line: &str, capitals: usize) -> bool {
    // More than half of twelve words need seven capitals, and twelve words have as many bytes and a space between each.
    if 2 * capitals <= Shapes::LEAST_TOKENS || line.len() < 2 * Shapes::LEAST_TOKENS - 1 {
        return false;
    }
    let (mut words, mut capital) = (0, 0);
    for word in line.split_whitespace() {
        words += 1;
        capital += usize::from(word.starts_with(char::is_uppercase));
    }
    words >= Shapes::LEAST_TOKENS && 2 * capital > words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_counted_in_pieces() {
        let line = "A1".repeat(100_000);
        let counts = Counts::of(&line);
        assert_eq!(
            (counts.chars, counts.capitals, counts.numeric, counts.technical),
            (200_000, 100_000, 100_000, 100_000)
        );
        let counts = Counts::of("É٣a{");
        assert_eq!((counts.chars, counts.capitals, counts.numeric, counts.technical), (4, 1, 1, 1));
    }
}
