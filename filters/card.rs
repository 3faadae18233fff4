//! What a filter is, and the card that says what it measures and on whose word.

use std::fmt::Write as _;

use crate::{Bounds, Branch, Document};

/// A count as a measure.
#[expect(clippy::cast_precision_loss, reason = "counts of one document are far below 2^52")]
pub(crate) fn count(count: usize) -> f64 {
    count as f64
}

/// One measure of one document.
pub trait Filter: Sync {
    /// Name, definition, source, default bounds.
    fn card(&self) -> &'static Card;

    /// The value for this document; `None` where the measure does not exist for it (no lines, no list for its
    /// language). Never NaN.
    fn measure(&self, document: &Document<'_>) -> Option<f64>;
}

/// Everything that is said of a filter outside its code: documentation, defaults, examples.
#[derive(Debug)]
pub struct Card {
    /// `family.measure`, the name in recipes, ledger and reports.
    pub id: &'static str,
    /// Raised whenever some text can get another value.
    pub version: u32,
    /// One line.
    pub summary: &'static str,
    /// The formula in words, with what a line or word is where it matters.
    pub definition: &'static str,
    /// What the number counts.
    pub unit: Unit,
    /// The published bounds, or the ones proposed where none are.
    pub default: Bounds,
    /// The kinds of text that the bounds were made for; other branches are measured and not judged.
    pub branches: &'static [Branch],
    /// Where definition and bounds come from.
    pub source: Source,
    /// Texts that the default bounds keep.
    pub kept: &'static [&'static str],
    /// Texts that the default bounds reject.
    pub rejected: &'static [&'static str],
}

/// Where a number comes from.
#[derive(Debug)]
pub struct Source {
    /// The work, with year.
    pub work: &'static str,
    /// Table, section or file within it, and how this definition departs from it.
    pub place: &'static str,
    /// Where to read it.
    pub url: &'static str,
}

/// What a measure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share, 0 to 1.
    Fraction,
    /// Words.
    Words,
    /// Characters.
    Chars,
    /// Things per word; may pass 1.
    PerWord,
    /// Things per thousand words.
    PerThousandWords,
    /// A number of things.
    Count,
    /// Information in nats (natural logarithm).
    Nats,
    /// Standard deviations from the mean of comparable documents.
    StandardDeviations,
}

impl Unit {
    /// The unit's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fraction => "fraction",
            Self::Words => "words",
            Self::Chars => "characters",
            Self::PerWord => "per word",
            Self::PerThousandWords => "per 1,000 words",
            Self::Count => "count",
            Self::Nats => "nats",
            Self::StandardDeviations => "standard deviations",
        }
    }
}

impl Source {
    /// Rae et al. 2021, the source of most rules for prose.
    #[must_use]
    pub const fn gopher(place: &'static str) -> Self {
        Self { work: "Rae et al. 2021 (Gopher)", place, url: "https://arxiv.org/abs/2112.11446" }
    }

    /// `FineWeb`'s own rules.
    #[must_use]
    pub const fn fineweb(place: &'static str) -> Self {
        Self { work: "Penedo et al. 2024 (FineWeb)", place, url: "https://arxiv.org/abs/2406.17557" }
    }

    /// Quality signals of RedPajama-V2, which have no bounds.
    #[must_use]
    pub const fn redpajama(place: &'static str) -> Self {
        Self { work: "Weber et al. 2024 (RedPajama-V2)", place, url: "https://arxiv.org/abs/2411.12372" }
    }

    /// `OpenCoder`'s rules for code (`opc_data_filtering`, the rules for languages without their own).
    #[must_use]
    pub const fn opencoder(place: &'static str) -> Self {
        Self { work: "Huang et al. 2024 (OpenCoder)", place, url: "https://arxiv.org/abs/2411.04905" }
    }

    /// MADLAD-400's questionable sentences, of which Dolma 3 uses some.
    #[must_use]
    pub const fn madlad(place: &'static str) -> Self {
        Self { work: "Kudugunta et al. 2023 (MADLAD-400)", place, url: "https://arxiv.org/abs/2309.04662" }
    }

    /// The Llama 3 report, whose thresholds are unpublished.
    #[must_use]
    pub const fn llama3(place: &'static str) -> Self {
        Self { work: "Llama Team 2024 (Llama 3)", place, url: "https://arxiv.org/abs/2407.21783" }
    }
}

/// A filter's page of the reference: what `trommel filters show` prints.
#[must_use]
pub fn markdown(card: &Card) -> String {
    let bounds = match (card.default.min, card.default.max) {
        (Some(min), Some(max)) => format!("{min} to {max}, inclusive"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "none: recorded, never rejects".to_owned(),
    };
    let branches: Vec<&str> = card.branches.iter().map(|branch| branch.name()).collect();
    let mut text = format!(
        "# {}\n\n{}\n\n- definition: {}\n- unit: {}\n- published bounds: {bounds}\n- judges: {}\n- source: {}, {} <{}>\n- version: {}\n",
        card.id,
        card.summary,
        card.definition,
        card.unit.name(),
        branches.join(", "),
        card.source.work,
        card.source.place,
        card.source.url,
        card.version
    );
    for (title, examples) in [("kept", card.kept), ("rejected", card.rejected)] {
        for example in examples {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "- {title}: {example:?}");
        }
    }
    text
}

/// A document of the kind that the card's rules are for.
#[cfg(test)]
pub(crate) fn with_document<T>(card: &Card, text: &str, check: impl FnOnce(&Document<'_>) -> T) -> T {
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let code = [crate::Block { kind: crate::BlockKind::Code, start: 0, end }];
    check(&Document::new(text).with_blocks(if card.branches == Branch::CODE { &code } else { &[] }))
}

/// Checks a filter against a table of cases: what the case shows, the text, the expected value.
#[cfg(test)]
pub(crate) fn check(filter: &dyn Filter, cases: &[(&str, &str, Option<f64>)]) {
    for (what, text, expected) in cases {
        let value = with_document(filter.card(), text, |document| filter.measure(document));
        let equal = match (value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() < 1e-9,
            (value, expected) => value.is_none() && expected.is_none(),
        };
        assert!(equal, "{}: {what}: {value:?}, expected {expected:?}, of {text:?}", filter.card().id);
    }
}
