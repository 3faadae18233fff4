//! From tokens to a tree: the rules of HTML's tree construction that change what text belongs to what.
//!
//! End tags that HTML lets out are put in (`p`, `li`, `dt`, `dd`, `tr`, `td`, `option`, …), end tags of nothing are
//! ignored, what stands between the cells of a table goes before it, and a link that is closed around open blocks is
//! closed, the blocks going on after it. Not done, since no text moves without: splitting `b`, `i` and the like, and
//! putting in `tbody` and `tr`. `parity` holds the trees against those of html5ever.
//!
//! Elements deeper than [`MAX_DEPTH`] become siblings: the stack of open elements is bounded, and so is each search
//! in it.

use super::ExtractError;
use super::attributes::is_space;
use super::entities::{Place, decode, literal};
use super::foreign::{self, Space};
use super::foster::Move;
use super::implied;
use super::tags::Tag;
use super::tokenizer::{StartTag, Token, Tokenizer};
use super::tree::{Name, Tree};

/// Nodes of a page: beyond it, extraction fails.
pub(super) const MAX_NODES: usize = 1_000_000;
/// Open elements, as browsers limit them.
const MAX_DEPTH: usize = 512;
/// Blocks that go on after a link was closed around them.
const MAX_REOPENED: usize = 8;

/// An open element.
#[derive(Clone, Copy, Debug)]
struct Open {
    node: usize,
    tag: Tag,
    /// Whose rules hold inside. Elements of HTML itself have [`Space::Html`].
    space: Space,
    /// A form whose end tag came before that of something in it: it ends with that.
    is_ended: bool,
}

/// Open elements.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// Outermost first.
    open: Vec<Open>,
    /// How many of each tag are open: most searches end here.
    n_open: Vec<u32>,
    /// Open elements that were too deep to be put on the stack.
    n_too_deep: usize,
    /// What belongs before a table.
    moves: Vec<Move>,
}

impl Parser {
    /// Reads a page into an empty tree.
    pub(super) fn parse(&mut self, html: &str, tree: &mut Tree) -> Result<(), ExtractError> {
        tree.clear();
        self.open.clear();
        self.n_open.clear();
        self.n_open.resize(Tag::COUNT, 0);
        self.n_too_deep = 0;
        self.moves.clear();
        let root = tree.push(Tag::Html, 0);
        self.put(root, Tag::Html, Space::Html);
        let mut tokens = Tokenizer::new(html);
        while let Some(token) = tokens.next(self.space() != Space::Html) {
            match token {
                Token::Text(text) => self.text(text, tree, |text, out| decode(text, Place::Text, out)),
                Token::Literal(text) => self.text(text, tree, literal),
                Token::Start(tag) => self.start(tag, html, &mut tokens, tree),
                Token::End(name) => self.end(Tag::parse(name), tree),
            }
            if tree.len() > MAX_NODES {
                return Err(ExtractError::TooManyNodes { limit: MAX_NODES });
            }
        }
        self.pop_to(0, tree);
        tree.relocate(&self.moves);
        Ok(())
    }

    fn parent(&self) -> usize {
        self.open.last().map_or(0, |open| open.node)
    }

    fn is_open(&self, tag: Tag) -> bool {
        self.n_open[tag as usize] > 0
    }

    fn top(&self) -> Tag {
        self.open.last().map_or(Tag::Html, |open| open.tag)
    }

    fn space(&self) -> Space {
        self.open.last().map_or(Space::Html, |open| open.space)
    }

    fn put(&mut self, node: usize, tag: Tag, space: Space) {
        if self.open.len() >= MAX_DEPTH {
            self.n_too_deep += 1;
        } else {
            self.open.push(Open { node, tag, space, is_ended: false });
            self.n_open[tag as usize] += 1;
        }
    }

    /// Closes open elements until `length` are left.
    fn pop_to(&mut self, length: usize, tree: &mut Tree) {
        while self.open.len() > length || self.open.last().is_some_and(|open| open.is_ended) {
            if let Some(Open { node, tag, .. }) = self.open.pop() {
                self.n_open[tag as usize] -= 1;
                tree.close(node);
            }
        }
    }

    fn pop(&mut self, tree: &mut Tree) {
        self.pop_to(self.open.len() - 1, tree);
    }

