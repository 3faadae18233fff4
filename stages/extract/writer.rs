//! Plain text with blocks, piece by piece: white space collapsed, blank lines between blocks.

use std::ops::Range;

use filters::{Block, BlockKind};

use super::{code_label, math};

/// How text flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Flow {
    /// White space collapses; a boundary starts a block.
    #[default]
    Normal,
    /// As in the page.
    Verbatim,
    /// White space collapses but for line feeds, which end lines.
    Lines,
    /// White space collapses, and boundaries are spaces: cells of a table, headings.
    OneLine,
}

/// What the text that comes is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    /// The kind of block.
    pub(super) kind: BlockKind,
    /// Text of one group other than 0 makes one block, a line for each part: lists, tables.
    pub(super) group: u32,
    /// Spaces before a line.
    pub(super) indent: u16,
    /// How text flows.
    pub(super) flow: Flow,
}

impl Default for Context {
    fn default() -> Self {
        Self { kind: BlockKind::Prose, group: 0, indent: 0, flow: Flow::Normal }
    }
}

/// What stands between the last text and the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Block,
}

/// Writes blocks.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// What is written.
    out: String,
    blocks: Vec<Block>,
    /// Kind, group and start of the block that is being written.
    open: Option<(BlockKind, u32, usize)>,
    gap: Gap,
    /// What the next text is part of.
    pub(super) context: Context,
    /// The number that starts the next line of an ordered list.
    pub(super) marker: Option<u32>,
    /// Level of the heading that comes, and of the one that is being written or was written last.
    pub(super) level: u8,
    last_level: u8,
    /// Something was left out since the last block started.
    has_gap: bool,
    /// The page shows text between backticks as AsciiMath.
    pub(super) has_asciimath: bool,
    /// The last formula, when no text came after it.
    last_formula: Option<Range<usize>>,
    /// A block rewritten.
    scratch: String,
}

impl Writer {
    /// Starts over.
    pub(super) fn clear(&mut self) {
        self.out.clear();
        self.blocks.clear();
        self.open = None;
        self.gap = Gap::None;
        self.context = Context::default();
        self.marker = None;
        self.has_gap = false;
        self.has_asciimath = false;
        self.last_formula = None;
    }

    /// Notes that a part of the page is left out here.
    pub(super) fn leave_out(&mut self) {
        self.has_gap = true;
    }

    /// What is written so far.
    pub(super) fn text(&self) -> &str {
        &self.out
    }

    /// Whether the next text starts a line.
    pub(super) fn is_at_line_start(&self) -> bool {
        self.gap >= Gap::Line || self.open.is_none()
    }

    /// Ends a block, a list item, a part of a cell: what comes starts anew.
    pub(super) fn boundary(&mut self) {
        self.gap = self.gap.max(if self.context.flow == Flow::OneLine { Gap::Space } else { Gap::Block });
    }

    /// A line break: two of them end a block.
    pub(super) fn line_break(&mut self) {
        self.gap = match (self.context.flow, self.gap) {
            (Flow::OneLine, gap) => gap.max(Gap::Space),
            (_, Gap::Line) if self.context.group == 0 => Gap::Block,
            (_, gap) => gap.max(Gap::Line),
        };
    }

