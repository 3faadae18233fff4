//! Word n-grams that stand more than once: the most frequent short one, and how much long ones cover.
//!
//! The formulas are datatrove's, since `FineWeb` and its followers were made with them: lengths in characters over the
//! whole text's, white space included; a short n-gram counts with the spaces between its words, a long one without;
//! after a repeated long n-gram the search goes on behind it. Departures stand on the cards.
//!
//! An n-gram can stand twice only where both (n-1)-grams within it do. So each length looks only at the places that the
//! length before it left over, which in prose are few: all nine lengths cost little more than counting words.

use crate::card::{Card, Filter, Source, Unit};
use crate::table::{Numbering, Repeating};
use crate::text::ratio;
use crate::vocabulary::Vocabulary;
use crate::{Bounds, Branch, Document};

/// `repetition.top_{n}gram`
pub(crate) struct TopNgram(pub(crate) usize);

/// `repetition.duplicate_{n}gram`
pub(crate) struct DuplicateNgrams(pub(crate) usize);

/// What repeated n-grams cover, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Repeats {
    /// All occurrences of the most frequent 2-, 3- and 4-gram.
    top: [usize; 3],
    /// Repeated 5- to 10-grams.
    duplicate: [usize; 6],
}

/// Lengths of which the most frequent n-gram is looked for.
const TOP: std::ops::RangeInclusive<usize> = 2..=4;
/// Lengths of which repeats are added up.
const DUPLICATE: std::ops::RangeInclusive<usize> = 5..=10;

/// How many n-grams are put aside at once.
const ASIDE: usize = 256;

/// A place where a repeated n-gram begins, and which one it is; numbers go by first occurrence.
type Place = (u32, u32);

/// The repeats of all lengths at once.
pub(crate) fn repeats(vocabulary: &Vocabulary<'_>) -> Repeats {
    let mut found = Repeats::default();
    let mut repeated = pairs(&vocabulary.ids);
    for n in *TOP.start()..=*DUPLICATE.end() {
        if repeated.places.is_empty() {
            break;
        }
        if TOP.contains(&n) {
            found.top[n - TOP.start()] = top(vocabulary, &repeated, n);
        } else {
            found.duplicate[n - DUPLICATE.start()] = duplicate(vocabulary, &repeated, n);
        }
        repeated = longer(&repeated.places);
    }
    found
}

/// The n-grams of one length that stand more than once.
struct Repeated {
    /// Where.
    places: Vec<Place>,
    /// How often each of them, by its number; there may be numbers of some that stand once, or of none.
    counts: Vec<u32>,
}

impl Repeated {
    /// Of n-grams by where they begin and two numbers that make them.
    fn of(ngrams: impl Iterator<Item = (u32, u32, u32)> + Clone, most: usize) -> Self {
        let ngrams = ngrams.map(|(at, first, second)| (at, u64::from(first) << 32 | u64::from(second)));
        // Most stand once, and are not numbered, since that takes longer than all else here. Those that may repeat are put
        // aside first: whether one does, and whether it is a new one, cannot be foretold, and no branch depends on it.
        let mut seen = Repeating::new(most);
        ngrams.clone().for_each(|(_, key)| seen.see(key));
        let mut numbering = Numbering::new(most / 8);
        let (mut places, mut counts) = (Vec::new(), Vec::new());
        let mut number = |aside: &[(u32, u64)]| {
            counts.resize(numbering.len() + aside.len(), 0_u32);
            for (at, key) in aside {
                let (id, _) = numbering.number(*key);
                counts[id as usize] += 1;
                places.push((*at, id));
            }
        };
        let (mut aside, mut n_aside) = ([(0, 0); ASIDE], 0);
        for ngram in ngrams {
            aside[n_aside] = ngram;
            n_aside += usize::from(seen.may_repeat(ngram.1));
            if n_aside == ASIDE {
                number(&aside);
                n_aside = 0;
            }
        }
        number(&aside[..n_aside]);
        places.retain(|(_, id): &Place| counts[*id as usize] > 1);
        Self { places, counts }
    }
}

/// The repeated pairs of words, by the words' numbers.
fn pairs(ids: &[u32]) -> Repeated {
    Repeated::of((0..).zip(ids.windows(2)).map(|(at, two)| (at, two[0], two[1])), ids.len())
}

/// From the places of repeated n-grams to repeated (n+1)-grams: two that begin one word apart.
fn longer(places: &[Place]) -> Repeated {
    let next = places.windows(2).filter(|two| two[1].0 == two[0].0 + 1).map(|two| (two[0].0, two[0].1, two[1].1));
    Repeated::of(next, places.len())
}

