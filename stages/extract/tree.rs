//! A page as a flat arena: nodes in document order, their text in one buffer.
//!
//! A node's subtree is the range from the node to its `end`, and the subtree's text is one slice of the buffer, so that
//! nothing that reads the tree needs recursion. The buffers are used again from page to page.

use super::attributes::Span;
use super::tags::Tag;

/// The attributes that extraction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// `alt`
    Alt,
    /// `alttext`, of `math`
    Alttext,
    /// `aria-hidden`
    AriaHidden,
    /// `class`
    Class,
    /// `content`
    Content,
    /// `data-c`, a character in MathJax's SVG
    DataC,
    /// `data-line`, of a line of code
    DataLine,
    /// `data-line-number`
    DataLineNumber,
    /// `data-mathml`, the source of what MathJax shows
    DataMathml,
    /// `data-mml-node`, the element of MathML that a part of MathJax's SVG shows
    DataMmlNode,
    /// `data-tex`, `data-latex` and the like: the source of what is shown
    DataTex,
    /// `datetime`
    Datetime,
    /// `display`, of `math`
    Display,
    /// `encoding`, of `annotation`
    Encoding,
    /// `hidden`
    Hidden,
    /// `href`
    Href,
    /// `http-equiv`
    HttpEquiv,
    /// `id`
    Id,
    /// `itemprop`
    Itemprop,
    /// `lang` and `xml:lang`
    Lang,
    /// `mode` of `math`, older than `display`
    Mode,
    /// `mathvariant`
    Mathvariant,
    /// `name`
    Named,
    /// `notation`, of `menclose`
    Notation,
    /// `open` of `mfenced`
    Open,
    /// `close` of `mfenced`
    Close,
    /// `property`
    Property,
    /// `role`
    Role,
    /// `separators` of `mfenced`
    Separators,
    /// `src`
    Src,
    /// `start`, of `ol`
    Start,
    /// `style`
    Style,
    /// `type`
    Type,
    /// Not an attribute: the content of a raw-text element that is kept.
    Raw,
}

impl Name {
    /// Its bit of [`Node::has`].
    const fn bit(self) -> u16 {
        1 << (self as u8 % 16)
    }

    /// The attribute of that name, in any case.
    fn parse(name: &str) -> Option<Self> {
        if let Some(rest) = name.strip_prefix("data-") {
            return Self::parse_data(rest); // about half of all
        }
        let names: &[(&str, Self)] = match name.len() {
            2 => &[("id", Self::Id)],
            3 => &[("src", Self::Src), ("alt", Self::Alt)],
            4 => &[
                ("href", Self::Href),
                ("type", Self::Type),
                ("role", Self::Role),
                ("name", Self::Named),
                ("lang", Self::Lang),
                ("mode", Self::Mode),
                ("open", Self::Open),
            ],
            5 => &[("class", Self::Class), ("style", Self::Style), ("close", Self::Close), ("start", Self::Start)],
            6 => &[("hidden", Self::Hidden)],
            7 => &[("alttext", Self::Alttext), ("content", Self::Content), ("display", Self::Display)],
            8 => &[
                ("property", Self::Property),
                ("itemprop", Self::Itemprop),
                ("xml:lang", Self::Lang),
                ("datetime", Self::Datetime),
                ("encoding", Self::Encoding),
                ("notation", Self::Notation),
            ],
            10 => &[("http-equiv", Self::HttpEquiv), ("separators", Self::Separators)],
            11 => &[("aria-hidden", Self::AriaHidden), ("mathvariant", Self::Mathvariant)],
            _ => return None,
        };
        names.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, name)| *name)
    }

    /// The attribute whose name has this after `data-`.
    fn parse_data(rest: &str) -> Option<Self> {
        match rest {
            "c" => Some(Self::DataC),
            "line" => Some(Self::DataLine),
            "line-number" => Some(Self::DataLineNumber),
            "mathml" => Some(Self::DataMathml),
            "mml-node" => Some(Self::DataMmlNode),
            "tex" | "latex" | "math" | "formula" | "equation" | "original-tex" | "latex-source" => Some(Self::DataTex),
            _ => None,
        }
    }
}

/// An attribute of interest.
#[derive(Clone, Copy, Debug)]
struct Attribute {
    name: Name,
    /// The value's range in the page.
    start: u32,
    end: u32,
}

/// One element, or one run of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) tag: Tag,
    n_attributes: u8,
    /// A bit for each attribute that it has, shared with others: most questions are for one that it has not.
    has: u16,
    pub(super) parent: u32,
    /// One past the last node of the subtree.
    pub(super) end: u32,
    /// Where the subtree's text starts in the buffer.
    pub(super) text: u32,
    /// The first of its attributes.
    attributes: u32,
}

/// The arena.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    attributes: Vec<Attribute>,
    /// All text, decoded, as in the page.
    pub(super) text: String,
    /// Some element has the source of a formula in an attribute: without, none need be asked.
    pub(super) has_sources: bool,
}

