//! The only definitions of line, paragraph, word, n-gram and ratio.
//!
//! - **line**: the text between line feeds, trimmed of white space; empty ones do not count.
//! - **paragraph**: a maximal run of lines without a blank line between them, trimmed.
//! - **word**: a piece between white space, without the punctuation at its ends; a piece of punctuation alone is not
//!   a word. Scripts written without spaces (Han, Kana, Thai, Lao, Khmer, Burmese) are segmented by dictionary (ICU).
//! - **n-gram**: n consecutive words, across line ends.

use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use xxhash_rust::xxh3::xxh3_64;

/// Lines in order: trimmed, empty ones left out.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(str::trim).filter(|line| !line.is_empty())
}

/// Paragraphs in order: trimmed, empty ones left out.
pub fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let (paragraph, tail) = split_paragraph(rest);
            rest = tail;
            let paragraph = paragraph.trim();
            if !paragraph.is_empty() {
                return Some(paragraph);
            }
        }
    })
}

/// The text up to the first blank line (or its end), and what follows.
fn split_paragraph(text: &str) -> (&str, &str) {
    let mut line_start = 0;
    for newline in memchr::memchr_iter(b'\n', text.as_bytes()) {
        if text[line_start..newline].trim().is_empty() {
            return (&text[..line_start], &text[newline + 1..]);
        }
        line_start = newline + 1;
    }
    (text, "")
}

/// Calls `visit` with each word in order.
pub fn words<'a>(text: &'a str, mut visit: impl FnMut(&'a str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // One piece between white space, with what its bytes say of it.
        let start = at;
        let (mut ascii, mut space) = (true, 0);
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii() {
                if is_ascii_space(byte) {
                    space = 1;
                    break;
                }
                at += 1;
                continue;
            }
            ascii = false;
            let Some(character) = text[at..].chars().next() else { break };
            if character.is_whitespace() {
                space = character.len_utf8();
                break;
            }
            at += character.len_utf8();
        }
        let piece = &text[start..at];
        at += space;
        if ascii {
            let word = trim_ascii_punctuation(piece);
            if !word.is_empty() {
                visit(word);
            }
        } else if piece.chars().any(is_unspaced) {
            segment(piece, &mut visit);
        } else {
            let word = piece.trim_matches(is_punctuation);
            if !word.is_empty() {
                visit(word);
            }
        }
    }
}

/// How many words; see [`words`].
#[must_use]
pub fn count_words(text: &str) -> usize {
    let mut count = 0;
    words(text, |_| count += 1);
    count
}

const fn is_ascii_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

fn trim_ascii_punctuation(piece: &str) -> &str {
    let bytes = piece.as_bytes();
    let Some(start) = bytes.iter().position(u8::is_ascii_alphanumeric) else { return "" };
    let end = bytes.iter().rposition(u8::is_ascii_alphanumeric).map_or(start, |last| last + 1);
    &piece[start..end]
}

/// Characters that are no part of a word at its ends: everything but letters, digits and marks.
fn is_punctuation(character: char) -> bool {
    // Combining marks are neither alphanumeric nor punctuation; they begin at U+0300, and most punctuation of other
    // scripts stands in the blocks below.
    !character.is_alphanumeric()
        && (character < '\u{300}'
            || matches!(character, '\u{2000}'..='\u{206f}' | '\u{20a0}'..='\u{20cf}' | '\u{2190}'..='\u{2bff}'
                | '\u{3000}'..='\u{303f}' | '\u{fe10}'..='\u{fe6f}' | '\u{ff00}'..='\u{ffef}'
                | '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5f3}' | '\u{5f4}' | '\u{60c}' | '\u{61b}'
                | '\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}' | '\u{e2f}' | '\u{e5a}'
                | '\u{e5b}' | '\u{1f000}'..='\u{1faff}'))
}

