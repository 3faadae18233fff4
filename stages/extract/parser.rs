//! From tokens to a tree: the rules of HTML's tree construction that change what text belongs to what.
//!
//! End tags that HTML lets out are put in (`p`, `li`, `dt`, `dd`, `tr`, `td`, `option`, …), end tags of nothing are
//! ignored, and a link that is closed around open blocks is closed, the blocks going on after it. Not done, since no
//! text is lost without: moving what stands between table cells, and splitting `b`, `i` and the like.
//!
//! Elements deeper than [`MAX_DEPTH`] become siblings: the stack of open elements is bounded, and so is each search
//! in it.

use super::ExtractError;
use super::entities::{Place, decode};
use super::tags::Tag;
use super::tokenizer::{StartTag, Token, Tokenizer};
use super::tree::{Name, Tree};

/// Nodes of a page: beyond it, extraction fails.
pub(super) const MAX_NODES: usize = 1_000_000;
/// Open elements, as browsers limit them.
const MAX_DEPTH: usize = 512;
/// Blocks that go on after a link was closed around them.
const MAX_REOPENED: usize = 8;

/// A question about a tag.
type IsTag = fn(Tag) -> bool;

/// Open elements.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// Node and tag, outermost first.
    open: Vec<(usize, Tag)>,
    /// How many of each tag are open: most searches end here.
    n_open: Vec<u32>,
    /// Open elements that were too deep to be put on the stack.
    n_too_deep: usize,
}

impl Parser {
    /// Reads a page into an empty tree.
    pub(super) fn parse(&mut self, html: &str, tree: &mut Tree) -> Result<(), ExtractError> {
        tree.clear();
        self.open.clear();
        self.n_open.clear();
        self.n_open.resize(Tag::COUNT, 0);
        self.n_too_deep = 0;
        let root = tree.push(Tag::Html, 0);
        self.put(root, Tag::Html);
        let mut tokens = Tokenizer::new(html);
        while let Some(token) = tokens.next() {
            match token {
                Token::Text(text) => self.text(text, tree),
                Token::Start(tag) => self.start(tag, &mut tokens, tree),
                Token::End(name) => self.end(Tag::parse(name), tree),
            }
            if tree.len() > MAX_NODES {
                return Err(ExtractError::TooManyNodes { limit: MAX_NODES });
            }
        }
        self.pop_to(0, tree);
        Ok(())
    }

    fn parent(&self) -> usize {
        self.open.last().map_or(0, |(node, _)| *node)
    }

    fn is_open(&self, tag: Tag) -> bool {
        self.n_open[tag as usize] > 0
    }

    fn top(&self) -> Tag {
        self.open.last().map_or(Tag::Html, |(_, tag)| *tag)
    }

    fn put(&mut self, node: usize, tag: Tag) {
        self.open.push((node, tag));
        self.n_open[tag as usize] += 1;
    }

    /// Closes open elements until `length` are left.
    fn pop_to(&mut self, length: usize, tree: &mut Tree) {
        while self.open.len() > length {
            if let Some((node, tag)) = self.open.pop() {
                self.n_open[tag as usize] -= 1;
                tree.close(node);
            }
        }
    }

    /// Where in the stack the innermost open element that `is_wanted` lies, unless `is_border` comes first.
    fn find(&self, is_wanted: impl Fn(Tag) -> bool, is_border: impl Fn(Tag) -> bool) -> Option<usize> {
        for (at, (_, tag)) in self.open.iter().enumerate().rev() {
            if is_wanted(*tag) {
                return Some(at);
            }
            if is_border(*tag) {
                return None;
            }
        }
        None
    }

    fn text(&mut self, text: &str, tree: &mut Tree) {
        if self.top() == Tag::Head {
            if text.trim().is_empty() {
                return;
            }
            self.pop_to(self.open.len() - 1, tree);
        }
        let parent = self.parent();
        if !tree.is_in_text_of(parent) {
            tree.push(Tag::Text, parent);
        }
        decode(text, Place::Text, &mut tree.text);
    }

