//! From the parts of a tree that are kept to plain text with blocks.

use filters::{Block, BlockKind};

use super::code_space::{self, Collapser};
use super::features::Facts;
use super::formula::Found;
use super::hints::Hints;
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::writer::{Context, Flow, Writer};
use super::{code, code_lines, code_table, formula, gutter, markdown, math, table};

/// Open elements among which the innermost list or table is looked for.
const MOST_FRAMES: usize = 64;

/// An open element whose end matters.
#[derive(Clone, Copy, Debug)]
struct Frame {
    end: usize,
    /// What holds again after it.
    context: Context,
    /// The list's next number, for `ol`.
    number: Option<u32>,
    is_list: bool,
    is_data_table: bool,
    /// A table whose rows are lines of code.
    is_code_table: bool,
    /// Cells of the row so far.
    n_cells: u32,
    /// Of a line of code with text, where it starts in what is written.
    line: Option<usize>,
}

/// Writes text; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    writer: Writer,
    frames: Vec<Frame>,
    /// The code that is being written stands outside of `pre`: line feeds in the page may not count.
    is_soft: bool,
    /// White space in it is one space.
    collapses: bool,
    collapser: Collapser,
    /// The element that showed code last, and the group of its text.
    last_code: Option<(usize, u32)>,
    /// Markers of Markdown stand somewhere in the text.
    may_have_strays: bool,
}

impl Emitter {
    /// Writes the page, dropped parts left out.
    pub(super) fn emit(&mut self, dom: Dom<'_>, facts: &[Facts]) {
        self.writer.clear();
        self.frames.clear();
        self.last_code = None;
        self.writer.has_asciimath = memchr::memchr(b'`', dom.text(0).as_bytes()).is_some() && has_asciimath(dom);
        self.may_have_strays = markdown::may_have_strays(dom.text(0));
        let end = dom.len();
        let mut node = 0;
        loop {
            while let Some(frame) = self.frames.pop_if(|frame| frame.end <= node) {
                self.leave(frame);
            }
            if node >= end {
                break;
            }
            node = if facts[node].is_dropped {
                self.writer.leave_out();
                dom.end(node)
            } else {
                self.enter(dom, facts, node)
            };
        }
        self.writer.finish();
    }

    /// Writes text that came without markup.
    pub(super) fn plain(&mut self, text: &str) {
        self.writer.clear();
        for line in text.lines() {
            self.writer.write(line);
            self.writer.boundary();
        }
        self.writer.finish();
    }

    /// Characters of the text, white space included.
    pub(super) fn n_chars(&self) -> usize {
        filters::text::n_chars(self.writer.text())
    }

    /// What is written.
    pub(super) fn text(&self) -> &str {
        self.writer.text()
    }

    /// Takes the text and its blocks.
    pub(super) fn take(&mut self) -> (String, Vec<Block>) {
        self.writer.take()
    }

    fn context(&mut self) -> &mut Context {
        &mut self.writer.context
    }

