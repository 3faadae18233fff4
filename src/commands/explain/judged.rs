//! The blocks of a page, kept and left out, with how likely each is content.

use std::fmt::Write as _;

use stages::extract::Extractor;

/// Characters of a block that are shown.
const EXCERPT: usize = 80;

/// A line for each block that a reader could see, in the page's order. Of a page beyond a budget there is nothing to
/// show: the stage itself says how it fails.
pub(super) fn judged(html: &str) -> String {
    let Ok(blocks) = Extractor::new().judge(html, None) else { return String::new() };
    let n_kept = blocks.iter().filter(|block| block.is_kept).count();
    let mut text = format!("  blocks: {n_kept} of {} kept (+), with how likely each is content:\n", blocks.len());
    for block in blocks {
        let mut words = block.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = words.char_indices().nth(EXCERPT) {
            words.truncate(cut);
            words.push('…');
        }
        let sign = if block.is_kept { '+' } else { '-' };
        let _ = writeln!(text, "    {sign} {:.2} {:<10} {words}", block.probability, block.tag);
    }
    text
}
