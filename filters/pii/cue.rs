//! Words beside a number that say what it is.

/// Most bytes before and behind a number in which such a word may stand.
const BEFORE: usize = 60;
const BEHIND: usize = 24;

/// Whether one of these words (in lower case, ASCII letters compared without case) begins a word shortly before or
/// behind a place. Before: on its line, or on the line above if nothing else stands before it on its own.
pub(super) fn is_near(text: &[u8], start: usize, end: usize, words: &[&str]) -> bool {
    let behind = &text[end..text.len().min(end + BEHIND)];
    let behind = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
    has_word(before(text, start), words) || has_word(behind, words)
}

/// What stands shortly before a place: the rest of its line, or the line above where that is empty.
pub(super) fn before(text: &[u8], start: usize) -> &[u8] {
    let window = &text[start.saturating_sub(BEFORE)..start];
    let is_break = |byte: &u8| *byte == b'\n';
    let line = window.iter().rposition(is_break).map_or(0, |at| at + 1);
    if line == 0 || !window[line..].trim_ascii().is_empty() {
        return &window[line..];
    }
    let above = window[..line].trim_ascii_end();
    &above[above.iter().rposition(is_break).map_or(0, |at| at + 1)..]
}

/// Whether one of the words begins at a word's beginning and ends at a word's end. A word with letters beyond ASCII may
/// stand anywhere: many of the scripts that have them put no spaces between words.
pub(super) fn has_word(window: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| {
        let word = word.as_bytes();
        let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
        window.windows(word.len()).enumerate().any(|(at, piece)| {
            piece.eq_ignore_ascii_case(word)
                && (!word.is_ascii()
                    || !is_letter(at.checked_sub(1).and_then(|at| window.get(at)))
                        && !is_letter(window.get(at + word.len())))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_near_a_number() {
        let near = |text: &str, words: &[&str]| {
            let start = text.find('9').unwrap();
            is_near(text.as_bytes(), start, start + 1, words)
        };
        assert!(near("My Phone: 9", &["phone"]));
        assert!(near("Phone:\n9", &["phone"]));
        assert!(near("9 office", &["office"]));
        assert!(near("电话9", &["电话"]));
        assert!(!near("Phone:\nage 9", &["phone"]), "another line");
        assert!(!near("headphones 9", &["phone"]), "another word");
        assert!(!near(&format!("phone {} 9", "-".repeat(80)), &["phone"]), "far away");
    }
}
