//! One document, segmented once for all filters.

use std::cell::OnceCell;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::characters::Characters;
use crate::code::Scan;
use crate::lines::Shapes;
use crate::phrases::{self, Phrases};
use crate::repetition::{self, Repeated, Repeats};
use crate::text;
use crate::tokens::{References, Scores, TokenCounts, count_different};
use crate::unsafe_model::UnsafeModel;
use crate::vocabulary::Vocabulary;
use crate::words::{Found, StopWords, WordLists};

/// What a stretch of a document's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// Running text.
    Prose,
    /// A title of any level.
    Heading,
    /// One list, items on lines of their own.
    List,
    /// One table, a row a line.
    Table,
    /// Source code, verbatim.
    Code,
    /// A displayed formula, as LaTeX.
    Math,
    /// Quoted text.
    Quote,
}

impl BlockKind {
    /// All kinds, in the order of their codes.
    pub const ALL: [Self; 7] =
        [Self::Prose, Self::Heading, Self::List, Self::Table, Self::Code, Self::Math, Self::Quote];

    /// The kind's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Heading => "heading",
            Self::List => "list",
            Self::Table => "table",
            Self::Code => "code",
            Self::Math => "math",
            Self::Quote => "quote",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether rules for prose, personal numbers and repeated lines stay away from such text.
    #[must_use]
    pub const fn is_verbatim(self) -> bool {
        matches!(self, Self::Code | Self::Math)
    }
}

/// A stretch of the text and what it is. Blocks are ordered, do not overlap, and lie on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// First byte of the text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Block {
    /// The byte range, for slicing the text.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The kind of text that a document mostly is: rules made for prose do not judge code or mathematics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Branch {
    /// Running text.
    Prose,
    /// At least [`Branch::LEAST_CODE`] of the characters stand in code blocks.
    Code,
    /// At least [`Branch::LEAST_MATH`] of the characters stand in formulas.
    Math,
}

impl Branch {
    /// Share of characters in code blocks from which a document is judged as code.
    pub const LEAST_CODE: f64 = 0.4;
    /// Share of characters in formulas (`$…$` and `$$…$$` included) from which a document is judged as mathematics.
    pub const LEAST_MATH: f64 = 0.1;
    /// Rules that hold for every kind of text.
    pub const ALL: &'static [Self] = &[Self::Prose, Self::Code, Self::Math];
    /// Rules that were made for source code.
    pub const CODE: &'static [Self] = &[Self::Code];
    /// Rules that were made for running text.
    pub const PROSE: &'static [Self] = &[Self::Prose];

    /// The branch's name in tables and recipes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Code => "code",
            Self::Math => "math",
        }
    }
}

/// What some filters need besides the text: loaded by the stage, shared by all documents.
#[derive(Debug, Default)]
pub struct Resources {
    /// Dirty words; without, the lists that are part of the program.
    pub word_lists: Option<WordLists>,
    /// A model of unsafe text, where one is named.
    pub unsafe_model: Option<UnsafeModel>,
    /// Token distributions: of the run, or of a file.
    pub references: References,
}

/// Nothing but what is part of the program.
static EMBEDDED: LazyLock<Resources> = LazyLock::new(Resources::default);

/// One document's text and what is known of it, with the segmentations that filters share.
pub struct Document<'a> {
    text: &'a str,
    language: Option<&'a str>,
    second_share: Option<f64>,
    blocks: &'a [Block],
    resources: &'a Resources,
    characters: OnceCell<Characters>,
    lines: OnceCell<Vec<&'a str>>,
    paragraphs: OnceCell<Vec<&'a str>>,
    words: OnceCell<Vec<&'a str>>,
    vocabulary: OnceCell<Vocabulary<'a>>,
    repeats: OnceCell<Repeats>,
    line_shapes: OnceCell<Shapes>,
    stop_words: OnceCell<Option<StopWords>>,
    repeated_lines: OnceCell<Repeated>,
    repeated_paragraphs: OnceCell<Repeated>,
    dirty_words: OnceCell<Option<Found>>,
    phrases: OnceCell<Phrases>,
    code_scan: OnceCell<(Scan, usize)>,
    branch: OnceCell<Branch>,
    token_scores: OnceCell<Scores>,
}

