//! The lines of code, where elements make them: blocks, rows, and the `span`s of highlighters.

use super::tags::Tag;
use super::tree::{Dom, Name};

/// Nodes of a line without text that are looked at for a line break.
const NEAR: usize = 8;

/// Whether a part of code is a line: a block, or a `span` that a highlighter made for each line.
pub(super) fn is_line(dom: Dom<'_>, node: usize) -> bool {
    match dom.tag(node) {
        Tag::Td | Tag::Th | Tag::Table | Tag::Tbody | Tag::Thead => false,
        Tag::Span => {
            dom.has_attributes(node)
                && (dom.attribute(node, Name::DataLine).is_some()
                    || dom.attribute(node, Name::Class).is_some_and(is_line_class))
                && are_siblings_lines(dom, node)
        }
        tag => tag.is_block(),
    }
}

/// Class names that highlighters and editors give a line of code.
pub(super) fn is_line_class(class: &str) -> bool {
    class.split_ascii_whitespace().any(|class| {
        matches!(
            class,
            "line"
                | "code-line"
                | "codeline"
                | "cl-line"
                | "view-line"
                | "token-line"
                | "cm-line"
                | "ec-line"
                | "crayon-line"
        )
    })
}

/// Whether only white space and elements like it stand next to a line.
fn are_siblings_lines(dom: Dom<'_>, node: usize) -> bool {
    let parent = dom.parent(node);
    let next = dom.end(node);
    let is_next = next >= dom.end(parent)
        || match dom.tag(next) {
            Tag::Text => is_space(dom, next),
            Tag::Br => false, // it ends the line
            _ => true,
        };
    // What stands before ends right before the node: its last node is the one before.
    let before = node - 1;
    let is_before =
        before == parent || is_space(dom, before) || dom.tag(before) != Tag::Text || dom.parent(before) != parent;
    is_next && is_before
}

/// What white space between parts of code says: all of it, or what is left when it only sets out the page's source,
/// between rows and cells, or ends a line that an element ends too.
pub(super) fn space(dom: Dom<'_>, text: usize) -> &str {
    let (parent, space) = (dom.parent(text), dom.text(text));
    let next = dom.end(text);
    let has_next = next < dom.end(parent);
    let is_layout = match dom.tag(parent) {
        Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tr => true,
        Tag::Td if has_next => {
            (text == parent + 1 || space.contains('\n')) && matches!(dom.tag(next), Tag::Pre | Tag::Code)
        }
        Tag::Td => text > parent + 1 && space.contains('\n'),
        _ => false,
    };
    if is_layout {
        return "";
    }
    let before = previous_sibling(dom, text).filter(|before| is_line(dom, *before));
    match before {
        Some(before) if dom.tag(before) == Tag::Span => space.split_once('\n').map_or(space, |(_, rest)| rest),
        Some(_) => "",
        None if text == parent + 1 && has_next && dom.tag(next) != Tag::Span && is_line(dom, next) => "",
        None => space,
    }
}

/// Whether a line without text stands among lines: it is a blank one.
pub(super) fn is_blank_line(dom: Dom<'_>, node: usize) -> bool {
    let is_like = |other: usize| {
        dom.tag(other) == dom.tag(node)
            && (matches!(dom.tag(node), Tag::Li | Tag::Tr)
                || dom.attribute(other, Name::Class) == dom.attribute(node, Name::Class))
    };
    if !dom.text(node).is_empty() || dom.below(node).take(NEAR).any(|node| dom.tag(node) == Tag::Br) {
        return false;
    }
    let end = dom.end(dom.parent(node));
    let mut next = dom.end(node);
    if next < end && is_space(dom, next) {
        next = dom.end(next);
    }
    let before = previous_sibling(dom, node);
    let before = before.filter(|before| !is_space(dom, *before)).or_else(|| previous_sibling(dom, before?));
    (next < end && is_like(next)) || before.is_some_and(is_like)
}

/// Whether a node is text of white space alone.
pub(super) fn is_space(dom: Dom<'_>, node: usize) -> bool {
    dom.tag(node) == Tag::Text && dom.text(node).trim().is_empty()
}

/// The child of the same parent that ends where a node starts.
pub(super) fn previous_sibling(dom: Dom<'_>, node: usize) -> Option<usize> {
    let parent = dom.parent(node);
    let mut before = node.checked_sub(1).filter(|before| *before != parent)?;
    while dom.parent(before) != parent {
        before = dom.parent(before);
    }
    Some(before)
}
