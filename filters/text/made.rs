//! Texts of all kinds of pieces, for tests of quick ways against simple ones.

pub(super) fn texts() -> impl Iterator<Item = String> {
    #[rustfmt::skip]
    const PIECES: [&str; 48] = [
        "a", "The", "word", "supercalifragilistic", "A1", "é", "É", "ж", "本", "ไทย", "12", "Mr", "e.g", " ", " ", " ", " ",
        "  ", "\n", "\n", "\n\n", " \n", "\r\n", "\t", "\u{b}", "\u{85}", "\u{a0}", "\u{2028}", "\u{3000}", "\0", "\u{7f}",
        ".", ".", "...", ". ", "! ", "?", "。", "‼", ",", "’", "“", "”", ")", "\"", "-", "…", "😀",
    ];
    let mut state = 5_u64;
    let mut draw = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below
    };
    (0..2_000).map(move |_| {
        let (from, kinds) = (draw(PIECES.len()), 1 + draw(PIECES.len()));
        (0..draw(150)).map(|_| PIECES[(from + draw(kinds)) % PIECES.len()]).collect()
    })
}
