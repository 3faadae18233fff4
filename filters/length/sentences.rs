//! Number of sentences.

use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document, text};

/// `length.sentences`
pub(crate) struct Sentences;

impl Filter for Sentences {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        Some(count(document.lines().iter().map(|line| text::count_sentences(line)).sum()))
    }
}

static CARD: Card = Card {
    id: "length.sentences",
    version: 1,
    summary: "Number of sentences.",
    definition: "Every line has one, and one more behind each sentence end within it: a mark such as `.` `?` `。`, then \
                 quotes and brackets that close, then white space; not a full stop before a lower-case letter or behind \
                 an initial. C4 and datatrove ask NLTK's Punkt, RedPajama counts runs of `.!?`.",
    unit: Unit::Count,
    default: Bounds::at_least(5.0),
    branches: Branch::PROSE,
    source: Source {
        work: "Raffel et al. 2020 (C4)",
        place: "Section 2.2, after its line rules; the code and DCLM ask for 3",
        url: "https://arxiv.org/abs/1910.10683",
    },
    kept: &["One. Two. Three! Four? Five."],
    rejected: &["One. Two."],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Sentences, &[("nothing", "", Some(0.0)), ("lines end sentences", "Home\nA ferry. A deck.", Some(3.0))]);
    }
}
