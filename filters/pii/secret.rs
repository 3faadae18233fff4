//! Keys and tokens that show by their shape, and private key blocks.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::bytes::Regex;

use super::issuers::ISSUERS;

/// The shortest tokens, and so the shortest runs of bytes in which one can stand.
const LEAST: usize = 20;

/// Whether a byte can be part of a token.
const fn in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'=' | b'~' | b':')
}

/// Between these are all bytes of tokens, and a few others: quicker to tell.
const FIRST: u8 = b'+';
const LAST: u8 = b'~';

/// All shapes, each from a word's beginning to a word's end. The end is the pattern's own, so that a shape which could go
/// on gives back what is too much, and no byte is searched twice.
static SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let shapes: Vec<&str> = ISSUERS.iter().map(|(_, shape)| *shape).collect();
    // The table is constant, and the tests compile it.
    Regex::new(&format!(r"(?-u)\b(?:{})\b{{end-half}}", shapes.join("|"))).ok()
});

/// Made once: most texts are short.
static KEY_BEGIN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("-----BEGIN "));
const KEY_END: &str = " PRIVATE KEY-----";

/// Most bytes of a private key block.
const MOST_KEY: usize = 16 << 10;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    runs(bytes, |start, end| {
        let (Some(shapes), run) = (&*SHAPES, &bytes[start..end]) else { return };
        if !run.split(|byte| !in_token(*byte)).any(|part| part.len() >= LEAST) {
            return;
        }
        for token in shapes.find_iter(run) {
            add(start + token.start(), start + token.end());
        }
    });
    let mut free_from = 0;
    for begin in KEY_BEGIN.find_iter(bytes) {
        if begin < free_from {
            continue;
        }
        let mut limit = bytes.len().min(begin + MOST_KEY);
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let block = &text[begin..limit];
        let line = block.lines().next().unwrap_or_default();
        if !line.contains("PRIVATE KEY-----") {
            continue;
        }
        if let Some(end) = block.find("-----END ").and_then(|end| Some(end + block[end..].find("PRIVATE KEY-----")?)) {
            free_from = begin + end + KEY_END.len() - 1;
            add(begin, free_from);
        }
    }
}

/// Calls `visit` with begin and end of each run of at least [`LEAST`] bytes from [`FIRST`] to [`LAST`].
fn runs(text: &[u8], mut visit: impl FnMut(usize, usize)) {
    // Up to here all is seen, but for so many bytes before it that may be a run's beginning.
    let (mut at, mut begun) = (0, 0);
    while at < text.len() {
        let mut limit = text.len();
        if let Some(block) = text[at..].first_chunk() {
            let bits = token_bits(block);
            if begun + bits.trailing_ones() as usize >= LEAST || has_run(bits) {
                limit = at + 64;
            } else {
                (at, begun) = (at + 64, bits.leading_ones() as usize);
                continue;
            }
        }
        let mut start = at - begun;
        while start < limit {
            let length = text[start..].iter().take_while(|byte| (FIRST..=LAST).contains(*byte)).count();
            if length >= LEAST {
                visit(start, start + length);
            }
            start += length + 1;
        }
        (at, begun) = (start, 0);
    }
}

