//! Markdown: documents as plain text with blocks, and markers that were left over in the prose of pages.
//!
//! A document that came as text is Markdown when its address says so, or when several kinds of markers stand in it; one
//! kind alone, such as `#` before lines, also occurs in scripts, logs and letters. Code and formulas stay as they are.

use filters::{Block, BlockKind};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::tags;
use super::tokenizer::{Token, Tokenizer};
use super::writer::{Context, Flow, Writer};
use super::{entities, math};

/// Bytes from the start of a document in which markers are looked for.
const SAMPLE: usize = 64 * 1024;
/// Kinds of markers that make a document Markdown, and how many with an address that says so.
const LEAST_KINDS: u32 = 3;
/// Deepest indentation of a list, in spaces.
const DEEPEST: u16 = 40;

/// A document as plain text.
#[derive(Debug, Default)]
pub(super) struct Plain {
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
    /// The first heading, when it is one of the first level.
    pub(super) title: Option<String>,
}

/// Whether a document is Markdown.
pub(super) fn is_markdown(text: &str, url: Option<&str>) -> bool {
    let path = url.map(|url| url.split(['?', '#']).next().unwrap_or_default());
    let is_named = path.is_some_and(|path| {
        [".md", ".markdown", ".mdown", ".mkd"].iter().any(|ending| path.len() > ending.len() && path.ends_with(ending))
    });
    let found = Markers::of(text);
    let Markers { headings, fences, links, bold, items, rules, code, .. } = found;
    let n_kinds = [headings > 0, fences > 1, links > 0, bold > 0, items > 1, rules > 0, code > 1];
    let n_kinds: u32 = n_kinds.into_iter().map(u32::from).sum();
    // What stands in few other texts must be among them.
    let is_sure = fences > 1 || links > 0 || rules > 0 || (headings > 1 && bold > 0);
    if is_named { n_kinds > 0 } else { n_kinds >= LEAST_KINDS && is_sure && headings + fences > 0 && !found.is_code() }
}

/// How many markers of each kind a text has.
#[derive(Clone, Copy, Debug, Default)]
struct Markers {
    headings: u32,
    fences: u32,
    links: u32,
    bold: u32,
    items: u32,
    /// Lines under the head of a table.
    rules: u32,
    code: u32,
    /// Lines outside of fences that are not indented; of them, those that look like code, and comments of languages.
    lines: u32,
    statements: u32,
    comments: u32,
}

impl Markers {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let mut is_in_code = false;
        for line in text[..text.floor_char_boundary(SAMPLE)].lines() {
            let is_indented = line.starts_with(['\t', ' ']);
            let line = line.trim();
            if line.starts_with("```") || line.starts_with("~~~") {
                found.fences += 1;
                is_in_code = !is_in_code;
            } else if !is_in_code {
                if !is_indented && !line.is_empty() {
                    found.lines += 1;
                    let key =
                        line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
                    let is_key = key > 0
                        && (line[key..].starts_with(": ") || &line[key..] == ":" || line[key..].starts_with(" = "));
                    found.statements += u32::from(line.ends_with([';', '{', '}']) || is_key);
                    let is_comment =
                        ["/*", "*/", "//", "#!", "#[", "#include", "<?php"].iter().any(|sign| line.starts_with(sign));
                    found.comments += u32::from(is_comment);
                }
                let level = line.bytes().take_while(|byte| *byte == b'#').count();
                found.headings += u32::from((1..=6).contains(&level) && line[level..].starts_with(' '));
                found.items += u32::from(line.starts_with("- ") || line.starts_with("* "));
                found.rules +=
                    u32::from(line.contains("--") && line.contains('|') && line.bytes().all(|b| b"-|: ".contains(&b)));
                found.links += u32::from(line.contains("](") && line.contains('['));
                found.bold +=
                    u32::from(bold(line, 0).is_some() || line.find("**").is_some_and(|at| bold(line, at).is_some()));
                found.code += u32::from(line.matches('`').count() >= 2);
            }
        }
        found
    }

    /// Whether a text is a program or its settings, whose comments may well be Markdown.
    fn is_code(&self) -> bool {
        self.comments > 0 || self.statements * 5 > self.lines
    }
}