    /// Text of the page, in the flow of the context.
    pub(super) fn write(&mut self, text: &str) {
        if self.context.flow == Flow::Verbatim {
            self.verbatim(text);
            return;
        }
        if self.context.flow == Flow::Lines && text.contains('\n') {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.line_break();
                }
                self.collapsed(line);
            }
        } else {
            self.collapsed(text);
        }
    }

    fn collapsed(&mut self, text: &str) {
        for piece in text.split(is_collapsible) {
            // Each white space but the first between two pieces stands around an empty piece.
            if !piece.is_empty() {
                self.word(piece);
            }
            self.gap = self.gap.max(Gap::Space);
        }
        if !text.ends_with(is_collapsible) && self.gap == Gap::Space && !text.is_empty() {
            self.gap = Gap::None;
        }
    }

    /// A piece without white space.
    fn word(&mut self, piece: &str) {
        if piece.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
            self.start();
            self.out.push_str(piece);
        } else if piece.chars().any(|character| !is_dropped(character)) {
            self.start();
            self.out.extend(piece.chars().filter(|character| !is_dropped(*character)));
        }
        self.last_formula = None;
    }

    /// Text as it stands, but for characters that no text needs.
    fn verbatim(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let is_first = self.open.is_none_or(|(_, group, _)| group != self.context.group);
        // The first line feed after the start of `pre` does not count, nor do blank lines before the code.
        let text = if is_first { text.trim_start_matches(['\n', '\r']) } else { text };
        if is_first && text.trim().is_empty() && (text.is_empty() || text.contains('\n')) {
            return;
        }
        self.gap = if is_first {
            Gap::Block
        } else if self.gap >= Gap::Line {
            Gap::Line
        } else {
            Gap::None
        };
        if self.gap == Gap::Line && !is_first {
            if !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.gap = Gap::None;
        }
        self.start();
        self.out.extend(text.chars().filter_map(|character| match character {
            '\u{a0}' => Some(' '),
            '\n' | '\t' => Some(character),
            _ => (!is_dropped(character)).then_some(character),
        }));
        self.last_formula = None;
    }

    /// A line feed in verbatim text, unless a line just ended.
    pub(super) fn verbatim_line(&mut self) {
        if self.open.is_some_and(|(_, group, _)| group == self.context.group) && !self.out.ends_with('\n') {
            let written = self.out.trim_end_matches([' ', '\t']).len();
            self.out.truncate(written);
            self.out.push('\n');
        }
    }

    /// A line break in verbatim text.
    pub(super) fn verbatim_break(&mut self) {
        if self.open.is_some_and(|(_, group, _)| group == self.context.group) {
            self.out.push('\n');
        }
    }

    /// A formula, as LaTeX without delimiters.
    pub(super) fn formula(&mut self, tex: &str, is_display: bool) {
        let tex = &math::clean(math::bare(tex));
        if tex.is_empty() {
            return;
        }
        // Pages hold a formula twice: as it is rendered, and for those who cannot see.
        if self.last_formula.clone().and_then(|range| self.out.get(range)) == Some(tex.as_str()) {
            return;
        }
        let is_display = is_display && self.context.flow == Flow::Normal && self.context.group == 0;
        let saved = self.context;
        if is_display {
            self.boundary();
            self.context.kind = BlockKind::Math;
        }
        let delimiter = if is_display { "$$" } else { "$" };
        self.start();
        self.out.push_str(delimiter);
        let start = self.out.len();
        self.out.push_str(tex);
        self.last_formula = Some(start..self.out.len());
        self.out.push_str(delimiter);
        if is_display {
            self.context = saved;
            self.boundary();
        }
    }

    /// Starts a row of a table.
    pub(super) fn row(&mut self) {
        self.gap = Gap::Block;
    }

    /// Separates a cell from the one before.
    pub(super) fn separator(&mut self) {
        let is_first = self.gap >= Gap::Line; // cells before were empty
        if !is_first {
            self.gap = Gap::None;
        }
        self.start();
        // After an empty cell a space stands there already.
        self.out.push_str(if is_first || self.out.ends_with(' ') { "| " } else { " | " });
    }

    /// Makes room for text: writes the gap, and starts a block where one is due.
    fn start(&mut self) {
        let Context { kind, group, indent, .. } = self.context;
        let is_same = self.open.is_some_and(|(open_kind, open_group, _)| {
            open_kind == kind && open_group == group && (group != 0 || self.gap != Gap::Block)
        });
        if is_same {
            match self.gap {
                Gap::None => {}
                Gap::Space => {
                    if !self.out.ends_with([' ', '\n']) {
                        self.out.push(' ');
                    }
                }
                Gap::Line | Gap::Block => {
                    let trimmed = self.out.trim_end_matches([' ', '\n']).len();
                    self.out.truncate(trimmed);
                    self.out.push('\n');
                    self.out.extend(std::iter::repeat_n(' ', usize::from(indent)));
                }
            }
        } else {
            self.close();
            if kind == BlockKind::Heading {
                if self.has_gap && self.level <= self.last_level {
                    self.drop_last_heading();
                }
                self.last_level = self.level;
            }
            if kind == BlockKind::Code {
                self.drop_label();
            }
            self.has_gap = false;
            if !self.out.is_empty() {
                self.out.push_str("\n\n");
            }
            self.open = Some((kind, group, self.out.len()));
            if group != 0 && self.context.flow != Flow::Verbatim {
                self.out.extend(std::iter::repeat_n(' ', usize::from(indent)));
            }
        }
        self.gap = Gap::None;
        if let Some(number) = self.marker.take() {
            self.out.push_str(&number.to_string());
            self.out.push_str(". ");
        }
    }

    /// Ends the block that is being written.
    fn close(&mut self) {
        let Some((kind, _, start)) = self.open.take() else { return };
        let end = self.out.trim_end().len().max(start);
        self.out.truncate(end);
        let kind = match kind {
            BlockKind::Code => {
                // Blank lines before the first one; its indentation stays.
                let text = &self.out[start..];
                let blank = &text[..text.len() - text.trim_start().len()];
                if let Some(at) = blank.rfind('\n') {
                    self.out.replace_range(start..=start + at, "");
                }
                self.dedent(start);
                kind
            }
            _ => math::rewrite(&mut self.out, start, kind, self.has_asciimath, &mut self.scratch),
        };
        if self.out.len() > start {
            let (start, end) = (index(start), index(self.out.len()));
            self.blocks.push(Block { kind, start, end });
        } else {
            self.out.truncate(self.blocks.last().map_or(0, |block| block.end as usize));
        }
        self.last_formula = None;
    }

    /// Takes away the white space that all lines from `start` on start with: it sets out the page, or stood between
    /// numbers and the code.
    fn dedent(&mut self, start: usize) {
        let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let mut lines = self.out[start..].lines().filter(|line| !line.trim().is_empty());
        let Some(first) = lines.next() else { return };
        let mut common = &first[..indent(first)];
        for line in lines {
            let n_same = common.bytes().zip(line.bytes()).take_while(|(a, b)| a == b).count();
            common = &common[..n_same];
        }
        if common.is_empty() {
            return;
        }
        self.scratch.clear();
        for line in self.out[start..].split_inclusive('\n') {
            self.scratch.push_str(&line[common.len().min(indent(line))..]);
        }
        self.out.truncate(start);
        self.out.push_str(&self.scratch);
    }

    /// Ends the text: headings of nothing at its end go.
    pub(super) fn finish(&mut self) {
        self.close();
        while self.blocks.len() > 1 && self.drop_last_heading() {}
    }

    /// Drops the last block if it is a heading: what it was a heading of is left out.
    fn drop_last_heading(&mut self) -> bool {
        if self.blocks.pop_if(|block| block.kind == BlockKind::Heading).is_none() {
            return false;
        }
        self.out.truncate(self.blocks.last().map_or(0, |block| block.end as usize));
        true
    }

    /// Drops the last block if it only labels the code that comes: the name of its language, a button.
    fn drop_label(&mut self) {
        let out = &self.out;
        let is_label = |block: &mut Block| block.kind == BlockKind::Prose && code_label::is_label(&out[block.range()]);
        if self.blocks.pop_if(is_label).is_some() {
            self.out.truncate(self.blocks.last().map_or(0, |block| block.end as usize));
        }
    }

    /// Takes the text and its blocks.
    pub(super) fn take(&mut self) -> (String, Vec<Block>) {
        (self.out.as_str().to_owned(), self.blocks.as_slice().to_vec())
    }
}

fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// White space that collapses; no-break spaces too, since they say nothing to a reader of plain text.
pub(super) const fn is_collapsible(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}' | '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}')
}

/// Characters that cannot be seen and join nothing: controls, soft hyphens, byte order marks, zero-width spaces.
pub(super) const fn is_dropped(character: char) -> bool {
    matches!(character, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a writer makes of some calls.
    fn written(calls: impl FnOnce(&mut Writer)) -> (String, Vec<BlockKind>) {
        let mut writer = Writer::default();
        calls(&mut writer);
        writer.finish();
        let (text, blocks) = writer.take();
        (text, blocks.iter().map(|block| block.kind).collect())
    }

    fn code(group: u32) -> Context {
        Context { kind: BlockKind::Code, group, indent: 0, flow: Flow::Verbatim }
    }

    fn heading() -> Context {
        Context { kind: BlockKind::Heading, group: 0, indent: 0, flow: Flow::OneLine }
    }

    #[test]
    fn white_space_collapses() {
        for (pieces, expected) in [
            (&["a  b\n c"][..], "a b c"),
            (&["a", "b"], "ab"),
            (&["a ", " b"], "a b"),
            (&["a", " ", "b"], "a b"),
            (&[" ", "a", " "], "a"),
            (&["a\u{a0}b\u{200b}c\u{ad}d"], "a bcd"),
            (&["\u{200b}", "a"], "a"),
        ] {
            let (text, _) = written(|writer| pieces.iter().for_each(|piece| writer.write(piece)));
            assert_eq!(text, expected, "{pieces:?}");
        }
    }

    #[test]
    fn lines_and_blocks_end() {
        let (text, blocks) = written(|writer| {
            writer.write("a");
            writer.line_break();
            writer.write("b");
            writer.line_break();
            writer.line_break();
            writer.write("c");
            writer.boundary();
            writer.boundary();
            writer.write("d");
        });
        assert_eq!((text.as_str(), blocks.len()), ("a\nb\n\nc\n\nd", 3));
        let (text, blocks) = written(|writer| {
            writer.context.flow = Flow::Lines;
            writer.write("a\n  b\n\nc");
        });
        assert_eq!((text.as_str(), blocks.len()), ("a\nb\n\nc", 2));
    }

    #[test]
    fn code_is_verbatim() {
        let (text, blocks) = written(|writer| {
            writer.write("python");
            writer.boundary();
            writer.context = code(1);
            writer.write("\n  a\tb \n\n");
            writer.verbatim_line();
            writer.verbatim_line();
            writer.write("c\u{a0}\u{200b}d\n");
        });
        assert_eq!((text.as_str(), blocks), ("  a\tb \n\nc d", vec![BlockKind::Code]));
        let (text, _) = written(|writer| {
            writer.context = code(1);
            writer.write("  a\n    b\n\n  c");
        });
        assert_eq!(text, "a\n  b\n\nc", "spaces that all lines start with");
    }

    #[test]
    fn formulas_stand_once() {
        let (text, blocks) = written(|writer| {
            writer.write("let ");
            writer.formula(" $x$ ", false);
            writer.formula("x", false);
            writer.write(" and ");
            writer.formula("x", false);
            writer.formula("", false);
            writer.formula("y\n\n= z", true);
            writer.write(".");
        });
        assert_eq!(text, "let $x$ and $x$\n\n$$y\n= z$$\n\n.");
        assert_eq!(blocks, [BlockKind::Prose, BlockKind::Math, BlockKind::Prose]);
    }

    #[test]
    fn headings_of_nothing_go() {
        let (text, blocks) = written(|writer| {
            for (level, words) in [(1, "A"), (2, "B"), (2, "C")] {
                writer.context = heading();
                writer.level = level;
                writer.boundary();
                writer.write(words);
                writer.context = Context::default();
                writer.boundary();
                writer.leave_out();
            }
            writer.write("d");
            writer.boundary();
            writer.context = heading();
            writer.write("E");
        });
        // B was a heading of what is left out, E of nothing.
        assert_eq!((text.as_str(), blocks.len()), ("A\n\nC\n\nd", 3));
    }
}
