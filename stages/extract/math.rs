//! Formulas as LaTeX: `$…$` within text, `$$…$$` on their own.

use filters::BlockKind;

use super::tags::Tag;
use super::{asciimath, writer};

/// Longest formula between `\(` and `\)`, in bytes: what is longer was no formula.
const LONGEST: usize = 4096;
/// Longest tag within a formula.
const LONGEST_TAG: usize = 512;

/// A formula without delimiters and white space around it.
pub(super) fn bare(tex: &str) -> &str {
    let mut tex = tex.trim();
    // Scripts wrap TeX so that it passes as XHTML.
    tex = tex.strip_prefix("% <![CDATA[").unwrap_or(tex).trim();
    tex = tex.strip_suffix("%]]>").unwrap_or(tex).trim();
    for (open, close) in [("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")] {
        if tex.len() > open.len() + close.len()
            && let Some(inner) = tex.strip_prefix(open).and_then(|tex| tex.strip_suffix(close))
        {
            return inner.trim();
        }
    }
    tex
}

/// A formula without blank lines, which would end a paragraph, without tags of HTML, and without characters that no
/// text needs.
pub(super) fn clean(tex: &str) -> String {
    let tagless = if tex.contains('<') { Some(without_tags(tex)) } else { None };
    let tex = tagless.as_deref().unwrap_or(tex);
    let lines = tex.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let mut out = String::with_capacity(tex.len());
    for line in lines {
        if !out.is_empty() {
            out.push('\n');
        }
        out.extend(line.chars().filter(|character| !writer::is_dropped(*character) || *character == '\t'));
    }
    out
}

/// A formula without tags: editors leave breaks and spans in the source. What remains is a relation, and gets a space
/// so that it cannot be taken for a tag.
fn without_tags(tex: &str) -> String {
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let inner = &rest[at + 1..];
        let name = inner.strip_prefix('/').unwrap_or(inner);
        let name = &name[..name.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let after = inner[inner.len().min(usize::from(inner.starts_with('/')) + name.len())..].trim_start();
        // `a<b>c` is a formula, `a<br>c` is not.
        let is_tag = (name.len() > 1 || inner.starts_with('/'))
            && !matches!(Tag::parse(name), Tag::Unknown | Tag::Custom)
            && (after.starts_with(['>', '/']) || after.contains('='));
        let end = memchr::memchr(b'>', &inner.as_bytes()[..inner.len().min(LONGEST_TAG)]).filter(|_| is_tag);
        if let Some(end) = end {
            rest = &inner[end + 1..];
            continue;
        }
        out.push('<');
        if inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            out.push(' ');
        }
        rest = inner;
    }
    out.push_str(rest);
    out
}

/// Pairs of delimiters, and the one that takes their place.
const PAIRS: [(&str, &str, &str); 6] = [
    ("\\(", "\\)", "$"),
    ("\\[", "\\]", "$$"),
    ("[tex]", "[/tex]", "$"),
    ("[latex]", "[/latex]", "$"),
    ("[math]", "[/math]", "$"),
    ("`", "`", "$"),
];

/// Whether a page has a script that shows text between backticks as AsciiMath.
pub(super) fn names_asciimath(script: &str) -> bool {
    ["asciimath", "ASCIIMath", "AsciiMath", "AM_CHTML", "AM_HTMLorMML", "AM_SVG"]
        .iter()
        .any(|name| memchr::memmem::find(script.as_bytes(), name.as_bytes()).is_some())
}

/// Rewrites the formulas of the text from `start`: `\(…\)` as `$…$`, `\[…\]` as `$$…$$`. Returns the block's kind,
/// which is [`BlockKind::Math`] for a paragraph that is one displayed formula.
pub(super) fn rewrite(
    out: &mut String,
    start: usize,
    kind: BlockKind,
    has_asciimath: bool,
    scratch: &mut String,
) -> BlockKind {
    let pairs = if has_asciimath { &PAIRS[..] } else { &PAIRS[..PAIRS.len() - 1] };
    let text = &out[start..];
    if pairs.iter().any(|(open, ..)| memchr::memmem::find(text.as_bytes(), open.as_bytes()).is_some()) {
        scratch.clear();
        let mut rest = text;
        let backtick = if has_asciimath { b'`' } else { b'[' };
        // Where each pair closes next: looked for once, however many open before it.
        let mut closes = PAIRS.map(|(_, close, _)| Next::new(close));
        let mut blank_line = Next::new("\n\n");
        while let Some(at) = memchr::memchr3(b'\\', b'[', backtick, rest.as_bytes()) {
            let found = pairs.iter().zip(&mut closes).find_map(|((open, close, delimiter), next)| {
                let inner = rest[at..].strip_prefix(open)?;
                let start = text.len() - inner.len();
                let end = next.from(text, start).filter(|end| end - start <= LONGEST)?;
                let has_blank_line = blank_line.from(text, start).is_some_and(|blank| blank < end);
                let length = end - start;
                let formula = inner[..length].trim();
                let is_formula = !formula.is_empty() && !has_blank_line;
                is_formula.then_some((formula, *open, *delimiter, at + open.len() + length + close.len()))
            });
            if let Some((formula, open, delimiter, used)) = found {
                scratch.push_str(&rest[..at]);
                scratch.push_str(delimiter);
                if open == "`" {
                    scratch.push_str(&asciimath::to_tex(formula));
                } else {
                    scratch.push_str(formula);
                }
                scratch.push_str(delimiter);
                rest = &rest[used..];
            } else {
                // An escaped backslash opens nothing.
                let used = if rest[at..].starts_with("\\\\") { at + 2 } else { at + 1 };
                scratch.push_str(&rest[..used]);
                rest = &rest[used..];
            }
        }
        scratch.push_str(rest);
        out.truncate(start);
        out.push_str(scratch);
    }
    if kind == BlockKind::Prose && is_display(&out[start..]) { BlockKind::Math } else { kind }
}

