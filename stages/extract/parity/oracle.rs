//! html5ever's tree of a page, as text: what the parser is compared with.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName, ns, parse_document};

use super::super::tags::Tag;
use super::{Outline, is_left_out};

/// What html5ever reads in a page, and how many errors it counts.
pub(super) fn read(html: &str) -> (Outline, usize) {
    // Pages are read as by a browser without scripts, which is what a crawler is: `noscript` holds elements.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let sink = parse_document(Sink::default(), ParseOpts { tree_builder, ..ParseOpts::default() }).one(html);
    let nodes = sink.nodes.into_inner();
    let mut outline = Outline::default();
    // Without recursion: pages may be deep.
    let mut todo = vec![(0, false)];
    while let Some((at, is_done)) = todo.pop() {
        let Node { kind, children, .. } = &nodes[at];
        match kind {
            Kind::Text(text) => outline.text(text),
            Kind::Element(name) => {
                let tag = Tag::parse(&name.local);
                let is_html = name.ns == ns!(html);
                // Names say little outside of HTML, but that no text of a `style` is shown in SVG either.
                if is_left_out(tag) && (is_html || matches!(tag, Tag::Script | Tag::Style)) {
                    continue;
                }
                if is_html {
                    outline.edge(tag);
                }
                if !is_done {
                    todo.push((at, true));
                    todo.extend(children.iter().rev().map(|child| (*child, false)));
                }
            }
            Kind::Other => todo.extend(children.iter().rev().map(|child| (*child, false))),
        }
    }
    (outline, sink.n_errors.get())
}

#[derive(Debug, Default)]
enum Kind {
    Text(String),
    Element(QualName),
    /// The document, a comment, the content of a `template`.
    #[default]
    Other,
}

#[derive(Debug, Default)]
struct Node {
    kind: Kind,
    parent: Option<usize>,
    children: Vec<usize>,
    /// An `annotation-xml` that says that it holds HTML.
    is_island: bool,
}

/// Nodes by number; the document is 0.
#[derive(Debug)]
struct Sink {
    nodes: RefCell<Vec<Node>>,
    n_errors: Cell<usize>,
}

impl Default for Sink {
    fn default() -> Self {
        Self { nodes: RefCell::new(vec![Node::default()]), n_errors: Cell::new(0) }
    }
}

impl Sink {
    fn push(&self, kind: Kind) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { kind, ..Node::default() });
        nodes.len() - 1
    }

    /// Puts a node, or text, before the child at `place`; text joins the text before it.
    fn insert(&self, parent: usize, place: usize, child: NodeOrText<usize>) {
        let child = match child {
            NodeOrText::AppendNode(node) => {
                self.remove_from_parent(&node);
                node
            }
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = place.checked_sub(1).map(|before| nodes[parent].children[before]);
                if let Some(Kind::Text(known)) = before.map(|before| &mut nodes[before].kind) {
                    known.push_str(&text);
                    return;
                }
                drop(nodes);
                self.push(Kind::Text(text.to_string()))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes[parent].children.insert(place, child);
        nodes[child].parent = Some(parent);
    }

    /// A node's parent and its place among the children.
    fn place(&self, node: usize) -> Option<(usize, usize)> {
        let nodes = self.nodes.borrow();
        let parent = nodes[node].parent?;
        Some((parent, nodes[parent].children.iter().rposition(|child| *child == node)?))
    }
}

/// An element's name, owned: the nodes are behind a cell.
#[derive(Debug)]
struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {
        self.n_errors.set(self.n_errors.get() + 1);
    }

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Name {
        match &self.nodes.borrow()[*target].kind {
            Kind::Element(name) => Name(name.clone()),
            _ => unreachable!("only elements are asked for their names"),
        }
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, flags: ElementFlags) -> usize {
        let node = self.push(Kind::Element(name));
        self.nodes.borrow_mut()[node].is_island = flags.mathml_annotation_xml_integration_point;
        node
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &usize) -> bool {
        self.nodes.borrow()[*node].is_island
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.push(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        self.push(Kind::Other)
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        let place = self.nodes.borrow()[*parent].children.len();
        self.insert(*parent, place, child);
    }

    fn append_based_on_parent_node(&self, element: &usize, previous: &usize, child: NodeOrText<usize>) {
        if self.nodes.borrow()[*element].parent.is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    /// Templates are left out: what is put in one goes to a node of no tree.
    fn get_template_contents(&self, _: &usize) -> usize {
        self.push(Kind::Other)
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &usize, node: NodeOrText<usize>) {
        if let Some((parent, place)) = self.place(*sibling) {
            self.insert(parent, place, node);
        }
    }

    fn add_attrs_if_missing(&self, _: &usize, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &usize) {
        if let Some((parent, place)) = self.place(*target) {
            let mut nodes = self.nodes.borrow_mut();
            nodes[parent].children.remove(place);
            nodes[*target].parent = None;
        }
    }

    fn reparent_children(&self, node: &usize, new_parent: &usize) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        for child in &children {
            nodes[*child].parent = Some(*new_parent);
        }
        nodes[*new_parent].children.extend(children);
    }
}
