//! Lists of dirty words by language, compiled to one automaton each.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
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
    /// Finds what is allowed, if anything is.
    allowed: Option<AhoCorasick>,
    /// Most texts have none of its words, and are not searched.
    presence: Presence,
    size: usize,
    /// Its words and those that are allowed are ASCII, which automata fold; others need texts in lower case.
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
    /// The small lists that are part of the program, by language code.
    pub const EMBEDDED: [(&'static str, &'static str); 2] =
        [("en", include_str!("lists/en.txt")), ("de", include_str!("lists/de.txt"))];

    /// [`WordLists::EMBEDDED`], with nothing allowed.
    #[must_use]
    pub fn embedded() -> &'static Self {
        static LISTS: OnceLock<WordLists> = OnceLock::new();
        LISTS.get_or_init(|| Self::new(Self::EMBEDDED, []))
    }

    /// Lists of one word or phrase a line, by language code (`en` or `eng`), and lists of what is allowed: such a word is
    /// none of the list's, and within such a phrase no word counts. Empty lines and repeats do not count; lists of one
    /// language are joined.
    pub fn new<'a>(
        lists: impl IntoIterator<Item = (&'a str, &'a str)>,
        allowed: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut allowed = by_language(allowed);
        for (language, word) in ALLOWED {
            allowed.entry(language.to_owned()).or_default().insert(word.to_owned());
        }
        let list = |(language, words): (String, BTreeSet<String>)| {
            let allowed = allowed.remove(&language).unwrap_or_default();
            Some((language, List::new(&words, &allowed)?))
        };
        Self { by_language: by_language(lists).into_iter().filter_map(list).collect() }
    }

    /// Languages with a list.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.by_language.keys().map(String::as_str)
    }

    /// Whether the language of that code (`en` or `eng`) has a list.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.by_language.contains_key(language_of(code))
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

/// The language that a list's code stands for.
fn language_of(code: &str) -> &str {
    CODES.iter().find(|(short, _)| *short == code).map_or(code, |(_, long)| long)
}

/// Entries in lower case, by language.
fn by_language<'a>(lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, BTreeSet<String>> {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (code, list) in lists {
        // Editors of Windows put a byte order mark in front.
        let lines = list.trim_start_matches('\u{feff}').lines();
        let entries = lines.map(str::trim).filter(|word| !word.is_empty()).map(str::to_lowercase);
        words.entry(language_of(code).to_owned()).or_default().extend(entries);
    }
    words
}

impl List {
    fn new(words: &BTreeSet<String>, allowed: &BTreeSet<String>) -> Option<Self> {
        let words: BTreeSet<String> = words.difference(allowed).cloned().collect();
        let automaton = |words: &BTreeSet<String>, kind| {
            let mut builder = AhoCorasick::builder();
            builder.ascii_case_insensitive(true).match_kind(kind).kind(Some(AhoCorasickKind::DFA)).build(words).ok()
        };
        // Of what is allowed all hits are asked for, since any of them may be the one around a word.
        let around = if allowed.is_empty() { None } else { Some(automaton(allowed, MatchKind::Standard)?) };
        Some(Self {
            automaton: automaton(&words, MatchKind::LeftmostLongest)?,
            allowed: around,
            presence: Presence::new(&words),
            size: words.len(),
            is_ascii: words.iter().chain(allowed).all(|word| word.is_ascii()),
        })
    }

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
        let mut allowed: Option<Vec<Range<usize>>> = None;
        for hit in self.automaton.find_iter(text) {
            if is_word(text, hit.start(), hit.end()) {
                let allowed = allowed.get_or_insert_with(|| self.allowed_in(text));
                if is_within(allowed, &hit.range()) {
                    continue;
                }
                found.count += 1;
                if !std::mem::replace(&mut seen[hit.pattern().as_usize()], true) {
                    found.distinct += 1;
                }
            }
        }
        found
    }

    /// Where what is allowed stands, in order; what lies within another is left out.
    fn allowed_in(&self, text: &str) -> Vec<Range<usize>> {
        let hits = self.allowed.iter().flat_map(|automaton| automaton.find_overlapping_iter(text));
        let mut places: Vec<_> =
            hits.map(|hit| hit.range()).filter(|place| is_word(text, place.start, place.end)).collect();
        places.sort_unstable_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut end = 0;
        places.retain(|place| {
            let reaches_on = place.end > end;
            end = end.max(place.end);
            reaches_on
        });
        places
    }
}

/// Whether one of the places, none of which lies within another, has all of this one.
fn is_within(places: &[Range<usize>], place: &Range<usize>) -> bool {
    let before = places.partition_point(|other| other.start <= place.start);
    places[..before].last().is_some_and(|other| other.end >= place.end)
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
        let lists =
            WordLists::new([("en", "\u{feff}bad\r\nworse word\n\nbad\n"), ("ru", "плохо"), ("zh", "坏\n性")], []);
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
    fn what_is_allowed_does_not_count() {
        let dirty = [("en", "cock\ntit\nbig tits\nBAD"), ("ru", "плохо"), ("zh", "坏")];
        let allowed = [
            ("en", "Cock-a-Leekie\ntit\n\ntit\nmy big\ngood or bad\nor bad\nle coq, cock"),
            ("eng", "bad ünder"),
            ("ru", "НЕ плохо"),
            ("zh", "坏人"),
            ("fr", "coq"),
        ];
        let lists = WordLists::new(dirty, allowed);
        for (what, language, text, expected) in [
            ("a word of the list", "eng_Latn", "tit and cock", (1, 1)),
            ("a phrase around a word", "eng_Latn", "COCK-A-LEEKIE soup and a cock", (1, 1)),
            ("a phrase that ends within a word", "eng_Latn", "cock-a-leekies", (1, 1)),
            ("a phrase that has a part alone", "eng_Latn", "my big tits", (1, 1)),
            ("phrases within each other", "eng_Latn", "good or bad, or bad, bad", (1, 1)),
            ("a word at a phrase's end", "eng_Latn", "le coq, cock", (0, 0)),
            ("beyond ASCII", "eng_Latn", "BAD ÜNDER bad", (1, 1)),
            ("Cyrillic case", "rus_Cyrl", "Не плохо. Плохо!", (1, 1)),
            ("no spaces", "zho_Hans", "坏人很坏", (1, 1)),
        ] {
            let found = lists.find(&Document::new(text).with_language(Some(language))).unwrap();
            assert_eq!((found.count, found.distinct), expected, "{what}");
        }
        assert!(!lists.languages().any(|language| language == "fra"), "what is allowed makes no list");
    }

    #[test]
    fn many_hits_end() {
        let lists = WordLists::new([("en", "bad")], [("en", "good bad\nbad good")]);
        let text = "good bad ".repeat(100_000) + "bad";
        assert_eq!(lists.find(&Document::new(&text)).map(|found| found.count), Some(1));
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert_eq!(WordLists::new([("en", "\n\n")], []).find(&Document::new("text")), Some(Found::default()));
    }
}
