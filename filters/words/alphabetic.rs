//! Words with letters.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `words.alphabetic`
pub(crate) struct Alphabetic;

/// `words.alphabetic_tokens`
pub(crate) struct AlphabeticTokens;

fn alphabetic(document: &Document<'_>) -> usize {
    document.vocabulary().count(|entry| entry.traits.has_letter)
}

impl Filter for Alphabetic {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        text::ratio(alphabetic(document), document.words().len())
    }
}

impl Filter for AlphabeticTokens {
    fn card(&self) -> &'static Card {
        &TOKENS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let mut all = text::count_marks(document.text(), document.words());
        let mut with_letter = 0;
        for entry in &document.vocabulary().words {
            let tokens = if entry.traits.is_plain {
                Tokens { all: 1, with_letter: usize::from(entry.traits.has_letter) }
            } else {
                tokens(entry.word)
            };
            all += tokens.all * entry.count as usize;
            with_letter += tokens.with_letter * entry.count as usize;
        }
        text::ratio(with_letter, all)
    }
}

/// One where a part of a word has a letter.
fn has_letter(part: &str) -> usize {
    usize::from(part.chars().any(text::is_letter))
}

/// What a word is to a tokenizer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tokens {
    /// Its parts and the marks between them.
    all: usize,
    /// Those with a letter.
    with_letter: usize,
}

/// The parts of a word as spaCy's rules for English split them, which datatrove uses: addresses and `and/or` stay whole;
/// others go at hyphens, dashes, commas, colons and slashes between letters, at signs between digits, at runs of full
/// stops, where a sentence end lacks its space, and before endings such as `'s`. Brackets within a word split nothing.
fn tokens(word: &str) -> Tokens {
    if word.contains('/') && (word.contains("://") || word == "and/or") {
        return Tokens { all: 1, with_letter: has_letter(word) };
    }
    let mut tokens = Tokens::default();
    let mut part = |part: &str| {
        tokens.all += usize::from(!part.is_empty());
        tokens.with_letter += has_letter(part);
    };
    let is_digit = |c: &char| c.is_ascii_digit();
    let is_letter = |c: &char| text::is_letter(*c);
    let is_quote = |c: &char| matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’' | '«' | '»');
    let (mut start, mut at, mut before) = (0, 0, None::<char>);
    loop {
        // Letters and digits split nothing; only the last before a mark is asked for.
        let passed = word.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if passed > 0 {
            at += passed;
            before = Some(char::from(word.as_bytes()[at - 1]));
        }
        let Some(mark) = word[at..].chars().next() else { break };
        let mut end = at + mark.len_utf8();
        // A run of hyphens or full stops is one mark.
        let run = word[end..].bytes().take_while(|byte| matches!(mark, '-' | '.') && char::from(*byte) == mark).count();
        end += run;
        let after = word[end..].chars().next();
        let splits = match mark {
            '…' => true,
            '.' if run > 0 => true,
            '.' => {
                before.is_some_and(|c| c.is_lowercase() || is_quote(&c))
                    && after.is_some_and(|c| c.is_uppercase() || is_quote(&c))
            }
            ',' => before.as_ref().is_some_and(is_letter) && after.as_ref().is_some_and(is_letter),
            '-' | '–' | '—' | '~' | ':' | '<' | '>' | '=' | '/' if after.as_ref().is_some_and(is_letter) => {
                before.is_some_and(|c| is_letter(&c) || is_digit(&c))
            }
            '-' | '+' | '*' | '^' => {
                before.as_ref().is_some_and(is_digit) && after.is_some_and(|c| is_digit(&c) || c == '-')
            }
            _ => false,
        };
        if splits {
            part(&word[start..at]);
            part(&word[at..end]);
            start = end;
        }
        (at, before) = (end, Some(mark));
    }
    let rest = &word[start..];
    let ends_in = |ending: &&str| rest.len() > ending.len() && rest.ends_with(*ending);
    let endings = ["'s", "’s", "n't", "n’t", "'m", "’m", "'d", "’d", "'ll", "’ll", "'re", "’re", "'ve", "’ve"];
    let has_apostrophe = rest.contains(['\'', '’']);
    let ending = endings.into_iter().filter(|_| has_apostrophe).find(ends_in).map_or(0, str::len);
    part(&rest[..rest.len() - ending]);
    part(&rest[rest.len() - ending..]);
    tokens
}

static CARD: Card = Card {
    id: "words.alphabetic",
    version: 2,
    summary: "Share of words with a letter.",
    definition: "Words that hold at least one letter of any script (general category L, as Python's `isalpha`) ÷ all words. \
                 A piece of punctuation alone is no word here, and counts in neither.",
    unit: Unit::Fraction,
    default: Bounds::at_least(0.8),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["The ferry leaves at 9 from the old pier."],
    rejected: &["12 34 56 seven"],
};

static TOKENS: Card = Card {
    id: "words.alphabetic_tokens",
    version: 1,
    summary: "Share of words and punctuation marks with a letter.",
    definition: "Words that hold at least one letter of any script ÷ words and punctuation marks. Each mark is \
                 by itself, a run of full stops or dashes as one; within words, marks and English endings are split off as \
                 spaCy splits them, and abbreviations keep their full stops. So datatrove counts with its own tokenizers: at 0.8 \
                 it rejects a fifth of English pages for their punctuation, and FineWeb-2's bounds were made so.",
    unit: Unit::Fraction,
    default: Bounds::at_least(0.8),
    branches: Branch::PROSE,
    source: Source::fineweb("Gopher's rule as datatrove 0.10 has it (max_non_alpha_words_ratio)"),
    kept: &["The ferry leaves at nine from the old pier."],
    rejected: &["Yes! No! (Well, “no”.)"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        for (word, all, with_letter) in [
            ("one", 1, 1),
            ("12", 1, 0),
            ("dog's", 2, 2),
            ("don't", 2, 2),
            ("don’t", 2, 2),
            ("A&B", 1, 1),
            ("3,000", 1, 0),
            ("a,b", 3, 2),
            ("e-mail", 3, 2),
            ("5-6", 3, 0),
            ("and/or", 1, 1),
            ("he/she", 3, 2),
            ("dog(s", 1, 1),
            ("17-inch", 3, 1),
            ("wait...what", 3, 2),
            ("wait--what", 3, 2),
            ("a-1", 1, 1),
            ("12/3", 1, 0),
            ("end.Begin", 3, 2),
            ("https://a.example/b-c-1", 1, 1),
            ("été", 1, 1),
        ] {
            assert_eq!(tokens(word), Tokens { all, with_letter }, "{word}");
        }
        check(&AlphabeticTokens, &[("no words", "", None), ("two of four", "One, two.", Some(0.5))]);
        check(
            &Alphabetic,
            &[
                ("no words", "--", None),
                ("half", "one 2", Some(0.5)),
                ("a vowel sign is no letter", "\u{103b}\u{102c} သော", Some(0.5)),
                ("any script", "мир 平和 a1", Some(1.0)),
            ],
        );
    }
}
