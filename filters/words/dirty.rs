//! Dirty words, counted: density and variety, not presence.
//!
//! Dropping a page for one word removes dialects, medicine and law (Dodge et al. 2021: 42% of documents in
//! African-American English against 6% in white-aligned English). What tells adult pages is that such words are many
//! and of several kinds.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `words.dirty`
pub(crate) struct Dirty;

/// `words.dirty_distinct`
pub(crate) struct DirtyDistinct;

/// `words.dirty_count`
pub(crate) struct DirtyCount;

/// Different dirty words from which their density counts.
const LEAST_DISTINCT: usize = 3;

impl Filter for Dirty {
    fn card(&self) -> &'static Card {
        &DIRTY
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let found = document.dirty_words()?;
        let density = text::ratio(found.count * 1000, document.words().len())?;
        Some(if found.distinct < LEAST_DISTINCT { 0.0 } else { density })
    }
}

impl Filter for DirtyDistinct {
    fn card(&self) -> &'static Card {
        &DISTINCT
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.dirty_words()?.distinct))
    }
}

impl Filter for DirtyCount {
    fn card(&self) -> &'static Card {
        &COUNT
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.dirty_words()?.count))
    }
}

static DIRTY: Card = Card {
    id: "words.dirty",
    version: 2,
    summary: "Dirty words per thousand words, where there are at least three different ones.",
    definition: "Occurrences of listed words ÷ words × 1,000; 0 where fewer than 3 different listed words stand. Lists \
                 are per language, compared without case at word boundaries (anywhere in Chinese, Japanese, Thai); what \
                 stands in an allowed phrase is not counted. Languages without a list are not measured.",
    unit: Unit::PerThousandWords,
    default: Bounds::at_most(10.0),
    branches: Branch::PROSE,
    source: Source::llama3(
        "Section 3.1.1: “dirty word counting” (after C4) for adult sites that domain block lists miss. No threshold is \
         published; density, variety and bound are ours",
    ),
    kept: &["The word porn stands once in this long sentence about the law, and nobody should mind that at all."],
    rejected: &["porn xxx blowjob"],
};

static DISTINCT: Card = Card {
    id: "words.dirty_distinct",
    version: 2,
    summary: "How many different dirty words stand in the text.",
    definition: "Different listed words that occur; see `words.dirty`.",
    unit: Unit::Count,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::llama3("Section 3.1.1; recorded to calibrate `words.dirty`"),
    kept: &["porn xxx blowjob"],
    rejected: &[],
};

static COUNT: Card = Card {
    id: "words.dirty_count",
    version: 1,
    summary: "How often dirty words stand in the text.",
    definition: "Occurrences of listed words; see `words.dirty`. `max = 0` is C4's rule, which drops medicine, law and dialects \
                 with the rest.",
    unit: Unit::Count,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source::redpajama("Signal rps_doc_ldnoobw_words; Raffel et al. 2020 (C4), section 2.2"),
    kept: &["porn xxx blowjob"],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &Dirty,
            &[
                ("no words", "", None),
                ("two kinds are not enough", "porn xxx porn", Some(0.0)),
                ("three kinds of six words", "porn XXX blowjob and other words", Some(500.0)),
                ("within another word", "pornography xxxs blowjobs", Some(0.0)),
            ],
        );
        check(&DirtyCount, &[("each time", "porn xxx porn", Some(3.0)), ("none", "", Some(0.0))]);
        let unknown = Document::new("porn").with_language(Some("nav_Latn"));
        assert_eq!(DirtyDistinct.measure(&unknown), None);
    }
}
