//! The part of a text by which its language is judged: running text, from the start and the middle.

use std::ops::Range;

use memchr::{memchr, memchr2_iter, memmem};

use crate::Block;

/// Bytes that are taken from the start of a text, and again from its middle: pages begin with titles, names and menus
/// in other languages. For 69 pages of more than 5,000 bytes, lid.176 said of 68 what it says of the whole; with 250
/// bytes from the start alone, of 64. Twice as much gave the same 68.
const SAMPLE_BYTES: usize = 1000;

/// Lines longer than this are looked at in pieces, so that a text without line ends is not read to its end.
const PIECE_BYTES: usize = 4096;

/// How far a cut is moved, so that it does not fall into a word, a URL or a line.
const NEAR_BYTES: usize = 200;

/// Replaces `sample` by the running text to be judged: without code, formulas and URLs.
pub(super) fn sample_prose(text: &str, blocks: &[Block], sample: &mut String) {
    sample.clear();
    let ranges = outside_verbatim(text, blocks);
    let total = ranges.iter().map(Range::len).sum::<usize>();
    let end = take(text, &ranges, 0, sample, push_prose);
    take(text, &ranges, end.max(total / 2), sample, push_prose);
}

/// Replaces `sample` by text as it is, code and all.
pub(super) fn sample_all(text: &str, sample: &mut String) {
    sample.clear();
    let range = 0..text.len();
    let whole = std::array::from_ref(&range);
    let end = take(text, whole, 0, sample, |piece, sample| sample.push_str(piece));
    take(text, whole, end.max(text.len() / 2), sample, |piece, sample| sample.push_str(piece));
}

/// The ranges that no code or math block covers.
pub(super) fn outside_verbatim(text: &str, blocks: &[Block]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for block in blocks.iter().filter(|block| block.kind.is_verbatim()) {
        // Blocks are told to lie on character boundaries; a panic would be a high price for one that does not.
        let (from, to) = (text.floor_char_boundary(block.range().start), text.ceil_char_boundary(block.range().end));
        if from > start {
            ranges.push(start..from);
        }
        start = start.max(to);
    }
    if start < text.len() {
        ranges.push(start..text.len());
    }
    ranges
}

/// Adds about [`SAMPLE_BYTES`] from the ranges, beginning at `from` (counted in bytes of the ranges), and says where
/// it ended.
fn take(
    text: &str,
    ranges: &[Range<usize>],
    from: usize,
    sample: &mut String,
    push: impl Fn(&str, &mut String),
) -> usize {
    let bound = sample.len() + SAMPLE_BYTES;
    let mut passed = 0;
    for range in ranges {
        let part = &text[range.clone()];
        let mut at = from.saturating_sub(passed).min(part.len());
        if at > 0 {
            at = beginning(part, at);
        }
        while at < part.len() {
            if sample.len() >= bound {
                return passed + at;
            }
            let end = piece_end(part, at);
            let before = sample.len();
            push(&part[at..end], sample);
            if sample.len() > bound {
                // Cut in a line, the rest of which may still be taken from the middle.
                let cut = boundary_before(sample, bound.max(before));
                let left = sample.len() - cut;
                sample.truncate(cut);
                sample.push('\n');
                return passed + end - left.min(end - at);
            }
            at = end;
        }
        sample.push('\n');
        passed += part.len();
    }
    passed
}

/// The first beginning of a line, else of a word, that follows soon; else the next character.
pub(super) fn beginning(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    let soon = &text[at..text.floor_char_boundary((at + NEAR_BYTES).min(text.len()))];
    let line = memchr(b'\n', soon.as_bytes()).map(|newline| newline + 1);
    at + line.or_else(|| soon.find(char::is_whitespace)).unwrap_or(0)
}

/// The end of the line that begins at `at`, its line feed included, or of a piece of it.
fn piece_end(text: &str, at: usize) -> usize {
    let longest = text.floor_char_boundary((at + PIECE_BYTES).min(text.len()));
    match memchr(b'\n', &text.as_bytes()[at..longest]) {
        Some(newline) => at + newline + 1,
        None if longest == text.len() => longest,
        None => at + boundary_before(&text[at..], longest - at),
    }
}

/// The last end of a word at or before `at`, but not at 0, if there is one nearby; else the character boundary.
pub(super) fn boundary_before(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let near = text.floor_char_boundary(at.saturating_sub(NEAR_BYTES));
    text[near..at].rfind(char::is_whitespace).map(|space| near + space).filter(|end| *end > 0).unwrap_or(at)
}

/// Adds a piece of a line without `$…$` and URLs.
pub(super) fn push_prose(piece: &str, sample: &mut String) {
    let mut start = 0;
    for formula in formulas(piece) {
        push_without_urls(&piece[start..formula.start], sample);
        start = formula.end;
    }
    push_without_urls(&piece[start..], sample);
}

/// `$…$` in a piece of a line, by the rule of [`crate::text`]'s formulas: neither starting nor ending with white
/// space, and no price.
fn formulas(piece: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = piece.as_bytes();
    let mut open: Option<usize> = None;
    memchr2_iter(b'$', b'\n', bytes).filter_map(move |at| match (bytes[at], open) {
        (b'\n', _) => {
            open = None;
            None
        }
        (_, Some(start)) if at > start + 1 && !bytes[at - 1].is_ascii_whitespace() => {
            open = None;
            Some(start..at + 1)
        }
        _ => {
            if bytes.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace() && !next.is_ascii_digit()) {
                open = Some(at);
            }
            None
        }
    })
}

