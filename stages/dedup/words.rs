//! The normalised words of a text (see `normalise`) as 64-bit hashes, at some 800 MB/s of plain English.
//!
//! Runs of ASCII letters need nothing but lower case: they are found 64 bytes at a time, by masks with a bit a byte, and
//! hashed 8 bytes at a time. What holds a digit or another script goes the slow way, up to the next white space.

use super::normalise::{Unspaced, is_ascii_separator, words_of_piece};

/// Bytes looked at together.
const BLOCK: usize = 64;

/// Calls `visit` with the hash of each normalised word, in order.
pub(crate) fn each_word(text: &str, unspaced: Unspaced, mut visit: impl FnMut(u64)) {
    let bytes = text.as_bytes();
    let mut buffers = <(Vec<u8>, String)>::default();
    let mut block = 0;
    // The first byte of a word that goes on from the block before.
    let mut open: Option<usize> = None;
    'blocks: while block < bytes.len() {
        let (letters, special) = masks(bytes, block);
        let word = letters | special;
        let before = (word << 1) | u64::from(open.is_some());
        let (mut starts, mut ends) = (word & !before, !word & before);
        loop {
            let start = match open.take() {
                Some(start) => start,
                None if starts == 0 => break,
                None => {
                    let start = block + starts.trailing_zeros() as usize;
                    starts &= starts - 1;
                    start
                }
            };
            let first = start.saturating_sub(block);
            let last = ends.trailing_zeros(); // 64: it goes on
            ends &= ends.wrapping_sub(1);
            let within = (u64::MAX << first) & u64::MAX.checked_shr(64 - last).unwrap_or(0);
            if special & within != 0 {
                block = match plain_words(bytes, start, &mut visit) {
                    Ok(end) => end,
                    Err(start) => {
                        let end = end_of_piece(bytes, start);
                        words_of_piece(&text[start..end], unspaced, &mut buffers, |word| visit(hash_word(word)));
                        end
                    }
                };
                continue 'blocks;
            }
            if last == 64 {
                open = Some(start);
                break;
            }
            visit(hash_letters(&bytes[start..block + last as usize], bytes, start));
        }
        block += BLOCK;
    }
    if let Some(start) = open {
        visit(hash_letters(&bytes[start..], bytes, start));
    }
}

/// The words of a run that holds nothing but ASCII letters and typographic separators; where it ends, or where a word
/// begins that needs more.
fn plain_words(bytes: &[u8], start: usize, visit: &mut impl FnMut(u64)) -> Result<usize, usize> {
    let (mut word, mut at) = (start, start);
    while at < bytes.len() {
        if bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let separator = typographic(&bytes[at..]);
        if separator == 0 && (bytes[at].is_ascii_digit() || !bytes[at].is_ascii()) {
            return Err(word);
        }
        if word < at {
            visit(hash_letters(&bytes[word..at], bytes, word));
        }
        if separator == 0 {
            return Ok(at);
        }
        at += separator;
        word = at;
    }
    if word < at {
        visit(hash_letters(&bytes[word..], bytes, word));
    }
    Ok(at)
}

/// Bytes of the quotation mark, dash, ellipsis or no-break space that stands here; 0 where none does. They are in
/// `normalise`'s list or white space, and between most words that are not ASCII in European text.
const fn typographic(bytes: &[u8]) -> usize {
    match bytes {
        [0xe2, 0x80, 0x93 | 0x94 | 0x99 | 0x9c | 0x9d | 0x9e | 0xa6, ..] => 3,
        [0xc2, 0xa0 | 0xab | 0xbb, ..] => 2,
        _ => 0,
    }
}

fn end_of_piece(bytes: &[u8], start: usize) -> usize {
    let length = bytes[start..].iter().position(|&byte| is_ascii_separator(byte));
    length.map_or(bytes.len(), |length| start + length)
}

/// A bit for each of the next 64 bytes: ASCII letters; digits and bytes of other scripts. Past the end there are neither.
fn masks(bytes: &[u8], from: usize) -> (u64, u64) {
    let mut padded = [b' '; BLOCK];
    let block: &[u8; BLOCK] = if let Some(block) = bytes[from..].first_chunk() {
        block
    } else {
        padded[..bytes.len() - from].copy_from_slice(&bytes[from..]);
        &padded
    };
    let (mut letters, mut special) = (0, 0);
    for (place, chunk) in block.chunks_exact(8).enumerate() {
        let mut eight = [0; 8];
        eight.copy_from_slice(chunk);
        let (letter, other) = classes(u64::from_le_bytes(eight));
        letters |= bits(letter) << (8 * place);
        special |= bits(other) << (8 * place);
    }
    (letters, special)
}