    fn start(&mut self, tag: StartTag<'_>, tokens: &mut Tokenizer<'_>, tree: &mut Tree) {
        let kind = Tag::parse(tag.name);
        let offset = tokens.position() - 1 - usize::from(tag.self_closing) - tag.attributes.len();
        if self.top() == Tag::Head && !kind.is_head_content() {
            self.pop_to(self.open.len() - 1, tree);
        }
        if matches!(kind, Tag::Html | Tag::Body | Tag::Head) && self.n_open[kind as usize] > 0 {
            if kind == Tag::Html && tree.len() == 1 {
                tree.set_attributes(tag.attributes, offset);
            }
            return;
        }
        if kind.is_raw_text() {
            self.raw(kind, tag, offset, tokens, tree);
            return;
        }
        self.imply_ends(kind, tree);
        let parent = self.parent();
        let node = tree.push(kind, parent);
        tree.set_attributes(tag.attributes, offset);
        let is_foreign = self.n_open[Tag::Math as usize] + self.n_open[Tag::Svg as usize] > 0;
        if kind.is_void() || (tag.self_closing && (is_foreign || matches!(kind, Tag::Math | Tag::Svg))) {
            return;
        }
        if self.open.len() >= MAX_DEPTH {
            self.n_too_deep += 1;
        } else {
            self.put(node, kind);
        }
    }

    /// Elements without markup inside: their content is passed over, but for titles, formulas and data.
    fn raw(&mut self, kind: Tag, tag: StartTag<'_>, offset: usize, tokens: &mut Tokenizer<'_>, tree: &mut Tree) {
        if kind == Tag::Title && self.n_open[Tag::Svg as usize] > 0 {
            return; // an icon's: it may hold markup, and is no title of the page
        }
        if matches!(kind, Tag::Xmp | Tag::Plaintext) {
            self.imply_ends(kind, tree);
        }
        let parent = self.parent();
        let start = tokens.position();
        let content = if kind == Tag::Plaintext { tokens.rest() } else { tokens.raw_text(tag.name) };
        match kind {
            Tag::Title | Tag::Script => {
                tree.push(kind, parent);
                tree.set_attributes(tag.attributes, offset);
                tree.push_attribute(Name::Raw, start, start + content.len());
            }
            Tag::Xmp | Tag::Plaintext => {
                let node = tree.push(kind, parent);
                tree.push(Tag::Text, node);
                tree.text.extend(content.chars().filter(|character| !matches!(character, '\0' | '\r')));
                tree.close(node);
            }
            _ => {}
        }
    }

    /// Closes what a start tag closes.
    fn imply_ends(&mut self, kind: Tag, tree: &mut Tree) {
        if kind.closes_paragraph()
            && self.is_open(Tag::P)
            && let Some(at) = self.find(|tag| tag == Tag::P, |tag| tag.is_scope() || tag == Tag::Button)
        {
            self.pop_to(at, tree);
        }
        if kind.is_heading() && self.top().is_heading() {
            self.pop_to(self.open.len() - 1, tree);
        }
        let (wanted, border): (IsTag, IsTag) = match kind {
            Tag::Li => (
                |tag| tag == Tag::Li,
                |tag| tag.is_scope() || (tag.is_block() && !matches!(tag, Tag::Address | Tag::Div | Tag::P)),
            ),
            Tag::Dt | Tag::Dd => (
                |tag| matches!(tag, Tag::Dt | Tag::Dd),
                |tag| tag.is_scope() || (tag.is_block() && !matches!(tag, Tag::Address | Tag::Div | Tag::P)),
            ),
            Tag::Td | Tag::Th => (|tag| matches!(tag, Tag::Td | Tag::Th | Tag::Caption), |tag| tag == Tag::Table),
            Tag::Tr => (
                |tag| matches!(tag, Tag::Tr | Tag::Td | Tag::Th | Tag::Caption | Tag::Colgroup),
                |tag| tag == Tag::Table,
            ),
            Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup => (
                |tag| matches!(tag, Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup | Tag::Tr),
                |tag| tag == Tag::Table,
            ),
            Tag::Option => (|tag| tag == Tag::Option, |tag| tag.is_block()),
            Tag::Optgroup => (|tag| matches!(tag, Tag::Option | Tag::Optgroup), |tag| tag == Tag::Select),
            Tag::Button => (|tag| tag == Tag::Button, Tag::is_scope),
            Tag::Rt | Tag::Rp => (|tag| matches!(tag, Tag::Rt | Tag::Rp), |tag| tag == Tag::Ruby),
            Tag::A => (|tag| tag == Tag::A, Tag::is_scope),
            _ => return,
        };
        if matches!(kind, Tag::A | Tag::Li) && !self.is_open(kind) {
            return;
        }
        // Rows close the cells and the row before: the outermost of them within the table counts.
        let mut found = None;
        for (at, (_, tag)) in self.open.iter().enumerate().rev() {
            if wanted(*tag) {
                found = Some(at);
                if !matches!(kind, Tag::Tr | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Caption | Tag::Colgroup) {
                    break;
                }
            } else if border(*tag) {
                break;
            }
        }
        match found {
            Some(at) if kind == Tag::A => self.close_link(at, tree),
            Some(at) => self.pop_to(at, tree),
            None => {}
        }
    }