/// The next place of a piece of text, for questions from ever later places.
struct Next {
    piece: &'static str,
    /// The last answer.
    found: Option<usize>,
    /// Whether there was a question.
    is_asked: bool,
}

impl Next {
    const fn new(piece: &'static str) -> Self {
        Self { piece, found: None, is_asked: false }
    }

    /// The first place from `start` on.
    fn from(&mut self, text: &str, start: usize) -> Option<usize> {
        if !self.is_asked || self.found.is_some_and(|found| found < start) {
            let length = memchr::memmem::find(&text.as_bytes()[start..], self.piece.as_bytes());
            self.found = length.map(|length| start + length);
            self.is_asked = true;
        }
        self.found
    }
}

/// Whether the text is one displayed formula.
fn is_display(text: &str) -> bool {
    let delimited = text
        .strip_prefix("$$")
        .and_then(|rest| rest.strip_suffix("$$"))
        .is_some_and(|inner| !inner.trim().is_empty() && !inner.contains("$$"));
    delimited || environment(text).is_some_and(|end| end == text.len())
}

/// Where the `\begin{…}` at the start of the text is closed.
fn environment(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\\begin{")?;
    let name = &rest[..rest.find('}')?];
    let close = format!("\\end{{{name}}}");
    text.find(&close).map(|at| at + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_go() {
        for (tex, expected) in [
            (" x ", "x"),
            ("$x$", "x"),
            ("$$ x $$", "x"),
            ("\\[x\\]", "x"),
            ("% <![CDATA[\nx %]]>", "x"),
            ("$", "$"),
            ("", ""),
        ] {
            assert_eq!(bare(tex), expected, "{tex}");
        }
    }

    #[test]
    fn formulas_in_text_get_one_notation() {
        for (text, expected, kind) in [
            ("no formula", "no formula", BlockKind::Prose),
            ("let \\(x\\) be", "let $x$ be", BlockKind::Prose),
            ("\\[ x \\]", "$$x$$", BlockKind::Math),
            ("so \\[x\\] is", "so $$x$$ is", BlockKind::Prose),
            ("a \\\\(b\\) c", "a \\\\(b\\) c", BlockKind::Prose),
            ("open \\(x", "open \\(x", BlockKind::Prose),
            ("[tex]x[/tex] and [1]", "$x$ and [1]", BlockKind::Prose),
            ("$$x$$", "$$x$$", BlockKind::Math),
            ("\\begin{align}x\\end{align}", "\\begin{align}x\\end{align}", BlockKind::Math),
        ] {
            let mut out = String::from("before ");
            let start = out.len();
            out.push_str(text);
            assert_eq!(rewrite(&mut out, start, BlockKind::Prose, false, &mut String::new()), kind, "{text}");
            assert_eq!(&out[start..], expected);
        }
    }

    #[test]
    fn asciimath_stands_between_backticks() {
        for (text, has_asciimath, expected) in [
            ("so `x^2/y` is", true, "so $\\frac{x^2}{y}$ is"),
            ("so `x^2/y` is", false, "so `x^2/y` is"),
            ("so ` is", true, "so ` is"),
            ("\\(a\\) and `b`", true, "$a$ and $b$"),
        ] {
            let mut out = text.to_owned();
            rewrite(&mut out, 0, BlockKind::Prose, has_asciimath, &mut String::new());
            assert_eq!(out, expected, "{text}");
        }
    }

    #[test]
    fn formulas_hold_no_tags() {
        for (tex, expected) in [
            ("a<b", "a< b"),
            ("a<b>c", "a< b>c"),
            ("a < 1", "a < 1"),
            ("a<br>b<br />c", "abc"),
            ("<span class=x>a</span>", "a"),
            ("x<\\infty", "x<\\infty"),
            ("a<em", "a< em"),
            ("a\n\n\u{200b}b", "a\nb"),
        ] {
            assert_eq!(clean(tex), expected, "{tex}");
        }
    }
}
