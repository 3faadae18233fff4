//! Bytes of a page to text: which charset it is in.
//!
//! In order: byte order mark; UTF-8, if the bytes are valid UTF-8 with characters beyond ASCII, since no legacy text
//! is that by chance; what the HTTP head says; what the page says in its first bytes; detection on a bounded sample,
//! with the host's top-level domain as a hint. Declared UTF-8 with a few bad bytes stays UTF-8.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, REPLACEMENT, UTF_8, WINDOWS_1252, X_USER_DEFINED};

/// Bytes in which a page may declare its charset.
const PRESCAN: usize = 2048;

/// Bytes around non-ASCII ones that detection looks at.
const SAMPLE: usize = 16 << 10;

/// Share of bad sequences up to which declared UTF-8 is believed.
const FEW_BAD: f64 = 0.05;

/// The text of a page. `content_type` is what the HTTP head declares, `host` gives detection a hint.
#[must_use]
pub fn decode<'a>(body: &'a [u8], content_type: Option<&str>, host: Option<&str>) -> Cow<'a, str> {
    if let Some((encoding, length)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[length..]).0;
    }
    let declared = content_type.and_then(charset_parameter).and_then(for_label);
    if let Ok(text) = std::str::from_utf8(body) {
        // ASCII is the same in nearly all charsets; ISO-2022-JP is not, and hides in ASCII.
        if !body.is_ascii() || !memchr::memchr(0x1b, body).is_some_and(|_| is_iso_2022(declared, body)) {
            return Cow::Borrowed(text);
        }
    }
    let encoding = declared
        .filter(|encoding| fits(encoding, body))
        .or_else(|| in_page(body).filter(|encoding| fits(encoding, body)))
        .unwrap_or_else(|| detect(body, host));
    encoding.decode_without_bom_handling(body).0
}

fn is_iso_2022(declared: Option<&'static Encoding>, body: &[u8]) -> bool {
    declared.or_else(|| in_page(body)).is_some_and(|encoding| encoding == encoding_rs::ISO_2022_JP)
}

/// The charset parameter of a media type.
fn charset_parameter(content_type: &str) -> Option<&[u8]> {
    let lower = content_type.to_ascii_lowercase();
    let at = lower.find("charset=")? + "charset=".len();
    let value = content_type[at..].trim_start_matches(['"', '\'', ' ']);
    let end = value.find(['"', '\'', ';', ' ', ',']).unwrap_or(value.len());
    Some(&value.as_bytes()[..end])
}

fn for_label(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(label).filter(|encoding| *encoding != REPLACEMENT && *encoding != X_USER_DEFINED)
}

/// What the page declares: `<meta charset>`, `<meta http-equiv>`, `<?xml encoding?>`.
fn in_page(body: &[u8]) -> Option<&'static Encoding> {
    let start = &body[..body.len().min(PRESCAN)];
    let lower = start.to_ascii_lowercase();
    let name = |from: usize, ends: &[u8]| {
        let rest = &start[from..];
        let skip = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'=' | b'"' | b'\'')).count();
        let rest = &rest[skip..];
        let end = rest.iter().position(|byte| ends.contains(byte)).unwrap_or(rest.len());
        for_label(&rest[..end])
    };
    let ends = b"\"' \t\r\n;>/?";
    for place in memchr::memmem::find_iter(&lower, b"<meta") {
        let end = memchr::memchr(b'>', &lower[place..]).map_or(lower.len(), |end| place + end);
        if let Some(at) = memchr::memmem::find(&lower[place..end], b"charset")
            && let Some(encoding) = name(place + at + "charset".len(), ends)
        {
            // A page that could declare UTF-16 in ASCII is not in UTF-16.
            return Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 });
        }
    }
    if lower.trim_ascii_start().starts_with(b"<?xml")
        && let Some(at) = memchr::memmem::find(&lower, b"encoding")
    {
        return name(at + "encoding".len(), ends);
    }
    None
}

/// Whether a declared charset can be what the bytes are in: UTF-8 must be nearly valid, the others decode anything.
fn fits(encoding: &'static Encoding, body: &[u8]) -> bool {
    encoding != UTF_8 || bad_share(body) <= FEW_BAD
}

