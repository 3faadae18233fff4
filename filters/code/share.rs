//! How much of source code is comment, string, data, assertion.

use super::{Scan, code};
use crate::card::{Card, Filter, Source, Unit};
use crate::{Bounds, Branch, Document, text};

/// `code.comments`
pub(crate) struct Comments;
/// `code.strings`
pub(crate) struct Strings;
/// `code.long_string_lines`
pub(crate) struct LongStringLines;
/// `code.hex_words`
pub(crate) struct HexWords;
/// `code.encoded`
pub(crate) struct Encoded;
/// `code.asserts`
pub(crate) struct Asserts;

/// A part of a document's code, given its scan and its characters.
fn share(document: &Document<'_>, part: impl Fn(&Scan, usize) -> (usize, usize)) -> Option<f64> {
    code(document)?;
    let (scan, chars) = document.code_scan();
    let (part, whole) = part(scan, *chars);
    text::ratio(part.min(whole), whole)
}

impl Filter for Comments {
    fn card(&self) -> &'static Card {
        &COMMENTS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, chars| (scan.comments, chars))
    }
}

impl Filter for Strings {
    fn card(&self) -> &'static Card {
        &STRINGS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, chars| (scan.strings, chars))
    }
}

impl Filter for LongStringLines {
    fn card(&self) -> &'static Card {
        &LONG_STRINGS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, _| (scan.long_string_lines, scan.lines))
    }
}

impl Filter for HexWords {
    fn card(&self) -> &'static Card {
        &HEX
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, chars| (scan.hex_words, chars))
    }
}

impl Filter for Encoded {
    fn card(&self) -> &'static Card {
        &ENCODED
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, chars| (scan.encoded, chars))
    }
}

impl Filter for Asserts {
    fn card(&self) -> &'static Card {
        &ASSERTS
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        share(document, |scan, _| (scan.asserts, scan.lines))
    }
}

static COMMENTS: Card = Card {
    id: "code.comments",
    version: 1,
    summary: "Share of code in comments.",
    definition: "Characters of comments ÷ characters of the text without line feeds and the white space at the ends of lines; see `Scan` for what a comment is.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.8),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_comments; it reads comments by language"),
    kept: &["let a = 1; // one"],
    rejected: &["// all of it"],
};

static STRINGS: Card = Card {
    id: "code.strings",
    version: 1,
    summary: "Share of code in strings.",
    definition: "Characters between quotes ÷ characters as in `code.comments`.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.6),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_string_length"),
    kept: &["let a = \"one\";"],
    rejected: &["\"a string and nothing else\""],
};

static LONG_STRINGS: Card = Card {
    id: "code.long_string_lines",
    version: 1,
    summary: "Share of lines with a long string.",
    definition: "Lines with a string of more than 120 characters ÷ lines that are not blank.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.2),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_lines_long_string; the length is ours"),
    kept: &["let a = \"one\";"],
    rejected: &[concat!(
        "let a = \"",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "\";"
    )],
};

static HEX: Card = Card {
    id: "code.hex_words",
    version: 1,
    summary: "Share of code in hexadecimal numbers.",
    definition: "Characters of words of four or more hexadecimal digits, a decimal one among them ÷ characters as in `code.comments`.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.4),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_chars_hex_words"),
    kept: &["let a = 0xff00;"],
    rejected: &["0xdead1234, 0xbeef5678, 0xcafe9abc"],
};

static ENCODED: Card = Card {
    id: "code.encoded",
    version: 1,
    summary: "Share of code in runs of encoded data.",
    definition: "Characters of unbroken runs of 64 or more characters of the base64 alphabet (hexadecimal digits are among them) ÷ characters as in `code.comments`.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.5),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_cate_encoded_data; bound of StarCoder 2 (Lozhkov et al. 2024)"),
    kept: &["let a = base64(b);"],
    rejected: &["iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4iVBORw0KGgoAAAANSUhEUg"],
};

static ASSERTS: Card = Card {
    id: "code.asserts",
    version: 1,
    summary: "Share of lines that assert.",
    definition: "Lines that begin with `assert`, `debug_assert` or `expect(` ÷ lines that are not blank.",
    unit: Unit::Fraction,
    default: Bounds::at_most(0.4),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_frac_lines_assert"),
    kept: &["let a = 1;\nassert!(a == 1);\nlet b = 2;"],
    rejected: &["assert a\nassert b"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        check(&Comments, &[("nothing", "", None), ("half", "abcd // x", Some(4.0 / 9.0)), ("all", "# a", Some(1.0))]);
        check(&Strings, &[("nothing", "", None), ("4 of 6", "'abcd'", Some(4.0 / 6.0))]);
        check(&HexWords, &[("nothing", "", None), ("4 of 8", "12ab xyz", Some(0.5))]);
        check(&Asserts, &[("nothing", "", None), ("one of two", "assert a\n\nb", Some(0.5))]);
        check(&LongStringLines, &[("nothing", "", None), ("none", "'a'", Some(0.0))]);
        check(&Encoded, &[("nothing", "", None), ("none", "abc", Some(0.0))]);
        assert_eq!(Comments.measure(&Document::new("# prose")), None);
    }
}
