//! Which blocks are kept, and what that means for the tree.

use std::collections::BTreeMap;

use super::features::{Facts, TextBlock};
use super::pieces::Pieces;
use super::tags::Tag;
use super::tree::Dom;

/// Weight of recall against precision, squared: a little noise costs training more than a little less text. Chosen on
/// cross-validated outputs: 1 gives a point more on lists of products, and half a point less on news.
const BETA2: f32 = 0.72;
/// Bytes of a text that is kept once, however often the page repeats it.
const LEAST_REPEATED: usize = 60;

/// Buffers, used again from page to page.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    /// Whether each block is kept.
    pub(super) is_kept: Vec<bool>,
    /// Probability and words of each block.
    order: Vec<(f32, u32)>,
    /// By the hash of a text that is kept: the element around its block.
    seen: BTreeMap<u64, usize>,
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
    pub(super) fn choose(
        &mut self,
        dom: Dom<'_>,
        blocks: &[TextBlock],
        pieces: &Pieces,
        hashes: &[u64],
        probabilities: &[f32],
    ) {
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
            // Pages hold texts twice, for narrow and wide screens. Side by side, a repetition is meant.
            let block = &blocks[row];
            let (node, hash, len) = pieces.of(row).map_or_else(
                || {
                    let text = dom.text_between(block.first as usize, block.last as usize).trim();
                    (block.owner as usize, hashes[row], text.len())
                },
                |piece| (piece.node, piece.hash, piece.len),
            );
            if len >= LEAST_REPEATED {
                let parent = dom.parent(node);
                if *self.seen.entry(hash).or_insert(parent) != parent {
                    continue;
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

/// The weight of a block: its words, and a little, so that none has no weight.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(super) fn words(block: &TextBlock) -> f32 {
    block.text.words as f32 + 0.01
}

#[cfg(test)]
mod tests {
    use super::super::features::Features;
    use super::super::parser::Parser;
    use super::super::prune;
    use super::super::tree::Tree;
    use super::super::words::Weights;
    use super::*;

    /// The words that are kept of a page whose blocks are content with these probabilities.
    fn kept(html: &str, probabilities: &[f32]) -> Vec<String> {
        let mut tree = Tree::default();
        Parser::default().parse(html, &mut tree).unwrap();
        let dom = Dom { html, tree: &tree };
        let mut features = Features::default();
        features.read_hints(dom, &Weights::default());
        prune::hide(dom, &mut features.facts, false);
        features.count(dom);
        let text = |block: &TextBlock| dom.text_between(block.first as usize, block.last as usize);
        let hashes: Vec<u64> =
            features.blocks.iter().map(|block| filters::text::hash(text(block).as_bytes())).collect();
        let mut probabilities = probabilities.to_vec();
        let mut pieces = Pieces::default();
        pieces.find(dom, &features.facts, &features.blocks);
        pieces.judge(&features.blocks, &mut probabilities);
        let mut keeper = Keeper::default();
        keeper.choose(dom, &features.blocks, &pieces, &hashes, &probabilities);
        keeper.apply(dom, &mut features.facts, &features.blocks);
        let texts = (0..dom.len()).filter(|node| dom.tag(*node) == Tag::Text && !features.facts[*node].is_dropped);
        texts.map(|node| dom.text(node).to_owned()).collect()
    }

    #[test]
    fn the_set_with_the_best_expected_score_is_kept() {
        let long = "the same long words in another place, for wide screens and for narrow ones";
        let apart = format!("<div><p>{long}</div><div><p>{long}</div><p>b");
        let beside = format!("<p>{long}<p>{long}<p>b");
        let cells = format!("<table><tr><td>a<td>{long}<tr><td>b<td>{long}</table>");
        let listing = format!("<pre><div>{long}</div><div>a</div><div><i>{long}</i></div></pre>");
        let listings = format!("<div><pre>{long}<div>a</div></pre></div><div><pre>{long}<div>a</div></pre></div>");
        for (what, html, probabilities, expected) in [
            ("nothing", "", &[][..], &[][..]),
            ("what is clear", "<p>a<p>b<p>c", &[0.9, 0.1, 0.9], &["a", "c"]),
            ("more where little is certain", "<p>a<p>b<p>c", &[0.3, 0.3, 0.1], &["a", "b"]),
            ("something in any case", "<p>a<p>b", &[0.001, 0.0001], &["a"]),
            ("the words of a block count", "<p>a b c d e f g h<p>b", &[0.3, 0.35], &["a b c d e f g h", "b"]),
            ("one of two copies apart", &apart, &[0.8, 0.9, 0.9], &[long, "b"]),
            ("both copies side by side", &beside, &[0.8, 0.9, 0.9], &[long, long, "b"]),
            (
                "tables as one",
                "<table><tr><td>a<td>b<tr><td>c<td>d</table><p>e",
                &[0.9, 0.2, 0.9, 0.9, 0.1],
                &["a", "b", "c", "d"],
            ),
            ("a text that comes twice in a table", &cells, &[0.9; 4], &["a", long, "b", long]),
            ("a line that comes twice in code", &listing, &[0.9; 3], &[long, "a", long]),
            ("one of two copies of code", &listings, &[0.9; 4], &[long, "a"]),
            ("code before what is as likely", "<pre>a</pre><p>b<p>c", &[0.4, 0.4, 0.9], &["a", "c"]),
            ("code as one", "<pre><div>a</div><div>b</div></pre><p>e", &[0.9, 0.3, 0.1], &["a", "b"]),
        ] {
            assert_eq!(kept(html, probabilities), expected, "{what}");
        }
    }
}
