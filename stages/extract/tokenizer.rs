//! HTML into tags and text, in one pass, as tolerant as browsers are.
//!
//! Comments, doctypes and processing instructions are passed over. Every byte is looked at a bounded number of times:
//! what is not closed runs to the end of the page.

use memchr::{memchr, memchr_iter, memmem};

use super::attributes::{self, Span, TagEnd, is_space};
use super::script;

const CDATA: &[u8] = b"<![CDATA[";

/// One piece of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Text, with its character references.
    Text(&'a str),
    /// Text as it is, of a CDATA section.
    Literal(&'a str),
    /// A start tag; its attributes are the [`Tokenizer`]'s.
    Start(StartTag<'a>),
    /// An end tag's name, as written.
    End(&'a str),
}

/// A start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTag<'a> {
    /// Its name, as written.
    pub(super) name: &'a str,
    /// Whether it ends in `/>`, which counts in MathML and SVG only.
    pub(super) self_closing: bool,
}

/// Reads a page from start to end.
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    html: &'a str,
    at: usize,
    /// Of the last start tag.
    attributes: Vec<Span>,
}

impl<'a> Tokenizer<'a> {
    /// At the start of a page.
    pub(super) const fn new(html: &'a str) -> Self {
        Self { html, at: 0, attributes: Vec::new() }
    }

    /// The next piece. CDATA sections are text within MathML and SVG, where the parser knows itself to be; elsewhere
    /// they are comments.
    pub(super) fn next(&mut self, is_foreign: bool) -> Option<Token<'a>> {
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
                    let Some(TagEnd { end, .. }) = attributes::read(bytes, name, |_| {}) else {
                        self.at = bytes.len(); // a page cut within a tag
                        return None;
                    };
                    self.at = end;
                    return Some(Token::End(&html[start + 2..name]));
                }
                Some(b'!') if bytes[start..].starts_with(b"<!--") => self.at = comment_end(bytes, start + 4),
                Some(b'!') if is_foreign && bytes[start..].starts_with(CDATA) => {
                    let from = start + CDATA.len();
                    let length = memmem::find(&bytes[from..], b"]]>").unwrap_or(bytes.len() - from);
                    self.at = bytes.len().min(from + length + 3);
                    return Some(Token::Literal(&html[from..from + length]));
                }
                Some(b'/') if start + 2 == bytes.len() => {
                    self.at = bytes.len();
                    return Some(Token::Text(&html[start..]));
                }
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
        self.attributes.clear();
        let spans = &mut self.attributes;
        let Some(TagEnd { end, self_closing }) = attributes::read(bytes, name, |span| spans.push(span)) else {
            self.at = bytes.len(); // a page cut within a tag
            return None;
        };
        self.at = end;
        Some(Token::Start(StartTag { name: &html[start..name], self_closing }))
    }

    /// Attributes of the last start tag.
    pub(super) fn attributes(&self) -> &[Span] {
        &self.attributes
    }

    /// Passes over a line feed, which is no content right after `<pre>`.
    pub(super) fn skip_line_feed(&mut self) {
        let rest = &self.html.as_bytes()[self.at..];
        self.at += if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
    }

    /// The content of an element that holds no markup, whose start tag was just read; its end tag is read too.
    pub(super) fn raw_text(&mut self, name: &str) -> &'a str {
        let (html, bytes) = (self.html, self.html.as_bytes());
        let start = self.at;
        let end = if name.eq_ignore_ascii_case("script") {
            script::end(bytes, start)
        } else {
            memchr_iter(b'<', &bytes[start..])
                .map(|at| start + at)
                .find(|at| bytes.get(at + 1) == Some(&b'/') && script::is_name(&bytes[at + 2..], name.as_bytes()))
        };
        if let Some(end) = end {
            let tag_end = attributes::read(bytes, end + 2 + name.len(), |_| {});
            self.at = tag_end.map_or(bytes.len(), |tag_end| tag_end.end);
            return &html[start..end];
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

fn name_end(bytes: &[u8], from: usize) -> usize {
    let length = bytes[from..].iter().position(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'));
    length.map_or(bytes.len(), |length| from + length)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece, written out: `text`, `<name attributes>`, `</name>`.
    fn pieces(html: &str) -> Vec<String> {
        let mut tokens = Tokenizer::new(html);
        let mut found = Vec::new();
        while let Some(token) = tokens.next(html.starts_with("<svg>")) {
            found.push(match token {
                Token::Text(text) => text.to_owned(),
                Token::Literal(text) => format!("literal:{text}"),
                Token::Start(tag) => {
                    let values = tokens
                        .attributes()
                        .iter()
                        .map(|Span { name, value }| format!(" {}[{}]", &html[name.0..name.1], &html[value.0..value.1]));
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
            ("self-closing", "<br/><a href=x/>", vec!["<br>", "<a href[x/]>"]),
            ("a quote that opens nothing", "<a b\"c>d\"", vec!["<a b\"c[]>", "d\""]),
            ("a quote that is never closed", "<a b=\"c>d", vec!["<a b[\"c]>", "d"]),
            ("comments", "a<!-- <b> -- > -->c<!-->d<!--->e<!--x--!>f", vec!["a", "c", "d", "e", "f"]),
            ("an open comment", "a<!-- <b>", vec!["a"]),
            ("other declarations", "<!DOCTYPE html>a<?php 1 ?>b</ x>c<![CDATA[d]]>e", vec!["a", "b", "c", "e"]),
            ("CDATA in SVG", "<svg><![CDATA[a>]]b]]>c<![CDATA[d", vec!["<svg>", "literal:a>]]b", "c", "literal:d"]),
            ("declarations that end at once", "a<!>b<?>c</>d", vec!["a", "b", "c", "d"]),
            ("values in end tags", "</a b='>'>c", vec!["</a>", "c"]),
            ("no tags", "1 < 2 <3 <", vec!["1 ", "<", " 2 ", "<", "3 ", "<"]),
            ("nothing after a slash", "a</", vec!["a", "</"]),
            ("cut within a tag", "a<b c", vec!["a"]),
            ("raw text", "<script>a</scripts></SCRIPT >b", vec!["<script>", "raw:a</scripts>", "b"]),
            ("raw text that is not closed", "<script>a<b>", vec!["<script>", "raw:a<b>"]),
        ] {
            assert_eq!(pieces(html), expected, "{what}");
        }
    }
}
