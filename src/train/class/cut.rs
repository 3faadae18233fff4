//! Pieces of long texts. Prose and source files are cut alike: the length of a text must not tell its class.

use filters::text::hash;

/// Bytes of a piece, as powers of two.
const LENGTHS: std::ops::Range<u64> = 8..13;
/// Bytes of a text that says something.
const LEAST: usize = 200;

/// One piece of a text, whole lines where lines are short enough; none where it would say too little. Piece 0 starts
/// with the text, any other at a line in its midst. Place and length are drawn by the name of the text.
pub(super) fn piece<'t>(name: &str, number: u64, text: &'t str) -> Option<&'t str> {
    let draw = hash(format!("{number}:{name}").as_bytes());
    let start = if number == 0 { 0 } else { line(text, draw >> 32) };
    // Any length between two powers of two is as likely as another.
    let power = LENGTHS.start + draw % (LENGTHS.end - LENGTHS.start);
    let length = usize::try_from((1 << power) + (draw >> 8) % (1 << power)).ok()?;
    let rest = &text[start..];
    let cut = rest.get(..rest.floor_char_boundary(length))?;
    let piece = if cut.len() == rest.len() { cut } else { cut.rfind(['\n', ' ']).map_or(cut, |end| &cut[..=end]) };
    (piece.len() >= LEAST).then_some(piece)
}

/// Where some line of a text starts.
fn line(text: &str, draw: u64) -> usize {
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let number = usize::try_from(draw % (ends.len() as u64 + 1)).unwrap_or(0);
    number.checked_sub(1).map_or(0, |number| ends[number])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_start_with_lines_and_repeat() {
        let text = "let number = 1;\n".repeat(4_000);
        let cut: Vec<_> = (0..40).filter_map(|number| piece("one.rs", number, &text)).collect();
        assert!(cut.iter().all(|piece| piece.starts_with("let ") && piece.len() < 1 << 13), "{cut:?}");
        assert_eq!(piece("one.rs", 0, &text).map(|piece| text.find(piece)), Some(Some(0)));
        let lengths = cut.iter().map(|piece| piece.len());
        assert!(lengths.clone().min() < Some(600) && lengths.max() > Some(3_000));
        assert_eq!(piece("one.rs", 1, &text), piece("one.rs", 1, &text));
        assert_ne!(piece("one.rs", 1, &text), piece("two.rs", 1, &text));
    }

    #[test]
    fn texts_without_lines_are_cut_too() {
        let text = "é".repeat(5_000);
        assert!((0..20).all(|number| piece("e", number, &text).is_some_and(|piece| piece.len() < 1 << 13)));
        assert_eq!(piece("small", 0, "fn main() {}\n"), None);
        assert_eq!(piece("empty", 1, ""), None);
    }
}
