//! The inside of a tag: attributes, and where the tag ends.

use memchr::memchr;

/// Where an attribute's name and value stand in the page, as written: names in any case, values with their references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Start and end of the name.
    pub(super) name: (usize, usize),
    /// Start and end of the value, without quotes.
    pub(super) value: (usize, usize),
}

/// The end of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TagEnd {
    /// One past its `>`.
    pub(super) end: usize,
    /// Whether it ends in `/>`, which counts in MathML and SVG only.
    pub(super) self_closing: bool,
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

/// Reads from the end of a tag's name to past its `>`, calling `each` with every attribute; `None` where the page ends
/// first. As browsers do, but for quotes that are never closed: they are part of a value that ends at white space or
/// `>`, where browsers would lose the rest of the page.
pub(super) fn read(bytes: &[u8], from: usize, mut each: impl FnMut(Span)) -> Option<TagEnd> {
    let mut at = from;
    loop {
        let start = at;
        match *bytes.get(at)? {
            b'>' => return Some(TagEnd { end: at + 1, self_closing: at > from && bytes[at - 1] == b'/' }),
            b'/' => {
                at += 1;
                if bytes.get(at) == Some(&b'>') {
                    return Some(TagEnd { end: at + 1, self_closing: true });
                }
                continue;
            }
            byte if is_space(byte) => {
                at += 1;
                continue;
            }
            _ => at += 1, // a name may start with `=`
        }
        at = find(bytes, at, |byte| is_space(byte) || matches!(byte, b'/' | b'>' | b'='))?;
        let name = (start, at);
        let mut value = find(bytes, at, |byte| !is_space(byte))?;
        if bytes[value] != b'=' {
            each(Span { name, value: (at, at) });
            at = value;
            continue;
        }
        value = find(bytes, value + 1, |byte| !is_space(byte))?;
        let quote = bytes[value];
        if matches!(quote, b'"' | b'\'')
            && let Some(length) = memchr(quote, &bytes[value + 1..])
        {
            each(Span { name, value: (value + 1, value + 1 + length) });
            at = value + length + 2;
            continue;
        }
        at = find(bytes, value, |byte| is_space(byte) || byte == b'>')?;
        each(Span { name, value: (value, at) });
        if bytes[at] == b'>' {
            return Some(TagEnd { end: at + 1, self_closing: false }); // `<a href=x/>`: the `/` is the value's
        }
    }
}

fn find(bytes: &[u8], from: usize, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    bytes[from..].iter().position(|byte| is_wanted(*byte)).map(|length| from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name[value]` of each attribute, `/` where the tag closes itself, and what follows the tag.
    fn written(tag: &str) -> Option<String> {
        use std::fmt::Write;
        let mut out = String::new();
        let end = read(tag.as_bytes(), 0, |Span { name, value }| {
            let _ = write!(out, "{}[{}] ", &tag[name.0..name.1], &tag[value.0..value.1]);
        })?;
        Some(format!("{out}{}{}", if end.self_closing { "/" } else { "" }, &tag[end.end..]))
    }

    #[test]
    fn tags_end_where_browsers_end_them() {
        for (tag, expected) in [
            (">x", "x"),
            (" >x", "x"),
            ("/>x", "/x"),
            (" / >x", "x"),
            (" a>x", "a[] x"),
            (" a/>x", "a[] /x"),
            (" a=b c = 'd>' e=\"f'g\">x", "a[b] c[d>] e[f'g] x"),
            (" a=b/>x", "a[b/] x"),
            (" a='b'/>x", "a[b] /x"),
            (" a='b'c='d'>x", "a[b] c[d] x"),
            (" a=>x", "a[] x"),
            (" a= >x", "a[] x"),
            (" =a=b>x", "=a[b] x"),
            (" a==b>x", "a[=b] x"),
            (" a=b=\"c>d\"", "a[b=\"c] d\""),
            (" a\"b>c\"", "a\"b[] c\""),
            (" \"a>b\"", "\"a[] b\""),
            (" a=b\"c>d\"", "a[b\"c] d\""),
            (" a/b=c>x", "a[] b[c] x"),
            (" a=\"b>c", "a[\"b] c"),
            (" a=\"b c='d'>e", "a[\"b] c[d] e"),
            (" a\n=\n'b'\n>x", "a[b] x"),
            (" a=<b>x", "a[<b] x"),
        ] {
            assert_eq!(written(tag).as_deref(), Some(expected), "{tag}");
        }
        for cut in ["", " ", "/", " a", " a ", " a=", " a= ", " a=b", " a='b'", " a='b", " a=\"b c"] {
            assert_eq!(written(cut), None, "{cut}");
        }
    }
}
