//! HTML into tags and text, in one pass, as tolerant as browsers are.
//!
//! Comments, doctypes and processing instructions are passed over. Every byte is looked at a bounded number of times:
//! what is not closed runs to the end of the page.

use memchr::{memchr, memchr_iter, memchr3_iter, memmem};

/// One piece of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, with its character references.
    Text(&'a str),
    /// A start tag.
    Start(StartTag<'a>),
    /// An end tag's name, as written.
    End(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTag<'a> {
    /// Its name, as written.
    pub(super) name: &'a str,
    /// What stands between name and `>`: see [`attributes`].
    pub(super) attributes: &'a str,
    /// Whether it ends in `/>`, which counts in MathML and SVG only.
    pub(super) self_closing: bool,
}

/// Reads a page from start to end.
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Tokenizer<'a> {
    /// At the start of a page.
    pub(super) const fn new(html: &'a str) -> Self {
        Self { html, at: 0 }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (html, bytes) = (self.html, self.html.as_bytes());
            let start = self.at;
            if bytes.get(start)? != &b'<' {
                self.at = memchr(b'<', &bytes[start..]).map_or(bytes.len(), |length| start + length);
                return Some(Token::Text(&html[start..self.at]));
            }
            match bytes.get(start + 1) {
                Some(next) if next.is_ascii_alphabetic() => return self.start_tag(),
                Some(b'/') if bytes.get(start + 2).is_some_and(u8::is_ascii_alphabetic) => {
                    let name = name_end(bytes, start + 2);
                    self.at = tag_end(bytes, name).map_or(bytes.len(), |end| end + 1);
                    return Some(Token::End(&html[start + 2..name]));
                }
                Some(b'!') if bytes[start..].starts_with(b"<!--") => self.at = comment_end(bytes, start + 4),
                Some(b'!' | b'?' | b'/') => {
                    self.at = memchr(b'>', &bytes[start..]).map_or(bytes.len(), |length| start + length + 1);
                }
                _ => {
                    self.at = start + 1;
                    return Some(Token::Text(&html[start..=start]));
                }
            }
        }
    }

    fn start_tag(&mut self) -> Option<Token<'a>> {
        let (html, bytes) = (self.html, self.html.as_bytes());
        let start = self.at + 1;
        let name = name_end(bytes, start);
        let Some(end) = tag_end(bytes, name) else {
            self.at = bytes.len(); // a page cut within a tag
            return None;
        };
        self.at = end + 1;
        let self_closing = end > name && bytes[end - 1] == b'/';
        let attributes = &html[name..end - usize::from(self_closing)];
        Some(Token::Start(StartTag { name: &html[start..name], attributes, self_closing }))
    }

    /// The content of an element that holds no markup, whose start tag was just read; its end tag is read too.
    pub(super) fn raw_text(&mut self, name: &str) -> &'a str {
        let (html, bytes) = (self.html, self.html.as_bytes());
        let start = self.at;
        for at in memchr_iter(b'<', &bytes[start..]).map(|at| start + at) {
            let after = at + 2 + name.len();
            if bytes.get(at + 1) == Some(&b'/')
                && bytes.get(at + 2..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
                && bytes.get(after).is_none_or(|next| is_space(*next) || matches!(next, b'/' | b'>'))
            {
                self.at = memchr(b'>', &bytes[after..]).map_or(bytes.len(), |length| after + length + 1);
                return &html[start..at];
            }
        }
        self.at = bytes.len();
        &html[start..]
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a str {
        let rest = &self.html[self.at..];
        self.at = self.html.len();
        rest
    }

    /// Where the next piece starts.
    pub(super) const fn position(&self) -> usize {
        self.at
    }
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn name_end(bytes: &[u8], from: usize) -> usize {
    let length = bytes[from..].iter().position(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'));
    length.map_or(bytes.len(), |length| from + length)
}

/// The `>` that ends a tag: one outside of quoted values. A quote opens a value after `=` alone.
fn tag_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    'again: loop {
        for found in memchr3_iter(b'>', b'"', b'\'', bytes.get(at..)?).map(|found| at + found) {
            let byte = bytes[found];
            if byte == b'>' {
                return Some(found);
            }
            let before = bytes[from..found].iter().rev().find(|byte| !is_space(**byte));
            if before == Some(&b'=') {
                // A quote that is never closed is no quote: browsers would lose the rest of the page.
                let Some(length) = memchr(byte, &bytes[found + 1..]) else { continue };
                at = found + length + 2;
                continue 'again;
            }
        }
        return None;
    }
}

