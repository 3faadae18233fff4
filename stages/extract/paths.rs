//! What stands around a node: the nearest elements of each kind, and how often its element is repeated.

use super::features::Facts;
use super::hints::Hints;
use super::tags::Tag;
use super::tree::{Dom, Name};

/// Kinds of elements whose distance counts, by tag, role, or words of class and id.
pub(super) const KINDS: [&str; 25] = [
    "article", "main", "nav", "header", "footer", "aside", "form", "table", "list", "section", "quote", "figure",
    "link", "control", "noscript", "item", "noise", "comments", "meta", "content", "forum", "hidden", "heading",
    "consent", "code",
];
const ARTICLE: usize = 0;
const MAIN: usize = 1;
const NAV: usize = 2;
const HEADER: usize = 3;
const FOOTER: usize = 4;
const ASIDE: usize = 5;
const FORM: usize = 6;
const CONTROL: usize = 13;
const ITEM: usize = 15;
const CODE: usize = 24;
/// Of an element of no kind: a place that nobody reads.
const NO_KIND: usize = KINDS.len();

/// Levels up to the nearest element of each kind; [`NONE`] when there is none. As long as a vector of the processor: all
/// grow by a level at once.
pub(super) type Near = [u8; 32];

/// No element of that kind stands around the node.
pub(super) const NONE: u8 = u8::MAX;

/// One for each node; the buffers are used again from page to page.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// The nearest elements.
    pub(super) near: Vec<Near>,
    /// How many like siblings stand side by side, of the element or of one around it.
    pub(super) alike: Vec<u16>,
    /// Levels below the root.
    pub(super) depth: Vec<u16>,
    /// Whether the rules drop it, or an element around it.
    pub(super) is_dropped: Vec<bool>,
}

impl Paths {
    /// Reads a page's tree, from the root down.
    pub(super) fn read(&mut self, dom: Dom<'_>, facts: &[Facts]) {
        self.near.clear();
        self.near.resize(dom.len(), [NONE; 32]);
        self.alike.clear();
        self.alike.resize(dom.len(), 0);
        self.depth.clear();
        self.depth.resize(dom.len(), 0);
        self.is_dropped.clear();
        self.is_dropped.resize(dom.len(), false);
        for (node, facts) in facts.iter().enumerate() {
            let parent = dom.parent(node);
            if node > 0 {
                let mut near = self.near[parent];
                for levels in &mut near {
                    *levels = levels.saturating_add(1);
                }
                self.near[node] = near;
                self.depth[node] = self.depth[parent].saturating_add(1);
                self.alike[node] = self.alike[node].max(self.alike[parent]);
            }
            self.is_dropped[node] = facts.is_dropped || self.is_dropped[parent];
            if dom.tag(node) != Tag::Text {
                mark(dom, facts.hints, node, &mut self.near[node]);
                self.count_alike(dom, node);
            }
        }
    }

    /// Counts the runs of like blocks among a node's children.
    fn count_alike(&mut self, dom: Dom<'_>, parent: usize) {
        let (mut first, mut length) = (0, 0_u16);
        let mut node = parent + 1;
        while node < dom.end(parent) {
            if dom.tag(node).is_block() {
                if length > 0 && !is_alike(dom, first, node) {
                    self.end_run(dom, first, node, length);
                    length = 0;
                }
                if length == 0 {
                    first = node;
                }
                length = length.saturating_add(1);
            }
            node = dom.end(node);
        }
        if length > 0 {
            self.end_run(dom, first, dom.end(parent), length);
        }
    }

    fn end_run(&mut self, dom: Dom<'_>, first: usize, end: usize, length: u16) {
        let mut node = first;
        while node < end {
            self.alike[node] = length;
            node = dom.end(node);
        }
    }
}

/// Whether two siblings are made for the same kind of thing: messages of a thread, products of a list.
fn is_alike(dom: Dom<'_>, a: usize, b: usize) -> bool {
    let class = |node| dom.attribute(node, Name::Class).and_then(|class| class.split_ascii_whitespace().next());
    dom.tag(a) == dom.tag(b) && class(a) == class(b)
}

/// In the order of the kinds after [`ITEM`].
const BY_HINT: [Hints; 8] = [
    Hints::NOISE,
    Hints::COMMENTS,
    Hints::META,
    Hints::CONTENT,
    Hints::FORUM,
    Hints::HIDDEN,
    Hints::HEADER,
    Hints::CONSENT,
];

/// Sets the kinds that an element is of itself.
fn mark(dom: Dom<'_>, hints: Hints, node: usize, near: &mut Near) {
    let by_tag = match dom.tag(node) {
        Tag::Article => ARTICLE,
        Tag::Main => MAIN,
        Tag::Nav => NAV,
        Tag::Header => HEADER,
        Tag::Footer => FOOTER,
        Tag::Aside => ASIDE,
        Tag::Form | Tag::Fieldset | Tag::Label => FORM,
        Tag::Table => 7,
        Tag::Ul | Tag::Ol => 8,
        Tag::Section => 9,
        Tag::Blockquote => 10,
        Tag::Figure | Tag::Figcaption => 11,
        Tag::A => 12,
        Tag::Button | Tag::Dialog | Tag::Details => CONTROL,
        Tag::Noscript => 14,
        Tag::Pre | Tag::Code => CODE,
        _ => NO_KIND,
    };
    near[by_tag] = 0;
    if !dom.has_attributes(node) {
        return;
    }
    for (at, hint) in BY_HINT.into_iter().enumerate() {
        if hints.has(hint) {
            near[ITEM + 1 + at] = 0;
        }
    }
    let by_role = match dom.attribute(node, Name::Role) {
        Some("navigation" | "menu" | "menubar" | "toolbar" | "tablist") => NAV,
        Some("main") => MAIN,
        Some("article") => ARTICLE,
        Some("banner") => HEADER,
        Some("contentinfo") => FOOTER,
        Some("complementary") => ASIDE,
        Some("search") => FORM,
        Some("dialog" | "alertdialog" | "button" | "alert") => CONTROL,
        _ => NO_KIND,
    };
    near[by_role] = 0;
    if matches!(dom.attribute(node, Name::Itemprop), Some("articleBody" | "description" | "text" | "reviewBody")) {
        near[ITEM] = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::parser::Parser;
    use super::super::tree::Tree;
    use super::*;

    #[test]
    fn surroundings_are_inherited() {
        let html = "<nav><ul><li class=a>1<li class=a>2<li class=b>3</ul></nav><p role=main>4";
        let mut tree = Tree::default();
        Parser::default().parse(html, &mut tree).unwrap();
        let dom = Dom { html, tree: &tree };
        let mut paths = Paths::default();
        paths.read(dom, &vec![Facts::default(); dom.len()]);
        let find = |text: &str| (0..dom.len()).find(|node| dom.tag(*node) == Tag::Text && dom.text(*node) == text);
        for (text, nav, main, alike, depth) in [("2", 3, NONE, 2, 4), ("3", 3, NONE, 1, 4), ("4", NONE, 1, 1, 2)] {
            let node = find(text).unwrap();
            let near = paths.near[node];
            assert_eq!(
                (near[NAV], near[MAIN], paths.alike[node], paths.depth[node]),
                (nav, main, alike, depth),
                "{text}"
            );
        }
    }
}
