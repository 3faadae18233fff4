//! Extraction of one page: parse, choose, write.

use filters::Block;

use super::emit::Emitter;
use super::features::Features;
use super::parser::Parser;
use super::prune::{Strictness, prune};
use super::tags::Tag;
use super::tree::{Dom, Name, Tree};
use super::{json_ld, meta, score, trim};

/// What a page says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The main content: blocks with a blank line between them.
    pub text: String,
    /// What the stretches of the text are.
    pub blocks: Vec<Block>,
    /// The page's title.
    pub title: Option<String>,
    /// When it was published, as the page writes it.
    pub published: Option<String>,
    /// The language that the page says it is in, as the page writes it: `en`, `pt-BR`.
    pub language_hint: Option<String>,
}

/// Why a page could not be extracted.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The page has more elements and runs of text than the budget.
    #[error("more than {limit} nodes")]
    TooManyNodes {
        /// The budget.
        limit: usize,
    },
    /// The page is longer than the budget.
    #[error("{bytes} bytes, more than {limit}")]
    TooLong {
        /// Bytes of the page.
        bytes: usize,
        /// The budget.
        limit: usize,
    },
}

impl ExtractError {
    /// The error's kind, for the table of failures.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TooManyNodes { .. } => "too_many_nodes",
            Self::TooLong { .. } => "too_long",
        }
    }
}

/// Bytes of a page: offsets are kept in 32 bits, and decoded text may be a little longer than the page.
const MAX_BYTES: usize = 1 << 30;
/// Characters of text that make a page worth no further attempt.
const ENOUGH: u32 = 250;

/// Extracts pages, one after the other. Its buffers are used again: keep one for each thread.
#[derive(Debug, Default)]
pub struct Extractor {
    tree: Tree,
    parser: Parser,
    features: Features,
    emitter: Emitter,
}

impl Extractor {
    /// With empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The main content of a page. The URL is not read yet: no rule is made for single sites.
    ///
    /// # Errors
    /// [`ExtractError`] when the page is beyond a budget.
    pub fn extract(&mut self, html: &str, _url: Option<&str>) -> Result<Page, ExtractError> {
        if html.len() > MAX_BYTES {
            return Err(ExtractError::TooLong { bytes: html.len(), limit: MAX_BYTES });
        }
        self.parser.parse(html, &mut self.tree)?;
        let dom = Dom { html, tree: &self.tree };
        let features = &mut self.features;
        features.read_hints(dom);
        let facts = meta::read(dom);
        let container = choose(dom, features);
        trim::trim(dom, &mut features.facts, container);
        self.emitter.emit(dom, &features.facts, container);
        if self.emitter.n_chars() < ENOUGH as usize {
            if let Some(body) = json_ld::article_body(dom).filter(|body| body.len() > 2 * self.emitter.text().len()) {
                self.emitter.plain(&body);
            }
        }
        let (text, blocks) = self.emitter.take();
        Ok(Page { text, blocks, title: facts.title, published: facts.published, language_hint: facts.language })
    }
}

/// The element with the content: attempts from strict to lenient, until one finds enough text.
fn choose(dom: Dom<'_>, features: &mut Features) -> usize {
    prune(dom, features, Strictness::Visibility);
    features.count(dom);
    features.keep_as_seen();
    for strictness in [Strictness::Classes, Strictness::Elements] {
        prune(dom, features, strictness);
        features.count(dom);
        if let Some(top) = score::container(dom, features).filter(|top| features.facts[*top].good >= ENOUGH) {
            return top;
        }
    }
    let named = (0..dom.len()).find(|node| {
        features.facts[*node].chars >= ENOUGH
            && (matches!(dom.tag(*node), Tag::Article | Tag::Main)
                || dom.is(*node, Name::Itemprop, "articleBody")
                || dom.is(*node, Name::Role, "main"))
    });
    if let Some(named) = named {
        return named;
    }
    if features.facts[0].chars >= ENOUGH {
        return score::container(dom, features).unwrap_or(0);
    }
    prune(dom, features, Strictness::Visibility);
    features.count(dom);
    0
}
