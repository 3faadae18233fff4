//! The rules, each on one line.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::repetition::coverage_of_line;
use crate::text::n_chars;

/// A rule as it stands in a recipe: `{ rule = "few_words", min = 3 }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum LineRule {
    /// Cuts lines with a word (a piece between white space) of more than `max` characters. C4: 1,000.
    LongWord {
        /// Most characters of a word.
        max: usize,
    },
    /// Cuts `[12]`, `[]`, `[edit]` and `[citation needed]` out of lines (C4).
    Citations {},
    /// Cuts lines that do not end in one of C4's marks `.` `?` `!` `"` `'`, and those that end in `...`.
    TerminalPunctuation {},
    /// Cuts lines of fewer than `min` words (pieces between white space, of the line as it came). C4 as datatrove has it:
    /// 3, as DCLM has it: 5; `RefinedWeb`: 2.
    FewWords {
        /// Fewest words of a line.
        min: usize,
    },
    /// Cuts lines that hold one of these phrases, in any case; or rejects the document with such a line.
    Phrases {
        /// The phrases.
        any: Vec<String>,
        /// Whether the whole document goes (C4: `lorem ipsum`, `{`).
        #[serde(default)]
        reject: bool,
    },
    /// Cuts lines with a larger share of capital letters. `RefinedWeb`: 0.5.
    Capitals {
        /// Largest share of capitals among the line's characters.
        max: f64,
    },
    /// Cuts lines that consist of digits alone (`RefinedWeb`).
    Numeric {},
    /// Cuts lines that count what readers did, such as `3 likes` (`RefinedWeb`; the pattern is DCLM's).
    Counter {},
    /// Cuts a text, in any case, out of lines of at most `max_words` words (`RefinedWeb`: `items in cart`, `Read more...`,
    /// `Sign-in`).
    Strip {
        /// The text, with the white space before it.
        text: String,
        /// Where it must stand.
        #[serde(default)]
        place: Place,
        /// Most words of a line that is looked at.
        max_words: usize,
    },
    /// Cuts lines of repeated content, such as logs and error messages: those of at least `min_words` words of whose
    /// characters a larger share than `max` lies in n-grams that stand twice or more in the line (the Llama 3 report, by
    /// Gopher's duplicated n-gram coverage; the numbers are ours).
    RepeatedNgrams {
        /// Words of an n-gram.
        n: usize,
        /// Largest share of the line's words, by characters, in repeated n-grams.
        max: f64,
        /// Fewest words of a line that is looked at.
        min_words: usize,
    },
}

/// Where a text stands in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Anywhere.
    #[default]
    Anywhere,
    /// At its beginning.
    Start,
    /// At its end.
    End,
}

/// What a rule says of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing against it.
    Keep,
    /// It goes.
    Cut,
    /// These parts of it go, in order.
    Strip(Vec<Range<usize>>),
    /// The document goes, because of this phrase.
    Reject(String),
}

