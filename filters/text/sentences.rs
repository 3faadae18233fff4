//! Where sentences end.

/// How many sentences: every line has one, and one more behind each sentence end within it. A sentence ends with a mark
/// such as `.` or `。` and the quotes and brackets that close with it, where white space follows (in scripts without
/// spaces, anything), but for a full stop before a lower-case letter or behind a single letter.
#[must_use]
pub fn count_sentences(line: &str) -> usize {
    let line = super::trim(line);
    if line.is_empty() {
        return 0;
    }
    let (mut count, mut from) = (1, 0);
    let mut see = |end: usize, mark: char| {
        if end >= from {
            from = sentence_end(line, end, mark, &mut count);
        }
    };
    // In ASCII there are three marks alone, and a search for them that is much faster; few lines have others.
    if !line.is_ascii() && super::non_ascii(line).any(is_sentence_end) {
        line.char_indices().filter(|(_, mark)| is_sentence_end(*mark)).for_each(|(end, mark)| see(end, mark));
    } else {
        let bytes = line.as_bytes();
        memchr::memchr3_iter(b'.', b'?', b'!', bytes).for_each(|end| see(end, char::from(bytes[end])));
    }
    count
}

/// Counts the sentence that begins behind a mark, if one does; where to look on.
fn sentence_end(line: &str, end: usize, mark: char, count: &mut usize) -> usize {
    // Mostly a space follows and a letter or digit, or a letter or digit at once.
    if let [_, next, after, ..] = line.as_bytes()[end..]
        && mark.is_ascii()
    {
        if next.is_ascii_alphanumeric() {
            return end + 1;
        }
        if next == b' ' && after.is_ascii_alphanumeric() {
            let is_abbreviation = mark == '.' && (after.is_ascii_lowercase() || is_initial(&line[..end]));
            *count += usize::from(!is_abbreviation);
            return end + 1;
        }
    }
    let rest = line[end + mark.len_utf8()..].trim_start_matches(|c: char| is_sentence_end(c) || CLOSING.contains(&c));
    let Some(next) = rest.chars().find(|character| !character.is_whitespace()) else { return line.len() };
    let is_apart = rest.starts_with(char::is_whitespace) || mark >= '\u{3000}';
    let is_abbreviation = mark == '.' && (next.is_lowercase() || is_initial(&line[..end]));
    *count += usize::from(is_apart && !is_abbreviation);
    line.len() - rest.len()
}

/// Quotes and brackets that close a sentence with its mark.
const CLOSING: [char; 9] = ['"', '\'', ')', ']', '”', '’', '»', '」', '』'];

/// Whether a full stop stands behind a single letter: an initial, or the last letter of `e.g.`
fn is_initial(before: &str) -> bool {
    // Mostly a longer word stands there.
    if let [.., one, next] = before.as_bytes()
        && one.is_ascii_alphanumeric()
        && next.is_ascii()
    {
        return false;
    }
    let mut characters = before.chars().rev();
    characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none_or(|c| !c.is_alphanumeric())
}

