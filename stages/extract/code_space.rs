//! White space of code that stands outside of `pre`.
//!
//! There browsers make one space of it, unless a style keeps it. Code whose lines end in breaks, and that indents them
//! with no-break spaces, counts on that: what else stands around its lines sets out the page's source.

use super::tags::Tag;
use super::tree::Dom;

/// Whether white space within an element that shows code is one space: its lines end in breaks, and no-break spaces
/// indent them.
pub(super) fn collapses(dom: Dom<'_>, node: usize) -> bool {
    let text = dom.text(node).trim();
    if memchr::memmem::find(text.as_bytes(), "\u{a0}".as_bytes()).is_none() {
        return false;
    }
    let n_breaks = dom.below(node).filter(|part| dom.tag(*part) == Tag::Br).count();
    // More line feeds than breaks: they end lines.
    n_breaks > 0 && memchr::memchr_iter(b'\n', text.as_bytes()).count() <= n_breaks
}

/// Makes one space of white space, from one run of text to the next.
#[derive(Debug, Default)]
pub(super) struct Collapser {
    /// What came last is white space, or starts a line.
    is_after_space: bool,
    text: String,
}

impl Collapser {
    /// A line starts.
    pub(super) fn start_line(&mut self) {
        self.is_after_space = true;
    }

    /// The text with its white space collapsed; no-break spaces stay.
    pub(super) fn collapse(&mut self, text: &str) -> &str {
        self.text.clear();
        for character in text.chars() {
            let is_space = character.is_ascii_whitespace();
            if !is_space {
                self.text.push(character);
            } else if !self.is_after_space {
                self.text.push(' ');
            }
            self.is_after_space = is_space;
        }
        &self.text
    }
}