/// A Markdown document as plain text.
pub(super) fn to_plain(text: &str) -> Plain {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let source = with_dollars(text);
    let mut reader = Reader::default();
    for event in Parser::new_ext(&source, options) {
        reader.read(event);
    }
    reader.writer.finish();
    let (text, blocks) = reader.writer.take();
    let title = reader.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
    Plain { text, blocks, title }
}

/// The source with `\(…\)` and `\[…\]` as dollars, outside of code: Markdown would take their backslashes for escapes.
fn with_dollars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut scratch = String::new();
    let mut is_in_code = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.starts_with("```") || bare.starts_with("~~~") {
            is_in_code = !is_in_code;
        }
        let is_kept = is_in_code || !line.contains('\\') || line.contains('`') || line.starts_with(['\t', ' ']);
        match bare {
            "\\[" | "\\]" if !is_in_code => out.push_str("$$\n"),
            _ if is_kept => out.push_str(line),
            _ => {
                let start = out.len();
                out.push_str(line);
                math::rewrite(&mut out, start, BlockKind::Quote, false, &mut scratch);
            }
        }
    }
    out
}

/// Writes the events of a document.
#[derive(Default)]
struct Reader {
    writer: Writer,
    /// What holds again after the elements that are open.
    contexts: Vec<Context>,
    /// The next number of each list that is open, if it has numbers.
    lists: Vec<Option<u32>>,
    n_groups: u32,
    n_cells: u32,
    links: u32,
    /// The alternative text of the image that is open.
    image: Option<String>,
    /// HTML that is open.
    html: Option<String>,
    is_metadata: bool,
    /// The first heading: whether it is open, and its text.
    is_title: bool,
    title: Option<String>,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            _ if self.is_metadata => {}
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::InlineMath(tex) => self.writer.formula(&tex, false),
            Event::DisplayMath(tex) => self.writer.formula(&tex, true),
            Event::Html(html) => match &mut self.html {
                Some(open) => open.push_str(&html),
                None => self.html(&html),
            },
            Event::InlineHtml(html) => {
                if html.starts_with("<br") {
                    self.writer.line_break();
                }
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.writer.line_break(),
            Event::Rule => self.writer.boundary(),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(alt) = &mut self.image {
            alt.push_str(text);
            return;
        }
        if self.is_title
            && let Some(title) = &mut self.title
        {
            title.push_str(text);
        }
        self.writer.write(text);
    }

    /// The text of HTML, block by block.
    fn html(&mut self, html: &str) {
        let mut tokens = Tokenizer::new(html);
        let mut decoded = String::new();
        while let Some(token) = tokens.next(false) {
            match token {
                Token::Literal(text) => self.writer.write(text),
                Token::Text(text) => {
                    decoded.clear();
                    entities::decode(text, entities::Place::Text, &mut decoded);
                    self.writer.write(&decoded);
                }
                Token::Start(tag) => {
                    let kind = tags::Tag::parse(tag.name);
                    if kind.is_raw_text() {
                        tokens.raw_text(tag.name);
                    } else if kind.is_block() || kind == tags::Tag::Br {
                        self.writer.boundary();
                    }
                }
                Token::End(name) => {
                    if tags::Tag::parse(name).is_block() {
                        self.writer.boundary();
                    }
                }
            }
        }
    }

    fn open(&mut self, context: Context) {
        self.contexts.push(self.writer.context);
        self.writer.context = context;
    }

    fn group(&mut self) -> u32 {
        self.n_groups += 1;
        self.n_groups
    }

