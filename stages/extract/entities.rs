//! Character references: the named ones of HTML, and numbers.
//!
//! `entities.tsv` is the table of the HTML standard (13.5, "Named character references"), in byte order of the names;
//! a name without `;` is one that browsers also accept without.

use std::sync::LazyLock;

/// Name (with its `;`, if it has one) and text, in byte order of the names.
static NAMED: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let rows = include_str!("entities.tsv").lines().filter_map(|line| line.split_once('\t'));
    // Two characters cannot stand in a table of lines and tabs as they are.
    rows.map(|(name, text)| {
        (
            name,
            if text == "\\t" {
                "\t"
            } else if text == "\\n" {
                "\n"
            } else if text == "\\\\" {
                "\\"
            } else {
                text
            },
        )
    })
    .collect()
});

/// Longest name, `;` included.
const LONGEST: usize = 32;
/// Longest name that is also read without `;`.
const LONGEST_BARE: usize = 6;

/// What the bytes 0x80 to 0x9f of windows-1252 mean, which is how browsers read such numbers.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Where a reference stands: in attributes, a bare name before `=` or a letter is no reference (`?a=1&copy=2`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In text.
    Text,
    /// In an attribute's value.
    Attribute,
}

/// Appends `raw` to `out` with its references decoded, NULs dropped and carriage returns as line feeds.
pub(super) fn decode(raw: &str, place: Place, out: &mut String) {
    let bytes = raw.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'&', &bytes[from..]).map(|at| from + at) {
        literal(&raw[from..at], out);
        let used = reference(&raw[at + 1..], place, out);
        if used == 0 {
            out.push('&');
        }
        from = at + 1 + used;
    }
    literal(&raw[from..], out);
}

/// Appends `raw` to `out` with its references as they are, NULs dropped and carriage returns as line feeds.
pub(super) fn literal(raw: &str, out: &mut String) {
    let mut from = 0;
    // Nearly all text has neither.
    while let Some(at) = memchr::memchr2(b'\0', b'\r', &raw.as_bytes()[from..]).map(|at| from + at) {
        out.push_str(&raw[from..at]);
        from = at + 1;
        if raw.as_bytes()[at] == b'\r' && raw.as_bytes().get(from) != Some(&b'\n') {
            out.push('\n');
        }
    }
    out.push_str(&raw[from..]);
}

/// The decoded value of an attribute.
pub(super) fn attribute(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    decode(raw, Place::Attribute, &mut out);
    out
}

/// Reads what follows an ampersand: appends its text and says how many bytes it took; 0 when it is no reference.
fn reference(rest: &str, place: Place, out: &mut String) -> usize {
    if let Some(number) = rest.strip_prefix('#') {
        return numeric(number, out).map_or(0, |used| 1 + used);
    }
    let length = rest.bytes().take(LONGEST).take_while(u8::is_ascii_alphanumeric).count();
    if rest.as_bytes().get(length) == Some(&b';')
        && let Some(text) = named(&rest[..=length])
    {
        out.push_str(text);
        return length + 1;
    }
    for bare in (2..=length.min(LONGEST_BARE)).rev() {
        if let Some(text) = named(&rest[..bare]) {
            let next = rest.as_bytes().get(bare);
            if place == Place::Attribute && next.is_some_and(|next| *next == b'=' || next.is_ascii_alphanumeric()) {
                return 0;
            }
            out.push_str(text);
            return bare;
        }
    }
    0
}

fn named(name: &str) -> Option<&'static str> {
    // The few that make up nearly all.
    match name {
        "nbsp;" => return Some("\u{a0}"),
        "amp;" => return Some("&"),
        "quot;" => return Some("\""),
        "lt;" => return Some("<"),
        "gt;" => return Some(">"),
        _ => {}
    }
    NAMED.binary_search_by_key(&name, |(known, _)| known).ok().map(|at| NAMED[at].1)
}

/// A number in decimal or, after `x`, hexadecimal.
fn numeric(rest: &str, out: &mut String) -> Option<usize> {
    let (prefix, radix) = if rest.starts_with(['x', 'X']) { (1, 16) } else { (0, 10) };
    let digits = rest[prefix..].bytes().take_while(|byte| char::from(*byte).is_digit(radix)).count();
    if digits == 0 {
        return None;
    }
    let end = prefix + digits;
    // Numbers too large for u32 are no characters either.
    let code = u32::from_str_radix(&rest[prefix..end], radix).unwrap_or(u32::MAX);
    let character = match code {
        0 => None, // no text holds NUL
        0x80..=0x9f => WINDOWS_1252.get(code as usize - 0x80).copied(),
        _ => Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)),
    };
    out.extend(character);
    Some(end + usize::from(rest.as_bytes().get(end) == Some(&b';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert_eq!(NAMED.len(), 2231);
        assert!(NAMED.is_sorted());
        assert_eq!(NAMED.iter().map(|(name, _)| name.len()).max(), Some(LONGEST));
        let bare = NAMED.iter().filter(|(name, _)| !name.ends_with(';')).map(|(name, _)| name.len());
        assert_eq!(bare.max(), Some(LONGEST_BARE));
        assert_eq!((named("Tab;"), named("NewLine;"), named("bsol;")), (Some("\t"), Some("\n"), Some("\\")));
    }

    #[test]
    fn references_are_read_as_browsers_read_them() {
        for (what, raw, expected) in [
            ("nothing", "", ""),
            ("named", "&lt;b&gt; &amp; &nGt;", "<b> & ≫⃒"),
            ("without semicolon", "&copy 2026, &notit;", "© 2026, ¬it;"),
            ("the longest wins", "&notin;", "∉"),
            ("unknown names stay", "&unknown; & &; AT&T", "&unknown; & &; AT&T"),
            ("numbers", "&#65;&#x42;&#X43&#100", "ABCd"),
            ("windows-1252", "&#146;&#x96;&#129;", "’–\u{81}"),
            ("no character", "&#xD800;&#x110000;&#99999999999;", "\u{fffd}\u{fffd}\u{fffd}"),
            ("NUL and carriage returns", "a\0b&#0;\r\nc\rd", "ab\nc\nd"),
            ("not a number", "&#; &#x;", "&#; &#x;"),
        ] {
            let mut out = String::new();
            decode(raw, Place::Text, &mut out);
            assert_eq!(out, expected, "{what}");
        }
        assert_eq!(attribute("?a=1&copy=2&amp;b=3&lt"), "?a=1&copy=2&b=3<");
    }
}
