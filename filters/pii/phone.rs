//! Telephone numbers: shapes that are written as numbers are, checked against the numbering plans of libphonenumber.
//!
//! - With a country code (`+49 …`, `0049 …` beside a word such as *phone*): the number must be valid in that country's
//!   plan, or stand beside such a word and have a length that E.164 allows.
//! - In the North American form (three, three and four digits): areas and exchanges begin with 2 to 9, unless brackets,
//!   an extension or a word beside it say that it is a phone.
//! - In a national form: valid in the plan of the page's region, written with separators and a trunk prefix; or, whatever
//!   the region, beside a word that says so. Dates are never numbers.
//!
//! An extension (`x123`, `ext. 123`) belongs to the number.

use rlibphonenumber::PHONE_NUMBER_UTIL;

use super::numbers::{Group, count, rows};
use super::{Context, cue, is_word, phone_words, region};

/// ITU-T E.164: at most 15 digits; the shortest that are dialled with a country code have 7.
const LEAST: usize = 7;
const MOST: usize = 15;

/// Words that stand behind numbers, at once.
const BEHIND: &[&str] = &["office", "fax", "mobile", "cell", "home", "work", "phone", "tel"];

pub(super) fn find(text: &str, groups: &[Group], context: &Context<'_>, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    rows(bytes, groups, joins, |row| {
        let mut row = row;
        // The longest beginning that is a number; then what is behind it.
        while count_at_least(row, LEAST) {
            let Some((taken, start, end)) = longest(text, row, context) else {
                // Only where a blank stands may another number begin.
                let next = row.windows(2).position(|pair| bytes[pair[0].end..pair[1].start].contains(&b' '));
                match next {
                    Some(next) if row.len() <= MOST_GROUPS => row = &row[next + 1..],
                    _ => break,
                }
                continue;
            };
            add(start, end);
            row = &row[taken..];
        }
    });
}

/// Most groups of one number; a row of many more is a table.
const MOST_GROUPS: usize = 8;

fn count_at_least(row: &[Group], least: usize) -> bool {
    count(&row[..row.len().min(MOST)]) >= least
}

/// What may stand between the groups of a number: one sign, or a bracket with a blank or hyphen.
fn joins(gap: &[u8]) -> bool {
    matches!(gap, b" " | b"-" | b"." | b"/" | b"(" | b")" | b") " | b" (" | b")-" | b"-(" | b".(" | b")." | b"\xc2\xa0")
        || matches!(gap, b"\xe2\x80\x91" | b"\xe2\x80\x93" | b" - " | b" / " | b") - ")
}

/// How many groups the longest number takes that begins with the first group, and its place.
fn longest(text: &str, row: &[Group], context: &Context<'_>) -> Option<(usize, usize, usize)> {
    let bytes = text.as_bytes();
    let start = begin(bytes, row[0].start)?;
    (1..=row.len().min(MOST_GROUPS)).rev().find_map(|taken| {
        let groups = &row[..taken];
        let is_whole = taken == row.len() || bytes[groups[taken - 1].end..row[taken].start].contains(&b' ');
        if !is_whole || !(LEAST..=MOST + 3).contains(&count(groups)) {
            return None;
        }
        let end = groups[taken - 1].end;
        let is_balanced = [b'(', b')'].map(|bracket| memchr::memchr_iter(bracket, &bytes[start..end]).count());
        let extension = extension(&bytes[end..]);
        if is_balanced[0] != is_balanced[1] || (extension == 0 && is_inside(bytes, end)) {
            return None;
        }
        is_phone(text, start, end, groups, extension > 0, context).then_some((taken, start, end + extension))
    })
}

/// Where the number begins: before its first group there may be a plus and a bracket. None within something longer.
fn begin(bytes: &[u8], first: usize) -> Option<usize> {
    let mut start = first;
    if start > 0 && bytes[start - 1] == b'(' {
        start -= 1;
    }
    if start > 0 && bytes[start - 1] == b'+' {
        start -= 1;
    }
    if start > 0 && bytes[start] == b'+' && bytes[start - 1] == b'(' {
        start -= 1;
    }
    let is_inside = start.checked_sub(1).is_some_and(|place| {
        // A label such as `tel:` or `Phone#` may stand right before.
        is_word_before(bytes, place) || matches!(bytes[place], b'.' | b'-' | b'/' | b'=' | b'$' | b'+' | b',' | b'%')
    });
    (!is_inside).then_some(start)
}