    fn start(&mut self, tag: Tag<'_>) {
        let now = self.writer.context;
        let is_in_list = !self.lists.is_empty();
        match tag {
            Tag::Paragraph | Tag::FootnoteDefinition(_) => self.writer.boundary(),
            Tag::Heading { level, .. } => {
                self.writer.boundary();
                if self.title.is_none() {
                    self.is_title = level == HeadingLevel::H1;
                    self.title = Some(String::new());
                }
                self.writer.level = level as u8;
                self.open(Context { kind: BlockKind::Heading, group: 0, indent: 0, flow: Flow::OneLine });
            }
            Tag::BlockQuote(_) => {
                self.writer.boundary();
                self.open(if is_in_list { now } else { Context { kind: BlockKind::Quote, ..now } });
            }
            Tag::CodeBlock(CodeBlockKind::Fenced(name)) if &*name == "math" => {
                self.writer.boundary();
                self.open(Context { kind: BlockKind::Math, group: 0, indent: 0, flow: Flow::Normal });
            }
            Tag::CodeBlock(_) => {
                self.writer.boundary();
                let group = self.group();
                self.open(Context { kind: BlockKind::Code, group, indent: 0, flow: Flow::Verbatim });
            }
            Tag::List(first) => {
                self.writer.boundary();
                let context = if is_in_list {
                    Context { indent: (now.indent + 2).min(DEEPEST), ..now }
                } else {
                    Context { kind: BlockKind::List, group: self.group(), indent: 0, flow: Flow::Normal }
                };
                self.open(context);
                self.lists.push(first.map(|number| u32::try_from(number).unwrap_or(u32::MAX)));
            }
            Tag::Item => {
                self.writer.boundary();
                if let Some(Some(number)) = self.lists.last_mut() {
                    self.writer.marker = Some(*number);
                    *number = number.saturating_add(1);
                }
            }
            Tag::Table(_) => {
                let group = self.group();
                self.open(Context { kind: BlockKind::Table, group, indent: 0, flow: Flow::OneLine });
            }
            Tag::TableHead | Tag::TableRow => {
                self.n_cells = 0;
                self.writer.row();
            }
            Tag::TableCell => {
                if self.n_cells > 0 {
                    self.writer.separator();
                }
                self.n_cells += 1;
            }
            Tag::Link { .. } => self.links += 1,
            Tag::Image { .. } => self.image = Some(String::new()),
            Tag::HtmlBlock => {
                self.writer.boundary();
                self.html = Some(String::new());
            }
            Tag::MetadataBlock(_) => self.is_metadata = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Table => {
                if matches!(tag, TagEnd::List(_)) {
                    self.lists.pop();
                    self.writer.marker = None;
                }
                self.is_title = false;
                self.writer.context = self.contexts.pop().unwrap_or_default();
                self.writer.boundary();
            }
            TagEnd::Paragraph | TagEnd::Item | TagEnd::FootnoteDefinition => self.writer.boundary(),
            TagEnd::Link => self.links = self.links.saturating_sub(1),
            TagEnd::Image => {
                // As in pages: descriptions are kept when they are sentences, and badges are links.
                let alt = self.image.take().unwrap_or_default();
                if self.links == 0 && alt.split_ascii_whitespace().count() >= 3 {
                    self.writer.write(&alt);
                }
            }
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                self.html(&html);
                self.writer.boundary();
            }
            TagEnd::MetadataBlock(_) => self.is_metadata = false,
            _ => {}
        }
    }
}

/// Whether a page's text holds what [`without_strays`] looks for: most do not, and that is found in one pass.
pub(super) fn may_have_strays(text: &str) -> bool {
    ["**", "## ", "](http"].iter().any(|marker| memchr::memmem::find(text.as_bytes(), marker.as_bytes()).is_some())
}

