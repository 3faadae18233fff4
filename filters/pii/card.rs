//! Payment card numbers: length and Luhn checksum, and an issuer's range or a word beside them that says card.

use super::numbers::{Group, count, rows};
use super::{cue, luhn, stands_alone};

/// Words that name a card; in lower case.
const WORDS: &[&str] = &["card", "cards", "visa", "mastercard", "maestro", "amex", "debit"];

pub(super) fn find(text: &str, groups: &[Group], add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    rows(
        bytes,
        groups,
        |gap| matches!(gap, b" " | b"-"),
        |row| {
            if !(12..=19).contains(&count(row)) {
                return;
            }
            let (start, end) = (row[0].start, row[row.len() - 1].end);
            let run = &bytes[start..end];
            let digits: Vec<u8> = run.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0').collect();
            let is_decimal =
                start.checked_sub(1).is_some_and(|before| matches!(bytes[before], b'.' | b',' | b'-' | b'/'));
            if !is_decimal
                && stands_alone(bytes, start, end)
                && is_grouped(run)
                && luhn(digits.iter().copied())
                && (is_issued(&digits) || cue::is_near(bytes, start, end, WORDS))
            {
                add(start, end);
            }
        },
    );
}

/// Written together, or in groups of at least three with one kind of separator.
fn is_grouped(run: &[u8]) -> bool {
    let groups: Vec<usize> = run.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).collect();
    let mut separators = run.iter().filter(|byte| !byte.is_ascii_digit());
    let first = separators.next();
    groups.len() == 1 || (groups.iter().all(|length| *length >= 3) && separators.all(|other| Some(other) == first))
}

/// Ranges of the issuers that are in use (ISO/IEC 7812).
fn is_issued(digits: &[u8]) -> bool {
    let prefix = |length: usize| digits[..length].iter().fold(0_u32, |number, digit| number * 10 + u32::from(*digit));
    let (two, three, four) = (prefix(2), prefix(3), prefix(4));
    match digits.len() {
        13 | 19 if digits[0] == 4 => true,
        14 => matches!(three, 300..=305) || matches!(two, 36 | 38 | 39),
        15 => matches!(two, 34 | 37) || matches!(four, 1800 | 2131), // the second are JCB's old ones
        16 => {
            digits[0] == 4
                || matches!(two, 51..=55 | 60 | 62 | 65)
                || matches!(four, 2221..=2720 | 3528..=3589)
                || matches!(three, 644..=649)
                || matches!(two, 50 | 56..=58 | 67)
        }
        13..=19 => matches!(two, 50 | 56..=58 | 62 | 63 | 67),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn cards() {
        check(
            Kind::CreditCard,
            &[
                ("Visa 4111 1111 1111 1111.", &["4111 1111 1111 1111"]),
                ("5500-0000-0000-0004 and 340000000000009", &["5500-0000-0000-0004", "340000000000009"]),
                ("Maestro card 676222165679\nitem 676222165679", &["676222165679"]),
                ("card 3598899323053410\nitem 3598899323053410", &["3598899323053410"]),
                ("4111111111111112 has a wrong checksum", &[]),
                ("1234567812345670 has no issuer", &[]),
                ("order x4111111111111111, 0.4111111111111111", &[]),
                ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", &[]),
            ],
        );
    }
}
