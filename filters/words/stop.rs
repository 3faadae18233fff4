//! Stop words: running text has some, lists of things have none.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document};

/// `words.stop`
pub(crate) struct Stop;

/// Gopher's list.
const ENGLISH: [&str; 8] = ["the", "be", "to", "of", "and", "that", "have", "with"];

impl Filter for Stop {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        if document.language().is_some_and(|language| !language.starts_with("eng")) {
            return None;
        }
        let mut seen = [false; ENGLISH.len()];
        for word in document.words().iter().filter(|word| word.len() <= 4) {
            if let Some(place) = ENGLISH.iter().position(|stop| word.eq_ignore_ascii_case(stop)) {
                seen[place] = true;
            }
        }
        Some(seen.into_iter().map(|seen| f64::from(u8::from(seen))).sum())
    }
}

static CARD: Card = Card {
    id: "words.stop",
    version: 1,
    summary: "How many different stop words stand in the text.",
    definition: "Different words of: the, be, to, of, and, that, have, with; in any case. English only, and texts whose \
                 language is unknown; other languages are not measured. Distinct words, as datatrove counts; DCLM counts \
                 occurrences.",
    unit: Unit::Count,
    default: Bounds::at_least(2.0),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["The ferry to the island leaves at nine."],
    rejected: &["Ferry tickets: adult nine, child free."],
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
                ("distinct, any case", "The the AND", Some(2.0)),
                ("nothing", "", Some(0.0)),
            ],
        );
        let german = Document::new("Die Fähre").with_language(Some("deu_Latn"));
        assert_eq!(Stop.measure(&german), None);
    }
}
