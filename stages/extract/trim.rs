//! What is no content within the chosen element: lists of links, teasers, lone links between paragraphs.

use super::features::Facts;
use super::score::Container;
use super::tags::Tag;
use super::tree::{Dom, Name};

/// Share of characters in links from which a part without running text is a list of links.
const MOST_LINKS: f32 = 0.5;
/// The same for a paragraph of its own, which a single link may fill.
const MOST_LINKS_PARAGRAPH: f32 = 0.7;
/// A container with more of its text in links is a listing: its links are the content.
const LISTING: f32 = 0.4;

/// Characters for each link: text with fewer is a list of teasers.
const LEAST_PER_LINK: u32 = 150;
/// Good characters of a core that is an article, around which teasers are dropped.
const LEAST_CORE: u32 = 600;

/// Marks what is dropped within the container.
pub(super) fn trim(dom: Dom<'_>, facts: &mut [Facts], Container { core, whole: top }: Container, is_discussion: bool) {
    if chars_per_link(&facts[core]) >= LEAST_PER_LINK && facts[core].good >= LEAST_CORE {
        let mut on_path = core;
        while on_path != top && on_path != 0 {
            let parent = dom.parent(on_path);
            let mut node = parent + 1;
            while node < dom.end(parent) {
                let is_teaser = chars_per_link(&facts[node]) < LEAST_PER_LINK && facts[node].links > 1;
                if node != on_path
                    && is_teaser
                    && !facts[node].has_h1
                    && !(is_discussion && is_alike(dom, node, on_path))
                {
                    facts[node].is_dropped = true;
                }
                node = dom.end(node);
            }
            on_path = parent;
        }
    }
    if facts[top].link_density() > LISTING {
        return;
    }
    let mut node = top + 1;
    while node < dom.end(top) {
        if facts[node].is_dropped || is_links(dom, facts, node) {
            facts[node].is_dropped = true;
            node = dom.end(node);
        } else {
            node += 1;
        }
    }
}

/// Whether two siblings are made for the same kind of thing, such as messages of a thread.
fn is_alike(dom: Dom<'_>, a: usize, b: usize) -> bool {
    let class = |node| dom.attribute(node, Name::Class).and_then(|class| class.split_ascii_whitespace().next());
    dom.tag(a) == dom.tag(b)
        && match (class(a), class(b)) {
            (None, None) => matches!(dom.tag(a), Tag::Article | Tag::Tr | Tag::Li | Tag::Table),
            (a, b) => a == b,
        }
}

/// Characters outside of links for each link.
fn chars_per_link(facts: &Facts) -> u32 {
    (facts.chars - facts.link_chars) / facts.links.max(1)
}

fn is_links(dom: Dom<'_>, facts: &[Facts], node: usize) -> bool {
    let found = &facts[node];
    if found.chars == 0 || found.link_chars == 0 || found.good > 0 {
        return false;
    }
    match dom.tag(node) {
        Tag::P | Tag::Blockquote => found.link_density() > MOST_LINKS_PARAGRAPH,
        Tag::Ul
        | Tag::Ol
        | Tag::Div
        | Tag::Section
        | Tag::Article
        | Tag::Table
        | Tag::Dl
        | Tag::Aside
        | Tag::Figure => found.link_density() > MOST_LINKS,
        _ => false,
    }
}
