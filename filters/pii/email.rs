//! E-mail addresses: an `@` with a local part before it and a domain behind it.

/// Longest local part and domain (RFC 5321, 4.5.3.1).
const MOST_LOCAL: usize = 64;
const MOST_DOMAIN: usize = 255;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut free_from = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let local = bytes[free_from.max(at.saturating_sub(MOST_LOCAL))..at]
            .iter()
            .rev()
            .take_while(|byte| is_local(**byte))
            .count();
        let domain = bytes[at + 1..].iter().take(MOST_DOMAIN).take_while(|byte| is_domain(**byte)).count();
        let mut start = at - local;
        while start < at && !bytes[start].is_ascii_alphanumeric() {
            start += 1;
        }
        let mut end = at + 1 + domain;
        while end > at + 1 && !bytes[end - 1].is_ascii_alphanumeric() {
            end -= 1;
        }
        if start == at || bytes[at - 1] == b'.' || bytes[start..at].windows(2).any(|pair| pair == b"..") {
            continue;
        }
        let is_cut = start.checked_sub(1).is_some_and(|before| bytes[before] >= 0x80 || bytes[before] == b'@')
            || bytes.get(end).is_some_and(|byte| *byte >= 0x80 || *byte == b'@');
        if !is_cut && is_host(&text[at + 1..end]) {
            add(start, end);
            free_from = end;
        }
    }
}

const fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'')
}

const fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

/// Whether it is a domain that mail goes to: labels, the last one a top-level domain of letters, and not reserved for
/// examples (RFC 2606).
fn is_host(domain: &str) -> bool {
    let lower = domain.to_ascii_lowercase();
    let labels: Vec<&str> = lower.split('.').collect();
    let Some(top) = labels.last().filter(|_| labels.len() > 1) else { return false };
    let is_label =
        |label: &&str| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
    let is_top = (top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase())) || top.starts_with("xn--");
    let is_file = matches!(*top, "png" | "jpg" | "jpeg" | "gif" | "svg" | "webp" | "js" | "css");
    is_top && !is_file && labels.iter().all(is_label) && !is_reserved(&labels)
}

fn is_reserved(labels: &[&str]) -> bool {
    match labels {
        [.., "test" | "invalid" | "localhost" | "example"] => true,
        [.., "example", top] => matches!(*top, "com" | "org" | "net"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn addresses() {
        check(
            Kind::Email,
            &[
                ("write to anna.b+news@mail.host.co.uk.", &["anna.b+news@mail.host.co.uk"]),
                ("<a_1@host.de>, (b@host.io)", &["a_1@host.de", "b@host.io"]),
                ("me@example.com, x@y.example, root@localhost, a@b.test", &[]),
                ("@handle, price@5, a@b, logo@2x.png, x@.de, x@a..de", &[]),
                ("one@two@host.de", &[]),
                ("müller@host.de", &[]),
                (".dot@host.de", &["dot@host.de"]),
                ("a.@host.de a..b@host.de", &[]),
            ],
        );
    }
}