    fn end(&mut self, kind: Tag, tree: &mut Tree) {
        if self.n_too_deep > 0 {
            self.n_too_deep -= usize::from(!kind.is_void());
            return;
        }
        match kind {
            // What follows these still belongs to the page.
            Tag::Html | Tag::Body => {}
            Tag::Br => {
                let parent = self.parent();
                tree.push(Tag::Br, parent);
            }
            Tag::P if self.find(|tag| tag == Tag::P, |tag| tag.is_scope() || tag == Tag::Button).is_none() => {
                let parent = self.parent();
                tree.push(Tag::P, parent);
            }
            _ if kind.is_heading() => {
                if let Some(at) = self.find(Tag::is_heading, Tag::is_scope) {
                    self.pop_to(at, tree);
                }
            }
            _ if self.n_open[kind as usize] == 0 => {}
            Tag::A => {
                if let Some(at) = self.find(|tag| tag == Tag::A, Tag::is_scope) {
                    self.close_link(at, tree);
                }
            }
            Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr | Tag::Td | Tag::Th | Tag::Caption => {
                if let Some(at) = self.find(|tag| tag == kind, |tag| tag == Tag::Table) {
                    self.pop_to(at, tree);
                }
            }
            Tag::Li => {
                if let Some(at) = self.find(|tag| tag == kind, |tag| tag.is_scope() || tag.is_list()) {
                    self.pop_to(at, tree);
                }
            }
            _ if kind.is_block() || is_wrapper(kind) => {
                if let Some(at) = self.find(|tag| tag == kind, Tag::is_scope) {
                    self.pop_to(at, tree);
                }
            }
            // Inline elements do not end what stands around them.
            _ => {
                if let Some(at) = self.find(|tag| tag == kind, Tag::is_block) {
                    self.pop_to(at, tree);
                }
            }
        }
    }

    /// Closes a link. Blocks that were opened in it and are still open go on after it.
    fn close_link(&mut self, at: usize, tree: &mut Tree) {
        let mut reopened = [(0, Tag::Text); MAX_REOPENED];
        let mut n_reopened = 0;
        for (node, tag) in &self.open[at + 1..] {
            if tag.is_block() && n_reopened < MAX_REOPENED {
                reopened[n_reopened] = (*node, *tag);
                n_reopened += 1;
            }
        }
        self.pop_to(at, tree);
        for (from, tag) in &reopened[..n_reopened] {
            let parent = self.parent();
            let node = tree.push(*tag, parent);
            tree.copy_attributes(*from);
            self.put(node, *tag);
        }
    }
}

/// Elements that are no blocks and may hold some: their end tags close them.
const fn is_wrapper(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Template
            | Tag::Object
            | Tag::Math
            | Tag::Svg
            | Tag::Custom
            | Tag::Select
            | Tag::Button
            | Tag::Noscript
            | Tag::Video
            | Tag::Audio
            | Tag::Canvas
            | Tag::MjxContainer
    )
}

