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
    if 2 * characters.uppercase <= Shapes::LEAST_TOKENS || 2 * characters.uppercase <= fewest_words(line.as_bytes()) {
        return false;
    }
    let (mut words, mut capital) = (0, 0);
    for word in line.split_whitespace() {
        words += 1;
        capital += usize::from(word.starts_with(char::is_uppercase));
    }
    words >= Shapes::LEAST_TOKENS && 2 * capital > words
}

/// The pieces between ASCII white space, counted many bytes at once: words are as many or more.
fn fewest_words(line: &[u8]) -> usize {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let begins = |(one, next): (&u8, &u8)| u8::from(is_space(*one)) & u8::from(!is_space(*next));
    // In pieces of which no sum overflows a byte.
    let pieces = line.chunks(128).zip(line.get(1..).unwrap_or_default().chunks(128));
    1 + pieces.map(|(ones, nexts)| usize::from(ones.iter().zip(nexts).map(begins).sum::<u8>())).sum::<usize>()
}
