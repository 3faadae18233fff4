//! Parts of a text go; its blocks follow.

use filters::Block;

/// The text without these ranges; blocks follow, and those that lost everything go.
pub(crate) fn remove(original: &str, cuts: &[std::ops::Range<usize>], blocks: &mut Vec<Block>) -> String {
    let mut kept = String::with_capacity(original.len());
    let mut start = 0;
    for cut in cuts {
        kept.push_str(&original[start..cut.start]);
        start = cut.end;
    }
    kept.push_str(&original[start..]);
    if cuts.is_empty() {
        return kept;
    }
    // A position moves left by all that was cut before it.
    let mut lost_before = Vec::with_capacity(cuts.len());
    let mut lost = 0;
    for cut in cuts {
        lost_before.push(lost);
        lost += cut.len();
    }
    let moved = |position: u32| {
        let position = position as usize;
        let later = cuts.partition_point(|cut| cut.start < position);
        let lost =
            later.checked_sub(1).map_or(0, |last| lost_before[last] + cuts[last].end.min(position) - cuts[last].start);
        u32::try_from((position - lost).min(kept.len())).unwrap_or(u32::MAX)
    };
    for block in blocks.iter_mut() {
        *block = Block { start: moved(block.start), end: moved(block.end), ..*block };
    }
    blocks.retain(|block| block.start < block.end);
    kept
}

#[cfg(test)]
mod tests {
    use filters::BlockKind;

    use super::*;

    #[test]
    fn blocks_follow_the_text() {
        let text = "keep\nshare this\nrest\n\ncode";
        let block = |kind, start, end| Block { kind, start, end };
        let mut blocks = vec![
            block(BlockKind::Prose, 0, 4),
            block(BlockKind::Prose, 5, 15),
            block(BlockKind::Prose, 16, 20),
            block(BlockKind::Code, 22, 26),
        ];
        let kept = remove(text, std::slice::from_ref(&(5..16)), &mut blocks);
        assert_eq!(kept, "keep\nrest\n\ncode");
        let pieces: Vec<_> = blocks.iter().map(|block| &kept[block.range()]).collect();
        assert_eq!(pieces, ["keep", "rest", "code"]);
    }
}
