//! Punctuation marks between words.

/// How many punctuation marks stand between the words of a text, in the order of [`super::words`], as spaCy splits them off: each
/// sign by itself, a run of full stops or hyphens as one. The full stop of an initial or abbreviation is part of its word.
#[must_use]
pub fn count_marks(text: &str, words: &[&str]) -> usize {
    let (mut count, mut marks, mut end, mut before) = (0, 0, 0, "");
    let mut gap = |gap: &str, before: &str, is_last: bool| {
        // Within an abbreviation a full stop goes on what stands before it.
        let mut last = if gap.starts_with('.') && is_abbreviation(before) { '.' } else { ' ' };
        let first_space = gap.find(char::is_whitespace).unwrap_or(gap.len());
        let last_space = gap.rfind(char::is_whitespace).unwrap_or(0);
        for (at, mark) in gap.char_indices() {
            let goes_on = mark == last && matches!(mark, '.' | '-');
            last = mark;
            if mark.is_whitespace() || mark.is_control() || is_format(mark) || goes_on {
                continue;
            }
            // These stay with the word that they touch.
            let touches_left = at <= first_space && !before.is_empty();
            let touches = touches_left || (at >= last_space && !is_last);
            let is_within = match mark {
                '-' | '/' | '~' | '|' | '\\' | '@' | '^' | '+' => touches,
                '=' => touches_left,
                // The mouth of a face.
                ')' | '(' => ends_face(&gap[..at]),
                _ => false,
            };
            count += usize::from(!is_within);
        }
    };
    let bytes = text.as_bytes();
    for word in words {
        let start = super::offset(text, word);
        match &bytes[end..start] {
            // Most words are white space apart, and most others a mark and white space.
            [b' ' | b'\n'] | [b'\n', b'\n'] => {}
            [b',' | b';' | b':' | b'!' | b'?' | b'"' | b'\'' | b')', b' ' | b'\n']
            | [b' ' | b'\n', b'"' | b'\'' | b'(' | b'$' | b'#' | b'&'] => marks += 1,
            [b'.', b' ' | b'\n'] | [b'.', b'\n', b'\n'] => marks += usize::from(!is_abbreviation(before)),
            _ => gap(&text[end..start], before, false),
        }
        (end, before) = (start + word.len(), word);
    }
    gap(&text[end..], before, true);
    count + marks
}

/// Whether the eyes of a face, as in `:)` and `;)`, stand at the end, apart from what is before.
fn ends_face(before: &str) -> bool {
    before.strip_suffix([':', ';']).is_some_and(|rest| rest.ends_with(char::is_whitespace))
}

/// Characters without a shape: zero-width spaces and joiners, soft hyphens, byte order marks.
const fn is_format(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether a word before a full stop is an initial, has full stops within, or is a common English abbreviation.
fn is_abbreviation(word: &str) -> bool {
    const KNOWN: [&str; 30] = [
        "Adm", "Apr", "Aug", "Bros", "Co", "Corp", "Dec", "Dr", "Feb", "Gen", "Gov", "Inc", "Jan", "Jr", "Jul", "Jun",
        "Ltd", "Mar", "Mr", "Mrs", "Ms", "Mt", "Nov", "Oct", "Prof", "Rep", "Rev", "Sept", "St", "vs",
    ];
    // Most words are longer.
    match word.as_bytes() {
        [letter] => letter.is_ascii_alphabetic(),
        [first, _, ..] if word.len() <= 6 => {
            ((first.is_ascii_uppercase() || *first == b'v') && KNOWN.contains(&word))
                || (word.contains('.') && !word.contains(|c: char| c.is_ascii_digit()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::words;

    fn words_of(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        words(text, |word| found.push(word));
        found
    }

    #[test]
    fn marks_stand_between_words() {
        for (text, expected) in [
            ("", 0),
            ("one two", 0),
            ("“One,” she said... (2)", 6),
            ("--\n--", 2),
            ("你好。", 1),
            ("a - b!!", 3),
            ("yes :) no ;)", 2),
            ("yes:)", 2),
        ] {
            assert_eq!(count_marks(text, &words_of(text)), expected, "{text:?}");
        }
    }
}
