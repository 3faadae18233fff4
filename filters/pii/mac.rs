//! MAC addresses: six pairs of hexadecimal digits with colons or hyphens, or three fours with dots.

use super::is_word;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut free_from = 0;
    for at in memchr::memchr3_iter(b':', b'-', b'.', bytes) {
        // Pairs have their first separator after two digits, fours after four.
        let (size, count) = if bytes[at] == b'.' { (4, 3) } else { (2, 6) };
        // Where the next separator has to be: most marks are none.
        if bytes.get(at + size + 1) != Some(&bytes[at]) {
            continue;
        }
        let length = size * count + count - 1;
        let Some(start) = at.checked_sub(size).filter(|start| *start >= free_from) else { continue };
        let Some(address) = bytes.get(start..start + length) else { continue };
        let fits = |(place, byte): (usize, &u8)| {
            if place % (size + 1) == size { *byte == bytes[at] } else { byte.is_ascii_hexdigit() }
        };
        if address.iter().enumerate().all(fits) && is_alone(bytes, start, start + length) && is_of_a_device(address) {
            add(start, start + length);
            free_from = start + length;
        }
    }
}

/// Not part of a longer row of hexadecimal digits, such as a fingerprint.
fn is_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let goes_on = |first: Option<&u8>, second: Option<&u8>| {
        first.is_some_and(|byte| {
            is_word(*byte) || (matches!(byte, b':' | b'-') && second.is_some_and(u8::is_ascii_hexdigit))
        })
    };
    let before = |back: usize| start.checked_sub(back).map(|place| &bytes[place]);
    !goes_on(before(1), before(2)) && !goes_on(bytes.get(end), bytes.get(end + 1))
}

/// Neither all zeros nor the address of all, and with a digit, as words in pairs have none.
fn is_of_a_device(address: &[u8]) -> bool {
    let digits = || address.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let is_all = |wanted: u8| digits().all(|byte| byte.to_ascii_lowercase() == wanted);
    !is_all(b'0') && !is_all(b'f') && (address.contains(&b':') || digits().any(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn addresses() {
        check(
            Kind::Mac,
            &[
                ("eth0 00:1A:2b:3c:4D:5E, up", &["00:1A:2b:3c:4D:5E"]),
                ("00-1a-2b-3c-4d-5e and 001a.2b3c.4d5e.", &["00-1a-2b-3c-4d-5e", "001a.2b3c.4d5e"]),
                ("00:00:00:00:00:00 ff:ff:ff:ff:ff:ff 00:1a:2b:3c:4d", &[]),
                ("00:1a:2b:3c:4d:5e:6f:70, 12:30:45, 10-11-12-13-14-15-16, be-ad-ed-fa-ce-ee", &[]),
                ("00:1a-2b:3c-4d:5e x00:1a:2b:3c:4d:5e", &[]),
            ],
        );
    }
}