/// Prose of a page without markers that were left over: `**bold**`, `## ` before a heading where a line starts, and
/// links with their addresses. `None` when there are none, which is nearly always.
pub(super) fn without_strays(text: &str, starts_line: bool) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    if starts_line {
        let start = text.len() - text.trim_start().len();
        let level = text[start..].bytes().take_while(|byte| *byte == b'#').count();
        let rest = &text[start + level..];
        // One `#` alone is a number sign as well.
        if (2..=6).contains(&level) && rest.starts_with(' ') && rest.trim_start().starts_with(char::is_alphanumeric) {
            done = start + level + 1;
        }
    }
    let mut at = done;
    while let Some(found) = memchr::memchr2(b'*', b'[', text.get(at..)?.as_bytes()) {
        let start = at + found;
        let stray = if text.as_bytes()[start] == b'*' { bold(text, start) } else { link(text, start) };
        let Some((inner, end)) = stray else {
            at = start + text[start..].bytes().take_while(|byte| *byte == b'*').count().max(1);
            continue;
        };
        // An image is gone with its mark.
        let is_image = text[..start].ends_with('!') && text.as_bytes()[start] == b'[';
        out.push_str(&text[done..start - usize::from(is_image)]);
        if !is_image {
            out.push_str(inner);
        }
        (done, at) = (end, end);
    }
    if done == 0 {
        return None;
    }
    out.push_str(&text[done..]);
    Some(out)
}

/// The words of `**bold**` at a place, and where it ends: around words, within one line.
fn bold(text: &str, start: usize) -> Option<(&str, usize)> {
    let inner = text[start..].strip_prefix("**")?;
    if text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '*') {
        return None;
    }
    let length = inner.find('*').filter(|length| *length <= LONGEST_BOLD && inner[*length..].starts_with("**"))?;
    let words = &inner[..length];
    let is_words = words.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '“' | '(' | '«'))
        && !words.ends_with(char::is_whitespace)
        && !words.contains('\n');
    let after = &inner[length + 2..];
    (is_words && !after.starts_with(|c: char| c.is_alphanumeric() || c == '*')).then_some((words, start + length + 4))
}

/// The words of `[words](https://…)` at a place, and where it ends.
fn link(text: &str, start: usize) -> Option<(&str, usize)> {
    let inner = text[start..].strip_prefix('[')?;
    let length = memchr::memchr(b']', &inner.as_bytes()[..inner.len().min(LONGEST_LINK)])?;
    let address = inner[length..].strip_prefix("](")?;
    if inner[..length].contains(['[', '\n']) || !(address.starts_with("http://") || address.starts_with("https://")) {
        return None;
    }
    let end = address.find(|c: char| c == ')' || c.is_whitespace()).filter(|end| address[*end..].starts_with(')'))?;
    Some((&inner[..length], start + 1 + length + 2 + end + 1))
}

