//! Stop words: running text has some, lists of things have none.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `words.stop`
pub(crate) struct Stop;

/// `words.stop_occurrences`
pub(crate) struct StopOccurrences;

/// `words.stop_share`
pub(crate) struct StopShare;

/// How many different stop words stand in a text, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StopWords {
    distinct: usize,
    occurrences: usize,
}

/// A language's words, by hash, in order.
type List = Vec<u64>;

/// The stop words of a document's language; Gopher's English ones where the language is unknown.
fn list(document: &Document<'_>) -> Option<&'static List> {
    static LISTS: OnceLock<BTreeMap<&'static str, List>> = OnceLock::new();
    let read = || {
        let lines = include_str!("lists/stop.tsv").lines().filter(|line| !line.starts_with('#'));
        let lists = lines.filter_map(|line| line.split_once('\t'));
        lists
            .map(|(language, words)| {
                let mut hashes: List = words.split_whitespace().map(text::hash_word).collect();
                hashes.sort_unstable();
                (language, hashes)
            })
            .collect()
    };
    let language = document.language().map_or("eng", |label| label.split('_').next().unwrap_or(label));
    LISTS.get_or_init(read).get(language)
}

impl StopWords {
    pub(crate) fn of(document: &Document<'_>) -> Option<Self> {
        let list = list(document)?;
        let mut found = Self { distinct: 0, occurrences: 0 };
        for entry in document.vocabulary().words.iter().filter(|entry| list.binary_search(&entry.traits.hash).is_ok()) {
            found.distinct += 1;
            found.occurrences += entry.count as usize;
        }
        Some(found)
    }
}

impl Filter for Stop {
    fn card(&self) -> &'static Card {
        &STOP
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.stop_words()?.distinct))
    }
}

impl Filter for StopOccurrences {
    fn card(&self) -> &'static Card {
        &OCCURRENCES
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.stop_words()?.occurrences))
    }
}

impl Filter for StopShare {
    fn card(&self) -> &'static Card {
        &SHARE
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(document.stop_words()?.occurrences, document.words().len())
    }
}

static STOP: Card = Card {
    id: "words.stop",
    version: 2,
    summary: "How many different stop words stand in the text.",
    definition: "Different words of the language's list, compared as written (`The` is none), as datatrove compares. English \
                 and unknown languages: the, be, to, of, and, that, have, with; 31 others by FineWeb-2's lists; the rest are \
                 not measured.",
    unit: Unit::Count,
    default: Bounds::at_least(2.0),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering; lists of FineWeb-2 (Penedo et al. 2025)"),
    kept: &["The ferry to the island leaves at nine."],
    rejected: &["Ferry tickets: adult nine, child free."],
};

static OCCURRENCES: Card = Card {
    id: "words.stop_occurrences",
    version: 1,
    summary: "How often stop words stand in the text.",
    definition: "Occurrences of the words that `words.stop` knows. DCLM asks for two of these, so that twice the same word is \
                 enough.",
    unit: Unit::Count,
    default: Bounds::at_least(2.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Li et al. 2024 (DCLM)",
        place: "dclm_baseline_refinedweb.yaml, stop_word_filter with count_unique: False",
        url: "https://arxiv.org/abs/2406.11794",
    },
    kept: &["Leaving the old pier behind the market."],
    rejected: &["Ferry tickets: adult nine, child free."],
};

static SHARE: Card = Card {
    id: "words.stop_share",
    version: 1,
    summary: "Share of words that are stop words.",
    definition: "Occurrences of the words that `words.stop` knows ÷ words. RedPajama-V2 has longer lists, for five languages.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("Signal rps_doc_stop_word_fraction"),
    kept: &["Ferry tickets."],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &Stop,
            &[
                ("none", "ferry", Some(0.0)),
                ("distinct, as written", "The the the and", Some(2.0)),
                ("nothing", "", Some(0.0)),
            ],
        );
        check(&StopOccurrences, &[("each time", "the the of", Some(3.0))]);
        check(&StopShare, &[("no words", "", None), ("two of four", "the ferry of glass", Some(0.5))]);
    }

    #[test]
    fn languages_have_their_own() {
        for (language, text, expected) in [
            ("deu_Latn", "Die Fähre und der Hafen", Some(2.0)),
            ("zho_Hans", "我们在北京的家", Some(2.0)),
            ("kor_Hang", "의 다", None),
            ("nav_Latn", "the of", None),
        ] {
            assert_eq!(Stop.measure(&Document::new(text).with_language(Some(language))), expected, "{language}");
        }
    }

    #[test]
    fn every_listed_word_is_a_word() {
        for line in include_str!("lists/stop.tsv").lines().filter(|line| !line.starts_with('#')) {
            let (language, words) = line.split_once('\t').unwrap();
            assert_eq!(language.len(), 3);
            for word in words.split(' ') {
                let mut found = Vec::new();
                text::words(word, |word| found.push(word));
                assert_eq!(found, [word], "{language}");
            }
        }
    }
}