fn push_without_urls(text: &str, sample: &mut String) {
    let mut rest = text;
    while let Some(url) = find_url(rest) {
        push_apart(&rest[..url.start], sample);
        rest = &rest[url.end..];
    }
    push_apart(rest, sample);
}

/// Adds text that something was left out before: with white space between, but no more than needed, so that what is
/// left out takes no part of the sample.
fn push_apart(text: &str, sample: &mut String) {
    let text = text.trim_start();
    if text.is_empty() {
        return;
    }
    if !sample.is_empty() && !sample.ends_with(char::is_whitespace) {
        sample.push(' ');
    }
    sample.push_str(text);
}

/// The first `scheme://…` or `www.…`, up to white space, a quote, `<`, `>`, or a character beyond ASCII: in scripts
/// without spaces the text goes on right after the URL.
fn find_url(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let after_scheme = memmem::find(bytes, b"://");
    let host = memmem::find_iter(bytes, b"www.").find(|at| *at == 0 || !bytes[at - 1].is_ascii_alphanumeric());
    let at = match (after_scheme, host) {
        (Some(scheme), Some(host)) => scheme.min(host),
        (scheme, host) => scheme.or(host)?,
    };
    let is_of_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
    let start = bytes[..at].iter().rposition(|byte| !is_of_scheme(byte)).map_or(0, |before| before + 1);
    let start = if after_scheme == Some(at) { start } else { at };
    let is_of_url = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>');
    let end = bytes[at..].iter().position(|byte| !is_of_url(byte)).map_or(bytes.len(), |length| at + length);
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlockKind;

    fn prose(text: &str, blocks: &[Block]) -> String {
        let mut sample = "left over".to_owned();
        sample_prose(text, blocks, &mut sample);
        sample.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn formulas_and_urls_are_left_out() {
        for (what, text, expected) in [
            ("nothing", "", ""),
            ("plain text", "The ferry leaves.\nBring a coat.", "The ferry leaves. Bring a coat."),
            ("a formula", "We add $x_1 + x_2$ here", "We add here"),
            ("prices are none", "costs $5 and $6", "costs $5 and $6"),
            ("a URL", "see https://example.com/a?b=c#d for more", "see for more"),
            ("in brackets", "see (www.example.com) now", "see ( now"),
            ("another scheme", "git+ssh://example.com/x.git clone", "clone"),
            ("before Han", "请访问https://example.com/下载", "请访问 下载"),
            ("two", "a http://b.c http://d.e f", "a f"),
            ("no URL", "awww. wwwhat: //", "awww. wwwhat: //"),
            ("a scheme alone", "://", ""),
        ] {
            assert_eq!(prose(text, &[]), expected, "{what}");
        }
    }

    #[test]
    fn formulas_are_those_of_text() {
        for text in ["$a+b$", "costs $5 and $6", "let $x$ and $y$", "$ a $", "$a\n+b$", "$$", "$é$ $x", "a$b $c$d$"] {
            let bytes: usize = formulas(text).map(|formula| formula.len()).sum();
            assert_eq!(bytes, crate::text::inline_formula_bytes(text), "{text:?}");
        }
    }

    #[test]
    fn code_and_math_blocks_are_left_out() {
        let text = "Prosa é\nlet x = 1;\nmehr\n\\alpha\nEnde";
        let block = |kind, start, end| Block { kind, start, end };
        let blocks = [block(BlockKind::Prose, 0, 8), block(BlockKind::Code, 9, 19), block(BlockKind::Math, 25, 31)];
        assert_eq!(prose(text, &blocks), "Prosa é mehr Ende");
        // Blocks that are not those of this text do no harm.
        for (start, end) in [(7, 8), (30, 1000), (1000, 2000), (20, 10)] {
            let _ = prose(text, &[block(BlockKind::Code, start, end), blocks[1]]);
        }
        assert_eq!(prose(text, &[block(BlockKind::Code, 0, u32::MAX)]), "");
    }

    #[test]
    fn long_texts_are_sampled_at_the_start_and_in_the_middle() {
        let half = |word: &str| format!("{word} ").repeat(2000);
        for text in [
            format!("{}{}", half("eins"), half("drei")),
            format!("{}{}", half("eins"), half("drei")).replace("s eins e", "s\neins e"),
            format!("{}{}", half("一"), half("三")),
            format!("{}{}", "一".repeat(5000), "三".repeat(5000)),
            format!("{}{}", "https://example.com ".repeat(500), half("weit")),
        ] {
            let sample = prose(&text, &[]);
            assert!((1800..=2 * SAMPLE_BYTES + 8).contains(&sample.len()), "{}: {sample}", sample.len());
            assert!(sample.ends_with(['i', 't', '三']), "{sample}");
        }
        let short = "abc ".repeat(480);
        assert_eq!(prose(&short, &[]), short.trim_end());
    }

    #[test]
    fn nothing_is_judged_twice() {
        for length in [900, 1100, 1500, 2000, 2500] {
            let words = (1000..1000 + length / 5).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
            let sample = prose(&words, &[]);
            let taken: Vec<&str> = sample.split(' ').collect();
            assert!(taken.is_sorted() && taken.windows(2).all(|pair| pair[0] != pair[1]), "{length}: {sample}");
        }
    }
}