/// Longest words in bold, and of a link, in bytes.
const LONGEST_BOLD: usize = 300;
const LONGEST_LINK: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &str) -> Vec<(BlockKind, String)> {
        let plain = to_plain(text);
        plain.blocks.iter().map(|block| (block.kind, plain.text[block.range()].to_owned())).collect()
    }

    #[test]
    fn documents_become_blocks() {
        use BlockKind::{Code, Heading, List, Math, Prose, Quote, Table};
        for (what, text, expected) in [
            ("nothing", "", vec![]),
            ("paragraphs", "a\nb\n\nc  \nd", vec![(Prose, "a b"), (Prose, "c\nd")]),
            (
                "headings",
                "# A *b*\n\nc\n\nD\n---\ne",
                vec![(Heading, "A b"), (Prose, "c"), (Heading, "D"), (Prose, "e")],
            ),
            ("emphasis and links", "**a** [b](http://c.d) <https://e.f> `g_h`", vec![(Prose, "a b https://e.f g_h")]),
            ("code", "```py\nif x:\n\n    y # *z*\n```\na", vec![(Code, "if x:\n\n    y # *z*"), (Prose, "a")]),
            ("lists", "- a\n- b\n  1. c\n  2. d\n\n3. e", vec![(List, "a\nb\n  1. c\n  2. d"), (List, "3. e")]),
            ("code in a list", "- a\n\n  ```\n  b\n  ```\n- c", vec![(List, "a"), (Code, "b"), (List, "c")]),
            ("quotes", "> a\n> b\n\nc", vec![(Quote, "a b"), (Prose, "c")]),
            ("tables", "|a|b|\n|-|-|\n|c|**d**|\n", vec![(Table, "a | b\nc | d")]),
            (
                "formulas",
                "so $a_b*c*$, \\(d_e\\) and\n\n$$\nf_g\n$$\n\n\\[\nh\n\\]\n",
                vec![(Prose, "so $a_b*c*$, $d_e$ and"), (Math, "$$f_g$$"), (Math, "$$h$$")],
            ),
            (
                "HTML",
                "<p align=\"center\">\n  <b>a</b> &amp; <img src=x>\n</p>\n<!-- b -->\n\nc<br>d <sub>e</sub>\n\n<style>f</style>",
                vec![(Prose, "a &"), (Prose, "c\nd e")],
            ),
            (
                "images",
                "[![build status is good](x)](y)\n\n![A long description here](z) ![no](z)",
                vec![(Prose, "A long description here")],
            ),
            ("metadata", "---\ntitle: x\n---\na[^1]\n\n[^1]: b", vec![(Prose, "a"), (Prose, "b")]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(blocks(text), expected, "{what}");
        }
        assert_eq!(to_plain("# A *b*\n\nc").title.as_deref(), Some("A b"));
        assert_eq!(to_plain("## A\n\n# b").title, None);
    }

    #[test]
    fn markdown_is_told_by_several_markers() {
        for (what, text, expected) in [
            ("prose", "A line.\n\nAnother one.", false),
            ("a readme", "# Tool\n\nDoes [things](https://x.y).\n\n```sh\ntool `x`\n```\n", true),
            ("headings, bold and lists", "# A\n\n- **b**: c\n- d\n\n## E\n", true),
            ("a table", "# A\n\n- b\n- c\n\n|a|b|\n|---|---|\n|c|d|\n", true),
            ("a script", "#!/bin/sh\n# Says hello.\n# Then ends.\necho `date`\necho `date`\n", false),
            ("a configuration", "# Names\n- a\n- b\n# More\n- c\n", false),
            ("a letter", "Hi,\n\n* bring a coat\n* and a hat\n\n> You said so.\n\nA\n--\nB", false),
            ("a program with a manual", "/*!\n# A\n\n[b](https://x.y)\n\n```\nc\n```\n*/\npub mod d;\n", false),
            ("settings with comments", "# A: see [b](c)\non:\n  - d\n# `e` and `f`\njobs:\n  - g\n- **h**\n", false),
            ("C", "#include <a.h>\nint **b, **c;\nint x[](int);\n", false),
        ] {
            assert_eq!(is_markdown(text, None), expected, "{what}");
        }
        assert!(is_markdown("# A\n\nb", Some("https://x.y/README.md?raw=1")));
        assert!(!is_markdown("a\n\nb", Some("https://x.y/README.md")));
        assert!(!is_markdown("# A\n\nb", Some("https://x.y/a.txt")));
    }

    #[test]
    fn strays_go_and_other_signs_stay() {
        for (text, expected) in [
            ("no marker", None),
            ("a **bold word** here", Some("a bold word here")),
            ("**Note:** b, **c**.", Some("Note: b, c.")),
            ("see [this page](https://x.y/z), and ![it](http://a.b)", Some("see this page, and ")),
            ("## A heading", Some("A heading")),
            ("# 1 in sales", None),
            ("#### ####", None),
            ("2 ** 3 ** 4 and a**b**c", None),
            ("f(*args, **kwargs) or **x", None),
            ("glob **/a/** and ***", None),
            ("a[1](x) [b] (c) [d](e)", None),
            ("rated ** by many, **", None),
            ("[x](https://a b)", None),
        ] {
            assert_eq!(without_strays(text, true).as_deref(), expected, "{text}");
        }
        assert_eq!(without_strays("## A heading", false), None);
    }
}