/// Bad UTF-8 sequences by non-ASCII bytes.
#[expect(clippy::cast_precision_loss, reason = "a share is compared with a threshold")]
fn bad_share(body: &[u8]) -> f64 {
    let (mut bad, mut high) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        high += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
        high += chunk.invalid().len();
    }
    if high == 0 { 0.0 } else { bad as f64 / high as f64 }
}

/// Guesses from the bytes around those beyond ASCII.
fn detect(body: &[u8], host: Option<&str>) -> &'static Encoding {
    if bad_share(body) <= FEW_BAD {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut fed = 0;
    let mut at = 0;
    while fed < SAMPLE && at < body.len() {
        let Some(high) = body[at..].iter().position(|byte| !byte.is_ascii()) else { break };
        let start = (at + high).saturating_sub(16).max(at);
        let end = (at + high + 240).min(body.len());
        detector.feed(&body[start..end], false);
        fed += end - start;
        at = end;
    }
    detector.feed(b"", true);
    let top_level = host.and_then(|host| host.rsplit('.').next()).filter(|label| is_tld(label)).map(str::as_bytes);
    match detector.guess(top_level, Utf8Detection::Deny) {
        encoding if encoding == REPLACEMENT => WINDOWS_1252,
        encoding => encoding,
    }
}

/// Whether the detector takes the label: ASCII letters in lower case, or punycode.
fn is_tld(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_found() {
        let russian = "Съешь ещё этих мягких французских булок, да выпей чаю. Широкая электрификация южных губерний.";
        let cyrillic = encoding_rs::WINDOWS_1251.encode(russian).0.into_owned();
        let koi8 = encoding_rs::KOI8_R.encode(russian).0.into_owned();
        let japanese = "いろはにほへと ちりぬるを わかよたれそ つねならむ。日本語の文章です。";
        let shift_jis = encoding_rs::SHIFT_JIS.encode(japanese).0.into_owned();
        let german = "Größe, Übermut und Straße";
        let latin = encoding_rs::WINDOWS_1252.encode(german).0.into_owned();
        let meta = |name: &str, body: &[u8]| [format!("<meta charset={name}>").as_bytes(), body].concat();
        for (what, body, content_type, host, expected) in [
            ("UTF-8", russian.as_bytes().to_vec(), None, None, russian),
            (
                "UTF-8 under a wrong name",
                russian.as_bytes().to_vec(),
                Some("text/html; charset=iso-8859-1"),
                None,
                russian,
            ),
            ("in the head", cyrillic.clone(), Some("text/html; charset=\"windows-1251\""), None, russian),
            ("nowhere", cyrillic.clone(), None, Some("example.ru"), russian),
            ("nowhere, KOI8", koi8, None, Some("example.ru"), russian),
            ("nowhere, Japanese", shift_jis, None, Some("example.jp"), japanese),
            ("wrong UTF-8, right page", meta("windows-1252", &latin), Some("text/html; charset=utf-8"), None, german),
            ("unknown name", latin.clone(), Some("text/html; charset=klingon"), Some("example.de"), german),
            ("byte order mark", [b"\xef\xbb\xbf", german.as_bytes()].concat(), None, None, german),
        ] {
            let text = decode(&body, content_type, host);
            assert!(text.ends_with(expected), "{what}: {text}");
        }
    }

    #[test]
    fn a_few_bad_bytes_do_not_change_the_charset() {
        let mut body = "Größe ".repeat(50).into_bytes();
        body.push(0xff);
        assert!(decode(&body, Some("text/html; charset=utf-8"), None).starts_with("Größe Größe"));
        assert!(decode(&body, None, None).starts_with("Größe Größe"));
    }

    #[test]
    fn any_bytes_decode() {
        for body in [&b""[..], &[0; 100], &[0xff; 3000], b"\xfe\xff", b"<meta charset", b"<?xml encoding="] {
            let text = decode(body, Some("charset="), Some("x.\u{e9}"));
            assert!(text.len() <= 3 * body.len());
        }
    }
}
