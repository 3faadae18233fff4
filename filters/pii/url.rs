//! Names and passwords within URLs: `scheme://name:password@host`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Made once: most texts are short.
static SLASHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("://"));

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    for slashes in SLASHES.find_iter(bytes) {
        let scheme = bytes[..slashes].iter().rev().take(20).take_while(|byte| is_scheme(**byte)).count();
        let rest = &bytes[slashes + 3..];
        let end = rest.iter().take(512).position(|byte| is_end(*byte)).unwrap_or(rest.len().min(512));
        let authority = rest[..end].split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
        let Some(at) = memchr::memrchr(b'@', authority) else { continue };
        let Some(colon) = memchr::memchr(b':', &authority[..at]) else { continue };
        if scheme == 0 || colon == 0 || colon + 1 == at || at + 1 == authority.len() {
            continue;
        }
        let mut end = slashes + 3 + end;
        while end > 0 && matches!(bytes[end - 1], b'.' | b',' | b';' | b':' | b'!' | b'?') {
            end -= 1;
        }
        add(slashes - scheme, end);
    }
}

const fn is_scheme(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

const fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b')' | b']' | b'`') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn credentials() {
        check(
            Kind::UrlCredentials,
            &[
                ("git clone https://me:t0ken@host.net/repo.git.", &["https://me:t0ken@host.net/repo.git"]),
                ("(postgres://user:pw@10.0.0.1:5432/db)", &["postgres://user:pw@10.0.0.1:5432/db"]),
                ("https://host.net/a:b@c https://me@host.net https://:@host.net ://a:b@c", &[]),
            ],
        );
    }
}
