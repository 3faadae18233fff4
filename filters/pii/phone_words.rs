//! Words that stand before telephone numbers, by language (`phone_words.tsv`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::text::is_unspaced;

/// A language and its words a line; lines of `#` are notes.
const TABLE: &str = include_str!("phone_words.tsv");

fn words() -> impl Iterator<Item = &'static str> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).flat_map(|(_, words)| words.split(", "))
}

/// Whether one of the words stands in these bytes, which end where a number begins.
pub(super) fn stand_in(before: &[u8]) -> bool {
    // ASCII is folded by the automaton; other letters also stand as capitals.
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let forms: BTreeSet<String> =
            words().flat_map(|word| [word.to_owned(), capitalised(word), word.to_uppercase()]).collect();
        AhoCorasick::builder().ascii_case_insensitive(true).build(forms).ok()
    });
    // The window may begin within a character.
    let cut = before.iter().take_while(|byte| **byte & 0xc0 == 0x80).count();
    let Ok(text) = std::str::from_utf8(&before[cut..]) else { return false };
    let mut hits = WORDS.iter().flat_map(|words| words.find_overlapping_iter(text));
    hits.any(|hit| is_whole(text, hit.start(), hit.end()))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Whether a word is no part of a longer one. Scripts without spaces do not tell, and Korean adds its particles.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_spaced =
        |letter: char| letter.is_alphabetic() && !is_unspaced(letter) && !matches!(letter, '\u{ac00}'..='\u{d7a3}');
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    !before.is_some_and(is_spaced) && !after.is_some_and(is_spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let languages: Vec<&str> =
            TABLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').next().unwrap()).collect();
        // English first, the others by their codes.
        assert!(languages[0] == "eng" && languages[1..].is_sorted(), "{languages:?}");
        assert!(languages.len() >= 30 && languages.iter().all(|code| code.len() == 3), "{languages:?}");
        for word in words() {
            assert_eq!((word, word), (word.trim(), word.to_lowercase().as_str()), "in lower case, without white space");
            assert!(word.chars().count() > 1, "{word}");
        }
    }

    #[test]
    fn words_stand_alone() {
        for (text, expected) in [
            ("Phone: ", true),
            ("headphones ", false),
            ("ТЕЛЕФОН: ", true),
            ("Тел. ", true),
            ("учителей ", false),
            ("Téléphone ", true),
            ("TÉL. : ", true),
            ("Τηλ.: ", true),
            ("số Điện thoại: ", true),
            ("联系电话:", true),
            ("전화는 ", true),
            ("โทร ", true),
            ("هاتف: ", true),
            ("फ़ोन ", true),
            ("Item no. ", false),
            ("", false),
        ] {
            assert_eq!(stand_in(text.as_bytes()), expected, "{text}");
        }
        assert!(stand_in(&"л тел. ".as_bytes()[1..]), "a window that begins within a letter");
    }
}