impl LineRule {
    /// The rule's name in recipes and evidence.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LongWord { .. } => "long_word",
            Self::Citations {} => "citations",
            Self::TerminalPunctuation {} => "terminal_punctuation",
            Self::FewWords { .. } => "few_words",
            Self::Phrases { .. } => "phrases",
            Self::Capitals { .. } => "capitals",
            Self::Numeric {} => "numeric",
            Self::Counter {} => "counter",
            Self::Strip { .. } => "strip",
            Self::RepeatedNgrams { .. } => "repeated_ngrams",
        }
    }

    /// Why the rule cannot be meant, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let share = |max: f64| (!(0.0..=1.0).contains(&max)).then(|| format!("max {max} is not a share"));
        let problem = match self {
            Self::RepeatedNgrams { n: 0, .. } => Some("n must be at least 1".to_owned()),
            Self::Capitals { max } | Self::RepeatedNgrams { max, .. } => share(*max),
            Self::Phrases { any, .. } if any.is_empty() => Some("any: no phrase is named".to_owned()),
            Self::Phrases { any, .. } if any.iter().any(|phrase| phrase.trim().is_empty()) => {
                Some("any: a blank phrase stands in every line".to_owned())
            }
            Self::Strip { text, .. } if text.trim().is_empty() => Some("text: nothing to cut".to_owned()),
            _ => None,
        };
        problem.map(|problem| format!("{}: {problem}", self.name()))
    }

    /// What it says of a line, given as it came and as earlier rules left it.
    pub(super) fn judge(&self, original: &str, line: &str) -> Outcome {
        let cut_if = |cut: bool| if cut { Outcome::Cut } else { Outcome::Keep };
        match self {
            Self::LongWord { max } => {
                cut_if(original.len() > *max && original.split_whitespace().any(|w| n_chars(w) > *max))
            }
            Self::Citations {} => strip(citations().find_iter(line).map(|found| found.range())),
            Self::TerminalPunctuation {} => {
                cut_if(!line.ends_with(['.', '?', '!', '"', '\'']) || line.ends_with("..."))
            }
            Self::FewWords { min } => cut_if(original.split_whitespace().take(*min).count() < *min),
            Self::Phrases { any, reject } => {
                let Some(phrase) = any.iter().find(|phrase| find(line, phrase, 0).is_some()) else {
                    return Outcome::Keep;
                };
                if *reject { Outcome::Reject(phrase.clone()) } else { Outcome::Cut }
            }
            Self::Capitals { max } => {
                let capitals = line.chars().filter(|character| character.is_uppercase()).count();
                cut_if(crate::text::ratio(capitals, n_chars(line)).is_some_and(|share| share > *max))
            }
            Self::Numeric {} => cut_if(!line.is_empty() && line.chars().all(char::is_numeric)),
            Self::Counter {} => cut_if(line.len() <= LONGEST_COUNTER && counter().is_match(&line.to_lowercase())),
            Self::Strip { text, place, max_words } => {
                if line.split_whitespace().take(max_words + 1).count() > *max_words {
                    return Outcome::Keep;
                }
                strip(occurrences(line, text).filter(|found| match place {
                    Place::Anywhere => true,
                    Place::Start => line[..found.start].trim().is_empty(),
                    Place::End => found.end == line.len(),
                }))
            }
            Self::RepeatedNgrams { n, max, min_words } => {
                // A word has at least one byte.
                if line.len() < *min_words {
                    return Outcome::Keep;
                }
                let (n_words, share) = coverage_of_line(line, *n);
                cut_if(n_words >= *min_words && share.is_some_and(|share| share > *max))
            }
        }
    }
}

fn strip(parts: impl Iterator<Item = Range<usize>>) -> Outcome {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { Outcome::Keep } else { Outcome::Strip(parts) }
}

/// A text in a line from some byte on, ASCII letters in any case.
fn find(line: &str, text: &str, from: usize) -> Option<usize> {
    let (line, text) = (line.as_bytes(), text.as_bytes());
    let first = *text.first()?;
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), line.get(from..)?)
        .map(|at| from + at)
        .find(|at| line.get(*at..at + text.len()).is_some_and(|found| found.eq_ignore_ascii_case(text)))
}

/// The occurrences of a text in a line, each with a white-space character before it.
fn occurrences<'a>(line: &'a str, text: &'a str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = find(line, text, from)?;
        from = at + text.len();
        let before = line[..at].chars().next_back().filter(|character| character.is_whitespace());
        Some(at - before.map_or(0, char::len_utf8)..from)
    })
}

fn citations() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
    PATTERN.get_or_init(|| Regex::new(r"\[\d*\]|\[edit\]|\[citation needed\]").expect("a valid pattern"))
}

/// Bytes of the longest line that can be a counter.
const LONGEST_COUNTER: usize = 200;

