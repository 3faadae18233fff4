//! What lines are made of, counted in one reading for all measures that ask.

use crate::text::{count_bytes, n_chars, non_ascii};

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

impl Counts {
    fn of(line: &str) -> Self {
        let mut counts = Self { chars: n_chars(line), ..Self::default() };
        let bytes = line.as_bytes();
        let digits = count_bytes(bytes, |byte| byte.is_ascii_digit());
        counts.capitals = count_bytes(bytes, |byte| byte.is_ascii_uppercase());
        counts.numeric = digits;
        counts.technical = digits + count_bytes(bytes, |b| matches!(b, b'{' | b'}' | b'+' | b'/' | b'(' | b')' | b'>'));
        if counts.chars < line.len() {
            for character in non_ascii(line) {
                counts.capitals += usize::from(character.is_uppercase());
                counts.numeric += usize::from(character.is_numeric());
            }
        }
        counts
    }
}

/// Words are pieces between white space.
fn is_list_case(line: &str, capitals: usize) -> bool {
    // Pieces between ASCII white space are at least so many, and capitals at least those that begin one: most lines have
    // too few capitals.
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let bytes = line.as_bytes();
    let mut begun = 1;
    for piece in bytes.chunks(128).zip(bytes.get(1..).unwrap_or_default().chunks(128)) {
        begun += usize::from(
            piece
                .0
                .iter()
                .zip(piece.1)
                .map(|(one, next)| u8::from(is_space(*one)) & u8::from(!is_space(*next)))
                .sum::<u8>(),
        );
    }
    if 2 * capitals <= begun.max(Shapes::LEAST_TOKENS) {
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