#[cfg(test)]
mod tests {
    use super::super::tree::Dom;
    use super::*;

    /// The tree, written out: `div(p(a) p(b))`, without the root.
    fn outline(html: &str) -> String {
        let mut tree = Tree::default();
        Parser::default().parse(html, &mut tree).unwrap();
        let dom = Dom { html, tree: &tree };
        let mut out = String::new();
        let mut ends = vec![];
        for node in 1..dom.len() {
            while ends.last().is_some_and(|end| *end <= node) {
                ends.pop();
                out.push(')');
            }
            if !out.is_empty() && !out.ends_with('(') {
                out.push(' ');
            }
            if dom.tag(node) == Tag::Text {
                out.push_str(dom.text(node).trim());
            } else {
                out.push_str(&format!("{:?}", dom.tag(node)).to_lowercase());
                if dom.end(node) > node + 1 {
                    ends.push(dom.end(node));
                    out.push('(');
                }
            }
        }
        out.extend(ends.iter().map(|_| ')'));
        out
    }

    #[test]
    fn trees_are_those_of_browsers() {
        for (what, html, expected) in [
            ("nothing", "", ""),
            ("paragraphs end at blocks", "<p>a<p>b<div>c</div>", "p(a) p(b) div(c)"),
            ("list items", "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "ul(li(a) li(b ul(li(c))) li(d))"),
            ("list items across paragraphs", "<ul><li><p>a<li>b</ul>", "ul(li(p(a)) li(b))"),
            ("definitions", "<dl><dt>a<dd>b<dt>c</dl>", "dl(dt(a) dd(b) dt(c))"),
            ("rows and cells", "<table><tr><td>a<td>b<tr><th>c</table>", "table(tr(td(a) td(b)) tr(th(c)))"),
            (
                "tables in cells",
                "<table><tr><td><table><tr><td>a</table>b<td>c</table>",
                "table(tr(td(table(tr(td(a))) b) td(c)))",
            ),
            ("end tags of nothing", "<div>a</span></table></section>b</div>c", "div(ab) c"),
            ("an end tag closes what is inside", "<div><span>a<b>b</div>c", "div(span(a b(b))) c"),
            ("inline ends do not cross blocks", "<b><div>a</b>b</div>", "b(div(ab))"),
            ("a link around an open block", "<a><div>a</a>b</div>c", "a(div(a)) div(b) c"),
            ("a link in a link", "<a>b<a>c", "a(b) a(c)"),
            ("options", "<select><option>a<option>b</select>c", "select(option(a) option(b)) c"),
            ("an end of a paragraph alone", "a</p>b", "a p b"),
            ("head ends", "<head><meta><title>x</title>a<p>b", "head(meta title) a p(b)"),
            ("a second body", "<body>a</body></html><body>b", "body(ab)"),
            ("headings end headings", "<h2>a<h3>b</h2>c", "h2(a) h3(b) c"),
            ("MathML may close itself", "<math><mi/>a</math><i/>b", "math(mi a) i(b)"),
        ] {
            assert_eq!(outline(html), expected, "{what}");
        }
    }

    #[test]
    fn deep_pages_are_flattened() {
        let html = format!("{}a{}b", "<div>".repeat(100_000), "</div>".repeat(100_000));
        let mut tree = Tree::default();
        Parser::default().parse(&html, &mut tree).unwrap();
        let dom = Dom { html: &html, tree: &tree };
        assert_eq!(dom.text(0), "ab");
        let last = dom.len() - 1;
        assert_eq!((dom.text(last), dom.parent(last)), ("b", 0));
    }

    #[test]
    fn too_many_nodes_are_an_error() {
        let html = "<br>".repeat(MAX_NODES + 1);
        let error = Parser::default().parse(&html, &mut Tree::default()).unwrap_err();
        assert_eq!(error.kind(), "too_many_nodes");
    }
}
