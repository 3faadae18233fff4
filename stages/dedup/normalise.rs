//! Text as deduplication compares it: lower case, numbers as `0`, punctuation as space, diacritics off.
//!
//! The rules are datatrove's `simplify_text` with its default switches, which most published MinHash figures rest on;
//! words are what stands between white space. One rule of ours can be added ([`Unspaced`]): in scripts written without
//! spaces each character is a word of its own, where a whole clause would be one otherwise.

use std::sync::LazyLock;

use filters::text::is_unspaced;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// What a word is in scripts that are written without spaces (Han, Kana, Thai, Lao, Khmer, Burmese).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unspaced {
    /// What stands between spaces and punctuation, as in other scripts: a clause. So do most published figures.
    #[default]
    Clauses,
    /// Each character, so that one changed character changes a few shingles and not all of a sentence's.
    Characters,
}

/// Calls `visit` with each normalised word of a piece without white space; `buffers` are used again.
pub(super) fn words_of_piece(
    piece: &str,
    unspaced: Unspaced,
    buffers: &mut (Vec<u8>, String),
    mut visit: impl FnMut(&[u8]),
) {
    if piece.is_ascii() {
        ascii_words(piece.as_bytes(), &mut buffers.0, &mut visit);
    } else {
        unicode_words(piece, unspaced, &mut buffers.1, &mut visit);
    }
}

/// Calls `visit` with the byte range and the words of each piece between ASCII white space and control characters:
/// for people who look; `dedup::words` gives the same words, faster and as hashes.
pub fn pieces(text: &str, unspaced: Unspaced, mut visit: impl FnMut(std::ops::Range<usize>, &[u8])) {
    let mut buffers = <(Vec<u8>, String)>::default();
    let mut start = 0;
    for piece in text.split(|c: char| c.is_ascii() && is_ascii_separator(c as u8)) {
        let range = start..start + piece.len();
        start = range.end + 1;
        words_of_piece(piece, unspaced, &mut buffers, |word| visit(range.clone(), word));
    }
}

/// White space and control characters: neither can stand within a word or a number.
pub(super) const fn is_ascii_separator(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f
}

/// Words of a piece of ASCII without white space.
fn ascii_words(piece: &[u8], word: &mut Vec<u8>, visit: &mut impl FnMut(&[u8])) {
    let mut at = 0;
    while at < piece.len() {
        let byte = piece[at];
        if byte.is_ascii_digit() {
            at = end_of_number(piece, at);
            word.push(b'0');
            continue;
        }
        if is_punctuation(char::from(byte)) {
            if !word.is_empty() {
                visit(word);
                word.clear();
            }
        } else {
            word.push(byte.to_ascii_lowercase());
        }
        at += 1;
    }
    if !word.is_empty() {
        visit(word);
        word.clear();
    }
}

/// A number is digits, and once a separator with digits after it: `3.14` is one, `1,234,567` is two.
fn end_of_number(piece: &[u8], start: usize) -> usize {
    let digits = |from: usize| piece[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = start + digits(start);
    match piece.get(end) {
        Some(b'.' | b',') if piece.get(end + 1).is_some_and(u8::is_ascii_digit) => end + 1 + digits(end + 1),
        _ => end,
    }
}

/// Words of a piece with other characters.
fn unicode_words(piece: &str, unspaced: Unspaced, slow: &mut String, visit: &mut impl FnMut(&[u8])) {
    slow.clear();
    let lower = piece.to_lowercase();
    let mut characters = lower.chars().peekable();
    while let Some(character) = characters.next() {
        if is_digit(character) {
            skip_digits(&mut characters);
            // The separator of a number counts only with a digit behind it; a clone looks ahead by two.
            let mut ahead = characters.clone();
            if ahead.next().is_some_and(is_decimal_separator) && ahead.next().is_some_and(is_digit) {
                characters.next();
                skip_digits(&mut characters);
            }
            slow.push('0');
        } else if is_punctuation(character) {
            slow.push(' ');
        } else {
            slow.push(character);
        }
    }
    let plain = slow.nfd().filter(|c| c.general_category() != GeneralCategory::NonspacingMark).collect::<String>();
    for word in plain.split_whitespace() {
        let mut start = 0;
        for (at, character) in word.char_indices() {
            if unspaced == Unspaced::Characters && is_unspaced(character) {
                if start < at {
                    visit(&word.as_bytes()[start..at]);
                }
                let end = at + character.len_utf8();
                visit(&word.as_bytes()[at..end]);
                start = end;
            }
        }
        if start < word.len() {
            visit(&word.as_bytes()[start..]);
        }
    }
}

fn skip_digits(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while characters.next_if(|&c| is_digit(c)).is_some() {}
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
        || (!character.is_ascii() && character.general_category() == GeneralCategory::DecimalNumber)
}

const fn is_decimal_separator(character: char) -> bool {
    matches!(character, '.' | ',' | '،' | '٫' | '⎖' | '⎗' | '⎘')
}

/// datatrove's list of punctuation and control characters.
fn is_punctuation(character: char) -> bool {
    const LIST: &str = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»";
    static ASCII: LazyLock<[bool; 128]> = LazyLock::new(|| {
        let mut table = [false; 128];
        for character in LIST.chars().filter(char::is_ascii) {
            table[character as usize] = true;
        }
        for control in (0..32).filter(|&c| c != 10).chain([127]) {
            table[control] = true;
        }
        table
    });
    if character.is_ascii() {
        ASCII[character as usize]
    } else {
        matches!(character, '\u{80}'..='\u{9f}') || LIST.contains(character)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_datatroves() {
        for (what, text, expected) in [
            ("case, punctuation, white space", "Hello,  World!\n\"Quoted\"", "hello world quoted"),
            ("numbers", "3.14 and 1,234,567; abc123def v2.", "0 and 0 0 abc0def v0"),
            ("apostrophes separate", "don't it’s", "don t it s"),
            ("diacritics go", "Café NAÏVE Ångström", "cafe naive angstrom"),
            ("other digits", "٣٫١٤ ok", "0 ok"),
            ("underscores and slashes separate", "a_b/c\\d", "a b c d"),
            ("nothing", " \t!? ", ""),
            ("unspaced scripts by character", "我们去Paris。", "我 们 去 paris"),
            ("a digit before a full stop", "in 1999.", "in 0"),
        ] {
            assert_eq!(words(text, Unspaced::Characters), expected, "{what}");
        }
        assert_eq!(words("我们去。Paris好", Unspaced::Clauses), "我们去 paris好");
    }

    fn words(text: &str, unspaced: Unspaced) -> String {
        let mut found: Vec<String> = Vec::new();
        pieces(text, unspaced, |_, word| found.push(String::from_utf8_lossy(word).into_owned()));
        found.join(" ")
    }
}