/// A bit for each byte from [`FIRST`] to [`LAST`], eight bytes at a time: the highest bit of each says it first.
fn token_bits(block: &[u8; 64]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (eights, _) = block.as_chunks();
    eights.iter().rev().fold(0, |bits, eight| {
        let bytes = u64::from_le_bytes(*eight);
        let low = bytes & (0x7f * ONES);
        let from_first = low + u64::from(0x80 - FIRST) * ONES;
        let behind_last = low + u64::from(0x7f - LAST) * ONES;
        let found = (from_first & !behind_last & !bytes) >> 7 & ONES;
        // The product has the eight bits side by side at its upper end.
        bits << 8 | found.wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// Whether [`LEAST`] bits stand in a row.
fn has_run(bits: u64) -> bool {
    let (two, four) = (bits & bits >> 1, |bits: u64| bits & bits >> 2);
    let eight = four(two) & four(two) >> 4;
    let sixteen = eight & eight >> 8;
    sixteen & sixteen >> (LEAST - 16) != 0
}

#[cfg(test)]
mod tests {
    use regex_syntax::ParserBuilder;
    use regex_syntax::hir::{Class, Hir, HirKind};

    use super::super::{Context, Detector, Kind, check};
    use super::*;

    /// The shortest texts of a shape, one for each of its alternatives. Made, so that no token stands in the sources.
    fn shortest(shape: &Hir) -> Vec<String> {
        let times = |texts: &[String], count: u32| {
            let count = usize::try_from(count).unwrap();
            if count == 0 { vec![String::new()] } else { texts.iter().map(|text| text.repeat(count)).collect() }
        };
        match shape.kind() {
            HirKind::Empty | HirKind::Look(_) => vec![String::new()],
            HirKind::Literal(literal) => vec![String::from_utf8(literal.0.to_vec()).unwrap()],
            HirKind::Class(Class::Bytes(class)) => vec![char::from(class.ranges().last().unwrap().start()).to_string()],
            HirKind::Class(Class::Unicode(class)) => vec![class.ranges().last().unwrap().start().to_string()],
            HirKind::Repetition(repetition) => times(&shortest(&repetition.sub), repetition.min),
            HirKind::Capture(group) => shortest(&group.sub),
            HirKind::Alternation(parts) => parts.iter().flat_map(shortest).collect(),
            HirKind::Concat(parts) => parts.iter().fold(vec![String::new()], |texts, part| {
                let ends = shortest(part);
                texts.iter().flat_map(|text| ends.iter().map(move |end| format!("{text}{end}"))).collect()
            }),
        }
    }

    #[test]
    fn every_issuers_tokens_are_found_whole() {
        let detector = Detector::new(&[Kind::Secret]);
        let found = |text: &str| {
            let mut spans = Vec::new();
            detector.spans(text, &Context::default(), &mut spans);
            spans.iter().map(|span| text[span.start..span.end].to_owned()).collect::<Vec<_>>()
        };
        let mut parser = ParserBuilder::new();
        let mut parser = parser.unicode(false).utf8(false).build();
        for (issuer, shape) in ISSUERS {
            for token in shortest(&parser.parse(shape).unwrap()) {
                assert!(token.len() >= LEAST, "{issuer}: {token} has {} characters", token.len());
                assert!(token.bytes().all(in_token), "{issuer}: {token}");
                for text in [token.clone(), format!("key: \"{token}\", so"), format!("(a/b={token}).")] {
                    assert_eq!(found(&text), [&*token], "{issuer}: {text}");
                }
                let behind_a_letter = format!("x{token}");
                assert!(!found(&behind_a_letter).contains(&token), "{issuer}: {behind_a_letter}");
                assert_eq!(found(&token[..token.len() / 3]), [""; 0], "{issuer}: cut short");
            }
        }
        assert!(ISSUERS.is_sorted_by_key(|(issuer, _)| issuer.to_lowercase()));
    }

    #[test]
    fn bytes_of_tokens_are_told_apart() {
        for byte in 0..=u8::MAX {
            let mut block = [b' '; 64];
            (block[0], block[37], block[63]) = (byte, byte, byte);
            let expected = if (FIRST..=LAST).contains(&byte) { 1 | 1 << 37 | 1 << 63 } else { 0 };
            assert_eq!(token_bits(&block), expected, "{byte}");
        }
        for (ones, expected) in [(0, false), (LEAST - 1, false), (LEAST, true), (LEAST + 1, true), (63, true)] {
            let bits = (1_u64 << ones) - 1;
            assert!(has_run(bits) == expected && has_run(bits << (64 - ones.max(1))) == expected, "{ones}");
        }
    }

    #[test]
    fn runs_of_tokens_bytes() {
        let found = |text: &str| {
            let mut found = Vec::new();
            runs(text.as_bytes(), |start, end| found.push(text[start..end].to_owned()));
            found
        };
        let (run, short) = ("a1_-./+=~:".repeat(2), "b".repeat(LEAST - 1));
        assert_eq!(found(&run), [&*run]);
        assert_eq!(found(&format!("{short} {run}\n{short} {run}é{short}")), [&*run, &*run]);
        for before in 0..200 {
            let text = format!("{}{run}{}", "of ".repeat(before), " of".repeat(200 - before));
            assert_eq!(found(&text), [&*run], "behind {before} words");
            assert!(found(&text.replace(&run, &short)).is_empty(), "behind {before} words");
        }
        assert_eq!(found(&format!("é{short}c")), [format!("{short}c")]);
        assert!(found(&short).is_empty() && found("").is_empty());
    }

    #[test]
    fn secrets() {
        let aws = "AKIAIOSFODNN7EXAMPL3";
        let github = format!("ghp_{}", "a1B2".repeat(9));
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        check(
            Kind::Secret,
            &[
                (&format!("key {aws}."), &[aws]),
                (&format!("token={github}"), &[&github]),
                (&format!("{key} and more"), &[key]),
                (
                    "a.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4.",
                    &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4"],
                ),
                ("AKIA alone, xAKIAIOSFODNN7EXAMPL3, sk-short, -----BEGIN CERTIFICATE-----", &[]),
            ],
        );
    }

    #[test]
    fn a_token_ends_where_a_word_does() {
        let (gitlab, hex) = (["glpat", "ABCDEFGHIJ0123456789"].join("-"), "0a".repeat(16));
        let (databricks, bedrock) = (format!("dapi{hex}"), format!("ABSK{}", "/a1".repeat(37)));
        let (dotted, numbered) = (format!("{gitlab}.documenta"), format!("{databricks}-2"));
        let atlassian = format!("ATATT3{}==", "b".repeat(160));
        check(
            Kind::Secret,
            &[
                (&format!("{gitlab}.documentation"), &[&gitlab]),
                (&dotted, &[&dotted]),
                (&format!("{databricks}-2024"), &[&databricks]),
                (&numbered, &[&numbered]),
                (&format!("{bedrock}/_"), &[&bedrock]),
                (&format!("{atlassian} {atlassian}."), &[&atlassian, &atlassian]),
                (&format!("{databricks}f {databricks}_ {databricks}é"), &[&databricks]),
            ],
        );
    }

    #[test]
    fn long_runs_take_linear_time() {
        // Quadratic, the first would take an hour.
        for (piece, end) in [("ABSK/", "_"), ("sk-", "é"), ("eyJ.", "_"), ("t1.", "_"), ("dp.pt.a-", "_")] {
            let text = piece.repeat((10 << 20) / piece.len()) + end;
            find(&text, &mut |start, end| assert!(start < end));
        }
    }
}
