//! The only definitions of line, paragraph, sentence, word, n-gram and ratio.
//!
//! - **line**: the text between line feeds, trimmed of white space; empty ones do not count.
//! - **paragraph**: a maximal run of lines without a blank line between them, trimmed.
//! - **word**: a piece between white space, without the punctuation at its ends; a piece of punctuation alone is not
//!   a word. Scripts written without spaces (Han, Kana, Thai, Lao, Khmer, Burmese) are segmented by dictionary (ICU).
//! - **n-gram**: n consecutive words, across line ends.

#[cfg(test)]
mod made;
mod marks;
mod sentences;
mod word;

use std::sync::OnceLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use xxhash_rust::xxh3::xxh3_64;

pub use marks::count_marks;
pub use sentences::{count_sentences, is_sentence_end};
pub(crate) use word::{Traits, hash_folded, hash_within, hash_word};

/// Lines in order: trimmed, empty ones left out.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', text.as_bytes())
        .chain(std::iter::once(text.len()))
        .map(move |end| trim(&text[std::mem::replace(&mut start, end + 1)..end]))
        .filter(|line| !line.is_empty())
}

/// The line without white space at its ends, which most lines have none of.
#[inline]
fn trim(line: &str) -> &str {
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

/// Paragraphs of a text with these [`lines`], in order: lines in a row, from the start of the first to the end of the last.
pub fn paragraphs<'a>(text: &'a str, lines: &[&'a str]) -> impl Iterator<Item = &'a str> {
    let end = move |line: &str| offset(text, line) + line.len();
    // Between lines is white space alone.
    let is_next = move |line: &&str, next: &&str| match &text.as_bytes()[end(line)..offset(text, next)] {
        [_] => true,
        gap => memchr::memchr_iter(b'\n', gap).count() == 1,
    };
    lines.chunk_by(is_next).filter_map(move |lines| Some(&text[offset(text, lines.first()?)..end(lines.last()?)]))
}

/// Where a part of a text begins in it.
#[inline]
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize)
}

/// Calls `visit` with each word in order.
pub fn words<'a>(text: &'a str, mut visit: impl FnMut(&'a str)) {
    let mut at = 0;
    while at < text.len() {
        at = window(text, at, &mut visit).unwrap_or_else(|at| piece(text, at, &mut visit));
    }
}

/// The words of the pieces of ASCII that end within the next 64 bytes: what is asked of a byte is asked of all of them at
/// once, and no branch depends on where a word begins and ends. Where it stopped; an error where a piece begins there that
/// has other bytes, or no end within the window.
#[inline]
fn window<'a>(text: &'a str, start: usize, visit: &mut impl FnMut(&'a str)) -> Result<usize, usize> {
    let bytes = &text.as_bytes()[start..];
    let Some(bytes) = bytes.first_chunk().filter(|bytes| bytes[0].is_ascii()) else { return Err(start) };
    let mut ends = which(bytes, |byte| !(0x21..0x80).contains(&byte));
    let mut letters = which(bytes, |byte| byte.is_ascii_alphanumeric());
    let mut next = 0;
    while ends != 0 {
        let end = ends.trailing_zeros() as usize;
        if !matches!(BYTES[usize::from(bytes[end])], Byte::Space) {
            return Err(start + next);
        }
        let word = letters & !(u64::MAX << end);
        if word != 0 {
            visit(&text[start + word.trailing_zeros() as usize..start + 64 - word.leading_zeros() as usize]);
        }
        letters ^= word;
        ends &= ends - 1;
        next = end + 1;
    }
    if next > 0 { Ok(start + next) } else { Err(start) }
}

/// The words of one piece between white space; where it and that white space end.
fn piece<'a>(text: &'a str, start: usize, visit: &mut impl FnMut(&'a str)) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    // What its bytes say of it.
    let (mut ascii, mut space) = (true, 0);
    loop {
        at += ordinary(bytes, at);
        let Some(byte) = bytes.get(at) else { break };
        match BYTES[usize::from(*byte)] {
            Byte::Other => {
                at += 1;
                continue;
            }
            Byte::Space => {
                space = 1;
                break;
            }
            Byte::NotAscii => ascii = false,
        }
        let Some(character) = text[at..].chars().next() else { break };
        if character.is_whitespace() {
            space = character.len_utf8();
            break;
        }
        at += character.len_utf8();
    }
    let piece = &text[start..at];
    if ascii {
        let word = trim_ascii_punctuation(piece);
        if !word.is_empty() {
            visit(word);
        }
    } else if piece.chars().any(is_unspaced) {
        segment(piece, visit);
    } else {
        let word = piece.trim_matches(is_punctuation);
        if !word.is_empty() {
            visit(word);
        }
    }
    at + space
}

/// How many words; see [`words`].
#[must_use]
pub fn count_words(text: &str) -> usize {
    let mut count = 0;
    words(text, |_| count += 1);
    count
}

/// A bit for each of 64 bytes that is such a byte, the first lowest.
#[inline]
fn which(bytes: &[u8; 64], is_such: impl Fn(u8) -> bool) -> u64 {
    let each = bytes.map(|byte| u8::from(is_such(byte)));
    let mut bits = [0; 8];
    for (bits, eight) in bits.iter_mut().zip(each.as_chunks().0) {
        // The product has the lowest bits of all eight bytes in its highest byte.
        [.., *bits] = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080).to_le_bytes();
    }
    u64::from_le_bytes(bits)
}

