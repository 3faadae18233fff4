//! What lines are made of, counted in one reading for all measures that ask.

use crate::characters::Characters;

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
    /// The characters of all lines.
    pub(crate) characters: Characters,
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
            let characters = Characters::of(line);
            let has = |condition: bool| usize::from(condition);
            shapes.short += has(characters.all <= Self::SHORT);
            shapes.long += has(characters.all >= Self::LONG);
            shapes.abnormal += has(!Self::NORMAL.contains(&characters.all));
            shapes.capitals += has(2 * characters.uppercase > characters.all);
            shapes.numeric += has(2 * (characters.numeric + characters.numeric_letters) > characters.all);
            shapes.technical += has(5 * characters.technical > characters.all);
            shapes.list_case += has(is_list_case(line, &characters));
            shapes.characters += characters;
        }
        shapes
    }
}

/// Words are pieces between white space.
fn is_list_case(line: &str, characters: &Characters) -> bool {
    // Most lines have too few capitals to begin half of their words with.
    if 2 * characters.uppercase <= Shapes::LEAST_TOKENS {
        return false;
    }
    // In ASCII these are the words, otherwise at least so many.
    let pieces = begun(line.as_bytes(), |byte| !is_space(byte));
    if 2 * characters.uppercase <= pieces {
        return false;
    }
    let (words, capital) = if characters.all == line.len() {
        (pieces, begun(line.as_bytes(), |byte| byte.is_ascii_uppercase()))
    } else {
        let capital = line.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)).count();
        (line.split_whitespace().count(), capital)
    };
    words >= Shapes::LEAST_TOKENS && 2 * capital > words
}

/// White space of ASCII.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The pieces between ASCII white space of a trimmed line that begin with such a byte, counted many bytes at once.
fn begun(line: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    let begins = |(before, first): (&u8, &u8)| u8::from(is_space(*before)) & u8::from(is_such(*first));
    // In parts of which no sum overflows a byte.
    let parts = line.chunks(128).zip(line.get(1..).unwrap_or_default().chunks(128));
    let behind_space = parts.map(|(before, first)| usize::from(before.iter().zip(first).map(begins).sum::<u8>()));
    usize::from(line.first().is_some_and(|first| is_such(*first))) + behind_space.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_case_is_a_matter_of_words() {
        let long = ["Ab "; 500].concat();
        for (line, expected) in [
            ("A B C D E F G h i j k l", true),
            ("A B C D E F g h i j k l", false),
            ("AB CD EF g h i j k l m n o", false),
            ("ABCDEF GHI j k l m n o p q r s", false),
            ("A\u{b}B\tC\u{c}D  E F G h i j k l", true),
            ("A B C D E F G h i j k", false),
            ("A\u{a0}B C D E F Ğ h i j k l", true),
            ("ÀB\u{a0}CD EF GH i j k l m n o p", false),
            (long.trim(), true),
            (&format!("{long}{}a", "bc ".repeat(499)), false),
        ] {
            assert_eq!(is_list_case(line, &Characters::of(line)), expected, "{line:?}");
        }
    }
}
