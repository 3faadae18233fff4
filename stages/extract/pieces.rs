//! What is kept or left out as one: tables of data, and pieces of code.

use std::ops::Range;

use super::features::{Facts, TextBlock};
use super::keep::words;
use super::tags::Tag;
use super::tree::Dom;
use super::{code, code_table, table};

/// How much likelier code is content than the model thinks, as a factor of its odds: pages are furnished with other
/// things, and few of those that it learned from have code. Chosen on cross-validated outputs, where anything from 3 to
/// 20 does nearly the same.
const CODE_ODDS: f32 = 5.0;

/// Blocks that belong together.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// The element that holds them.
    pub(super) node: usize,
    /// The hash of their texts.
    pub(super) hash: u64,
    /// Bytes of their texts, without white space around.
    pub(super) len: usize,
    rows: Range<usize>,
    is_code: bool,
}

/// The pieces of a page, in document order; the buffer is used again.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    all: Vec<Piece>,
}

impl Pieces {
    /// Finds the pieces among the blocks.
    pub(super) fn find(&mut self, dom: Dom<'_>, facts: &[Facts], blocks: &[TextBlock]) {
        self.all.clear();
        let mut node = 0;
        while node < dom.len() {
            let is_code = match dom.tag(node) {
                Tag::Pre => true,
                Tag::Table => code_table::is_lines(dom, node),
                tag => tag.is_block() && code::is_shown_by(dom, node),
            };
            let is_one = is_code || (dom.tag(node) == Tag::Table && table::is_data(dom, facts, node));
            if !is_one {
                node += 1;
                continue;
            }
            let row_of = |node: usize| blocks.partition_point(|block| (block.first as usize) < node);
            let rows = row_of(node)..row_of(dom.end(node));
            if let [first, ..] = blocks[rows.clone()] {
                let text = dom.text_between(first.first as usize, blocks[rows.end - 1].last as usize).trim();
                let hash = filters::text::hash(text.as_bytes());
                self.all.push(Piece { node, hash, len: text.len(), rows, is_code });
            }
            node = dom.end(node);
        }
    }

    /// Gives the blocks of a piece the same probability.
    pub(super) fn judge(&self, blocks: &[TextBlock], probabilities: &mut [f32]) {
        for piece in &self.all {
            let (mut right, mut all) = (0.0, 0.0);
            for row in piece.rows.clone() {
                right += probabilities[row] * words(&blocks[row]);
                all += words(&blocks[row]);
            }
            let mean = right / all;
            let odds = if piece.is_code { CODE_ODDS } else { 1.0 };
            probabilities[piece.rows.clone()].fill(mean * odds / (1.0 + mean * (odds - 1.0)));
        }
    }

    /// The piece that a block belongs to.
    pub(super) fn of(&self, row: usize) -> Option<&Piece> {
        let at = self.all.partition_point(|piece| piece.rows.end <= row);
        self.all.get(at).filter(|piece| piece.rows.contains(&row))
    }
}