/// Characters, spaces between words included, of all occurrences of the most frequent n-gram; of equally frequent ones
/// the first.
fn top(vocabulary: &Vocabulary<'_>, Repeated { places, counts }: &Repeated, n: usize) -> usize {
    let mut best: Option<Place> = None;
    for (at, id) in places {
        if best.is_none_or(|(_, best)| counts[*id as usize] > counts[best as usize]) {
            best = Some((*at, *id));
        }
    }
    best.map_or(0, |(at, id)| counts[id as usize] as usize * (chars(vocabulary, at, n) + n - 1))
}

/// Characters of the n-grams that repeat an earlier one; an n-gram within a repeat that was counted is passed over.
fn duplicate(vocabulary: &Vocabulary<'_>, Repeated { places, counts }: &Repeated, n: usize) -> usize {
    let mut seen = vec![false; counts.len()];
    let (mut total, mut free_from) = (0, 0);
    for (at, id) in places {
        if *at < free_from {
            continue;
        }
        if std::mem::replace(&mut seen[*id as usize], true) {
            total += chars(vocabulary, *at, n);
            free_from = at + u32::try_from(n).unwrap_or(u32::MAX);
        }
    }
    total
}

/// Characters of n words.
fn chars(vocabulary: &Vocabulary<'_>, at: u32, n: usize) -> usize {
    let at = at as usize;
    (vocabulary.chars_before[at + n] - vocabulary.chars_before[at]) as usize
}

impl Filter for DuplicateNgrams {
    fn card(&self) -> &'static Card {
        &DUPLICATE_CARDS[self.0 - DUPLICATE.start()]
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, document.repeats().duplicate[self.0 - DUPLICATE.start()])
    }
}

impl Filter for TopNgram {
    fn card(&self) -> &'static Card {
        &TOP_CARDS[self.0 - TOP.start()]
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, document.repeats().top[self.0 - TOP.start()])
    }
}

fn share(document: &Document<'_>, chars: usize) -> Option<f64> {
    let n_chars = document.n_chars();
    // Occurrences of a short n-gram may overlap, and then add up to more than there is.
    (document.vocabulary().n_words() > 0).then(|| ratio(chars.min(n_chars), n_chars)).flatten()
}

/// The words of one line, and the share of them, by characters, that lies in an n-gram which stands more than once in the
/// line; no share where it has fewer words. Every copy counts, the first one too, and each word once: a line of a log is
/// all repeats.
pub(crate) fn coverage_of_line(line: &str, n: usize) -> (usize, Option<f64>) {
    let mut words = Vec::new();
    crate::text::words(line, |word| words.push(word));
    if n == 0 || words.len() < n {
        return (words.len(), None);
    }
    let vocabulary = Vocabulary::new(line, &words);
    let mut places: Vec<Place> = (0..).zip(vocabulary.ids.iter().copied()).collect();
    places.retain(|(_, id)| vocabulary.words[*id as usize].count > 1);
    for _ in 1..n {
        places = longer(&places).places;
    }
    let (mut covered, mut covered_to) = (0, 0);
    for (at, _) in places {
        let (start, end) = (covered_to.max(at as usize), at as usize + n);
        covered += (vocabulary.chars_before[end] - vocabulary.chars_before[start]) as usize;
        covered_to = end;
    }
    (words.len(), ratio(covered, vocabulary.n_chars()))
}

macro_rules! card {
    ($id:literal, $version:literal, $summary:literal, $definition:literal, $max:literal, $rejected:expr) => {
        Card {
            id: $id,
            version: $version,
            summary: $summary,
            definition: $definition,
            unit: Unit::Fraction,
            default: Bounds::at_most($max),
            branches: Branch::PROSE,
            source: Source::gopher("Table A1; formula of datatrove 0.10, departures in the definition"),
            kept: &["The ferry leaves at nine. Bring a coat; the upper deck is cold and the wind rarely rests there."],
            rejected: &[$rejected],
        }
    };
}

/// Texts that each of them rejects.
const SLOGAN: &str = "buy now buy now buy now";
const ADVERTISEMENT: &str = "buy now and save a lot of money today with us buy now and save a lot of money today with us \
                             buy now and save a lot of money today with us";

static TOP_CARDS: [Card; 3] = [
    card!(
        "repetition.top_2gram",
        2,
        "Share of text in the most frequent pair of words.",
        "Occurrences of the most frequent 2-gram (of equally frequent ones the first) × its characters with the space \
         between its words ÷ characters of the text, at most 1. Departs from datatrove in that a pair which stands once \
         gives 0, so that short texts are not flagged; RedPajama leaves spaces out; DCLM takes the longest of equally \
         frequent ones.",
        0.20,
        SLOGAN
    ),
    card!(
        "repetition.top_3gram",
        2,
        "Share of text in the most frequent three words in a row.",
        "As `repetition.top_2gram`, for 3-grams.",
        0.18,
        SLOGAN
    ),
    card!(
        "repetition.top_4gram",
        2,
        "Share of text in the most frequent four words in a row.",
        "As `repetition.top_2gram`, for 4-grams.",
        0.16,
        SLOGAN
    ),
];

