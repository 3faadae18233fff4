//! Lines that end as sentences do.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.terminal_punctuation`
pub(crate) struct TerminalPunctuation;

impl Filter for TerminalPunctuation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let lines = document.lines();
        text::ratio(lines.iter().filter(|line| line.ends_with(text::is_sentence_end)).count(), lines.len())
    }
}

static CARD: Card = Card {
    id: "lines.terminal_punctuation",
    version: 1,
    summary: "Share of lines that end in sentence punctuation.",
    definition: "Lines whose last character is one of 159 marks that end sentences, in any script (`.` `?` `!` `。` `।` and so on; quotes are none) ÷ lines that are not blank. RedPajama-V2 and C4 know four and five marks, quotes among them.",
    unit: Unit::Fraction,
    default: Bounds::at_least(0.12),
    branches: Branch::PROSE,
    source: Source::fineweb("Section 3.6, custom filters; line_punct_ratio of datatrove 0.10"),
    kept: &["The ferry leaves at nine.\nHarbour"],
    rejected: &["Home\nShop\nAbout"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(
            &TerminalPunctuation,
            &[
                ("no lines", " \n", None),
                ("one of two", "A line.\nAnother", Some(0.5)),
                ("any script", "平和。\n\"A.\"", Some(0.5)),
            ],
        );
    }
}
