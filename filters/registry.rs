//! Every filter, in the order of the documentation.

use crate::card::Filter;
use crate::{chars, code, language, length, lines, phrases, repetition, symbols, text, tokens, unsafe_model, words};

/// Every filter. Each has one nullable column in the ledger, named after its id.
pub static FILTERS: &[&dyn Filter] = &[
    &length::Words,
    &length::MeanWord,
    &length::MedianWord,
    &length::Chars,
    &length::Lines,
    &length::Sentences,
    &symbols::HashToWord,
    &symbols::EllipsisToWord,
    &symbols::CurlyBracket,
    &chars::Alphabetic,
    &chars::Digits,
    &chars::Whitespace,
    &chars::Capitals,
    &chars::Replacement,
    &lines::BulletStart,
    &lines::EllipsisEnd,
    &lines::TerminalPunctuation,
    &lines::Short,
    &lines::Long,
    &lines::MeanWords,
    &lines::FeedsPerWord,
    &lines::DuplicateChars,
    &lines::Capitals,
    &lines::Numeric,
    &lines::ListCase,
    &lines::AbnormalLength,
    &lines::Technical,
    &words::Alphabetic,
    &words::AlphabeticTokens,
    &words::Stop,
    &words::StopOccurrences,
    &words::StopShare,
    &words::Distinct,
    &words::Entropy,
    &words::Capitals,
    &phrases::LoremIpsum,
    &phrases::JavaScript,
    &phrases::Policy,
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
    &words::DirtyCount,
    &unsafe_model::Unsafe,
    &code::MaxLine,
    &code::MeanLine,
    &code::XmlStart,
    &code::Comments,
    &code::Strings,
    &code::LongStringLines,
    &code::HexWords,
    &code::Encoded,
    &code::Asserts,
    &tokens::Kl,
    &tokens::OutlierMass,
    &language::SecondShare,
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
    use crate::card::with_document;
    use crate::{Block, BlockKind, Document, Unit, Verdict};

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
                let verdict = card.default.judge(with_document(card, text, |document| filter.measure(document)));
                assert!(matches!(verdict, Verdict::Keep { .. }), "{}: {verdict} of {text:?}", card.id);
            }
            for text in card.rejected {
                let verdict = card.default.judge(with_document(card, text, |document| filter.measure(document)));
                assert!(matches!(verdict, Verdict::Reject { .. }), "{}: {verdict} of {text:?}", card.id);
            }
        }
    }

    #[test]
    fn any_text_has_a_number_or_none() {
        let words = "word ".repeat(200_000);
        let one = "x".repeat(1 << 20);
        let lines = "a\n".repeat(100_000);
        let blanks = "\n".repeat(100_000);
        let han = "的".repeat(50_000);
        let controls: String = (0..32_u8).chain([127]).map(char::from).collect();
        let cases: &[(&str, &str)] = &[
            ("empty", ""),
            ("white space", " \n\t\u{a0}\u{3000}"),
            ("no letters", "12 34 -- !! ...\n#\n- -"),
            ("control characters", &controls),
            ("a byte order mark and replacement characters", "\u{feff}\u{fffd}\u{fffd} a"),
            ("marks without letters", "\u{200d}\u{300}\u{301}"),
            ("escaped surrogates", r"\ud83d\ude00 \udc00"),
            ("beyond the basic plane", "𝔘𝔫𝔦 🙂🙂 𠀀𠀀"),
            ("many scripts", "word мир مرحبا 你好 ภาษาไทย नमस्ते 한국어"),
            ("lines that end as Windows ends them", "one\r\ntwo\r\n\r\nthree"),
            ("quotes and comments left open", "'\"`/* \"\"\" // # -- \\"),
            ("one word again and again", &words),
            ("one giant line", &one),
            ("one line again and again", &lines),
            ("nothing but line feeds", &blanks),
            ("one character without spaces", &han),
        ];
        let languages = [None, Some("eng_Latn"), Some("zho_Hans"), Some("nav_Latn"), Some(""), Some("_")];
        for (what, text) in cases {
            let end = u32::try_from(text.len()).unwrap();
            let code = [Block { kind: BlockKind::Code, start: 0, end }];
            for language in languages {
                for blocks in [&code[..], &[]] {
                    let document = Document::new(text).with_language(language).with_blocks(blocks);
                    for filter in FILTERS {
                        let card = filter.card();
                        let Some(value) = filter.measure(&document) else { continue };
                        assert!(value.is_finite() && value >= 0.0, "{} of {what}: {value}", card.id);
                        if card.unit == Unit::Fraction {
                            assert!(value <= 1.0, "{} of {what}: {value}", card.id);
                        }
                    }
                }
            }
        }
    }
}