    /// Where in the stack the innermost open element that `is_wanted` lies, unless `is_border` comes first.
    fn find(&self, is_wanted: impl Fn(Tag) -> bool, is_border: impl Fn(Tag) -> bool) -> Option<usize> {
        for (at, Open { tag, .. }) in self.open.iter().enumerate().rev() {
            if is_wanted(*tag) {
                return Some(at);
            }
            if is_border(*tag) {
                return None;
            }
        }
        None
    }

    /// Closes the innermost open element that `is_wanted`, unless `is_border` comes first.
    fn close(&mut self, is_wanted: impl Fn(Tag) -> bool, is_border: impl Fn(Tag) -> bool, tree: &mut Tree) -> bool {
        let found = self.find(is_wanted, is_border);
        if let Some(at) = found {
            self.pop_to(at, tree);
        }
        found.is_some()
    }

    /// Adds a node where it belongs: here, or, between cells, before the table.
    fn add(&mut self, tag: Tag, tree: &mut Tree) -> usize {
        if is_between_cells(self.top())
            && !may_stand_between_cells(tag)
            && let Some(at) = self.find(|tag| tag == Tag::Table, |tag| tag == Tag::Template)
        {
            let table = self.open[at].node;
            let root = tree.push(tag, tree.parent(table));
            self.moves.push(Move { root, table });
            return root;
        }
        tree.push(tag, self.parent())
    }

    fn text(&mut self, text: &str, tree: &mut Tree, read: impl Fn(&str, &mut String)) {
        let is_blank = || text.bytes().all(|byte| is_space(byte) || byte == 0);
        match self.top() {
            Tag::Head if is_blank() => return,
            Tag::Head => self.pop(tree),
            Tag::Colgroup if !is_blank() => self.pop(tree),
            Tag::Frameset => return, // shown by no browser
            _ => {}
        }
        if is_between_cells(self.top()) && !is_blank() {
            // Pieces of one run of text are added one by one.
            if !self.is_in_text_before_table(tree) {
                self.add(Tag::Text, tree);
            }
        } else if !tree.is_in_text_of(self.parent()) || self.is_in_text_before_table(tree) {
            tree.push(Tag::Text, self.parent());
        }
        read(text, &mut tree.text);
    }

    /// Whether text that belongs before a table just ended.
    fn is_in_text_before_table(&self, tree: &Tree) -> bool {
        self.moves.last().is_some_and(|last| tree.is_in_text_of(tree.parent(last.root)) && last.root + 1 == tree.len())
    }

    fn start(&mut self, tag: StartTag<'_>, html: &str, tokens: &mut Tokenizer<'_>, tree: &mut Tree) {
        let kind = Tag::parse(tag.name);
        if self.space() == Space::Foreign {
            if foreign::ends_foreign(kind, html, tokens.attributes()) {
                while self.space() == Space::Foreign {
                    self.pop(tree);
                }
            } else if matches!(kind, Tag::Script | Tag::Style) && !tag.self_closing {
                // Text of theirs is never shown: read as in HTML, it cannot be taken for text of the page.
                self.raw(kind, tag, html, tokens, tree);
                return;
            } else {
                // Names that mean something in HTML do not in SVG.
                let kind = if kind.is_block() || kind == Tag::Template { Tag::Unknown } else { kind };
                let node = tree.push(kind, self.parent());
                tree.set_attributes(html, tokens.attributes());
                if !tag.self_closing {
                    self.put(node, kind, foreign::within(kind, html, tokens.attributes()));
                }
                return;
            }
        }
        match self.top() {
            Tag::Head if !kind.is_head_content() => self.pop(tree),
            Tag::Colgroup if !matches!(kind, Tag::Col | Tag::Template) => self.pop(tree),
            _ => {}
        }
        if self.is_ignored(kind, tree) {
            if kind == Tag::Html && tree.len() == 1 {
                tree.set_attributes(html, tokens.attributes());
            }
            return;
        }
        if kind.is_raw_text() {
            self.raw(kind, tag, html, tokens, tree);
            return;
        }
        // Names that mean something in MathML and SVG do not in HTML.
        let kind = match kind {
            Tag::Desc | Tag::ForeignObject | Tag::AnnotationXml => Tag::Unknown,
            kind => kind,
        };
        self.imply_ends(kind, tree);
        let is_form_between_cells = kind == Tag::Form && is_between_cells(self.top());
        let node = if is_form_between_cells { tree.push(kind, self.parent()) } else { self.add(kind, tree) };
        tree.set_attributes(html, tokens.attributes());
        if kind.is_void() || is_form_between_cells {
            return; // such a form holds nothing: its rows are the table's
        }
        match kind {
            Tag::Math | Tag::Svg if tag.self_closing => {}
            Tag::Math | Tag::Svg => self.put(node, kind, Space::Foreign),
            _ => self.put(node, kind, Space::Html),
        }
        if kind == Tag::Pre {
            tokens.skip_line_feed();
        }
    }