/// Letters of scripts without spaces do not make it part of a word.
fn is_word_before(bytes: &[u8], place: usize) -> bool {
    bytes[place].is_ascii_alphanumeric() || bytes[place] == b'_'
}

/// Whether what stands behind makes it part of something longer: a word, a decimal, a percentage.
fn is_inside(bytes: &[u8], end: usize) -> bool {
    let next = bytes.get(end).copied();
    next.is_some_and(|byte| (is_word(byte) && byte < 0x80) || matches!(byte, b'%' | b'=' | b'@'))
}

/// How many bytes of an extension stand here: `x123`, ` x 123`, ` ext. 123`.
fn extension(rest: &[u8]) -> usize {
    let rest = &rest[..rest.len().min(16)];
    let skip = |from: usize, signs: &[u8]| from + rest[from..].iter().take_while(|byte| signs.contains(byte)).count();
    let mut at = skip(0, b" ,");
    at += match &rest[at..] {
        [b'e' | b'E', b'x' | b'X', b't' | b'T', ..] => 3,
        [b'x' | b'X', ..] => 1,
        _ => return 0,
    };
    at = skip(at, b". :");
    let digits = rest[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let ends = rest.get(at + digits).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    if (1..=6).contains(&digits) && ends { at + digits } else { 0 }
}

fn is_phone(text: &str, start: usize, end: usize, groups: &[Group], extended: bool, context: &Context<'_>) -> bool {
    let (bytes, run) = (text.as_bytes(), &text[start..end]);
    let digits = count(groups);
    let first = &bytes[groups[0].start..groups[0].end];
    if run.contains('+') {
        // No country code begins with 0.
        return digits <= MOST
            && first[0] != b'0'
            && (is_valid(run, None) || is_north_american(bytes, groups, true) || is_said(bytes, start, end));
    }
    if is_date(bytes, groups) {
        return false;
    }
    let is_bracketed = run.starts_with('(');
    if is_north_american(bytes, groups, false) {
        return true;
    }
    if (extended || is_bracketed) && is_north_american(bytes, groups, true) {
        return true;
    }
    let is_written = groups.len() > 1;
    if is_written && (first[0] == b'0' || is_bracketed) {
        let region = region::of(context);
        if region.is_some() && is_valid(run, region) {
            return true;
        }
    }
    digits <= MOST && !is_in_decimal(bytes, groups) && is_said(bytes, start, end)
}

/// Whether a word beside it says that it is a phone number.
fn is_said(bytes: &[u8], start: usize, end: usize) -> bool {
    let behind = &bytes[end..bytes.len().min(end + 12)];
    let behind = behind.strip_prefix(b" ").or_else(|| behind.strip_prefix(b"-")).or_else(|| behind.strip_prefix(b" ("));
    let label = behind.unwrap_or_default().split(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_label = BEHIND.iter().any(|word| label.eq_ignore_ascii_case(word.as_bytes()));
    is_label || phone_words::stand_in(cue::before(bytes, start))
}

/// Whether the numbering plan of its country, or of this region, has such a number.
fn is_valid(run: &str, region: Option<region::Region>) -> bool {
    PHONE_NUMBER_UTIL.parse(run, region).is_ok_and(|number| number.is_valid())
}

/// Three, three and four digits with separators, and perhaps a 1 before them. Unless it is known to be a phone, area and
/// exchange begin with 2 to 9, and the separators are alike.
fn is_north_american(bytes: &[u8], groups: &[Group], known: bool) -> bool {
    let has_country = groups.len() == 4 && matches!(&bytes[groups[0].start..groups[0].end], b"1" | b"001");
    let [area, exchange, line] = (if has_country { &groups[1..] } else { groups }) else { return false };
    if (area.len(), exchange.len(), line.len()) != (3, 3, 4) {
        return false;
    }
    let gaps = [&bytes[area.end..exchange.start], &bytes[exchange.end..line.start]];
    let is_bracketed = gaps[0].starts_with(b")");
    let is_uniform = is_bracketed || gaps[0] == gaps[1];
    let is_slashed = gaps.iter().any(|gap| gap.contains(&b'/'));
    let is_assigned = [area, exchange].iter().all(|group| (b'2'..=b'9').contains(&bytes[group.start]));
    let is_spaced = gaps.iter().all(|gap| *gap == b" ");
    // Three numbers with blanks between them may be anything, unless the plan has them.
    !is_slashed && is_uniform && (known || is_assigned && (!is_spaced || has_country))
}

/// A day, or two years: 2004-05-17, 17.05.2004, 20040517, 1999-2004.
fn is_date(bytes: &[u8], groups: &[Group]) -> bool {
    let value = |group: &Group| {
        bytes[group.start..group.end]
            .iter()
            .fold(0_u64, |sum, byte| (sum * 10 + u64::from(byte - b'0')).min(99_999_999))
    };
    let is_year = |number: u64| (1800..2100).contains(&number);
    let is_day = |a: u64, b: u64| (1..=31).contains(&a) && (1..=31).contains(&b) && (a <= 12 || b <= 12);
    match groups {
        [whole] if whole.len() == 8 => {
            let number = value(whole);
            is_year(number / 10_000) && is_day(number / 100 % 100, number % 100)
        }
        [year, last] if (year.len(), last.len()) == (4, 4) => is_year(value(year)) && is_year(value(last)),
        [a, b, c, ..] if groups.len() <= 5 && a.len() == 4 && b.len() <= 2 && c.len() <= 2 => {
            is_year(value(a)) && is_day(value(b), value(c))
        }
        [a, b, c, ..] if groups.len() <= 5 && a.len() <= 2 && b.len() <= 2 && c.len() == 4 => {
            is_year(value(c)) && is_day(value(a), value(b))
        }
        _ => false,
    }
}

/// Two groups with a dot: a decimal more likely than a number.
fn is_in_decimal(bytes: &[u8], groups: &[Group]) -> bool {
    matches!(groups, [a, b] if &bytes[a.end..b.start] == b".")
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Detector, Kind, check};

    #[test]
    fn numbers() {
        check(
            Kind::Phone,
            &[
                ("Tel. +49 (0)89 1234567, fax", &["+49 (0)89 1234567"]),
                ("+44 20 7946 0958 or +12125550187", &["+44 20 7946 0958", "+12125550187"]),
                ("tel:+1-212-555-0187", &["+1-212-555-0187"]),
                ("+39 00 1234, +999 1234 5678, a sum of +12045678901234", &[]),
                ("call 212-555-0187 or (212) 555-0187.", &["212-555-0187", "(212) 555-0187"]),
                ("1-212-555-0187", &["1-212-555-0187"]),
                ("(212)555-0187x123 and 212.555.0187 ext. 7", &["(212)555-0187x123", "212.555.0187 ext. 7"]),
                ("in 1999 - 2004, ISBN 978-3-16-148410-0, 10.1000/182", &[]),
                ("112-555-0187, 212-155-0187, 212-555 0187, 2125550187", &[]),
                ("a+12125550187, x=+12125550187, +1 2", &[]),
                ("1 2 3 4 5 6 7 8 9 10 11 12", &[]),
                ("123 456 789 + 212 555 0187 = ?", &[]),
            ],
        );
    }

    #[test]
    fn words_say_that_it_is_one() {
        check(
            Kind::Phone,
            &[
                ("Phone:\n434 14 557", &["434 14 557"]),
                ("0479 50 54 03 office", &["0479 50 54 03"]),
                ("mobil 0151 23456789", &["0151 23456789"]),
                ("电话:010-12345678", &["010-12345678"]),
                ("Телефон: 812 456 78 90", &["812 456 78 90"]),
                ("ΤΗΛ. 210 123 4567", &["210 123 4567"]),
                ("учителей 812 456 78 90", &[]),
                ("0479 50 54 03 boxes, 5403926876", &[]),
                ("call by 2024-05-17 or 17.05.2024 or 20240517; mobile 1.2345678", &[]),
            ],
        );
    }

    #[test]
    fn the_region_gives_the_plan() {
        let found = |text: &str, tld: Option<&str>, language: Option<&str>| {
            let mut spans = Vec::new();
            Detector::new(&[Kind::Phone]).spans(text, &Context { language, tld, ..Context::default() }, &mut spans);
            spans.iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>()
        };
        let text = "Anna, 01 42 68 53 00, Paris";
        assert_eq!(found(text, Some("fr"), None), ["01 42 68 53 00"]);
        assert_eq!(found(text, Some("com"), Some("fra_Latn")), ["01 42 68 53 00"]);
        assert!(found(text, None, None).is_empty());
        assert!(found("Anna, 01 42 68 53, Paris", Some("fr"), None).is_empty());
    }
}
