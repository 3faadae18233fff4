//! From the chosen part of a tree to plain text with blocks.

use filters::{Block, BlockKind};

use super::features::Facts;
use super::hints::Hints;
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::writer::{Context, Flow, Writer};
use super::{formula, table};

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
    /// Cells of the row so far.
    n_cells: u32,
}

/// Writes text; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    writer: Writer,
    frames: Vec<Frame>,
}

impl Emitter {
    /// Writes the subtree of `top`, dropped parts left out.
    pub(super) fn emit(&mut self, dom: Dom<'_>, facts: &[Facts], top: usize) {
        self.writer.clear();
        self.frames.clear();
        let end = dom.end(top);
        let mut node = top;
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
            n_cells: 0,
        });
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn leave(&mut self, frame: Frame) {
        if self.writer.context.flow == Flow::Verbatim && frame.context.flow == Flow::Verbatim {
            self.writer.verbatim_line();
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
        if let Some((formula, next)) = formula::at(dom, node) {
            if let Some((tex, is_display)) = formula {
                self.writer.formula(&tex, is_display);
            }
            return next;
        }
        let is_verbatim = self.writer.context.flow == Flow::Verbatim;
        match tag {
            Tag::Text => {
                self.writer.write(dom.text(node));
            }
            Tag::Head | Tag::Title | Tag::Rt | Tag::Rtc | Tag::Rp | Tag::Script => return dom.end(node),
            Tag::Br if is_verbatim => self.writer.verbatim_break(),
            Tag::Br => self.writer.line_break(),
            Tag::Img => self.image(dom, node),
            _ if is_verbatim => {
                if facts[node].hints.has(Hints::GUTTER) || is_unselectable(dom, node) {
                    return dom.end(node);
                }
                if tag.is_block() {
                    self.writer.verbatim_line();
                    self.open(dom, node);
                }
            }
            Tag::Code if is_code_block(dom, node) => self.enter_code(dom, node),
            _ if tag.is_block() => return self.enter_block(dom, facts, node),
            _ => {}
        }
        node + 1
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
            Tag::Pre | Tag::Xmp | Tag::Plaintext => {
                self.enter_code(dom, node);
                return node + 1;
            }
            Tag::Hr => return node + 1,
            Tag::Td | Tag::Th if facts[node].hints.has(Hints::GUTTER) => return dom.end(node),
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
        self.writer.boundary();
        self.open(dom, node);
        let group = u32::try_from(node).unwrap_or(u32::MAX);
        *self.context() = Context { kind: BlockKind::Code, group, indent: 0, flow: Flow::Verbatim };
    }

    /// Images are silent unless their description is a sentence of a figure.
    fn image(&mut self, dom: Dom<'_>, node: usize) {
        let Some(alt) = dom.attribute(node, Name::Alt) else { return };
        let is_figure = dom.tag(dom.parent(node)) == Tag::Figure;
        if is_figure && alt.split_ascii_whitespace().count() >= 3 {
            self.writer.boundary();
            self.writer.write(&super::entities::attribute(alt));
            self.writer.boundary();
        }
    }
}

/// Whether a part of code cannot be selected: numbers of lines, prompts.
fn is_unselectable(dom: Dom<'_>, node: usize) -> bool {
    dom.attribute(node, Name::Style)
        .is_some_and(|style| style.contains("user-select:none") || style.contains("user-select: none"))
}

/// Whether a `code` element outside of `pre` holds lines of code: it has line breaks, and its block holds nothing else.
fn is_code_block(dom: Dom<'_>, node: usize) -> bool {
    let text = dom.text(node).trim();
    text.contains('\n') && {
        let parent = dom.parent(node);
        dom.tag(parent).is_block() && dom.text(parent).trim().len() == text.len()
    }
}