    /// Opens a frame that restores the context at the element's end.
    fn open(&mut self, dom: Dom<'_>, node: usize) -> &mut Frame {
        let context = self.writer.context;
        self.frames.push(Frame {
            end: dom.end(node),
            context,
            number: None,
            is_list: false,
            is_data_table: false,
            is_code_table: false,
            n_cells: 0,
            line: None,
        });
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn leave(&mut self, frame: Frame) {
        if self.writer.context.flow == Flow::Verbatim && frame.context.flow == Flow::Verbatim {
            match frame.line {
                // All of its text was left out, such as its number: a blank line.
                Some(line) if line == self.writer.text().len() => self.writer.verbatim_break(),
                _ => self.writer.verbatim_line(),
            }
            return;
        }
        if frame.context.flow != Flow::OneLine {
            self.writer.context = frame.context;
        }
        self.writer.boundary();
        self.writer.context = frame.context;
        self.writer.marker = None;
    }

    /// Starts a node; returns the next one to look at.
    fn enter(&mut self, dom: Dom<'_>, facts: &[Facts], node: usize) -> usize {
        let tag = dom.tag(node);
        if self.writer.context.flow == Flow::Verbatim {
            return self.enter_in_code(dom, facts, node);
        }
        if let Some((found, next)) = formula::at(dom, node) {
            if let Found::Formula(tex, is_display) = found {
                self.writer.formula(&tex, is_display);
            }
            return next;
        }
        match tag {
            Tag::Text => self.prose(dom, node),
            Tag::Head | Tag::Title | Tag::Rt | Tag::Rtc | Tag::Rp | Tag::Script => return dom.end(node),
            Tag::Br => self.writer.line_break(),
            Tag::Img => self.image(dom, node),
            Tag::Code | Tag::Samp | Tag::Tt | Tag::Kbd
                if self.writer.context.flow == Flow::Normal && code::is_block(dom, node) =>
            {
                self.enter_code(dom, node);
            }
            _ if tag.is_block() => return self.enter_block(dom, facts, node),
            _ => {}
        }
        node + 1
    }

    /// Text outside of code, without markers of Markdown that were left over; inline code may be about them.
    fn prose(&mut self, dom: Dom<'_>, node: usize) {
        let text = dom.text(node);
        if self.may_have_strays
            && !matches!(dom.tag(dom.parent(node)), Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt)
            && let Some(text) = markdown::without_strays(text, self.writer.is_at_line_start())
        {
            self.writer.write(&text);
            return;
        }
        self.writer.write(text);
    }

    /// Starts a node within code: lines, and what is none of the code.
    fn enter_in_code(&mut self, dom: Dom<'_>, facts: &[Facts], node: usize) -> usize {
        let tag = dom.tag(node);
        match tag {
            Tag::Text => {
                let text = dom.text(node);
                if self.collapses {
                    self.writer.write(self.collapser.collapse(text));
                    return node + 1;
                }
                let is_space = text.as_bytes().iter().all(u8::is_ascii_whitespace);
                let text = if is_space { code_lines::space(dom, node) } else { text };
                // Where white space does not count, a line feed after a line break says nothing.
                let is_after_break = self.is_soft && dom.tag(node - 1) == Tag::Br;
                self.writer.write(if is_after_break { text.strip_prefix('\n').unwrap_or(text) } else { text });
            }
            Tag::Br => {
                self.collapser.start_line();
                self.writer.verbatim_break();
            }
            Tag::Math | Tag::MjxContainer | Tag::Script => {
                if let Some((Found::Formula(tex, is_display), _)) = formula::at(dom, node) {
                    self.writer.formula(&tex, is_display);
                }
                return dom.end(node);
            }
            Tag::Title | Tag::Rt | Tag::Rtc | Tag::Rp | Tag::Img => return dom.end(node),
            Tag::Td | Tag::Th if self.is_in_code_table() && code_table::is_number(dom, node) => return dom.end(node),
            _ if (facts[node].hints.has(Hints::GUTTER) && gutter::is_wordless(dom, node))
                || gutter::is_aside(dom, node) =>
            {
                return dom.end(node);
            }
            Tag::Code | Tag::Span | Tag::Div | Tag::Pre | Tag::Td if gutter::is_gutter(dom, node) => {
                return dom.end(node);
            }
            _ if code_lines::is_line(dom, node) => {
                self.writer.verbatim_line();
                if code_lines::is_blank_line(dom, node) {
                    self.writer.verbatim_break();
                } else {
                    let line = (!dom.text(node).is_empty()).then(|| self.writer.text().len());
                    self.open(dom, node).line = line;
                }
            }
            _ => {}
        }
        node + 1
    }

    fn is_in_code_table(&self) -> bool {
        self.innermost(|frame| frame.is_code_table).is_some()
    }

    /// Where the innermost such frame is; a page of thousands of nested elements must not be searched at each of them.
    fn innermost(&self, is_wanted: impl Fn(&Frame) -> bool) -> Option<usize> {
        let first = self.frames.len().saturating_sub(MOST_FRAMES);
        self.frames[first..].iter().rposition(is_wanted).map(|at| first + at)
    }

    fn enter_block(&mut self, dom: Dom<'_>, facts: &[Facts], node: usize) -> usize {
        let tag = dom.tag(node);
        // Cells and rows of the innermost table, when it holds data.
        if let Some(table) = self.innermost(|frame| frame.is_data_table) {
            return self.enter_cell(dom, node, table);
        }
        self.writer.boundary();
        match tag {
            _ if gutter::is_gutter(dom, node) => return dom.end(node),
            Tag::Pre if code::is_prose(dom, node) => {
                self.open(dom, node);
                self.context().flow = Flow::Lines;
                return node + 1;
            }
            Tag::Pre | Tag::Xmp | Tag::Plaintext => {
                self.enter_code(dom, node);
                return node + 1;
            }
            Tag::Hr => return node + 1,
            Tag::Td | Tag::Th if facts[node].hints.has(Hints::GUTTER) && gutter::is_wordless(dom, node) => {
                return dom.end(node);
            }
            Tag::Table if code_table::is_lines(dom, node) => {
                self.enter_code(dom, node);
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_code_table = true;
                }
                return node + 1;
            }
            _ if code::is_shown_by(dom, node) => {
                self.enter_code(dom, node);
                return node + 1;
            }
            Tag::Div if code::is_styled_run(dom, node) => {
                self.enter_code(dom, node);
                // Lines that follow one another are one block.
                self.context().group = u32::try_from(dom.parent(node)).unwrap_or(u32::MAX);
                return node + 1;
            }
            _ => {}
        }
        let group = u32::try_from(node).unwrap_or(u32::MAX);
        let number = match tag {
            Tag::Ol => Some(dom.attribute(node, Name::Start).and_then(|start| start.trim().parse().ok()).unwrap_or(1)),
            _ => None,
        };
        // The innermost list's frame, for the number of an item.
        let list = self.innermost(|frame| frame.is_list);
        let is_in_list = self.writer.context.group != 0 && list.is_some();
        let frame = self.open(dom, node);
        frame.is_list = tag.is_list() || tag == Tag::Dl;
        frame.number = number;
        if tag.is_heading() && !is_in_list {
            self.writer.level = tag as u8 - Tag::H1 as u8 + 1;
            *self.context() = Context { kind: BlockKind::Heading, group: 0, indent: 0, flow: Flow::OneLine };
            return node + 1;
        }
        match tag {
            Tag::Blockquote if !is_in_list => self.context().kind = BlockKind::Quote,
            Tag::Table if table::is_data(dom, facts, node) => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_data_table = true;
                }
                *self.context() = Context { kind: BlockKind::Table, group, indent: 0, flow: Flow::OneLine };
                self.writer.row();
            }
            _ if tag.is_list() || tag == Tag::Dl => {
                if is_in_list {
                    self.context().indent = (self.context().indent + 2).min(40);
                } else if table::is_list(dom, facts, node) {
                    let context = Context { kind: BlockKind::List, group, indent: 0, flow: Flow::Normal };
                    *self.context() = context;
                }
            }
            Tag::Li if is_in_list => {
                let number = list.and_then(|list| self.frames[list].number.as_mut());
                self.writer.marker = number.map(|number| {
                    let current = *number;
                    *number = number.saturating_add(1);
                    current
                });
            }
            Tag::Dd if is_in_list => {
                self.context().indent = (self.context().indent + 2).min(40);
            }
            _ => {}
        }
        node + 1
    }

    /// A block within a table of data: rows and cells count, others are spaces.
    fn enter_cell(&mut self, dom: Dom<'_>, node: usize, table: usize) -> usize {
        match dom.tag(node) {
            Tag::Tr => {
                self.frames[table].n_cells = 0;
                self.writer.row();
            }
            Tag::Td | Tag::Th => {
                if self.frames[table].n_cells > 0 {
                    self.writer.separator();
                }
                self.frames[table].n_cells += 1;
            }
            Tag::Caption => {
                self.writer.row();
                self.open(dom, node);
            }
            _ => {
                self.writer.boundary();
                self.open(dom, node);
            }
        }
        node + 1
    }

    fn enter_code(&mut self, dom: Dom<'_>, node: usize) {
        self.is_soft = !matches!(dom.tag(node), Tag::Pre | Tag::Xmp | Tag::Plaintext);
        self.collapses = self.is_soft && code_space::collapses(dom, node);
        self.collapser.start_line();
        self.writer.boundary();
        self.open(dom, node);
        let own = u32::try_from(node).unwrap_or(u32::MAX);
        let group =
            self.last_code.filter(|(last, _)| code::continues(dom, *last, node)).map_or(own, |(_, group)| group);
        self.last_code = Some((node, group));
        *self.context() = Context { kind: BlockKind::Code, group, indent: 0, flow: Flow::Verbatim };
    }

    /// Images are silent unless their description is a sentence of a figure that has no caption.
    fn image(&mut self, dom: Dom<'_>, node: usize) {
        let Some(alt) = dom.attribute(node, Name::Alt) else { return };
        if alt.split_ascii_whitespace().nth(2).is_some() && is_uncaptioned_figure(dom, node) {
            self.writer.boundary();
            self.writer.write(&super::entities::attribute(alt));
            self.writer.boundary();
        }
    }
}

/// Whether an image is a figure's own, without a caption in words.
fn is_uncaptioned_figure(dom: Dom<'_>, image: usize) -> bool {
    let mut figure = dom.parent(image);
    if dom.tag(figure) == Tag::Picture {
        figure = dom.parent(figure);
    }
    let mut captions = dom.below(figure).filter(|node| dom.tag(*node) == Tag::Figcaption);
    dom.tag(figure) == Tag::Figure && !captions.any(|caption| !dom.text(caption).trim().is_empty())
}

/// Whether a script of the page reads AsciiMath.
fn has_asciimath(dom: Dom<'_>) -> bool {
    (0..dom.len()).filter(|node| dom.tag(*node) == Tag::Script).any(|node| {
        [Name::Src, Name::Raw].into_iter().filter_map(|name| dom.attribute(node, name)).any(math::names_asciimath)
    })
}
