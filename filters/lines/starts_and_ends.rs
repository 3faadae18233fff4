//! How lines begin and end.
//!
//! Shares are of lines that are not blank. datatrove, Dolma and `RedPajama` count blank ones too, but mostly see texts
//! without any; extraction here sets blocks apart by blank lines, with which no list would be a list.

use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `lines.bullet_start`
pub(crate) struct BulletStart;

/// `lines.ellipsis_end`
pub(crate) struct EllipsisEnd;

/// Signs that begin an item of a list.
const BULLETS: [char; 14] = ['•', '‣', '▶', '►', '◀', '◦', '■', '□', '▪', '▫', '●', '–', '-', '*'];

impl Filter for BulletStart {
    fn card(&self) -> &'static Card {
        &BULLET
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |line| line.starts_with(BULLETS))
    }
}

impl Filter for EllipsisEnd {
    fn card(&self) -> &'static Card {
        &ELLIPSIS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |line| line.ends_with("...") || line.ends_with('…'))
    }
}

fn share(document: &Document<'_>, is_such: impl Fn(&str) -> bool) -> Option<f64> {
    let lines = document.lines();
    text::ratio(lines.iter().filter(|line| is_such(line)).count(), lines.len())
}

static BULLET: Card = Card {
    id: "lines.bullet_start",
    version: 1,
    summary: "Share of lines that begin with a bullet.",
    definition: "Lines that begin with one of • ‣ ▶ ► ◀ ◦ ■ □ ▪ ▫ ● – - * ÷ lines that are not blank. datatrove knows • and - \
                 alone, Dolma * and -; both count blank lines too.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.9),
    branches: Branch::PROSE,
    source: Source::gopher(
        "Appendix A.1, quality filtering; the signs are RedPajama's and the hyphen, asterisk and dash",
    ),
    kept: &["Bring:\n- a coat\n- a hat"],
    rejected: &["- one\n- two\n• three"],
};

static ELLIPSIS: Card = Card {
    id: "lines.ellipsis_end",
    version: 1,
    summary: "Share of lines that end in an ellipsis.",
    definition: "Lines that end in `...` or `…` ÷ lines that are not blank; datatrove and Dolma count blank ones too.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.3),
    branches: Branch::PROSE,
    source: Source::gopher("Appendix A.1, quality filtering"),
    kept: &["The ferry leaves at nine.\nBring a coat."],
    rejected: &["The ferry leaves…\nBring a coat...\nThe deck is cold."],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&BulletStart, &[("no lines", "\n", None), ("one of two", "- a\n\nb\n", Some(0.5))]);
        check(&EllipsisEnd, &[("no lines", "", None), ("two of four", "a...\nb\nc…\nd", Some(0.5))]);
    }
}