    /// Start tags that say nothing where they stand.
    fn is_ignored(&self, kind: Tag, tree: &Tree) -> bool {
        match kind {
            Tag::Html => true,
            _ if self.top() == Tag::Frameset => !matches!(kind, Tag::Frameset | Tag::Frame | Tag::Noframes),
            Tag::Head => self.is_open(kind) || self.is_open(Tag::Body),
            Tag::Form => self.is_open(kind),
            Tag::Body | Tag::Frameset => self.open.len() > 1 || !tree.text.trim().is_empty(),
            Tag::Frame => !self.is_open(Tag::Frameset),
            _ if kind.is_table_part() => !self.is_open(Tag::Table) && !self.is_open(Tag::Template),
            _ => false,
        }
    }

    /// Elements without markup inside: their content is passed over, but for titles, formulas and data.
    fn raw(&mut self, kind: Tag, tag: StartTag<'_>, html: &str, tokens: &mut Tokenizer<'_>, tree: &mut Tree) {
        if matches!(kind, Tag::Xmp | Tag::Plaintext) {
            self.imply_ends(kind, tree);
        }
        let start = tokens.position();
        match kind {
            Tag::Title | Tag::Script => {
                tree.push(kind, self.parent());
                tree.set_attributes(html, tokens.attributes());
                let content = tokens.raw_text(tag.name);
                tree.push_attribute(Name::Raw, start, start + content.len());
            }
            Tag::Xmp | Tag::Plaintext => {
                let node = self.add(kind, tree);
                tree.push(Tag::Text, node);
                let content = if kind == Tag::Xmp { tokens.raw_text(tag.name) } else { tokens.rest() };
                literal(content, &mut tree.text);
                tree.close(node);
            }
            _ => {
                tokens.raw_text(tag.name);
            }
        }
    }

    /// Closes what a start tag closes.
    fn imply_ends(&mut self, kind: Tag, tree: &mut Tree) {
        if kind.closes_paragraph() && self.is_open(Tag::P) {
            self.close(|tag| tag == Tag::P, |tag| tag.is_scope() || tag == Tag::Button, tree);
        }
        if kind.is_heading() && self.top().is_heading() {
            self.pop(tree);
        }
        if kind == Tag::Table && self.is_open(Tag::Table) {
            // Tables stand in cells: elsewhere, the second ends the first.
            self.close(|tag| tag == Tag::Table, Tag::is_scope, tree);
        }
        let Some(closing) = implied::closed_by(kind) else { return };
        let needed = if matches!(kind, Tag::Rt | Tag::Rp) { Tag::Ruby } else { kind };
        if matches!(needed, Tag::A | Tag::Li | Tag::Option | Tag::Button | Tag::Ruby) && !self.is_open(needed) {
            return;
        }
        let mut found = None;
        for (at, Open { tag, .. }) in self.open.iter().enumerate().rev() {
            if (closing.wanted)(*tag) {
                found = Some(at);
                if !closing.is_outermost {
                    break;
                }
            } else if (closing.border)(*tag) {
                break;
            }
        }
        match found {
            Some(at) if kind == Tag::A => self.close_link(at, tree),
            Some(at) => self.pop_to(at, tree),
            None => {}
        }
        if kind.is_table_part()
            && let Some(at) = self.find(is_between_cells, |tag| tag == Tag::Template)
        {
            self.pop_to(at + 1, tree); // what stood before the cell ends
        }
    }

