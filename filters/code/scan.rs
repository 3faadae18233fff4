//! One reading of source code of any language: what is comment, what is string.
//!
//! No parser: the rules are for thousands of languages and for pages that mix them with prose. A comment runs from `//`,
//! `#` or `--` at the beginning of a line or behind white space to the end of the line, or from `/*` to `*/`; a string
//! from a quote to the same quote on its line, a backslash taking the next character with it, or from `"""` to `"""`.

/// Sums over one text, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Characters of comments, marks included.
    pub(crate) comments: usize,
    /// Characters between quotes.
    pub(crate) strings: usize,
    /// Lines with a string of more than [`Scan::LONG`] characters.
    pub(crate) long_string_lines: usize,
    /// Characters of words of four or more hexadecimal digits with a digit among them.
    pub(crate) hex_words: usize,
    /// Characters of runs of at least [`Scan::ENCODED`] characters of the base64 alphabet.
    pub(crate) encoded: usize,
    /// Lines that begin with an assertion.
    pub(crate) asserts: usize,
    /// Lines that are not blank.
    pub(crate) lines: usize,
}

impl Scan {
    /// A string of more characters is long.
    pub(crate) const LONG: usize = 120;
    /// A run of so many characters of base64 holds data.
    pub(crate) const ENCODED: usize = 64;

    pub(crate) fn of(text: &str) -> Self {
        let mut scan = Self::default();
        let mut open: Option<&'static str> = None;
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() {
                continue;
            }
            scan.lines += 1;
            let begins_with =
                |word: &&str| trimmed.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
            scan.asserts += usize::from(["assert", "expect(", "debug_assert"].iter().any(begins_with));
            scan.line(trimmed, &mut open);
        }
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        for run in text.split(|c: char| !is_base64(c)) {
            if run.len() >= Self::ENCODED {
                scan.encoded += run.len();
            }
        }
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
            let digits = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
            let is_hex = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
            if is_hex && digits.bytes().any(|b| b.is_ascii_digit()) {
                scan.hex_words += word.len();
            }
        }
        scan
    }

    /// One line; `open` is the end of what an earlier line left open.
    fn line(&mut self, line: &str, open: &mut Option<&'static str>) {
        let n_chars = |part: &str| part.chars().count();
        let mut rest = line;
        let mut has_long_string = false;
        // A quote that nothing closes on this line is an apostrophe or an inch mark, and so are those like it behind it.
        let mut unclosed: Vec<u8> = Vec::new();
        loop {
            if let Some(end) = *open {
                let at = rest.find(end).map_or(rest.len(), |at| at + end.len());
                let sum = if end == "*/" { &mut self.comments } else { &mut self.strings };
                *sum += n_chars(&rest[..at]);
                if at == rest.len() && !rest.ends_with(end) {
                    break;
                }
                *open = None;
                rest = &rest[at..];
            }
            let Some((before, mark)) = next_mark(line, rest, &unclosed) else { break };
            let after = &rest[before + mark.len()..];
            match mark {
                "/*" => *open = Some("*/"),
                "\"\"\"" => *open = Some("\"\"\""),
                "\"" | "'" | "`" => {
                    let quote = mark.as_bytes()[0];
                    let Some(length) = string_length(after, quote) else {
                        unclosed.push(quote);
                        rest = after;
                        continue;
                    };
                    let string = &after[..length];
                    self.strings += n_chars(string);
                    has_long_string |= n_chars(string) > Self::LONG;
                    rest = &after[length + 1..];
                    continue;
                }
                _ => {
                    self.comments += n_chars(&rest[before..]);
                    break;
                }
            }
            if mark == "/*" {
                self.comments += mark.len();
            }
            rest = after;
        }
        self.long_string_lines += usize::from(has_long_string);
    }
}

/// The next mark of `rest`, the end of a line, with the bytes before it; these quotes are none.
fn next_mark(line: &str, rest: &str, unclosed: &[u8]) -> Option<(usize, &'static str)> {
    let bytes = rest.as_bytes();
    let offset = line.len() - rest.len();
    for at in 0..bytes.len() {
        let is_apart = offset + at == 0 || line.as_bytes()[offset + at - 1].is_ascii_whitespace();
        let tail = &bytes[at..];
        if unclosed.contains(&bytes[at]) {
            continue;
        }
        let mark = match bytes[at] {
            b'"' if tail.starts_with(b"\"\"\"") => "\"\"\"",
            b'"' => "\"",
            b'`' => "`",
            // An apostrophe within a word quotes nothing.
            b'\'' if offset + at == 0 || !line.as_bytes()[offset + at - 1].is_ascii_alphanumeric() => "'",
            b'/' if tail.starts_with(b"/*") => "/*",
            b'/' if is_apart && tail.starts_with(b"//") => "//",
            b'-' if is_apart && tail.starts_with(b"--") && tail.get(2).is_none_or(u8::is_ascii_whitespace) => "--",
            b'#' if is_apart && !tail.starts_with(b"#include") && !tail.starts_with(b"#define") => "#",
            _ => continue,
        };
        return Some((at, mark));
    }
    None
}

/// Bytes up to the closing quote, if the line has one.
fn string_length(after: &str, quote: u8) -> Option<usize> {
    let bytes = after.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_apart() {
        for (what, text, comments, strings) in [
            ("nothing", "a = 1", 0, 0),
            ("to the end of the line", "a // bé", 5, 0),
            ("within a string there are none", "\"// a\"", 0, 4),
            ("over lines", "/* a\nb */ c", 8, 0),
            ("an escaped quote", r#"f("a\"b")"#, 0, 4),
            ("a text of three quotes", "\"\"\"ab\ncd\"\"\"", 0, 7),
            ("an address is no comment", "https://a.example", 0, 0),
            ("an apostrophe is no quote", "don't, can't", 0, 0),
            ("a quote that is not closed", "\"ab", 0, 0),
            ("one before a letter of two bytes, then a comment", "5\"é // ab", 5, 0),
            ("one before another kind of quote", "6\"'ab'", 0, 2),
            ("an empty string", "f(\"\", 'a')", 0, 1),
            ("a shell comment", "# ab", 4, 0),
            ("preprocessor lines are code", "#include <a>", 0, 0),
        ] {
            let scan = Scan::of(text);
            assert_eq!((scan.comments, scan.strings), (comments, strings), "{what}");
        }
    }

    #[test]
    fn quotes_without_end_take_no_square_of_time() {
        let line = "\"\\".repeat(1 << 20);
        assert_eq!(Scan::of(&line).strings, 0);
    }

    #[test]
    fn data_is_seen() {
        let run = "QUJD".repeat(16);
        let scan =
            Scan::of(&format!("{run}\n0xdeadbeef12 deadbeef face 1234\n  assert!(a);\n\nx = '{}'", "é".repeat(121)));
        assert_eq!((scan.encoded, scan.hex_words), (64, 16));
        assert_eq!((scan.asserts, scan.lines, scan.long_string_lines), (1, 4, 1));
    }
}
