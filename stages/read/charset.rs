//! Bytes of a page to text: which charset it is in.
//!
//! In order: byte order mark; UTF-8, if the bytes are valid UTF-8 with characters beyond ASCII, since no legacy text
//! is that by chance, while heads often lie; what the HTTP head says; what the page says in its first bytes; detection on
//! a bounded sample, with the host's top-level domain as a hint, or the page's language where that says nothing. Declared UTF-8 with a few bad bytes stays UTF-8.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, IBM866, REPLACEMENT, UTF_8, WINDOWS_1252, X_USER_DEFINED};

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
            return Some(if matches!(encoding.name(), "UTF-16LE" | "UTF-16BE") { UTF_8 } else { encoding });
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
        // Up to a byte that is no part of a longer character: half of one would speak against its charset.
        let rest = &body[end..body.len().min(end + 2048)];
        let end = end + rest.iter().position(|byte| *byte < 0x30).map_or(0, |length| length + 1);
        detector.feed(&body[start..end], false);
        fed += end - start;
        at = end;
    }
    detector.feed(b"", true);
    let country = host.and_then(|host| host.rsplit('.').next()).filter(|label| is_country(label)).map(str::as_bytes);
    let hint = country.or_else(|| language(body).as_deref().and_then(country_of));
    match detector.guess(hint, Utf8Detection::Deny) {
        encoding if encoding == REPLACEMENT => WINDOWS_1252,
        // The charset of Russian DOS: elsewhere a guess from too few bytes, such as one character again and again.
        encoding if encoding == IBM866 && !hint.is_some_and(|country| CYRILLIC.contains(&country)) => WINDOWS_1252,
        encoding => encoding,
    }
}

/// Top-level domains of countries that are sold to everyone.
const SOLD: [&str; 16] =
    ["ac", "ai", "bz", "cc", "cd", "co", "fm", "gg", "io", "la", "me", "nu", "sh", "to", "tv", "ws"];

/// Countries that write Cyrillic.
const CYRILLIC: [&[u8]; 8] = [b"bg", b"by", b"kg", b"kz", b"mk", b"ru", b"su", b"ua"];

/// Whether a top-level domain is that of a country, which says something of the language.
fn is_country(label: &str) -> bool {
    label.len() == 2 && label.bytes().all(|byte| byte.is_ascii_lowercase()) && !SOLD.contains(&label)
}

/// The language that the page says it is in: that of `<html lang>`, in lower case.
fn language(body: &[u8]) -> Option<Vec<u8>> {
    let start = body[..body.len().min(PRESCAN)].to_ascii_lowercase();
    let tag = memchr::memmem::find(&start, b"<html")?;
    let end = tag + memchr::memchr(b'>', &start[tag..])?;
    let lang = tag + memchr::memmem::find(&start[tag..end], b"lang=")? + "lang=".len();
    let value = start[lang..end].iter().skip_while(|byte| matches!(byte, b'"' | b'\''));
    Some(value.take_while(|byte| byte.is_ascii_lowercase() || **byte == b'-').copied().collect())
}

/// The top-level domain of a country that speaks a language.
fn country_of(language: &[u8]) -> Option<&'static [u8]> {
    let code = language.split(|byte| *byte == b'-').next().unwrap_or_default();
    let country: &[u8] = match code {
        b"ar" => b"eg",
        b"cs" => b"cz",
        b"da" => b"dk",
        b"el" => b"gr",
        b"en" => b"uk",
        b"et" => b"ee",
        b"fa" => b"ir",
        b"he" => b"il",
        b"ja" => b"jp",
        b"ko" => b"kr",
        b"sl" => b"si",
        b"sr" => b"rs",
        b"sv" => b"se",
        b"uk" => b"ua",
        b"vi" => b"vn",
        b"zh" if [&b"-tw"[..], b"-hk", b"-hant"].iter().any(|place| language.ends_with(place)) => b"tw",
        b"zh" => b"cn",
        b"bg" => b"bg",
        b"de" => b"de",
        b"es" => b"es",
        b"fi" => b"fi",
        b"fr" => b"fr",
        b"hr" => b"hr",
        b"hu" => b"hu",
        b"is" => b"is",
        b"it" => b"it",
        b"lt" => b"lt",
        b"lv" => b"lv",
        b"nl" => b"nl",
        b"no" => b"no",
        b"pl" => b"pl",
        b"pt" => b"pt",
        b"ro" => b"ro",
        b"ru" => b"ru",
        b"sk" => b"sk",
        b"th" => b"th",
        b"tr" => b"tr",
        _ => return None,
    };
    Some(country)
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
        let iso_2022 = encoding_rs::ISO_2022_JP.encode(japanese).0.into_owned();
        let ancient = "Άνθρωπος φύσει";
        let greek = encoding_rs::ISO_8859_7.encode(ancient).0.into_owned();
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
            ("in the page, in a charset of ASCII bytes", meta("iso-2022-jp", &iso_2022), None, None, japanese),
            (
                "in the head, in a charset of ASCII bytes",
                iso_2022,
                Some("text/html;charset=ISO-2022-JP"),
                None,
                japanese,
            ),
            ("in the page, which cannot be", meta("utf-16le", &latin), None, Some("example.de"), german),
            ("nowhere, a language", [b"<html lang='el'>", &*greek].concat(), None, Some("example.com"), ancient),
            ("nowhere, a domain that is sold", [b"<HTML LANG=el-GR>", &*greek].concat(), None, Some("a.io"), ancient),
            ("nowhere, one character", b"<html lang=en>to\x85 to\x85\" ".repeat(9), None, None, "to…\" "),
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