    fn end(&mut self, kind: Tag, tree: &mut Tree) {
        if self.n_too_deep > 0 {
            self.n_too_deep -= usize::from(!kind.is_void());
            return;
        }
        if self.space() != Space::Html && self.end_foreign(kind, tree) {
            return;
        }
        match kind {
            // What follows these still belongs to the page.
            Tag::Html | Tag::Body => {}
            Tag::Br => {
                self.add(Tag::Br, tree);
            }
            Tag::P => {
                let is_border = |tag: Tag| tag.is_scope() || tag == Tag::Button;
                if !self.is_open(Tag::P) || !self.close(|tag| tag == Tag::P, is_border, tree) {
                    self.add(Tag::P, tree);
                }
            }
            _ if kind.is_heading() => {
                self.close(Tag::is_heading, Tag::is_scope, tree);
            }
            _ if self.n_open[kind as usize] == 0 => {}
            Tag::A => {
                if let Some(at) = self.find(|tag| tag == Tag::A, Tag::is_scope) {
                    self.close_link(at, tree);
                }
            }
            Tag::Form => {
                let found = self.find(|tag| tag == Tag::Form, Tag::is_scope);
                match found {
                    Some(at) if self.open[at + 1..].iter().any(|open| !open.tag.has_implied_end()) => {
                        self.open[at].is_ended = true;
                        self.open[at].tag = Tag::Unknown;
                        self.n_open[Tag::Form as usize] -= 1;
                        self.n_open[Tag::Unknown as usize] += 1;
                    }
                    Some(at) => self.pop_to(at, tree),
                    None => {}
                }
            }
            Tag::Li => {
                self.close(|tag| tag == kind, |tag| tag.is_scope() || tag.is_list(), tree);
            }
            Tag::Template => {
                self.close(|tag| tag == kind, |_| false, tree);
            }
            _ if kind == Tag::Table || kind.is_table_part() => {
                self.close(|tag| tag == kind, |tag| matches!(tag, Tag::Table | Tag::Template), tree);
            }
            _ if kind.is_block() || is_wrapper(kind) => {
                self.close(|tag| tag == kind, Tag::is_scope, tree);
            }
            // Inline elements do not end what stands around them.
            _ => {
                self.close(|tag| tag == kind, |tag| tag.is_block() || is_wrapper(tag), tree);
            }
        }
    }

    /// An end tag within MathML or SVG: whether it was one of theirs.
    fn end_foreign(&mut self, kind: Tag, tree: &mut Tree) -> bool {
        if matches!(kind, Tag::P | Tag::Br) {
            while self.space() != Space::Html {
                self.pop(tree);
            }
            return false;
        }
        let foreign = self.open.iter().enumerate().rev().take_while(|(_, open)| open.space != Space::Html);
        let found = foreign.into_iter().find(|(_, open)| open.tag == kind).map(|(at, _)| at);
        if let Some(at) = found {
            self.pop_to(at, tree);
        }
        found.is_some()
    }

    /// Closes a link. Blocks that were opened in it and are still open go on after it.
    fn close_link(&mut self, at: usize, tree: &mut Tree) {
        let mut reopened = [(0, Tag::Text); MAX_REOPENED];
        let mut n_reopened = 0;
        for Open { node, tag, .. } in &self.open[at + 1..] {
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
            self.put(node, *tag, Space::Html);
        }
    }
}

/// Elements of a table that hold cells only: any other content goes before the table.
const fn is_between_cells(tag: Tag) -> bool {
    matches!(tag, Tag::Table | Tag::Tbody | Tag::Thead | Tag::Tfoot | Tag::Tr)
}

/// What stays where it is between cells.
const fn may_stand_between_cells(tag: Tag) -> bool {
    tag.is_table_part() || matches!(tag, Tag::Template | Tag::Script | Tag::Style)
}

/// Elements that are no blocks and may hold some: their end tags close them.
const fn is_wrapper(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Applet
            | Tag::Audio
            | Tag::Button
            | Tag::Canvas
            | Tag::Custom
            | Tag::Marquee
            | Tag::Math
            | Tag::MjxContainer
            | Tag::Noscript
            | Tag::Object
            | Tag::Select
            | Tag::Svg
            | Tag::Template
            | Tag::Video
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
            ("text between cells", "<table>a<tr>b<td>c</table>d", "a b table(tr(td(c))) d"),
            ("elements between cells", "<table><tr><p>a<td>b<p>c", "p(a) table(tr(td(b p(c))))"),
            ("a form between cells", "<table><form><tr><td>a</form></table>", "table(form tr(td(a)))"),
            ("cells without a table", "<tr><td>a<div>b</div>c", "a div(b) c"),
            ("a form in a form", "<form><div><form>a</div>b</form>c", "form(div(a) b) c"),
            ("a form that ends early", "<form><div>a</form>b</div>c", "form(div(ab)) c"),
            ("icons end at HTML", "<svg><g><div>a</div></svg>b", "svg(unknown) div(a) b"),
            ("names of HTML in SVG", "<svg><address>a</svg>", "svg(unknown(a))"),
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