/// Whether the script is written without spaces between words.
#[must_use]
pub const fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e00}'..='\u{eff}'          // Thai, Lao
        | '\u{1000}'..='\u{109f}'      // Burmese
        | '\u{1780}'..='\u{17ff}'      // Khmer
        | '\u{3040}'..='\u{30ff}'      // Hiragana, Katakana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{20000}'..='\u{3ffff}')
}

/// Words of a piece with unspaced script, by ICU's dictionaries.
fn segment<'a>(piece: &'a str, visit: &mut impl FnMut(&'a str)) {
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    let segmenter = SEGMENTER.get_or_init(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()));
    let mut start = 0;
    let mut breaks = segmenter.segment_str(piece).iter_with_word_type();
    breaks.next(); // the start of the piece
    for (end, kind) in breaks {
        if kind.is_word_like() {
            visit(&piece[start..end]);
        }
        start = end;
    }
}

/// Bytes of `$…$` formulas in a line of prose, dollar signs included. A formula neither starts nor ends with white
/// space and stays on its line, so that prices are not read as one.
pub(crate) fn inline_formula_bytes(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut total = 0;
    let mut open: Option<usize> = None;
    for at in memchr::memchr2_iter(b'$', b'\n', bytes) {
        match (bytes[at], open) {
            (b'\n', _) => open = None,
            (_, Some(start)) if at > start + 1 && !bytes[at - 1].is_ascii_whitespace() => {
                total += at + 1 - start;
                open = None;
            }
            _ if bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace() && !next.is_ascii_digit()) => {
                open = Some(at);
            }
            _ => {}
        }
    }
    total
}

/// Characters (Unicode scalar values).
#[must_use]
pub fn n_chars(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// A part of a whole; `None` of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of one document are far below 2^52")]
pub fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The one 64-bit hash of text.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// The hash of an n-gram from the hashes of its words.
#[must_use]
pub fn hash_ngram(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(words.len() as u64, |hash, word| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        words(text, |word| found.push(word));
        found
    }

    #[test]
    fn words_are_pieces_without_punctuation_at_their_ends() {
        for (what, text, expected) in [
            ("nothing", "", vec![]),
            ("punctuation alone is no word", "— ... ¡! #", vec![]),
            ("ends are trimmed, insides kept", "\"Don't!\" (e-mail) 3.14,", vec!["Don't", "e-mail", "3.14"]),
            ("no-break and ideographic space separate", "a\u{a0}b\u{3000}c", vec!["a", "b", "c"]),
            ("accents and marks stay", "Café naïve é, «¿qué?»", vec!["Café", "naïve", "é", "qué"]),
            ("Cyrillic, Arabic, Devanagari", "мир، سلام। नमस्ते।", vec!["мир", "سلام", "नमस्ते"]),
            ("Han by dictionary", "我们今天去北京。", vec!["我们", "今天", "去", "北京"]),
            ("Thai by dictionary", "ภาษาไทย", vec!["ภาษา", "ไทย"]),
            ("mixed scripts in one piece", "用Rust写的", vec!["用", "Rust", "写的"]),
        ] {
            assert_eq!(words_of(text), expected, "{what}");
        }
    }

    #[test]
    fn lines_and_paragraphs_are_trimmed_and_never_empty() {
        let text = "\n one \n\n\ntwo\nthree\n \t\nfour";
        assert_eq!(lines(text).collect::<Vec<_>>(), ["one", "two", "three", "four"]);
        assert_eq!(paragraphs(text).collect::<Vec<_>>(), ["one", "two\nthree", "four"]);
        assert_eq!(paragraphs(" \n\n ").count(), 0);
    }

    #[test]
    fn prices_are_not_formulas() {
        for (text, bytes) in
            [("$a+b$", 5), ("costs $5 and $6", 0), ("let $x$ and $y$", 6), ("$ a $", 0), ("$a\n+b$", 0)]
        {
            assert_eq!(inline_formula_bytes(text), bytes, "{text:?}");
        }
    }
}