static DUPLICATE_CARDS: [Card; 6] = [
    card!(
        "repetition.duplicate_5gram",
        2,
        "Share of text in 5-grams that repeat an earlier one.",
        "Characters of words (spaces left out) of 5-grams equal to an earlier one ÷ characters of the text (spaces \
         counted); after a hit the search goes on behind it. The first copy does not count. As datatrove, but that \
         words are compared as words: datatrove joins them, so that `ab c` is `a bc`. Dolma, RedPajama and DCLM count \
         the first copy too.",
        0.15,
        ADVERTISEMENT
    ),
    card!(
        "repetition.duplicate_6gram",
        2,
        "Share of text in 6-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 6-grams.",
        0.14,
        ADVERTISEMENT
    ),
    card!(
        "repetition.duplicate_7gram",
        2,
        "Share of text in 7-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 7-grams.",
        0.13,
        ADVERTISEMENT
    ),
    card!(
        "repetition.duplicate_8gram",
        2,
        "Share of text in 8-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 8-grams.",
        0.12,
        ADVERTISEMENT
    ),
    card!(
        "repetition.duplicate_9gram",
        2,
        "Share of text in 9-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 9-grams.",
        0.11,
        ADVERTISEMENT
    ),
    card!(
        "repetition.duplicate_10gram",
        2,
        "Share of text in 10-grams that repeat an earlier one.",
        "As `repetition.duplicate_5gram`, for 10-grams.",
        0.10,
        ADVERTISEMENT
    ),
];

/// The same numbers the simple way, for tests: every n-gram of every length as a list of words.
#[cfg(test)]
fn plainly(words: &[&str]) -> Repeats {
    let mut found = Repeats::default();
    let length = |ngram: &[&str]| ngram.iter().map(|word| word.chars().count()).sum::<usize>();
    for n in TOP {
        let counts: Vec<usize> =
            words.windows(n).map(|ngram| words.windows(n).filter(|other| *other == ngram).count()).collect();
        let most = counts.iter().copied().max().unwrap_or(0);
        if most > 1 {
            let at = counts.iter().position(|count| *count == most).unwrap_or(0);
            found.top[n - 2] = most * (length(&words[at..at + n]) + n - 1);
        }
    }
    for n in DUPLICATE {
        let (mut seen, mut at) = (Vec::new(), 0);
        while at + n <= words.len() {
            let ngram = &words[at..at + n];
            if seen.contains(&ngram) {
                found.duplicate[n - 5] += length(ngram);
                at += n;
            } else {
                seen.push(ngram);
                at += 1;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &TopNgram(2),
            &[
                ("no words", "", None),
                ("every pair stands once", "a b c d", Some(0.0)),
                ("twice, with its space", "aa bb cc aa bb dd", Some(10.0 / 17.0)),
                ("overlaps count, up to the whole", "a a a a a", Some(1.0)),
                ("the first of equally frequent ones", "a b x a b y ccc ddd z ccc ddd", Some(6.0 / 29.0)),
            ],
        );
        check(
            &DuplicateNgrams(5),
            &[
                ("no words", "", None),
                ("fewer than five", "a b c", Some(0.0)),
                ("the second copy counts", "a b c d e a b c d e", Some(5.0 / 19.0)),
                ("behind a hit", "a b c d e f a b c d e f", Some(5.0 / 23.0)),
                ("two copies after the first", "a b c d e a b c d e a b c d e", Some(10.0 / 29.0)),
            ],
        );
        check(&DuplicateNgrams(10), &[("shorter repeats do not count", "a b c d e a b c d e", Some(0.0))]);
    }

    #[test]
    fn the_quick_way_gives_what_the_simple_way_gives() {
        let mut state = 7_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((state >> 33) % below).unwrap()
        };
        let known = ["a", "bb", "ccc", "dd", "e", "éé", "本"];
        for _ in 0..300 {
            let n_different = 1 + draw(7) as u64;
            let words: Vec<&str> = (0..draw(60)).map(|_| known[draw(n_different)]).collect();
            assert_eq!(repeats(&Vocabulary::new("", &words)), plainly(&words), "{words:?}");
        }
    }

    #[test]
    fn a_line_of_repeats_is_covered() {
        for (what, line, expected) in [
            ("fewer words than n", "a b", None),
            ("nothing repeats", "a b c d e f", Some(0.0)),
            ("all of it", "retry in 5 retry in 5 retry in 5", Some(1.0)),
            ("a part, both copies", "x a b c y a b c", Some(6.0 / 8.0)),
        ] {
            assert_eq!(coverage_of_line(line, 3).1, expected, "{what}");
        }
    }
}
