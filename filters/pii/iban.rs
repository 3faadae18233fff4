//! International bank account numbers: country, its length, checksum modulo 97 (ISO 13616).

use super::numbers::Group;
use super::stands_alone;

/// Length of an IBAN by country.
const LENGTHS: [(&[u8; 2], usize); 79] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 23),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NL", 18),
    (b"NO", 15),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
];

pub(super) fn find(text: &str, groups: &[Group], add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    for group in groups.iter().filter(|group| group.len() >= 2) {
        let Some(start) = group.start.checked_sub(2) else { continue };
        let country = [bytes[start], bytes[start + 1]].map(|byte| byte.to_ascii_uppercase());
        let Ok(place) = LENGTHS.binary_search_by_key(&&country, |(country, _)| *country) else { continue };
        let length = &LENGTHS[place].1;
        if let Some(end) = end_of(bytes, start, *length)
            && stands_alone(bytes, start, end)
            && checks(&bytes[start..end])
        {
            add(start, end);
        }
    }
}

/// Past the last of so many characters, written together or in groups with single spaces.
fn end_of(bytes: &[u8], start: usize, length: usize) -> Option<usize> {
    let (mut count, mut at) = (0, start);
    while count < length {
        match bytes.get(at)? {
            byte if byte.is_ascii_alphanumeric() => count += 1,
            b' ' | b'-' if bytes[at - 1].is_ascii_alphanumeric() => {}
            _ => return None,
        }
        at += 1;
    }
    Some(at)
}

/// The first four characters behind the rest, letters as 10 to 35: the remainder by 97 is 1.
fn checks(account: &[u8]) -> bool {
    let plain: Vec<u8> = account.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let (head, tail) = plain.split_at(4);
    let remainder = tail.iter().chain(head).fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn countries_are_in_order() {
        assert!(super::LENGTHS.is_sorted_by_key(|(country, _)| *country));
    }

    #[test]
    fn accounts() {
        check(
            Kind::Iban,
            &[
                ("IBAN DE89 3704 0044 0532 0130 00.", &["DE89 3704 0044 0532 0130 00"]),
                ("GB82WEST12345698765432", &["GB82WEST12345698765432"]),
                ("gb82west12345698765432", &["gb82west12345698765432"]),
                ("DE89 3704 0044 0532 0130 01", &[]),
                ("XX89370400440532013000, DE8937040044053201300", &[]),
                ("XDE89370400440532013000", &[]),
            ],
        );
    }
}
