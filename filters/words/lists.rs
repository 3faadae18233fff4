//! Lists of dirty words by language, compiled to one automaton each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::presence::Presence;
use crate::Document;
use crate::text::is_unspaced;

/// What a list found in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Occurrences.
    pub count: usize,
    /// Different words.
    pub distinct: usize,
}

#[derive(Debug)]
struct List {
    automaton: AhoCorasick,
    /// Most texts have none of its words, and are not searched.
    presence: Presence,
    size: usize,
    /// Its words are ASCII, which the automaton folds; others need texts in lower case.
    is_ascii: bool,
}

/// Word lists by ISO 639-3 language.
#[derive(Debug, Default)]
pub struct WordLists {
    by_language: BTreeMap<String, List>,
}

/// LDNOOBW names its files by ISO 639-1; the languages of its lists.
const CODES: [(&str, &str); 26] = [
    ("ar", "ara"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("en", "eng"),
    ("eo", "epo"),
    ("es", "spa"),
    ("fa", "fas"),
    ("fi", "fin"),
    ("fil", "fil"),
    ("fr", "fra"),
    ("hi", "hin"),
    ("hu", "hun"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("kab", "kab"),
    ("ko", "kor"),
    ("nl", "nld"),
    ("no", "nob"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ru", "rus"),
    ("sv", "swe"),
    ("th", "tha"),
    ("tr", "tur"),
    ("zh", "zho"),
];

/// Words that their lists hold and that mean other things more often (C4's allow list).
const ALLOWED: [(&str, &str); 4] = [("jpn", "sm"), ("jpn", "グロ"), ("jpn", "女の子"), ("zho", "性")];

impl WordLists {
    /// The small lists that are part of the program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static LISTS: OnceLock<WordLists> = OnceLock::new();
        LISTS.get_or_init(|| Self::new([("en", include_str!("lists/en.txt")), ("de", include_str!("lists/de.txt"))]))
    }

    /// Lists of one word or phrase a line, by language code (`en` or `eng`). Empty lines and repeats do not count;
    /// a list of a language that is given twice is joined.
    pub fn new<'a>(lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (code, list) in lists {
            let language = CODES.iter().find(|(short, _)| *short == code).map_or(code, |(_, long)| long);
            let entries = list.lines().map(str::trim).filter(|word| !word.is_empty());
            let wanted = entries.filter(|word| !ALLOWED.contains(&(language, word)));
            words.entry(language.to_owned()).or_default().extend(wanted.map(str::to_lowercase));
        }
        let by_language = words
            .into_iter()
            .filter_map(|(language, words)| {
                let automaton = AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::LeftmostLongest)
                    .kind(Some(AhoCorasickKind::DFA))
                    .build(&words)
                    .ok()?;
                let is_ascii = words.iter().all(|word| word.is_ascii());
                let presence = Presence::new(&words);
                Some((language, List { automaton, presence, size: words.len(), is_ascii }))
            })
            .collect();
        Self { by_language }
    }

    /// Languages with a list.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.by_language.keys().map(String::as_str)
    }

    /// What the list of the document's language finds; `None` without a list. A text of unknown language is asked for
    /// English.
    #[must_use]
    pub fn find(&self, document: &Document<'_>) -> Option<Found> {
        let code = document.language().map_or("eng", |label| label.split('_').next().unwrap_or(label));
        let list = self.by_language.get(code)?;
        Some(if list.presence.is_possible(document) { list.search(document.text()) } else { Found::default() })
    }
}

impl List {
    fn search(&self, text: &str) -> Found {
        let lower;
        let text = if self.is_ascii || text.is_ascii() {
            text
        } else {
            lower = text.to_lowercase();
            &lower
        };
        let mut seen = vec![false; self.size];
        let mut found = Found::default();
        for hit in self.automaton.find_iter(text) {
            if is_word(text, hit.start(), hit.end()) {
                found.count += 1;
                if !std::mem::replace(&mut seen[hit.pattern().as_usize()], true) {
                    found.distinct += 1;
                }
            }
        }
        found
    }
}

/// Whether a hit stands between word boundaries, or in a script without spaces.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let first = text[start..end].chars().next();
    let last = text[start..end].chars().next_back();
    let joins = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => a.is_alphanumeric() && b.is_alphanumeric() && !is_unspaced(a) && !is_unspaced(b),
        _ => false,
    };
    !joins(before, first) && !joins(last, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_at_boundaries() {
        let lists = WordLists::new([("en", "bad\nworse word\n\nbad\n"), ("ru", "плохо"), ("zh", "坏\n性")]);
        let found = |language, text| {
            let found = lists.find(&Document::new(text).with_language(Some(language)))?;
            Some((found.count, found.distinct))
        };
        for (what, language, text, expected) in [
            ("case and phrase", "eng_Latn", "BAD, a Worse Word; bad", Some((3, 2))),
            ("within a word", "eng_Latn", "badly unbad", Some((0, 0))),
            ("Cyrillic case", "rus_Cyrl", "Это ПЛОХО.", Some((1, 1))),
            ("no spaces needed", "zho_Hans", "很坏的", Some((1, 1))),
            ("allowed", "zho_Hans", "性别", Some((0, 0))),
            ("no list", "swe_Latn", "bad", None),
        ] {
            assert_eq!(found(language, text), expected, "{what}");
        }
        assert_eq!(lists.find(&Document::new("bad")).map(|found| found.count), Some(1), "unknown is asked for English");
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert_eq!(WordLists::new([("en", "\n\n")]).find(&Document::new("text")), Some(Found::default()));
    }
}
