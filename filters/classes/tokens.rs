//! What the models of class, topic and quality see of a text: one definition for training and for use.
//!
//! Tokens are separated by spaces. Those of our own making start with `|`; no token of a text does, since a mark is a
//! token alone. Long texts are cut after [`LONGEST`] tokens: their subject shows early, and the cost stays bounded.

use std::collections::HashMap;

use crate::text::hash;

/// Tokens of one text, at most.
pub const LONGEST: usize = 1_000;

/// Lower-case words, for topics: letters only, marks and digits left out, of the first [`LONGEST`] words of the text.
/// A word stands again at its second, fourth, eighth … occurrence: a word that comes ten times says more than one that
/// comes once, but not ten times as much. The words of a URL follow with `|` before them, since `games` in an address
/// says more than in a text.
#[must_use]
pub fn words(text: &str, url: Option<&str>) -> String {
    let mut tokens = Tokens::default();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let words = text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
    for word in words.take(LONGEST) {
        let word = word.to_lowercase();
        let times = seen.entry(hash(word.as_bytes())).or_default();
        *times += 1;
        if times.is_power_of_two() {
            tokens.push("", &word);
        }
    }
    let url = url.unwrap_or_default().to_lowercase();
    let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    for word in address.split(|character: char| !character.is_alphabetic()).filter(|word| word.len() > 2).take(30) {
        if !matches!(word, "www" | "com" | "html" | "htm" | "php" | "index") {
            tokens.text.push_str(" |");
            tokens.text.push_str(word);
        }
    }
    tokens.text
}

/// Words, marks and the shapes of lines, for class and quality: what tells code, formulas and lists from prose holds
/// for words that training never saw.
///
/// | token | of |
/// |---|---|
/// | `\|in0` … `\|in2` | each line: indented by 0, 1–3, 4 or more |
/// | `\|end.` … | each line: its last character, `a` for a letter, `0` for a digit |
/// | `\|long0` … `\|long4` | each line: its length, by powers of three from 10 bytes |
/// | `\|marks0` … `\|marks3` | each line: share of marks, from under 5 % to over 30 % |
/// | `\|tex` | a command such as `\frac` |
/// | `\|camel`, `\|snake`, `\|call`, `\|letter` | identifiers, and letters that stand alone |
/// | `0`, `00` | numbers of up to two digits, and longer ones |
#[must_use]
pub fn shapes(text: &str) -> String {
    let mut tokens = Tokens::default();
    for line in text.split('\n').filter(|line| !line.trim().is_empty()) {
        if !line_shape(line, &mut tokens) || !line_words(line.trim(), &mut tokens) {
            break;
        }
    }
    tokens.text
}

/// Tokens and their number.
#[derive(Default)]
struct Tokens {
    text: String,
    count: usize,
}

impl Tokens {
    /// Adds a token of two parts; false when there is no room.
    fn push(&mut self, prefix: &str, rest: &str) -> bool {
        if self.count == LONGEST {
            return false;
        }
        if self.count > 0 {
            self.text.push(' ');
        }
        self.text.push_str(prefix);
        self.text.push_str(rest);
        self.count += 1;
        true
    }
}

/// Indentation, end, length and marks of a line.
fn line_shape(line: &str, tokens: &mut Tokens) -> bool {
    let indent = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let line = line.trim();
    let indent = match indent {
        0 => "|in0",
        1..=3 => "|in1",
        _ => "|in2",
    };
    let mut end = [0; 4];
    let last = match line.chars().next_back() {
        Some(last) if last.is_alphabetic() => "a",
        Some(last) if last.is_numeric() => "0",
        Some(last) => last.encode_utf8(&mut end),
        None => "a",
    };
    let length = match line.len() {
        0..=9 => "|long0",
        10..=29 => "|long1",
        30..=89 => "|long2",
        90..=269 => "|long3",
        _ => "|long4",
    };
    let marks = line.bytes().filter(u8::is_ascii_punctuation).count();
    let marks = match marks * 100 / line.len().max(1) {
        0..=4 => "|marks0",
        5..=11 => "|marks1",
        12..=29 => "|marks2",
        _ => "|marks3",
    };
    tokens.push(indent, "") && tokens.push("|end", last) && tokens.push(length, "") && tokens.push(marks, "")
}

/// Words, numbers and marks of a line.
fn line_words(line: &str, tokens: &mut Tokens) -> bool {
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_alphabetic() || first == '_' {
            rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len())
        } else if first.is_numeric() {
            rest.find(|character: char| !character.is_numeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        let fits = if first.is_alphabetic() || first == '_' {
            let shape = identifier(piece, after);
            tokens.push("", &piece.to_lowercase()) && (shape.is_empty() || tokens.push(shape, ""))
        } else if first.is_numeric() {
            tokens.push(if piece.len() <= 2 { "0" } else { "00" }, "")
        } else if first.is_whitespace() || first.is_control() {
            true
        } else {
            let command = first == '\\' && after.starts_with(|next: char| next.is_ascii_alphabetic());
            tokens.push(if command { "|tex" } else { piece }, "")
        };
        if !fits {
            return false;
        }
    }
    true
}

/// What kind of identifier a word is, if one.
fn identifier(word: &str, after: &str) -> &'static str {
    if word.trim_matches('_').contains('_') {
        "|snake"
    } else if after.starts_with('(') {
        "|call"
    } else if word.len() == 1 && !matches!(word, "a" | "A" | "I") {
        "|letter"
    } else if word.bytes().zip(word.bytes().skip(1)).any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase()) {
        "|camel"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_see_words_and_the_address() {
        for (what, text, url, expected) in [
            ("letters only", "Don't pay 20€!", None, "don t pay"),
            (
                "the address",
                "Rules",
                Some("https://www.chess-club.example/a/openings.html"),
                "rules |chess |club |example |openings",
            ),
            ("the same again, thinned out", "a b A b a! a-a", None, "a b a b a"),
            ("nothing", " 12 ", None, ""),
        ] {
            assert_eq!(words(text, url), expected, "{what}");
        }
    }

    #[test]
    fn shapes_of_lines_and_words() {
        for (what, text, expected) in [
            ("prose", "We went home.", "|in0 |end. |long1 |marks1 we went home ."),
            ("code", "    int maxSize = f_x(12);", "|in2 |end; |long1 |marks2 int maxsize |camel = f_x |snake ( 0 ) ;"),
            ("a formula", "$\\frac{x}{100}$", "|in0 |end$ |long1 |marks3 $ |tex frac { x |letter } { 00 } $"),
            ("a call", "go(x)", "|in0 |end) |long0 |marks3 go |call ( x |letter )"),
            ("blank lines do not count", "\n \n", ""),
        ] {
            assert_eq!(shapes(text), expected, "{what}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let text = "word, ".repeat(LONGEST);
        let many = (1..=2 * LONGEST).map(|length| "x".repeat(length)).collect::<Vec<_>>().join(" ");
        assert_eq!(words(&many, None).split(' ').count(), LONGEST);
        assert_eq!(shapes(&text).split(' ').count(), LONGEST);
        assert_eq!(
            words(&text, Some("https://example.org/chess")).split(' ').filter(|t| t.starts_with('|')).count(),
            3
        );
    }
}