impl Tree {
    /// Empties the arena and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.attributes.clear();
        self.text.clear();
        self.has_sources = false;
    }

    /// With a root and nothing in it.
    pub(super) fn with_root() -> Self {
        let mut tree = Self::default();
        tree.push(Tag::Html, 0);
        tree
    }

    /// How many nodes there are.
    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether text of that parent just ended, so that more of it belongs to the same node.
    pub(super) fn is_in_text_of(&self, parent: usize) -> bool {
        self.nodes.last().is_some_and(|node| node.tag == Tag::Text && node.parent as usize == parent)
    }

    /// A node's parent.
    pub(super) fn parent(&self, node: usize) -> usize {
        self.nodes[node].parent as usize
    }

    /// Adds a node that is still open.
    pub(super) fn push(&mut self, tag: Tag, parent: usize) -> usize {
        let at = self.nodes.len();
        let (text, attributes) = (index(self.text.len()), index(self.attributes.len()));
        self.nodes.push(Node {
            tag,
            n_attributes: 0,
            has: 0,
            parent: index(parent),
            end: index(at + 1),
            text,
            attributes,
        });
        at
    }

    /// Gives the last node what is of interest among the attributes of a start tag in `html`.
    pub(super) fn set_attributes(&mut self, html: &str, spans: &[Span]) {
        for Span { name, value } in spans {
            if let Some(name) = Name::parse(&html[name.0..name.1]) {
                self.push_attribute(name, value.0, value.1);
            }
        }
    }

    /// Adds an attribute to the last node.
    pub(super) fn push_attribute(&mut self, name: Name, start: usize, end: usize) {
        if let Some(node) = self.nodes.last_mut().filter(|node| node.n_attributes < u8::MAX) {
            node.n_attributes += 1;
            node.has |= name.bit();
            self.has_sources |= matches!(name, Name::DataMathml | Name::DataTex);
            self.attributes.push(Attribute { name, start: index(start), end: index(end) });
        }
    }

    /// Gives the last node the attributes of an earlier one.
    pub(super) fn copy_attributes(&mut self, from: usize) {
        let Node { attributes, n_attributes, has, .. } = self.nodes[from];
        if let Some(node) = self.nodes.last_mut() {
            (node.attributes, node.n_attributes, node.has) = (attributes, n_attributes, has);
        }
    }

    /// Ends a node's subtree at the last node.
    pub(super) fn close(&mut self, node: usize) {
        self.nodes[node].end = index(self.nodes.len());
    }
}

/// Nodes and bytes are counted in 32 bits: the page's budgets are far below.
pub(super) fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// A tree with its page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dom<'a> {
    /// The page, where the attributes' values stand.
    pub(super) html: &'a str,
    /// Its nodes.
    pub(super) tree: &'a Tree,
}

impl<'a> Dom<'a> {
    /// How many nodes there are.
    pub(super) const fn len(self) -> usize {
        self.tree.len()
    }

    /// A node's tag.
    pub(super) fn tag(self, node: usize) -> Tag {
        self.tree.nodes[node].tag
    }

    /// A node's parent; the root is its own.
    pub(super) fn parent(self, node: usize) -> usize {
        self.tree.nodes[node].parent as usize
    }

    /// One past the last node of the subtree.
    pub(super) fn end(self, node: usize) -> usize {
        self.tree.nodes[node].end as usize
    }

    /// The nodes below a node.
    pub(super) fn below(self, node: usize) -> std::ops::Range<usize> {
        node + 1..self.end(node)
    }

    /// The children of a node.
    pub(super) fn children(self, node: usize) -> impl Iterator<Item = usize> {
        let end = self.end(node);
        let mut at = node + 1;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = at;
                at = self.end(at);
                child
            })
        })
    }

    /// The text of a node's subtree, white space as in the page.
    pub(super) fn text(self, node: usize) -> &'a str {
        self.text_between(node, node)
    }

    /// The text from a node to the end of another one's subtree, white space as in the page.
    pub(super) fn text_between(self, first: usize, last: usize) -> &'a str {
        let start = self.tree.nodes[first].text as usize;
        let end = self.tree.nodes.get(self.end(last)).map_or(self.tree.text.len(), |next| next.text as usize);
        &self.tree.text[start..end]
    }

    /// An attribute's value as written, with its references.
    pub(super) fn attribute(self, node: usize, name: Name) -> Option<&'a str> {
        let Node { attributes, n_attributes, has, .. } = self.tree.nodes[node];
        if has & name.bit() == 0 {
            return None;
        }
        let first = attributes as usize;
        self.tree.attributes[first..first + usize::from(n_attributes)]
            .iter()
            .find(|attribute| attribute.name == name)
            .map(|attribute| &self.html[attribute.start as usize..attribute.end as usize])
    }

    /// Whether an attribute has that value, in any case.
    pub(super) fn is(self, node: usize, name: Name, value: &str) -> bool {
        self.attribute(node, name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    }

    /// Whether one of the classes is that one.
    pub(super) fn has_class(self, node: usize, class: &str) -> bool {
        self.attribute(node, Name::Class).is_some_and(|found| found.split_ascii_whitespace().any(|one| one == class))
    }

    /// Whether a node has any attribute: most questions about attributes end here.
    pub(super) fn has_attributes(self, node: usize) -> bool {
        self.tree.nodes[node].n_attributes > 0
    }
}
