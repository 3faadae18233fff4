//! Lines as line deduplication compares them.

use filters::Block;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use xxhash_rust::xxh3::Xxh3;

/// Calls `visit` with the byte range and hash of each line that takes part: lines within code and math blocks do not,
/// nor do lines without a letter or digit.
pub(crate) fn each_line(text: &str, blocks: &[Block], mut visit: impl FnMut(std::ops::Range<usize>, u64)) {
    let mut verbatim = blocks.iter().filter(|block| block.kind.is_verbatim()).peekable();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        while verbatim.next_if(|block| block.range().end <= range.start).is_some() {}
        if verbatim.peek().is_some_and(|block| block.range().start < range.end) {
            continue;
        }
        if let Some(hash) = hash_line(line) {
            visit(range, hash);
        }
    }
}

/// The hash of a line after ccNet's normalisation: stripped, lower case, digits as 0, punctuation and non-printing
/// characters removed. `None` where nothing is left.
fn hash_line(line: &str) -> Option<u64> {
    let mut hasher = Xxh3::new();
    let mut any = false;
    let mut buffer = [0; 4];
    for character in line.trim().chars() {
        if character.is_ascii() {
            let byte = match character {
                '0'..='9' => b'0',
                _ if character.is_ascii_punctuation() || character.is_ascii_control() => continue,
                _ => character.to_ascii_lowercase() as u8,
            };
            any |= byte != b' ';
            hasher.update(&[byte]);
        } else if !is_ignored(character) {
            any |= !character.is_whitespace();
            for lower in character.to_lowercase() {
                hasher.update(lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    any.then(|| hasher.digest())
}

fn is_ignored(character: char) -> bool {
    matches!(character.general_category_group(), GeneralCategoryGroup::Punctuation | GeneralCategoryGroup::Other)
}

#[cfg(test)]
mod tests {
    use filters::BlockKind;

    use super::*;

    fn hashes(text: &str, blocks: &[Block]) -> Vec<u64> {
        let mut found = Vec::new();
        each_line(text, blocks, |_, hash| found.push(hash));
        found
    }

    #[test]
    fn lines_that_look_the_same_are_the_same() {
        let same = hashes("  Read More, 12 comments!\nread more 34 comments\n", &[]);
        assert_eq!(same.len(), 2);
        assert_eq!(same[0], same[1]);
        let other = hashes("read less 12 comments", &[]);
        assert_ne!(same[0], other[0]);
    }

    #[test]
    fn empty_lines_and_verbatim_blocks_take_no_part() {
        let text = "one\n\n---\nlet x = 1;\ntwo";
        let code = Block { kind: BlockKind::Code, start: 9, end: 19 };
        assert_eq!(hashes(text, &[code]).len(), 2);
        assert_eq!(hashes(text, &[]).len(), 3);
    }

    #[test]
    fn ranges_cover_the_lines() {
        let text = "one\ntwo";
        let mut ranges = Vec::new();
        each_line(text, &[], |range, _| ranges.push(range));
        assert_eq!(ranges, [0..4, 4..7]);
    }
}
