//! Where a script ends: at `</script>`, unless that stands within `<!-- <script>`, as it does where a script writes
//! scripts.

use memchr::{memchr, memchr2};

use super::attributes::is_space;

/// What a place in a script is within.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    /// `<!--`
    Comment,
    /// `<!-- <script>`
    Script,
}

/// Where the end tag of the script starts whose content starts at `from`; `None` where the page ends first.
pub(super) fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut within = Within::Nothing;
    let mut at = from;
    loop {
        let rest = &bytes[at..];
        let length = if within == Within::Nothing { memchr(b'<', rest) } else { memchr2(b'<', b'>', rest) }?;
        at += length + 1;
        if bytes[at - 1] == b'>' {
            if bytes[from..at].ends_with(b"-->") {
                within = Within::Nothing;
            }
        } else if bytes[at..].starts_with(b"!--") {
            if within == Within::Nothing {
                within = Within::Comment;
            }
        } else if bytes.get(at) == Some(&b'/') {
            if is_name(&bytes[at + 1..], b"script") {
                if within != Within::Script {
                    return Some(at - 1);
                }
                within = Within::Comment;
            }
        } else if within == Within::Comment && is_name(&bytes[at..], b"script") {
            within = Within::Script;
        }
    }
}

/// Whether a tag's name is that one, in any case.
pub(super) fn is_name(rest: &[u8], name: &[u8]) -> bool {
    rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
        && rest.get(name.len()).is_some_and(|next| is_space(*next) || matches!(next, b'/' | b'>'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn scripts_end_where_browsers_end_them() {
        for (script, expected) in [
            ("</script>", Some("")),
            ("a</scripts></SCRIPT >b", Some("a</scripts>")),
            ("a</script", None),
            ("<!-- a </script>", Some("<!-- a ")),
            ("<!-- <script> a </script> --></script>", Some("<!-- <script> a </script> -->")),
            ("<!-- <script> a </script></script>", Some("<!-- <script> a </script>")),
            ("<!--><script></script>", Some("<!--><script>")),
            ("<!-- <script> --></script></script>", Some("<!-- <script> -->")),
            ("<script></script></script>", Some("<script>")),
            ("<!-- <scripts></script>", Some("<!-- <scripts>")),
            ("<!-- <script> </script>", None),
        ] {
            let end = super::end(script.as_bytes(), 0);
            assert_eq!(end.map(|end| &script[..end]), expected, "{script}");
        }
    }
}