fn counter() -> &'static Regex {
    static PATTERN: OnceLock<Regex> = OnceLock::new();
    let pattern = r"^\W*\d(?:,|\.|\d)*(?:k|m|b)?\s+(?:likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers)\W*$";
    #[expect(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
    PATTERN.get_or_init(|| Regex::new(pattern).expect("a valid pattern"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(json: serde_json::Value) -> LineRule {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn rules_cut_what_they_say() {
        use serde_json::json;
        let phrases = json!({ "rule": "phrases", "any": ["javascript", "use cookies"] });
        let log = "retry in 5 s retry in 5 s retry in 5 s";
        for (what, of, line, is_cut) in [
            ("a long word", json!({ "rule": "long_word", "max": 3 }), "a éééé", true),
            ("no long word", json!({ "rule": "long_word", "max": 3 }), "a ééé bbb", false),
            ("no mark", json!({ "rule": "terminal_punctuation" }), "Home", true),
            ("a mark", json!({ "rule": "terminal_punctuation" }), "He said \"no\"", false),
            ("an ellipsis", json!({ "rule": "terminal_punctuation" }), "Read more...", true),
            ("few words", json!({ "rule": "few_words", "min": 3 }), "two words.", true),
            ("enough words", json!({ "rule": "few_words", "min": 3 }), "no, three words.", false),
            ("a phrase", phrases.clone(), "Please enable JavaScript.", true),
            ("no phrase", phrases, "Cookies are baked.", false),
            ("capitals", json!({ "rule": "capitals", "max": 0.5 }), "SALE now", false),
            ("more capitals", json!({ "rule": "capitals", "max": 0.5 }), "SALE NO", true),
            ("digits", json!({ "rule": "numeric" }), "2024", true),
            ("digits and more", json!({ "rule": "numeric" }), "2,024", false),
            ("a counter", json!({ "rule": "counter" }), "1.2K Likes", true),
            ("a sentence", json!({ "rule": "counter" }), "3 likes by a friend", false),
            ("repeated", json!({ "rule": "repeated_ngrams", "n": 3, "max": 0.5, "min_words": 10 }), log, true),
            ("too short", json!({ "rule": "repeated_ngrams", "n": 3, "max": 0.5, "min_words": 20 }), log, false),
        ] {
            assert_eq!(rule(of).judge(line, line) == Outcome::Cut, is_cut, "{what}");
        }
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]
    fn parts_of_lines_are_named() {
        use serde_json::json;
        let strip = |text: &str, place: &str| json!({ "rule": "strip", "text": text, "place": place, "max_words": 10 });
        for (of, line, expected) in [
            (json!({ "rule": "citations" }), "A[1] b[edit].", Outcome::Strip(vec![1..4, 6..12])),
            (json!({ "rule": "citations" }), "A[x].", Outcome::Keep),
            (strip("items in cart", "anywhere"), "3 Items in Cart now", Outcome::Strip(vec![1..15])),
            (strip("Read more...", "end"), "News read more...", Outcome::Strip(vec![4..17])),
            (strip("Read more...", "end"), "Read more... or not", Outcome::Keep),
            (strip("Sign-in", "start"), "sign-in here", Outcome::Strip(vec![0..7])),
            (strip("Sign-in", "start"), "a sign-in b c d e f g h i j k", Outcome::Keep),
        ] {
            assert_eq!(rule(of).judge(line, line), expected, "{line}");
        }
        let reject = rule(json!({ "rule": "phrases", "any": ["{"], "reject": true }));
        assert_eq!(reject.judge("a {", "a {"), Outcome::Reject("{".into()));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        use serde_json::json;
        for (of, is_problem) in [
            (json!({ "rule": "capitals", "max": 1.5 }), true),
            (json!({ "rule": "phrases", "any": [] }), true),
            (json!({ "rule": "strip", "text": " ", "max_words": 3 }), true),
            (json!({ "rule": "repeated_ngrams", "n": 0, "max": 0.5, "min_words": 1 }), true),
            (json!({ "rule": "numeric" }), false),
        ] {
            assert_eq!(rule(of.clone()).problem().is_some(), is_problem, "{of}");
        }
        assert!(serde_json::from_value::<LineRule>(json!({ "rule": "few_words", "mni": 3 })).is_err());
        assert!(serde_json::from_value::<LineRule>(json!({ "rule": "numeric", "max": 3 })).is_err());
    }
}