/// One past a comment whose `<!--` was read.
fn comment_end(bytes: &[u8], from: usize) -> usize {
    let rest = &bytes[from..];
    if rest.starts_with(b">") {
        return from + 1;
    }
    if rest.starts_with(b"->") {
        return from + 2;
    }
    memmem::find_iter(rest, b"--")
        .find_map(|at| match (rest.get(at + 2), rest.get(at + 3)) {
            (Some(b'>'), _) => Some(from + at + 3),
            (Some(b'-' | b'!'), Some(b'>')) => Some(from + at + 4),
            _ => None,
        })
        .unwrap_or(bytes.len())
}

/// Names and values of a start tag's attributes, as written: names in any case, values with their references.
pub(super) fn attributes(raw: &str) -> impl Iterator<Item = (&str, &str)> {
    let bytes = raw.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while bytes.get(at).is_some_and(|byte| is_space(*byte) || *byte == b'/') {
            at += 1;
        }
        let start = at;
        bytes.get(at)?;
        at += 1; // a name may start with `=`
        while bytes.get(at).is_some_and(|byte| !is_space(*byte) && !matches!(byte, b'/' | b'=')) {
            at += 1;
        }
        let name = &raw[start..at];
        let mut value = at;
        while bytes.get(value).is_some_and(|byte| is_space(*byte)) {
            value += 1;
        }
        if bytes.get(value) != Some(&b'=') {
            return Some((name, ""));
        }
        value += 1;
        while bytes.get(value).is_some_and(|byte| is_space(*byte)) {
            value += 1;
        }
        let quoted = bytes.get(value).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        if let Some(length) = quoted.and_then(|quote| memchr(quote, &bytes[value + 1..])) {
            at = value + length + 2;
            return Some((name, &raw[value + 1..value + 1 + length]));
        }
        at = value;
        while bytes.get(at).is_some_and(|byte| !is_space(*byte)) {
            at += 1;
        }
        Some((name, &raw[value..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece, written out: `text`, `<name attributes>`, `</name>`.
    fn pieces(html: &str) -> Vec<String> {
        let mut tokens = Tokenizer::new(html);
        let mut found = Vec::new();
        while let Some(token) = tokens.next() {
            found.push(match token {
                Token::Text(text) => text.to_owned(),
                Token::Start(tag) => {
                    let values = attributes(tag.attributes).map(|(name, value)| format!(" {name}[{value}]"));
                    format!("<{}{}>", tag.name, values.collect::<String>())
                }
                Token::End(name) => format!("</{name}>"),
            });
            if let Token::Start(StartTag { name: "script", .. }) = token {
                found.push(format!("raw:{}", tokens.raw_text("script")));
            }
        }
        found
    }

    #[test]
    fn pages_fall_into_pieces() {
        for (what, html, expected) in [
            ("nothing", "", vec![]),
            ("text and tags", "a<b>c</b >d", vec!["a", "<b>", "c", "</b>", "d"]),
            ("values", "<a href='x>y' b=\"1\" c=2 d>", vec!["<a href[x>y] b[1] c[2] d[]>"]),
            ("spaces around =", "<a b = 'c' >", vec!["<a b[c]>"]),
            ("self-closing", "<br/><a href=x/>", vec!["<br>", "<a href[x]>"]),
            ("a quote that opens nothing", "<a b\"c>d\"", vec!["<a b\"c[]>", "d\""]),
            ("a quote that is never closed", "<a b=\"c>d", vec!["<a b[\"c]>", "d"]),
            ("comments", "a<!-- <b> -- > -->c<!-->d<!--->e<!--x--!>f", vec!["a", "c", "d", "e", "f"]),
            ("an open comment", "a<!-- <b>", vec!["a"]),
            ("other declarations", "<!DOCTYPE html>a<?php 1 ?>b</ x>c<![CDATA[d]]>e", vec!["a", "b", "c", "e"]),
            ("no tags", "1 < 2 <3 <", vec!["1 ", "<", " 2 ", "<", "3 ", "<"]),
            ("cut within a tag", "a<b c", vec!["a"]),
            ("raw text", "<script>a</scripts></SCRIPT >b", vec!["<script>", "raw:a</scripts>", "b"]),
            ("raw text that is not closed", "<script>a<b>", vec!["<script>", "raw:a<b>"]),
        ] {
            assert_eq!(pieces(html), expected, "{what}");
        }
    }
}
