//! Which element holds the content.
//!
//! As in Readability, each paragraph's score goes to the elements around it, less with distance; the best element by
//! score and link density is the first candidate. Then the candidate is widened while much of the page's good text
//! lies outside of it.

use super::features::Features;
use super::hints::Hints;
use super::tags::Tag;
use super::tree::Dom;

/// How far up a paragraph's score goes.
const REACH: usize = 6;
/// Share of the page's good text that the content should hold.
const LEAST_SHARE: f32 = 0.9;
/// An ancestor with a higher share of text in links does not become the content.
const MOST_LINKS: f32 = 0.5;

/// Where the content is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container {
    /// The element with the best score.
    pub(super) core: usize,
    /// The element around it that holds most good text of the page.
    pub(super) whole: usize,
}

/// The element that holds the content; `None` when no text reads like running text.
pub(super) fn container(dom: Dom<'_>, features: &mut Features) -> Option<Container> {
    score(dom, features);
    let facts = &features.facts;
    let best = |a: &usize, b: &usize| {
        let value = |node: usize| facts[node].score * (1.0 - facts[node].link_density());
        value(*a).total_cmp(&value(*b)).then(b.cmp(a))
    };
    let top = (0..dom.len()).filter(|node| facts[*node].score > 0.0).max_by(best)?;
    Some(Container { core: top, whole: widen(dom, features, top) })
}

#[expect(clippy::cast_precision_loss, reason = "scores are rough")]
fn score(dom: Dom<'_>, features: &mut Features) {
    for at in 0..features.blocks.len() {
        let block = features.blocks[at];
        if !block.is_good {
            continue;
        }
        let points = 1.0 + block.text.commas as f32 + (block.text.chars as f32 / 100.0).min(3.0);
        let mut node = block.owner as usize;
        // A paragraph's own element is no container; a `div` full of text is one.
        if !matches!(dom.tag(node), Tag::Div | Tag::Td | Tag::Section | Tag::Article | Tag::Main | Tag::Body) {
            node = dom.parent(node);
        }
        for level in 0..REACH {
            let share = if level == 0 {
                1.0
            } else if level == 1 {
                0.5
            } else {
                1.0 / (level as f32 * 3.0)
            };
            features.facts[node].score += points * share;
            if node == 0 {
                break;
            }
            node = dom.parent(node);
        }
    }
    for node in 0..dom.len() {
        let facts = &mut features.facts[node];
        if facts.score > 0.0 {
            if facts.hints.has(Hints::CONTENT) || matches!(dom.tag(node), Tag::Article | Tag::Main) {
                facts.score *= 1.2;
            }
            if matches!(dom.tag(node), Tag::Html | Tag::Li | Tag::Dl | Tag::Form) {
                facts.score *= 0.8;
            }
        }
    }
}

/// Goes up while too much good text lies outside.
#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn widen(dom: Dom<'_>, features: &Features, mut top: usize) -> usize {
    let facts = &features.facts;
    let wanted = facts[0].good as f32 * LEAST_SHARE;
    let mut node = top;
    while (facts[top].good as f32) < wanted && node != 0 {
        node = dom.parent(node);
        if facts[node].link_density() > MOST_LINKS {
            break;
        }
        if facts[node].good > facts[top].good {
            top = node;
        }
    }
    top
}