const fn each_byte(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The top bit of each byte that is an ASCII letter, and of each that is a digit or not ASCII.
const fn classes(eight: u64) -> (u64, u64) {
    const TOP: u64 = each_byte(0x80);
    // With the top bits off, adding cannot carry from one byte to the next.
    let (plain, lower) = (eight & !TOP, (eight | each_byte(0x20)) & !TOP);
    let letter = (lower + each_byte(0x80 - b'a')) & !(lower + each_byte(0x7f - b'z')) & !eight & TOP;
    let digit = (plain + each_byte(0x80 - b'0')) & !(plain + each_byte(0x7f - b'9')) & !eight & TOP;
    (letter, digit | (eight & TOP))
}

/// The top bit of each byte, gathered into eight bits.
const fn bits(tops: u64) -> u64 {
    (tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The hash of a word of ASCII letters, after lowering them; `all[start..]` begins with the word, so that eight bytes can
/// be loaded at once.
fn hash_letters(word: &[u8], all: &[u8], start: usize) -> u64 {
    if word.len() <= 8
        && let Some(eight) = all[start..].first_chunk::<8>()
    {
        let mask = u64::MAX >> (8 * (8 - word.len()));
        let letters = (u64::from_le_bytes(*eight) | each_byte(0x20)) & mask;
        return mix(SEED ^ word.len() as u64 ^ letters, FACTOR);
    }
    hash_chunks(word, |chunk| chunk | each_byte(0x20))
}

/// The hash of a word as it is.
pub(super) fn hash_word(word: &[u8]) -> u64 {
    hash_chunks(word, |chunk| chunk)
}

fn hash_chunks(word: &[u8], change: impl Fn(u64) -> u64) -> u64 {
    let mut hash = SEED ^ word.len() as u64;
    for chunk in word.chunks(8) {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        let mask = u64::MAX >> (8 * (8 - chunk.len()));
        hash = mix(hash ^ (change(u64::from_le_bytes(eight)) & mask), FACTOR);
    }
    hash
}

const SEED: u64 = 0x2d35_8dcc_aa6c_78a5;
const FACTOR: u64 = 0x8bb8_4b93_962e_acc9;

/// The two halves of a 128-bit product, as in wyhash (Wang Yi): cheap, and every bit depends on every bit.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::normalise::pieces;
    use super::*;

    fn fast(text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        each_word(text, Unspaced::Characters, |word| found.push(word));
        found
    }

    fn slow(text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        pieces(text, Unspaced::Characters, |_, word| found.push(hash_word(word)));
        found
    }

    #[test]
    fn the_fast_way_gives_the_words_of_the_slow_one() {
        let parts = [
            "a",
            "The",
            "internationalisation",
            "3.14",
            "v2.0b,",
            "naïve",
            "我们去Paris。",
            "x",
            "it’s",
            "“quoted”",
            "a—b",
            "so…",
            "‘left’",
            "no\u{a0}break",
            "«guillemets»2",
            "--",
            "don't",
            "ÅNGSTRÖM!",
            "\n",
            "\t",
            "1,234,567",
            "(e.g.)",
            "straße-3",
            "\u{a0}",
            "ΟΔΟΣ",
            "antidisestablishmentarianisms",
            "\u{7f}",
        ];
        // Every part at every place relative to the blocks of 64 bytes.
        let mut state = 1_u64;
        for length in 0..400 {
            let mut text = "-".repeat(length % 67);
            for _ in 0..length % 23 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(parts[usize::try_from(state >> 33).unwrap() % parts.len()]);
                text.push_str(if state & 1 << 40 == 0 { " " } else { "-" });
            }
            assert_eq!(fast(&text), slow(&text), "{text:?}");
        }
        for length in 0..200 {
            let text = "a".repeat(length);
            assert_eq!(fast(&text), slow(&text), "one word of {length} letters");
        }
    }

    #[test]
    fn every_ascii_byte_is_classed_as_it_normalises() {
        for byte in 0..128_u8 {
            let text = format!("a{}b {0}", char::from(byte));
            assert_eq!(fast(&text), slow(&text), "{byte}");
        }
    }
}
