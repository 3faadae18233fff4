//! What is no content within the chosen element: lists of links, teasers, lone links between paragraphs.

use super::features::Facts;
use super::tags::Tag;
use super::tree::Dom;

/// Share of characters in links from which a part without running text is a list of links.
const MOST_LINKS: f32 = 0.5;
/// The same for a paragraph of its own, which a single link may fill.
const MOST_LINKS_PARAGRAPH: f32 = 0.7;
/// A container with more of its text in links is a listing: its links are the content.
const LISTING: f32 = 0.4;

/// Marks what is dropped within the container.
pub(super) fn trim(dom: Dom<'_>, facts: &mut [Facts], top: usize) {
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

fn is_links(dom: Dom<'_>, facts: &[Facts], node: usize) -> bool {
    let found = &facts[node];
    if found.chars == 0 || found.link_chars == 0 || found.good > 0 {
        return false;
    }
    match dom.tag(node) {
        Tag::P | Tag::Blockquote => found.link_density() > MOST_LINKS_PARAGRAPH,
        Tag::Ul | Tag::Ol | Tag::Div | Tag::Section | Tag::Article | Tag::Table | Tag::Dl | Tag::Aside | Tag::Figure => {
            found.link_density() > MOST_LINKS
        }
        _ => false,
    }
}
