//! Public IP addresses: those outside of IANA's special-purpose registries. Private, shared and documentation ranges
//! identify nobody and stay. A number behind a word such as *version* or *section* is none.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::cue;

/// Things that are numbered with dots; in lower case.
const NUMBERED: &[&str] = &[
    "version", "versions", "ver", "v", "release", "build", "firmware", "driver", "section", "chapter", "clause", "rule",
];

/// Bytes before a number in which their name may stand.
const BEFORE: usize = 14;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    // IPv4: a dot with digits on both sides; the run around it is looked at once.
    let mut seen = 0;
    for dot in memchr::memchr_iter(b'.', bytes) {
        let has_digits = dot.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_digit())
            && bytes.get(dot + 1).is_some_and(u8::is_ascii_digit);
        if dot < seen || !has_digits {
            continue;
        }
        let (start, mut end) = run(bytes, dot, seen, |byte| byte.is_ascii_digit() || byte == b'.');
        seen = end;
        while end > start && bytes[end - 1] == b'.' {
            end -= 1;
        }
        let is_other = || cue::has_word(&bytes[start.saturating_sub(BEFORE)..start], NUMBERED);
        if is_alone(bytes, start, end) && text[start..end].parse().is_ok_and(is_public_v4) && !is_other() {
            add(start, end);
        }
    }
    // IPv6: two colons near each other, hexadecimal around.
    seen = 0;
    for colon in memchr::memchr_iter(b':', bytes) {
        if colon < seen {
            continue;
        }
        let (start, mut end) = run(bytes, colon, seen, |byte| byte.is_ascii_hexdigit() || byte == b':');
        seen = end;
        if end - start > 39 {
            continue;
        }
        while end > start && bytes[end - 1] == b':' && !text[start..end].ends_with("::") {
            end -= 1;
        }
        let colons = bytes[start..end].iter().filter(|byte| **byte == b':').count();
        // Outside of what is given out so far (2000::/3), only an address in full is one.
        let is_given = bytes[start] == b'2' || bytes[start] == b'3';
        if (if is_given { colons >= 2 } else { colons == 7 })
            && is_alone(bytes, start, end)
            && text[start..end].parse().is_ok_and(is_public_v6)
        {
            add(start, end);
        }
    }
}

/// The run of bytes around a place, not before `from`, and no longer than an address can be by much.
fn run(bytes: &[u8], place: usize, from: usize, belongs: impl Fn(u8) -> bool) -> (usize, usize) {
    let before = bytes[from.min(place)..place].iter().rev().take_while(|byte| belongs(**byte)).count();
    let after = bytes[place..].iter().take_while(|byte| belongs(**byte)).count();
    (place - before, place + after)
}

/// Whether it is no part of a longer number, version or name.
fn is_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).map(|place| bytes[place]);
    let after = bytes.get(end).copied();
    let joins = |byte: u8| super::is_word(byte) || matches!(byte, b'-');
    !before.is_some_and(|byte| joins(byte) || matches!(byte, b'.' | b'/')) && !after.is_some_and(joins)
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b)) // shared by carriers (RFC 6598)
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)) // benchmarks (RFC 2544)
        || (a == 224 && b == 0 && c == 0) // groups of one network
        || a >= 239)
}

/// All but what identifies nobody: unspecified, loopback, private, of one link, documentation, groups.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    !(first < 0x100
        || address.is_unique_local()
        || first & 0xff00 >= 0xfe00
        || (first == 0x2001 && second == 0xdb8)
        || (first == 0x3fff && second < 0x1000)
        || (first == 0x2001 && second < 0x200))
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn addresses() {
        check(
            Kind::Ip,
            &[
                ("from 8.8.8.8, and 203.1.2.3.", &["8.8.8.8", "203.1.2.3"]),
                ("10.0.0.1 192.168.1.1 127.0.0.1 203.0.113.9 100.64.0.1 255.255.255.255", &[]),
                ("version 1.2.3.4.5, v8.8.8.8, 8.8.8, 300.8.8.8, 8.8.8.8-beta", &[]),
                ("[2a00:1450:4001:81b::200e]:443", &["2a00:1450:4001:81b::200e"]),
                ("version 6.0.1.6 of, section 3.1.2.4, driver v 1.2.3.4; server 6.0.1.6", &["6.0.1.6"]),
                ("4f8a:c99e:dc86:faf9:5988:5f63:375e:8a2a", &["4f8a:c99e:dc86:faf9:5988:5f63:375e:8a2a"]),
                ("fe80::1 ::1 2001:db8::1 12:30:45 a::b std::vec", &[]),
            ],
        );
    }
}