/// How many bytes, read eight at once, stand before the first that may be no part of an ASCII word: white space, a control
/// character, a byte of another script. The last seven are not read. (The first such byte is found; sums borrow behind it.)
#[inline]
fn ordinary(bytes: &[u8], at: usize) -> usize {
    let mut passed = 0;
    while let Some(eight) = bytes[at + passed..].first_chunk::<8>() {
        let eight = u64::from_le_bytes(*eight);
        let first = ((eight.wrapping_sub(0x2121_2121_2121_2121) | eight) & HIGH).trailing_zeros() as usize / 8;
        passed += first;
        if first < 8 {
            break;
        }
    }
    passed
}

/// What a byte is between words.
#[derive(Clone, Copy)]
enum Byte {
    Other,
    Space,
    NotAscii,
}

static BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Other; 256];
    let mut byte = 0;
    while byte < bytes.len() {
        bytes[byte] = match byte {
            0x09..=0x0d | 0x20 => Byte::Space,
            0x80.. => Byte::NotAscii,
            _ => Byte::Other,
        };
        byte += 1;
    }
    bytes
};

fn trim_ascii_punctuation(piece: &str) -> &str {
    let bytes = piece.as_bytes();
    let Some(start) = bytes.iter().position(u8::is_ascii_alphanumeric) else { return "" };
    let end = bytes.iter().rposition(u8::is_ascii_alphanumeric).map_or(start, |last| last + 1);
    &piece[start..end]
}

/// Whether the character is a letter, as Python's `isalpha` has it: of general category L. Unicode's property
/// `Alphabetic` holds vowel signs and letter-like numerals besides.
#[must_use]
pub fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
        || (!character.is_ascii()
            && character.is_alphabetic()
            && character.general_category_group() == GeneralCategoryGroup::Letter)
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

/// Whether a text may hold a script that [`is_unspaced`], by the first bytes of its characters: all from U+0E00 but U+2000
/// to U+2FFF, where the marks are that other scripts have most.
pub(crate) fn may_lack_spaces(text: &str) -> bool {
    text.bytes().fold(0, |found, byte| found | u8::from(byte >= 0xe0 && byte != 0xe2)) > 0
}

/// Words of a piece with unspaced script, by ICU's dictionaries.
fn segment<'a>(piece: &'a str, visit: &mut impl FnMut(&'a str)) {
    static SEGMENTER: OnceLock<WordSegmenterBorrowed<'static>> = OnceLock::new();
    let segmenter = SEGMENTER.get_or_init(|| WordSegmenter::new_auto(WordBreakInvariantOptions::default()));
    let mut start = 0;
    let mut breaks = segmenter.segment_str(piece).iter_with_word_type();
    breaks.next(); // the start of the piece
    for (end, kind) in breaks {
        // A low line is word-like to ICU.
        if kind.is_word_like() && !piece[start..end].chars().all(is_punctuation) {
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

/// The characters beyond ASCII; what is between them is passed over, eight bytes at once.
pub(crate) fn non_ascii(text: &str) -> impl Iterator<Item = char> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        while let Some(eight) = bytes[at..].first_chunk::<8>() {
            let first = (u64::from_le_bytes(*eight) & HIGH).trailing_zeros() as usize / 8;
            at += first;
            if first < 8 {
                break;
            }
        }
        at += bytes[at..].iter().position(|byte| !byte.is_ascii())?;
        let character = text[at..].chars().next()?;
        at += character.len_utf8();
        Some(character)
    })
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

/// The highest bit of each of eight bytes.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The highest bit of each of eight ASCII bytes that lies within a range; of others, any.
const fn within(eight: u64, first: u8, last: u8) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let at_least = (eight & !HIGH) + EACH * (0x80 - first as u64);
    let above = (eight & !HIGH) + EACH * (0x7f - last as u64);
    at_least & !above & HIGH
}

/// The highest bit of each of eight bytes that is an ASCII letter or digit.
const fn letters_and_digits(eight: u64) -> u64 {
    let letters = within(eight | 0x2020_2020_2020_2020, b'a', b'z');
    (letters | within(eight, b'0', b'9')) & !eight
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
        let lines: Vec<_> = lines(text).collect();
        assert_eq!(paragraphs(text, &lines).collect::<Vec<_>>(), ["one", "two\nthree", "four"]);
        assert_eq!(paragraphs(" \n\n ", &[]).count(), 0);
    }

    #[test]
    fn the_quick_ways_give_what_the_simple_ways_give() {
        for text in made::texts() {
            let (mut by_piece, mut at) = (Vec::new(), 0);
            while at < text.len() {
                at = piece(&text, at, &mut |word| by_piece.push(word));
            }
            assert_eq!(words_of(&text), by_piece, "{text:?}");
            let lines: Vec<&str> = lines(&text).collect();
            let mut paragraphs_of_lines: Vec<Vec<&str>> = vec![Vec::new()];
            for line in text.split('\n') {
                match line.trim() {
                    "" => paragraphs_of_lines.push(Vec::new()),
                    line => paragraphs_of_lines.last_mut().unwrap().push(line),
                }
            }
            paragraphs_of_lines.retain(|lines| !lines.is_empty());
            assert_eq!(lines, paragraphs_of_lines.concat(), "{text:?}");
            let found: Vec<Vec<&str>> =
                paragraphs(&text, &lines).map(|paragraph| paragraph.split('\n').map(str::trim).collect()).collect();
            assert_eq!(found, paragraphs_of_lines, "{text:?}");
        }
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