impl<'a> Document<'a> {
    /// A document of which nothing but the text is known.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            language: None,
            second_share: None,
            blocks: &[],
            resources: &EMBEDDED,
            characters: OnceCell::new(),
            lines: OnceCell::new(),
            paragraphs: OnceCell::new(),
            words: OnceCell::new(),
            vocabulary: OnceCell::new(),
            repeats: OnceCell::new(),
            line_shapes: OnceCell::new(),
            stop_words: OnceCell::new(),
            repeated_lines: OnceCell::new(),
            repeated_paragraphs: OnceCell::new(),
            dirty_words: OnceCell::new(),
            phrases: OnceCell::new(),
            code_scan: OnceCell::new(),
            branch: OnceCell::new(),
            token_scores: OnceCell::new(),
        }
    }

    /// With its language label, such as `eng_Latn`.
    #[must_use]
    pub fn with_language(mut self, language: Option<&'a str>) -> Self {
        self.language = language;
        self
    }

    /// With the share of its second language, 0 to 1.
    #[must_use]
    pub fn with_second_share(mut self, share: Option<f64>) -> Self {
        self.second_share = share;
        self
    }

    /// With its blocks, in order.
    #[must_use]
    pub fn with_blocks(mut self, blocks: &'a [Block]) -> Self {
        self.blocks = blocks;
        self
    }

    /// With lists and references.
    #[must_use]
    pub fn with_resources(mut self, resources: &'a Resources) -> Self {
        self.resources = resources;
        self
    }

    /// Lists and references.
    #[must_use]
    pub fn resources(&self) -> &'a Resources {
        self.resources
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The language label, when known.
    #[must_use]
    pub fn language(&self) -> Option<&'a str> {
        self.language
    }

    /// The share of the second language, when known.
    pub(crate) fn second_share(&self) -> Option<f64> {
        self.second_share
    }

    /// The blocks; none when the document did not come from a page.
    #[must_use]
    pub fn blocks(&self) -> &'a [Block] {
        self.blocks
    }

    /// Characters (Unicode scalar values) of the text.
    pub fn n_chars(&self) -> usize {
        self.characters().all
    }

    /// Characters by kind, which are counted line by line.
    pub(crate) fn characters(&self) -> &Characters {
        self.characters.get_or_init(|| self.line_shapes().characters.with_space(self.text))
    }

    /// Line feeds.
    pub(crate) fn n_feeds(&self) -> usize {
        memchr::memchr_iter(b'\n', self.text.as_bytes()).count()
    }

    /// The different words, counted.
    pub(crate) fn vocabulary(&self) -> &Vocabulary<'a> {
        self.vocabulary.get_or_init(|| Vocabulary::new(self.text, self.words()))
    }

    /// What repeated n-grams cover.
    pub(crate) fn repeats(&self) -> &Repeats {
        self.repeats.get_or_init(|| repetition::repeats(self.vocabulary()))
    }

    /// What lines are made of.
    pub(crate) fn line_shapes(&self) -> &Shapes {
        self.line_shapes.get_or_init(|| Shapes::of(self.lines()))
    }

    /// The stop words of the text's language that stand in it; `None` without a list.
    pub(crate) fn stop_words(&self) -> Option<StopWords> {
        *self.stop_words.get_or_init(|| StopWords::of(self))
    }

    /// Lines that repeat an earlier one.
    pub(crate) fn repeated_lines(&self) -> &Repeated {
        self.repeated_lines.get_or_init(|| Repeated::of(self.lines()))
    }

    /// Paragraphs that repeat an earlier one.
    pub(crate) fn repeated_paragraphs(&self) -> &Repeated {
        self.repeated_paragraphs.get_or_init(|| Repeated::of(self.paragraphs()))
    }

    /// Phrases that mark what is no text.
    pub(crate) fn phrases(&self) -> &Phrases {
        self.phrases.get_or_init(|| phrases::find(self.text, self.lines()))
    }

    /// What the text is as source code, and the characters of its lines without the white space at their ends.
    pub(crate) fn code_scan(&self) -> &(Scan, usize) {
        self.code_scan.get_or_init(|| (Scan::of(self.text), self.lines().iter().map(|line| text::n_chars(line)).sum()))
    }

    /// What the language's list of dirty words finds; `None` without a list.
    pub(crate) fn dirty_words(&self) -> Option<Found> {
        let lists = self.resources.word_lists.as_ref().unwrap_or_else(|| WordLists::embedded());
        *self.dirty_words.get_or_init(|| lists.find(self))
    }

    /// Its words by bucket, as [`crate::tokens::count_tokens`] counts them.
    #[must_use]
    pub fn token_counts(&self) -> TokenCounts {
        count_different(&self.vocabulary().words)
    }

    /// Where its words stand among the references' documents; nothing without a language or a reference.
    pub(crate) fn token_scores(&self) -> Scores {
        *self.token_scores.get_or_init(|| {
            let (references, branch) = (&self.resources.references, self.branch());
            let Some(language) = self.language.filter(|language| references.get(language, branch).is_some()) else {
                return Scores::default();
            };
            references.scores(language, branch, &self.token_counts())
        })
    }

    /// Lines: see [`text::lines`].
    pub fn lines(&self) -> &[&'a str] {
        self.lines.get_or_init(|| text::lines(self.text).collect())
    }

    /// Paragraphs: see [`text::paragraphs`].
    pub fn paragraphs(&self) -> &[&'a str] {
        self.paragraphs.get_or_init(|| text::paragraphs(self.text, self.lines()).collect())
    }

    /// Words: see [`text::words`].
    pub fn words(&self) -> &[&'a str] {
        self.words.get_or_init(|| {
            let mut words = Vec::with_capacity(self.text.len() / 6);
            text::words(self.text, |word| words.push(word));
            words
        })
    }

    /// The share of bytes in blocks of one kind.
    #[must_use]
    pub fn share(&self, kind: BlockKind) -> f64 {
        let bytes: usize = self.blocks.iter().filter(|block| block.kind == kind).map(|block| block.range().len()).sum();
        text::ratio(bytes, self.text.len()).unwrap_or(0.0)
    }

    /// Which rules are made for this document.
    #[must_use]
    pub fn branch(&self) -> Branch {
        *self.branch.get_or_init(|| self.find_branch())
    }

    fn find_branch(&self) -> Branch {
        if self.share(BlockKind::Code) >= Branch::LEAST_CODE {
            Branch::Code
        } else if self.math_share() >= Branch::LEAST_MATH {
            Branch::Math
        } else {
            Branch::Prose
        }
    }

    /// The share of bytes in formulas: math blocks, and `$…$` within other blocks that are not code.
    #[must_use]
    pub fn math_share(&self) -> f64 {
        let formulas: usize = self
            .blocks
            .iter()
            .map(|block| match block.kind {
                BlockKind::Math => block.range().len(),
                BlockKind::Code => 0,
                _ => self.text.get(block.range()).map_or(0, text::inline_formula_bytes),
            })
            .sum();
        text::ratio(formulas, self.text.len()).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: BlockKind, start: u32, end: u32) -> Block {
        Block { kind, start, end }
    }

    #[test]
    fn the_branch_follows_the_blocks() {
        let text = "We add $x_1 + x_2$ here, and some more words follow.";
        let end = u32::try_from(text.len()).unwrap();
        for (what, blocks, expected) in [
            ("nothing known", vec![], Branch::Prose),
            ("one inline formula in a short text", vec![block(BlockKind::Prose, 0, end)], Branch::Math),
            ("mostly code", vec![block(BlockKind::Prose, 0, 10), block(BlockKind::Code, 10, end)], Branch::Code),
            ("a heading", vec![block(BlockKind::Heading, 19, end)], Branch::Prose),
        ] {
            assert_eq!(Document::new(text).with_blocks(&blocks).branch(), expected, "{what}");
        }
    }
}
