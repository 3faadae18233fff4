//! Which blocks are kept, and what that means for the tree.

use super::features::{Facts, TextBlock};
use super::tags::Tag;
use super::tree::Dom;
use super::{code, code_table, table};

/// Weight of recall against precision, squared: a little noise costs training more than a little less text. Chosen on
/// cross-validated outputs: 1 gives one point more on lists of products, and as much less on articles.
const BETA2: f32 = 0.8;
/// Bytes of a text that is kept once, however often the page repeats it.
const LEAST_REPEATED: usize = 60;

/// Buffers, used again from page to page.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    /// Whether each block is kept.
    pub(super) is_kept: Vec<bool>,
    /// Probability and words of each block.
    order: Vec<(f32, u32)>,
    /// Hash of a text that is kept, and the element around its block.
    seen: Vec<(u64, usize)>,
    state: Vec<State>,
}

/// What a node's subtree holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// No text.
    #[default]
    Empty,
    /// Only text that is left out.
    Out,
    /// Some text that is kept.
    In,
}

impl Keeper {
    /// Chooses the blocks whose words make the expected F-score highest, if each block is content with its probability.
    ///
    /// The best set of k blocks is the k likeliest ones, so one walk in that order finds it. On a page where all is
    /// clear this keeps what is likelier than not; where little is certain it keeps more, since there a lost block
    /// costs more than a false one.
    pub(super) fn choose(&mut self, dom: Dom<'_>, blocks: &[TextBlock], hashes: &[u64], probabilities: &[f32]) {
        self.order.clear();
        self.order.extend(probabilities.iter().zip(0..).map(|(probability, row)| (*probability, row)));
        self.order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.seen.clear();
        let all: f32 = self.order.iter().map(|(probability, row)| probability * words(&blocks[*row as usize])).sum();
        let (mut right, mut given, mut best, mut n_best) = (0.0, 0.0, 0.0, 0);
        self.is_kept.clear();
        self.is_kept.resize(blocks.len(), false);
        for (rank, (probability, row)) in self.order.iter().enumerate() {
            let words = words(&blocks[*row as usize]);
            right += probability * words;
            given += words;
            let score = (1.0 + BETA2) * right / (given + BETA2 * all);
            if score > best {
                (best, n_best) = (score, rank + 1);
            }
        }
        for (_, row) in &self.order[..n_best] {
            let row = *row as usize;
            let block = &blocks[row];
            let is_long = dom.text_between(block.first as usize, block.last as usize).trim().len() >= LEAST_REPEATED;
            if is_long {
                // Pages hold texts twice, for narrow and wide screens. Side by side, a repetition is meant.
                let parent = dom.parent(block.owner as usize);
                let at = self.seen.partition_point(|(hash, _)| *hash < hashes[row]);
                match self.seen.get(at) {
                    Some((hash, other)) if *hash == hashes[row] && *other != parent => continue,
                    Some((hash, _)) if *hash == hashes[row] => {}
                    _ => self.seen.insert(at, (hashes[row], parent)),
                }
            }
            self.is_kept[row] = true;
        }
    }

    /// Marks in the facts what is left out: the text of blocks that are not kept, and elements with no other text.
    pub(super) fn apply(&mut self, dom: Dom<'_>, facts: &mut [Facts], blocks: &[TextBlock]) {
        self.state.clear();
        self.state.resize(dom.len(), State::Empty);
        for (block, is_kept) in blocks.iter().zip(&self.is_kept) {
            let state = if *is_kept { State::In } else { State::Out };
            for node in block.first as usize..=block.last as usize {
                if matches!(dom.tag(node), Tag::Text | Tag::Script | Tag::Img) {
                    self.state[node] = state;
                }
            }
        }
        for node in (1..dom.len()).rev() {
            facts[node].is_dropped |= self.state[node] == State::Out;
            let parent = dom.parent(node);
            self.state[parent] = match (self.state[parent], self.state[node]) {
                (State::In, _) | (_, State::In) => State::In,
                (State::Out, _) | (_, State::Out) => State::Out,
                _ => State::Empty,
            };
        }
    }
}

/// Gives the blocks of one table of data, or of one piece of code, the same probability: they are kept or left out
/// together.
pub(super) fn pool(dom: Dom<'_>, facts: &[Facts], blocks: &[TextBlock], probabilities: &mut [f32]) {
    let mut node = 0;
    while node < dom.len() {
        let is_one = match dom.tag(node) {
            Tag::Pre => true,
            Tag::Table => table::is_data(dom, facts, node) || code_table::is_lines(dom, node),
            tag => tag.is_block() && code::is_shown_by(dom, node),
        };
        if !is_one {
            node += 1;
            continue;
        }
        let row_of = |node: usize| blocks.partition_point(|block| (block.first as usize) < node);
        let rows = row_of(node)..row_of(dom.end(node));
        let (mut right, mut all) = (0.0, 0.0);
        for row in rows.clone() {
            right += probabilities[row] * words(&blocks[row]);
            all += words(&blocks[row]);
        }
        if all > 0.0 {
            probabilities[rows].fill(right / all);
        }
        node = dom.end(node);
    }
}

/// The weight of a block: its words, and a little, so that none has no weight.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn words(block: &TextBlock) -> f32 {
    block.text.words as f32 + 0.01
}
