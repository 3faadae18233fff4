//! Every filter, in the order of the documentation.

use crate::card::Filter;
use crate::{length, lines, repetition, symbols, text, tokens, words};

/// Every filter. Each has one nullable column in the ledger, named after its id.
pub static FILTERS: &[&dyn Filter] = &[
    &length::Words,
    &length::MeanWord,
    &symbols::HashToWord,
    &symbols::EllipsisToWord,
    &lines::BulletStart,
    &lines::EllipsisEnd,
    &words::Alphabetic,
    &words::Stop,
    &repetition::DuplicateLines,
    &repetition::DuplicateParagraphs,
    &repetition::DuplicateLineChars,
    &repetition::DuplicateParagraphChars,
    &repetition::TopNgram(2),
    &repetition::TopNgram(3),
    &repetition::TopNgram(4),
    &repetition::DuplicateNgrams(5),
    &repetition::DuplicateNgrams(6),
    &repetition::DuplicateNgrams(7),
    &repetition::DuplicateNgrams(8),
    &repetition::DuplicateNgrams(9),
    &repetition::DuplicateNgrams(10),
    &words::Dirty,
    &words::DirtyDistinct,
    &tokens::Kl,
];

/// The filter of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn Filter> {
    FILTERS.iter().copied().find(|filter| filter.card().id == id)
}

/// Changes when some text can get another value: ids and versions of all filters.
#[must_use]
pub fn fingerprint() -> String {
    let versions: Vec<String> =
        FILTERS.iter().map(|filter| format!("{} {}", filter.card().id, filter.card().version)).collect();
    format!("{:016x}", text::hash(versions.join("\n").as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Document, Unit, Verdict};

    #[test]
    fn ids_are_unique_and_shaped() {
        let ids: BTreeSet<&str> = FILTERS.iter().map(|filter| filter.card().id).collect();
        assert_eq!(ids.len(), FILTERS.len());
        for id in ids {
            let (family, measure) = id.split_once('.').unwrap();
            let is_word = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(is_word(family) && is_word(measure), "{id}");
            assert!(find(id).is_some());
        }
        assert!(find("length.wrods").is_none());
    }

    #[test]
    fn every_card_says_what_it_must() {
        for filter in FILTERS {
            let card = filter.card();
            assert!(card.summary.ends_with('.') && card.definition.ends_with('.'), "{}", card.id);
            assert!(!card.source.work.is_empty() && card.source.url.starts_with("https://"), "{}", card.id);
            assert_eq!(card.default.problem(), None, "{}", card.id);
            assert!(card.version > 0 && !card.branches.is_empty(), "{}", card.id);
        }
    }

    #[test]
    fn examples_are_true_under_the_published_bounds() {
        for filter in FILTERS {
            let card = filter.card();
            for text in card.kept {
                let verdict = card.default.judge(filter.measure(&Document::new(text)));
                assert!(matches!(verdict, Verdict::Keep { .. }), "{}: {verdict} of {text:?}", card.id);
            }
            for text in card.rejected {
                let verdict = card.default.judge(filter.measure(&Document::new(text)));
                assert!(matches!(verdict, Verdict::Reject { .. }), "{}: {verdict} of {text:?}", card.id);
            }
        }
    }

    #[test]
    fn any_text_has_a_number_or_none() {
        let long = "word ".repeat(200_000);
        let one = "x".repeat(1 << 20);
        let nasty = ["", " \n\t", "\0\u{1}\u{7f}", "……", "#\n#", "\u{200d}\u{300}", "𝔘𝔫𝔦 مرحبا 你好", &long, &one];
        for text in nasty {
            let document = Document::new(text);
            for filter in FILTERS {
                let card = filter.card();
                let Some(value) = filter.measure(&document) else { continue };
                assert!(value.is_finite(), "{}", card.id);
                if card.unit == Unit::Fraction {
                    assert!((0.0..=1.0).contains(&value), "{}: {value}", card.id);
                }
            }
        }
    }
}