/// Whether the character ends a sentence: the 159 marks by which `FineWeb` and datatrove 0.10 know that a line ends as a
/// sentence does. They are Unicode's property `Sentence_Terminal` of some years ago, and three marks of Khmer.
#[must_use]
pub fn is_sentence_end(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, '!' | '.' | '?');
    }
    // Letters of Latin, Greek and Cyrillic, quotes and dashes, which most others are.
    if character < '\u{589}' || matches!(character, '\u{1c80}'..'\u{203c}') {
        return false;
    }
    SENTENCE_ENDS
        .binary_search_by(|(first, last)| {
            if u32::from(character) < *first {
                std::cmp::Ordering::Greater
            } else if u32::from(character) > *last {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

/// Ranges of such marks beyond ASCII.
#[rustfmt::skip]
const SENTENCE_ENDS: &[(u32, u32)] = &[
    (0x589, 0x589), (0x61d, 0x61f), (0x6d4, 0x6d4), (0x700, 0x702), (0x7f9, 0x7f9), (0x837, 0x837), (0x839, 0x839),
    (0x83d, 0x83e), (0x964, 0x965), (0x104a, 0x104b), (0x1362, 0x1362), (0x1367, 0x1368), (0x166e, 0x166e),
    (0x1735, 0x1736), (0x17d4, 0x17d6), (0x17d9, 0x17da), (0x1803, 0x1803), (0x1809, 0x1809), (0x1944, 0x1945),
    (0x1aa8, 0x1aab), (0x1b5a, 0x1b5b), (0x1b5e, 0x1b5f), (0x1b7d, 0x1b7e), (0x1c3b, 0x1c3c), (0x1c7e, 0x1c7f),
    (0x203c, 0x203d), (0x2047, 0x2049), (0x2e2e, 0x2e2e), (0x2e3c, 0x2e3c), (0x2e53, 0x2e54), (0x3002, 0x3002),
    (0xa4ff, 0xa4ff), (0xa60e, 0xa60f), (0xa6f3, 0xa6f3), (0xa6f7, 0xa6f7), (0xa876, 0xa877), (0xa8ce, 0xa8cf),
    (0xa92f, 0xa92f), (0xa9c8, 0xa9c9), (0xaa5d, 0xaa5f), (0xaaf0, 0xaaf1), (0xabeb, 0xabeb), (0xfe52, 0xfe52),
    (0xfe56, 0xfe57), (0xff01, 0xff01), (0xff0e, 0xff0e), (0xff1f, 0xff1f), (0xff61, 0xff61), (0x10a56, 0x10a57),
    (0x10f55, 0x10f59), (0x10f86, 0x10f89), (0x11047, 0x11048), (0x110be, 0x110c1), (0x11141, 0x11143),
    (0x111c5, 0x111c6), (0x111cd, 0x111cd), (0x111de, 0x111df), (0x11238, 0x11239), (0x1123b, 0x1123c),
    (0x112a9, 0x112a9), (0x1144b, 0x1144c), (0x115c2, 0x115c3), (0x115c9, 0x115d7), (0x11641, 0x11642),
    (0x1173c, 0x1173e), (0x11944, 0x11944), (0x11946, 0x11946), (0x11a42, 0x11a43), (0x11a9b, 0x11a9c),
    (0x11c41, 0x11c42), (0x11ef7, 0x11ef8), (0x11f43, 0x11f44), (0x16a6e, 0x16a6f), (0x16af5, 0x16af5),
    (0x16b37, 0x16b38), (0x16b44, 0x16b44), (0x16e98, 0x16e98), (0x1bc9f, 0x1bc9f), (0x1da88, 0x1da88),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_readers_end_them() {
        for (text, expected) in [
            ("", 0),
            ("No mark at all", 1),
            ("One. Two! Three?", 3),
            ("He said “no.” Then he left...", 2),
            ("Version 3.14 of e.g. this, by J. R. Smith.", 1),
            ("今天去北京。明天回来。", 2),
            ("यह एक वाक्य है। यह दूसरा है।", 2),
            ("Wait... what?", 1),
            ("...", 1),
        ] {
            assert_eq!(count_sentences(text), expected, "{text:?}");
        }
        assert!(is_sentence_end('。') && is_sentence_end('؟') && !is_sentence_end('…') && !is_sentence_end('"'));
    }

    #[test]
    fn the_quick_way_gives_what_the_simple_way_gives() {
        for text in crate::text::made::texts() {
            let line = text.trim();
            let (mut count, mut from) = (usize::from(!line.is_empty()), 0);
            for (end, mark) in line.char_indices().filter(|(_, mark)| is_sentence_end(*mark)) {
                if end < from {
                    continue;
                }
                let rest =
                    line[end + mark.len_utf8()..].trim_start_matches(|c| is_sentence_end(c) || CLOSING.contains(&c));
                from = line.len() - rest.len();
                let Some(next) = rest.chars().find(|c| !c.is_whitespace()) else { break };
                let mut before = line[..end].chars().rev();
                let is_initial = before.next().is_some_and(char::is_alphabetic)
                    && before.next().is_none_or(|c| !c.is_alphanumeric());
                let is_apart = rest.starts_with(char::is_whitespace) || mark >= '\u{3000}';
                count += usize::from(is_apart && !(mark == '.' && (next.is_lowercase() || is_initial)));
            }
            assert_eq!(count_sentences(&text), count, "{text:?}");
        }
        let is_listed =
            |mark: char| SENTENCE_ENDS.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(mark)));
        assert!(('\u{80}'..='\u{10ffff}').all(|mark| is_sentence_end(mark) == is_listed(mark)));
    }
}
